"""What the panels of points show: charts and tables, each with its words."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from typing import Any, Literal

import numpy as np

from vqcore.arrays import Counts, Sketch
from vqcore.codebooks.source import sample_of
from vqcore.codebooks.training import OWN_TRAINERS
from vqcore.lab import bounds
from vqcore.lab.advantage import ENOUGH, Advantage, possible_bits
from vqcore.lab.bounds import SCALAR_LOSS_DB, ScalarPoint
from vqcore.lab.plane import principal_plane
from vqcore.lab.pointreplay import MEASURED, PointFrame
from vqcore.lab.pointstudy import (
    MOST_WEIGHED,
    PointStudy,
    known_advantages,
    known_dimensions,
    known_frames,
    known_healths,
    known_held_out,
    known_runs,
    known_scalars,
)
from vqcore.lab.pointsweeps import PointStep
from vqcore.quantizers.ofpoints import POINT_FAMILIES
from vqcore.show import pointplots
from vqcore.show.panels import Chart, Table, chart_of, table_of, tried_in_words
from vqcore.show.plots import held_out_figure, marked, perplexity_figure, trainers_figure
from vqcore.show.pointplots import RateCurve
from vqcore.show.tables import Columns, columns, point_book_row, point_rung_row, rows_of
from vqcore.show.verdicts import vector_health_row, verdicts
from vqcore.show.visit import Pick
from vqcore.show.wording import column_name, sentences
from vqcore.words import say

Measure = Literal["snr_db", "mse"]
"""What is drawn of how near codewords come."""

SHOWN, SHOWN_CODEWORDS, SHOWN_NUMBERS = 5000, 1024, 16
BOUND_RATES = [rate / 20 for rate in range(241)]


def size_charts(study: PointStudy, size: int, measure: Measure = "snr_db") -> tuple[Chart, ...]:
    """Return the charts of the figures against K, with a mark at the one shown."""
    figures, sizes = study.figures, study.plan
    likeness = pointplots.snr_figure if measure == "snr_db" else pointplots.mse_figure
    drawn = likeness(figures, sizes), pointplots.bits_figure(figures, sizes)
    names = zip(("snr" if measure == "snr_db" else "mse", "bits"), drawn, strict=True)
    return tuple(
        replace(chart_of(name, marked(figure, size)), stands_for=Pick) for name, figure in names
    )


def figures_table(study: PointStudy) -> Table:
    """Return the figures of every K; a click on one shows it."""
    figures, picks = study.figures, [Pick(it.codebook_size) for it in study.figures]
    shown = table_of("vectors", rows_of(columns("vectors"), figures))
    return replace(shown, id="vectors", picks=picks)


def stage_chart(study: PointStudy, step: PointStep) -> Chart:
    """Return the points and the codewords of a K: on a line, in the plane, or projected to one."""
    use = np.unique(step.encoded.indices, axis=0)
    return _chart_among(study, step.encoded.quantizer.decode(use), "stage")


def _chart_among(study: PointStudy, codewords: Sketch, key: str) -> Chart:
    """Return the chart of codewords among the points; the key sets it apart on the page."""
    return replace(_among(study, codewords), id=key)


def _among(study: PointStudy, codewords: Sketch) -> Chart:
    points = study.points
    if points.dimension == 1:
        numbers, levels = points.vectors[:, 0].astype(np.float64), codewords[:, 0]
        return chart_of("line", pointplots.line_figure(numbers, levels.astype(np.float64)))
    if points.dimension == 2:
        some = sample_of(points.vectors, SHOWN, np.random.default_rng(0))
        titles = points.headings or (say("page.plane.first"), say("page.plane.second"))
        return chart_of("scatter", pointplots.scatter_figure(some, codewords, titles))
    key = (points.digest,)
    plane = study.store.once("point axes", key, lambda: principal_plane(points.vectors))
    shares = [say("figure.percent", percent=100 * float(share)) for share in plane.shares]
    titles = (
        say("page.projection.first", share=shares[0]),
        say("page.projection.second", share=shares[1]),
    )
    figure = pointplots.scatter_figure(plane.some, plane.along(codewords), titles)
    return chart_of("scatter", figure, "projected", dimension=str(points.dimension))


def training_table(study: PointStudy, step: PointStep) -> Table | None:
    """Return how codebooks were trained: by the book the iterations of a K, else every rung."""
    book = step.trained.book
    if not book:
        return rungs_table(study)
    rows, size = list(map(point_book_row, book.lines)), str(step.codebook_size)
    return table_of("point-book", rows, size=size, tried=tried_in_words(book))


def why_no_rungs(study: PointStudy) -> str:
    """Say why nothing is told of a training by the ladder, or by another trainer."""
    is_ours = study.settings.trainer in OWN_TRAINERS
    return say("points.untrained" if is_ours else "training.without-steps")


def rungs_table(study: PointStudy) -> Table | None:
    trained = {size: step.trained for size, step in study.steps.items()}
    rows = [point_rung_row(size, it) for size, it in trained.items() if it.stage("finish")]
    told = "point-rungs" if study.settings.family == "plain" else "point-rungs-stage"
    return table_of("point-rungs", rows, told) if rows else None


def steps_there(study: PointStudy, step: PointStep) -> dict[str, PointFrame]:
    """Return by its name what each iteration of a training had come to, if that is known."""
    frames = known_frames(study, step.codebook_size)
    return {say(f"points.step.{it.stage}", n=it.iteration): it for it in frames}


def frame_shown(study: PointStudy, name: str, frame: PointFrame) -> tuple[Chart, Table]:
    """Return the codewords of an iteration, among the points and as numbers."""
    error = f"{frame.distortion:.6g}"
    chart = replace(_chart_among(study, frame.codewords, "replay"), caption="")
    rows, dimension = _numbers_of(frame.codewords), study.points.dimension
    is_sampled = frame.stage != "book" and study.points.count > MEASURED
    told = "point-steps-sampled" if is_sampled else "point-steps"
    table = table_of("point-steps", rows, told, step=name, error=error, n=MEASURED)
    table = replace(table, above=table.caption, caption=_left_out(frame.codewords))
    return chart, _with_numbers(study, table, columns("point-steps"), dimension)


def trainers_chart(study: PointStudy, size: int) -> Chart:
    figure = trainers_figure(known_runs(study, size), "snr_db")
    return chart_of("trainers", figure, "point-trainers")


def health_sentences(study: PointStudy, size: int) -> list[str]:
    """Return what the health of a K comes to; nothing while it is not known."""
    health = known_healths(study).get(size)
    out = known_held_out(study).get(size)
    return verdicts(health, out, "vectors") if health else []


def health_charts(study: PointStudy, size: int) -> tuple[Chart, ...]:
    """Return the charts of use, and of vectors not trained on, with a mark at the K shown."""
    healths, results = list(known_healths(study).values()), list(known_held_out(study).values())
    sizes = study.plan
    charts = (
        chart_of("perplexity", marked(perplexity_figure(healths, sizes), size)),
        chart_of(
            "held-out", marked(held_out_figure(results, sizes, "snr_db"), size), "point-held-out"
        ),
    )
    return tuple(replace(chart, stands_for=Pick) for chart in charts)


def health_table(study: PointStudy) -> Table:
    results = known_held_out(study)
    rows = [vector_health_row(it, results.get(size)) for size, it in known_healths(study).items()]
    return table_of("point-health", rows)


def rate_chart(study: PointStudy, relatives: Sequence[PointStudy]) -> Chart:
    """Return the plane of bits and SNR: ours, other families, scalars, and what theory says."""
    curves = [it for each in (study, *relatives) if each.steps for it in _own(each)]
    uniform, coded = known_scalars(study)
    curves += [_scalars("uniform", uniform), _scalars("coded", coded)] if uniform else []
    return chart_of("snr-rate", pointplots.snr_rate_figure([*curves, *_theory(study, curves)]))


def _own(study: PointStudy) -> list[RateCurve]:
    """Return a family's curve at the entropy of its indices; of plain also at fixed length."""
    figures = [it for it in study.figures if it.snr_db is not None and it.nominal_rate > 0]
    labels = [say("figure.k", size=it.codebook_size) for it in figures]
    snr_db, family = [it.snr_db or 0.0 for it in figures], study.settings.family
    place, name = POINT_FAMILIES.index(family), say(f"family.{family}")
    told = say("plot.curve.at-entropy", family=name)
    coded = RateCurve(place, told, [it.entropy_rate for it in figures], snr_db, labels)
    if family != "plain":
        return [coded]
    told = say("plot.curve.fixed", family=name)
    fixed = RateCurve("nominal", told, [it.nominal_rate for it in figures], snr_db, labels)
    return [fixed, replace(coded, look="entropy")]


