"""Fit what the network makes of codewords that it was not trained with."""

from __future__ import annotations

import numpy as np

from tests.training.checkpoint import BIAS_SCALE, ROW_SCALE, LearnedBook
from vqcore.arrays import Floats
from vqcore.coding.wavelet.embedding import SHIFT, features_of
from vqcore.coding.wavelet.tables import UNITS

HARDLY_USED, LITTLE = 3, 0.05
RIDGE = 1e-2


def weights_of(books: list[LearnedBook]) -> Floats:
    """Return the weights of `Embedding`, (books, f, 33), in whole numbers.

    By least squares, the more a codeword is used the more it counts; drawn towards the mean.
    """
    return np.stack([_of_book(book) for book in books])


def _of_book(book: LearnedBook) -> Floats:
    counts = np.sqrt(book.uses + 1)
    counts[book.uses < HARDLY_USED] *= LITTLE
    scales = np.array([ROW_SCALE] * book.rows.shape[1] + [BIAS_SCALE])
    codewords, rows, biases = book.rounded()
    wanted = np.concatenate([rows, biases[:, None]], axis=1) / scales
    features = features_of(codewords).astype(np.float64) / UNITS
    mean = (wanted * counts[:, None] ** 2).sum(axis=0) / (counts**2).sum()
    inputs = features * counts[:, None]
    ridge = RIDGE * np.eye(features.shape[1]) * (counts**2).mean()
    weights = np.linalg.solve(
        inputs.T @ inputs + ridge, inputs.T @ ((wanted - mean) * counts[:, None])
    )
    weights[0] += mean  # the first feature is one
    return np.round(weights * scales * 2**SHIFT / UNITS)
