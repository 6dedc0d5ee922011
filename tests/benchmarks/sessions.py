"""Measure what the server does for pages that rest: CPU of a redraw, memory of many sessions.

Run it with the machine at rest: ``python -m tests.benchmarks.sessions``. Three photographs of 12
megapixels are uploaded and swept in YCbCr; then the page is drawn again with nothing to find out.
After that, sessions come one by one, each with a photograph of its own.
"""

import io
import os
from pathlib import Path
from statistics import median

import click
import numpy as np
from PIL import Image
from playwright.sync_api import Page, sync_playwright

from tests.browser.running import ARGUMENTS, READY, installed_browser, running_app

SETTLED = """() => {
  const bar = document.querySelector("[data-testid=stProgress]");
  return !bar && document.querySelector("[data-test-script-state=notRunning]");
}"""
TICKS = os.sysconf("SC_CLK_TCK")
MINUTES = 60_000


def photograph(width: int, height: int, seed: int) -> bytes:
    """Return a JPEG that is smooth like a photograph, and has some noise."""
    rng = np.random.default_rng(seed)
    coarse = Image.fromarray(rng.integers(0, 256, (height // 64, width // 64, 3), np.uint8))
    pixels = np.asarray(coarse.resize((width, height), Image.Resampling.BICUBIC), np.int16)
    noisy = (pixels + rng.integers(-9, 10, pixels.shape, np.int16)).clip(0, 255).astype(np.uint8)
    file = io.BytesIO()
    Image.fromarray(noisy).save(file, "JPEG", quality=90)
    return file.getvalue()


def server() -> Path:
    """Return where the system tells of the app's server, a child of this process."""
    own = str(os.getpid())
    for place in Path("/proc").glob("[0-9]*"):
        parent = (place / "stat").read_text().rpartition(")")[2].split()[1]
        if parent == own and "streamlit" in (place / "cmdline").read_text():
            return place
    raise AssertionError("there is no server")


def cpu_seconds(place: Path) -> float:
    fields = (place / "stat").read_text().rpartition(")")[2].split()
    return (int(fields[11]) + int(fields[12])) / TICKS


def megabytes(place: Path) -> float:
    return int((place / "statm").read_text().split()[1]) * os.sysconf("SC_PAGE_SIZE") / 1e6


def settle(page: Page) -> None:
    page.wait_for_timeout(700)
    page.wait_for_function(SETTLED, timeout=10 * MINUTES)
    page.wait_for_selector(READY, timeout=10 * MINUTES)
    page.wait_for_timeout(700)


def upload(page: Page, address: str, files: dict[str, bytes]) -> None:
    page.goto(address)
    page.wait_for_selector("[data-testid=stMain] h2")
    settle(page)
    every = [{"name": it, "mimeType": "image/jpeg", "buffer": files[it]} for it in files]
    page.locator("input[type=file]").set_input_files(every)
    page.wait_for_selector(f"h2:has-text('{list(files)[-1]}')", timeout=10 * MINUTES)
    settle(page)


@click.command()
@click.option("--sessions", default=20, help="How many sessions come one by one.")
@click.option("--redraws", default=5, help="How many times the page is drawn again.")
def main(sessions: int, redraws: int) -> None:
    """Print CPU seconds of a settled redraw, and megabytes with one session and with many."""
    with running_app() as port, sync_playwright() as playwright:
        chromium = playwright.chromium.launch(executable_path=installed_browser(), args=ARGUMENTS)
        place, address = server(), f"http://localhost:{port}/?block=8&largest=64&v=2"
        page = chromium.new_page()
        files = {f"large{seed}.jpg": photograph(4000, 3000, seed) for seed in range(3)}
        upload(page, f"{address}&colour=YCbCr", files)
        spent = []
        for _ in range(redraws):
            before = cpu_seconds(place)
            page.locator("body").press("r")
            settle(page)
            spent.append(cpu_seconds(place) - before)
        click.echo(f"settled redraw, three uploads of 12 megapixels: {median(spent):.2f} s of CPU")
        page.close()
        for number in range(sessions):
            page = chromium.new_context().new_page()
            upload(page, address, {f"own{number}.jpg": photograph(1024, 768, 100 + number)})
            if number in (0, sessions - 1):
                click.echo(f"after {number + 1} more sessions: {megabytes(place):.0f} MB")
        chromium.close()


if __name__ == "__main__":
    main()
