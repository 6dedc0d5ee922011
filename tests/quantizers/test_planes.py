"""Tests of planes: each component by itself, against full search, by relations."""

from itertools import product

import numpy as np
import pytest
from helpers import gray_layout, photograph, steps_of, vectors_of
from hypothesis import given, settings
from hypothesis import strategies as st

from vqcore.codebooks.training import Progress
from vqcore.coding.codec import Settings
from vqcore.coding.container import parse
from vqcore.coding.contexts import SideMatch, by_columns, walk
from vqcore.coding.rateaware import Chooser
from vqcore.lab.sweeps import sweep
from vqcore.quantizers import plain, planes
from vqcore.quantizers.additive import in_order, is_in_order, refit_work
from vqcore.quantizers.quantizer import Column, Quantizer, TrainedQuantizer
from vqcore.signals.blocks import BlockLayout
from vqcore.work import finish

COLOURED = ["rgb", "ycbcr"]


def parameters(further=8):
    return Settings(family="planes", options=(further,)).parameters


def drawn(colour, seed, sizes=(4, 3, 2)):
    """Draw a quantizer, and vectors."""
    layout, chance = BlockLayout(24, 12, 3, colour), np.random.default_rng(seed)
    columns = planes.columns_of(layout, sizes, [1, 1, 1])
    tables = []
    for column in columns:
        table = np.zeros((column.size, layout.dimension), np.int16)
        table[:, column.within] = chance.integers(0, 256, (column.size, len(column.within)))
        tables.append(table)
    vectors = chance.integers(0, 256, (layout.count, layout.dimension), np.uint8)
    return layout, vectors, in_order(Quantizer("planes", columns, tuple(tables)))


def trained(layout, vectors, sizes, further=8, seed=0):
    events = planes.train(layout, vectors, sizes, parameters(further), seed=seed)
    return [event for event in events if isinstance(event, TrainedQuantizer)]


def test_codewords_of_components_by_hand():
    layout = BlockLayout(2, 1, 1, "rgb")
    columns = planes.columns_of(layout, [2, 1, 2], [1, 1, 1])
    assert columns == tuple(
        Column(f"component {place + 1}", size, within=(place,))
        for place, size in enumerate([2, 1, 2])
    )
    tables = np.int16([[10, 0, 0], [90, 0, 0]]), np.int16([[0, 7, 0]]), np.int16([[0, 0, 3]] * 2)
    quantizer = Quantizer("planes", columns, tables)
    found = finish(planes.encode_work(quantizer, np.uint8([[60, 60, 3], [49, 0, 255]])))
    assert found.tolist() == [[1, 0, 0], [0, 0, 0]]
    assert quantizer.decode(found).tolist() == [[90, 7, 3], [10, 7, 3]]
    assert quantizer.codebook_bytes == 2 + 1 + 2


@settings(max_examples=20)
@given(st.sampled_from(COLOURED), st.integers(0, 2**32 - 1))
def test_the_nearest_of_each_are_the_nearest_of_all_that_can_be_put_together(colour, seed):
    _, vectors, quantizer = drawn(colour, seed)
    every = np.int32(list(product(*map(range, quantizer.sizes))))
    words = quantizer.decode(every).astype(int)
    errors = np.square(vectors[:, None].astype(int) - words).sum(axis=2)
    found = finish(planes.encode_work(quantizer, vectors))
    rebuilt = quantizer.decode(found).astype(int)
    assert np.square(vectors - rebuilt).sum(axis=1).tolist() == errors.min(axis=1).tolist()


@pytest.mark.parametrize(
    ("colour", "sizes", "steps"),
    [("gray", [4, 4, 4], [1, 1, 1]), ("rgb", [4], [1]), ("rgb", [4, 4, 4], [1, 2, 1])],
)
def test_other_columns_are_refused(colour, sizes, steps):
    with pytest.raises(ValueError, match=r"^codewords are one column a component, in steps of 1$"):
        planes.columns_of(BlockLayout(4, 4, 2, colour), sizes, steps)


def test_of_gray_it_is_plain():
    picture = photograph("camera", 4)
    layout, vectors = gray_layout(picture.width, picture.height, 4), vectors_of(picture, 4)
    events = plain.train(layout, vectors, [4, 16], parameters())
    known = [event.quantizer for event in events if not isinstance(event, Progress)]
    for one, other in zip(trained(layout, vectors, [4, 16]), known, strict=True):
        assert one.quantizer.columns == other.columns
        assert one.quantizer.tables[0].tolist() == other.tables[0].tolist()


