"""Tests of spectra: filters by scipy, frequencies there and back, and what distortion is."""

import numpy as np
import pytest
from scipy.linalg import solve_toeplitz
from scipy.signal import lfilter

from vqcore.signals.sounds import Sound, sample_recording, sound_of
from vqcore.signals.spectra import (
    FLOOR,
    ORDERS,
    framed,
    line_frequencies,
    predictors,
)

SENTENCES = {rate: sound_of(sample_recording("sentence"), rate) for rate in ORDERS}


@pytest.mark.parametrize("rate", ORDERS)
def test_filters_are_those_of_the_normal_equations(rate: int) -> None:
    frames, order = framed(SENTENCES[rate]), ORDERS[rate]
    for frame, found in zip(frames[::40], predictors(frames, order)[::40], strict=True):
        lags = np.correlate(frame, frame, "full")[len(frame) - 1 :][: order + 1]
        column = lags[:-1] * np.where(np.arange(order) == 0, 1 + FLOOR, 1)
        expected = -solve_toeplitz(column, lags[1:])
        np.testing.assert_allclose(found[1:], expected, rtol=1e-6, atol=1e-9)


@pytest.mark.parametrize("rate", ORDERS)
def test_frequencies_ascend_within_half_a_turn(rate: int) -> None:
    filters = predictors(framed(SENTENCES[rate]), ORDERS[rate])
    frequencies = line_frequencies(filters)
    assert frequencies.shape == (len(filters), ORDERS[rate])
    assert (np.diff(frequencies, axis=1) > 0).all()
    assert ((frequencies > 0) & (frequencies < np.pi)).all()


def test_a_known_filter_is_found_again() -> None:
    poles = 0.95 * np.exp(1j * np.array([0.5, -0.5, 1.7, -1.7]))
    known = np.real(np.poly(poles))
    noise = np.random.default_rng(0).normal(0, 300, 80_000)
    sound = Sound(
        np.rint(lfilter([1], known, noise)).clip(-32768, 32767).astype(np.int16), 8000, ""
    )
    found = predictors(framed(sound), 4).mean(axis=0)
    np.testing.assert_allclose(found, known, atol=0.15)


def test_silence_has_no_spectra() -> None:
    samples = np.concatenate([SENTENCES[8000].samples[8000:9600], np.zeros(1600, np.int16)])
    assert len(framed(Sound(samples, 8000, ""))) == 10


def test_frequencies_are_those_of_the_polynomials() -> None:
    [filters] = predictors(framed(SENTENCES[8000])[50:51], 10)
    [found] = line_frequencies(filters[None])
    turned = np.exp(1j * found)
    padded = np.append(filters, 0)
    for sign, angles in ((1, found[0::2]), (-1, found[1::2])):
        values = np.polyval(padded + sign * padded[::-1], np.exp(1j * angles))
        np.testing.assert_allclose(np.abs(values), 0, atol=1e-6)
    assert len(np.unique(turned)) == 10
