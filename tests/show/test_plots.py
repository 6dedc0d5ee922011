"""Tests of plots: the curves hold the figures, and nothing that cannot be drawn."""

import json
import math
from collections.abc import Callable
from dataclasses import replace
from typing import Any

import numpy as np
import plotly.graph_objects as go
import pytest
from helpers import health_of, made_up_points

from vqcore.codebooks.codebook import Codebook
from vqcore.codebooks.training import TRAINERS
from vqcore.coding.codec import Settings
from vqcore.lab.comparison import mean_rows
from vqcore.lab.contest import Run
from vqcore.lab.health import Health, Pair
from vqcore.lab.heldout import HeldOut
from vqcore.lab.rivals import RIVALS, Look, rival_file, rival_work
from vqcore.lab.sweeps import OperatingPoint
from vqcore.quantizers.family import FAMILIES
from vqcore.quantizers.plain import quantizer_of
from vqcore.show import plots
from vqcore.show.curves import Curve, rival_curve

SIZES = (1, 2, 4, 8, 100)
FIGURES = pytest.mark.parametrize(
    "figure_of", [plots.psnr_figure, plots.ratio_figure], ids=["psnr", "ratio"]
)

Figure = Callable[..., go.Figure]


def curve_points(sizes: tuple[int, ...] = SIZES) -> list[OperatingPoint]:
    """Return points of 10 + K/10 dB, a nominal ratio of 512 / log2 K and a file's of 50 - K/4."""
    model = made_up_points()[1]
    return [
        replace(
            model,
            codebook_size=size,
            psnr_db=10 + size / 10,
            nominal_ratio=512 / math.log2(size) if size > 1 else math.inf,
            file_ratio=50 - size / 4,
        )
        for size in sizes
    ]


def curves(figure: go.Figure) -> dict[str, Any]:
    return {trace.name or "": trace for trace in figure.data if trace.mode == "lines+markers"}


def rings(figure: go.Figure) -> list[Any]:
    return [trace for trace in figure.data if trace.mode == "markers"]


def test_psnr_against_size() -> None:
    figure = plots.psnr_figure(curve_points(), SIZES)
    [curve] = curves(figure).values()
    assert curve.x == SIZES
    assert curve.y == pytest.approx((10.1, 10.2, 10.4, 10.8, 20), rel=1e-12)
    assert "PSNR" in figure.layout.yaxis.title.text
    assert "dB" in figure.layout.yaxis.title.text


def test_ratios_against_size_with_the_infinite_one_at_the_top() -> None:
    figure = plots.ratio_figure(curve_points(), SIZES)
    [top] = at_the_top(figure)
    assert (top.x, top.customdata) == ((1,), (1,))
    assert top.hovertemplate == "K = %{x}<br>∞ nominal<extra></extra>"
    nominal, file = (curves(figure)[name] for name in ("nominal", "file"))
    assert nominal.x == (2, 4, 8, 100)
    assert nominal.y == pytest.approx((512, 256, 512 / 3, 512 / math.log2(100)), rel=1e-12)
    assert file.x == SIZES
    assert file.y == pytest.approx((49.75, 49.5, 49, 48, 25), rel=1e-12)
    assert "ratio" in figure.layout.yaxis.title.text
    assert figure.layout.yaxis.type == "log"


def test_the_two_ratios_can_be_told_apart() -> None:
    figure = plots.ratio_figure(curve_points(), SIZES)
    nominal, file = (curves(figure)[name] for name in ("nominal", "file"))
    assert figure.layout.showlegend
    assert nominal.line.color != file.line.color
    assert nominal.line.dash != file.line.dash
    assert nominal.marker.symbol != file.marker.symbol


def lossless(size: int) -> OperatingPoint:
    return replace(curve_points((size,))[0], psnr_db=math.inf)


