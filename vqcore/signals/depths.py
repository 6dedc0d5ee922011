"""Samples of any depth to samples of 8 bits, and what was done to them in a few words."""

from collections.abc import Iterator

import numpy as np
from numpy.typing import NDArray

from vqcore.arrays import Floats, Numbers, Samples
from vqcore.words import Said, said

BAND_SAMPLES = 1 << 20


def scaled(
    samples: NDArray[np.unsignedinteger], white: int, shown: NDArray[np.bool_] | None = None
) -> tuple[Samples, tuple[Said, ...]]:
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
    done : as in `Origin`

    Examples
    --------
    >>> levels, done = scaled(np.uint16([0, 128, 129, 65535]), 65535)
    >>> print(levels, *done)
    [  0   0   1 255] scaled from 16 bits
    >>> levels, done = scaled(np.uint16([0, 2048, 4095]), 65535)
    >>> print(levels, *done)
    [  0 128 255] 12 of 16 bits used
    """
    bits = white.bit_length()
    done = (_scaling(white, bits),) if white > 255 else ()
    if white == 65535:
        used = int((samples if shown is None else samples[shown]).max(initial=0)).bit_length()
        if 0 < used < bits:
            white, done = 2**used - 1, (said("done.bits-used", used=used),)
    levels = (np.arange(white + 1) * 255 + white // 2) // white
    # One beyond the last counts as the last.
    return np.take(levels.astype(np.uint8), samples, mode="clip"), done


def ranged(samples: Numbers) -> tuple[Samples, tuple[Said, ...]]:
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
    done : as in `Origin`

    Examples
    --------
    >>> levels, done = ranged(np.float32([-0.2, 1.7]))
    >>> print(levels, *done)
    [  0 255] stretched from -0.2 … 1.7
    """
    ends = [(band.min(), band.max()) for band, _ in _finite_bands(samples)]
    low, high = float(min(end[0] for end in ends)), float(max(end[1] for end in ends))
    done = _ranging(samples, low, high)
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


def _scaling(white: int, bits: int) -> Said:
    if white == 2**bits - 1:
        return said("done.bits", bits=bits)
    return said("done.range", white=white)


def _ranging(samples: Numbers, low: float, high: float) -> tuple[Said, ...]:
    done = []
    if not all(np.isfinite(samples[row]).all() for row in range(len(samples))):
        done.append(said("done.not-numbers"))
    if low < 0 or high > 255:
        done.append(said("done.stretched", low=low, high=high))
    elif high <= 1:
        done.append(said("done.unit"))
    elif samples.dtype.kind == "f":
        done.append(said("done.rounded"))
    return tuple(done)
