"""The best levels for samples of 8 bits, one to a vector: a scalar quantizer without any better.

Cells of the best codebook are runs of values, so there are few enough to try them all, run by run:
Bruce 1965, "Optimum quantization", MIT RLE Technical Report 429.
"""

from __future__ import annotations

import numpy as np

from vqcore.arrays import Counts, Floats


def best_levels(counts: Counts, size: int) -> Floats:
    """Return the means of the K runs of values with the least squared error, (K, 1), ascending.

    Parameters
    ----------
    counts : int array of shape (256,), how often there is each value
    size : K, at most as many as there are values

    Notes
    -----
    O(K·v²) time for v values that are there.

    Examples
    --------
    >>> best_levels(np.bincount([1, 1, 3, 20, 22, 90], minlength=256), 3).ravel().tolist()
    [1.6666666666666667, 21.0, 90.0]
    """
    values = np.flatnonzero(counts)
    sums = [np.append(0, np.cumsum(counts[values] * values**power)) for power in range(3)]
    ends = np.arange(len(values) + 1)
    errors = _errors(*(it.astype(np.float64) for it in sums))
    least, starts = errors[0], list[Counts]()
    for _ in range(size - 1):
        through = least[:, None] + errors
        starts.append(through.argmin(axis=0))
        least = through[starts[-1], ends]
    cuts = [len(values)]
    for start in reversed(starts):
        cuts.append(int(start[cuts[-1]]))
    cuts = [0, *cuts[::-1]]
    return np.diff(sums[1][cuts])[:, None] / np.diff(sums[0][cuts])[:, None]


def _errors(counts: Floats, totals: Floats, energy: Floats) -> Floats:
    """Return the squared error of each run about its mean, by start and end; inf where empty."""
    each = [it[None, :] - it[:, None] for it in (counts, totals, energy)]
    with np.errstate(divide="ignore", invalid="ignore"):
        errors: Floats = each[2] - each[1] ** 2 / each[0]
    return np.where(each[0] > 0, errors, np.inf)
