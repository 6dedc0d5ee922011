"""Tests of targets: the best file that meets a target, or what the nearest was."""

import math
from dataclasses import replace

import pytest
from helpers import made_up_points, smooth_picture

from vqcore.coding.codec import Settings
from vqcore.lab.targets import (
    CODEBOOK_SIZES,
    Candidate,
    Target,
    TargetError,
    closer_tries,
    first_tries,
    leaders,
    settings_to_try,
)
from vqcore.quantizers.family import FAMILIES
from vqcore.quantizers.wavelet import STEP_NUMBERS, worth_of_a_bit


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


def test_families_are_tried_each_as_it_suits_and_once() -> None:
    tried = settings_to_try(smooth_picture(8, 8), Settings(5), {"family", "block", "colour"})
    assert len(set(tried)) == len(tried)
    assert [*dict.fromkeys(each.family for each in tried)] == list(FAMILIES)
    trees = [each for each in tried if each.family == "quadtree"]
    assert trees == [Settings(side, "ycbcr", family="quadtree") for side in (4, 8)]


def test_each_family_is_set_as_the_settings_are_but_for_their_trainer() -> None:
    settings = Settings(8, "ycbcr", "kmeans", 2, 7, smoothing=True)
    tried = settings_to_try(smooth_picture(8, 8), settings, {"family"})
    others = replace(settings, trainer="lbg")
    assert tried == [settings, *(replace(others, family=it) for it in FAMILIES if it != "plain")]


OPEN = {"block", "colour", "size", "rate_weight"}


def of(settings: Settings, size: int, mse: float, file_bytes: int, psnr_db: float) -> Candidate:
    point = replace(candidate(file_bytes, psnr_db).point, codebook_size=size, mse=mse)
    return Candidate(settings, point, b"")


@pytest.mark.parametrize(
    ("target", "weight"),
    [
        (Target(max_bytes=250), 14),  # 2 ln 2 · 10
        (Target(min_psnr_db=34), 42),
        (Target(min_psnr_db=99), 42),  # none: the best
        (Target(max_bytes=350, min_psnr_db=99), 28),
        (Target(max_bytes=9), 0),  # none: the smallest
    ],
    ids=str,
)
def test_families_are_tried_with_the_rate_weight_of_plain_ones_near_the_target(
    target: Target, weight: float
) -> None:
    files = (100, 20), (200, 30), (300, 30.5), (400, 35)
    plain = [of(Settings(), 8, 10.0 * at, *each) for at, each in enumerate(files)]
    tries = first_tries(smooth_picture(8, 8), target, plain, OPEN, CODEBOOK_SIZES)
    assert {each.rate_weight for each in tries if each.family != "wavelet"} == {weight}
    [whole] = (each for each in tries if each.family == "wavelet")
    if weight:
        nearest = min(STEP_NUMBERS, key=lambda q: abs(math.log(worth_of_a_bit(q) / weight)))
        assert whole.options_by_name["band-step"] == nearest
    assert {each.family for each in tries} == set(FAMILIES)
    assert set(tries.values()) == {(4, 16, 64, 256, 1024)}


@pytest.mark.parametrize(("side", "sides"), [(4, {4, 8}), (8, {4, 8, 16}), (16, {8, 16})])
def test_families_are_tried_in_blocks_about_as_wide(side: int, sides: set[int]) -> None:
    plain = [of(Settings(side), 8, 9, 100, 20)]
    tries = first_tries(smooth_picture(8, 8), Target(500), plain, OPEN, CODEBOOK_SIZES)
    assert {it.block_size.width for it in tries if it.family == "residual"} == sides


def test_what_options_fix_is_so_for_all_families() -> None:
    first = Settings(5, "ycbcr", seed=4, rate_weight=7)
    plain = [of(first, 8, 9, 100, 20)]
    tries = first_tries(smooth_picture(8, 8), Target(500), plain, set(), (8,))
    shared = {"family": "plain", "options": (), "block_size": 5}
    blocks = [each for each in tries if each.family != "wavelet"]
    assert {replace(each, **shared) for each in blocks} == {first}
    [whole] = (each for each in tries if each.family == "wavelet")
    assert (whole.seed, whole.rate_weight) == (4, 0)
    assert set(tries.values()) == {(8,)}
    closer = closer_tries(Target(500), [of(it, 8, 9, 100, 20) for it in tries], set())
    assert closer == {}


def test_a_closer_look_goes_around_the_best_three_families() -> None:
    figures = {"tree": (90, 28), "residual": (80, 27), "planes": (70, 26), "plain": (60, 25)}
    others = {"quadtree": (101, 40), "gain-shape": (99, 20)}
    some = [
        of(Settings(4, family=name, rate_weight=100), 64, 9, *each)
        for name, each in (figures | others).items()
    ]
    assert [it.settings.family for it in leaders(Target(100), some)] == [
        *("tree", "residual", "planes", "plain", "gain-shape", "quadtree"),
    ]
    tries = closer_tries(Target(100), some, OPEN)
    assert {it.family for it in tries} == {"tree", "residual", "planes"}
    by_weight = {it.rate_weight: sizes for it, sizes in tries.items() if it.family == "tree"}
    near = (32, 64, 128)
    assert by_weight == {25: near, 50: near, 100: (32, 128), 200: near}
    cheapest = leaders(Target(min_psnr_db=26), some)
    assert [it.settings.family for it in cheapest[:3]] == ["planes", "residual", "tree"]


@pytest.mark.parametrize(
    ("target", "file_bytes", "passed"),
    [
        (Target(max_bytes=400), 600, False),
        (Target(max_bytes=400), 601, True),
        (Target(max_bytes=400, min_psnr_db=90), 601, True),
        (Target(min_ratio=3), 600, False),  # of 1200 raw bytes: 400 at most
        (Target(min_ratio=3), 601, True),
        (Target(max_bytes=900, min_ratio=3), 601, True),
        (Target(min_psnr_db=29), 300, False),  # one of 200 bytes meets it
        (Target(min_psnr_db=29), 301, True),
        (Target(min_psnr_db=36), 9999, False),
        (Target(), 150, False),
        (Target(), 151, True),
    ],
    ids=str,
)
def test_codebooks_that_are_too_large_are_passed(
    target: Target, file_bytes: int, passed: bool
) -> None:
    latest = candidate(file_bytes, 35)
    assert target.is_passed(latest, CANDIDATES[:3]) == passed


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
