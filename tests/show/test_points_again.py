"""What is taken away from points: the lines give the same file, the report has the figures."""

import io
import re
import shlex
from contextlib import chdir
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from shell import in_a_shell

from vqcore.codebooks.textbook import Rules, rows_of
from vqcore.lab.pointstudy import PointStudy, replaying, sweeping
from vqcore.lab.pointsweeps import PointSettings, PointStep
from vqcore.lab.store import Store
from vqcore.show.pointdownloads import offered_of_points
from vqcore.show.reproduce import point_ways
from vqcore.signals.pictures import png_bytes, read_picture, sample_picture
from vqcore.signals.points import Points, read_points, typed_points
from vqcore.signals.sources import UPLOADED, Origin, made, pixel_pairs

TABLE = "wide,high\n" + "".join(f"{it % 7},{it * it % 11}.5\n" for it in range(60))
STARTS = ((0.5, 1.5), (3.0, 8.0)), rows_of(np.arange(66).reshape(33, 2) % 9 + 0.25)
PICTURE = read_picture(png_bytes(sample_picture("camera").pixels[::16, ::16]), "man.png")


@pytest.fixture(autouse=True)
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, in_this_process: None) -> Path:
    """Stand where the files are."""
    (tmp_path / "a b.csv").write_text(TABLE)
    (tmp_path / "man.png").write_bytes(png_bytes(PICTURE.pixels))
    monkeypatch.chdir(tmp_path)
    return tmp_path


def study_of(points: Points, settings: PointSettings, origin: Origin, size: int) -> PointStudy:
    study = PointStudy(points, settings, (2, size), Store(10**8), "My points", origin)
    list(sweeping(study))
    return study


def names_after(lines: str) -> dict[str, Any]:
    names: dict[str, Any] = {}
    exec(lines, names)
    return names


def files(study: PointStudy, step: PointStep) -> dict[str, bytes]:
    groups = offered_of_points(study, step)
    return {offer.file_name: offer.make() for group in groups.values() for offer in group}


MADE = made("gauss-markov", 300, 3, seed=4, correlation=-0.5)
UPLOAD = read_points(TABLE.encode(), "a b.csv")
CASES = {
    "uploaded": (UPLOAD, UPLOADED, PointSettings()),
    "made up": (MADE, Origin("gauss-markov", 4, -0.5), PointSettings(seed=3)),
    "typed": (typed_points("1 2\n3 4\n3 5.1\n9 8"), Origin("typed"), PointSettings("tree")),
    "residual": (UPLOAD, UPLOADED, PointSettings("residual", (3,), seed=1)),
    "pairs of a sample": (
        pixel_pairs(sample_picture("camera")),
        Origin("pairs"),
        PointSettings("product"),
    ),
    "pairs": (pixel_pairs(PICTURE), Origin("pairs"), PointSettings()),
    "by the book": (UPLOAD, UPLOADED, PointSettings(trainer="textbook", rules=Rules("first"))),
    "few given": (
        UPLOAD,
        UPLOADED,
        PointSettings(trainer="textbook", rules=Rules("given", STARTS[0])),
    ),
    "many given": (
        UPLOAD,
        UPLOADED,
        PointSettings(trainer="textbook", rules=Rules("given", STARTS[1])),
    ),
}


@pytest.mark.parametrize("case", CASES)
def test_each_way_gives_the_same_file(folder: Path, case: str) -> None:
    points, origin, settings = CASES[case]
    size = len(settings.given) or 3
    step = study_of(points, settings, origin, size).steps[size]
    np.savetxt(folder / "start.csv", settings.given, delimiter=",")
    _, (_, lines, language), *commands = point_ways(points, origin, settings, size)
    assert language == "python"
    assert names_after(lines)["step"].file == step.file
    [written] = folder.glob("*-K*.npz")
    assert written.read_bytes() == step.file
    written.unlink()
    assert len(commands) == (origin == UPLOADED)
    for _, command, _ in commands:
        *_, word = shlex.split(command)[:3]
        with chdir(folder):
            status, _, complaint = in_a_shell(*shlex.split(command)[3:])
        assert (word, status, complaint) == ("vqcore", 0, "")
        assert written.read_bytes() == step.file


