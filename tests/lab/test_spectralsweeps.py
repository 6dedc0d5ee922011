"""Tests of sweeps over spectra: bars of speech, what is measured, and what is learnt by heart."""

import math
from dataclasses import replace

import numpy as np
import pytest

from vqcore.coding.pointsfile import parse_points_file
from vqcore.lab.spectralsweeps import (
    SPECTRAL_FAMILIES,
    SpectralHeldOut,
    SpectralSettings,
    SpectralStep,
    heard_through,
    hold_out_spectra,
    possible_sizes,
    quantized_filters,
    sweep_spectra,
    vectors_of,
)
from vqcore.signals.sounds import Sound, sample_recording, sound_of
from vqcore.signals.spectra import analysed, envelopes_db, weights_of

SPECTRA = analysed(sound_of(sample_recording("sentence"), 8000))


def steps(settings: SpectralSettings, *sizes: int) -> dict[int, SpectralStep]:
    possible = possible_sizes(SPECTRA, settings, sizes)
    events = sweep_spectra(SPECTRA, settings, possible)
    return {it.codebook_size: it for it in events if isinstance(it, SpectralStep)}


@pytest.fixture(scope="module")
def plain() -> dict[int, SpectralStep]:
    return steps(SpectralSettings(), 1, 2, 16, 64, 1024)


def test_bits_and_distortion_of_speech(plain: dict[int, SpectralStep]) -> None:
    assert plain[355].figures.distortion_db == pytest.approx(0, abs=1e-3)  # a codeword a frame
    split = steps(SpectralSettings(family="split"), 256)[256].figures
    assert split.nominal_bits == 24
    assert split.nominal_kbps == 1.2
    assert split.distortion_db <= 1.5
    assert split.over_2_db <= 0.1
    staged = steps(SpectralSettings(family="residual"), 32)[32].figures
    assert staged.nominal_bits == 10
    assert staged.distortion_db <= 2.8


def test_figures_by_another_way(plain: dict[int, SpectralStep]) -> None:
    step = plain[16]
    own, theirs = (envelopes_db(it) for it in (SPECTRA.filters, quantized_filters(step.encoded)))
    distortions = [math.sqrt(np.mean((a - b) ** 2)) for a, b in zip(own, theirs, strict=True)]
    figures = step.figures
    assert figures.distortion_db == pytest.approx(np.mean(distortions))
    assert figures.over_2_db == np.mean([it > 2 for it in distortions])
    assert figures.over_4_db == np.mean([it > 4 for it in distortions])
    assert (figures.nominal_bits, figures.nominal_kbps) == (4, 0.2)
    assert figures.file_bits == 8 * len(step.file) / 355
    assert figures.codebook_bytes == 16 * 10 * 4
    assert figures.entropy_bits <= 4


def test_more_codewords_are_nearer(plain: dict[int, SpectralStep]) -> None:
    distances = [step.figures.distortion_db for step in plain.values()]
    assert distances == sorted(distances, reverse=True)


def test_the_file_decodes_to_the_same(plain: dict[int, SpectralStep]) -> None:
    read = parse_points_file(plain[16].file)
    np.testing.assert_array_equal(read.decode(), plain[16].encoded.decode())
    heard = heard_through(SPECTRA, read)
    np.testing.assert_array_equal(heard, heard_through(SPECTRA, plain[16].encoded))
    assert heard.shape == SPECTRA.sound.samples.shape


def test_with_a_codeword_a_frame_it_is_the_sound(plain: dict[int, SpectralStep]) -> None:
    own = SPECTRA.sound.samples.astype(float)
    errors = np.square(heard_through(SPECTRA, plain[355].encoded) - own)
    assert errors.mean() < 0.01  # frequencies in 32 bits
    assert np.square(heard_through(SPECTRA, plain[16].encoded) - own).mean() > 1000


@pytest.mark.parametrize("family", SPECTRAL_FAMILIES)
def test_weights_buy_a_smaller_weighted_error(family: str) -> None:
    def error(settings: SpectralSettings) -> float:
        decoded = steps(settings, 16)[16].encoded.decode()
        return float((weights_of(SPECTRA) * np.square(vectors_of(SPECTRA) - decoded)).sum())

    settings = SpectralSettings(family=family)
    assert error(replace(settings, weighted=True)) < error(settings)


def test_silence_is_encoded_but_trains_and_counts_for_nothing() -> None:
    speech = SPECTRA.sound.samples[8000:16000]
    both = np.concatenate([speech, np.zeros(8000, np.int16)])
    settings, found = SpectralSettings(), []
    for samples in (speech, both):
        spectra = analysed(Sound(samples, 8000, ""))
        assert possible_sizes(spectra, settings, [1024]) == [50]
        [step] = (
            it for it in sweep_spectra(spectra, settings, [8]) if isinstance(it, SpectralStep)
        )
        assert len(step.encoded.indices) == len(spectra.filters)
        found.append((step.figures.distortion_db, step.encoded.quantizer.tables[0].tolist()))
    assert found[0] == found[1]


def test_frames_not_trained_on_are_farther() -> None:
    events = hold_out_spectra(SPECTRA, SpectralSettings(), [1, 16, 128, 256])
    found = [it for it in events if isinstance(it, SpectralHeldOut)]
    assert [it.codebook_size for it in found] == [1, 16, 128]  # half of them are 178
    for it in found[1:]:
        assert it.others_db > it.trained_db + 0.3
    assert found[2].trained_db < 0.8 < 2.8 < found[2].others_db
