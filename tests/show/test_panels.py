"""Tests of panels: what a click on a chart or a table opens."""

from __future__ import annotations

from dataclasses import replace

import pytest
from helpers import rival_point, smooth_picture

from vqcore.coding.codec import Settings
from vqcore.lab.store import Store
from vqcore.lab.study import Others, Study, relatives, sweeping
from vqcore.show import panels
from vqcore.show.curves import rival_curve
from vqcore.show.visit import Pick

SETTINGS = Settings(8, "gray")


@pytest.fixture(scope="module")
def swept() -> Study:
    study = Study("waves", smooth_picture(40, 56, gray=True), SETTINGS, (1, 2, 4), Store(10**8))
    list(sweeping([study]))
    return study


def on_point(customdata: object) -> dict[str, list[dict[str, object]]]:
    return {"points": [{"customdata": customdata, "x": 1}, {"customdata": 99}]}


def on_row(row: int) -> dict[str, list[tuple[int, str]]]:
    return {"cells": [(row, "psnr_db")]}


def opened(pick: Pick | None) -> tuple[int, Settings]:
    assert pick
    assert pick.of
    return pick.size, pick.of.settings


def test_a_point_against_the_size_opens_its_size(swept: Study) -> None:
    for chart in panels.size_charts(swept, Others()):
        assert chart.picked(on_point(4)) == Pick(4)
        assert chart.picked({"points": []}) is None


def test_a_row_of_the_points_opens_its_size(swept: Study) -> None:
    table = panels.points_table(swept)
    assert [table.picked(on_row(row)) for row in range(3)] == [Pick(1), Pick(2), Pick(4)]
    assert table.picked({"cells": []}) is None
    assert table.picked(on_row(3)) is None  # of a sweep that had more


def test_a_row_of_the_families_opens_the_family_at_the_size_compared(swept: Study) -> None:
    families = [*relatives(swept).values()]
    picks = panels.families_table(families, 2).picks
    assert picks == [Pick(2, family) for family in families]


def test_a_point_of_ours_opens_its_settings_and_a_rivals_nothing(swept: Study) -> None:
    pinned = replace(swept, settings=Settings(4, "gray"))
    list(sweeping([pinned]))
    curves = panels.own_curves(swept, Others([pinned]))
    curves.append(rival_curve("jpeg", [rival_point("jpeg", 50)]))
    chart = panels.rate_chart(swept, curves, "psnr_db", "file")
    assert opened(chart.picked(on_point([0, 2]))) == (4, SETTINGS)
    assert opened(chart.picked(on_point([1, 0]))) == (1, pinned.settings)
    assert chart.picked(on_point([2, 0])) is None
    assert chart.picked({"points": [{"x": 1}]}) is None


def test_what_a_click_opens_nothing_of_has_no_picks(swept: Study) -> None:
    assert panels.trainers_chart([]).picked(on_point(4)) is None
    assert panels.rungs_table(swept).picked(on_row(0)) is None


def test_what_meets_a_target_best_can_be_opened(swept: Study) -> None:
    best = panels.best_of([swept], "kilobytes", 1000)
    assert best is not None
    assert best[0] == Pick(4, swept)
    assert panels.best_of([swept], "kilobytes", 0) is None
