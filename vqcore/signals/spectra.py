"""Sounds as spectra: the envelope of each frame of 20 ms, as line spectral frequencies.

An all-pole filter 1/A(z) of order p is fitted to each frame by its autocorrelation. The roots of
A(z) ± z^−(p+1) A(1/z) lie on the unit circle, one of each in turn; their p angles between 0 and π
ascend, and stay a stable filter as long as they do. Itakura 1975, doi:10.1121/1.1995189.
"""

from __future__ import annotations

import numpy as np

from vqcore.arrays import Floats
from vqcore.signals.frames import FRAMES_A_SECOND
from vqcore.signals.sounds import Sound

ORDERS = {8000: 10, 16000: 16}
"""Rate -> the order p of the filter."""
AUDIBLE = 2.0
"""RMS of 16-bit samples below which a frame is silence, and has no envelope."""
FLOOR = 1e-4
"""Of the power: so much white noise is added, which keeps filters from sharp peaks."""


def framed(sound: Sound) -> Floats:
    """Return the frames that are no silence, windowed, shape (f, frame)."""
    frame = sound.rate // FRAMES_A_SECOND
    count = len(sound.samples) // frame
    frames = sound.samples[: count * frame].astype(np.float64).reshape(count, frame)
    heard = np.sqrt(np.square(frames).mean(axis=1)) > AUDIBLE
    windowed: Floats = frames[heard] * np.hamming(frame)
    return windowed


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
    lags[:, 0] *= 1 + FLOOR
    filters = np.zeros((len(frames), order + 1))
    filters[:, 0], error = 1, lags[:, 0].copy()
    for step in range(1, order + 1):
        missing = (filters[:, :step] * lags[:, step:0:-1]).sum(axis=1)
        reflection = -missing / error
        filters[:, : step + 1] += reflection[:, None] * filters[:, step::-1]
        error *= 1 - np.square(reflection)
    return filters


def line_frequencies(filters: Floats) -> Floats:
    """Return line spectral frequencies in radians, ascending, shape (f, p)."""
    padded = np.pad(filters, ((0, 0), (0, 1)))
    both = padded + padded[:, ::-1], padded - padded[:, ::-1]
    found = [_angles(*each) for each in zip(*both, strict=True)]
    return np.array(found).reshape(len(filters), filters.shape[1] - 1)


def _angles(symmetric: Floats, antisymmetric: Floats) -> Floats:
    """Return the angles between 0 and π of the roots of both polynomials."""
    found = np.concatenate([np.angle(np.roots(it)) for it in (symmetric, antisymmetric)])
    return np.sort(found[(found > 1e-6) & (found < np.pi - 1e-6)])


def spectra_of(sound: Sound) -> Floats:
    """Return the line spectral frequencies of the frames that are no silence, shape (f, p)."""
    return line_frequencies(predictors(framed(sound), ORDERS[sound.rate]))
