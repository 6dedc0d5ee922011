"""Lloyd's passes over all vectors of very many pictures, in whole numbers.

Codewords lie on the grid of `codebooks.scoring.exact_kind`, where a product of matrices comes to
the same in whatever order it adds up, and so on whatever machine it runs. What is found out of each
picture is whole numbers, which add up to the same in any order too.
"""

from __future__ import annotations

import math
from collections.abc import Generator, Mapping
from dataclasses import dataclass
from fractions import Fraction
from typing import Any

import numpy as np
from numpy.typing import NDArray

from vqcore.archive.engine import Engine
from vqcore.archive.places import Place, Unread, enough_memory, picture_at
from vqcore.archive.samples import lost_at
from vqcore.arrays import Floats, Reals, Samples, Whole
from vqcore.codebooks.cells import cell_sums
from vqcore.codebooks.codebook import Codebook
from vqcore.codebooks.scoring import MIDDLE, exact_kind, scored
from vqcore.coding.codec import Settings
from vqcore.lab.sweeps import cut_for
from vqcore.refusals import PictureError
from vqcore.signals.raw import Size

Far = tuple[int, bytes]
"""How far a vector is from its codeword, negative and in units of the grid, and its samples."""

FARTHEST = 64
ONE_IN = 1000


def fraction_bits(dimension: int) -> int:
    """Return f: codewords of d samples lie on a grid of 2^-f.

    Examples
    --------
    >>> [fraction_bits(d) for d in (16, 48, 64, 192, 768)]
    [5, 3, 3, 1, 8]
    """
    return -round(math.log2(exact_kind(dimension).unit))


@dataclass(frozen=True, eq=False)
class OnGrid:
    """Codewords on their grid.

    Parameters
    ----------
    units : int64 array of shape (K, d), in sample values times 2^f
    """

    units: Whole

    @classmethod
    def of(cls, codebook: Codebook) -> OnGrid:
        codewords = codebook.codewords.astype(np.int64)
        return cls(codewords << fraction_bits(codewords.shape[1]))

    @property
    def bits(self) -> int:
        """Return f."""
        return fraction_bits(self.units.shape[1])

    @property
    def codewords(self) -> Floats:
        return np.ldexp(self.units.astype(np.float64), -self.bits)

    @property
    def codebook(self) -> Codebook:
        """Return the codewords rounded to samples, halves up, and in order."""
        rounded = (self.units + (1 << self.bits >> 1)) >> self.bits
        return Codebook(rounded.astype(np.uint8)).in_order()


@dataclass(frozen=True, eq=False)
class Tally:
    """What the vectors of some pictures come to with certain codewords.

    Parameters
    ----------
    counts : int64 array of shape (K,); vectors in each cell
    sums : int64 array of shape (K, d); of the vectors, less 128 a sample
    squares : of the vectors, less 128 a sample
    farthest : those distinct vectors, FARTHEST at most, that are farthest from their codewords, in
        the order of Far
    unread : places by their numbers that could not be read
    """

    counts: Whole
    sums: Whole
    squares: int
    farthest: tuple[Far, ...]
    unread: tuple[tuple[int, Unread], ...] = ()

    def __add__(self, other: Tally) -> Tally:
        farthest = sorted({*self.farthest, *other.farthest})[:FARTHEST]
        return Tally(
            self.counts + other.counts,
            self.sums + other.sums,
            self.squares + other.squares,
            tuple(farthest),
            self.unread + other.unread,
        )

    def error_of(self, codewords: OnGrid) -> int:
        """Return the squared error of all vectors, each with the codeword of its cell.

        It is in units of 2^-2f, and exact.
        """
        bits = codewords.bits
        units: NDArray[Any] = (codewords.units - (MIDDLE << bits)).astype(object)
        crossed = int((units * self.sums).sum())
        own = int((np.square(units).sum(axis=1) * self.counts).sum())
        return (self.squares << 2 * bits) - (crossed << bits + 1) + own

    def mse_of(self, codewords: OnGrid) -> Fraction:
        """Return the same per sample, in sample values."""
        samples = int(self.counts.sum()) * self.sums.shape[1]
        return Fraction(self.error_of(codewords), samples << 2 * codewords.bits)

    def moved(self, codewords: OnGrid) -> OnGrid:
        """Return the mean of each cell, nearest on the grid, halves up.

        The codeword of an empty cell goes to the farthest vector, the next to the next farthest.
        """
        bits, counts = codewords.bits, np.maximum(self.counts, 1)[:, None]
        sums = self.sums + MIDDLE * self.counts[:, None]
        units = ((sums << bits + 1) + counts) // (2 * counts)
        empty = np.flatnonzero(self.counts == 0)
        units[empty] = codewords.units[empty]
        for cell, (_, vector) in zip(empty, self.farthest, strict=False):
            units[cell] = np.frombuffer(vector, np.uint8).astype(np.int64) << bits
        return OnGrid(units)


