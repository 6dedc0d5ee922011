"""Tests of comparison: by hand, a published example, and against other implementations."""

import math
from collections.abc import Callable
from itertools import pairwise
from typing import NamedTuple

import numpy as np
import pytest
from hypothesis import assume, given
from hypothesis import strategies as st
from scipy.spatial import ConvexHull

from vqcore.lab import comparison
from vqcore.lab.comparison import bd_psnr, bd_rate, frontier, lower_hull

Curve = list[tuple[float, float]]

CURVE: Curve = [(0.25, 27), (0.5, 30), (1, 34), (2, 38)]


def scaled(curve: Curve, factor: float = 1, decibels: float = 0) -> Curve:
    return [(rate * factor, psnr_db + decibels) for rate, psnr_db in curve]


@st.composite
def curves(draw: st.DrawFn) -> Curve:
    """Draw a curve of which every point counts."""
    count = draw(st.integers(2, 8))
    steps = st.lists(st.floats(0.1, 2), min_size=count, max_size=count)
    rates = np.cumsum(draw(steps))
    return list(zip(rates.tolist(), (25 + 3 * np.cumsum(draw(steps))).tolist(), strict=True))


# ------------------------------------------------------------------------------- Bjøntegaard deltas


@pytest.mark.parametrize(("factor", "percent"), [(0.5, -50), (1, 0), (1.25, 25), (3, 200)])
def test_bd_rate_of_a_curve_at_a_multiple_of_its_rate(factor: float, percent: float) -> None:
    found = bd_rate(scaled(CURVE, factor), CURVE)
    assert found.value == pytest.approx(percent, abs=1e-9)
    assert (found.low, found.high) == (27, 38)


@pytest.mark.parametrize("decibels", [-2, 0, 0.5])
def test_bd_psnr_of_a_curve_so_many_decibels_higher(decibels: float) -> None:
    found = bd_psnr(scaled(CURVE, decibels=decibels), CURVE)
    assert found.value == pytest.approx(decibels, abs=1e-9)
    assert (found.low, found.high) == pytest.approx((0.25, 2), rel=1e-12)


def test_two_lines_by_hand() -> None:
    # log2 of ours is 0 at 30 dB and 1 at 40 dB, of theirs 0 throughout: 1/2 on average.
    found = bd_rate([(1, 30), (2, 40)], [(1, 30), (1 + 1e-12, 40)])
    assert found.value == pytest.approx(100 * (math.sqrt(2) - 1), rel=1e-9)


def test_the_range_is_what_both_cover() -> None:
    found = bd_rate([(1, 30), (2, 36)], [(1, 33), (4, 40)])
    assert (found.low, found.high) == (33, 36)
    found = bd_psnr([(1, 30), (2, 36)], [(1.5, 33), (4, 40)])
    assert (found.low, found.high) == pytest.approx((1.5, 2), rel=1e-12)


def test_a_narrower_range() -> None:
    # PCHIP is exact on these lines: from 30 to 40 dB ours costs 3/2 to (3/2)² of theirs.
    theirs: Curve = [(1, 20), (2, 30), (4, 40), (8, 50)]
    ours: Curve = [(1, 20), (3, 30), (9, 40)]
    found = bd_rate(ours, theirs, within=(30, 100))
    assert found.value == pytest.approx(100 * (1.5**1.5 - 1), rel=1e-12)
    assert (found.low, found.high) == (30, 40)
    assert bd_rate(ours, theirs, within=(60, 100)) is None


@pytest.mark.parametrize(
    "other",
    [
        [],
        [(1, 30)],
        [(1, 30), (2, 30)],
        [(1, 30), (2, math.inf)],
        [(0, 30), (1, 31)],
        [(5, 50), (6, 60)],
        [(3, 38), (6, 60)],
    ],
    ids=["empty", "one", "one that counts", "one finite", "one with a rate", "apart", "touching"],
)
@pytest.mark.parametrize("delta", [bd_rate, bd_psnr])
def test_nothing_to_compare(delta: Callable[..., object], other: Curve) -> None:
    assert delta(CURVE, other) is None
    assert delta(other, CURVE) is None


