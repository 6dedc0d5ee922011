"""The plane, in a real Chromium: what is drawn, and what hands do to it."""

import itertools
import re

import numpy as np
import pytest
from playwright.sync_api import expect
from test_canvas import swept

from vqcore.coding.codec import Settings
from vqcore.lab.plane import first_codewords, lloyd_path, pair_density
from vqcore.metrics import psnr_db
from vqcore.signals.pictures import png_bytes, sample_picture

LEFT, TOP = 46, 10  # of the square on its canvas, in pixels
DOT = 9
QUERY = "?picture=coffee&largest=2&panel=Plane&pairs={}"


def density():
    return pair_density(sample_picture("coffee"))


def lloyd(size):
    return lloyd_path(density(), first_codewords(density(), size, "random"))


def opened(visitor, size):
    visitor.open(QUERY.format(size))
    expect(told(visitor)).to_contain_text(f"K = {size} ·", timeout=20_000)
    visitor.page.locator(".plane .square").scroll_into_view_if_needed()
    return visitor


def told(visitor):
    return visitor.page.locator(".plane .figures")


def in_words(path, step):
    mse = path.mse[step]
    return (
        f"Step {step} of {len(path.mse) - 1} · K = {path.codewords.shape[1]} · "
        f"MSE {mse:.2f} · PSNR {psnr_db(mse):.2f} dB"
    )


def side_of(visitor):
    return visitor.page.locator(".plane .square").evaluate("it => it.width - 56")


def on_page(visitor, codeword):
    """Where a point of the plane is on the page."""
    box, side = visitor.page.locator(".plane .square").bounding_box(), side_of(visitor)
    x, y = codeword
    return box["x"] + LEFT + x / 255 * side, box["y"] + TOP + (1 - y / 255) * side


def point_at(visitor, position):
    """Which point of the plane is somewhere on the page."""
    box, side = visitor.page.locator(".plane .square").bounding_box(), side_of(visitor)
    x, y = position
    return (x - box["x"] - LEFT) / side * 255, (1 - (y - box["y"] - TOP) / side) * 255


def look_at_cells(visitor, codewords):
    """Compare all borders on the canvas with a brute-force search for the nearest codeword."""
    side = int(side_of(visitor))
    pixels = visitor.stage(".plane .square")[TOP : TOP + side, LEFT : LEFT + side].astype(int)
    coloured = pixels.max(axis=2) - pixels.min(axis=2) > 40
    y, x = np.mgrid[:side, :side] + 0.5
    points = np.stack([x / side * 255, 255 - y / side * 255], axis=-1)
    distances = np.square(points[:, :, None] - codewords).sum(axis=-1)
    nearest = distances.argmin(axis=-1)
    level = 255 / side
    free = (distances.min(axis=-1) > (DOT * level) ** 2)[4:-4, 4:-4]
    around = [shifted(nearest, *by) for by in by_pixels(2)]
    inside = np.all(np.array(around) == around[4], axis=0)
    assert not (coloured[4:-4, 4:-4] & inside & free).any()
    crossing = (shifted(nearest, 0, 1) != around[4]) | (shifted(nearest, 1, 0) != around[4])
    drawn = np.any([shifted(coloured, *by) for by in by_pixels(1)], axis=0)
    assert crossing.sum() > side / 2
    assert (drawn | ~free)[crossing].all()


def by_pixels(far):
    return itertools.product((-far, 0, far), repeat=2)


def shifted(pixels, down, right):
    """The pixels so far aside, without a margin of four."""
    height, width = pixels.shape
    return pixels[4 + down : height - 4 + down, 4 + right : width - 4 + right]


def test_every_step_has_the_cells_of_its_codewords(visitor):
    path = lloyd(16)
    opened(visitor, 16)
    for step in (0, 5, len(path.mse) - 1):
        visitor.page.locator(".step").fill(str(step))
        expect(told(visitor)).to_have_text(in_words(path, step))
        look_at_cells(visitor, path.codewords[step])


LISTEN = """it => {
  globalThis.heard = new Set([it.textContent]);
  new MutationObserver(() => heard.add(it.textContent)).observe(it, { childList: true });
}"""


def test_play_goes_through_every_step_and_ends_at_the_last(visitor):
    path = lloyd(3)
    opened(visitor, 3)
    told(visitor).evaluate(LISTEN)
    visitor.page.locator(".plane [data-do=play]").click()
    every = [in_words(path, step) for step in range(len(path.mse))]
    expect(told(visitor)).to_have_text(every[-1], timeout=60_000)
    assert visitor.page.evaluate("[...heard]") == every
    button = visitor.page.locator(".plane [data-do=play]")
    expect(button).to_have_attribute("aria-pressed", "false")


def start_over(visitor):
    visitor.page.get_by_role("button", name="Start over").click()
    expect(told(visitor)).to_have_text(in_words(lloyd(8), 0), timeout=20_000)


def test_eight_codewords_by_hand(visitor):
    """One visit for all: they are dragged, more are added, and what ends that."""
    start = lloyd(8).codewords[0]
    opened(visitor, 8)
    check_that_lloyd_goes_on_from_where_one_is_dragged(visitor, start)
    start_over(visitor)
    check_that_a_double_click_adds_one(visitor, start)
    start_over(visitor)
    check_that_an_edit_is_still_there_after_a_look_at_another_panel(visitor)
    start_over(visitor)
    check_that_an_edit_ends_with_another_start(visitor)


