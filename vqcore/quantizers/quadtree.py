"""Blocks of variable size: a quadtree whose leaves are a mean and a shape.

A plane of samples is cut into blocks of 4b×4b, each a leaf or four of 2b×2b, each of these a leaf
or four of b×b: the cells of the layout. A leaf is its mean plus a shape of its size. Shapes are b×b
samples whatever the size; larger leaves interpolate between them. In colour, luma has one tree and
each half-resolution chroma another.

Each cell has three columns a plane: "leaf" (which part of which leaf it is: 0 to 15 of one of 4b,
row by row, 16 to 19 of one of 2b, 20 for a leaf of its own), "mean" (0 to 255) and "shape" (shapes
of all sizes are counted through, those of b first).
"""

from __future__ import annotations

import math
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from itertools import accumulate

import numpy as np
from numpy.typing import NDArray

from vqcore.arrays import Counts, Indices, Reals, Samples
from vqcore.codebooks.codebook import Codebook, use_of
from vqcore.codebooks.scoring import MIDDLE
from vqcore.codebooks.training import Progress
from vqcore.codebooks.training import train as trained_codebooks
from vqcore.quantizers.quantizer import (
    Column,
    Kind,
    Option,
    Parameters,
    Quantizer,
    TrainedQuantizer,
)
from vqcore.quantizers.replay import nothing_to_replay
from vqcore.signals.blocks import BlockLayout, BlockSize, Colour, distinct_vectors
from vqcore.signals.layouts import Layout
from vqcore.words import said
from vqcore.work import Work

Shapes = NDArray[np.int16]

ID = "quadtree"
OPTIONS: tuple[Option, ...] = ()
BY_BLOCK = False
WHOLE = False
LARGEST_SIDE = 8
LEVELS = 3
WIDEST = 4
PARTS = 21
LEVEL_OF_PART = np.repeat(np.arange(LEVELS)[::-1], (16, 4, 1))
FIRST_PART = (20, 16, 0)
FEWER = 1, 2, 4
FEWER_IN_CHROMA = 4
FIRST_GRAIN = 1
LARGEST = 127
STEP_OF_RATE = 3
GRAIN_OF_RATE = 0.3
LARGEST_STEP = 64
LARGEST_GRAIN = 16


