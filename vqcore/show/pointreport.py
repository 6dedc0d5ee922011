"""A report of points in one file: settings, live plots, figures, codewords; it needs no network."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from html import escape

from vqcore.lab.pointstudy import PointStudy
from vqcore.lab.pointsweeps import PointStep
from vqcore.show import pointpanels, tables
from vqcore.show.panels import Chart, Table
from vqcore.show.report import html_table, page, pair, plot, section
from vqcore.show.wording import facts_of_points, figures_of_points, point_settings_name
from vqcore.words import say


def point_report(study: PointStudy, step: PointStep, others: Sequence[PointStudy] = ()) -> str:
    """Return a whole HTML page, plotly inside.

    Parameters
    ----------
    study
    step : the codebook size to show
    others : of the same points by other families, as far as they are done
    """
    stage = pointpanels.stage_chart(study, step)
    likeness, bits = pointpanels.size_charts(study, step.codebook_size)
    by_size = replace(likeness, caption=""), bits  # here no click shows a K
    by_rate = pointpanels.rate_chart(study, others)
    parts = (
        section(
            say("figure.k", size=step.codebook_size),
            plot(stage.figure, with_plotly=True),
            _said(figures_of_points(step.figures, study.points.dimension)),
            *map(_said, pointpanels.warnings_of(study, step.codebook_size)),
            *map(_said, pointpanels.health_sentences(study, step.codebook_size)),
        ),
        section(say("report.by-size"), pair(*map(_chart, by_size))),
        section(say("report.by-rate"), _chart(by_rate), _table(pointpanels.scalars_table(study))),
        _of_table(pointpanels.advantages_table(study)),
        section(say("report.all-figures"), _table(pointpanels.figures_table(study))),
        *map(_of_table, pointpanels.codewords_tables(study, step)),
    )
    return page(study.name, _facts(study), parts)


def _facts(study: PointStudy) -> str:
    points, settings = study.points, study.settings
    digest = say("report.point-digest", digest=points.digest)
    return "; ".join([*facts_of_points(points), point_settings_name(settings), digest])


def _chart(chart: Chart) -> str:
    title = f"<h3>{escape(chart.title)}</h3>" if chart.title else ""
    return f"<div>{title}{plot(chart.figure)}{_said(chart.caption)}</div>"


def _of_table(table: Table | None) -> str:
    """Return a table under its title."""
    return section(table.title, _table(table), _said(table.caption)) if table else ""


def _table(table: Table | None) -> str:
    if table is None:
        return ""
    heads = [heading for heading, _ in table.columns.values()]
    rows = html_table(heads, tables.written(table.columns, table.rows))
    return f'<div class="wide">{rows}</div>'


def _said(text: str) -> str:
    return f"<p>{escape(text)}</p>" if text else ""
