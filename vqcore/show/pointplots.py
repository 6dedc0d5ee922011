"""Figures of points -> plotly figures."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from functools import partial

import numpy as np
import plotly.graph_objects as go

from vqcore.arrays import Counts, Floats, Numbers
from vqcore.lab.advantage import AtDimension
from vqcore.lab.pointsweeps import PointFigures
from vqcore.lab.rivals import Look
from vqcore.show.plots import (
    CHOSEN_COLOUR,
    FAMILY_LOOKS,
    HEIGHT,
    LINE_COLOUR,
    PLAIN_LOOK,
    RATE_HEIGHT,
    STEADY,
    Hovered,
    add_curve,
    add_legend,
    add_points,
    decibels_there,
    empty_figure,
    finished,
    hover,
    size_figure,
)
from vqcore.words import say

BARS, FEW_BARS = 200, 64
FEW, SELDOM = 300, 0.0005
MOST_OBLONG = 3
LEAST_GL, MOST_GL = 1e-30, 1e30
"""How wide what WebGL draws in 32 bits is at least, and how far from 0 at most; with a margin."""

STAGE_HEIGHT = 460
LOOKS = {
    "nominal": PLAIN_LOOK,
    "entropy": Look("#009e73", "dash", "square"),
    "uniform": Look("#b8860b", "dot", "triangle-up"),
    "coded": Look("#cc79a7", "dashdot", "diamond"),
    "g711": Look("#7a7a7a", "solid", "square"),
    "g721": Look("#7a7a7a", "solid", "diamond"),
    "g723": Look("#7a7a7a", "solid", "triangle-up"),
    "gsm": Look("#7a7a7a", "solid", "cross"),
    "opus": Look("#cc79a7", "dashdot", "diamond"),
    "vorbis": Look("#b8860b", "dot", "triangle-up"),
    "mp3": Look("#009e73", "dash", "cross"),
    "bound": Look("#7a7a7a", "solid", "line-ew"),
    "gish-pierce": Look("#7a7a7a", "dash", "line-ew"),
}


@dataclass(frozen=True)
class RateCurve:
    """Places on the plane of rate and likeness.

    Parameters
    ----------
    look : an id of `LOOKS`, or the number of a family
    name : what the legend says
    rates, values : bits a number, and decibels; or what else the plane has
    labels : of each place; none for a line of theory
    """

    look: str | int
    name: str
    rates: Sequence[float]
    values: Sequence[float]
    labels: Sequence[str] = ()


def snr_figure(figures: Sequence[PointFigures], sizes: Sequence[int]) -> go.Figure:
    """Plot SNR in dB against K; a click on a marker gives its K as ``customdata``."""
    figure = size_figure(sizes, say("plot.axis.snr_db"))
    some = [it for it in figures if it.snr_db is not None]
    add_curve(figure, some, [it.snr_db or 0.0 for it in some], decibels_there())
    return finished(figure)


def mse_figure(figures: Sequence[PointFigures], sizes: Sequence[int]) -> go.Figure:
    """Plot the squared error of a number against K; a click gives a K as `snr_figure` does."""
    figure = size_figure(sizes, say("plot.axis.mse"))
    figure.update_yaxes(rangemode="tozero")
    add_curve(figure, figures, [it.mse for it in figures], say("plot.hover.mse", mse=Hovered("y")))
    return finished(figure)


def bits_figure(figures: Sequence[PointFigures], sizes: Sequence[int]) -> go.Figure:
    """Plot against K the bits a number: of fixed length, at first-order entropy, in a file."""
    figure = size_figure(sizes, say("plot.axis.bits"))
    add_legend(figure)
    looks = {"nominal": LOOKS["nominal"], "entropy": LOOKS["entropy"], "file": FAMILY_LOOKS[2]}
    for kind, look in looks.items():
        values = [getattr(it, f"{kind}_rate") for it in figures]
        told, name = say("plot.hover.bits", bits=Hovered("y")), say(f"plot.curve.{kind}-bits")
        add_curve(figure, figures, values, told, name=name, look=look)
    return finished(figure)


def snr_rate_figure(curves: Sequence[RateCurve]) -> go.Figure:
    """Plot SNR in dB against bits a number."""
    bits = say("plot.hover.bits", bits=Hovered("x"))
    return rate_plane(curves, ("bits", bits), ("snr_db", decibels_there()))


def rate_plane(
    curves: Sequence[RateCurve], rate: tuple[str, str], likeness: tuple[str, str]
) -> go.Figure:
    """Plot likeness against rate; of each the id of its axis, and what hovering tells of it."""
    figure = empty_figure(RATE_HEIGHT)
    figure.update_layout(showlegend=True, legend={"orientation": "h", "y": -0.2})
    figure.update_xaxes(title=say(f"plot.axis.{rate[0]}"), rangemode="tozero")
    figure.update_yaxes(title=say(f"plot.axis.{likeness[0]}"))
    for curve in curves:
        look = LOOKS[curve.look] if isinstance(curve.look, str) else FAMILY_LOOKS[curve.look]
        shown = {"text": list(curve.labels)} if curve.labels else {}
        told = hover("%{text}", likeness[1], rate[1])
        add_points(
            figure,
            list(curve.rates),
            list(curve.values),
            shown,
            name=curve.name,
            mode="lines+markers" if curve.labels else "lines",
            marker={"size": 8, "symbol": look.symbol, "color": look.colour},
            line={"color": look.colour, "dash": look.dash},
            hovertemplate=told if curve.labels else hover(curve.name, likeness[1]),
            **STEADY,
        )
    return finished(figure)


def dimensions_figure(found: Sequence[AtDimension], bound: float | None) -> go.Figure:
    """Plot the SNR of numbers cut into longer and longer vectors, and the bound if it is known."""
    figure = empty_figure(HEIGHT)
    figure.update_layout(showlegend=False)
    figure.update_xaxes(title=say("plot.axis.dimension"), type="category")
    figure.update_yaxes(title=say("plot.axis.snr_db"), rangemode="tozero")
    places = [str(it.dimension) for it in found]
    figure.add_bar(
        x=places,
        y=[it.snr_db for it in found],
        text=[f"{it.snr_db:.2f}" for it in found],
        marker={"color": LINE_COLOUR},
        hovertemplate=hover(say("plot.hover.dimension", dimension="%{x}"), decibels_there()),
    )
    if bound is not None:
        told = say("plot.curve.bound-of", snr_db=bound)
        line = {"color": LOOKS["bound"].colour, "dash": "dash"}
        figure.add_hline(bound, line=line, annotation_text=told, annotation_position="top left")
    return figure


def scatter_figure(points: Numbers, codewords: Numbers, titles: Sequence[str]) -> go.Figure:
    """Plot points in a plane, shapes (n, 2), and codewords; at one scale, if that shows both axes.

    Parameters
    ----------
    points, codewords
    titles : of both axes
    """
    figure = empty_figure(STAGE_HEIGHT)
    figure.update_layout(
        showlegend=True, legend={"orientation": "h", "y": 1.04, "yanchor": "bottom"}
    )
    figure.update_xaxes(title=titles[0])
    figure.update_yaxes(title=titles[1])
    wide, high = np.ptp(points.astype(np.float64), axis=0)
    if max(wide, high) <= MOST_OBLONG * min(wide, high):
        figure.update_yaxes(scaleanchor="x")
    is_for_gl = np.abs(points).max() < MOST_GL and not 0 < min(wide, high) < LEAST_GL
    add_markers = partial(figure.add_scattergl if is_for_gl else figure.add_scatter, mode="markers")
    add_markers(
        x=points[:, 0],
        y=points[:, 1],
        name=say("plot.curve.points"),
        marker={"size": 3 if len(points) > FEW else 7, "color": "#8b97a0", "opacity": 0.6},
        hoverinfo="skip",
    )
    add_markers(
        x=codewords[:, 0],
        y=codewords[:, 1],
        name=say("plot.curve.levels"),
        marker={
            "size": 9,
            "symbol": "diamond",
            "color": LINE_COLOUR,
            "line": {"width": 1, "color": "white"},
        },
        hovertemplate=hover("%{x:.5~g}, %{y:.5~g}"),
    )
    return figure


def use_figure(use: Counts) -> go.Figure:
    """Plot how many vectors each codeword stands for, the most used first."""
    figure = empty_figure(HEIGHT)
    figure.update_layout(showlegend=False, bargap=0.1 if len(use) <= FEW_BARS else 0)
    figure.update_xaxes(title=say("plot.axis.rank"))
    figure.update_yaxes(title=say("plot.axis.vectors"), rangemode="tozero")
    order = np.argsort(-use, kind="stable")
    figure.add_bar(
        x=np.arange(1, len(use) + 1),
        y=use[order],
        customdata=order,
        marker={"color": LINE_COLOUR, "line": {"width": 0}},
        hovertemplate=hover(say("plot.hover.use", index="%{customdata}", n="%{y}")),
    )
    return figure


def line_figure(numbers: Floats, levels: Floats) -> go.Figure:
    """Plot the density of numbers, the levels, and half-way between these the ends of cells.

    Parameters
    ----------
    numbers : array of shape (n,)
    levels : array of shape (K,)
    """
    figure = empty_figure(STAGE_HEIGHT)
    add_legend(figure)
    figure.update_layout(bargap=0)
    figure.update_xaxes(title=say("plot.axis.value"))
    figure.update_yaxes(title=say("plot.axis.density"), rangemode="tozero")
    seldom = SELDOM if len(numbers) > FEW else 0
    low, high = np.quantile(numbers, [seldom, 1 - seldom])
    density, edges = np.histogram(numbers, BARS, range=(low, high) if low < high else None)
    width = edges[1] - edges[0]
    shares = density / (len(numbers) * width)
    figure.add_bar(
        x=(edges[1:] + edges[:-1]) / 2,
        y=shares,
        width=width,
        marker={"color": "#9aa5ad", "line": {"width": 0}},
        name=say("plot.curve.density"),
        hoverinfo="skip",
    )
    top, levels = float(shares.max()), np.sort(levels)
    ends = (levels[1:] + levels[:-1]) / 2
    _add_stakes(figure, ends, top, say("plot.curve.ends"), CHOSEN_COLOUR, "dot")
    figure.add_scatter(
        x=levels,
        y=np.zeros(len(levels)),
        mode="markers",
        name=say("plot.curve.levels"),
        marker={"size": 9, "symbol": "diamond", "color": LINE_COLOUR},
        cliponaxis=False,
        hovertemplate=hover("%{x:.4f}"),
    )
    return figure


def _add_stakes(
    figure: go.Figure, places: Floats, top: float, name: str, colour: str, dash: str
) -> None:
    """Draw upright lines as one trace."""
    x = [it for place in places.tolist() for it in (place, place, None)]
    y = [it for _ in places for it in (0, top, None)]
    line = {"color": colour, "dash": dash, "width": 1}
    figure.add_scatter(x=x, y=y, mode="lines", name=name, line=line, hoverinfo="skip")
