"""Sounds on the command line: what is written, what is said, and what is refused."""

import csv
import json
from dataclasses import asdict
from pathlib import Path

import numpy as np
import pytest
import soundfile
from click.testing import CliRunner, Result
from helpers import smooth_picture

from vqcore.cli import main
from vqcore.coding.soundcodec import SoundSettings, cut_sound, encode_sound_work
from vqcore.coding.soundcontainer import pack_sound, parse_sound
from vqcore.lab.soundsharing import train_on_several
from vqcore.lab.soundsweeps import SoundStep, sweep_sound
from vqcore.lab.spectralsweeps import SpectralSettings, SpectralStep, sweep_spectra
from vqcore.quantizers.quantizer import TrainedQuantizer
from vqcore.show.provenance import PROGRAM
from vqcore.signals.pictures import png_bytes
from vqcore.signals.sounds import Sound, file_of, sample_recording, sound_of
from vqcore.signals.spectra import analysed
from vqcore.work import finish

MEASURED = {"train_seconds", "encode_seconds"}
SENTENCE = sound_of(sample_recording("sentence"), 8000)
WORDS = Sound(SENTENCE.samples[4000:14000], 8000, "words.wav")
OTHERS = Sound(SENTENCE.samples[20000:26000], 8000, "others.flac")


