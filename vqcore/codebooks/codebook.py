"""The codebook: nearest codeword, look-up, and how often each codeword is used."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from vqcore.arrays import Counts, Floats, Indices, Number, Numbers, Reals, Samples
from vqcore.codebooks.fixedpoint import grid_of
from vqcore.codebooks.scoring import EIGHT_BIT, Kind, scored
from vqcore.work import Work, finish

MAX_CODEBOOK_SIZE = 4096


@dataclass(frozen=True, eq=False)
class Codebook:
    """K codewords of d samples, as stored: 8 bits a sample, or 32 where they are numbers.

    Parameters
    ----------
    codewords : uint8 or float32 array of shape (K, d), K >= 1
    """

    codewords: Numbers

    def __post_init__(self) -> None:
        shape, dtype = self.codewords.shape, self.codewords.dtype
        if dtype not in (np.uint8, np.float32) or len(shape) != 2 or not self.bytes:
            raise ValueError(
                f"codewords are a uint8 or float32 array of shape (K, d), not {dtype} {shape}"
            )

    @property
    def size(self) -> int:
        return len(self.codewords)

    @property
    def bytes(self) -> int:
        """Return the bytes of the codewords as they are: K·d, or 4·K·d where they are numbers."""
        return self.codewords.nbytes

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
        sums, rows = self._sums, self._rows
        order = sorted(range(self.size), key=lambda index: (sums[index], rows[index]))
        return self if order == [*range(self.size)] else Codebook(self.codewords[order])

    @property
    def _sums(self) -> Floats:
        sums: Floats = self.codewords.sum(axis=1, dtype=np.float64)
        return sums

    @property
    def _rows(self) -> list[Any]:
        """Return what orders codewords of one sum."""
        if self.codewords.dtype == np.uint8:
            return [row.tobytes() for row in self.codewords]
        rows: list[Any] = self.codewords.tolist()
        return rows


def rounded(means: Floats, kind: Kind[Number]) -> Codebook:
    """Return means, shape (K, d), as they are stored, and in order."""
    return Codebook(kind.stored(means)).in_order()


def use_of(indices: Indices, size: int) -> Counts:
    """Return how many of the indices each of K codewords has, (K,); 0 marks a dead codeword.

    Examples
    --------
    >>> use_of(np.int32([2, 0, 2]), 4).tolist()
    [1, 0, 2, 0]
    """
    return np.bincount(indices, minlength=size)


def nearest(vectors: Numbers, codewords: Numbers) -> Indices:
    """Return the index of the nearest codeword for every vector.

    Parameters
    ----------
    vectors : uint8 or float32 array of shape (n, d)
    codewords : array of shape (K, d)
        In sample values.

    Returns
    -------
    indices : int32 array of shape (n,), values in [0, K)
        Ties take the lowest index. Distances are exact where samples are integers, and numbers are
        first rounded to a grid on which they are, see `fixedpoint`; so the result is the same on
        every machine.

    Raises
    ------
    ValueError
        If the vectors are neither, or the two d differ; the message says what they are.

    Notes
    -----
    O(n·K·d) time, O(K) memory beside the result.

    Examples
    --------
    >>> nearest(np.uint8([[0], [9], [5]]), np.uint8([[1], [9]]))
    array([0, 1, 0], dtype=int32)
    """
    if vectors.dtype == np.uint8:
        return finish(nearest_work(vectors, codewords, EIGHT_BIT))
    if vectors.dtype != np.float32:
        raise ValueError(
            f"vectors are a uint8 or float32 array of shape (n, d), not {vectors.dtype}"
        )
    grid = grid_of(vectors, codewords)
    return finish(nearest_work(grid.units(vectors), grid.units(codewords), grid.kind))


def nearest_work(
    vectors: NDArray[Number], codewords: Samples | Reals, kind: Kind[Number]
) -> Work[Indices]:
    """Do the work of `nearest`, for vectors of any kind, with a pause after each chunk of them."""
    indices = np.empty(len(vectors), np.int32)

    def find(rows: slice, centred: Reals, scores: Reals) -> None:
        indices[rows] = scores.argmax(axis=1)

    yield from scored(vectors, codewords, kind, find)
    return indices
