"""A report of a sound in one file: settings, both sounds, plots, figures; it needs no network."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from html import escape

from vqcore.lab.climb import known_healths
from vqcore.lab.soundstudy import SoundStudy
from vqcore.lab.soundsweeps import SoundStep
from vqcore.show import soundpanels
from vqcore.show.panels import Chart
from vqcore.show.plots import marked
from vqcore.show.report import (
    data_uri,
    figure,
    of_chart,
    page,
    pair,
    paragraph,
    section,
    wide_table,
)
from vqcore.show.wording import (
    facts_of_sound,
    figures_of_sound,
    parted,
    sound_name,
    sound_settings_name,
)
from vqcore.signals.sounds import Pulses, Rate, file_of
from vqcore.words import say


def sound_report(study: SoundStudy, step: SoundStep, others: Sequence[SoundStudy] = ()) -> str:
    """Return a whole HTML page, plotly inside, and both sounds to play.

    Parameters
    ----------
    study
    step : the codebook size to show
    others : of the same sound by other families, as far as they are done
    """
    size = step.codebook_size
    likeness, rates = (_marked(it, size) for it in soundpanels.size_charts(study, "snr_db"))
    parts = (
        section(
            say("figure.k", size=size),
            _heard(study, step),
            *map(paragraph, soundpanels.health_sentences(study, size)),
        ),
        section(
            say("report.by-size"),
            pair(of_chart(likeness, with_plotly=True), of_chart(rates)),
            paragraph(say("sound.about-snr")),
        ),
        section(say("report.by-rate"), of_chart(soundpanels.rate_chart(study, others, "snr_db"))),
        section(say("report.all-figures"), *_figures(study)),
        _health(study, size),
    )
    return page(sound_name(study.sound.name), _facts(study), parts)


def _marked(chart: Chart, size: int) -> Chart:
    """Return a chart against K with a mark at one, its caption left out, which tells of side B."""
    return replace(chart, figure=marked(chart.figure, size), caption="")


def _heard(study: SoundStudy, step: SoundStep) -> str:
    """Return the original and what is decoded, to play, with the figures below."""
    rate, told = study.sound.rate, figures_of_sound(step.figures)
    return pair(
        _audio(study.sound.samples, rate, say("report.original")),
        _audio(step.encoded.decode(), rate, told),
    )


def _audio(samples: Pulses, rate: Rate, caption: str) -> str:
    source = data_uri("audio/wav", file_of(samples, rate))
    return figure(
        f'<audio controls src="{source}" aria-label="{escape(caption)}"></audio>', caption
    )


def _figures(study: SoundStudy) -> tuple[str, str]:
    table = soundpanels.figures_table(study)
    return wide_table(table), paragraph(table.caption)


def _health(study: SoundStudy, size: int) -> str:
    """Return the charts and figures of health; nothing while they are not known."""
    if not known_healths(study):
        return ""
    perplexity, halves = soundpanels.health_charts(study)
    told = replace(_marked(halves, size), caption=halves.caption)
    table = soundpanels.health_table(study)
    return section(
        say("sound-panel.health"),
        pair(of_chart(_marked(perplexity, size)), of_chart(told)),
        wide_table(table),
        paragraph(table.caption),
    )


def _facts(study: SoundStudy) -> str:
    sound, settings = study.sound, study.settings
    digest = say("report.sound-digest", digest=sound.digest)
    return parted([*facts_of_sound(sound), sound_settings_name(settings), digest])
