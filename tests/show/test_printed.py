"""Tests of printed: what the command line says of sweeps, files and training."""

import math
import re
from dataclasses import replace
from fractions import Fraction

import numpy as np
import pytest
from helpers import made_up_points, plainly, rival_point, smooth_picture, steps_of

from vqcore.archive.making import Made
from vqcore.archive.manifest import Row
from vqcore.archive.passes import OnGrid, Passed
from vqcore.archive.places import Place
from vqcore.archive.training import TrainedTogether
from vqcore.codebooks.codebook import Codebook
from vqcore.coding.codebookfile import SharedCodebook
from vqcore.coding.codec import Settings
from vqcore.coding.container import Header, parse_header
from vqcore.lab.batch import Swept
from vqcore.lab.sharing import Shared, SharedQuantizer
from vqcore.lab.storing import Stored
from vqcore.lab.sweeps import OperatingPoint, Plan, sweep
from vqcore.quantizers.quantizer import Column, Quantizer
from vqcore.show import printed
from vqcore.signals.blocks import BlockLayout, BlockSize
from vqcore.signals.pictures import Origin
from vqcore.words import said

LAYOUT = BlockLayout(30, 20, 8, "ycbcr")
SETTINGS = Settings(8, "ycbcr", "lbg", 7)


def real_points() -> list[OperatingPoint]:
    steps = steps_of(sweep(smooth_picture(20, 30), SETTINGS, [1, 2, 5, 100]))
    return [step.point for step in steps]


def swept_of(points: list[OperatingPoint], name: str = "waves") -> Swept:
    return Swept(name, "d1", SETTINGS, Plan(LAYOUT, (1,), None), tuple(points))


# -------------------------------------------------------------------------------------------- table


def test_table_by_hand() -> None:
    header, first, second = printed.points_table(made_up_points()).split("\n")
    columns = ["codebook_size", "used", "mse", "psnr_db", "snr_db", "ssim"]
    columns += ["nominal_ratio", "file_ratio", "file_bytes", "rate_bpp"]
    assert header.split() == columns
    assert first.split() == ["1", "1", "0", "lossless", "lossless", "-", "∞", "48.2", "85", "0.166"]
    figures = ["0.1", "58.13", "51.25", "0.3333", "102.4", "48.2", "85", "0.166"]
    assert second.split() == ["1024", "1000", *figures]


@pytest.mark.parametrize("make", [made_up_points, real_points])
def test_table_columns_end_where_their_names_end(make: object) -> None:
    wide = replace(made_up_points()[1], psnr_db=1.23456789e-300)
    lines = printed.points_table([*make(), wide]).split("\n")
    ends = [[cell.end() for cell in re.finditer(r"\S+", line)] for line in lines]
    assert all(each == ends[0] for each in ends)
    assert len(ends[0]) == 10


def test_table_fits_a_terminal_of_a_hundred_columns_or_so() -> None:
    far = replace(made_up_points()[1], mse=1234.5678, file_bytes=12345678, rate_bpp=0.012345)
    lines = printed.points_table([*made_up_points(), far]).split("\n")
    assert max(map(len, lines)) <= 103


def point_at(size: int, psnr_db: float, ssim: float | None, ratio: float) -> OperatingPoint:
    point = made_up_points()[1]
    return replace(
        point, codebook_size=size, psnr_db=psnr_db, ssim=ssim, file_ratio=ratio, rate_bpp=8 / ratio
    )


def test_means_by_hand() -> None:
    first = [point_at(1, 10, 0.5, 4), point_at(2, 20, 0.5, 2), point_at(3, 21, 0.5, 2)]
    second = [point_at(1, 14, 0.5, 4), point_at(2, math.inf, None, 8)]
    third = [point_at(1, 18, 0.8, 4), point_at(2, 30, 0.5, 2), point_at(4, 31, 0.5, 2)]
    table = printed.means_table([swept_of(points) for points in (first, second, third)])
    header, *rows = [line.split() for line in table.split("\n")]
    names = ["psnr_db", "ssim", "file_ratio", "rate_bpp"]
    assert header == ["codebook_size", *(each for name in names for each in (name, f"{name}_std"))]
    assert rows == [
        ["1", "14", "4", "0.6", "0.1732", "4", "0", "2", "0"],
        ["2", "lossless", "-", "-", "-", "4", "3.464", "3", "1.732"],
    ]


