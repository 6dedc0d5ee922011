"""What the panels show: charts and tables, each with its words."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from math import inf
from typing import Any

from vqcore.codebooks.textbook import Book
from vqcore.lab.comparison import mean_rows
from vqcore.lab.contest import contestants
from vqcore.lab.cosine import known_cosines
from vqcore.lab.joint import Tried
from vqcore.lab.rivals import RIVALS, Codec, RivalError
from vqcore.lab.sharing import Use
from vqcore.lab.study import (
    Others,
    Study,
    has_steps,
    is_another_step,
    known_book,
    known_by_step,
    known_healths,
    known_held_out,
    known_rival,
    known_rivals,
    known_runs,
    known_transfers,
    rungs,
)
from vqcore.lab.sweeps import OperatingPoint
from vqcore.lab.targets import GOALS
from vqcore.quantizers.family import FAMILIES
from vqcore.quantizers.wavelet import STEP
from vqcore.show import plots
from vqcore.show.curves import (
    OURS,
    Axis,
    Curve,
    Kind,
    Likeness,
    by_block,
    deltas,
    family_curve,
    hull_of,
    nominal_curve,
    picture_curve,
    rival_curve,
    step_curve,
    vq_curve,
)
from vqcore.show.tables import (
    Columns,
    TableId,
    book_row,
    columns,
    deltas_table,
    family_row,
    picture_row,
    rows_of,
    rung_row,
    try_row,
    uses_table,
)
from vqcore.show.verdicts import health_row
from vqcore.show.visit import Pick
from vqcore.show.wording import (
    codec_name,
    in_short,
    listed,
    origin_in_short,
    plain,
    sentences,
    settings_name,
    where_kept,
)
from vqcore.words import say, why


@dataclass(frozen=True, eq=False)
class Chart:
    """A figure and what stands around it.

    Parameters
    ----------
    id : sets it apart from the other charts on the page
    figure : plotly's
    alt : what it shows, for who does not see it
    title, caption : may be empty
    area : of one against K, where its plot lies, for the page to mark the K shown; else None
    stands_for : tells by its ``customdata`` what a click on a point opens, if one opens any
    """

    id: str
    figure: Any
    alt: str
    title: str = ""
    caption: str = ""
    area: Mapping[str, float] | None = None
    stands_for: Callable[[Any], Pick | None] | None = None

    def picked(self, selection: Mapping[str, Any]) -> Pick | None:
        """Return what the point stands for that a hand has clicked on."""
        clicked = [point.get("customdata") for point in selection["points"]]
        if not self.stands_for or not clicked or clicked[0] is None:
            return None
        return self.stands_for(clicked[0])


@dataclass(frozen=True, eq=False)
class Table:
    """Rows under their columns, and what stands around them.

    Parameters
    ----------
    columns, rows
    alt : what it shows, for who does not see it
    title, caption, above : may be empty
    id : sets it apart from the other tables on the page, where one can click on it
    picks : what a click on each row opens, if one opens any
    """

    columns: Columns
    rows: Sequence[Mapping[str, Any]]
    alt: str
    title: str = ""
    caption: str = ""
    above: str = ""
    id: str = ""
    picks: Sequence[Pick] = ()

    def picked(self, selection: Mapping[str, Any]) -> Pick | None:
        """Return what the row stands for that a hand has clicked on, if it still has that row."""
        rows = [row for row, _ in selection["cells"][:1] if row < len(self.picks)]
        return self.picks[rows[0]] if rows else None


@dataclass(frozen=True, eq=False)
class Sheet:
    """A few rows of texts by heading, shown as they are, and what stands around them."""

    rows: Sequence[Mapping[str, str]]
    title: str = ""
    caption: str = ""


Shown = Chart | Table | Sheet | tuple[Chart, ...]
"""What can be drawn; charts that are together stand side by side."""


def chart_of(name: str, figure: Any, told: str | None = None, **fields: Any) -> Chart:
    """Return a chart, with its words or those of another case."""
    alt, title, caption = (
        say(f"chart.{told or name}.{part}", **fields) for part in ("alt", "title", "caption")
    )
    return Chart(name, figure, alt, title, caption)


def _size_chart(name: str, figure: Any, sizes: Sequence[int], curves: int = 1) -> Chart:
    """Return a chart against K, on which a click chooses another."""
    return replace(chart_of(name, figure), area=plots.size_area(sizes, curves), stands_for=Pick)


def size_charts(study: Study, others: Others) -> tuple[Chart, ...]:
    """Return the charts of the figures against K; PSNR is beside that of other settings."""
    points, sizes = study.points, study.plan.sizes
    curves = own_curves(study, others)
    return (
        _size_chart("psnr", plots.psnr_figure(points, sizes, curves), sizes, len(curves)),
        _size_chart("ratio", plots.ratio_figure(points, sizes), sizes),
    )


def health_charts(study: Study) -> tuple[Chart, ...] | None:
    """Return the charts of use, and of blocks not trained on; None while nothing is known."""
    healths, results = list(known_healths(study).values()), list(known_held_out(study).values())
    if not healths:
        return None
    sizes = study.plan.sizes
    perplexity = _size_chart("perplexity", plots.perplexity_figure(healths, sizes), sizes)
    if not FAMILIES[study.settings.family].BY_BLOCK:
        return (perplexity,)
    return (
        perplexity,
        _size_chart("held-out", plots.held_out_figure(results, sizes), sizes),
    )


def rate_chart(study: Study, curves: Sequence[Curve], likeness: Likeness, axis: Axis) -> Chart:
    """Return the plane of rate and likeness; nominal bits are those of the study's blocks."""

    def stands_for(place: tuple[int, int]) -> Pick | None:
        number, at = place
        settings, point = curves[number].settings_at(at), curves[number].points[at]
        if settings is None or not isinstance(point, OperatingPoint):
            return None
        return Pick(point.codebook_size, replace(study, settings=settings))

    ours = [curve for curve in curves if curve.kind in OURS]
    figure = plots.rate_figure(curves, hull_of(ours, likeness), likeness, axis)
    chart = chart_of("rates", figure, f"rates-{axis}", **study.layout.block_size._asdict())
    return replace(chart, stands_for=stands_for)


