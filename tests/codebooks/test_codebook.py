"""Tests of codebook: the nearest codeword is the nearest, exactly, and ties are lowest."""

import re
import tracemalloc

import numpy as np
import pytest
from helpers import squared_distances
from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.extra import numpy as arrays
from numpy.typing import NDArray
from scipy.spatial.distance import cdist

from vqcore.codebooks.codebook import Codebook, nearest, nearest_work, use_of
from vqcore.codebooks.scoring import CHUNK, EIGHT_BIT, EXACT_FLOAT32_DIMENSION, REAL, chunks
from vqcore.work import finish

Samples = NDArray[np.uint8]


def brute_force(vectors: Samples, codewords: Samples) -> NDArray[np.int64]:
    """Return the lowest index of the smallest squared distance, in integers."""
    return squared_distances(vectors, codewords).argmin(axis=1)


def random_samples(shape: tuple[int, int], values: list[int], seed: int = 0) -> Samples:
    return np.random.default_rng(seed).choice(np.uint8(values), shape)


# ------------------------------------------------------------------------------------------ nearest


@pytest.mark.parametrize(
    ("vectors", "codewords", "indices"),
    [
        ([[0], [9], [6]], [[1], [9]], [0, 1, 1]),
        ([[5]], [[4], [6]], [0]),
        ([[5]], [[6], [4]], [0]),
        ([[7, 7]], [[9, 9], [7, 7], [7, 7]], [1]),
        ([[3, 4]], [[0, 0], [3, 9], [8, 4]], [0]),
        ([[255, 0]], [[0, 255], [255, 255]], [1]),
    ],
    ids=["plain", "tie", "tie turned round", "duplicates", "three-way tie", "extremes"],
)
def test_nearest_by_hand(
    vectors: list[list[int]], codewords: list[list[int]], indices: list[int]
) -> None:
    found = nearest(np.uint8(vectors), np.uint8(codewords))
    assert (found.tolist(), found.dtype) == (indices, np.int32)


@settings(max_examples=300)
@given(st.data(), st.integers(1, 12), st.sampled_from([[0, 255], [0, 1, 2], range(256)]))
def test_nearest_is_brute_force(data: st.DataObject, dimension: int, values: list[int]) -> None:
    def drawn(most: int) -> st.SearchStrategy[Samples]:
        shape = st.tuples(st.integers(1, most), st.just(dimension))
        return arrays.arrays(np.uint8, shape, elements=st.sampled_from(values))

    vectors, codewords = data.draw(drawn(40)), data.draw(drawn(12))
    doubled = np.concatenate([codewords, codewords[::-1]])
    for words in (codewords, doubled):
        np.testing.assert_array_equal(nearest(vectors, words), brute_force(vectors, words))


@pytest.mark.parametrize("values", [[0, 255], [127, 128, 129], range(256)], ids=str)
@pytest.mark.parametrize(
    "dimension", [1, 64, EXACT_FLOAT32_DIMENSION, EXACT_FLOAT32_DIMENSION + 1, 3072]
)
def test_nearest_is_brute_force_in_any_dimension(dimension: int, values: list[int]) -> None:
    vectors = random_samples((50, dimension), values)
    codewords = random_samples((20, dimension), values, seed=1)
    np.testing.assert_array_equal(nearest(vectors, codewords), brute_force(vectors, codewords))


@pytest.mark.parametrize("dimension", [EXACT_FLOAT32_DIMENSION, EXACT_FLOAT32_DIMENSION + 1, 3072])
@pytest.mark.parametrize("closer", [0, 1])
@pytest.mark.parametrize(("vector", "codeword"), [(0, 255), (255, 0), (0, 0)], ids=str)
def test_a_distance_smaller_by_one_is_seen(
    dimension: int, closer: int, vector: int, codeword: int
) -> None:
    vectors = np.full((1, dimension), vector, np.uint8)
    codewords = np.full((2, dimension), codeword, np.uint8)
    codewords[:, -1] = abs(vector - 1)
    codewords[closer, -1] = vector
    assert np.diff(squared_distances(vectors, codewords)).item() == (1 if closer == 0 else -1)
    assert nearest(vectors, codewords).tolist() == [closer]


@pytest.mark.parametrize("count", [CHUNK - 1, CHUNK, CHUNK + 1, 2 * CHUNK + 7])
def test_nearest_is_brute_force_across_chunks(count: int) -> None:
    vectors = random_samples((count, 3), [0, 1, 2, 3], seed=count)
    codewords = random_samples((40, 3), [0, 1, 2, 3], seed=1)
    np.testing.assert_array_equal(nearest(vectors, codewords), brute_force(vectors, codewords))


