"""Tests of viewer.columns: entries and sums of columns as tiles."""

from functools import cache

import numpy as np
import pytest
from helpers import photograph, steps_of
from test_viewer import opened

from vqcore.coding.codec import Encoded, Settings
from vqcore.lab.sweeps import sweep
from vqcore.quantizers.family import FAMILIES
from vqcore.quantizers.quantizer import Column, Quantizer
from vqcore.quantizers.ways import nodes
from vqcore.signals.blocks import COLOURS, BlockLayout, Colour
from vqcore.viewer.columns import (
    column_names,
    entry_tiles,
    entry_values,
    inner_tiles,
    refining,
    sum_tiles,
)
from vqcore.viewer.payload import codebook_layer

PAIRS = BlockLayout(width=4, height=2, block_size=2, colour="gray")
STAGES = Quantizer(
    "toy",
    (Column("stage 1", 2), Column("stage 2", 3, "differences")),
    (np.int16([[10] * 4, [250] * 4]), np.int16([[0] * 4, [-20, 0, 0, 20], [200] * 4])),
)
MANY = sorted(set(FAMILIES) - {"plain"})


@cache
def encoded(family: str, colour: Colour) -> Encoded:
    [step] = steps_of(sweep(photograph("coffee", 6), Settings(4, colour, family=family), [16]))
    return step.encoded


def test_differences_are_around_gray_and_samples_as_they_are() -> None:
    assert entry_tiles(PAIRS, STAGES, 0).tolist() == [[[10, 10]] * 2, [[250, 250]] * 2]
    nothing, slope, strong = entry_tiles(PAIRS, STAGES, 1).tolist()
    assert (nothing, slope) == ([[128, 128]] * 2, [[108, 128], [128, 148]])
    assert strong == [[255, 255]] * 2


def test_shapes_have_full_contrast_around_gray() -> None:
    columns = Column("gain", 2, "gains"), Column("shape", 3, "shapes", 6)
    tables = np.int16([[0] * 4, [9] * 4]), np.int16([[0] * 4, [32, 0, 0, -16], [-50, 50, 25, 0]])
    tiles = entry_tiles(PAIRS, Quantizer("toy", columns, tables), 1)
    assert tiles.tolist() == [[[128] * 2] * 2, [[255, 128], [128, 64]], [[1, 255], [191, 128]]]


def test_sums_are_of_the_distinct_beginnings_in_order() -> None:
    [sums] = sum_tiles(PAIRS, STAGES, np.int32([[0, 1], [0, 2], [1, 0], [1, 2]]))
    assert sums.tolist() == [[[10, 10]] * 2, [[250, 250]] * 2]


def test_one_column_has_no_sums() -> None:
    one = Quantizer("toy", STAGES.columns[:1], STAGES.tables[:1])
    assert not [*sum_tiles(PAIRS, one, np.int32([[0], [1]]))]


@pytest.mark.parametrize("colour", COLOURS)
@pytest.mark.parametrize("family", MANY)
def test_sums_of_a_family_are_what_it_decodes_from_its_first_columns(
    family: str, colour: Colour
) -> None:
    coded = encoded(family, colour)
    layout, quantizer, tuples = coded.layout, coded.shown_by, coded.lookup().tuples
    for some, sums in enumerate(sum_tiles(layout, quantizer, tuples), start=1):
        beginnings = np.unique(tuples[:, :some], axis=0)
        assert len(sums) == len(beginnings)
        whole = np.zeros((len(beginnings), tuples.shape[1]), np.int32)
        whole[:, :some] = beginnings
        expected = layout.tiles(quantizer.decode(whole, some))
        if layout.colour != "ycbcr":
            np.testing.assert_array_equal(sums, expected)
    assert (
        len(entry_tiles(layout, quantizer, quantizer.largest))
        == quantizer.columns[quantizer.largest].size
    )


