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


def panel(visitor, name):
    visitor.page.locator(".st-key-panel").get_by_role("radio", name=WORDS[name]).click(force=True)
    visitor.settle()


def answer(visitor, place, choice):
    """Choose an answer to an exercise, by its place among the choices or by what it says."""
    question = visitor.page.locator(".st-key-below [role=combobox]").nth(place)
    question.scroll_into_view_if_needed()
    visitor.page.wait_for_timeout(100)  # what scrolls closes a list of choices
    question.click()
    options = visitor.page.locator("[role=option]")
    (options.nth(choice) if isinstance(choice, int) else options.filter(has_text=choice)).click()


def replies(visitor):
    """What is said to answers."""
    said = visitor.page.locator(".st-key-below [data-testid=stMarkdownContainer]")
    return said.filter(has_text=re.compile("^[✓✗]"))


def exercises_are_answered(visitor):
    panel(visitor, "panel.exercises")
    right, wrong = re.compile("^✓ 对。96 块，"), re.compile("^✗ 不对。")
    answer(visitor, 0, 0)
    expect(replies(visitor)).to_have_text([wrong])
    answer(visitor, 0, "60")  # 96 blocks of 5 bits
    expect(replies(visitor)).to_have_text([right])
    questions = visitor.page.locator(".st-key-below [role=combobox]").count()
    assert questions > 3
    for place in range(1, questions):
        answer(visitor, place, 0)
        expect(replies(visitor)).to_have_count(place + 1)
    said = replies(visitor).all_inner_texts()
    panel(visitor, "panel.codebook")
    panel(visitor, "panel.exercises")
    expect(replies(visitor)).to_have_text(said)


def test_the_tour_an_upload_exercises_a_comparison_and_a_download(visitor):
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
    exercises_are_answered(visitor)
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
    with page.expect_download() as download:
        dialog.get_by_role("button", name=WORDS["download.report.name"], exact=True).click()
    report = Path(download.value.path()).read_text(encoding="utf-8")
    assert '<html lang="zh-Hans">' in report
    assert f"<h2>{WORDS['report.by-rate']}</h2>" in report


def speak(visitor, own_name, fit):
    """Change the language of the page."""
    visitor.page.get_by_role("radio", name=own_name).click(force=True)
    expect(visitor.page.locator("[data-do=fit]")).to_have_text(fit)
    visitor.settle()


def test_the_language_changes_on_the_page_and_what_was_chosen_stays(visitor):
    visitor.open("?tour=1&block=8&largest=32&k=4")
    visitor.page.locator("[data-do=tourNext]").click()
    visitor.choose(16)
    for own_name, fit in [("中文", WORDS["page.viewer.fit.name"]), ("English", "Fit")] * 2:
        speak(visitor, own_name, fit)
        expect(visitor.side("b", ".k")).to_have_text("16")
        assert ("lang=zh" in visitor.page.url) == (own_name == "中文")
        assert not re.search("family|trainer", visitor.page.url)
        name = "Its vector" if own_name == "English" else WORDS["page.tour.vector.name"]
        expect(visitor.page.locator(".tourname")).to_have_text(name)