def pictures_chart(studies: Sequence[Study]) -> Chart:
    curves = [picture_curve(study.name, study.points) for study in studies if study.points]
    return chart_of("pictures", plots.pictures_figure(curves, _means(studies)))


def trainers_chart(study: Study, size: int) -> Chart:
    runs = known_runs(study, contestants(study.settings), size)
    return chart_of("trainers", plots.trainers_figure(runs))


def curves_of(study: Study, others: Others, codecs: Sequence[Codec]) -> list[Curve]:
    """Return the curves so far, by files: ours, the textbook's, other settings', the rivals'."""
    known = {codec: known_rivals(study, codec) for codec in codecs}
    rivals = [rival_curve(codec, points) for codec, points in known.items() if points]
    ours, *beside = rate_curves(study, others)
    return [ours, nominal_curve(study.layout, study.points), *beside, *rivals]


def rate_curves(study: Study, others: Others, axis: Axis = "file") -> list[Curve]:
    """Return `own_curves`, but of what has steps that over them, at one K.

    Ours over its sizes stays as points alone.
    """
    ours, *beside = own_curves(study, others._replace(families=others.over_sizes), axis)
    own = _over_steps(study, study, others, "ours", axis)
    pinned = [
        _over_steps(study, it, others, "pinned", axis) or curve
        for it, curve in zip(others.pinned, beside, strict=False)
    ]
    drawn = study, *others.pinned
    apart = [it for it in others.families if not any(is_another_step(own, it) for own in drawn)]
    by_step = [_over_steps(study, it, others, "family", axis) for it in apart]
    first = [replace(ours, kind="sizes"), own] if own else [ours]
    return [*first, *pinned, *beside[len(pinned) :], *filter(None, by_step)]


def _over_steps(
    study: Study, it: Study, others: Others, kind: Kind, axis: Axis = "file"
) -> Curve | None:
    """Return a curve over steps, as far as it is known; None if that is one's own."""
    by_step = known_by_step(others.by_step_of(it))
    if not by_step or (it is not study and is_another_step(study, it)):
        return None
    curve = step_curve(it.layout, {own.settings: point for own, point in by_step.items()}, kind)
    return by_block(curve, [*by_step.values()], study.layout) if axis == "nominal" else curve


