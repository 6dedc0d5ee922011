"""Time the viewer in a real Chromium: from a slider's input event to the finished canvas.

    python -m tests.benchmarks.viewer PICTURE [--colour gray] [--largest 1024]
        [--settings "block=4&family=residual&stages=4"]

Starts the app, uploads the picture, and drags through every K, there and back. Reading a pixel
after each event makes sure that the canvas is done. Prints the median and the slowest, the bytes
that came to the page, and its memory before and after 200 changes of picture.
"""

from pathlib import Path
from statistics import median

import click
from playwright.sync_api import sync_playwright

from tests.browser.running import ARGUMENTS, READY, installed_browser, running_app

LABELS = {"gray": "Gray", "rgb": "RGB", "ycbcr": "YCbCr"}
DRAG = """slider => {
  const places = [...Array(Number(slider.max) + 1).keys()];
  const canvas = slider.getRootNode().querySelector(".pictures");
  const context = canvas.getContext("2d");
  return [...places, ...places.toReversed()].map(place => {
    const start = performance.now();
    slider.value = place;
    slider.dispatchEvent(new Event("input"));
    context.getImageData(canvas.width / 2, canvas.height / 2, 1, 1);
    return performance.now() - start;
  });
}"""


@click.command()
@click.argument("picture", type=click.Path(exists=True, dir_okay=False, path_type=Path))
@click.option("--colour", type=click.Choice(list(LABELS)), default="gray", show_default=True)
@click.option("--largest", type=int, default=1024, show_default=True)
@click.option("--settings", default="block=8", show_default=True, help="As in the address.")
@click.option("--changes", type=int, default=200, show_default=True)
def main(picture, colour, largest, settings, changes):
    """Time scrubbing through K, and look for leaks."""
    with running_app() as port, sync_playwright() as playwright:
        query = f"colour={LABELS[colour]}&largest={largest}&{settings}"
        measure(playwright, port, picture, query, changes)


def measure(playwright, port, picture, query, changes):
    arguments = [*ARGUMENTS, "--js-flags=--expose-gc", "--enable-precise-memory-info"]
    browser = playwright.chromium.launch(executable_path=installed_browser(), args=arguments)
    page = browser.new_page(viewport={"width": 1440, "height": 1000})
    received = []
    page.on("websocket", lambda ws: ws.on("framereceived", lambda it: received.append(len(it))))
    page.goto(f"http://localhost:{port}/?{query}")
    page.wait_for_selector("[data-testid=stMain] h2")
    settle(page)
    received.clear()
    page.locator("input[type=file]").set_input_files(picture)
    page.wait_for_selector(f"[data-testid=stMain] h2:has-text('{picture.name}')")
    page.locator("[data-testid=stProgress]").wait_for(state="detached", timeout=300_000)
    settle(page)
    print(f"{sum(received) / 1e6:.2f} MB came to the page for all of the sweep")
    times = page.locator("[data-side=b] .size").evaluate(DRAG)
    print(f"{len(times)} changes of K: median {median(times):.1f} ms, slowest {max(times):.1f} ms")
    received.clear()
    settle(page)
    print(f"{sum(received) / 1e3:.0f} kB came to the page after the last change of K")
    leak(page, changes)
    browser.close()


def settle(page):
    page.wait_for_timeout(1000)
    page.wait_for_selector(READY, timeout=300_000)
    page.wait_for_timeout(500)


def leak(page, changes):
    """Change the picture again and again, and compare the page's memory, garbage collected."""
    samples = ["camera", "chelsea"]
    for name in samples:
        choose(page, name)
    before = memory(page)
    for change in range(changes):
        choose(page, samples[change % 2])
    print(f"page memory {before:.1f} MB, after {changes} changes of picture {memory(page):.1f} MB")


def choose(page, name):
    page.get_by_role("combobox", name="Picture", exact=True).click()
    page.get_by_role("option", name=name).click()
    page.locator("[data-testid=stMain] h2", has_text=name).first.wait_for()
    page.wait_for_selector(READY, timeout=300_000)


def memory(page):
    return page.evaluate("() => { gc(); return performance.memory.usedJSHeapSize / 1e6; }")


if __name__ == "__main__":
    main()
