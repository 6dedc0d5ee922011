"""Tables on screen: their columns, each with its heading and unit, and what stands in a row."""

from __future__ import annotations

import math
from collections.abc import Iterable, Mapping, Sequence
from functools import partial
from typing import Any, Literal

import pandas as pd

from vqcore.codebooks.lloyd import MAX_ITERATIONS, TOLERANCE
from vqcore.codebooks.textbook import Line
from vqcore.codebooks.training import Training
from vqcore.lab.joint import Tried
from vqcore.lab.soundsharing import SoundTried
from vqcore.lab.soundsweeps import SoundFigures
from vqcore.lab.spectralsweeps import SpectralFigures
from vqcore.lab.sweeps import OperatingPoint
from vqcore.show.curves import Delta
from vqcore.show.wording import decibels, in_use, infinity, kilobytes, rate, sound_name
from vqcore.signals.pictures import Origin
from vqcore.signals.sounds import Sound
from vqcore.words import has, say

MISSING = "–"
Columns = Mapping[str, tuple[str, str | None]]
"""Name -> heading, and how its numbers are written; None for text."""

TableId = Literal[
    "points",
    "pictures",
    "means",
    "rungs",
    "health",
    "transfers",
    "families",
    "cosines",
    "book",
    "tries",
    "vectors",
    "point-rungs",
    "point-book",
    "point-health",
    "point-steps",
    "sounds",
    "each-sound",
    "sound-tries",
    "sound-health",
    "sound-transfers",
    "spectra",
    "spectral-health",
    "codewords",
    "scalars",
    "speakers",
    "advantages",
    "bands",
]
FORMATS: Mapping[TableId, Mapping[str, str | None]] = {
    "points": {
        "codebook_size": "%d",
        "used_codewords": "%d",
        "mse": "%.2f",
        "psnr_db": "%.2f",
        "snr_db": "%.2f",
        "ssim": "%.4f",
        "nominal_bytes": "%.0f",
        "nominal_bpp": "%.4f",
        "entropy_bytes": "%.0f",
        "codebook_bytes": "%d",
        "file_bytes": "%d",
        "nominal_ratio": "%.1f",
        "file_ratio": "%.1f",
        "rate_bpp": "%.4f",
        "train_seconds": "%.2f",
    },
    "pictures": {
        "picture": None,
        "codebook_size": "%d",
        "psnr_db": "%.2f",
        "file_bytes": "%d",
        "file_ratio": "%.1f",
        "rate_bpp": "%.4f",
        "upload_bytes": "%d",
    },
    "means": {
        "codebook_size": "%d",
        "psnr_db": "%.2f",
        "psnr_db_std": "%.2f",
        "ssim": "%.4f",
        "ssim_std": "%.4f",
        "file_ratio": "%.1f",
        "file_ratio_std": "%.1f",
        "rate_bpp": "%.4f",
        "rate_bpp_std": "%.4f",
    },
    "rungs": {
        "size": "%d",
        "sample": "%d",
        "search": "%d",
        "moves": "%d",
        "dead": "%d",
        "finish": "%d",
        "first": "%.2f",
        "last": "%.2f",
        "seconds": "%.3f",
        "stopped": None,
    },
    "health": {
        "codebook_size": "%d",
        "dead_codewords": "%d",
        "perplexity": "%.1f",
        "entropy_bits": "%.2f",
        "most_bits": "%.2f",
        "median_blocks": "%.1f",
        "least_blocks": "%d",
        "codebook_percent": "%.1f",
        "trained_psnr_db": "%.2f",
        "others_psnr_db": "%.2f",
        "gap_db": "%.2f",
        "nearest_levels": "%.1f",
        "farthest_levels": "%.1f",
        "worst_percent": "%.1f",
    },
    "transfers": {
        "codebook_size": "%d",
        "own_psnr_db": "%.2f",
        "lent_psnr_db": "%.2f",
        "loss_db": "%.2f",
    },
    "tries": {
        "picture": None,
        "trained_on": None,
        "own_psnr_db": "%.2f",
        "joint_psnr_db": "%.2f",
        "loss_db": "%.2f",
    },
    "book": {
        "iteration": "%d",
        "error_a_vector": "%.6g",
        "change_percent": "%.3f",
        "empty_cells": "%d",
        "largest_cell": "%d",
        "smallest_cell": "%d",
    },
    "cosines": {
        "stands_for": None,
        "psnr_db": "%.2f",
    },
    "vectors": {
        "codebook_size": "%d",
        "used_codewords": "%d",
        "mse": "%.5g",
        "snr_db": "%.2f",
        "snr_variance_db": "%.2f",
        "largest_error": "%.5g",
        "nominal_rate": "%.4f",
        "entropy_rate": "%.4f",
        "file_rate": "%.4f",
        "codebook_bytes": "%d",
        "file_bytes": "%d",
        "train_seconds": "%.3f",
    },
    "point-rungs": {
        "size": "%d",
        "sample_vectors": "%d",
        "search": "%d",
        "moves": "%d",
        "dead": "%d",
        "finish_vectors": "%d",
        "first": "%.5g",
        "last": "%.5g",
        "seconds": "%.3f",
    },
    "point-book": {
        "iteration": "%d",
        "vector_error": "%.6g",
        "change_percent": "%.3f",
        "empty_cells": "%d",
        "largest_vectors": "%d",
        "smallest_vectors": "%d",
    },
    "point-health": {
        "codebook_size": "%d",
        "dead_codewords": "%d",
        "entropy_bits": "%.2f",
        "most_bits": "%.2f",
        "median_vectors": "%.1f",
        "least_vectors": "%d",
        "codebook_percent": "%.1f",
        "trained_snr_db": "%.2f",
        "others_snr_db": "%.2f",
        "gap_db": "%.2f",
        "worst_percent": "%.1f",
    },
    "point-steps": {"index": "%d"},
    "sound-health": {
        "codebook_size": "%d",
        "dead_codewords": "%d",
        "perplexity": "%.1f",
        "entropy_bits": "%.2f",
        "most_bits": "%.2f",
        "median_vectors": "%.1f",
        "least_vectors": "%d",
        "codebook_percent": "%.1f",
        "trained_snr_db": "%.2f",
        "others_snr_db": "%.2f",
        "gap_db": "%.2f",
        "nearest_levels": "%.1f",
        "farthest_levels": "%.1f",
        "worst_percent": "%.1f",
    },
    "sound-transfers": {
        "codebook_size": "%d",
        "own_snr_db": "%.2f",
        "lent_snr_db": "%.2f",
        "loss_db": "%.2f",
    },
    "sounds": {
        "codebook_size": "%d",
        "used_codewords": "%d",
        "snr_db": "%.2f",
        "segmental_snr_db": "%.2f",
        "spectral_db": "%.2f",
        "stoi": "%.3f",
        "nominal_kbps": "%.2f",
        "file_kbps": "%.2f",
        "codebook_bytes": "%d",
        "file_bytes": "%d",
        "file_ratio": "%.1f",
        "train_seconds": "%.3f",
    },
    "each-sound": {
        "sound": None,
        "sound_seconds": "%.1f",
        "codebook_size": "%d",
        "used_codewords": "%d",
        "snr_db": "%.2f",
        "segmental_snr_db": "%.2f",
        "spectral_db": "%.2f",
        "stoi": "%.3f",
        "file_kbps": "%.2f",
        "file_bytes": "%d",
    },
    "sound-tries": {
        "sound": None,
        "trained_on": None,
        "own_snr_db": "%.2f",
        "joint_snr_db": "%.2f",
        "loss_db": "%.2f",
        "own_segmental_db": "%.2f",
        "joint_segmental_db": "%.2f",
    },
    "spectral-health": {
        "codebook_size": "%d",
        "dead_codewords": "%d",
        "entropy_bits": "%.2f",
        "most_bits": "%.2f",
        "median_frames": "%.1f",
        "least_frames": "%d",
        "codebook_percent": "%.1f",
        "trained_db": "%.2f",
        "others_db": "%.2f",
        "gap_db": "%.2f",
        "worst_percent": "%.1f",
    },
    "spectra": {
        "codebook_size": "%d",
        "used_codewords": "%d",
        "distortion_db": "%.2f",
        "over_2_percent": "%.1f",
        "over_4_percent": "%.1f",
        "nominal_bits": "%.2f",
        "frame_entropy_bits": "%.2f",
        "nominal_kbps": "%.2f",
        "codebook_bytes": "%d",
        "file_bytes": "%d",
        "train_seconds": "%.3f",
    },
    "scalars": {"quantizer": None, "levels": "%d", "bits": "%.3f", "snr_db": "%.2f"},
    "speakers": {"test": None, "heard_seconds": "%.1f", "nearest": None},
    "codewords": {"index": "%d", "vectors_in_cell": "%d"},
    "advantages": {
        "bits": "%d",
        "scalar_db": "%.2f",
        "vector_db": "%.2f",
        "total_db": "%.2f",
        "memory_db": "%.2f",
        "space_db": "%.2f",
        "shape_db": "%.2f",
    },
    "bands": {
        "plane": None,
        "band": None,
        "coefficients": "%d",
        "nothing_percent": "%.1f",
        "coefficient_bits": "%.3f",
        "bytes_taken": "%.1f",
        "file_percent": "%.2f",
    },
    "families": {
        "family": None,
        "psnr_gain": None,
        "bytes_gain": None,
        "train_seconds": "%.2f",
        "codebook_bytes": "%d",
    },
}


