"""Tree-structured vector quantization: a codeword is found on a way down, one of two at each step.

Buzo, Gray, Gray & Markel 1980, doi:10.1109/TASSP.1980.1163445; grown greedily as in Riskin & Gray
1991, doi:10.1109/78.134424: the leaf whose split takes most error away is split next, so that a
tree of fewer leaves is the beginning of a tree of more. The file is that of a plain codebook, and
the tree; what is on the way to a leaf is a coarser version of it.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from heapq import heappop, heappush

import numpy as np
from numpy.typing import NDArray

from vqcore.arrays import Floats, Indices, Reals, Samples, Sketch
from vqcore.codebooks.scoring import EIGHT_BIT, scored
from vqcore.codebooks.training import Progress, reported
from vqcore.quantizers import ways
from vqcore.quantizers.additive import stored
from vqcore.quantizers.plain import BY_BLOCK as BY_BLOCK
from vqcore.quantizers.plain import WHOLE as WHOLE
from vqcore.quantizers.plain import suits as suits
from vqcore.quantizers.plain import trained_on as trained_on
from vqcore.quantizers.quantizer import (
    Column,
    Option,
    Parameters,
    Quantizer,
    TrainedQuantizer,
)
from vqcore.quantizers.replay import Again, Seen
from vqcore.quantizers.ways import Ways
from vqcore.signals.layouts import Layout, Places
from vqcore.words import said
from vqcore.work import Work

ID = "tree"
OPTIONS = (Option("beam", (1, 2, 4, 8, 16), 1),)
POWER_ITERATIONS = 4
MOST_ITERATIONS = 30

Sides = NDArray[np.bool_]


def columns_of(layout: Layout, sizes: Sequence[int], steps: Sequence[int]) -> tuple[Column, ...]:
    """Return the one column of leaves, with its tree still unknown; ValueError for others."""
    if len(sizes) != 1 or steps[0] != 1:
        raise ValueError(said("refusal.vq.tree"))
    return (Column("leaf", sizes[0], "leaves"),)


def train(
    layout: Layout,
    vectors: Samples,
    sizes: Sequence[int],
    parameters: Parameters,
    *,
    seed: int = 0,
    known: Mapping[int, Quantizer] | None = None,
) -> Iterator[Progress | TrainedQuantizer]:
    """Grow a tree, leaf by leaf."""
    growth = Growth(vectors, np.random.default_rng(seed))
    for size in sizes:
        _, seconds = yield from reported(growth.work(size), size)
        yield TrainedQuantizer(_quantizer(growth), seconds, len(vectors))


def replay(of: Again) -> Iterator[Seen | None]:
    """Grow the tree again, seen whenever its leaves have doubled."""
    growth = Growth(of.vectors, np.random.default_rng(of.seed))
    for leaves in [*(2**power for power in range((of.size - 1).bit_length())), of.size]:
        yield from growth.work(leaves)
        yield Seen("grown" if leaves > 1 else "first", _quantizer(growth))


def encode_work(quantizer: Quantizer, vectors: Samples, *, beam: int = 1) -> Work[Indices]:
    """Go down the tree, to the nearer of the two at each step.

    With a beam of more, as many of the nearest nodes go on from each step to the next.
    """
    [column], [table] = quantizer.columns, quantizer.tables
    pair = ways.children(column.ways)
    numbers = np.cumsum(np.equal(column.ways, 0), dtype=np.int32) - 1
    found = np.empty(len(vectors), np.int32)

    def descend(rows: slice, centred: Reals, scores: Reals) -> None:
        found[rows] = numbers[descended(scores, pair, beam)]

    yield from scored(vectors, ways.nodes(table, column.ways), EIGHT_BIT, descend)
    return found[:, None]


def descended(scores: Reals, pair: Indices, beam: int) -> Indices:
    """Return the leaf that each vector comes to, (m,), given how near all nodes are, (m, nodes)."""
    lines = np.arange(len(scores))[:, None]
    at = np.zeros((len(scores), 1), np.int32)
    while (pair[0][at] != at).any():
        left, right = pair[0][at], pair[1][at]
        after = np.concatenate([left, right], axis=1)
        worth = scores[lines, after]
        worth[:, at.shape[1] :][left == right] = -np.inf  # a leaf stays where it is, once
        best = np.argsort(-worth, axis=1, kind="stable")[:, :beam]
        at = after[lines, best]
    nearest: Indices = at[:, 0]
    return nearest


def coarser(quantizer: Quantizer, indices: Indices, steps: int) -> Samples:
    """Return what is known of vectors after the first few steps on the way to their leaves, (n, d).

    Parameters
    ----------
    indices : int32 array of shape (n, 1)
    steps : 0 is the root, for all alike
    """
    [column], [table] = quantizer.columns, quantizer.tables
    stations = ways.stations(column.ways)
    at = stations[min(steps, len(stations) - 1)][indices[:, 0]]
    vectors: Samples = ways.nodes(table, column.ways)[at]
    return vectors


@dataclass
class _Cell:
    """A node in growth: its vectors, and its children, if any, left and right."""

    inside: Places
    mean: Floats
    sides: Sides | None = None
    children: tuple[int, int] | None = None


class Growth:
    """A tree that grows a leaf at a time, where most is gained.

    Its vectors, shape (n, d), are whole numbers that float32 holds, with their halves.
    """

    def __init__(self, vectors: Samples | Sketch, rng: np.random.Generator) -> None:
        self._vectors, self._rng = vectors, rng
        self._cells = list[_Cell]()
        self._next = list[tuple[float, int]]()
        self._leaves = 1

    def work(self, size: int) -> Work[None]:
        """Split leaves until there are so many, or all vectors of each are equal."""
        if not self._cells:
            yield from self._add(np.arange(len(self._vectors)))
        while self._leaves < size and self._next:
            cell = self._cells[heappop(self._next)[1]]
            number, sides = len(self._cells), cell.sides
            cell.children, cell.sides = (number, number + 1), None
            for side in (~np.asarray(sides), np.asarray(sides)):
                yield from self._add(cell.inside[side])
            self._leaves += 1

    def _add(self, inside: Places) -> Work[None]:
        """Add a leaf, and note what splitting it would gain."""
        vectors = self._vectors[inside].astype(np.float32)
        cell = _Cell(inside, vectors.mean(axis=0, dtype=np.float64))
        number = len(self._cells)
        self._cells.append(cell)
        cell.sides = yield from halves_work(vectors, self._rng)
        if cell.sides is not None:
            heappush(self._next, (-_gain(vectors, cell.sides), number))

    def preorder(self) -> tuple[Ways, Floats]:
        """Return the tree as it is, the darker child of each node on the left; the nodes' means."""
        down, means, stack = list[int](), list[Floats](), [0]
        while stack:
            cell = self._cells[stack.pop()]
            means.append(cell.mean)
            if cell.children is None:
                down.append(0)
                continue
            left, right = sorted(cell.children, key=lambda it: float(self._cells[it].mean.sum()))
            counts = len(self._cells[left].inside), len(self._cells[right].inside)
            down.append(ways.share_of(*counts))
            stack += right, left
        return tuple(down), np.stack(means)