@pytest.mark.parametrize("delta", [bd_rate, bd_psnr])
def test_order_and_points_that_are_beaten_do_not_matter(delta: Callable[..., object]) -> None:
    theirs = scaled(CURVE, 1.3, 0.4)
    beaten = [(0.6, 29.9), (0.5, 12), (1, 34), (9, math.inf), (7, 38), (0, 12)]
    assert delta(beaten + CURVE[::-1], theirs) == delta(CURVE, theirs)


@given(curves(), curves())
def test_the_other_way_round(one: Curve, other: Curve) -> None:
    rate, psnr = bd_rate(one, other), bd_psnr(one, other)
    assume(rate and psnr)
    back = bd_rate(other, one)
    assert (1 + rate.value / 100) * (1 + back.value / 100) == pytest.approx(1, rel=1e-9)
    assert psnr.value == pytest.approx(-bd_psnr(other, one).value, abs=1e-9)


# Two curves of JCTVC-E137, with the BD-rates that the tests of VMAF and of Android's CTS give.
PUBLISHED = [
    (
        [108048.8736, 61279.976, 33905.6656, 18883.6928],
        [43.6471, 40.3953, 37.247, 34.2911],
        [108061.2784, 61299.9936, 33928.7472, 18910.912],
        [43.6768, 40.4232, 37.2761, 34.3147],
        -0.465215420752807,
    ),
    (
        [40433.8848, 7622.7456, 2394.488, 1017.6184],
        [37.5761, 35.3756, 33.8977, 32.0603],
        [40370.12, 7587.0024, 2390.0944, 1017.0984],
        [37.5982, 35.4025, 33.9194, 32.0822],
        -1.8779823450567612,
    ),
]


@pytest.mark.parametrize(("rates", "decibels", "test_rates", "test_decibels", "percent"), PUBLISHED)
def test_published_examples(
    rates: list[float],
    decibels: list[float],
    test_rates: list[float],
    test_decibels: list[float],
    percent: float,
) -> None:
    anchor = list(zip(rates, decibels, strict=True))
    found = bd_rate(list(zip(test_rates, test_decibels, strict=True)), anchor)
    assert found.value == pytest.approx(percent, abs=1e-4)


@given(curves(), curves())
def test_deltas_are_those_of_the_bjontegaard_package(ours: Curve, theirs: Curve) -> None:
    rate, psnr = bd_rate(ours, theirs), bd_psnr(ours, theirs)
    assume(rate and psnr)
    columns = [*zip(*theirs, strict=True), *zip(*ours, strict=True)]
    options = {"method": "pchip", "min_overlap": 0, "require_matching_points": False}
    from bjontegaard import bd_psnr as their_bd_psnr  # it takes matplotlib along
    from bjontegaard import bd_rate as their_bd_rate

    expected = their_bd_rate(*columns, **options)
    assert rate.value == pytest.approx(expected, rel=1e-9, abs=0.01)
    assert psnr.value == pytest.approx(their_bd_psnr(*columns, **options), rel=1e-9, abs=1e-4)


# ---------------------------------------------------------------------------------- frontier, hull


def test_frontier_by_hand() -> None:
    points = [(3, 31), (1, 30), (2, 30), (1, 28), (3, 33), (4, 32), (0, 40), (5, math.inf)]
    assert frontier(points) == [(1, 30), (3, 33)]


@given(st.lists(st.tuples(st.integers(1, 9), st.integers(20, 29))))
def test_the_frontier_is_what_nothing_else_equals_or_beats(points: list[tuple[int, int]]) -> None:
    def beaten(point: tuple[int, int]) -> bool:
        return any(
            other != point and other[0] <= point[0] and other[1] >= point[1] for other in points
        )

    assert frontier(points) == sorted({point for point in points if not beaten(point)})


