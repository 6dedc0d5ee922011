"""Tests of vectors of numbers: the grid on which distances are exact, and training on it."""

import math

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays
from numpy.typing import NDArray
from scipy.cluster.vq import kmeans2
from sklearn import datasets
from sklearn.cluster import KMeans

from vqcore.codebooks import training
from vqcore.codebooks.codebook import Codebook, nearest
from vqcore.codebooks.fixedpoint import Grid, grid_of
from vqcore.codebooks.source import InMemory, OnALine
from vqcore.codebooks.textbook import Rules
from vqcore.codebooks.training import Trained, train
from vqcore.work import finish

NUMBERS = st.floats(-(2.0**100), 2.0**100, width=32)


def trained(vectors: NDArray, sizes: list[int], **how: object) -> list[Codebook]:
    return [it.codebook for it in train(vectors, sizes, **how) if isinstance(it, Trained)]


def inertia(vectors: NDArray, codewords: NDArray) -> float:
    found = nearest(vectors, codewords)
    return float(np.square(vectors.astype(np.float64) - codewords[found]).sum())


# The grid


def test_a_grid_by_hand() -> None:
    grid = grid_of(np.float32([[0, 7], [4, 9]]), np.float32([[1, 8]]))
    assert (grid.origin.tolist(), grid.exponent) == ([2, 8], 2 - 23)
    assert grid.units(np.float32([[0, 8.5]])).tolist() == [[-(2.0**22), 2.0**20]]
    assert grid.values(np.float32([[-(2.0**22), 2.0**20]])).tolist() == [[0, 8.5]]


@pytest.mark.parametrize(("dimension", "bits"), [(1, 23), (42, 23), (43, 22), (256, 21)])
def test_a_grid_is_as_fine_as_float64_allows(dimension: int, bits: int) -> None:
    grid = grid_of(np.array([[-1] * dimension, [1] * dimension], np.float32))
    assert grid.exponent == 1 - bits
    farthest = 2**bits
    assert 2 * 1.5 * dimension * farthest**2 <= 2**53 or bits == 23


@given(arrays(np.float32, st.tuples(st.integers(1, 9), st.integers(1, 5)), elements=NUMBERS))
def test_units_are_whole_and_near(vectors: NDArray) -> None:
    grid = grid_of(vectors)
    units = grid.units(vectors)
    assert (units == np.rint(units)).all()
    assert np.abs(units).max() <= 2**23
    away = vectors.astype(np.float64) - grid.origin
    off = np.ldexp(units.astype(np.float64), grid.exponent) - away
    assert np.abs(off).max() <= math.ldexp(0.5, grid.exponent)


@given(arrays(np.float32, st.tuples(st.integers(1, 9), st.integers(1, 5)), elements=NUMBERS))
def test_what_is_stored_stays_as_it_is(vectors: NDArray) -> None:
    grid = grid_of(vectors)
    stored = grid.kind.stored(grid.units(vectors).astype(np.float64) / 3)
    assert (grid.kind.stored(stored.astype(np.float64)) == stored).all()


# The nearest codeword


@given(st.integers(0, 2**32 - 1), st.integers(1, 40), st.sampled_from([1, 2, 7, 64]))
def test_nearest_is_exact_on_the_grid(seed: int, size: int, dimension: int) -> None:
    rng = np.random.default_rng(seed)
    vectors = rng.standard_normal((5, dimension)).astype(np.float32)
    codewords = rng.standard_normal((size, dimension)).astype(np.float32)
    grid = grid_of(vectors, codewords)
    units, others = (
        [[int(it) for it in row] for row in grid.units(part)] for part in (vectors, codewords)
    )
    squares = [
        [sum((a - b) ** 2 for a, b in zip(x, c, strict=True)) for c in others] for x in units
    ]
    assert nearest(vectors, codewords).tolist() == [row.index(min(row)) for row in squares]


@pytest.mark.parametrize("scale", [1e-38, 1, 1e38])
def test_ties_take_the_lowest_index_at_any_scale(scale: float) -> None:
    codewords = np.float32([[0, 0], [2, 0], [0, 0]]) * np.float32(scale)
    vectors = np.float32([[1, 1], [1.0001, 1], [0, 3]]) * np.float32(scale)
    assert nearest(vectors, codewords).tolist() == [0, 1, 0]


def test_vectors_far_from_nought_and_close_together_are_told_apart() -> None:
    vectors = np.float32([[1e6], [1e6 + 0.0625], [1e6 + 0.125]])
    assert nearest(vectors, vectors).tolist() == [0, 1, 2]


# Training


@pytest.mark.parametrize(
    "vectors",
    [
        datasets.load_iris().data,
        datasets.load_digits().data,
        datasets.make_blobs(3000, centers=12, random_state=1)[0],
        np.random.default_rng(0).laplace(size=(5000, 1)),
    ],
    ids=["iris", "digits", "blobs", "laplace"],
)
@pytest.mark.filterwarnings("ignore:Number of distinct clusters")
def test_the_ladder_is_within_half_a_percent_of_scikit_learn(vectors: NDArray) -> None:
    numbers, sizes = vectors.astype(np.float32), [1, 2, 3, 8, 16, 64]
    for size, codebook in zip(sizes, trained(numbers, sizes), strict=True):
        assert codebook.codewords.dtype == np.float32
        theirs = KMeans(size, random_state=0).fit(numbers.astype(np.float64)).inertia_
        assert inertia(numbers, codebook.codewords) <= 1.005 * theirs


def test_clusters_far_apart_are_parted_as_well_as_near_ones() -> None:
    rng = np.random.default_rng(0)
    centres = 1e4 * rng.permutation(30).reshape(10, 3)
    vectors = np.concatenate([it + rng.standard_normal((300, 3)) for it in centres])
    numbers = vectors.astype(np.float32)
    [codebook] = trained(numbers, [100])
    theirs = KMeans(100, random_state=0).fit(vectors).inertia_
    assert inertia(numbers, codebook.codewords) <= 1.005 * theirs