def test_means_of_pictures_without_a_common_size_are_a_header() -> None:
    sweeps = [swept_of([point_at(size, 9, 0.5, 2)]) for size in (1, 2)]
    assert printed.means_table(sweeps).count("\n") == 0


def test_each_table_stands_under_its_picture_and_the_means_are_last() -> None:
    sweeps = [swept_of(made_up_points(), name) for name in ("a.png", "b.png")]
    table = printed.points_table(made_up_points())
    heading = "Mean and standard deviation over 2 pictures"
    expected = [f"a.png\n{table}", f"b.png\n{table}", f"{heading}\n{printed.means_table(sweeps)}"]
    assert printed.sweeps_text(sweeps).split("\n\n") == expected
    assert printed.sweeps_text(sweeps[:1]) == expected[0]


def test_a_table_stands_under_the_file_its_picture_came_from() -> None:
    origin = Origin("PNG", 606, (said("done.white"),))
    swept = replace(swept_of(made_up_points(), "a\nb.png"), origin=origin)
    line, table = printed.sweep_text(swept).split("\n", 1)
    assert line == "a b.png: PNG, 606 bytes; laid on white"
    assert table == printed.points_table(made_up_points())


def test_table_of_other_codecs_by_hand() -> None:
    points = [rival_point("png8", 16, psnr_db=math.inf), rival_point("dct", 32, snr_db=None)]
    assert printed.rivals_table(points).split("\n") == [
        "          codec       level  file_bytes  rate_bpp  file_ratio   psnr_db  snr_db  ssim",
        "          PNG-8  16 colours          90      0.75          32  lossless      20   0.8",
        "DCT (reference)     step 32          90      0.75          32        22       -   0.8",
    ]


def test_each_table_of_other_codecs_stands_under_its_picture() -> None:
    first = Stored("a.png", "d1", "rgb", (rival_point("jpeg", 40),), origin=Origin("PNG", 606))
    second = Stored("b.png", "d2", "rgb", (rival_point("jpeg", 50),))
    tables = [printed.rivals_table(it.points) for it in (first, second)]
    expected = [f"a.png: PNG, 606 bytes\n{tables[0]}", f"b.png\n{tables[1]}"]
    assert printed.stored_text([first, second]).split("\n\n") == expected


# -------------------------------------------------------------------------------- what a file holds


def test_what_a_file_holds_by_hand() -> None:
    layout = BlockLayout(7, 4, 4, "rgb")
    header = Header(layout, "plain", (Column("codeword", 3),), None)
    encoded = plainly(layout, Codebook(np.zeros((3, 48), np.uint8)), np.int32([2, 0]))
    assert printed.file_text(header, encoded, 42).split("\n") == [
        "picture   7 × 4 pixels, rgb",
        "blocks    2 of 4 × 4 pixels",
        "codebook  3 codewords, 2 in use",
        "file      42 bytes",
        "ratio     2:1",
        "rate      12.0000 bits per pixel",
    ]


def test_a_family_is_named_with_its_columns() -> None:
    [step] = steps_of(
        sweep(smooth_picture(20, 30), Settings(4, "gray", family="quadtree", smoothing=True), [8])
    )
    header = replace(parse_header(step.file), smoothing=5)
    _, _, family, codebook, smoothing, *_ = printed.file_text(header, step.encoded, 9).split("\n")
    sizes = [str(size) for size in step.encoded.quantizer.sizes]
    assert family == f"family    quadtree: leaf {sizes[0]}, mean {sizes[1]}, shape {sizes[2]}"
    assert codebook.endswith(f"codewords, {step.point.used_codewords} in use")
    assert smoothing == "smoothing 5 of 63"


def test_a_file_of_a_whole_picture_has_a_step_and_no_blocks() -> None:
    [step] = steps_of(sweep(smooth_picture(20, 30), Settings(family="wavelet"), [4]))
    told = printed.file_text(parse_header(step.file), step.encoded, 9).split("\n")
    assert told[0] == "picture   30 × 20 pixels, rgb"
    assert told[1] == "family    wavelet: band-step 20, shipped 1"
    assert told[2].startswith("codebook  ")


