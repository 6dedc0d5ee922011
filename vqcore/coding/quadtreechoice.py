"""Rate-aware quadtrees: the leaves, means and shapes that are worth their bits.

Blocks are chosen in the order of the file, with the weights that the file will have there. In each,
the best leaf of b is found for every cell, the best of 2b for every quarter, and the best of 4b: of
four small leaves and a large one stands whichever has less |x − y|² + λ·bits. Then each shape
becomes the mean of what its leaves need, shapes that do not pay for their own bytes are dropped,
and all is chosen anew. Chou, Lookabaugh & Gray 1989, doi:10.1109/18.32124 (pruning trees);
doi:10.1109/29.17498 (entropy-constrained codebooks).
"""

from __future__ import annotations

from dataclasses import replace

import numpy as np
from numpy.typing import NDArray

from vqcore.arrays import Counts, Indices, Samples
from vqcore.codebooks.scoring import product
from vqcore.coding.contexts import Values
from vqcore.coding.quadtree import (
    DIAGONALS,
    LEVEL,
    MEAN,
    REGRET,
    SHAPE,
    Around,
    Leaves,
    Walker,
    Where,
)
from vqcore.quantizers.quadtree import (
    LEVELS,
    Quadtree,
    Shapes,
    Tree,
    grain_for,
    in_grains,
    lowered,
    pictures_of,
    quantizer_of,
    step_for,
)
from vqcore.signals.blocks import BlockLayout
from vqcore.work import Work, one_thread_a_product

ROUNDS = 4
# Squared errors in R, G and B for one in half-resolution Cb or Cr, a third of it: as luma has 1.
WORTH = 1, 4.35, 3.3
SHAPE_BITS = 7
LARGEST_REGRET = 10**9


class Chooser(Walker):
    """Chooses the leaves of a plane, and adds up what they cost.

    Parameters
    ----------
    layout, tree
    picture : the plane as `pictures_of` gives it
    rate_weight : λ, in squared error per bit
    """

    def __init__(
        self, layout: BlockLayout, tree: Tree, picture: Samples, rate_weight: float
    ) -> None:
        super().__init__(layout, tree)
        self.cost = 0.0
        self._rate_weight = np.float32(rate_weight)
        self._picture = picture.astype(np.float32)
        flat = [tiles.reshape(len(tiles), -1).astype(np.float32) for tiles in tree.tiles]
        self._twice = [np.ascontiguousarray(-2 * tiles.T) for tiles in flat]
        self._squares = [np.square(tiles).sum(axis=1) for tiles in flat]

    def work(self) -> Work[Indices]:
        """Choose all leaves, with pauses; return the indices, (n, 3)."""
        for block in self.waves():
            self.cost += float(self._tree_costs(2, block).sum())
            yield
        return self.indices()

    def begin(self) -> None:
        super().begin()
        sums = (weights.sum(axis=1, keepdims=True) for weights in self.miss_weights)
        self._miss_costs = [
            self._rate_weight * (np.log2(total) - np.log2(weights))
            for total, weights in zip(sums, self.miss_weights, strict=True)
        ]

    def larger(self, leaf: Values, split: Values) -> NDArray[np.bool_]:
        """Say where one leaf is as good as four, given what both cost."""
        return leaf <= split

    def _tree_costs(self, level: int, where: Where) -> Values:
        """Choose what is best for places of a level, and return what that costs, (m,)."""
        costs, leaves = self._best(level, where)
        if not level:
            self.put(level, where, leaves)
            return costs
        weights = self.split_weights(level, where)
        bits = np.log2(weights.sum(axis=1, keepdims=True)) - np.log2(weights)
        leaf, split = self._rate_weight * bits.T
        leaf += costs
        for diagonal in DIAGONALS:
            number, *parts = self.places(diagonal, where, level - 1)
            split += np.bincount(
                number, self._tree_costs(level - 1, (parts[0], parts[1])), len(leaf)
            )
        better = self.larger(leaf, split)
        kept = Leaves(*(field[better] for field in leaves))
        self.put(level, (where[0][better], where[1][better]), kept)
        cost: Values = np.where(better, leaf, split)
        return cost

    def _best(self, level: int, where: Where) -> tuple[Values, Leaves]:
        """Find the best mean of leaves, and then the best shape; return what they cost, and are."""
        around, pixels, sort = (
            self.around(level, where),
            self._pixels(level, where),
            self.sort(where),
        )
        miss, miss_costs = self._best_miss(level, around, pixels)
        mean = self.mean(level, around, miss)
        rest = pixels - mean[:, None]
        weights = self.shape_weights(level, around, mean, sort)
        costs = product(rest, self._twice[level]) + self._squares[level]
        costs -= self._rate_weight * np.log2(weights)
        each, shape = np.arange(len(costs)), costs.argmin(axis=1)
        best = costs[each, shape]
        costs[each, shape] = np.inf
        regret = (costs.min(axis=1) - best).clip(0, LARGEST_REGRET)
        best += np.square(rest).sum(axis=1) + miss_costs
        best += self._rate_weight * np.log2(weights.sum(axis=1))
        leaves = Leaves(mean, shape, miss, around.kind, sort, regret)
        return best, Leaves(*(field.astype(np.int32) for field in leaves))

    def _best_miss(self, level: int, around: Around, pixels: Values) -> tuple[Indices, Values]:
        """Return the nearest step, or the next towards the prediction, and what its bits cost."""
        step, most = self.tree.steps[level], self.tree.misses[level]
        wanted = (pixels.mean(axis=1) - around.predicted) / step
        nearest = np.rint(wanted)
        tries = np.stack([nearest, nearest - np.sign(nearest)]).astype(np.int32)
        bits = self._miss_costs[level][around.kind, tries + most]
        errors = np.square((tries - wanted) * step) * pixels.shape[1]
        pick = (errors + bits).argmin(axis=0), np.arange(len(wanted))
        return tries[pick], bits[pick]

    def _pixels(self, level: int, where: Where) -> Values:
        """Return the samples of places as they are, (m, s²)."""
        side = self.tree.side
        line = np.arange(side << level)
        rows, columns = ((at * side)[:, None] + line for at in where)
        tiles = self._picture[rows[:, :, None], columns[:, None]]
        samples: Values = tiles.reshape(-1, len(line) ** 2)
        return samples

    def improved(self) -> Tree:
        """Return the tree with shapes as their leaves need them, without those not worth it."""
        shapes = tuple(self._improved_shapes(level) for level in range(LEVELS))
        return replace(self.tree, shapes=shapes)

    def _improved_shapes(self, level: int) -> Shapes:
        wide, count = 1 << level, self.tree.sizes[level]
        cells = self.cells[:, : self.rows : wide, : self.columns : wide]
        y, x = np.nonzero(cells[LEVEL] == level)
        shape, mean, regret = (cells[field, y, x] for field in (SHAPE, MEAN, REGRET))
        rest = self._pixels(level, (y * wide, x * wide)) - mean[:, None]
        use = np.bincount(shape, minlength=count)
        saved = np.bincount(shape, regret, count)[1:]
        price = float(self._rate_weight) * SHAPE_BITS * self.tree.side**2
        half = np.median(saved[use[1:] > 0]) if use[1:].any() else 0
        worth = np.concatenate([[False], (use[1:] > 0) & (saved >= min(price, half))])
        tiles = _means(rest, shape, use)[worth]
        return in_grains(lowered(tiles, self.tree.side, level), self.tree.grain)


