"""What vectors lose when a codebook stands for them."""

from __future__ import annotations

import numpy as np

from vqcore.arrays import Counts, Indices, Samples
from vqcore.codebooks.scoring import chunks
from vqcore.work import Work, on_all_cores

SAMPLES_AT_ONCE = 2**20


def squared_errors_work(vectors: Samples, codewords: Samples, indices: Indices) -> Work[Counts]:
    """Return |x − c|² for every vector and the codeword of its index, shape (n,), with pauses.

    Parameters
    ----------
    vectors : uint8 array of shape (n, d)
    codewords : uint8 array of shape (K, d)
    indices : int32 array of shape (n,)
    """

    def measure(rows: slice) -> None:
        errors = vectors[rows].astype(np.int32) - codewords[indices[rows]]
        squares[rows] = np.einsum("ij,ij->i", errors, errors)

    squares = np.empty(len(vectors), np.int64)
    for _ in on_all_cores(measure, chunks(len(vectors), SAMPLES_AT_ONCE // vectors.shape[1])):
        yield
    return squares
