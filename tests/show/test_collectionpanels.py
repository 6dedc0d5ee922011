"""What is shown of very many pictures."""

from __future__ import annotations

import json
import math
from types import SimpleNamespace
from typing import Any, cast

import numpy as np
import pytest

from vqcore.archive.collection import Collection, Found, Outcome, Seen
from vqcore.archive.gathering import Gathering, Pace, trained_id
from vqcore.codebooks.codebook import Codebook
from vqcore.coding.codebookfile import SharedCodebook, parse_codebook
from vqcore.coding.codec import Settings
from vqcore.lab.health import Health
from vqcore.show import collectionpanels
from vqcore.show.collectionplots import MOST_BINS, distribution_figure
from vqcore.signals.blocks import BlockSize
from vqcore.words import said

SHARED = SharedCodebook(Codebook(np.uint8([[9], [7]])), BlockSize(1, 1), "gray")
USE = np.array([30, 10])
HEALTH = Health(2, (USE,), USE, 0.125, None, None, np.array([0.5, 0.5]))


def gathered(*outcomes: Outcome, **facts: Any) -> Gathering:
    asked = Collection("photos", (), 2, Settings(1, "gray"))
    good, bad = ([it for it in outcomes if bool(it.error) is wrong] for wrong in (False, True))
    known = {
        "asked": asked,
        "count": len(outcomes),
        "outcomes": list(outcomes),
        "good": good,
        "bad": bad,
        "is_stopped": False,
        "failed": False,
        "found": Found(SHARED, len(good), b""),
        "seen": Seen(HEALTH, (), ()),
    }
    return cast(Gathering, SimpleNamespace(**known | facts))


def outcome(number: int, psnr_db: float = 30.0) -> Outcome:
    return Outcome(f"{number}.png", 100, 50, 1000 + number, psnr_db, 0.9, 1.6 + number / 1000)


def test_progress_has_a_pace_and_the_time_left() -> None:
    going = Pace(30, 60_000_000, 12e6, 95.0)
    share, told = collectionpanels.progress_of(gathered(step="reading", pace=going, count=120))
    assert share == 0.25
    for fact in ("30 of 120 pictures", "60.0 megapixels, 12.0 a second", "about 2 minutes left"):
        assert fact in told
    training = gathered(step="training", size=64)
    assert collectionpanels.progress_of(training) == (0.0, "Training K = 64")


@pytest.mark.parametrize(
    ("seconds", "told"),
    [(math.inf, ""), (0.0, ""), (12.2, "about 13 s left"), (600, "about 10 minutes left")],
)
def test_nobody_knows_the_time_left_before_the_first_picture(seconds: float, told: str) -> None:
    assert collectionpanels.time_left(seconds) == told


def test_the_summary_is_of_all_that_could_be_encoded() -> None:
    every = outcome(0, 28), outcome(1, 32), outcome(2, math.inf), Outcome("torn.png", error="torn")
    told = collectionpanels.summary(gathered(*every))
    assert told.startswith("3 pictures")
    assert "mean PSNR 30.00 dB" in told
    assert collectionpanels.summary(gathered(every[3])) == "None of the pictures could be encoded."
    assert collectionpanels.summary(gathered(is_stopped=True)) == "Stopped."
    assert "memory" in collectionpanels.summary(gathered(failed=True))


def test_distributions_count_every_picture_in_few_bars() -> None:
    every = [outcome(number, 20 + number % 17) for number in range(2000)]
    for chart in collectionpanels.distributions(gathered(*every, outcome(0, math.inf))):
        [bars] = chart.figure.data
        assert len(bars.y) <= MOST_BINS
        assert sum(bars.y) in (2000, 2001)
        assert "20" in chart.alt or "1.6" in chart.alt
    assert collectionpanels.distributions(gathered(Outcome("torn.png", error="torn"))) == ()


def test_few_pictures_are_counted_in_whole_ones_and_small_rates_told_apart() -> None:
    few = distribution_figure([0.012, 0.0125, 0.014, 0.015], "rate")
    assert few.layout.yaxis.dtick == 1
    assert len(set(few.data[0].customdata)) == len(few.data[0].y)
    many = distribution_figure([30.0] * 60, "psnr_db")
    assert many.layout.yaxis.dtick is None


def test_equal_values_are_one_bar() -> None:
    [bars] = distribution_figure([30.0, 30.0, 30.0], "psnr_db").data
    assert sorted(bars.y) == [0, 0, 0, 3]


def test_health_is_told_as_in_its_panel_but_of_all_files() -> None:
    told = collectionpanels.health_sentences(gathered())
    assert "Every codeword is in use." in told
    assert any("all files" in it for it in told)
    assert collectionpanels.health_sentences(gathered(seen=None)) == []


def test_what_was_left_out_is_told_once_and_not_without_end() -> None:
    bad = [Outcome(f"{it}.png", error=said("collection.gray")) for it in range(150)]
    heading, told = collectionpanels.refused(gathered(*bad))
    assert heading == "150 files were left out"
    assert len(told) == collectionpanels.ERRORS_LISTED + 1
    assert told[0].startswith("**0\\.png**: The picture is gray")
    assert told[-1] == "50 more are in the CSV."
    assert collectionpanels.refused(gathered()) == ("", [])


def test_files_are_the_codebook_and_the_figures_of_all() -> None:
    work = gathered(outcome(0, math.inf), Outcome("=1+1.png", error="torn"))
    assert work.found
    book = collectionpanels.codebook_of(work, work.found)
    assert (book.id, book.name) == (trained_id(SHARED), "photos-K2.npz")
    codebook, table, record = collectionpanels.files(work, book)
    assert parse_codebook(cast(bytes, codebook.data)).checksum == SHARED.checksum
    assert callable(table.data)
    assert callable(record.data)
    lines = table.data().decode().splitlines()
    assert lines[0].startswith("picture,width,height,bytes,psnr_db,ssim,rate_bpp,error")
    assert lines[1].startswith("0.png,100,50,1000,inf,")
    assert lines[2].startswith("'=1+1.png,")
    pictures = json.loads(record.data())["pictures"]
    assert [it["psnr_db"] for it in pictures] == ["inf", None]
