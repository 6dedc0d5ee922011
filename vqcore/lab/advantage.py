"""What vectors gain over scalars of as many bits, and what of it: memory, space filling, shape.

Lookabaugh & Gray 1989, doi:10.1109/18.42217. Memory is what goes when each coordinate is shuffled
by itself, so that no number tells of another. What is left at equal bits is due to the cells, which
scalars can only make boxes: that they fill space better, which is known for high rates, and that
they follow the shape of the density.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np

from vqcore.codebooks.codebook import MAX_CODEBOOK_SIZE, Codebook
from vqcore.codebooks.training import codebook_work
from vqcore.coding.pointsfile import EncodedPoints
from vqcore.lab.bounds import SPACE_FILLING_DB
from vqcore.lab.pointsweeps import figures_work
from vqcore.quantizers.ofpoints import (
    PointQuantizer,
    TrainedPoints,
    encode_work,
    largest_size,
    train,
)
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


@dataclass(frozen=True, eq=False)
class Weighed:
    """An advantage, and the codebooks it was found from: of vectors whole, and of shuffled ones."""

    advantage: Advantage
    whole: Codebook
    shuffled: Codebook


def advantage_work(points: Points, bits: int, seed: int = 0) -> Work[Advantage | None]:
    """Measure the advantage at some bits a number; None where vectors are too few or too alike."""
    scalars = yield from scalars_work(points, [bits], seed)
    weighed = yield from weighing_work(points, bits, seed, scalars=scalars)
    return weighed.advantage if weighed else None


def scalars_work(points: Points, bits: Sequence[int], seed: int = 0) -> Work[dict[int, float]]:
    """Return the SNR in dB of scalar quantizers by bits, ascending, of those that are possible."""
    most = largest_size(points.vectors, "product", {}, 2 ** bits[-1])
    sizes, found = [2**each for each in bits if 2**each <= most], dict[int, float]()
    for event in train(points.vectors, sizes, "product", seed=seed):
        if isinstance(event, TrainedPoints):
            snr_db = yield from _snr_with(points, event.quantizer)
            if snr_db is not None:
                found[event.codebook_size.bit_length() - 1] = snr_db
        yield
    return found


def weighing_work(
    points: Points,
    bits: int,
    seed: int = 0,
    *,
    scalars: Mapping[int, float],
    below: Weighed | None = None,
    whole: Codebook | None = None,
) -> Work[Weighed | None]:
    """Do as `advantage_work` does, with what is known.

    Parameters
    ----------
    points, bits, seed
    scalars : as `scalars_work` has them
    below : what was found at fewer bits, to go on from; the outcome is the same
    whole : the codebook of vectors whole, if it is known
    """
    if bits not in scalars:
        return None
    size, others = 2 ** (bits * points.dimension), _shuffled(points, seed)
    if whole is None:
        whole = yield from _codebook_work(points, size, seed, below.whole if below else None)
    known = below.shuffled if below else None
    shuffled = yield from _codebook_work(others, size, seed, known)
    if whole is None or shuffled is None:
        return None
    vector_db = yield from _snr_with(points, _plain(whole))
    shuffled_db = yield from _snr_with(others, _plain(shuffled))
    if vector_db is None or shuffled_db is None:
        return None
    space_db = SPACE_FILLING_DB.get(points.dimension)
    found = Advantage(bits, scalars[bits], vector_db, shuffled_db, space_db)
    return Weighed(found, whole, shuffled)


def _codebook_work(
    points: Points, size: int, seed: int, below: Codebook | None = None
) -> Work[Codebook | None]:
    """Return the ladder's codebook; None where there are too few distinct vectors."""
    if largest_size(points.vectors, "plain", {}, size) < size:
        return None
    known = {below.size: below} if below else {}
    return (yield from codebook_work(points.vectors, size, seed=seed, known=known))


def _plain(codebook: Codebook) -> PointQuantizer:
    return PointQuantizer("plain", ("codeword",), (codebook.codewords,))


def _snr_with(points: Points, quantizer: PointQuantizer) -> Work[float | None]:
    indices = yield from encode_work(quantizer, points.vectors)
    figures = yield from figures_work(points, EncodedPoints(quantizer, indices), 0)
    return figures.snr_db


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
        codebook = yield from _codebook_work(recut, size, seed)
        snr_db = (yield from _snr_with(recut, _plain(codebook))) if codebook else None
        if snr_db is not None:
            found.append(AtDimension(dimension, size, snr_db))
    return found


def _shuffled(points: Points, seed: int) -> Points:
    rng = np.random.default_rng(seed)
    columns: Sequence[np.ndarray] = [rng.permutation(it) for it in points.vectors.T]
    return Points(np.stack(columns, axis=1), points.name)
