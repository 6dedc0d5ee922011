"""Operating points -> plotly figures."""

from __future__ import annotations

import math
from collections.abc import Sequence

import plotly.graph_objects as go

from vqcore.sweep import OperatingPoint

LINE_COLOUR = "#2a7fb8"
CHOSEN_COLOUR = "#d55e00"
HEIGHT = 340
RATIO_TICKS = [digit * 10**power for power in range(6) for digit in (1, 2, 5)]


def psnr_figure(
    points: Sequence[OperatingPoint], sizes: Sequence[int], chosen: int
) -> go.Figure:
    """Plot PSNR in dB against K; a click on a marker gives its K as ``customdata``.

    Parameters
    ----------
    points : the operating points so far, ascending
    sizes : all sizes of the sweep, for the axis to stand still while points arrive
    chosen : the K to mark
    """
    figure = _figure(sizes, "PSNR (dB)")
    _add_curve(figure, points, [point.psnr_db for point in points], chosen, "%{y:.2f} dB")
    return figure


def ratio_figure(
    points: Sequence[OperatingPoint], sizes: Sequence[int], chosen: int
) -> go.Figure:
    """Plot the nominal compression ratio against K; K = 1, which has none, is left out.

    Parameters are those of `psnr_figure`.
    """
    figure = _figure(sizes, "Nominal compression ratio")
    figure.update_yaxes(type="log", tickvals=RATIO_TICKS, ticksuffix=":1")
    ratios = [point.nominal_ratio for point in points]
    _add_curve(figure, points, ratios, chosen, "%{y:.4~g}:1")
    return figure


def _figure(sizes: Sequence[int], value_title: str) -> go.Figure:
    figure = go.Figure()
    figure.update_layout(
        height=HEIGHT,
        margin={"l": 60, "r": 16, "t": 16, "b": 48},
        showlegend=False,
        clickmode="event+select",
        dragmode="zoom",
    )
    margin = 0.04 * math.log10(2 * sizes[-1])
    figure.update_xaxes(
        title="Codebook size K (codewords)",
        type="log",
        range=[-margin, math.log10(sizes[-1]) + margin],
        tickvals=[size for size in sizes if size.bit_count() == 1] or list(sizes),
        minor={"tickvals": list(sizes)},
    )
    figure.update_yaxes(title=value_title)
    return figure


def _add_curve(
    figure: go.Figure,
    points: Sequence[OperatingPoint],
    values: Sequence[float],
    chosen: int,
    value_format: str,
) -> None:
    """Draw the finite values, and a ring around the chosen size."""
    finite = [
        (point.codebook_size, value)
        for point, value in zip(points, values, strict=True)
        if math.isfinite(value)
    ]
    hover = f"K = %{{x}}<br>{value_format}<extra></extra>"
    marked = [(size, value) for size, value in finite if size == chosen]
    _add_trace(figure, marked, "markers", hover, CHOSEN_COLOUR, size=17, symbol="circle-open")
    _add_trace(figure, finite, "lines+markers", hover, LINE_COLOUR, size=9, symbol="circle")


def _add_trace(
    figure: go.Figure,
    places: Sequence[tuple[int, float]],
    mode: str,
    hover: str,
    colour: str,
    **marker: object,
) -> None:
    sizes = [size for size, _ in places]
    steady = {"marker": {"opacity": 1}}
    figure.add_scatter(
        x=sizes,
        y=[value for _, value in places],
        customdata=sizes,
        mode=mode,
        hovertemplate=hover,
        marker={"color": colour, "line": {"width": 3 if mode == "markers" else 0}, **marker},
        line={"color": colour},
        selected=steady,
        unselected=steady,
    )