def at_the_top(figure: go.Figure) -> list[Any]:
    """Return the traces of what is infinite, which are all at the top edge, with one label."""
    tops = [trace for trace in figure.data if trace.yaxis == "y2"]
    labels = [text for trace in tops for label in trace.texttemplate if (text := label.strip())]
    if tops:
        axis = figure.layout.yaxis2
        assert (axis.overlaying, axis.visible) == ("y", False)
        assert axis.range[0] == 0
        assert 1 < axis.range[1] < 1.1
        assert labels in (["lossless"], ["∞"])
    for trace in tops:
        assert set(trace.y) == {1}
        assert len(trace.x) == len(trace.y)
        assert trace.marker.symbol.endswith("-open-dot") or trace.hoverinfo == "skip"
        told = f"{trace.hovertemplate} {trace.text}"
        assert labels[0] in told or trace.hoverinfo == "skip"
        assert "%{y" not in (trace.hovertemplate or "")
        assert not trace.showlegend
    return tops


def has_numbers(figure: go.Figure) -> bool:
    return figure.layout.yaxis.showticklabels is not False


def test_a_lossless_point_is_at_the_top_of_the_psnr() -> None:
    figure = plots.psnr_figure([*curve_points((1, 2)), lossless(4)], (1, 2, 4))
    [curve] = curves(figure).values()
    assert (curve.x, curve.customdata) == ((1, 2), (1, 2))
    [top] = at_the_top(figure)
    assert (top.x, top.customdata) == ((4,), (4,))
    assert top.hovertemplate == "K = %{x}<br>lossless<extra></extra>"
    assert top.marker.symbol != curve.marker.symbol
    assert has_numbers(figure)
    assert figure.layout.yaxis.autorangeoptions.include > max(curve.y)


@pytest.mark.parametrize("sizes", [(1,), (1, 2, 4)], ids=str)
def test_where_all_is_lossless_the_axis_has_no_numbers(sizes: tuple[int, ...]) -> None:
    figure = plots.psnr_figure(list(map(lossless, sizes)), sizes)
    [top] = at_the_top(figure)
    assert top.customdata == sizes
    assert not has_numbers(figure)
    assert not figure.layout.yaxis.showgrid


def test_one_value_is_in_the_middle_of_its_axis() -> None:
    figure = plots.psnr_figure([*curve_points((1,)), lossless(2)], (1, 2))
    assert figure.layout.yaxis.autorangeoptions.include is None


@FIGURES
def test_an_axis_without_a_value_has_no_numbers(figure_of: Figure) -> None:
    assert not has_numbers(figure_of([], SIZES))
    assert has_numbers(figure_of(curve_points((2,)), SIZES))


@FIGURES
def test_a_click_gives_the_size(figure_of: Figure) -> None:
    figure = figure_of(curve_points(), SIZES)
    for trace in figure.data:
        assert list(trace.customdata) == list(trace.x)


@FIGURES
def test_a_line_is_at_the_marked_size(figure_of: Figure) -> None:
    [line] = plots.marked(figure_of(curve_points(), SIZES), 8).layout.shapes
    assert (line.type, line.x0, line.x1) == ("line", 8, 8)
    assert (line.yref, line.y0, line.y1) == ("y domain", 0, 1)


@FIGURES
@pytest.mark.parametrize("sizes", [(1,), (1, 2), (5,), SIZES], ids=str)
def test_the_area_is_where_the_plot_is(figure_of: Figure, sizes: tuple[int, ...]) -> None:
    layout, area = figure_of([], sizes).layout, plots.size_area(sizes)
    assert [math.log10(area[edge]) for edge in ("from", "to")] == list(layout.xaxis.range)
    assert layout.margin.to_plotly_json() == {side: area[side] for side in "lrtb"}
    assert layout.height == area["height"]
    assert layout.xaxis.fixedrange
    assert not layout.xaxis.automargin
    assert not layout.yaxis.automargin


@FIGURES
@pytest.mark.parametrize("sizes", [(1,), (1, 2), (5,), SIZES, (3, 100)], ids=str)
def test_the_axis_shows_every_size(figure_of: Figure, sizes: tuple[int, ...]) -> None:
    axis = figure_of([], sizes).layout.xaxis
    low, high = axis.range
    assert axis.type == "log"
    assert -0.2 < low < 0
    assert math.log10(sizes[-1]) < high < math.log10(sizes[-1]) + 0.2
    assert set(axis.tickvals) <= set(sizes)
    assert len(axis.tickvals) > 0
    assert axis.minor.tickvals == sizes


