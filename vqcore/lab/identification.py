"""Whose voice it is: a codebook of spectra for each speaker, and a test goes to the nearest.

Soong, Rosenberg, Rabiner & Juang 1985, doi:10.1109/ICASSP.1985.1168412.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np

from vqcore.arrays import Sketch
from vqcore.codebooks.training import Trained, train
from vqcore.lab.store import first_of
from vqcore.quantizers.ofpoints import PointQuantizer, encode_work, largest_size
from vqcore.refusals import SoundError
from vqcore.signals.sounds import Sound
from vqcore.signals.spectra import ORDERS, heard_frames, line_frequencies, predictors
from vqcore.work import Work, finish

SIZE = 16
AT_ONCE = 256


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
    return finish(voice_work([_spectra(sound) for sound in sounds], size, seed))


def identify(sound: Sound, voices: Mapping[str, PointQuantizer]) -> Identified:
    """Measure how far a sound is from each voice."""
    spectra = _spectra(sound)
    found = {name: finish(distortion_work(spectra, voice)) for name, voice in voices.items()}
    return Identified(sound.name, found)


def spectra_work(sound: Sound) -> Work[Sketch]:
    """Find the spectra of a sound as points, shape (f, p), with pauses; f is 0 of silence."""
    frames, order = heard_frames(sound), ORDERS[sound.rate]
    found = [np.zeros((0, order), np.float32)]
    for start in range(0, len(frames), AT_ONCE):
        some = line_frequencies(predictors(frames[start : start + AT_ONCE], order))
        found.append(some.astype(np.float32))
        yield
    return np.concatenate(found)


def voice_work(spectra: Sequence[Sketch], size: int, seed: int) -> Work[PointQuantizer]:
    """Do the work of `voice_of` with the spectra of its sounds, with pauses."""
    every = np.concatenate(spectra)
    possible = largest_size(every, "plain", {}, size)
    events = train(every, [possible], seed=seed)
    trained = yield from first_of(events, lambda event: isinstance(event, Trained))
    return PointQuantizer("plain", ("codeword",), (trained.codebook.codewords,))


def distortion_work(spectra: Sketch, voice: PointQuantizer) -> Work[float]:
    """Measure how far spectra, shape (f, p), are from a voice, with pauses."""
    indices = yield from encode_work(voice, spectra)
    errors = np.subtract(spectra, voice.decode(indices), dtype=np.float64)
    return float(np.square(errors).sum(axis=1).mean())


def _spectra(sound: Sound) -> Sketch:
    """Return the spectra of a sound; SoundError where there are none."""
    spectra = finish(spectra_work(sound))
    if not len(spectra):
        raise SoundError(f"{sound.name}: All of its frames are silent.")
    return spectra
