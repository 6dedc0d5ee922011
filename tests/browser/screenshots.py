"""Make the README's pictures from the running app.

    python tests/browser/screenshots.py ADDRESS

ADDRESS is that of a running server, such as http://localhost:8501/.
"""

import sys
from pathlib import Path

from playwright.sync_api import sync_playwright
from running import ARGUMENTS, NOT_NEW, READY, installed_browser

FOLDER = Path(__file__).parents[1] / "screenshots"
BELOW = 900
SHOTS = {
    "lab-light.png": ("?picture=camera&block=4&k=32&v=2", 1440, 900, "light", 0),
    "inside-light.png": ("?picture=coffee&block=8&k=64&v=2", 1440, 900, "light", 0),
    "present-light.png": ("?picture=coffee&block=4&k=2&v=2", 1440, 810, "light", 0),
    "charts-light.png": ("?picture=coffee&block=4&k=64&v=2", 1440, 900, "light", BELOW),
    "rates-light.png": (
        "?picture=coffee&block=4&largest=1024&panel=Rate–distortion&v=2",
        1440,
        900,
        "light",
        BELOW,
    ),
    "families-light.png": (
        "?picture=coffee&block=4&k=64&largest=256&panel=rates&families=all&rate=200&v=2",
        1440,
        900,
        "light",
        BELOW,
    ),
    "wavelets-light.png": (
        "?picture=coffee&family=wavelet&k=64&largest=64&panel=rates&v=2",
        1440,
        900,
        "light",
        BELOW,
    ),
    "training-light.png": (
        "?picture=coffee&block=4&k=16&panel=Training&v=2",
        1440,
        900,
        "light",
        BELOW,
    ),
    "health-light.png": (
        "?picture=coffee&block=8&k=64&largest=1024&panel=Health&v=2",
        1440,
        900,
        "light",
        BELOW,
    ),
    "plane-light.png": ("?picture=coffee&block=4&k=64&panel=Plane&v=2", 1440, 900, "light", BELOW),
    "points-light.png": (
        "?signal=points&source=gauss-markov&count=100000&largest=256&k=16&point-panel=gains&v=2",
        1440,
        1500,
        "light",
        0,
    ),
    "sound-light.png": ("?signal=sound&largest=256&k=32&v=2", 1440, 900, "light", 0),
    "lab-dark.png": ("?picture=astronaut&block=4&k=32&v=2", 800, 1000, "dark", 0),
}


def main(address):
    FOLDER.mkdir(exist_ok=True)
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=installed_browser(), args=ARGUMENTS)
        for name, shot in SHOTS.items():
            take(browser, address, FOLDER / name, *shot)


def take(browser, address, file, query, width, height, scheme, scroll):
    page = browser.new_page(viewport={"width": width, "height": height}, color_scheme=scheme)
    page.add_init_script(NOT_NEW)
    page.goto(address + query)
    page.wait_for_selector("[data-testid=stMain] h2")
    page.wait_for_timeout(500)
    page.wait_for_selector(READY, timeout=120_000)
    page.wait_for_selector(".js-plotly-plot .trace, .projection canvas, .training .curve")
    if file.name.startswith(("rates", "wavelets")):
        page.wait_for_selector(".legendtext:has-text('DCT')", timeout=120_000)
        page.wait_for_selector(READY, timeout=120_000)
    if file.name.startswith("families"):
        page.wait_for_selector(".legendtext:has-text('wavelet')", timeout=600_000)
        page.wait_for_selector(READY, timeout=600_000)
    if file.name.startswith("health"):
        page.wait_for_selector(".legendtext:has-text('the others')", timeout=120_000)
        page.wait_for_selector(READY, timeout=120_000)
    if file.name.startswith("points"):
        page.wait_for_selector("h3:has-text('Longer vectors')", timeout=120_000)
        page.wait_for_selector(READY, timeout=120_000)
        page.wait_for_timeout(1000)
    if file.name.startswith("inside"):
        look_inside(page)
    if file.name.startswith("present"):
        present(page)
    if file.name.startswith("plane"):
        page.locator(".plane .step").fill("12")
    page.locator("[data-testid=stMain]").evaluate(f"it => it.scrollTo(0, {scroll})")
    page.mouse.move(5, 300)
    page.wait_for_timeout(500)
    page.screenshot(path=file)


def look_inside(page):
    """Go side by side, closer, and light up the blocks like the one in the middle."""
    page.locator(".pictures").focus()
    for key in ("s", "1", "+", "+", "+", "Enter"):
        page.keyboard.press(key)


def present(page):
    """Fill the screen, and say what K = 2 means."""
    page.locator(".pause").evaluate("it => { it.checked = true; }")
    for key in ("f", "p", "p"):
        page.keyboard.press(key)
    page.locator(".pictures").hover()


if __name__ == "__main__":
    main(sys.argv[1])
