"""Tests of reproduce: the command and the lines give the file that the lab offers."""

import shlex
from collections.abc import Callable, Iterator
from contextlib import chdir
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from helpers import smooth_picture, steps_of
from shell import Ended, in_a_new_shell, in_a_shell

from vqcore.codebooks.codebook import Codebook
from vqcore.codebooks.textbook import Rules, rows_of
from vqcore.coding.codebookfile import SharedCodebook, pack_codebook
from vqcore.coding.codec import Settings
from vqcore.lab.sweeps import Step, sweep
from vqcore.show.byhand import numpy_lines
from vqcore.show.provenance import Provenance, provenance_of
from vqcore.show.reproduce import command_line, picture_file, python_lines, ways
from vqcore.signals.blocks import BlockSize
from vqcore.signals.pictures import Origin, Picture, png_bytes, read_picture, sample_picture

LADDER = [1, 2, 4, 8, 16]
DATA = png_bytes(smooth_picture(40, 56).pixels)
NAME = "my 'waves'.png"


def step_of(picture: Picture, settings: Settings, size: int) -> Step:
    """Return what the lab has of a K, among the sizes of the ladder."""
    steps = steps_of(sweep(picture, settings, [*LADDER, size]))
    return next(step for step in steps if step.point.codebook_size == size)


def ran(command: str, folder: Path, shell: Callable[..., Ended] = in_a_shell) -> None:
    python, option, module, *words = shlex.split(command)
    assert (python, option, module) == ("python", "-m", "vqcore")
    with chdir(folder):
        status, _, complaint = shell(*words)
    assert status == 0, complaint


@pytest.mark.usefixtures("in_this_process")
@pytest.mark.parametrize(
    ("settings", "size", "file"),
    [
        (Settings(), 16, "8x8-rgb-K16"),
        (Settings(4, "ycbcr"), 11, "4x4-ycbcr-K11"),
        (Settings(4, "gray", seed=3), 8, "4x4-gray-K8-seed3"),
        (Settings(4, rate_weight=50), 16, "4x4-rgb-K16-lambda50"),
        (Settings(4, trainer="kmeans", seed=5), 8, "4x4-rgb-K8-kmeans-seed5"),
        (
            Settings(4, trainer="textbook", rules=Rules("first", epsilon=0, iterations=5)),
            7,
            "4x4-rgb-K7-textbook-startfirst-epsilon0-iterations5",
        ),
    ],
    ids=str,
)
def test_both_give_the_file_that_is_offered(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, settings: Settings, size: int, file: str
) -> None:
    picture = read_picture(DATA, NAME)
    expected = step_of(picture, settings, size).file
    source = provenance_of(picture, settings, size)
    written = tmp_path / f"my 'waves'-{file}.vq"
    (tmp_path / NAME).write_bytes(DATA)
    monkeypatch.chdir(tmp_path)
    assert [*given_by_both(picture, source, written)] == [expected, expected]


@pytest.mark.parametrize("count", [2, 3])
def test_codewords_given_are_told_or_loaded(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, count: int
) -> None:
    picture = read_picture(DATA, NAME)
    words = np.random.default_rng(1).integers(0, 256, (count, 32)).astype(np.uint8)
    rules = Rules("given", rows_of(words), iterations=2)
    settings = Settings((8, 4), "gray", "textbook", rules=rules)
    [step] = steps_of(sweep(picture, settings, [count]))
    source = provenance_of(picture, settings, count)
    shared = SharedCodebook(Codebook(words), BlockSize(8, 4), "gray")
    (tmp_path / "start.npz").write_bytes(pack_codebook(shared))
    (tmp_path / NAME).write_bytes(DATA)
    monkeypatch.chdir(tmp_path)
    written = tmp_path / f"{source.file_stem}.vq"
    assert [*given_by_both(picture, source, written)] == [step.file] * 2
    assert ("start.npz" in python_lines(picture, source)) == (count == 3)
    told = [words for words, *_ in ways(picture, source, "")]
    of_start = ["start.npz is the codebook that training begins with" in words for words in told]
    assert of_start == [False, count == 3, count == 2, False]


