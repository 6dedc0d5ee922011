"""The viewer, in a real Chromium: what is on the canvas, and what hands do to it."""

import io
import re

import numpy as np
import pytest
from helpers import smooth_picture
from PIL import Image
from playwright.sync_api import expect

from vqcore.coding.codec import Settings
from vqcore.coding.smoothing import smoothed
from vqcore.lab.sweeps import Step, sweep
from vqcore.metrics import mse, psnr_db
from vqcore.quantizers.family import FAMILIES
from vqcore.show.wording import decibels
from vqcore.signals.pictures import png_bytes, read_picture


def png(height, width, seed=0):
    """A picture with smooth parts and rough ones."""
    rng = np.random.default_rng(seed)
    slopes = np.add.outer(np.arange(height), 2 * np.arange(width))[..., None] * [1, 2, 3] // 4 % 256
    rough = rng.integers(0, 64, (height, width, 3))
    file = io.BytesIO()
    Image.fromarray(np.clip(slopes + rough - 32, 0, 255).astype(np.uint8)).save(file, "PNG")
    return file.getvalue()


def swept(data, settings, sizes):
    events = sweep(read_picture(data, ""), settings, sizes)
    return {event.point.codebook_size: event for event in events if isinstance(event, Step)}


def press(visitor, *keys):
    visitor.page.locator(".pictures").focus()
    for key in keys:
        visitor.page.keyboard.press(key)


def middle(stage, height, width):
    """The picture that lies in the middle of the stage at 1:1."""
    left = int(np.floor(stage.shape[1] / 2 - width / 2 + 0.5))
    top = int(np.floor(stage.shape[0] / 2 - height / 2 + 0.5))
    return stage[top : top + height, left : left + width]


def as_rgb(pixels):
    return pixels if pixels.ndim == 3 else np.repeat(pixels[..., None], 3, axis=2)


def all_of_b_at_one_to_one(visitor):
    press(visitor, "0", "1", *["Shift+ArrowLeft"] * 10)


@pytest.mark.parametrize(
    ("colour", "label", "wide", "high"),
    [
        ("gray", "Gray", 16, 3),
        ("rgb", "RGB", 8, 8),
        ("ycbcr", "YCbCr", 8, 5),
    ],
)
def test_canvas_is_the_reconstruction_to_the_pixel(visitor, colour, label, wide, high):
    data = png(101, 167)
    steps = swept(data, Settings((wide, high), colour), [1, 2, 4, 8, 16])
    query = f"?block={wide}&height={high}&colour={label}&largest=16&k=16"
    visitor.bring(query, ("odd.png", data))
    original = read_picture(data, "")
    gray = np.asarray(Image.fromarray(original.pixels).convert("L"))
    shown = gray if colour == "gray" else original.pixels
    all_of_b_at_one_to_one(visitor)
    for size in (16, 2):
        visitor.choose(size)
        expected = as_rgb(steps[size].encoded.decode())
        np.testing.assert_array_equal(middle(visitor.stage(), 101, 167), expected)
    press(visitor, "+", "+", "ArrowLeft", "ArrowDown", "-", "-", "-")
    all_of_b_at_one_to_one(visitor)
    np.testing.assert_array_equal(middle(visitor.stage(), 101, 167), expected)
    visitor.side("b", ".show").select_option("difference")
    visitor.side("b", ".gain").select_option("8")
    error = np.abs(as_rgb(shown).astype(int) - expected)
    np.testing.assert_array_equal(middle(visitor.stage(), 101, 167), np.minimum(8 * error, 255))
    visitor.side("b", ".show").select_option("original")
    np.testing.assert_array_equal(middle(visitor.stage(), 101, 167), as_rgb(shown))
    visitor.side("b", ".show").select_option("indices")
    layout, indices = steps[2].encoded.layout, steps[2].encoded.indices
    colours = middle(visitor.stage(), 101, 167)
    places = indices.reshape(layout.rows, layout.columns).repeat(high, 0).repeat(wide, 1)
    for index in (0, 1):
        assert len(np.unique(colours[places[:101, :167] == index], axis=0)) == 1
    assert len(np.unique(colours.reshape(-1, 3), axis=0)) == 2


# One visit for many, because a page costs more than a family; a beam would stay for the next.
BEAMS = [name for name, it in FAMILIES.items() if "beam" in {option.name for option in it.OPTIONS}]
VISITS = [[name for name in FAMILIES if name not in BEAMS], *([name] for name in BEAMS)]
SMOOTHED = ["plain", "residual", "quadtree", "wavelet"]  # edges: alike, of leaves, and none


