"""What can be taken away from points under study: its name, what it is, how it is made."""

from __future__ import annotations

from collections.abc import Sequence

from vqcore.lab.pointstudy import PointStudy, known_frames
from vqcore.lab.pointsweeps import PointStep, SweptPoints
from vqcore.show import exports
from vqcore.show.downloads import Group, Offer
from vqcore.show.pointreport import point_report
from vqcore.show.provenance import stem_of

QUICK_NUMBERS = 2_000_000


def offered_of_points(
    study: PointStudy, step: PointStep, others: Sequence[PointStudy] = ()
) -> dict[Group, list[Offer]]:
    """Return everything to take away at one codebook size, in groups.

    Parameters
    ----------
    study
    step : the codebook size
    others : of the same points by other families, for the report
    """
    source = stem_of(study.points.name or "points")
    stem, is_quick = f"{source}-K{step.codebook_size}", study.points.vectors.size <= QUICK_NUMBERS
    return {
        "codebook": _codebook(study, step, stem),
        "vectors": _vectors(study, step, stem, is_quick),
        "figures": [
            Offer("point-csv", "table", f"{source}-figures.csv", lambda: _figures(study)),
            *_steps(study, step, stem),
            Offer(
                "point-report",
                "article",
                f"{stem}.html",
                lambda: point_report(study, step, others).encode(),
                is_quick=False,
            ),
        ],
    }


def _figures(study: PointStudy) -> bytes:
    swept = SweptPoints(study.points, study.settings, tuple(study.figures))
    return exports.point_sweeps_csv([swept]).encode()


def _codebook(study: PointStudy, step: PointStep, stem: str) -> list[Offer]:
    """Return what has all tables; and of the families of one table, that alone."""
    quantizer, headings = step.encoded.quantizer, study.points.headings
    [table, *others] = quantizer.tables
    offers = [
        Offer("points", "scatter_plot", f"{stem}.npz", lambda: step.file),
        Offer(
            "codebook-csv",
            "table",
            f"{stem}-codebook.csv",
            lambda: exports.codewords_csv(quantizer, headings).encode(),
        ),
    ]
    if not others:
        name = f"{stem}-codebook.npy"
        offers.append(Offer("codebook-npy", "data_array", name, lambda: exports.npy_bytes(table)))
    return offers


def _vectors(study: PointStudy, step: PointStep, stem: str, is_quick: bool) -> list[Offer]:
    return [
        Offer(
            "partition-csv",
            "table",
            f"{stem}-indices.csv",
            lambda: exports.partition_csv(study.points, step.encoded).encode(),
            is_quick=False,
        ),
        Offer(
            "indices-npy",
            "data_array",
            f"{stem}-indices.npy",
            lambda: exports.npy_bytes(step.encoded.indices),
            is_quick,
        ),
        Offer(
            "decoded-npy",
            "data_array",
            f"{stem}-decoded.npy",
            lambda: exports.npy_bytes(step.encoded.decode()),
            is_quick,
        ),
    ]


def _steps(study: PointStudy, step: PointStep, stem: str) -> list[Offer]:
    """Return the iterations of a training by the book, and the codewords of each, if known."""
    offers, frames = list[Offer](), known_frames(study, step.codebook_size)
    if book := step.trained.book:
        name, lines = f"{stem}-iterations.csv", book.lines
        offers.append(Offer("book-csv", "table", name, lambda: exports.book_csv(lines).encode()))
    if frames:
        name, headings = f"{stem}-steps.csv", study.points.headings
        offers.append(
            Offer("steps-csv", "table", name, lambda: exports.steps_csv(frames, headings).encode())
        )
    return offers
