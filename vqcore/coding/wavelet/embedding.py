"""What the network makes of codewords that it was not trained with: a linear map of their features.

A codeword's 32 numbers and its bias are sums of features times weights, for each sort of bands. All
are whole numbers; features are in 64ths.
"""

from __future__ import annotations

from itertools import combinations
from typing import NamedTuple

import numpy as np

from vqcore.arrays import Differences, Indices, Whole
from vqcore.coding.wavelet.network import Book
from vqcore.coding.wavelet.tables import UNITS, logs_of

LARGEST = 127
SHIFT = 12


class Embedding(NamedTuple):
    """The weights of the map.

    Parameters
    ----------
    weights : int array of shape (books, f, 33); the last is the bias
    """

    weights: Indices

    def books(self, codewords: Differences) -> list[Book]:
        """Return the book of codewords, (k, 4) in units, for each sort of bands."""
        features = features_of(codewords)
        sums = (features @ own >> SHIFT for own in self.weights.astype(np.int64))
        return [Book.of(codewords, own[:, :-1].clip(-LARGEST, LARGEST), own[:, -1]) for own in sums]


def features_of(codewords: Differences) -> Whole:
    """Return the features of codewords, shape (k, f), in 64ths.

    One; the magnitudes, their logarithms, their largest and least; the length, its square and
    logarithm; of each two coefficients their product, with signs and without, beside the square of
    the length, and the lesser magnitude; the square of each, beside that as well.
    """
    units = codewords.astype(np.int64)
    size = np.abs(units)
    square = np.square(units).sum(axis=1, keepdims=True)
    length = np.floor(np.sqrt(square)).astype(np.int64)
    most, least = size.max(axis=1, keepdims=True), size.min(axis=1, keepdims=True)
    logs = 4 * logs_of(np.concatenate([size, length], axis=1)).astype(np.int64)
    every = [np.full_like(square, UNITS), size, logs[:, :4], length, square // (4 * UNITS)]
    every += [logs[:, 4:], most, least, _share(np.square(units), square)]
    for first, second in combinations(range(4), 2):
        product = units[:, [first]] * units[:, [second]]
        every += [_share(product, square), _share(np.abs(product), square)]
        every.append(np.minimum(size[:, [first]], size[:, [second]]))
    return np.concatenate(every, axis=1)


def _share(part: Whole, square: Whole) -> Whole:
    return UNITS * part // (square + UNITS**2 // 2)
