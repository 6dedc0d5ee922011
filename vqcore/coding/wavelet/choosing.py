"""Vectors chosen for few bits as well as for little distortion, by the odds of the file.

Each becomes nothing, the codeword or the escape of least |x − y|² + λ·bits. All is done in whole
units, so that the choice is the same on every machine.
"""

from __future__ import annotations

import numpy as np

from vqcore.arrays import Differences, Floats, Indices, Reals, Rows, Whole
from vqcore.coding.entropy import Coder
from vqcore.coding.wavelet import lattice
from vqcore.coding.wavelet.following import pass_through
from vqcore.coding.wavelet.odds import Odds, few
from vqcore.coding.wavelet.tables import UNITS, log2
from vqcore.coding.wavelet.walking import Found
from vqcore.quantizers.wavelet import WORTH_OF_A_BIT
from vqcore.signals.waveletgrid import Place

HOPELESS = 0.36
"""Squared steps of a vector that is nothing, without a search."""
HARDLY_ESCAPES = 4.0
MANY_CODEWORDS = 200
LARGEST_SEARCHED = 2047
BITS_BEYOND = 6


class Chooser:
    """Decides what is best; with a Writer, writes it as well.

    Parameters
    ----------
    vectors : float32 array of shape (n, 4), whole units: all of a plane
    writer : or None
    rate_weight : λ, in squared steps per bit
    """

    def __init__(
        self, vectors: Reals, writer: Coder | None = None, rate_weight: float = WORTH_OF_A_BIT
    ) -> None:
        self._vectors, self._writer = vectors, writer
        self._rate_weight = np.float32(rate_weight * UNITS**2)

    def decide(self, where: Rows, place: Place, odds: Odds) -> Found:
        found = self._best(self._vectors[where], odds)
        return pass_through(self._writer, found, odds) if self._writer else found

    def _best(self, vectors: Reals, odds: Odds) -> Found:
        index = np.zeros(len(vectors), np.int32)
        multiples = np.zeros((len(vectors), 4), np.int16)
        energy = np.square(vectors, dtype=np.float64) @ np.ones(4)
        rows = np.flatnonzero(energy > HOPELESS * UNITS**2)
        for some in few(rows, 1 + len(odds.codewords)):
            index[some], multiples[some] = self._best_of(vectors[some], energy[some], odds, some)
        return Found(index, multiples)

    def _best_of(self, vectors: Reals, energy: Floats, odds: Odds, rows: Rows) -> Found:
        """Choose for vectors that may be something; costs are those above nothing's."""
        likely, escaped = odds.something[rows], odds.escaped(rows)
        begun = self._rate_weight * (log2(1 - likely) - log2(likely))
        index, least = np.zeros(len(rows), np.int32), np.zeros(len(rows))
        multiples = np.zeros((len(rows), 4), np.int16)
        if len(odds.codewords):
            entry, costs = self._nearest(vectors, odds, rows)
            costs += begun - self._rate_weight * log2(1 - escaped)
            better = costs < least
            index[better], least[better] = entry[better] + 1, costs[better]
            if not odds.signed:
                multiples[better] = np.where(vectors[better] < 0, -1, 1)
        many = len(odds.codewords) >= MANY_CODEWORDS
        tried = np.flatnonzero(energy > (HARDLY_ESCAPES if many else HOPELESS) * UNITS**2)
        found = lattice.multiples_of(vectors[tried])
        costs = np.square(vectors[tried] - lattice.in_units(found)) @ np.ones(4) - energy[tried]
        bits = escape_bits(odds, rows[tried], found) - log2(escaped[tried])
        costs += self._rate_weight * bits + begun[tried]
        better = (costs < least[tried]) & found.any(axis=1)
        index[tried[better]] = -1
        multiples[tried[better]] = found[better]
        return Found(index, multiples)

    def _nearest(self, vectors: Reals, odds: Odds, rows: Rows) -> tuple[Indices, Floats]:
        """Return the best codeword of each vector, and what it costs above the vector's energy."""
        codewords = odds.codewords.astype(np.float32)
        near = (vectors if odds.signed else np.abs(vectors)).clip(
            -LARGEST_SEARCHED, LARGEST_SEARCHED
        )
        costs = near @ (-2 * codewords.T)
        costs += np.square(codewords) @ np.ones(4, np.float32)
        costs += self._rate_weight * odds.entry_bits(rows)
        best = costs.argmin(axis=1)
        return best, costs[np.arange(len(best)), best].astype(np.float64)


def escape_bits(odds: Odds, rows: Rows, multiples: Differences) -> Floats:
    """Return the bits of escapes, about."""
    bits, before = np.zeros(len(rows)), list[Whole]()
    for magnitude in np.abs(multiples.T):
        weights = odds.magnitude_weights(rows, before)
        own = weights[np.arange(len(rows)), np.minimum(magnitude, lattice.LARGEST)]
        bits += log2(weights.sum(axis=1)) - log2(own) + (magnitude > 0)
        beyond = magnitude - lattice.LARGEST
        bits += np.where(beyond >= 0, BITS_BEYOND + beyond / 20, 0)
        before.append(magnitude)
    return bits
