"""The spectra of a sound under study: what is known of them, and the work that finds out more."""

from __future__ import annotations

from collections.abc import Generator, Sequence
from dataclasses import dataclass, replace
from functools import cached_property

import numpy as np

from vqcore.arrays import Floats
from vqcore.codebooks.training import Progress
from vqcore.lab.climb import Climb
from vqcore.lab.health import Health
from vqcore.lab.pointhealth import point_health_work
from vqcore.lab.spectralsweeps import (
    SPECTRAL_FAMILIES,
    SpectralHeldOut,
    SpectralSettings,
    SpectralStep,
    hold_out_spectra,
    possible_sizes,
    quantized_filters,
    sweep_spectra,
    vectors_of,
)
from vqcore.lab.store import Key, Store
from vqcore.signals.points import Points
from vqcore.signals.sounds import Sound
from vqcore.signals.spectra import (
    FAINT,
    POINTS,
    Spectra,
    analysed,
    envelopes_db,
    framed,
    in_order,
    spectral_distortions_db,
)
from vqcore.work import Work


@dataclass(eq=False)
class SpectralStudy(Climb[SpectralStep]):
    """The spectra of a sound, how they are to be quantized, and the sizes that are done.

    Parameters
    ----------
    sound : at the rate of the settings
    settings
    sizes : codebook sizes as asked for; `plan` has those that are possible
    store : where everything found out is kept
    """

    KIND = "spectral step"

    sound: Sound
    settings: SpectralSettings
    sizes: tuple[int, ...]
    store: Store

    @property
    def swept(self) -> Key:
        return self.sound.digest, self.settings

    @cached_property
    def spectra(self) -> Spectra:
        return self.store.once("spectra", (self.sound.digest,), lambda: analysed(self.sound))

    @cached_property
    def plan(self) -> list[int]:
        key = *self.swept, self.sizes
        return self.store.once(
            "spectral plan", key, lambda: possible_sizes(self.spectra, self.settings, self.sizes)
        )

    @property
    def sweep_id(self) -> str:
        """Return what sets the sweep apart, as a text for the page."""
        return f"{self.sound.digest} {self.settings!r}"

    def events(self, missing: Sequence[int]) -> Generator[Progress | SpectralStep]:
        return sweep_spectra(self.spectra, self.settings, missing)

    def health_work(self, size: int) -> Work[Health]:
        points = Points(vectors_of(self.spectra), self.sound.name)
        return point_health_work(self.steps[size].encoded, points)

    def halves(self, missing: Sequence[int]) -> Generator[Progress | SpectralHeldOut]:
        return hold_out_spectra(self.spectra, self.settings, missing)

    def filters_at(self, size: int) -> Floats:
        """Return the filter of each frame as a size that is done quantizes it, (f, p + 1)."""
        encoded = self.steps[size].encoded
        key = *self.swept, size
        return self.store.once("spectral filters", key, lambda: quantized_filters(encoded))


@dataclass(frozen=True, eq=False)
class FrameSeen:
    """A frame of a sound beside its envelope, and the envelope as a codebook size has it.

    Parameters
    ----------
    hertz : where levels are, shape (m,)
    power_db, own_db, quantized_db : levels of the spectrum and of both envelopes, of one gain, (m,)
    line_hertz : line spectral frequencies as they are quantized, (p,)
    distortion_db : how far the envelopes are apart
    is_heard : false of silence
    """

    hertz: Floats
    power_db: Floats
    own_db: Floats
    quantized_db: Floats
    line_hertz: Floats
    distortion_db: float
    is_heard: bool


def frame_seen(study: SpectralStudy, size: int, place: int) -> FrameSeen:
    """Return what a frame looks like at a size that is done."""
    spectra, some = study.spectra, slice(place, place + 1)
    own, quantized = spectra.filters[some], study.filters_at(size)[some]
    [frame] = framed(study.sound)[some] * np.hamming(spectra.frame)
    gain_db = 10 * np.log10(np.square(np.convolve(frame, own[0])).sum() + FAINT)
    power = np.square(np.abs(np.fft.rfft(frame, max(2 * POINTS, len(frame)))))
    wide = np.linspace(0, 1, POINTS + 1), np.linspace(0, 1, len(power))
    decoded = study.steps[size].encoded.decode()[some].astype(np.float64)
    return FrameSeen(
        wide[0] * study.sound.rate / 2,
        np.interp(*wide, 10 * np.log10(power + FAINT)),
        envelopes_db(own)[0] + gain_db,
        envelopes_db(quantized)[0] + gain_db,
        in_order(decoded)[0] * study.sound.rate / (2 * np.pi),
        float(spectral_distortions_db(own, quantized)[0]),
        bool(spectra.is_heard[place]),
    )


def loudest_frame(study: SpectralStudy) -> int:
    return int(np.square(framed(study.sound)).sum(axis=1).argmax())


def relatives(study: SpectralStudy) -> list[SpectralStudy]:
    """Return studies of the same spectra: at the other distance, and of each other family.

    Families have their default options.
    """
    own = study.settings
    others = [
        SpectralSettings(own.rate, family, weighted=own.weighted, seed=own.seed)
        for family in SPECTRAL_FAMILIES
        if family != own.family
    ]
    every = [replace(own, weighted=not own.weighted), *others]
    return [replace(study, settings=settings) for settings in every]
