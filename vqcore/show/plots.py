"""Operating points -> plotly figures."""

from __future__ import annotations

import math
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import replace
from html import escape
from itertools import cycle
from typing import Any

import plotly.graph_objects as go

from vqcore.codebooks.textbook import Line
from vqcore.codebooks.training import Trainer
from vqcore.lab.contest import Run
from vqcore.lab.health import Health
from vqcore.lab.heldout import HeldOut, SnrHeldOut
from vqcore.lab.rivals import RIVALS, Look
from vqcore.lab.sweeps import OperatingPoint
from vqcore.quantizers.family import FAMILIES
from vqcore.quantizers.quantizer import Sized
from vqcore.show.curves import Axis, Curve, Likeness
from vqcore.show.wording import in_short, listed, shortened, trainer_name
from vqcore.words import say, tag

LINE_COLOUR = "#2a7fb8"
CHOSEN_COLOUR = "#d55e00"
HEIGHT = 352
MARGIN = {"l": 60, "r": 16, "t": 44, "b": 64}
RATIOS, HALVES = ("nominal", "file"), ("trained", "others")
INFINITE = "∞"
NOWHERE = {"x": [None], "y": [None], "customdata": [None]}  # a point that is in the legend alone
STEADY: dict[str, Any] = {state: {"marker": {"opacity": 1}} for state in ("selected", "unselected")}
NO_LABEL = "\N{NO-BREAK SPACE}"  # plotly would fill in an empty one
LABEL_WIDTH = 0.25  # in widths of a plot, a narrow one
TOP_EDGE = {"overlaying": "y", "range": [0, 1.04], "fixedrange": True, "visible": False}
HEADROOM = 0.15  # of a range, for markers that are inside the plot, where a hand can point at them
RATIO_TICKS = [digit * 10**power for power in range(6) for digit in (1, 2, 5)]
RATE_TICKS = [0.001, 0.01, 0.05, 0.1, 0.2, 0.5, 1, 2, 5, 10]
RATE_HEIGHT = 480
PLAIN_LOOK = Look(LINE_COLOUR, "solid", "circle")
LOOKS = {
    "ours": PLAIN_LOOK,
    "sizes": Look("#009e73", "solid", "square-open"),
    "nominal": Look("#7a7a7a", "dash", "diamond"),
    "others": Look("#009e73", "dash", "square"),
}
PINNED_LOOKS = [
    Look("#56b4e9", "solid", "triangle-down"),
    Look("#b8860b", "solid", "cross"),
    Look("#8a5fbf", "solid", "star"),
    Look("#5f7a3a", "solid", "pentagon"),
]
# By place in the list of families; each can be told from all others by its symbol.
FAMILY_LOOKS = [
    Look("#4a78d0", "longdash", "hexagram"),
    Look("#c44e8a", "dash", "triangle-left"),
    Look("#8a5fbf", "longdashdot", "triangle-right"),
    Look("#2e8b57", "dot", "hexagon"),
    Look("#b5651d", "dashdot", "diamond-wide"),
    Look("#0088a0", "dash", "octagon"),
    Look("#c0504d", "longdash", "star-square"),
    Look("#6b7785", "dot", "star-diamond"),
]
# Of pictures among others; none is that of their mean.
PICTURE_COLOURS = ("#d55e00", "#009e73", "#cc79a7", "#b8860b", "#8a5fbf", "#5f7a3a")
PICTURE_DASHES = ("solid", "dash", "dot")
LONGEST_NAME, LEGEND_ROOM, NAME_ROOM = 20, 12, 20
PERPLEXITY_TICKS = [4**power for power in range(7)]
SECONDS_TICKS = [digit * 10.0**power for power in range(-3, 4) for digit in (1, 2, 5)]
TRAINER_LOOKS: dict[Trainer, tuple[str, str]] = {
    "lbg": (LINE_COLOUR, "circle"),
    "kmeans": ("#d55e00", "square"),
    "minibatch": ("#009e73", "diamond"),
    "random": ("#cc79a7", "x"),
    "textbook": ("#56b4e9", "triangle-up"),
}


