"""How the figures of very many pictures are distributed -> plotly figures."""

from __future__ import annotations

import math
from collections.abc import Sequence
from itertools import pairwise
from typing import Literal

import numpy as np
import plotly.graph_objects as go

from vqcore.show.plots import HEIGHT, LINE_COLOUR, Hovered, empty_figure, hover
from vqcore.words import say

MOST_BINS = 30
FEW = 5
Figure = Literal["psnr_db", "rate"]


def distribution_figure(values: Sequence[float], figure_id: Figure) -> go.Figure:
    """Plot how many pictures have values in each of some ranges of one width.

    Parameters
    ----------
    values : finite, one a picture
    figure_id : of what they are
    """
    figure = empty_figure(HEIGHT)
    figure.update_layout(bargap=0.04, showlegend=False)
    figure.update_xaxes(title=say(f"plot.axis.{figure_id}"), fixedrange=True)
    counts, edges = np.histogram(values, bins_for(len(values)))
    figure.update_yaxes(title=say("plot.axis.pictures"), rangemode="tozero", fixedrange=True)
    figure.update_yaxes(dtick=1 if counts.max() <= FEW else None)
    ends = pairwise(edges)
    figure.add_bar(
        x=((edges[1:] + edges[:-1]) / 2).tolist(),
        y=counts.tolist(),
        width=np.diff(edges).tolist(),
        customdata=[f"{low:.4g} – {high:.4g}" for low, high in ends],
        marker={"color": LINE_COLOUR},
        hovertemplate=hover("%{customdata}", say("plot.hover.pictures", n=Hovered("y"))),
    )
    return figure


def bins_for(count: int) -> int:
    """Return into how many ranges so many values are divided.

    Examples
    --------
    >>> bins_for(3), bins_for(100), bins_for(20000)
    (4, 20, 30)
    """
    return min(MOST_BINS, max(4, round(2 * math.sqrt(count))))
