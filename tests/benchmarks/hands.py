"""Time the page in a real Chromium: how long scripts run for each thing a hand does.

    python -m tests.benchmarks.hands

Starts the app on a sample photograph, once with codebooks of up to 64 codewords and once of up to
4096, and takes turns between the two: a large codebook should not slow the page. Scripts are ours
and streamlit's, up to a second and a half after the hand, so the answer from the server counts.
Prints medians of five, after one that does not count.
"""

from collections.abc import Callable
from itertools import cycle
from statistics import median
from urllib.parse import urlencode

from playwright.sync_api import Page, sync_playwright

from tests.browser.running import ARGUMENTS, READY, installed_browser, running_app

TIMES = 5
ANSWERED_AFTER = 1500
SIZES = 64, 4096
B_SHOWS = "[data-side=b] .show"
TRAINED = "() => /(\\d+) of \\1 codebooks/.test(document.body.textContent)"
PANELS = (
    "Codebook size",
    "Training",
    "Rate–distortion",
    "All pictures",
    "Health",
    "Plane",
)


def main() -> None:
    with running_app() as port, sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=installed_browser(), args=ARGUMENTS)
        pages = [browser.new_page(viewport={"width": 1440, "height": 1000}) for _ in SIZES]
        for panel in PANELS:
            for page, size in zip(pages, SIZES, strict=True):
                query = {"picture": "camera", "block": 4, "largest": size, "k": size}
                opened(page, f"http://localhost:{port}/?{urlencode(query | {'panel': panel})}")
            time_hands(panel, pages)
        browser.close()


def time_hands(panel: str, pages: list[Page]) -> None:
    print(f"{panel}, codebooks of {SIZES[0]} and {SIZES[1]} codewords:")
    report("open it", pages, cycle((panel,)), click_radio, leave)
    report("choose another K", pages, cycle("[[]]"), press_viewer)
    if panel == "Training":
        left, curve = cycle(("ArrowLeft",)), ".training .curve"
        report("go to another step", pages, left, lambda page, key: press(page, curve, key))
    if panel == "Plane":
        arrows = cycle(("ArrowUp", "ArrowUp", "ArrowDown", "ArrowDown"))
        square = ".projection .square"
        report("choose a codeword", pages, arrows, lambda page, key: press(page, square, key))
        time_plane(pages)
    if panel == PANELS[0]:
        arrows = cycle(("ArrowRight",))
        book = ".scroller"
        report("light up a codeword", pages, arrows, lambda page, key: press(page, book, key))
        orders = cycle(("brightness", "brightness", "use", "use"))
        report("order the codewords", pages, orders, lambda page, by: choose(page, ".order", by))
        buttons = cycle(("Download", "Download", "Close", "Close"))
        report("open the downloads, or close them", pages, buttons, click)
        shows = cycle(("indices", "indices", "rebuilt", "rebuilt"))
        report("show the index map", pages, shows, lambda page, what: choose(page, B_SHOWS, what))


def time_plane(pages: list[Page]) -> None:
    """Time the plane of pixel pairs, whose codewords are as many on both pages."""
    square = ".plane .square"
    steps = cycle(("20", "20", "21", "21"))
    report("go to another step", pages, steps, lambda page, step: page.locator(".step").fill(step))
    up = cycle(("ArrowUp",))
    report("choose a codeword of the plane", pages, up, lambda page, key: press(page, square, key))
    moves = cycle(("Shift+ArrowRight", "Shift+ArrowRight", "Shift+ArrowLeft", "Shift+ArrowLeft"))
    report("move it", pages, moves, lambda page, key: press(page, square, key))


def press_viewer(page: Page, key: str) -> None:
    press(page, ".pictures", key)


def press(page: Page, place: str, key: str) -> None:
    page.locator(place).press(key)


def click(page: Page, button: str) -> None:
    page.get_by_role("button", name=button, exact=True).click()


def click_radio(page: Page, name: str) -> None:
    page.get_by_role("radio", name=name, exact=True).click()


def leave(page: Page) -> None:
    """Open the panel that shows a sentence and nothing else."""
    click_radio(page, "Another codebook")
    settle(page)


def choose(page: Page, place: str, value: str) -> None:
    page.locator(place).select_option(value)


def opened(page: Page, address: str) -> None:
    page.goto(address)
    page.wait_for_function(TRAINED, timeout=300_000)
    settle(page)


def settle(page: Page) -> None:
    page.wait_for_timeout(400)
    page.wait_for_selector(READY, timeout=300_000)
    page.wait_for_timeout(400)


def report(
    what: str,
    pages: list[Page],
    inputs: cycle,
    act: Callable[[Page, str], None],
    prepare: Callable[[Page], None] = settle,
) -> None:
    times: list[list[float]] = [[] for _ in pages]
    for _ in range(1 + TIMES):
        for page, seconds in zip(pages, times, strict=True):
            prepare(page)
            seconds.append(seconds_of_script(page, act, next(inputs)))
    medians = [1000 * median(seconds[1:]) for seconds in times]
    print(f"  {what}: {medians[0]:.0f} ms and {medians[1]:.0f} ms", flush=True)


def seconds_of_script(page: Page, act: Callable[[Page, str], None], value: str) -> float:
    session = page.context.new_cdp_session(page)
    session.send("Performance.enable")
    page.bring_to_front()
    before = spent(session)
    act(page, value)
    page.wait_for_timeout(ANSWERED_AFTER)
    seconds = spent(session) - before
    session.detach()
    return seconds


def spent(session) -> float:
    metrics = session.send("Performance.getMetrics")["metrics"]
    return next(it["value"] for it in metrics if it["name"] == "ScriptDuration")


if __name__ == "__main__":
    main()