@pytest.mark.parametrize(
    ("rates", "distortions", "corners"),
    [
        ([], [], []),
        ([3], [7], [0]),
        ([1, 2, 3], [9, 5, 4], [0, 1, 2]),
        ([3, 2, 1], [4, 5, 9], [2, 1, 0]),
        ([1, 2, 3], [9, 8, 1], [0, 2]),
        ([1, 2, 3], [9, 6, 3], [0, 2]),
        ([1, 2, 3], [3, 9, 5], [0]),
        ([1, 1, 2, 2], [5, 4, 3, 3], [1, 2]),
        ([1, 1], [5, 5], [0]),
    ],
    ids=[
        "none",
        "one",
        "all",
        "any order",
        "above a line",
        "on a line",
        "cheapest is best",
        "equal rates",
        "equal points",
    ],
)
def test_lower_hull_by_hand(rates: list[int], distortions: list[int], corners: list[int]) -> None:
    assert lower_hull(rates, distortions) == corners


points = st.lists(st.tuples(st.integers(0, 30), st.integers(0, 30)), min_size=1, max_size=25)


@given(points)
def test_every_multiplier_has_its_minimum_on_the_hull(drawn: list[tuple[int, int]]) -> None:
    rates, distortions = np.transpose(drawn)
    hull = lower_hull(rates, distortions)
    for multiplier in (0, *np.geomspace(0.01, 100, 60)):
        costs = distortions + multiplier * rates
        assert costs[hull].min() == costs.min()


@given(points)
def test_every_corner_is_the_minimum_for_a_multiplier(drawn: list[tuple[int, int]]) -> None:
    rates, distortions = np.transpose(drawn).astype(float)
    hull = lower_hull(rates, distortions)
    slopes = [
        (distortions[one] - distortions[two]) / (rates[two] - rates[one])
        for one, two in pairwise(hull)
    ]
    between = [2000, *slopes, 0]
    for corner, (before, after) in zip(hull, pairwise(between), strict=True):
        costs = distortions + (before + after) / 2 * rates
        assert costs[corner] <= costs.min() + 1e-9


@given(points.filter(lambda drawn: len({rate for rate, _ in drawn}) > 1))
def test_the_corners_are_scipys(drawn: list[tuple[int, int]]) -> None:
    cloud = np.array(drawn)
    rates, distortions = cloud.T
    far = 1000 * np.eye(2) + cloud.min(axis=0)  # what is beyond leaves the lower left alone
    hull = ConvexHull(np.vstack([cloud, far, [[1000, 1000]]]))
    corners = {tuple(point) for point in hull.points[hull.vertices].astype(int).tolist()}
    corners &= set(drawn)
    assert {drawn[index] for index in lower_hull(rates, distortions)} == corners


# ------------------------------------------------------------------------------------------ targets


class Measured(NamedTuple):
    file_bytes: int
    psnr_db: float
    file_ratio: float


POINTS = [
    Measured(100, 30, 40),
    Measured(300, 31, 13.3),
    Measured(200, 31, 20),
    Measured(200, 28, 20),
    Measured(400, math.inf, 10),
]


@pytest.mark.parametrize(
    ("most", "expected"), [(99, None), (100, 0), (199, 0), (200, 2), (399, 2), (400, 4), (9e9, 4)]
)
def test_best_within_bytes(most: float, expected: int | None) -> None:
    found = comparison.best_within_bytes(POINTS, most)
    assert found is (None if expected is None else POINTS[expected])


@pytest.mark.parametrize(
    ("least", "expected"), [(41, None), (40, 0), (20, 2), (13.3, 2), (10, 4), (0, 4)]
)
def test_best_from_ratio(least: float, expected: int | None) -> None:
    found = comparison.best_from_ratio(POINTS, least)
    assert found is (None if expected is None else POINTS[expected])


@pytest.mark.parametrize(
    ("least", "expected"), [(0, 0), (30, 0), (30.5, 2), (31, 2), (31.1, 4), (math.inf, 4)]
)
def test_cheapest_from_psnr(least: float, expected: int) -> None:
    assert comparison.cheapest_from_psnr(POINTS, least) is POINTS[expected]


def test_no_file_is_good_enough() -> None:
    assert comparison.cheapest_from_psnr(POINTS[:4], 31.1) is None
    assert comparison.best_within_bytes([], 10) is None


def test_of_equally_many_bytes_the_better() -> None:
    assert comparison.cheapest_from_psnr(POINTS[2:4][::-1], 20) is POINTS[2]
