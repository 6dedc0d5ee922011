"""Tests of tree-structured quantization: by hand, against all ways down, by relations."""

import numpy as np
import pytest
from helpers import gray_layout, photograph, squared_distances, steps_of, vectors_of
from hypothesis import given, settings
from hypothesis import strategies as st

from vqcore.codebooks.training import Progress
from vqcore.coding.codec import Settings
from vqcore.coding.container import parse
from vqcore.lab.sweeps import sweep
from vqcore.quantizers import plain, tree, ways
from vqcore.quantizers.additive import in_order, in_use, is_in_order, refit_work
from vqcore.quantizers.quantizer import Column, Quantizer, TrainedQuantizer
from vqcore.work import finish

PARAMETERS = Settings(family="tree").parameters


def made(leaves, down):
    column = Column("leaf", len(leaves), "leaves", ways=down)
    return Quantizer("tree", (column,), (np.int16(leaves).reshape(len(leaves), -1),))


def trained(vectors, sizes, seed=0):
    layout = gray_layout(len(vectors), 1, 1)  # of no matter to a tree
    events = tree.train(layout, vectors, sizes, PARAMETERS, seed=seed)
    return [event.quantizer for event in events if isinstance(event, TrainedQuantizer)]


@pytest.fixture(scope="module")
def camera():
    return vectors_of(photograph("camera", 2), 4)


def error(quantizer, vectors, indices):
    return int(np.square(vectors - quantizer.decode(indices).astype(int)).sum())


# ------------------------------------------------------------------------------------------ by hand


def test_growth_by_hand():
    vectors = np.uint8([[0], [2], [10], [11]])
    one, two, three, four = trained(vectors, [1, 2, 3, 4])
    assert [it.tables[0].ravel().tolist() for it in (one, two, three, four)] == [
        [6],
        [1, 10],  # of 1 and 10.5
        [0, 2, 10],  # 0 and 2 are 2 apart from their mean, 10 and 11 a half: they go first
        [0, 2, 10, 11],
    ]
    assert one.columns[0].ways == (0,)
    assert three.columns[0].ways == (17, 17, 0, 0, 0)


def test_descent_is_not_full_search():
    quantizer = made([27, 35, 36, 40], (17, 17, 0, 0, 17, 0, 0))
    assert ways.nodes(quantizer.tables[0], quantizer.columns[0].ways).ravel().tolist() == [
        34, 31, 27, 35, 38, 36, 40,
    ]  # fmt: skip
    found = [finish(tree.encode_work(quantizer, np.uint8([[35]]), beam=beam)) for beam in (1, 2)]
    assert [it.tolist() for it in found] == [[[2]], [[1]]]  # 36; the nearest is 35


def test_a_beam_keeps_a_leaf_once():
    down = (17, 0, 17, 17, 0, 0, 0)
    quantizer = made([110, 60, 100, 180], down)
    assert ways.nodes(quantizer.tables[0], down)[2:4].ravel().tolist() == [128, 79]
    found = [finish(tree.encode_work(quantizer, np.uint8([[100]]), beam=beam)) for beam in (1, 2)]
    assert [it.tolist() for it in found] == [[[0]], [[2]]]  # 110 is nearer than 128 and than 79


def test_ways_by_hand():
    down = (9, 0, 25, 17, 0, 0, 0)
    assert ways.children(down).tolist() == [[1, 1, 3, 4, 4, 5, 6], [2, 1, 6, 5, 4, 5, 6]]
    assert ways.leaves(down).tolist() == [1, 4, 5, 6]
    assert ways.counted(down, np.array([1, 2, 3, 4])).tolist() == [10, 1, 9, 5, 2, 3, 4]
    assert ways.stations(down).T.tolist() == [
        [0, 1, 1, 1], [0, 2, 3, 4], [0, 2, 3, 5], [0, 2, 6, 6],
    ]  # fmt: skip
    table = np.int16([[0], [100], [200], [64]])
    # (33·100 + 31·200) / 64 = 148.4; (49·148 + 15·64) / 64 = 128.3; (17·0 + 47·128) / 64 = 94
    assert ways.nodes(table, down).ravel().tolist() == [94, 0, 128, 148, 100, 200, 64]


@pytest.mark.parametrize(
    ("counts", "expected"),
    [
        ([1, 2, 3, 4], (4, 0, 18, 13, 0, 0, 0)),
        ([0, 2, 3, 4], (18, 13, 0, 0, 0)),
        ([1, 0, 3, 4], (5, 0, 14, 0, 0)),
        ([1, 0, 0, 4], (7, 0, 0)),
        ([0, 0, 5, 0], (0,)),
    ],
)
def test_leaves_without_vectors_are_cut_off(counts, expected):
    assert ways.without((9, 0, 25, 17, 0, 0, 0), np.array(counts)) == expected


def test_shares_are_the_nearest():
    assert [ways.share_of(*it) for it in ((1, 1), (3, 1), (1, 999), (999, 1))] == [17, 25, 1, 32]


def test_what_is_known_on_the_way_by_hand():
    quantizer = made([0, 100, 200, 64], (9, 0, 25, 17, 0, 0, 0))
    indices = np.int32([[0], [2], [3]])
    known = [tree.coarser(quantizer, indices, steps).ravel().tolist() for steps in range(5)]
    assert known == [[94, 94, 94], [0, 128, 128], [0, 148, 64], [0, 200, 64], [0, 200, 64]]


