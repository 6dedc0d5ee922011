"""Uploads in a real browser: their names, what is lost with the server, what is stopped."""

import re
from urllib.parse import urlencode

import numpy as np
import pytest
from conftest import Visitor
from helpers import link_to
from playwright.sync_api import expect
from running import READY, free_port, running_app

from vqcore.signals.pictures import png_bytes

HOSTILE = ["<img src=x onerror=alert(1)>", "a.vq", "file 1", "match day.png", "original", "rebuilt"]


def noisy(seed, height=96, width=128):
    return np.random.default_rng(seed).integers(0, 256, (height, width, 3), dtype=np.uint8)


def png(seed, *shape):
    return png_bytes(noisy(seed, *shape))


def options(visitor, side="a"):
    return visitor.side(side, ".show option").all_inner_texts()


def test_names_are_no_commands(visitor):
    files = [(name, png(seed)) for seed, name in enumerate([*HOSTILE, "last.png"])]
    visitor.open(f"?block=8&largest=8&{urlencode(link_to(files[-1]))}").upload(*files)
    assert options(visitor)[-len(HOSTILE) :] == HOSTILE
    for seed, name in enumerate(HOSTILE):
        at = len(options(visitor)) - len(HOSTILE) + seed
        visitor.side("a", ".show").select_option(index=at)
        visitor.settle()
        assert visitor.side("a", ".figures").inner_text().startswith("PNG, "), name
        np.testing.assert_array_equal(visitor.saved("a"), noisy(seed))
    visitor.side("a", ".show").select_option("rebuilt")
    assert visitor.side("a", ".figures").inner_text().startswith("K = ")


def test_the_same_file_under_two_names_can_be_compared(visitor):
    files = [("one.png", png(1)), ("two.png", png(1)), ("two.png", png(1))]
    visitor.bring("?block=8&largest=8", *files)
    assert options(visitor)[-2:] == ["one.png", "two.png"]
    assert visitor.page.locator("h2").first.inner_text() == "two.png (2)"


LEAST_GAP = """list => {
  const ends = new Range(), shown = [...list.children].filter((figure) => figure.offsetWidth);
  const gaps = shown.slice(1).map((figure, at) => {
    if (figure.offsetTop > shown[at].offsetTop) return Infinity;
    ends.selectNodeContents(shown[at].lastElementChild);
    return figure.getBoundingClientRect().left - ends.getBoundingClientRect().right;
  });
  return Math.min(...gaps);
}"""


def test_an_upload_stands_beside_our_bytes(visitor):
    data = png(1, 192, 256)
    visitor.open("?largest=8&panel=sizes")
    assert visitor.page.locator(".upload").is_hidden()
    visitor.upload(("one.png", data))
    assert visitor.figures()["Upload"] == f"PNG, {len(data) / 1000:.1f} kB"
    told = f"PNG, {len(data):,} bytes".replace(",", "\u202f").replace("G\u202f", "G,")
    assert visitor.page.get_by_text(told).count() == 3
    for width in (1440, 800, 390):
        visitor.page.set_viewport_size({"width": width, "height": 1000})
        assert visitor.page.locator(".measured").evaluate(LEAST_GAP) >= 12, width


SOON = 15  # frames; a busy machine takes some from the bar to the components below it
WATCH = """canvas => {
  globalThis.stories = [];
  const look = () => {
    const title = document.querySelector("[data-testid=stMain] h2")?.textContent;
    const charts = document.querySelectorAll(".js-plotly-plot").length;
    const works = document.querySelectorAll(".st-key-working .stProgress").length;
    if (title === "new.png") stories.push([canvas.ariaLabel, works, charts]);
    globalThis.looking = requestAnimationFrame(look);
  };
  look();
}"""


def test_no_old_picture_stands_under_a_new_title(visitor):
    """Look as often as the page is drawn: soon after work has begun, all the old is gone."""
    visitor.open("?panel=sizes&largest=256")
    visitor.page.locator(".viewer .pictures").evaluate(WATCH)
    visitor.upload(("new.png", png(5, 480, 640)))
    stories = visitor.page.evaluate("() => { cancelAnimationFrame(looking); return stories; }")
    label, _, charts = stories[-1]
    assert label.startswith("new.png")
    assert charts == 2
    working = [label for label, works, _ in stories if works]
    assert working
    assert [label for label in working[SOON:] if "camera" in label] == []


@pytest.fixture
def own_visitor(pages):
    """A visitor of a server that can be started anew, and the way to do so."""
    port, servers = free_port(), []

    def start_anew():
        if servers:
            servers.pop().__exit__(None, None, None)
        servers.append(running_app(port))
        servers[0].__enter__()

    start_anew()
    page = pages({"width": 1440, "height": 1000})
    visitor = Visitor(page, f"http://localhost:{port}/")
    yield visitor, start_anew
    visitor.leave()
    servers.pop().__exit__(None, None, None)


def test_a_server_started_anew_goes_on_and_names_what_is_gone(own_visitor):
    visitor, start_anew = own_visitor
    visitor.open("?largest=8")
    visitor.upload(("one.png", png(1)), ("two.png", png(2)))
    start_anew()
    page = visitor.page
    page.wait_for_selector("[data-test-connection-state=CONNECTED]", timeout=60_000)
    page.get_by_role("radio", name="Gray").click()
    page.wait_for_selector(".gone:not([hidden])", timeout=60_000)
    visitor.settle()
    assert page.locator(".gone").inner_text() == (
        "No longer on the server: one.png and two.png. Upload again what you need."
    )
    assert page.locator("[data-testid=stException]").count() == 0
    assert page.locator("[data-testid=stMain] h2").first.inner_text() == "camera"
    visitor.upload(("three.png", png(3)))
    assert page.locator("[data-testid=stMain] h2").first.inner_text() == "three.png"
    assert options(visitor)[-1] == "PNG-8 of the same PSNR"


def test_what_is_stopped_says_so_and_goes_on(visitor):
    """What is shown meanwhile is counted, and the time is that waited."""
    visitor.open("?largest=4096&block=4").let_move()
    page = visitor.page
    payload = {"name": "large.png", "mimeType": "image/png", "buffer": png(4, 1000, 1500)}
    page.locator("input[type=file]").set_input_files(payload)
    working, stopped = page.locator(".st-key-working"), page.locator(".st-key-stopped")
    for _ in range(200):
        told = working.inner_text()
        counted = re.search(r"(\d+) of 13 codebooks are there · ([1-9]\d*) s", told)
        if counted and int(counted[1]) > 4:
            break
        page.wait_for_timeout(300)
    assert int(visitor.side("b", ".size").get_attribute("max")) + 1 == int(counted[1])
    state = "(it, state) => { it.dataset.testScriptState = state; }"
    page.get_by_test_id("stApp").evaluate(state, "notRunning")  # as between two turns of work
    assert (working.is_visible(), stopped.is_visible()) == (True, False)
    page.get_by_test_id("stApp").evaluate(state, "running")
    assert not stopped.is_visible()
    page.get_by_role("button", name="Stop").click()
    page.wait_for_selector(READY)
    expect(stopped).to_be_visible()
    assert stopped.inner_text().startswith("Stopped.")
    assert not working.is_visible()
    stopped.get_by_role("button", name="Go on").click()
    working.get_by_text(re.compile("of 13 codebooks")).wait_for()
    assert not stopped.is_visible()


def test_a_finished_bar_leaves(visitor):
    visitor.open("?largest=8")
    assert visitor.page.locator(".stProgress").count() == 0
    assert not visitor.page.locator(".st-key-stopped").get_by_role("button").count()
