"""Tests of panels: what there is to show, and what a click on it opens."""

from __future__ import annotations

from dataclasses import replace

import pytest
from helpers import rival_point, smooth_picture

from vqcore.codebooks.textbook import Rules
from vqcore.coding.codec import Settings
from vqcore.lab.cosine import comparing
from vqcore.lab.foreign import study_with_own, use_of
from vqcore.lab.joint import companions, known_tries, trying
from vqcore.lab.sharing import lent_by, use_work
from vqcore.lab.store import Store, answering
from vqcore.lab.study import (
    Others,
    Study,
    beside,
    by_step,
    examining,
    holding_out,
    known_book,
    lending,
    relatives,
    sweeping,
    with_steps,
)
from vqcore.show import panels
from vqcore.show.curves import deltas, rival_curve
from vqcore.show.visit import Pick
from vqcore.work import finish

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
    table = panels.families_table(Others(families=families), 2)
    assert table.picks == [Pick(2, family) for family in families]


def test_the_family_with_steps_stands_beside_others_over_these_at_one_size() -> None:
    swept = Study("waves", smooth_picture(40, 56, gray=True), SETTINGS, (1, 2, 4), Store(10**8))
    families = [*relatives(swept).values()]
    others = Others(families=families, steps=with_steps([swept, *families], 2))
    [(waves, every)] = others.steps.items()
    list(sweeping([swept, families[-1]]))
    assert [it.kind for it in panels.curves_of(swept, others, [])] == ["ours", "nominal", "family"]
    list(sweeping(every))
    *_, curve = panels.curves_of(swept, others, [])
    assert (curve.name, curve.each) == ("wavelet, K = 2, q = 4 … 40", [it.settings for it in every])
    [delta] = deltas(panels.rate_curves(swept, others))
    assert delta.against == curve.name
    own = panels.own_curves(swept, Others())
    seconds = sum(it.steps[2].point.train_seconds for it in every)
    for size in (1, 4):
        table = panels.families_table(others, size)
        assert table.rows[-1]["family"] == curve.name
        assert table.rows[-1]["train_seconds"] == seconds
        assert table.rows[-1]["psnr_gain"] == deltas([curve, *own])[0].psnr_in_words
        assert table.picks[-1] == Pick(2, families[-1])
        assert "wavelet, K = 2, q = 4 … 40: all these steps" in table.caption
    *_, by_block = panels.rate_curves(swept, others, "nominal")
    assert by_block.rates != curve.rates
    another = replace(swept, settings=waves.with_step(22))
    steps = with_steps([another, *families], 2)
    pinned = panels.rate_curves(swept, Others([another], families, steps))
    assert [(it.kind, len(it.points)) for it in pinned] == [("ours", 3), ("pinned", 7)]
    of_waves = panels.rate_curves(another, Others(families=families, steps=steps))
    assert [it.kind for it in of_waves] == ["sizes", "ours", "family"]
    assert of_waves[2].name == "plain"


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
    assert panels.trainers_chart(swept, 4).picked(on_point(4)) is None
    assert panels.rungs_table(swept).picked(on_row(0)) is None


def test_what_meets_a_target_best_can_be_opened(swept: Study) -> None:
    pick, sentence = panels.best_of([swept], "kilobytes", 1000)
    assert pick == Pick(4, swept)
    assert "K = 4" in sentence
    none, told = panels.best_of([swept], "kilobytes", 0)
    assert none is None
    assert told != sentence


def test_what_is_not_known_is_not_there(swept: Study) -> None:
    other = beside(swept, "others", smooth_picture(40, 56, seed=1, gray=True))
    assert panels.health_charts(swept) is None
    assert panels.transfers_table(swept, other) is None
    assert panels.cosines_table(swept, 4) is None
    assert panels.book_table(swept, 4) is None
    assert panels.book_table(swept, 99) is None
    assert panels.tries_table([], 4) is None
    assert panels.deltas_sheet(panels.own_curves(swept, Others())) is None
    assert not any(trace.y for trace in panels.trainers_chart(swept, 4).figure.data)