@pytest.mark.parametrize("colour", COLOURED)
def test_each_component_is_trained_by_itself(colour):
    picture = photograph("chelsea", 4)
    layout = BlockLayout(picture.width, picture.height, 4, colour)
    vectors = layout.split(picture.pixels)
    quantizers = [it.quantizer for it in trained(layout, vectors, [2, 16], further=4)]
    assert [it.sizes for it in quantizers] == [(2, 1, 1), (16, 4, 4)]
    for column, table in zip(quantizers[1].columns, quantizers[1].tables, strict=True):
        others = np.delete(table, column.within, axis=1)
        assert not others.any()
        part = np.ascontiguousarray(vectors[:, column.within])
        flat = gray_layout(len(part) * part.shape[1], 1, 1)  # of no matter to plain
        [alone] = [
            event.quantizer
            for event in plain.train(flat, part, [column.size], parameters())
            if isinstance(event, TrainedQuantizer)
        ]
        assert table[:, column.within].tolist() == alone.tables[0].tolist()


def test_a_component_has_no_more_codewords_than_it_has_samples():
    layout = BlockLayout(8, 1, 1, "rgb")
    vectors = np.uint8([[1, place % 2, place] for place in range(8)])
    assert planes.trained_on(layout, vectors, parameters()).ravel().tolist() == [*range(8)]
    found = [it.quantizer.sizes for it in trained(layout, vectors, [1, 4, 8], further=1)]
    assert found == [(1, 1, 1), (1, 2, 4), (1, 2, 8)]


def test_refitting_leaves_other_components_alone():
    _, vectors, quantizer = drawn("rgb", 5)
    indices = finish(planes.encode_work(quantizer, vectors))
    found = finish(refit_work(quantizer, vectors, indices))
    assert is_in_order(found)
    for place, column in enumerate(found.columns):
        of = vectors[:, column.within]
        means = [of[indices[:, place] == it].mean(axis=0) for it in range(column.size)]
        assert found.tables[place][:, column.within].tolist() == sorted(
            np.rint(means).tolist(), key=sum
        )
        assert not np.delete(found.tables[place], column.within, axis=1).any()


@pytest.mark.parametrize("colour", COLOURED)
def test_weights_of_a_component_go_by_its_own_edges(colour):
    layout, vectors, quantizer = drawn(colour, 8)
    indices = finish(planes.encode_work(quantizer, vectors))

    def recorded(other):
        found = []

        def pick(column, places, weights):
            found.append((column, weights.copy()))
            return other[places, column]

        context = SideMatch(layout, quantizer)
        finish(walk(layout, context, by_columns(context, pick)))
        return found

    changed = indices.copy()
    changed[:, 1] = (changed[:, 1] + 1) % quantizer.sizes[1]
    for (column, one), (_, other) in zip(recorded(indices), recorded(changed), strict=True):
        assert (column == 1) or one.tolist() == other.tolist()


class Given:
    """A context for tests: the second entry is 8 times as likely as the first."""

    sizes = (1, 2, 1)

    def weights(self, column, vectors, known, own):
        return np.float32([[1, 8]] * len(vectors))

    def learn(self, vectors, known):
        pass


@pytest.mark.parametrize(("weight", "expected"), [(132, 0), (135, 1)])
def test_a_sample_at_half_resolution_stands_for_four_pixels(weight, expected):
    layout = BlockLayout(2, 2, 2, "ycbcr")
    columns = planes.columns_of(layout, [1, 2, 1], [1, 1, 1])
    tables = [np.zeros((column.size, 6), np.int16) for column in columns]
    tables[1][:, 4] = 10, 20
    quantizer = Quantizer("planes", columns, tuple(tables))
    vectors = np.uint8([[0, 0, 0, 0, 10, 0]])
    chooser = Chooser(vectors, quantizer, Given(), weight)
    found = chooser.choose(np.array([0]), np.zeros((1, 3), np.int32))
    assert found.tolist() == [[0, expected, 0]]  # 4 · 100 of error against 3 bits


@pytest.mark.parametrize("colour", COLOURED)
def test_rate_weight_saves_bytes(colour):
    picture, sizes = photograph("chelsea", 2), []
    for weight in (0, 100):
        chosen = Settings(4, colour, family="planes", rate_weight=weight)
        [step] = steps_of(sweep(picture, chosen, [64]))
        np.testing.assert_array_equal(parse(step.file).decode(), step.encoded.decode())
        sizes.append(len(step.file))
    assert sizes[1] < 0.98 * sizes[0]


def test_it_follows_the_seed_and_gives_signs_of_life():
    picture = photograph("chelsea", 4)
    layout = BlockLayout(picture.width, picture.height, 4, "ycbcr")
    vectors = layout.split(picture.pixels)
    one, other, third = (trained(layout, vectors, [64], seed=it)[0].quantizer for it in (0, 0, 1))
    assert one.tables[0].tolist() == other.tables[0].tolist() != third.tables[0].tolist()
    events = planes.train(layout, vectors, [64], parameters())
    assert isinstance(next(events), Progress)
    events.close()