def test_nearest_agrees_with_scipy() -> None:
    vectors, codewords = random_samples((1500, 48), range(256)), random_samples((200, 48), [9, 200])
    expected = cdist(vectors, codewords, "sqeuclidean").argmin(axis=1)
    np.testing.assert_array_equal(nearest(vectors, codewords), expected)


def test_codewords_between_the_integers_are_kept_apart() -> None:
    rng = np.random.default_rng(0)
    vectors = rng.integers(0, 256, (500, 4), dtype=np.uint8)
    codewords = rng.integers(0, 255 * 16, (60, 4)) / 16  # sixteenths are exact in float32 too
    expected = cdist(vectors, codewords, "sqeuclidean").argmin(axis=1)
    np.testing.assert_array_equal(nearest(vectors, codewords), expected)


def test_nearest_of_real_vectors_is_scipys() -> None:
    rng = np.random.default_rng(0)
    vectors, codewords = rng.standard_normal((700, 5), np.float32), rng.standard_normal((60, 5))
    expected = cdist(vectors, codewords, "sqeuclidean").argmin(axis=1)
    np.testing.assert_array_equal(finish(nearest_work(vectors, codewords, REAL)), expected)


@pytest.mark.parametrize("dtype", [np.float64, np.int8, np.int64, bool], ids=str)
def test_vectors_that_are_no_samples_are_refused(dtype: type) -> None:
    with pytest.raises(ValueError, match=f"uint8 or float32 array.*not {np.dtype(dtype)}"):
        nearest(np.zeros((4, 2), dtype), np.zeros((2, 2), np.uint8))


def test_every_codeword_is_nearest_to_itself() -> None:
    codewords = np.unique(random_samples((300, 16), range(256)), axis=0)
    np.testing.assert_array_equal(nearest(codewords, codewords), np.arange(len(codewords)))


@pytest.mark.parametrize("count", [1, CHUNK, CHUNK + 1, 3 * CHUNK])
def test_nearest_pauses_after_each_chunk(count: int) -> None:
    work = nearest_work(np.zeros((count, 2), np.uint8), np.zeros((3, 2), np.uint8), EIGHT_BIT)
    assert sum(1 for _ in work) == len(list(chunks(count)))


def test_nearest_takes_little_memory() -> None:
    vectors = random_samples((60_000, 16), range(256))
    codewords = random_samples((1024, 16), range(256), seed=1)
    tracemalloc.start()
    try:
        nearest(vectors, codewords)
        _, peak = tracemalloc.get_traced_memory()
    finally:
        tracemalloc.stop()
    # All distances at once would be 60 000 · 1024 · 4 bytes = 246 MB.
    assert peak < 20_000_000


def test_vectors_and_codewords_of_different_d_are_refused() -> None:
    with pytest.raises(ValueError, match=re.escape("(5, 3)") + ".*" + re.escape("(2, 4)")):
        nearest(np.zeros((5, 3), np.uint8), np.zeros((2, 4), np.uint8))


# ----------------------------------------------------------------------------------------- codebook


def test_use_counts_the_blocks_of_each_codeword() -> None:
    assert use_of(np.int32([2, 0, 2, 3, 2]), 5).tolist() == [1, 0, 3, 1, 0]


def test_use_adds_up_to_the_blocks() -> None:
    indices = np.random.default_rng(0).integers(0, 30, 1000, dtype=np.int32)
    use = use_of(indices, 40)
    assert use.tolist() == [int((indices == codeword).sum()) for codeword in range(40)]


@pytest.mark.parametrize(
    ("size", "dimension", "stored"), [(1, 64, 64), (1024, 64, 65536), (100, 3, 300)]
)
def test_size_and_bytes(size: int, dimension: int, stored: int) -> None:
    codebook = Codebook(np.zeros((size, dimension), np.uint8))
    assert (codebook.size, codebook.bytes) == (size, stored)


@pytest.mark.parametrize(
    ("dtype", "shape"),
    [
        (np.float32, (4,)),
        (np.float32, (0, 4)),
        (np.float64, (4, 16)),
        (np.int64, (4, 16)),
        (np.int8, (4, 16)),
        (bool, (4, 16)),
        (np.uint8, (0, 16)),
        (np.uint8, (16,)),
        (np.uint8, (4, 4, 4)),
    ],
    ids=str,
)
def test_what_is_no_codebook_is_refused(dtype: type, shape: tuple[int, ...]) -> None:
    told = re.escape(f"not {np.dtype(dtype)} {shape}")
    with pytest.raises(ValueError, match=told):
        Codebook(np.zeros(shape, dtype))
