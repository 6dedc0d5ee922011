"""Tests of links: ids in the address, and the English names of before."""

import pytest
from helpers import smooth_picture

from vqcore.show.links import (
    CHOICES,
    DEFAULTS,
    OLD_NAMES,
    Wanted,
    choices_of,
    in_the_address,
    newest,
    opened_with,
    read_choice,
    read_several,
    short_digest,
    wanted_file,
    written,
    written_several,
)

PANELS = list(OLD_NAMES["panel"].values())


def ids_of(name):
    return PANELS if name == "panel" else CHOICES[name]


@pytest.mark.parametrize("name", OLD_NAMES)
def test_every_old_name_and_every_id_is_read_as_that_id(name):
    for old, meant in OLD_NAMES[name].items():
        assert read_choice(name, old, ids_of(name)) == meant
    for each in ids_of(name):
        assert read_choice(name, each, ids_of(name)) == each
    assert set(OLD_NAMES[name].values()) <= set(ids_of(name))


@pytest.mark.parametrize("text", [None, "", "nonsense", "RGB ", "rgb,gray"])
def test_what_makes_no_sense_is_no_choice(text):
    assert read_choice("colour", text) is None


@pytest.mark.parametrize("name", DEFAULTS)
def test_what_is_written_is_read_and_the_default_is_left_out(name):
    for each in ids_of(name):
        text = written(name, each)
        assert (read_choice(name, text, ids_of(name)) or DEFAULTS[name]) == each
        assert (text is None) == (each == DEFAULTS[name])


def test_several_are_written_with_commas_and_all_are_left_out():
    there = ["jpeg", "webp", "png8"]
    for chosen in ([], ["webp"], ["webp", "jpeg"], there):
        text = written_several(chosen, there)
        assert read_several("beside", text, there) == chosen
        assert (text is None) == (chosen == there)
    assert written_several(["webp", "jpeg"], there) == "webp,jpeg"


def test_a_codec_that_is_not_there_is_left_out():
    assert read_several("beside", "JPEG,AVIF,tape", ["jpeg", "webp"]) == ["jpeg"]


def test_choices_are_read_as_they_were_written():
    there = ["jpeg", "webp"]
    chosen = {"panel": "health", "colour": "gray", "trainer": "lbg", "beside": ["webp"]}
    chosen |= {"signal": "points", "source": "rings"}
    address = in_the_address(chosen, there)
    assert address == {
        "panel": "health",
        "colour": "gray",
        "family": None,
        "trainer": None,
        "begin": None,
        "empty": None,
        "distance": None,
        "likeness": None,
        "axis": None,
        "families": None,
        "target": None,
        "start": None,
        "signal": "points",
        "source": "rings",
        "point-family": None,
        "point-panel": None,
        "measure": None,
        "sound-rate": None,
        "sound-family": None,
        "sound-panel": None,
        "sound-axis": None,
        "sound-kind": None,
        "spectral-family": None,
        "spectral-frames": None,
        "spectral-panel": None,
        "beside": "webp",
    }
    assert choices_of(address, PANELS, there) == {**DEFAULTS, **chosen}
    assert in_the_address({}, there) == dict.fromkeys(address)


@pytest.mark.parametrize(
    ("address", "held"),
    [
        ({}, {"size": 32}),
        ({"k": "64"}, {"size": 64, "block": 8, "picture": "chelsea"}),
        ({"k": "64", "block": "4"}, {"size": 64, "picture": "chelsea"}),
        ({"k": "64", "v": "2"}, {"size": 64}),
        ({"k": "08", "v": "2"}, {"size": 32}),
        ({"k": "12345"}, {"size": 32}),
        ({"panel": "health", "colour": "mauve"}, {"size": 32, "panel": "health"}),
    ],
)
def test_what_a_page_is_opened_with(address, held):
    there = ["jpeg", "webp"]
    assert opened_with(address, PANELS, there) == {**DEFAULTS, "beside": there, **held}


def test_a_file_is_wanted_as_the_page_was_opened():
    state = {}
    address = {"needs": "boat.png", "digest": "12ab", "k": "8"}
    assert wanted_file(state, address) == Wanted("boat.png", "12ab")
    assert wanted_file(state, {}) == ("boat.png", "12ab", "picture")
    assert wanted_file({}, {**address, "signal": "points"}).signal == "points"


@pytest.mark.parametrize(
    ("state", "address"), [({}, {}), ({"files": ["a file"]}, {"needs": "boat.png"})]
)
def test_a_page_that_needs_nothing_or_has_uploads_wants_no_file(state, address):
    assert wanted_file(state, address) == Wanted(None, None)
    assert wanted_file(state, {"needs": "boat.png"}) == Wanted(None, None)


def test_the_newest_is_looked_at_or_what_a_link_waited_for():
    there = {f"{seed}.png": smooth_picture(8, 8, seed=seed) for seed in (1, 2, 3)}
    second = Wanted("renamed.png", short_digest(there["2.png"]))
    assert newest(there, second) == "2.png"
    assert second.among(there) == ["2.png"]
    assert newest(there, Wanted()) == "3.png"
    assert Wanted("1.png", "another").among(there) == []
