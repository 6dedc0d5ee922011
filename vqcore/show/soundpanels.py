"""What the panels of sounds show: charts and tables, each with its words."""

from __future__ import annotations

from dataclasses import replace

from vqcore.lab.soundstudy import SoundStudy
from vqcore.lab.soundsweeps import SweptSound
from vqcore.show import exports, soundplots
from vqcore.show.downloads import File
from vqcore.show.panels import Chart, Table, chart_of, table_of
from vqcore.show.plots import size_area
from vqcore.show.provenance import stem_of
from vqcore.show.soundplots import Measure
from vqcore.show.tables import columns, point_rung_row, rows_of
from vqcore.words import say


def size_charts(study: SoundStudy, measure: Measure) -> tuple[Chart, ...]:
    """Return the charts of the figures against K; the page marks the K that side B has."""
    figures, sizes = study.figures, study.plan
    drawn = {
        "sound-likeness": soundplots.likeness_figure(figures, sizes, measure),
        "sound-rates": soundplots.rates_figure(figures, sizes),
    }
    return tuple(
        replace(chart_of(name, figure), area=size_area(sizes, 1)) for name, figure in drawn.items()
    )


def figures_table(study: SoundStudy) -> Table:
    """Return the figures of every K."""
    return table_of("sounds", rows_of(columns("sounds"), study.figures))


def rungs_table(study: SoundStudy) -> Table:
    """Return how the ladder trained."""
    trained = {size: step.trained for size, step in study.steps.items()}
    rows = [point_rung_row(size, it) for size, it in trained.items() if it.stage("finish")]
    return table_of("point-rungs", rows, "sound-rungs")


def files_of(study: SoundStudy, size: int) -> list[File]:
    """Return what can be taken away: the .vq of a K, and the figures of all."""
    stem = stem_of(study.sound.name)
    swept = SweptSound(study.sound, study.settings, tuple(study.figures))
    return [
        File(say("sound.vq"), f"{stem}-K{size}.vq", study.steps[size].file),
        File(say("sound.table"), f"{stem}.csv", exports.sound_sweeps_csv([swept])),
    ]
