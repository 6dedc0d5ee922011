"""Rate-aware encoding: fewer bytes for more error, in a file like any other."""

from dataclasses import replace

import numpy as np
import pytest
from toy_family import toy_quantizer

from vqcore.codebooks.codebook import Codebook
from vqcore.coding.codec import Settings, encode
from vqcore.coding.container import pack, parse
from vqcore.coding.rateaware import Chooser, rate_aware_choice_work, rate_aware_work
from vqcore.lab.sweeps import Step, sweep
from vqcore.quantizers.plain import codebook_of, quantizer_of
from vqcore.signals.blocks import BlockLayout, layout_of, shown_pixels
from vqcore.signals.pictures import sample_picture
from vqcore.work import finish


@pytest.fixture(scope="module")
def camera():
    picture = sample_picture("camera")
    layout = layout_of(picture, 4, "gray")
    steps = [s for s in sweep(picture, Settings(4), [64]) if isinstance(s, Step)]
    return layout, layout.split(shown_pixels(picture, layout)), steps[0].trained.quantizer


class GivenWeights:
    """A context for tests: weights that are given."""

    def __init__(self, sizes, weights):
        self.sizes = sizes
        self._weights = weights

    def weights(self, column, vectors, known, own):
        return self._weights[column][vectors].copy()


def encoded(camera, rate_weight):
    return finish(rate_aware_work(*camera, rate_weight))


def squared_error(camera, result):
    layout, vectors, _ = camera
    return np.square(layout.join(vectors).astype(int) - result.decode()).sum()


def chosen(vectors, quantizer, weights, rate_weight, beam=1):
    """Choose all vectors at once, given the weights of each column, (n, K)."""
    context = GivenWeights(quantizer.sizes, weights)
    chooser = Chooser(vectors, quantizer, context, rate_weight, beam)
    known = np.zeros((len(vectors), len(weights)), np.int32)
    return chooser.choose(np.arange(len(vectors)), known)


def test_choice_by_hand():
    vectors, codewords = np.uint8([[10], [19]]), np.uint8([[10], [20]])
    weights = [np.float32([[1, 8], [1, 8]])]
    quantizer = quantizer_of(Codebook(codewords))
    at = {w: chosen(vectors, quantizer, weights, w)[:, 0].tolist() for w in (0, 33, 34)}
    assert at[0] == [0, 1]
    assert at[33] == [0, 1]  # 100 of error against 3 bits: worth it up to λ = 33.3
    assert at[34] == [1, 1]


def test_choice_of_a_second_column_goes_by_what_the_first_leaves():
    vectors, two = np.uint8([[104], [16]]), toy_quantizer([10, 100], [[0], [5], [-3]])
    even, rare = np.ones((2, 2), np.float32), np.float32([[8, 1, 1]] * 2)
    assert chosen(vectors, two, [even, even[:, [0, 0, 0]]], 0).tolist() == [[1, 1], [0, 1]]
    # 3 bits, for 15 of error less or for 35
    assert chosen(vectors, two, [even, rare], 6).tolist() == [[1, 0], [0, 1]]


@pytest.mark.parametrize("rate_weight", [0, 2000])
def test_with_all_candidates_kept_it_chooses_the_best_of_all_tuples(rate_weight):
    random = np.random.default_rng(1)
    vectors = random.integers(0, 256, (50, 12), dtype=np.uint8)
    first = random.integers(0, 256, (5, 12))
    two = toy_quantizer([0] * 5, random.integers(-90, 90, (4, 12)).tolist())
    two = replace(two, tables=(first.astype(np.int16), two.tables[1]))
    weights = [random.random((50, size), dtype=np.float32) + 0.01 for size in (5, 4)]
    rebuilt = first[:, None] + two.tables[1]
    errors = np.square(vectors[:, None, None].astype(float) - rebuilt).sum(axis=3)
    one, other = (np.log2(it / it.sum(axis=1, keepdims=True)) for it in weights)
    cost = errors - rate_weight * (one[:, :, None] + other[:, None])
    best = np.stack(np.unravel_index(cost.reshape(50, 20).argmin(axis=1), (5, 4)), axis=1)
    assert chosen(vectors, two, weights, rate_weight, beam=5).tolist() == best.tolist()
    narrow = chosen(vectors, two, weights, rate_weight).tolist()
    costs = [sum(cost[n, i, j] for n, (i, j) in enumerate(it)) for it in (best, narrow)]
    assert costs[0] < costs[1]


