"""Layers on a page of its own, called as streamlit calls it."""

import numpy as np
import pytest

from vqcore.viewer import PARTS, original_layer

START = """async js => {
  const module = URL.createObjectURL(new Blob([js], { type: "text/javascript" }));
  const { default: component } = await import(module);
  const host = document.body.appendChild(document.createElement("div"));
  globalThis.bring = (bytes) => component({ parentElement: host, data: Uint8Array.from(bytes) });
  globalThis.leave = () => host.remove();
  const isThere = (name) => globalThis.vqLabLayers?.of(name, null).original;
  globalThis.there = () => ["old", "new"].filter(isThere).join();
}"""


@pytest.fixture
def page(browser):
    page = browser.new_page()
    page.evaluate(START, PARTS["layer"]["js"])
    for name in ("old", "new"):
        layer = original_layer(name, np.uint8([[1, 2]]), "")
        page.evaluate(f"bytes => {{ globalThis.{name} = bytes; }}", list(layer))
    yield page
    page.close()


def test_new_data_replace_old(page):
    page.evaluate("() => { bring(old); }")
    page.wait_for_function("there() === 'old'")
    page.evaluate("() => { bring(globalThis.new); }")
    page.wait_for_function("there() === 'new'")


def test_old_data_that_come_late_are_taken_back(page):
    page.evaluate("() => { bring(globalThis.new); const end = bring(old); queueMicrotask(end); }")
    page.wait_for_function("there() === 'new'")
    page.wait_for_timeout(100)
    assert page.evaluate("there()") == "new"


def test_a_message_brings_all_its_layers(page):
    page.evaluate("() => { bring([...old, ...globalThis.new]); }")
    page.wait_for_function("there() === 'old,new'")


def test_a_layer_goes_with_its_place(page):
    page.evaluate("() => { globalThis.end = bring(old); }")
    page.wait_for_function("there() === 'old'")
    page.evaluate("() => { leave(); end(); }")
    page.wait_for_function("there() === ''")
