"""One screen: picture, K and figures together, at every size, for hands and fingers."""

import re

import numpy as np
import pytest
from playwright.sync_api import expect
from running import READY
from test_canvas import as_rgb, middle, png, press, swept

from vqcore.coding.codec import Settings
from vqcore.signals.pictures import read_picture

DESKTOPS = [(1280, 720), (1366, 768), (1440, 900), (1920, 1080)]
PHONES = [(390, 844), (360, 740)]


def window(width, height):
    options = {"viewport": {"width": width, "height": height}}
    return options | ({"has_touch": True, "is_mobile": True} if width < 500 else {})


def named(options):
    size = options["viewport"]
    return f"{size['width']}x{size['height']}"


def at(*sizes):
    windows = [window(*size) for size in sizes]
    return pytest.mark.parametrize("visitor", windows, indirect=True, ids=named)


def in_light_and_dark(visitor):
    for scheme in ("light", "dark"):
        visitor.page.emulate_media(color_scheme=scheme)
        visitor.settle()
        yield


def box(visitor, selector):
    return visitor.page.locator(selector).first.bounding_box()


def main_left(visitor):
    return visitor.page.locator("[data-testid=stMain]").bounding_box()["x"]


# Where each control is, whether it can be seen, and whether something else lies over its middle;
# shadow roots are looked into.
CONTROLS = """every => every.map(it => {
  const { left, top, right, bottom } = it.getBoundingClientRect();
  const x = (left + right) / 2, y = (top + bottom) / 2;
  let inner = document.elementFromPoint(x, y);
  while (inner?.shadowRoot) {
    const next = inner.shadowRoot.elementFromPoint(x, y);
    if (!next || next === inner) break;
    inner = next;
  }
  const isCovered = !(inner && (it === inner || it.contains(inner)));
  const isVisible = left < right && it.checkVisibility({ visibilityProperty: true });
  return { left, top, right, bottom, isVisible, isCovered, html: it.outerHTML };
})"""


def controls(visitor):
    every = visitor.page.locator(".viewer :is(button, select, input.size, summary)")
    return [it for it in every.evaluate_all(CONTROLS) if it["isVisible"]]


def controls_in_sight(visitor):
    height = visitor.page.viewport_size["height"]
    return [it for it in controls(visitor) if it["bottom"] <= height]


