"""Figures of sounds -> plotly figures."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Literal

import plotly.graph_objects as go

from vqcore.lab.soundsweeps import SoundFigures
from vqcore.show.plots import (
    FAMILY_LOOKS,
    Hovered,
    add_curve,
    add_legend,
    finished,
    size_figure,
)
from vqcore.show.pointplots import LOOKS, RateCurve, rate_plane
from vqcore.words import say

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
