"""Tests of wording: every number with its unit."""

import math
from dataclasses import replace

import pytest
from helpers import made_up_points

from vqcore.coding.codec import Settings
from vqcore.lab.sweeps import Plan
from vqcore.show.wording import (
    NARROW_SPACE,
    facts_of,
    in_short,
    infinity,
    kilobytes,
    origin_in_short,
    ratio,
    sampled,
    settings_name,
    similarity,
    why_no_more,
)
from vqcore.signals.blocks import BlockLayout
from vqcore.signals.pictures import Origin
from vqcore.words import said, say

LAYOUT = BlockLayout(width=80, height=10, block_size=8, colour="gray")


@pytest.mark.parametrize(
    ("value", "text"),
    [(1.0, "1:1"), (12.345, "12.35:1"), (999.9, "999.9:1"), (1000, f"1{NARROW_SPACE}000:1")],
)
def test_ratio(value: float, text: str) -> None:
    assert ratio(value) == text


def test_sizes_and_similarities() -> None:
    assert [kilobytes(size) for size in (0, 999, 1000)] == ["0 B", "999 B", "1.0 kB"]
    assert [similarity(value) for value in (None, 1.0)] == ["too small", "1.0000"]


def test_all_that_stands_beside_a_picture() -> None:
    lossless, close = (in_short(point) for point in made_up_points())
    assert lossless == "PSNR lossless · 85 bytes · 48.2:1 · SSIM too small · 0.1660 bpp"
    assert close.startswith("PSNR 58.13 dB · 85 bytes · 48.2:1 · SSIM 0.3333 · ")


@pytest.mark.parametrize(
    ("settings", "name"),
    [
        (Settings(8, "rgb"), "8×8 Gray"),
        (Settings(8, "gray", "kmeans"), "8×8 Gray, k-means++ (scikit-learn)"),
        (Settings(8, "gray", seed=7, rate_weight=0.5), "8×8 Gray, seed 7, λ = 0.5"),
    ],
)
def test_settings_are_named_by_what_sets_them_apart(settings: Settings, name: str) -> None:
    assert settings_name(settings, LAYOUT) == name


def test_a_noun_after_its_number() -> None:
    told = [say("count.block", n=number) for number in (0, 1, 2, 1000)]
    assert told == ["0 blocks", "1 block", "2 blocks", f"1{NARROW_SPACE}000 blocks"]
    one_byte = in_short(replace(made_up_points()[0], file_bytes=1))
    assert one_byte.startswith("PSNR lossless · 1 byte · ")
    assert sampled(1, 2) == "Trained on a sample of 1 block, finished on all 2."


@pytest.mark.parametrize(
    ("figure", "word"),
    [
        ("psnr_db", "lossless"),
        ("trained_psnr_db", "lossless"),
        ("nominal_ratio", "∞"),
        ("gap_db", "∞"),
        ("loss_db", "∞"),
    ],
)
def test_one_word_for_what_is_infinite(figure: str, word: str) -> None:
    assert infinity(figure, math.inf) == word


def test_a_gap_below_everything() -> None:
    assert infinity("gap_db", -math.inf) == "−∞"


@pytest.mark.parametrize(
    ("origin", "told"),
    [
        (Origin("PNG", 1606), f"PNG, 1{NARROW_SPACE}606 bytes"),
        (Origin("BMP", 1), "BMP, 1 byte"),
        (Origin("GIF", 35, (said("done.frames", frames=9),)), "GIF, 35 bytes; first of 9 frames"),
        (
            Origin("TIFF", 35, (said("done.unit"), said("done.white"))),
            "TIFF, 35 bytes; scaled from 0 … 1 · laid on white",
        ),
    ],
)
def test_where_a_picture_comes_from(origin: Origin, told: str) -> None:
    assert origin_in_short(origin) == told


@pytest.mark.parametrize(
    ("settings", "told"),
    [
        (Settings(4), "blocks are distinct"),
        (Settings(family="wavelet"), "vectors of detail are distinct"),
        (Settings(family="wavelet", options=(20, 2)), "no more codewords are shipped"),
    ],
)
def test_why_k_goes_no_higher(settings: Settings, told: str) -> None:
    assert told in why_no_more(settings, Plan(LAYOUT, (1, 2), 2))
    assert why_no_more(settings, Plan(LAYOUT, (1, 2), None)) == ""


def test_whole_pictures_have_no_blocks() -> None:
    assert "20 blocks of 8 × 8" in facts_of(LAYOUT)
    assert "block" not in " ".join(facts_of(LAYOUT, family="wavelet"))
