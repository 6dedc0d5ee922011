"""Tests of the figures of points: what is drawn, and that nothing known makes it fail."""

import math

import numpy as np
import pytest

from vqcore.lab.advantage import AtDimension
from vqcore.lab.pointsweeps import PointSettings, PointStep, sweep_points
from vqcore.show import pointplots
from vqcore.show.pointplots import RateCurve
from vqcore.signals.points import Points
from vqcore.signals.sources import made


def steps(points: Points, sizes: list[int]) -> list[PointStep]:
    every = sweep_points(points, PointSettings(), sizes)
    return [it for it in every if isinstance(it, PointStep)]


@pytest.mark.parametrize("rates", [(0, 1, 2), (0, 0, 2), (0, 0, 0), (1, 2, 3)])
def test_what_is_lossless_has_its_place_at_any_rate(rates: tuple[float, ...]) -> None:
    curve = RateCurve("nominal", "ours", rates, (3, math.inf, math.inf), ("a", "b", "c"))
    figure = pointplots.snr_rate_figure([curve])
    finite, beyond = figure.data
    assert (list(finite.x), list(finite.y)) == ([rates[0]], [3])
    assert list(beyond.x) == list(rates[1:])
    assert "lossless" in "".join(beyond.texttemplate)


def test_figures_against_k_are_those_of_the_sweep() -> None:
    figures = [it.figures for it in steps(made("gaussian", 500, 1), [1, 2, 4])]
    snr = pointplots.snr_figure(figures, [1, 2, 4])
    assert list(snr.data[0].y) == [it.snr_db for it in figures]
    assert list(snr.data[0].customdata) == [1, 2, 4]
    bits = pointplots.bits_figure(figures, [1, 2, 4])
    assert list(bits.data[0].y) == [0, 1, 2]


def test_cells_of_a_line_end_half_way() -> None:
    numbers, levels = np.arange(100, dtype=np.float64), np.float64([10, 80, 30])
    figure = pointplots.line_figure(numbers, levels)
    density, ends, codewords = figure.data
    assert [it for it in ends.x if it is not None] == [20, 20, 55, 55]
    assert list(codewords.x) == [10, 30, 80]
    assert np.sum(density.y) * density.width == pytest.approx(1)
    many = pointplots.line_figure(np.arange(1000, dtype=np.float64), levels).data[0]
    assert np.sum(many.y) * many.width == pytest.approx(0.998)  # two ends are left out
    alike = pointplots.line_figure(np.full(9, 7.0), np.float64([7]))
    assert len(alike.data[1].x) == 0


def test_dimensions_have_bars_and_the_bound_a_line() -> None:
    found = [AtDimension(1, 2, 4.4), AtDimension(2, 4, 7.9)]
    figure = pointplots.dimensions_figure(found, 13.2)
    assert list(figure.data[0].y) == [4.4, 7.9]
    assert figure.layout.shapes[0].y0 == 13.2
    assert not pointplots.dimensions_figure(found, None).layout.shapes


def test_use_is_drawn_from_the_most_used() -> None:
    figure = pointplots.use_figure(np.array([2, 9, 0]))
    assert list(figure.data[0].y) == [9, 2, 0]
    assert list(figure.data[0].customdata) == [1, 0, 2]


@pytest.mark.parametrize(("high", "anchor"), [(1, "x"), (2.9, "x"), (5, None), (0, None)])
def test_a_plane_is_at_one_scale_unless_it_is_oblong(high: float, anchor: str | None) -> None:
    points = np.float32([[0, 0], [1, high]])
    figure = pointplots.scatter_figure(points, points[:1], ["height", "weight"])
    assert figure.layout.yaxis.scaleanchor == anchor
    assert (figure.layout.xaxis.title.text, figure.layout.yaxis.title.text) == ("height", "weight")


@pytest.mark.parametrize(
    ("unit", "kind"), [(1, "scattergl"), (3e38, "scatter"), (1e-40, "scatter"), (0, "scattergl")]
)
def test_what_is_too_large_or_small_for_the_graphics_card_is_drawn_without(
    unit: float, kind: str
) -> None:
    points = np.float32([[-1, 0], [1, 1]]) * np.float32(unit)
    figure = pointplots.scatter_figure(points, points[:1], ["height", "weight"])
    assert [trace.type for trace in figure.data] == [kind, kind]
    assert figure.layout.yaxis.scaleanchor == "x"


def test_of_few_numbers_each_is_in_the_density() -> None:
    numbers = np.float64([1, 2, 3, 4, 8, 9, 12])
    bars = pointplots.line_figure(numbers, np.float64([2, 9])).data[0]
    assert round(sum(np.array(bars.y) * np.array(bars.width)), 9) == 1
    assert len(np.flatnonzero(bars.y)) == 7
