"""How likely misses of a prediction are: the farther off, the less; and as often as each was seen.

A miss of r weighs as often as it was seen, and (s / (s + r))⁴ on top of that. The spread s follows
the misses so far. Both are kept by class: of how much differs around.
"""

from __future__ import annotations

import numpy as np

from vqcore.arrays import Indices
from vqcore.coding.contexts import Values, Weights
from vqcore.coding.entropy import fourth_power
from vqcore.signals.layouts import Places

SPREAD_COUNT = 4
PRIOR = np.float32(40)


def miss_weights(counts: Values, start: Values) -> Weights:
    """Return how likely each miss is.

    Parameters
    ----------
    counts : float32 array of shape (classes, 2·most + 1), how often each was seen, −most to most
    start : float32 array of shape (classes,), how far off misses are at first

    Returns
    -------
    weights : of the shape of the counts
    """
    most = counts.shape[1] // 2
    away = np.abs(np.arange(-most, most + 1, dtype=np.float32))
    seen = counts.sum(axis=1, dtype=np.float64).astype(np.float32)
    missed = (counts * away).sum(axis=1, dtype=np.float64).astype(np.float32)
    spread = (missed + SPREAD_COUNT * start) / (seen + SPREAD_COUNT) * 2 + np.float32(0.3)
    prior = PRIOR / (1 + spread * np.float32(2 / 3))
    weights: Weights = fourth_power(spread[:, None], away) * prior[:, None] + counts
    return weights


def count(counts: Values, rows: Indices, columns: Places) -> None:
    """Add what was seen, by its row and column."""
    seen = np.bincount(rows * counts.shape[1] + columns, minlength=counts.size)
    counts += seen.reshape(counts.shape).astype(np.float32)
