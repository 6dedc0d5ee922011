"""Tests of controls: their words, and what they hold."""

import pytest

from vqcore.coding.codec import Settings
from vqcore.show.controls import choice, control, keep_valid, unbound, values_of


def test_a_control_that_the_address_knows_has_the_words_of_one_that_it_does_not():
    assert control("seed") == {**unbound("seed"), "bind": "query-params"}
    assert unbound("seed")["key"] == "seed"


def test_a_choice_shows_its_ids_in_words():
    words = choice("colour")
    assert words["format_func"]("ycbcr") == "YCbCr"
    assert "bind" not in words


@pytest.mark.parametrize(("held", "kept"), [({"it": 2}, 2), ({"it": 9}, 1), ({}, None)])
def test_only_what_is_no_option_is_replaced(held, kept):
    keep_valid(held, "it", [1, 2], 1)
    assert held.get("it") == kept


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
