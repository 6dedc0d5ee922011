"""Tests of storing: every codec at every level of its curve, past those that refuse."""

import numpy as np
import pytest
from helpers import photograph, smooth_picture
from PIL import Image

from vqcore import metrics
from vqcore.lab.rivals import RIVALS, RivalPoint, rival_file, rival_pixels
from vqcore.lab.storing import LEVELS, Stored, stored_work
from vqcore.signals.pictures import Origin, Picture
from vqcore.work import finish, mapped

COLOUR = Picture(photograph("chelsea").pixels[100:140, 150:200], "cat", Origin("PNG", 7))
GRAY = smooth_picture(24, 33, gray=True)


def levels(stored: Stored) -> list[tuple[str, int]]:
    return [(point.codec, point.level) for point in stored.points]


def test_every_codec_has_all_levels_of_its_curve() -> None:
    stored = finish(stored_work(COLOUR, "rgb"))
    expected = [(codec, level) for codec, rival in RIVALS.items() for level in rival.levels]
    assert levels(stored) == expected
    assert len(expected) == LEVELS
    assert (stored.name, stored.digest, stored.origin) == ("cat", COLOUR.digest, COLOUR.origin)
    assert (stored.colour, stored.refusals) == ("rgb", ())


@pytest.mark.parametrize("picture", [COLOUR, GRAY], ids=["colour", "gray"])
def test_in_gray_it_is_the_luma_that_is_stored(picture: Picture) -> None:
    stored = finish(stored_work(picture, "gray"))
    luma = np.asarray(Image.fromarray(picture.pixels).convert("L"))
    point = stored.points[4]
    data = rival_file(luma, "jpeg", point.level)
    assert (stored.colour, point.file_bytes) == ("gray", len(data))
    assert point.mse == metrics.mse(luma, rival_pixels(data, 1))


def test_a_gray_picture_stays_gray() -> None:
    assert finish(stored_work(GRAY, "rgb")).colour == "gray"


def test_each_point_is_told_when_it_is_there() -> None:
    told: list[RivalPoint | None] = []
    stored = finish(mapped(stored_work(GRAY, "gray"), told.append))
    assert [point for point in told if point] == [*stored.points]


def test_a_codec_that_refuses_stops_no_other(monkeypatch: pytest.MonkeyPatch) -> None:
    Image.init()
    monkeypatch.delitem(Image.SAVE, "WEBP")
    stored = finish(stored_work(COLOUR, "rgb"))
    assert {codec for codec, _ in levels(stored)} == RIVALS.keys() - {"webp"}
    [refusal] = stored.refusals
    assert refusal.startswith("cat: WebP cannot store this picture")
