"""What can be taken away from a sound under study: its name, what it is, how it is made."""

from __future__ import annotations

from collections.abc import Sequence

from vqcore.lab.soundstudy import SoundStudy
from vqcore.lab.soundsweeps import SoundStep, SweptSound
from vqcore.lab.spectralstudy import SpectralStudy
from vqcore.lab.spectralsweeps import SpectralStep, SweptSpectra, heard_through
from vqcore.show import exports
from vqcore.show.downloads import Group, Offer
from vqcore.show.provenance import original_wav, stem_of
from vqcore.show.soundreport import sound_report
from vqcore.signals.sounds import file_of

QUICK_SAMPLES = 1_000_000


def offered_of_sound(
    study: SoundStudy, step: SoundStep, others: Sequence[SoundStudy] = ()
) -> dict[Group, list[Offer]]:
    """Return everything to take away at one codebook size, in groups.

    Parameters
    ----------
    study
    step : the codebook size
    others : of the same sound by other families, for the report
    """
    stem = f"{stem_of(study.sound.name)}-K{step.codebook_size}"
    return {
        "sound": _sounds(study, step, stem),
        "codebook": _codebook(step, stem),
        "vectors": _vectors(step, stem),
        "figures": _figures(study, step, others, stem),
    }


def _sounds(study: SoundStudy, step: SoundStep, stem: str) -> list[Offer]:
    sound, is_quick = study.sound, len(study.sound.samples) <= QUICK_SAMPLES
    return [
        Offer("sound-vq", "graphic_eq", f"{stem}.vq", lambda: step.file),
        Offer(
            "sound-wav",
            "volume_up",
            f"{stem}.wav",
            lambda: file_of(step.encoded.decode(), sound.rate),
            is_quick,
        ),
        Offer(
            "sound-original",
            "hearing",
            original_wav(sound),
            lambda: file_of(sound.samples, sound.rate),
            is_quick,
        ),
    ]


def _codebook(step: SoundStep, stem: str) -> list[Offer]:
    """Return what has all tables; and of the families of one table, that alone."""
    quantizer = step.encoded.quantizer
    [table, *others] = quantizer.tables
    name = f"{stem}-codebook"
    offers = [
        Offer(
            "sound-codebook",
            "table",
            f"{name}.csv",
            lambda: exports.codewords_csv(quantizer).encode(),
        )
    ]
    if not others:
        npy = Offer("codebook-npy", "data_array", f"{name}.npy", lambda: exports.npy_bytes(table))
        offers.append(npy)
    return offers


def _vectors(step: SoundStep, stem: str) -> list[Offer]:
    encoded, icon = step.encoded, "data_array"
    return [
        Offer(
            "sound-indices",
            icon,
            f"{stem}-indices.npy",
            lambda: exports.npy_bytes(encoded.indices),
            len(encoded.indices) <= QUICK_SAMPLES,
        ),
        Offer("sound-gains", icon, f"{stem}-gains.npy", lambda: exports.npy_bytes(encoded.gains)),
    ]


def _figures(
    study: SoundStudy, step: SoundStep, others: Sequence[SoundStudy], stem: str
) -> list[Offer]:
    source = stem_of(study.sound.name)
    swept = SweptSound(study.sound, study.settings, tuple(study.figures))
    return [
        Offer(
            "point-csv",
            "table",
            f"{source}-figures.csv",
            lambda: exports.sound_sweeps_csv([swept]).encode(),
        ),
        Offer(
            "json",
            "data_object",
            f"{source}-figures.json",
            lambda: exports.sound_sweeps_json([swept], several=False).encode(),
        ),
        *_iterations(step, stem),
        Offer(
            "sound-report",
            "article",
            f"{stem}.html",
            lambda: sound_report(study, step, others).encode(),
            is_quick=False,
        ),
    ]


def _iterations(step: SoundStep, stem: str) -> list[Offer]:
    """Return the iterations of a training by the book, if it was one."""
    if not (book := step.trained.book):
        return []
    make = exports.book_csv
    name, lines = f"{stem}-iterations.csv", book.lines
    return [Offer("book-csv", "table", name, lambda: make(lines).encode())]


def offered_of_spectra(study: SpectralStudy, step: SpectralStep) -> dict[Group, list[Offer]]:
    """Return everything to take away of a sound's spectra at one codebook size, in groups."""
    source = f"{stem_of(study.sound.name)}-spectra"
    stem, encoded, rate = f"{source}-K{step.codebook_size}", step.encoded, study.sound.rate
    swept = SweptSpectra(study.spectra, study.settings, tuple(study.figures))
    is_quick = len(study.sound.samples) <= QUICK_SAMPLES
    return {
        "sound": [
            Offer(
                "spectral-wav",
                "volume_up",
                f"{stem}.wav",
                lambda: file_of(heard_through(study.spectra, encoded), rate),
                is_quick,
            )
        ],
        "codebook": [
            Offer("points", "scatter_plot", f"{stem}.npz", lambda: step.file),
            Offer(
                "codebook-csv",
                "table",
                f"{stem}-codebook.csv",
                lambda: exports.codewords_csv(encoded.quantizer).encode(),
            ),
        ],
        "vectors": [
            Offer(
                "spectral-indices",
                "data_array",
                f"{stem}-indices.npy",
                lambda: exports.npy_bytes(encoded.indices),
            )
        ],
        "figures": [
            Offer(
                "point-csv",
                "table",
                f"{source}.csv",
                lambda: exports.spectral_sweeps_csv([swept]).encode(),
            ),
            Offer(
                "json",
                "data_object",
                f"{source}.json",
                lambda: exports.spectral_sweeps_json([swept], several=False).encode(),
            ),
        ],
    }
