"""Samples of any depth to samples of 8 bits, and what was done to them in a few words."""

from collections.abc import Iterator

import numpy as np
from numpy.typing import NDArray

from vqcore.arrays import Floats, Numbers, Samples

BAND_SAMPLES = 1 << 20


def scaled(
    samples: NDArray[np.unsignedinteger], white: int, shown: NDArray[np.bool_] | None = None
) -> tuple[Samples, tuple[str, ...]]:
    """Scale samples whose file declares their range, to the nearest level.

    Parameters
    ----------
    samples : uint8 or uint16 array of any shape
    white : int
        The largest value that the file allows. If it is 65535 and all samples that are shown fit
        into fewer bits, the largest value of those bits takes its place.
    shown : bool array of shape samples.shape[:2], optional
        The pixels that can be seen; the others do not count in the bits used.

    Returns
    -------
    samples : uint8 array of the same shape
    done : tuple of str

    Examples
    --------
    >>> scaled(np.uint16([0, 128, 129, 65535]), 65535)
    (array([  0,   0,   1, 255], dtype=uint8), ('scaled from 16 bits',))
    >>> scaled(np.uint16([0, 2048, 4095]), 65535)
    (array([  0, 128, 255], dtype=uint8), ('12 of 16 bits used',))
    """
    bits = white.bit_length()
    range_in_words = f"{bits} bits" if white == 2**bits - 1 else f"0 … {white}"
    done: tuple[str, ...] = (f"scaled from {range_in_words}",) if white > 255 else ()
    if white == 65535:
        used = int((samples if shown is None else samples[shown]).max(initial=0)).bit_length()
        if 0 < used < bits:
            white, done = 2**used - 1, (f"{used} of 16 bits used",)
    levels = (np.arange(white + 1) * 255 + white // 2) // white
    # One beyond the last counts as the last.
    return np.take(levels.astype(np.uint8), samples, mode="clip"), done


def ranged(samples: Numbers) -> tuple[Samples, tuple[str, ...]]:
    """Scale samples whose file declares no range, by the range they have, all channels alike.

    Parameters
    ----------
    samples : array of numbers of any type and shape
        If all lie in [0, 1] they are multiplied by 255, if all lie in [0, 255] they are rounded,
        otherwise their minimum … maximum is stretched to 0 … 255 (to 0 when they are all the
        same). A sample that is not finite counts as 0.

    Returns
    -------
    samples : uint8 array of the same shape
    done : tuple of str

    Examples
    --------
    >>> ranged(np.float32([-0.2, 1.7]))
    (array([  0, 255], dtype=uint8), ('stretched from -0.2 … 1.7',))
    """
    ends = [(band.min(), band.max()) for band, _ in _finite_bands(samples)]
    low, high = float(min(end[0] for end in ends)), float(max(end[1] for end in ends))
    done = _range_in_words(samples, low, high)
    if low >= 0 and high <= 255:
        low, high = 0, 1 if high <= 1 else 255
    levels = np.empty(samples.shape, np.uint8)
    for band, at in _finite_bands(samples):
        # By halves, because the whole range may be beyond floating point.
        band = band / 2 - low / 2
        band *= 255 / ((high / 2 - low / 2) or 1)
        levels.reshape(-1)[at] = np.rint(band)
    return levels, done


def _finite_bands(samples: Numbers) -> Iterator[tuple[Floats, slice]]:
    """Yield a few samples at a time, because 64 bits for each of them may be gigabytes."""
    line = samples.reshape(-1)
    for start in range(0, line.size, BAND_SAMPLES):
        at = slice(start, start + BAND_SAMPLES)
        band = line[at].astype(np.float64)
        band[~np.isfinite(band)] = 0
        yield band, at


def _range_in_words(samples: Numbers, low: float, high: float) -> tuple[str, ...]:
    done = []
    if not all(np.isfinite(samples[row]).all() for row in range(len(samples))):
        done.append("samples that are not numbers taken as 0")
    if low < 0 or high > 255:
        done.append(f"stretched from {low:.4g} … {high:.4g}")
    elif high <= 1:
        done.append("scaled from 0 … 1")
    elif samples.dtype.kind == "f":
        done.append("rounded to 8 bits")
    return tuple(done)