@pytest.mark.parametrize(
    ("families", "smoothing"), [*((names, False) for names in VISITS), (SMOOTHED, True)]
)
def test_canvas_is_what_each_family_decodes_to_the_pixel(visitor, families, smoothing):
    data = png_bytes(smooth_picture(53, 87).pixels)
    wide, high = (8, 4) if smoothing else (4, 4)
    smooth = str(smoothing).lower()
    query = f"?block={wide}&height={high}&largest=8&k=8&family={families[0]}&smooth={smooth}"
    visitor.bring(query, ("odd.png", data))
    for family in families:
        choose_family(visitor, family)
        all_of_b_at_one_to_one(visitor)
        settings = Settings((wide, high), family=family, smoothing=smoothing)
        steps = swept(data, settings, [1, 2, 4, 8])
        for size in (8, 2):
            visitor.choose(size)
            assert bool(steps[size].encoded.smoothing) == (smoothing and not FAMILIES[family].WHOLE)
            expected = as_rgb(steps[size].encoded.decode())
            np.testing.assert_array_equal(middle(visitor.stage(), 53, 87), expected, family)


def choose_family(visitor, name):
    family = visitor.page.get_by_role("combobox", name="Family")
    if family.input_value() != name:
        family.click()
        visitor.page.get_by_role("option", name=name, exact=True).click()
        visitor.settle()


def test_fewer_columns_are_a_coarser_picture_to_the_pixel(visitor):
    data = png_bytes(smooth_picture(101, 167).pixels)
    query = "?block=4&colour=ycbcr&largest=8&k=8&family=residual&stages=3&smooth=true"
    visitor.bring(query, ("odd.png", data))
    check_fewer_columns(visitor, data, "ycbcr")
    visitor.page.get_by_text("RGB", exact=True).click()
    visitor.settle()
    check_fewer_columns(visitor, data, "rgb")


def check_fewer_columns(visitor, data, colour):
    settings = Settings(4, colour, family="residual", options=(3,), smoothing=True)
    encoded = swept(data, settings, [1, 2, 4, 8])[8].encoded
    all_of_b_at_one_to_one(visitor)
    slider, layout = visitor.page.locator(".refine input"), encoded.layout
    original, told = read_picture(data, "").pixels, []
    for columns in (1, 2, 3):
        slider.fill(str(columns))
        vectors = encoded.quantizer.decode(encoded.indices, columns)
        every = np.full(layout.count, 3, np.uint8)
        expected = smoothed(layout.join(vectors), layout, every, encoded.smoothing)
        np.testing.assert_array_equal(middle(visitor.stage(), 101, 167), expected)
        told.append(decibels(psnr_db(mse(original, expected))))
    expect(visitor.page.locator(".refined span")).to_have_text(told)
    figures = visitor.page.locator(".both").bounding_box()
    assert figures["y"] + figures["height"] < visitor.page.viewport_size["height"]
    slider.fill("1")
    assert visitor.saved("b").shape == expected.shape
    assert visitor.texts["columns"] == "1"
    assert visitor.suggested_name.endswith("K8-columns1-rebuilt.png")
    expect(visitor.side("b", ".figures")).to_contain_text(f"1 of 3 · {told[0]}")


def test_entries_of_a_column_light_up_their_blocks(visitor):
    data = png(64, 96)
    step = swept(data, Settings(4, family="mean-removed"), [1, 2, 4])[4]
    visitor.bring("?block=4&largest=4&k=4&family=mean-removed", ("one.png", data))
    page, told = visitor.page, visitor.page.locator(".book .told")
    expect(told).to_have_text("4 entries")
    column = page.get_by_role("combobox", name="Column")
    names = ["mean R", "mean G", "mean B", "shape", "first 3 added", "all added"]
    expect(column.locator("option")).to_have_text(names)
    expect(column.locator("option:checked")).to_have_text("shape")
    all_of_b_at_one_to_one(visitor)
    plain = middle(visitor.stage(), 64, 96)
    for place, name in ((0, "mean R"), (3, "shape")):
        column.select_option(name)
        page.locator(".order").select_option("use")
        page.locator(".scroller").focus()
        page.keyboard.press("ArrowRight" if place == 0 else "ArrowDown")
        use = step.encoded.use[place]
        index = int(re.search(r" = (\d+)", told.inner_text())[1])
        assert told.inner_text().startswith(f"{name} = {index}")
        assert f": {use[index]} block" in told.inner_text()
        places = step.encoded.indices[:, place].reshape(16, 24).repeat(4, 0).repeat(4, 1)
        lit = middle(visitor.stage(), 64, 96)
        np.testing.assert_array_equal(lit[places == index], plain[places == index])
        assert lit[places != index].mean() < 0.5 * plain[places != index].mean()
        page.keyboard.press("Escape")
    page.locator(".pictures").focus()
    page.keyboard.press("Enter")
    lines = page.locator(".inspector .columns li")
    block = re.search(r"mean R = \d+, mean G = \d+", page.locator(".facts").inner_text())
    named, level = lines.first.inner_text().split("\n")[0].removesuffix(")").split(" (")
    assert block[0].startswith(named)
    index = int(named.rpartition(" ")[2])
    assert int(level) == step.encoded.quantizer.tables[0][index].max()
    expect(lines).to_have_count(4)
    assert visitor.settle().barriers() == []