def test_leaves_are_told_of_tile_by_tile() -> None:
    settings = Settings(4, "gray", family="quadtree", rate_weight=500)
    [step] = steps_of(sweep(photograph("coffee", 4), settings, [8]))
    table = step.encoded.lookup()
    header, body = opened(codebook_layer("one", 8, step.encoded))
    assert header["leaves"]
    count = len(table.tuples)
    before = 2 * step.encoded.layout.count + (2 * 3 + 16) * count
    leaves = np.frombuffer(body, np.uint8, count, before)
    np.testing.assert_array_equal(leaves % 4, table.borders)
    np.testing.assert_array_equal(leaves // 4, table.levels)
    assert set(table.levels) == {0, 1, 2}


def test_a_tree_comes_with_its_other_nodes() -> None:
    coded = encoded("tree", "rgb")
    [column], [table] = coded.quantizer.columns, coded.quantizer.tables
    header, body = opened(codebook_layer("one", 16, coded))
    assert header["ways"] == list(column.ways)
    [inner] = inner_tiles(coded.layout, coded.quantizer)
    every = coded.layout.tiles(nodes(table, column.ways))
    np.testing.assert_array_equal(inner, every[np.not_equal(column.ways, 0)])
    assert body[2 * coded.layout.count :] == coded.tiles.tobytes() + inner.tobytes()
    assert not [*inner_tiles(PAIRS, STAGES)]


def test_numbers_are_told_as_such() -> None:
    coded = encoded("gain-shape", "gray")
    mean, gain, shape = (entry_values(coded.layout, coded.quantizer, place) for place in range(3))
    assert mean == [*range(4, 256, 8)]
    assert gain == coded.quantizer.tables[1][:, 0].tolist()
    assert gain[0] == 0 < gain[1]
    assert shape == []
    tree = encoded("quadtree", "ycbcr")
    assert entry_values(tree.layout, tree.quantizer, 1) == []
    assert entry_values(tree.layout, tree.quantizer, 3) == [16] * 16 + [8] * 4 + [4]


def test_looks_are_nothing_codewords_and_an_escape() -> None:
    coded = encoded("wavelet", "rgb")
    looks = coded.shown_by
    assert [column.kind for column in looks.columns] == ["looks"] * 15
    values = entry_values(coded.layout, looks, 0)
    assert values == [0, *[1] * (looks.columns[0].size - 2), 2]
    assert not [*sum_tiles(coded.layout, looks, coded.lookup().tuples)]
    assert (entry_tiles(coded.layout, looks, 3)[[0, -1]] == 128).all()


def test_what_a_column_does_not_say_is_no_colour() -> None:
    coded = encoded("mean-removed", "ycbcr")
    luma = entry_tiles(coded.layout, coded.quantizer, 0)
    assert (luma == luma[..., :1]).all()
    first, *_ = sum_tiles(coded.layout, coded.quantizer, coded.lookup().tuples)
    assert (first == first[..., :1]).all()


def test_columns_of_one_name_are_told_apart_by_their_component() -> None:
    names = {
        colour: column_names(encoded("mean-removed", colour).layout, coded.quantizer)
        for colour in COLOURS
        if (coded := encoded("mean-removed", colour))
    }
    assert names == {
        "gray": ["mean", "shape"],
        "rgb": ["mean R", "mean G", "mean B", "shape"],
        "ycbcr": ["mean Y", "mean Cb", "mean Cr", "shape"],
    }


@pytest.mark.parametrize("family", MANY)
def test_no_two_columns_have_one_name(family: str) -> None:
    coded = encoded(family, "ycbcr")
    names = column_names(coded.layout, coded.quantizer)
    assert len(set(names)) == len(names) == len(coded.quantizer.columns)


@pytest.mark.parametrize(
    ("family", "colour", "counts"),
    [
        ("residual", "rgb", [1, 2]),
        ("mean-removed", "gray", [1, 2]),
        ("mean-removed", "rgb", [3, 4]),
        ("gain-shape", "gray", [1, 3]),
        ("planes", "rgb", []),
        ("quadtree", "gray", []),
    ],
)
def test_only_first_columns_that_have_all_samples_refine(
    family: str, colour: Colour, counts: list[int]
) -> None:
    assert refining(encoded(family, colour).quantizer) == counts
