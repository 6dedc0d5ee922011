"""VQ beside other codecs, and what can be taken away, in a real Chromium."""

import io
import json

import numpy as np
from playwright.sync_api import expect
from test_canvas import png, swept
from test_lab import small_photograph

from vqcore.coding.codebookfile import parse_codebook
from vqcore.coding.codec import Settings
from vqcore.coding.container import parse
from vqcore.lab.rivals import largest_within, same_psnr
from vqcore.show.wording import decibels
from vqcore.signals.pictures import read_picture
from vqcore.work import finish

FOUR = Settings(4)
SIZES = [1, 2, 4, 8, 16]
OTHERS = ["JPEG", "WebP", "AVIF", "PNG-8"]
REFERENCES = ["scalar (reference)", "DCT (reference)"]


MATCHES = [
    ("JPEG of the same size", "jpeg", largest_within, "file_bytes"),
    ("AVIF of the same PSNR", "avif", same_psnr, "psnr_db"),
]


def test_rivals_file_is_decoded_by_the_browser(visitor):
    data = small_photograph()
    steps = swept(data, FOUR, [*SIZES, 32, 64])
    visitor.bring("?block=4&largest=64&k=64", ("one.jpg", data))
    for match in MATCHES:
        check_rival(visitor, read_picture(data, "").pixels, steps, *match)


def check_rival(visitor, pixels, steps, choice, codec, search, target):
    visitor.side("a", ".show").select_option(label=choice)
    for size in (64, 32):
        visitor.choose(size)
        match = finish(search(pixels, codec, getattr(steps[size].point, target)))
        told = visitor.side("a", ".figures")
        expect(told).to_contain_text(f"quality {match.point.level} ·", timeout=20_000)
        expect(told).to_contain_text(f"{match.point.file_bytes:,} bytes".replace(",", "\u202f"))
        expected = read_picture(match.data, "").pixels.astype(int)
        assert np.abs(visitor.saved("a") - expected).mean() < 2  # two decoders
        label = visitor.page.locator(".pictures").get_attribute("aria-label")
        assert f"A: {choice.replace('the same', 'the')} of K = {size}" in label


def test_a_rival_that_cannot_be_so_small_says_so(visitor):
    visitor.bring("?block=8&largest=2&k=1", ("one.png", png(64, 96)))
    visitor.side("a", ".show").select_option(label="JPEG of the same size")
    expect(visitor.side("a", ".figures")).to_have_text("no file is so small", timeout=20_000)
    visitor.settle()


def test_what_another_panel_showed_is_gone_at_once(visitor):
    visitor.bring("?block=4&largest=16&panel=Health", ("one.png", png(96, 144)))
    health = visitor.page.get_by_role("heading", name="Learnt by heart")
    expect(health).to_be_visible()
    visitor.page.get_by_role("radio", name="Rate–distortion").click()
    visitor.page.get_by_role("heading", name="By target").wait_for()
    assert health.count() == 0
    visitor.settle()
    check_the_plane(visitor)


def check_the_plane(visitor):
    """Of rate and distortion, from a click on its panel."""
    legend = visitor.page.locator(".js-plotly-plot .legendtext")
    expect(legend).to_have_text(
        ["lower hull", "4×4 RGB", "nominal", *OTHERS, *REFERENCES], timeout=60_000
    )
    expect(visitor.page.get_by_role("cell", name="AVIF")).to_be_visible()
    visitor.choose(8)
    assert visitor.settle().figures()["In use"] == "8 of 8"


def test_a_click_on_a_point_of_a_family_opens_it(visitor):
    query = "?block=8&largest=4&panel=rates&families=all&beside=png8"
    visitor.bring(query, ("one.png", png(96, 144)))
    chart = visitor.page.locator(".js-plotly-plot")
    names = chart.evaluate("it => it.data.map(({ name }) => name)")
    points = chart.locator(".trace.scatter").nth(names.index("residual")).locator("path.point")
    points.nth(2).scroll_into_view_if_needed()
    box = points.nth(2).bounding_box()
    visitor.page.mouse.click(box["x"] + box["width"] / 2, box["y"] + box["height"] / 2)
    expect(visitor.page.get_by_role("combobox", name="Family")).to_have_value("residual")
    figures = visitor.settle().figures()
    step = swept(png(96, 144), Settings(8, family="residual"), SIZES)[4]
    assert (figures["K"], figures["PSNR"]) == ("4", decibels(step.point.psnr_db))
    legend = chart.locator(".legendtext").all_text_contents()
    assert {"8×8 RGB, residual", "plain", "mean-removed"} <= {*legend}


def test_everything_can_be_taken_away(visitor, browser):
    data = png(96, 144)
    step = swept(data, FOUR, SIZES)[16]
    visitor.bring("?block=4&largest=16&k=16", ("one.png", data))
    with visitor.taking_away() as take:
        assert parse(take("Compressed (.vq)")).quantizer.codebook_size == 16
        rebuilt = read_picture(take("Reconstruction (PNG)"), "").pixels
        np.testing.assert_array_equal(rebuilt, step.encoded.decode())
        codewords = np.load(io.BytesIO(take("Codebook (.npy)")))
        np.testing.assert_array_equal(codewords, step.encoded.shared.codebook.codewords)
        assert read_picture(take("Codebook (PNG)"), "").width > 4 * 24
        points = json.loads(take("All figures (JSON)"))["points"]
        assert [point["codebook_size"] for point in points[: len(SIZES)]] == SIZES
        assert take("All figures (CSV)").count(b"\n") == 1 + len(points)
        assert visitor.suggested_name == "one-4x4-rgb.csv"
        shared = parse_codebook(take("Codebook (.npz)"))
        assert shared.checksum == step.encoded.shared.checksum
        assert read_picture(take("Original (PNG)"), "").pixels.shape == (96, 144, 3)
        report = take("Report (HTML)").decode()
    look_at_report(browser, report)


def look_at_report(browser, text):
    """Open a report without a network: all plots are drawn, all pictures shown, no complaint."""
    context, complaints = browser.new_context(offline=True), []
    page = context.new_page()
    page.on("pageerror", lambda error: complaints.append(str(error)))
    page.on("console", lambda message: complaints.append(message.text))
    page.on("request", lambda request: complaints.append(request.url[:80]))
    page.set_content(text)
    expect(page.locator(".js-plotly-plot .trace.scatter").first).to_be_visible()
    assert page.locator(".js-plotly-plot").count() == 3
    assert page.evaluate("[...document.images].every(it => it.naturalWidth === 144)")
    assert [text for text in complaints if not text.startswith("data:")] == []
    context.close()
