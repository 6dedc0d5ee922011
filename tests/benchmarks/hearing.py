"""Time an upload in a real Chromium: until it can be heard, and until its codebooks can.

    python -m tests.benchmarks.hearing [--visits 5] [--minutes 10]

Uploads the sentence as a WAV file at 16 kHz, in visits of a new session each, and prints medians of
the seconds from the choice of the file until side A has its samples and side B a codebook. Then
minutes of it, over and over in noise, so that no part is the same: until every K to 256 is there,
from Play to the first step of the clock, and the memory of the server.
"""

import time
from pathlib import Path
from statistics import median
from tempfile import TemporaryDirectory

import click
import numpy as np
from playwright.sync_api import Browser, Page, sync_playwright

from tests.benchmarks.sessions import server
from tests.browser.running import ARGUMENTS, READY, installed_browser, running_app
from vqcore.signals.sounds import file_of, sample_recording, sound_of

RATE = 16000
QUERY = f"?signal=sound&sound-rate={RATE}&largest=256&k=256"
SIZES = 9
EVERY = f".hearing [data-side=b] .size[max='{SIZES}']"
LONGEST = 600_000  # milliseconds


def minutes_of_sound(seconds: float, seed: int) -> bytes:
    """Return a WAV file of the sentence over and over, in noise 40 dB below full scale."""
    sentence = sound_of(sample_recording("sentence"), RATE).samples
    count = int(seconds * RATE)
    samples = np.resize(sentence, count) + np.random.default_rng(seed).normal(0, 327, count)
    return file_of(samples.clip(-32768, 32767).astype(np.int16), RATE)


def visit(page: Page, address: str, file: Path, seconds: float) -> tuple[float, float]:
    """Upload a file, and return the seconds until it can be heard, and until a codebook can."""
    page.set_default_timeout(LONGEST)
    page.goto(address)
    page.locator(EVERY).wait_for()
    page.wait_for_selector(READY)
    start = time.perf_counter()
    page.locator("input[type=file]").set_input_files(file)
    page.locator(".hearing .time", has_text=f"of {seconds:.2f} s").wait_for()
    heard = time.perf_counter() - start
    page.locator(".hearing [data-side=b] .what", has_text="K = ").wait_for()
    return heard, time.perf_counter() - start


def time_sentence(chromium: Browser, address: str, folder: Path, visits: int) -> None:
    found = []
    for number in range(visits):
        file, seconds = folder / f"sentence-{number}.wav", 7 - number / 100
        file.write_bytes(minutes_of_sound(seconds, number))
        page = chromium.new_context().new_page()
        found.append(visit(page, address, file, seconds))
        page.context.close()
    heard, first = map(median, zip(*found, strict=True))
    print(
        f"a sentence, {visits} visits: {heard:.2f} s until it is heard, {first:.2f} s until a K is"
    )


def time_minutes(chromium: Browser, address: str, folder: Path, minutes: float) -> None:
    place, page, file = server(), chromium.new_page(), folder / "minutes.wav"
    file.write_bytes(minutes_of_sound(60 * minutes, 0))
    print(f"before, the server had {most_megabytes(place):.0f} MB")
    heard, first = visit(page, address, file, 60 * minutes)
    print(f"{minutes:g} minutes: {heard:.2f} s until it is heard, {first:.2f} s until a K is,")
    start = time.perf_counter()
    page.locator(EVERY).wait_for()
    every = first + time.perf_counter() - start
    print(f"{every:.1f} s until every K to 256 is; the server had {most_megabytes(place):.0f} MB,")
    start = time.perf_counter()
    page.get_by_role("button", name="Play", exact=True).click()
    page.locator(".hearing .time", has_not_text="0.00 of").wait_for()
    print(f"{time.perf_counter() - start:.2f} s from Play to a clock that runs")


def most_megabytes(place: Path) -> float:
    """Return the most memory that a process has had."""
    told = (place / "status").read_text().split("VmHWM:")[1]
    return int(told.split()[0]) * 1024 / 1e6


@click.command()
@click.option("--visits", default=5, help="How many times the sentence is uploaded.")
@click.option("--minutes", default=10.0, help="How much sound is uploaded then.")
def main(visits: int, minutes: float) -> None:
    """Time uploads of sound until they can be heard."""
    with running_app() as port, sync_playwright() as playwright, TemporaryDirectory() as folder:
        chromium = playwright.chromium.launch(executable_path=installed_browser(), args=ARGUMENTS)
        address = f"http://localhost:{port}/{QUERY}"
        time_sentence(chromium, address, Path(folder), visits)
        time_minutes(chromium, address, Path(folder), minutes)
        chromium.close()


if __name__ == "__main__":
    main()
