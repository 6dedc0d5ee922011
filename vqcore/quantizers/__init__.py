"""Vectors <-> columns of indices: the families of quantizers, one module each."""
