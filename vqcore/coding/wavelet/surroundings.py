"""What is known around vectors before they are: logarithms of magnitudes, as features.

Of the band itself, what is coded so far: the twelve coefficients around a vector, the sums of four
beyond them on each side, and a ring further out. Of other bands, all of it: nine coefficients of
the parent, one and nine of each other orientation there, the grandparent; five of each orientation
before; the number of the step. In chroma besides: of the band of luma the four of the same place
and the ring around, and its other orientations; of Cb the same five, for Cr.
"""

from __future__ import annotations

import operator
from collections.abc import Callable, Iterable, Iterator, Sequence
from functools import partial, reduce
from itertools import chain, product
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from vqcore.arrays import Indices, Rows
from vqcore.coding.wavelet.tables import logs_of, normed
from vqcore.signals.waveletgrid import ORIENTATIONS, PHASES, Grid, Place, turned
from vqcore.work import on_all_cores

Map = NDArray[np.int16]
"""Logarithms of the magnitudes of a band."""

Maps = dict[int, list[Map]]
"""Those of a plane, by level: HL, LH and HH, as far as they are known."""

NEAR = [(y, x) for y, x in product(range(-1, 3), repeat=2) if not {y, x} <= {0, 1}]
UP_AND_DOWN, LEFT_AND_RIGHT = [(-2, -1), (3, -1)], [(-1, -2), (-1, 3)]
"""Where the four coefficients beyond them begin."""
FURTHER = [(-4, 0), (4, 0), (0, -4), (0, 4)]
"""Where squares of four begin, further out."""
OWN = [(0, 0), (0, 1), (1, 0), (1, 1)]
MARGIN = 4
REACH = 2 * MARGIN - 2
EVERY = slice(None)
VECTORS_AT_ONCE = 8192


class Known(NamedTuple):
    """What a plane is coded after.

    Parameters
    ----------
    step : the number of its own
    luma, other : maps of luma and of the other chroma plane, where they come before
    """

    step: int
    luma: Maps | None = None
    other: Maps | None = None

    @property
    def chroma(self) -> bool:
        return self.luma is not None

    @property
    def number(self) -> int:
        """Return which plane it is of its kind: luma and Cb are 0, Cr is 1."""
        return int(self.other is not None)


