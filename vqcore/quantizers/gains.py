"""A gain times a shape of unit norm: how they multiply, how they are stored, what fits them best.

A shape is stored as whole numbers, 2ᵇ times what it is, with b bits of fraction, the step of its
column. A gain is a whole number of steps. Their product is rounded to whole samples.
"""

from __future__ import annotations

import math

import numpy as np
from scipy.sparse import csc_array

from vqcore.arrays import Differences, Floats, Indices, Reals

MOST_BITS = 12
MOST_STEPS = 255


def scaled(gains: Differences, shapes: Differences, bits: int) -> Indices:
    """Return gains, (n, d) or (n, 1), times shapes, (n, d), rounded; int32.

    Examples
    --------
    >>> scaled(np.int16([[10]]), np.int16([[38, -51]]), 6).tolist()
    [[6, -8]]
    """
    product: Indices = gains.astype(np.int32) * shapes
    product += 1 << bits >> 1
    product >>= bits
    return product


def unit(vectors: Floats) -> Floats:
    """Return vectors at norm 1; those of 0 become flat.

    Examples
    --------
    >>> unit(np.array([[3.0, 4.0], [0.0, 0.0]])).round(2).tolist()
    [[0.6, 0.8], [0.71, 0.71]]
    """
    norms = np.linalg.norm(vectors, axis=1, keepdims=True)
    flat = 1 / math.sqrt(vectors.shape[1])
    return np.where(norms > 0, vectors / np.where(norms > 0, norms, 1), flat)


def bits_for(shapes: Floats, sample_bits: int) -> int:
    """Return how many bits of fraction let samples of unit shapes have so many bits, with sign."""
    most = 2 ** (sample_bits - 1) - 1
    return min(MOST_BITS, int(math.log2(most / float(np.abs(shapes).max()))))


def stored_shapes(shapes: Floats, bits: int) -> Differences:
    """Return unit shapes, (K, d), as whole numbers; a sample too large is cut off."""
    numbers: Differences = np.rint(shapes * 2**bits).clip(-127, 127).astype(np.int16)
    return numbers


def stored_gains(gains: Floats, step: int) -> Differences:
    """Return gains, (G,), as whole steps, the first of them 0."""
    steps = np.rint(gains / step).clip(1, MOST_STEPS)
    steps[0] = 0
    table: Differences = (steps * step).astype(np.int16)
    return table


def fitted_gains(rests: Reals, gains: Floats, shapes: Floats, indices: Indices) -> Floats:
    """Return the gains, (G,), that leave the least of rests, (n, d), each having (gain, shape)."""
    chosen = shapes[indices[:, 1]]
    dots = np.bincount(indices[:, 0], np.einsum("ij,ij->i", rests, chosen), len(gains))
    norms = np.bincount(indices[:, 0], np.square(chosen).sum(axis=1), len(gains))
    return np.where(norms > 0, dots / np.where(norms > 0, norms, 1), gains)


def fitted_shapes(rests: Reals, gains: Floats, shapes: Floats, indices: Indices) -> Floats:
    """Return the unit shapes, (K, d), that leave the least, given the gain of each: Σ g·x."""
    weights = gains[indices[:, 0]]
    sums = weighted_sums(rests, weights, indices[:, 1], len(shapes))
    return np.where((np.abs(sums).sum(axis=1) > 0)[:, None], unit(sums), shapes)


def best_pairs(dots: Floats, squares: Floats, gains: Floats) -> Indices:
    """Return for each vector x the gain and the shape s that g²|s|² − 2g·(x·s) is least for.

    Parameters
    ----------
    dots : float64 array of shape (n, K), each x·s
    squares : float64 array of shape (K,), each |s|²
    gains : float64 array of shape (G,)

    Returns
    -------
    indices : int32 array of shape (n, 2), the lowest gain and then shape at a tie
    """
    best, found = np.full(len(dots), -np.inf), np.zeros((len(dots), 2), np.int32)
    lines = np.arange(len(dots))
    for gain, value in enumerate(gains):
        saved = 2 * value * dots - value**2 * squares
        shape = saved.argmax(axis=1)
        better = saved[lines, shape] > best
        best[better] = saved[lines, shape][better]
        found[better] = np.stack([np.full(len(dots), gain), shape], axis=1)[better]
    return found


def weighted_sums(vectors: Reals, weights: Floats, cells: Indices, size: int) -> Floats:
    """Return the sum of each cell's vectors, (size, d), each as often as its weight says."""
    members = csc_array((weights, cells, np.arange(len(cells) + 1)), shape=(size, len(cells)))
    sums: Floats = np.asarray(members @ vectors, np.float64)
    return sums
