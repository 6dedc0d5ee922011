"""How near a sound comes to its original: figures of a waveform, of spectra, of what is understood.

A waveform's SNR says nothing about codecs that do not keep the waveform: it is for those that do.
"""

from __future__ import annotations

import math
import warnings
from dataclasses import dataclass
from statistics import fmean

import numpy as np
from numpy.typing import NDArray

from vqcore import metrics
from vqcore.arrays import Floats
from vqcore.signals.frames import AUDIBLE, FRAMES_A_SECOND
from vqcore.signals.sounds import Pulses
from vqcore.work import Work

Whole = NDArray[np.int16] | NDArray[np.int32]

SEGMENT_DB = -10.0, 35.0
"""Between these the SNR of a frame counts; Hansen & Pellom 1998, ICSLP."""
FFT = 512
AT_ONCE = 1024
LONG = 2**18
STRETCHES, STRETCH_SECONDS = 6, 10
"""Of what takes longer than these together, only these are looked at for what is understood."""
SPECTRAL_FLOOR = 1e-6
"""Of the loudest power in a frame of the original: less is taken for this much."""
FAINT = 1e-9
"""Power that is taken for none, where all that is heard is at the edge of a window."""


@dataclass(frozen=True)
class Likeness:
    """How near a sound comes to its original.

    Parameters
    ----------
    mse : squared error a sample, of 16-bit samples
    snr_db : 10·log10(Σx² / Σ(x−y)²)
    segmental_snr_db : the mean over frames of 20 ms, each between −10 and 35 dB
    spectral_db : log-spectral distance: the mean over frames of the RMS difference of their power
        spectra in dB, as far as 60 dB below the loudest part of each; Hann windows of 32 ms, half
        over another; Gray & Markel 1976, doi:10.1109/TASSP.1976.1162849
    stoi : short-time objective intelligibility, 0 to 1; Taal et al. 2011,
        doi:10.1109/TASL.2011.2114881; None where there is too little speech for it
    """

    mse: float
    snr_db: float
    segmental_snr_db: float | None
    spectral_db: float | None
    stoi: float | None


def likeness_work(original: Pulses, decoded: Pulses, rate: int) -> Work[Likeness]:
    """Compare a sound with its original, both int16 of shape (n,), with pauses."""
    errors = np.subtract(original, decoded, dtype=np.int32)
    mse, snr_db = _power(errors), waveform_snr_db(original, decoded)
    yield
    segmental = segmental_snr_db(original, errors, rate)
    yield
    spectral = log_spectral_distance_db(original, decoded, rate)
    yield
    return Likeness(mse, snr_db, segmental, spectral, stoi(original, decoded, rate))


def waveform_snr_db(original: Pulses, decoded: Pulses) -> float:
    """Return the SNR of a sound, both int16 of shape (n,); 0 of silence.

    Examples
    --------
    >>> round(waveform_snr_db(np.int16([100, -100]), np.int16([90, -110])), 6)
    20.0
    """
    mse = _power(np.subtract(original, decoded, dtype=np.int32))
    return metrics.snr_db(_power(original), mse) or 0.0


def _power(samples: Whole) -> float:
    """Return the mean square of whole numbers, part by part, which takes less memory."""
    parts = (samples[at : at + LONG].astype(np.float64) for at in range(0, len(samples), LONG))
    return sum(float(np.square(part).sum()) for part in parts) / len(samples)


def segmental_snr_db(original: Pulses, errors: Whole, rate: int) -> float | None:
    """Return the mean SNR of frames that are no silence; None if all are.

    Examples
    --------
    >>> loud = np.tile(np.int16([100, -100]), 160)
    >>> round(segmental_snr_db(loud, np.full(320, 10), 8000), 6)
    20.0
    """
    frame = rate // FRAMES_A_SECOND
    signal, noise = _powers(original, frame), _powers(errors, frame)
    heard = signal > AUDIBLE**2
    if not heard.any():
        return None
    ratios = signal[heard] / np.maximum(noise[heard], 1e-9)
    return float((10 * np.log10(ratios)).clip(*SEGMENT_DB).mean())


def _powers(samples: Whole, frame: int) -> Floats:
    """Return the mean square of each whole frame of whole numbers, part by part."""
    frames = samples[: len(samples) // frame * frame].reshape(-1, frame)
    parts = (frames[at : at + AT_ONCE] for at in range(0, len(frames), AT_ONCE))
    found = [np.square(part.astype(np.float64)).mean(axis=1) for part in parts]
    return np.concatenate([np.zeros(0), *found])


def log_spectral_distance_db(original: Pulses, decoded: Pulses, rate: int) -> float | None:
    """Return how far power spectra are apart over frames that are no silence; None if all are."""
    length = rate // 1000 * 32
    starts = np.arange(0, len(original) - length + 1, length // 2)
    parts = [starts[at : at + AT_ONCE] for at in range(0, len(starts), AT_ONCE)]
    found = [_spectral_distances(original, decoded, part, length) for part in parts]
    distances = np.concatenate([np.zeros(0), *found])
    return float(distances.mean()) if len(distances) else None


def _spectral_distances(
    original: Pulses, decoded: Pulses, starts: NDArray[np.intp], length: int
) -> Floats:
    """Return the distance of each frame that is no silence, of those that start at some samples."""
    pieces = starts[:, None] + np.arange(length)
    heard = np.square(original[pieces].astype(np.float64)).mean(axis=1) > AUDIBLE**2
    window = np.hanning(length)
    powers = [
        np.square(np.abs(np.fft.rfft(it[pieces[heard]] * window, FFT)))
        for it in (original, decoded)
    ]
    floor = np.maximum(powers[0].max(axis=1, keepdims=True) * SPECTRAL_FLOOR, FAINT)
    first, second = (10 * np.log10(np.maximum(power, floor)) for power in powers)
    distances: Floats = np.sqrt(np.square(first - second).mean(axis=1))
    return distances


def stoi(original: Pulses, decoded: Pulses, rate: int) -> float | None:
    """Return how well speech is understood, from 0 to 1; None if there is too little of it.

    Of what takes longer than a minute it is the mean over six stretches of 10 s, from the beginning
    to the end: of ten minutes it would take longer than all else.
    """
    stretch = STRETCH_SECONDS * rate
    if len(original) <= STRETCHES * stretch:
        return _stoi_of(original, decoded, rate)
    starts = np.linspace(0, len(original) - stretch, STRETCHES).astype(int)
    parts = (slice(at, at + stretch) for at in starts)
    heard = (part for part in parts if original[part].any())
    every = [_stoi_of(original[part], decoded[part], rate) for part in heard]
    found = [each for each in every if each is not None]
    return fmean(found) if found else None


def _stoi_of(original: Pulses, decoded: Pulses, rate: int) -> float | None:
    from pystoi import stoi as found_by

    with warnings.catch_warnings():
        warnings.simplefilter("error", RuntimeWarning)  # which says that there is too little
        try:
            found = float(found_by(original.astype(np.float64), decoded.astype(np.float64), rate))
        except (RuntimeWarning, ValueError):
            return None
    return found if math.isfinite(found) else None
