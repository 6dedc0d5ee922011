"""Where the bits of a file of bands went -> plotly figures."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping

import plotly.graph_objects as go

from vqcore.coding.wavelet.spending import Spending
from vqcore.show.plots import HEIGHT, LINE_COLOUR, Hovered, add_legend, empty_figure, hover
from vqcore.show.wording import column_name, percentage
from vqcore.signals.wavelet import LEVELS
from vqcore.words import say

PLANES = "Y", "Cb", "Cr"
LOOKS = {
    "HL": "#2a7fb8",
    "LH": "#86bfe0",
    "HH": "#d3e7f4",
    "LL": "#14486b",
    "Cb": "#009e73",
    "Cr": "#d55e00",
    "codebook": "#7a7a7a",
}
"""Bands of luma in shades of one colour, at the bottom; each other plane in its own."""
ALONE = "LL", "codebook"
"""Bars of no level."""
BARS = *map(str, range(1, LEVELS + 1)), *ALONE

Bars = Mapping[str, float]
"""Bytes of the bars, or of what they have of something."""


def spending_figure(spending: Spending, file_bytes: int) -> go.Figure:
    """Plot the bytes of each level, the finest first, of LL and of the codebook, as bars.

    Parameters
    ----------
    spending
    file_bytes : of the whole file, for shares of it
    """
    figure = empty_figure(HEIGHT)
    add_legend(figure)
    figure.update_layout(barmode="stack", bargap=0.25, legend_traceorder="normal")
    places, names = list(range(len(BARS))), [bar_name(bar) for bar in BARS]
    ticks = {"tickvals": places, "ticktext": names}
    figure.update_xaxes(title=say("plot.axis.bands"), fixedrange=True, showgrid=False, **ticks)
    figure.update_yaxes(title=say("plot.axis.bytes"), rangemode="tozero")
    _add_bars(figure, spending, file_bytes)
    for place, height in enumerate(bars_of(spending).values()):
        share = percentage(height / file_bytes)
        figure.add_annotation(x=place, y=height, text=share, showarrow=False, yanchor="bottom")
    return figure


def _add_bars(figure: go.Figure, spending: Spending, file_bytes: int) -> None:
    for series, own in _stacked(spending).items():
        name = _series_name(series, spending.has_colour)
        figure.add_bar(
            x=[BARS.index(bar) for bar in own],
            y=list(own.values()),
            customdata=[percentage(height / file_bytes) for height in own.values()],
            name=name,
            showlegend=series != "codebook",
            marker={"color": LOOKS[series], "line": {"width": 1, "color": LINE_COLOUR}},
            hovertemplate=hover(
                name, say("plot.hover.bytes", bytes=Hovered("y"), share="%{customdata}")
            ),
        )


def bars_of(spending: Spending) -> Bars:
    """Return how high each bar is."""
    every = _stacked(spending).values()
    return {bar: sum(own.get(bar, 0) for own in every) for bar in BARS}


def bar_name(bar: str) -> str:
    """Return what stands under a bar."""
    return say("bands.codebook") if bar == "codebook" else bar


def _stacked(spending: Spending) -> Mapping[str, Bars]:
    """Return what of each bar is of a band of luma, of another plane, or alone."""
    found: dict[str, dict[str, float]] = {series: defaultdict(float) for series in LOOKS}
    for it in spending.bands:
        series = PLANES[it.plane] if it.plane else it.band
        bar = it.band if it.band in ALONE else str(it.level)
        found[series][bar] += it.bits / 8
    found["codebook"]["codebook"] = spending.codebook_bits / 8
    return {series: own for series, own in found.items() if own}


def _series_name(series: str, has_colour: bool) -> str:
    """Return its name: where there is colour, that of luma says so."""
    if series == "codebook":
        return bar_name(series)
    return column_name(f"Y {series}" if has_colour and series not in PLANES else series)
