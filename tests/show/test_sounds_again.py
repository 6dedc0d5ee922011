"""What is taken away from a sound: the lines give the same file, the report plays both sounds."""

import base64
import io
import json
import re
import shlex
from collections.abc import Callable
from contextlib import chdir
from functools import cache, partial
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import soundfile
from shell import in_a_shell

from vqcore.codebooks.textbook import Rules, rows_of
from vqcore.coding.soundcodec import SOUND_FAMILIES, SoundSettings
from vqcore.coding.soundcontainer import parse_sound
from vqcore.lab.climb import examining, holding_out, sweeping
from vqcore.lab.soundstudy import SoundStudy
from vqcore.lab.soundsweeps import SoundStep
from vqcore.lab.store import Store
from vqcore.show.reproduce import sound_ways
from vqcore.show.sounddownloads import offered_of_sound
from vqcore.show.soundpanels import health_sentences
from vqcore.signals.frames import unscaled
from vqcore.signals.sounds import Pulses, Sound, file_of, read_recording, sample_recording, sound_of

NAME = "my 'words'.flac"
STARTS = rows_of(np.arange(8).reshape(2, 4) * 20.0), rows_of(np.arange(68).reshape(17, 4) + 90.5)


@cache
def speech() -> Pulses:
    return sound_of(sample_recording("sentence"), 16000).samples[16000:28000]


@cache
def upload() -> bytes:
    return file_of(speech(), 16000, "FLAC")


def uploaded(rate: Any = 8000, name: str = NAME) -> Sound:
    return sound_of(read_recording(upload(), name), rate)


def sample() -> Sound:
    return Sound(speech()[:8000], 16000, "sentence")


def given(start: Any) -> SoundSettings:
    return SoundSettings(4, trainer="textbook", rules=Rules("given", start, iterations=3))


@pytest.fixture(autouse=True)
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, in_this_process: None) -> Path:
    """Stand where the upload is, and where one has put the original that the lab gives."""
    (tmp_path / NAME).write_bytes(upload())
    (tmp_path / "-a.flac").write_bytes(upload())
    monkeypatch.chdir(tmp_path)
    return tmp_path


def study_of(sound: Sound, settings: SoundSettings, *sizes: int) -> SoundStudy:
    study = SoundStudy(sound, settings, sizes, Store(10**8))
    list(sweeping(study))
    return study


def files(study: SoundStudy, step: SoundStep) -> dict[str, bytes]:
    groups = offered_of_sound(study, step)
    return {offer.file_name: offer.make() for group in groups.values() for offer in group}


def names_after(lines: str) -> dict[str, Any]:
    names: dict[str, Any] = {}
    exec(lines, names)
    return names


CASES: dict[str, tuple[Callable[[], Sound], SoundSettings]] = {
    **{family: (uploaded, SoundSettings(8, family=family)) for family in SOUND_FAMILIES},
    "at 16 kHz": (partial(uploaded, 16000), SoundSettings(4, 16000, seed=3)),
    "options": (uploaded, SoundSettings(8, family="residual", options=(3,))),
    "a sample": (sample, SoundSettings(16, 16000)),
    "without a suffix": (partial(uploaded, name="Recording"), SoundSettings()),
    "like an option": (partial(uploaded, name="-a.flac"), SoundSettings()),
    "by the book": (uploaded, SoundSettings(trainer="textbook", rules=Rules("first"))),
    "few given": (uploaded, given(STARTS[0])),
    "many given": (uploaded, given(STARTS[1])),
}


def case_of(name: str) -> tuple[Sound, SoundSettings]:
    make, settings = CASES[name]
    return make(), settings


@pytest.mark.parametrize("case", CASES)
def test_each_way_gives_the_same_file(folder: Path, case: str) -> None:
    sound, settings = case_of(case)
    size = len(settings.given) or 4
    study = study_of(sound, settings, 1, 2, size)
    step = study.steps[size]
    np.savetxt(folder / "start.csv", settings.given, delimiter=",")
    found = files(study, step)
    original = next(name for name in found if name.endswith("kHz.wav"))
    (folder / original).write_bytes(found[original])
    _, (_, lines, language), (_, command, shell) = sound_ways(sound, settings, size)
    assert (language, shell) == ("python", "bash")
    assert names_after(lines)["step"].file == step.file
    [written] = folder.glob("*-K*.vq")
    assert written.name in found
    assert written.read_bytes() == step.file
    written.unlink()
    *python, word = shlex.split(command)[:3]
    with chdir(folder):
        status, _, complaint = in_a_shell(*shlex.split(command)[3:])
    assert (python, word, status, complaint) == (["python", "-m"], "vqcore", 0, "")
    assert written.read_bytes() == step.file


def test_the_command_by_hand() -> None:
    *_, (_, command, _) = sound_ways(uploaded(), SoundSettings(8, seed=2, family="tree"), 16)
    assert command == (
        "python -m vqcore encode 'my '\"'\"'words'\"'\"'.flac' 'my '\"'\"'words'\"'\"'-K16.vq' "
        "--dimension 8 --rate 8000 --size 16 --family tree --seed 2"
    )


@pytest.mark.parametrize("case", ["plain", "at 16 kHz", "a sample"])
def test_lines_by_hand_come_to_what_kmeans_does(folder: Path, case: str) -> None:
    sound, settings = case_of(case)
    settings = SoundSettings(settings.dimension, settings.rate, trainer="kmeans", seed=2)
    study = study_of(sound, settings, 8)
    for name, data in files(study, study.steps[8]).items():
        (folder / name).write_bytes(data)
    (_, lines, _), *_ = sound_ways(sound, settings, 8)
    names, step = names_after(lines), study.steps[8]
    assert names["snr"] == pytest.approx(step.figures.snr_db, abs=1e-4)
    np.testing.assert_array_equal(names["rebuilt"], step.encoded.decode())
    assert len([line for line in lines.splitlines() if line]) <= 20


