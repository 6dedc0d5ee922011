"""Tests of metrics: every figure by hand, and against scikit-image and scipy."""

import itertools
import math
import re

import numpy as np
import pytest
import scipy.stats
import skimage.metrics
from helpers import photograph, smooth_picture
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra import numpy as arrays
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


def vector_error(original: Pixels, reconstruction: Pixels) -> float:
    return metrics.vector_error(original, reconstruction, (2, 2))


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


@pytest.mark.parametrize(
    ("mean_squared_error", "peak", "decibels"),
    [(100, 100, 20), (1, 1, 0), (0.01, 1, 20), (655.36, 256, 20), (0, 1, math.inf)],
)
def test_psnr_with_another_peak(mean_squared_error: float, peak: float, decibels: float) -> None:
    assert metrics.psnr_db(mean_squared_error, peak) == pytest.approx(decibels, abs=1e-12)


@pytest.mark.parametrize("pixels", PHOTOGRAPHS)
def test_psnr_is_scikit_images(pixels: Pixels) -> None:
    expected = skimage.metrics.peak_signal_noise_ratio(pixels, noisy(pixels), data_range=255)
    found = metrics.psnr_db(metrics.mse(pixels, noisy(pixels)))
    assert found == pytest.approx(expected, rel=1e-12)


def test_distortion_by_hand() -> None:
    # Errors 1, 0, 5, 2: squares 1 + 0 + 25 + 4 = 30, absolutes 8. The signal 10, 20, 30, 40 has
    # squares 100 + 400 + 900 + 1600 = 3000 and, about its mean of 25, 225 + 25 + 25 + 225 = 500.
    found = metrics.distortion(np.uint8([[10, 20], [30, 40]]), np.uint8([[11, 20], [25, 42]]))
    assert (found.mse, found.mae, found.largest_error) == (7.5, 2, 5)
    assert found.rmse == math.sqrt(7.5)
    assert found.psnr_db == metrics.psnr_db(7.5)
    assert found.snr_db == pytest.approx(20, rel=1e-12)  # 3000 / 30 = 100
    assert found.snr_variance_db == pytest.approx(10 * math.log10(500 / 30), rel=1e-12)


def test_distortion_of_a_colour_picture_pools_its_channels() -> None:
    # Errors 3, 4, 0, 0, 0, 5: squares 50, absolutes 12. Samples 3, 4, 0, 0, 0, 5 against black.
    found = metrics.distortion(np.uint8([[[3, 4, 0], [0, 0, 5]]]), np.zeros((1, 2, 3), np.uint8))
    assert (found.mse, found.mae, found.largest_error) == (50 / 6, 2, 5)
    assert found.snr_db == 0
    assert found.snr_variance_db == pytest.approx(10 * math.log10((50 - 12**2 / 6) / 50))


@pytest.mark.parametrize(
    ("original", "rebuilt", "expected"),
    [
        (0, 0, (math.inf, None, None)),
        (0, 1, (metrics.psnr_db(1), None, None)),
        (7, 7, (math.inf, math.inf, None)),
        (10, 9, (metrics.psnr_db(1), 20, None)),
    ],
    ids=["black", "black, rebuilt as gray", "even", "even, rebuilt darker"],
)
def test_pictures_without_power_or_variance(original: int, rebuilt: int, expected: object) -> None:
    found = metrics.distortion(*(np.full((3, 2), tone, np.uint8) for tone in (original, rebuilt)))
    assert (found.psnr_db, found.snr_db, found.snr_variance_db) == expected


def test_without_error_all_ratios_are_infinite() -> None:
    pixels = np.uint8([[0, 10], [20, 30]])
    found = metrics.distortion(pixels, pixels)
    assert (found.mse, found.rmse, found.mae, found.largest_error) == (0, 0, 0, 0)
    assert found.psnr_db == found.snr_db == found.snr_variance_db == math.inf


@pytest.mark.parametrize("height", [1, STRIP_ROWS, STRIP_ROWS + 1, 3 * STRIP_ROWS])
def test_distortion_sees_every_row(height: int) -> None:
    black = np.zeros((height, 2), np.uint8)
    for row in range(height):
        changed = black.copy()
        changed[row, 1] = 10
        found = metrics.distortion(changed, black)
        assert (found.mse, found.mae, found.largest_error) == (50 / height, 5 / height, 10)
        assert found.snr_db == 0


two_pictures = st.integers(0, 255).flatmap(
    lambda most: arrays.arrays(
        np.uint8,
        st.tuples(st.just(2), st.integers(1, 60), st.integers(1, 9)),
        elements=st.integers(0, most),
    )
)


