"""Tests of sounds swept: figures by hand, by their definitions, and what must be reached."""

import math

import numpy as np
import pytest
from pystoi import stoi as reference_stoi

from vqcore.coding.soundcodec import SoundSettings
from vqcore.coding.soundcontainer import parse_sound
from vqcore.lab.soundfigures import (
    likeness_work,
    log_spectral_distance_db,
    segmental_snr_db,
    stoi,
)
from vqcore.lab.soundsweeps import SoundStep, sweep_sound
from vqcore.signals.sounds import Sound, sample_recording, sound_of
from vqcore.work import finish

SENTENCE = sound_of(sample_recording("sentence"), 8000)
NOISE = np.random.default_rng(0).normal(0, 50, len(SENTENCE.samples))
NOISY = np.rint(SENTENCE.samples + NOISE).clip(-32768, 32767).astype(np.int16)


def steps(sound: Sound, settings: SoundSettings, sizes: list[int]) -> dict[int, SoundStep]:
    events = sweep_sound(sound, settings, sizes)
    return {it.codebook_size: it for it in events if isinstance(it, SoundStep)}


@pytest.fixture(scope="module")
def fours() -> dict[int, SoundStep]:
    return steps(SENTENCE, SoundSettings(4), [1, 2, 16, 256, 1024])


def test_what_speech_must_reach(fours: dict[int, SoundStep]) -> None:
    for size, snr_db, understood in ((16, 9.2, 0.82), (256, 15.7, 0.93), (1024, 19.5, 0.96)):
        assert fours[size].figures.snr_db >= snr_db
        assert fours[size].figures.stoi >= understood
    eights = steps(SENTENCE, SoundSettings(8), [1024])[1024].figures
    assert (eights.snr_db >= 15.4, eights.stoi >= 0.93) == (True, True)
    singles = steps(SENTENCE, SoundSettings(1), [128])[128].figures
    assert (singles.snr_db >= 37, singles.stoi >= 0.99) == (True, True)


def test_figures_are_those_of_what_the_file_decodes_to(fours: dict[int, SoundStep]) -> None:
    for step in fours.values():
        found = step.figures
        decoded = parse_sound(step.file).decode().astype(float)
        errors = SENTENCE.samples - decoded
        power = np.square(SENTENCE.samples.astype(float)).sum()
        assert found.snr_db == pytest.approx(10 * math.log10(power / np.square(errors).sum()))
        assert found.mse == pytest.approx(np.square(errors).mean())
        assert found.file_bytes == len(step.file)
        assert found.file_kbps == pytest.approx(8 * len(step.file) / 7.1 / 1000)
        assert found.file_ratio == pytest.approx(2 * len(SENTENCE.samples) / len(step.file))
        bits = 14200 * math.log2(step.codebook_size) + 355 * 5
        assert found.nominal_bytes == pytest.approx(bits / 8)
        assert found.nominal_kbps == pytest.approx(bits / 7.1 / 1000)


def test_a_file_is_smaller_than_fixed_lengths_from_few_codewords_on(
    fours: dict[int, SoundStep],
) -> None:
    for size in (16, 256):
        assert fours[size].figures.file_bytes < fours[size].figures.nominal_bytes


@pytest.mark.parametrize("family", ["residual", "gain-shape", "tree"])
def test_families_get_better_with_k(family: str) -> None:
    sound = Sound(SENTENCE.samples[:16000], 8000, "")
    found = steps(sound, SoundSettings(8, family=family), [2, 8, 32])
    decibels = [it.figures.snr_db for it in found.values()]
    assert decibels == sorted(decibels)


def test_sizes_that_a_sound_does_not_allow_become_the_most_it_does() -> None:
    sound = Sound(np.tile(np.int16([1000, -1000]), 400), 8000, "")
    found = steps(sound, SoundSettings(2), [1, 2, 64])
    assert [*found] == [1]
    assert found[1].figures.snr_db > 30


def test_another_rate_than_the_settings_is_refused() -> None:
    with pytest.raises(ValueError, match="the sound is at 8000 Hz, the settings at 16000"):
        sweep_sound(SENTENCE, SoundSettings(rate=16000), [2])


def test_segments_by_hand() -> None:
    loud, soft, still = (np.full(160, it, np.int16) for it in (1000, 10, 0))
    original = np.concatenate([loud, soft, still])
    errors = np.concatenate([np.full(160, 10.0), np.full(160, 10.0), np.full(160, 99.0)])
    assert segmental_snr_db(original, errors, 8000) == pytest.approx((35 + 0) / 2)
    assert segmental_snr_db(still, errors[:160], 8000) is None


def test_spectra_of_a_sound_at_half_its_size_are_six_decibels_apart() -> None:
    half = (SENTENCE.samples // 2 * 2 // 2).astype(np.int16)
    loud = np.rint(NOISE[:8000] * 100).astype(np.int16)
    found = log_spectral_distance_db(loud, (loud / 2).round().astype(np.int16), 8000)
    assert found == pytest.approx(20 * math.log10(2), abs=0.1)
    assert log_spectral_distance_db(half, half, 8000) == 0
    assert log_spectral_distance_db(half[:100], half[:100], 8000) is None


def test_a_click_at_the_edge_of_a_window_has_a_spectral_distance_all_the_same() -> None:
    click = np.zeros(512, np.int16)
    click[0] = 32767
    assert log_spectral_distance_db(click, click, 8000) == 0


def test_what_is_understood_is_pystois() -> None:
    expected = reference_stoi(SENTENCE.samples.astype(float), NOISY.astype(float), 8000)
    assert stoi(SENTENCE.samples, NOISY, 8000) == expected
    assert 0.9 < expected < 1
    assert stoi(SENTENCE.samples[:900], NOISY[:900], 8000) is None


def test_what_is_understood_of_a_long_sound_is_the_mean_of_six_stretches() -> None:
    long = np.tile(SENTENCE.samples, 11)[: 75 * 8000]
    noisy = np.tile(NOISY, 11)[: 75 * 8000]
    stretches = (slice(at * 8000, (at + 10) * 8000) for at in (0, 13, 26, 39, 52, 65))
    every = [stoi(long[it], noisy[it], 8000) for it in stretches]
    assert stoi(long, noisy, 8000) == pytest.approx(np.mean(every))
    assert stoi(long[: 60 * 8000], noisy[: 60 * 8000], 8000) == reference_stoi(
        long[: 60 * 8000].astype(float), noisy[: 60 * 8000].astype(float), 8000
    )
    long[: 12 * 8000] = 0  # the first stretch is silent
    assert stoi(long, long, 8000) == pytest.approx(1)


def test_noise_lowers_every_figure() -> None:
    found = finish(likeness_work(SENTENCE.samples, NOISY, 8000))
    same = finish(likeness_work(SENTENCE.samples, SENTENCE.samples, 8000))
    assert same.snr_db == math.inf
    assert (same.mse, same.spectral_db, same.segmental_snr_db) == (0, 0, 35)
    assert same.stoi == pytest.approx(1)
    assert found.snr_db == pytest.approx(
        10 * math.log10(np.square(SENTENCE.samples.astype(float)).mean() / 2500), abs=0.1
    )