def check_that_lloyd_goes_on_from_where_one_is_dragged(visitor, start):
    mouse = visitor.page.mouse
    mouse.move(*on_page(visitor, start[2]))
    mouse.down()
    for target in ([40, 220], [60, 200]):
        position = [round(value) for value in on_page(visitor, target)]
        mouse.move(*position)
        moved = start.copy()
        moved[2] = point_at(visitor, position)
        look_at_cells(visitor, moved)
        expect(told(visitor)).to_have_text("K = 8 · a new start")
    mouse.up()
    path = lloyd_path(density(), moved)
    expect(told(visitor)).to_have_text(in_words(path, 0), timeout=20_000)
    look_at_cells(visitor, moved)
    visitor.page.locator(".step").fill("3")
    expect(told(visitor)).to_have_text(in_words(path, 3))


def check_that_a_double_click_adds_one(visitor, start):
    position = [round(value) for value in on_page(visitor, (200, 40))]
    visitor.page.mouse.dblclick(*position)
    more = np.concatenate([start, [point_at(visitor, position)]])
    expect(told(visitor)).to_have_text(in_words(lloyd_path(density(), more), 0), timeout=20_000)
    look_at_cells(visitor, more)


def test_everything_by_keyboard(visitor):
    start = lloyd(2).codewords[0]
    opened(visitor, 2)
    visitor.page.get_by_role("radio", name="At random").focus()
    press = visitor.page.keyboard.press
    for _ in range(3):
        press("Tab")
        if visitor.page.locator(".plane .square").evaluate("it => it.matches(':focus')"):
            break
    chosen = visitor.page.locator(".plane .told")
    press("ArrowUp")
    first = chosen.inner_text()
    index, x, y = map(float, re.findall(r"[\d.]+", first))
    assert [x, y] == pytest.approx(start[int(index)], abs=0.06)
    press("ArrowDown")
    press("ArrowUp")
    expect(chosen).to_contain_text("Codeword")
    index, x, y = map(float, re.findall(r"[\d.]+", chosen.inner_text()))
    press("Shift+ArrowRight")
    expect(chosen).to_have_text(f"Codeword {index:.0f}: {x + 1:g}, {y:g}")
    press("Shift+Control+ArrowLeft")
    expect(chosen).to_have_text(f"Codeword {index:.0f}: {x + 0.9:g}, {y:g}")
    expect(told(visitor)).to_contain_text("Step 0", timeout=20_000)
    press("Enter")
    expect(told(visitor)).to_contain_text("K = 3 · MSE", timeout=20_000)
    press("Delete")
    expect(told(visitor)).to_contain_text("K = 2 · MSE", timeout=20_000)
    moved = start.copy()
    moved[int(index), 0] += 0.9
    expect(told(visitor)).to_have_text(in_words(lloyd_path(density(), moved), 0), timeout=20_000)


def check_that_an_edit_ends_with_another_start(visitor):
    visitor.page.get_by_role("button", name="Add").click()
    expect(told(visitor)).to_contain_text("K = 9 · MSE", timeout=20_000)
    visitor.page.get_by_text("From the ladder").click()
    expect(told(visitor)).to_contain_text("K = 8 · MSE", timeout=20_000)


def check_that_an_edit_is_still_there_after_a_look_at_another_panel(visitor):
    visitor.page.get_by_role("button", name="Add").click()
    expect(told(visitor)).to_contain_text("K = 9 · MSE", timeout=20_000)
    edited = told(visitor).inner_text()
    visitor.page.get_by_role("radio", name="Health").click()
    expect(visitor.page.locator(".plane")).to_have_count(0, timeout=20_000)
    visitor.settle().page.get_by_role("radio", name="Plane").click()
    expect(told(visitor)).to_have_text(edited, timeout=20_000)


def test_codeword_of_the_projection_lights_its_blocks_and_it_follows_the_viewer(visitor):
    visitor.open("?picture=camera&block=8&largest=8&k=8&panel=Plane")
    camera = png_bytes(sample_picture("camera").pixels)
    use = swept(camera, Settings(8), [1, 2, 4, 8])[8].encoded.use[0]
    chart = visitor.page.locator(".projection .square")
    chosen = visitor.page.locator(".projection .told")
    seen = set()
    for key in ["ArrowLeft"] * 8 + ["ArrowRight"] * 8:
        chart.press(key)
        index, blocks = map(int, re.findall(r"\d+", chosen.inner_text().replace("\u202f", "")))
        assert blocks == use[index]
        seen.add(index)
    assert len(seen) > 4
    chart.press("Enter")
    expect(visitor.page.locator(".book .told")).to_contain_text(f"Codeword {index}: ")
    expect(chart).to_have_attribute("aria-label", re.compile("8 codewords"))
    visitor.choose(2)
    expect(chart).to_have_attribute("aria-label", re.compile("2 codewords"))


def test_projection_is_drawn_where_its_axes_say(visitor):
    """Two tones: the first axis runs from one to the other, the second has no spread."""
    tones = np.repeat(np.uint8([[0, 255]]), 8, axis=0).repeat([8, 24], axis=1)
    visitor.bring("?block=8&largest=2&k=2&panel=Plane", ("two.png", png_bytes(tones)))
    chart = visitor.page.locator(".projection .square")
    expect(chart).to_have_attribute("aria-label", re.compile("2 codewords"))
    told = []
    side = chart.evaluate("it => it.clientWidth") - 56
    for share in (0.05 / 1.1, 1.05 / 1.1):
        chart.hover(position={"x": LEFT + share * side, "y": TOP + side / 2})
        told.append(visitor.page.locator(".projection .told").inner_text().partition(": ")[2])
    assert sorted(told) == ["1 block", "3 blocks"]