def test_a_codebook_is_tried_on_pictures_of_as_many_samples_a_block(swept: Study) -> None:
    wide = beside(swept, "wide", smooth_picture(16, 80, seed=1, gray=True))
    coloured = replace(beside(swept, "hills", smooth_picture(40, 56)), settings=Settings(8))
    assert companions(swept, [swept, wide, coloured]) == [swept, wide]
    assert companions(relatives(swept)["tree"], [swept, wide]) == []
    list(trying([swept], [swept, wide], 4))
    table = panels.tries_table(known_tries([swept], [swept, wide], 4), 4)
    assert table
    assert [row["picture"] for row in table.rows] == ["waves", "wide"]
    list(lending(swept, wide))
    table = panels.transfers_table(swept, wide)
    assert table
    assert [row["codebook_size"] for row in table.rows] == [1, 2, 4]
    assert "wide" in table.alt


def test_what_is_found_out_is_there(swept: Study) -> None:
    for work in (examining(swept), holding_out(swept), comparing(swept, 4)):
        list(work)
    charts = panels.health_charts(swept)
    assert charts
    perplexity, held_out = charts
    assert (perplexity.picked(on_point(2)), held_out.picked(on_point(4))) == (Pick(2), Pick(4))
    assert [row["codebook_size"] for row in panels.health_table(swept).rows] == [1, 2, 4]
    cosines = panels.cosines_table(swept, 4)
    assert cosines
    assert cosines.rows[0]["psnr_db"] == swept.steps[4].point.psnr_db
    assert len({row["stands_for"] for row in cosines.rows}) == 4


def test_the_book_tells_its_iterations_and_what_each_start_came_to(swept: Study) -> None:
    for restarts, told in ((1, False), (2, True)):
        rules = Rules("random", restarts=restarts)
        settings = replace(SETTINGS, trainer="textbook", rules=rules)
        study = replace(swept, settings=settings, sizes=(2,))
        list(sweeping([study]))
        table = panels.book_table(study, 2)
        assert table
        assert [row["iteration"] for row in table.rows] == list(range(len(table.rows)))
        assert ("starts" in table.caption) == told
        chart = panels.iterations_chart(known_book(study, 2))
        assert chart
        [line] = chart.figure.data
        assert list(line.y) == [row["error_a_vector"] for row in table.rows]


def test_a_codebook_from_elsewhere_stands_above_the_pictures_own(swept: Study) -> None:
    shared = lent_by(swept.steps[4].encoded)
    question, own = use_of(swept, shared), study_with_own(swept, shared)
    list(answering(swept.store, [question]))
    use = swept.store.find(question.kind, question.key)
    sheet = panels.uses_sheet("a*b.vq", use, own)
    assert [row["Codebook"] for row in sheet.rows] == [r"a\*b\.vq", r"This picture\'s own"]
    assert sheet.caption == r"a\*b\.vq: Its file holds that codebook again."
    not_swept = replace(own, store=Store(10**8))
    assert len(panels.uses_sheet("a*b.vq", use, not_swept).rows) == 1


def test_a_codebook_that_is_shipped_is_in_no_file() -> None:
    settings = Settings(colour="gray", family="wavelet", options=(20, 2))
    study = Study("waves", smooth_picture(40, 56, gray=True), settings, (4,), Store(10**8))
    list(sweeping([study]))
    use = finish(use_work(study.picture, lent_by(study.steps[4].encoded)))
    assert "in no file" in panels.uses_sheet("lent.vq", use, study).caption


def test_the_curve_of_wavelets_is_over_steps_and_a_click_opens_one() -> None:
    settings, store = Settings(family="wavelet"), Store(10**9)
    study = Study("waves", smooth_picture(40, 56), settings, (1, 4), store)
    every = by_step(study, 4)
    list(sweeping([study]))
    others = Others(steps={settings: every})
    curves = panels.curves_of(study, others, [])
    assert [(it.kind, len(it.points)) for it in curves] == [
        ("sizes", 2),
        ("nominal", 2),
        ("ours", 1),
    ]
    list(sweeping(every[-1:]))
    curves = panels.curves_of(study, others, [])
    chart = panels.rate_chart(study, curves, "psnr_db", "file")
    assert opened(chart.picked(on_point([2, 1]))) == (4, every[-1].settings)
    sizes, over_steps = chart.figure.data[1], chart.figure.data[3]
    assert (sizes.mode, over_steps.mode) == ("markers", "lines+markers")
    assert panels.curves_of(study, Others(), [])[0].kind == "ours"
    sheet = panels.deltas_sheet([*curves, rival_curve("jpeg", [rival_point("jpeg", 9)])])
    assert sheet
    assert "K = 4, q = 20 … 40" in sheet.caption
    list(examining(study))
    [only] = panels.health_charts(study) or ()
    assert only.id == "perplexity"
