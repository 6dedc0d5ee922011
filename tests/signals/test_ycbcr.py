"""Tests of ycbcr: rounded on the way there, Pillow's tables on the way back."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from PIL import Image

from vqcore.signals.blocks import BlockLayout
from vqcore.signals.ycbcr import PIXELS_AT_ONCE, to_rgb, to_ycbcr

# ITU-R BT.601 in full range, from its two luma factors.
RED, BLUE = 0.299, 0.114
LUMA = np.array([RED, 1 - RED - BLUE, BLUE])
MATRIX = np.stack(
    [LUMA, ([0, 0, 1] - LUMA) / (2 * (1 - BLUE)), ([1, 0, 0] - LUMA) / (2 * (1 - RED))]
)


def every_colour(step=5):
    """Every `step`-th of all colours, shape (n, 1, 3)."""
    tones = np.arange(0, 256, step, dtype=np.uint8)
    return np.stack(np.meshgrid(tones, tones, tones, indexing="ij"), axis=-1).reshape(-1, 1, 3)


def test_there_is_rounded():
    colours = every_colour()
    exact = (colours @ MATRIX.T + [0, 128, 128]).clip(0, 255)
    assert len(colours) > PIXELS_AT_ONCE
    assert np.abs(to_ycbcr(colours) - exact).max() < 0.51


@pytest.mark.parametrize("luma", [0, 1, 77, 128, 254, 255])
def test_back_is_as_pillow_does_it(luma):
    cb, cr = np.meshgrid(np.arange(256, dtype=np.uint8), np.arange(256, dtype=np.uint8))
    pixels = np.stack([np.full_like(cb, luma), cb, cr], axis=-1)
    expected = Image.frombytes("YCbCr", (256, 256), pixels.tobytes()).convert("RGB")
    np.testing.assert_array_equal(to_rgb(pixels), expected)


@pytest.mark.parametrize("tone", [0, 1, 100, 254, 255])
def test_gray_comes_back_as_it_was(tone):
    pixels = np.full((2, 3, 3), tone, np.uint8)
    np.testing.assert_array_equal(to_rgb(to_ycbcr(pixels)), pixels)


@given(st.tuples(*[st.integers(0, 255)] * 3))
def test_a_solid_colour_is_at_most_two_levels_off(colour):
    pixels = np.uint8(colour).reshape(1, 1, 3).repeat(4, 0).repeat(4, 1)
    layout = BlockLayout(4, 4, 4, "ycbcr")
    rebuilt = layout.join(layout.split(pixels)).astype(int)
    assert np.abs(rebuilt - pixels).max() <= 2


def test_colours_do_not_darken():
    """Cut off in both directions, they lost 1.3 levels on average; half of one is left."""
    colours = every_colour(3)
    lost = colours.astype(float) - to_rgb(to_ycbcr(colours))
    assert lost.mean() < 0.52


def test_a_picture_stays_as_it_was():
    pixels = every_colour(60)
    before = pixels.copy()
    to_ycbcr(pixels)
    np.testing.assert_array_equal(pixels, before)
