"""Tests of targets: the best file that meets a target, or what the nearest was."""

import math
from dataclasses import replace

import pytest
from helpers import made_up_points, smooth_picture

from vqcore.coding.codec import Settings
from vqcore.lab.targets import Candidate, Target, TargetError, settings_to_try


def candidate(file_bytes: int, psnr_db: float, raw_bytes: int = 1200) -> Candidate:
    point = replace(
        made_up_points()[1],
        file_bytes=file_bytes,
        psnr_db=psnr_db,
        file_ratio=raw_bytes / file_bytes,
    )
    return Candidate(Settings(), point, bytes(file_bytes))


CANDIDATES = [candidate(*each) for each in ((100, 20), (200, 30), (300, 28), (400, 35), (600, 35))]


@pytest.mark.parametrize(
    ("target", "file_bytes"),
    [
        (Target(max_bytes=399), 200),
        (Target(max_bytes=1000), 400),
        (Target(max_bytes=100), 100),
        (Target(min_psnr_db=28), 200),
        (Target(min_psnr_db=30.1), 400),
        (Target(min_ratio=6), 200),
        (Target(min_ratio=5), 200),
        (Target(max_bytes=400, min_psnr_db=25), 400),
        (Target(max_bytes=400, min_ratio=4), 200),
        (Target(max_bytes=150, min_ratio=4), 100),
        (Target(min_psnr_db=20, min_ratio=3), 400),
        (Target(max_bytes=500, min_psnr_db=20, min_ratio=2), 400),
        (Target(), 100),
    ],
    ids=str,
)
def test_the_best_that_meets_all(target: Target, file_bytes: int) -> None:
    assert target.choose(CANDIDATES).file_bytes == file_bytes


@pytest.mark.parametrize(
    ("target", "told"),
    [
        (
            Target(max_bytes=99),
            "no setting gives at most 99 bytes; the smallest file has 100 bytes",
        ),
        (Target(min_psnr_db=35.1), "no setting gives at least 35.1 dB; the best has 35 dB"),
        (
            Target(min_ratio=12.5),
            "no setting gives a ratio of at least 12.5; the highest ratio is 12",
        ),
        (
            Target(max_bytes=300, min_psnr_db=31),
            "no setting gives at most 300 bytes and at least 31 dB; "
            "the best of these files has 30 dB",
        ),
        (
            Target(max_bytes=200, min_ratio=20, min_psnr_db=10),
            "no setting gives at most 200 bytes and a ratio of at least 20 and at least 10 dB; "
            "the highest ratio is 12",
        ),
    ],
)
def test_a_target_not_met_says_what_is_nearest(target: Target, told: str) -> None:
    with pytest.raises(TargetError) as caught:
        target.choose(CANDIDATES)
    assert str(caught.value) == told


def test_without_an_error_any_psnr_is_met() -> None:
    lossless = candidate(900, math.inf)
    assert Target(min_psnr_db=math.inf).choose([*CANDIDATES, lossless]) is lossless


@pytest.mark.parametrize(
    ("left_open", "expected"),
    [
        (set(), {(5, "rgb")}),
        ({"block"}, {(4, "rgb"), (8, "rgb"), (16, "rgb")}),
        ({"colour", "size"}, {(5, "rgb"), (5, "ycbcr")}),
        ({"block", "colour"}, {(b, c) for b in (4, 8, 16) for c in ("rgb", "ycbcr")}),
    ],
)
def test_what_is_left_open_is_tried(left_open: set[str], expected: set) -> None:
    settings = Settings(5, "rgb", seed=2, rate_weight=9)
    tried = settings_to_try(smooth_picture(8, 8), settings, left_open)
    assert {(each.block_size.width, each.colour) for each in tried} == expected
    assert len(tried) == len(expected)
    assert {(each.seed, each.rate_weight) for each in tried} == {(2, 9)}


def test_a_gray_picture_is_tried_in_gray() -> None:
    picture = smooth_picture(8, 8, gray=True)
    assert settings_to_try(picture, Settings(8), {"colour"}) == [Settings(8, "gray")]
    assert settings_to_try(picture, Settings(8), {"size"}) == [Settings(8)]


@pytest.mark.parametrize(
    ("target", "told"),
    [
        (Target(max_bytes=1), "at most 1 byte"),
        (Target(min_psnr_db=math.inf), "a lossless picture"),
        (Target(9, math.inf, 0), "at most 9 bytes and a lossless picture"),
        (Target(min_ratio=math.inf), "a ratio of ∞"),
    ],
    ids=str,
)
def test_target_in_words(target: Target, told: str) -> None:
    assert str(target) == told
