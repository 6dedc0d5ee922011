"""Tests of downloads: each file is what its row says, and says where it comes from."""

import csv
import io
import json
import zipfile
from dataclasses import replace

import numpy as np
import pytest
from helpers import smooth_picture, steps_of
from PIL import Image

from vqcore.codebooks.textbook import Rules
from vqcore.coding.codebookfile import parse_codebook
from vqcore.coding.codec import Settings
from vqcore.coding.container import parse
from vqcore.lab.foreign import study_with_own
from vqcore.lab.joint import known_codebook, trying
from vqcore.lab.sharing import use_work
from vqcore.lab.store import Store
from vqcore.lab.study import Study, sweeping
from vqcore.lab.sweeps import sweep
from vqcore.show import downloads
from vqcore.show.curves import vq_curve
from vqcore.show.downloads import QUICK_PIXELS, TILE_SIDE, Offer
from vqcore.show.provenance import PROGRAM, provenance_of
from vqcore.signals.blocks import tile_sheet
from vqcore.signals.pictures import Picture, png_bytes, read_picture
from vqcore.work import finish

SETTINGS = Settings(4, "ycbcr", seed=3)
PICTURE = read_picture(png_bytes(smooth_picture(24, 33).pixels), "waves.png")
STEPS = {it.point.codebook_size: it for it in steps_of(sweep(PICTURE, SETTINGS, [1, 8]))}
SOURCE = provenance_of(PICTURE, SETTINGS, 8)
EVERY = replace(SOURCE, codebook_size=None)


def waves(seed: int) -> bytes:
    return png_bytes(smooth_picture(24, 33, seed=seed).pixels)


def study_of(picture: Picture) -> Study:
    return Study(picture.name, picture, SETTINGS, (1, 8), Store(10**6))


def offered(picture: Picture = PICTURE) -> dict[str, Offer]:
    layout, points = STEPS[8].encoded.layout, [it.point for it in STEPS.values()]
    curves = [vq_curve(SETTINGS, layout, points)]
    groups = downloads.offered(study_of(picture), STEPS[8], lambda: curves)
    return {offer.name: offer for offers in groups.values() for offer in offers}


def test_each_has_a_name_that_says_the_setting() -> None:
    assert {name: offer.file_name for name, offer in offered().items()} == {
        "Compressed (.vq)": "waves-4x4-ycbcr-K8-seed3.vq",
        "Reconstruction (PNG)": "waves-4x4-ycbcr-K8-seed3.png",
        "Original (PNG)": "waves.png",
        "Codebook (.npz)": "waves-4x4-ycbcr-K8-seed3.npz",
        "Codebook (.npy)": "waves-4x4-ycbcr-K8-seed3.npy",
        "Codebook (PNG)": "waves-4x4-ycbcr-K8-seed3-codebook.png",
        "All figures (CSV)": "waves-4x4-ycbcr-seed3.csv",
        "All figures (JSON)": "waves-4x4-ycbcr-seed3.json",
        "Report (HTML)": "waves-4x4-ycbcr-K8-seed3.html",
    }


def test_compressed_is_the_file_that_was_measured() -> None:
    data = offered()["Compressed (.vq)"].make()
    assert len(data) == STEPS[8].point.file_bytes
    np.testing.assert_array_equal(parse(data).decode(), STEPS[8].encoded.decode())


@pytest.mark.parametrize(
    ("name", "pixels"),
    [
        ("Reconstruction (PNG)", STEPS[8].encoded.decode()),
        ("Codebook (PNG)", tile_sheet(STEPS[8].encoded.tiles, TILE_SIDE)),
    ],
)
def test_pictures_say_where_they_come_from(name: str, pixels: np.ndarray) -> None:
    data = offered()[name].make()
    np.testing.assert_array_equal(read_picture(data, "").pixels, pixels)
    assert Image.open(io.BytesIO(data)).text == SOURCE.texts


def test_original_says_whose_it_is_and_no_settings() -> None:
    data = offered()["Original (PNG)"].make()
    assert read_picture(data, "").digest == PICTURE.digest
    expected = {"Software": PROGRAM, "picture": "waves.png", "digest": PICTURE.digest}
    assert Image.open(io.BytesIO(data)).text == expected


def test_codebook_says_where_it_comes_from() -> None:
    data = offered()["Codebook (.npz)"].make()
    assert parse_codebook(data).checksum == STEPS[8].encoded.shared.checksum
    with zipfile.ZipFile(io.BytesIO(data)) as archive:
        assert json.loads(archive.comment) == SOURCE.record
    words = np.load(io.BytesIO(offered()["Codebook (.npy)"].make()))
    np.testing.assert_array_equal(words, STEPS[8].encoded.shared.codebook.codewords)


def test_figures_say_where_they_come_from() -> None:
    rows = list(csv.DictReader(offered()["All figures (CSV)"].make().decode().splitlines()))
    assert [row["codebook_size"] for row in rows] == ["1", "8"]
    for row in rows:
        assert {name: row[name] for name in EVERY.record} == {
            name: str(value) for name, value in EVERY.record.items()
        }
    assert json.loads(offered()["All figures (JSON)"].make())["provenance"] == EVERY.record
    report = offered()["Report (HTML)"].make().decode()
    assert "K = 8" in report
    for part in (PICTURE.digest, PROGRAM, "4×4 YCbCr, seed 3", "waves.png"):
        assert part in report


