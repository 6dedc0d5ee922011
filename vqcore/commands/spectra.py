"""What the commands do with the spectra of sounds."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

import click

from vqcore.commands.options import (
    FAMILY,
    OF_SPECTRA,
    Given,
    chosen_options,
    limit_of,
    refuse_others,
)
from vqcore.commands.running import (
    advancing,
    each_of,
    end_badly,
    load_sound,
    progress_bar,
    tell_limit,
    write_figures,
)
from vqcore.lab.spectralsweeps import (
    SpectralSettings,
    SpectralStep,
    SweptSpectra,
    possible_sizes,
    sweep_spectra,
)
from vqcore.refusals import SoundError
from vqcore.show import exports, printed
from vqcore.signals.spectra import analysed

TAKEN = {"places", "sizes", "json_file", "csv_file", "rate", "seed", "spectra", "weighted"}


def sweep(given: Given) -> None:
    """Print and write the figures of each size."""
    refuse_others(TAKEN | FAMILY, "spectra")
    options = chosen_options(given["family"], given, OF_SPECTRA, "spectra")
    settings = SpectralSettings(
        given["rate"], given["family"], options, given["weighted"], given["seed"]
    )
    kinds = (OSError, SoundError)
    sweeps, errors = each_of(
        given["places"], lambda it: _swept(it, settings, given["sizes"]), kinds
    )
    if sweeps:
        _tell(sweeps)
    write_figures(given, sweeps, exports.spectral_sweeps_json, exports.spectral_sweeps_csv)
    end_badly(errors)


def _swept(place: Path, settings: SpectralSettings, sizes: Sequence[int]) -> SweptSpectra:
    spectra = analysed(load_sound(place, settings.rate))
    possible = possible_sizes(spectra, settings, sizes)
    with progress_bar(sum(possible), "Training") as bar:
        events = sweep_spectra(spectra, settings, possible)
        steps = list(advancing(bar, events, "Training ", SpectralStep))
    figures = tuple(step.figures for step in steps)
    return SweptSpectra(spectra, settings, figures, limit_of(possible, sizes, ()))


def _tell(sweeps: Sequence[SweptSpectra]) -> None:
    click.echo(printed.spectral_sweeps_text(sweeps))
    for swept in sweeps:
        tell_limit(swept.spectra.sound.name, swept.limit)
