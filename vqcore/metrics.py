"""Distortion, rate and ratio: each defined once, its unit in its name."""

from __future__ import annotations

import math
from collections.abc import Iterator
from dataclasses import dataclass

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
    errors = _error_strips(original, reconstruction)
    return sum(map(_sum_of_squares, errors)) / original.size


def psnr_db(mean_squared_error: float, peak: float = PEAK) -> float:
    """Return the peak signal-to-noise ratio in decibels, 10·log10(peak²/mse); inf for no error.

    Examples
    --------
    >>> round(psnr_db(65.025), 6)
    30.0
    >>> round(psnr_db(0.1, peak=10), 6)
    30.0
    >>> psnr_db(0)
    inf
    """
    if mean_squared_error == 0:
        return math.inf
    return 10 * math.log10(peak**2 / mean_squared_error)


def snr_db(power: float, mean_squared_error: float) -> float | None:
    """Return the signal-to-noise ratio in decibels, 10·log10(power/mse).

    It is inf for no error, and None for a signal without power, error or not: a black picture, or
    where variance is meant, an even one.

    Parameters
    ----------
    power : the mean square of the signal's samples, or their variance; say which in the name
    mean_squared_error : float

    Examples
    --------
    >>> snr_db(1000, 1), snr_db(1000, 0), snr_db(0, 1)
    (30.0, inf, None)
    """
    if power == 0:
        return None
    return 10 * math.log10(power / mean_squared_error) if mean_squared_error else math.inf


@dataclass(frozen=True)
class Distortion:
    """How far a reconstruction is from its original, all samples of all channels pooled.

    Parameters
    ----------
    mse : mean squared error a sample
    rmse, mae, largest_error : its root, and the mean and largest absolute error a sample, in gray
        levels
    psnr_db
    snr_db : of the signal's power, 10·log10(Σx²/Σ(x−y)²); see `snr_db`
    snr_variance_db : of its variance about the mean of all samples, 10·log10(var(x)/mse)
    """

    mse: float
    rmse: float
    mae: float
    largest_error: int
    psnr_db: float
    snr_db: float | None
    snr_variance_db: float | None


def distortion(original: Samples, reconstruction: Samples) -> Distortion:
    """Compare a reconstruction with its original.

    Parameters and errors are those of `mse`.

    Examples
    --------
    >>> found = distortion(np.uint8([[0, 10]]), np.uint8([[0, 13]]))
    >>> found.mse, found.mae, found.largest_error, round(found.snr_db, 2)
    (4.5, 1.5, 3, 10.46)
    """
    return finish(distortion_work(original, reconstruction))


def distortion_work(original: Samples, reconstruction: Samples) -> Work[Distortion]:
    """Do the work of `distortion` with pauses."""
    squares = absolutes = largest = 0
    for errors in _error_strips(original, reconstruction):
        squares += _sum_of_squares(errors)
        absolutes += int(errors.sum(dtype=np.int64))
        largest = max(largest, int(errors.max()))
        yield
    power, variance = yield from _power_work(original)
    mean_square = squares / original.size
    return Distortion(
        mse=mean_square,
        rmse=math.sqrt(mean_square),
        mae=absolutes / original.size,
        largest_error=largest,
        psnr_db=psnr_db(mean_square),
        snr_db=snr_db(power, mean_square),
        snr_variance_db=snr_db(variance, mean_square),
    )


def _power_work(samples: Samples) -> Work[tuple[float, float]]:
    """Return the mean square of samples, and their variance, from sums that are exact."""
    squares = total = 0
    for strip in _strips(samples, STRIP_ROWS):
        squares += _sum_of_squares(strip)
        total += int(strip.sum(dtype=np.int64))
        yield
    count = samples.size
    return squares / count, (count * squares - total**2) / count**2


def vector_error(original: Samples, reconstruction: Samples, block: tuple[int, int]) -> float:
    """Return the mean Euclidean error a vector, in gray levels: the mean of |x−y|₂ over the blocks.

    A vector is what a block shows: its gray samples, or R, G and B of its pixels, also where fewer
    samples are coded, as in YCbCr. At the right and at the bottom a block has only the pixels that
    the picture has, and counts as one all the same.

    Parameters
    ----------
    original, reconstruction : as for `mse`
    block : its width and height in pixels

    Examples
    --------
    >>> vector_error(np.uint8([[9, 9, 9]]), np.uint8([[12, 5, 9]]), (2, 1))
    2.5
    """
    return finish(vector_error_work(original, reconstruction, block))


def vector_error_work(
    original: Samples, reconstruction: Samples, block: tuple[int, int]
) -> Work[float]:
    """Do the work of `vector_error` with pauses."""
    (wide, high), (height, width) = block, original.shape[:2]
    blocks, total = -(-width // wide) * -(-height // high), 0.0
    for errors in _error_strips(original, reconstruction, high * -(-STRIP_ROWS // high)):
        total += float(_norms(errors, wide, high).sum())
        yield
    return float(total / blocks)


def _norms(errors: Samples, wide: int, high: int) -> Floats:
    """Return the Euclidean norm of each block of absolute errors, shape (rows, columns)."""
    (height, width), channels = errors.shape[:2], errors.shape[2:]
    rows, columns = -(-height // high), -(-width // wide)
    padded = np.zeros((rows * high, columns * wide, *channels), np.float32)
    padded[:height, :width] = errors
    lines = padded.reshape(rows, high, columns, -1)
    squares = np.einsum("rhcs,rhcs->rhc", lines, lines)
    norms: Floats = np.sqrt(squares.sum(axis=1, dtype=np.float64))
    return norms


def _error_strips(
    original: Samples, reconstruction: Samples, rows: int = STRIP_ROWS
) -> Iterator[Samples]:
    """Yield the absolute errors, so many rows at a time."""
    _same_shape(original, reconstruction)
    both = zip(_strips(original, rows), _strips(reconstruction, rows), strict=True)
    return (np.maximum(one, other) - np.minimum(one, other) for one, other in both)


def _strips(samples: Samples, rows: int) -> Iterator[Samples]:
    return (samples[top : top + rows] for top in range(0, len(samples), rows))


def _sum_of_squares(samples: Samples) -> int:
    return int(np.square(samples, dtype=np.uint16).sum(dtype=np.int64))


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


def bits_per_block(coded_bytes: float, blocks: int) -> float:
    """Return bits per block.

    Examples
    --------
    >>> bits_per_block(nominal_bytes(36864, 32), 36864)
    5.0
    """
    return 8 * coded_bytes / blocks


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
