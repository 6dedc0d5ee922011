"""Tests of plane: Lloyd's steps beside scikit-learn's, the axes."""

import warnings
from collections.abc import Iterator

import numpy as np
import pytest
from helpers import photograph, vectors_of
from numpy.typing import NDArray
from sklearn.cluster import KMeans
from sklearn.exceptions import ConvergenceWarning

from vqcore.codebooks.training import train
from vqcore.lab.plane import (
    AXES_VECTORS,
    LADDER_PAIRS,
    MAX_STEPS,
    SHOWN_VECTORS,
    distinct_pairs,
    first_codewords,
    lloyd_path,
    pair_density,
    principal_plane,
)
from vqcore.signals.blocks import layout_of, shown_pixels
from vqcore.signals.pictures import SAMPLES, Picture, sample_picture

EVERY_SAMPLE = pytest.mark.parametrize("name", SAMPLES)


def spread(size: int, seed: int = 0) -> NDArray[np.float64]:
    return np.random.default_rng(seed).uniform(0, 255, (size, 2))


def density_of(pairs: list[tuple[int, int]]) -> NDArray[np.int64]:
    density = np.zeros((256, 256), np.int64)
    np.add.at(density, tuple(np.transpose(pairs)), 1)
    return density


# Pairs


def test_pairs_by_hand() -> None:
    density = pair_density(Picture(np.uint8([[1, 2, 1, 2], [3, 255, 2, 1]]), ""))
    pairs, counts = distinct_pairs(density)
    assert pairs.tolist() == [[1, 2], [2, 1], [3, 255]]
    assert counts.tolist() == [2, 1, 1]


@pytest.mark.parametrize("shape", [(1, 1), (5, 1), (3, 5)], ids=str)
def test_an_odd_width_repeats_its_last_pixel(shape: tuple[int, int]) -> None:
    pixels = np.arange(np.prod(shape), dtype=np.uint8).reshape(shape)
    density = pair_density(Picture(pixels, ""))
    assert density.sum() == shape[0] * (shape[1] + 1) // 2
    assert density.diagonal().sum() == shape[0]


def test_pairs_of_a_coloured_picture_are_of_its_luma() -> None:
    picture = sample_picture("coffee")
    luma = shown_pixels(picture, layout_of(picture, 1, "gray"))
    density = np.zeros((256, 256), int)
    np.add.at(density, (luma[:, 0::2].ravel(), luma[:, 1::2].ravel()), 1)
    np.testing.assert_array_equal(pair_density(picture), density)


# Start


@pytest.mark.parametrize("start", ["random", "ladder"])
def test_first_codewords_are_as_many_as_asked_for(start: str) -> None:
    density = pair_density(sample_picture("camera"))
    codewords = first_codewords(density, 16, start)
    assert codewords.shape == (16, 2)
    assert len(np.unique(codewords, axis=0)) == 16
    np.testing.assert_array_equal(codewords, first_codewords(density, 16, start))


def test_random_codewords_are_pairs_of_the_picture() -> None:
    density = pair_density(sample_picture("camera"))
    left, right = first_codewords(density, 64, "random").astype(int).T
    assert density[left, right].all()


@pytest.mark.parametrize("start", ["random", "ladder"])
@pytest.mark.parametrize("size", [1, 2, 3, 64])
def test_no_more_codewords_than_distinct_pairs(start: str, size: int) -> None:
    density = density_of([(7, 9), (7, 9), (200, 3)])
    codewords = first_codewords(density, size, start)
    assert len(codewords) == min(size, 2)
    expected = 2 / 3 * (193**2 + 6**2) / 6 if size == 1 else 0
    assert lloyd_path(density, codewords).mse[-1] == pytest.approx(expected, rel=1e-4)


