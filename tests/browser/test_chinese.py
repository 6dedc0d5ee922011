"""Who reads only Chinese takes the tour, uploads, compares and takes away, in a real Chromium."""

import re
from pathlib import Path

from helpers import smooth_picture
from playwright.sync_api import expect

from vqcore.coding.container import parse
from vqcore.signals.pictures import png_bytes
from vqcore.words import catalog

WORDS = catalog("zh")
PIXELS = smooth_picture(96, 64).pixels
HAN = re.compile("[\u4e00-\u9fff]")


def button(visitor, name):
    return visitor.page.get_by_role("button", name=WORDS[name], exact=True)


def test_the_tour_an_upload_a_comparison_and_a_download(visitor):
    visitor.open("?lang=zh&tour=1&block=8&largest=32&k=2&colour=gray")
    page, tour = visitor.page, visitor.page.locator(".tour")
    assert page.evaluate("document.documentElement.lang") == "zh-Hans"
    expect(tour.locator(".tourname")).to_have_text(WORDS["page.tour.block.name"])
    for _ in range(6):
        assert HAN.search(tour.locator(".tourtext").inner_text())
        button(visitor, "page.tour.next").click()
    button(visitor, "page.tour.end").click()
    expect(tour).to_be_hidden()
    visitor.upload(("波.png", png_bytes(PIXELS)))
    visitor.choose(8)
    expect(visitor.side("b", ".k")).to_have_text("8")
    page.locator(".side[data-side=a] .show").select_option("match jpeg psnr")
    visitor.settle()
    expect(page.locator(".both [data-side=a] .figures")).to_contain_text("dB")
    assert visitor.barriers() == []
    button(visitor, "page.viewer.download.name").click()
    dialog = page.get_by_role("dialog")
    dialog.wait_for()
    visitor.settle()
    assert HAN.search(dialog.inner_text())
    with page.expect_download() as download:
        dialog.get_by_role("button", name=WORDS["download.vq.name"], exact=True).click()
    encoded = parse(Path(download.value.path()).read_bytes())
    assert encoded.decode().shape[:2] == PIXELS.shape[:2]
    assert encoded.quantizer.codebook_size == 8


def test_the_language_changes_on_the_page_and_what_was_chosen_stays(visitor):
    visitor.open("?block=8&largest=32&k=4")
    page = visitor.page
    visitor.choose(16)
    page.get_by_role("radio", name="中文").click(force=True)
    expect(page.locator("[data-do=fit]")).to_have_text(WORDS["page.viewer.fit.name"])
    visitor.settle()
    expect(visitor.side("b", ".k")).to_have_text("16")
    assert "lang=zh" in page.url
    page.get_by_role("radio", name="English").click(force=True)
    expect(page.locator("[data-do=fit]")).to_have_text("Fit")
    visitor.settle()
    expect(visitor.side("b", ".k")).to_have_text("16")