@FIGURES
def test_the_axis_stands_still_while_points_arrive(figure_of: Figure) -> None:
    points = curve_points()
    axes = [figure_of(points[:some], SIZES).layout.xaxis for some in range(1 + len(points))]
    assert all(axis == axes[0] for axis in axes)


@FIGURES
def test_a_figure_is_plain_json(figure_of: Figure) -> None:
    def refuse(name: str) -> None:
        raise AssertionError(f"{name} cannot be drawn")

    text = figure_of([*made_up_points(), *curve_points((2, 4))], (1, 2, 4, 1024)).to_json()
    record = json.loads(text, parse_constant=refuse)
    drawn = [value for trace in record["data"] for value in [*trace["x"], *trace["y"]]]
    assert len(drawn) >= 6
    assert all(isinstance(value, (int, float)) for value in drawn)


@FIGURES
def test_hovering_tells_the_size_and_the_unit(figure_of: Figure) -> None:
    for curve in curves(figure_of(curve_points(), SIZES)).values():
        assert "K = %{x}" in curve.hovertemplate
        assert "%{y" in curve.hovertemplate
        unit = " dB" if figure_of is plots.psnr_figure else f":1 {curve.name}"
        assert unit in curve.hovertemplate


def rate_curves() -> list[Curve]:
    points = curve_points((1, 2, 4))
    lossless = replace(points[2], psnr_db=math.inf)
    ours = Curve("ours", "8×8 RGB", points, ["K = 1", "K = 2", "K = 4"], [0.01, 0.1, 0.2])
    pinned = Curve("pinned", "4×4 RGB", [*points[:2], lossless], ["a", "b", "c"], [0.1, 0.2, 0.3])
    return [ours, pinned, Curve("jpeg", "JPEG", points[:1], ["quality 5"], [0.15])]


def test_rate_figure_holds_each_curve_under_its_name() -> None:
    hull = Curve("hull", "lower hull", curve_points((2,)), ["K = 2"], [0.1])
    figure = plots.rate_figure(rate_curves(), hull, "psnr_db")
    drawn = curves(figure)
    assert list(drawn) == ["8×8 RGB", "4×4 RGB", "JPEG"]
    assert drawn["8×8 RGB"].x == (0.01, 0.1, 0.2)
    assert drawn["8×8 RGB"].y == pytest.approx((10.1, 10.2, 10.4))
    assert drawn["4×4 RGB"].x == (0.1, 0.2)
    assert [ring.x for ring in rings(figure)] == [(0.1,)]
    assert figure.layout.xaxis.type == "log"
    assert "10.20 dB" in drawn["8×8 RGB"].text[1]


def test_lossless_points_of_a_rate_figure_are_at_the_top() -> None:
    flat = [lossless(1)]
    ours = Curve("ours", "8×8 RGB", flat, ["K = 1"], [0.01])
    png = Curve("png8", "PNG-8", [*curve_points((2,)), *flat], ["2 colours", "4 colours"], [1, 2])
    hull = Curve("hull", "lower hull", flat, ["K = 1"], [0.01])
    jpeg = Curve("jpeg", "JPEG", curve_points((2,)), ["quality 5"], [0.5])
    nominal = Curve("nominal", "nominal", flat, ["K = 1"], [0])
    figure = plots.rate_figure([ours, nominal, png, jpeg], hull, "psnr_db")
    ring, first, second = at_the_top(figure)
    assert [trace.x for trace in (ring, first, second)] == [(0.01,), (0.01,), (2,)]
    assert (ring.marker.symbol, ring.hoverinfo) == ("circle-open", "skip")
    assert first.marker.symbol != second.marker.symbol
    assert "PNG-8, " in second.hovertemplate
    assert "PSNR lossless" in second.text[0]
    assert curves(figure)["PNG-8"].x == (1,)
    assert has_numbers(figure)
    flat_figure = plots.rate_figure([ours], hull, "psnr_db")
    assert not has_numbers(flat_figure)
    assert curves(flat_figure)["8×8 RGB"].x == (None,)  # for the legend


@pytest.mark.parametrize(
    ("sizes", "side"), [((4,), "left"), ((1, 4), "right"), ((1,), "right")], ids=str
)
def test_the_label_stands_where_there_is_room(sizes: tuple[int, ...], side: str) -> None:
    points = [lossless(size) if size in sizes else curve_points((size,))[0] for size in (1, 2, 4)]
    [top] = at_the_top(plots.psnr_figure(points, (1, 2, 4)))
    assert top.textposition == f"middle {side}"


