"""Tests of exports: what others read is what was measured."""

import csv
import io
import json
import math
from dataclasses import asdict, replace

import numpy as np
import pytest
from helpers import made_up_points, rival_point, smooth_picture, steps_of
from hypothesis import given
from hypothesis import strategies as st

from vqcore.codebooks.codebook import Codebook
from vqcore.coding.codec import Settings
from vqcore.coding.pointsfile import EncodedPoints
from vqcore.lab.batch import Swept
from vqcore.lab.pointreplay import PointFrame
from vqcore.lab.storing import Stored
from vqcore.lab.sweeps import OperatingPoint, Plan, plan_sweep, sweep
from vqcore.quantizers.ofpoints import PointQuantizer
from vqcore.show import exports, provenance
from vqcore.show.curves import Curve, nominal_curve, rival_curve, vq_curve
from vqcore.show.provenance import PROGRAM, Provenance, provenance_of
from vqcore.signals.blocks import BlockLayout
from vqcore.signals.pictures import Origin, Picture
from vqcore.signals.points import Points
from vqcore.words import said

POINT_KEYS = [
    "codebook_size",
    "used_codewords",
    "mse",
    "rmse",
    "mae",
    "largest_error",
    "vector_error",
    "psnr_db",
    "snr_db",
    "snr_variance_db",
    "ssim",
    "nominal_bytes",
    "nominal_bpp",
    "nominal_bits_per_block",
    "entropy_bytes",
    "codebook_bytes",
    "file_bytes",
    "nominal_ratio",
    "file_ratio",
    "rate_bpp",
    "train_seconds",
    "encode_seconds",
    "peak",
]
LAYOUT = BlockLayout(30, 20, 8, "ycbcr")
SETTINGS = Settings(8, "ycbcr", "lbg", 7)
SOURCE = {
    "picture": "waves",
    "digest": "d1",
    "block_size": 8,
    "colour": "ycbcr",
    "trainer": "lbg",
    "seed": 7,
    "rate_weight": 0,
    "family": "plain",
    "options": "",
    "smoothing": False,
    "rules": "",
    "program": PROGRAM,
}


def real_points() -> list[OperatingPoint]:
    steps = steps_of(sweep(smooth_picture(20, 30), SETTINGS, [1, 2, 5, 100]))
    return [step.point for step in steps]


def swept_of(points: list[OperatingPoint], name: str = "waves") -> Swept:
    return Swept(name, "d1", SETTINGS, Plan(LAYOUT, (1,), None), tuple(points))


def as_json(points: list[OperatingPoint], name: str = "waves") -> str:
    return exports.sweep_json(swept_of(points, name))


def from_csv(text: str) -> list[dict[str, str]]:
    return list(csv.DictReader(text.splitlines()))


floats = st.floats(0, allow_nan=False)

# --------------------------------------------------------------------------------------------- JSON


def test_json_has_its_keys_in_order() -> None:
    record = json.loads(as_json(made_up_points()))
    assert list(record) == [
        *("picture", "width", "height", "colour", "block_size", "blocks", "seed"),
        *("provenance", "points"),
    ]
    assert [list(point) for point in record["points"]] == [POINT_KEYS, POINT_KEYS]


def test_json_says_what_was_swept() -> None:
    record = json.loads(as_json([]))
    assert record == {
        "picture": "waves",
        "width": 30,
        "height": 20,
        "colour": "ycbcr",
        "block_size": 8,
        "blocks": 12,
        "seed": 7,
        "provenance": SOURCE,
        "points": [],
    }


def test_json_takes_the_colour_from_the_layout() -> None:
    picture = smooth_picture(20, 30, gray=True)
    plan = plan_sweep(picture, Settings(8, "rgb"), [1])
    record = json.loads(exports.sweep_json(Swept("waves", "d1", Settings(8, "rgb"), plan, ())))
    assert record["colour"] == record["provenance"]["colour"] == "gray"


def refuse_constant(name: str) -> None:
    raise AssertionError(f"{name} is no JSON")


def test_an_infinite_value_is_the_string_inf() -> None:
    text = as_json(made_up_points())
    first, second = json.loads(text, parse_constant=refuse_constant)["points"]
    infinite = {name for name, value in first.items() if value == "inf"}
    assert infinite == {"psnr_db", "snr_db", "nominal_ratio"}
    assert "inf" not in second.values()


