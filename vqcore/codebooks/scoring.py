"""Scores: how near every codeword is to every vector, by one matrix product a chunk of vectors."""

from __future__ import annotations

import math
import threading
from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace
from typing import Any, Generic, TypeVar

import numpy as np
from numpy.typing import NDArray

from vqcore.arrays import Floats, Number, Reals, Samples, Sketch
from vqcore.work import on_all_cores, one_thread_a_product

Gathered = TypeVar("Gathered")
Real = TypeVar("Real", bound=np.floating)

CHUNK = 8192
SCORES_AT_ONCE = 2**20
MIDDLE = 128
FLOAT32_BITS = 24
FRACTION_BITS = 8
# Centred samples reach 128 in size, so x·c − ½|c|² of d samples stays within 1.5·2¹⁴·d, in halves.
# Up to this d float32 holds every such sum exactly; beyond it float64 does.
EXACT_FLOAT32_DIMENSION = 2**23 // (3 * 2**13)


@dataclass(frozen=True)
class Kind(Generic[Number]):
    """What is done with vectors of one type of number so that scores are as exact as they can be.

    Parameters
    ----------
    middle : what vectors and codewords are less by in a product; their distances stay as they are
    float32_dimension : the d beyond which products are computed in float64
    centre : puts vectors, less the middle, into floating memory of the same shape
    stored : turns means, shape (K, d), into the codewords that are kept
    sums : the type that vectors are added up in
    unit : of a grid that codewords are rounded to, and half their squares, so that no sum depends
        on its order; 0 takes them as they are
    """

    middle: int
    float32_dimension: float
    centre: Callable[[NDArray[Number], Reals], None]
    stored: Callable[[Floats], NDArray[Number]]
    sums: Any = np.float32
    unit: float = 0

    def on_grid(self, codewords: Any) -> Any:
        """Return codewords as they are compared with vectors."""
        return np.rint(codewords / self.unit) * self.unit if self.unit else codewords

    @property
    def of_sketches(self) -> Kind[np.float32]:
        """Return what is done with sketches of such vectors."""
        return REAL if self.sums is np.float32 else PRECISE

    def centred(self, vectors: NDArray[Number]) -> NDArray[np.float32]:
        """Return vectors less the middle."""
        result = np.empty(vectors.shape, np.float32)
        self.centre(vectors, result)
        return result


def _centre_samples(samples: Samples, into: Reals) -> None:
    into[:] = (samples ^ MIDDLE).view(np.int8)


def _as_samples(means: Floats) -> Samples:
    samples: Samples = np.rint(means).clip(0, 255).astype(np.uint8)
    return samples


def _as_numbers(means: Floats) -> Sketch:
    return means.astype(np.float32)


def copied(vectors: Sketch, into: Reals) -> None:
    """Put vectors into memory as they are."""
    into[:] = vectors


EIGHT_BIT: Kind[np.uint8] = Kind(MIDDLE, EXACT_FLOAT32_DIMENSION, _centre_samples, _as_samples)
"""Samples: distances between them are exact."""

REAL: Kind[np.float32] = Kind(0, math.inf, copied, _as_numbers)
"""Numbers that are not exact themselves, as in a sketch."""

PRECISE: Kind[np.float32] = Kind(0, 0, copied, _as_numbers, np.float64)
"""The same, where some are so much nearer to each other than to the rest that float64 is needed."""


def exact_kind(dimension: int) -> Kind[np.uint8]:
    """Return what is done with samples so that what is found does not depend on the machine.

    A product of floats adds up in an order that is its library's own. With codewords on a grid of
    2^-f, and half their squares, all partial sums of x·c − ½|c|² are whole numbers of units, below
    2^24: f is 5 at d = 16, 3 at 48 and 64, 1 at 192. From 683 on float64 is taken, and f is 8.

    Examples
    --------
    >>> [exact_kind(dimension).unit for dimension in (16, 48, 64, 192, 768)]
    [0.03125, 0.125, 0.125, 0.5, 0.00390625]
    """
    kind = exact_within(MIDDLE**2 * dimension)
    return replace(EIGHT_BIT, float32_dimension=kind.float32_dimension, unit=kind.unit)


def exact_within(reach: float) -> Kind[np.float32]:
    """Return the same for whole numbers, where no vector's square is above a reach."""
    bits = FLOAT32_BITS - math.ceil(math.log2(1.5 * max(reach, 1)))
    if bits <= 0:
        return replace(PRECISE, unit=2.0**-FRACTION_BITS)
    return replace(REAL, unit=2.0 ** -min(bits, FRACTION_BITS))