def test_where_no_picture_has_an_ssim_the_axis_has_no_numbers() -> None:
    tiny = Curve("ours", "8×8 RGB", [replace(lossless(1), ssim=None)], ["K = 1"], [0.01])
    figure = plots.rate_figure([tiny], Curve("hull", "lower hull", [], [], []), "ssim")
    assert not at_the_top(figure)
    assert not has_numbers(figure)


def test_rate_figure_by_ssim() -> None:
    hull = Curve("hull", "lower hull", [], [], [])
    figure = plots.rate_figure(rate_curves(), hull, "ssim")
    assert set(curves(figure)["8×8 RGB"].y) == {1 / 3}
    assert figure.layout.yaxis.title.text == "SSIM"


def test_curves_differ_by_more_than_colour() -> None:
    pinned = [replace(rate_curves()[1], name=str(number)) for number in range(4)]
    rivals = [replace(rate_curves()[2], kind=kind, name=kind) for kind in RIVALS]
    every = [*rate_curves()[:1], replace(rate_curves()[0], kind="nominal", name="n"), *pinned]
    every += [family(name, 1) for name in FAMILIES]
    hull = Curve("hull", "lower hull", [], [], [])
    drawn = curves(plots.rate_figure([*every, *rivals], hull, "psnr_db")).values()
    assert (
        len({trace.marker.symbol for trace in drawn})
        == len(drawn)
        == 6 + len(RIVALS) + len(FAMILIES)
    )


def family(name: str, *sizes: int) -> Curve:
    rates = [size / 10 for size in sizes]
    labels = [f"K = {size}" for size in sizes]
    settings = Settings(family=name)
    return Curve("family", name, curve_points(sizes), labels, rates, settings)


def test_no_two_families_look_alike_without_their_colours_and_none_fades_on_a_page() -> None:
    looks = plots.FAMILY_LOOKS
    assert len(looks) >= len(FAMILIES)
    assert len({look.symbol for look in looks}) == len(looks)
    for page in ("#ffffff", "#0e1117"):
        assert min(contrast(look.colour, page) for look in looks) > 3
    dashes = [[look.dash for look in looks if look.colour == it.colour] for it in looks]
    assert all(len(same) == 1 for same in dashes)


def contrast(one: str, other: str) -> float:
    """Return the contrast of two colours as WCAG has it."""
    low, high = sorted(map(luminance, (one, other)))
    return (high + 0.05) / (low + 0.05)


def luminance(colour: str) -> float:
    shares = [int(colour[at : at + 2], 16) / 255 for at in (1, 3, 5)]
    linear = [it / 12.92 if it <= 0.04045 else ((it + 0.055) / 1.055) ** 2.4 for it in shares]
    return float(np.dot(linear, [0.2126, 0.7152, 0.0722]))


def test_a_family_has_the_same_look_whichever_others_there_are() -> None:
    hull = Curve("hull", "lower hull", [], [], [])
    every = [family(name, 1, 2) for name in FAMILIES]
    drawn = curves(plots.rate_figure(every, hull, "psnr_db"))
    for curve in every:
        [alone] = curves(plots.rate_figure([curve], hull, "psnr_db")).values()
        assert (alone.line, alone.marker) == (drawn[curve.name].line, drawn[curve.name].marker)


def test_a_point_knows_its_curve_and_its_place_there() -> None:
    hull = Curve("hull", "lower hull", curve_points((2,)), ["K = 2"], [0.1])
    ours, pinned, _ = rate_curves()
    figure = plots.rate_figure([replace(ours, rates=[0, 0.1, 0.2]), pinned], hull, "psnr_db")
    assert curves(figure)["8×8 RGB"].customdata == ([0, 1], [0, 2])  # the first has no rate
    assert curves(figure)["4×4 RGB"].customdata == ([1, 0], [1, 1])
    assert [top.customdata for top in at_the_top(figure)] == [([1, 2],)]
    assert figure.layout.clickmode == "event+select"