def given_by_both(picture: Picture, source: Provenance, written: Path) -> Iterator[bytes]:
    """Give the file that the command writes, and the one of the lines of Python."""
    ran(command_line(picture, source), written.parent)
    yield written.read_bytes()
    written.unlink()
    names: dict[str, Any] = {}
    exec(python_lines(picture, source), names)
    assert names["step"].file == written.read_bytes()
    yield written.read_bytes()


def test_a_raw_file_is_read_in_its_size(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    pixels = smooth_picture(24, 36, gray=True).pixels
    (tmp_path / "waves.raw").write_bytes(pixels.tobytes())
    picture = read_picture(pixels.tobytes(), "waves.raw", (36, 24))
    source = provenance_of(picture, Settings(4), 8)
    written, expected = tmp_path / f"{source.file_stem}.vq", step_of(picture, Settings(4), 8).file
    assert written.name == "waves-4x4-gray-K8.vq"
    monkeypatch.chdir(tmp_path)
    assert [*given_by_both(picture, source, written)] == [expected, expected]


def test_a_size_that_the_distinct_blocks_limit(tmp_path: Path) -> None:
    picture = read_picture(DATA, NAME)
    limit = max(it.point.codebook_size for it in steps_of(sweep(picture, Settings(), [64])))
    assert limit == 35
    (tmp_path / NAME).write_bytes(DATA)
    source = provenance_of(picture, Settings(), limit)
    ran(command_line(picture, source), tmp_path)
    expected = step_of(picture, Settings(), limit).file
    assert (tmp_path / f"{source.file_stem}.vq").read_bytes() == expected


def test_a_sample_is_saved_by_the_lab_or_comes_with_the_program(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    picture, settings = sample_picture("camera"), Settings(32)
    source = provenance_of(picture, settings, 4)
    expected = step_of(picture, settings, 4).file
    (tmp_path / "camera.png").write_bytes(png_bytes(picture.pixels, source.texts))
    ran(command_line(picture, source), tmp_path, in_a_new_shell)
    assert (tmp_path / "camera-32x32-gray-K4.vq").read_bytes() == expected
    monkeypatch.chdir(tmp_path)
    (tmp_path / "camera-32x32-gray-K4.vq").unlink()
    exec(python_lines(picture, source), {})
    assert (tmp_path / "camera-32x32-gray-K4.vq").read_bytes() == expected


def test_command_by_hand() -> None:
    picture = Picture(smooth_picture(8, 8).pixels, "-a b.png", Origin("PNG", 7))
    source = Provenance("-a b.png", "", Settings(4, "ycbcr", "kmeans", 3, 0.5), 16)
    assert command_line(picture, source) == (
        "python -m vqcore encode './-a b.png' './-a b-4x4-ycbcr-K16-kmeans-seed3-lambda0.5.vq' "
        "--block 4 --colour ycbcr --size 16 --trainer kmeans --seed 3 --rate-weight 0.5"
    )


@pytest.mark.parametrize("of_sample", [True, False])
def test_ways_are_told_in_words_and_lines(of_sample: bool) -> None:
    picture = sample_picture("camera") if of_sample else read_picture(DATA, NAME)
    source = provenance_of(picture, Settings(), 8)
    by_hand, python, command, link = ways(picture, source, "http://here/?k=8")
    assert by_hand[1:] == (
        numpy_lines(picture, source, repr(picture_file(picture))),
        "python",
    )
    assert command[1:] == (command_line(picture, source), "bash")
    assert python[1:] == (python_lines(picture, source), "python")
    assert link[1:] == ("http://here/?k=8", None)
    assert all((python[0], command[0], link[0]))
    assert ("*Original (PNG)*" in by_hand[0]) == of_sample