def test_what_takes_long_is_made_when_asked_for() -> None:
    assert [name for name, it in offered().items() if not it.is_quick] == ["Report (HTML)"]
    large = Picture(np.zeros((QUICK_PIXELS // 1000, 1001), np.uint8), "large")
    slow = [name for name, it in offered(large).items() if not it.is_quick]
    assert slow == ["Reconstruction (PNG)", "Original (PNG)", "Report (HTML)"]


def test_what_takes_long_is_made_only_when_asked_for() -> None:
    made: list[str] = []

    def offer(is_quick: bool) -> Offer:
        return Offer("vq", "icon", "a.vq", lambda: made.append("once") or bytes(1500), is_quick)

    quick, slow = offer(True), offer(False)
    assert (slow.size, made) == ("–", [])
    assert (quick.size, quick.file.data) == ("1.5 kB", bytes(1500))
    assert made == ["once"]
    assert quick.file.name == slow.file.name == "a.vq"
    assert slow.file.data() == bytes(1500)
    assert quick.what != slow.what
    assert quick.what in slow.what


def test_gray_picture_is_said_to_be_gray() -> None:
    gray = Picture(smooth_picture(24, 33, gray=True).pixels, "gray")
    assert "gray-4x4-gray-K8" in offered(gray)["Compressed (.vq)"].file_name


def test_a_codebook_of_several_pictures_says_of_how_many() -> None:
    inside = [study_of(PICTURE), study_of(read_picture(waves(seed=1), "others.png"))]
    assert downloads.joint_files(inside, 8) == downloads.joint_files([], 8) == []
    list(trying(inside, inside, 8))
    [(_, name, data)] = downloads.joint_files(inside, 8)
    assert name == "2-pictures-K8.npz"
    shared = known_codebook(inside, 8)
    assert parse_codebook(data).checksum == shared.checksum
    comment = json.loads(zipfile.ZipFile(io.BytesIO(data)).comment)
    assert (comment["pictures"], comment["codebook_size"], comment["seed"]) == (2, 8, 3)


def test_the_rounds_of_a_training_by_the_book_are_trained_again() -> None:
    rules = Rules("first", iterations=3, epsilon=0)
    settings = Settings(4, "gray", trainer="textbook", rules=rules)
    study = Study(PICTURE.name, PICTURE, settings, (4,), Store(10**8))
    assert downloads.book_files(study, 4) == []
    list(sweeping([study]))
    lines, table, rounds = downloads.book_files(study, 4)
    assert (lines.name, rounds.name) == ("iterations-K4.csv", "iterations-K4.npz")
    told = list(csv.DictReader(io.StringIO(lines.data)))
    trained = np.load(io.BytesIO(rounds.data()))
    assert len(trained.files) == len(told) == len(study.steps[4].trained.book.lines)
    assert {trained[name].shape for name in trained} == {(4, 16)}
    head, *rows = csv.reader(io.StringIO(table.data().decode()))
    assert (table.name, head[:4]) == (
        "iterations-K4-codewords.csv",
        ["iteration", "error_a_vector", "index", "x1"],
    )
    for number, name in enumerate(trained.files):
        of = [row for row in rows if row[0] == str(number)]
        np.testing.assert_array_equal(np.float64([row[3:] for row in of]), trained[name])


def test_a_picture_with_a_codebook_from_elsewhere_is_named_with_it() -> None:
    study, shared = study_of(PICTURE), STEPS[8].encoded.shared
    use, own = finish(use_work(PICTURE, shared)), study_with_own(study, shared)
    [(label, name, data)] = downloads.use_files("a*b.npz", use, own)
    assert (name, data) == ("waves-4x4-ycbcr-K8-with-a*b.vq", use.file)
    assert r"a\*b" in label
    list(sweeping([own]))
    _, (_, name, data) = downloads.use_files("a*b.npz", use, own)
    assert (name, data) == ("waves-4x4-ycbcr-K8-seed3.vq", own.steps[8].file)


def test_the_sheet_of_wavelets_has_the_looks_of_codewords_band_by_band() -> None:
    settings, store = Settings(4, "gray", family="wavelet"), Store(10**8)
    study = Study("waves", smooth_picture(40, 56, gray=True), settings, (4,), store)
    list(sweeping([study]))
    step = study.steps[4]
    offers = {it.id: it for it in downloads.offered(study, step, list)["codebook"]}
    assert list(offers) == ["codebook-png"]
    tables = step.encoded.shown_by.tables
    assert len(step.encoded.tiles) == sum(map(len, tables)) == 15 * len(tables[0])
    assert step.encoded.tiles[0].tolist() == [[128] * 4] * 4
    assert read_picture(offers["codebook-png"].make(), "").width >= TILE_SIDE
