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
