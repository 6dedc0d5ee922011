"""train, encode-all and decode-all on very many pictures: what they write, say and refuse."""

import csv
import json
import os
import re
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any
from uuid import UUID
from zipfile import ZipFile

import numpy as np
import pytest
from click.testing import CliRunner, Result
from helpers import heed_interrupts, photograph, smooth_picture

from vqcore.archive import places, samples
from vqcore.archive.places import read_bytes, write_at
from vqcore.archive.training import TrainedTogether
from vqcore.cli import main
from vqcore.coding.codebookfile import load_codebook
from vqcore.coding.container import parse
from vqcore.commands import archive
from vqcore.lab.sharing import load_shared, use_work
from vqcore.signals.pictures import load_picture, png_bytes
from vqcore.work import finish

ROOT = Path(__file__).parents[1]
BOOK = ("--size", 8, "--block", 4)


@pytest.fixture
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Return a folder, made the current one, with twenty pictures in another."""
    (tmp_path / "photos").mkdir()
    pixels = photograph("coffee", 4).pixels
    for number in range(20):
        part = pixels[number : number + 32, 3 * number : 3 * number + 40]
        (tmp_path / "photos" / f"{number:02}.png").write_bytes(png_bytes(part))
    monkeypatch.chdir(tmp_path)
    return tmp_path


def run(*arguments: object) -> Result:
    return CliRunner().invoke(main, [str(argument) for argument in arguments])


def done(*arguments: object) -> str:
    result = run(*arguments)
    assert (result.exit_code, result.stderr) == (0, "")
    return result.stdout


def manifest(folder: str) -> list[dict]:
    found = json.loads(Path(folder, "manifest.json").read_text())["pictures"]
    with Path(folder, "manifest.csv").open(newline="") as file:
        assert len(list(csv.DictReader(file))) == len(found)
    return found


# ----------------------------------------------------------------------------------------- training


def test_places_of_all_kinds_make_the_codebook_of_their_pictures(folder: Path) -> None:
    done("train", "photos", "all.npz", *BOOK)
    Path("list.txt").write_text("photos/1*.png\n")
    done("train", "@list.txt", "photos/0*.png", "photos/03.png", "again.npz", *BOOK)
    for place in Path("photos").iterdir():
        write_at(f"memory://cli-places/deep/{place.name}", place.read_bytes())
    done("train", "memory://cli-places/**/*.png", "far.npz", *BOOK)
    assert len({Path(f"{it}.npz").read_bytes() for it in ("all", "again", "far")}) == 1


def test_each_pass_is_told_with_what_it_has_come_to(
    folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(samples, "VECTORS_A_CODEWORD", 20)
    told = done("train", "photos", "all.npz", *BOOK, "--passes", 2).splitlines()
    assert re.fullmatch(r"pass 1: MSE [\d.]+, [\d.]+ dB", told[0])
    assert told[1].startswith("pass 2: MSE ")
    assert "trained on 160 of 1600 blocks of 20 pictures" in told[2]
    mses = [float(line.split()[3].rstrip(",")) for line in told[:2]]
    assert mses[0] > mses[1]
    with ZipFile("all.npz") as archive:
        assert json.loads(archive.comment)["passes"] == 2
    done("train", "photos", "none.npz", *BOOK)
    before, after = (load_codebook(Path(name)) for name in ("none.npz", "all.npz"))
    errors = [
        np.mean(
            [finish(use_work(load_picture(it), book)).point.mse for it in folder.rglob("*.png")]
        )
        for book in (before, after)
    ]
    assert errors[1] < errors[0]
    assert errors[1] == pytest.approx(mses[1], rel=0.05)


def test_a_family_is_in_the_first_picture_encoded_with_it(folder: Path) -> None:
    told = done("train", "photos", "book.vq", *BOOK, "--family", "residual", "--stages", 3)
    assert told.startswith(
        "residual: stage 1 8, stage 2 8, stage 3 8 of 4 × 4 pixels, rgb, trained"
    )
    found = parse(Path("book.vq").read_bytes())
    assert (found.quantizer.family, found.layout.width) == ("residual", 40)
    done("encode-all", "photos", "out", "--codebook", "book.vq")
    assert Path("out/00.png.vq").read_bytes() == Path("book.vq").read_bytes()


def test_a_first_picture_that_is_gone_takes_no_training_with_it(
    folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    shown = archive._shown

    def gone(*work: Any) -> TrainedTogether:
        trained = shown(*work)
        Path("photos/00.png").unlink()
        return trained

    monkeypatch.setattr(archive, "_shown", gone)
    done("train", "photos", "book.vq", *BOOK, "--family", "residual")
    assert parse(Path("book.vq").read_bytes()).quantizer.family == "residual"


def test_whole_pictures_have_no_rate_weight(folder: Path) -> None:
    done("encode", "photos/00.png", "book.vq", "--family", "wavelet", "--size", 4)
    asked = "encode-all", "photos/03.png", "out", "--codebook", "book.vq"
    result = run(*asked, "--rate-weight", 9)
    assert result.exit_code == 2
    assert "--rate-weight has no place beside book.vq" in result.stderr.splitlines()[-1]
    assert done(*asked).startswith("1 picture ")


@pytest.mark.parametrize(
    ("options", "told"),
    [
        (["all.npz", "--family", "quadtree"], "quadtree cannot be trained on samples of several"),
        (["all.vq", "--family", "wavelet"], "wavelet cannot be trained on samples of several"),
        (["all.npz", "--family", "tree"], "The last name is the codebook's, .vq, not all.npz."),
        (["all.vq"], "The last name is the codebook's, .npz, not all.vq."),
        (["all.vq", "--family", "tree", "--passes", "1"], "--passes is for plain codebooks"),
        (
            ["all.npz", "--trainer", "textbook", "--distance", "absolute", "--passes", "1"],
            "--passes is for plain codebooks, of squared distances without weights.",
        ),
        (["all.npz", "--cluster", "local:0"], "local:0 is not local, local:4 or tcp://host:8786."),
        (["all.npz", "--cluster", "host:8786"], "host:8786 is not local"),
    ],
    ids=str,
)
def test_what_there_is_not_for_several_pictures_is_wrong_usage(
    folder: Path, options: list[str], told: str
) -> None:
    result = run("train", "photos", *options)
    assert (result.exit_code, result.stdout) == (2, "")
    assert told in result.stderr.splitlines()[-1]
    assert not list(folder.glob("all.*"))


@pytest.mark.parametrize(
    ("file", "told"),
    [
        ("nowhere/all.npz", "nowhere/all.npz: No such file or directory"),
        ("photos/00.png/all.npz", "photos/00.png/all.npz: Not a directory"),
        ("folder.npz", "folder.npz: Is a directory"),
    ],
)
def test_a_codebook_that_cannot_be_written_is_refused_before_anything_is_read(
    folder: Path, monkeypatch: pytest.MonkeyPatch, file: str, told: str
) -> None:
    Path("folder.npz").mkdir()
    monkeypatch.setattr(archive, "Together", None)
    before = sorted(folder.rglob("*"))
    result = run("train", "photos", file, *BOOK)
    assert (result.exit_code, result.stderr) == (1, f"Error: {told}\n")
    assert sorted(folder.rglob("*")) == before


def test_clusters_and_passes_are_not_for_points(folder: Path) -> None:
    Path("points.csv").write_text("1,2\n3,4\n")
    for option in (("--cluster", "local"), ("--passes", 1)):
        result = run("train", "points.csv", "words.npy", *option)
        assert f"{option[0]} is not for points" in result.stderr


def test_a_cluster_that_is_not_there_is_one_line(
    folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    pytest.importorskip("distributed")
    monkeypatch.setattr("vqcore.archive.ondask.ANSWER_SECONDS", 0.5)
    result = run("train", "photos", "all.npz", *BOOK, "--cluster", "tcp://127.0.0.1:1")
    assert result.exit_code == 1
    assert result.stderr == "Error: There is no scheduler at tcp://127.0.0.1:1.\n"


# ------------------------------------------------------------------------------- encoding, decoding


@pytest.fixture
def book(folder: Path) -> str:
    done("train", "photos", "all.npz", *BOOK)
    return "all.npz"


def test_all_are_encoded_and_decoded(book: str) -> None:
    told = done("encode-all", "photos", "out", "--codebook", book, "--rate-weight", 9)
    rows = manifest("out")
    length = sum(path.stat().st_size for path in Path("out").glob("*.vq"))
    start = f"20 pictures of 0.0 megapixels; {length} bytes, {8 * length / 20 / 1280:.4g} bits"
    assert told.startswith(start)
    mean = np.mean([row["psnr_db"] for row in rows])
    assert f"; mean PSNR {mean:.2f} dB; " in told
    shared = load_shared(Path(book))
    use = finish(use_work(load_picture(Path("photos/07.png")), shared, 9))
    assert Path("out/07.png.vq").read_bytes() == use.file
    again = done("encode-all", "photos", "out", "--codebook", book, "--rate-weight", 9)
    assert "; 20 there already; " in again
    done("decode-all", "out", "back", "--codebook", book)
    found = load_picture(Path("back/07.png.png")).pixels
    np.testing.assert_array_equal(found, use.encoded.decode())
    assert len(manifest("back")) == 20


def test_bad_files_are_told_and_the_status_is_1(book: str) -> None:
    Path("photos/03.png").write_text("no picture")
    result = run("encode-all", "photos", "missing.png", "nowhere/*", "out", "--codebook", book)
    assert result.exit_code == 1
    lines = result.stderr.splitlines()
    assert lines[0] == "Error: nowhere/*: There is no picture of this name."
    assert lines[1] == "Error: missing.png: No such file or directory"
    assert lines[2].startswith("Error: photos/03.png: This is not a picture")
    assert len(lines) == 3
    assert result.stdout.startswith("19 pictures")
    assert [row["picture"] for row in manifest("out") if row["error"]] == [
        "missing.png",
        "photos/03.png",
    ]


def test_many_bad_files_are_in_the_manifest(book: str) -> None:
    for number in range(25):
        Path(f"photos/bad{number:02}.png").touch()
    result = run("encode-all", "photos", "out", "--codebook", book)
    lines = result.stderr.splitlines()
    assert len(lines) == 21
    assert lines[-1] == "Error: 5 more are in out/manifest.csv."
    assert sum(bool(row["error"]) for row in manifest("out")) == 25


def test_files_can_go_elsewhere(book: str) -> None:
    done("encode-all", "photos", "memory://cli/out", "--codebook", book)
    done("encode-all", "photos", "out", "--codebook", book)
    assert read_bytes("memory://cli/out/07.png.vq") == Path("out/07.png.vq").read_bytes()
    told = done("decode-all", "memory://cli/out", "memory://cli/png", "--codebook", book)
    assert told.startswith("20 pictures")


@pytest.mark.parametrize(
    ("arguments", "told"),
    [
        (["encode-all", "photos", "all.npz", "--codebook", "all.npz"], "all.npz: Not a directory"),
        (["encode-all", "photos", "out", "--codebook", "no.npz"], "no.npz: No such file"),
        (["encode-all", "photos", "out", "--codebook", "photos/00.png"], "not a codebook file"),
        (["encode-all", "none*", "out", "--codebook", "all.npz"], "no picture of this name"),
        (["decode-all", "photos", "out"], "photos: There is no .vq file in this folder."),
        (["decode-all", "photos/00.png", "out"], "photos/00.png: This is not a .vq file."),
        (["encode-all", "photos", "s3x://a/b", "--codebook", "all.npz"], "Protocol not known: s3x"),
    ],
    ids=str,
)
def test_what_fails_is_one_line(book: str, arguments: list[str], told: str) -> None:
    result = run(*arguments)
    assert result.exit_code == 1
    assert result.stderr.count("\n") == 1
    assert told in result.stderr
    assert not list(Path().glob("out/*.*q"))


def test_what_was_left_half_written_is_taken_away(
    book: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(places, "uuid4", lambda: UUID(int=7 << 96))
    Path("out").mkdir()
    for left in (".vqcore-00000007-left", ".vqcore-00000008-of-others"):
        Path("out", left).touch()
    done("encode-all", "photos", "out", "--codebook", book)
    assert [path.name for path in Path("out").glob(".*")] == [".vqcore-00000008-of-others"]


def test_a_codebook_is_needed(book: str) -> None:
    assert run("encode-all", "photos", "out").exit_code == 2
    result = run("encode-all", "photos", "out", "--codebook", book, "--size", 8)
    assert result.exit_code == 2


# ---------------------------------------------------------------------------------------- processes


def test_other_kernels_make_the_same_bytes(tmp_path: Path) -> None:
    """Of this size, two kernels' ladders come to two codebooks where sums are as they come."""
    for name in ("chelsea", "coffee", "rocket"):
        (tmp_path / f"{name}.png").write_bytes(png_bytes(photograph(name, 2).pixels))
    kernels = "Haswell", "Nehalem"
    training = ["--size", "256", "--block", "4", "--colour", "gray", "--passes", "2"]
    in_each_kernel(tmp_path, kernels, lambda it: ["train", ".", f"{it}.npz", *training])
    one, other = ((tmp_path / f"{kernel}.npz").read_bytes() for kernel in kernels)
    assert one == other
    encoding = ["--codebook", "Haswell.npz", "--rate-weight", "20"]
    in_each_kernel(tmp_path, kernels, lambda it: ["encode-all", ".", it, *encoding])
    files = [{it.name: it.read_bytes() for it in (tmp_path / own).glob("*.vq")} for own in kernels]
    assert files[0] == files[1]
    assert files[0]


