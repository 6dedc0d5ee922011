"""encode, decode and info: files that are whole or not there, and one line where it fails."""

import os
import re
import signal
import subprocess
import sys
import time
from contextlib import suppress
from pathlib import Path

import numpy as np
import pytest
from click.testing import CliRunner
from helpers import heed_interrupts, smooth_picture, steps_of
from PIL import Image
from shell import in_a_new_shell

from vqcore.cli import main
from vqcore.coding.codebookfile import load_codebook
from vqcore.coding.codec import Settings
from vqcore.coding.container import parse
from vqcore.lab.sweeps import ladder_sizes, sweep
from vqcore.quantizers.family import FAMILIES
from vqcore.signals.pictures import png_bytes, read_picture, sample_picture
from vqcore.words import say


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
    np.testing.assert_array_equal(read_picture(rebuilt.read_bytes(), "").pixels, expected.decode())
    assert expected.quantizer.codebook_size == 16
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


def test_blocks_need_not_be_squares(photograph, tmp_path):
    coded, book, named = (tmp_path / name for name in ("a.vq", "a.npz", "b.vq"))
    assert run("encode", photograph, coded, "--size", 8, "--block", "16x1").exit_code == 0
    assert "768 of 16 × 1 pixels" in run("info", coded).stdout
    assert run("train", photograph, book, "--size", 8, "--block", "16x1").exit_code == 0
    assert run("encode", photograph, named, "--codebook", book).exit_code == 0
    assert "768 of 16 × 1 pixels" in run("info", named).stdout


BY_THE_BOOK = "--colour", "gray", "--trainer", "textbook"


def test_a_codebook_as_the_start_is_that_codebook_after_no_iteration(photograph, tmp_path):
    book, own, lent = (tmp_path / name for name in ("a.npz", "a.vq", "b.vq"))
    rules = "--start", "random", "--iterations", 4, "--restarts", 3, "--epsilon", 0
    assert run("train", photograph, book, "--size", 8, *BY_THE_BOOK, *rules).exit_code == 0
    started = "--start-codebook", book, "--iterations"
    assert run("encode", photograph, own, *BY_THE_BOOK, *started, 0).exit_code == 0
    assert run("encode", photograph, lent, "--codebook", book).exit_code == 0
    codebook = load_codebook(book)
    rebuilt = parse(own.read_bytes()).decode()
    np.testing.assert_array_equal(rebuilt, parse(lent.read_bytes(), [codebook]).decode())
    assert run("encode", photograph, own, *BY_THE_BOOK, *started, 9).exit_code == 0
    original = np.asarray(Image.open(photograph).convert("L"), int)
    after = parse(own.read_bytes()).decode()
    assert np.square(after - original).mean() < np.square(rebuilt - original).mean()


def test_codewords_alone_are_a_start_as_their_codebook_is(photograph, tmp_path):
    book, words = tmp_path / "a.npz", tmp_path / "words.npy"
    assert run("train", photograph, book, "--size", 8, "--colour", "gray").exit_code == 0
    np.save(words, load_codebook(book).codebook.codewords)
    files = [tmp_path / "a.vq", tmp_path / "b.vq"]
    for start, file in zip((book, words), files, strict=True):
        started = "--start-codebook", start, "--iterations", 2, "--size", 8
        assert run("encode", photograph, file, *BY_THE_BOOK, *started).exit_code == 0
    assert files[0].read_bytes() == files[1].read_bytes()
    table, file = tmp_path / "words.csv", tmp_path / "c.vq"
    np.savetxt(table, np.load(words), "%d", delimiter=",")
    started = "--start-codebook", table, "--iterations", 2, "--size", 8
    assert run("encode", photograph, file, *BY_THE_BOOK, *started).exit_code == 0
    assert file.read_bytes() == files[0].read_bytes()
    words.write_bytes(words.read_bytes()[:-5])
    started = "encode", photograph, files[0], *BY_THE_BOOK, "--start-codebook"
    told = failed(*started, words)
    assert told.startswith(f"Error: {words}: The .npy file cannot be used: it is damaged")
    assert not told.rstrip().endswith("..")
    missing = tmp_path / "none.npz"
    assert failed(*started, missing) == f"Error: {missing}: No such file or directory\n"


