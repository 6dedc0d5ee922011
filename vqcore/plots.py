"""Operating points -> plotly figures."""

from __future__ import annotations

import math
from collections.abc import Sequence

import plotly.graph_objects as go

from vqcore.sweep import OperatingPoint

LINE_COLOUR = "#2a7fb8"
CHOSEN_COLOUR = "#d55e00"
HEIGHT = 340
RATIOS = ("nominal", "file")
NOMINAL_STYLE = {"name": "nominal", "colour": "#7a7a7a", "dash": "dash", "symbol": "diamond"}
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
    """Plot the compression ratio of the file, and the nominal one, against K.

    K = 1 has no nominal ratio and is left out of that curve. Parameters are those of
    `psnr_figure`.
    """
    figure = _figure(sizes, "Compression ratio")
    figure.update_yaxes(type="log", tickvals=RATIO_TICKS, ticksuffix=":1")
    figure.update_layout(showlegend=True, legend={"orientation": "h", "y": 1, "yanchor": "bottom"})
    nominal, file = ([getattr(point, f"{kind}_ratio") for point in points] for kind in RATIOS)
    _add_curve(figure, points, nominal, chosen, "%{y:.4~g}:1 nominal", **NOMINAL_STYLE)
    _add_curve(figure, points, file, chosen, "%{y:.4~g}:1 file", name="file")
    return figure


def _figure(sizes: Sequence[int], value_title: str) -> go.Figure:
    figure = go.Figure()
    figure.update_layout(
        height=HEIGHT,
        margin={"l": 60, "r": 16, "t": 32, "b": 48},
        showlegend=False,
        clickmode="event+select",
        dragmode="zoom",
    )
    margin = 0.04 * math.log10(2 * sizes[-1])
    figure.update_xaxes(
        title="K (codewords)",
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
    *,
    name: str = "",
    colour: str = LINE_COLOUR,
    dash: str = "solid",
    symbol: str = "circle",
) -> None:
    """Draw the finite values, and a ring around the chosen size."""
    finite = [
        (point.codebook_size, value)
        for point, value in zip(points, values, strict=True)
        if math.isfinite(value)
    ]
    ring = {"size": 17, "symbol": "circle-open", "color": CHOSEN_COLOUR, "line": {"width": 3}}
    marked = [(size, value) for size, value in finite if size == chosen]
    hover = f"K = %{{x}}<br>{value_format}<extra></extra>"
    _add_trace(figure, marked, mode="markers", hovertemplate=hover, marker=ring, showlegend=False)
    _add_trace(
        figure,
        finite,
        name=name,
        mode="lines+markers",
        hovertemplate=hover,
        marker={"size": 9, "symbol": symbol, "color": colour},
        line={"color": colour, "dash": dash},
    )


def _add_trace(
    figure: go.Figure, places: Sequence[tuple[int, float]], **style: object
) -> None:
    """Draw points that look the same whether they are selected or not."""
    sizes = [size for size, _ in places]
    steady = {"marker": {"opacity": 1}}
    values = [value for _, value in places]
    figure.add_scatter(
        x=sizes, y=values, customdata=sizes, selected=steady, unselected=steady, **style
    )