def own_curves(study: Study, others: Others, axis: Axis = "file") -> list[Curve]:
    """Return ours, the pinned, and those of the other families that have points, over K."""
    drawn = {it.settings for it in (study, *others.pinned)}
    related = [it for it in others.families if it.settings not in drawn and it.points]
    every = [
        (study, vq_curve(study.settings, study.layout, study.points)),
        *((it, vq_curve(it.settings, it.layout, it.points, "pinned")) for it in others.pinned),
        *((it, family_curve(it.settings, it.layout, it.points)) for it in related),
    ]
    if related and study.settings.is_plain:
        every[0] = study, _with_family(every[0][1])
    if axis == "nominal":
        return [by_block(curve, it.points, study.layout) for it, curve in every]
    return [curve for _, curve in every]


def _with_family(curve: Curve) -> Curve:
    """Name a curve of plain codebooks by that too, where others are not plain."""
    return replace(curve, name=listed([curve.name, say("family.plain")]))


def families_table(others: Others, size: int) -> Table:
    """Return what each family gains over the first, and what it takes up to a K.

    What has steps takes all of them, at the K of its curve.
    """
    plain, *_ = curves = [_family_curve(it, others) for it in others.families]
    rows, picks = list[Mapping[str, Any]](), list[Pick]()
    for it, curve in zip(others.families, curves, strict=True):
        some, last = _taken(it, others, size)
        delta = deltas([curve, plain])[0] if curve is not plain else None
        rows.append(family_row(some, last, delta) | {"family": curve.name})
        picks.append(Pick(last.codebook_size if last and has_steps(it) else size, it))
    table = table_of("families", rows, size=str(size), against=plain.name)
    over_steps = [
        say("table.families.steps", name=curve.name, step=it.settings.options_by_name[STEP])
        for it, curve in zip(others.families, curves, strict=True)
        if curve.each
    ]
    return replace(table, id="ideas", picks=picks, caption=sentences(table.caption, *over_steps))


def _taken(
    it: Study, others: Others, size: int
) -> tuple[list[OperatingPoint], OperatingPoint | None]:
    """Return the points that a family takes up to a K, or over its steps, and the one it is for."""
    by_step = {own.settings: p for own, p in known_by_step(others.by_step_of(it)).items()}
    if by_step:
        return [*by_step.values()], by_step.get(it.settings)
    some = [point for point in it.points if point.codebook_size <= size]
    return some, some[-1] if some else None


def _family_curve(it: Study, others: Others) -> Curve:
    """Return the curve of a family, over its steps if it has some."""
    over_steps = _over_steps(it, it, others, "family")
    return over_steps or family_curve(it.settings, it.layout, it.points)


def book_table(study: Study, size: int) -> Table | None:
    """Return every iteration of a training by the book, and what each try came to."""
    book = known_book(study, size)
    if book is None:
        return None
    rows = list(map(book_row, book.lines))
    return table_of("book", rows, size=str(size), tried=tried_in_words(book))


def iterations_chart(book: Book | None) -> Chart | None:
    """Return the error after each iteration of a training by the book, if it was one."""
    return chart_of("book-iterations", plots.iterations_figure(book.lines)) if book else None


def tried_in_words(book: Book) -> str:
    """Say what each try of a training by the book came to, if there were several."""
    errors = [distortion for _, distortion in book.tried]
    told, spread = listed(f"{it:.6g}" for it in errors), f"{max(errors) - min(errors):.6g}"
    tried = say("training.tried", n=len(errors), errors=told, spread=spread)
    return tried if len(errors) > 1 else ""


def tries_table(tries: Sequence[Tried], size: int) -> Table | None:
    return table_of("tries", list(map(try_row, tries)), size=str(size)) if tries else None


def cosines_table(study: Study, size: int) -> Table | None:
    """Return what the direction of a block alone is worth, and what with a gain."""
    cosines = known_cosines(study, size)
    if cosines is None:
        return None
    rows = [
        {"stands_for": say(f"cosine.{name}"), "psnr_db": psnr_db}
        for name, psnr_db in vars(cosines).items()
    ]
    return table_of("cosines", rows, size=str(size))


