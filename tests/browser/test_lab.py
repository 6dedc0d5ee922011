"""What a person does, in a real Chromium."""

import io
import re
import socket
from importlib import resources

import numpy as np
import pytest
from PIL import Image
from playwright.sync_api import expect

from vqcore.coding.codec import Settings
from vqcore.lab.sweeps import Step, sweep
from vqcore.signals.pictures import read_picture


def photograph():
    """A JPEG photograph of 640×427 pixels: sides that are no multiple of 8."""
    return resources.files("sklearn.datasets.images").joinpath("china.jpg").read_bytes()


def small_photograph():
    """The middle of it, of 181×142 pixels."""
    middle, file = Image.open(io.BytesIO(photograph())).crop((230, 140, 411, 282)), io.BytesIO()
    middle.save(file, "JPEG", quality=90)
    return file.getvalue()


def png(height, width, seed=0):
    pixels = np.random.default_rng(seed).integers(0, 256, (height, width, 3), dtype=np.uint8)
    file = io.BytesIO()
    Image.fromarray(pixels).save(file, "PNG")
    return file.getvalue()


def swept(data, settings, sizes):
    events = sweep(read_picture(data, ""), settings, sizes)
    return {event.point.codebook_size: event for event in events if isinstance(event, Step)}


def test_server_listens_on_localhost_only(port):
    with socket.socket() as here:
        here.connect(("127.0.0.1", port))
    with socket.socket() as elsewhere, pytest.raises(ConnectionRefusedError):
        elsewhere.connect(("127.0.0.2", port))


def test_photograph_from_upload_to_figures(visitor):
    visitor.bring("?block=8&largest=64&panel=sizes", ("china photo.jpg", photograph()))
    steps = swept(photograph(), Settings(), [1, 2, 4, 8, 16, 32, 64])
    assert visitor.curve(0) == [list(steps), [step.point.psnr_db for step in steps.values()]]
    assert visitor.curve(1)[0] == [2, 4, 8, 16, 32, 64]  # nominal: none at K = 1
    for size in (2, 64):
        visitor.choose(size)
        np.testing.assert_array_equal(visitor.saved("b"), steps[size].encoded.decode())
        assert visitor.figures()["PSNR"] == f"{steps[size].point.psnr_db:.2f} dB"
    np.testing.assert_array_equal(visitor.saved("a"), read_picture(photograph(), "").pixels)


def test_a_vq_is_the_same_picture_and_a_size_stays_while_other_things_change(visitor):
    visitor.open("?block=8&largest=16&k=16").upload(("china.jpg", small_photograph()))
    before = visitor.saved("b")
    data = visitor.download("Compressed (.vq)")
    assert visitor.figures()["File"] == f"{len(data) / 1000:.1f} kB"
    assert visitor.suggested_name == "china-8x8-rgb-K16.vq"
    visitor.upload((visitor.suggested_name, data))
    np.testing.assert_array_equal(visitor.saved("b"), before)
    choose_picture(visitor, "china.jpg")
    check_that_a_size_stays(visitor, data)


def check_that_a_size_stays(visitor, data):
    visitor.choose(4)
    visitor.page.get_by_role("slider", name="Block size").press("ArrowRight")
    assert visitor.settle().figures()["K"] == "4"
    visitor.upload(("small.vq", data))
    choose_picture(visitor, "china.jpg")
    assert visitor.figures()["K"] == "4"
    expect(visitor.page).to_have_url(re.compile(r"k=4\b"))
    visitor.page.reload()
    visitor.page.get_by_role("button", name="Look at a sample").click()
    visitor.page.wait_for_selector(".measured dd:has-text('dB')")
    assert visitor.settle().figures()["K"] == "4"


def test_a_size_chosen_is_in_the_address_and_not_in_the_history(visitor):
    visitor.open("?picture=camera&largest=16")
    before = visitor.page.evaluate("history.length")
    for size in (2, 16, 4):
        visitor.choose(size)
        expect(visitor.page).to_have_url(re.compile(rf"k={size}\b"))
    assert visitor.page.evaluate("history.length") == before


WATCH_PANELS = """() => {
  globalThis.mostPanels = 0;
  new MutationObserver(() => {
    const there = document.querySelectorAll("[role=radiogroup][aria-label=Panel]").length;
    mostPanels = Math.max(mostPanels, there);
  }).observe(document, { childList: true, subtree: true });
}"""


def test_after_a_picture_with_few_blocks_a_size_is_there_again_and_panels_are_not_there_twice(
    visitor,
):
    visitor.open("?block=8&largest=256&k=32").upload(("few.png", png(24, 32)))
    assert visitor.figures()["K"] == "12"
    visitor.page.evaluate(WATCH_PANELS)
    visitor.upload(("china.jpg", small_photograph()))
    assert visitor.figures()["K"] == "32"
    assert visitor.page.evaluate("mostPanels") == 1


def choose_picture(visitor, name):
    visitor.page.get_by_role("combobox", name="Picture").click()
    visitor.page.get_by_role("option", name=name, exact=True).click()
    visitor.page.wait_for_selector(f"[data-testid=stMain] h2:has-text('{name}')")
    visitor.settle()


