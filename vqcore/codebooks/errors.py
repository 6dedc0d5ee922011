"""What vectors lose when a codebook stands for them."""

from __future__ import annotations

import numpy as np

from vqcore.arrays import Counts, Indices, Samples
from vqcore.codebooks.codebook import Codebook, nearest_work
from vqcore.codebooks.scoring import EIGHT_BIT, chunks
from vqcore.metrics import psnr_db
from vqcore.work import Work, on_all_cores

SAMPLES_AT_ONCE = 2**20


def psnr_work(vectors: Samples, codebook: Codebook) -> Work[float]:
    """Return the PSNR in dB of vectors encoded each by its nearest codeword, with pauses."""
    indices = yield from nearest_work(vectors, codebook.codewords, EIGHT_BIT)
    errors = yield from squared_errors_work(vectors, codebook.codewords, indices)
    return psnr_db(int(errors.sum()) / vectors.size)


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
