"""Tests of vqcore.codebooks.merging: which cells are merged, and what that costs."""

from itertools import combinations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.extra import numpy as arrays

from vqcore.arrays import Counts, Floats
from vqcore.codebooks.merging import _Cells, merged
from vqcore.work import finish


def distortion(points: Floats, means: Floats) -> float:
    """Return the squared error of points, each as its nearest mean."""
    return float(np.square(points[:, None] - means).sum(axis=2).min(axis=1).sum())


def one_by_one(means: Floats, counts: Counts, size: int) -> tuple[Floats, list[int], list[float]]:
    """Merge by trying all pairs each time; return what is left, and what each merger cost."""
    cells, costs = [(mean, int(count)) for mean, count in zip(means, counts, strict=True)], []
    while len(cells) > size:

        def cost(pair: tuple[int, int]) -> float:
            (a, n), (b, m) = cells[pair[0]], cells[pair[1]]
            return n * m / (n + m) * float(np.square(a - b).sum())

        one, other = min(combinations(range(len(cells)), 2), key=cost)
        costs.append(cost((one, other)))
        (a, n), (b, m) = cells[one], cells.pop(other)
        cells[one] = (n * a + m * b) / (n + m), n + m
    return np.array([mean for mean, _ in cells]), [count for _, count in cells], costs


def test_merging_by_hand() -> None:
    # 0 and 3 cost 9/2, 3 and 7 cost 16/2, and from 7 to 17 it is 100/2, though 17 weighs most.
    means, counts = np.array([[0.0], [3.0], [7.0], [17.0]]), np.array([1, 1, 1, 9])
    assert finish(merged(means, counts, 3)).tolist() == [[1.5], [7], [17]]
    assert finish(merged(means, counts, 2)).ravel() == pytest.approx([10 / 3, 17])
    assert finish(merged(means, counts, 1)).ravel() == pytest.approx([163 / 12])


def test_empty_cells_go_first() -> None:
    means, counts = np.array([[0.0], [50.0], [1.0], [200.0]]), np.array([5, 0, 5, 0])
    assert finish(merged(means, counts, 2)).ravel() == pytest.approx([0, 1], abs=1e-3)


def test_cells_that_are_all_empty_can_be_merged() -> None:
    assert finish(merged(np.zeros((4, 2)), np.zeros(4, int), 1)).tolist() == [[0, 0]]


def test_nothing_is_merged_when_there_are_as_many_already() -> None:
    means = np.array([[4.0, 1], [2, 2]])
    np.testing.assert_array_equal(finish(merged(means, np.array([1, 2]), 2)), means)


@pytest.mark.parametrize("size", [1, 5, 20, 39])
@pytest.mark.parametrize("seed", range(5))
def test_merging_is_that_of_all_pairs_tried(seed: int, size: int) -> None:
    rng = np.random.default_rng(seed)
    means, counts = rng.uniform(0, 255, (40, 3)), rng.integers(1, 30, 40)
    expected, left, costs = one_by_one(means, counts, size)
    np.testing.assert_allclose(finish(merged(means, counts, size)), expected)
    # What the mergers cost is what their cells no longer tell apart.
    assert sum(costs) == pytest.approx(spread(means, counts) - spread(expected, left))


def spread(means: Floats, counts: Counts | list[int]) -> float:
    return float(np.square(means).sum(axis=1) @ counts)


@pytest.mark.parametrize("size", [1, 7, 20])
def test_empty_cells_change_nothing(size: int) -> None:
    rng = np.random.default_rng(size)
    means, counts = rng.uniform(0, 255, (30, 4)), rng.integers(1, 30, 30)
    counts[rng.permutation(30)[:10]] = 0
    full = counts > 0
    expected = finish(merged(means[full], counts[full], size))
    found = finish(merged(means, counts, size))
    np.testing.assert_allclose(np.sort(found, axis=0), np.sort(expected, axis=0), atol=1e-3)


def test_no_merger_costs_less_than_nothing() -> None:
    twice = np.random.default_rng(0).uniform(0, 255, (100, 8)).repeat(2, axis=0)
    assert _Cells(twice, np.full(200, 9))._costs.min() == 0


@settings(max_examples=60)
@given(st.data(), arrays.arrays(np.uint8, st.tuples(st.integers(1, 20), st.integers(1, 3))))
def test_any_cells_can_be_merged(data: st.DataObject, samples: np.ndarray) -> None:
    means = samples.astype(np.float64)
    counts = data.draw(arrays.arrays(np.int64, len(means), elements=st.integers(0, 3)))
    size = data.draw(st.integers(1, len(means)))
    left = finish(merged(means, counts, size))
    assert left.shape == (size, means.shape[1])
    assert np.isfinite(left).all()
    if counts.all():
        middle = np.average(means, axis=0, weights=counts)
        assert distortion(means, left) <= np.square(means - middle).sum() * (1 + 1e-9) + 1e-6


def test_merging_leaves_what_it_was_given_and_pauses_after_each_merger() -> None:
    means, counts = np.arange(10.0)[:, None], np.ones(10, int)
    assert sum(1 for _ in merged(means, counts, 4)) == 6
    assert means.ravel().tolist() == [*range(10)]
    assert counts.tolist() == [1] * 10
