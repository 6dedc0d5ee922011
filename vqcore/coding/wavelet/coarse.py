"""The coarsest coefficients of a plane, which are no vectors: LL, and the bands beside it.

LL by anti-diagonals: each coefficient is predicted by the median edge detector from those on the
left and above; how far off it may be, the misses there say, and those so far. The other bands go in
the passes of vectors, each coefficient by itself: how large it may be, those around it say.
"""

from __future__ import annotations

import numpy as np

from vqcore.arrays import Whole
from vqcore.coding.entropy import Coder
from vqcore.coding.wavelet.odds import few
from vqcore.coding.wavelet.tables import STEPS, UNITS, geometric_weights
from vqcore.signals.waveletgrid import PHASES
from vqcore.work import Work

LARGEST = 2**14
FIRST_MISS = 8
TOWARDS_NOTHING = 4
USUAL = {False: 160, True: 40}
"""What coefficients of the last level are like, of luma and of chroma."""
DIRECT = [(0, 1), (0, -1), (1, 0), (-1, 0)]
DIAGONAL = [(1, 1), (1, -1), (-1, 1), (-1, -1)]


def code_coarse(coder: Coder, wanted: Whole, step: int, *, chroma: bool) -> Work[Whole]:
    """Pass LL and HL, LH and HH of the last level through the coder.

    Parameters
    ----------
    coder
    wanted : int array of shape (4, rows, columns), in steps; a Reader looks at the shape alone
    step : its number
    chroma : whether the plane is
    """
    most = most_of(step)
    found = np.zeros(wanted.shape, np.int64)
    yield from _code_predicted(coder, wanted[0], found[0], 2 * most)
    usual = max(1, int(USUAL[chroma] / STEPS[step] * STEPS[0]))
    for band, own in zip(wanted[1:], found[1:], strict=True):
        _code_band(coder, band, own, usual, most)
        yield
    return found


def most_of(step: int) -> int:
    """Return the largest magnitude that goes through, in steps, of which the number is given."""
    return int(LARGEST / STEPS[step])


def band_units(multiples: Whole) -> Whole:
    """Return coefficients of the last level in units, a little nearer to nothing."""
    units: Whole = np.sign(multiples) * np.maximum(np.abs(multiples) * UNITS - TOWARDS_NOTHING, 0)
    return units


def _code_predicted(coder: Coder, wanted: Whole, found: Whole, most: int) -> Work[None]:
    rows, columns = wanted.shape
    misses = np.zeros((rows + 1, columns + 1), np.int64)
    misses[0] = misses[:, 0] = FIRST_MISS
    total, seen = 16 * FIRST_MISS, 16
    for diagonal in range(rows + columns - 1):
        y = np.arange(max(0, diagonal - columns + 1), min(rows, diagonal + 1))
        x = diagonal - y
        predicted = _predicted(found, y, x)
        usual = 8 * total // seen
        expected = 4 * (misses[y + 1, x] + misses[y, x + 1]) + usual
        weights = geometric_weights(np.maximum(expected, 1), most)
        miss = coder.code(wanted[y, x] - predicted + most, weights).astype(np.int64) - most
        found[y, x] = predicted + miss
        misses[y + 1, x + 1] = np.abs(miss)
        total, seen = total + int(np.abs(miss).sum()), seen + len(y)
        yield


def _predicted(found: Whole, y: Whole, x: Whole) -> Whole:
    """Return the median of left, above, and left + above − corner; at edges what there is."""
    left, above = found[y, x - 1], found[y - 1, x]
    corner = found[y - 1, x - 1]
    low, high = np.minimum(left, above), np.maximum(left, above)
    inside = np.clip(left + above - corner, low, high)
    at_edge = np.where(x > 0, left, np.where(y > 0, above, 0))
    return np.where((x > 0) & (y > 0), inside, at_edge)


def _code_band(coder: Coder, wanted: Whole, found: Whole, usual: int, most: int) -> None:
    for phase, (row, column) in enumerate(PHASES):
        direct, diagonal = (_around(found, places) for places in (DIRECT, DIAGONAL))
        expected = (
            12 * usual,
            3 * diagonal + 4 * usual,
            (10 * direct + 3 * diagonal) // 4 + 3 * usual,
        )[min(phase, 2)]
        expected = np.broadcast_to(4 + expected, found.shape)[row::2, column::2]
        own = found[row::2, column::2]
        symbols, coded = wanted[row::2, column::2].ravel() + most, np.zeros(own.size, np.int64)
        for some in few(np.arange(own.size), 2 * most + 1):
            weights = geometric_weights(expected.ravel()[some], most)
            coded[some] = coder.code(symbols[some], weights)
        own[:] = coded.reshape(own.shape) - most


def _around(found: Whole, places: list[tuple[int, int]]) -> Whole:
    """Return the sum of the magnitudes of neighbours."""
    rows, columns = found.shape
    wide = np.pad(np.abs(found), 1)
    beside = [wide[1 + y : 1 + y + rows, 1 + x : 1 + x + columns] for y, x in places]
    total: Whole = np.sum(beside, axis=0)
    return total
