"""A sketch of the vectors: a sample of them, along few axes, to search for a codebook in.

Distances stay the same when the axes turn. Along the principal axes most of what tells vectors
apart is in the first few, so a search that leaves out the others hardly errs, and is several times
as fast.
"""

from __future__ import annotations

import math
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from scipy.linalg import eigh

from vqcore.arrays import Reals, Samples
from vqcore.codebooks.codebook import MIDDLE, chunks, nearest, product
from vqcore.work import Work, on_all_cores, one_thread_a_product

SAMPLE_AT_LEAST = 16384
SAMPLE_OF_ONE = 4096
SAMPLE_PER_CODEWORD = 128
MAX_AXES = 128
AXES_WORK = 10**10
LEFT_OUT = 0.2


@dataclass(frozen=True, eq=False)
class Axes:
    """The principal axes of n vectors, the one with the largest variance first.

    Parameters
    ----------
    centre : float32 array of shape (d,)
    directions : float32 array of shape (d, r), orthonormal columns
    left_out : float array of shape (r,)
        The mean squared length of what the first 1, 2, … r axes leave out of a vector.
    """

    centre: Reals
    directions: Reals
    left_out: Reals

    def along(self, vectors: NDArray) -> Reals:
        """Return the coordinates of vectors, shape (n, d), along the axes: shape (n, r)."""
        return product(vectors - self.centre, self.directions)

    def lift(self, coordinates: NDArray) -> Reals:
        """Return the vectors, shape (n, d), with these coordinates and nothing off the axes."""
        return product(coordinates, self.directions.T) + self.centre

    def enough(self, sample: Samples, codewords: Samples) -> Axes:
        """Return the first axes, those that leave out little beside the codewords' distortion."""
        few = sample[:: -(-len(sample) // SAMPLE_OF_ONE)]
        errors = few.astype(np.float32) - codewords[nearest(few, codewords)]
        distortion = np.square(errors).sum(axis=1).mean()
        count = 1 + int((self.left_out > LEFT_OUT * distortion).sum())
        return Axes(self.centre, self.directions[:, :count].copy(), self.left_out[:count])


def principal_axes(vectors: Samples) -> Work[Axes]:
    """Find the principal axes of vectors, shape (n, d), or of as many as are quickly looked at.

    Pearson 1901, doi:10.1080/14786440109462720.
    """
    dimension = vectors.shape[1]
    count = max(SAMPLE_OF_ONE, AXES_WORK // dimension**2)
    some = sample_of(vectors, count, np.random.default_rng(0))
    squares = np.zeros((dimension, dimension))
    for chunk in on_all_cores(lambda rows: _squares(some[rows]), chunks(len(some))):
        squares += chunk
        yield
    shifted = some.mean(axis=0, dtype=np.float64) - MIDDLE
    covariance = squares / len(some) - np.outer(shifted, shifted)
    largest = (max(0, dimension - MAX_AXES), dimension - 1)
    with one_thread_a_product():
        variances, directions = eigh(covariance.astype(np.float32), subset_by_index=largest)
    left_out = covariance.trace() - variances[::-1].cumsum()
    return Axes((shifted + MIDDLE).astype(np.float32), directions[:, ::-1].copy(), left_out)


def _squares(vectors: Samples) -> Reals:
    shifted = vectors.astype(np.float32) - MIDDLE
    return shifted.T @ shifted


def sample_size(size: int, count: int) -> int:
    """Return how many of `count` vectors are enough to search for a codebook of a size."""
    enough = max(SAMPLE_OF_ONE * math.sqrt(size), SAMPLE_PER_CODEWORD * size)
    return min(max(round(enough), SAMPLE_AT_LEAST), count)


def sample_of(vectors: Samples, size: int, rng: np.random.Generator) -> Samples:
    """Return `size` of the vectors, or all, in their order."""
    if len(vectors) <= size:
        return vectors
    return vectors[np.sort(rng.choice(len(vectors), size, replace=False))]


def sketch_work(sample: Samples, axes: Axes) -> Work[Reals]:
    """Return the sample along the axes, shape (m, r)."""
    parts = []
    for part in on_all_cores(lambda rows: axes.along(sample[rows]), chunks(len(sample))):
        parts.append(part)
        yield
    return np.concatenate(parts)
