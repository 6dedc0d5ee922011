"""Tests of metrics: every figure by hand, and against scikit-image and scipy."""

import math
import re

import numpy as np
import pytest
import scipy.stats
import skimage.metrics
from helpers import photograph, smooth_picture
from hypothesis import given, settings
from hypothesis import strategies as st
from numpy.typing import NDArray

from vqcore import metrics
from vqcore.codebooks.codebook import Codebook
from vqcore.metrics import STRIP_ROWS

Pixels = NDArray[np.uint8]

uses = st.lists(st.integers(0, 1000), min_size=1, max_size=40).filter(any).map(np.array)


def noisy(pixels: Pixels, seed: int = 0) -> Pixels:
    noise = np.random.default_rng(seed).normal(0, 12, pixels.shape)
    return (pixels + noise).round().clip(0, 255).astype(np.uint8)


def pair(height: int, width: int, *, gray: bool) -> tuple[Pixels, Pixels]:
    original = smooth_picture(height, width, gray=gray).pixels
    return original, noisy(original)


PHOTOGRAPHS = [
    pytest.param(photograph(name).pixels[100:291, 50:300], id=name)
    for name in ("camera", "chelsea", "coffee")
]

# --------------------------------------------------------------------------------------- distortion


@pytest.mark.parametrize(
    ("original", "reconstruction", "expected"),
    [
        ([[7]], [[7]], 0),
        ([[0]], [[255]], 65025),
        ([[255]], [[0]], 65025),
        ([[3, 250]], [[250, 3]], 247**2),
        ([[0, 0], [0, 0]], [[1, 2], [3, 4]], 7.5),
        ([[[0, 0, 0]]], [[[1, 2, 2]]], 3),
    ],
    ids=["equal", "up", "down", "both ways", "mean of four", "channels pooled"],
)
def test_mse_by_hand(original: list[object], reconstruction: list[object], expected: float) -> None:
    assert metrics.mse(np.uint8(original), np.uint8(reconstruction)) == expected


@pytest.mark.parametrize("pixels", PHOTOGRAPHS)
def test_mse_is_scikit_images(pixels: Pixels) -> None:
    expected = skimage.metrics.mean_squared_error(pixels, noisy(pixels))
    assert metrics.mse(pixels, noisy(pixels)) == pytest.approx(expected, rel=1e-12)


@pytest.mark.parametrize("height", [1, STRIP_ROWS - 1, STRIP_ROWS, STRIP_ROWS + 1, 3 * STRIP_ROWS])
def test_mse_sees_every_row(height: int) -> None:
    black = np.zeros((height, 2), np.uint8)
    for row in range(height):
        changed = black.copy()
        changed[row, 1] = 10
        assert metrics.mse(black, changed) == 100 / (2 * height)


@pytest.mark.parametrize(
    ("mean_squared_error", "decibels"),
    [(65025, 0), (6502.5, 10), (65.025, 30), (0.65025, 50), (1, 48.130803608679)],
)
def test_psnr_by_hand(mean_squared_error: float, decibels: float) -> None:
    assert metrics.psnr_db(mean_squared_error) == pytest.approx(decibels, rel=1e-12, abs=1e-12)


def test_psnr_of_no_error_is_infinite() -> None:
    assert metrics.psnr_db(0) == metrics.psnr_db(0.0) == math.inf


@pytest.mark.parametrize("pixels", PHOTOGRAPHS)
def test_psnr_is_scikit_images(pixels: Pixels) -> None:
    expected = skimage.metrics.peak_signal_noise_ratio(pixels, noisy(pixels), data_range=255)
    found = metrics.psnr_db(metrics.mse(pixels, noisy(pixels)))
    assert found == pytest.approx(expected, rel=1e-12)


# --------------------------------------------------------------------------------------------- ssim


@pytest.mark.parametrize("pixels", PHOTOGRAPHS)
def test_ssim_is_scikit_images(pixels: Pixels) -> None:
    channel_axis = 2 if pixels.ndim == 3 else None
    expected = skimage.metrics.structural_similarity(
        pixels, noisy(pixels), channel_axis=channel_axis
    )
    assert metrics.ssim(pixels, noisy(pixels)) == pytest.approx(expected, rel=1e-12)


@pytest.mark.parametrize("gray", [True, False], ids=["gray", "colour"])
@pytest.mark.parametrize(
    ("height", "width"),
    [(7, 7), (8, 9), (7, 50), (37, 8), (38, 7), (39, 11), (69, 8), (70, 8), (71, 8), (102, 8)],
)
def test_ssim_in_strips_is_that_of_the_whole(height: int, width: int, gray: bool) -> None:
    original, reconstruction = pair(height, width, gray=gray)
    expected = skimage.metrics.structural_similarity(
        original, reconstruction, channel_axis=None if gray else 2
    )
    assert metrics.ssim(original, reconstruction) == pytest.approx(expected, rel=1e-12)


def test_ssim_by_hand() -> None:
    # Two flat pictures differ in luminance only: (2·0·255 + c) / (0² + 255² + c), c = (255/100)².
    black, white = np.zeros((9, 9), np.uint8), np.full((9, 9), 255, np.uint8)
    assert metrics.ssim(black, white) == pytest.approx(1e-4 / (1 + 1e-4), rel=1e-12)