@pytest.mark.parametrize(("shipped", "told"), [(1, "9 distinct vectors"), (2, "9 codewords are")])
def test_what_limits_k_of_whole_pictures_is_no_block(shipped: int, told: str) -> None:
    settings = Settings(family="wavelet", options=(20, shipped))
    assert printed.clamping_text(settings, 9).startswith(told)


def test_codebook_elsewhere_is_named() -> None:
    header = Header(
        BlockLayout(7, 4, 4, "rgb"),
        "plain",
        (Column("codeword", 3),),
        bytes.fromhex("00112233445566ff"),
    )
    third = printed.file_text(header, None, 42).split("\n")[2]
    assert third == "codebook  3 codewords, elsewhere: 00112233445566ff"


def together(shared: Shared, pictures: int, sample: int, blocks: int) -> TrainedTogether:
    places = tuple(Place(f"{number}.png", f"{number}.png", ".") for number in range(pictures))
    return TrainedTogether(shared, places, blocks, sample, (), ())


@pytest.mark.parametrize(
    ("pictures", "sample", "blocks", "told"),
    [
        (1, 3, 3, "all 3 blocks of 1 picture"),
        (1, 1, 1, "all 1 block of 1 picture"),
        (2, 5, 12, "5 of 12 blocks of 2 pictures"),
    ],
)
def test_what_was_trained_by_hand(pictures: int, sample: int, blocks: int, told: str) -> None:
    shared = SharedCodebook(Codebook(np.zeros((3, 48), np.uint8)), 4, "rgb")
    assert printed.training_text(together(shared, pictures, sample, blocks)) == (
        f"3 codewords of 4 × 4 pixels, rgb, trained on {told}: codebook {shared.checksum.hex()}"
    )


def test_what_was_trained_of_another_family_by_hand() -> None:
    columns = Column("stage 1", 2), Column("stage 2", 3, "differences")
    tables = np.zeros((2, 16), np.int16), np.zeros((3, 16), np.int16)
    shared = SharedQuantizer(Quantizer("residual", columns, tables), BlockSize(4, 4), "gray")
    text = printed.training_text(together(shared, 1, 9, 9))
    assert text.startswith("residual: stage 1 2, stage 2 3 of 4 × 4 pixels, gray, trained on all")


def test_passes_and_files_made_by_hand() -> None:
    passed = Passed(Fraction(70), Fraction(65025, 1000), OnGrid(np.zeros((1, 4), np.int64)), {})
    assert printed.pass_text(2, passed) == "pass 2: MSE 65.025, 30.000 dB"
    good = Row("a", "a", "a.vq", 1000, 500, 125_000, 30.0)
    made = Made(
        (good, Row("b", "b", "b.vq", 1000, 500, 250_000, 31.0), Row("c", "c", "", error="?")), 1
    )
    assert printed.made_text(made, 2.04) == (
        "2 pictures of 1.0 megapixels; 375000 bytes, 3 bits a pixel; mean PSNR 30.50 dB; "
        "1 there already; 2.0 s"
    )
    decoded = Made((Row("a", "a", "a.png", 1000, 500, 125_000),), 0)
    told = "1 picture of 0.5 megapixels; 125000 bytes, 2 bits a pixel; 1.0 s"
    assert printed.made_text(decoded, 1) == told


def test_one_of_anything_is_no_plural() -> None:
    layout = BlockLayout(4, 4, 4, "gray")
    header = Header(layout, "plain", (Column("codeword", 1),), None)
    encoded = plainly(layout, Codebook(np.zeros((1, 16), np.uint8)), np.int32([0]))
    text = printed.file_text(header, encoded, 1)
    assert "codebook  1 codeword, 1 in use" in text
    assert "file      1 byte\n" in text
    shared = SharedCodebook(Codebook(np.zeros((1, 16), np.uint8)), 4, "gray")
    text = printed.training_text(together(shared, 1, 1, 1))
    assert text.startswith("1 codeword of 4 × 4 pixels")
