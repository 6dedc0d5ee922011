"""Escapes: vectors that no codeword is near, as multiples of 83 units in each coefficient."""

from __future__ import annotations

import numpy as np

from vqcore.arrays import Differences, Indices, Reals, Whole

SPACING = 83
TOWARDS_NOTHING = 2
ROUNDED_UP = np.float32(0.48)
LARGEST = 17
"""The largest magnitude with a weight of its own; those above go on from there."""


def in_units(multiples: Differences | Whole) -> Indices:
    """Return the coefficients that multiples stand for; all but 0 are 2 units nearer to it."""
    strength = np.abs(multiples).astype(np.int32) * SPACING - TOWARDS_NOTHING
    return np.sign(multiples) * np.maximum(strength, 0, out=strength)


def multiples_of(vectors: Reals) -> Differences:
    """Return the multiples for coefficients."""
    whole = np.floor(np.abs(vectors) * np.float32(1 / SPACING) + ROUNDED_UP)
    multiples: Differences = (np.sign(vectors) * whole).astype(np.int16)
    return multiples
