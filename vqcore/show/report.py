"""A report in one file: settings, pictures, live plots, figures; it needs no network."""

from __future__ import annotations

import base64
from collections.abc import Iterable, Mapping, Sequence
from html import escape
from importlib.metadata import version
from pathlib import Path
from platform import python_version
from string import Template
from typing import Any

from vqcore.arrays import Samples
from vqcore.lab.joint import Tried
from vqcore.lab.sweeps import OperatingPoint, Step
from vqcore.show import plots, tables
from vqcore.show.curves import OURS, Curve, deltas, hull_of
from vqcore.show.panels import Chart, Table
from vqcore.show.provenance import PROGRAM, Provenance
from vqcore.show.wording import (
    colour_name,
    count,
    decibels,
    in_short,
    listed,
    origin_in_short,
    parted,
    ratio,
    settings_name,
    similarity,
    trainer_name,
)
from vqcore.signals.blocks import BlockLayout
from vqcore.signals.pictures import Origin, png_bytes
from vqcore.words import say, tag

TEMPLATE = Template((Path(__file__).parent / "report.html").read_text(encoding="utf-8"))
PACKAGES = ("numpy", "scikit-learn", "pillow", "constriction", "plotly")


def html_report(
    source: Provenance,
    original: Samples,
    step: Step,
    curves: Sequence[Curve],
    origin: Origin | None = None,
    tries: Sequence[Tried] = (),
) -> str:
    """Return a whole HTML page, plotly and pictures inside.

    Parameters
    ----------
    source : where it comes from
    original : uint8 pixels of shape (h, w) or (h, w, 3)
    step : the codebook size to show
    curves : ours first
    origin : the file the picture came from, if any
    tries : pictures with one codebook for several
    """
    points: Sequence[Any] = curves[0].points
    sizes, chosen = [point.codebook_size for point in points], step.point.codebook_size
    by_size = (plots.psnr_figure, plots.ratio_figure)
    psnr, ratio = (plots.marked(figure_of(points, sizes), chosen) for figure_of in by_size)
    parts = (
        section(say("figure.k", size=chosen), _pair(original, step)),
        section(say("report.by-size"), pair(plot(psnr, with_plotly=True), plot(ratio))),
        section(say("report.by-rate"), *_by_rate(curves)),
        _joint(tries),
        section(say("report.all-figures"), _points_table(points)),
    )
    return page(source.picture, _facts(source, step.encoded.layout, origin), parts)


def page(title: str, facts: str, parts: Iterable[str]) -> str:
    """Return a whole HTML page of a title, facts about it, and parts that are HTML."""
    return TEMPLATE.substitute(
        language=tag(),
        title=escape(title),
        facts=escape(facts),
        body="\n".join(parts),
        made_with=escape(_made_with()),
    )


def section(title: str, *parts: str) -> str:
    """Return a heading and parts that are HTML; nothing if there are none."""
    body = "\n".join(filter(None, parts))
    return f"<h2>{escape(title)}</h2>\n{body}" if body else ""


def pair(*parts: str) -> str:
    """Return parts side by side where there is room."""
    return f'<div class="pair">{"".join(parts)}</div>'


def plot(drawn: Any, *, with_plotly: bool = False) -> str:
    """Return a live plot; the first of a page has plotly with it."""
    text: str = drawn.to_html(config=plots.config(), full_html=False, include_plotlyjs=with_plotly)
    return text


def of_chart(chart: Chart, *, with_plotly: bool = False) -> str:
    """Return a chart under its title, its caption below; the first of a page has plotly with it."""
    title = f"<h3>{escape(chart.title)}</h3>" if chart.title else ""
    drawn = plot(chart.figure, with_plotly=with_plotly)
    return f"<div>{title}{drawn}{paragraph(chart.caption)}</div>"


def of_table(table: Table | None) -> str:
    """Return a table under its title, its caption below; nothing if there is none."""
    return section(table.title, wide_table(table), paragraph(table.caption)) if table else ""


def wide_table(table: Table | None) -> str:
    """Return a table alone, which scrolls if it is too wide; nothing if there is none."""
    if table is None:
        return ""
    return _wide(table.title or table.alt, *_written(table.columns, table.rows))


def paragraph(text: str) -> str:
    """Return a text as a paragraph; nothing if it is empty."""
    return f"<p>{escape(text)}</p>" if text else ""


