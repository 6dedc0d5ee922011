"""What the panels of sounds show: sounds beside sounds, codebooks beside codebooks."""

import io
import zipfile

import numpy as np
import pytest

from vqcore.coding.soundcodec import SoundSettings, lent_by
from vqcore.coding.soundcontainer import parse_sound
from vqcore.lab.climb import sweeping
from vqcore.lab.soundfiles import open_sound_file
from vqcore.lab.soundsharing import companions, known_tries, study_with_own, trying, use_of
from vqcore.lab.soundstudy import SoundStudy
from vqcore.lab.store import Store
from vqcore.show import soundpanels
from vqcore.show.panels import Table
from vqcore.signals.sounds import Sound, sample_recording, sound_of
from vqcore.work import finish

SENTENCE = sound_of(sample_recording("sentence"), 8000).samples
NAMES = "a.wav", "a.flac", "sentence"
SOUNDS = {
    name: Sound(SENTENCE[at : at + 4000], 8000, name)
    for name, at in zip(NAMES, (8000, 16000, 24000), strict=True)
}


@pytest.fixture(scope="module")
def of() -> SoundStudy:
    return SoundStudy(SOUNDS["a.flac"], SoundSettings(), (4,), Store(10**9))


def test_several_sounds_with_one_codebook_are_told_and_taken_away(of: SoundStudy) -> None:
    every = companions(of, SOUNDS, 4)
    assert soundpanels.each_table(every) is None
    assert soundpanels.tries_table(known_tries(every[:2], every), 4) is None
    assert soundpanels.joint_files(of, known_tries(every[:2], every), 4) == []
    for pieces in (*map(sweeping, every), trying(every[:2], every)):
        finish(pieces)
    tries = known_tries(every[:2], every)
    table = soundpanels.tries_table(tries, 4)
    assert isinstance(table, Table)
    assert [(row["sound"], row["trained_on"]) for row in table.rows] == [
        ("a.wav", "inside"),
        ("a.flac", "inside"),
        ("sentence (sample)", "outside"),
    ]
    assert all(set(table.columns) <= set(row) for row in table.rows)
    own, packed = soundpanels.joint_files(of, tries, 4)
    assert (own.name, own.data) == ("a (2)-K4-of-2.vq", tries[1].joint.file)
    assert isinstance(packed.data, bytes)
    with zipfile.ZipFile(io.BytesIO(packed.data)) as archive:
        files = {name: archive.read(name) for name in archive.namelist()}
    assert [*files] == ["a-K4-of-2.vq", "a (2)-K4-of-2.vq", "sentence-K4-of-2.vq"]
    assert [*files.values()] == [it.joint.file for it in tries]


def test_a_sound_with_a_codebook_from_elsewhere_is_told_beside_its_own(of: SoundStudy) -> None:
    other = SoundStudy(SOUNDS["a.wav"], SoundSettings(2), (4,), Store(10**9))
    finish(sweeping(other))
    file = open_sound_file(other.steps[4].file)
    own = study_with_own(of, of.sound, file)
    use = finish(use_of(own, file).work())
    assert len(soundpanels.uses_sheet("b_b.vq", use, own).rows) == 1
    finish(sweeping(own))
    rows = soundpanels.uses_sheet("b_b.vq", use, own).rows
    assert [row["Codebook"] for row in rows] == [r"b\_b\.vq", "This sound's own"]
    assert rows[0]["SNR"] == f"{use.figures.snr_db:.2f} dB"
    names = [
        (it.name, parse_sound(it.data).decode()) for it in soundpanels.use_files("b.vq", use, own)
    ]
    assert [name for name, _ in names] == ["a-K4-with-b.vq", "a-K4.vq"]
    np.testing.assert_array_equal(names[0][1], use.encoded.decode())


def test_that_a_sound_is_cut_otherwise_is_said(of: SoundStudy) -> None:
    for dimension, rate, told in ((4, 8000, 0), (2, 8000, 1), (4, 16000, 2)):
        sound = Sound(SENTENCE[:4000], rate, "")
        other = SoundStudy(sound, SoundSettings(dimension, rate), (2,), Store(10**9))
        finish(sweeping(other))
        said = soundpanels.other_cut(of, "it.vq", lent_by(other.steps[2].encoded))
        assert len(said) == told
        assert all(f"{dimension} samples at" in it for it in said[:1])


def test_a_file_alone_has_no_likeness_and_beside_its_original_all(of: SoundStudy) -> None:
    finish(sweeping(of))
    file = open_sound_file(of.steps[4].file)
    alone = soundpanels.file_table(file.cost)
    whole = soundpanels.file_table(of.steps[4].figures)
    assert "snr_db" not in alone.columns
    assert set(whole.columns) - set(alone.columns) == {
        "snr_db",
        "segmental_snr_db",
        "spectral_db",
        "stoi",
    }
    assert "recording" in alone.caption