def columns(table: TableId) -> Columns:
    """Return the columns of a table."""
    return {name: (say(f"column.{name}"), it) for name, it in FORMATS[table].items()}


def help_of(name: str) -> str | None:
    """Return what a column means, if that is told."""
    return say(f"column-help.{name}") if has(f"column-help.{name}") else None


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


def written(columns: Columns, rows: Sequence[Mapping[str, Any]]) -> list[list[str]]:
    """Return the cells of rows as texts, as `styled` shows them."""
    return [
        [_written(name, it, row[name]) if it else row[name] for name, (_, it) in columns.items()]
        for row in rows
    ]


def _written(name: str, number_format: str, value: float | None) -> str:
    if value is None or math.isnan(value):
        return MISSING
    if math.isinf(value):
        return infinity(name, value)
    text = number_format % value
    return text if text.strip("-0.") else text.removeprefix("-")  # what rounds to −0 is 0


def picture_row(name: str, point: OperatingPoint, origin: Origin | None) -> dict[str, Any]:
    """Return the row of one picture among others."""
    figures = {column: getattr(point, column, None) for column in FORMATS["pictures"]}
    return {**figures, "picture": name, "upload_bytes": origin.size if origin else None}


def family_row(
    points: Sequence[OperatingPoint], last: OperatingPoint | None, delta: Delta | None
) -> dict[str, Any]:
    """Return the row of a family: its gain, if it is over another, and its costs.

    Parameters
    ----------
    points : all that it takes
    last : what its codebook is of, if it has come to that
    delta
    """
    return {
        "psnr_gain": delta.psnr_in_words if delta else MISSING,
        "bytes_gain": delta.bytes_in_words if delta else MISSING,
        "train_seconds": sum(point.train_seconds for point in points),
        "codebook_bytes": last.codebook_bytes if last else None,
    }


