"""Tests of quadtrees in bytes: what goes in comes out, and what is chosen is worth its bits."""

from typing import Any

import numpy as np
import pytest
from helpers import gray_layout, photograph
from hypothesis import given, settings
from hypothesis import strategies as st
from numpy.typing import NDArray

from vqcore import metrics
from vqcore.coding.entropy import Reader, Writer
from vqcore.coding.quadtree import code_indices, code_tables
from vqcore.coding.quadtreechoice import Chooser, encode_work
from vqcore.quantizers.quadtree import (
    LEVEL_OF_PART,
    Quadtree,
    Tree,
    blank,
    no_tree,
    pictures_of,
    quantizer_of,
    train,
)
from vqcore.quantizers.quantizer import Parameters, TrainedQuantizer
from vqcore.signals.blocks import BlockLayout
from vqcore.work import finish

PARAMETERS = Parameters("lbg", {})

Samples = NDArray[np.uint8]
Indices = NDArray[np.int32]


class AllLarge(Chooser):
    """Takes the largest leaves whatever they cost."""

    def larger(self, leaf: Any, split: Any) -> Any:
        return np.ones(len(leaf), bool)


class AllSmall(Chooser):
    """Takes the smallest leaves whatever they cost."""

    def larger(self, leaf: Any, split: Any) -> Any:
        return np.zeros(len(leaf), bool)


class Ideal:
    """A coder that only adds up −log2 of the weights."""

    bits = 0.0

    def code(self, symbols: NDArray, weights: NDArray) -> Indices:
        wide = weights.astype(np.float64)
        self.bits -= np.log2(wide[np.arange(len(symbols)), symbols.astype(int)]).sum()
        self.bits += np.log2(wide.sum(axis=1)).sum()
        return symbols.astype(np.int32)


def trained(layout: BlockLayout, pixels: Samples, size: int) -> Quadtree:
    (event,) = (
        event
        for event in train(layout, layout.split(pixels), [size], PARAMETERS)
        if isinstance(event, TrainedQuantizer)
    )
    return event.quantizer


def encoded(
    layout: BlockLayout, pixels: Samples, size: int, weight: float
) -> tuple[Quadtree, Indices]:
    quantizer = trained(layout, pixels, size)
    return finish(encode_work(layout, layout.split(pixels), quantizer, weight))


def written(layout: BlockLayout, quantizer: Quadtree, indices: Indices) -> bytes:
    writer = Writer()
    code_tables(writer, layout, quantizer)
    finish(code_indices(writer, layout, quantizer, indices))
    return writer.bytes()


def leaves_of(indices: Indices) -> list[float]:
    """Return how many leaves there are of each size, the smallest first."""
    cells = np.bincount(LEVEL_OF_PART[indices[:, 0]], minlength=3)
    return (cells / [1, 4, 16]).tolist()


def photograph_part() -> Samples:
    return np.ascontiguousarray(photograph("astronaut").pixels[20:148, 150:310])


def gray_part(height: int = 128, width: int = 160) -> tuple[BlockLayout, Samples]:
    pixels = np.ascontiguousarray(photograph_part()[:height, :width, 1])
    return BlockLayout(pixels.shape[1], pixels.shape[0], 4, "gray"), pixels


@pytest.mark.parametrize("weight", [0, 1, 1000])
def test_a_flat_block_is_one_leaf(weight: float) -> None:
    layout = gray_layout(16, 16, 4)
    quantizer = quantizer_of(layout, [no_tree(4)])
    vectors = layout.split(np.full((16, 16), 77, np.uint8))
    _, indices = finish(encode_work(layout, vectors, quantizer, weight))
    assert leaves_of(indices) == [0, 0, 1]
    assert indices[:, 0].tolist() == list(range(16))


@pytest.mark.parametrize(("weight", "leaves"), [(1, [4, 3, 0]), (1e6, [0, 0, 1])])
def test_one_cell_of_another_level_makes_seven_leaves_if_bits_weigh_little(
    weight: float, leaves: list[float]
) -> None:
    layout, pixels = gray_layout(16, 16, 4), np.full((16, 16), 128, np.uint8)
    pixels[4:8, 8:12] = 200
    quantizer = quantizer_of(layout, [no_tree(4)])
    _, indices = finish(encode_work(layout, layout.split(pixels), quantizer, weight))
    assert leaves_of(indices) == leaves


sides = st.integers(1, 40)


@st.composite
def pictures(draw: st.DrawFn) -> tuple[BlockLayout, Samples]:
    """Draw a small picture of flat patches and noise, gray or in colour."""
    colour, side = draw(
        st.sampled_from(
            [("gray", 4), ("gray", 1), ("gray", 7), ("gray", 8), ("ycbcr", 4), ("ycbcr", 2)]
        )
    )
    layout = BlockLayout(draw(sides), draw(sides), side, colour)
    rng = np.random.default_rng(draw(st.integers(0, 99)))
    shape = (layout.height, layout.width) + ((3,) if layout.channels == 3 else ())
    coarse = rng.integers(0, 256, (6, 6, *shape[2:])).repeat(7, axis=0).repeat(7, axis=1)
    noise = rng.normal(0, draw(st.sampled_from([0, 3, 60])), shape)
    return layout, (coarse[: shape[0], : shape[1]] + noise).clip(0, 255).astype(np.uint8)


