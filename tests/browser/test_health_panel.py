"""The Health panel in a real Chromium: the worst cells light up in the viewer."""

import re

import numpy as np
from playwright.sync_api import expect
from test_canvas import all_of_b_at_one_to_one, as_rgb, middle, png, swept

from vqcore.coding.codec import Settings
from vqcore.lab.health import health_work
from vqcore.signals.blocks import shown_pixels
from vqcore.signals.pictures import png_bytes, read_picture, sample_picture
from vqcore.work import finish


def test_worst_cell_lights_its_blocks(visitor):
    data = png(64, 96)
    visitor.bring("?block=8&largest=16&k=8&panel=Health", ("one.png", data))
    step = swept(data, Settings(8), [1, 2, 4, 8])[8]
    picture, layout = read_picture(data, ""), step.encoded.layout
    health = finish(health_work(step, layout.split(shown_pixels(picture, layout))))
    all_of_b_at_one_to_one(visitor)
    plain = middle(visitor.stage(), 64, 96)
    places = step.encoded.indices.reshape(8, 12).repeat(8, 0).repeat(8, 1)
    for place in (0, 2):
        cell = health.worst_cells[place]
        share = 100 * health.cell_distortion[cell]
        visitor.page.get_by_role("button", name=f"{cell}: {share:.2f} %").press("Enter")
        told = visitor.page.locator(".book .told")
        expect(told).to_contain_text(f"Codeword {cell}: ", timeout=20_000)
        lit = middle(visitor.settle().stage(), 64, 96)
        np.testing.assert_array_equal(lit[places == cell], plain[places == cell])
        assert lit[places != cell].mean() < 0.5 * plain[places != cell].mean()
        expect(visitor.page.locator(".strip .small")).to_be_in_viewport()


def test_cells_can_be_looked_up_and_health_follows_the_hand_at_once(visitor):
    visitor.open("?picture=camera&block=8&largest=16&k=4&panel=Health")
    check_that_cells_can_be_looked_up_on_the_curve(visitor)
    check_that_it_follows_the_hand(visitor)


def check_that_cells_can_be_looked_up_on_the_curve(visitor):
    """Of four cells the worst is at the left edge, the best at the right, told at each."""
    curve = visitor.page.locator(".curve")
    expect(curve).to_have_attribute("aria-label", re.compile("4 cells, worst first"))
    first, last = re.findall(r"[\d.]+ %", curve.get_attribute("aria-label"))
    width = curve.evaluate("it => it.clientWidth")
    for x, share in ((46, first), (width - 12, last)):
        curve.hover(position={"x": x, "y": 100})
        expect(visitor.page.locator(".errors .told")).to_contain_text(f": {share}, ")
    worst = visitor.page.locator(".worst button")
    expect(worst).to_have_count(4)
    expect(worst.first).to_contain_text(first)
    index = int(worst.first.inner_text().partition(":")[0])
    camera = png_bytes(sample_picture("camera").pixels)
    tiles = swept(camera, Settings(8), [1, 2, 4])[4].encoded.tiles
    middles = (np.arange(8) * 4.5 + 2).astype(int)  # of the pixels on a canvas 36 wide
    tile = visitor.stage(".worst button:first-child canvas")[np.ix_(middles, middles)]
    np.testing.assert_array_equal(tile, as_rgb(tiles[index]))


def check_that_it_follows_the_hand(visitor):
    """At once, even before the script hears of another K."""
    title = visitor.page.locator(".health .size")
    expect(title).to_have_text("K = 4", timeout=20_000)
    slider = visitor.side("b", ".size")
    expect(slider).to_have_attribute("max", "4", timeout=20_000)
    told = slider.evaluate(
        """slider => {
          slider.value = slider.max;
          slider.dispatchEvent(new Event("input"));
          const roots = [...document.querySelectorAll("*")].flatMap(it => it.shadowRoot ?? []);
          const shown = (root) => [...root.querySelectorAll(".health .size, .measured dd")];
          return roots.flatMap(shown).map(it => it.textContent);
        }"""
    )
    assert "K = 16" in told
    assert "16 of 16" in told
    expect(visitor.page.locator(".verdicts")).to_contain_text("Perplexity")