def _means(vectors: Values, cells: Indices, use: Counts) -> Values:
    """Return the mean vector of each cell, zeros where it has none."""
    sums: Values = np.zeros((len(use), vectors.shape[1]), np.float32)
    order = np.argsort(cells, kind="stable")
    if len(order):
        starts = np.cumsum(use[use > 0]) - use[use > 0]
        sums[use > 0] = np.add.reduceat(vectors[order], starts, axis=0)
    sums /= np.maximum(use, 1)[:, None].astype(np.float32)
    return sums


def encode_work(
    layout: BlockLayout, vectors: Samples, quantizer: Quadtree, rate_weight: float
) -> Work[tuple[Quadtree, Indices]]:
    """Encode for few bits as well as for little distortion, with pauses.

    Parameters
    ----------
    vectors : uint8 array of shape (n, d)
    quantizer : as trained
    rate_weight : λ >= 0, in squared error per bit

    Returns
    -------
    quantizer : with at most as many shapes, all of them worth their bytes
    indices : int32 array of shape (n, m)
    """
    trees, indices = list[Tree](), list[Indices]()
    planes = zip(pictures_of(layout, vectors), quantizer.trees, WORTH, strict=False)
    for picture, tree, worth in planes:
        with one_thread_a_product():
            work = _plane_work(layout, tree, picture, rate_weight / worth)
            tree, found = yield from work
        trees.append(tree)
        indices.append(found)
    return quantizer_of(layout, trees), np.concatenate(indices, axis=1)


def choice_work(
    layout: BlockLayout, vectors: Samples, quantizer: Quadtree, rate_weight: float
) -> Work[Indices]:
    """Do as `encode_work`, but leave the shapes as they are."""
    indices = list[Indices]()
    planes = zip(pictures_of(layout, vectors), quantizer.trees, WORTH, strict=False)
    for picture, tree, worth in planes:
        with one_thread_a_product():
            found = yield from Chooser(layout, tree, picture, rate_weight / worth).work()
        indices.append(found)
    return np.concatenate(indices, axis=1)


def _plane_work(
    layout: BlockLayout, tree: Tree, picture: Samples, rate_weight: float
) -> Work[tuple[Tree, Indices]]:
    step, grain = step_for(rate_weight, tree.side), grain_for(rate_weight)
    tree = replace(tree, step=step, grain=grain)
    for _ in range(ROUNDS):
        chooser = Chooser(layout, tree, picture, rate_weight)
        yield from chooser.work()
        tree = chooser.improved()
    return tree, (yield from Chooser(layout, tree, picture, rate_weight).work())
