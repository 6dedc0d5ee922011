"""Tests of the filter bank: a plane <-> its bands, a picture <-> its planes."""

import numpy as np
import pytest
from numpy.polynomial import Legendre
from numpy.typing import NDArray

from vqcore.signals.wavelet import (
    HIGH_DOWN,
    LEVELS,
    LOW_DOWN,
    Bands,
    analysed,
    pixels_of,
    planes_of,
    synthesised,
)

Plane = NDArray[np.float32]


def noise(height: int, width: int, seed: int = 0) -> Plane:
    return np.random.default_rng(seed).integers(-128, 128, (height, width)).astype(np.float32)


def every(bands: Bands) -> NDArray[np.float64]:
    """Return all coefficients, one after another."""
    details = [band for level in bands.details for band in level]
    return np.concatenate([np.ravel(band) for band in [bands.coarse, *details]]).astype(np.float64)


def halved(samples: Plane, taps: Plane) -> NDArray[np.float64]:
    """Return every second sum of a row times the taps, the row being mirrored at its ends."""
    wide = np.pad(samples.astype(np.float64), ((0, 0), (20, 20)), mode="symmetric")
    first = 20 - (len(taps) // 2 - 1)
    found = [np.convolve(row, taps[::-1].astype(np.float64), mode="valid") for row in wide]
    return np.stack(found)[:, first : first + samples.shape[1] : 2]


def test_a_level_is_a_convolution_of_mirrored_rows_and_columns() -> None:
    plane, found = noise(64, 128), analysed(noise(64, 128)).details[0]
    low, high = halved(plane, LOW_DOWN), halved(plane, HIGH_DOWN)
    expected = [halved(high.T, LOW_DOWN).T, halved(low.T, HIGH_DOWN).T, halved(high.T, HIGH_DOWN).T]
    for band, by_convolution in zip(found, expected, strict=True):
        np.testing.assert_allclose(band, by_convolution, atol=2e-4)


@pytest.mark.parametrize("sides", [(64, 64), (128, 64), (64, 320)])
def test_bands_become_the_plane_again(sides: tuple[int, int]) -> None:
    plane = noise(*sides)
    bands = analysed(plane)
    assert bands.coarse.shape == (sides[0] >> 6, sides[1] >> 6)
    assert [level[0].shape[0] for level in bands.details] == [sides[0] >> it for it in range(1, 7)]
    assert every(bands).size == plane.size
    assert {band.dtype.name for level in bands.details for band in level} == {"float32"}
    np.testing.assert_allclose(synthesised(bands), plane, atol=2e-4)


def test_a_flat_plane_has_no_details_and_64_times_its_level() -> None:
    bands = analysed(np.full((64, 64), 3, np.float32))
    np.testing.assert_allclose(bands.coarse, 192, rtol=1e-5)
    assert max(np.abs(band).max() for level in bands.details for band in level) < 1e-4


@pytest.mark.parametrize("degree", range(7))
def test_polynomials_have_no_details_but_at_their_edges(degree: int) -> None:
    row = 100 * Legendre.basis(degree)(np.linspace(-1, 1, 128))
    across, down, both = analysed(np.tile(row, (64, 1)).astype(np.float32)).details[0]
    assert np.abs(across[:, 8:-8]).max() < 1e-4
    assert max(np.abs(down).max(), np.abs(both).max()) < 1e-4
    assert (np.abs(across).max() > 0.1) == (degree > 0)


@pytest.mark.parametrize("seed", range(4))
def test_squares_of_coefficients_add_up_to_nearly_those_of_samples(seed: int) -> None:
    """So that an error counts alike in each band: the bank is orthogonal to within a tenth."""
    for plane in (noise(64, 128, seed), np.cumsum(noise(64, 128, seed), axis=1, dtype=np.float32)):
        ratio = np.square(every(analysed(plane))).sum() / np.square(plane, dtype=np.float64).sum()
        assert 0.9 < ratio < 1.1


def test_the_mirror_image_has_mirrored_bands() -> None:
    plane = noise(64, 64)
    one, other = analysed(plane), analysed(np.ascontiguousarray(plane[:, ::-1]))
    for level in range(LEVELS):
        for (across, down, both), mirrored in [(one.details[level], other.details[level])]:
            for band, sign, image in zip((across, down, both), (-1, 1, -1), mirrored, strict=True):
                np.testing.assert_allclose(image, sign * band[:, ::-1], atol=2e-4)


# ----------------------------------------------------------------------------------------- pictures


def test_all_gray_levels_come_back() -> None:
    pixels = np.arange(256, dtype=np.uint8).reshape(4, 64)
    [plane] = planes_of(pixels)
    assert (plane.shape, plane[0, 0], plane[3, 63]) == ((64, 64), -128, 127)
    np.testing.assert_array_equal(pixels_of([plane[:4]]), pixels)


def test_all_colours_come_back() -> None:
    pixels = np.random.default_rng(3).integers(0, 256, (128, 192, 3)).astype(np.uint8)
    pixels[0, :8] = [(r, g, b) for r in (0, 255) for g in (0, 255) for b in (0, 255)]
    np.testing.assert_array_equal(pixels_of(planes_of(pixels)), pixels)


def test_planes_are_those_of_bt_601() -> None:
    red, gray = planes_of(np.uint8([[[255, 0, 0]]])), planes_of(np.uint8([[[7, 7, 7]]]))
    np.testing.assert_allclose([plane[0, 0] for plane in red], [-51.755, -43.028, 127.5], atol=1e-2)
    np.testing.assert_allclose([plane[0, 0] for plane in gray], [-121, 0, 0], atol=1e-5)


def test_a_picture_is_continued_by_its_edge_to_multiples_of_64() -> None:
    pixels = np.arange(6, dtype=np.uint8).reshape(2, 3)
    [plane] = planes_of(pixels)
    assert plane.shape == (64, 64)
    assert (plane[1:, 2:] == 5 - 128).all()
    assert (plane[1:, 0] == 3 - 128).all()


def test_samples_end_at_black_and_white() -> None:
    assert pixels_of([np.float32([[-300, 300, 0.4]])]).tolist() == [[0, 255, 128]]
