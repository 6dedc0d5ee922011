"""The made-up language in a real browser: a word that is not in brackets escaped the catalog."""

import re
from urllib.parse import urlencode

import pytest
from helpers import bare_words, link_to
from playwright.sync_api import expect
from test_uploaded_codebooks import codebook_of, npz
from test_vq_files import made, photograph

from vqcore.signals.pictures import png_bytes

PANELS = ["sizes", "training", "rates", "pictures", "health", "plane", "codebook", "exercises"]
ALONE = [{"viewport": {"width": 1440, "height": 1001}}]
PICTURES = [(0, "one"), (1, "two")]
NAMES = {"one", "two", "other", "torn", "png", "npz", "vq", "camera", "coffee"}
KNOWN = NAMES | {"JPEG", "WebP", "AVIF", "PNG", "PNG-8", "VQ", "Lab"}
# What streamlit, plotly and the table say by themselves, by its place or its text; and code.
THEIR_PLACES = ", ".join(
    [
        "[data-testid=stToolbar], [data-testid=stStatusWidget], [data-testid=stIconMaterial]",
        "[data-testid=stFileUploader] button, [data-testid=stFileUploaderDropzoneInstructions]",
        "[data-testid=stElementToolbar], [data-testid=stDialog] [aria-label=Close]",
        ".modebar-container",
        "[data-testid=stCode], style, script, noscript",
    ]
)
THEIR_TEXTS = {
    *("Skip to main content", "Sidebar", "file upload", "Choose an option", "Open"),
    *("Increment", "Decrement", "Dismiss", "Infinity", "Collapse sidebar", "progress", "empty"),
}
# Every text that can be seen, pointed at or heard, with where it is; canvases tell what is written.
WRITTEN = """() => {
  if (globalThis.written) return; // a page stays for the next test, and what was put into it
  globalThis.written = new Set();
  const { fillText } = CanvasRenderingContext2D.prototype;
  CanvasRenderingContext2D.prototype.fillText = function (text, ...place) {
    globalThis.written.add(text);
    return fillText.call(this, text, ...place);
  };
}"""
TEXTS = """others => {
  const found = [...globalThis.written].map(text => ["canvas", text]);
  const walk = (node, place) => {
    if (node.nodeType === Node.TEXT_NODE) return found.push([place, node.data]);
    if (node.nodeType === Node.ELEMENT_NODE) {
      if (node.matches(others)) return;
      for (const name of ["placeholder", "title", "alt", "aria-label", "aria-valuetext"]) {
        if (node.hasAttribute(name)) found.push([`${name} of ${place}`, node.getAttribute(name)]);
      }
      if (node.shadowRoot) walk(node.shadowRoot, `${place} >`);
    }
    for (const child of node.childNodes) {
      const name = child.tagName?.toLowerCase() ?? "";
      walk(child, name ? `${place} ${name}${child.id && `#${child.id}`}` : place);
    }
  };
  walk(document.body, "body");
  return found;
}"""
THEIR_WORDS = re.compile(r"^Help for |\d[KM]B$")


class Listener:
    """Hears what a page says, and keeps what has a word that is not in brackets."""

    def __init__(self, visitor):
        visitor.page.add_init_script(f"({WRITTEN})()")
        self.visitor = visitor
        self.heard = {}

    def listen(self):
        for place, text in self.visitor.page.evaluate(TEXTS, THEIR_PLACES):
            if bare_words(THEIR_WORDS.sub("", text)) - KNOWN and text.strip() not in THEIR_TEXTS:
                self.heard.setdefault(text.strip(), place)

    @property
    def told(self):
        return "\n".join(f"{text!r} in {place}" for text, place in self.heard.items())

    def point_at(self, places):
        """Hear what is told on pointing at each of some places."""
        for place in places.all():
            place.hover()
            expect(self.visitor.page.get_by_role("tooltip").first).to_be_visible()
            self.listen()


@pytest.fixture
def listener(visitor):
    return Listener(visitor)


def upload(visitor):
    """Open a page with two pictures, a codebook and a file that is refused, at K = 1, 2 and 4."""
    pictures = [(f"{name}.png", png_bytes(photograph(64, 96, seed))) for seed, name in PICTURES]
    visitor.open(f"?lang=test&block=8&largest=4&k=2&{urlencode(link_to(*pictures))}")
    visitor.upload(("torn.vq", b"VQLB"), npz(codebook_of(1)), *pictures)


pytestmark = pytest.mark.parametrize("visitor", ALONE, indirect=True)


