"""The quantizer of points, vectors of numbers of any scale: its tables, and how entries are found.

============  ==========================  =========================================================
family        its columns                 what a vector becomes
============  ==========================  =========================================================
plain         codeword                    the codeword
mean-removed  mean, shape                 the mean in all coordinates, and the shape added
residual      stage 1, stage 2 …          their sum
gain-shape    gain, shape                 their product; shapes have norm 1
tree          leaf                        the leaf, found on a way down
product       coordinate 1, 2 …           each number by itself
split         part 1, part 2 …            parts of its numbers, each by itself
============  ==========================  =========================================================

Nothing is rounded to 8 bits. Entries are found on a grid on which distances are exact, see
`codebooks.fixedpoint`, so that they are the same on every machine; ties take the lowest index.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from itertools import accumulate, pairwise
from typing import Literal, get_args

import numpy as np

from vqcore.arrays import Counts, Indices, Numbers, Reals, Sketch
from vqcore.codebooks.codebook import nearest_work, use_of
from vqcore.codebooks.fixedpoint import Grid, grid_of
from vqcore.codebooks.scoring import chunks, product, scored
from vqcore.quantizers import ways
from vqcore.quantizers.additive import SCORES_AT_ONCE, search_work
from vqcore.quantizers.gains import best_pairs
from vqcore.quantizers.tree import descended
from vqcore.quantizers.ways import Ways
from vqcore.signals.layouts import Places
from vqcore.work import Work, on_all_cores

PointFamily = Literal["plain", "mean-removed", "residual", "gain-shape", "tree", "product", "split"]

POINT_FAMILIES: tuple[PointFamily, ...] = get_args(PointFamily)
SCALAR_COLUMNS = ("mean", "gain")
SIDE_BY_SIDE = ("product", "split")
"""Families whose columns each have numbers of their own."""


@dataclass(frozen=True, eq=False)
class PointQuantizer:
    """Tables, and how what each column of indices looks up in them comes together.

    Parameters
    ----------
    family : one of `POINT_FAMILIES`
    names : of its m columns
    tables : float32 arrays, for each column one of shape (K_j, d); of means, gains and the
        coordinates of a product (K_j, 1); of the parts of a split (K_j, d_j), Σ d_j = d
    ways : of a tree, down to its leaves, as in `ways`
    nodes : float32 array of shape (2·K − 1, d)
        Of a tree, the means of all its nodes, which only an encoder needs; of others none.

    Examples
    --------
    >>> tables = np.float32([[2], [10]]), np.float32([[0.6, 0.8], [1, 0]])
    >>> polar = PointQuantizer("gain-shape", ("gain", "shape"), tables)
    >>> polar.decode(np.int32([[1, 0], [0, 1]])).tolist()
    [[6.0, 8.0], [2.0, 0.0]]
    """

    family: PointFamily
    names: tuple[str, ...]
    tables: tuple[Sketch, ...]
    ways: Ways = ()
    nodes: Sketch | None = None

    def __post_init__(self) -> None:
        if self.family not in POINT_FAMILIES:
            expected = ", ".join(POINT_FAMILIES)
            raise ValueError(f"a family of points is one of {expected}, not {self.family!r}")
        if len(self.names) != len(self.tables):
            raise ValueError(f"{len(self.names)} columns have {len(self.tables)} tables")
        shapes = tuple(table.shape for table in self.tables)
        if not _fit(self.family, shapes) or {*self.names} <= {*SCALAR_COLUMNS}:
            told = f"{', '.join(map(str, self.names))} have shapes {shapes}"
            raise ValueError(f"no tables of family {self.family!r} are these: {told}")

    @property
    def sizes(self) -> tuple[int, ...]:
        """Return K of each column."""
        return tuple(map(len, self.tables))

    @property
    def codebook_size(self) -> int:
        """Return K of the main column."""
        return self.sizes[self.main]

    @property
    def main(self) -> int:
        """Return which column is the largest, but for means and gains; the first of those."""
        places = [it for it, name in enumerate(self.names) if name not in SCALAR_COLUMNS]
        return max(places, key=self.sizes.__getitem__)

    @property
    def codebook_bytes(self) -> int:
        """Return the bytes of all numbers that a decoder needs, four each."""
        return sum(table.nbytes for table in self.tables)

    @property
    def dimension(self) -> int:
        """Return d."""
        widths = [table.shape[1] for table in self.tables]
        return sum(widths) if self.family in SIDE_BY_SIDE else widths[-1]

    @property
    def parts(self) -> list[slice]:
        """Return which of the d numbers each column has; in most families all."""
        if self.family not in SIDE_BY_SIDE:
            return [slice(None)] * len(self.tables)
        ends = list(accumulate(table.shape[1] for table in self.tables))
        return [slice(start, end) for start, end in pairwise([0, *ends])]

    def use(self, indices: Indices) -> tuple[Counts, ...]:
        """Return of each column how often indices, (n, m), have each entry, shape (K_j,)."""
        return tuple(map(use_of, indices.T, self.sizes))

    def decode(self, indices: Indices, columns: int | None = None) -> Sketch:
        """Return the vectors, float32 of shape (n, d), that indices of shape (n, m) stand for.

        With fewer columns it is from the first few: a coarser version, in families that refine. A
        gain without a shape, and a number that is not known, is 0.
        """
        few = len(self.tables) if columns is None else columns
        found = [table[of] for table, of in zip(self.tables[:few], indices.T, strict=False)]
        total = np.zeros((len(indices), self.dimension), np.float32)
        if self.family == "gain-shape":
            if few == len(self.tables):
                total[:] = found[0] * found[1]
        else:
            for part, numbers in zip(self.parts, found, strict=False):
                total[:, part] += numbers
        return total


def _fit(family: PointFamily, shapes: Sequence[tuple[int, ...]]) -> bool:
    """Tell whether tables of shapes (K_j, d_j) can be those of a family.

    Examples
    --------
    >>> _fit("gain-shape", [(2, 1), (8, 3)]), _fit("residual", [(2, 1), (8, 3)])
    (True, False)
    """
    if not all(len(shape) == 2 and min(shape) > 0 for shape in shapes):
        return False
    widths = [shape[1] for shape in shapes]
    if family in ("gain-shape", "mean-removed"):
        return len(widths) == 2 and widths[0] == 1
    if family in ("plain", "tree"):
        return len(widths) == 1
    return family == "split" or len({*widths, *([1] if family == "product" else [])}) == 1


def encode_work(quantizer: PointQuantizer, vectors: Sketch, *, beam: int = 1) -> Work[Indices]:
    """Find the entries of vectors, with pauses.

    Parameters
    ----------
    quantizer : of m columns
    vectors : float32 array of shape (n, d)
    beam : how many candidates to keep from column to column, or on the way down a tree; where all
        are tried at once it is of no matter

    Returns
    -------
    indices : int32 array of shape (n, m)

    Raises
    ------
    ValueError
        At once, if the two d differ.
    """
    if vectors.shape[1] != quantizer.dimension:
        raise ValueError(f"vectors {vectors.shape} are not of {quantizer.dimension} numbers each")
    return _FINDERS[quantizer.family](quantizer, vectors, beam)


def _nearest(quantizer: PointQuantizer, vectors: Sketch, beam: int) -> Work[Indices]:
    [table] = quantizer.tables
    return (yield from _on_a_grid(vectors, table))[:, None]


def _on_a_grid(vectors: Sketch, table: Sketch) -> Work[Indices]:
    """Return the nearest row for each vector, int32 (n,)."""
    grid = grid_of(vectors, table)
    return (yield from nearest_work(grid.units(vectors), grid.units(table), grid.kind))


def _adding_up(quantizer: PointQuantizer, vectors: Sketch, beam: int) -> Work[Indices]:
    """Find entries whose sum is near, the first less the origin of a grid."""
    first, *others = quantizer.tables
    first = np.broadcast_to(first, (len(first), vectors.shape[1]))  # a mean is all coordinates
    grid = _grid_of_sums(vectors, first, others)
    from_zero = replace(grid, origin=np.zeros_like(grid.origin))
    units = [grid.units(first), *map(from_zero.units, others)]
    tables = [table.astype(np.float64) for table in units]
    return search_work(grid.units(vectors), tables, beam, first_of_the_least)


def _grid_of_sums(vectors: Sketch, first: Sketch, others: list[Sketch]) -> Grid:
    """Return a grid that holds what is left of any vector after any entries."""
    origin = grid_of(vectors, first).origin
    away = sum(float(np.abs(table).max()) for table in others)
    for part in (vectors, first):
        away += float(np.maximum(part.max(axis=0) - origin, origin - part.min(axis=0)).max())
    return grid_of(np.stack([origin - away, origin + away]))


def first_of_the_least(costs: Reals, most: int) -> Places:
    """Return the columns of the least of each row, (n, most), ascending, the first at a tie.

    Examples
    --------
    >>> first_of_the_least(np.array([[3.0, 1, 2, 1]]), 3).tolist()
    [[1, 3, 2]]
    """
    left, lines = costs.copy() if most > 1 else costs, np.arange(len(costs))
    found = np.empty((len(costs), min(most, costs.shape[1])), np.intp)
    for place in range(found.shape[1]):
        found[:, place] = left.argmin(axis=1)
        if place + 1 < found.shape[1]:
            left[lines, found[:, place]] = np.inf
    return found


def _pairs(quantizer: PointQuantizer, vectors: Sketch, beam: int) -> Work[Indices]:
    """Find the gain and the shape that leave the least of all pairs."""
    gains, shapes = quantizer.tables
    grid, of_shapes = grid_from_zero(vectors), grid_from_zero(shapes)
    units, directions = grid.units(vectors), of_shapes.units(shapes).astype(np.float64)
    values = np.ldexp(gains[:, 0].astype(np.float64), -grid.exponent)
    squares = np.ldexp(np.square(directions).sum(axis=1), 2 * of_shapes.exponent)

    def find(rows: slice) -> Indices:
        dots = product(units[rows].astype(np.float64), directions.T)
        return best_pairs(np.ldexp(dots, of_shapes.exponent), squares, values)

    parts = []
    for part in on_all_cores(find, chunks(len(vectors), SCORES_AT_ONCE // len(shapes))):
        parts.append(part)
        yield
    return np.concatenate(parts)


def grid_from_zero(vectors: Numbers) -> Grid:
    """Return the finest grid for vectors, shape (n, d), that has its origin at zero."""
    farthest = float(np.abs(vectors).max())
    return grid_of(np.outer([-farthest, farthest], np.ones(vectors.shape[1])))


def _down(quantizer: PointQuantizer, vectors: Sketch, beam: int) -> Work[Indices]:
    """Go down the tree, to the nearer of the two at each step."""
    nodes = quantizer.nodes
    assert nodes is not None
    grid, pair = grid_of(vectors, nodes), ways.children(quantizer.ways)
    numbers = np.cumsum(np.equal(quantizer.ways, 0), dtype=np.int32) - 1
    found = np.empty(len(vectors), np.int32)

    def descend(rows: slice, centred: Reals, scores: Reals) -> None:
        found[rows] = numbers[descended(scores, pair, beam)]

    yield from scored(grid.units(vectors), grid.units(nodes), grid.kind, descend)
    return found[:, None]


def _one_by_one(quantizer: PointQuantizer, vectors: Sketch, beam: int) -> Work[Indices]:
    found = np.empty((len(vectors), len(quantizer.tables)), np.int32)
    for place, (part, table) in enumerate(zip(quantizer.parts, quantizer.tables, strict=True)):
        if table.shape[1] == 1:
            found[:, place] = on_a_line(vectors[:, part.start], table[:, 0])
            yield
        else:
            found[:, place] = yield from _on_a_grid(vectors[:, part], table)
    return found


def on_a_line(numbers: Sketch, levels: Sketch) -> Indices:
    """Return the nearest of K levels for each number, int32 (n,), the lower at a tie.

    Examples
    --------
    >>> on_a_line(np.float32([3, 5, 9]), np.float32([8, 2])).tolist()
    [1, 1, 0]
    """
    ascending, places = np.unique(levels.astype(np.float64), return_index=True)
    ends = (ascending[1:] + ascending[:-1]) / 2
    return places[np.searchsorted(ends, numbers.astype(np.float64))].astype(np.int32)


def squared_error(quantizer: PointQuantizer, vectors: Sketch, indices: Indices) -> float:
    """Return Σ|x − y|² over vectors, (n, d), and what their indices, (n, m), stand for."""
    rests = vectors - quantizer.decode(indices)
    return float(np.einsum("ij,ij->", rests, rests, dtype=np.float64))


_FINDERS: dict[PointFamily, Callable[[PointQuantizer, Sketch, int], Work[Indices]]] = {
    "plain": _nearest,
    "mean-removed": _adding_up,
    "residual": _adding_up,
    "gain-shape": _pairs,
    "tree": _down,
    "product": _one_by_one,
    "split": _one_by_one,
}
