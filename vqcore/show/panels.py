"""What the panels show: charts and tables, each with its words."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from math import inf
from typing import Any

from vqcore.lab.comparison import mean_rows
from vqcore.lab.contest import Run
from vqcore.lab.health import Health
from vqcore.lab.heldout import HeldOut, Transfer
from vqcore.lab.rivals import RIVALS, Codec, RivalError
from vqcore.lab.study import Study, known_rival, known_rivals, rungs
from vqcore.lab.targets import GOALS
from vqcore.show import plots
from vqcore.show.curves import (
    Curve,
    Likeness,
    hull_of,
    nominal_curve,
    picture_curve,
    rival_curve,
    vq_curve,
)
from vqcore.show.tables import Columns, TableId, columns, picture_row, rows_of, rung_row
from vqcore.show.verdicts import health_row
from vqcore.show.wording import in_short, settings_name
from vqcore.show.words import say


@dataclass(frozen=True, eq=False)
class Chart:
    """A figure and what stands around it.

    Parameters
    ----------
    id : sets it apart from the other charts on the page
    figure : plotly's
    alt : what it shows, for who does not see it
    title, caption : may be empty
    sizes : the codebook sizes along it, for the page to mark the one shown; none for other axes
    """

    id: str
    figure: Any
    alt: str
    title: str = ""
    caption: str = ""
    sizes: Sequence[int] = ()


@dataclass(frozen=True, eq=False)
class Table:
    """Rows under their columns, and what stands around them; title and caption may be empty."""

    columns: Columns
    rows: Sequence[Mapping[str, Any]]
    alt: str
    title: str = ""
    caption: str = ""


def _chart(name: str, figure: Any, sizes: Sequence[int] = ()) -> Chart:
    words = {part: say(f"chart.{name}.{part}") for part in ("alt", "title", "caption")}
    return Chart(name, figure, sizes=sizes, **words)


def size_charts(study: Study) -> list[Chart]:
    """Return the charts of the figures against K."""
    points, sizes = study.points, study.plan.sizes
    return [
        _chart("psnr", plots.psnr_figure(points, sizes), sizes),
        _chart("ratio", plots.ratio_figure(points, sizes), sizes),
    ]


def health_charts(
    healths: Iterable[Health], results: Iterable[HeldOut], sizes: Sequence[int]
) -> list[Chart]:
    return [
        _chart("perplexity", plots.perplexity_figure(list(healths), sizes), sizes),
        _chart("held-out", plots.held_out_figure(list(results), sizes), sizes),
    ]


def rate_chart(curves: Sequence[Curve], likeness: Likeness) -> Chart:
    ours = [curve for curve in curves if curve.kind in ("ours", "pinned")]
    return _chart("rates", plots.rate_figure(curves, hull_of(ours, likeness), likeness))


def pictures_chart(studies: Sequence[Study]) -> Chart:
    curves = [picture_curve(study.name, study.points) for study in studies if study.points]
    return _chart("pictures", plots.pictures_figure(curves, _means(studies)))


def trainers_chart(runs: Sequence[Run]) -> Chart:
    return _chart("trainers", plots.trainers_figure(runs))


def curves_of(study: Study, pinned: Sequence[Study], codecs: Sequence[Codec]) -> list[Curve]:
    """Return the curves there are so far: ours, the textbook's, the pinned, the rivals'."""
    others = [vq_curve(it.settings, it.layout, it.points, "pinned") for it in pinned]
    known = {codec: known_rivals(study, codec) for codec in codecs}
    rivals = [rival_curve(codec, points) for codec, points in known.items() if points]
    ours = vq_curve(study.settings, study.layout, study.points)
    return [ours, nominal_curve(study.layout, study.points), *others, *rivals]


def _table(
    of: TableId, rows: Sequence[Mapping[str, Any]], told: str | None = None, **fields: Any
) -> Table:
    """Return a table, with its words or those of another case."""
    parts = ("alt", "title", "caption")
    words = {part: say(f"table.{told or of}.{part}", **fields) for part in parts}
    return Table(columns(of), rows, **words)


def points_table(study: Study) -> Table:
    return _table("points", rows_of(columns("points"), study.points))


def pictures_table(studies: Sequence[Study], size: int) -> Table:
    """Return every picture at a K, or at its largest, where its distinct blocks allow no more."""
    rows = [
        picture_row(study.name, study.steps[own].point, study.picture.origin)
        for study in studies
        if (own := min(size, study.plan.sizes[-1])) in study.steps
    ]
    return _table("pictures", rows)


def means_table(studies: Sequence[Study]) -> Table:
    rows = _means(studies)
    lossless = any(row["psnr_db"] == inf for row in rows)
    told = "means-lossless" if lossless else "means"
    return _table("means", rows, told, pictures=len(studies))


def _means(studies: Sequence[Study]) -> list[dict[str, float | None]]:
    return mean_rows([study.points for study in studies])


def rungs_table(study: Study) -> Table:
    return _table("rungs", [rung_row(*each) for each in rungs(study).items()])


def health_table(healths: Mapping[int, Health], results: Mapping[int, HeldOut]) -> Table:
    rows = [health_row(health, results.get(size)) for size, health in healths.items()]
    return _table("health", rows)


def transfers_table(transfers: Iterable[Transfer], other: str) -> Table:
    return _table("transfers", rows_of(columns("transfers"), transfers), name=other)


def missing_codecs(study: Study, present: Sequence[Codec]) -> list[str]:
    """Say which codecs there are no curves of, and why."""
    absent = [codec for codec in RIVALS if codec not in present]
    notes = [say("rates.missing-codec", codec=RIVALS[codec].name) for codec in absent]
    first = [known_rival(study, codec, RIVALS[codec].levels[0]) for codec in present]
    return notes + [f"{refusal}." for refusal in first if isinstance(refusal, RivalError)]


def best_of(studies: Sequence[Study], goal: str, value: float) -> tuple[Study, int, str] | None:
    """Return the study and the K that meet a goal best, and say so; None if none does."""
    best = GOALS[goal]([point for it in studies for point in it.points], value)
    if best is None:
        return None
    of = next(it for it in studies if best in it.points)
    name, size = settings_name(of.settings, of.layout), best.codebook_size
    figures = in_short(best)
    return of, size, say("target.best", settings=name, size=str(size), figures=figures)