def test_nominal_bits_begin_at_nothing() -> None:
    hull = Curve("hull", "lower hull", [], [], [])
    axis = plots.rate_figure(rate_curves()[:1], hull, "psnr_db", "nominal").layout.xaxis
    assert (axis.type, axis.rangemode) == ("linear", "tozero")
    assert axis.title.text == "Nominal rate (bits a block)"


def test_psnr_of_several_settings_stands_on_one_graph_by_name() -> None:
    ours, pinned, _ = rate_curves()
    long = replace(pinned, name="4×4 RGB, mean-removed, λ = 50")
    figure = plots.psnr_figure(ours.points, SIZES, [ours, long, family("residual", 2, 4)])
    drawn = curves(figure)
    assert list(drawn) == ["8×8 RGB", "4×4 RGB, …ed, λ = 50", "residual"]
    assert [trace.x for trace in drawn.values()] == [(1, 2, 4), (1, 2), (2, 4)]
    assert drawn["residual"].customdata == (2, 4)
    assert "mean-removed" in drawn["4×4 RGB, …ed, λ = 50"].hovertemplate
    assert len({trace.marker.symbol for trace in drawn.values()}) == 3
    assert figure.layout.showlegend
    [top] = at_the_top(figure)
    assert top.x == (4,)


@pytest.mark.parametrize("others", [0, 1, 6])
def test_the_area_is_where_the_plot_is_among_names(others: int) -> None:
    every = [rate_curves()[0]] * (1 + others)
    layout = plots.psnr_figure([], SIZES, every).layout
    area = plots.size_area(SIZES, len(every))
    assert layout.margin.to_plotly_json() == {side: area[side] for side in "lrtb"}
    assert layout.height == area["height"]
    alone = plots.size_area(SIZES)
    assert area["height"] - area["b"] == alone["height"] - alone["b"]


def test_one_entry_adds_a_codec(monkeypatch: pytest.MonkeyPatch) -> None:
    look = Look("#000000", "solid", "hexagon")
    gif = replace(RIVALS["png8"], name="GIF", format="GIF", scale="colours", look=look)
    monkeypatch.setitem(RIVALS, "gif", gif)
    gray = np.arange(64, dtype=np.uint8).reshape(8, 8)
    points = [point for point in rival_work(gray, "gif", [2, 8]) if point]
    hull = Curve("hull", "lower hull", [], [], [])
    [drawn] = curves(plots.rate_figure([rival_curve("gif", points)], hull, "psnr_db")).values()
    assert (drawn.name, drawn.marker.symbol, drawn.line.dash) == ("GIF", "hexagon", "solid")
    assert drawn.text[1].startswith("8 colours<br>")
    assert rival_file(gray, "gif", 8).startswith(b"GIF8")


def test_pictures_and_their_mean() -> None:
    one, other = rate_curves()[:2]
    rows = mean_rows([one.points, one.points])
    figure = plots.pictures_figure([one, replace(other, name="<b>")], rows)
    lines = [trace for trace in figure.data if trace.yaxis != "y2"]
    assert [trace.mode for trace in lines] == ["lines", "lines", "lines+markers"]
    [mean] = curves(figure).values()
    assert mean.y == pytest.approx((10.1, 10.2, 10.4))
    assert mean.error_y.array == (0, 0, 0)
    assert "&lt;b&gt;" in lines[1].hovertemplate
    assert lines[1].name == "&lt;b&gt;"
    [top] = at_the_top(figure)
    assert "&lt;b&gt;" in top.hovertemplate
    assert top.marker.color == lines[1].line.color


def test_every_picture_can_be_told_from_the_others_by_its_name_and_look() -> None:
    names = [f"{number} of very many pictures.png" for number in range(12)]
    every = [replace(rate_curves()[0], kind="picture", name=name) for name in names]
    figure = plots.pictures_figure(every, mean_rows([every[0].points]))
    assert figure.layout.showlegend
    *lines, mean = [trace for trace in figure.data if trace.yaxis != "y2"]
    assert len({(trace.line.color, trace.line.dash) for trace in lines}) == 12
    assert len({trace.name for trace in lines}) == 12
    assert all(trace.showlegend is not False and len(trace.name) <= 20 for trace in lines)
    assert mean.line.color not in {trace.line.color for trace in lines}
    assert figure.layout.height > plots.pictures_figure(every[:2], []).layout.height


