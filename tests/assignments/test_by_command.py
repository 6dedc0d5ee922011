"""Assignments of public courses, each done by the command line or the library in a few lines.

Each test names the course and its task; the numbers are those that follow from the task, or that
its source prints.
"""

import csv
from pathlib import Path

import numpy as np
import pytest
from click.testing import CliRunner

from vqcore.cli import main
from vqcore.codebooks.textbook import Rules, rows_of, runs_work
from vqcore.coding.codebookfile import load_codebook
from vqcore.coding.codec import Settings
from vqcore.coding.container import parse
from vqcore.lab.sweeps import Step, sweep
from vqcore.signals.pictures import png_bytes, read_picture, sample_picture
from vqcore.work import finish


def lab(*words):
    """Run a command, and return what it prints."""
    result = CliRunner(catch_exceptions=False).invoke(main, [str(word) for word in words])
    assert result.exit_code == 0, result.stderr
    return result.stdout


def figures(*words):
    """Sweep a picture, and return the figures of each K."""
    lab("sweep", *words, "--csv", "figures.csv")
    with open("figures.csv", newline="") as file:
        return {int(row["codebook_size"]): row for row in csv.DictReader(file)}


@pytest.fixture(autouse=True)
def folder(tmp_path, monkeypatch):
    """A folder with pictures: gray.png and colour.png, 256 × 256 pixels, and halves of them."""
    monkeypatch.chdir(tmp_path)
    gray = sample_picture("camera").pixels[64:320, 64:320]
    colour = sample_picture("astronaut").pixels[:256, 100:356]
    for name, pixels in (("gray", gray), ("colour", colour)):
        Path(f"{name}.png").write_bytes(png_bytes(pixels))
        Path(f"{name}-top.png").write_bytes(png_bytes(pixels[:128]))
    return tmp_path


def test_blocks_of_one_area_and_several_shapes():
    """UTA EE 5351, project 5: 4×4, 8×2 and 16×1 at K = 64; squares win, long lines lose most."""
    psnr = [
        float(figures("gray.png", "--block", block, "--sizes", 64)[64]["psnr_db"])
        for block in ("4", "8x2", "16x1")
    ]
    assert psnr == sorted(psnr, reverse=True)
    assert psnr[0] > psnr[2] + 1


def test_one_bit_a_pixel_in_vectors_of_several_lengths():
    """LiU TSBK38: 768×512 gray, 1 bpp, vectors of 1, 2, 4, 6, 8; what the codebook adds in bpp."""
    pixels = 768 * 512
    added = {"1": 2, "2x1": 4, "2": 16, "3x2": 64, "4x2": 256}
    told = []
    for block, size in added.items():
        point = figures("gray-top.png", "--block", block, "--sizes", size)[size]
        area = np.prod([int(side) for side in block.split("x")] * (1 if "x" in block else 2))
        told.append(8 * size * area / pixels)
        assert float(point["nominal_bytes"]) * 8 == pytest.approx(256 * 128, rel=0.02)
    assert told == pytest.approx([0.000041, 0.00016, 0.0013, 0.0078, 0.042], rel=0.03)


@pytest.mark.parametrize(
    ("picture", "block", "size", "ratio"),
    [
        ("gray.png", 4, 1024, 12.8),  # UW CSEP 521: 0.625 bits a pixel
        ("colour.png", 2, 256, 12),  # Cal State LA CS 4551: 2 bits a pixel
        ("gray.png", 2, 4, 16),  # Elements of Statistical Learning 14.3.9: 0.5 bits a pixel
    ],
)
def test_nominal_ratios(picture, block, size, ratio):
    point = figures(picture, "--block", block, "--sizes", size)[size]
    assert float(point["nominal_ratio"]) == pytest.approx(ratio)


def test_a_codebook_for_each_channel():
    """Cairo FCAI: 2×2, K = 256 for each of R, G and B, is 4 : 1."""
    told = figures(
        "colour.png", "--block", 2, "--family", "planes", "--further-part", 1, "--sizes", 256
    )
    assert float(told[256]["nominal_ratio"]) == pytest.approx(4)


def test_own_codebook_against_that_of_several_pictures():
    """Purdue ECE 634, project 2; UW CSE 490 GZ, P2: train on several, test inside and outside."""
    lab(
        "train",
        "gray.png",
        "colour-top.png",
        "many.npz",
        "--block",
        4,
        "--colour",
        "gray",
        "--size",
        64,
    )
    assert load_codebook(Path("many.npz")).codebook.size == 64
    lab("encode", "gray.png", "own.vq", "--block", 4, "--colour", "gray", "--size", 64)
    lab("encode", "gray.png", "lent.vq", "--codebook", "many.npz")
    original = read_picture(Path("gray.png").read_bytes(), "").pixels.astype(int)
    own = parse(Path("own.vq").read_bytes())
    lent = parse(Path("lent.vq").read_bytes(), [load_codebook(Path("many.npz"))])
    mse = [np.square(each.decode() - original).mean() for each in (own, lent)]
    assert mse[0] < mse[1]


