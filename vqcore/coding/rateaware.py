"""Rate-aware encoding: the codeword that is worth its bits, instead of the nearest.

Each block takes the codeword with the least |x − c|² + λ·bits, where bits is what the file will
spend on that index just there; then each entry becomes the mean of what it stands for, and those
that nobody uses are dropped. Chou, Lookabaugh & Gray 1989, doi:10.1109/29.17498.
"""

from __future__ import annotations

import numpy as np

from vqcore.arrays import Indices, Samples
from vqcore.codebooks.scoring import MIDDLE, product
from vqcore.coding.codec import Encoded
from vqcore.coding.contexts import SideMatch, Weights, walk
from vqcore.quantizers.additive import in_use, refit_work
from vqcore.quantizers.quantizer import Quantizer
from vqcore.signals.blocks import BlockLayout
from vqcore.signals.layouts import Places
from vqcore.work import Work

ROUNDS = 3


class Chooser:
    """Picks the index that each vector had better use; with several columns, in turn.

    Parameters
    ----------
    vectors : uint8 array of shape (n, d)
    quantizer
    rate_weight : λ, in squared error per bit
    """

    def __init__(self, vectors: Samples, quantizer: Quantizer, rate_weight: float) -> None:
        self._vectors = vectors
        self._tables = [table.astype(np.float32) for table in quantizer.tables]
        self._tables[0] -= MIDDLE
        self._twice = [np.ascontiguousarray(2 * table.T) for table in self._tables]
        self._squares = [np.square(table).sum(axis=1) for table in self._tables]
        self._rate_weight = np.float32(rate_weight)

    def pick(self, column: int, vectors: Places, known: Indices, weights: Weights) -> Indices:
        """Return the best index of each vector; a weight of w costs −log2 w bits, and a sum."""
        rest = self._vectors[vectors].astype(np.float32) - MIDDLE
        for table, chosen in zip(self._tables[:column], known[vectors].T, strict=False):
            rest -= table[chosen]
        worth = self._rate_weight * np.log2(weights)
        worth += product(rest, self._twice[column])
        worth -= self._squares[column]
        best: Indices = worth.argmax(axis=1).astype(np.int32)
        return best


def rate_aware_work(
    layout: BlockLayout, vectors: Samples, quantizer: Quantizer, rate_weight: float
) -> Work[Encoded]:
    """Encode for few bits as well as for little distortion.

    Parameters
    ----------
    vectors : uint8 array of shape (n, d)
    quantizer : trained without regard to the rate
    rate_weight : λ >= 0, in squared error per bit; 0 gives the nearest codewords

    Returns
    -------
    encoded : with at most K entries in each table, all of them in use but for what goes unsaid
    """
    for _ in range(ROUNDS):
        quantizer, indices = yield from _chosen(layout, vectors, quantizer, rate_weight)
        quantizer = yield from refit_work(quantizer, vectors, indices)
    quantizer, indices = yield from _chosen(layout, vectors, quantizer, rate_weight)
    return Encoded(layout, quantizer, indices)


def _chosen(
    layout: BlockLayout, vectors: Samples, quantizer: Quantizer, rate_weight: float
) -> Work[tuple[Quantizer, Indices]]:
    """Choose, and drop the entries that nobody uses; return the others, and which each takes."""
    indices = yield from _choice(layout, vectors, quantizer, rate_weight)
    return in_use(quantizer, indices)


def rate_aware_choice_work(
    layout: BlockLayout, vectors: Samples, quantizer: Quantizer, rate_weight: float
) -> Work[Encoded]:
    """Do as `rate_aware_work`, but leave the quantizer as it is."""
    indices = yield from _choice(layout, vectors, quantizer, rate_weight)
    return Encoded(layout, quantizer, indices)


def _choice(
    layout: BlockLayout, vectors: Samples, quantizer: Quantizer, rate_weight: float
) -> Work[Indices]:
    chooser = Chooser(vectors, quantizer, rate_weight)
    return (yield from walk(layout, SideMatch(layout, quantizer), chooser.pick))
