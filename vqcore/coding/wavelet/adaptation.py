"""What a picture teaches: odds that were predicted, corrected by what was seen so far.

All counts are of whole 65536ths, and exact.
"""

from __future__ import annotations

from typing import NamedTuple

import numpy as np

from vqcore.arrays import Differences, Flags, Floats, Indices, Rows, Samples
from vqcore.coding.wavelet.tables import UNITS

SHARES = 65536
BIN_BOUNDS = np.array([0.03, 0.08, 0.18, 0.35, 0.55, 0.75, 0.92])
BINS = len(BIN_BOUNDS) + 1
FLAG_PRIOR = 24 * SHARES
ENTRY_PRIOR = 12 * SHARES
GROUP_PRIOR = 24 * SHARES


class Predicted(NamedTuple):
    """How likely flags were said to be set, and in which bins that is.

    Parameters
    ----------
    likely : float64 array of shape (m,)
    bins : uint8 array of shape (m,)
    """

    likely: Floats
    bins: Samples

    @classmethod
    def of(cls, likely: Floats) -> Predicted:
        return cls(likely, np.searchsorted(BIN_BOUNDS, likely).astype(np.uint8))


class FlagCounts:
    """How often a flag was set, where it was likely so and so much, beside how often it should."""

    def __init__(self) -> None:
        self._seen, self._expected = np.zeros((2, BINS)), np.zeros((2, BINS))

    def corrected(self, predicted: Predicted) -> Floats:
        """Return the probabilities that flags are set, given those predicted."""
        likely, bins = predicted
        ratio = (self._seen + FLAG_PRIOR) / (self._expected + FLAG_PRIOR)
        odds = likely * (ratio[1] / ratio[0])[bins]
        share: Floats = odds / (odds + (1 - likely))
        return share.clip(2.0**-16, 1 - 2.0**-16)

    def learn(self, predicted: Predicted, flags: Flags) -> None:
        """Take what was predicted, and what came."""
        likely, bins = predicted
        every = SHARES * np.bincount(bins, minlength=BINS)
        seen = SHARES * np.bincount(bins[flags], minlength=BINS)
        expected = np.bincount(bins, np.floor(likely * SHARES), BINS)
        self._seen += every - seen, seen
        self._expected += every - expected, expected


class EntryCounts:
    """The same of codewords: of each, and of all that are alike in shape.

    Parameters
    ----------
    codewords : int array of shape (k, 4), in units; none of them is nothing
    """

    def __init__(self, codewords: Differences) -> None:
        self._seen, self._expected = np.zeros(len(codewords)), np.zeros(len(codewords))
        self._group = _alike(codewords)

    @property
    def factors(self) -> Floats:
        """Return by what to multiply the weight of each codeword, 16 to 8192."""
        of_group = _by_group(self._group, self._seen, self._expected)[self._group]
        own = (self._seen + ENTRY_PRIOR) / (self._expected * of_group + ENTRY_PRIOR)
        return np.floor(own * of_group * 256).clip(16, 8192)

    def learn(self, weights: Floats, found: Indices) -> None:
        """Take what was predicted, whole weights of shape (m, k), and what came, shape (m,)."""
        shares = weights * (SHARES / weights.sum(axis=1, keepdims=True))
        self._expected += np.floor(shares, out=shares).sum(axis=0)
        self._seen += np.bincount(found, minlength=len(self._seen)) * SHARES


def _by_group(group: Rows, seen: Floats, expected: Floats) -> Floats:
    seen_of, expected_of = (np.bincount(group, counts) for counts in (seen, expected))
    ratio: Floats = (seen_of + GROUP_PRIOR) / (expected_of + GROUP_PRIOR)
    return ratio


def _alike(codewords: Differences) -> Rows:
    """Return a number for each, the same for those of like strength and like large coefficients."""
    strength = np.abs(codewords.astype(np.int64))
    most = strength.max(axis=1, keepdims=True, initial=0)
    which = (strength * 2 > most) @ np.array([1, 2, 4, 8])
    octave = (most > 2 * UNITS).astype(int) + (most > 4 * UNITS)
    return np.unique(which * 3 + octave[:, 0], return_inverse=True)[1]