class _Scratch(threading.local):
    """Each thread's memory for arrays that are used and done with, again and again.

    To ask the system for megabytes at every chunk can take longer than to compute with them.
    """

    def __init__(self) -> None:
        self._buffers: dict[str, Samples] = {}

    def array(self, name: str, shape: tuple[int, int], dtype: Any) -> Reals:
        """Return an array with anything in it; it holds until the thread asks for the next."""
        count = shape[0] * shape[1] * np.dtype(dtype).itemsize
        if count > self._buffers.get(name, np.empty(0)).nbytes:
            self._buffers[name] = np.empty(count, np.uint8)
        array: Reals = self._buffers[name][:count].view(dtype).reshape(shape)
        return array


SCRATCH = _Scratch()


def scored(
    vectors: NDArray[Number],
    codewords: Samples | Reals,
    kind: Kind[Number],
    gather: Callable[[slice, Reals, Reals], Gathered],
) -> Iterator[Gathered]:
    """Score every codeword for every vector, chunks of vectors at a time, on all cores.

    The score x·c − ½|c|² grows as the squared distance |x|² − 2·score falls, so one matrix product
    ranks all codewords: that of the vectors, with a 1 at the end, and the codewords, with −½|c|².

    Parameters
    ----------
    vectors : array of shape (n, d)
    codewords : array of shape (K, d)
    kind : that of the vectors
    gather : called for each chunk, in any order and from any thread, with

        - rows : slice of the vectors
        - centred : floating array of shape (m, d), the vectors less the kind's middle
        - scores : floating array of shape (m, K) or wider with −inf, to overwrite, not to keep

    Yields
    ------
    What gather returned, in the order of the vectors
    """
    if vectors.shape[1] != codewords.shape[1]:
        raise ValueError(f"vectors {vectors.shape} and codewords {codewords.shape} differ in d")

    dtype: Any = np.float32 if vectors.shape[1] <= kind.float32_dimension else np.float64
    turned = _turned(kind.on_grid(codewords).astype(dtype) - kind.middle, kind.unit)

    def score(rows: slice) -> Gathered:
        centred = _with_ones(vectors[rows], kind, dtype)
        scores = SCRATCH.array("scores", (len(centred), turned.shape[1]), dtype)
        return gather(rows, centred[:, :-1], np.matmul(centred, turned, out=scores))

    return on_all_cores(score, chunks(len(vectors), SCORES_AT_ONCE // len(codewords)))


def _turned(codewords: Reals, unit: float) -> Reals:
    """Return the codewords as columns, with −½|c|² below each, and some columns that never win.

    With a unit, −½|c|² is whole ones.

    Rows of scores whose length is a multiple of 4096 bytes get in each other's way in the cache.
    """
    size, dimension = codewords.shape
    turned = np.zeros((dimension + 1, size + (16 if size % 1024 == 0 else 0)), codewords.dtype)
    turned[:-1, :size] = codewords.T
    turned[-1, size:] = -np.inf
    if unit:
        halves = np.square(codewords, dtype=np.float64).sum(axis=1) / 2
        turned[-1, :size] = np.rint(halves / unit) * -unit
    else:
        turned[-1, :size] = np.square(codewords).sum(axis=1) / -2
    return turned


def _with_ones(vectors: NDArray[Number], kind: Kind[Number], dtype: Any) -> Reals:
    """Return the vectors less the kind's middle, with a 1 at the end of each."""
    augmented = SCRATCH.array("augmented", (len(vectors), vectors.shape[1] + 1), dtype)
    kind.centre(vectors, augmented[:, :-1])
    augmented[:, -1] = 1
    return augmented


def chunks(count: int, size: int = CHUNK) -> Iterator[slice]:
    """Cut 0 … count into equal slices of at most `size`, one or an even number."""
    number = -(-count // min(max(size, 128), CHUNK))
    number += number % 2 if number > 1 else 0
    step = max(1, -(-count // max(number, 1)))
    return (slice(start, min(start + step, count)) for start in range(0, count, step))


def product(left: NDArray[Real], right: NDArray[Real]) -> NDArray[Real]:
    """Return the matrix product, computed on the thread that asks for it."""
    with one_thread_a_product():
        result: NDArray[Real] = left @ right
    return result
