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

from vqcore.arrays import Floats, Number, Reals, Samples, Sketch
from vqcore.codebooks.codebook import nearest_work
from vqcore.codebooks.scoring import FLOAT32_BITS, Kind, chunks, exact_within, product
from vqcore.codebooks.source import InMemory, Source
from vqcore.work import Work, finish, on_all_cores, one_thread_a_product

SAMPLE_AT_LEAST = 16384
SAMPLE_OF_ONE = 4096
SAMPLE_PER_CODEWORD = 128
MAX_AXES = 128
AXES_WORK = 10**10
LEFT_OUT = 0.2
ROOM = 1.125  # for codewords that lie farther out than the vectors of a sketch


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

    centre: NDArray[np.float32]
    directions: NDArray[np.float32]
    left_out: Floats

    def along(self, vectors: NDArray[Number]) -> Sketch:
        """Return the coordinates of vectors, shape (n, d), along the axes: shape (n, r)."""
        return product(vectors - self.centre, self.directions)

    def lift(self, coordinates: Reals) -> Reals:
        """Return the vectors, shape (n, d), with these coordinates and nothing off the axes."""
        return product(coordinates, self.directions.T) + self.centre

    @property
    def on_grid(self) -> Axes:
        """Return axes of which no coordinate of a sample depends on the order of a sum.

        Numbers of float64 that differ by the machine, about 1e-16, are the same once rounded.
        """
        dimension, count = self.directions.shape
        bits = FLOAT32_BITS - math.ceil(math.log2(258 * math.sqrt(dimension)))
        largest = np.abs(self.directions).argmax(axis=0), np.arange(count)
        upright = self.directions * np.sign(self.directions[largest])
        rounded = np.ldexp(np.rint(np.ldexp(upright, bits)), -bits).astype(np.float32)
        return Axes(np.rint(self.centre), rounded, self.left_out)

    def enough(self, sample: NDArray[Number], codewords: Samples, kind: Kind[Number]) -> Axes:
        """Return the first axes, those that leave out little beside the codewords' distortion."""
        few = sample[:: -(-len(sample) // SAMPLE_OF_ONE)]
        indices = finish(nearest_work(few, codewords, kind))
        errors = few.astype(np.float32) - codewords[indices]
        distortion = np.square(errors).sum(axis=1).mean()
        count = 1 + int((self.left_out > LEFT_OUT * distortion).sum())
        return Axes(self.centre, self.directions[:, :count].copy(), self.left_out[:count])


def principal_axes(source: Source[Number]) -> Work[Axes]:
    """Find the principal axes of all vectors, or of as many as are quickly looked at.

    Pearson 1901, doi:10.1080/14786440109462720.
    """
    dimension = source.dimension
    moments = yield from source.moments(max(SAMPLE_OF_ONE, AXES_WORK // dimension**2))
    largest = (max(0, dimension - MAX_AXES), dimension - 1)
    is_exact = source.kind.unit > 0
    covariance = moments.covariance.astype(np.float64 if is_exact else np.float32)
    with one_thread_a_product():
        variances, directions = eigh(covariance, subset_by_index=largest)
    left_out = moments.covariance.trace() - variances[::-1].cumsum()
    axes = Axes(moments.mean.astype(np.float32), directions[:, ::-1].copy(), left_out)
    return axes.on_grid if is_exact else axes


def sample_size(size: int, count: int) -> int:
    """Return how many of `count` vectors are enough to search for a codebook of a size."""
    enough = max(SAMPLE_OF_ONE * math.sqrt(size), SAMPLE_PER_CODEWORD * size)
    return min(max(round(enough), SAMPLE_AT_LEAST), count)


def in_sketch(sketch: Sketch, kind: Kind[Number]) -> InMemory[np.float32]:
    """Return a sketch as a source: of whole numbers, if what is done with the kind is exact."""
    if not kind.unit:
        return InMemory(sketch, kind.of_sketches)
    whole = np.rint(sketch)
    reach = np.square(whole, dtype=np.float64).sum(axis=1).max()
    return InMemory(whole, exact_within(ROOM * float(reach)))


def sketch_work(sample: NDArray[Number], axes: Axes) -> Work[Sketch]:
    """Return the sample along the axes, shape (m, r)."""
    parts = []
    for part in on_all_cores(lambda rows: axes.along(sample[rows]), chunks(len(sample))):
        parts.append(part)
        yield
    return np.concatenate(parts)
