"""Figures of sounds -> plotly figures."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Literal

import plotly.graph_objects as go

from vqcore.arrays import Floats
from vqcore.lab.soundsweeps import SoundFigures
from vqcore.lab.spectralstudy import FrameSeen
from vqcore.lab.spectralsweeps import SpectralFigures, SpectralHeldOut
from vqcore.show.plots import (
    CHOSEN_COLOUR,
    FAMILY_LOOKS,
    LINE_COLOUR,
    RATE_HEIGHT,
    Hovered,
    add_curve,
    add_legend,
    add_points,
    empty_figure,
    finished,
    hover,
    size_figure,
)
from vqcore.show.plots import LOOKS as HALF_LOOKS
from vqcore.show.pointplots import LOOKS, RateCurve, rate_plane
from vqcore.words import say

SPECTRUM_LINE = {"color": "#9a9a9a", "width": 1}
OWN_LINE = {"color": LINE_COLOUR, "width": 3}
QUANTIZED_LINE = {"color": CHOSEN_COLOUR, "width": 2, "dash": "dash"}
FRAME_BITS_TICKS = [digit * 10**power for power in range(5) for digit in (1, 2, 5)]

Measure = Literal["snr_db", "segmental_snr_db", "spectral_db", "stoi"]
"""What can be drawn of how near a sound comes."""


def likeness_figure(
    figures: Sequence[SoundFigures], sizes: Sequence[int], measure: Measure
) -> go.Figure:
    """Plot a measure of likeness against K; a click on a marker gives its K as ``customdata``."""
    figure = size_figure(sizes, say(f"plot.axis.{measure}"))
    some = [it for it in figures if getattr(it, measure) is not None]
    told = say(f"plot.hover.{measure}", value=Hovered("y"))
    add_curve(figure, some, [getattr(it, measure) for it in some], told)
    return finished(figure)


def rates_figure(figures: Sequence[SoundFigures], sizes: Sequence[int]) -> go.Figure:
    """Plot against K the kbit/s of indices of fixed length, and of the file."""
    figure = size_figure(sizes, say("plot.axis.kbps"))
    add_legend(figure)
    for kind, look in {"nominal": LOOKS["nominal"], "file": FAMILY_LOOKS[2]}.items():
        values = [getattr(it, f"{kind}_kbps") for it in figures]
        told, name = say("plot.hover.kbps", kbps=Hovered("y")), say(f"plot.curve.{kind}-bits")
        add_curve(figure, figures, values, told, name=name, look=look)
    return finished(figure)


def rate_figure(curves: Sequence[RateCurve], measure: Measure) -> go.Figure:
    """Plot a measure of likeness against kbit/s."""
    kbps = say("plot.hover.kbps", kbps=Hovered("x"))
    told = say(f"plot.hover.{measure}", value=Hovered("y"))
    return rate_plane(curves, ("kbps", kbps), (measure, told))


def distortion_figure(
    figures: Sequence[SpectralFigures], out: Sequence[SpectralHeldOut], sizes: Sequence[int]
) -> go.Figure:
    """Plot spectral distortion in dB against K: of all frames, and of those not trained on."""
    figure = size_figure(sizes, say("plot.axis.distortion_db"))
    figure.update_yaxes(rangemode="tozero")
    add_legend(figure)
    told = say("plot.hover.distortion", value=Hovered("y"))
    every, others = [it.distortion_db for it in figures], [it.others_db for it in out]
    add_curve(figure, figures, every, told, name=say("plot.curve.all-frames"))
    look, name = HALF_LOOKS["others"], say("plot.curve.other-frames")
    add_curve(figure, out, others, told, name=name, look=look)
    return finished(figure)


def frame_bits_figure(figures: Sequence[SpectralFigures], sizes: Sequence[int]) -> go.Figure:
    """Plot against K the bits a frame: of fixed length, at first-order entropy, in a file."""
    figure = size_figure(sizes, say("plot.axis.frame-bits"))
    figure.update_yaxes(type="log", tickvals=FRAME_BITS_TICKS)
    add_legend(figure)
    looks = {"nominal": LOOKS["nominal"], "entropy": LOOKS["entropy"], "file": FAMILY_LOOKS[2]}
    for kind, look in looks.items():
        some = [it for it in figures if getattr(it, f"{kind}_bits") > 0]
        values = [getattr(it, f"{kind}_bits") for it in some]
        told, name = (
            say("plot.hover.frame-bits", value=Hovered("y")),
            say(f"plot.curve.{kind}-bits"),
        )
        add_curve(figure, some, values, told, name=name, look=look)
    return finished(figure)


def distortion_plane(curves: Sequence[RateCurve]) -> go.Figure:
    """Plot spectral distortion in dB against bits a frame."""
    bits = say("plot.hover.frame-bits", value=Hovered("x"))
    told = say("plot.hover.distortion", value=Hovered("y"))
    figure = rate_plane(curves, ("frame-bits", bits), ("distortion_db", told))
    return figure.update_yaxes(rangemode="tozero")


def envelopes_figure(seen: FrameSeen, size: int) -> go.Figure:
    """Plot the spectrum of a frame, its envelope, and the envelope of a K."""
    figure = empty_figure(RATE_HEIGHT)
    add_legend(figure)
    figure.update_xaxes(title=say("plot.axis.hertz"))
    figure.update_yaxes(title=say("plot.axis.level"))
    told = hover(
        say("plot.hover.hertz", value=Hovered("x")), say("plot.hover.level", value=Hovered("y"))
    )
    for levels, name, line in (
        (seen.power_db, say("plot.curve.frame-spectrum"), SPECTRUM_LINE),
        (seen.own_db, say("plot.curve.own-envelope"), OWN_LINE),
        (seen.quantized_db, say("plot.curve.quantized-envelope", size=size), QUANTIZED_LINE),
    ):
        look = {"mode": "lines", "line": line, "hovertemplate": told}
        add_points(figure, list(seen.hertz), list(levels), {}, name=name, **look)
    _mark(figure, seen.line_hertz, float(seen.power_db.min()))
    return figure


def _mark(figure: go.Figure, places: Floats, height: float) -> None:
    """Mark places along the bottom."""
    marker = {"symbol": "circle", "size": 7, "color": CHOSEN_COLOUR}
    told = hover(say("plot.hover.hertz", value=Hovered("x")))
    heights = [height] * len(places)
    look = {"mode": "markers", "marker": marker, "hovertemplate": told, "showlegend": False}
    add_points(figure, list(places), heights, {}, **look)