def test_splitting_with_several_thresholds():
    """Padova, Source Coding: pixels of RGB, K = 256 by splitting; a smaller ε costs and helps."""
    psnr = [
        float(
            figures(
                *("colour-top.png", "--block", 1, "--sizes", 64, "--trainer", "textbook"),
                *("--start", "splitting", "--epsilon", epsilon),
            )[64]["psnr_db"]
        )
        for epsilon in (0.1, 0.01, 0.001)
    ]
    assert psnr == sorted(psnr)


def test_first_blocks_as_start():
    """NYU Poly, 8.1: 4×4, K = 2 to 256, the first K blocks as start, ε = 0.01: PSNR rises."""
    told = figures(
        *("gray.png", "--block", 4, "--sizes", "2,4,8,16,32,64,128,256", "--trainer", "textbook"),
        *("--start", "first", "--epsilon", 0.01),
    )
    psnr = [float(row["psnr_db"]) for row in told.values()]
    assert psnr == sorted(psnr)


def test_restarts_and_a_cap():
    """Tufts COMP 150, HW 8; Aarhus DC 05: 4×4, few iterations, of several starts the best."""
    once, best = (
        figures(
            *(
                "gray.png",
                "--block",
                4,
                "--sizes",
                16,
                "--trainer",
                "textbook",
                "--start",
                "random",
            ),
            *("--iterations", 5, "--epsilon", 0, "--restarts", restarts),
        )[16]
        for restarts in (1, 6)
    )
    assert float(best["mse"]) < float(once["mse"])


def test_a_given_start_and_ten_iterations():
    """Bar-Ilan, ex. 1: the error after each of ten iterations from codewords given, K = 2 to 16."""
    pixels = sample_picture("astronaut").pixels[::8, ::8].reshape(-1, 3) / 255
    for size in (2, 4, 8, 16):
        start = rows_of(pixels[:: len(pixels) // size][:size])
        rules = Rules("given", start, epsilon=0, iterations=10)
        [run] = finish(runs_work(pixels, size, rules))
        errors = [each.distortion for each in run.rounds]
        assert errors == sorted(errors, reverse=True)
        assert run.codewords.shape == (size, 3)


def test_a_given_codebook_and_a_threshold():
    """The LBG program; Walchand A2: 2×2, a codebook of one's own as start, threshold 0.001."""
    lab("train", "colour-top.png", "start.npz", "--block", 2, "--colour", "gray", "--size", 16)
    rules = "--trainer", "textbook", "--start-codebook", "start.npz", "--epsilon", 0.001
    told = figures("gray.png", "--block", 2, "--colour", "gray", *rules)
    lab("encode", "gray.png", "lent.vq", "--codebook", "start.npz")
    lent = parse(Path("lent.vq").read_bytes(), [load_codebook(Path("start.npz"))])
    original = read_picture(Path("gray.png").read_bytes(), "").pixels.astype(int)
    assert float(told[16]["mse"]) < np.square(lent.decode() - original).mean()


def test_full_search_against_four_stages():
    """ASU EEE 508, 4.2: at equal nominal bits one codebook wins over four stages of small ones."""
    picture = read_picture(Path("gray.png").read_bytes(), "")
    [full] = (it for it in sweep(picture, Settings(4), [256]) if isinstance(it, Step))
    stages = Settings(4, family="residual", options=(4,))
    [staged] = (it for it in sweep(picture, stages, [4]) if isinstance(it, Step))
    assert staged.point.nominal_bytes == full.point.nominal_bytes
    assert staged.point.psnr_db < full.point.psnr_db
    assert staged.point.codebook_bytes < full.point.codebook_bytes


def test_pairs_of_adjacent_pixels():
    """USC CSCI 576, A2: two pixels side by side, K = 2 to 64."""
    told = figures("gray.png", "--block", "2x1", "--sizes", "2,4,8,16,32,64")
    assert [float(row["nominal_ratio"]) for row in told.values()] == [
        16,
        8,
        pytest.approx(16 / 3),
        4,
        3.2,
        pytest.approx(8 / 3),
    ]


def test_a_few_colours():
    """Montana CSCI 447; Stanford and Coursera: 8 and 16 colours, a small picture's for a large."""
    lab("train", "colour-top.png", "few.npz", "--block", 1, "--size", 16)
    lab("encode", "colour.png", "lent.vq", "--codebook", "few.npz")
    lent = parse(Path("lent.vq").read_bytes(), [load_codebook(Path("few.npz"))])
    assert len(np.unique(lent.decode().reshape(-1, 3), axis=0)) <= 16
    told = figures("colour.png", "--block", 1, "--sizes", "8,16")
    assert [float(row["nominal_ratio"]) for row in told.values()] == [8, 6]
