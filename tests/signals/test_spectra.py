"""Tests of spectra: filters by scipy, frequencies there and back, and what distortion is."""

import numpy as np
import pytest
from scipy.linalg import solve_toeplitz
from scipy.signal import freqz, lfilter

from vqcore.signals.sounds import Sound, sample_recording, sound_of
from vqcore.signals.spectra import (
    FLOOR,
    GAP,
    ORDERS,
    Spectra,
    analysed,
    envelopes_db,
    filters_of,
    framed,
    heard_frames,
    in_order,
    line_frequencies,
    predictors,
    spectral_distortions_db,
    weights_of,
)

SENTENCES = {rate: sound_of(sample_recording("sentence"), rate) for rate in ORDERS}
SPECTRA = {rate: analysed(sound) for rate, sound in SENTENCES.items()}


def windowed(sound: Sound) -> np.ndarray:
    frames = framed(sound)
    return frames * np.hamming(frames.shape[1])


@pytest.mark.parametrize("rate", ORDERS)
def test_filters_are_those_of_the_normal_equations(rate: int) -> None:
    frames, order = windowed(SENTENCES[rate]), ORDERS[rate]
    for frame, found in zip(frames[::40], predictors(frames, order)[::40], strict=True):
        lags = np.correlate(frame, frame, "full")[len(frame) - 1 :][: order + 1]
        column = lags[:-1] * np.where(np.arange(order) == 0, 1 + FLOOR, 1)
        expected = -solve_toeplitz(column, lags[1:])
        np.testing.assert_allclose(found[1:], expected, rtol=1e-6, atol=1e-9)


@pytest.mark.parametrize("rate", ORDERS)
def test_frequencies_ascend_within_half_a_turn(rate: int) -> None:
    filters = predictors(windowed(SENTENCES[rate]), ORDERS[rate])
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
    found = predictors(windowed(sound), 4).mean(axis=0)
    np.testing.assert_allclose(found, known, atol=0.15)


def test_silence_is_flat_and_says_nothing_of_a_voice() -> None:
    samples = np.concatenate([SENTENCES[8000].samples[8000:9600], np.zeros(1650, np.int16)])
    sound = Sound(samples, 8000, "")
    spectra = analysed(sound)
    assert spectra.is_heard.tolist() == [True] * 10 + [False] * 11
    np.testing.assert_allclose(spectra.frequencies[-1], np.pi * np.arange(1, 11) / 11)
    np.testing.assert_array_equal(heard_frames(sound), windowed(sound)[:10])
    quiet = analysed(Sound(np.zeros(400, np.int16), 8000, ""))
    assert quiet.is_heard.tolist() == [True] * 3


def test_frequencies_are_the_roots_that_numpy_finds() -> None:
    spectra = SPECTRA[16000]
    for filters, found in zip(spectra.filters[::20], spectra.frequencies[::20], strict=True):
        padded = np.append(filters, 0)
        both = np.roots(padded + padded[::-1]), np.roots(padded - padded[::-1])
        angles = np.sort(np.angle(np.concatenate(both)))
        expected = angles[(angles > 1e-6) & (angles < np.pi - 1e-6)]
        np.testing.assert_allclose(found, expected, atol=1e-9)


@pytest.mark.parametrize("rate", ORDERS)
def test_filters_come_back_from_their_frequencies(rate: int) -> None:
    found = filters_of(SPECTRA[rate].frequencies)
    np.testing.assert_allclose(found, SPECTRA[rate].filters, atol=1e-9)


def test_frequencies_of_a_filter_by_hand() -> None:
    # A = 1: its polynomials are 1 ± z⁻⁵, whose roots are each other one of ten a turn
    angles = [[36, 72, 108, 144]]
    np.testing.assert_allclose(np.degrees(line_frequencies(np.eye(5)[:1])), angles)
    np.testing.assert_allclose(filters_of(np.radians(angles)), np.eye(5)[:1], atol=1e-12)


@pytest.mark.parametrize("rate", ORDERS)
def test_through_its_own_envelopes_a_sound_is_itself(rate: int) -> None:
    spectra = SPECTRA[rate]
    np.testing.assert_array_equal(spectra.through(spectra.filters), SENTENCES[rate].samples)


def test_through_flat_envelopes_it_is_its_excitation() -> None:
    spectra = SPECTRA[8000]
    flat = np.eye(11)[np.zeros(len(spectra.filters), int)]
    last, filters = spectra.sound.samples[159:320].astype(float), spectra.filters[1]
    before = spectra.sound.samples[149:159].astype(float)
    expected = lfilter(filters, [1], np.append(before, last))[11:]
    np.testing.assert_allclose(spectra.through(flat)[160:320], expected, atol=0.5)


def test_one_filter_for_all_frames_is_one_filter() -> None:
    spectra = SPECTRA[8000]
    same = spectra.filters[np.full(len(spectra.filters), 50)]
    own = Spectra(spectra.sound, same, spectra.frequencies, spectra.is_heard)
    other = spectra.filters[np.full(len(spectra.filters), 90)]
    excited = lfilter(same[0], [1], spectra.sound.samples.astype(float))
    expected = lfilter([1], other[0], excited).clip(-32768, 32767)
    np.testing.assert_allclose(own.through(other), expected, atol=0.5 + 1e-6)


def test_frequencies_out_of_order_become_stable() -> None:
    drawn = np.random.default_rng(0).uniform(-0.2, 3.4, (200, 10))
    drawn[0] = np.pi
    drawn[1] = 0
    found = in_order(drawn)
    assert (np.diff(found, axis=1) > GAP * 0.999).all()
    assert ((found > 0) & (found < np.pi)).all()
    poles = [np.abs(np.roots(filters)).max() for filters in filters_of(found[2:])]
    assert max(poles) < 1
    fine = SPECTRA[8000].frequencies
    np.testing.assert_allclose(in_order(fine), fine, atol=1e-12)


def test_distortion_of_a_gain_that_is_the_same_everywhere() -> None:
    filters = SPECTRA[8000].filters[:3]
    np.testing.assert_allclose(spectral_distortions_db(filters, filters * 10), [20] * 3)
    assert spectral_distortions_db(filters, filters).tolist() == [0, 0, 0]


def test_envelopes_are_those_that_scipy_finds() -> None:
    filters = SPECTRA[8000].filters[50]
    _, response = freqz([1], filters, 128)
    expected = 20 * np.log10(np.abs(response))
    np.testing.assert_allclose(envelopes_db(filters[None])[0, :-1], expected, atol=1e-9)


def test_frequencies_at_peaks_weigh_more() -> None:
    spectra = SPECTRA[8000]
    weights, place = weights_of(spectra), 60
    _, response = freqz([1], spectra.filters[place], spectra.frequencies[place])
    expected = np.abs(response) ** 0.3 * np.append(np.ones(8), [0.8, 0.4])
    np.testing.assert_allclose(weights[place], expected)


def test_frequencies_are_those_of_the_polynomials() -> None:
    [filters] = predictors(windowed(SENTENCES[8000])[50:51], 10)
    [found] = line_frequencies(filters[None])
    turned = np.exp(1j * found)
    padded = np.append(filters, 0)
    for sign, angles in ((1, found[0::2]), (-1, found[1::2])):
        values = np.polyval(padded + sign * padded[::-1], np.exp(1j * angles))
        np.testing.assert_allclose(np.abs(values), 0, atol=1e-6)
    assert len(np.unique(turned)) == 10
