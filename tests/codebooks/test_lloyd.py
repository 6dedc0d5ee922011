"""Tests of lloyd: iterations lower the distortion, as scikit-learn's do, and know when to stop."""

import numpy as np
import pytest
from helpers import own_blocks, photograph, vectors_of
from numpy.typing import NDArray
from scipy.spatial.distance import cdist
from sklearn.cluster import KMeans

from vqcore.codebooks.cells import partition
from vqcore.codebooks.lloyd import lloyd
from vqcore.codebooks.scoring import EIGHT_BIT
from vqcore.codebooks.source import InMemory
from vqcore.work import finish


@pytest.mark.parametrize("size", [2, 16, 100])
@pytest.mark.parametrize("name", ["camera", "chelsea", "flower", "rocket"])
def test_distortion_never_rises_in_a_lloyd_iteration(name: str, size: int) -> None:
    vectors = vectors_of(photograph(name, 2))
    part = finish(partition(vectors, own_blocks(vectors, size), EIGHT_BIT))
    first = part.total
    for _ in range(15):
        before = part
        part = finish(partition(vectors, before.means, EIGHT_BIT))
        # float32 places a vector between two means wrongly only where it hardly matters.
        assert part.total <= before.total * (1 + 1e-6)
    assert part.total < 0.95 * first


def test_lloyd_by_hand() -> None:
    vectors = np.uint8([[0], [1], [2], [3], [100], [101]])
    part = finish(lloyd(InMemory(vectors, EIGHT_BIT).cells, np.uint8([[0], [3]])))
    assert part.means.tolist() == [[1.5], [100.5]]
    assert part.indices.tolist() == [0, 0, 0, 0, 1, 1]
    assert part.total == 5.5


@pytest.mark.parametrize(("size", "iterations"), [(2, 3), (16, 3), (100, 1)])
def test_an_iteration_is_scikit_learns(size: int, iterations: int) -> None:
    vectors = vectors_of(photograph("coffee", 2))
    codewords = own_blocks(vectors, size).astype(np.float64)
    means: NDArray[np.floating] = codewords
    for _ in range(iterations):
        means = finish(partition(vectors, means, EIGHT_BIT)).means
    fitted = KMeans(size, init=codewords, n_init=1, max_iter=iterations, tol=0).fit(vectors / 1.0)
    np.testing.assert_allclose(means, fitted.cluster_centers_, rtol=1e-9)
    assert finish(partition(vectors, means, EIGHT_BIT)).total == pytest.approx(
        fitted.inertia_, rel=1e-5
    )


@pytest.mark.parametrize("size", [2, 5, 16])  # with more, float32 and float64 part ways
def test_lloyd_stops_when_an_iteration_gains_less_than_a_thousandth(size: int) -> None:
    vectors = vectors_of(photograph("coffee", 2))
    part = finish(lloyd(InMemory(vectors, EIGHT_BIT).cells, own_blocks(vectors, size)))
    samples, means = vectors.astype(np.float64), own_blocks(vectors, size).astype(np.float64)
    totals = []
    while len(totals) < 2 or totals[-2] - totals[-1] > 1e-3 * totals[-1]:
        distances = cdist(samples, means, "sqeuclidean")
        totals.append(distances.min(axis=1).sum())
        indices = distances.argmin(axis=1)
        for index in np.unique(indices):  # the mean of an empty cell stays where it is
            means[index] = samples[indices == index].mean(axis=0)
    assert len(totals) >= 3
    assert part.total == pytest.approx(totals[-1], rel=1e-5)


def test_lloyd_leaves_a_fixed_point_alone() -> None:
    vectors = np.uint8([[0], [2], [90], [110]])
    part = finish(lloyd(InMemory(vectors, EIGHT_BIT).cells, np.uint8([[1], [100]])))
    assert (part.means.tolist(), part.total) == ([[1], [100]], 202)
