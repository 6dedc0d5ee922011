"""The list of downloads, in a real Chromium: by keyboard, wide and on a phone, light and dark."""

from playwright.sync_api import expect

from vqcore.coding.container import parse

SIZES = [
    ({"width": 1440, "height": 900}, "light"),
    ({"width": 800, "height": 900}, "dark"),
    ({"width": 390, "height": 844}, "light"),
]
RIGHT_EDGES = """dialog => [...dialog.querySelectorAll("[data-testid=stMarkdown] p")]
  .filter(it => /^[\\d.]+ k?B$/.test(it.textContent))
  .map(it => { const range = document.createRange(); range.selectNodeContents(it);
               return Math.round(range.getBoundingClientRect().right); })"""


def opened(visitor):
    """The dialog, opened by the key W."""
    visitor.page.locator(".pictures").focus()
    visitor.files.clear()
    visitor.page.keyboard.press("w")
    dialog = visitor.page.get_by_role("dialog")
    expect(dialog.get_by_text("Show the code")).to_be_visible()
    visitor.settle()
    return dialog


def test_downloads_are_a_list(visitor):
    """One visit for all: it is reached by keyboard, fits at every size, and all can read it."""
    visitor.open("?picture=camera&block=8&largest=8&k=8")
    check_that_they_are_reached_by_keyboard(visitor)
    for size, scheme in SIZES:
        visitor.page.set_viewport_size(size)
        visitor.page.emulate_media(color_scheme=scheme)
        visitor.settle()
        check_a_list_that_fits_and_that_all_can_read(visitor)


def check_a_list_that_fits_and_that_all_can_read(visitor):
    dialog = opened(visitor)
    assert dialog.evaluate("it => it.scrollWidth <= it.clientWidth")
    edges = dialog.evaluate(RIGHT_EDGES)
    assert len(edges) == 8
    assert visitor.files.count(200) == len(visitor.files) >= 8, "not all that is offered is there"
    assert len({*edges}) == 1, "the sizes do not stand in one column"
    dialog.get_by_text("Show the code").click()
    expect(dialog.get_by_text("python -m vqcore encode camera.png")).to_be_visible()
    assert dialog.locator("code").last.inner_text() == visitor.page.url
    assert visitor.barriers() == []
    visitor.page.keyboard.press("Escape")
    expect(dialog).to_be_hidden()


def check_that_they_are_reached_by_keyboard(visitor):
    dialog = opened(visitor)
    button = dialog.get_by_role("button", name="Compressed (.vq)", exact=True)
    for _ in range(4):
        visitor.page.keyboard.press("Tab")
        if button.evaluate("it => it === document.activeElement"):
            break
    with visitor.page.expect_download() as download:
        visitor.page.keyboard.press("Enter")
    assert download.value.suggested_filename == "camera-8x8-gray-K8.vq"
    with open(download.value.path(), "rb") as file:
        assert parse(file.read()).quantizer.codebook_size == 8
    visitor.page.keyboard.press("Escape")
    expect(dialog).to_be_hidden()
    expect(visitor.page.locator(".pictures")).to_be_focused()
