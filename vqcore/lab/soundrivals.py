"""Other codecs of sounds, as libsndfile brings them: what their files take, and how near they come.

Those that keep the waveform can be compared by its SNR; the others are made for ears and cannot.
"""

from __future__ import annotations

import io
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Literal, NamedTuple, get_args

import numpy as np

from vqcore.lab.soundfigures import Likeness, likeness_work
from vqcore.signals.sounds import Pulses, Sound
from vqcore.work import Work

SoundCodec = Literal["g711", "g721", "g723", "gsm", "opus", "vorbis", "mp3"]

SOUND_CODECS: tuple[SoundCodec, ...] = get_args(SoundCodec)


class Storing(NamedTuple):
    """How libsndfile is asked for a codec.

    Parameters
    ----------
    kind, subtype : of the file
    levels : from 0, the best, to 1, the shortest; none where there is but one
    keeps_waveform
    """

    kind: str
    subtype: str
    levels: tuple[float, ...] = ()
    keeps_waveform: bool = True


RIVALS: Mapping[SoundCodec, Storing] = {
    "g711": Storing("WAV", "ULAW"),
    "g721": Storing("AU", "G721_32"),
    "g723": Storing("AU", "G723_24"),
    "gsm": Storing("WAV", "GSM610", keeps_waveform=False),
    "opus": Storing("OGG", "OPUS", (0.9, 0.94, 0.97, 1.0), False),
    "vorbis": Storing("OGG", "VORBIS", (0.25, 0.5, 0.75, 1.0), False),
    "mp3": Storing("MP3", "MPEG_LAYER_III", (0.25, 0.5, 0.75), False),
}
"""μ-law, ADPCM of 4 bits and of 3, GSM 06.10 full rate, and three of music and speech."""


@dataclass(frozen=True)
class SoundRival(Likeness):
    """What a codec's file takes at a level, and how near it comes.

    Parameters
    ----------
    level : from 0 to 1, or None
    file_bytes, file_kbps : of the whole file; 1000 bits a second
    """

    level: float | None = None
    file_bytes: int = 0
    file_kbps: float = 0.0


def rivals_work(sound: Sound, codec: SoundCodec) -> Work[list[SoundRival]]:
    """Store a sound by a codec at all its levels, and compare what comes back, with pauses.

    Codecs that the libsndfile installed does not have, or not at this rate, give nothing.
    """
    found = []
    for level in RIVALS[codec].levels or (None,):
        try:
            file = stored(sound, codec, level)
            decoded = _read_back(file, len(sound.samples))
        except Exception:  # soundfile raises many kinds for what it was built without
            return []
        yield
        likeness = yield from likeness_work(sound.samples, decoded, sound.rate)
        kbps = len(file) / sound.seconds / 125
        found.append(
            SoundRival(**vars(likeness), level=level, file_bytes=len(file), file_kbps=kbps)
        )
    return found


def stored(sound: Sound, codec: SoundCodec, level: float | None) -> bytes:
    """Return a sound as a file of a codec."""
    import soundfile

    how, file = RIVALS[codec], io.BytesIO()
    more = {} if level is None else {"compression_level": level}
    soundfile.write(file, sound.samples, sound.rate, format=how.kind, subtype=how.subtype, **more)
    return file.getvalue()


def _read_back(file: bytes, length: int) -> Pulses:
    """Return the samples of a file, as many as there were."""
    import soundfile

    samples, _ = soundfile.read(io.BytesIO(file), dtype="int16")
    whole = np.zeros(length, np.int16)
    whole[: len(samples)] = samples[:length]
    return whole
