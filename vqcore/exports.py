"""Operating points as text others can read: CSV, JSON and a plain table."""

from __future__ import annotations

import csv
import io
import json
import math
import re
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import asdict, fields, replace
from itertools import chain
from typing import Any

import numpy as np

from vqcore import provenance
from vqcore.batch import Swept
from vqcore.codebook import Codebook
from vqcore.codebookfile import SharedCodebook
from vqcore.codec import Settings
from vqcore.container import Header
from vqcore.curves import MEAN_FIGURES, Curve, mean_rows
from vqcore.metrics import compression_ratio, rate_bpp
from vqcore.pictures import Origin, Picture
from vqcore.plurals import noun
from vqcore.provenance import Provenance, comment_of
from vqcore.sharing import PictureBlocks
from vqcore.sweep import OperatingPoint
from vqcore.targets import Candidate
from vqcore.wording import infinity, origin_in_short

COLUMNS = tuple(field.name for field in fields(OperatingPoint))
TABLE_COLUMNS = (
    *("codebook_size", "used_codewords", "psnr_db", "ssim"),
    *("nominal_ratio", "file_ratio", "file_bytes", "rate_bpp"),
)


FORMULA = re.compile(r"\s*[-=+@＝＋－＠]|[\t\n]")
"""How a text begins that a spreadsheet may take for a formula, with what OWASP warns of."""


def points_csv(swept: Swept) -> str:
    """Return a header line and a line for each point; an infinite value is ``inf``.

    After the figures stands where they come from, see `provenance.COLUMNS`. A text, such as the
    name of a file, that a spreadsheet would take for a formula has an apostrophe before it, in this
    CSV and in the others.
    """
    return _csv((*COLUMNS, *provenance.COLUMNS), _rows(swept))


def sweeps_csv(sweeps: Iterable[Swept]) -> str:
    """Return the points of many pictures as `points_csv` does, the picture's name before each."""
    picture, *others = provenance.COLUMNS
    return _csv((picture, *COLUMNS, *others), chain.from_iterable(map(_rows, sweeps)))


def _rows(swept: Swept) -> Iterator[dict[str, Any]]:
    source = _provenance(swept).record
    return ({**asdict(point), **source} for point in swept.points)


def _provenance(swept: Swept) -> Provenance:
    coded = replace(swept.settings, colour=swept.plan.layout.colour)
    return Provenance(swept.name, swept.digest, coded)


def _csv(columns: Sequence[str], rows: Iterable[dict[str, Any]]) -> str:
    text = io.StringIO()
    writer = csv.DictWriter(text, columns, lineterminator="\n")
    writer.writeheader()
    writer.writerows({name: _cell(value) for name, value in row.items()} for row in rows)
    return text.getvalue()


def _cell(value: Any) -> Any:
    """Return a text so that it stays one text, in one cell; a number as it is."""
    if not isinstance(value, str):
        return value
    text = value.replace("\r", "\n")  # which csv puts in quotes, unlike the other
    return f"'{text}" if FORMULA.match(text) else text


def curves_csv(source: Provenance, curves: Iterable[Curve]) -> str:
    """Return every point of every curve, as `points_csv` does; what a rival lacks is empty.

    Parameters
    ----------
    source : the picture, and the settings of the first curve
    curves : each with settings of its own, but those of rivals
    """
    record = source.record
    rows = ({**record, **row} for row in _curve_records(curves))
    return _csv(("curve", "label", *COLUMNS, *provenance.COLUMNS), rows)


def curves_json(source: Provenance, picture: Picture, curves: Iterable[Curve]) -> str:
    """Return every point of every curve as one JSON object; an infinite value is "inf".

    `provenance` has the settings of the first curve; each point has those of its own, if any.
    """
    return _json(
        {
            "picture": picture.name,
            **_source(picture.origin),
            "width": picture.width,
            "height": picture.height,
            "provenance": source.record,
            "points": [_all_finite(record) for record in _curve_records(curves)],
        }
    )


def _curve_records(curves: Iterable[Curve]) -> Iterator[dict[str, Any]]:
    """Yield the points by their files: the nominal curve has none of its own."""
    for curve in curves:
        if curve.kind != "nominal":
            settings = {name: getattr(curve.settings, name, None) for name in provenance.SETTINGS}
            for point, label in zip(curve.points, curve.labels, strict=True):
                figures = {name: getattr(point, name, None) for name in COLUMNS}
                yield {"curve": curve.name, "label": label, **figures, **settings}


def codebook_npy(codebook: Codebook) -> bytes:
    """Return the codewords, uint8 of shape (K, d), as a file that numpy.load reads."""
    file = io.BytesIO()
    np.save(file, codebook.codewords)
    return file.getvalue()


def sweep_json(swept: Swept) -> str:
    """Return the sweep of a picture as one JSON object; an infinite value is the string "inf".

    `source_format` and `source_bytes` are those of the file the picture came from, if known.
    """
    return _json(_record(swept))


def sweeps_json(sweeps: Iterable[Swept]) -> str:
    """Return the sweeps of many pictures as a JSON array of what `sweep_json` gives for each."""
    return _json([_record(swept) for swept in sweeps])


def _record(swept: Swept) -> dict[str, Any]:
    layout = swept.plan.layout
    return {
        "picture": swept.name,
        **_source(swept.origin),
        "width": layout.width,
        "height": layout.height,
        "colour": layout.colour,
        "block_size": layout.block_size,
        "blocks": layout.blocks,
        "seed": swept.settings.seed,
        "provenance": _provenance(swept).record,
        "points": [_all_finite(asdict(point)) for point in swept.points],
    }