def test_scrubbing_asks_the_server_for_nothing(visitor):
    sent = []
    visitor.page.on("websocket", lambda it: it.on("framesent", lambda frame: sent.append(frame)))
    visitor.page.on("request", lambda request: sent.append(request.url))
    visitor.open("?picture=camera&largest=256")
    sent.clear()
    slider = visitor.side("b", ".size")
    seen = slider.evaluate(
        """slider => [...Array(9).keys()].map(place => {
          slider.value = place;
          slider.dispatchEvent(new Event("input"));
          return slider.getRootNode().querySelector("[data-side=b] .figures").textContent;
        })"""
    )
    assert sent == []
    assert [text.split(" · ")[0] for text in seen] == [f"K = {2**power}" for power in range(9)]
    visitor.settle()
    assert visitor.figures()["In use"] == "256 of 256"
    assert "k=256" in visitor.page.url


def test_view_survives_new_layers_other_controls_and_another_theme(visitor):
    visitor.open("?picture=camera&largest=16&k=4")
    press(visitor, "s", "+", "+", "ArrowLeft", "Enter")
    visitor.settle()
    before = visitor.stage()
    visitor.page.get_by_text("More", exact=True).click()
    visitor.page.get_by_role("textbox", name="More sizes").fill("100")
    visitor.page.keyboard.press("Enter")
    expect(visitor.side("b", ".size")).to_have_attribute("max", "5", timeout=20_000)
    visitor.settle()
    np.testing.assert_array_equal(visitor.stage(), before)
    check_another_theme(visitor)


def check_another_theme(visitor):
    texts = [visitor.page.locator(place).inner_text() for place in (".zoom", ".told", ".facts")]
    light = visitor.page.locator(".viewer").evaluate("it => getComputedStyle(it).color")
    visitor.settle().page.emulate_media(color_scheme="dark")
    visitor.settle()
    assert visitor.page.locator(".viewer").evaluate("it => getComputedStyle(it).color") != light
    for place, text in zip((".zoom", ".told", ".facts"), texts, strict=True):
        assert visitor.page.locator(place).inner_text() == text
    assert visitor.page.locator("[data-mode=sides]").get_attribute("aria-pressed") == "true"


def test_another_picture_resets_the_place_and_keeps_the_mode(visitor):
    visitor.open("?largest=4").upload(("one.png", png(300, 500)))
    press(visitor, "s")
    fitted = visitor.page.locator(".zoom").inner_text()
    press(visitor, "+", "+", "ArrowLeft")
    visitor.upload(("other.png", png(300, 500, seed=1)))
    assert visitor.page.locator("[data-mode=sides]").get_attribute("aria-pressed") == "true"
    assert visitor.page.locator(".zoom").inner_text() == fitted


def test_keyboard_alone(visitor):
    visitor.open("?picture=camera&largest=16&k=4")
    page = visitor.page
    press(visitor, "]")
    assert visitor.side("b", ".k").inner_text() == "8"
    press(visitor, "[", "[")
    assert visitor.side("b", ".k").inner_text() == "2"
    press(visitor, "Enter")
    assert "has index" in page.locator(".facts").inner_text()
    assert "Codeword" in page.locator(".book .told").inner_text()
    press(visitor, "Escape")
    page.locator(".scroller").focus()
    page.keyboard.press("ArrowRight")
    assert page.locator(".book .told").inner_text().startswith("Codeword")
    press(visitor, "?")
    assert page.locator("dialog.help").is_visible()
    page.keyboard.press("Escape")
    assert not page.locator("dialog.help").is_visible()
    press(visitor, "p")
    play = page.locator(".kbar [data-do=play]")
    expect(play).to_have_text("Stop")
    expect(visitor.side("b", ".k")).to_have_text("1")
    assert "K = 1" in page.locator(".pictures").get_attribute("aria-label")
    expect(visitor.side("b", ".k")).to_have_text("2")
    press(visitor, "p")
    expect(play).to_have_text("Play")
    visitor.settle()