def rung_row(size: int, rung: Training) -> dict[str, Any]:
    """Return the row that says how a codebook size was trained."""
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
        "stopped": _stopped(rung),
    }


def spectral_row(figures: SpectralFigures) -> dict[str, Any]:
    """Return the row of a codebook size of spectra."""
    shares = {f"over_{limit}_percent": 100 * it for limit, it in figures.shares_over.items()}
    return {**vars(figures), **shares, "frame_entropy_bits": figures.entropy_bits}


def point_rung_row(size: int, rung: Training) -> dict[str, Any]:
    """Return the row that says how a codebook size of points was trained."""
    row = rung_row(size, rung)
    return {**row, "sample_vectors": row["sample"], "finish_vectors": row["finish"]}


def point_book_row(line: Line) -> dict[str, Any]:
    """Return the row of an iteration of a training by the book on points."""
    row = book_row(line)
    return {
        **row,
        "vector_error": row["error_a_vector"],
        "largest_vectors": row["largest_cell"],
        "smallest_vectors": row["smallest_cell"],
    }


def try_row(tried: Tried) -> dict[str, Any]:
    """Return the row of a picture with the codebook of several."""
    transfer = tried.transfer
    return {
        "picture": tried.picture,
        "trained_on": say("pictures.inside" if tried.is_inside else "pictures.outside"),
        "own_psnr_db": transfer.own_psnr_db,
        "joint_psnr_db": transfer.lent_psnr_db,
        "loss_db": transfer.loss_db,
    }


