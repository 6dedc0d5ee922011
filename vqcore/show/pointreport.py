"""A report of points in one file: settings, live plots, figures, codewords; it needs no network."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

from vqcore.lab.pointstudy import PointStudy
from vqcore.lab.pointsweeps import PointStep
from vqcore.show import pointpanels
from vqcore.show.report import of_chart, of_table, page, pair, paragraph, plot, section, wide_table
from vqcore.show.wording import facts_of_points, figures_of_points, parted, point_settings_name
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
            paragraph(figures_of_points(step.figures, study.points.dimension)),
            *map(paragraph, pointpanels.warnings_of(study, step.codebook_size)),
            *map(paragraph, pointpanels.health_sentences(study, step.codebook_size)),
        ),
        section(say("report.by-size"), pair(*map(of_chart, by_size))),
        section(
            say("report.by-rate"), of_chart(by_rate), wide_table(pointpanels.scalars_table(study))
        ),
        of_table(pointpanels.advantages_table(study)),
        section(say("report.all-figures"), wide_table(pointpanels.figures_table(study))),
        *map(of_table, pointpanels.codewords_tables(study, step)),
    )
    return page(study.name, _facts(study), parts)


def _facts(study: PointStudy) -> str:
    points, settings = study.points, study.settings
    digest = say("report.point-digest", digest=points.digest)
    return parted([*facts_of_points(points), point_settings_name(settings), digest])