def in_each_kernel(
    folder: Path, kernels: Sequence[str], words_of: Callable[[str], list[str]]
) -> None:
    """Run the command line with each of some kernels of the library of matrix products."""
    program = "from vqcore.cli import main; import sys; main(sys.argv[1:])"
    running = []
    for kernel in kernels:
        own = os.environ | {"OPENBLAS_CORETYPE": kernel, "PYTHONPATH": str(ROOT)}
        command = [sys.executable, "-c", program, *words_of(kernel)]
        running.append(subprocess.Popen(command, cwd=folder, env=own))
    assert [process.wait(120) for process in running] == [0] * len(kernels)


def processes_of(session: int) -> list[str]:
    """Return the processes of a session that have not ended."""
    found = []
    for status in Path("/proc").glob("[0-9]*/stat"):
        try:
            state, _, _, its_session = status.read_text().rpartition(")")[2].split()[:4]
        except OSError:
            continue
        if int(its_session) == session and state != "Z":
            found.append(status.parent.name)
    return found


def wait_until(condition: object) -> None:
    end = time.monotonic() + 60
    while not condition():
        assert time.monotonic() < end, "it takes too long"
        time.sleep(0.02)


@pytest.mark.skipif(not Path("/proc/self/stat").exists(), reason="reads /proc")
@pytest.mark.parametrize("cluster", [[], ["--cluster", "local:2"]], ids=["here", "cluster"])
def test_ctrl_c_leaves_no_process_and_no_torn_file(book: str, cluster: list[str]) -> None:
    if cluster:
        pytest.importorskip("distributed")
    picture = png_bytes(smooth_picture(300, 400).pixels)
    for number in range(300):
        Path(f"photos/{number + 20}.png").write_bytes(picture)
    command = [sys.executable, "-m", "vqcore", "encode-all", "photos", "out", "--codebook", book]
    with subprocess.Popen(
        [*command, *cluster],
        env=os.environ | {"PYTHONPATH": str(ROOT)},
        stdout=subprocess.DEVNULL,
        stderr=subprocess.PIPE,
        text=True,
        start_new_session=True,
        preexec_fn=heed_interrupts,
    ) as process:
        wait_until(lambda: len(list(Path("out").glob("*.vq"))) >= 30)
        os.killpg(process.pid, signal.SIGINT)
        told = process.communicate(timeout=30)[1]
    assert process.returncode == 130
    assert re.fullmatch(r"(Dashboard: http\S+\n)?Stopped\.\n", told)
    wait_until(lambda: not processes_of(process.pid))
    files = {path.name for path in Path("out").iterdir()}
    assert not [name for name in files if name.startswith(".")]
    assert {"manifest.csv", "manifest.json"} <= files
    assert len(files) < 300
    codebooks = [load_codebook(Path(book))]
    for path in Path("out").glob("*.vq"):
        parse(path.read_bytes(), codebooks)
    rows = manifest("out")
    assert len(files) - 2 >= len(rows) > 0