# What plotly says by itself, as far as it does here; in its words, which are the ids of ours.
PLOTLY_SAYS = (
    "Zoom",
    "Pan",
    "Zoom in",
    "Zoom out",
    "Autoscale",
    "Reset axes",
    "Download plot as a PNG",
    "Double-click to zoom back out",
    "Double-click on legend to isolate one trace",
    "Sorry, there was a problem downloading your image!",
)


class Hovered(str):
    """The name that plotly has for a value of the point under the pointer, to stand in a text."""

    def __format__(self, spec: str) -> str:
        return f"%{{{self!s}:{spec}}}"


def config() -> dict[str, Any]:
    """Return how a plot behaves, wherever it stands, and what plotly says in our language."""
    said = {it: say(f"plotly.{it}") for it in PLOTLY_SAYS}
    return {
        "displaylogo": False,
        "modeBarButtonsToRemove": ["select2d", "lasso2d"],
        "locale": tag(),
        "locales": {tag(): {"dictionary": said}},
    }


def psnr_figure(
    points: Sequence[OperatingPoint], sizes: Sequence[int], curves: Sequence[Curve] = ()
) -> go.Figure:
    """Plot PSNR in dB against K; a click on a marker gives its K as ``customdata``.

    What is lossless has a marker of its own at the top edge, here and wherever PSNR is plotted.

    Parameters
    ----------
    points : the operating points so far, ascending
    sizes : all sizes of the sweep, for the axis to stand still while points arrive
    curves : this sweep's and those of others; where there are others, the legend names each
    """
    figure = size_figure(sizes, say("plot.axis.psnr_db"))
    if len(curves) < 2:
        add_curve(figure, points, [point.psnr_db for point in points], decibels_there())
        return finished(figure)
    _name_below(figure, len(curves))
    for curve, look in _looks_of(curves):
        name, hover = shortened(curve.name, LONGEST_NAME), f"{curve.name}<br>{decibels_there()}"
        swept = [point for point in curve.points if isinstance(point, OperatingPoint)]
        values = [point.psnr_db for point in swept]
        add_curve(figure, swept, values, hover, name=name, look=look)
    return finished(figure)


def ratio_figure(points: Sequence[OperatingPoint], sizes: Sequence[int]) -> go.Figure:
    """Plot the compression ratio of the file, and the nominal one, against K.

    At K = 1 the nominal one is infinite and stands at the top edge. Parameters are those of
    `psnr_figure`.
    """
    figure = size_figure(sizes, say("plot.axis.ratio"))
    figure.update_yaxes(type="log", tickvals=RATIO_TICKS, ticksuffix=":1")
    add_legend(figure)
    for kind in RATIOS:
        values = [getattr(point, f"{kind}_ratio") for point in points]
        hover, name = say(f"plot.hover.{kind}", ratio=_to_one()), say(f"plot.curve.{kind}")
        add_curve(figure, points, values, hover, name=name, look=LOOKS.get(kind, PLAIN_LOOK))
    return finished(figure, INFINITE)


def perplexity_figure(healths: Sequence[Health], sizes: Sequence[int]) -> go.Figure:
    """Plot the perplexity against K, and the line where it is K: all codewords used alike.

    A click on a marker gives its K as ``customdata``.

    Parameters
    ----------
    healths : those known so far, ascending
    sizes : all sizes of the sweep
    """
    figure = size_figure(sizes, say("plot.axis.perplexity"))
    figure.update_yaxes(type="log", tickvals=PERPLEXITY_TICKS)
    add_legend(figure)
    colour, dash, _ = LOOKS["nominal"]
    figure.add_scatter(
        x=[1, sizes[-1]],
        y=[1, sizes[-1]],
        name=say("plot.curve.even"),
        mode="lines",
        line={"color": colour, "dash": dash},
        hoverinfo="skip",
    )
    values = [health.perplexity for health in healths]
    hover = say("plot.hover.perplexity", perplexity=Hovered("y"))
    add_curve(figure, healths, values, hover, name=say("plot.curve.perplexity"))
    return finished(figure)


