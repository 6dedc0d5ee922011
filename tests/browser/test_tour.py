"""The tour over the page itself, in a real Chromium: by hand, by key, and only once by itself."""

from playwright.sync_api import expect

TOUR = "?tour=1&picture=coffee&block=16&largest=64&k=4"

NEW = "?new&picture=camera&block=16&largest=2&k=2"


def step(visitor):
    return visitor.page.locator(".tour")


def is_done(visitor, text):
    """Wait until the task of a step has its sign."""
    expect(step(visitor).locator(".tourtask")).to_have_text(f"✓ {text}")
    assert step(visitor).locator(".touraim").inner_text()


def go_on(visitor):
    step(visitor).get_by_role("button", name="Next", exact=True).click()


def test_a_link_starts_it_and_the_page_s_own_controls_walk_it(visitor):
    visitor.open(TOUR)
    page, task = visitor.page, step(visitor).locator(".tourtask")
    expect(step(visitor)).to_contain_text("coffee is cut into 950 blocks of 16 × 16 pixels.")
    expect(task).to_have_text("→ Point at, or tap, a part of the picture you like.")
    assert visitor.barriers() == []
    canvas = page.locator(".pictures")
    canvas.hover(position={"x": 300, "y": 200})
    is_done(visitor, "Point at, or tap, a part of the picture you like.")
    go_on(visitor)
    canvas.click(position={"x": 300, "y": 200})
    is_done(visitor, "Click a block, or press Enter on the picture, to stay with it.")
    page.set_viewport_size({"width": 390, "height": 844})
    page.locator(".measured").scroll_into_view_if_needed()
    expect(page.locator(".strip")).to_be_visible()  # over the top, as the picture is out of sight
    go_on(visitor)
    expect(page.locator(".strip")).to_be_hidden()
    expect(visitor.side("b", ".size")).to_be_in_viewport()
    page.set_viewport_size({"width": 1440, "height": 1000})
    for size, told in ((1, "Every block is the same."), (2, "PSNR is"), (32, "PSNR is")):
        expect(task).to_contain_text("→")
        visitor.choose(size)
        expect(step(visitor).locator(".tourtask")).to_contain_text(f"✓ Set side B to K = {size}")
        expect(step(visitor).locator(".touraim")).to_contain_text(told)
        if size == 32:
            psnr = visitor.figures()["PSNR"]
            expect(step(visitor).locator(".touraim")).to_contain_text(f"PSNR is {psnr}")
            figures = visitor.figures()
        go_on(visitor)
    for name in ("Nominal", "File", "File ratio"):
        expect(step(visitor).locator(".tourtext")).to_contain_text(figures[name])
    visitor.choose(64)
    is_done(visitor, "Set side B to the largest K, and compare both ratios.")
    go_on(visitor)
    page.locator(".side[data-side=a] .show").select_option("match jpeg size")
    is_done(visitor, "Let side A show: JPEG of the same size.")
    assert page.locator(".pointedout").count() == 1
    height = page.locator(".viewer").bounding_box()["height"]
    step(visitor).get_by_role("button", name="Finish").click()
    expect(step(visitor)).to_be_hidden()
    assert page.locator(".viewer").bounding_box()["height"] == height  # nothing below it moves
    assert page.locator(".pointedout").count() == 0


def test_it_asks_once_and_can_be_had_from_help(visitor):
    with visitor.elsewhere() as page:
        invitation = page.locator(".invitation")
        visitor.open(NEW)
        expect(invitation).to_be_visible()
        page.get_by_role("button", name="No, thanks").click()
        expect(invitation).to_be_hidden()
        expect(page.locator(".pictures")).to_be_focused()
        visitor.open(NEW)
        expect(invitation).to_be_hidden()
        page.get_by_role("button", name="Help", exact=True).click()
        page.get_by_role("button", name="Take the tour").click()
        expect(step(visitor).get_by_role("button", name="Next", exact=True)).to_be_focused()
        page.keyboard.press("Enter")
        expect(step(visitor).locator(".tourplace")).to_have_text("2 of 7")
        page.keyboard.press("Escape")
        expect(step(visitor)).to_be_hidden()
