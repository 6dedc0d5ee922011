"""Distortion, rate and ratio: each defined once, its unit in its name."""

from __future__ import annotations

import math

import numpy as np
from numpy.typing import NDArray

from vqcore.arrays import Floats, Indices, Samples
from vqcore.work import Work, finish, on_all_cores

PEAK = 255
SSIM_WINDOW = 7
STRIP_ROWS = 24


def mse(original: Samples, reconstruction: Samples) -> float:
    """Return the mean squared error per sample, all channels pooled.

    Parameters
    ----------
    original, reconstruction : uint8 arrays of one shape, (h, w) or (h, w, 3)

    Raises
    ------
    ValueError
        If the shapes differ; the message gives both.

    Examples
    --------
    >>> mse(np.uint8([[0, 10]]), np.uint8([[0, 13]]))
    4.5
    """
    _same_shape(original, reconstruction)
    squares = 0
    for top in range(0, len(original), STRIP_ROWS):
        strip = slice(top, top + STRIP_ROWS)
        difference = original[strip].astype(np.int32) - reconstruction[strip]
        squares += int(np.square(difference).sum(dtype=np.int64))
    return squares / original.size


def psnr_db(mean_squared_error: float) -> float:
    """Return the peak signal-to-noise ratio in decibels, 10·log10(255²/mse); inf for no error.

    Examples
    --------
    >>> round(psnr_db(65.025), 6)
    30.0
    >>> psnr_db(0)
    inf
    """
    if mean_squared_error == 0:
        return math.inf
    return 10 * math.log10(PEAK**2 / mean_squared_error)


def ssim(original: Samples, reconstruction: Samples) -> float | None:
    """Return the mean structural similarity, 1 for equal pictures, or None below 7×7 pixels.

    Scikit-image's definition with its defaults: 7×7 uniform window, sample covariance, colour
    channels averaged. Wang, Bovik, Sheikh & Simoncelli 2004, doi:10.1109/TIP.2003.819861.

    Parameters
    ----------
    original, reconstruction : uint8 arrays of one shape, (h, w) or (h, w, 3)

    Raises
    ------
    ValueError
        If the shapes differ; the message gives both.
    """
    return finish(ssim_work(original, reconstruction))


def ssim_work(original: Samples, reconstruction: Samples) -> Work[float | None]:
    """Do the work of `ssim` in strips that overlap by the window, with a pause after each."""
    _same_shape(original, reconstruction)
    height, width = original.shape[:2]
    if min(height, width) < SSIM_WINDOW:
        return None

    def total(windows: slice) -> float:
        rows = slice(windows.start, windows.stop + SSIM_WINDOW - 1)
        return float(_similarities(original[rows], reconstruction[rows]).sum())

    windows, whole = height - SSIM_WINDOW + 1, 0.0
    tops = range(0, windows, STRIP_ROWS)
    strips = (slice(top, min(top + STRIP_ROWS, windows)) for top in tops)
    for part in on_all_cores(total, strips):
        whole += part
        yield
    columns, channels = width - SSIM_WINDOW + 1, original.size // (height * width)
    return float(whole / (windows * columns * channels))


def _similarities(original: Samples, reconstruction: Samples) -> Floats:
    """Return the structural similarity of each window, from integer sums that are exact."""
    one, other = original.astype(np.int32), reconstruction.astype(np.int32)
    count = SSIM_WINDOW**2
    sum_one, sum_other = _window_sums(one), _window_sums(other)
    squares, product = sum_one**2 + sum_other**2, sum_one * sum_other
    variances = count * _window_sums(one**2 + other**2) - squares
    covariances = count * _window_sums(one * other) - product
    brightness = (0.01 * PEAK * count) ** 2
    contrast = (0.03 * PEAK) ** 2 * count * (count - 1)
    upper = (2 * product + brightness) * (2 * covariances + contrast)
    return upper / ((squares + brightness) * (variances + contrast))


def _window_sums(values: Indices) -> Indices:
    """Sum each 7×7 window: 7 = 4 + 2 + 1, down and across."""
    for axis in (0, 1):
        values = values.swapaxes(0, axis)
        two = values[:-1] + values[1:]
        four = two[:-2] + two[2:]
        values = (four[:-3] + two[4:-1] + values[6:]).swapaxes(0, axis)
    return values


def index_entropy_bits(*use: NDArray[np.integer]) -> float:
    """Return the first-order entropy of the indices, in bits per block, all columns together.

    Parameters
    ----------
    use : for each column an integer array of shape (K_j,)
        How many blocks use each codeword.

    Examples
    --------
    >>> index_entropy_bits(np.array([2, 1, 1, 0]))
    1.5
    >>> index_entropy_bits(np.array([2, 1, 1, 0]), np.array([2, 2]))
    2.5
    """
    return sum(map(_entropy_bits, use), 0.0)


def _entropy_bits(use: NDArray[np.integer]) -> float:
    share = use[use > 0] / use.sum()
    return float(max(0.0, -(share * np.log2(share)).sum()))


def nominal_bytes(blocks: int, *sizes: int) -> float:
    """Return the bytes of n indices a column, log2(K) bits each: the textbook's, no codebook.

    Examples
    --------
    >>> nominal_bytes(36864, 32), nominal_bytes(36864, 8, 4)
    (23040.0, 23040.0)
    """
    return blocks * sum(map(math.log2, sizes)) / 8


def entropy_bytes(*use: NDArray[np.integer]) -> float:
    """Return the bytes of the indices at their first-order entropy: a bound, not a file.

    Parameters
    ----------
    use : as in `index_entropy_bits`
    """
    return sum(float(of_column.sum()) * index_entropy_bits(of_column) for of_column in use) / 8


def compression_ratio(raw_bytes: float, coded_bytes: float) -> float:
    """Return raw bytes over coded bytes; inf where nothing is coded.

    Examples
    --------
    >>> compression_ratio(1536 * 1536, nominal_bytes(36864, 32))
    102.4
    >>> compression_ratio(1536 * 1536, nominal_bytes(36864, 1))
    inf
    """
    return raw_bytes / coded_bytes if coded_bytes else math.inf


def rate_bpp(coded_bytes: float, width: int, height: int) -> float:
    """Return bits per picture pixel.

    Examples
    --------
    >>> rate_bpp(nominal_bytes(192 * 128, 1024), 768, 512)
    0.625
    """
    return 8 * coded_bytes / (width * height)


def _same_shape(original: Samples, reconstruction: Samples) -> None:
    """Refuse two pictures that cannot be compared sample by sample."""
    if original.shape != reconstruction.shape:
        raise ValueError(f"shapes differ: {original.shape} and {reconstruction.shape}")
