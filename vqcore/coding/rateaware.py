"""Rate-aware encoding: the codeword that is worth its bits, instead of the nearest.

Each block takes the codeword with the least |x − c|² + λ·bits, where bits is what the file will
spend on that index just there; then each codeword becomes the mean of its blocks, and those that
nobody uses are dropped. Chou, Lookabaugh & Gray 1989, doi:10.1109/29.17498.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from vqcore.arrays import Indices, Samples
from vqcore.codebooks.codebook import MIDDLE, Codebook, product
from vqcore.codebooks.training import cell_means
from vqcore.coding.codec import Encoded
from vqcore.coding.entropy import Weights, code_indices
from vqcore.quantizers.plain import codebook_of, quantizer_of
from vqcore.quantizers.quantizer import Quantizer
from vqcore.signals.blocks import BlockLayout
from vqcore.work import Work

ROUNDS = 3


class Chooser:
    """A coder that takes block numbers, and answers with the codeword each had better use."""

    def __init__(self, vectors: Samples, codewords: Samples, rate_weight: float) -> None:
        self._vectors = vectors
        centred = codewords.astype(np.float32) - MIDDLE
        self._twice = np.ascontiguousarray(2 * centred.T)
        self._squares = np.square(centred).sum(axis=1)
        self._rate_weight = np.float32(rate_weight)

    def code(self, symbols: NDArray, weights: Weights) -> Indices:
        """Return the best codeword of each block; a weight of w costs −log2 w bits, and a sum."""
        centred = self._vectors[symbols].astype(np.float32) - MIDDLE
        worth = self._rate_weight * np.log2(weights)
        worth += product(centred, self._twice)
        worth -= self._squares
        return worth.argmax(axis=1).astype(np.int32)


def rate_aware_work(
    layout: BlockLayout, vectors: Samples, quantizer: Quantizer, rate_weight: float
) -> Work[Encoded]:
    """Encode for few bits as well as for little distortion.

    Parameters
    ----------
    vectors : uint8 array of shape (n, d)
    quantizer : plain, trained without regard to the rate, K codewords
    rate_weight : λ >= 0, in squared error per bit; 0 gives the nearest codewords

    Returns
    -------
    encoded : with at most K codewords, all of them in use
    """
    codewords = codebook_of(quantizer).codewords
    for _ in range(ROUNDS):
        indices = yield from _choice(layout, vectors, codewords, rate_weight)
        codewords, indices = _used(codewords, indices)
        codewords = cell_means(vectors, indices, codewords)
    indices = yield from _choice(layout, vectors, codewords, rate_weight)
    codewords, indices = _used(codewords, indices)
    return Encoded(layout, quantizer_of(Codebook(codewords)), indices[:, None])


def rate_aware_choice_work(
    layout: BlockLayout, vectors: Samples, quantizer: Quantizer, rate_weight: float
) -> Work[Encoded]:
    """Do as `rate_aware_work`, but leave the codewords as they are."""
    codewords = codebook_of(quantizer).codewords
    indices = yield from _choice(layout, vectors, codewords, rate_weight)
    return Encoded(layout, quantizer, indices[:, None])


def _used(codewords: Samples, indices: Indices) -> tuple[Samples, Indices]:
    """Drop the codewords that nobody uses, and renumber the others."""
    used, places = np.unique(indices, return_inverse=True)
    return codewords[used], places.astype(np.int32)


def _choice(
    layout: BlockLayout, vectors: Samples, codewords: Samples, rate_weight: float
) -> Work[Indices]:
    chooser = Chooser(vectors, codewords, rate_weight)
    blocks = np.arange(layout.blocks, dtype=np.int32)
    return (yield from code_indices(chooser, layout, codewords, blocks))