def test_divider_is_dragged_and_wheel_zooms_at_the_pointer(visitor):
    visitor.bring("?largest=2", ("one.png", png(64, 64)))
    page = visitor.page
    box = page.locator(".pictures").bounding_box()
    x, y = box["x"] + box["width"] / 2, box["y"] + box["height"] / 3
    page.mouse.move(x, y)
    page.mouse.down()
    page.mouse.move(x + 200, y, steps=4)
    page.mouse.up()
    stage = visitor.stage()
    line = stage[10, :].astype(int)
    assert (line[round(box["width"] / 2) + 200] == 255).all()
    press(visitor, "1")
    before = page.locator(".zoom").inner_text()
    page.mouse.move(x - 10, y)
    page.keyboard.down("Control")
    page.mouse.wheel(0, -100)
    page.keyboard.up("Control")
    expect(page.locator(".zoom")).not_to_have_text(before)
    assert (before, page.locator(".zoom").inner_text()) == ("100 %", "200 %")


def test_click_lights_the_blocks_of_a_codeword(visitor):
    data = png(64, 96)
    visitor.bring("?block=8&largest=4&k=4", ("one.png", data))
    step = swept(data, Settings(8), [1, 2, 4])[4]
    all_of_b_at_one_to_one(visitor)
    plain = middle(visitor.stage(), 64, 96)
    box = visitor.page.locator(".pictures").bounding_box()
    left = box["x"] + np.floor(box["width"] / 2 - 48 + 0.5)
    top = box["y"] + np.floor(box["height"] / 2 - 32 + 0.5)
    visitor.page.mouse.click(left + 20, top + 12)  # the block 2 across, 1 down
    lit = middle(visitor.stage(), 64, 96)
    places = step.encoded.indices.reshape(8, 12).repeat(8, 0).repeat(8, 1)
    chosen = places == places[12, 20]
    np.testing.assert_array_equal(lit[chosen], plain[chosen])
    assert lit[~chosen].mean() < 0.5 * plain[~chosen].mean()
    told = visitor.page.locator(".book .told").inner_text()
    assert told.startswith(
        f"Codeword {places[12, 20]}: {step.encoded.use[0][places[12, 20]]} block"
    )
    visitor.settle()


def test_the_script_hears_of_what_it_has_to_know_and_no_more(visitor):
    sent = []
    visitor.page.on("websocket", lambda it: it.on("framesent", lambda frame: sent.append(frame)))
    visitor.open("?picture=camera&largest=4")
    show = visitor.side("b", ".show")
    training = visitor.page.get_by_role("radio", name="Training")
    for act, reported in [
        (lambda: press(visitor, "Enter"), False),
        (lambda: show.select_option("indices"), False),
        (lambda: press(visitor, "["), False),
        (lambda: press(visitor, "Escape"), False),
        (lambda: show.select_option("match jpeg size"), True),
        (lambda: show.select_option("rebuilt"), True),
        (training.click, True),
        (lambda: press(visitor, "["), False),
    ]:
        sent.clear()
        act()
        visitor.settle()
        assert bool(sent) == reported


def test_another_upload_of_the_same_size_is_decoded_by_the_browser(visitor):
    first, file = png(64, 96), io.BytesIO()
    Image.open(io.BytesIO(first)).save(file, "JPEG", quality=20)
    visitor.bring(
        "?largest=4", ("other.png", png(65, 96)), ("same.jpg", file.getvalue()), ("one.png", first)
    )
    shown = visitor.side("a", ".show")
    expect(shown.locator("option", has_text="same.jpg")).to_have_count(1, timeout=20_000)
    expect(shown.locator("option", has_text="other.png")).to_have_count(0)
    shown.select_option(label="same.jpg")
    expected = np.asarray(Image.open(io.BytesIO(file.getvalue()))).astype(int)
    assert np.abs(visitor.saved("a") - expected).mean() < 2  # two decoders of JPEG
    assert np.abs(visitor.saved("a") - np.asarray(Image.open(io.BytesIO(first)))).mean() > 4


