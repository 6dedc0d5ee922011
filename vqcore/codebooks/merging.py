"""Merging cells: a codebook made smaller without another look at the vectors."""

from __future__ import annotations

import numpy as np

from vqcore.arrays import Counts, Floats
from vqcore.codebooks.scoring import product
from vqcore.work import Work

# An empty cell weighs next to nothing, so that no pair of cells weighs nothing at all.
LEAST_WEIGHT = 1e-6


def merged(means: Floats, counts: Counts, size: int) -> Work[Floats]:
    """Merge the two cells that cost least to merge until `size` are left, and return their means.

    To merge cells of n and m vectors whose means are a and b adds n·m / (n + m) · |a − b|² to the
    distortion. Equitz 1989, doi:10.1109/29.35395.

    Parameters
    ----------
    means : array of shape (K, d)
    counts : array of shape (K,)
        Vectors in each cell. Empty cells go first.
    size : 1 to K

    Notes
    -----
    O(K·d + K) time a merger, and O(K²·d) before the first; O(K²) memory.
    """
    cells = _Cells(means, counts)
    for _ in range(len(means) - size):
        cells.merge_cheapest()
        yield
    left: Floats = cells.means[cells.left]
    return left


class _Cells:
    """Cells, what it costs to merge each pair, and with which each is merged most cheaply."""

    def __init__(self, means: Floats, counts: Counts) -> None:
        self.means = means.copy()
        self.weights = np.maximum(counts, LEAST_WEIGHT)
        self.left = np.full(len(means), True)
        squares = np.einsum("ij,ij->i", means, means)
        distances = (squares[:, None] + squares - 2 * product(means, means.T)).clip(0)
        sums = self.weights[:, None] + self.weights
        self._costs = distances * (self.weights[:, None] * self.weights / sums)
        np.fill_diagonal(self._costs, np.inf)
        self._partners = self._costs.argmin(axis=1)

    def merge_cheapest(self) -> None:
        """Merge a pair.

        Only cells whose partner was one of it may need another: the union is no nearer to the
        others than the nearer of the pair was.
        """
        one = int(self._least().argmin())
        other = int(self._partners[one])
        self._join(one, other)
        row = self._costs_with(one)
        self._costs[one] = self._costs[:, one] = row
        self._costs[other] = self._costs[:, other] = np.inf
        stale = np.flatnonzero((self._partners == one) | (self._partners == other))
        self._partners[stale] = self._costs[stale].argmin(axis=1)

    def _least(self) -> Floats:
        """Return what it costs to merge each cell with its partner."""
        least: Floats = self._costs[np.arange(len(self._costs)), self._partners]
        return least

    def _join(self, one: int, other: int) -> None:
        share = self.weights[other] / (self.weights[one] + self.weights[other])
        self.means[one] += share * (self.means[other] - self.means[one])
        self.weights[one] += self.weights[other]
        self.left[other] = False

    def _costs_with(self, one: int) -> Floats:
        offsets = self.means - self.means[one]
        weight = self.weights * self.weights[one] / (self.weights + self.weights[one])
        costs: Floats = np.einsum("ij,ij->i", offsets, offsets) * weight
        costs[~self.left] = costs[one] = np.inf
        return costs