@pytest.mark.parametrize("gray", [True, False], ids=["gray", "colour"])
def test_ssim_of_equal_pictures_is_one(gray: bool) -> None:
    pixels = smooth_picture(50, 40, gray=gray).pixels
    assert metrics.ssim(pixels, pixels) == pytest.approx(1, rel=1e-12)


@pytest.mark.parametrize("gray", [True, False], ids=["gray", "colour"])
@pytest.mark.parametrize(("height", "width"), [(1, 1), (6, 100), (100, 6), (6, 6)])
def test_ssim_is_none_below_its_window(height: int, width: int, gray: bool) -> None:
    original, reconstruction = pair(height, width, gray=gray)
    assert metrics.ssim(original, reconstruction) is None


@pytest.mark.parametrize(("height", "pauses"), [(7, 1), (30, 1), (31, 2), (54, 2), (55, 3)])
def test_ssim_pauses_after_each_strip(height: int, pauses: int) -> None:
    assert sum(1 for _ in metrics.ssim_work(*pair(height, 8, gray=True))) == pauses


@pytest.mark.parametrize("measure", [metrics.mse, metrics.ssim])
@pytest.mark.parametrize("shape", [(9, 8), (8, 10), (8, 9, 3), (1, 9)], ids=str)
def test_pictures_of_different_shapes_are_refused(measure: object, shape: tuple[int, ...]) -> None:
    with pytest.raises(ValueError, match=re.escape(f"(8, 9) and {shape}")):
        measure(np.zeros((8, 9), np.uint8), np.zeros(shape, np.uint8))


# ------------------------------------------------------------------------------------------ entropy


@pytest.mark.parametrize(
    ("use", "bits"),
    [
        ([1], 0),
        ([9, 0, 0], 0),
        ([1, 1], 1),
        ([5, 5, 0, 5, 5], 2),
        ([2, 1, 1, 0], 1.5),
        ([4, 2, 1, 1], 1.75),
        ([1] * 1024, 10),
    ],
    ids=["one", "one of three", "two", "four of five", "1.5", "1.75", "1024"],
)
def test_entropy_by_hand(use: list[int], bits: float) -> None:
    found = metrics.index_entropy_bits(np.array(use))
    assert found == bits
    assert math.copysign(1, found) == 1  # -0.0 would be shown with its sign
    assert metrics.entropy_bytes(np.array(use)) == sum(use) * bits / 8


@settings(deadline=None)
@given(uses)
def test_entropy_is_scipys(use: NDArray[np.int64]) -> None:
    expected = scipy.stats.entropy(use, base=2)
    assert metrics.index_entropy_bits(use) == pytest.approx(expected, rel=1e-12, abs=1e-12)


@settings(deadline=None)
@given(uses)
def test_the_entropy_is_never_above_the_nominal_figure(use: NDArray[np.int64]) -> None:
    nominal = metrics.nominal_bytes(int(use.sum()), len(use))
    assert 0 <= metrics.entropy_bytes(use) <= nominal * (1 + 1e-12)


# ------------------------------------------------------------------------- rates, as the books have


@pytest.mark.parametrize(("size", "ratio"), [(32, 102.4), (2, 512), (1, math.inf)])
def test_nominal_ratio_of_36864_blocks(size: int, ratio: float) -> None:
    assert metrics.compression_ratio(1536 * 1536, metrics.nominal_bytes(36864, size)) == ratio


def test_4_by_4_blocks_at_1024_codewords() -> None:
    coded = metrics.nominal_bytes(192 * 128, 1024)
    assert metrics.rate_bpp(coded, 768, 512) == 0.625
    assert metrics.compression_ratio(768 * 512, coded) == 12.8


@pytest.mark.parametrize(
    ("samples", "size", "codebook_bits"), [(2, 4, 64), (4, 16, 512), (6, 64, 3072), (8, 256, 16384)]
)
def test_one_bit_a_pixel(samples: int, size: int, codebook_bits: int) -> None:
    coded = metrics.nominal_bytes(768 * 512 // samples, size)
    assert metrics.rate_bpp(coded, 768, 512) == 1
    assert metrics.compression_ratio(768 * 512, coded) == 8
    assert Codebook(np.zeros((size, samples), np.uint8)).bytes * 8 == codebook_bits


@pytest.mark.parametrize(
    ("blocks", "size", "coded"), [(8, 2, 1), (1, 1, 0), (100, 4096, 150), (10, 100, 8.30482)]
)
def test_nominal_bytes_by_hand(blocks: int, size: int, coded: float) -> None:
    assert metrics.nominal_bytes(blocks, size) == pytest.approx(coded, rel=1e-6)


@settings(deadline=None)
@given(st.integers(1, 5000), st.integers(1, 5000), st.integers(1, 10**7))
def test_rate_and_ratio_of_a_gray_picture_multiply_to_8_bits(
    width: int, height: int, coded: int
) -> None:
    rate = metrics.rate_bpp(coded, width, height)
    assert rate * metrics.compression_ratio(width * height, coded) == pytest.approx(8, rel=1e-12)
