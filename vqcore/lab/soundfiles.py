"""A sound's .vq file looked at by itself, or beside the recording it was made from."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from hashlib import sha256

import numpy as np

from vqcore.coding.soundcodec import EncodedSound
from vqcore.coding.soundcontainer import parse_sound
from vqcore.lab.soundsweeps import SoundCost, SoundFigures, cost_of, figures_work
from vqcore.lab.store import Question
from vqcore.lab.vqfiles import nearest_of
from vqcore.signals.frames import scaled
from vqcore.signals.sounds import Pulses, Recording, Sound, length_at, sound_of
from vqcore.work import Work

LOUDNESS_STEPS = 1.0
"""How far the gains of a sound's frames may be from those in a file, in the mean, to be its own."""


@dataclass(frozen=True, eq=False)
class SoundFile:
    """An opened .vq file of a sound.

    Parameters
    ----------
    encoded : what it decodes to
    digest : SHA-256 of its bytes, to know it by
    size : how many bytes it has
    """

    encoded: EncodedSound
    digest: str
    size: int

    @property
    def cost(self) -> SoundCost:
        return cost_of(self.encoded, self.size)


def open_sound_file(data: bytes) -> SoundFile:
    """Decode the bytes of a .vq, as `parse_sound` does."""
    return SoundFile(parse_sound(data), sha256(data).hexdigest(), len(data))


def nearest_sound_work(
    encoded: EncodedSound, recordings: Mapping[str, Recording]
) -> Work[str | None]:
    """Find the recording that an encoded sound was made from, as far as can be told.

    Parameters
    ----------
    encoded
    recordings : by name; only those count that are as long at its rate, and as loud from frame to
        frame: of two recordings of one length, one is not the other's original

    Returns
    -------
    name : of the one with the least squared error, the first of several; None if there is none
    """
    layout, fitting = encoded.layout, dict[str, Sound]()
    for name, recording in recordings.items():
        if length_at(recording, layout.rate) == layout.samples:
            sound = sound_of(recording, layout.rate)
            if _is_as_loud(sound, encoded):
                fitting[name] = sound
            yield
    return (yield from nearest_of(fitting, encoded.decode, _squared_error))


def _squared_error(sound: Sound, decoded: Pulses) -> float:
    return float(np.square(np.subtract(sound.samples, decoded, dtype=np.float64)).mean())


def _is_as_loud(sound: Sound, encoded: EncodedSound) -> bool:
    gains, _ = scaled(sound, encoded.layout)
    apart = np.abs(gains.astype(np.int16) - encoded.gains)
    return bool(apart.mean() <= LOUDNESS_STEPS)


def original_of(file: SoundFile, recordings: Mapping[str, Recording]) -> Question:
    """Ask for the name of the recording that a file was made from, or None."""
    key = file.digest, *((name, it.digest) for name, it in recordings.items())

    def work() -> Work[str | None]:
        return nearest_sound_work(file.encoded, recordings)

    return Question("sound's original", key, work, "originating")


def figures_of(file: SoundFile, original: Sound) -> Question:
    """Ask for the figures of a file beside its original."""

    def work() -> Work[SoundFigures]:
        return figures_work(original, file.encoded, file.size)

    return Question("sound file", (file.digest, original.digest), work, "comparing")
