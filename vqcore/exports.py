"""Operating points as text others can read: CSV, JSON and a plain table."""

from __future__ import annotations

import csv
import io
import json
import math
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import asdict, fields
from typing import Any

import numpy as np

from vqcore.blocks import BlockLayout
from vqcore.codebook import Codebook
from vqcore.codec import Encoded, Settings
from vqcore.curves import Curve
from vqcore.metrics import compression_ratio, rate_bpp
from vqcore.pictures import Picture
from vqcore.sweep import OperatingPoint

COLUMNS = tuple(field.name for field in fields(OperatingPoint))
TABLE_COLUMNS = (
    *("codebook_size", "used_codewords", "psnr_db", "ssim"),
    *("nominal_ratio", "file_ratio", "file_bytes", "rate_bpp"),
)


def points_csv(points: Iterable[OperatingPoint]) -> str:
    """Return a header line and a line for each point; an infinite value is ``inf``."""
    text = io.StringIO()
    writer = csv.DictWriter(text, COLUMNS, lineterminator="\n")
    writer.writeheader()
    writer.writerows(asdict(point) for point in points)
    return text.getvalue()


def curves_csv(curves: Iterable[Curve]) -> str:
    """Return every point of every curve, as `points_csv` does; what a rival lacks is empty."""
    text = io.StringIO()
    writer = csv.DictWriter(text, ("curve", "label", *COLUMNS), lineterminator="\n")
    writer.writeheader()
    writer.writerows(record for curve in curves for record in _records(curve))
    return text.getvalue()


def curves_json(picture: Picture, curves: Iterable[Curve]) -> str:
    """Return every point of every curve as one JSON object; an infinite value is "inf"."""
    record = {
        "picture": picture.name,
        "width": picture.width,
        "height": picture.height,
        "points": [
            {name: _finite(value) for name, value in record.items()}
            for curve in curves
            for record in _records(curve)
        ],
    }
    return json.dumps(record, indent=2, allow_nan=False, ensure_ascii=False) + "\n"


def _records(curve: Curve) -> Iterator[dict[str, Any]]:
    """Yield the points by their files: the nominal curve has none of its own."""
    if curve.kind != "nominal":
        for point, label in zip(curve.points, curve.labels, strict=True):
            figures = {name: getattr(point, name, None) for name in COLUMNS}
            yield {"curve": curve.name, "label": label, **figures}


def codebook_npy(codebook: Codebook) -> bytes:
    """Return the codewords, uint8 of shape (K, d), as a file that numpy.load reads."""
    file = io.BytesIO()
    np.save(file, codebook.codewords)
    return file.getvalue()


def sweep_json(
    picture: Picture, layout: BlockLayout, settings: Settings, points: Sequence[OperatingPoint]
) -> str:
    """Return the sweep of a picture as one JSON object; an infinite value is the string "inf"."""
    record = {
        "picture": picture.name,
        "width": picture.width,
        "height": picture.height,
        "colour": layout.colour,
        "block_size": layout.block_size,
        "blocks": layout.blocks,
        "seed": settings.seed,
        "points": [
            {name: _finite(value) for name, value in asdict(point).items()} for point in points
        ],
    }
    return json.dumps(record, indent=2, allow_nan=False, ensure_ascii=False) + "\n"


def points_table(points: Iterable[OperatingPoint]) -> str:
    """Return the main figures as lines of aligned columns."""
    rows = [TABLE_COLUMNS] + [
        tuple(_short(getattr(point, name)) for name in TABLE_COLUMNS) for point in points
    ]
    widths = [max(map(len, column)) for column in zip(*rows, strict=True)]
    return "\n".join(
        "  ".join(cell.rjust(width) for cell, width in zip(row, widths, strict=True))
        for row in rows
    )


def file_text(encoded: Encoded, file_bytes: int) -> str:
    """Return what a .vq file holds, a line for each fact."""
    layout = encoded.layout
    facts = {
        "picture": f"{layout.width} × {layout.height} pixels, {layout.colour}",
        "blocks": f"{layout.blocks} of {layout.block_size} × {layout.block_size} pixels",
        "codebook": f"{encoded.codebook.size} codewords, {int((encoded.use > 0).sum())} in use",
        "file": f"{file_bytes} bytes",
        "ratio": f"{compression_ratio(layout.raw_bytes, file_bytes):.4g}:1",
        "rate": f"{rate_bpp(file_bytes, layout.width, layout.height):.4f} bits per pixel",
    }
    return "\n".join(f"{name:<8}  {fact}" for name, fact in facts.items())


def _finite(value: Any) -> Any:
    return "inf" if value == math.inf else value


def _short(value: float | int | None) -> str:
    if value is None:
        return "-"
    return str(value) if isinstance(value, int) else f"{value:.4g}"
