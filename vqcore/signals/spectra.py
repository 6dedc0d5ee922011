"""Sounds as spectra: the envelope of each frame of 20 ms, as line spectral frequencies.

An all-pole filter 1/A(z) of order p is fitted to each frame by its autocorrelation. The roots of
A(z) ± z^−(p+1) A(1/z) lie on the unit circle, one of each in turn; their p angles between 0 and π
ascend, and stay a stable filter as long as they do. Itakura 1975, doi:10.1121/1.1995189.

What a filter's inverse leaves of a sound is its excitation. Through another envelope it is heard
again, as that envelope would have it.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from vqcore.arrays import Floats
from vqcore.signals.frames import AUDIBLE, FRAMES_A_SECOND
from vqcore.signals.sounds import Pulses, Sound

ORDERS = {8000: 10, 16000: 16}
"""Rate -> the order p of the filter, which is even."""
FLOOR = 1e-4
"""Of the power: so much white noise is added, which keeps filters from sharp peaks."""
FAINT = 1e-9
"""Power that is added to silence, whose envelope is flat then."""
GAP = 0.01
"""Radians that frequencies are apart at least once they are quantized: 13 Hz at 8 kHz."""
POINTS = 128
"""Frequencies from 0 to half the rate, less one, at which envelopes are compared."""
WEIGHT_POWER = 0.15
LAST_WEIGHTS = 0.8, 0.4


@dataclass(frozen=True, eq=False)
class Spectra:
    """A sound and the envelopes of its frames.

    Parameters
    ----------
    sound
    filters : float64 array of shape (f, p + 1), A(z) of each frame: 1, a₁ … a_p
    frequencies : float64 array of shape (f, p), line spectral frequencies in radians, ascending
    is_heard : boolean array of shape (f,), false of silence; true of all, if all are silent
    """

    sound: Sound
    filters: Floats
    frequencies: Floats
    is_heard: NDArray[np.bool_]

    @property
    def frame(self) -> int:
        """Return the samples of a frame."""
        return self.sound.rate // FRAMES_A_SECOND

    def through(self, filters: Floats) -> Pulses:
        """Return the sound's excitation through other envelopes, int16 of shape (n,)."""
        heard = filtered(excitation(self.sound.samples, self.filters, self.frame), filters)
        return np.rint(heard[: len(self.sound.samples)]).clip(-(2**15), 2**15 - 1).astype(np.int16)


def analysed(sound: Sound) -> Spectra:
    """Return the envelopes of all frames of a sound, the last filled with silence."""
    frames = framed(sound)
    is_heard = _are_heard(frames)
    filters = predictors(frames * np.hamming(frames.shape[1]), ORDERS[sound.rate])
    return Spectra(sound, filters, line_frequencies(filters), is_heard | ~is_heard.any())


def heard_frames(sound: Sound) -> Floats:
    """Return the frames that are no silence, in a window, shape (f, frame)."""
    frames = framed(sound)
    heard: Floats = frames[_are_heard(frames)]
    heard *= np.hamming(frames.shape[1])
    return heard


def _are_heard(frames: Floats) -> NDArray[np.bool_]:
    heard: NDArray[np.bool_] = np.square(frames).mean(axis=1) > AUDIBLE**2
    return heard


