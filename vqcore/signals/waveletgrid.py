"""Where the vectors of a plane are: 2×2 coefficients each, by level and orientation, in passes.

Levels count from 0, the finest. Orientations are 0 for HL, 1 for LH, turned so that it looks like
HL, and 2 for HH. The vectors of a plane come level by level, the coarsest first, in these
orientations, row by row. What is coarser is no vector: LL and the bands of the last level.
"""

from __future__ import annotations

from collections.abc import Iterator
from itertools import product
from typing import NamedTuple, TypeVar

import numpy as np
from numpy.typing import NDArray

from vqcore.arrays import Reals
from vqcore.signals.wavelet import LEVELS, MULTIPLE, Bands

Scalar = TypeVar("Scalar", bound=np.generic)

TURNED = 1
ORIENTATIONS = range(3)
VECTOR_LEVELS = range(LEVELS - 2, -1, -1)
PHASES = (0, 0), (1, 1), (0, 1), (1, 0)
"""Which vectors of a band are coded together: every second row and column from these on."""
BOOKS = 8
"""How many books of codewords there are, see `Place.book`."""


class Place(NamedTuple):
    """The band that vectors are of."""

    level: int
    orientation: int

    @property
    def sort(self) -> int:
        """Return which of all levels it is of, HL and LH being alike."""
        return self.level * 2 + self.orientation // 2

    @property
    def book(self) -> int:
        """Return whose codewords are alike: those of all coarse levels are."""
        return min(self.level, BOOKS // 2 - 1) * 2 + self.orientation // 2


PLACES = tuple(Place(*at) for at in product(VECTOR_LEVELS, ORIENTATIONS))
"""All bands of vectors, in their order."""


class Grid(NamedTuple):
    """The sides of a plane, both multiples of 64."""

    height: int
    width: int

    @classmethod
    def around(cls, height: int, width: int) -> Grid:
        """Return that of a plane of such a picture, made larger where it needs to be."""
        return cls(-(-height // MULTIPLE) * MULTIPLE, -(-width // MULTIPLE) * MULTIPLE)

    @property
    def coarsest(self) -> tuple[int, int]:
        """Return the sides of LL."""
        return self.height >> LEVELS, self.width >> LEVELS

    def vectors(self, place: Place) -> tuple[int, int]:
        """Return how many rows and columns of vectors a band has."""
        sides = self.height >> place.level + 2, self.width >> place.level + 2
        return sides[::-1] if place.orientation == TURNED else sides

    def parts(self) -> Iterator[tuple[Place, slice]]:
        """Yield each band, and which of a plane's vectors are its own."""
        start = 0
        for place in PLACES:
            rows, columns = self.vectors(place)
            yield place, slice(start, start + rows * columns)
            start += rows * columns

    @property
    def total(self) -> int:
        """Return how many vectors a plane has."""
        return sum(rows * columns for rows, columns in map(self.vectors, PLACES))


def turned(band: NDArray[Scalar], orientation: int) -> NDArray[Scalar]:
    """Return a band as its vectors see it; or, of that, the band."""
    return band.T if orientation == TURNED else band


def cut(band: NDArray[Scalar], orientation: int) -> NDArray[Scalar]:
    """Return the vectors of a band, shape (rows, columns, 4)."""
    seen = turned(band, orientation)
    rows, columns = seen.shape
    vectors = seen.reshape(rows // 2, 2, columns // 2, 2).swapaxes(1, 2)
    return vectors.reshape(rows // 2, columns // 2, 4)


def laid(vectors: NDArray[Scalar], orientation: int) -> NDArray[Scalar]:
    """Return the band of vectors, shape (rows, columns, 4)."""
    rows, columns, _ = vectors.shape
    band = vectors.reshape(rows, columns, 2, 2).swapaxes(1, 2).reshape(2 * rows, 2 * columns)
    return turned(band, orientation)


def vectors_of(bands: Bands) -> Reals:
    """Return all vectors of a plane, shape (n, 4)."""
    every = (cut(bands.details[level][orientation], orientation) for level, orientation in PLACES)
    return np.concatenate([vectors.reshape(-1, 4) for vectors in every])


def bands_of(vectors: Reals, grid: Grid) -> list[list[Reals]]:
    """Return by level, the finest first, HL, LH and HH of the vectors of a plane."""
    found: list[list[Reals]] = [[] for _ in VECTOR_LEVELS]
    for place, part in grid.parts():
        own = vectors[part].reshape(*grid.vectors(place), 4)
        found[place.level].append(laid(own, place.orientation))
    return found
