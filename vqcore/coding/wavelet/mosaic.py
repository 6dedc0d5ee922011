"""The bands of luma as one picture: LL small at the top left, and the detail around it."""

from __future__ import annotations

import numpy as np

from vqcore.arrays import Reals, Samples
from vqcore.codebooks.scoring import MIDDLE
from vqcore.coding.wavelet.encoded import EncodedWavelet, luma_bands
from vqcore.coding.wavelet.tables import STEPS
from vqcore.signals.wavelet import LEVELS

A_DOUBLING = 24
"""Levels of gray."""
LARGEST = 127
LINE = 0
WIDEST = 1400
"""So many pixels a screen shows; larger pictures are drawn smaller."""


def mosaic_of(encoded: EncodedWavelet) -> Samples:
    """Return the bands of luma, uint8 of shape (height, width), with lines between them.

    HL is on the right, LH below, HH beside both, each level within the one before. LL has its own
    grays. A detail of c is 24 levels lighter than 128, or if it is below 0 darker, for each
    doubling of 1 + |c| / step, as far as there are levels.
    """
    layout, bands = encoded.layout, luma_bands(encoded)
    step = np.float32(STEPS[encoded.quantizer.step])
    mosaic = np.empty((layout.height, layout.width), np.uint8)
    rows, columns = (_halves(side) for side in mosaic.shape)
    small = bands.coarse / 2**LEVELS + MIDDLE
    _put(mosaic[: rows[-1], : columns[-1]], small.clip(0, 255).astype(np.uint8))
    for level, details in enumerate(bands.details):
        down, right = (slice(it[level + 1], it[level]) for it in (rows, columns))
        above, left = slice(down.start), slice(right.start)
        places = (above, right), (down, left), (down, right)
        for place, detail in zip(places, details, strict=True):
            _put(mosaic[place], _grays(detail / step))
        mosaic[down, : right.stop][:1] = mosaic[: down.stop, right][:, :1] = LINE
    return mosaic


def times_smaller(height: int, width: int) -> int:
    """Return how many times smaller `smaller` makes a drawing."""
    return -(-max(height, width) // WIDEST)


def smaller(mosaic: Samples) -> Samples:
    """Return a drawing that a screen shows whole: of each square what is farthest from 128."""
    factor = times_smaller(*mosaic.shape)
    missing = [(0, -side % factor) for side in mosaic.shape]
    wide = np.pad(mosaic, missing, constant_values=MIDDLE)
    rows, columns = (side // factor for side in wide.shape)
    squares = wide.reshape(rows, factor, columns, factor).swapaxes(1, 2).reshape(rows, columns, -1)
    farthest = np.abs(squares.astype(np.int16) - MIDDLE).argmax(axis=2)
    found: Samples = np.take_along_axis(squares, farthest[..., None], axis=2)[..., 0]
    return found


def _halves(side: int) -> list[int]:
    """Return a side and those of the levels, each half of the one before, rounded up."""
    return [-(-side >> level) for level in range(LEVELS + 1)]


def _put(place: Samples, band: Samples) -> None:
    place[:] = band[: place.shape[0], : place.shape[1]]


def _grays(steps: Reals) -> Samples:
    away = np.minimum(A_DOUBLING * np.log2(1 + np.abs(steps)), LARGEST)
    grays: Samples = np.rint(MIDDLE + np.copysign(away, steps)).astype(np.uint8)
    return grays
