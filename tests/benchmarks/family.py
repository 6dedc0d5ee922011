"""Set the families of quantizers beside one another, JPEG and WebP, in bytes of real files.

    python -m tests.benchmarks.family [--colour gray|rgb] [--chart HULLS.html] PICTURE_OR_FOLDER ...

For each member, over all its settings: the mean over pictures of the PSNR at 0.15, 0.25 and 0.5
bits a pixel, on the lower hull of rate and squared error, and what it is more than plain's, where
all pictures have it; the BD-rate against plain and against JPEG, where those spend 0.08 to 0.6 bits
a pixel, and its range over the pictures; the seconds that a picture takes to train all codebooks,
and to encode once. Each also with the edges of its blocks smoothed. Prints a Markdown table, and
draws the hulls of each picture as a chart if asked to. A member is one entry of `MEMBERS`.
"""

from dataclasses import dataclass, field, replace
from pathlib import Path
from time import process_time

import click
import numpy as np
from plotly.colors import qualitative
from plotly.subplots import make_subplots

from tests.benchmarks.rivals import print_row
from tests.benchmarks.training import pictures
from vqcore.coding.codec import Settings, with_smoothing_work
from vqcore.coding.container import pack
from vqcore.lab.comparison import bd_rate, lower_hull
from vqcore.lab.rivals import RIVALS, rival_work
from vqcore.lab.sweeps import Step, sweep
from vqcore.metrics import mse, psnr_db, rate_bpp
from vqcore.show.wording import codec_name
from vqcore.signals.blocks import layout_of, shown_pixels
from vqcore.work import finish

RATES_BPP = (0.15, 0.25, 0.5)
COMPARED_BPP = (0.08, 0.6)
WEIGHTS = (0, 30, 100, 300, 900)
TREE_WEIGHTS = (10, 40, 110, 300, 700, 1800)
MODES = {"gray": ("gray",), "rgb": ("rgb", "ycbcr")}
SMOOTHED = ", smoothed"
DRAWN_BPP = (0.08, 1)
DASHES = {"JPEG": "dot", "WebP": "dash"}
SYMBOLS = ("circle", "square", "diamond", "cross", "x", "triangle-up", "star", "triangle-down")


@dataclass(frozen=True)
class Member:
    """A family, and what of it is tried.

    Parameters
    ----------
    sizes : K, by block size
    modes : of colour; None tries all
    """

    family: str
    sizes: dict[int, tuple[int, ...]]
    weights: tuple[int, ...] = WEIGHTS
    options: tuple[tuple[int, ...], ...] = ((),)
    modes: tuple[str, ...] | None = None


MEMBERS = {
    "plain + λ": Member(
        "plain", {4: (8, 16, 32, 64, 128, 256, 512, 1024), 8: (8, 16, 32, 64, 128, 256)}
    ),
    "quadtree": Member("quadtree", {4: (16, 48, 160, 512)}, TREE_WEIGHTS, modes=("ycbcr",)),
    "mean-removed": Member(
        "mean-removed", {4: (8, 16, 32, 64), 8: (16, 64)}, options=((8,), (16,), (32,))
    ),
    "residual": Member("residual", {4: (8, 16, 32, 64), 8: (8, 16, 32, 64)}),
    "gain-shape": Member(
        "gain-shape",
        {4: (8, 16, 32, 64), 8: (16, 64)},
        options=((1, 8, 8, 7), (1, 16, 8, 5), (1, 16, 4, 6), (1, 32, 8, 6), (0, 8, 16, 6)),
    ),
    "tree": Member("tree", {4: (8, 16, 32, 64, 128, 256, 512, 1024), 8: (8, 16, 32, 64, 128, 256)}),
}
CODECS = ("jpeg", "webp", "scalar", "dct")


@dataclass
class Outcome:
    """What one member makes of one picture: points (rate in bpp, MSE), and seconds."""

    points: list[tuple[float, float]] = field(default_factory=list)
    training: float = 0
    encoding: list[float] = field(default_factory=list)

    def add(self, picture, file_bytes, error):
        self.points.append((rate_bpp(file_bytes, picture.width, picture.height), error))

    @property
    def hull(self):
        return [self.points[corner] for corner in lower_hull(*zip(*self.points, strict=True))]

    @property
    def curve(self):
        return [(rate, psnr_db(error)) for rate, error in self.hull]

    def psnr_at(self, rate):
        """Return the PSNR on the hull; beyond its ends, NaN."""
        rates, errors = zip(*self.hull, strict=True)
        error = np.interp(rate, rates, errors, left=np.nan, right=np.nan)
        return 10 * np.log10(255**2 / error)


def outcomes_of(member, picture, colour):
    """Return what a member makes of a picture, as it is and with smoothing."""
    plain, smooth = Outcome(), Outcome()
    for mode in (member.modes or MODES[colour]) if colour != "gray" else ("gray",):
        for side, sizes in member.sizes.items():
            for options in member.options:
                first = Settings(side, mode, family=member.family, options=options)
                add_all(picture, first, sizes, member.weights, plain, smooth)
    return plain, smooth