def held_out_figure(
    results: Sequence[HeldOut | SnrHeldOut], sizes: Sequence[int], likeness: str = "psnr_db"
) -> go.Figure:
    """Plot the PSNR of what was trained on, and of the others, against K.

    A click on a marker gives its K as ``customdata``.

    Parameters
    ----------
    results : those known so far, ascending
    sizes : all sizes of the sweep
    likeness : "psnr_db", or "snr_db"
    """
    figure = size_figure(sizes, say(f"plot.axis.{likeness}"))
    add_legend(figure)
    for kind in HALVES:
        values = [getattr(result, f"{kind}_{likeness}") for result in results]
        hover, name = say(f"plot.hover.{kind}", psnr=decibels_there()), say(f"plot.curve.{kind}")
        add_curve(figure, results, values, hover, name=name, look=LOOKS.get(kind, PLAIN_LOOK))
    return finished(figure)


def rate_figure(
    curves: Sequence[Curve], hull: Curve, likeness: Likeness, axis: Axis = "file"
) -> go.Figure:
    """Plot PSNR or SSIM against rate, with all figures of a point on hovering.

    A click on a marker gives the curve's number and the point's in it as ``customdata``.

    Parameters
    ----------
    curves : those with lines
    hull : the points to ring
    likeness : "psnr_db" or "ssim"
    axis : what the curves' rates are: bits per pixel of files, or nominal bits a block
    """
    figure = _rate_plane(likeness)
    figure.update_layout(clickmode="event+select")
    if axis == "nominal":
        title = say("plot.axis.nominal")
        figure.update_xaxes(title=title, type="linear", tickvals=None, rangemode="tozero")
    ring = {"size": 16, "symbol": "circle-open", "color": CHOSEN_COLOUR, "line": {"width": 2}}
    _add_rates(
        figure, hull, likeness, None, mode="markers", marker=ring, hoverinfo="skip", **STEADY
    )
    for number, (curve, look) in enumerate(_looks_of(curves)):
        colour, dash, symbol = look
        _add_rates(
            figure,
            curve,
            likeness,
            number,
            mode="markers" if curve.kind == "sizes" else "lines+markers",
            marker={"size": 8, "symbol": symbol, "color": colour},
            line={"color": colour, "dash": dash},
            hovertemplate=f"{listed([curve.name, '%{text}'])}<extra></extra>",
            **STEADY,
        )
    return finished(figure)


def _looks_of(curves: Iterable[Curve]) -> Iterator[tuple[Curve, Look]]:
    """Return each with its look: a rival's own, a family's by its place, the pinned in turn."""
    families, pinned = list(FAMILIES), cycle(PINNED_LOOKS)
    for curve in curves:
        if curve.kind == "family" and (settings := curve.settings_at(0)):
            place = families.index(settings.family)
            yield curve, FAMILY_LOOKS[place % len(FAMILY_LOOKS)]
        else:
            codec = RIVALS.get(curve.kind)
            yield curve, codec.look if codec else LOOKS.get(curve.kind) or next(pinned)


