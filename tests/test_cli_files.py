"""encode, decode and info: files that are whole or not there, and one line where it fails."""

import os
import signal
import subprocess
import sys
import time
from pathlib import Path

import numpy as np
import pytest
from click.testing import CliRunner

from vqcore import read_picture, sample_picture
from vqcore.cli import main
from vqcore.container import parse
from vqcore.pictures import png_bytes


@pytest.fixture
def photograph(tmp_path):
    file = tmp_path / "photo.png"
    file.write_bytes(png_bytes(sample_picture("chelsea").pixels[:96, :120]))
    return file


def run(*arguments):
    return CliRunner().invoke(main, [str(argument) for argument in arguments])


def failed(*arguments):
    """The one line on standard error of a run that ends with status 1."""
    result = run(*arguments)
    assert result.exit_code == 1
    assert result.stderr.count("\n") == 1
    return result.stderr


@pytest.mark.parametrize("colour", ["gray", "rgb", "ycbcr"])
def test_encode_then_decode(photograph, tmp_path, colour):
    coded, rebuilt = tmp_path / "a.vq", tmp_path / "a.png"
    result = run("encode", photograph, coded, "--size", 16, "--colour", colour, "--block", 4)
    assert result.exit_code == 0
    assert run("decode", coded, rebuilt).exit_code == 0
    expected = parse(coded.read_bytes())
    np.testing.assert_array_equal(
        read_picture(rebuilt.read_bytes(), "").pixels, expected.decode()
    )
    assert expected.codebook.size == 16
    assert str(coded.stat().st_size) in result.stdout.split()


def test_same_input_gives_the_same_bytes(photograph, tmp_path):
    files = [tmp_path / "a.vq", tmp_path / "b.vq"]
    for file in files:
        run("encode", photograph, file, "--size", 32)
    assert files[0].read_bytes() == files[1].read_bytes()


def test_rate_weight_makes_the_file_smaller(photograph, tmp_path):
    sizes = []
    for weight in (0, 20_000):
        run("encode", photograph, tmp_path / "a.vq", "--size", 64, "--rate-weight", weight)
        sizes.append((tmp_path / "a.vq").stat().st_size)
    assert sizes[1] < sizes[0]


def test_info(photograph, tmp_path):
    coded = tmp_path / "a.vq"
    run("encode", photograph, coded, "--size", 16, "--block", 8)
    text = run("info", coded).stdout
    assert "120 × 96 pixels, rgb" in text
    assert "180 of 8 × 8 pixels" in text
    assert "16 codewords, 16 in use" in text
    assert f"{coded.stat().st_size} bytes" in text


def test_clamped_size_is_told(tmp_path):
    (tmp_path / "flat.png").write_bytes(png_bytes(np.full((20, 20), 9, np.uint8)))
    result = run("encode", tmp_path / "flat.png", tmp_path / "flat.vq", "--size", 16)
    assert result.exit_code == 0
    assert "1 distinct blocks" in result.stderr


def test_damaged_file(photograph, tmp_path):
    torn = tmp_path / "torn.vq"
    run("encode", photograph, torn, "--size", 4)
    torn.write_bytes(torn.read_bytes()[:-1])
    assert failed("decode", torn, tmp_path / "a.png").startswith(f"Error: {torn}: The .vq file is")
    assert not (tmp_path / "a.png").exists()
    assert "torn.vq" in failed("info", torn)


def test_not_a_vq_file(photograph, tmp_path):
    assert "This is not a .vq file" in failed("decode", photograph, tmp_path / "a.png")


def test_missing_folder_leaves_nothing(photograph, tmp_path):
    target = tmp_path / "nowhere" / "a.vq"
    assert f"{target}: No such file" in failed("encode", photograph, target, "--size", 2)


@pytest.mark.parametrize("options", [["--size", "0"], ["--size", "4097"], ["--rate-weight", "-1"]])
def test_wrong_usage(photograph, tmp_path, options):
    assert run("encode", photograph, tmp_path / "a.vq", *options).exit_code == 2


@pytest.mark.skipif(os.name != "posix", reason="needs SIGKILL")
def test_killed_at_any_moment_leaves_the_old_file_or_the_new(photograph, tmp_path):
    """Kill at twelve moments spread over a run: what stands under the name is never torn."""
    target = tmp_path / "a.vq"
    command = [sys.executable, "-m", "vqcore", "encode", photograph, target, "--size", "8"]
    start = time.monotonic()
    subprocess.run(command, check=True, capture_output=True, cwd=Path(__file__).parents[1])
    whole, duration = target.read_bytes(), time.monotonic() - start
    for moment in range(12):
        target.write_bytes(b"old")
        with subprocess.Popen(
            command,
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
            cwd=Path(__file__).parents[1],
        ) as process:
            time.sleep(duration * (0.45 + 0.05 * moment))
            process.send_signal(signal.SIGKILL)
        assert target.read_bytes() in (b"old", whole)


@pytest.mark.parametrize("sizes", ["", ",", " "])
def test_no_size_is_wrong_usage(photograph, sizes):
    assert run("sweep", photograph, "--sizes", sizes).exit_code == 2


@pytest.mark.parametrize("target", [".", "", "photo.png/x.json"])
def test_target_that_cannot_be_a_file(photograph, monkeypatch, target):
    monkeypatch.chdir(photograph.parent)
    line = failed("sweep", "photo.png", "--sizes", "2", "--json", target)
    assert ".vqcore" not in line
    assert line.startswith("Error: " + (target or "."))


def test_name_at_the_file_system_s_limit(photograph):
    target = photograph.with_name("a" * 252 + ".vq")
    assert run("encode", photograph, target, "--size", 2).exit_code == 0


def test_name_that_is_not_text(photograph, tmp_path):
    odd = Path(os.fsdecode(os.fsencode(tmp_path) + b"/\xff.png"))
    odd.write_bytes(photograph.read_bytes())
    assert run("sweep", odd, "--sizes", 2, "--json", tmp_path / "a.json").exit_code == 0


def test_line_end_in_a_name_is_still_one_line(tmp_path):
    failed("info", tmp_path / "two\nlines.vq")
