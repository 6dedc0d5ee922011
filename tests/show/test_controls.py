"""Tests of controls: their words, and what they hold."""

from types import MappingProxyType

import pytest

from vqcore.coding.codec import Settings
from vqcore.show.controls import (
    FACTS,
    choice,
    control,
    keep_valid,
    number,
    size_choice,
    unbound,
    values_of,
)


def test_a_control_that_the_address_knows_has_the_words_of_one_that_it_does_not():
    assert control("seed") == {**unbound("seed"), "bind": "query-params"}
    assert unbound("seed")["key"] == "seed"


def test_a_choice_shows_its_ids_in_words():
    words = choice("colour")
    assert words["format_func"]("ycbcr") == "YCbCr"
    assert "bind" not in words


def test_a_choice_is_of_all_ids_or_of_those_given():
    assert choice("colour")["options"] == ["gray", "rgb", "ycbcr"]
    assert choice("beside", ["webp"])["options"] == ["webp"]
    assert choice("beside", [])["options"] == []


def test_words_are_filled_in():
    assert control("codewords", dimension="16")["placeholder"] == "16 numbers each"
    assert unbound("raw-size", name="boat.raw")["label"] == "Size of boat.raw"
    assert "help" not in control("picture")


@pytest.mark.parametrize("name", FACTS)
def test_a_control_begins_with_something_that_it_offers(name):
    facts = control(name)
    assert facts.items() >= FACTS[name].items()
    first = facts.get("value", 0)
    assert first in facts.get("options", [first])
    assert facts.get("min_value", first) <= first <= facts.get("max_value", first)


@pytest.mark.parametrize(("text", "is_read"), [("7", True), ("inf", False), (None, True)])
def test_a_number_without_end_in_the_address_is_not_read(text, is_read):
    words = number("seed", {} if text is None else {"seed": text})
    assert words == (control("seed") if is_read else unbound("seed"))


def test_what_a_control_writes_is_words():
    assert list(map(control("height")["format_func"], (0, 16))) == ["as wide", "16"]
    assert list(map(control("given")["format_func"], (None, "a.npz"))) == ["typed in", "a.npz"]


@pytest.mark.parametrize(("wanted", "first"), [(1, 0), (4, 2), (3, 3)])
def test_a_choice_of_sizes_begins_with_the_one_wanted_or_the_largest(wanted, first):
    words = size_choice("each", [1, 2, 4, 8], wanted)
    assert (words["key"], words["options"], words["index"]) == ("each", [1, 2, 4, 8], first)
    assert words["label"] == control("size")["label"]
    assert size_choice("steps", [1, 2], 1)["label"] == "K of the curve over q"


@pytest.mark.parametrize(("held", "kept"), [({"it": 2}, 2), ({"it": 9}, 1), ({}, None)])
def test_only_what_is_no_option_is_replaced(held, kept):
    keep_valid(held, "it", [1, 2], 1)
    assert held.get("it") == kept


def test_what_is_as_at_first_stays_though_it_is_no_option():
    untouched = MappingProxyType({"it": None})
    keep_valid(untouched, "it", ["a"], None)


def test_a_gray_picture_leaves_the_colour_chosen():
    settings = Settings(8, "gray", "kmeans", 3, 20)
    held = {
        "block": 8,
        "height": 0,
        "trainer": "kmeans",
        "seed": 3,
        "rate": 20,
        "family": "plain",
        "smooth": False,
    }
    assert values_of(settings, is_gray=True) == held
    assert values_of(settings, is_gray=False) == held | {"colour": "gray"}
