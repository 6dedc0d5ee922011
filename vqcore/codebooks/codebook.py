"""The codebook: nearest codeword, look-up, and how often each codeword is used."""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Any, TypeVar

import numpy as np
from numpy.typing import NDArray

from vqcore.arrays import Counts, Indices, Reals, Samples
from vqcore.work import Work, finish, on_all_cores, one_thread_a_product

Gathered = TypeVar("Gathered")

CHUNK = 8192
SCORES_AT_ONCE = 2**20
MAX_CODEBOOK_SIZE = 4096
MIDDLE = 128
# Centred samples reach 128 in size, so x·c − ½|c|² of d samples stays within 1.5·2¹⁴·d, in halves.
# Up to this d float32 holds every such sum exactly; beyond it float64 does.
EXACT_FLOAT32_DIMENSION = 2**23 // (3 * 2**13)


class _Scratch(threading.local):
    """Each thread's memory for arrays that are used and done with, again and again.

    To ask the system for megabytes at every chunk can take longer than to compute with them.
    """

    def __init__(self) -> None:
        self._buffers: dict[str, Samples] = {}

    def array(self, name: str, shape: tuple[int, int], dtype: Any) -> NDArray:
        """Return an array with anything in it; it holds until the thread asks for the next."""
        count = shape[0] * shape[1] * np.dtype(dtype).itemsize
        if count > self._buffers.get(name, np.empty(0)).nbytes:
            self._buffers[name] = np.empty(count, np.uint8)
        return self._buffers[name][:count].view(dtype).reshape(shape)


SCRATCH = _Scratch()


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

    @property
    def is_in_order(self) -> bool:
        """Say whether the sums of the codewords ascend, as they do in a .vq file."""
        return bool((np.diff(self._sums) >= 0).all())

    def in_order(self) -> Codebook:
        """Return the codewords by ascending sums, ties by their samples: the order of a .vq file.

        Every trained codebook has that order, so that index k means the same codeword everywhere.

        Examples
        --------
        >>> Codebook(np.uint8([[9, 9], [7, 0], [0, 7]])).in_order().codewords.tolist()
        [[0, 7], [7, 0], [9, 9]]
        """
        sums, rows = self._sums, [row.tobytes() for row in self.codewords]
        order = sorted(range(self.size), key=lambda index: (sums[index], rows[index]))
        return self if order == [*range(self.size)] else Codebook(self.codewords[order])

    @property
    def _sums(self) -> Counts:
        return self.codewords.sum(axis=1, dtype=np.int64)


def use_of(indices: Indices, size: int) -> Counts:
    """Return how many of the indices each of K codewords has, (K,); 0 marks a dead codeword.

    Examples
    --------
    >>> use_of(np.int32([2, 0, 2]), 4).tolist()
    [1, 0, 2, 0]
    """
    return np.bincount(indices, minlength=size)


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

    def find(rows: slice, centred: Reals, scores: Reals) -> None:
        indices[rows] = scores.argmax(axis=1)

    indices = np.empty(len(vectors), np.int32)
    yield from scored(vectors, codewords, find)
    return indices


def scored(
    vectors: NDArray,
    codewords: NDArray,
    gather: Callable[[slice, Reals, Reals], Gathered],
) -> Iterator[Gathered]:
    """Score every codeword for every vector, chunks of vectors at a time, on all cores.

    The score x·c − ½|c|² grows as the squared distance |x|² − 2·score falls, so one matrix product
    ranks all codewords: that of the vectors, with a 1 at the end, and the codewords, with −½|c|².

    Parameters
    ----------
    vectors : array of shape (n, d)
    codewords : array of shape (K, d)
    gather : called for each chunk, in any order and from any thread, with

        - rows : slice of the vectors
        - centred : floating array of shape (m, d), the vectors, 8-bit samples less 128
        - scores : floating array of shape (m, K) or wider with −inf, to overwrite, not to keep

    Yields
    ------
    What gather returned, in the order of the vectors
    """
    if vectors.shape[1] != codewords.shape[1]:
        raise ValueError(f"vectors {vectors.shape} and codewords {codewords.shape} differ in d")

    def score(rows: slice) -> Gathered:
        centred = _with_ones(vectors[rows], exact)
        scores = SCRATCH.array("scores", (len(centred), turned.shape[1]), exact)
        return gather(rows, centred[:, :-1], np.matmul(centred, turned, out=scores))

    exact: Any = np.float32 if vectors.shape[1] <= EXACT_FLOAT32_DIMENSION else np.float64
    shift = MIDDLE if vectors.dtype == np.uint8 else 0
    turned = _turned(codewords.astype(exact) - shift)
    return on_all_cores(score, chunks(len(vectors), SCORES_AT_ONCE // len(codewords)))


def _turned(codewords: Reals) -> Reals:
    """Return the codewords as columns, with −½|c|² below each, and some columns that never win.

    Rows of scores whose length is a multiple of 4096 bytes get in each other's way in the cache.
    """
    size, dimension = codewords.shape
    turned = np.zeros((dimension + 1, size + (16 if size % 1024 == 0 else 0)), codewords.dtype)
    turned[:-1, :size] = codewords.T
    turned[-1, size:] = -np.inf
    turned[-1, :size] = np.square(codewords).sum(axis=1) / -2
    return turned


def _with_ones(vectors: NDArray, dtype: Any) -> Reals:
    """Return the vectors with a 1 at the end of each; those of 8-bit samples less 128."""
    augmented = SCRATCH.array("augmented", (len(vectors), vectors.shape[1] + 1), dtype)
    augmented[:, :-1] = (vectors ^ MIDDLE).view(np.int8) if vectors.dtype == np.uint8 else vectors
    augmented[:, -1] = 1
    return augmented


def chunks(count: int, size: int = CHUNK) -> Iterator[slice]:
    """Cut 0 … count into equal slices of at most `size`, one or an even number."""
    number = -(-count // min(max(size, 128), CHUNK))
    number += number % 2 if number > 1 else 0
    step = max(1, -(-count // max(number, 1)))
    return (slice(start, min(start + step, count)) for start in range(0, count, step))


def product(left: NDArray, right: NDArray) -> NDArray:
    """Return the matrix product, computed on the thread that asks for it."""
    with one_thread_a_product():
        return left @ right
