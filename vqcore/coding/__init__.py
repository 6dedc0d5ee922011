"""Codebook and indices <-> bytes: the .vq file and the codebook file."""
