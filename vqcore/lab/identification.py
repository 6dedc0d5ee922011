"""Whose voice it is: a codebook of spectra for each speaker, and a test goes to the nearest.

Soong, Rosenberg, Rabiner & Juang 1985, doi:10.1109/ICASSP.1985.1168412.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np

from vqcore.arrays import Sketch
from vqcore.codebooks.training import Trained, train
from vqcore.quantizers.ofpoints import PointQuantizer, encode_work, largest_size
from vqcore.refusals import SoundError
from vqcore.signals.sounds import Sound
from vqcore.signals.spectra import spectra_of
from vqcore.work import Work, finish

SIZE = 16


@dataclass(frozen=True)
class Identified:
    """How far a sound is from each speaker, by name: squared radians a frame, mean over frames."""

    name: str
    distortions: Mapping[str, float]

    @property
    def nearest(self) -> str:
        return min(self.distortions, key=self.distortions.__getitem__)


def voice_of(sounds: Sequence[Sound], size: int = SIZE, *, seed: int = 0) -> PointQuantizer:
    """Train a codebook on the spectra of a speaker.

    Parameters
    ----------
    sounds : of one rate
    size : K; where there are not as many distinct spectra, their number
    seed : of the training
    """
    spectra = np.concatenate([_spectra(sound) for sound in sounds])
    possible = largest_size(spectra, "plain", {}, size)
    [trained] = (it for it in train(spectra, [possible], seed=seed) if isinstance(it, Trained))
    return PointQuantizer("plain", ("codeword",), (trained.codebook.codewords,))


def identify(sound: Sound, voices: Mapping[str, PointQuantizer]) -> Identified:
    """Measure how far a sound is from each voice."""
    spectra = _spectra(sound)
    found = {name: finish(_distortion_work(spectra, voice)) for name, voice in voices.items()}
    return Identified(sound.name, found)


def _spectra(sound: Sound) -> Sketch:
    """Return spectra as points; SoundError where there are none."""
    spectra = spectra_of(sound)
    if not len(spectra):
        raise SoundError(f"{sound.name}: All of its frames are silent.")
    return spectra.astype(np.float32)


def _distortion_work(spectra: Sketch, voice: PointQuantizer) -> Work[float]:
    indices = yield from encode_work(voice, spectra)
    errors = np.subtract(spectra, voice.decode(indices), dtype=np.float64)
    return float(np.square(errors).sum(axis=1).mean())
