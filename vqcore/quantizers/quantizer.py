"""The quantizer: all a decoder needs, whichever family it is of."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from vqcore.arrays import Indices, Samples
from vqcore.codebooks.training import Iteration, Training


@dataclass(frozen=True)
class Column:
    """One of the m indices of a vector.

    Parameters
    ----------
    name : what it chooses: "codeword", "mean", "stage 2"
    size : K of them, so that an index is 0 to K − 1
    """

    name: str
    size: int


@dataclass(frozen=True, eq=False)
class Quantizer:
    """Tables, and what each column of indices looks up in them; the entries found add up.

    Parameters
    ----------
    family : its id in `family.FAMILIES`
    columns : m of them
    tables : int16 arrays, for each column one of shape (K_j, d)
    codebook_bytes : of the tables as they are; repeated samples count once

    Examples
    --------
    >>> tables = np.int16([[10, 10], [200, 200]]), np.int16([[0, 0], [-9, 90]])
    >>> two = Quantizer("toy", (Column("mean", 2), Column("shape", 2)), tables, 6)
    >>> two.decode(np.int32([[0, 1], [1, 1], [1, 0]])).tolist()
    [[1, 100], [191, 255], [200, 200]]
    """

    family: str
    columns: tuple[Column, ...]
    tables: tuple[NDArray[np.int16], ...]
    codebook_bytes: int

    def __post_init__(self) -> None:
        said, found = self.sizes, tuple(len(table) for table in self.tables)
        if said != found:
            raise ValueError(f"columns of sizes {said} have tables of {found} entries")

    @property
    def sizes(self) -> tuple[int, ...]:
        """Return K of each column."""
        return tuple(column.size for column in self.columns)

    @property
    def largest(self) -> int:
        """Return which column has the most entries, the first of them; its K is the quantizer's."""
        return self.sizes.index(self.codebook_size)

    @property
    def codebook_size(self) -> int:
        return max(self.sizes)

    def decode(self, indices: Indices, columns: int | None = None) -> Samples:
        """Return the vectors, uint8 of shape (n, d), that indices of shape (n, m) stand for.

        With fewer columns it is from the first few: a coarser version, in families that refine.
        """
        few = slice(columns)
        parts = (table[of] for table, of in zip(self.tables[few], indices.T[few], strict=True))
        return sum(parts, np.int32(0)).clip(0, 255).astype(np.uint8)


@dataclass(frozen=True, eq=False)
class TrainedQuantizer(Training):
    """A finished quantizer; what went into it is as in `Trained`, of all its columns."""

    quantizer: Quantizer
    seconds: float
    sample: int
    iterations: tuple[Iteration, ...] = ()
