"""Tests of the panels of spectra: what stands in their charts, tables and files."""

import csv
import io
import json
from itertools import chain

import numpy as np
import pytest
import soundfile

from vqcore.coding.pointsfile import parse_points_file
from vqcore.lab.climb import examining, holding_out, known_healths, known_held_out, sweeping
from vqcore.lab.spectralstudy import (
    SpectralStudy,
    frame_seen,
    loudest_frame,
    relatives,
)
from vqcore.lab.spectralsweeps import SpectralSettings, heard_through
from vqcore.lab.store import Store
from vqcore.show import spectralpanels
from vqcore.show.sounddownloads import offered_of_spectra
from vqcore.show.wording import figures_of_spectra
from vqcore.signals.sounds import Sound, sample_recording, sound_of
from vqcore.signals.spectra import spectral_distortions_db

SENTENCE = sound_of(sample_recording("sentence"), 8000)
WORDS = Sound(SENTENCE.samples[4000:12080], 8000, "words.wav")


@pytest.fixture(scope="module")
def study() -> SpectralStudy:
    found = SpectralStudy(WORDS, SpectralSettings(family="split"), (1, 4, 16), Store(10**8))
    for _ in sweeping(found):
        pass
    for work in (holding_out(found), examining(found)):
        for _ in work:
            pass
    return found


def test_what_is_asked_for_is_found_once(study: SpectralStudy) -> None:
    assert study.plan == [1, 4, 16]
    assert study.is_complete
    assert not study.is_clamped
    again = SpectralStudy(WORDS, SpectralSettings(family="split"), (1, 4, 16), study.store)
    assert again.steps == study.steps
    assert list(holding_out(again)) == []
    others = [(it.settings.family, it.settings.weighted) for it in relatives(study)]
    assert others == [("split", True), ("plain", False), ("residual", False)]


def test_curves_are_of_all_frames_and_of_others(study: SpectralStudy) -> None:
    distortion, bits = spectralpanels.size_charts(study)
    every, others = distortion.figure.data
    assert list(every.y) == [it.distortion_db for it in study.figures]
    assert list(others.y) == [it.others_db for it in known_held_out(study).values()]
    nominal = bits.figure.data[0]
    assert (list(nominal.x), list(nominal.y)) == ([4, 16], [6, 12])  # none at K = 1
    [all_frames] = spectralpanels.rate_chart([study], "all").figure.data
    [not_trained] = spectralpanels.rate_chart([study], "others").figure.data
    assert list(all_frames.x) == list(not_trained.x) == [0, 6, 12]
    assert (list(all_frames.y), list(not_trained.y)) == (list(every.y), list(others.y))
    weighted, *_ = relatives(study)
    for _ in sweeping(weighted):
        pass
    both = spectralpanels.rate_chart([study, weighted], "all").figure.data
    assert [curve.name for curve in both] == ["Split", "Split, weighted"]
    assert both[0].marker.symbol != both[1].marker.symbol


def test_health_is_of_frames(study: SpectralStudy) -> None:
    sentences = spectralpanels.health_sentences(study, 16)
    gap = known_held_out(study)[16].gap_db
    assert gap > 0
    assert sentences[-1].startswith(f"Frames that were not trained on have {gap:.2f} dB more")
    health = known_healths(study)[16]
    assert sum(health.cell_use) == len(study.spectra.filters)
    rows = spectralpanels.health_table(study).rows
    assert [row["codebook_size"] for row in rows] == [1, 4, 16]
    assert rows[2]["gap_db"] == gap
    used, held_out = spectralpanels.health_charts(study)
    assert (used.id, held_out.id) == ("sound-perplexity", "distortion")


def test_a_frame_beside_its_envelopes(study: SpectralStudy) -> None:
    place = loudest_frame(study)
    assert place == np.square(WORDS.samples[:8000].reshape(-1, 160), dtype=float).sum(1).argmax()
    seen = frame_seen(study, 16, place)
    quantized = study.filters_at(16)[place : place + 1]
    [expected] = spectral_distortions_db(study.spectra.filters[place : place + 1], quantized)
    assert seen.distortion_db == expected
    rms = np.sqrt(np.mean(np.square(seen.own_db - seen.quantized_db)))
    assert rms == pytest.approx(expected)
    assert abs(np.mean(seen.power_db - seen.own_db)) < 6  # the envelope lies on the spectrum
    assert (np.diff(seen.line_hertz) > 0).all()
    assert len(seen.line_hertz) == 10
    chart = spectralpanels.envelopes_chart(study, 16, place)
    assert chart.title.startswith(f"{place / 50:.2f} s: {expected:.2f}")
    assert [len(trace.x) for trace in chart.figure.data] == [129, 129, 129, 10]


def test_figures_in_words_in_a_table_and_in_files(study: SpectralStudy) -> None:
    figures = study.steps[16].figures
    told = figures_of_spectra(figures)
    assert f"over 2 dB: {100 * figures.over_2_db:.0f}" in told
    assert "12.0 bits a frame" in told
    row = spectralpanels.figures_table(study).rows[-1]
    assert row["over_4_percent"] == 100 * figures.over_4_db
    offers = chain.from_iterable(offered_of_spectra(study, study.steps[16]).values())
    made = {it.id: (it.file_name, it.make()) for it in offers}
    assert [name for name, _ in made.values()] == [
        "words-spectra-K16.wav",
        "words-spectra-K16.npz",
        "words-spectra-K16-codebook.csv",
        "words-spectra-K16-indices.npy",
        "words-spectra.csv",
        "words-spectra.json",
    ]
    encoded = study.steps[16].encoded
    samples, rate = soundfile.read(io.BytesIO(made["spectral-wav"][1]), dtype="int16")
    assert rate == 8000
    np.testing.assert_array_equal(samples, heard_through(study.spectra, encoded))
    decoded = parse_points_file(made["points"][1]).decode()
    np.testing.assert_array_equal(decoded, encoded.decode())
    indices = np.load(io.BytesIO(made["spectral-indices"][1]))
    np.testing.assert_array_equal(indices, encoded.indices)
    assert made["codebook-csv"][1].count(b"\n") == 1 + 3 * 16
    rows = list(csv.DictReader(io.StringIO(made["point-csv"][1].decode())))
    assert [row["codebook_size"] for row in rows] == ["1", "4", "16"]
    record = json.loads(made["json"][1])
    assert record["points"][2]["distortion_db"] == figures.distortion_db
