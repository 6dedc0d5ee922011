"""Tests of quadtrees: what their tables stand for, and how they are trained."""

from dataclasses import replace

import numpy as np
import pytest
from helpers import gray_layout, photograph, smooth_picture
from numpy.typing import NDArray

from vqcore.codebooks.training import Progress
from vqcore.quantizers.quadtree import (
    Quadtree,
    Tree,
    enlarged,
    grain_for,
    in_grains,
    lowered,
    no_tree,
    pictures_of,
    quantizer_of,
    step_for,
    suits,
    train,
)
from vqcore.quantizers.quantizer import Parameters, TrainedQuantizer
from vqcore.signals.blocks import BlockLayout, BlockSize, layout_of, shown_pixels

PARAMETERS = Parameters("lbg", {})

NOTHING = np.zeros((1, 4), np.int16)
SLOPE = np.int16([[0, 8, 0, 8]])
TREE = Tree(
    2, 8, 2, (np.concatenate([NOTHING, SLOPE, -SLOPE]), np.concatenate([NOTHING, SLOPE]), NOTHING)
)


def two_by_two() -> Quadtree:
    """Return a quantizer for 2×2 cells: three shapes, two for leaves of 4, none for those of 8."""
    return quantizer_of(gray_layout(8, 8, 2), [TREE])


def trained(layout: BlockLayout, pixels: NDArray[np.uint8], *sizes: int) -> list[Quadtree]:
    events = train(layout, layout.split(pixels), sizes, PARAMETERS)
    return [event.quantizer for event in events if isinstance(event, TrainedQuantizer)]


@pytest.mark.parametrize(
    ("block", "side"),
    [((1, 1), 1), ((4, 4), 4), ((7, 7), 7), ((32, 32), 8), ((16, 1), 4), ((1, 16), 4), ((2, 1), 2)],
)
def test_squares_have_the_area_of_the_block(block: tuple[int, int], side: int) -> None:
    assert suits(BlockSize(*block), "gray") == (BlockSize(side, side), "gray")
    even = max(2, side - side % 2)
    assert suits(BlockSize(*block), "rgb") == (BlockSize(even, even), "ycbcr")


def test_a_small_leaf_is_its_mean_and_its_shape() -> None:
    assert two_by_two().decode(np.int32([[20, 100, 2]])).tolist() == [[100, 92, 100, 92]]


def test_a_cell_is_its_part_of_a_larger_leaf() -> None:
    cells = two_by_two().decode(np.int32([[16, 100, 4], [17, 100, 4], [18, 100, 4], [19, 100, 4]]))
    assert cells.tolist() == [[100, 102, 100, 102], [106, 108, 106, 108]] * 2


def test_a_larger_leaf_without_its_shape_is_flat() -> None:
    assert two_by_two().decode(np.int32([[16, 100, 4]]), 2).tolist() == [[100] * 4]


def test_samples_end_at_black_and_white() -> None:
    assert two_by_two().decode(np.int32([[20, 2, 2], [20, 250, 1]])).tolist() == [
        [2, 0, 2, 0],
        [250, 255, 250, 255],
    ]


def test_without_the_last_column_leaves_are_flat() -> None:
    assert two_by_two().decode(np.int32([[20, 100, 2]]), columns=2).tolist() == [[100] * 4]


def test_each_plane_of_a_picture_in_colour_has_its_own_columns() -> None:
    layout = BlockLayout(16, 16, 4, "ycbcr")
    quantizer = quantizer_of(layout, [no_tree(4), TREE, no_tree(2)])
    names = [column.name for column in quantizer.columns]
    assert names[:3] + names[-1:] == ["luma leaf", "luma mean", "luma shape", "Cr shape"]
    vector = quantizer.decode(np.int32([[20, 50, 0, 20, 100, 1, 20, 200, 0]]))[0]
    assert vector.tolist() == [50] * 16 + [100, 108, 100, 108] + [200] * 4


def test_k_is_that_of_the_largest_set_of_shapes() -> None:
    quantizer = two_by_two()
    assert quantizer.codebook_size == 3
    assert quantizer.columns[quantizer.largest].name == "shape"
    assert quantizer.codebook_bytes == 3 * 4  # nothing costs nothing


@pytest.mark.parametrize("side", range(1, 9))
@pytest.mark.parametrize("level", [1, 2])
def test_enlarging_keeps_flat_shapes_and_can_be_undone(side: int, level: int) -> None:
    rng = np.random.default_rng(side)
    shapes = rng.integers(-126, 127, (5, side * side)).astype(np.int16)
    tiles = enlarged(shapes, side, level)
    assert tiles.shape == (5, side << level, side << level)
    assert (np.abs(tiles) <= 126).all()
    assert np.abs(lowered(tiles.astype(np.float32), side, level) - shapes).max() < 1.5
    flat = np.full((1, side * side), -7, np.int16)
    assert (enlarged(flat, side, level) == -7).all()