def _scalars(look: str, found: Sequence[ScalarPoint]) -> RateCurve:
    labels = [say("points.levels", n=it.levels) for it in found]
    rates, snr_db = [it.rate for it in found], [it.snr_db for it in found]
    return RateCurve(look, say(f"plot.curve.{look}"), rates, snr_db, labels)


def scalars_table(study: PointStudy) -> Table | None:
    """Return the uniform scalar quantizers, once they are known."""
    names = say("plot.curve.uniform"), say("plot.curve.coded")
    rows = [
        {"quantizer": name, "levels": it.levels, "bits": it.rate, "snr_db": it.snr_db}
        for name, found in zip(names, known_scalars(study), strict=True)
        for it in found
    ]
    return table_of("scalars", rows) if rows else None


def _theory(study: PointStudy, curves: Sequence[RateCurve]) -> list[RateCurve]:
    """Return the lines of theory as far as there are others, if there are any for the source."""
    farthest = max((rate for curve in curves for rate in curve.rates), default=0)
    rates = [rate for rate in BOUND_RATES if rate <= farthest]
    bound = bounds.shannon_db(study.origin.kind, rates, study.origin.correlation) if rates else None
    if bound is None:
        return []
    few = sum(rate < 1 for rate in rates)  # from one bit on it is near enough
    below = [it - SCALAR_LOSS_DB for it in bound[few:]]
    return [
        RateCurve("bound", say("plot.curve.bound"), rates, bound),
        RateCurve("gish-pierce", say("plot.curve.gish-pierce"), rates[few:], below),
    ]