@pytest.fixture(autouse=True)
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Return a folder, made the current one, with sounds, a picture, and a broken file."""
    (tmp_path / "words.wav").write_bytes(file_of(WORDS.samples, 8000))
    (tmp_path / "others.flac").write_bytes(file_of(OTHERS.samples, 8000, "FLAC"))
    (tmp_path / "cut.wav").write_bytes(file_of(WORDS.samples, 8000)[:12000])
    (tmp_path / "bad.wav").write_bytes(b"hello")
    (tmp_path / "cat.png").write_bytes(png_bytes(smooth_picture(24, 33).pixels))
    monkeypatch.chdir(tmp_path)
    return tmp_path


def run(*arguments: object) -> Result:
    result = CliRunner().invoke(main, [str(argument) for argument in arguments])
    if result.exception and not isinstance(result.exception, SystemExit):
        raise result.exception
    return result


def done(*arguments: object) -> str:
    """Return the standard output of a run that goes well and says nothing else."""
    result = run(*arguments)
    assert (result.exit_code, result.stderr) == (0, "")
    return result.stdout


def steps(sound: Sound, settings: SoundSettings, sizes: list[int]) -> list[SoundStep]:
    return [it for it in sweep_sound(sound, settings, sizes) if isinstance(it, SoundStep)]


def test_a_sweep_prints_and_writes_its_figures(folder: Path) -> None:
    how = "--sizes", "1,16", "--dimension", "8", "--seed", "2"
    text = done("sweep", "words.wav", *how, "--csv", "o.csv", "--json", "o.json")
    settings = SoundSettings(8, seed=2)
    expected = [asdict(it.figures) for it in steps(WORDS, settings, [1, 16])]
    assert text.startswith("words.wav: 1.25 s at 8000 Hz, 8 samples a vector\n")
    record = json.loads((folder / "o.json").read_text())
    assert (record["name"], record["rate"], record["dimension"]) == ("words.wav", 8000, 8)
    for found, one in zip(record["points"], expected, strict=True):
        assert {name: it for name, it in found.items() if name not in MEASURED} == {
            name: it for name, it in one.items() if name not in MEASURED
        }
    rows = list(csv.DictReader((folder / "o.csv").open()))
    assert [row["snr_db"] for row in rows] == [repr(it["snr_db"]) for it in expected]
    assert (rows[0]["digest"], rows[0]["program"]) == (WORDS.digest, PROGRAM)


def test_what_was_cut_short_is_swept_and_said(folder: Path) -> None:
    result = run("sweep", "cut.wav", "bad.wav", "--sizes", "2")
    assert result.exit_code == 1
    assert "cut.wav: 0.75 s at 8000 Hz" in result.stdout
    assert result.stderr.splitlines() == [
        "cut.wav: cut short: 0.7 of 1.2 s are there.",
        "Error: bad.wav: This is no sound that can be read: "
        "WAV, FLAC, Ogg, MP3, AIFF, CAF and AU can.",
    ]


def test_a_size_that_the_sound_does_not_allow(folder: Path) -> None:
    tone = np.tile(np.int16([900, -900]), 1040)  # 13 frames, all alike
    soundfile.write(folder / "tone.wav", tone, 8000)
    result = run("encode", "tone.wav", "tone.vq", "--size", "64")
    assert result.exit_code == 0
    assert result.stderr == "tone.wav: no codebook can be larger than K = 1.\n"


@pytest.mark.parametrize(
    ("options", "settings"),
    [
        ((), SoundSettings()),
        (
            ("--dimension", "16", "--family", "residual", "--stages", "3"),
            SoundSettings(16, family="residual", options=(3,)),
        ),
        (
            ("--trainer", "textbook", "--start", "first", "--dimension", "2"),
            SoundSettings(2, trainer="textbook"),
        ),
    ],
    ids=str,
)
def test_a_file_is_encoded_told_of_and_decoded(
    folder: Path, options: tuple[str, ...], settings: SoundSettings
) -> None:
    done("encode", "words.wav", "words.vq", "--size", "8", *options)
    encoded = parse_sound((folder / "words.vq").read_bytes())
    if settings.trainer == "lbg":
        assert (folder / "words.vq").read_bytes() == steps(WORDS, settings, [8])[0].file
    told = done("info", "words.vq")
    assert f"vectors   {encoded.layout.count} of {settings.dimension} samples" in told
    assert "sound     1.25 s at 8000 Hz" in told
    for name in ("words-again.wav", "words-again.flac"):
        assert done("decode", "words.vq", name) == ""
        samples, rate = soundfile.read(folder / name, dtype="int16")
        np.testing.assert_array_equal(samples, encoded.decode())
        assert rate == 8000


def test_a_codebook_of_another_sound_is_used(folder: Path) -> None:
    done("encode", "words.wav", "words.vq", "--size", "32", "--dimension", "8")
    done("encode", "others.flac", "others.vq", "--codebook", "words.vq")
    quantizer = parse_sound((folder / "words.vq").read_bytes()).quantizer
    expected = finish(encode_sound_work(cut_sound(OTHERS, 8), quantizer))
    assert (folder / "others.vq").read_bytes() == pack_sound(expected)


@pytest.mark.parametrize("family", ["plain", "tree"])
def test_one_codebook_is_trained_on_several_sounds(folder: Path, family: str) -> None:
    how = "--size", "8", "--dimension", "2", "--family", family
    text = done("train", "words.wav", "others.flac", "both.vq", *how)
    assert [line.partition(":")[0] for line in text.splitlines() if "at 8000 Hz" in line] == [
        "words.wav",
        "others.flac",
    ]
    assert text.endswith("both.vq is words.wav with that codebook; --codebook takes it.\n")
    both = parse_sound((folder / "both.vq").read_bytes())
    cuts = [cut_sound(it, 2) for it in (WORDS, OTHERS)]
    events = train_on_several(cuts, SoundSettings(2, family=family), 8)
    [trained] = (it for it in events if isinstance(it, TrainedQuantizer))
    np.testing.assert_array_equal(both.quantizer.tables[0], trained.quantizer.tables[0])
    assert both.layout.samples == 10000
    done("encode", "words.wav", "again.vq", "--codebook", "both.vq")
    assert (folder / "again.vq").read_bytes() == (folder / "both.vq").read_bytes()


def test_sounds_that_cannot_be_read_are_named_and_the_others_trained_on(folder: Path) -> None:
    result = run("train", "words.wav", "bad.wav", "book.vq", "--size", "4")
    assert result.exit_code == 1
    assert result.stderr.startswith("Error: bad.wav: This is no sound")
    done("encode", "words.wav", "alone.vq", "--size", "4")
    assert (folder / "book.vq").read_bytes() == (folder / "alone.vq").read_bytes()


def test_a_plain_codebook_of_a_sound_is_a_start(folder: Path) -> None:
    done("encode", "others.flac", "others.vq", "--size", "8")
    table = parse_sound((folder / "others.vq").read_bytes()).quantizer.tables[0]
    np.save("others.npy", table.astype(np.uint8))
    for start in ("others.vq", "others.npy"):
        rules = "--trainer", "textbook", "--start-codebook", start, "--iterations", "2"
        done("encode", "words.wav", f"from {start}.vq", *rules)
    first, second = ((folder / f"from others.{it}.vq").read_bytes() for it in ("vq", "npy"))
    assert first == second


@pytest.mark.parametrize(
    ("made", "used", "told"),
    [
        (["--family", "tree"], [], "a.vq: Its codebook is tree; a start is plain."),
        (
            ["--dimension", "2"],
            [],
            "a.vq: Its vectors are 2 samples at 8000 Hz, and not 4 at 8000 Hz.",
        ),
        ([], ["--rate", "16000"], "4 samples at 8000 Hz, and not 4 at 16000 Hz."),
    ],
)
def test_a_start_that_does_not_fit_is_refused(made: list[str], used: list[str], told: str) -> None:
    done("encode", "others.flac", "a.vq", "--size", "4", *made)
    rules = "--trainer", "textbook", "--start-codebook", "a.vq"
    result = run("sweep", "words.wav", *rules, *used)
    assert (result.exit_code, result.stderr.endswith(f"{told}\n")) == (1, True)


REFUSED = {
    ("sweep", "words.wav", "--block", "8"): "--block is not for sounds.",
    ("sweep", "words.wav", "cat.png"): "words.wav is a sound and cat.png is none",
    ("sweep", "words.wav", "--dimension", "3"): "'3' is not one of '1', '2', '4', '8', '16'",
    ("sweep", "words.wav", "--rate", "44100"): "'44100' is not one of '8000', '16000'",
    ("sweep", "words.wav", "--family", "quadtree"): "--family quadtree is not for sounds.",
    ("sweep", "cat.png", "--rate", "8000"): "--rate is for sounds, not for pictures.",
    ("encode", "words.wav", "words.npz"): "words.npz does not end in .vq.",
    ("encode", "words.wav", "o.vq", "--max-bytes", "9"): "--max-bytes is not for sounds.",
    ("encode", "words.wav", "o.vq", "--codebook", "golden.vq", "--rate", "8000"): (
        "--rate has no place beside --codebook, which is trained."
    ),
    ("train", "words.wav", "b.npz"): "is that of a sound's file, .vq, not b.npz.",
    ("train", "cat.png", "b.npz", "--family", "tree"): "the codebook's, .vq, not b.npz.",
    ("train", "cat.png", "b.npz", "--dimension", "2"): "--dimension is for sounds",
    ("decode", "golden.vq", "o.png"): "o.png does not end in .wav or .flac.",
}


@pytest.mark.parametrize("arguments", REFUSED, ids=" ".join)
def test_what_makes_no_sense_is_refused_in_a_sentence(
    folder: Path, arguments: tuple[str, ...]
) -> None:
    golden = Path(__file__).parent / "golden" / "sentence.vq"
    (folder / "golden.vq").write_bytes(golden.read_bytes())
    before = sorted(folder.iterdir())
    result = run(*arguments)
    assert result.exit_code == 2
    assert REFUSED[arguments] in " ".join(result.stderr.split())
    assert sorted(folder.iterdir()) == before


@pytest.mark.parametrize(
    ("arguments", "sentence"),
    [
        (("encode", "bad.wav", "o.vq"), "Error: bad.wav: This is no sound"),
        (("encode", "none.wav", "o.vq"), "Error: none.wav: No such file or directory"),
        (("encode", "words.wav", "o.vq", "--codebook", "bad.wav"), "Error: bad.wav: This is not"),
        (("decode", "half.vq", "o.wav"), "Error: half.vq: The .vq file"),
    ],
    ids=str,
)
def test_files_that_fail_are_named_and_nothing_is_written(
    folder: Path, arguments: tuple[str, ...], sentence: str
) -> None:
    golden = Path(__file__).parent / "golden" / "sentence.vq"
    (folder / "half.vq").write_bytes(golden.read_bytes()[:300])
    result = run(*arguments)
    assert result.exit_code == 1
    assert result.stderr.startswith(sentence)
    assert len(result.stderr.splitlines()) == 1
    assert not list(folder.glob("o.*"))


@pytest.mark.parametrize(
    ("command", "sizes"),
    [(["sweep", "words.wav", "--sizes"], "4,8"), (["encode", "words.wav", "out.vq", "--size"], 8)],
)
def test_a_start_is_of_its_own_size(folder: Path, command: list[str], sizes: object) -> None:
    np.save("start.npy", np.arange(0, 160, 10, np.uint8).reshape(4, 4))
    rules = "--trainer", "textbook", "--start-codebook", "start.npy", "--dimension", 4
    asked = str(sizes).replace(",", ", ")
    told = f"The start has 4 codewords, and K is to be {asked}.\n"
    result = run(*command, sizes, *rules)
    assert result.exit_code == 1
    assert result.stderr.endswith(told)
    assert run(*command, 4, *rules).exit_code == 0


# ---------------------------------------------------------------------------------------- spectra


def test_a_sweep_of_spectra_prints_and_writes_its_figures(folder: Path) -> None:
    how = "--sizes", "1,4", "--family", "split", "--parts", "2", "--weighted", "--seed", "3"
    out = done("sweep", "words.wav", "--spectra", *how, "--json", "a.json", "--csv", "a.csv")
    assert "1.25 s at 8000 Hz, 63 frames of 10 frequencies, 63 not silent" in out
    settings = SpectralSettings(8000, "split", (2,), weighted=True, seed=3)
    events = sweep_spectra(analysed(WORDS), settings, [1, 4])
    expected = [asdict(it.figures) for it in events if isinstance(it, SpectralStep)]
    record = json.loads((folder / "a.json").read_text())
    assert record["frames"] == record["frames_heard"] == 63
    assert record["provenance"]["options"] == "parts=2"
    for figures, point in zip(expected, record["points"], strict=True):
        for name in figures.keys() - MEASURED:
            assert point[name] == pytest.approx(figures[name])
    with (folder / "a.csv").open() as file:
        rows = list(csv.DictReader(file))
    assert [row["distortion_db"] for row in rows] == [str(it["distortion_db"]) for it in expected]
    assert {row["weighted"] for row in rows} == {"True"}


def test_spectra_that_are_too_few_for_a_size(folder: Path) -> None:
    result = run("sweep", "words.wav", "--spectra", "--sizes", "2,1024")
    assert (result.exit_code, result.stderr) == (
        0,
        "words.wav: no codebook can be larger than K = 63.\n",
    )


@pytest.mark.parametrize(
    ("arguments", "told"),
    [
        (["words.wav", "--spectra", "--dimension", "4"], "--dimension is not for spectra."),
        (["words.wav", "--spectra", "--family", "tree"], "--family tree is not for spectra."),
        (["words.wav", "--weighted"], "--weighted is not for sounds."),
        (["cat.png", "--spectra"], "--spectra is for sounds, not for pictures."),
        (["cat.png", "--weighted"], "--weighted is for sounds, not for pictures."),
    ],
)
def test_what_is_not_for_spectra_is_refused(folder: Path, arguments: list[str], told: str) -> None:
    result = run("sweep", *arguments)
    assert result.exit_code == 2
    assert told in result.stderr
