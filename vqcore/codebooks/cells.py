"""The cells of a codebook: which vectors each codeword stands for, and what they come to."""

from __future__ import annotations

from copy import copy
from dataclasses import dataclass
from functools import lru_cache
from typing import Any

import numpy as np
from numpy.typing import NDArray
from scipy.sparse import csc_array

from vqcore.arrays import Counts, Floats, Indices, Number, Reals, Samples
from vqcore.codebooks.scoring import Kind, chunks, scored
from vqcore.work import Work, on_all_cores


@dataclass(frozen=True, eq=False)
class Cells:
    """What each of K cells comes to: all that an update of the codewords needs.

    Parameters
    ----------
    counts : int array of shape (K,)
        Vectors in each cell.
    means : float array of shape (K, d)
        The mean of each cell, in sample values; for an empty cell its codeword.
    distortion : float array of shape (K,)
        The squared error summed over each cell.
    """

    counts: Counts
    means: Floats
    distortion: Floats

    @property
    def total(self) -> float:
        return float(self.distortion.sum())


@dataclass(frozen=True, eq=False)
class Partition(Cells):
    """The cells of a codebook, and where each of n vectors is among them.

    Parameters
    ----------
    indices : int32 array of shape (n,)
    loss : float array of shape (K,)
        How much the distortion would rise without each codeword; zeros unless asked for.
    errors : float array of shape (n,)
        The squared error of each vector.
    """

    indices: Indices
    loss: Floats
    errors: Floats


def partition(
    vectors: NDArray[Number],
    codewords: Samples | Reals,
    kind: Kind[Number],
    *,
    with_loss: bool = False,
) -> Work[Partition]:
    """Assign every vector to its nearest codeword and gather what each cell holds.

    Parameters
    ----------
    vectors : array of shape (n, d)
    codewords : array of shape (K, d)
    kind : that of the vectors
    with_loss : also find each vector's second nearest codeword, for `Partition.loss`
    """
    size = len(codewords)
    indices = np.empty(len(vectors), np.int32)
    errors, losses = np.zeros((2, len(vectors)))

    def measure(rows: slice, centred: Reals, scores: Reals) -> None:
        lines = np.arange(len(scores))
        cells = indices[rows] = scores.argmax(axis=1)
        best = scores[lines, cells]
        errors[rows] = np.einsum("ij,ij->i", centred, centred) - 2 * best
        if with_loss and size > 1:
            scores[lines, cells] = -np.inf
            second = scores[lines, scores.argmax(axis=1)]  # max itself takes five times as long
            losses[rows] = 2 * (best - second)

    yield from scored(vectors, codewords, kind, measure)
    errors = errors.clip(0)
    means = yield from means_work(vectors, indices, codewords, kind.sums)
    return Partition(
        counts=np.bincount(indices, minlength=size),
        means=kind.on_grid(means),
        distortion=np.bincount(indices, errors, size).astype(np.float64),
        indices=indices,
        loss=np.bincount(indices, losses, size).astype(np.float64) if with_loss else np.zeros(size),
        errors=errors,
    )


def means_work(
    vectors: NDArray[Number], indices: Indices, codewords: Samples | Reals, dtype: Any = np.float32
) -> Work[Floats]:
    """Return the mean of each cell, shape (K, d); for an empty cell its codeword.

    The vectors of a chunk are added up in a type of float, and the chunks in float64.
    """

    def chunk_sums(rows: slice) -> Reals:
        return cell_sums(indices[rows], vectors[rows], len(codewords), dtype)

    sums = np.zeros(codewords.shape)
    for chunk in on_all_cores(chunk_sums, chunks(len(vectors))):
        sums += chunk
        yield
    counts = np.bincount(indices, minlength=len(codewords))[:, None]
    return np.where(counts > 0, sums / np.maximum(counts, 1), codewords)


def cell_sums(
    cells: NDArray[np.integer], vectors: NDArray[Number], size: int, dtype: Any = np.float32
) -> Reals:
    """Sum vectors, shape (m, d), by cell: shape (size, d), exact for samples of a chunk."""
    members = copy(_one_each(size, len(cells), dtype))
    members.indices = np.ascontiguousarray(cells, np.int32)
    sums: Reals = members @ vectors.astype(dtype, copy=False)
    return sums


@lru_cache(maxsize=64)
def _one_each(size: int, count: int, dtype: Any) -> Any:
    """Return a `membership` of weights of 1, all in cell 0: to check a new one takes longer."""
    return membership(np.zeros(count, np.int32), np.ones(count, dtype), size)


def membership(cells: NDArray[np.integer], weights: Reals, size: int) -> Any:
    """Return the sparse (size, m) matrix that holds each row's weight in the row's cell."""
    starts = np.arange(len(cells) + 1, dtype=np.int32)
    return csc_array((weights, cells, starts), shape=(size, len(cells)))
