"""Time the Plane panel in a real Chromium: how long scripts run for each thing a hand does.

    python -m tests.benchmarks.plane

Starts the app on a sample photograph. Scripts are ours and streamlit's, up to two seconds after the
hand, so the answer from the server counts. Prints medians of five.
"""

from itertools import cycle
from statistics import median

from playwright.sync_api import sync_playwright

from tests.browser.running import ARGUMENTS, READY, installed_browser, running_app

TIMES = 5


def main():
    with running_app() as port, sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=installed_browser(), args=ARGUMENTS)
        page = browser.new_page(viewport={"width": 1440, "height": 1000})
        address = f"http://localhost:{port}/?picture=coffee&block=4&panel=Plane"
        time_hands(page, f"{address}&largest=2&pairs=64")
        time_sizes(page, f"{address}&largest=4096&k=4096")
        browser.close()


def time_hands(page, address):
    opened(page, address)
    square = page.locator(".plane .square")
    print("64 codewords in the plane:")
    report(page, "go to another step", lambda: page.locator(".step").fill("20"))
    report(page, "choose a codeword", lambda: square.press("ArrowUp"))
    report(page, "drag a codeword", lambda: drag(page, square))
    report(page, "remove a codeword", lambda: (square.press("ArrowUp"), square.press("Delete")))
    report(page, "add a codeword", lambda: square.press("Enter"))


def time_sizes(page, address):
    opened(page, address)
    keys = cycle("[]")
    print("Projections of 2048 and 4096 codewords:")
    report(page, "choose another K", lambda: page.locator(".pictures").press(next(keys)))


def opened(page, address):
    page.goto(address)
    page.wait_for_selector(".plane .figures:has-text('MSE')", timeout=120_000)
    settle(page)


def settle(page):
    page.wait_for_timeout(1000)
    page.wait_for_selector(READY, timeout=120_000)
    page.wait_for_timeout(500)


def drag(page, square):
    """Take hold of the chosen codeword and move it."""
    told = page.locator(".plane .told").inner_text()
    x, y = (float(number) for number in told.partition(": ")[2].split(", "))
    box, side = square.bounding_box(), square.evaluate("it => it.width - 56")
    left, top = box["x"] + 46 + x / 255 * side, box["y"] + 10 + (1 - y / 255) * side
    page.mouse.move(left, top)
    page.mouse.down()
    page.mouse.move(left + 10, top + 15, steps=5)
    page.mouse.up()


def report(page, what, act):
    seconds = median(seconds_of_script(page, act) for _ in range(TIMES))
    print(f"  {what}: {1000 * seconds:.0f} ms")


def seconds_of_script(page, act):
    session = page.context.new_cdp_session(page)
    session.send("Performance.enable")
    before = spent(session)
    act()
    page.wait_for_timeout(2000)
    seconds = spent(session) - before
    session.detach()
    settle(page)
    return seconds


def spent(session):
    metrics = session.send("Performance.getMetrics")["metrics"]
    return next(it["value"] for it in metrics if it["name"] == "ScriptDuration")


if __name__ == "__main__":
    main()