def test_playback_ends_at_the_reconstruction_to_the_pixel(visitor):
    data = png(96, 144)
    steps = swept(data, Settings(4), [1, 2, 4, 8])
    visitor.bring("?block=4&largest=8&k=8&panel=Training", ("one.png", data))
    show = visitor.side("b", ".show")
    expect(show.locator("option[value=training]")).to_have_count(1, timeout=20_000)
    show.select_option("training")
    slider = visitor.side("b", ".size")
    np.testing.assert_array_equal(visitor.saved("b"), steps[4].encoded.decode())
    assert visitor.page.locator(".book .told").inner_text() == "4 codewords"
    slider.fill(slider.get_attribute("max"))
    np.testing.assert_array_equal(visitor.saved("b"), steps[8].encoded.decode())
    assert visitor.page.locator(".book .told").inner_text() == "8 codewords"
    press(visitor, "[")
    assert int(visitor.side("b", ".k").inner_text()) == int(slider.get_attribute("max")) - 1
    visitor.settle().page.get_by_role("radio", name="All pictures").click()
    expect(show).to_have_value("rebuilt", timeout=20_000)
    np.testing.assert_array_equal(visitor.saved("b"), steps[8].encoded.decode())
    visitor.settle()


def test_name_of_a_picture_is_text(visitor):
    name = "<img src=x onerror=alert(1)>.png"
    visitor.bring("?largest=2", (name, png(40, 40)))
    assert name in visitor.page.locator(".pictures").get_attribute("aria-label")
    assert visitor.page.locator("img[src=x]").count() == 0


def test_the_grid_is_where_leaves_begin(visitor):
    data = png_bytes(smooth_picture(96, 160).pixels)
    step = swept(data, Settings(4, family="quadtree", rate_weight=100), [1, 2])[2]
    encoded, layout = step.encoded, step.encoded.layout
    visitor.bring("?block=4&largest=2&k=2&family=quadtree&rate=100", ("even.png", data))
    all_of_b_at_one_to_one(visitor)
    plain = middle(visitor.stage(), 96, 160)
    press(visitor, "g")
    marked = (middle(visitor.stage(), 96, 160) != plain).any(axis=2)
    borders = encoded.quantizer.borders(encoded.indices).reshape(layout.rows, layout.columns)
    assert 3 > borders.min() == 0
    expected = np.zeros((96, 160), bool)
    expected[:, ::4] = (borders & 1).astype(bool).repeat(4, axis=0)
    expected[::4] |= (borders & 2).astype(bool).repeat(4, axis=1)
    assert not marked[~expected].any()
    assert marked[expected].mean() > 0.99  # where the picture is as gray as the grid, it is unseen
    visitor.page.keyboard.press("Enter")
    level = encoded.quantizer.leaf_levels(encoded.indices).reshape(layout.rows, layout.columns)
    told = visitor.page.locator(".facts").inner_text()
    place = re.search(r"(\d+) × \1 pixels, from (\d+) across and (\d+)", told)
    side, x, y = map(int, place.groups())
    assert (side, x, y) == (4 << level[y // 4, x // 4], x - x % side, y - y % side)
    leaf = visitor.page.locator(".inspector .columns li").first
    expect(leaf).to_contain_text(f"luma leaf: {side} × {side}")


def test_a_link_has_the_column_looked_at_and_how_many_are_decoded(visitor):
    visitor.open("?picture=camera&family=residual&largest=8&k=8&column=sum2&cb=1")
    column = visitor.page.get_by_role("combobox", name="Column")
    expect(column).to_have_value("sum2")
    expect(visitor.page.locator(".refine input")).to_have_value("1")
    expect(visitor.side("b", ".figures")).to_contain_text("1 of 2")
    visitor.page.locator(".refine input").fill("2")
    column.select_option("stage 2")
    visitor.page.wait_for_url("**column=1**")
    assert "cb=" not in visitor.page.url


def test_a_hand_goes_down_the_tree_and_up_again(visitor):
    visitor.open("?picture=chelsea&family=tree&largest=16&k=16")
    page, nodes = visitor.page, visitor.page.locator(".nodes button")
    expect(page.locator(".scroller")).to_be_hidden()
    page.locator(".pictures").focus()
    page.keyboard.press("Enter")
    steps = int(re.search(r"(\d+) steps? from the root", page.locator(".facts").inner_text())[1])
    expect(page.locator(".way canvas")).to_have_count(steps + 1)
    expect(page.locator(".nodes .on")).to_have_count(min(steps + 1, 3))
    root, left, right = (int(nodes.nth(place).inner_text().split()[0]) for place in range(3))
    assert root == left + right == 57 * 38
    nodes.nth(1).focus()
    page.keyboard.press("Enter")
    expect(nodes.first).to_contain_text(str(left))
    expect(page.locator(".treeup")).to_be_focused()
    page.keyboard.press("Enter")
    expect(nodes.first).to_contain_text(str(root))
    assert visitor.settle().barriers() == []
    column = page.get_by_role("combobox", name="Column")
    column.select_option("codewords")
    expect(page.locator(".scroller")).to_be_visible()
    page.wait_for_url("**column=0**")
