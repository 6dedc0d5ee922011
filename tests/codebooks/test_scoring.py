"""Tests of scoring: scores are squared distances turned round, and chunks are all."""

import numpy as np
import pytest
from helpers import squared_distances
from numpy.typing import NDArray

from vqcore.codebooks.scoring import (
    CHUNK,
    EIGHT_BIT,
    EXACT_FLOAT32_DIMENSION,
    SCORES_AT_ONCE,
    chunks,
    exact_kind,
    exact_within,
    scored,
)

Samples = NDArray[np.uint8]


@pytest.mark.parametrize("size", [7, 1024])
@pytest.mark.parametrize("dimension", [1, 64, EXACT_FLOAT32_DIMENSION + 1])
def test_scores_are_squared_distances_turned_round(dimension: int, size: int) -> None:
    more_than_a_chunk = min(CHUNK, SCORES_AT_ONCE // size) + 5
    rng = np.random.default_rng(0)
    vectors = rng.integers(0, 256, (more_than_a_chunk, dimension), dtype=np.uint8)
    codewords = rng.choice(np.uint8([0, 255]), (size, dimension))
    expected = squared_distances(vectors, codewords)

    def gather(rows: slice, centred: NDArray, scores: NDArray) -> NDArray:
        np.testing.assert_array_equal(centred, vectors[rows].astype(int) - 128)
        distances = np.square(centred).sum(axis=1, keepdims=True) - 2 * scores
        np.testing.assert_array_equal(distances[:, :size], expected[rows])
        assert (scores[:, size:] == -np.inf).all()
        return np.arange(len(vectors))[rows]

    seen = list(scored(vectors, codewords, EIGHT_BIT, gather))
    np.testing.assert_array_equal(np.concatenate(seen), np.arange(len(vectors)))


@pytest.mark.parametrize("count", [0, 1, CHUNK, CHUNK + 1, 10**5])
@pytest.mark.parametrize("size", [1, 300, CHUNK, 10**6])
def test_chunks_are_all_in_order_and_none_too_long(count: int, size: int) -> None:
    slices = list(chunks(count, size))
    assert [i for rows in slices for i in range(rows.start, rows.stop)] == list(range(count))
    assert all(rows.stop - rows.start <= CHUNK for rows in slices)


@pytest.mark.parametrize("dimension", [1, 16, 48, 192, 600, 768])
def test_exact_scores_are_the_same_in_whatever_order_samples_are_added_up(dimension: int) -> None:
    """The extremes reach farthest; in float32 as it is, some of these sums are not exact."""
    rng = np.random.default_rng(0)
    vectors = rng.choice(np.uint8([0, 1, 254, 255]), (300, dimension))
    codewords, kind = rng.uniform(0, 255, (40, dimension)), exact_kind(dimension)
    order = rng.permutation(dimension)

    def scores(columns: NDArray) -> NDArray:
        seen = scored(
            vectors[:, columns], codewords[:, columns], kind, lambda *it: it[2][:, :40].copy()
        )
        return np.concatenate(list(seen))

    on_grid = kind.on_grid(codewords)
    centred = on_grid - 128
    halves = np.rint(np.square(centred).sum(axis=1) / 2 / kind.unit) * kind.unit
    expected = (vectors.astype(int) - 128) @ centred.T - halves
    np.testing.assert_array_equal(scores(np.arange(dimension)), expected)
    np.testing.assert_array_equal(scores(order), expected)
    assert np.abs(on_grid - codewords).max() <= kind.unit / 2


def test_whole_numbers_that_reach_far_are_scored_in_float64() -> None:
    near, far = exact_within(2**22), exact_within(2**25)
    assert (near.float32_dimension, near.unit) == (np.inf, 2.0**-1)
    assert (far.float32_dimension, far.unit) == (0, 2.0**-8)
