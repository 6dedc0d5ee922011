"""A real server and a real Chromium for the tests in this folder."""

import base64
import io
import os
import subprocess
import sys
from contextlib import contextmanager
from pathlib import Path
from urllib.parse import urlencode

import numpy as np
import pytest
from axe_playwright_python.sync_playwright import Axe
from helpers import link_to
from PIL import Image
from playwright.sync_api import Error, expect, sync_playwright
from running import ARGUMENTS, NOT_NEW, SHELL, installed_browser, running_app

# What streamlit says of a file that a rerun replaced before the page had asked for it: a picture,
# or one offered in a list that is closed, which it draws once more. What is shown in the end must
# be whole, see BROKEN_PICTURES and `files`; other missing files are seen in `look`.
REPLACED = ("Failed to load resource", "Image source error", "Download Button source error")
expect.set_options(timeout=20_000)  # a busy machine is slow, not wrong
MEDIA = {"color_scheme": "light", "reduced_motion": "no-preference"}  # what a page is told of them
REST_JS = Path(__file__).with_name("rest.js")
# What streamlit fades and what waits to be hidden is drawn 60 times a second, for up to two seconds
# after each run: here it has ended at once. The viewer, in a shadow root, moves as it does.
AT_ONCE = """
globalThis.atOnce = new CSSStyleSheet();
atOnce.replaceSync(`* {
  animation-duration: 0s !important; animation-delay: 0s !important; transition: none !important;
}`);
document.adoptedStyleSheets.push(atOnce);
"""
FIND_SIZE = """(slider, [side, size]) => {
  const told = slider.getRootNode().querySelector(`[data-side=${side}] .k`);
  return [...Array(Number(slider.max) + 1).keys()].findIndex((place) => {
    slider.value = place;
    slider.dispatchEvent(new Event("input", { bubbles: true }));
    return told.innerText === size;
  });
}"""
BROKEN_PICTURES = "[...document.images].filter(it => it.complete && !it.naturalWidth).length"


@pytest.fixture(scope="session")
def browser():
    with sync_playwright() as playwright:
        chromium = launched(playwright)
        yield chromium
        chromium.close()


def launched(playwright):
    """Start an installed Chrome or Chromium, else one that playwright installs, else skip."""
    path = installed_browser(SHELL)
    if path is None:
        command = [sys.executable, "-m", "playwright", "install", "chromium"]
        subprocess.run(command, capture_output=True, check=False)
    try:
        return playwright.chromium.launch(executable_path=path, args=ARGUMENTS)
    except Error as error:
        reason = f"no Chrome or Chromium could be started: {error.message.splitlines()[0]}"
        if os.environ.get("VQ_REQUIRE_BROWSER") == "1":
            pytest.fail(reason)
        pytest.skip(reason)


@pytest.fixture(scope="session")
def pages(browser):
    """Pages by their options; they stay, because the app loads much faster where it was before."""
    pages = {}

    def page_with(viewport, **options):
        if str(options) not in pages:
            pages[str(options)] = watched(browser, options).new_page()
        pages[str(options)].set_viewport_size(viewport)
        return pages[str(options)]

    yield page_with
    for page in pages.values():
        page.context.close()


def watched(browser, options):
    """A context whose pages tell when they rest, of one who is not here for the first time."""
    context = browser.new_context(**options)
    context.add_init_script(path=REST_JS)
    context.add_init_script(NOT_NEW)
    context.add_init_script(AT_ONCE)
    return context


@pytest.fixture(scope="session")
def port(browser):
    """The port of an app that runs; the browser comes first, because without it all is skipped."""
    with running_app() as port:
        yield port