def test_link_reproduces_the_view(visitor):
    visitor.open("?picture=coffee&block=16&largest=32&more=20")
    visitor.page.get_by_text("YCbCr", exact=True).click()
    visitor.settle().choose(20)
    expect(visitor.page).to_have_url(re.compile("k=20"))
    url, visitor_figures = visitor.page.url, visitor.figures()
    with visitor.elsewhere() as other:
        other.goto(url)
        other.wait_for_selector(".measured dd:has-text('dB')")
        assert visitor.settle().figures() == visitor_figures
        assert "YCbCr" in other.inner_text("[data-testid=stMain]")
    assert visitor_figures["In use"] == "20 of 20"


def test_charts_are_clicked_marked_and_enlarged(visitor):
    """One visit for all that hands do to charts."""
    visitor.open("?picture=camera&largest=16&k=4&panel=sizes")
    check_a_click_on_a_chart(visitor)
    check_the_marks_of_charts(visitor)
    check_that_a_chart_stays_as_enlarged(visitor)


def check_a_click_on_a_chart(visitor):
    markers = visitor.page.locator(".js-plotly-plot").first.locator(".trace.scatter").last
    marker = markers.locator("path.point").nth(1)
    marker.scroll_into_view_if_needed()
    box = marker.bounding_box()
    visitor.page.mouse.click(box["x"] + box["width"] / 2, box["y"] + box["height"] / 2)
    assert visitor.settle().figures()["In use"] == "2 of 2"


def check_the_marks_of_charts(visitor):
    """They are where the chosen K is."""
    charts, marks = (visitor.page.locator(place) for place in (".js-plotly-plot", ".mark"))
    for place, size in enumerate([1, 2, 4, 8, 16]):
        visitor.choose(size)
        for chart in (0, 1):
            line = charts.nth(chart).locator(".trace.scatter:has(.js-line)").last
            point = line.locator("path.point").nth(place)
            plot = charts.nth(chart).locator(".nsewdrag").bounding_box()
            expect(marks.nth(chart)).to_be_visible()
            mark = marks.nth(chart).bounding_box()
            assert middle_of(mark) == pytest.approx(middle_of(point.bounding_box()), abs=1)
            bottom = plot["y"] + plot["height"]
            assert mark["y"] <= plot["y"] + 1
            assert mark["y"] + mark["height"] == pytest.approx(bottom, abs=1)
            expect(marks.nth(chart)).to_have_attribute("aria-label", f"K = {size} is marked")


def check_that_a_chart_stays_as_enlarged(visitor):
    """Another K changes nothing of that."""
    visitor.choose(4)
    chart = visitor.page.locator(".js-plotly-plot").first
    chart.scroll_into_view_if_needed()
    box = chart.locator(".nsewdrag").bounding_box()
    whole = chart.evaluate("it => it.layout.yaxis.range")
    for y, act in ((0.2, visitor.page.mouse.down), (0.6, visitor.page.mouse.up)):
        visitor.page.mouse.move(middle_of(box), box["y"] + y * box["height"], steps=5)
        act()
    enlarged = chart.evaluate("it => it.layout.yaxis.range")
    assert enlarged[1] - enlarged[0] == pytest.approx(0.4 * (whole[1] - whole[0]), rel=0.05)
    visitor.choose(16)
    assert chart.evaluate("it => it.layout.yaxis.range") == enlarged


def middle_of(box):
    return box["x"] + box["width"] / 2


BAD_FILES = [
    ("empty.png", b"", "The file is empty."),
    ("text.png", b"just words", "This is not a picture"),
    ("drawing.svg", b"<svg xmlns='http://www.w3.org/2000/svg'/>", "This is not a picture"),
    ("half.jpg", photograph()[:20_000], "The JPEG file is damaged or incomplete"),
    ("half.png", png(60, 60)[:5000], "The PNG file is damaged or incomplete"),
    ("<img src=x onerror=alert(1)>.gif", b"GIF89a", "The GIF file is damaged or incomplete"),
]


def test_bad_files_are_named_while_good_ones_go_on_however_tiny(visitor):
    files = [(name, data) for name, data, _ in BAD_FILES]
    visitor.open("?largest=4").upload(*files, ("good.png", png(40, 50)))
    assert visitor.page.locator("[data-testid=stMain] h2").inner_text() == "good.png"
    alerts = visitor.page.locator("[data-testid=stSidebar] [role=alert]").all_inner_texts()
    for (name, _, message), alert in zip(BAD_FILES, alerts, strict=True):
        assert alert.startswith(f"{name}: {message}")
    for height, width in [(1, 1), (3, 200), (200, 3)]:
        name = f"{width} by {height}.png"
        visitor.upload((name, png(height, width)))
        assert f"{width} × {height} pixels" in visitor.page.inner_text("[data-testid=stMain]")
        visitor.page.locator(f".pictures[aria-label^='{name}']").wait_for()
        assert visitor.saved("a").shape == (height, width, 3)


def test_settings_changed_while_training(visitor):
    visitor.open("?picture=camera&largest=2")
    visitor.page.goto(f"{visitor.address}?picture=retina&largest=4096&panel=sizes")
    visitor.page.wait_for_selector("text=Training K =")
    visitor.page.get_by_role("slider", name="Largest codebook").focus()
    visitor.page.keyboard.press("Home")
    visitor.settle()
    assert visitor.curve(0)[0] == [1, 2]
