"""Tests of blocks: how a picture becomes vectors and comes back."""

import re

import numpy as np
import pytest
from helpers import smooth_picture
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra import numpy as arrays
from numpy.typing import NDArray
from PIL import Image

from vqcore.signals.blocks import (
    COLOURS,
    BlockLayout,
    BlockSize,
    distinct_vectors,
    layout_of,
    shown_pixels,
    tile_sheet,
)
from vqcore.signals.layouts import Layout
from vqcore.signals.pictures import Picture
from vqcore.signals.ycbcr import to_ycbcr

Samples = NDArray[np.uint8]

sides = st.integers(1, 40)
block_sizes = st.one_of(st.integers(1, 32), st.tuples(st.integers(1, 32), st.integers(1, 32)))
rgb_samples = st.tuples(*[st.integers(0, 255)] * 3)


def layout_for(pixels: Samples, block_size: int, colour: str) -> BlockLayout:
    return BlockLayout(pixels.shape[1], pixels.shape[0], block_size, colour)


def converted(pixels: Samples, source: str, target: str) -> Samples:
    return np.array(Image.fromarray(pixels, source).convert(target))


def through_ycbcr(pixels: Samples) -> Samples:
    """Return what conversion to YCbCr and Pillow's way back leave of a picture."""
    return converted(to_ycbcr(pixels), "YCbCr", "RGB")


def flat(colour: tuple[int, ...], height: int, width: int) -> Samples:
    return np.broadcast_to(np.uint8(colour), (height, width, 3)).copy()


# -------------------------------------------------------------------------------------- the numbers


