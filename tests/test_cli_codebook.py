"""train, and a codebook from elsewhere: encode, decode and info with it, and without."""

import json
import math
from pathlib import Path
from zipfile import ZipFile

import numpy as np
import pytest
from click.testing import CliRunner, Result
from helpers import smooth_picture

from vqcore.cli import main
from vqcore.coding.codebookfile import load_codebook
from vqcore.coding.codec import Settings
from vqcore.coding.container import parse
from vqcore.lab.sharing import use_work
from vqcore.lab.sweeps import Step, sweep
from vqcore.show.provenance import PROGRAM
from vqcore.signals.pictures import png_bytes, read_picture, sample_picture
from vqcore.work import finish

CODEBOOK = ("--size", 16, "--block", 4)


@pytest.fixture
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Return a folder, made the current one, with pictures to train on and one to encode."""
    (tmp_path / "many").mkdir()
    for seed in range(3):
        picture = smooth_picture(24, 33, seed=seed)
        (tmp_path / "many" / f"{seed}.png").write_bytes(png_bytes(picture.pixels))
    (tmp_path / "cat.png").write_bytes(png_bytes(sample_picture("chelsea").pixels[:96, :120]))
    (tmp_path / "gray.png").write_bytes(png_bytes(smooth_picture(24, 33, gray=True).pixels))
    (tmp_path / "text.png").write_text("This is a text.\nIt has two lines.\n")
    monkeypatch.chdir(tmp_path)
    return tmp_path


def run(*arguments: object) -> Result:
    return CliRunner().invoke(main, [str(argument) for argument in arguments])


def done(*arguments: object) -> str:
    """Return the standard output of a run that goes well and says nothing else."""
    result = run(*arguments)
    assert (result.exit_code, result.stderr) == (0, "")
    return result.stdout


def failed(*arguments: object) -> str:
    """Return the one line on standard error of a run that ends with status 1."""
    result = run(*arguments)
    assert result.exit_code == 1
    assert result.stderr.count("\n") == 1
    return result.stderr


def names(folder: Path) -> list[str]:
    return sorted(path.name for path in folder.iterdir())


# ----------------------------------------------------------------------------------------- training


@pytest.mark.parametrize("colour", ["gray", "rgb", "ycbcr"])
def test_train_encode_decode(folder: Path, colour: str) -> None:
    said = done("train", "many", "cat.png", "all.npz", *CODEBOOK, "--colour", colour)
    shared = load_codebook(folder / "all.npz")
    assert (shared.codebook.size, shared.block_size, shared.colour) == (16, (4, 4), colour)
    assert said == (
        f"16 codewords of 4 × 4 pixels, {colour}, trained on all {3 * 54 + 720} blocks "
        f"of 4 pictures: codebook {shared.checksum.hex()}\n"
    )
    figures = done("encode", "cat.png", "cat.vq", "--codebook", "all.npz")
    assert done("decode", "cat.vq", "out.png", "--codebook", "all.npz") == ""
    use = finish(use_work(read_picture(Path("cat.png").read_bytes(), ""), shared))
    assert Path("cat.vq").read_bytes() == use.file
    found = read_picture(Path("out.png").read_bytes(), "").pixels
    np.testing.assert_array_equal(found, use.encoded.decode())
    assert str(len(use.file)) in figures.split()
    assert f"{use.point.psnr_db:.4g}" in figures.split()
    lower = done("encode", "cat.png", "cat.vq", "--codebook", "all.npz", "--peak", 51)
    assert f"{use.point.psnr_db - 20 * math.log10(5):.4g}" in lower.split()


def test_codebook_of_one_picture_is_as_good_as_that_of_its_sweep(folder: Path) -> None:
    done("train", "cat.png", "cat.npz", *CODEBOOK, "--seed", 3)
    picture = read_picture(Path("cat.png").read_bytes(), "")
    events = sweep(picture, Settings(4, seed=3), [16])
    [step] = [event for event in events if isinstance(event, Step)]
    use = finish(use_work(picture, load_codebook(Path("cat.npz"))))
    assert use.point.mse < 1.01 * step.point.mse


@pytest.mark.usefixtures("in_this_process")
def test_codebook_file_says_where_it_comes_from(folder: Path) -> None:
    done("train", "many", "cat.png", "all.npz", *CODEBOOK, "--seed", 3, "--trainer", "kmeans")
    with ZipFile("all.npz") as archive:
        said = json.loads(archive.comment)
    settings = {"block_size": 4, "colour": "rgb", "trainer": "kmeans", "seed": 3}
    assert said == {"pictures": 4, **settings, "codebook_size": 16, "program": PROGRAM}


def test_same_pictures_give_the_same_bytes(folder: Path) -> None:
    for name in ("a.npz", "b.npz"):
        done("train", "many", name, *CODEBOOK)
    assert Path("a.npz").read_bytes() == Path("b.npz").read_bytes()


def test_good_pictures_are_trained_on_beside_bad_ones(folder: Path) -> None:
    result = run("train", "text.png", "many", "gray.png", "missing.png", "all.npz", *CODEBOOK)
    assert result.exit_code == 1
    assert "of 3 pictures" in result.stdout
    assert load_codebook(Path("all.npz")).codebook.size == 16
    gray, missing, text = result.stderr.splitlines()
    assert text.startswith("Error: text.png: This is not a picture")
    assert gray == "Error: gray.png: The picture is gray, and the codebook is for rgb."
    assert missing == "Error: missing.png: No such file or directory"


def test_where_no_picture_is_good_there_is_no_codebook(folder: Path) -> None:
    before = names(folder)
    result = run("train", "text.png", "gray.png", "all.npz")
    assert (result.exit_code, result.stdout) == (1, "")
    assert result.stderr.count("\n") == 2
    assert names(folder) == before


def test_a_sample_of_the_blocks_is_told(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("vqcore.archive.samples.MAX_TRAINING_BYTES", 2 * 100 * 48)
    assert "trained on 154 of 774 blocks of 2 pictures" in done(
        "train", "cat.png", "many/0.png", "all.npz", *CODEBOOK
    )


@pytest.mark.parametrize(
    "arguments",
    [
        ["all.npz"],
        ["many"],
        ["many", "cat.png"],
        ["many", "all.npz", "--size", "0"],
        ["many", "all.npz", "--rate-weight", "9"],
    ],
    ids=" ".join,
)
def test_wrong_usage_of_train_leaves_all_as_it_is(folder: Path, arguments: list[str]) -> None:
    before = names(folder), Path("cat.png").read_bytes()
    result = run("train", *arguments)
    assert (result.exit_code, result.stdout) == (2, "")
    assert (names(folder), Path("cat.png").read_bytes()) == before


@pytest.mark.parametrize("family", ["quadtree", "wavelet"])
def test_of_families_of_whole_pictures_train_says_what_there_is_instead(
    folder: Path, family: str
) -> None:
    result = run("train", "many", "all.npz", "--family", family)
    assert result.stderr.splitlines()[-1] == (
        f"Error: --family {family} cannot be trained on samples of several pictures; "
        "--codebook FILE.vq uses that of one."
    )
    done("encode", "cat.png", "cat.vq", "--family", family, "--size", 16)
    done("encode", "many/0.png", "other.vq", "--codebook", "cat.vq")
    cat, other = (parse(Path(name).read_bytes()).quantizer for name in ("cat.vq", "other.vq"))
    for own, lent in zip(other.tables, cat.tables, strict=True):
        np.testing.assert_array_equal(own, lent)


def test_codebook_that_cannot_be_written_is_one_line(folder: Path) -> None:
    line = failed("train", "cat.png", "no/such/all.npz", *CODEBOOK)
    assert line == "Error: no/such/all.npz: No such file or directory\n"


# ---------------------------------------------------------------------------------- encode, decode


@pytest.fixture
def trained(folder: Path) -> str:
    """Return the name of the codebook of all in the folder, and encode the cat with it."""
    done("train", "many", "all.npz", *CODEBOOK)
    done("train", "cat.png", "other.npz", *CODEBOOK)
    done("encode", "cat.png", "cat.vq", "--codebook", "all.npz")
    return load_codebook(Path("all.npz")).checksum.hex()


def test_decoding_without_the_codebook_names_it(folder: Path, trained: str) -> None:
    line = failed("decode", "cat.vq", "out.png")
    assert line == (
        f"Error: cat.vq: The .vq file needs the codebook {trained}, which is not in the file.\n"
    )
    assert "out.png" not in names(folder)


def test_decoding_with_another_codebook_names_both(folder: Path, trained: str) -> None:
    other = load_codebook(Path("other.npz")).checksum.hex()
    line = failed("decode", "cat.vq", "out.png", "--codebook", "other.npz")
    assert line == f"Error: cat.vq: The .vq file needs the codebook {trained}, not {other}.\n"
    assert "out.png" not in names(folder)


def test_info_needs_no_codebook(trained: str) -> None:
    text = done("info", "cat.vq")
    assert f"codebook  16 codewords, elsewhere: {trained}\n" in text
    assert f"{Path('cat.vq').stat().st_size} bytes" in text


def test_a_file_with_its_own_codebook_needs_none_and_minds_none(trained: str) -> None:
    done("encode", "cat.png", "own.vq", *CODEBOOK)
    done("decode", "own.vq", "a.png")
    done("decode", "own.vq", "b.png", "--codebook", "all.npz")
    assert Path("a.png").read_bytes() == Path("b.png").read_bytes()


def test_rate_weight_leaves_the_codewords(trained: str) -> None:
    done("encode", "cat.png", "small.vq", "--codebook", "all.npz", "--rate-weight", 5000)
    assert Path("small.vq").stat().st_size < Path("cat.vq").stat().st_size
    shared = load_codebook(Path("all.npz"))
    found = parse(Path("small.vq").read_bytes(), [shared])
    np.testing.assert_array_equal(found.quantizer.tables[0], shared.codebook.codewords)


def test_a_gray_picture_is_refused_by_a_codebook_in_colour(folder: Path, trained: str) -> None:
    line = failed("encode", "gray.png", "gray.vq", "--codebook", "all.npz")
    assert line == "Error: gray.png: The picture is gray, and the codebook is for rgb.\n"
    assert "gray.vq" not in names(folder)


@pytest.mark.parametrize(
    "option",
    [
        ("--size", 256),
        ("--block", 8),
        ("--colour", "rgb"),
        ("--trainer", "lbg"),
        ("--seed", 0),
        ("--max-bytes", 9000),
        ("--min-psnr", 20),
        ("--min-ratio", 2),
        ("--band-step", 10),
    ],
    ids=lambda option: option[0],
)
def test_what_the_codebook_says_is_wrong_usage_beside_it(
    folder: Path, trained: str, option: tuple[str, object]
) -> None:
    result = run("encode", "cat.png", "new.vq", "--codebook", "all.npz", *option)
    assert (result.exit_code, result.stdout) == (2, "")
    assert f"{option[0]} has no place beside --codebook" in result.stderr.splitlines()[-1]
    assert "new.vq" not in names(folder)


@pytest.mark.parametrize(
    ("codebook", "told"),
    [
        ("missing.npz", "missing.npz: No such file"),
        ("cat.png", "cat.png: This is not a codebook file"),
        ("torn.npz", "torn.npz: The codebook file is damaged"),
        ("many", "many: Is a directory"),
    ],
)
def test_codebook_that_cannot_be_read_is_one_line(trained: str, codebook: str, told: str) -> None:
    Path("torn.npz").write_bytes(Path("all.npz").read_bytes()[:-9])
    assert told in failed("encode", "cat.png", "new.vq", "--codebook", codebook)
    assert told in failed("decode", "cat.vq", "out.png", "--codebook", codebook)
    assert not Path("new.vq").exists()
    assert not Path("out.png").exists()


# --------------------------------------------------------------------------------- codewords alone


@pytest.fixture
def words(folder: Path, trained: str) -> str:
    """Return the name of codewords alone, those of the trained codebook."""
    np.save("words.npy", load_codebook(Path("all.npz")).codebook.codewords)
    return "words.npy"


def test_codewords_alone_give_the_file_of_their_codebook(folder: Path, words: str) -> None:
    shared = load_codebook(Path("all.npz"))
    done("encode", "cat.png", "cat.vq", "--codebook", "all.npz")
    cut = "--block", shared.block_size.typed, "--colour", shared.colour
    done("encode", "cat.png", "alone.vq", "--codebook", words, *cut)
    assert Path("alone.vq").read_bytes() == Path("cat.vq").read_bytes()
    done("decode", "cat.vq", "cat-out.png", "--codebook", "all.npz")
    done("decode", "alone.vq", "out.png", "--codebook", words)
    assert Path("out.png").read_bytes() == Path("cat-out.png").read_bytes()


@pytest.mark.parametrize(
    ("options", "told"),
    [
        ([], "--block is needed beside words.npy, codewords alone."),
        (["--block", 4], "--colour is needed beside words.npy, codewords alone."),
        (["--colour", "rgb"], "--block is needed beside words.npy"),
        (["--block", 4, "--colour", "rgb", "--size", 3], "--size has no place beside --codebook"),
    ],
)
def test_codewords_alone_need_block_and_colour(
    folder: Path, words: str, options: list[object], told: str
) -> None:
    result = run("encode", "cat.png", "new.vq", "--codebook", words, *options)
    assert (result.exit_code, result.stdout) == (2, "")
    assert told in result.stderr.splitlines()[-1]
    assert "new.vq" not in names(folder)


def test_codewords_alone_that_do_not_fit_are_one_line(folder: Path, words: str) -> None:
    cut = "--block", 8, "--colour", "gray"
    assert failed("encode", "cat.png", "new.vq", "--codebook", words, *cut) == (
        "Error: words.npy: Its codewords have 48 samples, and blocks of 8×8 in gray have 64; "
        "4×4 in rgb fits.\n"
    )
    Path("text.npy").write_text("This is a text.")
    assert "text.npy: This is not a file of codewords (.npy)." in failed(
        "encode", "cat.png", "new.vq", "--codebook", "text.npy", *cut
    )
    assert "new.vq" not in names(folder)


def test_what_is_no_vq_file_is_said_beside_codewords_alone(folder: Path, words: str) -> None:
    assert failed("decode", "cat.png", "out.png", "--codebook", words).startswith(
        "Error: cat.png: "
    )


def test_the_codebook_of_a_vq_file_is_used_and_held_again(folder: Path) -> None:
    done("encode", "cat.png", "cat.vq", "--family", "residual", "--size", 8, "--block", 4)
    done("encode", "many/0.png", "other.vq", "--codebook", "cat.vq", "--rate-weight", 20)
    cat, other = (parse((folder / name).read_bytes()) for name in ("cat.vq", "other.vq"))
    assert other.quantizer.family == "residual"
    tables = zip(cat.quantizer.tables, other.quantizer.tables, strict=True)
    assert all((mine == theirs).all() for mine, theirs in tables)


@pytest.mark.usefixtures("trained")
def test_a_vq_file_that_lends_nothing_is_one_line(folder: Path) -> None:
    done("encode", "cat.png", "cat.vq", "--codebook", "all.npz")
    (folder / "torn.vq").write_bytes((folder / "cat.vq").read_bytes()[:-1])
    for lender, told in (("cat.vq", "needs the codebook"), ("torn.vq", "incomplete")):
        complaint = failed("encode", "cat.png", "new.vq", "--codebook", lender)
        assert f"{lender}: The .vq file" in complaint
        assert told in complaint
        assert not (folder / "new.vq").exists()