def test_enlarging_is_linear_between_the_middles_of_samples() -> None:
    tile = enlarged(np.int16([[0, 80, 0, 80]]), 2, 2)[0]
    assert tile.tolist() == [[0, 0, 10, 30, 50, 70, 80, 80]] * 8


def test_shapes_are_in_grains_and_ascend_in_strength_after_nothing() -> None:
    shapes = in_grains(np.float32([[9.2, -9], [0.4, 0], [3, -3.2], [300, -300], [9, -9.4]]), 2)
    assert shapes.tolist() == [[0, 0], [4, -4], [8, -10], [10, -8], [126, -126]]


@pytest.mark.parametrize(("weight", "step"), [(0, 1), (100, 8), (400, 15), (1e12, 64)])
def test_the_step_of_means_grows_with_the_weight_of_bits(weight: float, step: int) -> None:
    assert step_for(weight, 4) == step


@pytest.mark.parametrize(("weight", "grain"), [(0, 1), (100, 3), (900, 9), (1e12, 16)])
def test_shapes_get_coarser_with_the_weight_of_bits(weight: float, grain: int) -> None:
    assert grain_for(weight) == grain


def test_a_picture_is_padded_to_whole_blocks_by_its_edge() -> None:
    layout = gray_layout(3, 2, 2)
    picture = pictures_of(layout, layout.split(np.uint8([[1, 2, 3], [4, 5, 6]])))[0]
    assert picture.tolist() == [[1, 2] + [3] * 6] + [[4, 5] + [6] * 6] * 7


def test_training_gives_as_many_shapes_as_asked_for_and_fewer_for_larger_leaves() -> None:
    pixels = shown_pixels(photograph("astronaut", 2), gray_layout(256, 256, 4))
    eight, thirty = trained(gray_layout(256, 256, 4), pixels, 8, 30)
    assert (eight.codebook_size, thirty.codebook_size) == (8, 30)
    assert thirty.trees[0].sizes == (30, 15, 7)


def test_training_is_the_same_whatever_else_is_trained() -> None:
    picture = smooth_picture(40, 56, gray=True)
    layout = layout_of(picture, 4, "gray")
    alone, among = trained(layout, picture.pixels, 8)[0], trained(layout, picture.pixels, 4, 8)[1]
    assert all(map(np.array_equal, alone.trees[0].shapes, among.trees[0].shapes))


def test_a_flat_picture_has_no_shapes() -> None:
    quantizer = trained(gray_layout(16, 16, 4), np.full((16, 16), 90, np.uint8), 8)[0]
    assert quantizer.trees[0].sizes == (1, 1, 1)


def test_chroma_has_fewer_shapes_than_luma() -> None:
    picture = smooth_picture(64, 64)
    luma, *chroma = trained(BlockLayout(64, 64, 4, "ycbcr"), picture.pixels, 16)[0].trees
    assert luma.sizes == (16, 8, 4)
    assert {tree.side for tree in chroma} == {2}
    assert all(tree.sizes[0] <= 4 for tree in chroma)


def test_training_gives_signs_of_life() -> None:
    pixels = shown_pixels(photograph("astronaut"), gray_layout(512, 512, 4))
    layout = gray_layout(512, 512, 4)
    events = list(train(layout, layout.split(pixels), [64], PARAMETERS))
    assert sum(isinstance(event, Progress) for event in events) >= 3


def test_leaves_are_counted_once_and_borders_are_theirs() -> None:
    """One leaf of 4b, of 16 cells; beside it, cells that are leaves of their own."""
    layout = gray_layout(16, 8, 2)
    tree = replace(
        no_tree(2), step=4, shapes=(np.int16([[0] * 4, [2] * 4]), *no_tree(2).shapes[1:])
    )
    quantizer = quantizer_of(layout, [tree])
    part = np.full((4, 8), 20, np.int32)
    part[:, :4] = np.arange(16).reshape(4, 4)
    shape = np.zeros((4, 8), np.int32)
    shape[:, :4] = 2  # the one of the largest leaves
    shape[0, 4] = 1
    indices = np.stack([part, np.full((4, 8), 100), shape], axis=2).reshape(-1, 3).astype(np.int32)
    leaves, _, shapes = quantizer.use(indices)
    assert (leaves[0], leaves[20], leaves.sum()) == (1, 16, 17)
    assert shapes.tolist() == [15, 1, 1, 0]
    assert quantizer.used_codewords(indices) == 2
    borders = quantizer.borders(indices).reshape(4, 8)
    assert borders[:, :4].tolist() == [[3, 2, 2, 2]] + [[1, 0, 0, 0]] * 3
    assert (borders[:, 4:] == 3).all()
    assert quantizer.leaf_levels(indices).reshape(4, 8).tolist() == [[2] * 4 + [0] * 4] * 4
    # 16 leaves of 65 means and 2 shapes, one of 256 means; 2 blocks split or not, 4 quarters
    bits = 16 * (np.log2(65) + 1) + np.log2(256) + 2 + 4
    assert quantizer.nominal_bytes(indices) == pytest.approx(bits / 8)
