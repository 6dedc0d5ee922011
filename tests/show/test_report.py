"""Tests of report: one page with everything in it, and nothing from elsewhere."""

import base64
import json
import math
import re
from html.parser import HTMLParser

import numpy as np
from helpers import rival_point, smooth_picture, steps_of

from vqcore import words
from vqcore.coding.codec import Settings
from vqcore.lab.heldout import Transfer
from vqcore.lab.joint import Tried
from vqcore.lab.sweeps import sweep
from vqcore.show.curves import nominal_curve, rival_curve, vq_curve
from vqcore.show.provenance import PROGRAM, Provenance, provenance_of
from vqcore.show.report import html_report
from vqcore.show.wording import NARROW_SPACE, decibels
from vqcore.signals.pictures import Origin, Picture, read_picture
from vqcore.words import said

SETTINGS = Settings(4, "rgb", seed=5)
PICTURE = smooth_picture(24, 40)
STEPS = steps_of(sweep(PICTURE, SETTINGS, [1, 2, 8]))
LAYOUT = STEPS[0].encoded.layout
JPEG = [
    rival_point("jpeg", 10),
    rival_point("jpeg", 90, file_bytes=900, psnr_db=48.0, ssim=0.99, file_ratio=3.2, rate_bpp=7.5),
]


class Page(HTMLParser):
    """What a page asks for, the pictures in it, and the cells of its tables."""

    def __init__(self, text: str) -> None:
        super().__init__()
        self.addresses: list[str] = []
        self.pictures: list[bytes] = []
        self.cells: list[str] = []
        self._tag = ""
        self.feed(text)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self._tag = tag
        for name, value in attrs:
            if name in ("src", "href") and value:
                kind, _, data = value.partition(",")
                if kind == "data:image/png;base64":
                    self.pictures.append(base64.b64decode(data))
                else:
                    self.addresses.append(value)

    def handle_data(self, data: str) -> None:
        if self._tag == "td":
            self.cells.append(data)


def report(name: str = "waves", origin: Origin | None = None) -> str:
    points = [step.point for step in STEPS]
    curves = [vq_curve(SETTINGS, LAYOUT, points), nominal_curve(LAYOUT, points)]
    source = Provenance(name, "d1", SETTINGS, 8)
    every = [*curves, rival_curve("jpeg", JPEG)]
    return html_report(source, PICTURE.pixels, STEPS[2], every, origin)


def test_pictures_are_inside_to_the_pixel() -> None:
    original, rebuilt = Page(report()).pictures
    np.testing.assert_array_equal(read_picture(original, "").pixels, PICTURE.pixels)
    np.testing.assert_array_equal(read_picture(rebuilt, "").pixels, STEPS[2].encoded.decode())


def test_nothing_is_fetched() -> None:
    assert Page(report()).addresses == []
    assert report().count("Plotly.newPlot") >= 3


def test_all_figures_are_there() -> None:
    cells = Page(report()).cells
    for step in STEPS:
        assert decibels(step.point.psnr_db) in cells
        assert str(step.point.file_bytes) in cells
    assert "JPEG" in cells
    assert re.search(rf"seed 5; .*{re.escape(PROGRAM)}, .*\bnumpy 2\.", report(), re.DOTALL)
    assert "SHA-256 of shape and pixels: d1" in report()


def test_name_of_a_picture_is_text() -> None:
    text = report("<script>alert(1)</script>")
    assert "<script>alert" not in text
    assert "&lt;script&gt;alert" in text


def test_the_pictures_own_file_stands_beside_ours() -> None:
    assert "2880 bytes uncompressed" in report().replace(NARROW_SPACE, "")
    told = report(origin=Origin("P&G", 1606, (said("done.white"),))).replace(NARROW_SPACE, "")
    assert "bytes uncompressed; P&amp;G, 1606 bytes; laid on white" in told


def test_a_flat_picture_is_lossless_in_every_place() -> None:
    picture = Picture(np.full((4, 4), 9, np.uint8), "flat")
    settings = Settings(4, "gray")
    steps = steps_of(sweep(picture, settings, [1]))
    points, layout = [step.point for step in steps], steps[0].encoded.layout
    curves = [vq_curve(settings, layout, points), nominal_curve(layout, points)]
    source, every = provenance_of(picture, settings, 1), [*curves, rival_curve("jpeg", JPEG)]
    text = html_report(source, picture.pixels, steps[0], every)
    cells = Page(text).cells
    assert "lossless" in cells
    assert "∞" in cells
    size = points[0].file_bytes
    assert f"lossless with {size} bytes; JPEG at most 48.0 dB" in cells
    assert "1 block, 16 bytes uncompressed" in text
    assert "Infinity" not in re.sub(r"<script.*?</script>", "", text, flags=re.DOTALL)


def test_one_codebook_for_several_pictures_is_in_it_where_there_is_one() -> None:
    points = [step.point for step in STEPS]
    source = Provenance("waves", "d1", SETTINGS, 8)
    given = source, PICTURE.pixels, STEPS[2], [vq_curve(SETTINGS, LAYOUT, points)]
    tries = [
        Tried("<b>one", True, Transfer(8, 30.0, 29.5)),
        Tried("two", False, Transfer(8, math.inf, 28.25)),
    ]
    text = html_report(*given, tries=tries)
    assert "<h2>One codebook for several pictures, K = 8</h2>" in text
    assert "<b>one" not in text
    cells = Page(text).cells
    first = cells.index("<b>one")
    assert cells[first + 1 : first + 5] == ["inside", "30.00", "29.50", "0.50"]
    assert cells[first + 5 : first + 9] == ["two", "outside", "lossless", "28.25"]
    assert "One codebook for several pictures" not in html_report(*given)


def test_a_wide_table_can_be_scrolled_by_keys_and_has_a_name() -> None:
    text = report()
    named = re.findall(
        r'<div class="wide" tabindex="0" role="region" aria-label="[^"]+"><table>', text
    )
    assert len(named) == text.count("<table>") == 2


def test_plotly_speaks_the_language_of_the_report(monkeypatch) -> None:
    monkeypatch.setattr(words, "_language_now", lambda: "zh")
    text = report()
    assert text.count('"locale": "zh-Hans"') == text.count("Plotly.newPlot(") == 3
    assert json.dumps("缩放") in text