@pytest.mark.parametrize(
    ("count", "tile", "zoom", "columns"),
    [(5, (4, 4), 6, 3), (1024, (8, 8), 3, 32), (32, (1, 16), 6, 2), (32, (16, 1), 6, 20)],
)
def test_a_sheet_is_about_square(
    count: int, tile: tuple[int, int], zoom: int, columns: int
) -> None:
    tiles = np.arange(count, dtype=np.uint8).repeat(tile[0] * tile[1]).reshape(count, *tile)
    sheet = tile_sheet(tiles, 24)
    step = tile[0] * zoom + 2, tile[1] * zoom + 2
    assert sheet.shape == (-(-count // columns) * step[0], columns * step[1])
    corners = sheet[1 :: step[0], 1 :: step[1]].ravel()
    np.testing.assert_array_equal(corners[:count], tiles[:, 0, 0])
    assert (corners[count:] == 255).all()


@pytest.mark.parametrize(
    ("block_size", "colour", "dimension"),
    [
        (8, "gray", 64),
        (8, "rgb", 192),
        (8, "ycbcr", 96),
        (2, "ycbcr", 6),
        (32, "ycbcr", 1536),
        (1, "gray", 1),
        (1, "rgb", 3),
        (1, "ycbcr", 3),
        (3, "ycbcr", 9 + 2 * 4),
        (5, "ycbcr", 25 + 2 * 9),
        (31, "ycbcr", 961 + 2 * 256),
        ((16, 1), "gray", 16),
        ((2, 3), "rgb", 18),
        ((16, 1), "ycbcr", 16 + 2 * 8),
        ((3, 6), "ycbcr", 18 + 2 * 6),
    ],
)
def test_dimension(block_size: int, colour: str, dimension: int) -> None:
    layout = BlockLayout(50, 40, block_size, colour)
    assert layout.dimension == dimension
    assert layout.split(shown_pixels(smooth_picture(40, 50), layout)).shape == (
        layout.blocks,
        dimension,
    )


@pytest.mark.parametrize(
    ("width", "height", "block_size", "columns", "rows"),
    [
        (1536, 1536, 8, 192, 192),
        (768, 512, 4, 192, 128),
        (8, 8, 8, 1, 1),
        (9, 8, 8, 2, 1),
        (7, 17, 8, 1, 3),
        (1, 1, 32, 1, 1),
        (33, 1, 32, 2, 1),
        (5, 3, 1, 5, 3),
    ],
)
def test_a_started_block_counts(
    width: int, height: int, block_size: int, columns: int, rows: int
) -> None:
    layout = BlockLayout(width, height, block_size, "gray")
    assert (layout.columns, layout.rows, layout.blocks) == (columns, rows, columns * rows)


def test_1536_by_1536_in_8_by_8_are_36864_blocks() -> None:
    assert BlockLayout(1536, 1536, 8, "gray").blocks == 36864


@pytest.mark.parametrize(("colour", "raw_bytes"), [("gray", 35), ("rgb", 105), ("ycbcr", 105)])
def test_raw_bytes_leave_the_padding_out(colour: str, raw_bytes: int) -> None:
    assert BlockLayout(7, 5, 4, colour).raw_bytes == raw_bytes


# ------------------------------------------------------------------------------------------ by hand


def test_blocks_go_row_by_row() -> None:
    pixels = np.arange(16, dtype=np.uint8).reshape(4, 4)
    assert layout_for(pixels, 2, "gray").split(pixels).tolist() == [
        [0, 1, 4, 5],
        [2, 3, 6, 7],
        [8, 9, 12, 13],
        [10, 11, 14, 15],
    ]


def test_padding_repeats_the_edge() -> None:
    pixels = np.uint8([[1, 2, 3], [4, 5, 6], [7, 8, 9]])
    assert layout_for(pixels, 2, "gray").split(pixels).tolist() == [
        [1, 2, 4, 5],
        [3, 3, 6, 6],
        [7, 8, 7, 8],
        [9, 9, 9, 9],
    ]


def test_rgb_goes_pixel_by_pixel() -> None:
    pixels = np.arange(24, dtype=np.uint8).reshape(2, 4, 3)
    assert layout_for(pixels, 2, "rgb").split(pixels).tolist() == [
        [0, 1, 2, 3, 4, 5, 12, 13, 14, 15, 16, 17],
        [6, 7, 8, 9, 10, 11, 18, 19, 20, 21, 22, 23],
    ]


@pytest.mark.parametrize(
    ("colour", "expected"),
    [
        ((255, 255, 255), (255, 128, 128)),
        ((0, 0, 0), (0, 128, 128)),
        ((255, 0, 0), (76.245, 84.97, 255.5)),
        ((0, 255, 0), (149.685, 43.53, 20.76)),
        ((0, 0, 255), (29.07, 255.5, 107.27)),
    ],
    ids=["white", "black", "red", "green", "blue"],
)
def test_ycbcr_is_luma_then_cb_then_cr(
    colour: tuple[int, ...], expected: tuple[float, ...]
) -> None:
    pixels = flat(colour, 2, 2)
    [vector] = layout_for(pixels, 2, "ycbcr").split(pixels)
    luma, cb, cr = expected
    np.testing.assert_allclose(vector, [luma] * 4 + [cb, cr], rtol=0, atol=0.501)


@pytest.mark.parametrize(
    ("reds", "cb", "cr"),
    [(0, 128, 128), (1, 117, 160), (2, 107, 192), (3, 96, 223), (4, 85, 255)],
)
def test_chroma_is_the_mean_of_four_and_a_half_rounds_up(reds: int, cb: int, cr: int) -> None:
    # In YCbCr red is 76, 85, 255 and black 0, 128, 128; two reds give Cr 191.5.
    pixels = np.uint8([(255, 0, 0)] * reds + [(0, 0, 0)] * (4 - reds)).reshape(2, 2, 3)
    expected = [76] * reds + [0] * (4 - reds) + [cb, cr]
    assert layout_for(pixels, 2, "ycbcr").split(pixels).tolist() == [expected]


def test_an_odd_block_repeats_its_edge_before_chroma_is_halved() -> None:
    red, black = (255, 0, 0), (0, 0, 0)
    pixels = np.uint8([[black] * 3, [black] * 3, [black, black, red]])
    assert layout_for(pixels, 3, "ycbcr").split(pixels)[0, 9:].tolist() == [
        *[128, 128, 128, 85],
        *[128, 128, 128, 255],
    ]


def test_assemble_lays_tiles_out_row_by_row_and_crops() -> None:
    tiles = np.uint8([[[1, 1], [1, 1]], [[2, 3], [2, 3]], [[4, 4], [5, 5]], [[6, 7], [8, 9]]])
    assert BlockLayout(3, 3, 2, "gray").assemble(tiles).tolist() == [
        [1, 1, 2],
        [1, 1, 2],
        [4, 4, 6],
    ]


@pytest.mark.parametrize(
    ("colour", "dimension", "shape"),
    [("gray", 9, (5, 3, 3)), ("rgb", 27, (5, 3, 3, 3)), ("ycbcr", 17, (5, 3, 3, 3))],
)
def test_tiles_are_little_pictures(colour: str, dimension: int, shape: tuple[int, ...]) -> None:
    tiles = BlockLayout(50, 40, 3, colour).tiles(np.zeros((5, dimension), np.uint8))
    assert (tiles.shape, tiles.dtype) == (shape, np.uint8)


# -------------------------------------------------------------------------------------- round trips


@given(st.data(), sides, sides, block_sizes, st.sampled_from(["gray", "rgb"]))
def test_join_is_the_inverse_of_split(
    data: st.DataObject, height: int, width: int, block_size: int, colour: str
) -> None:
    shape = (height, width) if colour == "gray" else (height, width, 3)
    pixels = data.draw(arrays.arrays(np.uint8, shape))
    layout = layout_for(pixels, block_size, colour)
    joined = layout.join(layout.split(pixels))
    assert joined.dtype == np.uint8
    np.testing.assert_array_equal(joined, pixels, strict=True)


@given(st.data(), st.integers(1, 4), st.integers(1, 4), st.integers(1, 9), st.booleans())
def test_split_is_the_inverse_of_join(
    data: st.DataObject, rows: int, columns: int, block_size: int, gray: bool
) -> None:
    layout = BlockLayout(
        columns * block_size, rows * block_size, block_size, "gray" if gray else "rgb"
    )
    vectors = data.draw(arrays.arrays(np.uint8, (layout.blocks, layout.dimension)))
    np.testing.assert_array_equal(layout.split(layout.join(vectors)), vectors, strict=True)


@given(rgb_samples, sides, sides, block_sizes)
def test_a_flat_colour_survives_ycbcr_as_through_pillow(
    colour: tuple[int, ...], height: int, width: int, block_size: int
) -> None:
    pixels = flat(colour, height, width)
    layout = layout_for(pixels, block_size, "ycbcr")
    np.testing.assert_array_equal(layout.join(layout.split(pixels)), through_ycbcr(pixels))


@given(arrays.arrays(np.uint8, st.tuples(sides, sides, st.just(3))))
def test_ycbcr_in_blocks_of_one_pixel_is_pillows_round_trip(pixels: Samples) -> None:
    layout = layout_for(pixels, 1, "ycbcr")
    np.testing.assert_array_equal(layout.join(layout.split(pixels)), through_ycbcr(pixels))


@given(arrays.arrays(np.uint8, st.tuples(sides, sides)), block_sizes)
def test_ycbcr_tints_no_gray(gray: Samples, block_size: int) -> None:
    pixels = np.repeat(gray[..., None], 3, axis=2)
    layout = layout_for(pixels, block_size, "ycbcr")
    np.testing.assert_array_equal(layout.join(layout.split(pixels)), through_ycbcr(pixels))


# ---------------------------------------------------------------------------------------- relations


@pytest.mark.parametrize("colour", COLOURS)
def test_the_order_of_memory_does_not_matter(colour: str) -> None:
    picture = smooth_picture(21, 34)
    layout = layout_of(picture, 8, colour)
    pixels = shown_pixels(picture, layout)
    expected = layout.split(pixels)
    np.testing.assert_array_equal(layout.split(np.asfortranarray(pixels)), expected)
    strided = np.repeat(pixels, 2, axis=1)[:, ::2]
    np.testing.assert_array_equal(layout.split(strided), expected)


@pytest.mark.parametrize("colour", COLOURS)
@pytest.mark.parametrize("block_size", [3, 8])
def test_join_is_assemble_after_tiles(colour: str, block_size: int) -> None:
    picture = smooth_picture(21, 34)
    layout = layout_of(picture, block_size, colour)
    vectors = layout.split(shown_pixels(picture, layout))
    np.testing.assert_array_equal(layout.join(vectors), layout.assemble(layout.tiles(vectors)))


@pytest.mark.parametrize("colour", COLOURS)
def test_join_looks_vectors_up(colour: str) -> None:
    layout = BlockLayout(7, 5, 3, colour)
    few = np.random.default_rng(0).integers(0, 256, (2, layout.dimension), dtype=np.uint8)
    places = np.int32([1, 0, 0, 1, 1, 0])
    np.testing.assert_array_equal(layout.join(few, places), layout.join(few[places]))


@pytest.mark.parametrize("colour", COLOURS)
def test_split_leaves_the_picture_as_it_was(colour: str) -> None:
    picture = smooth_picture(21, 34)
    before = picture.pixels.copy()
    layout = layout_of(picture, 8, colour)
    vectors = layout.split(shown_pixels(picture, layout))
    vectors[:] = 0
    np.testing.assert_array_equal(picture.pixels, before)


# --------------------------------------------------------------------------------------- neighbours


def test_neighbours_and_edges_by_hand() -> None:
    layout: Layout = BlockLayout(3, 2, 1, "gray")
    assert [wave.tolist() for wave in layout.waves()] == [[0], [1, 3], [2, 4], [5]]
    assert layout.neighbours(np.array([0, 2, 3, 4])).tolist() == [[-1, 1, -1, 3], [-1, -1, 0, 1]]
    beside, below = BlockLayout(9, 9, 3, "gray").edges(np.arange(9.0)[None])
    assert (beside.own.tolist(), beside.facing.tolist()) == ([[0, 3, 6]], [[2, 5, 8]])
    assert (below.own.tolist(), below.facing.tolist()) == ([[0, 1, 2]], [[6, 7, 8]])
    [luma_and_chroma, _] = BlockLayout(4, 4, 2, "ycbcr").edges(np.arange(6.0)[None])
    assert luma_and_chroma.own.tolist() == [[0, 2, 4, 5]]
    assert luma_and_chroma.facing.tolist() == [[1, 3, 4, 5]]


@given(sides, sides, block_sizes)
def test_each_wave_needs_earlier_ones_alone(width: int, height: int, block_size: int) -> None:
    layout = BlockLayout(width, height, block_size, "gray")
    wave_of = np.full(layout.count + 1, -1)  # the last is that of no neighbour
    for number, wave in enumerate(layout.waves()):
        assert (wave_of[wave] == -1).all()
        wave_of[wave] = number
        assert (wave_of[layout.neighbours(wave)] < number).all()
    assert (wave_of[:-1] >= 0).all()


# --------------------------------------------------------------------------- independent references


@pytest.mark.parametrize("block_size", [1, 2, 3, 4, 7, 8, (16, 1), (2, 5), (1, 3)])
def test_split_agrees_with_loops_in_ycbcr(block_size: int) -> None:
    pixels = smooth_picture(13, 18).pixels
    planes = to_ycbcr(pixels).astype(int)
    layout = layout_for(pixels, block_size, "ycbcr")
    wide, high = layout.block_size
    half = (high + 1) // 2, (wide + 1) // 2
    expected = []
    for top in range(0, 13, high):
        for left in range(0, 18, wide):

            def at(row: int, column: int, plane: int, corner: tuple[int, int] = (top, left)) -> int:
                row, column = min(row, high - 1), min(column, wide - 1)
                return planes[min(corner[0] + row, 12), min(corner[1] + column, 17), plane]

            vector = [at(row, column, 0) for row, column in np.ndindex(high, wide)]
            for plane, row, column in np.ndindex(2, *half):
                four = [at(2 * row + i, 2 * column + j, 1 + plane) for i in (0, 1) for j in (0, 1)]
                vector.append((sum(four) + 2) // 4)
            expected.append(vector)
    assert layout.split(pixels).tolist() == expected


@pytest.mark.parametrize("block_size", [1, 2, 3, 4, 7, 8, (16, 1), (2, 5), (1, 3)])
def test_tiles_agree_with_loops_in_ycbcr(block_size: int) -> None:
    layout = BlockLayout(50, 40, block_size, "ycbcr")
    rng = np.random.default_rng(0)
    vectors = rng.integers(0, 256, (3, layout.dimension), dtype=np.uint8)
    wide, high = layout.block_size
    half_high, half_wide = (high + 1) // 2, (wide + 1) // 2
    for vector, tile in zip(vectors, layout.tiles(vectors), strict=True):
        for row, column in np.ndindex(high, wide):
            chroma = wide * high + (row // 2) * half_wide + column // 2
            sample = vector[[row * wide + column, chroma, chroma + half_high * half_wide]]
            assert (
                tile[row, column].tolist()
                == converted(sample.reshape(1, 1, 3), "YCbCr", "RGB").ravel().tolist()
            )


@pytest.mark.parametrize("text", ["", "x", "8x", "8x4x2", "-8", "8.5", "0", "33", "4x33", "0x4"])
def test_what_is_no_block_size_is_refused(text: str) -> None:
    with pytest.raises(ValueError, match="block size"):
        BlockSize.read(text)


@pytest.mark.parametrize(
    ("text", "size"), [("8", (8, 8)), ("16x1", (16, 1)), (" 2 × 3 ", (2, 3)), ("4X4", (4, 4))]
)
def test_a_block_size_is_read_as_typed(text: str, size: tuple[int, int]) -> None:
    read = BlockSize.read(text)
    assert read == size
    assert BlockSize.read(read.typed) == read
    assert BlockSize.of(eval(repr(read))) == read  # as code has it


# ------------------------------------------------------------------------------ pictures and colour


@pytest.mark.parametrize("colour", COLOURS)
def test_a_gray_picture_has_the_layout_gray(colour: str) -> None:
    assert layout_of(smooth_picture(9, 9, gray=True), 4, colour) == BlockLayout(9, 9, 4, "gray")


@pytest.mark.parametrize("colour", COLOURS)
def test_a_colour_picture_has_the_layout_asked_for(colour: str) -> None:
    assert layout_of(smooth_picture(9, 12), 4, colour) == BlockLayout(12, 9, 4, colour)


def test_a_colour_picture_is_shown_as_luma_in_gray() -> None:
    pixels = np.uint8([[(255, 0, 0), (0, 255, 0), (0, 0, 255), (9, 9, 9)]])
    layout = BlockLayout(4, 1, 2, "gray")
    # ITU-R BT.601: 0.299 R + 0.587 G + 0.114 B
    assert shown_pixels(Picture(pixels, "primaries"), layout).tolist() == [[76, 150, 29, 9]]


def test_a_gray_picture_beside_one_in_colour_has_three_channels() -> None:
    layout = BlockLayout(2, 1, 2, "ycbcr")
    shown = shown_pixels(Picture(np.uint8([[7, 9]]), "gray"), layout)
    assert shown.tolist() == [[[7, 7, 7], [9, 9, 9]]]


@pytest.mark.parametrize(("colour", "gray"), [("gray", True), ("rgb", False), ("ycbcr", False)])
def test_otherwise_a_picture_is_shown_as_it_is(colour: str, gray: bool) -> None:
    picture = smooth_picture(9, 12, gray=gray)
    shown = shown_pixels(picture, layout_of(picture, 4, colour))
    np.testing.assert_array_equal(shown, picture.pixels, strict=True)


# ----------------------------------------------------------------------------------------- refusals


@pytest.mark.parametrize(
    ("arguments", "told"),
    [
        ((9, 9, 0, "gray"), "0"),
        ((9, 9, -8, "gray"), "-8"),
        ((9, 9, 33, "rgb"), "33"),
        ((9, 9, 8, "cmyk"), "'cmyk'"),
        ((9, 9, 8, "RGB"), "'RGB'"),
        ((0, 9, 8, "gray"), "0×9"),
        ((9, 0, 8, "gray"), "9×0"),
        ((-1, 9, 8, "gray"), "-1×9"),
    ],
)
def test_an_impossible_layout_is_refused(arguments: tuple[object, ...], told: str) -> None:
    with pytest.raises(ValueError, match=f"not {re.escape(told)}$"):
        BlockLayout(*arguments)


@pytest.mark.parametrize(
    ("colour", "shape"),
    [
        ("gray", (9, 8)),
        ("gray", (8, 9, 3)),
        ("gray", (72,)),
        ("rgb", (8, 9)),
        ("rgb", (8, 9, 4)),
        ("rgb", (9, 8, 3)),
        ("ycbcr", (8, 9)),
        ("ycbcr", (8, 9, 1)),
    ],
)
def test_pixels_of_another_shape_are_refused(colour: str, shape: tuple[int, ...]) -> None:
    expected = (8, 9) if colour == "gray" else (8, 9, 3)
    with pytest.raises(ValueError, match=re.escape(f"{expected}, not {shape}")):
        BlockLayout(9, 8, 4, colour).split(np.zeros(shape, np.uint8))


# --------------------------------------------------------------------------------- distinct vectors


def test_distinct_vectors_come_in_ascending_order() -> None:
    vectors = np.uint8([[2, 0], [1, 255], [2, 0], [1, 3], [1, 255]])
    assert distinct_vectors(vectors, 3).tolist() == [[1, 3], [1, 255], [2, 0]]


@given(
    arrays.arrays(
        np.uint8,
        st.tuples(st.integers(1, 60), st.integers(1, 3)),
        elements=st.sampled_from([0, 1, 254, 255]),
    ),
    st.integers(0, 70),
)
def test_distinct_vectors_are_numpys_unique_rows(vectors: Samples, limit: int) -> None:
    expected = np.unique(vectors, axis=0)
    found = distinct_vectors(vectors, limit)
    if len(expected) > limit:
        assert found is None
    else:
        np.testing.assert_array_equal(found, expected, strict=True)


def test_distinct_vectors_takes_rows_that_are_not_contiguous() -> None:
    vectors = np.arange(24, dtype=np.uint8).reshape(6, 4) // 9
    np.testing.assert_array_equal(
        distinct_vectors(vectors[::2, 1:], 6), np.unique(vectors[::2, 1:], axis=0)
    )
