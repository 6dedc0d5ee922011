"""Tests of smoothing: by hand, by relations, and against a pixel by pixel reference."""

import numpy as np
import pytest
from helpers import gray_layout, photograph, steps_of
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays
from numpy.typing import NDArray

from vqcore.coding.codec import Settings, with_smoothing_work
from vqcore.coding.smoothing import MAX_STRENGTH, best_strength_work, smoothed
from vqcore.lab.sweeps import sweep
from vqcore.signals.blocks import BlockLayout
from vqcore.work import finish


def all_around(layout: BlockLayout) -> NDArray[np.uint8]:
    return np.full(layout.count, 3, np.uint8)


def smooth(pixels: NDArray[np.uint8], layout: BlockLayout, strength: int) -> NDArray[np.uint8]:
    return smoothed(pixels, layout, all_around(layout), strength)


def best(original: NDArray[np.uint8], pixels: NDArray[np.uint8], layout: BlockLayout) -> int:
    return finish(best_strength_work(original, pixels, layout, all_around(layout)))


def one_edge(before: int, after: int, strength: int) -> list[int]:
    row = np.uint8([[before, before, after, after]])
    found: list[int] = smooth(row, gray_layout(4, 1, 2), strength)[0].tolist()
    return found


@pytest.mark.parametrize(
    ("before", "after", "strength", "expected"),
    [
        (100, 120, 10, [100, 105, 115, 120]),  # 5 · 20 · (80 − 20) / (16 · 80) = 4.69
        (120, 100, 10, [120, 115, 105, 100]),
        (0, 80, 10, [0, 0, 80, 80]),  # the threshold
        (0, 255, 63, [0, 39, 216, 255]),  # 5 · 255 · (504 − 255) / (16 · 504) = 39.37
        (7, 8, 63, [7, 7, 8, 8]),
        (100, 120, 0, [100, 100, 120, 120]),
    ],
)
def test_an_edge_by_hand(before: int, after: int, strength: int, expected: list[int]) -> None:
    assert one_edge(before, after, strength) == expected


def test_wide_blocks_move_what_is_behind_too_where_there_is_any() -> None:
    row = np.uint8([[100] * 8 + [140]])
    expected = [100] * 6 + [104, 109, 131]
    assert smooth(row, gray_layout(9, 1, 8), 20).tolist() == [expected]


def test_blocks_of_one_pixel_stay() -> None:
    noise = np.random.default_rng(0).integers(0, 256, (5, 6), np.uint8)
    assert smooth(noise, gray_layout(6, 5, 1), 63).tolist() == noise.tolist()


def reference(pixels: NDArray[np.uint8], side: int, strength: int) -> NDArray[np.int64]:
    """Smooth pixel by pixel, as the specification reads."""
    result = pixels.astype(int)
    for _ in range(2):
        result = result.swapaxes(0, 1).copy()
        for edge in range(side, len(result), side):
            for place in np.ndindex(result.shape[1:]):
                apart = result[edge][place] - result[edge - 1][place]
                pull = abs(apart) * max(0, 8 * strength - abs(apart))
                for behind, share in enumerate((5, 2) if side >= 8 else (5,)):
                    step = int(share * pull / (16 * 8 * strength) + 0.5) * np.sign(apart)
                    for at, move in ((edge - 1 - behind, step), (edge + behind, -step)):
                        if at < len(result):
                            result[at][place] = min(max(result[at][place] + move, 0), 255)
    return result


@given(
    arrays(np.uint8, st.tuples(st.integers(1, 20), st.integers(1, 20), st.just(3))),
    st.integers(2, 9),
    st.integers(1, MAX_STRENGTH),
)
def test_it_is_as_specified(pixels: NDArray[np.uint8], side: int, strength: int) -> None:
    layout = BlockLayout(pixels.shape[1], pixels.shape[0], side, "rgb")
    assert smooth(pixels, layout, strength).tolist() == reference(pixels, side, strength).tolist()


def test_a_picture_without_edges_between_its_blocks_stays() -> None:
    flat = np.full((16, 16), 77, np.uint8)
    layout = gray_layout(16, 16, 4)
    assert smooth(flat, layout, 63).tolist() == flat.tolist()
    assert best(flat, flat, layout) == 0


def test_what_is_lossless_is_left_alone() -> None:
    pixels = photograph("camera", 4).pixels
    layout = gray_layout(pixels.shape[1], pixels.shape[0], 4)
    assert best(pixels, pixels, layout) == 0


@pytest.mark.parametrize(("block_size", "size", "least"), [(4, 64, 0.3), (8, 64, 0.2)])
def test_a_photograph_gains(block_size: int, size: int, least: float) -> None:
    picture = photograph("camera")
    plain, smooth = (
        steps_of(sweep(picture, Settings(block_size, "gray", smoothing=it), [size]))[0]
        for it in (False, True)
    )
    assert smooth.point.psnr_db > plain.point.psnr_db + least
    assert len(smooth.file) == len(plain.file) + 6
    assert smooth.encoded.indices.tolist() == plain.encoded.indices.tolist()


def test_the_strength_found_is_about_the_best_of_all() -> None:
    picture = photograph("camera", 2)
    [step] = steps_of(sweep(picture, Settings(4, "gray"), [32]))
    decoded, layout = step.encoded.decode(), step.encoded.layout
    found = finish(with_smoothing_work(picture.pixels, step.encoded)).smoothing
    errors = [
        int(np.square(smooth(decoded, layout, it).astype(int) - picture.pixels).sum())
        for it in range(MAX_STRENGTH + 1)
    ]
    assert errors[found] <= 1.001 * min(errors)
    assert errors[found] < errors[0]


def test_the_middle_of_a_large_picture_decides_how_and_all_of_it_whether() -> None:
    """Of a picture of which only the middle gains, all the rest loses more."""
    wave = np.abs(4 * np.arange(512) % 510 - 255).astype(np.uint8)
    original = np.tile(wave, (12_000, 1))
    decoded = original.copy()
    blocks = decoded[5900:6100].reshape(200, 128, 4)
    decoded[5900:6100] = blocks.mean(axis=2, keepdims=True).repeat(4, axis=2).reshape(200, 512)
    middle, rows = slice(5500, 6500), gray_layout(512, 1000, 4)
    assert best(original[middle], decoded[middle], rows) > 0
    assert best(original, decoded, gray_layout(512, 12_000, 4)) == 0


def test_only_borders_are_smoothed() -> None:
    square = np.uint8([[0, 0, 40, 40]] * 2 + [[20, 20, 60, 60]] * 2)
    layout = gray_layout(4, 4, 2)
    found = {it: smoothed(square, layout, np.uint8([0, 0, 0, it]), 63) for it in range(4)}
    assert found[0].tolist() == square.tolist()
    assert found[1][2:].tolist() == [[20, 32, 48, 60]] * 2
    assert found[2][:, 3].tolist() == [40, 46, 54, 60]
    assert (found[1][:2] == square[:2]).all()
    assert (found[2][:, :2] == square[:, :2]).all()
    both = smoothed(
        smoothed(square, layout, np.uint8([0, 0, 0, 1]), 63), layout, np.uint8([0, 0, 0, 2]), 63
    )
    assert found[3].tolist() == both.tolist()
