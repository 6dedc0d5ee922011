"""Tests of vqcore.tables: each column has something to show."""

from dataclasses import fields

import numpy as np
from helpers import made_up_points

from vqcore import tables
from vqcore.codebook import Codebook
from vqcore.curves import mean_rows
from vqcore.health import Health, Pair, health_row
from vqcore.heldout import Transfer
from vqcore.sweep import OperatingPoint
from vqcore.training import Iteration, Trained


def test_points_show_what_they_hold_but_the_time_of_encoding() -> None:
    names = [field.name for field in fields(OperatingPoint)]
    assert [*tables.POINT_COLUMNS, "encode_seconds"] == names
    lossless, _ = tables.rows_of(tables.POINT_COLUMNS, made_up_points())
    assert lossless["psnr_db"] == float("inf")


def test_columns_of_rows_made_elsewhere() -> None:
    points = made_up_points()
    assert set(tables.MEAN_COLUMNS) <= set(mean_rows([points, points])[0])
    health = Health(2, np.array([3, 1]), 0.5, Pair(0, 1, 5), Pair(0, 1, 5), np.array([0.5, 0.5]))
    assert list(tables.HEALTH_COLUMNS) == list(health_row(health))


def test_transfers() -> None:
    [row] = tables.rows_of(tables.TRANSFER_COLUMNS, [Transfer(3, 30, 27)])
    assert list(row.values()) == [3, 30, 27, 3]


def test_rung_is_told_from_its_iterations() -> None:
    iterations = (
        Iteration("search", 9, dead=2, moves=3, seconds=0.1),
        Iteration("search", 8, dead=0, moves=1, seconds=0.1),
        Iteration("finish", 7, dead=0, moves=0, seconds=0.1),
        Iteration("finish", 6, dead=0, moves=0, seconds=0.1),
    )
    row = tables.rung_row(8, Trained(Codebook(np.zeros((8, 1), np.uint8)), 0.5, 99, iterations))
    assert list(row) == list(tables.RUNG_COLUMNS)
    # What iterations lower is not the error of the picture that the column MSE is kept for.
    headings = [heading for heading, _ in tables.RUNG_COLUMNS.values()]
    assert not any("MSE" in heading for heading in headings)
    assert list(row.values()) == [8, 99, 2, 4, 2, 2, 7, 6, 0.5, "gained under 0.2%"]


def test_use_in_words() -> None:
    _, close = made_up_points()
    row = tables.use_row("one", close)
    assert row["Codebook"] == "one"
    assert row["PSNR"] == "58.13 dB"
    assert row["In use"] == f"{close.used_codewords} of {close.codebook_size}"
