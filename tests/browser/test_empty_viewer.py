"""The viewer on a page of its own, before it has anything to show."""

import pytest

from vqcore.viewer import PARTS
from vqcore.viewer.payload import PAGE_ROOMS
from vqcore.words import texts

START = """async ({ js, html, css, texts }) => {
  globalThis.vqLabWords = { language: "en", texts, waiting: [], speaking: new Map() };
  const module = URL.createObjectURL(new Blob([js], { type: "text/javascript" }));
  const { default: component } = await import(module);
  document.body.innerHTML = `<style>${css}</style>${html}`;
  globalThis.reports = [];
  component({
    parentElement: document.body,
    data: { sweep: "s", original: "o", picture: "p", name: "one", size: 1, asked: 0,
            source: { stem: "one", texts: {} },
            facts: { blocks: "1 block", size: "8 × 8", bits: "64" },
            rivals: [["jpeg", "JPEG"]], codebooks: [], choices: {} },
    setStateValue: (_, view) => reports.push(view),
  });
  await new Promise((done) => setTimeout(done));
}"""
PUT = """([name, layer]) => vqLabLayers.put(name, [{
  ...layer, width: 8, height: 8, channels: 1, blockWidth: 8, blockHeight: 8, columns: 1, rows: 1,
  indices: new Uint16Array(1), use: new Uint32Array([1]),
  pixels: new Uint32Array(64), tiles: new Uint32Array(64),
}])"""
CHOOSE = """list => {
  list.append(new Option("JPEG", "match jpeg size"));
  list.value = "match jpeg size";
  list.dispatchEvent(new Event("change"));
}"""


@pytest.fixture
def page(browser):
    page, complaints = browser.new_page(), []
    page.route("http://localhost/", lambda route: route.fulfill(body="", content_type="text/html"))
    page.goto("http://localhost/")
    page.on("pageerror", lambda error: complaints.append(str(error)))
    page.evaluate(START, PARTS["viewer"] | {"texts": texts(*PAGE_ROOMS)})
    page.evaluate(PUT, ["o", {"kind": "original", "of": "o", "name": "original", "figures": ""}])
    page.wait_for_function("() => document.querySelector('.pictures').ariaLabel.includes('one')")
    yield page
    assert complaints == []
    page.close()


def test_every_hand_is_harmless(page):
    page.locator(".pictures").click()
    page.locator(".scroller").click()
    page.locator("[data-side=b] .size").evaluate("it => it.dispatchEvent(new Event('input'))")
    for key in ["[", "]", "Enter", "Escape"]:
        page.locator(".pictures").press(key)
    page.locator(".kbar [data-do=play]").click()
    page.wait_for_timeout(1000)


def test_a_wish_is_told_when_there_is_a_codebook_to_match(page):
    page.locator("[data-side=a] .show").evaluate(CHOOSE)
    page.wait_for_timeout(500)
    assert page.evaluate("reports") == []
    page.evaluate(PUT, ["c", {"kind": "codebook", "of": "s", "size": 4}])
    page.wait_for_function("reports.length")
    [report] = page.evaluate("reports")
    matches = [{"match": "match jpeg size", "size": 4}]
    assert report == {"matches": matches, "uses": [], "offer": None, "returned": None}
