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

from vqcore.arrays import Reals
from vqcore.coding.wavelet.tables import STEPS
from vqcore.work import Work, on_all_cores

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


class Layers(NamedTuple):
    """A filter for one step, its sums scaled.

    Parameters
    ----------
    weights, biases : of three layers; biases as columns
    """

    weights: list[Reals]
    biases: list[Reals]

    @classmethod
    def of(cls, own: Filter, step: int) -> Layers:
        """Return those of a filter for a step, given by its number."""
        first_bias = own.first_bias + own.of_step * np.float32(step)
        weights = zip((own.first, own.second, own.last), SCALES, strict=True)
        biases = zip((first_bias, own.second_bias, own.last_bias), SCALES, strict=True)
        return cls(
            [each * scale for each, scale in weights],
            [each[:, None] * scale for each, scale in biases],
        )

    def corrections(self, values: Reals) -> Reals:
        """Return what to add to m samples, in 256ths of a step, given (inputs, m): differences.

        Those that are too large are limited where they stand.
        """
        (first, second, last), biases = self
        np.clip(values, -LARGEST_DIFFERENCE, LARGEST_DIFFERENCE, out=values)
        for weights, bias in zip((first, second), biases, strict=False):
            values = _limited(weights @ values, bias)
        found: Reals = np.floor(last @ values + biases[-1])
        limited: Reals = found[0].clip(-PARTS_OF_A_STEP, PARTS_OF_A_STEP)
        return limited


def _limited(sums: Reals, bias: Reals) -> Reals:
    sums += bias
    np.floor(sums, out=sums)
    return np.clip(sums, 0, LARGEST_HIDDEN, out=sums)


class Around:
    """A plane, and the samples around each of its own.

    Parameters
    ----------
    plane : as decoded
    filter_ : the one whose disc it is
    step : the number of its step
    """

    def __init__(self, plane: Reals, filter_: Filter, step: int) -> None:
        self._parts, self._radius, self._runs = in_parts(plane, step), filter_.radius, filter_.runs
        wide = np.pad(self._parts, self._radius, mode="edge")
        self._shifted = sliding_window_view(wide, 2 * self._radius + 1, axis=1).transpose(2, 0, 1)
        self._ends = np.cumsum([len(across) for _, across in self._runs])

    def differences(self, piece: Piece) -> Reals:
        """Return how much the samples of the disc differ from those of a piece, (samples, m).

        One subtraction for each row of the disc: many small ones would keep other threads waiting.
        """
        (rows, columns), middle = piece, self._parts[piece]
        found = np.empty((self._ends[-1], *middle.shape), np.float32)
        for own, (down, across) in zip(np.split(found, self._ends[:-1]), self._runs, strict=True):
            top = self._radius + down
            right = slice(self._radius + across.start, self._radius + across.stop)
            there = self._shifted[right, rows.start + top : rows.stop + top, columns]
            np.subtract(there, middle, out=own)
        return found.reshape(len(found), -1)


def in_parts(plane: Reals, step: int) -> Reals:
    """Return the samples of a plane in 32nds of a step, whole numbers."""
    limited = plane.clip(-LARGEST_SAMPLE, LARGEST_SAMPLE)
    return np.rint(limited * np.float32(PER_STEP / STEPS[step]))


def filtered(
    planes: Sequence[Reals], filters: Sequence[Filter], steps: Sequence[int]
) -> Work[list[Reals]]:
    """Return planes, float32, without some of what quantizing did to them.

    Parameters
    ----------
    planes : as decoded: luma, or luma and chroma
    filters : of each; that of chroma looks at luma as well, no further around than luma's does
    steps : the number of the step of each
    """
    of_each = list(zip(planes, filters, steps, strict=True))
    around = [*on_all_cores(lambda each: Around(*each), of_each)]
    layers = [Layers.of(own, step) for _, own, step in of_each]
    nearer = [filters[0].disc.index(place) for place in filters[-1].disc]
    pieces = list(_pieces(*planes[0].shape))
    results = [np.empty_like(plane) for plane in planes]
    correct = partial(_corrections, around, layers, nearer)
    for piece, corrections in zip(pieces, on_all_cores(correct, pieces), strict=True):
        for result, (plane, _, step), added in zip(results, of_each, corrections, strict=True):
            own = np.float32(STEPS[step] / PARTS_OF_A_STEP) * added
            result[piece] = plane[piece] + own.reshape(result[piece].shape)
        yield
    return results


def _pieces(rows: int, columns: int) -> Iterator[Piece]:
    wide = min(columns, AT_ONCE)
    high = AT_ONCE // wide
    for top, left in product(range(0, rows, high), range(0, columns, wide)):
        yield slice(top, min(top + high, rows)), slice(left, min(left + wide, columns))


def _corrections(
    around: Sequence[Around], layers: Sequence[Layers], nearer: list[int], piece: Piece
) -> list[Reals]:
    """Return what to add to a piece of each plane."""
    luma = around[0].differences(piece)
    beside = [luma[nearer]] if len(around) > 1 else []
    found = [_correction(layers[0], luma)]
    for own, each in zip(layers[1:], around[1:], strict=True):
        found.append(_correction(own, each.differences(piece), *beside))
    return found


def _correction(layers: Layers, own: Reals, *others: Reals) -> Reals:
    """Return what to add to m samples; where their own plane is flat, nothing."""
    lively = (own[::LOOKED_AT].max(axis=0) > FLAT) | (own[::LOOKED_AT].min(axis=0) < -FLAT)
    some, seen = np.flatnonzero(lively), [own, *others]
    found = np.zeros(len(lively), np.float32)
    if len(some) > MANY * len(lively):
        found[some] = layers.corrections(np.concatenate(seen) if others else own)[some]
    elif len(some):
        found[some] = layers.corrections(np.concatenate([it.take(some, axis=1) for it in seen]))
    return found
