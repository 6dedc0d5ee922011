"""A plane <-> bands of wavelet coefficients, by the 10/18 filter bank.

Of each level, from the finest to the coarsest, there are three bands, HL, LH and HH (detail across,
down and both), and of the coarsest one more, LL, what is left. Filters: Villasenor, Belzer & Liao
1995, doi:10.1109/83.403412; edges go on as in a mirror between two samples.

All is done in 32-bit floats, one product and one sum after another, so that every machine finds
the same coefficients and the same samples. Colours as in ITU-R BT.601, over the full range.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import NamedTuple

import numpy as np

from vqcore.arrays import Reals, Rows, Samples

LEVELS = 6
MULTIPLE = 1 << LEVELS

_SHORT = [2.885256501123136e-02, 8.244478227504624e-05, -1.575264469076351e-01]
_SHORT += [7.679048884691438e-02, 7.589077294537618e-01]
_LONG = [9.544158682436510e-04, -2.727196296995984e-06, -9.452462998353147e-03]
_LONG += [-2.528037293949898e-03, 3.083373438534281e-02, -1.376513483818621e-02]
_LONG += [-8.566118833165798e-02, 1.633685405569902e-01, 6.233596410344172e-01]
LOW_DOWN = np.array(_SHORT + _SHORT[::-1], np.float32)
LOW_UP = np.array(_LONG + _LONG[::-1], np.float32)
HIGH_DOWN = LOW_UP * np.array([1, -1] * 9, np.float32)
HIGH_UP = LOW_DOWN * np.array([1, -1] * 5, np.float32)
MARGIN = 16
COLUMNS_AT_ONCE = 64

MIDDLE = np.float32(128)
RED, GREEN, BLUE = np.float32(0.299), np.float32(0.587), np.float32(0.114)
BLUENESS, REDNESS = np.float32(1.772), np.float32(1.402)


def planes_of(pixels: Samples) -> list[Reals]:
    """Return the planes of a picture, float32 around 0: gray; or Y, Cb, Cr at full resolution.

    Their sides become multiples of 64, by repeating the edge.
    """
    missing = [(0, -side % MULTIPLE) for side in pixels.shape[:2]]
    if pixels.ndim == 2:
        return [np.pad(pixels.astype(np.float32) - MIDDLE, missing, mode="edge")]
    red, green, blue = (pixels[..., place].astype(np.float32) for place in range(3))
    luma = RED * red + GREEN * green + BLUE * blue
    planes = luma - MIDDLE, (blue - luma) / BLUENESS, (red - luma) / REDNESS
    return [np.pad(plane, missing, mode="edge") for plane in planes]


def pixels_of(planes: Sequence[Reals]) -> Samples:
    """Return the picture of its planes, uint8 of shape (h, w) or (h, w, 3)."""
    shown = planes[0] + MIDDLE
    if len(planes) > 1:
        luma, (cb, cr) = shown, planes[1:]
        red, blue = luma + REDNESS * cr, luma + BLUENESS * cb
        green = (luma - RED * red - BLUE * blue) / GREEN
        shown = np.stack([red, green, blue], axis=-1)
    pixels: Samples = np.rint(shown).clip(0, 255).astype(np.uint8)
    return pixels


class Bands(NamedTuple):
    """The coefficients of a plane.

    Parameters
    ----------
    coarse : LL of the coarsest level
    details : of each level, the finest first, HL, LH and HH
    """

    coarse: Reals
    details: list[list[Reals]]


def analysed(plane: Reals) -> Bands:
    """Return the bands of a plane, float32 with sides that are multiples of 64."""
    details = []
    for _ in range(LEVELS):
        low, high = _split(plane)
        (plane, across), (down, both) = _split(low.T), _split(high.T)
        plane = plane.T
        details.append([across.T, down.T, both.T])
    return Bands(plane, details)


def synthesised(bands: Bands) -> Reals:
    """Return the plane of bands, float32; but for rounding, the one that was analysed."""
    plane = bands.coarse
    for across, down, both in reversed(bands.details):
        low, high = _joined(plane.T, across.T), _joined(down.T, both.T)
        plane = _joined(low.T, high.T)
    return plane


def _split(samples: Reals) -> tuple[Reals, Reals]:
    """Return the lower and the higher half of what columns of samples hold."""
    low, high = np.empty((2, len(samples) // 2, samples.shape[1]), np.float32)
    for columns in _strips(samples):
        wide = _continued(samples[:, columns], MARGIN, 1)
        low[:, columns] = _filtered(wide, LOW_DOWN, len(low))
        high[:, columns] = _filtered(wide, HIGH_DOWN, len(high))
    return low, high


def _strips(samples: Reals) -> Iterator[slice]:
    """Yield columns, so few that a core keeps them at hand."""
    for first in range(0, samples.shape[1], COLUMNS_AT_ONCE):
        yield slice(first, first + COLUMNS_AT_ONCE)


def _filtered(wide: Reals, taps: Reals, count: int) -> Reals:
    first = MARGIN + 1 - len(taps) // 2
    total: Reals = taps[0] * wide[first : first + 2 * count : 2]
    for place, tap in enumerate(taps[1:], first + 1):
        total += tap * wide[place : place + 2 * count : 2]
    return total


def _joined(low: Reals, high: Reals) -> Reals:
    """Return the samples of which these are the halves."""
    samples = np.empty((len(low), 2, low.shape[1]), np.float32)
    for columns in _strips(low):
        found = _spread(low[:, columns], LOW_UP, 1)
        found += _spread(high[:, columns], HIGH_UP, -1)
        samples[:, 0, columns], samples[:, 1, columns] = found
    return samples.reshape(-1, low.shape[1])


def _spread(half: Reals, taps: Reals, mirrored: int) -> Reals:
    """Return what one half adds to the samples, those of even rows and those of odd ones.

    Beyond the edges its mirror image counts so.
    """
    count, margin = len(half), MARGIN // 2
    wide = _continued(half, margin, mirrored)
    total = np.zeros((2, *half.shape), np.float32)
    ahead = 2 * margin + len(taps) // 2 - 1
    for place, tap in enumerate(taps):
        first = ahead - place
        total[first % 2] += tap * wide[(first + 1) // 2 : (first + 1) // 2 + count]
    return total


def _continued(half: Reals, margin: int, mirrored: int) -> Reals:
    """Return a half with more rows at both ends, as between two mirrors."""
    half, count = np.ascontiguousarray(half), len(half)
    beyond = np.arange(-margin, 0), np.arange(count, count + margin)
    before, after = (_mirrored(half, at, mirrored) for at in beyond)
    return np.concatenate([before, half, after])


def _mirrored(half: Reals, at: Rows, mirrored: int) -> Reals:
    count = len(half)
    image = at // count % 2 > 0
    sign = np.where(image, mirrored, 1).astype(np.float32)
    mirrored_rows: Reals = half[np.where(image, -1 - at, at) % count] * sign[:, None]
    return mirrored_rows