@pytest.mark.parametrize("case", ["uploaded", "made up", "typed", "pairs of a sample", "pairs"])
def test_lines_by_hand_come_to_what_kmeans_does(case: str) -> None:
    points, origin, _ = CASES[case]
    settings = PointSettings(trainer="kmeans", seed=2)
    figures = study_of(points, settings, origin, 3).steps[3].figures
    (_, lines, _), *_ = point_ways(points, origin, settings, 3)
    names = names_after(lines)
    assert names["snr"] == pytest.approx(figures.snr_db, abs=1e-4)
    assert np.log2(names["K"]) / names["d"] == pytest.approx(figures.nominal_rate)
    assert len([line for line in lines.splitlines() if line]) <= 16


def test_the_start_is_told_where_the_lines_need_it() -> None:
    def told(case: str) -> list[bool]:
        points, origin, settings = CASES[case]
        ways = point_ways(points, origin, settings, len(settings.given) or 3)
        return ["start.csv is the codebook" in words for words, *_ in ways]

    assert told("uploaded") == [False, False, False]
    assert told("few given") == [False, False, True]
    assert told("many given") == [False, True, True]


def test_files_are_called_after_the_points_and_hold_what_they_say() -> None:
    study = study_of(UPLOAD, PointSettings(), UPLOADED, 3)
    list(replaying(study, 3))
    step, stem = study.steps[3], "a b-K3"
    found = files(study, step)
    assert [*found] == [
        *(f"{stem}.npz", f"{stem}-codebook.csv", f"{stem}-codebook.npy"),
        *(f"{stem}-indices.csv", f"{stem}-indices.npy", f"{stem}-decoded.npy"),
        *("a b-figures.csv", f"{stem}-steps.csv", f"{stem}.html"),
    ]
    assert found[f"{stem}.npz"] == step.file
    head, *lines = found[f"{stem}-codebook.csv"].decode().splitlines()
    assert head == "column,index,wide,high"
    expected = step.encoded.quantizer.tables[0]
    read = np.float32([line.split(",")[2:] for line in lines])
    np.testing.assert_array_equal(read, expected)
    indices, decoded = (
        np.load(io.BytesIO(found[f"{stem}-{name}.npy"])) for name in ("indices", "decoded")
    )
    np.testing.assert_array_equal(indices, step.encoded.indices)
    np.testing.assert_array_equal(decoded, expected[indices[:, 0]])
    last = found[f"{stem}-steps.csv"].decode().splitlines()[-3:]
    np.testing.assert_array_equal(np.float32([it.split(",")[4:] for it in last]), expected)


@pytest.mark.parametrize("family", ["plain", "tree", "residual", "mean-removed", "product"])
def test_codewords_alone_are_there_where_they_are_all_of_the_codebook(family: str) -> None:
    study = study_of(UPLOAD, PointSettings(family), UPLOADED, 3)
    step, found = study.steps[3], files(study, study.steps[3])
    tables, name = step.encoded.quantizer.tables, "a b-K3-codebook.npy"
    assert (name in found) == (len(tables) == 1)
    if name in found:
        np.testing.assert_array_equal(np.load(io.BytesIO(found[name])), tables[0])


def test_the_iterations_by_the_book_are_there() -> None:
    settings = PointSettings(trainer="textbook")
    study = study_of(UPLOAD, settings, UPLOADED, 3)
    found = files(study, study.steps[3])["a b-K3-iterations.csv"].decode().splitlines()
    assert len(found) == 1 + len(study.steps[3].trained.book.lines)


def test_the_report_is_whole() -> None:
    study = study_of(UPLOAD, PointSettings("residual", (3,)), UPLOADED, 3)
    page = files(study, study.steps[3])["a b-K3.html"].decode()
    assert "<h1>My points</h1>" in page
    assert "60 vectors, d = 2; Residual, Stages 3; SHA-256" in page
    assert UPLOAD.digest in page
    assert "A click on" not in page
    assert page.count("Plotly.newPlot") >= 4
    without_scripts = re.sub("<script.*?</script>", "", page, flags=re.DOTALL)
    assert not re.search(r'(?:src|href)="', without_scripts)
    for step in study.steps.values():
        assert f"<td>{step.figures.snr_db:.2f}</td>" in page
    assert "<h2>Stage 2, K = 3</h2>" in page


def test_a_name_in_the_report_is_no_html() -> None:
    study = study_of(UPLOAD, PointSettings(), UPLOADED, 3)
    study.name = "<script>"
    assert "<h1>&lt;script&gt;</h1>" in files(study, study.steps[3])["a b-K3.html"].decode()
