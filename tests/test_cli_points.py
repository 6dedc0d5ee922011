"""Points on the command line: what is written, what is said, and what is refused."""

import csv
import json
from collections.abc import Callable
from dataclasses import asdict
from pathlib import Path

import numpy as np
import pytest
from click.testing import CliRunner, Result
from helpers import smooth_picture

from vqcore.cli import main
from vqcore.codebooks.textbook import Rules, rows_of
from vqcore.coding.codebookfile import load_codebook
from vqcore.coding.pointsfile import pack_points, parse_points_file
from vqcore.lab.pointsweeps import (
    PointSettings,
    PointStep,
    encode_points,
    figures_work,
    possible_sizes,
    sweep_points,
)
from vqcore.quantizers.ofpoints import POINT_FAMILIES
from vqcore.show.provenance import PROGRAM
from vqcore.signals.pictures import png_bytes
from vqcore.signals.points import Points, read_points
from vqcore.work import finish

MEASURED = {"train_seconds", "encode_seconds"}


@pytest.fixture
def vectors() -> np.ndarray:
    rng = np.random.default_rng(7)
    return (rng.normal(size=(300, 3)) * [1, 20, 0.01] + [0, 1000, 5]).astype(np.float32)


@pytest.fixture(autouse=True)
def folder(tmp_path: Path, vectors: np.ndarray, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Return a folder, made the current one, with points, a picture, and what came of it."""
    np.save(tmp_path / "cloud.npy", vectors)
    np.savetxt(tmp_path / "cloud.csv", vectors, "%.9g", delimiter=",", header="x,y,z", comments="")
    np.savetxt(tmp_path / "wide.txt", np.arange(24).reshape(6, 4))
    np.save(tmp_path / "words.npy", vectors[:5])
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


def failed(*arguments: object) -> str:
    """Return the one line on standard error of a run that ends with status 1."""
    result = run(*arguments)
    assert (result.exit_code, result.stdout) == (1, "")
    assert result.stderr.count("\n") == 1
    return result.stderr


def refused(*arguments: object) -> str:
    """Return why a run ends with status 2, as the last line on standard error."""
    result = run(*arguments)
    assert (result.exit_code, result.stdout) == (2, "")
    return result.stderr.splitlines()[-1]


def state(folder: Path) -> dict[str, bytes]:
    return {path.name: path.read_bytes() for path in folder.iterdir()}


def loaded(name: str) -> Points:
    return read_points(Path(name).read_bytes(), name)


def steps(name: str, settings: PointSettings, *sizes: int) -> list[PointStep]:
    points = loaded(name)
    possible = possible_sizes(points, settings, sizes)
    events = sweep_points(points, settings, possible)
    return [event for event in events if isinstance(event, PointStep)]


def same(found: dict, expected: dict) -> None:
    for name in expected.keys() - MEASURED:
        assert found[name] == expected[name], name


# ------------------------------------------------------------------------------------------- sweep


def test_what_rounding_to_32_bits_makes_equal_is_said() -> None:
    np.save("times.npy", 1e9 + np.arange(1000) / 10)
    result = run("sweep", "times.npy", "--sizes", "2")
    assert result.exit_code == 0
    assert result.stderr == "times.npy: 32-bit floats leave 3 of 1,000 distinct vectors.\n"


@pytest.mark.parametrize("name", ["cloud.csv", "cloud.npy"])
def test_sweep_writes_what_the_library_finds(name: str) -> None:
    told = done(
        *("sweep", name, "--sizes", "8,1,5", "--family", "residual", "--stages", 3),
        *("--seed", 4, "--json", "out.json", "--csv", "out.csv"),
    )
    settings = PointSettings("residual", (3,), seed=4)
    expected = [asdict(step.figures) for step in steps(name, settings, 1, 5, 8)]
    source = {"name": name, "digest": loaded(name).digest, "family": "residual"}
    source |= {"options": "stages=3 rounds=5 beam=8", "trainer": "lbg", "seed": 4, "rules": ""}
    source |= {"program": PROGRAM}
    record = json.loads(Path("out.json").read_text("utf-8"))
    found = record.pop("points")
    assert record == {
        "name": name,
        "vectors": 300,
        "dimension": 3,
        "family": "residual",
        "seed": 4,
        "provenance": source,
    }
    with open("out.csv", newline="") as file:
        rows = list(csv.DictReader(file))
    for point, row, values in zip(found, rows, expected, strict=True):
        assert list(point) == list(values)
        assert list(row) == [*values, *source]
        same(point, values)
        same({name: float(row[name]) for name in values}, values)
        assert {name: row[name] for name in source} == {k: str(it) for k, it in source.items()}
    first, heading, *lines = told.splitlines()
    assert first == f"{name}: 300 vectors of 3 numbers"
    assert heading.split() == [
        *("codebook_size", "used", "mse", "largest_error", "snr_db", "snr_variance_db"),
        *("nominal_bits/number", "entropy_bits/number", "file_bits/number", "file_bytes"),
    ]
    for line, values in zip(lines, expected, strict=True):
        cells = line.split()
        assert cells[0] == str(values["codebook_size"])
        assert cells[2] == f"{values['mse']:.4g}"
        assert cells[-1] == str(values["file_bytes"])


def test_equal_sums_are_told_as_0_db() -> None:
    told = done("sweep", "cloud.csv", "--sizes", 1).splitlines()
    assert dict(zip(told[1].split(), told[2].split(), strict=True))["snr_variance_db"] == "0"


def test_several_files_are_written_as_each_alone() -> None:
    alone, rows = [], []
    for name in ("cloud.csv", "wide.txt"):
        done("sweep", name, "--sizes", "1,3", "--json", "one.json", "--csv", "one.csv")
        alone.append(json.loads(Path("one.json").read_text()))
        rows += Path("one.csv").read_text().splitlines()[bool(rows) :]
    options = "--sizes", "1,3", "--json", "all.json", "--csv", "all.csv"
    told = done("sweep", "cloud.csv", "wide.txt", *options)
    assert "\n\nwide.txt: 6 vectors of 4 numbers\n" in told
    every = json.loads(Path("all.json").read_text())
    for found, expected in zip(every, alone, strict=True):
        for each in (*found["points"], *expected["points"]):
            for name in MEASURED:
                del each[name]
        assert found == expected
    lines = Path("all.csv").read_text().splitlines()
    assert [line.split(",")[:4] for line in lines] == [line.split(",")[:4] for line in rows]


def test_good_files_are_swept_beside_bad_ones(folder: Path) -> None:
    Path("bad.csv").write_text("1,2\n3\n")
    result = run("sweep", "bad.csv", "cloud.csv", "none.csv", "--sizes", 2, "--json", "out.json")
    assert result.exit_code == 1
    assert result.stderr.splitlines() == [
        "Error: bad.csv: Line 2 has 1 number, and the first has 2.",
        "Error: none.csv: No such file or directory",
    ]
    assert [it["name"] for it in json.loads(Path("out.json").read_text())] == ["cloud.csv"]


def test_no_size_is_above_the_distinct_vectors() -> None:
    result = run("sweep", "wide.txt", "--sizes", "2,64", "--json", "out.json")
    assert (result.exit_code, result.stderr) == (
        0,
        "wide.txt: no codebook can be larger than K = 6.\n",
    )
    found = json.loads(Path("out.json").read_text())["points"]
    assert [it["codebook_size"] for it in found] == [2, 6]
    assert found[1]["snr_db"] == "inf"
    assert "lossless" in result.stdout
    result = run("encode", "wide.txt", "out.npz")
    assert result.stderr == "wide.txt: no codebook can be larger than K = 6.\n"
    assert parse_points_file(Path("out.npz").read_bytes()).quantizer.codebook_size == 6


def test_constant_columns_are_points_like_others() -> None:
    Path("flat.csv").write_text("7,1\n7,1\n7,1\n")
    result = run("sweep", "flat.csv", "--json", "out.json")
    assert result.exit_code == 0
    [point] = json.loads(Path("out.json").read_text())["points"]
    assert (point["codebook_size"], point["mse"], point["snr_db"]) == (1, 0, "inf")


# --------------------------------------------------------------------------------- encode, decode


@pytest.mark.parametrize("family", POINT_FAMILIES)
def test_encode_and_decode_are_those_of_the_library(family: str) -> None:
    told = done("encode", "cloud.csv", "out.npz", "--family", family, "--size", 8, "--seed", 2)
    [step] = steps("cloud.csv", PointSettings(family, seed=2), 8)
    assert Path("out.npz").read_bytes() == step.file
    assert told.splitlines()[-1].split()[-1] == str(len(step.file))
    assert f"{step.figures.snr_db:.4g}" in told.split()
    assert f"{step.figures.file_rate:.4g}" in told.split()
    assert done("decode", "out.npz", "out.npy") == done("decode", "out.npz", "out.csv") == ""
    expected = step.encoded.decode()
    found = np.load("out.npy")
    assert found.dtype == np.float32
    np.testing.assert_array_equal(found, expected)
    np.testing.assert_array_equal(loaded("out.csv").vectors, expected)


def test_options_of_a_family_and_rules_are_heeded(vectors: np.ndarray) -> None:
    done("encode", "cloud.csv", "a.npz", "--family", "gain-shape", "--gains", 2, "--size", 4)
    found = parse_points_file(Path("a.npz").read_bytes()).quantizer
    assert found.sizes == (2, 4)
    done("encode", "cloud.csv", "a.npz", "--family", "mean-removed", "--means", 64, "--size", 4)
    assert parse_points_file(Path("a.npz").read_bytes()).quantizer.sizes == (64, 4)
    np.savetxt("start.csv", vectors[:3], "%.9g", delimiter=",")
    rules = Rules("given", rows_of(vectors[:3]), iterations=2, weights=(1.0, 2.0, 3.0))
    [step] = steps("cloud.csv", PointSettings(trainer="textbook", rules=rules), 3)
    for start in ("start.csv", "start.npy"):
        np.save("start.npy", vectors[:3])
        options = "--trainer", "textbook", "--start-codebook", start, "--iterations", 2
        done("encode", "cloud.csv", "b.npz", *options, "--weights", "1,2,3")
        assert Path("b.npz").read_bytes() == step.file
    assert done("sweep", "cloud.csv", *options).splitlines()[2].split()[0] == "3"


def test_another_quantizer_encodes_and_is_held_again(vectors: np.ndarray) -> None:
    done("encode", "cloud.csv", "lender.npz", "--family", "residual", "--size", 4)
    np.save("other.npy", vectors[::-2] + np.float32(0.001))
    done("encode", "other.npy", "out.npz", "--codebook", "lender.npz")
    lender = parse_points_file(Path("lender.npz").read_bytes()).quantizer
    for beam in (8, 1):
        assert Path("out.npz").read_bytes() == pack_points(
            encode_points(loaded("other.npy"), lender, beam)
        )
        done("encode", "other.npy", "out.npz", "--codebook", "lender.npz", "--beam", 1)


def test_codewords_alone_encode_what_they_were_trained_for(vectors: np.ndarray) -> None:
    np.save("more.npy", vectors + np.float32(3))
    told = done("train", "cloud.csv", "more.npy", "words.npy", "--size", 16, "--seed", 5)
    assert told == "16 codewords of 3 numbers, trained on all 600 vectors of 2 files\n"
    words = np.load("words.npy")
    assert (words.dtype, words.shape) == (np.float32, (16, 3))
    np.save("all.npy", np.concatenate([loaded("cloud.csv").vectors, np.load("more.npy")]))
    [step] = steps("all.npy", PointSettings(seed=5), 16)
    np.testing.assert_array_equal(words, step.encoded.quantizer.tables[0])
    done("encode", "all.npy", "out.npz", "--codebook", "words.npy")
    assert Path("out.npz").read_bytes() == step.file


def test_train_leaves_out_what_does_not_fit() -> None:
    result = run("train", "cloud.csv", "wide.txt", "none.csv", "out.npy", "--size", 4)
    assert result.exit_code == 1
    assert result.stdout.endswith("all 300 vectors of 1 file\n")
    assert result.stderr.splitlines() == [
        "Error: wide.txt: Its vectors have 4 numbers, and those of cloud.csv 3.",
        "Error: none.csv: No such file or directory",
    ]
    assert np.load("out.npy").shape == (4, 3)


def test_train_may_drop_codewords() -> None:
    Path("ends.csv").write_text("0\n1\n9\n")
    np.save("start.npy", np.float32([[0], [500], [9]]))
    options = "--trainer", "textbook", "--start-codebook", "start.npy", "--empty", "drop"
    done("train", "ends.csv", "out.npy", *options)
    assert np.load("out.npy").tolist() == [[0.5], [9]]
    for command in (["sweep", "ends.csv"], ["encode", "ends.csv", "out.npz"]):
        assert refused(*command, *options).endswith("is for `train`: here K is asked for.")


def test_info_says_what_is_in_the_file() -> None:
    done("encode", "cloud.csv", "out.npz", "--family", "gain-shape", "--size", 16)
    size = Path("out.npz").stat().st_size
    assert done("info", "out.npz").splitlines() == [
        "points    300 vectors of 3 numbers",
        "family    gain-shape: gain 8, shape 16",
        "codebook  16 codewords, 16 in use",
        f"file      {size} bytes",
        f"rate      {8 * size / 900:.4f} bits a number",
    ]


def test_codewords_in_use_are_those_of_k() -> None:
    options = "--family", "mean-removed", "--means", 64, "--size", 4
    told = done("encode", "cloud.csv", "lender.npz", *options)
    assert told.splitlines()[-1].split()[:2] == ["4", "4"]
    np.savetxt("one.csv", [[1, 2, 3]], delimiter=",")
    told = done("encode", "one.csv", "one.npz", "--codebook", "lender.npz")
    assert told.splitlines()[-1].split()[:2] == ["4", "1"]
    assert "codebook  4 codewords, 1 in use\n" in done("info", "one.npz")


def test_a_file_is_known_by_how_it_begins() -> None:
    done("encode", "cloud.csv", "out.npz", "--size", 2)
    Path("out.bin").write_bytes(Path("out.npz").read_bytes())
    assert "vectors of 3 numbers" in done("info", "out.bin")
    Path("cloud.bin").write_bytes(Path("cloud.npy").read_bytes())
    assert "cloud.bin: 300 vectors" in done("sweep", "cloud.bin", "--sizes", 2)
    done("encode", "cat.png", "cat.vq", "--size", 2)
    Path("cat.vq").rename("cat.npz")
    assert "33 × 24 pixels" in done("info", "cat.npz")


# ---------------------------------------------------------------------------------- what is refused


def npy(array: object, **options: object) -> Callable[[Path], None]:
    return lambda path: np.save(path, np.array(array, **options))


BAD = {
    "text.csv": ("x,y\n1,2\n3,four\n", "Line 3, column 2 holds 'four', which is no number."),
    "nan.csv": ("1,2\n3,nan\n", "Vector 2 has nan in column 2; points are finite numbers."),
    "inf.csv": ("1,2\n-inf,4\n", "Vector 2 has -inf in column 1; points are finite numbers."),
    "ragged.csv": ("1,2\n3,4,5\n", "Line 2 has 3 numbers, and the first has 2."),
    "headings.csv": ("x,y\n", "There is a line of headings and no numbers below it."),
    "empty.csv": ("", None),
    "large.csv": ("1,2\n1e308,4\n", "Vector 2 has 1e+308 in column 1; the limit is 3.4e+38"),
    "pickled.npy": (npy([{}, 2], dtype=object), "pickled objects, which are never opened."),
    "complex.npy": (npy([[1j]]), "The .npy file holds complex128; points are real numbers."),
    "cube.npy": (npy(np.zeros((2, 3, 4))), "an array of shape (2, 3, 4)"),
    "none.npy": (npy(np.zeros((0, 2))), "an array of shape (0, 2)"),
    "missing.csv": (None, "No such file or directory"),
}


@pytest.fixture(params=BAD)
def bad(request: pytest.FixtureRequest) -> tuple[str, str]:
    """Return the name of a bad file, and what is said of it."""
    content, told = BAD[request.param]
    if isinstance(content, str):
        Path(request.param).write_text(content)
    elif content:
        content(Path(request.param))
    return request.param, f"Error: {request.param}: {told or ''}"


def test_bad_points_are_one_line_and_nothing_is_written(folder: Path, bad: tuple) -> None:
    name, told = bad
    beginning, before = told.partition(": an array")[0][:20], state(folder)
    ways = [
        ("sweep", name, "--json", "out.json", "--csv", "out.csv"),
        ("encode", name, "out.npz"),
        ("train", name, "out.npy"),
        ("encode", "cloud.csv", "out.npz", "--codebook", name),
        ("encode", "cloud.csv", "o.npz", "--trainer", "textbook", "--start-codebook", name),
    ]
    for way in ways:
        line = failed(*way)
        assert line.startswith(beginning)
        assert told.split(": ", 2)[2] in line
    assert state(folder) == before


@pytest.fixture
def others() -> None:
    """Make files of other kinds."""
    done("encode", "cloud.csv", "good.npz", "--size", 4)
    Path("torn.npz").write_bytes(Path("good.npz").read_bytes()[:-30])
    Path("text.npz").write_text("This is a text.")
    done("encode", "cat.png", "cat.vq", "--size", 4)
    done("train", "cat.png", "cat.npz", "--size", 4)
    np.save("many.npy", np.arange(5000))


@pytest.mark.usefixtures("others")
@pytest.mark.parametrize(
    ("arguments", "told"),
    [
        (["decode", "torn.npz", "out.npy"], "torn.npz: The file is damaged, or none of encoded"),
        (["decode", "text.npz", "out.npy"], "text.npz: The file is damaged, or none of encoded"),
        (["decode", "cat.npz", "out.csv"], "cat.npz: The file is damaged, or none of encoded"),
        (["decode", "cloud.csv", "out.png"], "cloud.csv: "),
        (["decode", "none.npz", "out.npy"], "none.npz: No such file or directory"),
        (["decode", "good.npz", "no/out.npy"], "no/out.npy: No such file or directory"),
        (["info", "none.npz"], "none.npz: No such file or directory"),
        (
            ["encode", "cloud.csv", "out.npz", "--codebook", "cat.npz"],
            "cat.npz: The file is damaged, or none of encoded points.",
        ),
        (["encode", "cloud.csv", "out.npz", "--codebook", "cat.vq"], "cat.vq: "),
        (["encode", "cat.png", "out.vq", "--codebook", "good.npz"], "good.npz: "),
        (
            ["encode", "wide.txt", "out.npz", "--codebook", "good.npz"],
            "wide.txt: Its vectors have 4 numbers, and those of good.npz 3.",
        ),
        (
            ["encode", "many.npy", "out.npz", "--codebook", "many.npy"],
            "many.npy: These are 5000 codewords; the limit is 4096.",
        ),
        (["encode", "cloud.csv", "no/out.npz"], "no/out.npz: No such file or directory"),
        (["train", "cloud.csv", "no/out.npy"], "no/out.npy: No such file or directory"),
        (["train", "none.csv", "out.npy"], "none.csv: No such file or directory"),
    ],
    ids=lambda it: " ".join(it) if isinstance(it, list) else "",
)
def test_what_cannot_be_done_is_one_line(folder: Path, arguments: list[str], told: str) -> None:
    before = state(folder)
    assert failed(*arguments).startswith(f"Error: {told}")
    assert state(folder) == before


@pytest.mark.parametrize(
    ("options", "told"),
    [
        (["--size", 4], "The start has 5 codewords, and K is to be 4."),
        (["--weights", "1,2"], "There are 2 weights for 3 samples."),
        ([], "cloud.csv: "),
    ],
)
def test_rules_that_do_not_fit_are_one_line(folder: Path, options: list, told: str) -> None:
    rules = "--trainer", "textbook", "--start-codebook", "words.npy"
    if not options:
        np.savetxt("cloud.csv", np.zeros((9, 3)), delimiter=",")
        told += "The start has 5 codewords, more than the 1 distinct vector."
    before = state(folder)
    assert failed("encode", "cloud.csv", "out.npz", *rules, *options) == f"Error: {told}\n"
    assert state(folder) == before


SWEEP, ENCODE = ["sweep", "cloud.csv"], ["encode", "cloud.csv", "out.npz"]
TRAIN, DECODE = ["train", "cloud.csv", "out.npy"], ["decode", "good.npz", "out.npy"]
OF_PICTURES = [
    *([*command, *option] for command in (SWEEP, ENCODE) for option in (["--rate-weight", 0],)),
    *([*command, "--smooth"] for command in (SWEEP, ENCODE)),
    *([*command, "--block", 8] for command in (SWEEP, ENCODE, TRAIN)),
    *([*command, "--colour", "rgb"] for command in (SWEEP, ENCODE, TRAIN)),
    *([*command, "--raw-size", "9x9"] for command in (SWEEP, ENCODE, TRAIN)),
    *([*command, "--peak", 255] for command in (SWEEP, ENCODE)),
    *([*ENCODE, option, 9] for option in ("--max-bytes", "--min-psnr", "--min-ratio")),
    [*SWEEP, "--jobs", 2],
    [*DECODE, "--codebook", "good.npz"],
]


@pytest.mark.usefixtures("others")
@pytest.mark.parametrize("arguments", OF_PICTURES, ids=lambda it: " ".join(map(str, it)))
def test_options_of_pictures_are_refused(folder: Path, arguments: list) -> None:
    before = state(folder)
    option = next(it for it in arguments if str(it).startswith("--"))
    assert refused(*arguments) == f"Error: {option} is not for points."
    assert state(folder) == before


@pytest.mark.usefixtures("others")
@pytest.mark.parametrize(
    ("arguments", "told"),
    [
        ([*SWEEP, "--family", "quadtree"], "--family quadtree is not for points."),
        ([*ENCODE, "--family", "planes"], "--family planes is not for points."),
        ([*ENCODE, "--family", "all"], "--family all is not for points."),
        (["sweep", "cat.png", "--family", "product"], "--family product is not for pictures."),
        (["encode", "cat.png", "a.vq", "--family", "product"], "product is not for pictures."),
        ([*SWEEP, "--means", 4], "--means is no option of --family plain."),
        (
            [*ENCODE, "--family", "mean-removed", "--mean-step", 8],
            "--mean-step is no option of --family mean-removed.",
        ),
        (
            ["sweep", "cat.png", "--family", "gain-shape", "--gains", 32],
            "--gains of --family gain-shape is one of 4, 8, 16 for pictures, not 32.",
        ),
        (
            [*SWEEP, "--family", "tree", "--trainer", "kmeans"],
            "--trainer kmeans is of --family plain alone, for points.",
        ),
        ([*SWEEP, "--iterations", 4], "--iterations is a rule of --trainer textbook."),
        ([*SWEEP, "--trainer", "kmeans", "--seed", 2**40], "--seed goes up to 4294967295 with"),
        ([*SWEEP, "--json", "cloud.npz"], "cloud.npz does not end in .json."),
        (["sweep", "cloud.csv", "cat.png"], "cloud.csv has points and cat.png has none: one kind"),
        (["train", "cat.png", "wide.txt", "out.npy"], "wide.txt has points and cat.png has none"),
        (["train", "cloud.csv", "out.npz"], "The last name is the codewords', .npy, not out.npz."),
        (["train", "cat.png", "out.npy"], "The last name is the codebook's, .npz, not out.npy."),
        (["train", "cloud.csv", "out.npy", "--family", "tree"], "--family is not for points."),
        (["encode", "cloud.csv", "out.vq"], "out.vq does not end in .npz."),
        (["encode", "cat.png", "out.npz"], "out.npz does not end in .vq."),
        (["decode", "good.npz", "out.png"], "out.png does not end in .npy or .csv."),
        (["decode", "cat.vq", "out.npy"], "out.npy does not end in .png."),
        *(
            ([*ENCODE, "--codebook", "good.npz", *option], f"{option[0]} has no place beside")
            for option in (["--size", 9], ["--family", "plain"], ["--seed", 0], ["--means", 4])
        ),
        (
            [*ENCODE, "--codebook", "good.npz", "--beam", 4],
            "--beam is no option of --family plain.",
        ),
    ],
    ids=lambda it: " ".join(map(str, it)) if isinstance(it, list) else "",
)
def test_wrong_usage_leaves_all_as_it_is(folder: Path, arguments: list, told: str) -> None:
    before = state(folder)
    assert told in refused(*arguments)
    assert state(folder) == before


@pytest.mark.parametrize(
    "arguments",
    [["sweep", "cloud.csv", "--sizes", 2, "--json", "out.json"], [*ENCODE, "--size", 2]],
    ids=lambda it: it[0],
)
def test_a_file_is_left_whole_when_it_cannot_be_replaced(
    folder: Path, monkeypatch: pytest.MonkeyPatch, arguments: list
) -> None:
    def fail(*_: object) -> None:
        raise OSError(28, "No space left on device", "hidden")

    target = next(str(it) for it in arguments if str(it).startswith("out"))
    Path(target).write_text("precious")
    before = state(folder)
    monkeypatch.setattr("os.replace", fail)
    result = run(*arguments)
    assert (result.exit_code, result.stderr) == (
        1,
        f"Error: {target}: No space left on device\n",
    )
    assert state(folder) == before


def test_a_picture_in_the_name_of_points_is_one_line(folder: Path) -> None:
    Path("cat.png").rename("cat.csv")
    assert failed("sweep", "cat.csv") == "Error: cat.csv: This is neither text nor an .npy file.\n"


def test_a_start_is_no_larger_than_a_codebook() -> None:
    np.save("many.npy", np.arange(5000))
    rules = "--trainer", "textbook", "--start-codebook", "many.npy"
    assert "many.npy: These are 5000 codewords; the limit is 4096." in failed(*SWEEP, *rules)


def test_figures_of_encoding_are_those_of_its_file() -> None:
    done("encode", "cloud.csv", "lender.npz", "--size", 4)
    told = done("encode", "wide.txt", "w.npz", "--size", 2)
    assert told.splitlines()[0] == "wide.txt: 6 vectors of 4 numbers"
    points, lender = loaded("cloud.csv"), parse_points_file(Path("lender.npz").read_bytes())
    expected = finish(figures_work(points, lender, Path("lender.npz").stat().st_size))
    told = done("encode", "cloud.csv", "again.npz", "--codebook", "lender.npz")
    assert f"{expected.mse:.4g}" in told.split()


def test_what_train_wrote_is_described(folder: Path) -> None:
    done("train", "cloud.csv", "mine.npy", "--size", "4")
    assert done("info", "mine.npy").splitlines()[0] == "codewords 4 rows of 3 numbers"
    done("train", "cat.png", "book.npz", "--size", "4", "--colour", "gray")
    shared = load_codebook(folder / "book.npz")
    first, second, _ = done("info", "book.npz").splitlines()
    assert first == f"codebook  4 codewords, {shared.checksum.hex()}"
    assert second == "blocks    8 × 8 pixels, gray"
    (folder / "broken.npz").write_bytes((folder / "book.npz").read_bytes()[:-30])
    result = run("info", "broken.npz")
    assert result.exit_code == 1
    assert result.stderr.startswith("Error: broken.npz: The codebook file is damaged")
