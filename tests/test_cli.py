"""Tests of cli: what is written, what is said, and how it ends when it cannot be done."""

import csv
import json
import math
import os
import re
import subprocess
import sys
import tomllib
from collections.abc import Callable
from dataclasses import asdict
from pathlib import Path

import click
import pytest
from click.testing import CliRunner
from helpers import smooth_picture, steps_of, toned_picture
from PIL import Image
from shell import Ended, in_a_new_shell, in_a_shell

from vqcore import cli
from vqcore.codebooks.training import TRAINERS
from vqcore.coding.codec import Settings
from vqcore.lab import batch
from vqcore.lab.storing import LEVELS, stored_work
from vqcore.lab.sweeps import sweep
from vqcore.show.provenance import PROGRAM
from vqcore.signals.pictures import Picture, png_bytes
from vqcore.version import __version__
from vqcore.words import say
from vqcore.work import finish

ROOT = Path(__file__).parents[1]
MEASURED = {"train_seconds", "encode_seconds"}

Run = Callable[..., Ended]


def in_process(*arguments: object) -> Ended:
    """Return exit status, standard output and standard error of the command line."""
    result = CliRunner().invoke(cli.main, [str(argument) for argument in arguments])
    if result.exception and not isinstance(result.exception, SystemExit):
        raise result.exception
    return result.exit_code, result.stdout, result.stderr


WAYS = {"runner": in_process, "shell": in_a_shell, "new shell": in_a_new_shell}
ANY_WAY = pytest.mark.parametrize("run", WAYS.values(), ids=WAYS)
BOTH_WAYS = pytest.mark.parametrize("run", [in_process, in_a_shell], ids=["runner", "shell"])


@pytest.fixture
def picture() -> Picture:
    return Picture(smooth_picture(24, 33).pixels, "waves.png")


