"""Smoothing of the edges of blocks after decoding, as strongly as a file says.

Two samples that meet at an edge, p and q, move towards each other: by 5/16 of their difference δ if
it is small, by less the larger it is, and not at all from a threshold on, for what differs that
much is likely to be an edge of the picture. Between blocks of 8 pixels and more in that direction
the samples behind them move as well, by 2/16. With T = 8·strength and m = max(0, T − |δ|) a sample
moves by a·|δ|·m / 16T, rounded to the nearest whole number, halves up, and stays within 0 and 255.
First all edges between columns of blocks, from what was decoded; then those between rows, from what
has become of that. A strength of 0 leaves all as it is, and between blocks of one pixel in a
direction nothing moves.
"""

from __future__ import annotations

from dataclasses import replace

import numpy as np
from numpy.typing import NDArray

from vqcore.arrays import Samples
from vqcore.signals.blocks import BlockLayout, BlockSize
from vqcore.work import Work

MAX_STRENGTH = 63
LEFT, ABOVE = 1, 2
STEP = 8
NEAREST, BEHIND, PARTS = 5, 2, 16
SMALLEST_SIDE, SMALLEST_WIDE_SIDE = 2, 8
SEARCHED_PIXELS = 1_000_000
FIRST_TRIED = range(8, MAX_STRENGTH + 1, 8)


def smoothed(pixels: Samples, layout: BlockLayout, borders: Samples, strength: int) -> Samples:
    """Return a picture with the edges between its blocks smoothed.

    Parameters
    ----------
    pixels : uint8 array of shape (height, width) or (height, width, 3)
    layout : its width, height and block size count
    borders : uint8 array of shape (n,), as in `Quantizer.borders`; elsewhere nothing moves
    strength : 0 to 63

    Examples
    --------
    >>> layout = BlockLayout(width=4, height=1, block_size=2, colour="gray")
    >>> smoothed(np.uint8([[90, 100, 120, 130]]), layout, np.uint8([3, 3]), 10)
    array([[ 90, 105, 115, 130]], dtype=uint8)
    """
    wide, high = layout.block_size
    if strength == 0 or max(wide, high) < SMALLEST_SIDE:
        return pixels
    result, grid = pixels.copy(), borders.reshape(layout.rows, layout.columns)
    turned = BlockSize(high, wide)
    for rows, there, size in (
        (result.swapaxes(0, 1), grid.T & LEFT, turned),
        (result, grid & ABOVE, layout.block_size),
    ):
        if size.height >= SMALLEST_SIDE:
            _smooth_rows(rows, there > 0, size, STEP * strength)
    return result


def _smooth_rows(rows: Samples, there: NDArray[np.bool_], size: BlockSize, threshold: int) -> None:
    """Smooth, in place, the edges between rows of blocks, where there is one."""
    side = size.height
    edges = np.arange(side, len(rows), side)
    before, after = rows[edges - 1].astype(np.int32), rows[edges].astype(np.int32)
    apart = after - before
    wide = there[1:].repeat(size.width, axis=1)[:, : rows.shape[1]]
    apart *= wide.reshape(*wide.shape, *[1] * (rows.ndim - 2))
    near = np.abs(apart)
    pull = near * np.maximum(0, threshold - near)
    sign = np.sign(apart)
    for behind, share in enumerate((NEAREST, BEHIND) if side >= SMALLEST_WIDE_SIDE else (NEAREST,)):
        step = sign * ((share * pull + PARTS * threshold // 2) // (PARTS * threshold))
        _move(rows, edges - 1 - behind, step)
        there = edges + behind < len(rows)
        _move(rows, (edges + behind)[there], -step[there])


def _move(rows: Samples, places: NDArray[np.intp], step: NDArray[np.int32]) -> None:
    rows[places] = (rows[places] + step).clip(0, 255).astype(np.uint8)


def best_strength_work(
    original: Samples, pixels: Samples, layout: BlockLayout, borders: Samples
) -> Work[int]:
    """Find the strength that leaves the least squared error; 0 if none leaves less.

    A few strengths far apart are tried first, then those around the best, ever nearer. Of a large
    picture the search sees the rows in the middle; whether that is a gain, all of it decides.

    Parameters
    ----------
    original, pixels : uint8 arrays of shape (height, width) or (height, width, 3)
    layout : of both
    borders : as in `smoothed`
    """
    middle = _middle_rows(layout)
    part = replace(layout, height=middle.stop - middle.start)
    first = middle.start // layout.block_size.height * layout.columns
    near = borders[first : first + part.count]
    best = yield from _searched(original[middle], pixels[middle], part, near)
    whole = [_error(original, pixels, layout, borders, strength) for strength in (0, best)]
    return best if whole[1] < whole[0] else 0


def _middle_rows(layout: BlockLayout) -> slice:
    """Return whole rows of blocks, of some SEARCHED_PIXELS or of all there are."""
    side, rows = layout.block_size.height, layout.rows
    most = max(1, SEARCHED_PIXELS // (layout.width * side))
    first = max(0, rows - most) // 2
    return slice(first * side, min((first + most) * side, layout.height))


def _searched(
    original: Samples, pixels: Samples, layout: BlockLayout, borders: Samples
) -> Work[int]:
    errors: dict[int, int] = {}
    tried, best, reach = {0, *FIRST_TRIED}, 0, FIRST_TRIED[0]
    while reach:
        for strength in sorted(tried):
            errors[strength] = _error(original, pixels, layout, borders, strength)
            yield
        best = min(errors, key=lambda it: (errors[it], it))
        reach //= 2
        tried = {best - reach, best + reach} & {*range(1, MAX_STRENGTH + 1)} - {*errors}
    return best


def _error(
    original: Samples, pixels: Samples, layout: BlockLayout, borders: Samples, strength: int
) -> int:
    apart = smoothed(pixels, layout, borders, strength).astype(np.int32) - original
    return int(np.square(apart).sum(dtype=np.int64))
