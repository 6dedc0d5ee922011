"""Tests of where the vectors of a plane are."""

import numpy as np
import pytest

from vqcore.signals.wavelet import analysed
from vqcore.signals.waveletgrid import (
    PHASES,
    PLACES,
    TURNED,
    Grid,
    Place,
    bands_of,
    cut,
    laid,
    vectors_of,
)


def test_vectors_are_squares_of_two() -> None:
    band = np.arange(24).reshape(4, 6)
    assert cut(band, 0)[0].tolist() == [[0, 1, 6, 7], [2, 3, 8, 9], [4, 5, 10, 11]]
    assert cut(band, 0)[1, 2].tolist() == [16, 17, 22, 23]


def test_vectors_of_detail_down_are_turned() -> None:
    band = np.arange(24).reshape(4, 6)
    assert cut(band, TURNED).shape == (3, 2, 4)
    assert cut(band, TURNED)[0, 0].tolist() == [0, 6, 1, 7]
    assert cut(band, TURNED)[2, 1].tolist() == [16, 22, 17, 23]


@pytest.mark.parametrize("orientation", range(3))
def test_laying_undoes_cutting(orientation: int) -> None:
    band = np.arange(8 * 12).reshape(8, 12)
    np.testing.assert_array_equal(laid(cut(band, orientation), orientation), band)


@pytest.mark.parametrize("sides", [(64, 64), (64, 192)])
def test_the_vectors_of_a_plane_become_its_bands_again(sides: tuple[int, int]) -> None:
    rng, grid = np.random.default_rng(0), Grid(*sides)
    bands = analysed(rng.normal(size=sides).astype(np.float32))
    vectors = vectors_of(bands)
    assert len(vectors) == grid.total
    for level, found in enumerate(bands_of(vectors, grid)):
        assert all(map(np.array_equal, found, bands.details[level]))


def test_a_plane_of_64_by_64_by_hand() -> None:
    grid = Grid.around(1, 64)
    assert grid == (64, 64)
    assert (grid.total, grid.coarsest) == (3 * (1 + 4 + 16 + 64 + 256), (1, 1))
    parts = [(place, part.start, part.stop) for place, part in grid.parts()]
    assert parts[:4] == [((4, 0), 0, 1), ((4, 1), 1, 2), ((4, 2), 2, 3), ((3, 0), 3, 7)]
    assert parts[-1] == ((0, 2), 767, 1023)
    assert [place for place, *_ in parts] == [*PLACES]


def test_sides_are_turned_where_bands_are() -> None:
    grid = Grid.around(65, 300)
    assert grid == (128, 320)
    assert [grid.vectors(Place(2, it)) for it in range(3)] == [(8, 20), (20, 8), (8, 20)]


def test_all_coarse_bands_share_codewords_but_not_their_network() -> None:
    assert [Place(level, 0).book for level in range(5)] == [0, 2, 4, 6, 6]
    assert [Place(level, 2).sort for level in range(5)] == [1, 3, 5, 7, 9]
    assert Place(2, 0).sort == Place(2, 1).sort == Place(2, 2).sort - 1


def test_passes_take_each_vector_once() -> None:
    for rows, columns in [(1, 1), (1, 4), (3, 2), (4, 4)]:
        taken = np.zeros((rows, columns), int)
        for row, column in PHASES:
            taken[row::2, column::2] += 1
        assert (taken == 1).all()