@pytest.mark.parametrize(("sizes", "steps"), [([4, 4], [1, 1]), ([4], [2]), ([], [])])
def test_other_columns_are_refused(sizes, steps):
    with pytest.raises(ValueError, match=r"^the leaves of a tree are one column, in steps of 1$"):
        tree.columns_of(gray_layout(4, 4, 2), sizes, steps)


# ---------------------------------------------------------------------------------------- relations


def test_a_tree_is_the_beginning_of_a_larger_one(camera):
    small, large = (set(map(tuple, it.tables[0].tolist())) for it in trained(camera, [16, 17]))
    assert (len(small - large), len(large - small)) == (1, 2)
    assert (
        trained(camera, [17])[0].tables[0].tolist()
        == trained(camera, [16, 17])[1].tables[0].tolist()
    )


def test_a_wider_beam_is_never_worse_and_the_widest_is_full_search(camera):
    [quantizer] = trained(camera, [32])
    totals = []
    for beam in (1, 2, 4, 32):
        found = finish(tree.encode_work(quantizer, camera, beam=beam))
        totals.append(error(quantizer, camera, found))
    assert totals == sorted(totals, reverse=True)
    assert totals[0] > totals[-1]
    assert totals[-1] == squared_distances(camera, quantizer.tables[0]).min(axis=1).sum()


def test_greedy_growth_is_within_three_quarters_of_a_decibel_of_the_ladder(camera):
    [quantizer] = trained(camera, [64])
    greedy = error(quantizer, camera, finish(tree.encode_work(quantizer, camera)))
    layout = gray_layout(len(camera), 1, 1)
    events = plain.train(layout, camera, [64], PARAMETERS)
    [ladder] = [event.quantizer for event in events if isinstance(event, TrainedQuantizer)]
    best = error(ladder, camera, finish(plain.encode_work(ladder, camera)))
    assert 0 < 10 * np.log10(greedy / best) < 0.75


@settings(max_examples=50)
@given(st.integers(0, 2**32 - 1), st.integers(1, 12))
def test_descent_takes_the_nearer_of_two_at_each_step(seed, size):
    chance = np.random.default_rng(seed)
    vectors = chance.integers(0, 256, (40, 3), np.uint8)
    [quantizer] = trained(vectors, [size])
    down = quantizer.columns[0].ways
    every, (left, right) = ways.nodes(quantizer.tables[0], down).astype(int), ways.children(down)
    found = finish(tree.encode_work(quantizer, vectors))
    for vector, index in zip(vectors.astype(int), found[:, 0], strict=True):
        node = 0
        while down[node]:
            near, far = (np.square(vector - every[side[node]]).sum() for side in (left, right))
            node = right[node] if far < near else left[node]
        assert ways.leaves(down).tolist().index(node) == index


def test_each_step_brings_it_nearer(camera):
    [quantizer] = trained(camera, [64])
    indices = finish(tree.encode_work(quantizer, camera))
    whole = camera.astype(int)
    errors = [
        np.square(whole - tree.coarser(quantizer, indices, steps)).sum() for steps in range(30)
    ]
    assert errors == sorted(errors, reverse=True)
    assert errors[-1] == error(quantizer, camera, indices)


def test_as_many_leaves_as_distinct_vectors_lose_nothing():
    chance = np.random.default_rng(3)
    vectors = np.unique(chance.integers(0, 3, (200, 4), np.uint8), axis=0)
    [quantizer] = trained(np.tile(vectors, (3, 1)), [len(vectors)])
    assert sorted(quantizer.tables[0].tolist()) == vectors.tolist()


def test_a_tree_keeps_its_order(camera):
    [quantizer] = trained(camera, [16])
    indices = finish(tree.encode_work(quantizer, camera))
    refitted = finish(refit_work(quantizer, camera, indices))
    assert refitted.columns == quantizer.columns
    assert is_in_order(refitted)
    assert in_order(quantizer).tables[0].tolist() == quantizer.tables[0].tolist()
    few = indices[indices[:, 0] % 3 != 1]
    smaller, places = in_use(quantizer, few)
    assert smaller.decode(places).tolist() == quantizer.decode(few).tolist()
    assert len(smaller.columns[0].ways) == 2 * smaller.codebook_size - 1


@pytest.mark.parametrize("weight", [0, 200])
def test_a_decoder_knows_the_ways_down(weight):
    picture = photograph("camera", 2)
    [step] = steps_of(sweep(picture, Settings(4, family="tree", rate_weight=weight), [32]))
    found = parse(step.file)
    assert found.quantizer.columns == step.encoded.quantizer.columns
    for steps in (0, 2, 40):
        one, other = (tree.coarser(it.quantizer, it.indices, steps) for it in (found, step.encoded))
        assert one.tolist() == other.tolist()


def test_it_follows_the_seed_and_gives_signs_of_life(camera):
    one, other = (trained(camera, [64])[0].tables[0].tolist() for _ in range(2))
    assert one == other
    events = tree.train(gray_layout(4, 4, 4), camera, [64], PARAMETERS)
    assert isinstance(next(events), Progress)
    events.close()
