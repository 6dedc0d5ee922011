"""Tests of sketch: the axes, and what the first of them leave out."""

import numpy as np
import pytest
from helpers import photograph, vectors_of
from numpy.typing import NDArray
from sklearn.decomposition import PCA

from vqcore.codebooks.codebook import nearest
from vqcore.codebooks.scoring import EIGHT_BIT, exact_kind
from vqcore.codebooks.sketch import (
    LEFT_OUT,
    MAX_AXES,
    SAMPLE_OF_ONE,
    Axes,
    in_sketch,
    principal_axes,
    sample_size,
    sketch_work,
)
from vqcore.codebooks.source import InMemory
from vqcore.work import finish

Samples = NDArray[np.uint8]


def axes_of(vectors: Samples) -> Axes:
    return finish(principal_axes(InMemory(vectors, EIGHT_BIT)))


@pytest.fixture(scope="module")
def vectors() -> Samples:
    return vectors_of(photograph("coffee"), 8)


@pytest.fixture(scope="module")
def axes(vectors: Samples) -> Axes:
    return axes_of(vectors)


def test_axes_by_hand() -> None:
    axes = axes_of(np.uint8([[10, 20], [13, 24], [16, 28]]))
    np.testing.assert_allclose(axes.centre, [13, 24])
    np.testing.assert_allclose(np.abs(axes.directions[:, 0]), [0.6, 0.8], rtol=1e-5)
    np.testing.assert_allclose(axes.left_out, [0, 0], atol=1e-4)


def test_axes_are_scikit_learns_principal_components(vectors: Samples, axes: Axes) -> None:
    fitted = PCA().fit(vectors.astype(np.float64))
    variances = fitted.explained_variance_ * (len(vectors) - 1) / len(vectors)
    left_out = variances.sum() - variances.cumsum()
    np.testing.assert_allclose(axes.left_out, left_out, atol=1e-3 * variances[0])
    along = np.einsum("ij,ji->i", fitted.components_[:8], axes.directions[:, :8])
    np.testing.assert_allclose(np.abs(along), 1, atol=1e-3)


def test_what_is_left_out_is_the_mean_squared_error_of_lifting(
    vectors: Samples, axes: Axes
) -> None:
    for count in (1, 5, 20):
        first = Axes(axes.centre, axes.directions[:, :count], axes.left_out[:count])
        errors = vectors - first.lift(first.along(vectors))
        error = np.square(errors, dtype=np.float64).sum(axis=1).mean()
        assert error == pytest.approx(axes.left_out[count - 1], rel=1e-3)


def test_distances_stay_the_same_along_all_axes(vectors: Samples, axes: Axes) -> None:
    turned = axes.along(vectors[:50])
    before = vectors[:50].astype(np.float64)
    distances = np.linalg.norm(before[:, None] - before, axis=2)
    np.testing.assert_allclose(
        np.linalg.norm(turned[:, None] - turned, axis=2), distances, atol=0.05
    )


@pytest.mark.parametrize("size", [1, 16, 256])
def test_enough_axes_leave_out_little_and_are_no_more_than_needed(
    vectors: Samples, axes: Axes, size: int
) -> None:
    codewords = vectors[np.random.default_rng(0).choice(len(vectors), size, replace=False)]
    enough = axes.enough(vectors, codewords, EIGHT_BIT)
    some = vectors[:: -(-len(vectors) // SAMPLE_OF_ONE)].astype(np.float64)
    errors = some - codewords[nearest(some.astype(np.uint8), codewords)]
    allowed = LEFT_OUT * np.square(errors).sum(axis=1).mean()
    count = len(enough.left_out)
    assert enough.directions.shape == (64, count)
    assert axes.left_out[count - 1] <= allowed < axes.left_out[count - 2 if count > 1 else 0] or (
        count == 1 and axes.left_out[0] <= allowed
    )


def test_vectors_that_are_all_the_same_have_axes() -> None:
    axes = axes_of(np.full((30, 4), 7, np.uint8))
    np.testing.assert_allclose(axes.lift(axes.along(np.full((2, 4), 7))), 7, atol=1e-4)


def test_long_vectors_have_a_bounded_number_of_axes() -> None:
    noise = np.random.default_rng(0).integers(0, 256, (200, 300), dtype=np.uint8)
    axes = axes_of(noise)
    assert axes.directions.shape == (300, MAX_AXES)
    np.testing.assert_allclose(axes.directions.T @ axes.directions, np.eye(MAX_AXES), atol=1e-4)


def test_a_sketch_is_the_sample_along_the_axes(vectors: Samples, axes: Axes) -> None:
    sample = np.concatenate([vectors, vectors])
    np.testing.assert_allclose(finish(sketch_work(sample, axes)), axes.along(sample), atol=0.01)


def test_sample_sizes_by_hand() -> None:
    sizes = (1, 4, 64, 1024, 2048)
    counts = [16384, 16384, 32768, 131072, 262144]
    assert [sample_size(size, 10**6) for size in sizes] == counts
    assert sample_size(32, 10**6) == 23170
    assert sample_size(1024, 500) == 500


@pytest.mark.parametrize("dimension", [16, 48, 192])
def test_exact_coordinates_are_the_same_in_whatever_order_samples_are_added_up(
    dimension: int,
) -> None:
    rng = np.random.default_rng(0)
    noise = rng.choice(np.uint8([0, 255]), (3000, dimension))
    axes = finish(principal_axes(InMemory(noise, exact_kind(dimension))))
    order = rng.permutation(dimension)
    turned = Axes(axes.centre[order], axes.directions[order], axes.left_out)
    found = axes.along(noise)
    np.testing.assert_array_equal(found, turned.along(noise[:, order]))
    whole = (noise - axes.centre).astype(np.float64) @ axes.directions.astype(np.float64)
    np.testing.assert_array_equal(found, whole)
    np.testing.assert_allclose(
        axes.directions.T @ axes.directions, np.eye(len(axes.left_out)), atol=2e-2
    )
    other_way = Axes(axes.centre, -axes.directions, axes.left_out).on_grid
    np.testing.assert_array_equal(other_way.directions, axes.on_grid.directions)


def test_an_exact_sketch_is_of_whole_numbers(vectors: Samples) -> None:
    kind = exact_kind(64)
    axes = finish(principal_axes(InMemory(vectors, kind)))
    sketch = in_sketch(axes.along(vectors), kind)
    np.testing.assert_array_equal(sketch.vectors, np.rint(axes.along(vectors)))
    assert sketch.kind.unit > 0
    part = finish(sketch.partition(sketch.vectors[:9]))
    np.testing.assert_array_equal(part.means, sketch.kind.on_grid(part.means))
    assert in_sketch(axes.along(vectors), EIGHT_BIT).kind == EIGHT_BIT.of_sketches