def table_of(
    of: TableId, rows: Sequence[Mapping[str, Any]], told: str | None = None, **fields: Any
) -> Table:
    """Return a table, with its words or those of another case."""
    alt, title, caption = (
        say(f"table.{told or of}.{part}", **fields) for part in ("alt", "title", "caption")
    )
    return Table(columns(of), rows, alt, title, caption)


def points_table(study: Study) -> Table:
    """Return the figures of every K, and above them what the picture's own file is."""
    table = table_of("points", rows_of(columns("points"), study.points))
    picks = [Pick(point.codebook_size) for point in study.points]
    table = replace(table, id="points", picks=picks)
    if not study.picture.origin:
        return table
    origin = plain(origin_in_short(study.picture.origin))
    return replace(table, above=say("table.points.upload", origin=origin))


def pictures_table(studies: Sequence[Study], size: int) -> Table:
    """Return every picture at a K, or at its largest, where its distinct blocks allow no more."""
    rows = [
        picture_row(study.name, study.steps[own].point, study.picture.origin)
        for study in studies
        if (own := min(size, study.plan.sizes[-1])) in study.steps
    ]
    return table_of("pictures", rows)


def means_table(studies: Sequence[Study]) -> Table:
    rows = _means(studies)
    lossless = any(row["psnr_db"] == inf for row in rows)
    told = "means-lossless" if lossless else "means"
    return table_of("means", rows, told, pictures=len(studies))


def _means(studies: Sequence[Study]) -> list[dict[str, float | None]]:
    return mean_rows([study.points for study in studies])


def rungs_table(study: Study) -> Table:
    return table_of("rungs", [rung_row(*each) for each in rungs(study).items()])


def health_table(study: Study) -> Table:
    results = known_held_out(study)
    rows = [health_row(it, results.get(size)) for size, it in known_healths(study).items()]
    return table_of("health", rows)


def transfers_table(study: Study, other: Study) -> Table | None:
    """Return how another picture fares with this one's codebooks, as far as that is known."""
    transfers = known_transfers(study, other).values()
    rows = rows_of(columns("transfers"), transfers)
    return table_of("transfers", rows, name=other.name) if rows else None


def deltas_sheet(curves: Sequence[Curve]) -> Sheet | None:
    """Return by how much ours wins or loses, over the range that both curves cover."""
    some = [curve for curve in curves if curve.kind != "family"]
    rows, caption = deltas_table(deltas(some)), say("rates.deltas-caption")
    by_step = [say("rates.deltas-by-step", name=curve.name) for curve in some if curve.each]
    return Sheet(rows, say("rates.deltas"), sentences(*by_step, caption)) if rows else None


def uses_sheet(codebook: str, use: Use, own: Study) -> Sheet:
    """Return what a picture comes to with a codebook of that name, and with its own so far."""
    name = plain(codebook)
    uses = [(name, use.point), *((plain(say("codebook.own")), point) for point in own.points)]
    told = say("codebook.kept-elsewhere", name=name, sentence=where_kept(use))
    return Sheet(uses_table(uses), caption=told)


def missing_codecs(study: Study, present: Sequence[Codec]) -> list[str]:
    """Say which codecs there are no curves of, and why."""
    absent = [codec for codec in RIVALS if codec not in present]
    notes = [say("rates.missing-codec", codec=codec_name(codec)) for codec in absent]
    first = [known_rival(study, codec, RIVALS[codec].levels[0]) for codec in present]
    refusals = (it for it in first if isinstance(it, RivalError))
    return notes + [say("rates.refused", refusal=why(it)) for it in refusals]


def best_of(studies: Sequence[Study], goal: str, value: float) -> tuple[Pick | None, str]:
    """Return what meets a goal best, and say so; None and that if none does."""
    best = GOALS[goal]([point for it in studies for point in it.points], value)
    if best is None:
        return None, say("target.none")
    of = next(it for it in studies if best in it.points)
    name, size = settings_name(of.settings, of.layout), best.codebook_size
    figures = in_short(best)
    return Pick(size, of), say("target.best", settings=name, size=str(size), figures=figures)