def test_the_ladder_climbs_on_fewer_pairs_of_a_large_picture(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    seen = []

    def spy(vectors: NDArray, sizes: list[int], **options: int) -> Iterator[object]:
        seen.append(vectors)
        return train(vectors, sizes, **options)

    monkeypatch.setattr("vqcore.lab.plane.train", spy)
    density = np.zeros((256, 256), np.int64)
    density[[0, 9, 200], [0, 0, 202]] = 10 * LADDER_PAIRS, 30 * LADDER_PAIRS, 1
    first_codewords(density, 2, "ladder")
    pairs, counts = np.unique(seen[0], axis=0, return_counts=True)
    assert pairs.tolist() == [[0, 0], [9, 0], [200, 202]]
    assert counts.tolist() == [LADDER_PAIRS / 4, 3 * LADDER_PAIRS / 4, 1]


# Lloyd


@pytest.mark.parametrize(("name", "size"), [("camera", 8), ("coffee", 16), ("retina", 5)])
def test_steps_are_those_of_scikit_learn(name: str, size: int) -> None:
    density = pair_density(sample_picture(name))
    pairs, counts = distinct_pairs(density)
    start = first_codewords(density, size, "random", seed=3) + 0.01 * spread(size) / 255  # no ties
    path = lloyd_path(density, start)
    for steps in (1, 2, 3, 7):
        model = KMeans(size, init=start, n_init=1, max_iter=steps, tol=0, algorithm="lloyd")
        with warnings.catch_warnings():
            warnings.simplefilter("ignore", ConvergenceWarning)
            model.fit(pairs.astype(np.float64), sample_weight=counts)
        np.testing.assert_allclose(path.codewords[steps], model.cluster_centers_, atol=1e-9)
        assert path.mse[steps] == pytest.approx(model.inertia_ / counts.sum() / 2, rel=1e-9)


@EVERY_SAMPLE
@pytest.mark.parametrize("size", [1, 8, 64])
def test_distortion_never_rises(name: str, size: int) -> None:
    density = pair_density(sample_picture(name))
    path = lloyd_path(density, first_codewords(density, size, "random"))
    assert (np.diff(path.mse) < 0).all()
    assert len(path.codewords) == len(path.mse) <= MAX_STEPS + 1


@EVERY_SAMPLE
def test_distortion_is_that_of_the_nearest_codewords(name: str) -> None:
    density = pair_density(sample_picture(name))
    pairs, counts = distinct_pairs(density)
    path = lloyd_path(density, first_codewords(density, 8, "random"))
    last = path.codewords[-1]
    least = np.square(pairs[:, None] - last).sum(axis=2).min(axis=1)
    assert path.mse[-1] == pytest.approx(np.average(least, weights=counts) / 2, rel=1e-12)


def test_a_dead_codeword_stays_where_it_is() -> None:
    density = density_of([(10, 10), (20, 20), (20, 20)])
    path = lloyd_path(density, np.float64([[0, 0], [255, 255], [20, 20]]))
    assert path.codewords[-1].tolist() == [[10, 10], [255, 255], [20, 20]]


def test_coincident_codewords_leave_the_cell_to_the_first() -> None:
    path = lloyd_path(density_of([(10, 10), (20, 20)]), np.float64([[5, 5], [5, 5]]))
    assert path.codewords[-1].tolist() == [[15, 15], [5, 5]]


@pytest.mark.parametrize("shape", [(0, 2), (3, 3), (2,)], ids=str)
def test_codewords_that_are_not_in_the_plane_are_refused(shape: tuple[int, ...]) -> None:
    with pytest.raises(ValueError, match=r"\(K, 2\), not"):
        lloyd_path(density_of([(1, 1)]), np.zeros(shape))


# Axes


@pytest.mark.parametrize(("block", "colour"), [(2, "gray"), (8, "gray"), (4, "rgb"), (4, "ycbcr")])
def test_axes_are_those_of_the_covariance(block: int, colour: str) -> None:
    vectors = vectors_of(photograph("coffee", 2), block, colour)[:AXES_VECTORS]
    plane = principal_plane(vectors)
    values, axes = np.linalg.eigh(np.cov(vectors.T.astype(float)))
    assert plane.shares == pytest.approx(values[:-3:-1] / values.sum(), rel=1e-6)
    alignment = np.abs(np.sum(plane.directions * axes[:, :-3:-1].T, axis=1))
    np.testing.assert_allclose(alignment, 1, atol=1e-6)
    shares = plane.along(vectors).var(axis=0, ddof=1) / values.sum()
    assert plane.shares == pytest.approx(shares, rel=1e-9)


@pytest.mark.parametrize("scale", [2.0**127, 2.0**-120])
def test_axes_are_those_of_any_scale(scale: float) -> None:
    vectors = np.random.default_rng(0).uniform(-1, 1, (100, 3)).astype(np.float32)
    plane, scaled = (principal_plane(it) for it in (vectors, vectors * np.float32(scale)))
    assert scaled.shares == pytest.approx(plane.shares)
    np.testing.assert_allclose(scaled.some / scale, plane.some, atol=1e-6)


def test_axes_point_to_where_their_largest_part_is_above_0() -> None:
    plane = principal_plane(vectors_of(photograph("coffee", 2), 4, "rgb"))
    for direction in plane.directions:
        assert direction[np.abs(direction).argmax()] > 0


def test_axes_by_hand() -> None:
    vectors = np.uint8([[10, 0], [20, 0], [30, 0], [20, 1], [20, 1]])
    plane = principal_plane(vectors)
    assert plane.centre.tolist() == [20, 0.4]
    assert plane.shares == pytest.approx((200 / 201.2, 1.2 / 201.2))
    np.testing.assert_allclose(np.abs(plane.along(vectors)[:, 0]), [10, 0, 10, 0, 0], atol=1e-5)


def test_a_large_picture_is_looked_at_by_a_sample() -> None:
    vectors = np.random.default_rng(0).integers(0, 256, (AXES_VECTORS + 5, 3), dtype=np.uint8)
    plane, again = principal_plane(vectors), principal_plane(vectors)
    assert plane.some.shape == (SHOWN_VECTORS, 2)
    np.testing.assert_array_equal(plane.some, again.some)
    distances = np.abs(plane.along(vectors)[:, None] - plane.some[:3]).max(axis=2)
    assert distances.min(axis=0).max() < 1e-9


@pytest.mark.parametrize(
    ("vectors", "shares"),
    [
        (np.uint8([[5, 5, 5]]), (0, 0)),
        (np.full((9, 4), 7, np.uint8), (0, 0)),
        (np.uint8([[1], [2], [9]]), (1, 0)),
        (np.uint8([[1, 1], [3, 3]]), (1, 0)),
    ],
    ids=["one vector", "all the same", "one sample", "a line"],
)
def test_where_there_are_no_two_axes(vectors: NDArray, shares: tuple[float, float]) -> None:
    plane = principal_plane(vectors)
    assert plane.shares == pytest.approx(shares, abs=1e-6)
    assert np.isfinite(plane.along(vectors)).all()
    assert plane.along(vectors).shape == plane.some.shape == (len(vectors), 2)
