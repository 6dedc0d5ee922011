"""Tests of health: by hand, and against scipy and brute force."""

import math

import numpy as np
import pytest
from helpers import (
    photograph,
    smooth_picture,
    steps_of,
    toned_picture,
    toy_health,
    toy_step,
    vectors_of,
)
from scipy.spatial.distance import cdist, pdist
from scipy.stats import entropy

from vqcore.coding.codec import Settings
from vqcore.coding.container import coded_codebook_work, parse_header
from vqcore.lab.health import Pair, health_work, pairs_work
from vqcore.lab.sweeps import sweep
from vqcore.show.verdicts import health_row
from vqcore.work import finish


def steps(picture, sizes, **settings):
    return steps_of(sweep(picture, Settings(**settings), sizes))


def test_toy_by_hand():
    health = toy_health()
    bits = -(4 / 6) * math.log2(4 / 6) - (2 / 6) * math.log2(2 / 6)
    assert (health.codebook_size, health.codewords, health.dead_codewords) == (3, 3, 1)
    assert health.entropy_bits == pytest.approx(bits)
    assert health.perplexity == pytest.approx(2**bits)
    assert (health.median_blocks, health.least_blocks) == (3, 2)
    assert health.nearest_pair == Pair(0, 1, 30)
    assert health.farthest_pair == Pair(0, 2, 88)
    assert health.cell_distortion == pytest.approx([4 / 9, 5 / 9, 0])
    assert health.worst_cells == [1, 0]
    assert health.worst_share == pytest.approx(1)
    assert health.codebook_share == finish(coded_codebook_work(toy_step().encoded)) / 100


def test_one_codeword_has_no_pair():
    [step] = steps(smooth_picture(16, 16, gray=True), [1])
    health = finish(health_work(step, vectors_of(smooth_picture(16, 16, gray=True))))
    assert health.nearest_pair is health.farthest_pair is None
    assert (health.perplexity, health.entropy_bits) == (1, 0)
    assert health_row(health)["nearest_levels"] is None


def test_codebook_of_one_codeword_is_the_file_without_header_and_checksum():
    [step] = steps(photograph("camera", 4), [1])
    assert len(step.file) == len(parse_header(step.file).data) + 4 + finish(
        coded_codebook_work(step.encoded)
    )


@pytest.mark.parametrize("colour", ["gray", "rgb", "ycbcr"])
def test_figures_against_scipy(colour):
    picture = photograph("chelsea", 2)
    [step] = steps(picture, [64], block_size=4, colour=colour)
    vectors = vectors_of(picture, 4, colour)
    health = finish(health_work(step, vectors))
    codewords, indices = step.encoded.shared.codebook.codewords, step.encoded.indices[:, 0]
    assert health.entropy_bits == pytest.approx(entropy(np.bincount(indices), base=2))
    assert health.perplexity == pytest.approx(math.exp(entropy(np.bincount(indices))))
    distances = pdist(codewords.astype(float)) / math.sqrt(codewords.shape[1])
    assert health.nearest_pair.difference == pytest.approx(distances.min())
    assert health.farthest_pair.difference == pytest.approx(distances.max())
    errors = cdist(vectors.astype(float), codewords.astype(float), "sqeuclidean")
    by_cell = np.bincount(indices, errors[np.arange(len(indices)), indices], 64)
    np.testing.assert_allclose(health.cell_distortion, by_cell / by_cell.sum())
    assert health.worst_cells == list(np.argsort(-by_cell)[:10])
    assert health.worst_share == pytest.approx(np.sort(by_cell)[-10:].sum() / by_cell.sum())


@pytest.mark.parametrize(("size", "dimension"), [(2, 1), (700, 5), (1500, 400)])
def test_pairs_by_brute_force_over_chunks(size, dimension):
    codewords = np.random.default_rng(size).integers(0, 256, (size, dimension), dtype=np.uint8)
    near, far = finish(pairs_work(codewords))
    squares = cdist(codewords.astype(float), codewords.astype(float), "sqeuclidean")
    away = squares + np.diag([np.inf] * size)
    assert (near.first, near.second) == np.unravel_index(away.argmin(), away.shape)
    assert (far.first, far.second) == np.unravel_index(squares.argmax(), squares.shape)
    assert near.difference == math.sqrt(away.min() / dimension)
    assert far.difference == math.sqrt(squares.max() / dimension)


def test_equal_codewords_are_a_pair():
    near, far = finish(pairs_work(np.uint8([[1, 1], [9, 9], [9, 9], [1, 1]])))
    assert near == Pair(0, 3, 0)
    assert far == Pair(0, 1, 8)


def test_without_error_no_cell_is_the_worst():
    picture = toned_picture([0, 50, 200])
    step = steps(picture, [1, 8], block_size=4)[-1]
    health = finish(health_work(step, vectors_of(picture, 4)))
    assert health.codebook_size == 3
    assert (health.worst_cells, health.worst_share) == ([], 0)


def test_with_a_rate_weight_it_is_the_file_that_counts():
    picture = photograph("camera", 4)
    [step] = steps(picture, [64], block_size=4, rate_weight=5000)
    health = finish(health_work(step, vectors_of(picture, 4)))
    assert health.codebook_size == 64
    assert health.codewords == step.encoded.quantizer.codebook_size < 64
    assert health.dead_codewords == 0