def test_a_missing_value_is_null() -> None:
    first, second = json.loads(as_json(made_up_points()))["points"]
    assert first["ssim"] is first["snr_variance_db"] is None
    assert second["ssim"] == 1 / 3


def test_what_is_no_number_never_reaches_a_file() -> None:
    points = [replace(made_up_points()[1], mse=math.nan)]
    with pytest.raises(ValueError, match="JSON compliant"):
        as_json(points)


@pytest.mark.parametrize("make", [made_up_points, real_points])
def test_json_gives_every_figure_back(make: object) -> None:
    points = make()
    found = json.loads(as_json(points))["points"]
    revived = [
        {name: math.inf if value == "inf" else value for name, value in point.items()}
        for point in found
    ]
    assert revived == [asdict(point) for point in points]


@pytest.mark.parametrize("name", ['a "b" \\ c', "Zoë ✓.png", "two\nlines", "", "</script>"])
def test_any_name_comes_back(name: str) -> None:
    text = as_json([], name)
    assert json.loads(text)["picture"] == name
    assert text.encode("utf-8")


def test_json_of_several_is_an_array_of_the_objects() -> None:
    sweeps = [swept_of(made_up_points(), "a"), swept_of([], "b")]
    text = exports.sweeps_json(sweeps)
    assert json.loads(text) == [json.loads(exports.sweep_json(swept)) for swept in sweeps]
    assert text.endswith("]\n")


def test_json_ends_with_one_line_end() -> None:
    assert as_json([]).endswith("}\n")


def test_json_says_what_file_a_picture_came_from() -> None:
    swept = replace(swept_of([]), origin=Origin("TIFF", 1606, (said("done.white"),)))
    record = json.loads(exports.sweep_json(swept))
    assert (record["source_format"], record["source_bytes"]) == ("TIFF", 1606)
    assert json.loads(exports.sweeps_json([swept])) == [record]
    picture = Picture(smooth_picture(20, 30).pixels, "waves", Origin("PNG", 7))
    record = json.loads(exports.curves_json(provenance_of(picture, SETTINGS), picture, []))
    assert (record["source_format"], record["source_bytes"]) == ("PNG", 7)


# ---------------------------------------------------------------------------------------------- CSV


def test_csv_by_hand() -> None:
    header, first, second, rest = exports.points_csv(swept_of(made_up_points())).split("\n")
    assert header == ",".join([*POINT_KEYS, *SOURCE])
    figures = "1,1,0.0,0.0,0.0,0,0.0,inf,inf,,,0.0,0.0,0.0,0.0,64,85,inf,48.2,0.166,0.25,0.125,255"
    assert first == f"{figures},waves,d1,8,ycbcr,lbg,7,0,plain,,False,,{PROGRAM}"
    likeness = "0.1,0.31622776601683794,0.1,1,2.5,58.13080360867,51.25,45.5,0.3333333333333333"
    assert second.startswith(f"1024,1000,{likeness},23040.0,0.625,10.0,")
    assert rest == ""


@given(st.integers(1, 4096), floats, floats, st.one_of(st.none(), st.floats(-1, 1)))
def test_csv_gives_every_figure_back(
    size: int, mse: float, ratio: float, ssim: float | None
) -> None:
    point = replace(
        made_up_points()[1], codebook_size=size, mse=mse, nominal_ratio=ratio, ssim=ssim
    )
    [row] = from_csv(exports.points_csv(swept_of([point])))
    assert list(row) == [*POINT_KEYS, *SOURCE]
    for name, value in asdict(point).items():
        assert (float(row[name]) if row[name] else None) == value, name


def test_csv_of_a_real_sweep_has_a_line_for_each_point() -> None:
    points = real_points()
    rows = from_csv(exports.points_csv(swept_of(points)))
    assert [int(row["codebook_size"]) for row in rows] == [1, 2, 5, 12]
    assert [float(row["psnr_db"]) for row in rows] == [point.psnr_db for point in points]


def test_csv_of_nothing_is_its_header() -> None:
    assert exports.points_csv(swept_of([])) == ",".join([*POINT_KEYS, *SOURCE]) + "\n"


