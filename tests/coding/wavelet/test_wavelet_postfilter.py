"""Tests of the filter after decoding, against loops over single samples."""

import math

import numpy as np
import pytest

from vqcore.coding.wavelet import postfilter
from vqcore.coding.wavelet.model import KINDS, Kind, shipped
from vqcore.coding.wavelet.postfilter import Filter, filtered
from vqcore.coding.wavelet.tables import STEPS
from vqcore.quantizers.wavelet import STEP_NUMBERS
from vqcore.work import finish

STEP = 20


def made_up(planes: int) -> Filter:
    rng = np.random.default_rng(0)

    def drawn(most: int, *shape: int) -> np.ndarray:
        return rng.integers(-most, most + 1, shape).astype(np.float32)

    return Filter(
        2,
        drawn(40, 5, 8 * planes),
        drawn(900, 5),
        drawn(20, 5),
        drawn(60, 3, 5),
        drawn(900, 3),
        drawn(30, 1, 3),
        drawn(50, 1),
    )


def slow(seen: list[tuple[np.ndarray, int]], own: Filter, y: int, x: int) -> float:
    """Return what the filter adds to a sample, in levels, given planes with their steps."""
    inputs, own_step = [], seen[0][1]
    for plane, step in seen:
        parts = np.rint(plane.clip(-200, 200) * np.float32(32 / STEPS[step])).astype(int)
        rows, columns = parts.shape
        for down in (-1, 0, 1):
            for right in (-1, 0, 1):
                at = min(max(y + down, 0), rows - 1), min(max(x + right, 0), columns - 1)
                inputs.append(min(255, max(-255, parts[at] - parts[y, x])))
        del inputs[-5]  # the middle
    if max(map(abs, inputs[:8:4])) <= 1:
        return 0
    first = [
        min(1023, max(0, math.floor((row @ inputs + bias + more * own_step) / 32)))
        for row, bias, more in zip(own.first, own.first_bias, own.of_step, strict=True)
    ]
    second = [
        min(1023, max(0, math.floor((row @ first + bias) / 64)))
        for row, bias in zip(own.second, own.second_bias, strict=True)
    ]
    last = math.floor((own.last[0] @ second + own.last_bias[0]) / 16)
    return min(256, max(-256, last)) * STEPS[own_step] / 256


def drawn(count: int) -> list[np.ndarray]:
    rng = np.random.default_rng(1)
    return [rng.normal(0, spread, (19, 7)).astype(np.float32) for spread in (60, 30, 40)[:count]]


@pytest.mark.parametrize("count", [1, 3])
def test_each_sample_is_filtered_by_those_around(count: int) -> None:
    planes = drawn(count)
    filters, steps = [made_up(1), made_up(2)][:count], [STEP, STEP + 2][:count]
    found = finish(filtered(planes, filters, steps))
    for number, plane in enumerate(planes):
        chroma = number > 0
        own, seen = filters[chroma], [(plane, steps[chroma])] + [(planes[0], STEP)] * chroma
        expected = [[slow(seen, own, y, x) for x in range(7)] for y in range(19)]
        np.testing.assert_allclose(found[number] - plane, expected, atol=1e-4)
        assert np.unique(np.abs(expected)).size > 20


@pytest.mark.parametrize("count", [1, 3])
def test_where_a_plane_is_flat_it_stays(count: int) -> None:
    """To the left it goes up and down by one 32nd of a step at most, to the right by more."""
    unit, rng = STEPS[STEP] / 32, np.random.default_rng(3)
    ripples = np.where(np.arange(64) < 32, 0.5, 40) * rng.choice([-1, 1], (12, 64))
    planes = [(40 + unit * ripples).astype(np.float32)] * count
    filters = [shipped()[kind].filter for kind in KINDS[:count]]
    radius = filters[0].radius
    for found in finish(filtered(planes, filters, [STEP] * len(filters))):
        np.testing.assert_array_equal(found[:, : 32 - radius], planes[0][:, : 32 - radius])
        assert (found[:, 32:] != planes[0][:, 32:]).mean() > 0.5


@pytest.mark.parametrize("few", [0.0, 1.0])
def test_whether_many_samples_are_flat_leaves_no_trace(
    few: float, monkeypatch: pytest.MonkeyPatch
) -> None:
    planes, filters = drawn(3), [made_up(1), made_up(2)]
    planes[1][:, 3:] = planes[2][9:] = 7
    usual = finish(filtered(planes, filters, [STEP] * 2))
    monkeypatch.setattr(postfilter, "MANY", few)
    np.testing.assert_array_equal(finish(filtered(planes, filters, [STEP] * 2)), usual)


@pytest.mark.parametrize("at_once", [5, 17])
def test_pieces_leave_no_trace(at_once: int, monkeypatch: pytest.MonkeyPatch) -> None:
    planes, filters = drawn(3), [made_up(1), made_up(2)]
    usual = finish(filtered(planes, filters, [STEP] * 2))
    monkeypatch.setattr(postfilter, "AT_ONCE", at_once)
    np.testing.assert_array_equal(finish(filtered(planes, filters, [STEP] * 2)), usual)


@pytest.mark.parametrize("kind", KINDS)
def test_sums_stay_exact_in_32_bits(kind: Kind) -> None:
    own = shipped()[kind].filter
    assert len(own.disc) == {"luma": 96, "chroma": 68}[kind]
    first = np.abs(own.first).sum(axis=1) * 255 + np.abs(own.first_bias)
    assert (first + np.abs(own.of_step) * (max(STEP_NUMBERS) + 2)).max() < 2**24
    second = np.abs(own.second).sum(axis=1) * 1023 + np.abs(own.second_bias)
    assert second.max() < 2**24
    assert (np.abs(own.last).sum(axis=1) * 1023 + np.abs(own.last_bias)).max() < 2**24
