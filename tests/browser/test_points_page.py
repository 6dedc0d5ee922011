"""Points in the dashboard, in a real Chromium: uploaded, typed, made up; by hand and by figures."""

import io
import re
from pathlib import Path
from urllib.parse import parse_qs, urlparse

import numpy as np
import pytest
from playwright.sync_api import expect
from test_assignments import more

from vqcore.coding.pointsfile import parse_points_file
from vqcore.lab.pointsweeps import PointSettings, PointStep, sweep_points
from vqcore.signals.sources import made

PEOPLE = [
    *((72, 180), (65, 120), (59, 119), (64, 150), (65, 162), (57, 88)),
    *((72, 175), (44, 41), (62, 114), (60, 110), (56, 91), (70, 172)),
]
HEIGHTS_AND_WEIGHTS = "height,weight\n" + "\n".join(f"{it[0]},{it[1]}" for it in PEOPLE)
START = "45 50\n75 117\n45 117\n80 180"
POINTS = "?signal=points&panel=none"


def upload(visitor, *files):
    """Upload files of points, and see the last."""
    payload = [
        {"name": name, "mimeType": "text/csv", "buffer": data.encode()} for name, data in files
    ]
    visitor.page.locator("input[type=file]").set_input_files(payload)
    return visitor.settle()


def cells(visitor):
    """The texts of the table of figures, as those who do not see it are told them."""
    table = visitor.page.locator("[data-testid=stDataFrame] canvas table").first
    table.wait_for(state="attached")
    return table.evaluate("it => [...it.rows].map(row => [...row.cells].map(it => it.textContent))")


def told(visitor, text):
    expect(visitor.page.get_by_test_id("stMain").get_by_text(text)).to_be_visible()


def test_twelve_people(visitor):
    """Sayood, Introduction to Data Compression, example 10.4: 387.25 at the start."""
    query = "&count=50&largest=4&trainer=textbook&begin=given&point-panel=training"
    upload(visitor.open(POINTS + query), ("people.csv", HEIGHTS_AND_WEIGHTS))
    expect(visitor.page.get_by_role("heading", name="people.csv")).to_be_visible()
    more(visitor)
    visitor.page.get_by_label("Codewords, one a line").fill(START)
    visitor.page.keyboard.press("Control+Enter")
    visitor.settle()
    told(visitor, "in use · error 59.8958 a vector")
    errors = [float(row[1]) for row in cells(visitor)[1:]]
    assert errors == pytest.approx([387.25, 76.75, 59.895833, 59.895833])
    link = parse_qs(urlparse(visitor.page.url).query)
    assert (link["needs"], len(*link["digest"])) == (["people.csv"], 16)


def test_seven_numbers(visitor):
    """UCSD ECE 253, 5: from {2, 6, 10}, 4 and 8 going to the lower of two equally near."""
    query = "&source=typed&trainer=textbook&begin=given&point-panel=codewords"
    visitor.open(POINTS + query)
    visitor.page.get_by_label("Vectors, one a line").fill("1\n2\n3\n4\n8\n9\n12")
    visitor.page.keyboard.press("Control+Enter")
    visitor.settle()
    more(visitor)
    visitor.page.get_by_label("Codewords, one a line").fill("2\n6\n10")
    visitor.page.keyboard.press("Control+Enter")
    visitor.settle()
    assert [row[2] for row in cells(visitor)[1:]] == ["2.5", "8.5", "12"]


def test_made_up_points_are_swept_and_taken_away(visitor):
    visitor.open(f"{POINTS}&source=rings&count=3000&largest=16&k=8&point-panel=files")
    points = made("rings", 3000, 2)
    events = sweep_points(points, PointSettings(), [1, 2, 4, 8, 16])
    [step] = (it for it in events if isinstance(it, PointStep) and it.codebook_size == 8)
    told(visitor, f"SNR {step.figures.snr_db:.2f} dB")
    with visitor.page.expect_download() as download:
        visitor.page.get_by_role("button", name="Encoded (.npz)").click()
    file = Path(download.value.path()).read_bytes()
    assert file == step.file
    np.testing.assert_array_equal(parse_points_file(file).decode(), step.encoded.decode())
    with visitor.page.expect_download() as download:
        visitor.page.get_by_role("button", name="Codebook (.npy)").click()
    codewords = np.load(io.BytesIO(Path(download.value.path()).read_bytes()))
    np.testing.assert_array_equal(codewords, step.encoded.quantizer.tables[0])


def test_another_size_and_another_source_are_chosen_by_hand(visitor):
    visitor.open(f"{POINTS}&source=laplacian&dimension=1&count=2000&largest=8&k=8")
    told(visitor, "8 of 8 in use")
    slider = visitor.page.get_by_role("slider", name="Codebook size K")
    slider.focus()
    slider.press("ArrowLeft")
    visitor.settle()
    told(visitor, "4 of 4 in use")
    visitor.page.get_by_role("radio", name="Picture").click()
    visitor.settle()
    expect(visitor.page.locator(".viewer .pictures")).to_be_visible()
    visitor.page.get_by_role("radio", name="Points").click()
    visitor.settle()
    told(visitor, "2,000 vectors, d = 1")


