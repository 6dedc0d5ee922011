"""The codebook: nearest codeword, look-up, and how often each codeword is used."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray
from threadpoolctl import ThreadpoolController

from vqcore.work import Work, finish

Samples = NDArray[np.uint8]
Floats = NDArray[np.floating]
Indices = NDArray[np.int32]

BLAS = ThreadpoolController()
CHUNK = 1024
MAX_CODEBOOK_SIZE = 4096
MIDDLE = 128
# Centred samples reach 128 in size, so x·c − ½|c|² of d samples stays within 1.5·2¹⁴·d, in halves.
# Up to this d float32 holds every such sum exactly; beyond it float64 does.
EXACT_FLOAT32_DIMENSION = 2**23 // (3 * 2**13)


@dataclass(frozen=True, eq=False)
class Codebook:
    """K codewords of d samples, as stored: 8 bits a sample.

    Parameters
    ----------
    codewords : uint8 array of shape (K, d), K >= 1
    """

    codewords: Samples

    def __post_init__(self) -> None:
        if self.codewords.dtype != np.uint8 or self.codewords.ndim != 2 or not self.bytes:
            shape, dtype = self.codewords.shape, self.codewords.dtype
            raise ValueError(f"codewords are a uint8 array of shape (K, d), not {dtype} {shape}")

    @property
    def size(self) -> int:
        return len(self.codewords)

    @property
    def bytes(self) -> int:
        """Return K·d: the bytes of the codewords as they are."""
        return self.codewords.size

    def use(self, indices: Indices) -> NDArray[np.int64]:
        """Return how many blocks use each codeword, shape (K,); 0 marks a dead codeword."""
        return np.bincount(indices, minlength=self.size)


def nearest(vectors: NDArray, codewords: NDArray) -> Indices:
    """Return the index of the nearest codeword for every vector.

    Parameters
    ----------
    vectors : array of shape (n, d)
        Sample values in [0, 255].
    codewords : array of shape (K, d)

    Returns
    -------
    indices : int32 array of shape (n,), values in [0, K)
        Ties take the lowest index; for integer samples distances are exact, so the result is the
        same on every machine.

    Raises
    ------
    ValueError
        If the two d differ; the message gives both shapes.

    Notes
    -----
    O(n·K·d) time, O(K) memory beside the result.

    Examples
    --------
    >>> nearest(np.uint8([[0], [9], [5]]), np.uint8([[1], [9]]))
    array([0, 1, 0], dtype=int32)
    """
    return finish(nearest_work(vectors, codewords))


def nearest_work(vectors: NDArray, codewords: NDArray) -> Work[Indices]:
    """Do the work of `nearest`, with a pause after each chunk of vectors."""
    indices = np.empty(len(vectors), np.int32)
    for rows, _, scores in score_chunks(vectors, codewords):
        indices[rows] = scores.argmax(axis=1)
        yield
    return indices


def score_chunks(
    vectors: NDArray, codewords: NDArray
) -> Iterator[tuple[slice, Floats, Floats]]:
    """Score every codeword for every vector, a chunk of vectors at a time.

    The score x·c − ½|c|² grows as the squared distance |x|² − 2·score falls, so one matrix product
    ranks all codewords.

    Parameters
    ----------
    vectors : array of shape (n, d)
    codewords : array of shape (K, d)

    Yields
    ------
    rows : slice of the vectors
    centred : floating array of shape (m, d), the vectors less 128
    scores : floating array of shape (m, K), to keep or to overwrite
    """
    if vectors.shape[1] != codewords.shape[1]:
        raise ValueError(f"vectors {vectors.shape} and codewords {codewords.shape} differ in d")
    exact: Any = np.float32 if vectors.shape[1] <= EXACT_FLOAT32_DIMENSION else np.float64
    turned = np.ascontiguousarray((codewords.astype(exact) - MIDDLE).T)
    half_squares = np.square(turned).sum(axis=0) / 2
    for start in range(0, len(vectors), CHUNK):
        rows = slice(start, start + CHUNK)
        centred = vectors[rows].astype(exact) - MIDDLE
        scores = product(centred, turned)
        scores -= half_squares
        yield rows, centred, scores


def product(left: NDArray, right: NDArray) -> NDArray:
    """Return the matrix product, computed on one thread.

    In products this small two threads gain little, and lose tenfold when another program is busy.
    """
    with BLAS.limit(limits=1, user_api="blas"):
        return left @ right
