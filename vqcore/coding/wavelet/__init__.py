"""Vectors of wavelet coefficients <-> bytes."""