def advantages_table(study: PointStudy) -> Table | None:
    """Return what vectors gain over scalars, and what of it is what."""
    found, several = known_advantages(study), study.points.count > MOST_WEIGHED
    if not found:
        return None
    table = table_of("advantages", list(map(_advantage_row, found)))
    of_some = say("points.weighed-sample", n=MOST_WEIGHED) if several else ""
    return replace(table, above=of_some)


def _advantage_row(found: Advantage) -> dict[str, float | None]:
    return {name: getattr(found, name) for name in columns("advantages")}


def warnings_of(study: PointStudy, size: int) -> list[str]:
    """Say where codewords have too few vectors to learn more than these."""
    sizes = study.steps[size].encoded.quantizer.sizes
    each = study.points.count // (size if len(sizes) == 1 else sum(sizes))
    return [say("points.by-heart", n=each)] if each < ENOUGH and size > 1 else []


def why_no_advantages(study: PointStudy) -> list[str]:
    """Say why vectors are not compared with scalars, if they cannot be."""
    if study.points.dimension == 1:
        return [say("points.one-number")]
    return [] if possible_bits(study.points) else [say("points.too-few")]


def dimensions_chart(study: PointStudy, bits: int) -> Chart | None:
    """Return what longer vectors gain at some bits a number."""
    found, origin = known_dimensions(study, bits), study.origin
    if not found:
        return None
    bound = bounds.shannon_db(origin.kind, [bits], origin.correlation)
    figure, last = pointplots.dimensions_figure(found, bound[0] if bound else None), found[-1]
    each = study.points.vectors.size // last.dimension // last.codebook_size
    return chart_of("dimensions", figure, dimension=str(last.dimension), each=f"{each:,}")


def use_chart(step: PointStep) -> Chart:
    """Return how many vectors each codeword of a K stands for."""
    column = _largest(step)
    figure = pointplots.use_figure(step.encoded.use[column])
    return chart_of("use", figure, size=str(step.codebook_size))


def codewords_tables(study: PointStudy, step: PointStep) -> list[Table]:
    """Return the entries of each column of a K, as numbers, and how many vectors use each.

    At most so many are shown, and so many of their numbers.
    """
    quantizer = step.encoded.quantizer
    columns_of = zip(quantizer.names, quantizer.tables, step.encoded.use, strict=True)
    return [_entries_table(study, *each, str(step.codebook_size)) for each in columns_of]


def _entries_table(study: PointStudy, name: str, table: Sketch, use: Counts, size: str) -> Table:
    rows = [
        {**row, "vectors_in_cell": int(used)}
        for row, used in zip(_numbers_of(table), use, strict=False)
    ]
    told = table_of("codewords", rows, size=size, column=column_name(name).capitalize())
    told = replace(told, caption=_left_out(table))
    return _with_numbers(study, told, columns("codewords"), table.shape[1])


def _left_out(table: Sketch) -> str:
    """Say how much of a table is shown, if that is not all."""
    size, dimension = table.shape
    codewords = {"n": SHOWN_CODEWORDS, "all": size}
    said = [say("points.first-codewords", **codewords)] if size > SHOWN_CODEWORDS else []
    if dimension > SHOWN_NUMBERS:
        said.append(say("points.first-numbers", n=SHOWN_NUMBERS, all=dimension))
    return sentences(*said)


def _numbers_of(table: Sketch) -> list[dict[str, Any]]:
    """Return rows of numbers by their place, as float32 has them, as many as are shown."""
    return [
        {"index": index} | {f"x{place}": float(str(number)) for place, number in enumerate(row, 1)}
        for index, row in enumerate(table[:SHOWN_CODEWORDS, :SHOWN_NUMBERS])
    ]


def _with_numbers(study: PointStudy, table: Table, before: Columns, dimension: int) -> Table:
    """Return a table whose columns are some, and then numbers, headed as the points' are."""
    places = [f"x{place}" for place in range(1, min(dimension, SHOWN_NUMBERS) + 1)]
    headings = study.points.headings if len(study.points.headings) == len(places) else places
    numbers = {place: (told, "%.6g") for place, told in zip(places, headings, strict=True)}
    return replace(table, columns={**before, **numbers})


def _largest(step: PointStep) -> int:
    """Return which column has the most entries."""
    return step.encoded.quantizer.main
