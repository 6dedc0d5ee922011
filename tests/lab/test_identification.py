"""Tests of identification: a voice is known again, and distances are those of numpy."""

from functools import cache
from pathlib import Path

import numpy as np
import pytest
from click.testing import CliRunner
from helpers import TRACTS, voice

from vqcore.cli import main
from vqcore.lab.identification import identify, spectra_work, voice_of
from vqcore.quantizers.pointquantizer import PointQuantizer
from vqcore.refusals import SoundError
from vqcore.signals.sounds import Sound, file_of
from vqcore.work import finish


@cache
def voices() -> dict[str, PointQuantizer]:
    return {name: voice_of([voice(name, 1), voice(name, 2)]) for name in TRACTS}


@pytest.mark.parametrize("name", TRACTS)
def test_a_voice_is_known_again(name: str) -> None:
    assert identify(voice(name, 9), voices()).nearest == name


def test_a_distance_is_the_mean_of_the_nearest() -> None:
    sound = voice("low", 5)
    spectra = finish(spectra_work(sound)).astype(float)
    for name, quantizer in voices().items():
        squares = np.square(spectra[:, None] - quantizer.tables[0].astype(float)).sum(axis=2)
        expected = squares.min(axis=1).mean()
        assert identify(sound, voices()).distortions[name] == pytest.approx(expected, rel=1e-5)


def test_few_frames_make_as_many_codewords() -> None:
    assert voice_of([voice("low", 1, 0.1)]).codebook_size <= 5


def test_silence_is_nobody() -> None:
    with pytest.raises(SoundError, match="All of its frames are silent"):
        identify(Sound(np.zeros(4000, np.int16), 8000, "hush"), voices())


@pytest.fixture
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    for name in TRACTS:
        for seed in (1, 2, 9):
            (tmp_path / f"{name}{seed}.wav").write_bytes(file_of(voice(name, seed).samples, 8000))
    (tmp_path / "bad.wav").write_bytes(b"hello")
    monkeypatch.chdir(tmp_path)
    return tmp_path


@pytest.mark.usefixtures("folder")
def test_the_command_prints_a_table() -> None:
    trained = [word for name in TRACTS for word in ("--train", f"{name}={name}1.wav")]
    trained += ["--train", "low=low2.wav"]
    tests = [f"{name}9.wav" for name in TRACTS]
    result = CliRunner().invoke(main, ["identify", *trained, *tests, "bad.wav"])
    head, *lines = result.stdout.splitlines()
    assert head.split() == ["test", *TRACTS, "nearest"]
    assert [(line.split()[0], line.split()[-1]) for line in lines] == [
        (f"{name}9.wav", name) for name in TRACTS
    ]
    assert result.exit_code == 1
    assert result.stderr.startswith("Error: bad.wav: This is no sound that can be read")


@pytest.mark.usefixtures("folder")
@pytest.mark.parametrize(
    ("words", "told", "status"),
    [
        (["low9.wav"], "Missing option", 2),
        (["--train", "low1.wav", "low9.wav"], "low1.wav is not NAME=FILE.", 2),
        (["--train", "low=none.wav", "low9.wav"], "none.wav: No such file", 1),
        (["--train", "low=bad.wav", "low9.wav"], "bad.wav: This is no sound", 1),
    ],
    ids=str,
)
def test_what_cannot_be_trained_on_is_said(words: list[str], told: str, status: int) -> None:
    result = CliRunner().invoke(main, ["identify", *words])
    assert (result.exit_code, told in result.stderr) == (status, True)