def add_all(picture, first, sizes, weights, plain, smooth):
    trained = {}
    original = shown_pixels(picture, layout_of(picture, first.block_size, first.colour))
    for weight in weights:
        settings = replace(first, rate_weight=weight)
        for step in sweep(picture, settings, sizes, trained=dict(trained)):
            if isinstance(step, Step):
                if step.codebook_size not in trained:
                    plain.training += step.trained.seconds
                trained[step.codebook_size] = step.trained
                plain.encoding.append(step.point.encode_seconds)
                plain.add(picture, step.point.file_bytes, step.point.mse)
                encoded = finish(with_smoothing_work(original, step.encoded))
                smooth.add(picture, len(pack(encoded)), mse(original, encoded.decode()))


def rival(codec, picture, colour):
    original, outcome = shown_pixels(picture, layout_of(picture, 8, colour)), Outcome()
    start = process_time()
    for point in rival_work(original, codec, RIVALS[codec].levels):
        if point:
            outcome.add(picture, point.file_bytes, point.mse)
    outcome.encoding = [(process_time() - start) / len(outcome.points)]
    return outcome


@click.command()
@click.argument("places", nargs=-1, required=True, type=click.Path(exists=True, path_type=Path))
@click.option("--colour", type=click.Choice(list(MODES)), default="gray", show_default=True)
@click.option("--member", "names", multiple=True, type=click.Choice(list(MEMBERS)))
@click.option("--chart", type=click.Path(dir_okay=False))
def main(places, colour, names, chart):
    """Set the families of quantizers beside one another, JPEG, WebP and the references."""
    shown, outcomes = list(pictures(places)), {}
    for name in dict.fromkeys(["plain + λ", *(names or MEMBERS)]):
        both = [outcomes_of(MEMBERS[name], one, colour) for one in shown]
        outcomes[name], outcomes[name + SMOOTHED] = zip(*both, strict=True)
    for codec in CODECS:
        outcomes[codec_name(codec)] = [rival(codec, one, colour) for one in shown]
    rates = [f"{rate} bpp" for rate in RATES_BPP]
    print_row("", *rates, "BD vs plain", "BD vs JPEG", "training s", "encoding s")
    print_row(*["---"] * (5 + len(rates)))
    for name, mine in outcomes.items():
        print_row(
            name,
            *decibels(mine, outcomes["plain + λ"]),
            *differences(mine, outcomes),
            *seconds(mine),
        )
    if chart:
        hulls_figure([one.name for one in shown], outcomes).write_html(chart, include_plotlyjs=True)


def hulls_figure(titles, outcomes):
    """Return a figure of the hulls of each picture: families solid, other codecs not."""
    rows = -(-len(titles) // 2)
    figure = make_subplots(rows, 2, subplot_titles=titles, vertical_spacing=0.12)
    drawn = [name for name in outcomes if not name.endswith((SMOOTHED, "(reference)"))]
    for colour, symbol, name in zip(qualitative.Safe, SYMBOLS, drawn, strict=False):
        look = {"color": colour, "dash": DASHES.get(name, "solid")}
        for place, outcome in enumerate(outcomes[name]):
            inside = [it for it in outcome.curve if DRAWN_BPP[0] <= it[0] <= DRAWN_BPP[1]]
            rates, likeness = zip(*inside, strict=True)
            at = {"row": place // 2 + 1, "col": place % 2 + 1}
            words = {"name": name, "legendgroup": name, "showlegend": place == 0}
            figure.add_scatter(x=rates, y=likeness, line=look, marker_symbol=symbol, **words, **at)
    ticks = {"tickvals": (0.1, 0.2, 0.5, 1), "range": np.log10(DRAWN_BPP)}
    figure.update_xaxes(title="bits a pixel", type="log", **ticks)
    figure.update_yaxes(title="PSNR (dB)")
    margins = {"l": 60, "r": 20, "t": 40, "b": 50}
    return figure.update_layout(
        template="plotly_white", width=1200, height=440 * rows, margin=margins
    )


def decibels(mine, plain):
    for rate in RATES_BPP:
        own, other = (np.array([one.psnr_at(rate) for one in of]) for of in (mine, plain))
        reached = not np.isnan(own - other).any()
        yield f"{own.mean():.2f} ({(own - other).mean():+.2f}) dB" if reached else "not all"


def differences(mine, outcomes):
    for name in ("plain + λ", "JPEG"):
        values = [difference(*pair) for pair in zip(mine, outcomes[name], strict=True)]
        yield f"{np.mean(values):+.1f} % ({min(values):+.0f} to {max(values):+.0f})"


def difference(ours, theirs):
    """Return the BD-rate in percent where theirs spends COMPARED_BPP, as far as that goes."""
    inside = np.clip(COMPARED_BPP, theirs.curve[0][0], theirs.curve[-1][0])
    within = tuple(float(theirs.psnr_at(rate)) for rate in inside)
    delta = bd_rate(ours.curve, theirs.curve, within=within)
    return delta.value if delta else np.nan


def seconds(mine):
    for values in ([one.training for one in mine], [np.mean(one.encoding or 0) for one in mine]):
        yield f"{np.mean(values):.2f}" if any(values) else ""


if __name__ == "__main__":
    main()
