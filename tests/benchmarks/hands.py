"""Time the page in a real Chromium: how long scripts run for each thing a hand does.

    python -m tests.benchmarks.hands

Starts the app on a sample photograph, once with codebooks of up to 64 codewords and once of up to
4096, and takes turns between the two: a large codebook should not slow the page. Scripts are ours
and streamlit's, up to a second and a half after the hand, so the answer from the server counts.
Prints medians of five, after one that does not count: milliseconds of a core, and in brackets by
the clock, which goes on while the server and the browser's other threads have the cores.
"""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from itertools import cycle
from statistics import median
from typing import Any, Literal
from urllib.parse import urlencode

from playwright.sync_api import CDPSession, Page, sync_playwright

from tests.browser.running import ARGUMENTS, READY, installed_browser, running_app

TIMES = 5
ANSWERED_AFTER = 1500
SIZES = 64, 4096
B_SHOWS = "[data-side=b] .show"
TRAINED = "() => /(\\d+) of \\1 codebooks/.test(document.body.textContent)"
CLOCKS = "threadTicks", "timeTicks"
PANELS = (
    "Codebook size",
    "Training",
    "Rate–distortion",
    "All pictures",
    "Health",
    "Plane",
)

Act = Callable[[], object]
Aim = Callable[[Page, str], Act]
"""Make ready what a hand does, so that to find its place on the page is not timed."""


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
    report("open it", pages, cycle((panel,)), aim_at_radio, leave)
    report("choose another K", pages, cycle("[[]]"), key_in(".pictures"))
    if panel == "Training":
        left = cycle(("ArrowLeft",))
        report("go to another step", pages, left, key_in(".training .curve"))
    if panel == "Plane":
        arrows = cycle(("ArrowUp", "ArrowUp", "ArrowDown", "ArrowDown"))
        report("choose a codeword", pages, arrows, key_in(".projection .square"))
        time_plane(pages)
    if panel == PANELS[0]:
        report("light up a codeword", pages, cycle(("ArrowRight",)), key_in(".scroller"))
        orders = cycle(("brightness", "brightness", "use", "use"))
        report("order the codewords", pages, orders, option_of(".order"))
        buttons = cycle(("Download", "Download", "Close", "Close"))
        report("open the downloads, or close them", pages, buttons, aim_at_button)
        shows = cycle(("indices", "indices", "rebuilt", "rebuilt"))
        report("show the index map", pages, shows, option_of(B_SHOWS))


def time_plane(pages: list[Page]) -> None:
    """Time the plane of pixel pairs, whose codewords are as many on both pages."""
    in_square = key_in(".plane .square")
    steps = cycle(("20", "20", "21", "21"))
    report("go to another step", pages, steps, value_of(".step"))
    report("choose a codeword of the plane", pages, cycle(("ArrowUp",)), in_square)
    moves = cycle(("Shift+ArrowRight", "Shift+ArrowRight", "Shift+ArrowLeft", "Shift+ArrowLeft"))
    report("move it", pages, moves, in_square)


def key_in(place: str) -> Aim:
    def aim(page: Page, key: str) -> Act:
        page.locator(place).focus()
        return lambda: page.keyboard.press(key)

    return aim


def option_of(place: str) -> Aim:
    return lambda page, value: lambda: page.locator(place).select_option(value)


def value_of(place: str) -> Aim:
    return lambda page, value: lambda: page.locator(place).fill(value)


def aim_at_radio(page: Page, name: str) -> Act:
    return aim_at(page, "radio", name)


def aim_at_button(page: Page, name: str) -> Act:
    return aim_at(page, "button", name)


def aim_at(page: Page, role: Literal["radio", "button"], name: str) -> Act:
    target = page.get_by_role(role, name=name, exact=True)
    target.scroll_into_view_if_needed()
    box = target.bounding_box()
    return lambda: page.mouse.click(box["x"] + box["width"] / 2, box["y"] + box["height"] / 2)


def leave(page: Page) -> None:
    """Open the panel that shows a sentence and nothing else."""
    aim_at_radio(page, "Another codebook")()
    settle(page)


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
    aim: Aim,
    prepare: Callable[[Page], None] = settle,
) -> None:
    times: list[list[list[float]]] = [[] for _ in pages]
    for _ in range(1 + TIMES):
        for page, each in zip(pages, times, strict=True):
            prepare(page)
            page.bring_to_front()
            each.append(seconds_of_script(page, aim(page, next(inputs))))
    texts = [in_milliseconds(each[1:]) for each in times]
    print(f"  {what}: {' and '.join(texts)}", flush=True)


def in_milliseconds(times: list[list[float]]) -> str:
    core, clock = (1000 * median(by) for by in zip(*times, strict=True))
    return f"{core:.0f} ms ({clock:.0f})"


def seconds_of_script(page: Page, act: Act) -> list[float]:
    """Return the seconds that scripts run for what a hand does, by each of CLOCKS."""
    with counting(page) as sessions:
        before = spent(sessions)
        act()
        page.wait_for_timeout(ANSWERED_AFTER)
        return [after - start for after, start in zip(spent(sessions), before, strict=True)]


@contextmanager
def counting(page: Page) -> Iterator[list[CDPSession]]:
    sessions = [page.context.new_cdp_session(page) for _ in CLOCKS]
    for session, clock in zip(sessions, CLOCKS, strict=True):
        session.send("Performance.enable", {"timeDomain": clock})
    yield sessions
    for session in sessions:
        session.detach()


def spent(sessions: list[CDPSession]) -> list[float]:
    return [scripts_of(session.send("Performance.getMetrics")["metrics"]) for session in sessions]


def scripts_of(metrics: list[dict[str, Any]]) -> float:
    return next(it["value"] for it in metrics if it["name"] == "ScriptDuration")


if __name__ == "__main__":
    main()