@pytest.mark.parametrize(
    ("options", "told"),
    [
        (["--epsilon", 1], "--epsilon is a rule of --trainer textbook"),
        ([*BY_THE_BOOK, "--epsilon", -1], "epsilon is 0 or more, not -1"),
        ([*BY_THE_BOOK, "--empty", "drop"], "--empty drop is for `train`"),
        ([*BY_THE_BOOK, "--weights", "1,x"], "no numbers with commas between"),
        ([*BY_THE_BOOK, "--weights", "1,2"], "There are 2 weights for 64 samples."),
        ([*BY_THE_BOOK, "--start", "given"], "codewords are given with the start"),
    ],
    ids=str,
)
def test_rules_that_do_not_fit_are_refused_in_one_line(photograph, tmp_path, options, told):
    result = run("encode", photograph, tmp_path / "a.vq", "--size", 4, *options)
    assert result.exit_code != 0
    assert told in result.stderr
    assert not (tmp_path / "a.vq").exists()


def test_clamped_size_is_told(tmp_path):
    (tmp_path / "flat.png").write_bytes(png_bytes(np.full((20, 20), 9, np.uint8)))
    result = run("encode", tmp_path / "flat.png", tmp_path / "flat.vq", "--size", 16)
    assert result.exit_code == 0
    assert result.stderr == "1 distinct block: no codebook can be larger.\n"


# ------------------------------------------------------------------------------------- by target


@pytest.fixture(scope="module")
def every_setting():
    """All files that the command line can make of a small photograph, by its options."""
    picture = read_picture(png_bytes(small_photograph()), "")
    return {
        (block, colour, step.point.codebook_size): step
        for block in (4, 8, 16)
        for colour in ("rgb", "ycbcr")
        for step in steps_of(sweep(picture, Settings(block, colour), ladder_sizes(1024)))
    }


def small_photograph():
    return sample_picture("chelsea").pixels[:40, 100:148]


@pytest.fixture
def small(tmp_path):
    (tmp_path / "small.png").write_bytes(png_bytes(small_photograph()))
    return tmp_path / "small.png"


@pytest.mark.parametrize(
    ("options", "meets", "best"),
    [
        (["--max-bytes", 500], lambda p: p.file_bytes <= 500, lambda p: -p.psnr_db),
        (["--min-psnr", 27], lambda p: p.psnr_db >= 27, lambda p: p.file_bytes),
        (["--min-ratio", 8], lambda p: p.file_ratio >= 8, lambda p: -p.psnr_db),
        (
            ["--max-bytes", 900, "--min-psnr", 20],
            lambda p: p.file_bytes <= 900 and p.psnr_db >= 20,
            lambda p: -p.psnr_db,
        ),
    ],
    ids=["bytes", "psnr", "ratio", "both"],
)
@pytest.mark.parametrize("fixed", [{}, {"block": 8}, {"colour": "rgb"}, {"size": 16}], ids=str)
def test_target_is_met_as_by_brute_force(small, every_setting, options, meets, best, fixed):
    names = ("block", "colour", "size")
    possible = [
        step
        for setting, step in every_setting.items()
        if fixed.items() <= dict(zip(names, setting, strict=True)).items() and meets(step.point)
    ]
    expected = min((step.point for step in possible), key=best)
    target = small.with_name("a.vq")
    fixing = [word for name, value in fixed.items() for word in (f"--{name}", value)]
    result = run("encode", small, target, *options, *fixing)
    assert (result.exit_code, result.stderr) == (0, "")
    assert target.read_bytes() in [
        step.file for step in possible if best(step.point) == best(expected)
    ]
    source, header, figures, setting = result.stdout.splitlines()
    assert source == f"small.png: PNG, {say('count.byte', n=small.stat().st_size)}"
    assert header.split()[0] == "codebook_size"
    assert str(expected.file_bytes) in figures.split()
    again = small.with_name("b.vq")
    assert run("encode", small, again, *setting.removeprefix("Setting: ").split()).exit_code == 0
    assert again.read_bytes() == target.read_bytes()


