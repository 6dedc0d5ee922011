"""A small network that guesses, from the samples around, what quantizing took from each sample.

It sees how much those in a disc differ from the one in the middle, in 32nds of a step; for chroma
besides those of luma. All in whole numbers, below 2^24 in 32-bit floats, so that every machine
finds the same.
"""

from __future__ import annotations

from collections.abc import Iterator
from functools import partial
from itertools import product
from typing import NamedTuple

import numpy as np

from vqcore.arrays import Reals
from vqcore.coding.wavelet.tables import STEPS
from vqcore.work import Work, on_all_cores

STRIP = 16
PER_STEP = 32
LARGEST_SAMPLE = 200
LARGEST_DIFFERENCE = 255
LARGEST_HIDDEN = 1023
PARTS_OF_A_STEP = 256


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
        reach = range(-self.radius, self.radius + 1)
        inside = product(reach, repeat=2)
        return [(y, x) for y, x in inside if 0 < y * y + x * x <= self.radius_squared]

    @property
    def radius(self) -> int:
        return int(self.radius_squared**0.5)


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
    wide = [np.pad(each, filter_.radius, mode="edge") for each in planes]
    strips = [slice(y, min(y + STRIP, len(plane))) for y in range(0, len(plane), STRIP)]
    result = np.empty_like(plane)
    correct = partial(_correction, wide, filter_, step)
    for strip, found in zip(strips, on_all_cores(correct, strips), strict=True):
        result[strip] = plane[strip] + found * np.float32(STEPS[step] / PARTS_OF_A_STEP)
        yield
    return result


def in_parts(plane: Reals, step: int) -> Reals:
    """Return the samples of a plane in 32nds of a step, whole numbers."""
    limited = plane.clip(-LARGEST_SAMPLE, LARGEST_SAMPLE)
    return np.rint(limited * np.float32(PER_STEP / STEPS[step]))


def _correction(wide: list[Reals], filter_: Filter, step: int, strip: slice) -> Reals:
    """Return what to add to some rows, in 256ths of a step."""
    inputs = np.concatenate([*differences(wide, filter_, strip)])
    bias = filter_.first_bias + filter_.of_step * np.float32(step)
    first = _limited(filter_.first @ inputs + bias[:, None], 2.0**-5)
    second = _limited(filter_.second @ first + filter_.second_bias[:, None], 2.0**-6)
    last = filter_.last @ second + filter_.last_bias[:, None]
    found = np.floor(last * np.float32(2.0**-4)).clip(-PARTS_OF_A_STEP, PARTS_OF_A_STEP)
    return found.reshape(strip.stop - strip.start, -1)


def _limited(sums: Reals, scale: float) -> Reals:
    sums *= np.float32(scale)
    np.floor(sums, out=sums)
    return np.clip(sums, 0, LARGEST_HIDDEN, out=sums)


def differences(wide: list[Reals], filter_: Filter, strip: slice) -> Iterator[Reals]:
    """Yield, for each plane, how much the samples around differ, (samples of the disc, pixels)."""
    radius, rows = filter_.radius, strip.stop - strip.start
    for plane in wide:
        columns = plane.shape[1] - 2 * radius
        top, left = strip.start + radius, radius
        middle = plane[top : top + rows, left : left + columns]
        found = np.empty((len(filter_.disc), rows, columns), np.float32)
        for own, (y, x) in zip(found, filter_.disc, strict=True):
            beside = plane[top + y : top + y + rows, left + x : left + x + columns]
            np.subtract(beside, middle, out=own)
        np.clip(found, -LARGEST_DIFFERENCE, LARGEST_DIFFERENCE, out=found)
        yield found.reshape(len(found), -1)