@settings(max_examples=20)
@given(pictures(), st.sampled_from([1, 2, 9, 40]), st.sampled_from([0, 20, 500, 1e7]))
def test_what_is_written_is_read(
    drawn: tuple[BlockLayout, Samples], size: int, weight: float
) -> None:
    layout, pixels = drawn
    quantizer, indices = encoded(layout, pixels, size, weight)
    data = written(layout, quantizer, indices)
    reader = Reader(data)
    found = code_tables(reader, layout, blank(layout))
    again = finish(code_indices(reader, layout, found, np.zeros_like(indices)))
    assert reader.is_genuine()
    assert np.array_equal(again, indices)
    assert [tree.sizes for tree in found.trees] == [tree.sizes for tree in quantizer.trees]
    assert np.array_equal(found.decode(again), quantizer.decode(indices))


@settings(max_examples=30)
@given(pictures(), st.sampled_from([1, 9]), st.sampled_from([0, 100]))
def test_what_the_decoder_knows_is_what_is_looked_up(
    drawn: tuple[BlockLayout, Samples], size: int, weight: float
) -> None:
    layout, pixels = drawn
    quantizer = trained(layout, pixels, size)
    picture, tree = pictures_of(layout, layout.split(pixels))[0], quantizer.trees[0]
    chooser = Chooser(layout, tree, picture, weight)
    indices = finish(chooser.work())
    plane = quantizer_of(gray_layout(layout.width, layout.height, tree.side), [tree])
    known = chooser.known[: layout.rows * tree.side, : layout.columns * tree.side]
    whole = gray_layout(*known.shape[::-1], tree.side)
    assert np.array_equal(whole.join(plane.decode(indices)), known)


@pytest.mark.parametrize("weight", [10, 100, 1000])
def test_the_cost_is_the_error_and_the_weighted_bits(weight: float) -> None:
    layout, pixels = gray_part()
    quantizer = trained(layout, pixels, 24)
    picture = pictures_of(layout, layout.split(pixels))[0]
    chooser = Chooser(layout, quantizer.trees[0], picture, weight)
    indices = finish(chooser.work())
    ideal = Ideal()
    finish(code_indices(ideal, layout, quantizer, indices))
    error = metrics.mse(pixels, layout.join(quantizer.decode(indices))) * pixels.size
    assert chooser.cost == pytest.approx(error + weight * ideal.bits, rel=2e-3)


@pytest.mark.parametrize("weight", [10, 100, 1000])
def test_leaves_of_all_sizes_cost_less_than_those_of_one(weight: float) -> None:
    layout, pixels = gray_part()
    tree = trained(layout, pixels, 24).trees[0]
    picture = pictures_of(layout, layout.split(pixels))[0]
    mixed, large, small = (
        kind(layout, tree, picture, weight) for kind in (Chooser, AllLarge, AllSmall)
    )
    counts = [leaves_of(finish(chooser.work())) for chooser in (mixed, large, small)]
    assert mixed.cost < min(large.cost, small.cost)
    assert counts[1:] == [[0, 0, 80], [1280, 0, 0]]


def test_larger_weights_give_fewer_bytes_and_larger_errors() -> None:
    layout, pixels = gray_part(64, 96)
    sizes, errors = [], []
    for weight in (0, 30, 300, 3000):
        quantizer, indices = encoded(layout, pixels, 24, weight)
        sizes.append(len(written(layout, quantizer, indices)))
        errors.append(metrics.mse(pixels, layout.join(quantizer.decode(indices))))
    assert sizes == sorted(sizes, reverse=True)
    assert errors == sorted(errors)


def test_bytes_are_within_half_a_percent_of_the_ideal() -> None:
    layout, pixels = gray_part()
    quantizer, indices = encoded(layout, pixels, 64, 30)
    ideal = Ideal()
    code_tables(ideal, layout, quantizer)
    finish(code_indices(ideal, layout, quantizer, indices))
    assert len(written(layout, quantizer, indices)) <= ideal.bits / 8 * 1.005 + 8


def test_shapes_that_do_not_pay_for_themselves_are_dropped_half_of_them_at_once() -> None:
    layout, pixels = gray_part()
    tree = trained(layout, pixels, 64).trees[0]
    chooser = Chooser(layout, tree, pictures_of(layout, layout.split(pixels))[0], 1000)
    leaf, _, shape = finish(chooser.work()).T
    used = len(np.unique(shape[leaf == 20]))
    assert used / 2 - 2 < chooser.improved().sizes[0] < used / 2 + 3


def test_an_error_in_chroma_weighs_what_it_does_in_rgb() -> None:
    """Of one in Cb, 4.35 times what it does in luma, so that means there have finer steps."""
    pixels = photograph_part()
    layout = BlockLayout(pixels.shape[1], pixels.shape[0], 4, "ycbcr")
    quantizer, _ = encoded(layout, pixels, 16, 200)
    luma, *chroma = (tree.step for tree in quantizer.trees)
    assert luma == 11
    assert chroma == [10, 12]


def test_encoding_can_be_stopped() -> None:
    layout, pixels = gray_part()
    work = encode_work(layout, layout.split(pixels), trained(layout, pixels, 8), 100)
    assert sum(1 for _ in zip(work, range(20), strict=False)) == 20
    work.close()


def test_a_tree_without_shapes_codes_none() -> None:
    layout = gray_layout(8, 8, 2)
    lone = Tree(2, 5, 3, no_tree(2).shapes)
    reader = Reader(written(layout, quantizer_of(layout, [lone]), np.int32([[20, 128, 0]] * 16)))
    found = code_tables(reader, layout, blank(layout))
    assert (found.trees[0].step, found.trees[0].sizes) == (5, (1, 1, 1))