def test_the_address_knows_what_is_quantized_and_back_goes_through_it(visitor):
    visitor.open("?picture=camera&block=16&largest=4&k=4&v=2&count=500&panel=sizes")
    page = visitor.page

    def quantized():
        return parse_qs(urlparse(page.url).query).get("signal", ["picture"])[0]

    page.get_by_role("radio", name="Points").click()
    visitor.settle()
    assert quantized() == "points"
    page.get_by_role("radio", name="Codewords").click()
    visitor.settle()
    page.get_by_role("radio", name="Take away").click()
    visitor.settle()
    visitor.go("back")
    expect(page.get_by_role("radio", name="Codewords")).to_be_checked()
    visitor.go("forward")
    expect(page.get_by_role("radio", name="Take away")).to_be_checked()
    page.get_by_role("radio", name="Picture").click()
    visitor.settle()
    expect(page.locator(".viewer .pictures")).to_be_visible()
    page.wait_for_function("!location.search.includes('signal=')")
    visitor.go("back")
    told(visitor, "500 vectors, d = 2")
    assert quantized() == "points"


def test_vectors_are_weighed_against_scalars(visitor):
    query = "&source=gauss-markov&count=4000&dimension=2&largest=4&point-panel=gains"
    visitor.open(POINTS + query)
    expect(visitor.page.get_by_text("Scalar by scalar, against vectors")).to_be_visible()
    rows = cells(visitor)
    memory = [float(row[4]) for row in rows[1:]]
    assert all(3 < it < 4.5 for it in memory)  # 3.6 dB of the determinant
    chart = visitor.page.locator(".js-plotly-plot").last
    bars = chart.evaluate("it => Array.from(it.data[0].y)")
    assert bars == sorted(bars)
    assert len(bars) == 3  # for vectors of 8 these are too few


def test_lloyd_s_steps_go_on_from_typed_codewords(visitor):
    query = "&count=50&point-panel=plane&largest=4"
    upload(visitor.open(POINTS + query), ("people.csv", HEIGHTS_AND_WEIGHTS))
    visitor.page.get_by_label("Codewords to begin with").fill(START)
    visitor.page.keyboard.press("Control+Enter")
    visitor.settle()
    figures = visitor.page.locator(".plane .figures")
    expect(figures).to_have_text("Step 0 of 2 · K = 4 · error 387.25 a vector")
    visitor.page.locator(".plane .step").fill("2")
    expect(figures).to_have_text("Step 2 of 2 · K = 4 · error 59.8958 a vector")
    main = visitor.page.get_by_test_id("stMain")
    expect(main.locator(".st-key-pairs input")).to_have_attribute("aria-valuetext", "4")
    expect(main.get_by_role("radio", name="As typed below")).to_be_disabled()
    visitor.page.get_by_label("Codewords to begin with").fill("")
    visitor.page.keyboard.press("Control+Enter")
    visitor.settle()
    expect(main.get_by_role("radio", name="At random")).to_be_enabled()


BAD = {
    "text.csv": ("1,2\n3,four\n", "Line 2, column 2 holds 'four', which is no number."),
    "nan.csv": ("1\nnan\n", "Vector 2 has nan in column 1"),
    "large.csv": ("1e308\n", "the limit is 3.4e+38"),
}


def test_what_are_no_points_is_said_and_the_others_go_on(visitor):
    files = [(name, data) for name, (data, _) in BAD.items()]
    upload(
        visitor.open(f"{POINTS}&count=50&largest=4"), *files, ("people.csv", HEIGHTS_AND_WEIGHTS)
    )
    for name, (_, sentence) in BAD.items():
        alert = visitor.page.get_by_role("alert").filter(has_text=name)
        expect(alert).to_contain_text(sentence)
    told(visitor, "12 vectors, d = 2")
    told(visitor, "learns by heart")


WIDE = {"viewport": {"width": 1440, "height": 1000}}
NARROW = {"viewport": {"width": 390, "height": 800}, "color_scheme": "dark"}


@pytest.mark.parametrize(
    ("visitor", "panel"), [(WIDE, "rates"), (NARROW, "plane")], indirect=["visitor"], ids=str
)
def test_everybody_can_use_it(visitor, panel):
    visitor.open(f"{POINTS}&source=uniform&count=2000&largest=8&point-panel={panel}")
    told(visitor, re.compile("2,000 vectors"))
    assert visitor.barriers() == []
    wide = "() => document.documentElement.scrollWidth <= innerWidth"
    assert visitor.page.evaluate(wide)
