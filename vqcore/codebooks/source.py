"""Where vectors come from: what the ladder asks of all of them, so that they may be anywhere."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property
from typing import Generic, Protocol

import numpy as np
from numpy.typing import NDArray

from vqcore.arrays import Floats, Number, Reals
from vqcore.codebooks.cells import Cells, Partition, partition
from vqcore.codebooks.levels import best_levels
from vqcore.codebooks.scoring import CHUNK, Kind, chunks
from vqcore.signals.blocks import distinct_vectors
from vqcore.work import Work, on_all_cores

MAX_AFTERTHOUGHTS = 24
AFTERTHOUGHTS_WORK = 2**26
EXACT_SQUARES = 1024  # of so many centred samples float32 holds the sum exactly


@dataclass(frozen=True, eq=False)
class Moments:
    """Where vectors lie, and how they spread.

    Parameters
    ----------
    mean : float array of shape (d,)
    covariance : float array of shape (d, d)
    """

    mean: Floats
    covariance: Floats


class Source(Protocol[Number]):
    """All vectors that a codebook is for, n of d numbers, wherever they are kept.

    Nothing that it returns grows with n, but for the sample, which is as large as was asked for.
    """

    @property
    def kind(self) -> Kind[Number]:
        """Say what the vectors are made of."""

    @property
    def count(self) -> int:
        """Return n."""

    @property
    def dimension(self) -> int:
        """Return d."""

    @property
    def patience(self) -> tuple[float | None, int | None]:
        """Say when the last iterations end: `tolerance` and `at_most` of `lloyd`."""

    def afterthoughts(self, size: int) -> int:
        """Say how often codebooks of a size are thought over after their search."""

    def sample(self, size: int, rng: np.random.Generator) -> NDArray[Number]:
        """Draw `size` vectors, each at most once, or take all; keep their order."""

    def distinct(self, limit: int) -> NDArray[Number] | None:
        """Return the distinct vectors in ascending order, or None if there are more."""

    def moments(self, at_most: int) -> Work[Moments]:
        """Find the moments of all vectors, or of so many drawn from them."""

    def known_best(self, size: int, found: Floats) -> Floats:
        """Return the best codewords where they are known without a search, else those found."""

    def cells(self, codewords: Reals) -> Work[Cells]:
        """Assign every vector to its nearest codeword and sum up the cells."""


@dataclass(frozen=True, eq=False)
class InMemory(Generic[Number]):
    """An array of vectors, shape (n, d), as a source."""

    vectors: NDArray[Number]
    kind: Kind[Number]

    @property
    def count(self) -> int:
        return len(self.vectors)

    @property
    def dimension(self) -> int:
        dimension: int = self.vectors.shape[1]
        return dimension

    @property
    def patience(self) -> tuple[float | None, int | None]:
        return None, None

    def afterthoughts(self, size: int) -> int:
        return 0

    def sample(self, size: int, rng: np.random.Generator) -> NDArray[Number]:
        return sample_of(self.vectors, size, rng)

    def distinct(self, limit: int) -> NDArray[Number] | None:
        return distinct_vectors(self.vectors, limit)

    def moments(self, at_most: int) -> Work[Moments]:
        some = self.sample(at_most, np.random.default_rng(0))

        def squares(rows: slice) -> Reals:
            centred = self.kind.centred(some[rows])
            return centred.T @ centred

        total = np.zeros((self.dimension, self.dimension))
        at_once = EXACT_SQUARES if self.kind.unit else CHUNK
        for chunk in on_all_cores(squares, chunks(len(some), at_once)):
            total += chunk
            yield
        shifted = some.mean(axis=0, dtype=np.float64) - self.kind.middle
        covariance = total / len(some) - np.outer(shifted, shifted)
        return Moments(shifted + self.kind.middle, covariance)

    def known_best(self, size: int, found: Floats) -> Floats:
        if self.dimension > 1 or self.vectors.dtype != np.uint8:
            return found
        return best_levels(np.bincount(self.vectors[:, 0], minlength=256), size)

    def cells(self, codewords: Reals) -> Work[Cells]:
        return self.partition(codewords)

    def partition(self, codewords: Reals, *, with_loss: bool = False) -> Work[Partition]:
        """Do as `cells.partition`."""
        return partition(self.vectors, codewords, self.kind, with_loss=with_loss)


@dataclass(frozen=True, eq=False)
class OnAGrid(InMemory[np.float32]):
    """Whole numbers, shape (n, d), as a source: of points, whose cells settle slowly.

    Where cells have no gaps between them, as within a Gaussian of many dimensions, many
    small gains add up to 1 % of the distortion. Where there are, as between clusters, a search may
    end far from the best; so few vectors, of few numbers, have afterthoughts.
    """

    @property
    def patience(self) -> tuple[float | None, int | None]:
        return 1e-4, None

    def afterthoughts(self, size: int) -> int:
        return min(MAX_AFTERTHOUGHTS, AFTERTHOUGHTS_WORK // (self.count * size * self.dimension))


@dataclass(frozen=True, eq=False)
class OnALine(InMemory[np.float32]):
    """Numbers, shape (n, 1), as a source: sorted once, so that an iteration looks at K of them.

    They are whole, as on a grid. With so little to do, iterations go on until hardly anything
    changes: that is the Lloyd–Max quantizer. Max 1960, doi:10.1109/TIT.1960.1057548.
    """

    @property
    def patience(self) -> tuple[float | None, int | None]:
        return 1e-9, 10_000

    @cached_property
    def _sorted(self) -> tuple[Floats, Floats, Floats]:
        """Return the numbers ascending, and their sums and those of their squares up to each."""
        numbers = np.sort(self.vectors[:, 0]).astype(np.float64)
        sums, squares = (np.append(0, np.cumsum(it)) for it in (numbers, np.square(numbers)))
        return numbers, sums, squares

    def cells(self, codewords: Reals) -> Work[Cells]:
        """Cut the line half-way between codewords; a number there is of the lower one."""
        numbers, sums, squares = self._sorted
        order = np.argsort(codewords[:, 0], kind="stable")
        levels = codewords[order, 0].astype(np.float64)
        ends = np.searchsorted(numbers, (levels[1:] + levels[:-1]) / 2, side="right")
        ends = np.concatenate([[0], ends, [len(numbers)]])
        yield
        counts, totals, energy = (np.diff(it[ends]) for it in (np.arange(len(sums)), sums, squares))
        means = np.where(counts > 0, totals / np.maximum(counts, 1), levels)
        distortion = (energy - 2 * levels * totals + counts * levels**2).clip(0)
        back = np.argsort(order, kind="stable")
        return Cells(counts[back], means[back, None], distortion[back])


def sample_of(vectors: NDArray[Number], size: int, rng: np.random.Generator) -> NDArray[Number]:
    """Return `size` of the vectors, or all, in their order."""
    if len(vectors) <= size:
        return vectors
    return vectors[np.sort(rng.choice(len(vectors), size, replace=False))]