@pytest.mark.parametrize("power", [-120, -3, 100])
def test_scale_changes_nothing(power: int) -> None:
    vectors = np.random.default_rng(1).standard_normal((2000, 3)).astype(np.float32)
    [one], [other] = trained(vectors, [32]), trained(np.ldexp(vectors, power), [32])
    np.testing.assert_array_equal(np.ldexp(one.codewords, power), other.codewords)


def test_a_known_rung_changes_nothing_above_it() -> None:
    vectors = 7 + np.random.default_rng(2).standard_normal((3000, 2)).astype(np.float32)
    known = dict(zip([1, 2, 4, 8], trained(vectors, [1, 2, 4, 8]), strict=True))
    [whole], [rest] = trained(vectors, [16]), trained(vectors, [16], known=known)
    np.testing.assert_array_equal(whole.codewords, rest.codewords)


def test_of_very_many_vectors_a_size_is_the_same_whichever_others_are_asked_for(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    vectors = np.random.default_rng(2).standard_normal((3000, 2)).astype(np.float32)
    [few], _ = trained(vectors, [16]), monkeypatch.setattr(training, "LADDER_VECTORS", 500)
    every, [alone] = trained(vectors, [1, 2, 8, 12, 16]), trained(vectors, [16])
    np.testing.assert_array_equal(every[-1].codewords, alone.codewords)
    known = {2: every[1], 8: every[2]}
    np.testing.assert_array_equal(trained(vectors, [16], known=known)[0].codewords, alone.codewords)
    assert not np.array_equal(few.codewords, alone.codewords)
    assert inertia(vectors, alone.codewords) < 1.03 * inertia(vectors, few.codewords)


@pytest.mark.usefixtures("in_this_process")
@pytest.mark.parametrize("trainer", ["lbg", "minibatch", "textbook"])
def test_every_trainer_takes_numbers(trainer: str) -> None:
    vectors = np.float32([[0.1, -5], [0.3, -5], [1000.25, 7], [1000.75, 7]])
    two, all_four = trained(vectors, [2, 4], trainer=trainer)
    np.testing.assert_allclose(
        two.codewords, [[0.2, -5], [1000.5, 7]], atol=0.05
    )  # minibatch only comes near
    np.testing.assert_array_equal(all_four.codewords, vectors)


def test_as_many_codewords_as_distinct_vectors_are_those() -> None:
    vectors = np.float32([[0.1], [1e6], [0.1], [3.3]])
    [codebook] = trained(vectors, [3])
    assert codebook.codewords.tolist() == np.float32([[0.1], [3.3], [1e6]]).tolist()
    assert codebook.bytes == 12
    with pytest.raises(ValueError, match="only 3 vectors are distinct"):
        train(vectors, [4])


@pytest.mark.parametrize("bad", [math.nan, math.inf, -math.inf])
def test_numbers_without_end_are_refused(bad: float) -> None:
    with pytest.raises(ValueError, match="finite"):
        train(np.float32([[1], [bad]]), [1])


def test_the_textbook_from_a_given_start_is_scipys() -> None:
    vectors = np.random.default_rng(3).standard_normal((500, 2)).astype(np.float32)
    rules = Rules("given", tuple(map(tuple, vectors[:8].tolist())), epsilon=0, iterations=25)
    [codebook] = trained(vectors, [8], trainer="textbook", rules=rules)
    theirs, _ = kmeans2(vectors.astype(np.float64), vectors[:8].astype(np.float64), iter=25)
    np.testing.assert_allclose(codebook.codewords, theirs, rtol=1e-6, atol=1e-6)


# Of one coordinate: the Lloyd–Max quantizer


def test_cells_on_a_line_are_those_of_vectors() -> None:
    rng, kind = np.random.default_rng(4), Grid(np.zeros(1), 0).kind
    units = 2 * rng.integers(-50, 50, (400, 1)).astype(np.float32)
    codewords = 4.0 * rng.permutation(25)[:9, None] + 1  # no number is half-way between two
    line, other = (finish(of(units, kind).cells(codewords)) for of in (OnALine, InMemory))
    assert line.counts.tolist() == other.counts.tolist()
    np.testing.assert_array_equal(line.means, other.means)
    np.testing.assert_allclose(line.distortion, other.distortion)


def test_lloyd_max_by_hand() -> None:
    # T = {1, 2, 3, 4, 8, 9, 12}: a number half-way between two levels goes to the lower.
    line = OnALine(np.float32([[1], [2], [3], [4], [8], [9], [12]]), Grid(np.zeros(1), 0).kind)
    cells = finish(line.cells(np.float64([[2], [6], [10]])))
    assert cells.counts.tolist() == [4, 1, 2]
    assert cells.means.ravel().tolist() == [2.5, 8, 10.5]
    assert cells.distortion.tolist() == [1 + 0 + 1 + 4, 4, 1 + 4]


@pytest.mark.parametrize("rate", [1, 2, 3, 4, 5])
def test_lloyd_max_of_a_gaussian_meets_its_conditions(rate: int) -> None:
    numbers = np.random.default_rng(5).standard_normal((100_000, 1)).astype(np.float32)
    [codebook] = trained(numbers, [2**rate])
    levels = codebook.codewords[:, 0].astype(np.float64)
    cells = np.digitize(numbers[:, 0], (levels[1:] + levels[:-1]) / 2)
    means = np.bincount(cells, numbers[:, 0].astype(np.float64)) / np.bincount(cells)
    np.testing.assert_allclose(levels, means, atol=2e-3)
