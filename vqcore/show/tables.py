"""Tables on screen: their columns, each with its heading and unit, and what stands in a row."""

from __future__ import annotations

import math
from collections.abc import Iterable, Mapping, Sequence
from functools import partial
from typing import Any

import pandas as pd

from vqcore.codebooks.training import Trained
from vqcore.lab.sweeps import OperatingPoint
from vqcore.show.wording import decibels, infinity, kilobytes
from vqcore.signals.pictures import Origin

MISSING = "–"
Columns = Mapping[str, tuple[str, str | None]]
"""Name -> heading, and how its numbers are written; None for text."""

POINT_COLUMNS: Columns = {
    "codebook_size": ("K", "%d"),
    "used_codewords": ("In use", "%d"),
    "mse": ("MSE", "%.2f"),
    "psnr_db": ("PSNR (dB)", "%.2f"),
    "ssim": ("SSIM", "%.4f"),
    "nominal_bytes": ("Nominal (B)", "%.0f"),
    "entropy_bytes": ("Entropy (B)", "%.0f"),
    "codebook_bytes": ("Codebook (B)", "%d"),
    "file_bytes": ("File (B)", "%d"),
    "nominal_ratio": ("Nominal ratio", "%.1f"),
    "file_ratio": ("File ratio", "%.1f"),
    "rate_bpp": ("Rate (bpp)", "%.4f"),
    "train_seconds": ("Train (s)", "%.2f"),
}
PICTURE_COLUMNS: Columns = {
    "picture": ("Picture", None),
    "codebook_size": ("K", "%d"),
    "psnr_db": ("PSNR (dB)", "%.2f"),
    "file_bytes": ("File (B)", "%d"),
    "file_ratio": ("File ratio", "%.1f"),
    "rate_bpp": ("Rate (bpp)", "%.4f"),
    "upload_bytes": ("Upload (B)", "%d"),
}
MEAN_COLUMNS: Columns = {
    "codebook_size": ("K", "%d"),
    "psnr_db": ("PSNR (dB)", "%.2f"),
    "psnr_db_std": ("± (dB)", "%.2f"),
    "ssim": ("SSIM", "%.4f"),
    "ssim_std": ("±", "%.4f"),
    "file_ratio": ("File ratio", "%.1f"),
    "file_ratio_std": ("±", "%.1f"),
    "rate_bpp": ("Rate (bpp)", "%.4f"),
    "rate_bpp_std": ("± (bpp)", "%.4f"),
}
RUNG_COLUMNS: Columns = {
    "size": ("K", "%d"),
    "sample": ("Sample (blocks)", "%d"),
    "search": ("Search (iterations)", "%d"),
    "moves": ("Codewords moved", "%d"),
    "dead": ("Dead, repaired", "%d"),
    "finish": ("All blocks (iterations)", "%d"),
    "first": ("Distortion, first", "%.2f"),
    "last": ("Distortion, last", "%.2f"),
    "seconds": ("Train (s)", "%.3f"),
    "stopped": ("Stopped because it", None),
}
HEALTH_COLUMNS: Columns = {
    "codebook_size": ("K", "%d"),
    "dead_codewords": ("Dead", "%d"),
    "perplexity": ("Perplexity", "%.1f"),
    "entropy_bits": ("Entropy (bits)", "%.2f"),
    "most_bits": ("log2 K (bits)", "%.2f"),
    "median_blocks": ("Median (blocks)", "%.1f"),
    "least_blocks": ("Least (blocks)", "%d"),
    "codebook_percent": ("Codebook (%)", "%.1f"),
    "trained_psnr_db": ("Trained on (dB)", "%.2f"),
    "others_psnr_db": ("The others (dB)", "%.2f"),
    "gap_db": ("Gap (dB)", "%.2f"),
    "nearest_levels": ("Nearest (levels)", "%.1f"),
    "farthest_levels": ("Farthest (levels)", "%.1f"),
    "worst_percent": ("Worst 10 (%)", "%.1f"),
}
TRANSFER_COLUMNS: Columns = {
    "codebook_size": ("K", "%d"),
    "own_psnr_db": ("Its own, blocks (dB)", "%.2f"),
    "lent_psnr_db": ("These, blocks (dB)", "%.2f"),
    "loss_db": ("Loss (dB)", "%.2f"),
}


def rows_of(columns: Columns, things: Iterable[object]) -> list[dict[str, Any]]:
    """Return for each thing what it has by the names of the columns."""
    return [{name: getattr(thing, name) for name in columns} for thing in things]


def styled(columns: Columns, rows: Sequence[Mapping[str, Any]]) -> Any:
    """Return rows as a pandas Styler: numbers to sort by, each with how it is written.

    An infinite number is written as a word, a missing one as a dash.
    """
    writers = {
        name: partial(_written, name, number_format)
        for name, (_, number_format) in columns.items()
        if number_format
    }
    return pd.DataFrame(rows, columns=list(columns)).style.format(writers)


def _written(name: str, number_format: str, value: float | None) -> str:
    if value is None or math.isnan(value):
        return MISSING
    return infinity(name, value) if math.isinf(value) else number_format % value


def picture_row(name: str, point: OperatingPoint, origin: Origin | None) -> dict[str, Any]:
    """Return the row of PICTURE_COLUMNS of one picture among others."""
    figures = {column: getattr(point, column, None) for column in PICTURE_COLUMNS}
    return {**figures, "picture": name, "upload_bytes": origin.size if origin else None}


def rung_row(size: int, rung: Trained) -> dict[str, Any]:
    """Return the row of RUNG_COLUMNS that says how a codebook size was trained."""
    search, finish = rung.stage("search"), rung.stage("finish")
    return {
        "size": size,
        "sample": rung.sample,
        "search": len(search),
        "moves": sum(iteration.moves for iteration in search),
        "dead": sum(iteration.dead for iteration in search),
        "finish": len(finish),
        "first": finish[0].distortion,
        "last": finish[-1].distortion,
        "seconds": rung.seconds,
        "stopped": rung.stopped_because,
    }


def use_row(codebook: str, point: OperatingPoint) -> dict[str, str]:
    """Return in words what a picture comes to with a codebook of that name."""
    return {
        "Codebook": codebook,
        "PSNR": decibels(point.psnr_db),
        "File": kilobytes(point.file_bytes),
        "Rate": f"{point.rate_bpp:.4f} bpp",
        "In use": f"{point.used_codewords} of {point.codebook_size}",
    }
