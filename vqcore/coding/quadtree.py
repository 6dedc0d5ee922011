"""Quadtrees of leaves <-> bytes: what encoder, decoder and choice all walk through.

Tables. For each plane the step of the means, the grain of the shapes, how many there are for each
size of leaves, less one, and the shapes but the first, sample by sample over all of them: each
predicted from its neighbours in the shape as codewords are in `entropy`.

Leaves. Plane by plane, the blocks of 4b×4b by anti-diagonals; those of one wave together. Inside a
block: is it split; if not, its mean and its shape. Else its quarters by anti-diagonals (the first;
the next two together; the last), each in the same way; else theirs, which are leaves.

- A split: how often blocks and quarters were, whose neighbours above and on the left are of such
  sizes.
- A mean: how many steps it lies off its prediction, which is made from the samples above and on the
  left (middle; plane through the corner, as the median edge detector has it; those near and far
  from the corner). Misses weigh as in `misses`, in eight classes of how much the samples differ.
- A shape: side match as in `contexts`, with the known mean, each of the two edges by itself:
  n_k^¾ · (120 / (120 + a_k))^1½ · (120 / (120 + l_k))^1½, with a_k and l_k the mean squared steps
  to the samples above and on the left, continued by a quarter of their last step. The counts n_k
  are kept by how many of the neighbours above and on the left have no shape.

Counts move on after a wave. All weights come from additions, products, divisions and square roots
of 32-bit floats, one by one; all sums over many are of whole numbers, and exact.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from vqcore.arrays import Indices
from vqcore.codebooks.scoring import MIDDLE, product
from vqcore.coding.contexts import Values, Weights
from vqcore.coding.entropy import Coder, Impossible, fourth_power, prediction
from vqcore.coding.misses import count, miss_weights
from vqcore.quantizers.quadtree import (
    FIRST_PART,
    LARGEST,
    LARGEST_GRAIN,
    LARGEST_STEP,
    LEVEL_OF_PART,
    LEVELS,
    WIDEST,
    Quadtree,
    Shapes,
    Tree,
    quantizer_of,
)
from vqcore.signals.blocks import BlockLayout
from vqcore.signals.layouts import Places
from vqcore.work import Work, one_thread_a_product

Where = tuple[Places, Places]
"""Rows and columns of leaves, in cells: of the upper left cell of each."""

DIAGONALS = ((0, 0),), ((0, 1), (1, 0)), ((1, 1),)
CLASS_BOUNDS = np.array([1, 2, 4, 7, 11, 17, 27], np.float32)
START_SPREADS = np.array([1, 1.5, 2.5, 4, 6, 9, 13, 20], np.float32)
CLASSES = len(START_SPREADS)
ACROSS = 120
START_COUNT = 0.3
SORTS = 3
MAX_SIZE = 4096
FRAME = 2
FIRST_MISS = 10


class Leaves(NamedTuple):
    """Leaves of one size, each array of shape (m,).

    Parameters
    ----------
    mean, shape : what they are; shapes are counted by themselves for each size
    miss : by how many steps the mean is off its prediction
    kind : the class of the samples around
    sort : how many neighbours have no shape
    regret : by how much the next best shape is worse, where one was chosen
    """

    mean: Indices
    shape: Indices
    miss: Indices
    kind: Indices
    sort: Indices
    regret: Indices


LEVEL, NOTHING, MEAN, SHAPE, MISS, KIND, SORT, REGRET = range(8)


class Around(NamedTuple):
    """What is known of m leaves before they are: samples (m, 2, s), predicted mean, class."""

    edges: Values
    predicted: Values
    kind: Indices


class Walker:
    """One plane, block by block: what is known of it, and the weights that follow from that."""

    def __init__(self, layout: BlockLayout, tree: Tree) -> None:
        self.tree, self.rows, self.columns = tree, layout.rows, layout.columns
        self._tall, self._wide = (-(-n // WIDEST) for n in (self.rows, self.columns))
        cells = self._tall * WIDEST, self._wide * WIDEST
        self.cells = np.zeros((8, cells[0] + 1, cells[1] + 1), np.int32)
        self.cells[LEVEL, -1] = self.cells[LEVEL, :, -1] = 1  # what is at −1: outside
        self._stride = cells[1] * tree.side + FRAME
        self._samples = np.full((cells[0] * tree.side + FRAME, self._stride), MIDDLE, np.float32)
        self._near = [_near(tree.side << level, self._stride) for level in range(LEVELS)]
        self._inside = [_inside(tree.side << level, self._stride) for level in range(LEVELS)]
        self._flat = [tiles.reshape(len(tiles), -1) for tiles in tree.tiles]
        self._turned = [_turned(tiles.astype(np.float32)) for tiles in tree.tiles]
        self._splits = np.ones((LEVELS, LEVELS * LEVELS, 2), np.float32)
        self._misses = [np.zeros((CLASSES, 2 * most + 1), np.float32) for most in tree.misses]
        self._shapes = [np.full((SORTS, size), START_COUNT, np.float32) for size in tree.sizes]

    def waves(self) -> Iterator[Where]:
        """Yield the blocks that may be coded together; what they come to is learnt afterwards."""
        for step in range(self._tall + self._wide - 1):
            rows = np.arange(max(0, step - self._wide + 1), min(self._tall, step + 1))
            y, x = rows * WIDEST, (step - rows) * WIDEST
            self._frame(y * self.tree.side, x * self.tree.side)
            self.begin()
            yield y, x
            self._learn(y, x)

    def places(self, offsets: Sequence[tuple[int, int]], where: Where, level: int) -> Places:
        """Return the parts, of a level, of larger leaves, that are inside the picture.

        Returns
        -------
        parts : int array of shape (3, m): the number of the larger leaf, and where
        """
        rows, columns = (
            np.concatenate([line + (offset[axis] << level) for offset in offsets])
            for axis, line in enumerate(where)
        )
        number = np.tile(np.arange(len(where[0])), len(offsets))
        return np.stack([number, rows, columns])[:, (rows < self.rows) & (columns < self.columns)]

    def begin(self) -> None:
        """Make the tables of weights that hold for a wave."""
        steps = zip(self._misses, self.tree.steps, strict=True)
        self.miss_weights = [
            miss_weights(counts, START_SPREADS / np.float32(step)) for counts, step in steps
        ]
        self._powers = [np.sqrt(counts) * np.sqrt(np.sqrt(counts)) for counts in self._shapes]

    def split_weights(self, level: int, where: Where) -> Weights:
        """Return how likely blocks are leaves, or split, (m, 2)."""
        weights: Weights = self._splits[level][self._sizes_near(*where)]
        return weights

    def around(self, level: int, where: Where) -> Around:
        """Look at what is around leaves."""
        side = self.tree.side << level
        near = self._samples.ravel().take(self._base(*where)[:, None] + self._near[level])
        corner, edges = near[:, 0], near[:, 1 : 1 + 2 * side].reshape(-1, 2, side)
        beyond = near[:, 1 + 2 * side :].reshape(-1, 2, side)
        predicted = np.floor(_predicted(edges, corner) + np.float32(0.5))
        activity = np.abs(edges - predicted[:, None, None]).sum(axis=(1, 2)) / (2 * side)
        kind = np.searchsorted(CLASS_BOUNDS, activity).astype(np.int32)
        return Around(np.floor(edges + (edges - beyond) / 4 + np.float32(0.5)), predicted, kind)

    def mean(self, level: int, around: Around, miss: Indices) -> Indices:
        """Return the means that are some steps off their prediction."""
        means = around.predicted + self.tree.steps[level] * miss
        return means.clip(0, 255).astype(np.int32)

    def sort(self, where: Where) -> Indices:
        """Return how many neighbours have no shape."""
        y, x = where
        nothing: Indices = self.cells[NOTHING, y - 1, x] + self.cells[NOTHING, y, x - 1]
        return nothing

    def shape_weights(self, level: int, around: Around, mean: Indices, sort: Indices) -> Weights:
        """Return how likely each shape is, (m, K)."""
        rest = around.edges - mean[:, None, None].astype(np.float32)
        scale = np.float32(ACROSS * rest.shape[2])
        squares = np.square(rest).sum(axis=2) + scale
        one = np.ones((len(rest), 1), np.float32)
        weights: Weights = self._powers[level][sort]
        for edge, turned in enumerate(self._turned[level]):
            rows = np.concatenate([rest[:, edge], one, squares[:, edge, None]], axis=1)
            match = np.divide(scale, product(rows, turned))
            weights *= match
            weights *= np.sqrt(match, out=match)
        return weights

    def put(self, level: int, where: Where, leaves: Leaves) -> None:
        """Set leaves: their samples, and what later ones ask of them."""
        tiles = self._flat[level][leaves.shape] + leaves.mean[:, None]
        at = self._base(*where)[:, None] + self._inside[level]
        self._samples.ravel()[at] = tiles.clip(0, 255)
        wide = np.arange(1 << level)
        rows, columns = where[0][:, None, None] + wide[:, None], where[1][:, None, None] + wide
        known = np.stack([np.full_like(leaves.mean, level), leaves.shape == 0, *leaves])
        self.cells[:, rows, columns] = known[:, :, None, None]

    @property
    def known(self) -> Values:
        """Return the samples so far, the plane as `pictures_of` gives it."""
        return self._samples[FRAME:, FRAME:]

    def indices(self) -> Indices:
        """Return the leaves set, cell by cell, as indices of shape (n, 3)."""
        cells = self.cells[:, : self.rows, : self.columns]
        (y, x), wide = np.indices(cells.shape[1:], np.int32), 1 << cells[LEVEL]
        leaf = np.asarray(FIRST_PART)[cells[LEVEL]] + y % wide * wide + x % wide
        shape = cells[SHAPE] + np.asarray(self.tree.offsets)[cells[LEVEL]]
        return np.stack([leaf, cells[MEAN], shape], axis=2).reshape(-1, 3).astype(np.int32)

    def _base(self, y: Places, x: Places) -> Places:
        """Return where the first samples of leaves are."""
        side = self.tree.side
        return (y * side + FRAME) * self._stride + x * side + FRAME

    def _sizes_near(self, y: Places, x: Places) -> Indices:
        sizes: Indices = self.cells[LEVEL, y - 1, x] * LEVELS + self.cells[LEVEL, y, x - 1]
        return sizes

    def _frame(self, rows: Places, columns: Places) -> None:
        """Put something like their other neighbour outside blocks at the upper and left side."""
        wide = WIDEST * self.tree.side
        for y, x in zip(rows, columns, strict=True):
            down, right = slice(y + FRAME, y + FRAME + wide), slice(x + FRAME, x + FRAME + wide)
            if y == 0 < x:
                level = self._samples[down, x + FRAME - 1].mean()
                self._samples[:FRAME, x + FRAME - 1 : right.stop] = np.floor(level)
            if x == 0 < y:
                level = self._samples[y + FRAME - 1, right].mean()
                self._samples[y + FRAME - 1 : down.stop, :FRAME] = np.floor(level)

    def _learn(self, y: Places, x: Places) -> None:
        """Count what a wave has come to."""
        every = np.divmod(np.arange(WIDEST**2), WIDEST)
        rows, columns = (
            (line[:, None] + cell).ravel() for line, cell in zip((y, x), every, strict=True)
        )
        inside = (rows < self.rows) & (columns < self.columns)
        for level in range(LEVELS):
            first = inside & ((rows | columns) % (1 << level) == 0)
            at = rows[first], columns[first]
            found = self.cells[:, *at]
            if level:
                asked = found[LEVEL] <= level
                count(
                    self._splits[level], self._sizes_near(*at)[asked], found[LEVEL, asked] < level
                )
            own = found[:, found[LEVEL] == level]
            count(self._misses[level], own[KIND], own[MISS] + self.tree.misses[level])
            count(self._shapes[level], own[SORT], own[SHAPE])


def _predicted(edges: Values, corner: Values) -> Values:
    """Predict the mean of leaves from the samples above and on the left, (m, 2, s), and between."""
    quarter = max(1, edges.shape[2] // 4)
    above, left = edges.mean(axis=2).T
    middle = (above + left) / 2
    plane = np.clip(above + left - corner, np.minimum(above, left), np.maximum(above, left))
    near = edges[:, :, :quarter].mean(axis=(1, 2))
    far = edges[:, :, -quarter:].mean(axis=(1, 2))
    predicted: Values = (37 * middle + 33 * plane + 9 * far - 15 * near) / 64
    return predicted.clip(0, 255)


def _turned(tiles: Values) -> tuple[Values, ...]:
    """Return the upper and left edges t of tiles, each as columns of −2t, |t|² and 1."""
    one = np.ones((1, len(tiles)), np.float32)
    edges = tiles[:, 0].T, tiles[:, :, 0].T
    return tuple(np.vstack([-2 * t, np.square(t).sum(axis=0, keepdims=True), one]) for t in edges)


def _near(side: int, stride: int) -> Places:
    """Return where, from the first sample of a leaf, the samples around are.

    The corner, those above, those on the left, and those beyond each.
    """
    line = np.arange(side)
    edges = [line - stride, line * stride - 1, line - 2 * stride, line * stride - 2]
    return np.concatenate([[-stride - 1], *edges])


def _inside(side: int, stride: int) -> Places:
    line = np.arange(side)
    return (line[:, None] * stride + line).ravel()


class Follower(Walker):
    """Passes the leaves of a plane through a coder.

    Parameters
    ----------
    layout, tree
    wanted : level, mean and shape of each cell, (3, rows, columns); a Reader does not look
    coder
    """

    def __init__(self, layout: BlockLayout, tree: Tree, wanted: Indices, coder: Coder) -> None:
        super().__init__(layout, tree)
        self._wanted, self._coder = wanted, coder

    def work(self) -> Work[Indices]:
        """Do so, with pauses; return the indices, (n, 3)."""
        for block in self.waves():
            split = self._split(2, block)
            for quarters in DIAGONALS:
                small = self._split(1, _where(self.places(quarters, split, 1)))
                for cells in DIAGONALS:
                    self._leaves(0, _where(self.places(cells, small, 0)))
            yield
        return self.indices()

    def _split(self, level: int, where: Where) -> Where:
        """Code which places are split, and the leaves of the others; return those that are."""
        splits = np.zeros(len(where[0]), bool)
        if len(splits):
            wanted = self._wanted[0][where] < level
            splits = self._coder.code(wanted, self.split_weights(level, where)) > 0
        self._leaves(level, _only(~splits, where))
        return _only(splits, where)

    def _leaves(self, level: int, where: Where) -> None:
        if not len(where[0]):
            return
        around, sort, weights = (
            self.around(level, where),
            self.sort(where),
            self.miss_weights[level],
        )
        most = self.tree.misses[level]
        away = (self._wanted[1][where] - around.predicted) / self.tree.steps[level]
        misses = (np.sign(away) * np.ceil(np.abs(away))).astype(np.int32)
        miss = self._coder.code(misses + most, weights[around.kind]) - np.int32(most)
        mean = self.mean(level, around, miss)
        shape = np.zeros_like(mean)
        if self.tree.sizes[level] > 1:
            weights = self.shape_weights(level, around, mean, sort)
            shape = self._coder.code(self._wanted[2][where], weights)
        self.put(level, where, Leaves(mean, shape, miss, around.kind, sort, np.zeros_like(mean)))


def _where(parts: Places) -> Where:
    return parts[1], parts[2]


def _only(these: NDArray[np.bool_], where: Where) -> Where:
    return where[0][these], where[1][these]


def code_indices(
    coder: Coder, layout: BlockLayout, quantizer: Quadtree, indices: Indices
) -> Work[Indices]:
    """Pass all indices, int32 of shape (n, 3·planes), through the coder.

    A Reader looks at n alone. A Writer needs leaves that are whole, and means a whole number of
    steps off their prediction, or at 0 or 255: what `encode_work` finds.
    """
    found = []
    planes = np.split(indices, len(quantizer.trees), axis=1)
    for tree, (leaf, mean, shape) in zip(quantizer.trees, (p.T for p in planes), strict=True):
        level = LEVEL_OF_PART[leaf]
        wanted = np.stack([level, mean, shape - np.asarray(tree.offsets)[level]])
        cells = wanted.reshape(3, layout.rows, layout.columns).astype(np.int32)
        with one_thread_a_product():
            found.append((yield from Follower(layout, tree, cells, coder).work()))
    return np.concatenate(found, axis=1)


def code_tables(coder: Coder, layout: BlockLayout, quantizer: Quadtree) -> Quadtree:
    """Pass the quantizer itself through the coder; a Reader looks at the sides of its trees."""
    return quantizer_of(layout, [_code_tree(coder, tree) for tree in quantizer.trees])


def _code_tree(coder: Coder, tree: Tree) -> Tree:
    numbers = np.array([tree.step, tree.grain, *(size - 1 for size in tree.sizes)], np.int32)
    weights = np.ones((len(numbers), MAX_SIZE), np.float32)
    step, grain, *lasts = coder.code(numbers, weights).tolist()
    if not (1 <= step <= LARGEST_STEP and 1 <= grain <= LARGEST_GRAIN):
        raise Impossible(f"means in steps of {step}, shapes in grains of {grain}")
    shapes = []
    for given, last in zip(tree.shapes, lasts, strict=True):
        wanted = np.resize(given, (last + 1, tree.side**2))
        shapes.append(_code_shapes(coder, tree.side, grain, wanted))
    return Tree(tree.side, step, grain, tuple(shapes))


def _code_shapes(coder: Coder, side: int, grain: int, shapes: Shapes) -> Shapes:
    """Pass all shapes but the first, which is nothing, through the coder."""
    plane = (shapes[1:].reshape(-1, side, side) // grain).astype(np.float32)
    most = LARGEST // grain
    levels = np.arange(-most, most + 1, dtype=np.float32)
    misses = np.full(len(plane), FIRST_MISS / grain, np.float32)
    for known, (y, x) in enumerate(np.ndindex(side, side)) if len(plane) else ():
        predicted = activity = np.zeros(len(plane), np.float32)
        if known:
            predicted, activity = prediction(plane, y, x)
        spread = 1 + activity / 2 + misses * (np.float32(1.5) / max(known, 1))
        weights = fourth_power(spread[:, None], np.abs(levels - predicted[:, None]))
        plane[:, y, x] = coder.code(plane[:, y, x].astype(np.int32) + most, weights) - most
        misses += np.abs(plane[:, y, x] - predicted)
    found = (plane * grain).astype(np.int16).reshape(-1, side * side)
    return np.concatenate([np.zeros((1, side * side), np.int16), found])
