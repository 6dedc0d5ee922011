"""Tests of viewer.how: a block of the picture, taken apart as its family does."""

import base64
import re

import numpy as np
import pytest
from helpers import photograph, steps_of, toned_picture
from numpy.typing import NDArray

from vqcore import words
from vqcore.coding.codec import Encoded, Settings
from vqcore.lab.sweeps import cut_for, sweep
from vqcore.quantizers.family import FAMILIES
from vqcore.signals.pictures import Picture, read_picture
from vqcore.viewer.how import how_it_works
from vqcore.words import catalog

TILES = re.compile(r'<img src="data:image/png;base64,([^"]+)" alt="([^"]+)"')


def encoded(picture: Picture, settings: Settings, size: int) -> tuple[Encoded, NDArray[np.uint8]]:
    [step] = steps_of(sweep(picture, settings, [size]))
    return step.encoded, cut_for(picture, settings).vectors


def tiles(html: str) -> dict[str, NDArray[np.uint8]]:
    found = TILES.findall(html)
    return {name: read_picture(base64.b64decode(data), "").pixels for data, name in found}


def test_plain_is_a_block_and_its_codeword() -> None:
    vectors = np.uint8([[9, 9, 9, 9], [0, 200, 0, 200]])
    picture = Picture(np.uint8([[9, 9, 0, 200], [9, 9, 0, 200]]), "two")
    html = how_it_works(encoded(picture, Settings(2, "gray"), 2)[0], vectors)
    assert {name: tile.tolist() for name, tile in tiles(html).items()} == {
        "original": [[0, 200]] * 2,
        "codeword": [[0, 200]] * 2,
    }
    assert "<b>→</b>" in html
    assert "<b>=</b>" not in html


def test_stages_add_up_to_the_block_as_rebuilt() -> None:
    settings = Settings(4, "gray", family="residual", options=(3,))
    html = how_it_works(*encoded(photograph("camera", 4), settings, 8))
    shown = {name: tile.astype(int) for name, tile in tiles(html).items()}
    assert list(shown) == ["original", "stage 1", "stage 2", "stage 3", "rebuilt"]
    added = shown["stage 1"] + shown["stage 2"] - 128 + shown["stage 3"] - 128
    np.testing.assert_array_equal(added.clip(0, 255), shown["rebuilt"])
    assert html.count("<b>+</b>") == 2
    assert html.count("<b>=</b>") == 1


def test_a_gain_multiplies_its_shape() -> None:
    html = how_it_works(*encoded(photograph("camera", 4), Settings(4, family="gain-shape"), 8))
    assert list(tiles(html)) == ["original", "mean", "gain", "shape", "rebuilt"]
    assert re.findall("<b>(.)</b>", html) == ["→", "+", "×", "="]


def test_the_block_is_the_one_with_the_most_in_it() -> None:
    coded, vectors = encoded(photograph("camera", 4), Settings(4, "gray"), 8)
    shown = tiles(how_it_works(coded, vectors))["original"]
    assert shown.var() == max(vectors.var(axis=1))


def test_columns_without_samples_are_not_shown() -> None:
    coded, vectors = encoded(photograph("camera", 4), Settings(4, "gray", family="quadtree"), 8)
    assert list(tiles(how_it_works(coded, vectors))) == ["original", "mean", "shape", "rebuilt"]


def test_a_black_codeword_is_shown_all_the_same() -> None:
    coded, vectors = encoded(toned_picture([0, 0]), Settings(4, "gray"), 1)
    assert list(tiles(how_it_works(coded, vectors))) == ["original", "codeword"]


@pytest.mark.parametrize("family", FAMILIES)
def test_each_family_is_explained_in_three_sentences(family: str) -> None:
    assert len(re.findall(r"\.(?: |$)", catalog("en")[f"how.family.{family}"])) == 3


@pytest.mark.parametrize("colour", ["rgb", "ycbcr"])
@pytest.mark.parametrize("family", FAMILIES)
def test_each_word_comes_from_the_catalog(
    family: str, colour: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(words, "_language_now", lambda: "test")
    coded, vectors = encoded(photograph("coffee", 8), Settings(4, colour, family=family), 8)
    for name in tiles(how_it_works(coded, vectors)):
        assert not re.search(r"(?<![\[\w])[^\W\d_]+", name)
