"""Odds without anything shipped: what was counted so far where surroundings are alike.

How strong a vector is likely to be is a weighted sum of the magnitudes around it; by that it is of
one of 18 classes. In each class it is counted how often vectors are something, how often escapes,
and which codewords, those of the classes beside it counting a little. Codewords are magnitudes
here: the signs of a vector come after its codeword, each as likely as the other.
"""

from __future__ import annotations

from functools import cached_property

import numpy as np

from vqcore.arrays import Differences, Floats, Indices, Reals, Rows, Whole
from vqcore.coding.wavelet.lattice import LARGEST
from vqcore.coding.wavelet.surroundings import Known, Surroundings
from vqcore.coding.wavelet.tables import MAGNITUDES, UNITS, geometric_weights, log2
from vqcore.signals.waveletgrid import Place

CLASSES = 18
FIRST_BOUND = 820
LEAST = 4 * UNITS
EDGES, CORNERS = (1, 2, 4, 5, 6, 7, 9, 10), (0, 3, 8, 11)
PARENT, PARENTS, OTHERS = (21,), tuple(range(17, 26)), (26, 28)
SIBLINGS, LUMA, CB = (31, 32, 33, 34, 36, 37, 38, 39), (42, 43, 44, 45), (49, 50, 51, 52)
IN_CHROMA = {LUMA: 3, CB: 6}
WEIGHTS = (
    {PARENT: 69, PARENTS: 6, OTHERS: 3, SIBLINGS: 9},
    {CORNERS: 72, PARENT: 62, OTHERS: 4, SIBLINGS: 6},
    {EDGES: 60, PARENT: 31, OTHERS: 1, SIBLINGS: 4},
    {EDGES: 61, PARENT: 34, OTHERS: 1, SIBLINGS: 4},
)
"""By pass: what each of some features, see `surroundings`, counts, in 256ths."""
OWN, BESIDE, OF_ALL = 16, 6, 48
LONGEST_AT_FIRST = 5


class Counter:
    """The odds of a plane's vectors by what was counted so far.

    Parameters
    ----------
    codewords : int16 array of shape (k, 4), magnitudes in units, all but nothing
    """

    def __init__(self, codewords: Differences) -> None:
        self.codewords = codewords
        classes = np.arange(CLASSES)
        self.something = np.stack([np.full(CLASSES, 16.0), 4.0 + 2 * classes])
        self.escapes = np.stack([np.full(CLASSES, 12.0), 1.0 + np.maximum(classes - 10, 0) ** 2])
        self.entries = np.zeros((CLASSES, len(codewords)))

    def odds(self, place: Place, known: Known, around: Surroundings, phase: int) -> CountedOdds:
        """Return the odds of one pass."""
        features = around.features(phase)
        weights = WEIGHTS[phase] | (IN_CHROMA if known.chroma else {})
        strength = sum(
            weight * MAGNITUDES[features[some, :]].sum(axis=0) for some, weight in weights.items()
        )
        return CountedOdds(self, np.searchsorted(BOUNDS, strength + LEAST))

    @property
    def entry_weights(self) -> Floats:
        """Return those of codewords in each class, (classes, k), whole numbers."""
        total = self.entries.sum(axis=0) + 1
        weights: Floats = OWN * self.entries + np.floor(OWN * OF_ALL * total / total.sum()) + 1
        weights[1:] += BESIDE * self.entries[:-1]
        weights[:-1] += BESIDE * self.entries[1:]
        return weights


class CountedOdds:
    """How likely each symbol is for the vectors of a pass, given their classes."""

    signed = False

    def __init__(self, counter: Counter, classes: Rows) -> None:
        self._counter, self._classes = counter, classes
        self.codewords = counter.codewords

    @property
    def something(self) -> Floats:
        """Return how likely each vector is something, shape (m,)."""
        return _share(self._counter.something, self._classes)

    def escaped(self, rows: Rows) -> Floats:
        """Return how likely some are then an escape; if there is no codeword, they are."""
        if not len(self.codewords):
            return np.ones(len(rows))
        return _share(self._counter.escapes, self._classes[rows])

    @cached_property
    def _entry_weights(self) -> Floats:
        return self._counter.entry_weights

    def entry_weights(self, rows: Rows) -> Floats:
        """Return the weights of codewords for some vectors, shape (r, k)."""
        weights: Floats = self._entry_weights[self._classes[rows]]
        return weights

    def entry_bits(self, rows: Rows) -> Reals:
        """Return the bits of codewords and their signs for some vectors, about, shape (r, k)."""
        weights = self._entry_weights
        bits = log2(weights.sum(axis=1, keepdims=True)) - log2(weights)
        bits += (self.codewords > 0).sum(axis=1)
        return bits.astype(np.float32)[self._classes[rows]]

    def magnitude_weights(self, rows: Rows, before: list[Whole]) -> Floats:
        """Return the weights of the next magnitude in escapes, 0 to 17, given those before it."""
        expected = USUAL[self._classes[rows]]
        if before:
            expected = (expected + 16 * sum(before) // len(before)) // 2
        weights = geometric_weights(expected, LARGEST)[:, LARGEST:]
        weights[:, 1:] *= 2
        return weights

    def negative(self, rows: Rows, place: int, magnitudes: Whole) -> Floats:
        """Return how likely magnitudes at a place of escapes are negative: as not."""
        return np.full(len(rows), 0.5)

    def learn(self, index: Indices) -> None:
        """Take what all vectors of the pass are: 0 nothing, −1 an escape, else a codeword."""
        counter, classes = self._counter, self._classes
        for value in (0, 1):
            counter.something[value] += np.bincount(classes[(index != 0) == value], None, CLASSES)
            escaped = (index < 0) == value
            counter.escapes[value] += np.bincount(classes[escaped & (index != 0)], None, CLASSES)
        rows = np.flatnonzero(index > 0)
        places = classes[rows] * len(self.codewords) + index[rows] - 1
        counted = np.bincount(places, None, counter.entries.size)
        counter.entries += counted.reshape(counter.entries.shape)


def _share(counts: Floats, classes: Rows) -> Floats:
    share: Floats = (counts[1] / counts.sum(axis=0))[classes]
    return share


def _bounds() -> list[int]:
    bounds = [FIRST_BOUND]
    while len(bounds) < CLASSES - 1:
        bounds.append(bounds[-1] * 138 // 100)
    return bounds


BOUNDS = np.array(_bounds())
"""What separates the classes, in 256ths of units."""

USUAL = np.maximum(19, np.array([*BOUNDS, BOUNDS[-1] * 138 // 100]) // (16 * UNITS))
"""16 times the magnitude that is usual in an escape of each class."""