def pictures_figure(curves: Sequence[Curve], means: Sequence[Mapping[str, Any]]) -> go.Figure:
    """Plot PSNR against rate for many pictures, thin, and their mean at each K, bold.

    The legend names each, shortened if need be; the chart grows with it.

    Parameters
    ----------
    curves : one a picture
    means : rows of `curves.mean_rows`
    """
    figure = _rate_plane("psnr_db")
    figure.update_layout(height=RATE_HEIGHT + LEGEND_ROOM * len(curves), legend_y=-0.25)
    for number, curve in enumerate(curves):
        colour = PICTURE_COLOURS[number % len(PICTURE_COLOURS)]
        dash = PICTURE_DASHES[number // len(PICTURE_COLOURS) % len(PICTURE_DASHES)]
        _add_rates(
            figure,
            replace(curve, name=escape(shortened(curve.name, LONGEST_NAME))),
            "psnr_db",
            None,
            mode="lines",
            line={"color": colour, "dash": dash, "width": 1.5},
            marker={"color": colour, "symbol": "circle"},
            hovertemplate=f"{listed([escape(curve.name), '%{text}'])}<extra></extra>",
        )
    _add_mean(figure, means)
    return finished(figure)


def _add_mean(figure: go.Figure, means: Sequence[Mapping[str, Any]]) -> None:
    """Draw the mean with its standard deviation; it is infinite if one picture is lossless."""
    add_points(
        figure,
        [row["rate_bpp"] for row in means],
        [row["psnr_db"] for row in means],
        {"text": [say("figure.k", size=row["codebook_size"]) for row in means]},
        error_y={
            "array": [row["psnr_db_std"] for row in means if math.isfinite(row["psnr_db"])],
            "color": LINE_COLOUR,
        },
        name=say("plot.curve.mean"),
        mode="lines+markers",
        marker={"size": 9, "color": LINE_COLOUR, "symbol": "circle"},
        line={"color": LINE_COLOUR, "width": 3},
        hovertemplate=hover(
            say("plot.hover.mean", point="%{text}"),
            decibels_there(),
            say("figure.rate_bpp", rate_bpp=Hovered("x")),
        ),
    )


def _add_rates(
    figure: go.Figure, curve: Curve, likeness: Likeness, number: int | None, **style: Any
) -> None:
    """Draw the points that have a likeness and a rate above 0; a number tells curves apart."""
    every = zip(curve.rates, curve.points, curve.labels, strict=True)
    places = [
        (rate, value, f"{label}<br>{in_short(point).replace(' · ', '<br>')}", (number, at))
        for at, (rate, point, label) in enumerate(every)
        if (value := getattr(point, likeness)) is not None and rate > 0
    ]
    rates, values, texts, numbers = zip(*places, strict=True) if places else ((), (), (), ())
    each = {"text": texts} if number is None else {"text": texts, "customdata": numbers}
    add_points(figure, rates, values, each, name=curve.name, **style)


def add_points(
    figure: go.Figure,
    x: Sequence[float],
    y: Sequence[float],
    each: Mapping[str, Sequence[Any]],
    **style: Any,
) -> None:
    """Draw points: those of finite y as one trace, the infinite ones at the top edge as another.

    Parameters
    ----------
    figure
    x, y : of one length
    each : what else the points have one by one, under plotly's names
    style : what they have in common, under plotly's names
    """
    finite = [at for at, value in enumerate(y) if math.isfinite(value)]
    beyond = [at for at, value in enumerate(y) if value == math.inf]
    figure.add_scatter(**_some(finite, {"x": x, "y": y, **each}), **style)
    if beyond:
        figure.data[-1].update(legendgroup=style["name"], **({} if finite else NOWHERE))
        figure.add_scatter(**_some(beyond, {"x": x, **each}), **_at_the_top(style))
        figure.data[-1].update(y=[1] * len(beyond), texttemplate=[NO_LABEL] * len(beyond))


def _some(places: Sequence[int], lists: Mapping[str, Sequence[Any]]) -> dict[str, list[Any]]:
    return {name: [values[at] for at in places] for name, values in lists.items()}


def _at_the_top(style: Mapping[str, Any]) -> dict[str, Any]:
    """Return the style of the infinite points: on an axis that has but one place, see `_finished`.

    The line does not lead to them: its slope would mean nothing.
    """
    top = {name: value for name, value in style.items() if name not in ("line", "error_y")}
    symbol = style["marker"]["symbol"]
    if not symbol.endswith("-open"):
        look = {"symbol": f"{symbol}-open-dot", "size": 12, "line": {"width": 2}}
        top["marker"] = {**style["marker"], **look}
    if "hovertemplate" in style:
        top["hovertemplate"] = _beyond(style["hovertemplate"])
    return {
        **top,
        "name": say("plot.curve.at-the-top", name=style["name"]),
        "mode": "markers+text",
        "legendgroup": style["name"],
        "showlegend": False,
        "cliponaxis": False,
        "yaxis": "y2",
    }


def _beyond(template: str) -> str:
    """Return what hovering tells where it would tell an infinite number."""
    lossless = template.replace(decibels_there(), say("figure.lossless"))
    return lossless.replace(_to_one(), INFINITE)


def hover(*lines: str) -> str:
    """Return what hovering tells, and no name beside it."""
    return f"{'<br>'.join(lines)}<extra></extra>"


def decibels_there() -> str:
    """Return what hovering tells of decibels; of infinite ones that they are lossless."""
    return say("figure.psnr_db", psnr_db=Hovered("y"))


def _to_one() -> str:
    return say("figure.ratio", ratio="%{y:.4~g}")


def finished(figure: go.Figure, word: str | None = None) -> go.Figure:
    """Label the top edge if anything is there, and take the numbers off an axis without values.

    Where no word is given for what is infinite there, it is lossless.
    """
    drawn = [trace for trace in figure.data if trace.yaxis != "y2"]
    finite = [value for trace in drawn for value in trace.y if value is not None]
    if tops := [trace for trace in figure.data if trace.yaxis == "y2"]:
        if len(set(finite)) > 1:  # else plotly leaves room enough
            room = {"include": _above(finite, figure.layout.yaxis.type)}
            figure.update_layout(yaxis={"autorangeoptions": room})
        figure.update_layout(yaxis2=TOP_EDGE)
        leftmost = min(tops, key=lambda trace: min(trace.x))
        is_log = figure.layout.xaxis.type == "log"
        _label(leftmost, word or say("figure.lossless"), _places(figure), is_log)
    if not finite:
        figure.update_yaxes(showticklabels=False, showgrid=False, zeroline=False, selector=0)
    return figure


def _above(values: Sequence[float], axis_type: str | None) -> float:
    """Return a value so far above all others that what is infinite stands above them."""
    low, high = min(values), max(values)
    return high * (high / low) ** HEADROOM if axis_type == "log" else high + HEADROOM * (high - low)


def _label(top: Any, word: str, places: Sequence[float], is_log: bool) -> None:
    """Label the leftmost point of a trace, on its left if there is room for a word."""
    left = min(top.x)
    lowest, at, highest = (
        math.log(it) if is_log else it for it in (min(places), left, max(places))
    )
    room = at - lowest > LABEL_WIDTH * (highest - lowest)
    top.textposition = "middle left" if room else "middle right"
    label = f"{word}{NO_LABEL}" if room else f"{NO_LABEL}{word}"
    top.texttemplate = [label if place == left else NO_LABEL for place in top.x]


def _places(figure: go.Figure) -> list[float]:
    return [place for trace in figure.data for place in trace.x if place is not None]


def marked(figure: go.Figure, size: int) -> go.Figure:
    """Mark a K in a chart against K that nothing else marks, and return it."""
    return figure.add_vline(size, line={"color": CHOSEN_COLOUR, "dash": "dash", "width": 2})


def size_area(sizes: Sequence[int], curves: int = 1) -> dict[str, float]:
    """Return where a chart against K has its plot, for what is drawn over it.

    The height of the chart and the plot's margins in it (l, r, t, b), in pixels; the K at the
    plot's left and right edges (from, to), between which it is logarithmic.

    Parameters
    ----------
    sizes : all sizes of the sweep
    curves : how many are named below the plot, if there are several
    """
    room = (2 * sizes[-1]) ** 0.04
    return {**_with_names(curves), "from": 1 / room, "to": sizes[-1] * room}


def _with_names(curves: int) -> dict[str, int]:
    """Return height and margins of a chart that names so many curves below, one in a row."""
    room = NAME_ROOM * (1 + curves) if curves > 1 else 0
    return {**MARGIN, "b": MARGIN["b"] + room, "height": HEIGHT + room}


def size_figure(sizes: Sequence[int], value_title: str) -> go.Figure:
    """Return an empty figure against K."""
    area = size_area(sizes)
    along = {
        "title": say("plot.axis.k"),
        "type": "log",
        "range": [math.log10(area["from"]), math.log10(area["to"])],
        "fixedrange": True,
        "tickvals": [size for size in sizes if size.bit_count() == 1] or list(sizes),
        "minor": {"tickvals": list(sizes)},
    }
    up = {"title": value_title}
    return empty_figure(HEIGHT, along, up, showlegend=False, clickmode="event+select")


def _name_below(figure: go.Figure, curves: int) -> None:
    """Name the curves below the plot, which keeps its place."""
    margin = _with_names(curves)
    height = margin.pop("height")
    below = -MARGIN["b"] / (HEIGHT - MARGIN["t"] - MARGIN["b"])
    columns = {"entrywidth": 1, "entrywidthmode": "fraction"}
    legend = {"orientation": "h", "y": below, "yanchor": "top", **columns}
    figure.update_layout(showlegend=True, legend=legend, height=height, margin=margin)


def add_legend(figure: go.Figure) -> None:
    """Name the curves above the plot."""
    legend = {"orientation": "h", "y": 1.04, "yanchor": "bottom"}
    figure.update_layout(showlegend=True, legend=legend)


def _rate_plane(likeness: Likeness) -> go.Figure:
    along = {"title": say("plot.axis.rate"), "type": "log", "tickvals": RATE_TICKS}
    up, legend = {"title": say(f"plot.axis.{likeness}")}, {"orientation": "h", "y": -0.2}
    return empty_figure(RATE_HEIGHT, along, up, showlegend=True, legend=legend)


def empty_figure(
    height: int,
    along: Mapping[str, Any] | None = None,
    up: Mapping[str, Any] | None = None,
    **look: Any,
) -> go.Figure:
    """Return a figure with nothing in it, as all here are made.

    Plotly takes many times as long to change one as to make it so.

    Parameters
    ----------
    height : in pixels
    along, up : what its axes of x and of y have besides
    look : and its layout
    """
    axis = {"automargin": False, "ticklabeloverflow": "allow"}
    axes = {"xaxis": {**axis, **(along or {})}, "yaxis": {**axis, **(up or {})}}
    return go.Figure(
        layout={"height": height, "margin": MARGIN, "dragmode": "zoom", **axes, **look}
    )


def add_curve(
    figure: go.Figure,
    points: Sequence[Sized],
    values: Sequence[float],
    value_format: str,
    *,
    name: str = "",
    look: Look = PLAIN_LOOK,
) -> None:
    """Draw values against K; the points look the same whether they are selected or not."""
    colour, dash, symbol = look
    sizes = [point.codebook_size for point in points]
    add_points(
        figure,
        sizes,
        values,
        {"customdata": sizes},
        name=name,
        mode="lines+markers",
        hovertemplate=hover(say("plot.hover.k", size="%{x}"), value_format),
        marker={"size": 9, "symbol": symbol, "color": colour},
        line={"color": colour, "dash": dash},
        **STEADY,
    )


def iterations_figure(lines: Sequence[Line]) -> go.Figure:
    """Plot the error of a vector after each iteration of a training by the book."""
    figure = empty_figure(HEIGHT)
    figure.update_layout(showlegend=False)
    figure.update_xaxes(title=say("plot.axis.iteration"), rangemode="tozero")
    figure.update_yaxes(title=say("plot.axis.error"), rangemode="tozero")
    add_points(
        figure,
        [it.iteration for it in lines],
        [it.distortion for it in lines],
        {},
        mode="lines+markers",
        marker={"size": 6, "color": LINE_COLOUR},
        line={"color": LINE_COLOUR},
        hovertemplate=hover(
            say("plot.hover.iteration", n=Hovered("x")), say("plot.hover.error", error=Hovered("y"))
        ),
    )
    return finished(figure)


def trainers_figure(runs: Sequence[Run], likeness: str = "psnr_db") -> go.Figure:
    """Plot PSNR, or "snr_db", against seconds, a marker for each run, by trainer."""
    figure = empty_figure(HEIGHT)
    figure.update_layout(showlegend=True, legend={"orientation": "h", "y": -0.25})
    figure.update_xaxes(title=say("plot.axis.training"), type="log", tickvals=SECONDS_TICKS)
    if runs:
        figure.update_xaxes(range=_between_ticks([run.seconds for run in runs], SECONDS_TICKS))
    figure.update_yaxes(title=say(f"plot.axis.{likeness}"))
    for trainer, (colour, symbol) in TRAINER_LOOKS.items():
        some = [run for run in runs if run.trainer == trainer]
        add_points(
            figure,
            [run.seconds for run in some],
            [run.decibels for run in some],
            {"text": [say("settings.seed", seed=run.seed) for run in some]},
            name=trainer_name(trainer),
            mode="markers",
            marker={"size": 10, "color": colour, "symbol": symbol},
            hovertemplate=hover(
                "%{text}", decibels_there(), say("figure.seconds", seconds=Hovered("x"))
            ),
        )
    return finished(figure)


def _between_ticks(values: Sequence[float], ticks: Sequence[float]) -> list[float]:
    """Return the logarithms of a range that shows all values, and a tick on either side."""
    below = max((tick for tick in ticks if tick <= min(values)), default=min(values))
    above = min((tick for tick in ticks if tick >= max(values)), default=max(values))
    return [math.log10(0.9 * below), math.log10(1.1 * above)]