@pytest.mark.parametrize(
    ("options", "told"),
    [
        (["--max-bytes", 10], "at most 10 bytes; the smallest file has {bytes} bytes"),
        (["--min-ratio", 1e6], "a ratio of at least 1e+06; the highest ratio is {ratio:.6g}"),
    ],
)
def test_target_not_met_is_one_line_and_leaves_nothing(small, every_setting, options, told):
    points = [step.point for step in every_setting.values()]
    nearest = told.format(
        bytes=min(point.file_bytes for point in points),
        ratio=max(point.file_ratio for point in points),
    )
    assert failed("encode", small, small.with_name("a.vq"), *options) == (
        f"Error: no setting gives {nearest}\n"
    )
    assert [path.name for path in small.parent.iterdir()] == ["small.png"]


def test_target_with_all_fixed_is_only_checked(small, every_setting):
    point = every_setting[8, "rgb", 4].point
    options = ("--block", 8, "--colour", "rgb", "--size", 4, "--min-psnr", 40)
    line = failed("encode", small, small.with_name("a.vq"), *options)
    assert line == (
        f"Error: no setting gives at least 40 dB; the best has {point.psnr_db:.6g} dB\n"
    )


def test_target_for_a_gray_picture(small, tmp_path):
    small.write_bytes(png_bytes(small_photograph()[..., 1]))
    result = run("encode", small, tmp_path / "a.vq", "--max-bytes", 300)
    assert "--colour gray" in result.stdout
    assert parse((tmp_path / "a.vq").read_bytes()).layout.colour == "gray"


def test_target_keeps_the_rate_weight(small, tmp_path):
    options = ("--block", 4, "--colour", "rgb", "--size", 64, "--rate-weight", 500)
    run("encode", small, tmp_path / "a.vq", *options)
    assert run("encode", small, tmp_path / "b.vq", *options, "--min-psnr", 1).exit_code == 0
    assert (tmp_path / "b.vq").read_bytes() == (tmp_path / "a.vq").read_bytes()


@pytest.mark.usefixtures("in_this_process")
def test_target_keeps_the_trainer_and_the_seed(small, tmp_path):
    options = ("--block", 4, "--colour", "rgb", "--size", 8, "--trainer", "kmeans", "--seed", 3)
    picture = read_picture(small.read_bytes(), "")
    [expected] = steps_of(sweep(picture, Settings(4, "rgb", "kmeans", 3), [8]))
    result = run("encode", small, tmp_path / "a.vq", *options, "--min-psnr", 1)
    assert (tmp_path / "a.vq").read_bytes() == expected.file
    assert result.stdout.splitlines()[-1] == f"Setting: {' '.join(map(str, options))}"


# ------------------------------------------------------------------------------ among all families


ALL = ("--family", "all", "--block", 8, "--colour", "ycbcr")


@pytest.mark.parametrize(
    ("options", "meets", "best"),
    [
        (["--max-bytes", 700], lambda p: p.file_bytes <= 700, lambda p: -p.psnr_db),
        (["--min-psnr", 24], lambda p: p.psnr_db >= 24, lambda p: p.file_bytes),
    ],
    ids=["bytes", "psnr"],
)
def test_the_best_of_all_families_is_written_and_told(small, tmp_path, options, meets, best):
    target, again = tmp_path / "a.vq", tmp_path / "b.vq"
    result = run("encode", small, target, *ALL, *options)
    assert (result.exit_code, result.stderr) == (0, "")
    _, _, figures, setting, told, *lines = result.stdout.splitlines()
    assert re.fullmatch(r"Family: [a-z-]+, the best of 8; \d+ files in \d+ s", told)
    families = [line.split()[0] for line in lines]
    assert set(families) == set(FAMILIES)
    assert told.split()[1].rstrip(",") == families[0] != "plain"
    words = setting.removeprefix("Setting: ")
    assert lines[0].endswith(words)
    assert run("encode", small, again, *words.split()).exit_code == 0
    assert again.read_bytes() == target.read_bytes()
    [found] = swept_as(small, words)
    assert (found.file, meets(found.point)) == (target.read_bytes(), True)
    assert str(found.point.file_bytes) in figures.split()
    plain = swept_as(small, "--block 8 --colour ycbcr --size 1,2,4,8,16,32")
    assert all(best(found.point) <= best(it.point) for it in plain if meets(it.point))


