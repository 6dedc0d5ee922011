"""Tests of vqcore.wording: every number with its unit."""

import pytest
from helpers import made_up_points

from vqcore.blocks import BlockLayout
from vqcore.codec import Settings
from vqcore.wording import NARROW_SPACE, in_short, kilobytes, ratio, settings_name, similarity

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
    assert lossless == "PSNR lossless · SSIM too small · 0.1660 bpp · 48.2:1 · 85 bytes"
    assert close.startswith("PSNR 58.13 dB · SSIM 0.3333 · ")


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