def sound_row(name: str, sound: Sound, figures: SoundFigures) -> dict[str, Any]:
    """Return the row of one sound among others."""
    return {**vars(figures), "sound": sound_name(name), "sound_seconds": sound.seconds}


def sound_try_row(tried: SoundTried) -> dict[str, Any]:
    """Return the row of a sound with the codebook of several."""
    return {
        "sound": sound_name(tried.name),
        "trained_on": say("pictures.inside" if tried.is_inside else "pictures.outside"),
        "own_snr_db": tried.own.figures.snr_db,
        "joint_snr_db": tried.joint.figures.snr_db,
        "loss_db": tried.loss_db,
        "own_segmental_db": tried.own.figures.segmental_snr_db,
        "joint_segmental_db": tried.joint.figures.segmental_snr_db,
    }


def book_row(line: Line) -> dict[str, Any]:
    """Return the row of an iteration of a training by the book."""
    return {
        "iteration": line.iteration,
        "error_a_vector": line.distortion,
        "change_percent": None if line.change is None else 100 * line.change,
        "empty_cells": line.empty,
        "largest_cell": line.largest,
        "smallest_cell": line.smallest,
    }


def _stopped(rung: Training) -> str:
    """Say why the last iteration was the last."""
    if rung.ran_out:
        return say("stopped.iterations", n=MAX_ITERATIONS)
    return say("stopped.gain", percent=100 * TOLERANCE)


def uses_table(uses: Iterable[tuple[str, OperatingPoint]]) -> list[dict[str, str]]:
    """Return by heading what a picture comes to with each codebook, given its name."""
    return [_headed("use", use_row(codebook, point)) for codebook, point in uses]


def use_row(codebook: str, point: OperatingPoint) -> dict[str, str]:
    """Return in words what a picture comes to with a codebook of that name."""
    return {
        "codebook": codebook,
        "psnr": decibels(point.psnr_db),
        "file": kilobytes(point.file_bytes),
        "rate": rate(point.rate_bpp),
        "used": in_use(point),
    }


def sound_uses_table(uses: Iterable[tuple[str, SoundFigures]]) -> list[dict[str, str]]:
    """Return by heading what a sound comes to with each codebook, given its name."""
    return [_headed("use", sound_use_row(codebook, figures)) for codebook, figures in uses]


def sound_use_row(codebook: str, figures: SoundFigures) -> dict[str, str]:
    """Return in words what a sound comes to with a codebook of that name."""
    return {
        "codebook": codebook,
        "snr": decibels(figures.snr_db),
        "stoi": MISSING if figures.stoi is None else f"{figures.stoi:.3f}",
        "file": kilobytes(figures.file_bytes),
        "rate": say("sound.kbps", kbps=figures.file_kbps),
        "used": say("figure.used", used=figures.used_codewords, size=figures.codebook_size),
    }


def deltas_table(deltas: Iterable[Delta]) -> list[dict[str, str]]:
    """Return by heading how ours compares with each other curve."""
    rows = (
        {"against": it.against, "bytes": it.bytes_in_words, "psnr": it.psnr_in_words}
        for it in deltas
    )
    return [_headed("delta", row) for row in rows]


def _headed(table: str, row: Mapping[str, str]) -> dict[str, str]:
    return {say(f"column.{table}.{name}"): cell for name, cell in row.items()}