@dataclass(frozen=True, eq=False)
class Tree:
    """What the leaves of one plane are made of.

    Parameters
    ----------
    side : b of this plane: half of the layout's for chroma
    step : of the means of the smallest leaves; those of larger leaves are finer
    grain : of which the samples of shapes are multiples
    shapes : for leaves of b, 2b and 4b, each int16 of shape (K, b²), the first all zeros
    """

    side: int
    step: int
    grain: int
    shapes: tuple[Shapes, ...]

    @property
    def sizes(self) -> tuple[int, ...]:
        return tuple(map(len, self.shapes))

    @property
    def offsets(self) -> tuple[int, ...]:
        """Return at which index the shapes of each size begin."""
        return tuple(accumulate(self.sizes, initial=0))[:LEVELS]

    @property
    def steps(self) -> tuple[int, ...]:
        """Return the steps of means, by size: the same in the sum of all samples of √size."""
        return tuple(max(1, self.step >> level) for level in range(LEVELS))

    @property
    def misses(self) -> tuple[int, ...]:
        """Return by how many steps a mean can be off, by size."""
        return tuple(-(-255 // step) for step in self.steps)

    @cached_property
    def tiles(self) -> tuple[Shapes, ...]:
        """Return the shapes as their leaves have them, each of shape (K, s, s) for leaves of s."""
        return tuple(enlarged(shapes, self.side, level) for level, shapes in enumerate(self.shapes))

    @cached_property
    def parts(self) -> tuple[Shapes, ...]:
        """Return the tiles cut into cells, each of shape (K, parts, b²)."""
        return tuple(_cells(tiles, self.side) for tiles in self.tiles)


def enlarged(shapes: Shapes, side: int, level: int) -> Shapes:
    """Interpolate shapes of (K, b²) to (K, s, s), s = b·2^level, in whole numbers.

    Examples
    --------
    >>> enlarged(np.int16([[0, 8, 0, 8]]), 2, 1)[0, 0].tolist()
    [0, 2, 6, 8]
    """
    tiles = shapes.reshape(-1, side, side)
    if level == 0:
        return tiles
    weights = upward(side, level)
    sums = np.einsum("ya,kab,xb->kyx", weights, tiles.astype(np.int32), weights)
    shift = 2 * (level + 1)
    rounded: Shapes = ((sums + (1 << shift - 1)) >> shift).astype(np.int16)
    return rounded


def upward(side: int, level: int) -> NDArray[np.int32]:
    """Return how much each sample of a row counts in each of the enlarged, (s, b); rows sum to 2ˢ.

    Linear between the middles of samples, constant beyond the outer ones.
    """
    double = 2 << level
    at = np.clip(np.arange(1, side * double, 2) - double // 2, 0, double * (side - 1))
    first = np.minimum(at // double, max(side - 2, 0))
    weights = np.zeros((len(at), side), np.int32)
    rows = np.arange(len(at))
    weights[rows, np.minimum(first + 1, side - 1)] += at - first * double
    weights[rows, first] += double - (at - first * double)
    return weights


def lowered(tiles: Reals, side: int, level: int) -> Reals:
    """Return the shapes, (K, b²), that are nearest to tiles, (K, s²), when they are enlarged."""
    whole = tiles.reshape(-1, side << level, side << level)
    if level:
        down = np.linalg.pinv(upward(side, level) / (2 << level)).astype(np.float32)
        whole = np.einsum("ay,kyx,bx->kab", down, whole, down, optimize=True)
    return whole.reshape(-1, side * side)


def in_grains(shapes: Reals | Shapes, grain: int) -> Shapes:
    """Return shapes as they are stored, nothing first, then by ascending strength; none twice."""
    most = LARGEST // grain
    whole = np.rint(shapes / grain).clip(-most, most).astype(np.int16) * np.int16(grain)
    nothing = np.zeros((1, shapes.shape[1]), np.int16)
    whole = np.unique(np.concatenate([nothing, whole]), axis=0)
    return whole[np.argsort(np.square(whole.astype(np.int32)).sum(axis=1), kind="stable")]


def no_tree(side: int) -> Tree:
    """Return a tree without shapes."""
    return Tree(side, 1, 1, (np.zeros((1, side * side), np.int16),) * LEVELS)


def step_for(rate_weight: float, side: int) -> int:
    """Return the step of means that is worth its bits; the finer, the less they weigh."""
    step = STEP_OF_RATE * math.sqrt(rate_weight) / side
    return round(min(max(step, 1), LARGEST_STEP))


def grain_for(rate_weight: float) -> int:
    """Return the grain of shapes that is worth its bits."""
    return round(min(max(GRAIN_OF_RATE * math.sqrt(rate_weight), 1), LARGEST_GRAIN))


def _cells(tiles: Shapes, side: int) -> Shapes:
    wide = tiles.shape[1] // side
    cells = tiles.reshape(-1, wide, side, wide, side).swapaxes(2, 3)
    return cells.reshape(len(tiles), wide * wide, side * side)


@dataclass(frozen=True, eq=False)
class Quadtree(Quantizer):
    """A quantizer of this family.

    Parameters
    ----------
    trees : of each plane
    asked : the K that it was trained for; some of its shapes may have become one and the same
    """

    trees: tuple[Tree, ...]
    asked: int = 0

    @property
    def codebook_size(self) -> int:
        """Return the K asked for, or that of the largest set of shapes."""
        return self.asked or self._most

    @property
    def _most(self) -> int:
        return max(max(tree.sizes) for tree in self.trees)

    @property
    def codebook_bytes(self) -> int:
        """Return those of all shapes but "nothing": a byte a sample."""
        return sum(shapes[1:].size for tree in self.trees for shapes in tree.shapes)

    @property
    def largest(self) -> int:
        """Return the column of shapes of the plane that has the largest set of them."""
        return 2 + 3 * [max(tree.sizes) for tree in self.trees].index(self._most)

    @property
    def is_in_order(self) -> bool:
        """Say whether the shapes of each size are as `in_grains` gives them."""
        every = ((tree.grain, shapes) for tree in self.trees for shapes in tree.shapes)
        return all(np.array_equal(shapes, in_grains(shapes, grain)) for grain, shapes in every)

    def borders(self, indices: Indices) -> Samples:
        """Return where cells begin a leaf of luma: 1 on their left, 2 above, 3 both; (n,)."""
        part, level = indices[:, 0], self.leaf_levels(indices)
        down, right = np.divmod(part - np.asarray(FIRST_PART)[level], 1 << level)
        there: Samples = ((right == 0) + 2 * (down == 0)).astype(np.uint8)
        return there

    def leaf_levels(self, indices: Indices) -> Samples:
        """Return 0 for cells that are leaves of luma, 1 and 2 for parts of those of 2b and 4b."""
        found: Samples = LEVEL_OF_PART[indices[:, 0]].astype(np.uint8)
        return found

    def use(self, indices: Indices) -> tuple[Counts, ...]:
        """Return of each column how many leaves have each entry."""
        planes = np.split(indices, len(self.trees), axis=1)
        firsts = [plane[np.isin(plane[:, 0], FIRST_PART)] for plane in planes]
        columns = [column for plane in firsts for column in plane.T]
        return tuple(map(use_of, columns, self.sizes))

    def used_codewords(self, indices: Indices) -> int:
        """Return how many of the largest set of shapes are among indices, (n, m)."""
        tree = self.trees[self.largest // 3]
        level = tree.sizes.index(self._most)
        first = tree.offsets[level]
        used = np.unique(indices[:, self.largest])
        return int(((used >= first) & (used < first + self._most)).sum())

    def nominal_bytes(self, indices: Indices) -> float:
        """Return the bytes of leaves, log2 of what each chooses from, and of a bit a split."""
        planes = zip(self.trees, np.split(indices, len(self.trees), axis=1), strict=True)
        return sum(_nominal_bits(tree, plane[:, 0]) for tree, plane in planes) / 8

    def decode(self, indices: Indices, columns: int | None = None) -> Samples:
        """Return the vectors, uint8 of shape (n, d); columns left out count as index 0."""
        known = np.zeros_like(indices)
        known[:, :columns] = indices[:, :columns]
        planes = zip(self.trees, np.split(known, len(self.trees), axis=1), strict=True)
        return np.concatenate([_decoded(tree, plane) for tree, plane in planes], axis=1)


def _nominal_bits(tree: Tree, parts: Indices) -> float:
    bits, splits, places = 0.0, 0, 0
    for level, (size, misses) in enumerate(zip(tree.sizes, tree.misses, strict=True)):
        leaves = int((parts == FIRST_PART[level]).sum())
        bits += leaves * (math.log2(size) + math.log2(misses + 1))
        places = leaves + -(-places // 4)
        splits += places if level else 0
    return bits + splits


def _decoded(tree: Tree, indices: Indices) -> Samples:
    """Return the cells of one plane, (n, b²)."""
    leaf, mean, shape = indices.T
    samples = np.repeat(mean[:, None], tree.side**2, axis=1)
    for level, parts in enumerate(tree.parts):
        here = LEVEL_OF_PART[leaf] == level
        own = np.maximum(shape[here] - tree.offsets[level], 0)  # 0 where shapes are left out
        samples[here] += parts[own, leaf[here] - FIRST_PART[level]]
    return samples.clip(0, 255).astype(np.uint8)


def quantizer_of(layout: BlockLayout, trees: Sequence[Tree], asked: int = 0) -> Quadtree:
    """Return the quantizer of the trees of each plane of a layout, gray or ycbcr."""
    starts = [*accumulate((tree.side**2 for tree in trees), initial=0)]
    columns, tables = list[Column](), list[Shapes]()
    for name, tree, start in zip(plane_names(layout), trees, starts, strict=False):
        every = np.arange(256, dtype=np.int16).repeat(tree.side**2).reshape(256, -1)
        kinds: dict[str, tuple[Kind, Shapes]] = {
            "leaf": ("parts", np.zeros((PARTS, tree.side**2), np.int16)),
            "mean": ("levels", every),
            "shape": ("differences", np.concatenate(tree.shapes)),
        }
        for what, (kind, table) in kinds.items():
            columns.append(Column(f"{name}{what}", len(table), kind))
            left = start, layout.dimension - start - tree.side**2
            tables.append(np.pad(table, [(0, 0), left]))
    return Quadtree(ID, tuple(columns), tuple(tables), tuple(trees), asked)


def blank(layout: BlockLayout) -> Quadtree:
    """Return the quantizer of a layout without shapes."""
    return quantizer_of(layout, [no_tree(side) for side in plane_sides(layout)])


def plane_names(layout: BlockLayout) -> tuple[str, ...]:
    return ("",) if layout.colour == "gray" else ("luma ", "Cb ", "Cr ")


def pictures_of(layout: BlockLayout, vectors: Samples) -> list[Samples]:
    """Return each plane as one picture, its sides multiples of 4b by repeating the edge."""
    return [_picture(layout, plane) for plane in layout.planes(vectors)]


def _picture(layout: BlockLayout, cells: Samples) -> Samples:
    side = cells.shape[1]
    grid = cells.reshape(layout.rows, layout.columns, side, side).swapaxes(1, 2)
    picture = grid.reshape(layout.rows * side, layout.columns * side)
    missing = [(0, -length % (WIDEST * side)) for length in picture.shape]
    return np.pad(picture, missing, mode="edge")


def tiles_of(picture: Samples, side: int) -> Samples:
    """Cut a picture of whole tiles into them, row by row: (n, side, side)."""
    rows, columns = picture.shape[0] // side, picture.shape[1] // side
    tiles = picture.reshape(rows, side, columns, side).swapaxes(1, 2)
    return tiles.reshape(rows * columns, side, side)


replay = nothing_to_replay


def suits(block_size: BlockSize, colour: Colour) -> tuple[BlockSize, Colour]:
    """Return squares of at most 8 pixels, for four times as many; in colour, even, YCbCr.

    Their area is that of the block, or a little more.
    """
    side = min(math.ceil(math.sqrt(block_size.width * block_size.height)), LARGEST_SIDE)
    if colour == "gray":
        return BlockSize(side, side), "gray"
    even = max(2, side - side % 2)
    return BlockSize(even, even), "ycbcr"


def trained_on(layout: Layout, vectors: Samples, parameters: Parameters) -> Samples:
    """Return what the shapes of the smallest luma leaves are found among."""
    assert isinstance(layout, BlockLayout)
    return _low_resolution(pictures_of(layout, vectors)[0], layout.block_size.width, 0)


def columns_of(layout: Layout, sizes: Sequence[int], steps: Sequence[int]) -> tuple[Column, ...]:
    """Return none: how many shapes there are is coded with them. ValueError if a file has some."""
    assert isinstance(layout, BlockLayout)
    own = layout.block_size, layout.colour
    if own != suits(*own):
        raise ValueError(said("refusal.vq.quadtree"))
    if sizes:
        raise ValueError(said("refusal.vq.quadtree-columns"))
    return ()


def encode_work(quantizer: Quantizer, vectors: Samples, *, beam: int = 1) -> Work[Indices]:
    """Refuse: what is a leaf, the blocks around decide."""
    raise ValueError("a quadtree encodes whole pictures, not blocks by themselves")


def train(
    layout: Layout,
    vectors: Samples,
    sizes: Sequence[int],
    parameters: Parameters,
    *,
    seed: int = 0,
    known: Mapping[int, Quantizer] | None = None,
) -> Iterator[Progress | TrainedQuantizer]:
    """Train as `family.Family.train` does: a ladder of shapes for each size of leaves.

    A size is that of the shapes of the smallest luma leaves; the others have fewer.
    """
    assert isinstance(layout, BlockLayout)
    pictures, sides = pictures_of(layout, vectors), plane_sides(layout)
    planes = [
        [_Ladder(picture, side, level, seed) for level in range(LEVELS)]
        for picture, side in zip(pictures, sides, strict=True)
    ]
    for size in sizes:
        yield from _climbed(planes, size)
        trees = [_tree(plane) for plane in planes]
        seconds = sum(ladder.seconds for plane in planes for ladder in plane)
        yield TrainedQuantizer(quantizer_of(layout, trees, size), seconds, layout.count)


def _tree(plane: list[_Ladder]) -> Tree:
    return Tree(plane[0].side, 1, FIRST_GRAIN, tuple(ladder.shapes for ladder in plane))


def _climbed(planes: list[list[_Ladder]], size: int) -> Iterator[Progress]:
    for number, plane in enumerate(planes):
        for ladder, fewer in zip(plane, FEWER, strict=True):
            yield from ladder.climb(max(1, size // (fewer * FEWER_IN_CHROMA if number else fewer)))


def plane_sides(layout: BlockLayout) -> list[int]:
    """Return b of each plane."""
    side, half = layout.block_size.width, layout.block_size.half.width
    return [side] if layout.colour == "gray" else [side, half, half]


class _Ladder:
    """The shapes for leaves of one size in one plane, at ascending sizes of their codebook."""

    def __init__(self, picture: Samples, side: int, level: int, seed: int) -> None:
        self.side, self.seconds = side, 0.0
        self.shapes = np.zeros((1, side * side), np.int16)
        self._known = dict[int, Codebook]()
        self._seed = seed
        self._vectors = _low_resolution(picture, side, level)

    def climb(self, size: int) -> Iterator[Progress]:
        """Train for a size, or for as many as there are distinct shapes."""
        distinct = distinct_vectors(self._vectors, size)
        size = size if distinct is None else len(distinct)
        events = trained_codebooks(self._vectors, [size], seed=self._seed, known=self._known)
        self.seconds = 0.0
        for event in events if size not in self._known else ():
            if isinstance(event, Progress):
                yield event
            else:
                self._known[size] = event.codebook
                self.seconds = event.seconds
        shapes = self._known[size].codewords.astype(np.float32) - MIDDLE
        weakest = np.square(shapes).sum(axis=1).argmin()
        self.shapes = in_grains(np.delete(shapes, weakest, axis=0), FIRST_GRAIN)


def _low_resolution(picture: Samples, side: int, level: int) -> Samples:
    """Return what is left of each leaf without its mean, at b×b samples around 128, (n, b²)."""
    tiles = tiles_of(picture, side << level).astype(np.float32)
    low = tiles.reshape(-1, side, 1 << level, side, 1 << level).mean(axis=(2, 4))
    flat = low.reshape(len(low), -1)
    shapes = flat - flat.mean(axis=1, keepdims=True) + MIDDLE
    samples: Samples = shapes.round().clip(1, 255).astype(np.uint8)
    return samples