def tally_of(vectors: Samples, codewords: OnGrid) -> Tally:
    """Assign vectors, uint8 of shape (n, d), to their nearest codewords, the first of equals."""
    size, dimension = codewords.units.shape
    errors = np.empty(len(vectors), np.int64)

    def gather(rows: slice, centred: Reals, scores: Reals) -> tuple[Whole, Reals, float]:
        cells = scores.argmax(axis=1)
        squares = np.einsum("ij,ij->i", centred, centred, dtype=np.float64)
        best = scores[np.arange(len(cells)), cells].astype(np.float64)
        errors[rows] = np.ldexp(squares - 2 * best, codewords.bits)
        sums = cell_sums(cells, vectors[rows], size)
        return np.bincount(cells, minlength=size), sums, squares.sum()

    counts, sums, squares = np.zeros(size, np.int64), np.zeros((size, dimension), np.int64), 0
    for some, of_cells, more in scored(vectors, codewords.codewords, exact_kind(dimension), gather):
        counts += some
        sums += of_cells.astype(np.int64)
        squares += int(more)
    sums -= MIDDLE * counts[:, None]
    return Tally(counts, sums, squares, _farthest(vectors, errors))


def _farthest(vectors: Samples, errors: Whole) -> tuple[Far, ...]:
    """Return those that are first in the order of Far, of distinct vectors."""
    wanted = FARTHEST
    while True:
        least = np.partition(errors, -wanted)[-wanted] if wanted < len(errors) else errors.min()
        rows = np.flatnonzero(errors >= least)
        found = {(-int(errors[row]), vectors[row].tobytes()) for row in rows}
        if len(found) >= FARTHEST or len(rows) == len(errors):
            return tuple(sorted(found)[:FARTHEST])
        wanted *= 4


@dataclass(frozen=True, eq=False)
class Count:
    """A job: to read a picture, and tally its vectors.

    Parameters
    ----------
    codewords
    settings : their block size and colour mode
    raw_size : width and height of raw files
    """

    codewords: OnGrid
    settings: Settings
    raw_size: Size | None = None

    def __call__(self, numbered: tuple[int, Place]) -> Tally:
        number, place = numbered
        try:
            with enough_memory(place):
                picture = picture_at(place, self.settings.colour, self.raw_size)
                return tally_of(cut_for(picture, self.settings).vectors, self.codewords)
        except (OSError, PictureError) as error:
            size, dimension = self.codewords.units.shape
            none = np.zeros((size, 1), np.int64), np.zeros((size, dimension), np.int64)
            return Tally(none[0][:, 0], none[1], 0, (), ((number, error),))


@dataclass(frozen=True, eq=False)
class Passed:
    """What a pass has come to.

    Parameters
    ----------
    before, mse : squared error per sample with the codewords that the pass began with, and ends
        with, vectors staying in the cells of the first
    codewords : those that it ends with
    unread : places by their numbers that it did without
    """

    before: Fraction
    mse: Fraction
    codewords: OnGrid
    unread: dict[int, Unread]

    @property
    def is_last(self) -> bool:
        """Say whether it gained no more than 0.1 %."""
        return (self.before - self.mse) * ONE_IN <= self.mse


def pass_over(
    engine: Engine, places: Mapping[int, Place], job: Count, parts: int | None = None
) -> Generator[int, None, Passed]:
    """Move codewords to the means of their cells, over the pictures at places by their numbers.

    Yields how many pictures are done.

    Raises
    ------
    PictureError
        If none is left.
    """
    items = list(places.items())
    total, lost = yield from engine.total(job, items, parts)
    unread: dict[int, Unread] = dict(total.unread if total else ())
    unread |= {items[at][0]: lost_at(items[at][1], why) for at, why in lost.items()}
    if total is None or not total.counts.any():
        raise PictureError("None of the pictures can be read any more.")
    moved = total.moved(job.codewords)
    return Passed(total.mse_of(job.codewords), total.mse_of(moved), moved, unread)
