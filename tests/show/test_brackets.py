"""The made-up language: a word of what is made here escaped the catalog, or is in brackets."""

import json
import math
from collections.abc import Iterator
from dataclasses import replace
from html.parser import HTMLParser
from typing import Any

import numpy as np
import pytest
from helpers import bare_words, made_up_points, rival_point, smooth_picture, steps_of

from vqcore import words
from vqcore.codebooks.codebook import Codebook
from vqcore.codebooks.training import TRAINERS
from vqcore.coding.codec import Settings
from vqcore.lab.comparison import mean_rows
from vqcore.lab.contest import Run
from vqcore.lab.health import Health, Pair
from vqcore.lab.heldout import HeldOut
from vqcore.lab.rivals import RIVALS
from vqcore.lab.sweeps import sweep
from vqcore.quantizers.family import FAMILIES
from vqcore.quantizers.plain import quantizer_of
from vqcore.show import plots
from vqcore.show.curves import (
    Curve,
    deltas,
    hull_of,
    nominal_curve,
    picture_curve,
    rival_curve,
    vq_curve,
)
from vqcore.show.provenance import provenance_of
from vqcore.show.report import PACKAGES, html_report
from vqcore.show.tables import deltas_table, uses_table
from vqcore.show.verdicts import verdicts
from vqcore.signals.blocks import COLOURS, Colour
from vqcore.signals.pictures import Origin, Picture
from vqcore.viewer.columns import column_names
from vqcore.words import said

SETTINGS = Settings(
    4, "ycbcr", "kmeans", 3, 50, family="mean-removed", options=(16, 4), smoothing=True
)
PICTURE = Picture(
    smooth_picture(24, 33).pixels, "waves", Origin("PNG", 1606, (said("done.white"),))
)
STEPS = steps_of(sweep(PICTURE, SETTINGS, [1, 8]))
LAYOUT = STEPS[0].encoded.layout
POINTS = [STEPS[0].point, replace(STEPS[1].point, psnr_db=math.inf)]
SIZES = (1, 8)
CODECS = {rival.name for rival in RIVALS.values()}
# Of plotly: what it fills in, and where a line of what is told on hovering ends.
TEMPLATE_WORDS = {"text", "br", "extra"}
TOLD = {"text", "name", "title", "hovertemplate", "texttemplate", "ticksuffix", "alt"}


@pytest.fixture(autouse=True)
def test_language(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(words, "_language_now", lambda: "test")


def curves() -> list[Curve]:
    rivals = [rival_point("jpeg", level) for level in (10, 90)]
    of_rivals = [rival_curve(codec, rivals) for codec in RIVALS]
    return [vq_curve(SETTINGS, LAYOUT, POINTS), nominal_curve(LAYOUT, POINTS), *of_rivals]


def health(use: list[int], share: float, errors: list[float]) -> Health:
    pair = Pair(0, 1, 1.9) if len(use) > 1 else None
    counts = np.array(use)
    return Health(len(use), (counts,), counts, share, pair, pair, np.array(errors))


def healths() -> list[Health]:
    some = [([64] * 4, 0.1), ([1, 2, 3, 0], 0.3), ([97, 1, 1, 1], 0.7)]
    worst = health([9] * 100, 0.1, [0.04] * 10 + [0.6 / 90] * 90)
    return [*(health(*it, [0.25] * 4) for it in some), worst, health([9], 0.1, [1.0])]


def held_out() -> list[HeldOut]:
    quantizer = quantizer_of(Codebook(np.zeros((4, 1), np.uint8)))
    return [HeldOut(quantizer, 30, others) for others in (31, 29.8, 29, 20, math.inf)]


def figures() -> Iterator[Any]:
    yield plots.psnr_figure(POINTS, SIZES)
    yield plots.psnr_figure(POINTS, SIZES, [curves()[1]] * 2)
    yield plots.rate_figure(curves()[:1], hull_of(curves()[:1], "ssim"), "ssim", "nominal")
    yield plots.ratio_figure(POINTS, SIZES)
    yield plots.perplexity_figure(healths()[:1], (1, 4))
    yield plots.held_out_figure(held_out()[:1], (1, 4))
    for likeness in ("psnr_db", "ssim"):
        yield plots.rate_figure(curves(), hull_of(curves()[:1], likeness), likeness)
    yield plots.pictures_figure([picture_curve("one", POINTS)], mean_rows([POINTS, POINTS]))
    yield plots.trainers_figure([Run(trainer, 1, 2.0, 30) for trainer in TRAINERS])


def texts_of(value: Any, name: str = "") -> Iterator[str]:
    """Yield the texts of a figure that can be seen."""
    if isinstance(value, dict):
        for key, each in value.items():
            yield from texts_of(each, key)
    elif isinstance(value, list):
        for each in value:
            yield from texts_of(each, name)
    elif isinstance(value, str) and name in TOLD:
        yield value


def test_figures() -> None:
    for figure in figures():
        texts = [*texts_of(json.loads(figure.to_json()))]
        assert len(texts) > 3
        bare = set().union(*map(bare_words, texts))
        assert bare <= CODECS | TEMPLATE_WORDS | {"one"}


def test_tables_and_verdicts() -> None:
    rows = [*deltas_table(deltas(curves())), *uses_table([("one", made_up_points()[1])])]
    told = [text for row in rows for cell in row.items() for text in cell]
    told += [text for health in healths() for text in verdicts(health)]
    told += [text for result in held_out() for text in verdicts(healths()[0], result)]
    assert len(told) > 60
    assert set().union(*map(bare_words, told)) <= CODECS | {"one"}


@pytest.mark.parametrize("family", FAMILIES)
@pytest.mark.parametrize("colour", COLOURS)
def test_columns(family: str, colour: Colour) -> None:
    encoded = steps_of(sweep(PICTURE, Settings(4, colour, family=family), [2]))[0].encoded
    names = column_names(encoded.layout, encoded.quantizer)
    assert len(names) == len(encoded.quantizer.columns)
    assert not set().union(*map(bare_words, names))


class Page(HTMLParser):
    """What a page says: texts, and what stands for its pictures."""

    def __init__(self, text: str) -> None:
        super().__init__()
        self.said: list[str] = []
        self._tag = ""
        self.feed(text)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self._tag = tag
        self.said += [value for name, value in attrs if name in ("alt", "title") and value]

    def handle_endtag(self, tag: str) -> None:
        self._tag = ""

    def handle_data(self, data: str) -> None:
        if self._tag not in ("script", "style"):
            self.said.append(data)


def test_report() -> None:
    source = provenance_of(PICTURE, SETTINGS, 8)
    page = Page(html_report(source, PICTURE.pixels, STEPS[1], curves(), PICTURE.origin))
    made_with = bare_words(f"{' '.join(PACKAGES)} VQ Lab")
    facts = bare_words(f"waves PNG {source.digest}")
    assert set().union(*map(bare_words, page.said)) <= CODECS | made_with | facts
    assert "[Original]" in page.said