def figure(element: str, caption: str) -> str:
    """Return an element that is HTML, with a caption."""
    return f"<figure>{element}<figcaption>{escape(caption)}</figcaption></figure>"


def data_uri(kind: str, data: bytes) -> str:
    """Return bytes of a media type as an address that needs no network."""
    return f"data:{kind};base64,{base64.b64encode(data).decode()}"


def _wide(name: str, heads: Sequence[str], rows: Sequence[Sequence[str]]) -> str:
    """Return a table of a name that is heard, which scrolls, also by keys; nothing without rows."""
    lines = [_line("th", heads), *(_line("td", row) for row in rows)]
    looks = f'class="wide" tabindex="0" role="region" aria-label="{escape(name)}"'
    return f"<div {looks}><table>{''.join(lines)}</table></div>" if rows else ""


def _written(
    columns: tables.Columns, rows: Sequence[Mapping[str, Any]]
) -> tuple[list[str], list[list[str]]]:
    """Return the headings of a table, and its rows as texts."""
    return [heading for heading, _ in columns.values()], tables.written(columns, rows)


def _pair(original: Samples, step: Step) -> str:
    """Return the original and what is decoded, with the figures below."""
    alt, told = say("report.original-alt"), say("report.original")
    rebuilt = _image(step.encoded.decode(), say("report.rebuilt-alt"), in_short(step.point))
    return pair(_image(original, alt, told), rebuilt)


def _image(pixels: Samples, alt: str, caption: str) -> str:
    source = data_uri("image/png", png_bytes(pixels))
    return figure(f'<img src="{source}" alt="{escape(alt)}">', caption)


def _by_rate(curves: Sequence[Curve]) -> list[str]:
    """Return the plane of rate and PSNR, and by how much ours differs from each other curve."""
    ours = [curve for curve in curves if curve.kind in OURS]
    drawn = plots.rate_figure(curves, hull_of(ours, "psnr_db"), "psnr_db")
    hull = paragraph(say("report.hull"))
    heads = ["against", "delta-bytes", "delta-psnr"]
    return [plot(drawn), hull, _table(say("rates.deltas"), heads, _rows(curves))]


def _joint(tries: Sequence[Tried]) -> str:
    """Return how pictures fare with one codebook for several; nothing if there is none."""
    if not tries:
        return ""
    columns = tables.columns("tries")
    title = say("report.joint", size=tries[0].transfer.codebook_size)
    return section(title, _wide(title, *_written(columns, list(map(tables.try_row, tries)))))


def _facts(source: Provenance, layout: BlockLayout, origin: Origin | None) -> str:
    settings = source.settings
    frame = {"width": layout.width, "height": layout.height, "colour": colour_name(layout.colour)}
    training = {"trainer": trainer_name(settings.trainer), "seed": settings.seed}
    amounts = {
        "blocks": say("count.block", n=layout.blocks),
        "bytes": say("count.byte", n=layout.raw_bytes),
    }
    facts = (
        say("report.pixels", **frame),
        say("report.trained", settings=settings_name(settings, layout), **training),
        say("report.uncompressed", **amounts),
        *([origin_in_short(origin)] if origin else []),
        say("report.digest", digest=source.digest),
    )
    return parted(facts)


def _rows(curves: Sequence[Curve]) -> list[list[str]]:
    return [[delta.against, delta.bytes_in_words, delta.psnr_in_words] for delta in deltas(curves)]


def _points_table(points: Sequence[OperatingPoint]) -> str:
    heads = ["k", "psnr", "ssim", "file", "rate", "file-ratio", "nominal-ratio"]
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
    return _table(say("report.all-figures"), heads, rows)


def _table(name: str, heads: Sequence[str], rows: Sequence[Sequence[str]]) -> str:
    """Return a table as HTML, its heads by their ids."""
    return _wide(name, [say(f"report.column.{it}") for it in heads], rows)


def _line(tag: str, cells: Sequence[str]) -> str:
    return "<tr>" + "".join(f"<{tag}>{escape(cell)}</{tag}>" for cell in cells) + "</tr>"


def _made_with() -> str:
    packages = listed(f"{name} {version(name)}" for name in PACKAGES)
    versions = {"python": python_version(), "packages": packages}
    return say("report.made-with", program=PROGRAM, **versions)