def swept_as(file, words):
    """The steps of a sweep by words of the command line."""
    given = dict(zip(words.split()[::2], words.split()[1::2], strict=True))
    settings = Settings(
        int(given.get("--block", 8)),
        given["--colour"],
        family=given.get("--family", "plain"),
        options=(int(given["--band-step"]),) if "--band-step" in given else (),
        rate_weight=float(given.get("--rate-weight", 0)),
    )
    sizes = [int(size) for size in given["--size"].split(",")]
    return steps_of(sweep(read_picture(file.read_bytes(), ""), settings, sizes))


@pytest.mark.parametrize(
    "option", ["--block 16", "--trainer kmeans", "--rate-weight 9", "--smooth"]
)
def test_whole_pictures_take_no_option_of_blocks(small, tmp_path, option):
    words = ("--family", "wavelet", *option.split())
    result = run("encode", small, tmp_path / "a.vq", *words)
    told = "it takes the whole picture, and --band-step says what a bit is worth."
    assert result.exit_code == 2
    assert result.stderr.splitlines()[-1] == (
        f"Error: {option.split()[0]} has no place beside --family wavelet: {told}"
    )


def test_all_families_keep_what_options_fix(small, tmp_path):
    options = (*ALL, "--size", 4, "--rate-weight", 50, "--seed", 3, "--smooth")
    result = run("encode", small, tmp_path / "a.vq", *options, "--max-bytes", 9000)
    lines = result.stdout.splitlines()[5:]
    assert {line.split()[0] for line in lines} == set(FAMILIES)
    whole, *others = sorted(lines, key=lambda line: line.split()[0] != "wavelet")
    for line in others:
        assert "--block 8 --colour ycbcr --size 4" in line
        assert line.endswith("--seed 3 --rate-weight 50 --smooth")
    assert re.search(r"--size 4 --family wavelet --band-step \d+ --seed 3$", whole)


def test_all_families_that_miss_a_target_leave_nothing(small):
    options = (*ALL, "--size", 2, "--rate-weight", 0, "--max-bytes", 10)
    line = failed("encode", small, small.with_name("a.vq"), *options)
    assert line.startswith("Error: no setting gives at most 10 bytes; the smallest file has ")
    assert [path.name for path in small.parent.iterdir()] == ["small.png"]


@pytest.mark.parametrize(
    ("command", "options", "told"),
    [
        ("encode", [], "--family all needs a target: --max-bytes, --min-psnr or --min-ratio."),
        ("encode", ["--max-bytes", 9, "--stages", 3], "--stages is no option of --family all."),
        ("sweep", [], "'all' is not one of"),
    ],
)
def test_all_families_where_they_make_no_sense(small, command, options, told):
    file = [small.with_name("a.vq")] if command == "encode" else []
    result = run(command, small, *file, "--family", "all", *options)
    assert result.exit_code == 2
    assert told in result.stderr.splitlines()[-1]


@pytest.mark.skipif(sys.platform == "win32", reason="no such terminal")
def test_interrupted_search_of_all_families_leaves_no_file(photograph):
    target, options = photograph.with_name("a.vq"), ("--max-bytes", 9000, "--family", "all")
    told = on_a_terminal("encode", photograph, target, *options, interrupted_at=b"Trying")
    assert "Refining" not in told
    assert told.endswith("\nStopped.\n")
    assert [path.name for path in target.parent.iterdir()] == [photograph.name]


@pytest.mark.skipif(sys.platform == "win32", reason="no such terminal")
def test_all_families_have_a_bar_for_each_stage(small):
    options = (*ALL, "--size", 4, "--max-bytes", 900)
    told = on_a_terminal("encode", small, small.with_name("a.vq"), *options)
    for doing in ("Training", "Trying 8×8 YCbCr, residual", "Refining"):
        assert doing in told
    assert told.count("100%") >= 3


