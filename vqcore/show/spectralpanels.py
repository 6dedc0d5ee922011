"""What the panels of spectra show: charts and tables, each with its words."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import Literal

from vqcore.lab.climb import known_healths, known_held_out
from vqcore.lab.spectralstudy import SpectralStudy, frame_seen
from vqcore.lab.spectralsweeps import SPECTRAL_FAMILIES
from vqcore.show import soundplots
from vqcore.show.panels import Chart, Table, chart_of, table_of
from vqcore.show.plots import perplexity_figure, size_area
from vqcore.show.pointplots import RateCurve
from vqcore.show.tables import spectral_row
from vqcore.show.verdicts import spectral_health_row, verdicts
from vqcore.show.wording import decibels
from vqcore.signals.frames import FRAMES_A_SECOND
from vqcore.words import say

Frames = Literal["all", "others"]
"""Whose distortion is shown: of all frames, trained on them; or of frames not trained on."""


def size_charts(study: SpectralStudy) -> tuple[Chart, ...]:
    """Return the charts of the figures against K; the page marks the K that side B has."""
    figures, sizes, out = study.figures, study.plan, list(known_held_out(study).values())
    drawn = {
        "distortion": soundplots.distortion_figure(figures, out, sizes),
        "frame-bits": soundplots.frame_bits_figure(figures, sizes),
    }
    return tuple(
        replace(chart_of(name, figure), area=size_area(sizes, 1)) for name, figure in drawn.items()
    )


def figures_table(study: SpectralStudy) -> Table:
    """Return the figures of every K."""
    return table_of("spectra", list(map(spectral_row, study.figures)))


def health_sentences(study: SpectralStudy, size: int) -> list[str]:
    """Return what the health of a K comes to; nothing while it is not known."""
    health, out = known_healths(study).get(size), known_held_out(study).get(size)
    return verdicts(health, out, "spectra") if health else []


def health_charts(study: SpectralStudy) -> tuple[Chart, ...]:
    """Return the charts of use, and of frames not trained on."""
    sizes, healths = study.plan, list(known_healths(study).values())
    used = chart_of("sound-perplexity", perplexity_figure(healths, sizes))
    return replace(used, area=size_area(sizes)), size_charts(study)[0]


def health_table(study: SpectralStudy) -> Table:
    """Return the figures of health of every K."""
    out = known_held_out(study)
    rows = [spectral_health_row(it, out.get(size)) for size, it in known_healths(study).items()]
    return table_of("spectral-health", rows)


def envelopes_chart(study: SpectralStudy, size: int, place: int) -> Chart:
    """Return the envelopes of a frame, and above them how far they are apart."""
    seen, seconds = frame_seen(study, size, place), place / FRAMES_A_SECOND
    told = say("spectra.frame", seconds=seconds, distortion=decibels(seen.distortion_db))
    title = told if seen.is_heard else say("spectra.silent", seconds=seconds)
    return replace(chart_of("envelopes", soundplots.envelopes_figure(seen, size)), title=title)


def rate_chart(studies: Sequence[SpectralStudy], frames: Frames) -> Chart:
    """Return the plane of bits a frame and spectral distortion, a curve for each family."""
    curve = _curve if frames == "all" else _curve_of_others
    curves = [curve(each) for each in studies if each.steps]
    return chart_of("distortion-plane", soundplots.distortion_plane(curves))


def _curve(study: SpectralStudy) -> RateCurve:
    return _curve_of(study, {it.codebook_size: it.distortion_db for it in study.figures})


def _curve_of_others(study: SpectralStudy) -> RateCurve:
    return _curve_of(study, {size: it.others_db for size, it in known_held_out(study).items()})


def _curve_of(study: SpectralStudy, distortions: Mapping[int, float]) -> RateCurve:
    settings = study.settings
    place, name = (
        SPECTRAL_FAMILIES.index(settings.family),
        say(f"spectral-family.{settings.family}"),
    )
    some = {it.codebook_size: it.nominal_bits for it in study.figures}
    sizes = [size for size in distortions if size in some]
    return RateCurve(
        place + len(SPECTRAL_FAMILIES) * settings.weighted,
        say("spectra.weighted", family=name) if settings.weighted else name,
        [some[size] for size in sizes],
        [distortions[size] for size in sizes],
        [say("figure.k", size=size) for size in sizes],
    )