def test_a_mean_with_a_lossless_picture_is_at_the_top() -> None:
    one, other = rate_curves()[:2]
    figure = plots.pictures_figure([one, other], mean_rows([one.points, other.points]))
    [mean] = curves(figure).values()
    assert mean.y == pytest.approx((10.1, 10.2))
    assert len(mean.error_y.array) == 2
    _, top = at_the_top(figure)
    assert top.text == ("K = 4",)
    assert top.hovertemplate.startswith("mean, %{text}<br>lossless<br>")


def test_each_trainers_runs_have_a_look_of_their_own() -> None:
    runs = [Run(trainer, seed, 0.5, 30.0 + seed) for trainer in TRAINERS for seed in (0, 1)]
    drawn = plots.trainers_figure(runs).data
    assert [trace.y for trace in drawn] == [(30, 31)] * len(TRAINERS)
    assert len({trace.marker.symbol for trace in drawn}) == len(TRAINERS)


def test_a_lossless_run_is_at_the_top() -> None:
    runs = [Run("kmeans", 0, 0.5, 30.0), Run("kmeans", 1, 0.75, math.inf)]
    figure = plots.trainers_figure(runs)
    [top] = at_the_top(figure)
    assert (top.x, top.text) == ((0.75,), ("seed 1",))
    assert top.hovertemplate == "%{text}<br>lossless<br>%{x:.2f} s<extra></extra>"
    assert has_numbers(figure)
    assert not has_numbers(plots.trainers_figure(runs[1:]))
    assert not has_numbers(plots.trainers_figure([]))


@pytest.mark.parametrize(
    ("seconds", "ticks"),
    [((0.21, 0.42), (0.2, 0.5)), ((3.0, 3.0), (2, 5)), ((0.2, 30), (0.2, 50))],
)
def test_seconds_lie_between_two_ticks(
    seconds: tuple[float, float], ticks: tuple[float, float]
) -> None:
    axis = plots.trainers_figure([Run("lbg", 0, each, 30) for each in seconds]).layout.xaxis
    shown = [tick for tick in axis.tickvals if axis.range[0] < math.log10(tick) < axis.range[1]]
    assert (shown[0], shown[-1]) == pytest.approx(ticks)


def health(size: int) -> Health:
    """Return a codebook used alike, whose codeword k has k parts of the error."""
    parts = np.arange(size)
    use, pair = np.full(size, 3), Pair(0, 1, 5)
    return health_of(size, use, 0.5, pair, pair, parts / max(1, parts.sum()))


def test_perplexity_beside_the_line_where_it_is_the_size() -> None:
    figure = plots.perplexity_figure([health(size) for size in (1, 4, 8)], (1, 4, 8, 64))
    [curve] = curves(figure).values()
    assert curve.x == curve.customdata == (1, 4, 8)
    assert curve.y == pytest.approx((1, 4, 8))
    [line] = [trace for trace in figure.data if trace.mode == "lines"]
    assert line.x == line.y == (1, 64)
    assert line.line.dash != curve.line.dash
    assert figure.layout.xaxis.type == figure.layout.yaxis.type == "log"
    assert "codewords" in figure.layout.yaxis.title.text


def test_held_out_beside_what_was_trained_on() -> None:
    books = [quantizer_of(Codebook(np.zeros((size, 1), np.uint8))) for size in (1, 2)]
    results = [HeldOut(books[0], 20, 19), HeldOut(books[1], 30, math.inf)]
    figure = plots.held_out_figure(results, (1, 2, 4))
    known, others = (curves(figure)[name] for name in ("trained on", "the others"))
    assert (known.x, known.y) == ((1, 2), (20, 30))
    assert (others.x, others.y) == ((1,), (19,))
    [top] = at_the_top(figure)
    assert (top.x, top.customdata) == ((2,), (2,))
    assert top.hovertemplate == "K = %{x}<br>lossless the others<extra></extra>"
    assert known.line.color != others.line.color
    assert known.line.dash != others.line.dash
    assert known.marker.symbol != others.marker.symbol
    assert "dB the others" in others.hovertemplate
    assert figure.layout.showlegend