class Surroundings:
    """The coefficients of a band as they become known, and what is around each vector.

    Parameters
    ----------
    grid, place, known
    maps : of this plane, so far
    """

    def __init__(self, grid: Grid, place: Place, known: Known, maps: Maps) -> None:
        self.shape = grid.vectors(place)
        rows, columns = self.shape
        self._still = _still(place, known, maps)
        self._orientation = place.orientation
        sides = 2 * rows + 2 * MARGIN, 2 * columns + 2 * MARGIN
        self._logs, self._signs = np.zeros(sides, np.int16), np.zeros(sides, np.int16)

    def parts(self, phase: int) -> Iterator[slice]:
        """Yield rows of the vectors of a pass, a few at a time."""
        rows, columns = self._shape(phase)
        few = max(1, VECTORS_AT_ONCE // columns)
        for start in range(0, rows, few):
            yield slice(start, min(start + few, rows))

    def features(self, phase: int, rows: slice | None = None) -> NDArray[np.int16]:
        """Return those of the vectors of a pass, or of some rows of them, shape (f, m)."""
        shape, around = self._around(self._logs, phase, rows)
        across, down = around[:, :-1] + around[:, 1:], around[:-1] + around[1:]
        found = _each(around, NEAR, shape)
        found += [it >> 1 for it in _each(across[:, :-2] + across[:, 2:], UP_AND_DOWN, shape)]
        found += [it >> 1 for it in _each(down[:-2] + down[2:], LEFT_AND_RIGHT, shape)]
        found.append(_sum(_each(across[:-1] + across[1:], FURTHER, shape)) >> 2)
        first_row, first_column = PHASES[phase]
        some = slice(first_row, None, 2), slice(first_column, None, 2)
        found += [band[some][rows or EVERY] for band in self._still]
        return np.stack(found).reshape(len(found), -1)

    def signs(self, phase: int, rows: slice | None = None) -> NDArray[np.int16]:
        """Return the signed strength of the twelve coefficients around, shape (12, m)."""
        shape, around = self._around(self._signs, phase, rows)
        return np.stack(_each(around, NEAR, shape)).reshape(len(NEAR), -1)

    def put(self, phase: int, some: Rows, values: Indices) -> None:
        """Take the coefficients, (r, 4) in units, of some vectors of a pass; others have none."""
        for plane, found in ((self._logs, logs_of(values)), (self._signs, normed(values))):
            shape, around = self._around(plane, phase)
            at = np.divmod(some, shape[1])
            for own, there in zip(found.T, _each(around, OWN, shape), strict=True):
                there[at] = own

    @property
    def map(self) -> Map:
        """Return the logarithms of their magnitudes."""
        inner = self._logs[MARGIN:-MARGIN, MARGIN:-MARGIN]
        found: Map = turned(inner, self._orientation)
        return found

    def _shape(self, phase: int) -> tuple[int, int]:
        """Return how many rows and columns of vectors are in a pass."""
        rows, columns = (
            len(range(*it)) for it in zip(PHASES[phase], self.shape, (2, 2), strict=True)
        )
        return rows, columns

    def _around(
        self, plane: Map, phase: int, some: slice | None = None
    ) -> tuple[tuple[int, int], Map]:
        """Return the shape of some rows of the vectors of a pass, and these with their margin."""
        rows, columns = self._shape(phase)
        some, (first_row, first_column) = some or slice(0, rows), PHASES[phase]
        first = 2 * first_row + 4 * some.start
        rows = some.stop - some.start
        return (rows, columns), plane[first : first + 4 * rows + REACH, 2 * first_column :]


def _each(around: Map, places: Iterable[tuple[int, int]], shape: tuple[int, int]) -> list[Map]:
    """Return what is so far down and right of each vector, given all with a margin."""
    rows, columns = shape
    return [around[MARGIN + y :: 4, MARGIN + x :: 4][:rows, :columns] for y, x in places]


def _still(place: Place, known: Known, maps: Maps) -> list[Map]:
    """Return the features that a band's own coefficients do not change."""
    parts, call = _parts(place, known, maps), operator.call
    many = maps[place.level + 1][0].size > len(PHASES) * VECTORS_AT_ONCE
    return list(chain.from_iterable(on_all_cores(call, parts) if many else map(call, parts)))


def _parts(place: Place, known: Known, maps: Maps) -> Iterator[Callable[[], list[Map]]]:
    """Yield what finds these features, some at a time."""
    level, orientation = place
    others = [it for it in ORIENTATIONS if it != orientation]
    see = partial(turned, orientation=orientation)
    parents = [see(maps[level + 1][it]) for it in (orientation, *others)]
    nothing = np.zeros_like(parents[0])
    yield partial(_of_parents, *parents)
    grandparents = maps.get(level + 2)
    yield lambda: [_enlarged(see(grandparents[orientation]), nothing) if grandparents else nothing]
    for sibling in range(2):
        there = sibling < len(maps[level])
        yield partial(_alike, see(maps[level][sibling])) if there else lambda: [nothing] * 5
    yield lambda: [np.full_like(nothing, known.step)]
    if known.luma:
        luma = [*map(see, known.luma[level])]
        yield partial(_alike, luma[orientation])
        yield lambda: [_sum(_quarters(luma[other])) >> 1 for other in others]
        other = known.other
        yield partial(_alike, see(other[level][orientation])) if other else lambda: [nothing] * 5


def _of_parents(parent: Map, *others: Map) -> list[Map]:
    found = list(_nine(parent))
    for other in others:
        rows = _sum(np.pad(other, 1)[down : down + len(other)] for down in range(3))
        found += [other, (rows[:, :-2] + rows[:, 1:-1] + rows[:, 2:]) >> 2]
    return found


def _nine(parent: Map) -> Sequence[Map]:
    rows, columns = parent.shape
    wide = np.pad(parent, 1)
    return [
        wide[down : down + rows, right : right + columns]
        for down, right in product(range(3), repeat=2)
    ]


def _enlarged(grandparent: Map, like: Map) -> Map:
    rows, columns = like.shape
    return grandparent.repeat(2, axis=0).repeat(2, axis=1)[:rows, :columns]


def _alike(band: Map) -> list[Map]:
    """Return the four coefficients at the places of vectors, and a quarter of the ring around."""
    wide, own = np.pad(band, 1), _quarters(band)
    pairs = wide[::2] + wide[1::2]
    rows = pairs[:-1] + pairs[1:]
    pairs = rows[:, ::2] + rows[:, 1::2]
    return [*own, pairs[:, :-1] + pairs[:, 1:] - _sum(own) >> 2]


def _sum(bands: Iterable[Map]) -> Map:
    total: Map = reduce(np.add, bands)
    return total


def _quarters(band: Map) -> list[Map]:
    return [band[down::2, right::2] for down, right in product((0, 1), repeat=2)]