def test_csv_of_several_begins_each_line_with_the_picture() -> None:
    first, second = made_up_points()
    text = exports.sweeps_csv([swept_of([first], 'a,"b"'), swept_of([first, second], "c")])
    rows = from_csv(text)
    picture, *others = SOURCE
    assert list(rows[0]) == [picture, *POINT_KEYS, *others]
    assert [row["picture"] for row in rows] == ['a,"b"', "c", "c"]
    alone = [swept_of([first], 'a,"b"'), swept_of([first, second], "c")]
    assert rows == [row for each in alone for row in from_csv(exports.points_csv(each))]


FORMULAS = ["=SUM.png", "+1", "-1", "@a", "\tx", "\rx", "\nx", "  =a", "\u00a0-a", "＝SUM", "－1"]
HARMLESS = ["a=b", "K = 1", "'=a", "", "4×4 Gray", "λ = 1", "(=)"]


@pytest.mark.parametrize("name", FORMULAS)
def test_a_name_in_csv_never_begins_a_formula(name: str) -> None:
    [by_picture] = read_whole(exports.sweeps_csv([swept_of(real_points()[:1], name)]))
    told = f"'{name}".replace("\r", "\n")
    assert by_picture["picture"] == told
    curve = replace(two_curves()[2], name=name, labels=[name])
    [by_curve] = read_whole(exports.curves_csv(Provenance(name, "d1", SETTINGS), [curve]))
    assert (by_curve["curve"], by_curve["label"], by_curve["picture"]) == (told, told, told)
    assert json.loads(as_json([], name))["picture"] == name


@pytest.mark.parametrize("name", HARMLESS)
def test_other_names_in_csv_are_left_alone(name: str) -> None:
    [row] = read_whole(exports.sweeps_csv([swept_of(real_points()[:1], name)]))
    assert row["picture"] == name


def test_a_line_end_in_a_name_begins_no_row() -> None:
    text = exports.sweeps_csv([swept_of(real_points()[:1], "a\r=1\n=2")])
    assert [row["picture"] for row in read_whole(text)] == ["a\n=1\n=2"]
    assert "\r" not in text


def test_a_number_below_0_stays_one() -> None:
    points = [replace(made_up_points()[1], psnr_db=-0.5, ssim=-0.25)]
    [row] = from_csv(exports.points_csv(swept_of(points)))
    assert (row["psnr_db"], row["ssim"]) == ("-0.5", "-0.25")


def read_whole(text: str) -> list[dict[str, str]]:
    return list(csv.DictReader(io.StringIO(text, newline="")))


# ------------------------------------------------------------------------------------------- curves


def two_curves() -> list[Curve]:
    rival = rival_point("jpeg", 40, file_bytes=900, mse=7.5, ssim=None)
    ours = vq_curve(SETTINGS, LAYOUT, made_up_points())
    return [ours, nominal_curve(LAYOUT, made_up_points()), rival_curve("jpeg", [rival])]


def test_curves_as_csv_have_a_line_for_each_file() -> None:
    source = Provenance("waves", "d1", SETTINGS)
    first, second, rival = from_csv(exports.curves_csv(source, two_curves()))
    assert list(first) == ["curve", "label", *POINT_KEYS, *SOURCE]
    assert (first["curve"], first["label"]) == ("8×8 YCbCr, seed 7", "K = 1")
    assert (first["psnr_db"], second["used_codewords"]) == ("inf", "1000")
    assert (rival["curve"], rival["label"], rival["file_bytes"]) == ("JPEG", "quality 40", "900")
    assert (rival["codebook_size"], rival["ssim"], rival["vector_error"]) == ("", "", "")
    assert (rival["largest_error"], rival["snr_db"]) == ("7", "20.0")


def test_each_point_of_a_curve_has_the_settings_of_its_curve() -> None:
    source = Provenance("waves", "d1", SETTINGS)
    pinned = vq_curve(Settings(4, "rgb", "kmeans", 3, 50), LAYOUT, made_up_points(), "pinned")
    curves = [*two_curves(), pinned]
    rows = from_csv(exports.curves_csv(source, curves))
    ours, rival, other = rows[0], rows[2], rows[3]
    assert {name: ours[name] for name in SOURCE} == {name: str(it) for name, it in SOURCE.items()}
    unknown = dict.fromkeys(provenance.SETTINGS, "")
    assert {name: rival[name] for name in SOURCE} == {**SOURCE, **unknown}
    assert [other[name] for name in unknown] == [
        "4",
        "ycbcr",
        "kmeans",
        "3",
        "50",
        "plain",
        "",
        "False",
        "",
    ]
    picture = Picture(smooth_picture(20, 30).pixels, "waves")
    record = json.loads(exports.curves_json(source, picture, curves))
    assert record["provenance"] == SOURCE
    assert record["points"][2]["trainer"] is None
    assert (record["points"][3]["trainer"], record["points"][3]["colour"]) == ("kmeans", "ycbcr")