def test_what_the_lines_need_is_told() -> None:
    def told(case: str, words: str) -> list[bool]:
        sound, settings = case_of(case)
        ways = sound_ways(sound, settings, len(settings.given) or 4)
        return [words in said for said, *_ in ways]

    original, start = "*Original (WAV)*", "start.csv is the codebook"
    assert told("plain", original) == [True, False, False]
    assert told("a sample", original) == told("without a suffix", original) == [True] * 3
    assert told("plain", start) == [False] * 3
    assert told("few given", start) == [False, False, True]
    assert told("many given", start) == [False, True, True]


def test_files_are_called_after_the_sound_and_hold_what_they_say() -> None:
    study = study_of(uploaded(), SoundSettings(4), 2, 16)
    step, stem = study.steps[16], "my 'words'-K16"
    found = files(study, step)
    assert [*found] == [
        *(f"{stem}.vq", f"{stem}.wav", "my 'words'-8kHz.wav"),
        *(f"{stem}-codebook.csv", f"{stem}-codebook.npy"),
        *(f"{stem}-indices.npy", f"{stem}-gains.npy"),
        *("my 'words'-figures.csv", "my 'words'-figures.json", f"{stem}.html"),
    ]
    decoded = parse_sound(found[f"{stem}.vq"]).decode()
    np.testing.assert_array_equal(heard(found[f"{stem}.wav"]), decoded)
    np.testing.assert_array_equal(heard(found["my 'words'-8kHz.wav"]), study.sound.samples)
    codebook, indices, gains = (
        np.load(io.BytesIO(found[f"{stem}-{name}.npy"]))
        for name in ("codebook", "indices", "gains")
    )
    vectors = codebook[indices[:, 0]].astype(np.uint8)
    layout = study.cut.layout
    np.testing.assert_array_equal(unscaled(gains, layout.join(vectors), layout), decoded)
    head, *lines = found[f"{stem}-codebook.csv"].decode().splitlines()
    assert head == "column,index,x1,x2,x3,x4"
    np.testing.assert_array_equal(np.int16([it.split(",")[2:] for it in lines]), codebook)
    points = json.loads(found["my 'words'-figures.json"])["points"]
    assert [it["snr_db"] for it in points] == [it.snr_db for it in study.figures]
    assert len(found["my 'words'-figures.csv"].decode().splitlines()) == 3


def heard(data: bytes) -> Any:
    samples, rate = soundfile.read(io.BytesIO(data), dtype="int16")
    assert rate == 8000
    return samples


@pytest.mark.parametrize("family", SOUND_FAMILIES)
def test_every_table_is_in_the_codebook(family: str) -> None:
    study = study_of(uploaded(), SoundSettings(4, family=family), 4)
    found, quantizer = files(study, study.steps[4]), study.steps[4].encoded.quantizer
    lines = found["my 'words'-K4-codebook.csv"].decode().splitlines()[1:]
    assert len(lines) == sum(quantizer.sizes)
    assert [*dict.fromkeys(it.split(",")[0] for it in lines)] == [*quantizer.names]
    assert ("my 'words'-K4-codebook.npy" in found) == (len(quantizer.tables) == 1)


def test_the_iterations_by_the_book_are_there() -> None:
    study = study_of(uploaded(), SoundSettings(trainer="textbook"), 4)
    lines = files(study, study.steps[4])["my 'words'-K4-iterations.csv"].decode().splitlines()
    assert len(lines) == 1 + len(study.steps[4].trained.book.lines)


def test_the_report_is_whole_and_plays_both_sounds() -> None:
    study = study_of(uploaded(), SoundSettings(4, family="tree", seed=1), 2, 16)
    page = files(study, study.steps[16])["my 'words'-K16.html"].decode()
    assert "<h2>Health</h2>" not in page
    for work in examining(study), holding_out(study):
        list(work)
    page = files(study, study.steps[16])["my 'words'-K16.html"].decode()
    assert "<h1>my &#x27;words&#x27;.flac</h1>" in page
    assert "d = 4, Tree, seed 1; SHA-256 of rate and samples" in page
    assert study.sound.digest in page
    original, rebuilt = re.findall(r'<audio controls src="data:audio/wav;base64,([^"]+)"', page)
    np.testing.assert_array_equal(heard(base64.b64decode(original)), study.sound.samples)
    expected = study.steps[16].encoded.decode()
    np.testing.assert_array_equal(heard(base64.b64decode(rebuilt)), expected)
    for sentence in health_sentences(study, 16):
        assert f"<p>{sentence}</p>" in page
    assert "side B" not in page
    assert page.count("Plotly.newPlot") >= 5
    without_scripts = re.sub("<script.*?</script>", "", page, flags=re.DOTALL)
    assert not re.search(r'(?:src|href)="(?!data:)', without_scripts)
    for step in study.steps.values():
        assert f"<td>{step.figures.snr_db:.2f}</td>" in page


def test_a_name_in_the_report_is_no_html() -> None:
    study = study_of(Sound(speech()[:4000], 16000, "<script>"), SoundSettings(4, 16000), 2)
    assert "<h1>&lt;script&gt;</h1>" in files(study, study.steps[2])["<script>-K2.html"].decode()