def test_sidebar_and_viewer(visitor, listener):
    upload(visitor)
    page = visitor.page
    for fold in page.locator("[data-testid=stSidebar] [data-testid=stExpander] summary").all():
        fold.click()
    visitor.settle()
    listener.listen()
    listener.point_at(page.locator("[data-testid=stTooltipIcon]"))
    for value in page.locator(".show").last.evaluate("it => [...it.options].map(it => it.value)"):
        for side in ("a", "b"):
            visitor.side(side, ".show").select_option(value)
        visitor.settle()
        listener.listen()
    page.locator(".pictures").click(position={"x": 100, "y": 300})
    listener.listen()
    page.locator(".tiles").hover()
    listener.listen()
    assert not listener.heard, listener.told


@pytest.mark.parametrize("family", ["mean-removed", "residual"])
def test_columns_of_a_family(visitor, listener, family):
    query = f"?lang=test&picture=coffee&colour=ycbcr&block=16&largest=4&k=4&family={family}"
    visitor.open(query)
    page = visitor.page
    page.locator("[data-testid=stSidebar] [data-testid=stExpander] summary").first.click()
    expect(page.locator(".vq-how img").first).to_be_visible()
    if family == "residual":
        page.locator(".refine input").fill("1")
        expect(page.locator(".refined span").first).to_contain_text("[dB]")
    page.locator(".pictures").click(position={"x": 100, "y": 300})
    expect(page.locator(".inspector .columns li").first).to_be_visible()
    listener.listen()
    page.locator(".tiles").hover()
    listener.listen()
    assert not listener.heard, listener.told


def test_story_and_presenter_view(visitor, listener):
    visitor.open("?lang=test&picture=camera&block=16&largest=32&k=2")
    page = visitor.page
    page.locator(".story summary").click()
    page.locator(".pause").check()
    page.locator(".pictures").focus()
    page.keyboard.press("f")
    for size in (1, 2, 32):
        page.keyboard.press("p")
        expect(page.locator(".caption")).to_contain_text(f"[K] = {size}:")
        listener.listen()
    assert not listener.heard, listener.told


def test_panels(visitor, listener):
    upload(visitor)
    page, below = visitor.page, visitor.page.locator("[class*=st-key-below]")
    for number, panel in enumerate(PANELS):
        page.locator(".st-key-panel button").nth(number).click()
        visitor.settle()
        listener.listen()
        if panel == "pictures":
            below.locator(".st-key-collection summary").click()
        for toggle in below.locator("[data-testid=stCheckbox] label").all():
            toggle.click()
            if panel == "training":  # its chart is there with the first of its runs
                expect(below.locator(".js-plotly-plot")).to_be_visible(timeout=60_000)
            else:
                visitor.settle()
        if panel == "rates":
            page.get_by_role("button", name="[Pin] [this] [curve]").click()
            page.locator(".st-key-likeness button").last.click()
            visitor.settle()
        listener.listen()
        listener.point_at(below.locator("[data-testid=stTooltipIcon]"))
    assert page.locator(".st-key-panel button").count() == len(PANELS)
    assert not listener.heard, listener.told


def test_points(visitor, listener):
    query = "?lang=test&signal=points&source=gauss-markov&count=600&largest=4&trainer=textbook"
    visitor.open(f"{query}&panel=none")
    page = visitor.page
    page.locator("[data-testid=stSidebar] [data-testid=stExpander] summary").click()
    panels = page.locator(".st-key-point-panel button")
    for number in range(panels.count()):
        panels.nth(number).click()
        visitor.settle()
        listener.listen()
    listener.point_at(page.locator("[data-testid=stTooltipIcon]"))
    assert not listener.heard, listener.told


def test_downloads(visitor, listener):
    visitor.open("?lang=test&picture=camera&block=8&largest=4&k=2")
    visitor.page.locator(".pictures").focus()
    visitor.page.keyboard.press("w")
    dialog = visitor.page.get_by_role("dialog")
    dialog.locator("summary").click()
    visitor.settle()
    expect(dialog.locator("code").last).to_be_visible()
    listener.listen()
    assert not listener.heard, listener.told


def test_a_file_and_a_link_to_one_that_is_not_here(visitor, listener):
    visitor.open("?lang=zh&needs=one.vq&digest=1")
    expect(visitor.page.locator("html")).to_have_attribute("lang", "zh-Hans")
    visitor.open("?lang=test&needs=one.vq&digest=1")
    expect(visitor.page.locator("html")).to_have_attribute("lang", "en")
    listener.listen()
    visitor.upload(("two.vq", made(photograph(64, 96)).file))
    listener.listen()
    assert not listener.heard, listener.told