def test_curves_as_json_are_the_same_figures() -> None:
    picture = Picture(smooth_picture(20, 30).pixels, "waves")
    source = provenance_of(picture, SETTINGS)
    record = json.loads(exports.curves_json(source, picture, two_curves()))
    assert (record["picture"], record["width"], record["height"]) == ("waves", 30, 20)
    assert [point["label"] for point in record["points"]] == ["K = 1", "K = 1024", "quality 40"]
    assert record["points"][0]["psnr_db"] == "inf"
    assert record["points"][2]["mse"] == 7.5


def test_other_codecs_as_csv_by_hand() -> None:
    points = (rival_point("jpeg", 40), rival_point("png8", 16, psnr_db=math.inf, snr_db=None))
    stored = Stored("=a", "d2", "gray", points)
    header, first, second, rest = exports.stored_csv([stored]).split("\n")
    assert header == (
        "picture,codec,scale,level,file_bytes,mse,rmse,mae,largest_error,psnr_db,snr_db,"
        "snr_variance_db,ssim,file_ratio,rate_bpp,encode_seconds,peak,digest,colour,program"
    )
    source = f"0.8,32.0,0.75,0.1,255,d2,gray,{PROGRAM}"
    assert first == f"'=a,jpeg,quality,40,90,9.0,3.0,2.0,7,22.0,20.0,15.0,{source}"
    assert second == f"'=a,png8,colours,16,90,9.0,3.0,2.0,7,inf,,15.0,{source}"
    assert rest == ""


def test_codebook_as_npy_is_read_by_numpy() -> None:
    codebook = Codebook(np.uint8([[1, 2, 3], [250, 0, 9]]))
    read = np.load(io.BytesIO(exports.npy_bytes(codebook.codewords)))
    assert read.dtype == np.uint8
    np.testing.assert_array_equal(read, codebook.codewords)


def test_the_entries_of_all_tables_as_csv() -> None:
    tables = np.float32([[2], [10]]), np.float32([[0.6, 0.8], [1, 0]])
    polar = PointQuantizer("gain-shape", ("gain", "shape"), tables)
    assert exports.codewords_csv(polar, ("a", "b")).splitlines() == [
        "column,index,x1,x2",
        "gain,0,2.0,",
        "gain,1,10.0,",
        "shape,0,0.6,0.8",
        "shape,1,1.0,0.0",
    ]


def test_a_partition_says_of_each_vector_where_it_is_and_how_far() -> None:
    points = Points(np.float32([[0, 1], [3, 4], [3, 5]]), "")
    plain = PointQuantizer("plain", ("codeword",), (np.float32([[0, 0], [3, 4]]),))
    encoded = EncodedPoints(plain, np.int32([[0], [1], [1]]))
    text = exports.partition_csv(points, encoded)
    assert text == "vector,codeword,squared_error\n1,0,1.0\n2,1,0.0\n3,1,1.0\n"


def test_steps_as_csv_have_the_headings_of_the_points() -> None:
    words = np.float32([[0.1, 2], [3, 4]])
    frames = [PointFrame("book", 0, 9.5, words), PointFrame("book", 1, 8.0, words + 1)]
    lines = exports.steps_csv(frames, ("=wide", "high")).splitlines()
    assert lines[0] == "stage,iteration,error_a_vector,index,'=wide,high"
    assert lines[1] == "book,0,9.5,0,0.1,2.0"
    assert len(lines) == 5
    same = exports.steps_csv(frames, ("index", "index")).splitlines()
    assert same[0] == "stage,iteration,error_a_vector,index,index,index"
    assert same[4] == "book,1,8.0,1,4.0,5.0"
    bare = exports.steps_csv(frames, ("x",)).splitlines()[0]
    assert bare == "stage,iteration,error_a_vector,index,x1,x2"
