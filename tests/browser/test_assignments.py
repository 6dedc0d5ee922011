"""Assignments of public courses, done by hand in the dashboard: no line of code is typed."""

import csv
import io
import json
import zipfile
from pathlib import Path

import numpy as np
from conftest import Visitor
from helpers import photograph

from vqcore.codebooks.textbook import Rules, runs_work
from vqcore.coding.codebookfile import parse_codebook
from vqcore.coding.codec import Settings
from vqcore.coding.container import parse
from vqcore.lab.sweeps import Step, cut_for, sweep
from vqcore.signals.pictures import png_bytes, read_picture
from vqcore.work import finish

GRAY = png_bytes(photograph("camera", 4).pixels)
COLOUR = png_bytes(photograph("astronaut", 4).pixels)


def point(data, settings, size):
    events = sweep(read_picture(data, ""), settings, [size])
    [found] = (event.point for event in events if isinstance(event, Step))
    return found


def moved(visitor, **moves):
    """Move sliders of the sidebar by key: to the right, or to the left by less than nothing."""
    for label, steps in moves.items():
        handle = visitor.page.get_by_role("slider", name=f"Block {label} (pixels)")
        for _ in range(abs(steps)):
            handle.press("ArrowRight" if steps > 0 else "ArrowLeft")
    return visitor.settle()


def more(visitor):
    visitor.page.get_by_text("More", exact=True).click()
    return visitor.settle()


def chosen(visitor, label, option):
    control = visitor.page.get_by_role("combobox", name=label)
    control.evaluate("it => it.scrollIntoView({ block: 'center' })")
    control.click()
    visitor.page.get_by_role("option", name=option, exact=True).click()
    return visitor.settle()


def panel(visitor, name):
    visitor.page.get_by_role("radio", name=name).click()
    return visitor.settle()


def is_told(visitor, expected):
    told = visitor.choose(expected.codebook_size).figures()
    assert told["PSNR"] == f"{expected.psnr_db:.2f} dB"
    return told


def test_blocks_of_several_shapes_on_one_graph(visitor: Visitor):
    """UTA EE 5351, 5 (4×4, 8×2, 16×1); CSEP 521 (ratio); CVIPtools; Brazil (one graph)."""
    more(visitor.bring("?block=4&largest=64&k=64&panel=rates&beside=none", ("gray.png", GRAY)))
    told = is_told(visitor, point(GRAY, Settings(4), 64))
    assert told["Nominal"].startswith("21.33")
    visitor.page.get_by_role("button", name="Pin this curve").click()
    moved(visitor, size=4, height=2)
    is_told(visitor, point(GRAY, Settings((8, 2)), 64))
    moved(visitor, size=8, height=-1)
    is_told(visitor, point(GRAY, Settings((16, 1)), 64))
    panel(visitor, "Codebook size")
    names = "plot => plot.data.map(it => it.name)"
    drawn = visitor.page.locator(".js-plotly-plot").first.evaluate(names)
    assert {"16×1 Gray", "4×4 Gray"} <= set(drawn)


def test_training_by_the_book_is_handed_in(visitor: Visitor):
    """NYU 8.1 (first K, ε); Bar-Ilan 1 (iterations); Tufts 8 (a cap, restarts); Aarhus."""
    query = "?block=4&largest=16&k=16&panel=training&trainer=textbook&epsilon=0.01&iterations=5"
    more(visitor.bring(query, ("gray.png", GRAY)))
    chosen(visitor, "Start", "The first ones")
    with visitor.page.expect_download() as download:
        visitor.page.get_by_role("button", name="Iterations (CSV)").click()
    with open(download.value.path(), newline="") as file:
        rows = list(csv.DictReader(file))
    with visitor.page.expect_download() as download:
        visitor.page.get_by_role("button", name="Their codewords (.npz)").click()
    rounds = np.load(download.value.path())
    vectors = cut_for(read_picture(GRAY, ""), Settings(4)).vectors
    rules = Rules("first", epsilon=0.01, iterations=5)
    [run] = finish(runs_work(vectors, 16, rules))
    assert [float(row["distortion"]) for row in rows] == [it.distortion for it in run.rounds]
    for it in run.rounds:
        np.testing.assert_array_equal(rounds[f"iteration{it.number}"], it.codewords)
    codebook = parse_codebook(visitor.download("Codebook (.npz)")).codebook
    expected = {tuple(it) for it in np.rint(run.codewords).tolist()}
    assert {tuple(it) for it in codebook.codewords.tolist()} == expected
    chosen(visitor, "Start", "Drawn at random")
    restarts = visitor.page.get_by_role("spinbutton", name="Restarts")
    restarts.fill("3")
    restarts.press("Enter")
    visitor.settle()
    best, _, worst = finish(
        runs_work(vectors, 16, Rules("random", epsilon=0.01, iterations=5, restarts=3))
    )
    told = visitor.page.get_by_text(f"3 starts, error at the end: {best.distortion:.6g}")
    spread = worst.distortion - best.distortion
    assert told.inner_text().endswith(f", {worst.distortion:.6g}; spread {spread:.6g}.")


def test_one_codebook_of_several_pictures(visitor: Visitor):
    """Purdue ECE 634, 2; UW CSE 490 GZ, 2; UPC CDI 6.2: joint, own and another's codebook."""
    query = "?block=4&colour=gray&largest=16&k=16&panel=pictures"
    visitor.bring(query, ("colour.png", COLOUR), ("gray.png", GRAY))
    visitor.page.get_by_text("One codebook for all", exact=True).click()
    visitor.settle()
    with visitor.page.expect_download() as download:
        visitor.page.get_by_role("button", name="Codebook (.npz)").click()
    data = Path(download.value.path()).read_bytes()
    shared = parse_codebook(data)
    assert (shared.codebook.size, shared.colour) == (16, "gray")
    assert json.loads(comment_of(data))["pictures"] == 2
    panel(visitor, "Another codebook")
    payload = {"name": "all.npz", "mimeType": "application/octet-stream", "buffer": data}
    visitor.page.locator("input[type=file]").set_input_files([payload])
    visitor.settle()
    with visitor.page.expect_download() as download:
        visitor.page.get_by_role("button", name="all.npz: compressed (.vq)").click()
    file = Path(download.value.path()).read_bytes()
    assert parse(file, [shared]).decode().shape == read_picture(GRAY, "").pixels.shape


def comment_of(data):
    return zipfile.ZipFile(io.BytesIO(data)).comment