def _source(origin: Origin | None) -> dict[str, Any]:
    return {"source_format": origin.kind, "source_bytes": origin.size} if origin else {}


def _json(value: object) -> str:
    return json.dumps(value, indent=2, allow_nan=False, ensure_ascii=False) + "\n"


def points_table(points: Iterable[OperatingPoint]) -> str:
    """Return the main figures as lines of aligned columns."""
    rows = ([getattr(point, name) for name in TABLE_COLUMNS] for point in points)
    return _table(TABLE_COLUMNS, rows)


def picture_text(name: str, origin: Origin | None) -> str:
    """Return in one line the name of a picture and, if known, the file it came from."""
    name = " ".join(name.splitlines())
    return f"{name}: {origin_in_short(origin)}" if origin else name


def sweep_text(swept: Swept) -> str:
    """Return the table of a picture under its `picture_text`."""
    return f"{picture_text(swept.name, swept.origin)}\n{points_table(swept.points)}"


def sweeps_text(sweeps: Sequence[Swept]) -> str:
    """Return the `sweep_text` of each picture, then the means of two pictures or more."""
    tables = list(map(sweep_text, sweeps))
    if len(sweeps) > 1:
        heading = f"Mean and standard deviation over {len(sweeps)} pictures"
        tables.append(f"{heading}\n{means_table(sweeps)}")
    return "\n\n".join(tables)


def means_table(sweeps: Sequence[Swept]) -> str:
    """Return mean and standard deviation over the pictures by codebook size, as aligned columns.

    What is in it, `curves.mean_rows` says.
    """
    rows = mean_rows([swept.points for swept in sweeps])
    columns = ("codebook_size", *chain.from_iterable((it, f"{it}_std") for it in MEAN_FIGURES))
    return _table(columns, ([row[name] for name in columns] for row in rows))


def _table(columns: Sequence[str], rows: Iterable[Iterable[Any]]) -> str:
    lines = [columns, *(list(map(_short, columns, row)) for row in rows)]
    widths = [max(map(len, column)) for column in zip(*lines, strict=True)]
    return "\n".join(
        "  ".join(cell.rjust(width) for cell, width in zip(line, widths, strict=True))
        for line in lines
    )


def setting_text(candidate: Candidate) -> str:
    """Return the options of the command line that lead to a file."""
    return " ".join(["Setting:", *option_words(candidate.settings, candidate.point.codebook_size)])


def option_words(settings: Settings, size: int | None) -> list[str]:
    """Return the words of the command line for block size, colour, K, and what is not the default.

    Examples
    --------
    >>> " ".join(option_words(Settings(4, "gray", rate_weight=50), 16))
    '--block 4 --colour gray --size 16 --rate-weight 50'
    """
    unusual = {
        "--trainer": (settings.trainer, Settings.trainer),
        "--seed": (str(settings.seed), str(Settings.seed)),
        "--rate-weight": (f"{settings.rate_weight:.10g}", f"{Settings.rate_weight:.10g}"),
    }
    words = ["--block", str(settings.block_size), "--colour", settings.colour, "--size", str(size)]
    for name, (value, default) in unusual.items():
        words += [name, value] if value != default else []
    return words


def file_text(header: Header, used_codewords: int | None, file_bytes: int) -> str:
    """Return what a .vq file holds, a line for each fact.

    Parameters
    ----------
    header : Header
    used_codewords : None where it names a codebook elsewhere
    file_bytes : int
    """
    layout = header.layout
    size = header.codebook_size
    facts = {
        "picture": f"{layout.width} × {layout.height} pixels, {layout.colour}",
        "blocks": f"{layout.blocks} of {layout.block_size} × {layout.block_size} pixels",
        "codebook": f"{size} {noun(size, 'codeword')}, {_where(header.codebook, used_codewords)}",
        "file": f"{file_bytes} {noun(file_bytes, 'byte')}",
        "ratio": f"{compression_ratio(layout.raw_bytes, file_bytes):.4g}:1",
        "rate": f"{rate_bpp(file_bytes, layout.width, layout.height):.4f} bits per pixel",
    }
    return "\n".join(f"{name:<8}  {fact}" for name, fact in facts.items())


def _where(checksum: bytes | None, used_codewords: int | None) -> str:
    return f"elsewhere: {checksum.hex()}" if checksum else f"{used_codewords} in use"


def training_text(shared: SharedCodebook, pictures: Sequence[PictureBlocks]) -> str:
    """Return what a shared codebook is, and how many blocks it comes from."""
    side, size = shared.block_size, shared.codebook.size
    given = sum(len(each.vectors) for each in pictures)
    there = sum(each.blocks for each in pictures)
    number = f"all {there}" if given == there else f"{given} of {there}"
    return (
        f"{size} {noun(size, 'codeword')} of {side} × {side} pixels, {shared.colour}, trained on "
        f"{number} {noun(there, 'block')} of {len(pictures)} {noun(len(pictures), 'picture')}: "
        f"codebook {shared.checksum.hex()}"
    )


def training_comment(pictures: int, settings: Settings, size: int) -> str:
    """Return where a codebook of many pictures comes from, for its file."""
    training = asdict(settings.training)
    del training["rate_weight"]
    record = {"pictures": pictures, **training, "codebook_size": size}
    return comment_of({**record, "program": provenance.PROGRAM})


def _all_finite(record: dict[str, Any]) -> dict[str, Any]:
    return {name: "inf" if value == math.inf else value for name, value in record.items()}


def _short(name: str, value: float | int | None) -> str:
    if value is None:
        return "-"
    if math.isinf(value):
        return infinity(name, value)
    return str(value) if isinstance(value, int) else f"{value:.4g}"
