"""Tests of the cells that the page draws: beside scipy's, and by brute force."""

from collections.abc import Callable, Iterator

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra import numpy as arrays
from node import calling
from numpy.typing import NDArray
from scipy.spatial import Voronoi

from vqcore.lab.plane import first_codewords, lloyd_path, pair_density
from vqcore.signals.pictures import sample_picture

Cells = Callable[[NDArray], list[NDArray]]

GRID = np.stack(np.meshgrid(*[np.linspace(0, 255, 511)] * 2), axis=-1).reshape(-1, 2)


@pytest.fixture(scope="module")
def cells() -> Iterator[Cells]:
    """The page's function: codewords (K, 2) in float32 -> K polygons (corners, 2)."""
    with calling("cells.js") as call:

        def cells_of(codewords: NDArray) -> list[NDArray]:
            flat = call("cellsOf", codewords.astype(np.float32).ravel().tolist())
            return [np.reshape(cell, (-1, 2)) for cell in flat]

        yield cells_of


def spread(size: int, seed: int = 0) -> NDArray[np.float64]:
    return np.random.default_rng(seed).uniform(0, 255, (size, 2))


def depths(points: NDArray, polygon: NDArray) -> NDArray:
    """Return how far inside a convex polygon each point lies; below 0 is outside."""
    edges = np.roll(polygon, -1, axis=0) - polygon
    lengths = np.hypot(*edges.T)
    edges, corners = edges[lengths > 1e-9], polygon[lengths > 1e-9]
    offsets = points[:, None] - corners
    sides = edges[:, 0] * offsets[..., 1] - edges[:, 1] * offsets[..., 0]
    return (np.sign(area(polygon)) * sides / lengths[lengths > 1e-9]).min(axis=1)


def area(polygon: NDArray) -> float:
    """Return the area, above 0 if the corners go round against the clock."""
    following = np.roll(polygon, -1, axis=0)
    return float((polygon[:, 0] * following[:, 1] - polygon[:, 1] * following[:, 0]).sum() / 2)


def scipys(codewords: NDArray) -> list[NDArray]:
    """Return the cells by scipy: mirrored at the four borders, codewords have these as edges."""
    mirrored = [codewords]
    for axis, border in ((0, 0), (0, 255), (1, 0), (1, 255)):
        other = codewords.copy()
        other[:, axis] = 2 * border - other[:, axis]
        mirrored.append(other)
    diagram = Voronoi(np.concatenate(mirrored))
    regions = diagram.point_region[: len(codewords)]
    return [diagram.vertices[diagram.regions[region]] for region in regions]


@pytest.mark.parametrize("size", [1, 2, 9, 64])
def test_cells_are_those_of_scipy(cells: Cells, size: int) -> None:
    codewords = spread(size, seed=size).astype(np.float32).astype(np.float64)
    for own, expected in zip(cells(codewords), scipys(codewords), strict=True):
        assert len(own) == len(expected)
        apart = np.abs(own[:, None] - expected).max(axis=2)
        assert apart.min(axis=1).max() < 1e-6
        assert abs(area(own)) == pytest.approx(abs(area(expected)), abs=1e-6)


@pytest.mark.parametrize(
    "codewords",
    [
        spread(1),
        spread(2),
        spread(7),
        spread(64),
        np.rint(spread(64, seed=1)),
        np.float64([[0, 0]]),
        np.float64([[0, 0], [255, 255], [0, 255], [255, 0]]),
        np.stack([np.linspace(0, 255, 9)] * 2, axis=1),
        np.stack([np.full(9, 40), np.linspace(0, 255, 9)], axis=1),
        np.stack(np.meshgrid([0, 100, 255], [0, 128, 255]), axis=-1).reshape(-1, 2) * 1.0,
    ],
    ids=["1", "2", "7", "64", "whole", "corner", "corners", "diagonal", "column", "lattice"],
)
def test_every_point_of_a_fine_grid_is_in_the_cell_of_its_nearest_codeword(
    cells: Cells, codewords: NDArray
) -> None:
    polygons = cells(codewords)
    nearest = np.square(GRID[:, None] - codewords).sum(axis=2).argmin(axis=1)
    for index, polygon in enumerate(polygons):
        assert depths(GRID[nearest == index], polygon).min(initial=0) > -0.002
    assert sum(abs(area(polygon)) for polygon in polygons) == pytest.approx(255**2, rel=1e-9)


@pytest.mark.parametrize("name", ["camera", "china"])
def test_cells_of_each_step_fill_the_square(cells: Cells, name: str) -> None:
    density = pair_density(sample_picture(name))
    for step in lloyd_path(density, first_codewords(density, 64, "random")).codewords[::10]:
        polygons = cells(step)
        assert sum(abs(area(polygon)) for polygon in polygons) == pytest.approx(255**2, rel=1e-9)
        assert all(0 <= polygon.min() <= polygon.max() <= 255 for polygon in polygons)


levels = st.one_of(st.sampled_from([0.0, 127.5, 255.0]), st.floats(0, 255, width=32))


@given(arrays.arrays(np.float32, st.tuples(st.integers(1, 12), st.just(2)), elements=levels))
def test_cells_of_anything_fill_the_square(cells: Cells, codewords: NDArray) -> None:
    polygons = cells(codewords)
    assert sum(abs(area(polygon)) for polygon in polygons) == pytest.approx(255**2, rel=1e-6)
    for place, polygon in zip(codewords, polygons, strict=True):
        assert abs(area(polygon)) < 1e-6 or depths(place[None], polygon)[0] > -0.002


def test_coincident_codewords_leave_the_others_no_corners(cells: Cells) -> None:
    corners = [len(cell) for cell in cells(np.float64([[9, 9], [200, 9], [9, 9], [9, 9]]))]
    assert corners == [4, 4, 0, 0]