@given(two_pictures)
def test_relations_of_distortions(both: Pixels) -> None:
    found = metrics.distortion(*both)
    one, other = both.astype(np.int64)
    assert found.mse == metrics.mse(*both) == pytest.approx(found.rmse**2, rel=1e-12)
    assert found.mae <= found.rmse * (1 + 1e-12)
    assert found.rmse <= found.largest_error * (1 + 1e-12)
    assert found.largest_error == np.abs(one - other).max()
    if found.snr_variance_db is not None:
        assert found.snr_db >= found.snr_variance_db
        expected = 10 * np.log10(one.var() / found.mse) if found.mse else math.inf
        assert found.snr_variance_db == pytest.approx(expected, rel=1e-9, abs=1e-9)


@pytest.mark.parametrize(
    ("block", "expected"),
    [((1, 1), 3.5), ((2, 1), 5), ((1, 2), 5), ((2, 2), math.sqrt(50))],
    ids=str,
)
def test_vector_error_by_hand(block: tuple[int, int], expected: float) -> None:
    # Errors 3, 4 over 4, 3: 14 / 4 a pixel; each pair across or down has the norm 5, all four √50.
    original, rebuilt = np.uint8([[10, 10], [10, 10]]), np.uint8([[13, 6], [14, 7]])
    assert metrics.vector_error(original, rebuilt, block) == pytest.approx(expected, rel=1e-12)


def test_vector_error_of_colours_is_of_all_channels_of_a_block() -> None:
    # Pixels (1, 2, 2) and (0, 0, 0) off: norms 3 and 0 by pixel, 3 together.
    original, rebuilt = np.zeros((1, 2, 3), np.uint8), np.uint8([[[1, 2, 2], [0, 0, 0]]])
    assert metrics.vector_error(original, rebuilt, (1, 1)) == 1.5
    assert metrics.vector_error(original, rebuilt, (2, 1)) == 3


def test_vector_error_counts_a_block_cut_by_the_edge_as_one() -> None:
    # Three pixels in blocks of two: (6, 8) has the norm 10, and what is left, 7, its own.
    assert metrics.vector_error(np.uint8([[6, 8, 7]]), np.zeros((1, 3), np.uint8), (2, 1)) == 8.5
    assert (
        metrics.vector_error(np.uint8([[6], [8], [7]]), np.zeros((3, 1), np.uint8), (1, 2)) == 8.5
    )


@pytest.mark.parametrize("pixels", PHOTOGRAPHS)
@pytest.mark.parametrize("block", [(1, 1), (8, 8), (16, 1), (5, 32)], ids=str)
def test_vector_error_is_that_of_every_block(pixels: Pixels, block: tuple[int, int]) -> None:
    (wide, high), errors = block, noisy(pixels).astype(float) - pixels
    corners = itertools.product(range(0, 191, high), range(0, 250, wide))
    norms = [np.linalg.norm(errors[y : y + high, x : x + wide]) for y, x in corners]
    found = metrics.vector_error(pixels, noisy(pixels), block)
    assert found == pytest.approx(np.mean(norms), rel=1e-12)


@given(two_pictures, st.integers(1, 40), st.integers(1, 40))
def test_vector_error_is_at_most_the_root_of_a_blocks_mean_square(
    both: Pixels, wide: int, high: int
) -> None:
    height, width = both.shape[1:]
    blocks = math.ceil(height / high) * math.ceil(width / wide)
    most = math.sqrt(metrics.mse(*both) * height * width / blocks)
    assert metrics.vector_error(*both, (wide, high)) <= most * (1 + 1e-9)


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


@pytest.mark.parametrize("measure", [metrics.mse, metrics.ssim, metrics.distortion, vector_error])
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


@given(uses)
def test_entropy_is_scipys(use: NDArray[np.int64]) -> None:
    expected = scipy.stats.entropy(use, base=2)
    assert metrics.index_entropy_bits(use) == pytest.approx(expected, rel=1e-12, abs=1e-12)


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
    assert metrics.bits_per_block(coded, 192 * 128) == 10


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


@given(st.integers(1, 5000), st.integers(1, 5000), st.integers(1, 10**7))
def test_rate_and_ratio_of_a_gray_picture_multiply_to_8_bits(
    width: int, height: int, coded: int
) -> None:
    rate = metrics.rate_bpp(coded, width, height)
    assert rate * metrics.compression_ratio(width * height, coded) == pytest.approx(8, rel=1e-12)
