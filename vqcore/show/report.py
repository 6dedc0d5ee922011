"""A report in one file: settings, pictures, live plots, figures; it needs no network."""

from __future__ import annotations

import base64
from collections.abc import Sequence
from html import escape
from importlib.metadata import version
from pathlib import Path
from platform import python_version
from string import Template
from typing import Any

from vqcore.arrays import Samples
from vqcore.lab.sweeps import OperatingPoint, Step
from vqcore.show import plots
from vqcore.show.curves import Curve, deltas, hull_of
from vqcore.show.provenance import PROGRAM, Provenance
from vqcore.show.wording import (
    COLOUR_NAMES,
    count,
    counted,
    decibels,
    in_short,
    origin_in_short,
    ratio,
    settings_name,
    similarity,
)
from vqcore.signals.blocks import BlockLayout
from vqcore.signals.pictures import Origin, png_bytes

TEMPLATE = Template((Path(__file__).parent / "report.html").read_text(encoding="utf-8"))
PACKAGES = ("numpy", "scikit-learn", "pillow", "constriction", "plotly")


def html_report(
    source: Provenance,
    original: Samples,
    step: Step,
    curves: Sequence[Curve],
    origin: Origin | None = None,
) -> str:
    """Return a whole HTML page, plotly and pictures inside.

    Parameters
    ----------
    source : where it comes from
    original : uint8 pixels of shape (h, w) or (h, w, 3)
    step : the codebook size to show
    curves : ours first
    origin : the file the picture came from, if any
    """
    ours = [curve for curve in curves if curve.kind in ("ours", "pinned")]
    points: Sequence[Any] = curves[0].points
    sizes, chosen = [point.codebook_size for point in points], step.point.codebook_size
    by_size = (plots.psnr_figure, plots.ratio_figure)
    psnr, ratio = (plots.marked(figure_of(points, sizes), chosen) for figure_of in by_size)
    return TEMPLATE.substitute(
        title=escape(source.picture),
        facts=escape(_facts(source, step.encoded.layout, origin)),
        size=chosen,
        figures=in_short(step.point),
        original=_picture(original),
        rebuilt=_picture(step.encoded.decode()),
        by_size=_plot(psnr, with_plotly=True) + _plot(ratio),
        by_rate=_plot(plots.rate_figure(curves, hull_of(ours, "psnr_db"), "psnr_db")),
        deltas=_table(["against", "bytes at equal PSNR", "PSNR at equal bytes"], _rows(curves)),
        points=_points_table(points),
        versions=_versions(),
    )


def _facts(source: Provenance, layout: BlockLayout, origin: Origin | None) -> str:
    settings = source.settings
    facts = (
        f"{layout.width} × {layout.height} pixels, {COLOUR_NAMES[layout.colour]}",
        f"{settings_name(settings, layout)}, trainer {settings.trainer}, seed {settings.seed}",
        f"{counted(layout.blocks, 'block')}, {counted(layout.raw_bytes, 'byte')} uncompressed",
    )
    file = [origin_in_short(origin)] if origin else []
    return "; ".join([*facts, *file, f"SHA-256 of shape and pixels: {source.digest}"])


def _picture(pixels: Samples) -> str:
    return f"data:image/png;base64,{base64.b64encode(png_bytes(pixels)).decode()}"


def _plot(figure: Any, *, with_plotly: bool = False) -> str:
    text: str = figure.to_html(full_html=False, include_plotlyjs=with_plotly)
    return text


def _rows(curves: Sequence[Curve]) -> list[list[str]]:
    return [[delta.against, delta.bytes_in_words, delta.psnr_in_words] for delta in deltas(curves)]


def _points_table(points: Sequence[OperatingPoint]) -> str:
    heads = ["K", "PSNR", "SSIM", "file (B)", "rate (bpp)", "file ratio", "nominal ratio"]
    rows = [
        [
            str(point.codebook_size),
            decibels(point.psnr_db),
            similarity(point.ssim),
            count(point.file_bytes),
            f"{point.rate_bpp:.4f}",
            ratio(point.file_ratio),
            ratio(point.nominal_ratio),
        ]
        for point in points
    ]
    return _table(heads, rows)


def _table(heads: Sequence[str], rows: Sequence[Sequence[str]]) -> str:
    lines = [_line("th", heads), *(_line("td", row) for row in rows)]
    return f"<table>{''.join(lines)}</table>" if rows else ""


def _line(tag: str, cells: Sequence[str]) -> str:
    return "<tr>" + "".join(f"<{tag}>{escape(cell)}</{tag}>" for cell in cells) + "</tr>"


def _versions() -> str:
    packages = ", ".join(f"{name} {version(name)}" for name in PACKAGES)
    return f"{PROGRAM}, Python {python_version()}, {packages}."
