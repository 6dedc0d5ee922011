"""Distortion, rate and ratio: each defined once, its unit in its name."""

from __future__ import annotations

import math

import numpy as np
from numpy.typing import NDArray

from vqcore.work import Work, finish

Pixels = NDArray[np.uint8]

PEAK = 255
SSIM_WINDOW = 7
STRIP_ROWS = 32


def mse(original: Pixels, reconstruction: Pixels) -> float:
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


def ssim(original: Pixels, reconstruction: Pixels) -> float | None:
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


def ssim_work(original: Pixels, reconstruction: Pixels) -> Work[float | None]:
    """Do the work of `ssim` in strips that overlap by the window, with a pause after each.

    The value is that of the whole picture; on 12 megapixels it takes a fifth of the time.
    """
    from skimage.metrics import structural_similarity

    _same_shape(original, reconstruction)
    windows = len(original) - SSIM_WINDOW + 1
    if min(original.shape[:2]) < SSIM_WINDOW:
        return None
    total, channel_axis = 0.0, 2 if original.ndim == 3 else None
    for top in range(0, windows, STRIP_ROWS):
        rows = min(STRIP_ROWS, windows - top)
        strip = slice(top, top + rows + SSIM_WINDOW - 1)
        pair = original[strip], reconstruction[strip]
        total += rows * structural_similarity(*pair, channel_axis=channel_axis)
        yield
    return float(total / windows)


def index_entropy_bits(use: NDArray[np.integer]) -> float:
    """Return the first-order entropy of the indices, in bits per block.

    Parameters
    ----------
    use : integer array of shape (K,)
        How many blocks use each codeword.

    Examples
    --------
    >>> index_entropy_bits(np.array([2, 1, 1, 0]))
    1.5
    """
    share = use[use > 0] / use.sum()
    return float(max(0.0, -(share * np.log2(share)).sum()))


def nominal_bytes(blocks: int, codebook_size: int) -> float:
    """Return the bytes of n indices of log2(K) bits each: the textbook's figure, no codebook.

    Examples
    --------
    >>> nominal_bytes(36864, 32)
    23040.0
    """
    return blocks * math.log2(codebook_size) / 8


def entropy_bytes(use: NDArray[np.integer]) -> float:
    """Return the bytes of the indices at their first-order entropy: a bound, not a file.

    Parameters
    ----------
    use : integer array of shape (K,)
        How many blocks use each codeword.
    """
    return float(use.sum()) * index_entropy_bits(use) / 8


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


def _same_shape(original: Pixels, reconstruction: Pixels) -> None:
    """Refuse two pictures that cannot be compared sample by sample."""
    if original.shape != reconstruction.shape:
        raise ValueError(f"shapes differ: {original.shape} and {reconstruction.shape}")