# ------------------------------------------------------------------------------------ how it goes


@pytest.mark.skipif(sys.platform == "win32", reason="no such terminal")
def test_target_has_one_progress_bar_for_all_settings(small):
    told = on_a_terminal("encode", small, small.with_name("a.vq"), "--max-bytes", 500)
    assert told.count("\n") == 1
    assert told.startswith("Training")
    assert "100%" in told


def on_a_terminal(*arguments, interrupted_at=None):
    """What the command line writes to a standard error that is a terminal.

    It can be interrupted as by Ctrl-C, once it has written certain bytes.
    """
    import pty

    ours, theirs = pty.openpty()
    command = [sys.executable, "-m", "vqcore", *map(str, arguments)]
    with (
        subprocess.Popen(
            command,
            cwd=Path(__file__).parents[1],
            stdout=subprocess.DEVNULL,
            stderr=theirs,
            preexec_fn=heed_interrupts,
        ) as process,
        open(ours, "rb", buffering=0) as terminal,
    ):
        os.close(theirs)
        told, is_interrupted = b"", False
        with suppress(OSError):  # how linux says that the other side is closed
            while part := terminal.read(4096):
                told += part
                if interrupted_at and interrupted_at in told:
                    process.send_signal(signal.SIGINT)
                    interrupted_at, is_interrupted = None, True
        assert process.wait(120) == (130 if is_interrupted else 0)
    return re.sub(r"\x1b\[[?\d]*\w|\r", "", told.decode())


@pytest.mark.parametrize("option", ["--max-bytes", "--min-psnr", "--min-ratio"])
def test_target_of_nothing_is_wrong_usage(small, option):
    assert run("encode", small, small.with_name("a.vq"), option, 0).exit_code == 2


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


@pytest.mark.skipif(os.name != "posix", reason="needs SIGINT")
def test_interrupted_while_packages_load_ends_in_one_line(tmp_path, monkeypatch):
    lines = "import os, signal, time", "os.kill(os.getpid(), signal.SIGINT)", "time.sleep(60)"
    (tmp_path / "numpy.py").write_text("\n".join(lines))
    monkeypatch.setenv("PYTHONPATH", str(tmp_path))
    ended = in_a_new_shell("--help", preexec_fn=heed_interrupts, cwd=tmp_path)
    assert ended == (130, "", "Stopped.\n")


@pytest.mark.skipif(os.name != "posix", reason="needs SIGKILL")
def test_killed_at_any_moment_leaves_the_old_file_or_the_new(photograph, tmp_path):
    """Kill at six moments spread over a run: what stands under the name is never torn."""
    target = tmp_path / "a.vq"
    command = [sys.executable, "-m", "vqcore", "encode", photograph, target, "--size", "8"]
    start = time.monotonic()
    subprocess.run(command, check=True, capture_output=True, cwd=Path(__file__).parents[1])
    whole, duration = target.read_bytes(), time.monotonic() - start
    for moment in range(6):
        target.write_bytes(b"old")
        with subprocess.Popen(
            command,
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
            cwd=Path(__file__).parents[1],
        ) as process:
            time.sleep(duration * (0.45 + 0.1 * moment))
            process.send_signal(signal.SIGKILL)
        assert target.read_bytes() in (b"old", whole)


@pytest.mark.parametrize(
    "name", ["a.jpg", "a.jpeg", "a.vq", "a.png.webp", "a", "png", ".png", "a.png ", "folder", ""]
)
def test_a_decoded_picture_is_a_png_by_name(photograph, tmp_path, name):
    coded, picture = tmp_path / "photo.vq", tmp_path / name
    run("encode", photograph, coded, "--size", 2)
    (tmp_path / "folder").mkdir()
    refused(photograph, "decode", coded, picture, ".png")


