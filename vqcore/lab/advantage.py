"""What vectors gain over scalars of as many bits, and what of it: memory, space filling, shape.

Lookabaugh & Gray 1989, doi:10.1109/18.42217. Memory is what goes when each coordinate is shuffled
by itself, so that no number tells of another. What is left at equal bits is due to the cells, which
scalars can only make boxes: that they fill space better, which is known for high rates, and that
they follow the shape of the density.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from vqcore.codebooks.codebook import MAX_CODEBOOK_SIZE
from vqcore.lab.bounds import SPACE_FILLING_DB
from vqcore.lab.pointsweeps import PointSettings, PointStep, sweep_points
from vqcore.signals.points import Points
from vqcore.work import Work

DIMENSIONS, CUT_BITS = (1, 2, 4, 8), (1, 2, 3)
ENOUGH = 32
"""Vectors a codeword: with fewer, codewords learn them by heart, and gain what is not theirs."""


@dataclass(frozen=True)
class Advantage:
    """SNR in dB at some bits a number.

    Parameters
    ----------
    bits : a number
    scalar_db : each coordinate by its own Lloyd–Max quantizer
    vector_db : vectors whole
    shuffled_db : vectors whole, of coordinates that are independent
    space_db : what cells gain at high rates by filling space; None where no best lattice is known
    """

    bits: int
    scalar_db: float
    vector_db: float
    shuffled_db: float
    space_db: float | None

    @property
    def total_db(self) -> float:
        return self.vector_db - self.scalar_db

    @property
    def memory_db(self) -> float:
        return self.vector_db - self.shuffled_db

    @property
    def shape_db(self) -> float:
        """Return what is neither memory nor space filling; with that where it is not known."""
        return self.shuffled_db - self.scalar_db - (self.space_db or 0.0)


def possible_bits(points: Points) -> list[int]:
    """Return the bits a number for which there are both codebooks, and vectors enough.

    Examples
    --------
    >>> possible_bits(Points(np.float32([[0, 1]] * 5000), ""))
    [1, 2, 3]
    """
    most = max(1, min(points.count // ENOUGH, MAX_CODEBOOK_SIZE))
    bits = (most.bit_length() - 1) // points.dimension
    return list(range(1, bits + 1)) if points.dimension > 1 else []


def advantage_work(points: Points, bits: int, seed: int = 0) -> Work[Advantage | None]:
    """Measure the advantage at some bits a number; None where vectors are too few or too alike."""
    scalar = yield from _snr_work(points, PointSettings("product", seed=seed), 2**bits)
    size, settings = 2 ** (bits * points.dimension), PointSettings(seed=seed)
    vector = yield from _snr_work(points, settings, size)
    shuffled = yield from _snr_work(_shuffled(points, seed), settings, size)
    if scalar is None or vector is None or shuffled is None:
        return None
    return Advantage(bits, scalar, vector, shuffled, SPACE_FILLING_DB.get(points.dimension))


@dataclass(frozen=True)
class AtDimension:
    """The SNR of a sequence of numbers cut into vectors of a dimension, in dB."""

    dimension: int
    codebook_size: int
    snr_db: float


def possible_cuts(points: Points) -> list[int]:
    """Return the bits a number for which there are numbers enough, cut one by one at least.

    Examples
    --------
    >>> possible_cuts(Points(np.float32([[0, 1]] * 64), ""))
    [1, 2]
    """
    return [bits for bits in CUT_BITS if points.vectors.size >= ENOUGH * 2**bits]


def dimensions_work(points: Points, bits: int, seed: int = 0) -> Work[list[AtDimension]]:
    """Cut the numbers, one after another, into vectors of 1, 2, 4, 8, and quantize each alike.

    It ends where codebooks get too large, or vectors too few for them.
    """
    found = []
    for dimension in DIMENSIONS:
        size, count = 2 ** (bits * dimension), points.vectors.size // dimension
        if size > MAX_CODEBOOK_SIZE or count < ENOUGH * size:
            break
        recut = Points(points.vectors.ravel()[: count * dimension].reshape(count, -1), "")
        snr = yield from _snr_work(recut, PointSettings(seed=seed), size)
        if snr is not None:
            found.append(AtDimension(dimension, size, snr))
    return found


def _snr_work(points: Points, settings: PointSettings, size: int) -> Work[float | None]:
    try:
        for event in sweep_points(points, settings, [size]):
            if isinstance(event, PointStep):
                return event.figures.snr_db
            yield
    except ValueError:  # too few distinct vectors
        return None
    return None


def _shuffled(points: Points, seed: int) -> Points:
    rng = np.random.default_rng(seed)
    columns: Sequence[np.ndarray] = [rng.permutation(it) for it in points.vectors.T]
    return Points(np.stack(columns, axis=1), points.name)