def framed(sound: Sound) -> Floats:
    """Return the frames of a sound, the last filled with silence, shape (f, frame)."""
    frame = sound.rate // FRAMES_A_SECOND
    frames = np.zeros((-(-len(sound.samples) // frame), frame))
    frames.ravel()[: len(sound.samples)] = sound.samples
    return frames


def predictors(frames: Floats, order: int) -> Floats:
    """Return the filters of frames: A(z) of each as coefficients 1, a₁ … a_p, shape (f, p + 1).

    By Levinson's and Durbin's recursion, all frames at once.
    """
    lags = np.stack(
        [
            (frames[:, : frames.shape[1] - lag] * frames[:, lag:]).sum(axis=1)
            for lag in range(order + 1)
        ],
        axis=1,
    )
    lags[:, 0] = lags[:, 0] * (1 + FLOOR) + FAINT
    filters = np.zeros((len(frames), order + 1))
    filters[:, 0], error = 1, lags[:, 0].copy()
    for step in range(1, order + 1):
        missing = (filters[:, :step] * lags[:, step:0:-1]).sum(axis=1)
        reflection = -missing / error
        filters[:, : step + 1] += reflection[:, None] * filters[:, step::-1]
        error *= 1 - np.square(reflection)
    return filters


def line_frequencies(filters: Floats) -> Floats:
    """Return the line spectral frequencies of filters of even order, shape (f, p).

    Without its root at −1 or 1, each of the two polynomials is, on the unit circle, one of half the
    degree in cos ω: Soong & Juang 1984, doi:10.1109/ICASSP.1984.1172448.
    """
    padded = np.pad(filters, ((0, 0), (0, 1)))
    signs = np.cumprod(np.full(filters.shape[1], -1.0)) * -1
    added = signs * np.cumsum(signs * (padded + padded[:, ::-1])[:, :-1], axis=1)
    taken = np.cumsum((padded - padded[:, ::-1])[:, :-1], axis=1)
    angles = np.hstack([_angles(added), _angles(taken)])
    return np.sort(angles, axis=1)


def _angles(symmetric: Floats) -> Floats:
    """Return the angles from 0 to π of the roots of symmetric polynomials, (f, p + 1): (f, p/2).

    p is 4 at least. They are those of Chebyshev series, found as eigenvalues of their colleague
    matrices: Good 1961, doi:10.1093/qmath/12.1.61.
    """
    half = symmetric.shape[1] // 2
    series = symmetric[:, half::-1].copy()
    series[:, 1:] *= 2
    colleague = np.zeros((len(series), half, half))
    above, below = np.arange(half - 1), np.arange(1, half)
    colleague[:, above, below] = colleague[:, below, above] = 0.5
    colleague[:, 0, 1:2] = colleague[:, 1:2, 0] = np.sqrt(0.5)
    scale = np.where(np.arange(half) > 0, 0.5, np.sqrt(0.5))
    colleague[:, :, -1] -= series[:, :-1] / series[:, -1:] * scale
    roots: Floats = np.linalg.eigvals(colleague).real.clip(-1, 1)
    return np.arccos(roots)


def filters_of(frequencies: Floats) -> Floats:
    """Return the filters of line spectral frequencies, (f, p), as `line_frequencies` takes them."""
    added, taken = (_product(frequencies[:, start::2]) for start in (0, 1))
    both = np.pad(added, ((0, 0), (0, 1))) + np.pad(added, ((0, 0), (1, 0)))
    both += np.pad(taken, ((0, 0), (0, 1))) - np.pad(taken, ((0, 0), (1, 0)))
    filters: Floats = both[:, :-1] / 2
    return filters


def _product(angles: Floats) -> Floats:
    """Return Π 1 − 2 cos ω z⁻¹ + z⁻² over angles, (f, m), as coefficients, (f, 2m + 1)."""
    found = np.ones((len(angles), 1))
    for angle in angles.T:
        wider = np.pad(found, ((0, 0), (2, 2)))
        found = wider[:, 2:] - 2 * np.cos(angle)[:, None] * wider[:, 1:-1] + wider[:, :-2]
    return found


def in_order(frequencies: Floats) -> Floats:
    """Return frequencies, (f, p), ascending and `GAP` apart, so that their filters are stable."""
    order = frequencies.shape[1]
    steps = GAP * np.arange(1, order + 1)
    above = np.maximum.accumulate(np.sort(frequencies, axis=1) - steps, axis=1)
    return above.clip(0, np.pi - GAP * (order + 1)) + steps


def envelopes_db(filters: Floats) -> Floats:
    """Return 20·log10 |1/A| at `POINTS` + 1 frequencies, evenly from 0 to half the rate."""
    found: Floats = -20 * np.log10(np.abs(np.fft.rfft(filters, 2 * POINTS, axis=1)))
    return found


def spectral_distortions_db(filters: Floats, others: Floats) -> Floats:
    """Return how far envelopes are apart, shape (f,): the RMS over frequencies of their difference.

    Paliwal & Atal 1993, doi:10.1109/89.221363, who count 1 dB in the mean as not to be heard where
    less than 2 % of frames are over 2 dB and none is over 4 dB.
    """
    found: Floats = np.sqrt(np.square(envelopes_db(filters) - envelopes_db(others)).mean(axis=1))
    return found


def weights_of(spectra: Spectra) -> Floats:
    """Return how much each frequency counts, (f, p): the power of the envelope there, to the 0.15.

    The last two count 0.8 and 0.4 times that, where the ear tells less: Paliwal & Atal 1993.
    """
    frequencies, filters = spectra.frequencies, spectra.filters
    powers = np.arange(filters.shape[1])
    weights = np.empty_like(frequencies)
    for place, angles in enumerate(frequencies.T):
        turned = np.exp(-1j * angles[:, None] * powers)
        weights[:, place] = np.abs((filters * turned).sum(axis=1)) ** (-2 * WEIGHT_POWER)
    weights[:, -2:] *= LAST_WEIGHTS
    return weights


def excitation(samples: Pulses, filters: Floats, frame: int) -> Floats:
    """Return what the inverse filters of frames leave of samples, float64 (f, frame)."""
    count, order = len(filters) * frame, filters.shape[1] - 1
    before = np.zeros(order + count)
    before[order : order + len(samples)] = samples
    found = np.zeros((len(filters), frame))
    for lag in range(order + 1):
        found += filters[:, lag : lag + 1] * before[order - lag :][:count].reshape(-1, frame)
    return found


def filtered(excited: Floats, filters: Floats) -> Floats:
    """Return what excitations, (f, frame), sound like through filters, float64 (f · frame,).

    Filters change from frame to frame, and go on from the samples before.
    """
    from scipy.signal import lfilter, lfiltic

    order, found = filters.shape[1] - 1, np.zeros_like(excited)
    last = np.zeros(order)
    for place, coefficients in enumerate(filters):
        state = lfiltic([1.0], coefficients, last)
        found[place], _ = lfilter([1.0], coefficients, excited[place], zi=state)
        last = found[place, : -order - 1 : -1]
    return found.ravel()
