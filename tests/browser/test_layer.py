"""One layer on a page of its own, called as streamlit calls it."""

import numpy as np
import pytest

from vqcore.viewer import PARTS, original_layer

START = """async js => {
  const module = URL.createObjectURL(new Blob([js], { type: "text/javascript" }));
  const { default: component } = await import(module);
  const host = document.body.appendChild(document.createElement("div"));
  globalThis.bring = (bytes) => component({ parentElement: host, data: Uint8Array.from(bytes) });
  globalThis.leave = () => host.remove();
  globalThis.there = () => ["old", "new"].filter((name) => vqLabLayers.of(name, null).original);
}"""


@pytest.fixture
def script(browser):
    page = browser.new_page()
    page.evaluate(START, PARTS["layer"]["js"])
    for name in ("old", "new"):
        layer = original_layer(name, np.uint8([[1, 2]]))
        page.evaluate(f"bytes => {{ globalThis.{name} = bytes; }}", list(layer))
    yield page.evaluate
    page.close()


REST = "() => new Promise((done) => setTimeout(done, 50))"


def test_new_data_replace_old(script):
    for name in ("old", "new"):
        script(f"{{ bring(globalThis.{name}); }}")
        script(REST)
        assert script("there()") == [name]


def test_old_data_that_come_late_are_taken_back(script):
    script("async () => { bring(globalThis.new); const end = bring(old); await null; end(); }")
    script(REST)
    assert script("there()") == ["new"]


def test_a_layer_goes_with_its_place(script):
    script("{ globalThis.end = bring(old); }")
    script(REST)
    script("{ leave(); end(); }")
    script(REST)
    assert script("there()") == []
