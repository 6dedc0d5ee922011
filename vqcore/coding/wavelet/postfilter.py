"""A small network that guesses, from the samples around, what quantizing took from each sample.

It sees how much those in a disc differ from the one in the middle, in 32nds of a step; for chroma
besides those of luma. Where no fourth sample of the disc in its own plane differs by more than one
32nd, a plane stays as it is. All in whole numbers, below 2^24 in 32-bit floats, so that every
machine finds the same.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from functools import partial
from itertools import product
from math import isqrt
from typing import NamedTuple

import numpy as np
from numpy.lib.stride_tricks import sliding_window_view

from vqcore.arrays import Reals, Rows
from vqcore.coding.wavelet.tables import STEPS
from vqcore.work import CORES, Work, on_all_cores

AT_ONCE = 8192
"""Samples of which a core keeps all that is needed close at hand."""
PER_STEP = 32
LARGEST_SAMPLE = 200
LARGEST_DIFFERENCE = 255
FLAT, LOOKED_AT = 1, 4
MANY = 0.7
"""The share of samples from which on it is quicker not to pick out those that are not flat."""
LARGEST_HIDDEN = 1023
PARTS_OF_A_STEP = 256
SCALES = [np.float32(2.0**-5), np.float32(2.0**-6), np.float32(2.0**-4)]
"""Of the sums of each layer."""

Piece = tuple[slice, slice]
"""Rows and columns of a plane."""


class Filter(NamedTuple):
    """The numbers of a filter, all float32.

    Parameters
    ----------
    radius_squared : of the disc, in samples
    first : (h, samples of the disc, or of two)
    first_bias, of_step : (h,); the latter times the number of the step
    second, second_bias : (g, h) and (g,)
    last, last_bias : (1, g) and (1,)
    """

    radius_squared: int
    first: Reals
    first_bias: Reals
    of_step: Reals
    second: Reals
    second_bias: Reals
    last: Reals
    last_bias: Reals

    @property
    def disc(self) -> list[tuple[int, int]]:
        """Return what is down and right of the middle."""
        return [(y, x) for y, columns in self.runs for x in columns]

    @property
    def runs(self) -> list[tuple[int, range]]:
        """Return the rows of the disc: how far down, and what is right of the middle."""
        found = list[tuple[int, range]]()
        for y in range(-self.radius, self.radius + 1):
            reach = isqrt(self.radius_squared - y * y)
            parts = [range(-reach, reach + 1)] if y else [range(-reach, 0), range(1, reach + 1)]
            found += [(y, part) for part in parts]
        return found

    @property
    def radius(self) -> int:
        return isqrt(self.radius_squared)


class Room:
    """Memory that is used again for each piece: to get it anew takes as long as a product."""

    def __init__(self, values: int) -> None:
        self._memory, self._used = np.empty(values, np.float32), 0

    def clear(self) -> None:
        """Let all of it be used again."""
        self._used = 0

    def of(self, rows: int, columns: int) -> Reals:
        """Return an array that nobody else uses."""
        first, self._used = self._used, self._used + rows * columns
        return self._memory[first : self._used].reshape(rows, columns)

    def product(self, weights: Reals, values: Reals) -> Reals:
        found = self.of(len(weights), values.shape[1])
        return np.matmul(weights, values, out=found)

    def taken(self, values: Reals, some: Rows, axis: int) -> Reals:
        """Return some rows, or columns, of an array."""
        shape = list(values.shape)
        shape[axis] = len(some)
        return values.take(some, axis, out=self.of(*shape), mode="clip")


class Layers(NamedTuple):
    """A filter for one step, its sums scaled.

    Parameters
    ----------
    own, beside : first weights, (h, samples of its disc) and (h, samples of luma's); of luma the
        latter has no rows
    weights : of the other two layers
    biases : of all three, as columns
    """

    own: Reals
    beside: Reals
    weights: list[Reals]
    biases: list[Reals]

    @classmethod
    def of(cls, own: Filter, step: int) -> Layers:
        """Return those of a filter for a step, given by its number."""
        first_bias = own.first_bias + own.of_step * np.float32(step)
        biases = zip((first_bias, own.second_bias, own.last_bias), SCALES, strict=True)
        first, beside = np.split(own.first * SCALES[0], [len(own.disc)], axis=1)
        weights = [own.second * SCALES[1], own.last * SCALES[2]]
        return cls(first, beside, weights, [each[:, None] * scale for each, scale in biases])

    def corrections(self, room: Room, values: Reals, *luma: Reals) -> Reals:
        """Return what to add to samples, in 256ths of a step, shape (m,).

        Parameters
        ----------
        room : for what is found on the way
        values : differences in the disc, (samples, m)
        luma : the same of luma, for chroma; of both planes, one after the other, once
        """
        sums = room.product(self.own, values)
        for there in luma:
            by_plane = sums.reshape(len(sums), -1, there.shape[1])
            by_plane += room.product(self.beside, there)[:, None]
        second, last = self.weights
        hidden = _limited(room.product(second, _limited(sums, self.biases[0])), self.biases[1])
        found: Reals = np.floor(last @ hidden + self.biases[2])[0]
        return np.clip(found, -PARTS_OF_A_STEP, PARTS_OF_A_STEP, out=found)


def _limited(sums: Reals, bias: Reals) -> Reals:
    sums += bias
    np.floor(sums, out=sums)
    return np.clip(sums, 0, LARGEST_HIDDEN, out=sums)


class Around:
    """Planes that have one filter, and the samples around each of theirs.

    Parameters
    ----------
    planes : as decoded, shape (planes, h, w)
    filter_ : the one whose disc it is
    step : the number of their step
    """

    def __init__(self, planes: Reals, filter_: Filter, step: int) -> None:
        self._parts, self._radius, self._runs = in_parts(planes, step), filter_.radius, filter_.runs
        beyond = (0, 0), (self._radius, self._radius), (self._radius, self._radius)
        self._wide = np.pad(self._parts, beyond, mode="edge")
        shifted = sliding_window_view(self._wide, 2 * self._radius + 1, axis=2)
        self._shifted = shifted.transpose(3, 0, 1, 2)
        self._ends = np.cumsum([len(across) for _, across in self._runs])

    def differences(self, room: Room, piece: Piece) -> Reals:
        """Return how much the samples of the disc differ from those of a piece, (samples, m).

        Those that differ too much are limited. One subtraction for each row of the disc: many small
        ones would keep other threads waiting.
        """
        (rows, columns), middle = piece, self._parts[:, *piece]
        found = room.of(self._ends[-1], middle.size)
        shaped = found.reshape(-1, *middle.shape)
        for own, (down, across) in zip(np.split(shaped, self._ends[:-1]), self._runs, strict=True):
            top = self._radius + down
            right = slice(self._radius + across.start, self._radius + across.stop)
            there = self._shifted[right, :, rows.start + top : rows.stop + top, columns]
            np.subtract(there, middle, out=own)
        if self._spread(piece) > LARGEST_DIFFERENCE:
            np.clip(found, -LARGEST_DIFFERENCE, LARGEST_DIFFERENCE, out=found)
        return found

    def _spread(self, piece: Piece) -> float:
        """Return how far apart the samples in and around a piece are."""
        more = 2 * self._radius
        there = self._wide[:, *(slice(it.start, it.stop + more) for it in piece)]
        return float((there.max(axis=(1, 2)) - there.min(axis=(1, 2))).max())


def in_parts(plane: Reals, step: int) -> Reals:
    """Return the samples of a plane in 32nds of a step, whole numbers."""
    limited = plane.clip(-LARGEST_SAMPLE, LARGEST_SAMPLE)
    return np.rint(limited * np.float32(PER_STEP / STEPS[step]))


def filtered(
    planes: Sequence[Reals], filters: Sequence[Filter], steps: Sequence[int]
) -> Work[Reals]:
    """Return planes, float32, without some of what quantizing did to them.

    Parameters
    ----------
    planes : as decoded: luma, or luma and both of chroma
    filters : of luma, and of chroma; the latter looks at luma as well, no further around
    steps : the number of the step of each of these
    """
    every = np.stack(planes)
    kinds = [every[:1], every[1:]][: len(filters)]
    around = [*on_all_cores(lambda own: Around(*own), zip(kinds, filters, steps, strict=True))]
    layers = [Layers.of(*each) for each in zip(filters, steps, strict=True)]
    nearer = np.array([filters[0].disc.index(place) for place in filters[-1].disc])
    parts = np.array([STEPS[step] / PARTS_OF_A_STEP for step in steps], np.float32)
    units = parts.repeat([len(own) for own in kinds])[:, None, None]
    pieces = list(_pieces(*every.shape[1:]))
    rooms = [Room(_values_at_once(filters)) for _ in range(CORES)]
    correct = partial(_corrections, rooms, around, layers, nearer)
    for piece, added in zip(pieces, on_all_cores(correct, pieces), strict=True):
        there = every[:, *piece]
        there += units * added.reshape(there.shape)
        yield
    return every


def _pieces(rows: int, columns: int) -> Iterator[Piece]:
    wide = min(columns, AT_ONCE)
    high = AT_ONCE // wide
    for top, left in product(range(0, rows, high), range(0, columns, wide)):
        yield slice(top, min(top + high, rows)), slice(left, min(left + wide, columns))


def _values_at_once(filters: Sequence[Filter]) -> int:
    """Return how many values a piece needs room for."""
    of_each = [2 * sum(own.first.shape) + len(own.second) for own in filters]
    values: int = AT_ONCE * (of_each[0] + 2 * sum(of_each[1:]))
    return values


def _corrections(
    rooms: list[Room],
    around: Sequence[Around],
    layers: Sequence[Layers],
    nearer: Rows,
    piece: Piece,
) -> Reals:
    """Return what to add to the samples of a piece, plane by plane."""
    room = rooms.pop()
    room.clear()
    luma, *chroma = (each.differences(room, piece) for each in around)
    found = [_of_some(room, layers[0], luma)]
    for values in chroma:
        found.append(_of_some(room, layers[-1], values, room.taken(luma, nearer, 0)))
    rooms.append(room)
    return np.concatenate(found)


def _of_some(room: Room, layers: Layers, values: Reals, *luma: Reals) -> Reals:
    """Return what to add to m samples; where their own plane is flat, nothing."""
    looked_at = values[::LOOKED_AT]
    lively = (looked_at.max(axis=0) > FLAT) | (looked_at.min(axis=0) < -FLAT)
    some = np.flatnonzero(lively)
    if len(some) > MANY * len(lively):
        return np.where(lively, layers.corrections(room, values, *luma), np.float32(0))
    found = np.zeros(len(lively), np.float32)
    if len(some):
        beside = [room.taken(it, some % it.shape[1], 1) for it in luma]
        found[some] = layers.corrections(room, room.taken(values, some, 1), *beside)
    return found