def test_choice_against_brute_force():
    random = np.random.default_rng(0)
    vectors = random.integers(0, 256, (50, 12), dtype=np.uint8)
    codewords = random.integers(0, 256, (9, 12), dtype=np.uint8)
    weights = random.random((50, 9), dtype=np.float32) + 0.01
    errors = np.square(vectors[:, None].astype(float) - codewords).sum(axis=2)
    cost = errors - 2000 * np.log2(weights / weights.sum(axis=1, keepdims=True))
    found = chosen(vectors, quantizer_of(Codebook(codewords)), [weights], 2000)
    np.testing.assert_array_equal(found[:, 0], cost.argmin(axis=1))


def test_weight_of_zero_takes_the_nearest_codeword(camera):
    layout, vectors, quantizer = camera
    nearest = encode(layout, vectors, codebook_of(quantizer))
    assert squared_error(camera, encoded(camera, 0)) <= squared_error(camera, nearest)


def test_more_weight_means_fewer_bytes_and_more_error(camera):
    results = [encoded(camera, weight) for weight in (0, 100, 1000, 5000)]
    sizes = [len(pack(result)) for result in results]
    errors = [squared_error(camera, result) for result in results]
    assert sizes == sorted(sizes, reverse=True)
    assert errors == sorted(errors)
    assert sizes[-1] < sizes[0] / 2


def test_all_codewords_are_in_use(camera):
    result = encoded(camera, 5000)
    assert result.use[0].min() > 0
    assert result.quantizer.codebook_size < 64


@pytest.mark.parametrize("rate_weight", [0, 20, 500])
def test_index_k_is_codeword_k_in_the_file_too(camera, rate_weight):
    result = encoded(camera, rate_weight)
    found = parse(pack(result))
    np.testing.assert_array_equal(found.shared.codebook.codewords, result.shared.codebook.codewords)
    np.testing.assert_array_equal(found.indices, result.indices)


def test_file_decodes_to_the_same_picture(camera):
    result = encoded(camera, 500)
    np.testing.assert_array_equal(parse(pack(result)).decode(), result.decode())


def test_codewords_may_stay_as_they_are(camera):
    layout, vectors, quantizer = camera
    result = finish(rate_aware_choice_work(*camera, 500))
    assert result.quantizer is quantizer
    nearest = encode(layout, vectors, codebook_of(quantizer))
    assert len(pack(result)) < len(pack(nearest))
    assert squared_error(camera, result) > squared_error(camera, nearest)


@pytest.mark.parametrize("weight", [0, 1e6])
def test_constant_picture(weight):
    layout, vectors = BlockLayout(16, 16, 4, "gray"), np.full((16, 16), 7, np.uint8)
    quantizer = quantizer_of(Codebook(np.uint8([[7] * 16])))
    result = finish(rate_aware_work(layout, vectors, quantizer, weight))
    assert (result.decode() == 7).all()


def test_sweep_uses_the_trained_codebooks_again():
    picture = sample_picture("camera")
    plain = {s.point.codebook_size: s for s in swept(picture, Settings(8), None)}
    trained = {size: step.trained for size, step in plain.items()}
    weighted = swept(picture, Settings(8, rate_weight=2000), trained)
    again = {s.point.codebook_size: s for s in weighted}
    assert list(again) == [1, 2, 32]
    assert all(again[size].trained is trained[size] for size in again)
    assert again[32].point.file_bytes < plain[32].point.file_bytes


def swept(picture, settings, trained):
    events = sweep(picture, settings, [1, 2, 32], trained=trained)
    return [event for event in events if isinstance(event, Step)]
