"""The page's own decoder of sounds gives the samples that `vqcore` does."""

import json

import numpy as np
import pytest
from node import calling

from vqcore.coding.codec import lookup_of
from vqcore.coding.soundcodec import SOUND_FAMILIES, SoundSettings
from vqcore.lab.soundsweeps import SoundStep, sweep_sound
from vqcore.lab.spectralsweeps import (
    SPECTRAL_FAMILIES,
    SpectralSettings,
    SpectralStep,
    heard_through,
    quantized_filters,
    sweep_spectra,
)
from vqcore.signals.frames import heard_table
from vqcore.signals.sounds import Sound, sample_recording, sound_of
from vqcore.signals.spectra import analysed
from vqcore.viewer.hearing import book_layer
from vqcore.viewer.hearingspectra import analysis_layer, spectra_layer

SENTENCE = sound_of(sample_recording("sentence"), 8000)
WORDS = Sound(SENTENCE.samples[4000:9001], 8000, "words")


@pytest.fixture(scope="module")
def page():
    with calling("sounds.js") as call:
        yield call


def steps(settings: SoundSettings) -> list[SoundStep]:
    events = sweep_sound(WORDS, settings, [1, 2, 32])
    return [it for it in events if isinstance(it, SoundStep)]


@pytest.mark.parametrize("family", SOUND_FAMILIES)
@pytest.mark.parametrize("dimension", [1, 4, 16])
def test_every_size_is_decoded_to_the_sample(page, family, dimension):
    for step in steps(SoundSettings(dimension, family=family)):
        encoded = step.encoded
        sound = {
            "table": heard_table().ravel().tolist(),
            "n": len(WORDS.samples),
            "gains": encoded.gains.tolist(),
            "frame": encoded.layout.frame,
        }
        table = lookup_of(encoded.quantizer, encoded.indices)
        book = {
            "places": table.places.tolist(),
            "vectors": table.vectors.ravel().tolist(),
            "dimension": dimension,
        }
        assert page("decoded", sound, book) == encoded.decode().tolist()


def test_a_layer_holds_what_the_page_decodes():
    *_, step = steps(SoundSettings(4, family="residual"))
    data = book_layer(step.encoded, "sweep", "")
    header, body = (int.from_bytes(data[at : at + 4], "little") for at in (0, 4))
    told = json.loads(data[8 : 8 + header])
    assert (told["kind"], told["of"], told["size"]) == ("soundbook", "sweep", 32)
    body = data[8 + header :][:body]
    places = np.frombuffer(body[: 2 * told["count"]], "<u2")
    vectors = np.frombuffer(body[2 * told["count"] :], np.uint8).reshape(-1, 4)
    assert len(vectors) == told["distinct"]
    expected = step.encoded.quantizer.decode(step.encoded.indices)
    np.testing.assert_array_equal(vectors[places], expected)


def test_the_envelope_has_the_extremes_of_each_stretch(page):
    found = page("envelope", WORDS.samples.tolist(), 0, 5000, 10)
    parts = WORDS.samples[:5000].reshape(10, 500)
    assert found == {"low": parts.min(axis=1).tolist(), "high": parts.max(axis=1).tolist()}


def test_an_envelope_of_few_samples_has_no_gaps(page):
    found = page("envelope", [0, 100, -50, 7], 0, 4, 10)
    low, high = found["low"], found["high"]
    assert (min(low), max(high)) == (-50, 100)
    for place in range(9):
        assert max(low[place], low[place + 1]) <= min(high[place], high[place + 1])


def test_a_spectrum_is_numpys(page):
    samples, middle, length = WORDS.samples.tolist(), 2000, 256
    window = 0.5 - 0.5 * np.cos(2 * np.pi * np.arange(length) / length)
    stretch = WORDS.samples[middle - 128 : middle + 128] * window
    expected = 10 * np.log10(np.abs(np.fft.rfft(stretch))[:128] ** 2 + 1)
    np.testing.assert_allclose(page("spectrumAt", samples, middle, length), expected, atol=0.01)


@pytest.mark.parametrize("family", SPECTRAL_FAMILIES)
def test_the_excitation_through_envelopes_is_the_same_to_the_sample(page, family):
    spectra = analysed(WORDS)
    events = sweep_spectra(spectra, SpectralSettings(family=family), [1, 2, 8])
    own = spectra.filters[:, 1:].ravel().tolist()
    sound = {"samples": WORDS.samples.tolist(), "frame": spectra.frame}
    for step in (it for it in events if isinstance(it, SpectralStep)):
        places, filters = read_spectra_book(spectra_layer(step, "sweep"))
        book = {"places": places.tolist(), "filters": filters.ravel().tolist()}
        analysis = {"filters": own, "order": filters.shape[1]}
        expected = heard_through(spectra, step.encoded)
        assert page("refiltered", sound, analysis, book) == expected.tolist()
        alone = np.where(np.repeat(places == 0, spectra.frame)[: len(expected)], expected, 0)
        assert page("refiltered", sound, analysis, book, 0) == alone.tolist()


def read_spectra_book(data):
    """The place and the filter of each distinct tuple, as spectra_layer has them."""
    header, body = (int.from_bytes(data[at : at + 4], "little") for at in (0, 4))
    told, body = json.loads(data[8 : 8 + header]), data[8 + header :][:body]
    ends = np.cumsum([2 * told["count"], told["distinct"] * told["dimension"]])
    assert len(body) == ends[1] + 8 * told["distinct"] * told["order"]
    filters = np.frombuffer(body[ends[1] :], "<f8").reshape(-1, told["order"])
    return np.frombuffer(body[: ends[0]], "<u2"), filters


def test_layers_of_spectra_hold_every_frame():
    spectra = analysed(WORDS)
    [step] = (
        it
        for it in sweep_spectra(spectra, SpectralSettings(family="split"), [4])
        if isinstance(it, SpectralStep)
    )
    places, filters = read_spectra_book(spectra_layer(step, "sweep"))
    np.testing.assert_array_equal(filters[places], quantized_filters(step.encoded)[:, 1:])
    data = analysis_layer(spectra)
    header = int.from_bytes(data[:4], "little")
    own = np.frombuffer(data[8 + header :], "<f8").reshape(-1, 10)
    np.testing.assert_array_equal(own, spectra.filters[:, 1:])
