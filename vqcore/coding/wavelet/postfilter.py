"""A small network that guesses, from the samples around, what quantizing took from each sample.

It sees how much those in a disc differ from the one in the middle, in 32nds of a step; for chroma
besides those of luma. All in whole numbers, below 2^24 in 32-bit floats, so that every machine
finds the same.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from functools import partial
from itertools import product
from math import isqrt
from typing import NamedTuple

import numpy as np
from numpy.lib.stride_tricks import sliding_window_view

from vqcore.arrays import Reals
from vqcore.coding.wavelet.tables import STEPS
from vqcore.work import Work, on_all_cores

AT_ONCE = 8192
"""Samples of which a core keeps all that is needed close at hand."""
PER_STEP = 32
LARGEST_SAMPLE = 200
LARGEST_DIFFERENCE = 255
LARGEST_HIDDEN = 1023
PARTS_OF_A_STEP = 256
SCALES = 2.0**-5, 2.0**-6, 2.0**-4
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

    def layers(self, step: int) -> list[Reals]:
        """Return the weights of each layer times its scale, biases in the last column."""
        weights = self.first, self.second, self.last
        biases = self.first_bias + self.of_step * np.float32(step), self.second_bias, self.last_bias
        both = map(np.column_stack, zip(weights, biases, strict=True))
        return [own * np.float32(scale) for own, scale in zip(both, SCALES, strict=True)]

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


def filtered(plane: Reals, filter_: Filter, step: int, luma: Reals | None = None) -> Work[Reals]:
    """Return a plane, float32, without some of what quantizing did to it.

    Parameters
    ----------
    plane : as decoded
    filter_
    step : its number
    luma : of chroma what `in_parts` makes of the luma decoded
    """
    planes = [in_parts(plane, step)] + ([] if luma is None else [luma])
    around = [Around(each, filter_) for each in planes]
    pieces = list(_pieces(*plane.shape))
    result = np.empty_like(plane)
    correct = partial(_correction, around, filter_.layers(step))
    for piece, found in zip(pieces, on_all_cores(correct, pieces), strict=True):
        result[piece] = plane[piece] + found * np.float32(STEPS[step] / PARTS_OF_A_STEP)
        yield
    return result


def in_parts(plane: Reals, step: int) -> Reals:
    """Return the samples of a plane in 32nds of a step, whole numbers."""
    limited = plane.clip(-LARGEST_SAMPLE, LARGEST_SAMPLE)
    return np.rint(limited * np.float32(PER_STEP / STEPS[step]))


def _pieces(rows: int, columns: int) -> Iterator[Piece]:
    wide = min(columns, AT_ONCE)
    high = AT_ONCE // wide
    for top, left in product(range(0, rows, high), range(0, columns, wide)):
        yield slice(top, min(top + high, rows)), slice(left, min(left + wide, columns))


class Around:
    """A plane, and the samples around each of its own.

    Parameters
    ----------
    plane : in 32nds of a step
    filter_ : the one whose disc is meant
    """

    def __init__(self, plane: Reals, filter_: Filter) -> None:
        self._plane, self._runs, self._radius = plane, filter_.runs, filter_.radius
        wide = np.pad(plane, self._radius, mode="edge")
        self._shifted = sliding_window_view(wide, 2 * self._radius + 1, axis=1).transpose(2, 0, 1)
        self.samples = len(filter_.disc)

    def put_differences(self, piece: Piece, out: Reals) -> None:
        """Say how much samples of the disc differ from those of a piece, (samples, rows, columns).

        One subtraction for each row of the disc: many small ones would keep other threads waiting.
        """
        rows, columns = piece
        ends = np.cumsum([len(across) for _, across in self._runs])
        for own, (down, across) in zip(np.split(out, ends[:-1]), self._runs, strict=True):
            top = self._radius + down
            right = slice(self._radius + across.start, self._radius + across.stop)
            there = self._shifted[right, rows.start + top : rows.stop + top, columns]
            np.subtract(there, self._plane[piece], out=own)


def differences(around: Sequence[Around], piece: Piece) -> Reals:
    """Return what the filter sees of each sample of a piece, and a one, (inputs, samples)."""
    rows, columns = (part.stop - part.start for part in piece)
    ends = np.cumsum([it.samples for it in around])
    found = np.empty((ends[-1] + 1, rows, columns), np.float32)
    for each, own in zip(around, np.split(found, ends), strict=False):
        each.put_differences(piece, own)
    found[-1] = 1
    limited = np.clip(found, -LARGEST_DIFFERENCE, LARGEST_DIFFERENCE, out=found)
    return limited.reshape(len(found), -1)


def _correction(around: Sequence[Around], layers: Sequence[Reals], piece: Piece) -> Reals:
    """Return what to add to a piece, in 256ths of a step."""
    values = differences(around, piece)
    for weights in layers[:-1]:
        sums = np.empty((len(weights) + 1, values.shape[1]), np.float32)
        np.matmul(weights, values, out=sums[:-1])
        sums[-1] = 1
        np.floor(sums, out=sums)
        values = np.clip(sums, 0, LARGEST_HIDDEN, out=sums)
    found = np.floor(layers[-1] @ values).clip(-PARTS_OF_A_STEP, PARTS_OF_A_STEP)
    rows, columns = (part.stop - part.start for part in piece)
    return found.reshape(rows, columns)
