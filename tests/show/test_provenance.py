"""Tests of provenance: what every export carries, and how its file is called."""

import json
import tomllib
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
from helpers import smooth_picture

import vqcore
from vqcore import version
from vqcore.codebooks.codebook import Codebook
from vqcore.coding.codebookfile import SharedCodebook, pack_codebook
from vqcore.coding.codec import Settings
from vqcore.show.provenance import PROGRAM, Provenance, provenance_of
from vqcore.signals.pictures import Picture, png_bytes

SOURCE = Provenance("Zoë.png", "d1", Settings(4, "ycbcr", "kmeans", 3, 50), 32)


def test_record_by_hand() -> None:
    assert SOURCE.record == {
        "picture": "Zoë.png",
        "digest": "d1",
        "block_size": 4,
        "colour": "ycbcr",
        "trainer": "kmeans",
        "seed": 3,
        "rate_weight": 50,
        "family": "plain",
        "options": "",
        "smoothing": False,
        "rules": "",
        "codebook_size": 32,
        "program": f"VQ Lab {vqcore.__version__}",
    }
    assert "codebook_size" not in replace(SOURCE, codebook_size=None).record


def test_texts_are_the_record_in_words() -> None:
    texts = SOURCE.texts
    assert texts.pop("Software") == PROGRAM
    record = {name: str(value) for name, value in SOURCE.record.items() if name != "program"}
    assert texts == record


def test_comment_is_the_record_as_json() -> None:
    assert json.loads(SOURCE.comment) == SOURCE.record
    assert "Zoë" in SOURCE.comment


@pytest.mark.parametrize("name", ["a\0b", "caf\udce9", "\x01" * 300, "✓" * 70_000, '"' * 5000, ""])
def test_any_name_can_be_written(name: str) -> None:
    source = replace(SOURCE, picture=name)
    assert png_bytes(np.zeros((1, 1), np.uint8), source.texts)
    pack_codebook(SharedCodebook(Codebook(np.uint8([[7]])), 1, "gray"), source.comment)


def test_provenance_of_a_picture() -> None:
    picture = Picture(smooth_picture(8, 8).pixels, "waves.png")
    source = provenance_of(picture, Settings(4), 2)
    assert source == Provenance("waves.png", picture.digest, Settings(4), 2)


@pytest.mark.parametrize(
    ("name", "stem"),
    [
        ("china.jpg", "china"),
        ("China.JPG", "China"),
        ("chelsea", "chelsea"),
        ("scan 1.5", "scan 1.5"),
        ("a.b.tiff", "a.b"),
        ("a.vq", "a"),
        ("a.npz", "a"),
        (".png", ".png"),
        ("", "picture"),
    ],
)
def test_only_a_suffix_that_the_lab_knows_is_left_out(name: str, stem: str) -> None:
    assert Provenance(name, "", Settings(), 2).file_stem == f"{stem}-8x8-rgb-K2"


@pytest.mark.parametrize(
    ("settings", "told"),
    [
        (Settings(1, "gray"), "1x1-gray-K2"),
        (Settings(seed=7), "8x8-rgb-K2-seed7"),
        (Settings(trainer="random"), "8x8-rgb-K2-random"),
        (Settings(rate_weight=0.5), "8x8-rgb-K2-lambda0.5"),
        (Settings(rate_weight=1e6), "8x8-rgb-K2-lambda1000000"),
        (Settings(family="residual", options=(3,)), "8x8-rgb-residual-stages3-K2"),
        (Settings(family="wavelet"), "rgb-wavelet-q20-K2"),
        (Settings(colour="gray", family="wavelet", options=(4, 2)), "gray-wavelet-q4-shipped2-K2"),
    ],
)
def test_file_is_called_by_what_sets_it_apart(settings: Settings, told: str) -> None:
    assert Provenance("a.png", "", settings, 2).file_stem == f"a-{told}"


def test_version_stands_in_one_place() -> None:
    project = tomllib.loads((Path(__file__).parents[2] / "pyproject.toml").read_text())
    assert "version" not in project["project"]
    attribute = project["tool"]["setuptools"]["dynamic"]["version"]["attr"]
    assert attribute == "vqcore.version.__version__"
    assert vqcore.__version__ == version.__version__
