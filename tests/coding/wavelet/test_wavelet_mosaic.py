"""Tests of the bands of luma as one picture."""

import numpy as np
import pytest
from wavelet_cases import encoded_at, part_of_a_photograph

from vqcore.coding.wavelet import mosaic as drawing
from vqcore.coding.wavelet.encoded import EncodedWavelet, luma_bands
from vqcore.coding.wavelet.mosaic import mosaic_of, smaller, times_smaller
from vqcore.coding.wavelet.tables import STEPS
from vqcore.lab.sweeps import Step
from vqcore.signals.pictures import Picture


def encoded_of(step: Step) -> EncodedWavelet:
    assert isinstance(step.encoded, EncodedWavelet)
    return step.encoded


def test_of_one_gray_all_detail_is_the_middle_and_the_rest_that_gray() -> None:
    flat = encoded_of(encoded_at(Picture(np.full((128, 192), 90, np.uint8), ""), 4, 0))
    mosaic = mosaic_of(flat)
    assert mosaic.shape == (128, 192)
    assert set(np.unique(mosaic[:2, :3])) == {90}
    assert set(np.unique(mosaic[65:, 97:])) == {128}
    assert (mosaic[64] == 0).all()
    assert (mosaic[:, 96] == 0).all()


@pytest.mark.parametrize(("high", "wide"), [(128, 128), (70, 131)])
def test_details_are_where_their_band_is_as_strong_as_is_said(high: int, wide: int) -> None:
    encoded = encoded_of(encoded_at(part_of_a_photograph(high, wide), 16, 14))
    mosaic, (_, details) = mosaic_of(encoded), luma_bands(encoded)
    assert mosaic.shape == (high, wide)
    top, left = -(-high // 2), -(-wide // 2)
    drawn = mosaic[:top, left + 1 :], mosaic[top + 1 :, :left], mosaic[top + 1 :, left + 1 :]
    firsts = (0, 1), (1, 0), (1, 1)
    for shown, band, (row, column) in zip(drawn, details[0], firsts, strict=True):
        rows, columns = shown.shape
        own = band[row : row + rows, column : column + columns] / STEPS[14]
        away = np.minimum(24 * np.log2(1 + np.abs(own)), 127)
        np.testing.assert_allclose(shown.astype(float) - 128, np.sign(own) * away, atol=0.51)
    assert len(np.unique(drawn[0])) > 5


@pytest.mark.parametrize("sides", [(1, 1), (1, 5), (3, 2)])
def test_of_a_few_pixels_there_are_hardly_bands(sides: tuple[int, int]) -> None:
    """No lines are where there is no detail on their other side."""
    tiny = encoded_of(encoded_at(Picture(np.full(sides, 90, np.uint8), ""), 1, 0))
    mosaic = mosaic_of(tiny)
    assert mosaic[0, 0] == 90
    lines = [-(-side // 2) for side in sides]
    assert [(mosaic[-1] == 0).all(), (mosaic[:, -1] == 0).all()] == [
        line == side - 1 for line, side in zip(lines, sides, strict=True)
    ]


def test_what_is_larger_than_a_screen_is_drawn_by_its_strongest(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(drawing, "WIDEST", 3)
    wide = np.uint8([[128, 130, 128, 128, 0], [128, 120, 129, 128, 128]])
    assert times_smaller(*wide.shape) == 2
    np.testing.assert_array_equal(smaller(wide), [[120, 129, 0]])
    np.testing.assert_array_equal(smaller(wide[:, :3]), wide[:, :3])