@pytest.fixture
def folder(tmp_path: Path, picture: Picture, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Return a folder, made the current one, with a picture and what is not a picture."""
    (tmp_path / "waves.png").write_bytes(png_bytes(picture.pixels))
    (tmp_path / "tones.png").write_bytes(png_bytes(toned_picture([1, 50, 200]).pixels))
    (tmp_path / "empty.png").write_bytes(b"")
    (tmp_path / "text.png").write_text("This is a text.\nIt has two lines.\n")
    (tmp_path / "cut.png").write_bytes(png_bytes(picture.pixels)[:200])
    (tmp_path / "folder.png").mkdir()
    monkeypatch.chdir(tmp_path)
    return tmp_path


def size_of(name: str) -> int:
    return Path(name).stat().st_size


def names(folder: Path) -> list[str]:
    return sorted(path.name for path in folder.iterdir())


# ------------------------------------------------------------------------------------- what is done


@BOTH_WAYS
def test_sweep_writes_what_the_library_finds(run: Run, folder: Path, picture: Picture) -> None:
    status, output, complaint = run(
        *("sweep", "waves.png", "--sizes", "8,1,5", "--block", 4, "--colour", "ycbcr"),
        *("--seed", 3, "--json", "out.json", "--csv", "out.csv"),
    )
    assert (status, complaint) == (0, "")
    steps = steps_of(sweep(picture, Settings(4, "ycbcr", "lbg", 3), [1, 5, 8]))
    expected = [asdict(step.point) for step in steps]

    source = {"picture": "waves.png", "digest": picture.digest, "block_size": 4}
    source |= {"colour": "ycbcr", "trainer": "lbg", "seed": 3, "rate_weight": 0.0}
    source |= {"family": "plain", "options": "", "smoothing": False, "rules": ""}
    source |= {"program": PROGRAM}
    record = json.loads((folder / "out.json").read_text("utf-8"))
    points = record.pop("points")
    assert record == {
        "picture": "waves.png",
        "source_format": "PNG",
        "source_bytes": size_of("waves.png"),
        "width": 33,
        "height": 24,
        "colour": "ycbcr",
        "block_size": 4,
        "blocks": 54,
        "seed": 3,
        "provenance": source,
    }
    with open(folder / "out.csv", newline="") as file:
        rows = list(csv.DictReader(file))
    assert len(points) == len(rows) == len(expected) == 3
    for point, row, values in zip(points, rows, expected, strict=True):
        assert {name: row.pop(name) for name in source} == as_in_csv(source)
        assert list(point) == list(row) == list(values)
        for name in values.keys() - MEASURED:
            found = math.inf if point[name] == "inf" else point[name]
            assert found == float(row[name]) == values[name], name
    source, header, *rows = output.splitlines()
    assert source == f"waves.png: PNG, {say('count.byte', n=size_of('waves.png'))}"
    assert header.split()[0] == "codebook_size"
    assert [line.split()[0] for line in rows] == ["1", "5", "8"]


def as_in_csv(record: dict) -> dict:
    return {name: str(value) for name, value in record.items()}


@BOTH_WAYS
def test_without_options_the_figures_are_only_shown(run: Run, folder: Path) -> None:
    before = names(folder)
    status, output, complaint = run("sweep", "tones.png", "--block", 4)
    assert status == 0
    assert [line.split()[0] for line in output.splitlines()[2:]] == ["1", "2", "3"]
    assert complaint == "3 distinct blocks: no codebook can be larger.\n"
    assert names(folder) == before


@BOTH_WAYS
def test_psnr_is_of_the_peak_that_is_asked_for(run: Run, folder: Path) -> None:
    options = ("--sizes", "1,8", "--json", "out.json", "--csv", "out.csv")
    plain = points_told(run("sweep", "waves.png", *options))
    status, output, complaint = run("sweep", "waves.png", *options, "--peak", 100)
    assert (status, complaint) == (0, "")
    points = json.loads((folder / "out.json").read_text("utf-8"))["points"]
    with open(folder / "out.csv", newline="") as file:
        rows = list(csv.DictReader(file))
    for point, row, line, before in zip(points, rows, output.splitlines()[2:], plain, strict=True):
        psnr_db = 10 * math.log10(100**2 / point["mse"])
        assert point["psnr_db"] == pytest.approx(psnr_db, rel=1e-12)
        assert (point["peak"], row["peak"], float(row["psnr_db"])) == (100, "100", point["psnr_db"])
        assert line.split()[3] == f"{psnr_db:.4g}" != before[3]
        assert line.split()[4:6] == before[4:6]


def points_told(ended: Ended) -> list[list[str]]:
    """Return the words of each line of a picture's table."""
    status, output, _ = ended
    assert status == 0
    return [line.split() for line in output.splitlines()[2:]]


@pytest.mark.parametrize("peak", ["0", "-1", "1.5", "65536", "nan"])
def test_no_peak_is_wrong_usage(folder: Path, peak: str) -> None:
    status, output, complaint = in_process("sweep", "waves.png", "--peak", peak)
    assert (status, output) == (2, "")
    assert "--peak" in complaint.splitlines()[-1]


def test_a_target_and_what_is_printed_are_of_the_same_peak(folder: Path) -> None:
    arguments = ("encode", "waves.png", "out.vq", "--block", 4, "--colour", "gray")
    [line] = points_told(in_process(*arguments, "--size", 8))
    lower = float(line[3]) - 20 * math.log10(2.55)
    [told] = points_told(in_process(*arguments, "--size", 8, "--peak", 100))
    assert float(told[3]) == pytest.approx(lower, abs=0.01)
    target = ("--size", 8, "--min-psnr", lower + 1)
    assert in_process(*arguments, *target)[0] == 0
    check_failure(in_process(*arguments, *target, "--peak", 100), "has")


def test_a_black_picture_has_no_ratio_of_signal_to_noise(folder: Path) -> None:
    (folder / "black.png").write_bytes(png_bytes(toned_picture([0]).pixels))
    status, output, complaint = in_a_shell(
        *("sweep", "black.png", "--sizes", "1", "--json", "out.json", "--csv", "out.csv")
    )
    assert (status, complaint) == (0, "1 distinct block: no codebook can be larger.\n")
    assert output.splitlines()[2].split()[:6] == ["1", "1", "0", "lossless", "-", "-"]
    [point] = json.loads((folder / "out.json").read_text("utf-8"))["points"]
    assert point["snr_db"] is point["snr_variance_db"] is None
    with open(folder / "out.csv", newline="") as file:
        [row] = csv.DictReader(file)
    assert (row["psnr_db"], row["snr_db"], row["snr_variance_db"]) == ("inf", "", "")


@pytest.mark.parametrize("encoding", ["latin-1", "cp1252"])
def test_a_terminal_without_our_signs_is_shown_others(folder: Path, encoding: str) -> None:
    status, output, complaint = in_a_shell(
        "sweep", "waves.png", "--sizes", "1", "--block", 4, encoding=encoding
    )
    assert (status, complaint) == (0, "")
    assert output.splitlines()[2].split()[6] == "?"


def test_the_defaults_are_those_of_the_settings(folder: Path) -> None:
    assert cli.DEFAULT_SIZES == (1, 2, 4, 8, 16, 32, 64, 128, 256, 512, 1024)
    status, _, _ = in_process("sweep", "waves.png", "--json", "out.json")
    record = json.loads((folder / "out.json").read_text("utf-8"))
    defaults = Settings()
    assert status == 0
    assert record["block_size"] == defaults.block_size.width
    assert record["colour"] == defaults.colour
    assert record["seed"] == defaults.seed
    assert [point["codebook_size"] for point in record["points"]] == [1, 2, 4, 8, 15]


def test_the_same_seed_writes_the_same_figures(folder: Path) -> None:
    found = []
    for _ in range(2):
        assert in_process("sweep", "waves.png", "--sizes", "4,9", "--json", "out.json")[0] == 0
        points = json.loads((folder / "out.json").read_text("utf-8"))["points"]
        found.append([{key: point[key] for key in point.keys() - MEASURED} for point in points])
    assert len(found[0]) == 2
    assert found[0] == found[1]


def test_files_already_there_are_replaced(folder: Path) -> None:
    (folder / "out.json").write_text("old " * 10_000)
    (folder / "out.csv").write_text("old " * 10_000)
    before = names(folder)
    arguments = ("--sizes", "1", "--json", "out.json", "--csv", folder / "out.csv")
    assert in_process("sweep", "waves.png", *arguments)[0] == 0
    assert json.loads((folder / "out.json").read_text())["blocks"] == 15
    assert (folder / "out.csv").read_text().count("\n") == 2
    assert names(folder) == before


def test_several_pictures_are_written_as_each_alone(folder: Path) -> None:
    single, rows, options = [], [], ("--sizes", "1,2", "--block", 4)
    for name in ("waves.png", "tones.png"):
        in_process("sweep", name, *options, "--json", "one.json", "--csv", "one.csv")
        single.append(unmeasured(json.loads((folder / "one.json").read_text())))
        with open("one.csv", newline="") as file:
            rows += list(csv.DictReader(file))
    status, output, complaint = in_process(
        *("sweep", "waves.png", "tones.png", *options),
        *("--json", "all.json", "--csv", "all.csv"),
    )
    assert (status, complaint) == (0, "")
    assert [unmeasured(each) for each in json.loads((folder / "all.json").read_text())] == single
    with open("all.csv", newline="") as file:
        found = list(csv.DictReader(file))
    assert next(iter(found[0])) == "picture"
    assert [without_times(row) for row in found] == [without_times(row) for row in rows]
    headings = [part.splitlines()[0].partition(":")[0] for part in output.split("\n\n")]
    assert headings == ["waves.png", "tones.png", "Mean and standard deviation over 2 pictures"]


def unmeasured(record: dict) -> dict:
    return {**record, "points": [without_times(point) for point in record["points"]]}


def without_times(figures: dict) -> dict:
    return {name: value for name, value in figures.items() if name not in MEASURED}


@BOTH_WAYS
def test_good_pictures_of_a_folder_are_swept_beside_bad_ones(run: Run, folder: Path) -> None:
    status, output, complaint = run(
        *("sweep", folder, "missing.png", "folder.png", "--block", 4, "--sizes", "1,4"),
        *("--json", "out.json", "--csv", "out.csv", "--jobs", 2),
    )
    assert status == 1
    found = json.loads((folder / "out.json").read_text("utf-8"))
    assert [each["picture"] for each in found] == ["tones.png", "waves.png"]
    with open("out.csv", newline="") as file:
        pictures = [row["picture"] for row in csv.DictReader(file)]
    assert pictures == ["tones.png"] * 2 + ["waves.png"] * 2
    assert output.startswith("tones.png: PNG, ")
    assert "over 2 pictures" in output
    clamped, *failures = complaint.splitlines()
    assert clamped == "tones.png: 3 distinct blocks: no codebook can be larger."
    told = [line.partition(": ")[2] for line in failures]
    assert told == [
        "folder.png: There is no picture in this folder.",
        f"{folder / 'cut.png'}: {TRUNCATED}",
        f"{folder / 'empty.png'}: The file is empty.",
        f"{folder / 'text.png'}: This is not a picture in a format the lab reads "
        "(PNG, JPEG, WebP, GIF, BMP, TIFF, AVIF, PPM).",
        "missing.png: No such file or directory",
    ]


TRUNCATED = "The PNG file is damaged or incomplete (image file is truncated)."


def test_a_folder_of_one_picture_is_written_as_several(folder: Path) -> None:
    (folder / "folder.png" / "one.png").write_bytes((folder / "waves.png").read_bytes())
    status, output, _ = in_process("sweep", "folder.png", "--sizes", "1", "--json", "out.json")
    told = f"one.png: PNG, {say('count.byte', n=size_of('waves.png'))}"
    assert (status, output.splitlines()[0]) == (0, told)
    [only] = json.loads((folder / "out.json").read_text())
    assert only["picture"] == "one.png"


def test_where_no_picture_is_good_nothing_is_written(folder: Path) -> None:
    before = names(folder)
    status, output, complaint = in_process("sweep", "empty.png", "text.png", "--json", "out.json")
    assert (status, output) == (1, "")
    assert complaint.count("\n") == 2
    assert names(folder) == before


def test_a_process_that_is_ended_is_one_line(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(batch, "sweep_file", lambda *_, **__: os._exit(1))
    ended = in_process("sweep", "waves.png", "tones.png", "--jobs", 2, "--json", "out.json")
    check_failure(ended, "A process was ended")
    assert not (folder / "out.json").exists()


# -------------------------------------------------------------------------------- what others store


@BOTH_WAYS
def test_rivals_writes_what_the_library_finds(run: Run, folder: Path, picture: Picture) -> None:
    status, output, complaint = run("rivals", "waves.png", "--csv", "out.csv", "--peak", 100)
    assert (status, complaint) == (0, "")
    stored = finish(stored_work(picture, "rgb"))
    with open(folder / "out.csv", newline="") as file:
        rows = list(csv.DictReader(file))
    source, header, *lines = output.splitlines()
    assert source.startswith("waves.png: PNG, ")
    assert header.split() == [
        *("codec", "level", "file_bytes", "rate_bpp", "file_ratio", "psnr_db", "snr_db", "ssim")
    ]
    for point, row, line in zip(stored.points, rows, lines, strict=True):
        assert (row["picture"], row["digest"], row["colour"]) == (
            "waves.png",
            picture.digest,
            "rgb",
        )
        assert (row["codec"], row["level"]) == (point.codec, str(point.level))
        for name in ("file_bytes", "mse", "snr_db", "ssim", "file_ratio", "rate_bpp"):
            assert float(row[name]) == getattr(point, name), name
        lower = math.inf if not point.mse else 10 * math.log10(100**2 / point.mse)
        assert float(row["psnr_db"]) == pytest.approx(lower, rel=1e-12)
        assert line.split()[-6] == str(point.file_bytes)
        assert line.split()[-3] == (f"{lower:.4g}" if point.mse else "lossless")


@BOTH_WAYS
def test_rivals_store_good_pictures_beside_bad_ones(run: Run, folder: Path) -> None:
    status, output, complaint = run(
        *("rivals", "empty.png", "tones.png", "missing.png", "folder.png", "waves.png"),
        *("--colour", "gray", "--csv", "out.csv"),
    )
    assert status == 1
    told = [part.partition(":")[0] for part in output.split("\n\n")]
    assert told == ["tones.png", "waves.png"]
    with open(folder / "out.csv", newline="") as file:
        pictures = [(row["picture"], row["colour"]) for row in csv.DictReader(file)]
    assert pictures == [("tones.png", "gray")] * LEVELS + [("waves.png", "gray")] * LEVELS
    assert complaint.splitlines() == [
        "Error: folder.png: There is no picture in this folder.",
        "Error: empty.png: The file is empty.",
        "Error: missing.png: No such file or directory",
    ]


def test_rivals_of_no_good_picture_write_nothing(folder: Path) -> None:
    before = names(folder)
    status, output, complaint = in_process("rivals", "empty.png", "text.png", "--csv", "out.csv")
    assert (status, output) == (1, "")
    assert complaint.count("\n") == 2
    assert names(folder) == before


def test_a_codec_that_refuses_is_told_and_the_others_go_on(
    folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    Image.init()
    monkeypatch.delitem(Image.SAVE, "AVIF")
    ended = in_process("rivals", "tones.png")
    check_failure(ended, "tones.png: AVIF cannot store this picture")
    assert "JPEG" in ended[1]
    assert "AVIF" not in ended[1]


@BOTH_WAYS
@pytest.mark.parametrize(
    ("option", "value", "told"),
    [
        ("--colour", "ycbcr", "'ycbcr' is not one of"),
        ("--csv", "out.json", "out.json does not end in .csv"),
        ("--peak", "0", "0 is not in the range"),
    ],
)
def test_wrong_usage_of_rivals(run: Run, folder: Path, option: str, value: str, told: str) -> None:
    before = names(folder)
    status, output, complaint = run("rivals", "waves.png", option, value)
    assert (status, output) == (2, "")
    assert told in complaint.splitlines()[-1]
    assert names(folder) == before


def test_rivals_that_cannot_be_written_are_one_line(folder: Path) -> None:
    ended = in_process("rivals", "tones.png", "--csv", "no/such/folder/out.csv")
    check_failure(ended, "no/such/folder/out.csv: No such file")


# -------------------------------------------------------------------------------------- what is not


def check_failure(ended: Ended, told: str) -> None:
    status, _, complaint = ended
    assert status == 1
    assert complaint.endswith("\n")
    [line] = complaint.splitlines()
    assert told in line


@BOTH_WAYS
@pytest.mark.parametrize(
    ("file", "told"),
    [
        ("missing.png", "missing.png: No such file"),
        ("folder.png", "folder.png: There is no picture in this folder"),
        ("empty.png", "empty.png: The file is empty"),
        ("text.png", "text.png: This is not a picture"),
        ("cut.png", "cut.png: The PNG file is damaged"),
        ("no/such/folder/waves.png", "no/such/folder/waves.png: No such file"),
    ],
)
def test_a_picture_that_cannot_be_read_is_one_line(
    run: Run, folder: Path, file: str, told: str
) -> None:
    before = names(folder)
    ended = run("sweep", file, "--sizes", "1,2", "--json", "out.json", "--csv", "out.csv")
    check_failure(ended, told)
    assert ended[1] == ""
    assert names(folder) == before


@BOTH_WAYS
@pytest.mark.parametrize("option", ["--json", "--csv"])
@pytest.mark.parametrize(
    ("target", "told"),
    [
        ("no/such/folder/out", "no/such/folder/out: No such file"),
        ("folder.png", "folder.png: Is a directory"),
    ],
)
def test_a_target_that_cannot_be_written_is_one_line(
    run: Run, folder: Path, option: str, target: str, told: str
) -> None:
    before = names(folder)
    check_failure(run("sweep", "waves.png", "--sizes", "1,2", option, target), told)
    assert names(folder) == before
    assert names(folder / "folder.png") == []


@BOTH_WAYS
@pytest.mark.parametrize(
    ("arguments", "told"),
    [
        (["--block", "0"], "the block size is 1 to 32, not 0"),
        (["--block", "16x33"], "the block size is 1 to 32, not 16x33"),
        (["--block", "x"], "two as in 16x1, not 'x'"),
        (["--sizes", "0"], "not 0"),
        (["--sizes", "1,x"], "not 'x'"),
        (["--sizes", "4097"], "not 4097"),
        (["--colour", "cmyk"], "'cmyk' is not one of"),
        (["--seed", "-1"], "-1 is not in the range"),
        (["--what"], "--what"),
        (["--jobs", "0"], "0 is not in the range"),
        (["--trainer", "nobody"], "'nobody' is not one of"),
        (["--trainer", "kmeans", "--seed", "4294967296"], "--seed goes up to 4294967295"),
    ],
    ids=" ".join,
)
def test_wrong_usage_has_status_2(run: Run, folder: Path, arguments: list[str], told: str) -> None:
    before = names(folder)
    status, output, complaint = run("sweep", "waves.png", "--json", "out.json", *arguments)
    assert (status, output) == (2, "")
    assert told in complaint.splitlines()[-1]
    assert "Traceback" not in complaint
    assert names(folder) == before


@BOTH_WAYS
@pytest.mark.parametrize(
    ("option", "target"),
    [
        ("--json", "out.csv"),
        ("--csv", "out.json"),
        ("--csv", "out.JSON"),
        ("--json", "waves.png"),
        ("--csv", "new.JPG"),
        ("--csv", "out.vq"),
        ("--json", "out.npz"),
    ],
)
def test_figures_never_take_the_name_of_something_else(
    run: Run, folder: Path, option: str, target: str
) -> None:
    before = names(folder), (folder / "waves.png").read_bytes()
    status, output, complaint = run("sweep", "waves.png", "--sizes", "1", option, target)
    assert (status, output) == (2, "")
    assert f"{target} does not end in .{option[2:]}" in complaint.splitlines()[-1]
    assert (names(folder), (folder / "waves.png").read_bytes()) == before


@pytest.mark.parametrize("target", ["out", "out.JSON", "out.txt", "out.json.gz"])
def test_figures_may_have_any_other_name(folder: Path, target: str) -> None:
    assert in_process("sweep", "waves.png", "--sizes", "1", "--json", target)[0] == 0
    assert json.loads((folder / target).read_text())["picture"] == "waves.png"


@BOTH_WAYS
def test_no_picture_is_wrong_usage(run: Run, folder: Path) -> None:
    status, _, complaint = run("sweep")
    assert status == 2
    assert "Missing argument" in complaint


def failing(error: OSError) -> Callable[..., None]:
    def fail(*_: object) -> None:
        raise error

    return fail


@pytest.mark.parametrize("option", ["--json", "--csv"])
def test_a_file_is_left_whole_when_it_cannot_be_replaced(
    folder: Path, monkeypatch: pytest.MonkeyPatch, option: str
) -> None:
    (folder / "out").write_text("precious")
    before = names(folder)
    monkeypatch.setattr("os.replace", failing(OSError(28, "No space left on device", "hidden")))
    ended = in_process("sweep", "waves.png", "--sizes", "1,2", option, "out")
    check_failure(ended, "out: No space left on device")
    assert "hidden" not in ended[2]
    assert (folder / "out").read_text() == "precious"
    assert names(folder) == before


@pytest.mark.skipif(sys.platform == "win32", reason="no limit on the size of a file")
def test_a_file_is_left_whole_when_the_disk_is_full(folder: Path) -> None:
    import resource

    def small_disk() -> None:
        resource.setrlimit(resource.RLIMIT_FSIZE, (300, 300))

    (folder / "out.json").write_text("precious")
    before = names(folder)
    ended = in_a_new_shell(
        *("sweep", "waves.png", "--sizes", "1,2", "--json", "out.json"), preexec_fn=small_disk
    )
    check_failure(ended, "out.json: File too large")
    assert (folder / "out.json").read_text() == "precious"
    assert names(folder) == before


# --------------------------------------------------------------------------------------------- help


@BOTH_WAYS
def test_help_names_every_option(run: Run) -> None:
    status, output, _ = run("sweep", "--help")
    assert status == 0
    for option in ("--sizes", "--block", "--colour", "--seed", "--json", "--csv", "--jobs"):
        assert option in output
    assert "[gray|rgb|ycbcr]" in output
    assert f"[{'|'.join(TRAINERS)}]" in output


EVERY_OPTION = [
    (name, option)
    for name, command in cli.main.commands.items()
    for option in command.params
    if isinstance(option, click.Option)
]


@pytest.mark.parametrize(("name", "option"), EVERY_OPTION, ids=lambda it: getattr(it, "name", it))
def test_every_option_is_described_in_a_sentence(name: str, option: click.Option) -> None:
    assert option.help[0].isupper()
    assert option.help.endswith(".")


@pytest.mark.parametrize("name", cli.main.commands)
def test_every_command_says_in_a_whole_sentence_what_it_does(name: str) -> None:
    told = in_process("--help")[1]
    first = cli.main.commands[name].help.splitlines()[0]
    assert re.search(rf"^  {name} +{re.escape(first)}$", told, re.MULTILINE)
    assert first.endswith(".")


@pytest.mark.parametrize("name", cli.main.commands)
def test_help_is_readable_in_any_terminal(name: str) -> None:
    assert in_process(name, "--help")[1].isascii()


@ANY_WAY
def test_version(run: Run) -> None:
    assert run("--version") == (0, f"VQ Lab {__version__}\n", "")


@ANY_WAY
def test_help_names_the_command(run: Run) -> None:
    status, output, _ = run("--help")
    assert status == 0
    assert "sweep" in output


def test_installed_command_says_its_own_name() -> None:
    project = tomllib.loads((ROOT / "pyproject.toml").read_text())["project"]
    module, function = project["scripts"]["vqlab"].split(":")
    script = (
        f"import sys; sys.argv = ['/bin/vqlab', 'none']; import {module} as it; it.{function}()"
    )
    done = subprocess.run([sys.executable, "-c", script], cwd=ROOT, capture_output=True, text=True)
    assert done.returncode == 2
    assert "Usage: vqlab " in done.stderr