class Visitor:
    """A page of the app, and what a person does on it."""

    def __init__(self, page, address):
        self.page = page
        self.address = address
        self.complaints = []
        self.files = []  # the status of each that the server made and the page asked for
        self.waits = 0
        self.watching = {"pageerror": self.gasp, "console": self.hear, "response": self.look}
        for event, watch in self.watching.items():
            page.on(event, watch)

    def leave(self):
        """Leave the page as it was found."""
        for event, watch in self.watching.items():
            self.page.remove_listener(event, watch)
        self.page.emulate_media(**MEDIA)
        self.page.goto("about:blank")

    @contextmanager
    def elsewhere(self):
        """Let the visitor sit at another window of the same size, which knows nothing of here."""
        own, self.page = self.page, self.page.context.new_page()
        self.page.set_viewport_size(own.viewport_size)
        kept = {"origin": self.address.rstrip("/"), "storageTypes": "cookies,local_storage"}
        self.page.context.new_cdp_session(self.page).send("Storage.clearDataForOrigin", kept)
        try:
            yield self.page
        finally:
            self.page.close()
            self.page = own

    def gasp(self, error):
        self.complaints.append(str(error))

    def hear(self, message):
        if message.type == "error" and not any(words in message.text for words in REPLACED):
            self.complaints.append(message.text)

    def look(self, response):
        if "/media/" in response.url:
            self.files.append(response.status)
        if response.status >= 400 and "/media/" not in response.url:
            self.complaints.append(f"{response.status} {response.url}")

    def open(self, query=""):
        """Open the page, with the panel that costs least: charts take a third of a visit."""
        panel = "" if "panel=" in query else "&panel=codebook"
        self.page.goto(f"{self.address}{query or '?'}{panel}")
        self.page.wait_for_selector("[data-testid=stMain] h2")
        return self.settle()

    def go(self, where):
        """Go "back" or "forward" in the history, and wait until the page has heard of it."""
        self.page.evaluate(
            "where => new Promise(heard => {"
            " addEventListener('popstate', heard, { once: true }); history[where](); })",
            where,
        )
        return self.settle()

    def let_move(self):
        """Let what moves on the page take its time from here on."""
        self.page.evaluate("atOnce.disabled = true")

    def settle(self):
        """Wait until the page rests, and the script with it: rest.js tells what that is."""
        self.waits += 1
        self.page.wait_for_function("who => untilAtRest(who)", arg=self.waits, timeout=120_000)
        return self

    def upload(self, *files):
        payload = [
            {"name": name, "mimeType": "application/octet-stream", "buffer": data}
            for name, data in files
        ]
        self.page.locator("input[type=file]").set_input_files(payload)
        self.page.wait_for_selector(f"[data-testid=stMain] h2:has-text('{files[-1][0]}')")
        return self.settle()

    def bring(self, query, *files):
        """Follow a link to the last of some files, which shows nothing else, and upload them."""
        return self.open(f"{query}&{urlencode(link_to(*files))}").upload(*files)

    def side(self, name, selector):
        """A control of one of the viewer's sides, "a" or "b"."""
        return self.page.locator(f".viewer [data-side={name}] {selector}")

    def choose(self, size, side="b"):
        """Drag a side's slider to a K."""
        slider = self.side(side, ".size")
        for _ in range(50):
            place = slider.evaluate(FIND_SIZE, [side, str(size)])
            if place >= 0:
                slider.fill(str(place))
                return self.settle()
            self.page.wait_for_timeout(200)  # its layer may be on the way
        raise AssertionError(f"the slider has no K = {size}")

    def stage(self, canvas=".pictures"):
        """The pixels of a canvas, the viewer's if none is told: shape (height, width, 3)."""
        address = self.page.locator(canvas).evaluate("canvas => canvas.toDataURL()")
        file = io.BytesIO(base64.b64decode(address.partition(",")[2]))
        return np.asarray(Image.open(file).convert("RGB"))

    def saved(self, side):
        """The picture that "Save PNG" gives."""
        with self.page.expect_download() as download:
            self.side(side, ".save").click()
        self.suggested_name = download.value.suggested_filename
        image = Image.open(download.value.path())
        self.texts = dict(image.text)
        return np.asarray(image.convert("RGB"))

    def download(self, label):
        """The bytes of one of the things to take away."""
        with self.taking_away() as take:
            return take(label)

    @contextmanager
    def taking_away(self):
        """Open the list of what can be taken away, and give the way to the bytes of each."""
        self.page.get_by_role("button", name="Download", exact=True).click()
        dialog = self.page.get_by_role("dialog")
        dialog.wait_for()
        self.settle()

        def take(label):
            with self.page.expect_download() as download:
                dialog.get_by_role("button", name=label, exact=True).click()
            self.suggested_name = download.value.suggested_filename
            return Path(download.value.path()).read_bytes()

        yield take
        dialog.get_by_role("button", name="Close").click()
        dialog.wait_for(state="hidden")

    def figures(self):
        """All figures below the viewer."""
        terms, values = (f".measured {each}" for each in ("dt", "dd"))
        texts = (self.page.locator(each).all_inner_texts() for each in (terms, values))
        return dict(zip(*texts, strict=True))

    def barriers(self):
        """What axe finds serious: each rule with the beginnings of what breaks it."""
        return [
            (finding["id"], [node["html"][:200] for node in finding["nodes"]])
            for finding in Axe().run(self.page).response["violations"]
            if finding["impact"] in ("serious", "critical")
        ]

    def curve(self, place):
        """The points of a chart's line as the page holds them."""
        return (
            self.page.locator(".js-plotly-plot")
            .nth(place)
            .evaluate(
                "plot => { const line = plot.data.find(it => it.mode.includes('lines'));"
                " return [Array.from(line.x), Array.from(line.y)]; }"
            )
        )


@pytest.fixture
def visitor(pages, port, request):
    """A fresh visitor; the page must end without a script error or a traceback."""
    options = getattr(request, "param", {"viewport": {"width": 1440, "height": 1000}})
    media = {name: options[name] for name in MEDIA if name in options}
    page = pages(**{name: options[name] for name in options if name not in MEDIA})
    page.emulate_media(**media)
    visitor = Visitor(page, f"http://localhost:{port}/")
    yield visitor
    tracebacks = visitor.page.locator("[data-testid=stException]").count()
    broken_pictures = visitor.page.evaluate(BROKEN_PICTURES)
    visitor.leave()
    assert (tracebacks, broken_pictures, visitor.complaints) == (0, 0, [])