def _quantizer(growth: Growth) -> Quantizer:
    down, nodes = growth.preorder()
    means = nodes[ways.leaves(down)]
    column = Column("leaf", len(means), "leaves", ways=down)
    return Quantizer(ID, (column,), (stored(means, column),))


def halves_work(vectors: Sketch, rng: np.random.Generator) -> Work[Sides | None]:
    """Part vectors, (m, d), into two cells, by 2-means from a cut across their main axis.

    Returns
    -------
    sides : bool array of shape (m,), both values in it; or None if all vectors are equal
    """
    low, high = vectors.min(axis=0), vectors.max(axis=0)
    if (low == high).all():
        return None
    sides = yield from _cut(vectors, rng)
    if sides.all() or not sides.any():
        widest = (high - low).argmax()
        sides = vectors[:, widest] > (low[widest] + high[widest]) / 2
    for _ in range(MOST_ITERATIONS):
        one, other = _means(vectors, sides)
        axis = (other - one).astype(np.float32)
        moved = vectors @ axis > axis @ ((one + other) / 2)
        yield
        if moved.all() or not moved.any() or (moved == sides).all():
            break
        sides = moved
    return sides


def _cut(vectors: Sketch, rng: np.random.Generator) -> Work[Sides]:
    """Cut vectors in two across about their main axis, found by power iteration."""
    offsets = vectors - vectors.mean(axis=0)
    axis = rng.standard_normal(vectors.shape[1], np.float32)
    for _ in range(POWER_ITERATIONS):
        axis = offsets.T @ (offsets @ axis)
        axis /= max(float(np.linalg.norm(axis)), 1e-12)
        yield
    sides: Sides = offsets @ axis > 0
    return sides


def _means(vectors: Sketch, sides: Sides) -> tuple[Floats, Floats]:
    one, other = vectors[~sides], vectors[sides]
    return one.mean(axis=0, dtype=np.float64), other.mean(axis=0, dtype=np.float64)


def _gain(vectors: Sketch, sides: Sides) -> float:
    """Return how much squared error the two means save against the one."""
    one, other = _means(vectors, sides)
    right = int(sides.sum())
    left = len(sides) - right
    return left * right / len(sides) * float(np.square(one - other).sum())