def check_the_stage(visitor):
    size, left, stage = visitor.page.viewport_size, main_left(visitor), box(visitor, ".stage")
    assert stage["width"] * stage["height"] >= (size["width"] - left) * size["height"] / 2
    for part in (".stage", ".kbar", ".kbar [data-do=play]", ".both"):
        place = box(visitor, part)
        assert place["x"] >= left
        assert place["y"] >= 0
        assert place["x"] + place["width"] <= size["width"]
        assert place["y"] + place["height"] <= size["height"]
    pixels = visitor.stage()
    edge = pixels[pixels.shape[0] // 2 - 20]  # the picture fills the width or the height
    column = pixels[:, pixels.shape[1] // 4]
    paper = pixels[-1, 0]
    assert (edge[2] != paper).any() or (column[-2] != paper).any()
    figures = visitor.page.locator(".both .figures").all_inner_texts()
    assert figures[0].endswith("uncompressed")
    assert re.match(r"K = 32 · PSNR [\d.]+ dB · .* bytes · [\d.]+:1", figures[1])


def check_that_nothing_is_outside_or_covered(visitor):
    main = visitor.page.locator("[data-testid=stMain]")
    assert main.evaluate("it => it.scrollWidth <= it.clientWidth")
    width = visitor.page.viewport_size["width"]
    in_sight = controls_in_sight(visitor)
    assert len(in_sight) > 8
    for control in in_sight:
        assert control["left"] >= 0, control["html"]
        assert control["right"] <= width, control["html"]
        assert not control["isCovered"], control["html"]


def check_that_targets_are_large_enough_for_fingers(visitor):
    for control in controls(visitor):
        width = control["right"] - control["left"]
        assert min(width, control["bottom"] - control["top"]) >= 39.5, control["html"][:80]


def check_that_picture_k_and_figures_are_in_sight(visitor):
    width, height = visitor.page.viewport_size.values()
    assert box(visitor, ".stage")["width"] >= 0.94 * width
    both = box(visitor, ".both")
    assert both["y"] + both["height"] <= height


def check_that_all_can_read_it(visitor):
    if tuple(visitor.page.viewport_size.values()) in [(1440, 900), (390, 844)]:
        assert visitor.barriers() == []


DESKTOP = [
    check_the_stage,
    check_that_nothing_is_outside_or_covered,
    check_that_all_can_read_it,
]
PHONE = [
    check_that_all_can_read_it,
    check_that_nothing_is_outside_or_covered,
    check_that_targets_are_large_enough_for_fingers,
    check_that_picture_k_and_figures_are_in_sight,
]
TABLET = [check_that_nothing_is_outside_or_covered]


def at_each(visitor, windows):
    """Let a page that was opened in the first of some windows have the size of each."""
    for width, height in windows:
        visitor.page.set_viewport_size({"width": width, "height": height})
        visitor.settle()
        yield from in_light_and_dark(visitor)


@pytest.mark.parametrize(
    ("visitor", "windows", "checks"),
    [
        (window(*DESKTOPS[0]), DESKTOPS, DESKTOP),
        (window(800, 1000), [(800, 1000)], TABLET),
        (window(*PHONES[0]), PHONES, PHONE),
    ],
    indirect=["visitor"],
    ids=["desktop", "tablet", "phone"],
)
def test_all_has_its_place(visitor, windows, checks):
    """One visit for all: the stage has half of a desktop's screen, K and figures beside it."""
    visitor.open("?picture=coffee&largest=1024&k=32&panel=sizes")
    if windows == DESKTOPS:
        visitor.page.get_by_text("More", exact=True).click()
    for _ in at_each(visitor, windows):
        for check in checks:
            check(visitor)


def scrolled(visitor):
    return visitor.page.locator("[data-testid=stMain]").evaluate("it => it.scrollTop")


def touch(visitor, *moves, steps=8):
    """Let fingers go from places to others, all at once; each move is (x, y, dx, dy)."""
    client = visitor.page.context.new_cdp_session(visitor.page)
    points = [{"x": x, "y": y, "id": at} for at, (x, y, _, _) in enumerate(moves)]
    client.send("Input.dispatchTouchEvent", {"type": "touchStart", "touchPoints": points})
    for step in range(1, steps + 1):
        points = [
            {"x": x + dx * step / steps, "y": y + dy * step / steps, "id": at}
            for at, (x, y, dx, dy) in enumerate(moves)
        ]
        client.send("Input.dispatchTouchEvent", {"type": "touchMove", "touchPoints": points})
        visitor.page.wait_for_timeout(20)
    client.send("Input.dispatchTouchEvent", {"type": "touchEnd", "touchPoints": []})
    visitor.page.wait_for_timeout(300)


def zoom(visitor):
    return int(visitor.page.locator(".zoom").inner_text().split()[0])


@at((390, 844))
def test_one_finger_scrolls_or_moves_the_divider_until_two_have_zoomed(visitor):
    visitor.open("?picture=coffee&largest=16&k=4")
    check_a_finger_sideways(visitor)
    stage, fitted = box(visitor, ".stage"), zoom(visitor)
    x, y = stage["x"] + 60, stage["y"] + 200
    touch(visitor, (x, y, 0, -150))
    assert scrolled(visitor) > 60
    visitor.page.locator("[data-testid=stMain]").evaluate("it => it.scrollTo(0, 0)")
    assert zoom(visitor) == fitted
    middle_x, middle_y = stage["x"] + stage["width"] / 2, stage["y"] + stage["height"] / 2
    touch(visitor, (middle_x - 30, middle_y, -80, 0), (middle_x + 30, middle_y, 80, 0))
    assert zoom(visitor) > 2 * fitted
    before = visitor.stage()
    touch(visitor, (middle_x - 60, middle_y + 40, -40, -90))
    assert scrolled(visitor) == 0
    assert (visitor.stage() != before).any()
    touch(visitor, (middle_x - 120, middle_y, 100, 0), (middle_x + 120, middle_y, -100, 0))
    assert zoom(visitor) == fitted


def check_a_finger_sideways(visitor):
    stage, before = box(visitor, ".stage"), visitor.stage()
    touch(visitor, (stage["x"] + 60, stage["y"] + 100, 120, 0))
    assert scrolled(visitor) == 0
    assert (visitor.stage() != before).any()
    visitor.settle()
    assert float(re.search(r"divider=([\d.]+)", visitor.page.url)[1]) > 0.7


def test_wheel_right_click_and_full_screen(visitor):
    """One visit for all that changes nothing which stays."""
    visitor.open("?picture=coffee&largest=16&k=4")
    check_the_wheel(visitor)
    check_the_wheel_in_full_screen(visitor)
    check_a_right_click(visitor)
    check_presenting_where_the_screen_cannot_be_had(visitor)


def check_the_wheel(visitor):
    """It scrolls the page, and zooms with Ctrl."""
    page, stage, fitted = visitor.page, box(visitor, ".stage"), zoom(visitor)
    page.mouse.move(stage["x"] + 100, stage["y"] + 100)
    page.mouse.wheel(0, 200)
    expect(page.locator(".advice")).to_be_visible()
    page.wait_for_timeout(400)
    assert (scrolled(visitor) > 100, zoom(visitor)) == (True, fitted)
    page.locator("[data-testid=stMain]").evaluate("it => it.scrollTo(0, 0)")
    expect(page.locator(".advice")).to_be_hidden(timeout=3000)
    page.mouse.move(stage["x"] + 110, stage["y"] + 110)
    page.mouse.wheel(0, 200)
    expect(page.locator(".advice")).to_be_hidden()  # it was said once
    page.locator("[data-testid=stMain]").evaluate("it => it.scrollTo(0, 0)")
    page.keyboard.down("Control")
    page.mouse.wheel(0, -100)
    page.wait_for_timeout(200)
    assert zoom(visitor) > fitted
    for _ in range(12):
        page.mouse.wheel(0, 100)
    page.keyboard.up("Control")
    page.wait_for_timeout(200)
    assert zoom(visitor) == fitted  # out stops at the whole picture


def check_the_wheel_in_full_screen(visitor):
    press(visitor, "f")
    visitor.page.wait_for_timeout(300)
    fitted = zoom(visitor)
    visitor.page.mouse.move(700, 500)
    visitor.page.mouse.wheel(0, -100)
    visitor.page.wait_for_timeout(200)
    assert zoom(visitor) > fitted
    press(visitor, "Escape")
    visitor.settle()


@at((1920, 1080), (390, 844))
def test_presenter_view(visitor):
    visitor.open("?picture=coffee&largest=64&k=4")
    page = visitor.page
    page.get_by_role("button", name="Present").click()
    page.wait_for_timeout(400)
    size = page.viewport_size
    stage = box(visitor, ".stage")
    assert (stage["width"], stage["height"]) == (size["width"], size["height"])
    shown = zoom(visitor) / 100
    covered = min(600 * shown / size["width"], 1), min(400 * shown / size["height"], 1)
    assert covered[size["width"] > size["height"]] >= 0.8  # of the shorter side
    large = page.locator(".bigk")
    assert float(large.evaluate("it => parseFloat(getComputedStyle(it).fontSize)")) >= 48
    assert len(page.locator(".three").inner_text().split(" · ")) == 3
    for number in ("1", "2", "32"):
        page.locator(f".jumps [data-k='{number}']").click()
        assert large.inner_text() == f"K = {number}"
        assert visitor.side("b", ".k").text_content() == number
    over = page.locator(".over")
    page.mouse.move(size["width"] / 2, 60)
    page.locator(".pictures").focus()
    expect(over).to_have_css("opacity", "0", timeout=6000)
    page.mouse.move(size["width"] / 2 + 30, 80)
    expect(over).to_have_css("opacity", "1")
    page.keyboard.press("Escape")
    expect(over).to_be_hidden()
    visitor.settle()


def test_the_story_stops_at_1_2_32_and_says_what_they_mean(visitor):
    data = png(64, 128)
    visitor.bring("?largest=32&block=8", ("one.png", data))
    page, caption = visitor.page, visitor.page.locator(".caption")
    page.locator(".story summary").click()
    page.locator(".pause").check()
    page.locator(".loop").uncheck()
    page.locator(".story summary").click()
    told = []
    for _ in range(3):
        press(visitor, "p")
        expect(caption).to_be_visible()
        told.append(caption.inner_text().replace("\u202f", " "))
    assert told[0] == "K = 1: 128 blocks, all alike. No bits, and it says nothing."
    assert told[1] == "K = 2: 128 blocks, one bit each: 1 536:1. Already a surprise."
    size = len(swept(data, Settings(8), [32])[32].file)
    assert told[2].startswith(
        "K = 32: 128 blocks, 5 bits each: 307.2:1. "
        f"Its file, codebook and all: {size / 1000:.1f} kB"
    )
    press(visitor, "p")
    expect(caption).to_be_hidden()
    visitor.settle()


def test_the_story_goes_through_all_sizes_at_the_pace_chosen(visitor):
    visitor.open("?picture=camera&largest=8&k=4")
    page = visitor.page
    page.locator(".story summary").click()
    page.locator(".stops").select_option("all")
    page.locator(".pace").fill("1")
    assert page.locator(".paceshown").inner_text() == "1.0 s"
    page.locator(".story summary").click()
    page.locator(".kbar [data-do=play]").click()
    for size in ("1", "2", "4", "8", "1"):
        expect(visitor.side("b", ".k")).to_have_text(size, timeout=3000)
    page.locator(".kbar [data-do=play]").click()
    expect(page.locator(".caption")).to_be_hidden()
    visitor.settle()


def test_a_block_stays_followed_while_k_changes(visitor):
    data = png(64, 96)
    steps = swept(data, Settings(8), [1, 2, 4, 8])
    visitor.bring("?block=8&largest=8&k=8", ("one.png", data))
    press(visitor, "0", "1", *["Shift+ArrowLeft"] * 10)
    plain = {}
    for size in (8, 4, 2, 1):
        visitor.choose(size)
        plain[size] = middle(visitor.stage(), 64, 96)
    place = box(visitor, ".pictures")
    left = place["x"] + np.floor(place["width"] / 2 - 48 + 0.5)
    top = place["y"] + np.floor(place["height"] / 2 - 32 + 0.5)
    visitor.page.mouse.click(left + 20, top + 12)  # the block 2 across, 2 down
    visitor.page.mouse.move(place["x"] + 5, place["y"] + place["height"] - 5)
    for size in (1, 2, 4, 8):
        visitor.choose(size)
        encoded = steps[size].encoded
        index, use = encoded.indices[12 + 2, 0], encoded.use[0]
        lit = middle(visitor.stage(), 64, 96)
        same = (encoded.indices == index).reshape(8, 12).repeat(8, 0).repeat(8, 1)
        np.testing.assert_array_equal(lit[same], plain[size][same])
        if size > 1:
            assert lit[~same].mean() < 0.5 * plain[size][~same].mean()
        facts = visitor.page.locator(".facts").inner_text()
        told = f"block 3 across, 2 down has index {index}, shared by {use[index]} block"
        assert facts.startswith(f"K = {size}: {told}")
        original = as_rgb(read_picture(data, "").pixels)[8:16, 16:24].astype(int)
        error = np.square(original - as_rgb(encoded.decode())[8:16, 16:24]).mean()
        assert f"MSE {error:.1f}." in facts
        bits = {1: "no bits"}.get(size, f"{index:0{size.bit_length() - 1}b}")
        assert visitor.page.locator(".bits").inner_text() == bits
    assert "pick=14" in visitor.page.url
    press(visitor, "Escape")
    visitor.settle()
    assert "pick" not in visitor.page.url


@pytest.mark.parametrize(
    ("visitor", "windows"),
    [(window(*DESKTOPS[-1]), (DESKTOPS[-1], DESKTOPS[0])), (window(*PHONES[0]), PHONES[:1])],
    indirect=["visitor"],
    ids=["desktop", "phone"],
)
def test_away_from_the_picture_it_stays_in_sight(visitor, windows):
    visitor.open("?picture=camera&largest=16&k=4&panel=sizes")
    for width, height in windows:
        visitor.page.set_viewport_size({"width": width, "height": height})
        visitor.settle()
        check_the_strip(visitor)
        visitor.choose(4)


def check_the_strip(visitor):
    page, strip = visitor.page, visitor.page.locator(".strip")
    assert not strip.is_visible()
    page.locator("[data-testid=stDataFrame]").first.scroll_into_view_if_needed()
    expect(strip).to_be_visible()
    visitor.settle()
    small = strip.locator(".small")
    before = visitor.stage(".strip .small").copy()
    strip.get_by_role("button", name="Larger K").click()
    assert strip.locator(".stripk").inner_text() == "K = 8"
    assert (visitor.stage(".strip .small") != before).any()
    expect(small).to_be_in_viewport()
    if page.viewport_size["width"] >= 1600:
        left, chart = box(visitor, ".strip"), box(visitor, "[data-testid=stDataFrame]")
        assert left["x"] + left["width"] <= chart["x"]
    menu, back = box(visitor, "[data-testid=stMainMenuButton]"), box(visitor, ".strip > button")
    assert menu["y"] + menu["height"] <= back["y"]
    expect(page.locator("body")).to_have_class(re.compile("vq-away"))
    strip.get_by_role("button", name="Picture").click()
    expect(strip).to_be_hidden()
    expect(page.locator("body")).not_to_have_class(re.compile("vq-away"))
    visitor.settle()


def test_a_row_of_the_table_shows_its_k(visitor):
    visitor.open("?picture=camera&largest=16&k=16&panel=sizes")
    table = visitor.page.locator("[data-testid=stDataFrame]").first
    table.scroll_into_view_if_needed()
    visitor.page.wait_for_timeout(500)
    place = table.bounding_box()
    visitor.page.mouse.click(place["x"] + 300, place["y"] + 35 * 2.5)
    expect(visitor.page.locator(".stripk")).to_have_text("K = 2", timeout=5000)
    visitor.settle()


def test_keys_work_at_once_and_the_address_is_the_view(visitor):
    visitor.open("?picture=camera&largest=16&k=4")
    check_that_the_first_tab_leads_to_the_picture_and_keys_work_at_once(visitor)
    check_that_the_address_is_the_view(visitor)


def check_that_the_first_tab_leads_to_the_picture_and_keys_work_at_once(visitor):
    page = visitor.page
    page.keyboard.press("]")
    assert visitor.side("b", ".k").inner_text() == "8"
    page.keyboard.press("Tab")
    assert page.evaluate("document.activeElement.textContent") == "Skip to the picture"
    page.keyboard.press("Enter")
    page.keyboard.press("ArrowRight")
    page.keyboard.press("[")
    assert visitor.side("b", ".k").inner_text() == "4"
    page.get_by_text("More", exact=True).click()
    page.get_by_role("textbox", name="More sizes").fill("")
    page.get_by_role("textbox", name="More sizes").press("p")
    assert page.locator(".kbar [data-do=play]").inner_text() == "Play"
    visitor.settle()


def check_that_the_address_is_the_view(visitor):
    press(visitor, "s", "+", "+", "ArrowLeft", "Enter")
    visitor.side("a", ".show").select_option("rebuilt")
    visitor.choose(2, side="a")
    visitor.choose(8, side="b")
    visitor.settle()
    link, seen = visitor.page.url, visitor.stage()
    with visitor.elsewhere():
        visitor.page.goto(link)
        visitor.page.wait_for_selector(".measured dd:has-text('dB')")
        visitor.settle()
        np.testing.assert_array_equal(visitor.stage(), seen)
        assert visitor.page.locator(".bits").inner_text() != ""


def test_a_link_to_an_upload_asks_for_it_and_shows_nothing_else_under_its_name(visitor):
    data = png(96, 144)
    visitor.bring("?block=8&largest=8&k=8", ("my photo.png", data))
    press(visitor, "s", "+")
    visitor.settle()
    link, seen = visitor.page.url, visitor.stage()
    with visitor.elsewhere():
        visitor.page.goto(link)
        alert = visitor.page.locator("[data-testid=stAlert]")
        expect(alert).to_contain_text("This link shows my photo.png, which is not here.")
        assert visitor.page.locator(".viewer").count() == 0
        visitor.page.locator("input[type=file]").set_input_files(
            {"name": "same.png", "mimeType": "image/png", "buffer": data}
        )
        visitor.page.wait_for_selector("h2:has-text('same.png')")
        visitor.settle()
        np.testing.assert_array_equal(visitor.stage(), seen)


def test_a_link_names_the_uploads_that_sides_show(visitor):
    one, other = png(96, 144), png(96, 144, seed=1)
    visitor.bring("?block=8&largest=8&k=8&v=2", ("original", other), ("one.png", one))
    side = visitor.side("a", ".show")
    side.select_option(side.locator("option").last.get_attribute("value"))
    visitor.settle()
    link, seen = visitor.page.url, visitor.saved("a")
    assert "a=%3Doriginal" in link
    visitor.page.goto(link)
    expect(visitor.page.locator("[data-testid=stAlert]")).to_contain_text("This link shows")
    visitor.upload(("original", other), ("one.png", one))
    expect(visitor.side("a", ".figures")).to_contain_text(f"{len(other):,}".replace(",", "\u202f"))
    np.testing.assert_array_equal(visitor.saved("a"), seen)


def test_another_picture_than_that_of_the_link_is_told(visitor):
    visitor.page.goto(f"{visitor.address}?needs=my+photo.png&digest=0123456789abcdef")
    expect(visitor.page.locator("[data-testid=stAlert]")).to_contain_text("This link shows")
    visitor.upload(("my photo.png", png(40, 40)))
    warning = visitor.page.locator("[data-testid=stSidebar] [data-testid=stAlert]")
    assert warning.count() == 1
    assert visitor.page.locator(".viewer").count() > 0


def test_back_goes_through_pictures_settings_and_panels_and_not_each_k(visitor):
    visitor.open("?picture=camera&block=8&largest=8&k=8&v=2&panel=sizes")
    page = visitor.page

    def facts():
        return page.locator(".st-key-title p").inner_text()

    page.get_by_role("slider", name="Block size").press("ArrowRight")
    visitor.settle()
    assert "blocks of 9 × 9" in facts()
    for size in (1, 2, 4):
        visitor.choose(size)
    page.get_by_role("radio", name="Training").click()
    visitor.settle()
    visitor.choose(1)
    visitor.go("back")
    assert page.get_by_role("radio", name="Codebook size").get_attribute("aria-checked") == "true"
    assert "blocks of 9 × 9" in facts()
    visitor.go("back")
    assert "blocks of 8 × 8" in facts()
    visitor.go("forward")
    assert "blocks of 9 × 9" in facts()


def check_that_few_codewords_fill_the_panel(visitor):
    room = box(visitor, ".scroller")
    for size, least in ((2, 0.55), (16, 0.55)):
        visitor.choose(size)
        tile = visitor.page.locator(".room").evaluate("it => parseFloat(it.style.height)")
        assert tile >= least * room["height"]


def test_few_codewords_grid_and_change_of_places(visitor):
    visitor.open("?picture=camera&largest=64&k=2")
    check_that_few_codewords_fill_the_panel(visitor)
    check_the_lines_between_blocks(visitor)
    check_that_sides_change_places_with_their_controls(visitor)


def check_that_sides_change_places_with_their_controls(visitor):
    a, b = (box(visitor, f".bar [data-side={side}]") for side in "ab")
    visitor.page.get_by_role("button", name="Swap A and B").click()
    assert box(visitor, ".bar [data-side=b]")["x"] == pytest.approx(a["x"], abs=1)
    assert box(visitor, ".bar [data-side=a]")["x"] > b["x"] - 40
    assert box(visitor, ".both [data-side=b]")["x"] < box(visitor, ".both [data-side=a]")["x"]


def check_the_lines_between_blocks(visitor):
    """They are drawn when asked for."""
    press(visitor, "1", "+", "+", "+")
    before = visitor.stage()
    visitor.page.get_by_role("button", name="Grid").click()
    assert (visitor.stage() != before).any()
    press(visitor, "g")
    np.testing.assert_array_equal(visitor.stage(), before)
    visitor.settle()


@pytest.mark.parametrize(
    ("query", "stem", "how"),
    [
        (
            "",
            "4x4-rgb-seed3",
            {"family": "plain", "options": "", "smoothing": "False", "rules": ""},
        ),
        (
            "&family=residual&stages=3&smooth=true",
            "4x4-rgb-residual-stages3-seed3-smooth",
            {
                "family": "residual",
                "options": "stages=3 rounds=5 beam=8 stage-step=2",
                "smoothing": "True",
                "rules": "",
            },
        ),
    ],
    ids=["plain", "residual"],
)
def test_a_saved_picture_says_where_it_comes_from(visitor, query, stem, how):
    """The browser's own PNG, with texts put in; Pillow checks their checksums."""
    data = png(64, 96)
    visitor.bring(f"?block=4&largest=8&k=8&seed=3{query}", ("blaues Tor „ü“.png", data))
    visitor.saved("b")
    assert visitor.suggested_name == f"blaues Tor „ü“-{stem}-K8-rebuilt.png"
    assert visitor.texts.pop("Software").startswith("VQ Lab ")
    assert visitor.texts == {
        "picture": "blaues Tor „ü“.png",
        "digest": read_picture(data, "").digest,
        "block_size": "4",
        "colour": "rgb",
        "trainer": "lbg",
        "seed": "3",
        "rate_weight": "0",
        "codebook_size": "8",
        "shown": "K8-rebuilt",
        **how,
    }


def test_story_presenter_block_and_download_by_keyboard_alone(visitor):
    visitor.open("?picture=camera&largest=32&k=4")
    page = visitor.page
    page.keyboard.press("Tab")
    page.keyboard.press("Enter")
    expect(page.locator(".pictures")).to_be_focused()
    page.keyboard.press("f")
    expect(page.locator(".over")).to_be_visible()
    page.keyboard.press("p")
    expect(page.locator(".bigk")).to_have_text("K = 1")
    expect(page.locator(".caption")).to_contain_text("K = 1: ")
    expect(page.locator(".bigk")).to_have_text("K = 2", timeout=5000)
    page.keyboard.press("p")
    expect(page.locator(".caption")).to_be_hidden()
    page.keyboard.press("Escape")
    expect(page.locator(".over")).to_be_hidden()
    page.keyboard.press("Enter")
    expect(page.locator(".facts")).to_contain_text("has index")
    page.keyboard.press("Escape")
    visitor.settle()
    page.keyboard.press("w")
    dialog = page.get_by_role("dialog")
    dialog.wait_for()
    page.wait_for_selector(READY)
    focused = [
        page.evaluate("document.activeElement.closest('[role=dialog]') !== null")
        for _ in range(3)
        if page.keyboard.press("Tab") is None
    ]
    assert all(focused)
    page.keyboard.press("Escape")
    dialog.wait_for(state="hidden")
    visitor.settle()


def held_back(visitor):
    """Take away the way to fill the screen, as on a telephone that has none."""
    visitor.page.locator(".viewer").evaluate("it => { it.requestFullscreen = undefined; }")


def check_presenting_where_the_screen_cannot_be_had(visitor):
    """It fills the window."""
    held_back(visitor)
    press(visitor, "f")
    size, stage = visitor.page.viewport_size, box(visitor, ".stage")
    assert (stage["width"], stage["height"]) == (size["width"], size["height"])
    press(visitor, "f")
    assert box(visitor, ".stage")["width"] < size["width"]
    visitor.settle()


def check_a_right_click(visitor):
    """It follows no block."""
    stage = box(visitor, ".stage")
    visitor.page.mouse.click(stage["x"] + 200, stage["y"] + 200, button="right")
    visitor.settle()
    assert "pick" not in visitor.page.url


def test_a_block_and_a_place_are_there_again_after_back(visitor):
    visitor.open("?picture=camera&block=8&largest=8&k=8&v=2")
    page = visitor.page
    press(visitor, "+", "ArrowLeft", "Enter")
    visitor.settle()
    seen, address = visitor.stage(), page.url
    page.get_by_role("slider", name="Block size").press("ArrowRight")
    visitor.settle()
    assert "pick" not in page.url
    visitor.go("back")
    np.testing.assert_array_equal(visitor.stage(), seen)
    assert page.url == address


NONSENSE = [
    "mode=constructor&at=1e99,0,0&divider=abc&ka=-5&pick=999999&a=nothing&b=file+1",
    "at=0,0,0&k=0&ka=0&pick=1e3",
]


def test_nonsense_in_the_address_is_dropped(visitor):
    address = "?picture=camera&block=8&largest=8&v=2"
    visitor.open(address)
    before = visitor.stage()
    for query in NONSENSE:
        visitor.open(f"{address}&{query}")
        np.testing.assert_array_equal(visitor.stage(), before, query)
        expect(visitor.page).not_to_have_url(re.compile("&(mode|at|divider|pick|a|b)="))


def test_an_old_link_shows_what_it_showed(visitor):
    """From before a version was in the address, and with it another sample and block size."""
    visitor.open("?k=4&largest=8")
    assert visitor.page.locator("[data-testid=stMain] h2").inner_text() == "chelsea"
    assert "blocks of 8 × 8" in visitor.page.locator(".st-key-title p").inner_text()
    visitor.open("?picture=coffee&k=4&largest=8")
    assert "blocks of 8 × 8" in visitor.page.locator(".st-key-title p").inner_text()


STILL = {"viewport": {"width": 1440, "height": 900}, "reduced_motion": "reduce"}


@pytest.mark.parametrize("visitor", [STILL], indirect=True, ids=["still"])
def test_nothing_moves_by_itself_for_who_wants_no_motion(visitor):
    visitor.open("?picture=camera&largest=8&k=2")
    press(visitor, "b")
    before = visitor.stage()
    visitor.page.wait_for_timeout(1600)
    np.testing.assert_array_equal(visitor.stage(), before)
    press(visitor, " ")
    assert (visitor.stage() != before).any()
    press(visitor, "f")
    duration = "it => getComputedStyle(it).transitionDuration"
    assert visitor.page.locator(".over").evaluate(duration) == "0s"
    press(visitor, "Escape")
    visitor.settle()
