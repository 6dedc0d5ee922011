"""Tests of frames: gains, vectors, lanes, and back again."""

import math

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from vqcore.signals.frames import (
    DIMENSIONS,
    LANES,
    Dimension,
    FrameLayout,
    layout_of,
    scaled,
    unscaled,
)
from vqcore.signals.sounds import RATES, Rate, Sound


def test_a_frame_by_hand() -> None:
    sound = Sound(np.tile(np.int16([64, -64]), 80), 8000, "")  # an RMS of 64 is gain 12
    layout = layout_of(sound, 4)
    gains, samples = scaled(sound, layout)
    assert gains.tolist() == [12]
    assert samples[:2].tolist() == [128 + 28, 128 - 28]
    assert layout.split(samples).shape == (40, 4)
    assert unscaled(gains, samples, layout).tolist() == sound.samples.tolist()


def test_silence_and_what_is_loudest() -> None:
    samples = np.int16([0] * 160 + [1, *[0] * 159] + [32767, -32768] * 80)
    sound = Sound(samples, 8000, "")
    layout = layout_of(sound, 1)
    gains, found = scaled(sound, layout)
    assert gains.tolist() == [0, 0, 30]
    assert found[:160].tolist() == [128] * 160
    back = unscaled(gains, found, layout)
    assert back[:161].tolist() == samples[:161].tolist()
    assert np.abs(back[320:].astype(int) - samples[320:]).max() < 32768 / 28 / 2


def test_gains_are_the_nearest_in_decibels() -> None:
    rng = np.random.default_rng(1)
    sound = Sound(np.rint(rng.normal(0, 1000, 16000)).astype(np.int16), 16000, "")
    gains, _ = scaled(sound, layout_of(sound, 2))
    for frame, gain in zip(sound.samples.reshape(-1, 320).astype(float), gains, strict=True):
        decibels = 10 * math.log10(np.square(frame).mean())
        levels = [20 * math.log10(2 ** (it / 2)) for it in range(32)]
        assert gain == np.argmin(np.abs(np.array(levels) - decibels))


@given(
    st.integers(1, 3000),
    st.sampled_from(DIMENSIONS),
    st.sampled_from(RATES),
    st.integers(0, 2**32 - 1),
)
def test_what_is_scaled_back_is_as_near_as_eight_bits_allow(
    count: int, dimension: Dimension, rate: Rate, seed: int
) -> None:
    rng = np.random.default_rng(seed)
    sound = Sound(rng.integers(-9000, 9000, count).astype(np.int16), rate, "")
    layout = layout_of(sound, dimension)
    gains, samples = scaled(sound, layout)
    back = unscaled(gains, layout.join(layout.split(samples)), layout)
    assert back.shape == (count,)
    step = np.repeat(2 ** (gains / 2) / 28, layout.frame)[:count]
    inside = (samples[:count] > 0) & (samples[:count] < 255)
    assert (np.abs(back - sound.samples.astype(float)) <= step / 2 + 0.5)[inside].all()


@pytest.mark.parametrize("count", [1, 159, 160, 161, 56_810, 400_000])
@pytest.mark.parametrize("dimension", DIMENSIONS)
def test_every_vector_is_coded_once_after_the_one_before_it(
    count: int, dimension: Dimension
) -> None:
    layout = FrameLayout(count, 8000, dimension)
    known = np.zeros(layout.count, bool)
    for wave in layout.waves():
        assert len(wave) <= LANES
        near = layout.neighbours(wave)[0]
        assert known[near[near >= 0]].all()
        assert (near[near >= 0] == wave[near >= 0] - 1).all()
        assert not known[wave].any()
        known[wave] = True
    assert known.all()
    assert layout.lane <= max(2 * math.isqrt(layout.count) + 1, layout.count / LANES + 1)


def test_vectors_meet_where_one_ends_and_the_next_begins() -> None:
    vectors = np.float32([[1, 2, 3, 5], [9, 8, 8, 4]])
    [edge] = FrameLayout(160, 8000, 4).edges(vectors)
    assert edge.own.tolist() == [[1, 1], [9, 9]]
    assert edge.facing.tolist() == [[5, 7], [4, 0]]
    [edge] = FrameLayout(160, 8000, 1).edges(np.float32([[3], [4]]))
    assert edge.facing.tolist() == [[3, 3], [4, 4]]


def test_a_few_vectors_and_which_each_is_are_joined() -> None:
    layout = FrameLayout(160, 8000, 8)
    few, places = np.arange(16, dtype=np.uint8).reshape(2, 8), np.int32([1, 0] * 10)
    np.testing.assert_array_equal(layout.join(few, places), layout.join(few[places]))