@pytest.mark.parametrize("name", ["photo.png", "a.png", "a.npz", "a", ".vq", "a.vq.png", ""])
def test_an_encoded_picture_is_a_vq_by_name(photograph, tmp_path, name):
    refused(photograph, "encode", photograph, tmp_path / name, ".vq")


def refused(photograph, command, source, target, suffix):
    """Wrong usage, told in the last line; every file is as before."""
    before = {path: path.read_bytes() for path in photograph.parent.iterdir() if path.is_file()}
    result = run(command, source, target)
    assert (result.exit_code, result.stdout) == (2, "")
    assert f"{target} does not end in {suffix}" in result.stderr.splitlines()[-1]
    after = {path: path.read_bytes() for path in photograph.parent.iterdir() if path.is_file()}
    assert after == before


@pytest.mark.parametrize(("coded", "picture"), [("a.VQ", "a.PNG"), ("a.b.vq", "a.vq.png")])
def test_names_may_be_in_capitals_and_have_dots(photograph, tmp_path, coded, picture):
    assert run("encode", photograph, tmp_path / coded, "--size", 2).exit_code == 0
    assert run("decode", tmp_path / coded, tmp_path / picture).exit_code == 0
    assert (tmp_path / picture).read_bytes().startswith(b"\x89PNG")


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


def test_raw_files_have_the_size_of_their_name_or_that_given(tmp_path):
    pixels = smooth_picture(24, 36, gray=True).pixels
    for name in ("waves_36x24.raw", "waves.gray"):
        (tmp_path / name).write_bytes(pixels.tobytes())
    coded, rebuilt = tmp_path / "a.vq", tmp_path / "a.png"
    lines = []
    for name, *size in (("waves_36x24.raw",), ("waves.gray", "--raw-size", "36x24")):
        result = run("encode", tmp_path / name, coded, "--size", 8, "--block", 4, *size)
        assert (result.exit_code, result.stderr) == (0, "")
        assert f"{name}: RAW, 864 bytes" in result.stdout
        lines.append(coded.read_bytes())
    assert lines[0] == lines[1]
    assert run("decode", coded, rebuilt).exit_code == 0
    assert read_picture(rebuilt.read_bytes(), "").pixels.shape == (24, 36)


def test_a_raw_file_of_no_size_is_one_line_and_the_others_are_swept(tmp_path):
    (tmp_path / "waves_36x24.raw").write_bytes(smooth_picture(24, 36, gray=True).pixels.tobytes())
    (tmp_path / "waves.raw").write_bytes(bytes(864))
    result = run("sweep", tmp_path, "--sizes", 2, "--jobs", 1)
    assert result.exit_code == 1
    assert "waves_36x24.raw" in result.stdout
    [line] = result.stderr.splitlines()
    assert line.startswith(f"Error: {tmp_path / 'waves.raw'}: The file has 864 bytes")
    assert line.endswith("name it name_WIDTHxHEIGHT.raw.")
    given = run("sweep", tmp_path, "--sizes", 2, "--jobs", 1, "--raw-size", "36x24")
    assert given.exit_code == 0
    assert "Error" not in given.stderr


def test_train_reads_raw_files(tmp_path):
    (tmp_path / "waves.rgb").write_bytes(smooth_picture(24, 36).pixels.tobytes())
    book, words = tmp_path / "a.npz", ("--size", 4, "--block", 4)
    result = run("train", tmp_path / "waves.rgb", book, *words, "--raw-size", "36x24")
    assert (result.exit_code, result.stderr) == (0, "")
    coded = tmp_path / "a.vq"
    lent = run("encode", tmp_path / "waves.rgb", coded, "--codebook", book, "--raw-size", "36x24")
    assert (lent.exit_code, lent.stderr) == (0, "")
    assert "36 × 24 pixels" in run("info", coded).stdout


@pytest.mark.parametrize("size", ["36", "36x", "axb"])
def test_a_raw_size_that_is_none_is_wrong_usage(tmp_path, size):
    result = run("encode", tmp_path / "a.raw", tmp_path / "a.vq", "--raw-size", size)
    assert result.exit_code == 2
    assert f"as in 512x512, not '{size}'" in result.stderr
