"""What can be asked of signals and files: sweeps, rivals, health, playback, the plane."""
