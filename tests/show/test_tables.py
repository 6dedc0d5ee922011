"""Tests of tables: each column has something to show."""

import math
from dataclasses import fields, replace

import numpy as np
from helpers import health_of, made_up_points

from vqcore.codebooks.codebook import Codebook
from vqcore.codebooks.training import Iteration, Trained
from vqcore.lab.comparison import BjontegaardDelta, mean_rows
from vqcore.lab.health import Pair
from vqcore.lab.heldout import Transfer
from vqcore.lab.sweeps import OperatingPoint
from vqcore.show import tables
from vqcore.show.curves import Delta
from vqcore.show.verdicts import health_row
from vqcore.signals.pictures import Origin

ONLY_EXPORTED = {"rmse", "mae", "largest_error", "vector_error", "snr_variance_db"}
ONLY_EXPORTED |= {"nominal_bits_per_block", "encode_seconds", "peak"}


def test_points_show_their_main_figures_in_the_order_of_exports() -> None:
    names = [field.name for field in fields(OperatingPoint)]
    assert set(names) > ONLY_EXPORTED
    assert [*tables.columns("points")] == [name for name in names if name not in ONLY_EXPORTED]
    lossless, _ = tables.rows_of(tables.columns("points"), made_up_points())
    assert lossless["psnr_db"] == lossless["snr_db"] == float("inf")


def test_some_columns_say_what_they_mean() -> None:
    assert tables.help_of("snr_db").startswith("Signal-to-noise ratio: 10·log10 of the mean square")
    assert tables.help_of("nominal_bpp").endswith("in bits for each pixel.")
    assert tables.help_of("picture") is None


def test_columns_of_rows_made_elsewhere() -> None:
    points = made_up_points()
    assert set(tables.columns("means")) <= set(mean_rows([points, points])[0])
    health = health_of(2, np.array([3, 1]), 0.5, Pair(0, 1, 5), Pair(0, 1, 5), np.array([0.5, 0.5]))
    assert list(tables.columns("health")) == list(health_row(health))


def test_a_picture_among_others() -> None:
    _, point = made_up_points()
    row = tables.picture_row("a.png", point, Origin("PNG", 606))
    assert list(row) == list(tables.columns("pictures"))
    assert list(row.values()) == ["a.png", 1024, 58.13080360867, 85, 48.2, 0.166, 606]
    [shown] = written(tables.columns("pictures"), [tables.picture_row("camera", point, None)])
    assert shown == ["camera", "1024", "58.13", "85", "48.2", "0.1660", "–"]


def test_transfers() -> None:
    [row] = tables.rows_of(tables.columns("transfers"), [Transfer(3, 30, 27)])
    assert list(row.values()) == [3, 30, 27, 3]


def written(columns: tables.Columns, rows: list[dict]) -> list[list[str]]:
    """Return what a table shows, row by row."""
    body = tables.styled(columns, rows)._translate(False, False)["body"]
    return [[cell["display_value"] for cell in row if cell["type"] == "td"] for row in body]


def test_infinite_numbers_are_words_and_stay_numbers_to_sort_by() -> None:
    rows = tables.rows_of(tables.columns("points"), made_up_points())
    first, second = (
        dict(zip(tables.columns("points"), row, strict=True))
        for row in written(tables.columns("points"), rows)
    )
    assert (first["psnr_db"], first["nominal_ratio"], first["ssim"]) == ("lossless", "∞", "–")
    assert (first["snr_db"], second["snr_db"], second["nominal_bpp"]) == (
        "lossless",
        "51.25",
        "0.6250",
    )
    assert (second["psnr_db"], second["nominal_ratio"]) == ("58.13", "102.4")
    assert (first["codebook_size"], second["file_bytes"]) == ("1", "85")
    frame = tables.styled(tables.columns("points"), rows).data
    assert list(frame["psnr_db"]) == [math.inf, 58.13080360867]
    assert frame["nominal_ratio"].dtype == float


def test_every_table_has_a_word_for_what_is_infinite() -> None:
    row = dict.fromkeys(tables.columns("health"), 1.0)
    rows = [row | {"others_psnr_db": math.inf, "gap_db": None}]
    rows += [row | {"trained_psnr_db": math.inf, "others_psnr_db": 20, "gap_db": -math.inf}]
    cells = [cell for row in written(tables.columns("health"), rows) for cell in row]
    assert (cells.count("lossless"), cells.count("−∞"), cells.count("–")) == (2, 1, 1)
    lent = tables.rows_of(tables.columns("transfers"), [Transfer(3, math.inf, 27)])
    assert written(tables.columns("transfers"), lent) == [["3", "lossless", "27.00", "∞"]]
    means = mean_rows([made_up_points()])
    assert written(tables.columns("means"), means)[0][:3] == ["1", "lossless", "–"]


def test_what_rounds_to_nothing_has_no_sign() -> None:
    row = dict.fromkeys(tables.columns("vectors"), -1e-9) | {"codebook_size": 1}
    cells = written(tables.columns("vectors"), [row | {"snr_db": -0.005001, "mse": -1.0}])[0]
    assert cells[:4] == ["1", "0", "-1", "-0.01"]
    assert "0.00" in cells
    assert "-0.00" not in cells


def test_texts_and_tables_without_rows() -> None:
    row = dict.fromkeys(tables.columns("rungs"), 2) | {"stopped": "gained under 0.1 %"}
    assert written(tables.columns("rungs"), [row])[0][-1] == "gained under 0.1 %"
    assert written(tables.columns("rungs"), []) == []


def test_rung_is_told_from_its_iterations() -> None:
    iterations = (
        Iteration("search", 9, dead=2, moves=3, seconds=0.1),
        Iteration("search", 8, dead=0, moves=1, seconds=0.1),
        Iteration("finish", 7, dead=0, moves=0, seconds=0.1),
        Iteration("finish", 6, dead=0, moves=0, seconds=0.1),
    )
    row = tables.rung_row(8, Trained(Codebook(np.zeros((8, 1), np.uint8)), 0.5, 99, iterations))
    assert list(row) == list(tables.columns("rungs"))
    # What iterations lower is not the error of the picture that the column MSE is kept for.
    headings = [heading for heading, _ in tables.columns("rungs").values()]
    assert not any("MSE" in heading for heading in headings)
    assert list(row.values()) == [8, 99, 2, 4, 2, 2, 7, 6, 0.5, "gained under 0.1 %"]


def test_use_in_words() -> None:
    _, close = made_up_points()
    [row] = tables.uses_table([("one", close)])
    assert row["Codebook"] == "one"
    assert row["PSNR"] == "58.13 dB"
    assert row["In use"] == f"{close.used_codewords} of {close.codebook_size}"


def test_a_family_costs_what_all_that_it_takes_took_and_the_last_of_them() -> None:
    points = [
        replace(
            made_up_points()[1], codebook_size=size, train_seconds=size, codebook_bytes=9 * size
        )
        for size in (1, 2, 4)
    ]
    delta = Delta("plain", None, BjontegaardDelta(0.5, 0.1, 0.2))
    row = tables.family_row(points[:2], points[1], delta)
    assert {"family", *row} == {*tables.columns("families")}
    assert [*row.values()] == ["+0.50 dB (0.100 to 0.200 bpp)", "no common range", 3, 18]
    assert [*tables.family_row([], None, None).values()] == ["–", "–", 0, None]
