"""Bytes -> Recording, as a file has it, -> Sound, as it is quantized: 16 bits, one channel.

Files are read by libsndfile; M4A by FFmpeg, where the package av is installed.
"""

from __future__ import annotations

import hashlib
import io
import math
import re
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import Any, Literal, NamedTuple, get_args

import numpy as np
from numpy.typing import NDArray

from vqcore.arrays import Reals
from vqcore.refusals import SoundError
from vqcore.words import Said, said

Rate = Literal[8000, 16000]
Pulses = NDArray[np.int16]
"""Samples of a sound, one after the other."""

RATES: tuple[Rate, ...] = get_args(Rate)
SAMPLES = "sentence", "melody"
SUFFIXES = (
    *(".wav", ".flac", ".ogg", ".oga", ".opus", ".mp3"),
    *(".aif", ".aiff", ".caf", ".au", ".snd"),
)
SUFFIXES_OF_AV = (".m4a", ".mp4", ".m4b", ".m4p", ".aac")
SUFFIXES_WRITTEN = (".wav", ".flac")
MAX_BYTES = 40_000_000
MAX_SECONDS = 600
MAX_CHANNELS = 32
MAX_RATE = 384_000
MIN_SECONDS = 0.02
PRIMING_SECONDS = 0.25
"""What encoders put before an M4A's samples, at most; decoders may leave it out."""
LARGEST = 32767

_FOLDER = Path(__file__).parent / "samples"
_AT_ONCE = 2**12
_MARKS = (b"RIFF", b"fLaC", b"OggS", b"ID3", b"FORM", b"caff", b".snd", b"RF64")
_DECLARED = re.compile(r"(\d+) \(should be (\d+)\)")
_STREAMED = 0x7FFFF000  # and above: what a header says that was written before its end was known
_FARTHEST = 1e6


class Heard(NamedTuple):
    """The file that a recording came from.

    Parameters
    ----------
    kind : the format: "WAV", "FLAC" …
    size : bytes
    rate : samples a second
    channels
    done : what was done to its samples to make them a sound, a few words each
    """

    kind: str
    size: int
    rate: int
    channels: int
    done: tuple[Said, ...] = ()


@dataclass(frozen=True, eq=False)
class Recording:
    """A sound as its file has it, all channels as one.

    Parameters
    ----------
    samples : float32 array of shape (n,), full scale from −1 to 1
    rate : samples a second
    name : as the user gave it
    heard : the file it came from, if any
    """

    samples: Reals
    rate: int
    name: str
    heard: Heard | None = None

    @property
    def seconds(self) -> float:
        return len(self.samples) / self.rate

    @cached_property
    def digest(self) -> str:
        """SHA-256 over the rate and the samples alone, in hexadecimal."""
        sha256 = hashlib.sha256(f"{self.rate}".encode())
        sha256.update(np.ascontiguousarray(self.samples).data)
        return sha256.hexdigest()


@dataclass(frozen=True, eq=False)
class Sound:
    """What is quantized.

    Parameters
    ----------
    samples : int16 array of shape (n,)
        Kept as a read-only view.
    rate : samples a second
    name : as the user gave it
    heard : the file it came from, if any

    Examples
    --------
    >>> Sound(np.zeros(4000, np.int16), 8000, "silence").seconds
    0.5
    """

    samples: Pulses
    rate: Rate
    name: str
    heard: Heard | None = None

    def __post_init__(self) -> None:
        samples, rate = self.samples, self.rate
        if samples.dtype != np.int16 or samples.ndim != 1 or not len(samples) or rate not in RATES:
            told = f"{samples.dtype} of shape {samples.shape} at {rate} Hz"
            raise ValueError(f"a sound is int16 of shape (n,) at 8000 or 16000 Hz, not {told}")
        view = np.ascontiguousarray(samples).view()
        view.flags.writeable = False
        object.__setattr__(self, "samples", view)

    @property
    def seconds(self) -> float:
        return len(self.samples) / self.rate

    @cached_property
    def digest(self) -> str:
        """SHA-256 over the rate and the samples alone, in hexadecimal."""
        sha256 = hashlib.sha256(f"{self.rate}".encode())
        sha256.update(self.samples.data)
        return sha256.hexdigest()


def is_sound(data: bytes, name: str) -> bool:
    """Say whether a file is one of sound: by its suffix, or how it begins.

    Examples
    --------
    >>> is_sound(b"", "a.WAV"), is_sound(b"fLaC", "a"), is_sound(b"RIFF0000WEBP", "a.webp")
    (True, True, False)
    """
    if Path(name).suffix.lower() in (*SUFFIXES, *SUFFIXES_OF_AV):
        return True
    return data.startswith(_MARKS) and data[8:12] != b"WEBP"


def read_recording(data: bytes, name: str) -> Recording:
    """Read a file of sound.

    Parameters
    ----------
    data : WAV, FLAC, Ogg Vorbis or Opus, MP3, AIFF, CAF, AU; M4A where av is installed
        At most `MAX_BYTES` bytes, `MAX_SECONDS`, `MAX_CHANNELS` and `MAX_RATE` samples a second.
    name : kept as it is

    Raises
    ------
    SoundError
        If it is none, or has nothing to hear; the message says why.
    """
    if not data:
        raise SoundError(said("refusal.sound.empty"))
    if len(data) > MAX_BYTES:
        raise SoundError(said("refusal.sound.bytes", length=len(data), limit=MAX_BYTES))
    if data[4:8] == b"ftyp" or Path(name).suffix.lower() in SUFFIXES_OF_AV:
        return _checked(*_by_av(data), name)
    return _checked(*_by_sndfile(data), name)


def sound_of(recording: Recording, rate: Rate) -> Sound:
    """Return a recording at a rate, by polyphase filtering, in 16 bits.

    Beyond full scale it is cut off.
    """
    from scipy.signal import resample_poly

    samples: Any = recording.samples.clip(-_FARTHEST, _FARTHEST)  # or filters would overflow
    if recording.rate != rate:
        common = math.gcd(rate, recording.rate)
        samples = resample_poly(samples, rate // common, recording.rate // common)
    pulses = np.rint(samples * np.float32(LARGEST + 1)).clip(-LARGEST - 1, LARGEST)
    return Sound(pulses.astype(np.int16), rate, recording.name, recording.heard)


def length_at(recording: Recording, rate: Rate) -> int:
    """Return how many samples a recording has at a rate.

    Examples
    --------
    >>> length_at(Recording(np.zeros(44_101, np.float32), 44_100, "a second"), 8000)
    8001
    """
    return -(-len(recording.samples) * rate // recording.rate)


def file_of(samples: Pulses, rate: Rate, kind: str = "WAV") -> bytes:
    """Return samples as a file of 16 bits, WAV or FLAC."""
    import soundfile

    file = io.BytesIO()
    soundfile.write(file, samples, rate, format=kind, subtype="PCM_16")
    return file.getvalue()


def sample_recording(name: str) -> Recording:
    """Return one of `SAMPLES`: a sentence read aloud, see samples/SOURCES.txt, or a melody made up.

    Raises
    ------
    SoundError
        If there is no such sample; the message lists them.
    """
    if name == "sentence":
        recording = read_recording((_FOLDER / "sentence.flac").read_bytes(), name)
        return Recording(recording.samples, recording.rate, name)
    if name == "melody":
        return Recording(_melody(), RATES[-1], name)
    raise SoundError(f"There is no sample {name!r}; there are {', '.join(SAMPLES)}.")


def _melody() -> Reals:
    """Return eight plucked notes, each four partials that fade away, the higher the faster."""
    rate, seconds = RATES[-1], 0.6
    time = np.arange(int(rate * seconds)) / rate
    semitones = np.array([0, 4, 7, 12, 9, 5, 7, 0])
    notes = 220 * 2 ** (semitones / 12)
    partials = np.arange(1, 5)
    waves = np.sin(2 * np.pi * notes[:, None, None] * partials[:, None] * time)
    fading = np.exp(-3 * partials[:, None] * time) / partials[:, None]
    onset = np.minimum(1, time / 0.005) * np.minimum(1, (seconds - time) / 0.01)
    played: Reals = (0.4 * (waves * fading).sum(axis=1) * onset).ravel().astype(np.float32)
    return played


def _checked(samples: Reals, heard: Heard, name: str) -> Recording:
    """Refuse what has nothing to hear."""
    seconds = len(samples) / heard.rate
    if seconds < MIN_SECONDS:
        raise SoundError(said("refusal.sound.short", n=len(samples), milliseconds=1000 * seconds))
    if not np.isfinite(samples).all():
        place = float(np.argmin(np.isfinite(samples))) / heard.rate
        raise SoundError(said("refusal.sound.endless", seconds=place))
    if float(np.abs(samples).max()) * LARGEST < 1:
        raise SoundError(said("refusal.sound.silent", seconds=seconds))
    return Recording(samples, heard.rate, name, heard)


def _check_extent(rate: int, channels: int, frames: int) -> None:
    if rate > MAX_RATE:
        raise SoundError(said("refusal.sound.rate", rate=rate, limit=MAX_RATE))
    if channels > MAX_CHANNELS:
        raise SoundError(said("refusal.sound.channels", n=channels, limit=MAX_CHANNELS))
    if frames > MAX_SECONDS * rate:
        seconds = frames / rate
        raise SoundError(said("refusal.sound.long", seconds=seconds, limit=MAX_SECONDS))


def _by_sndfile(data: bytes) -> tuple[Reals, Heard]:
    import soundfile

    try:
        file = soundfile.SoundFile(io.BytesIO(data))
    except Exception as error:  # soundfile raises its own kinds, and RuntimeError and TypeError
        if data.startswith(_MARKS):
            raise SoundError(said("refusal.sound.damaged")) from error
        raise SoundError(said("refusal.sound.unknown")) from error
    with file:
        rate, channels = file.samplerate, file.channels
        _check_extent(rate, channels, 0)
        samples = np.concatenate([np.zeros(0, np.float32), *_mixed(file)])
        if not len(samples):
            is_promised = file.frames > 0
            raise SoundError(
                said("refusal.sound.damaged" if is_promised else "refusal.sound.nothing")
            )
        done = [said("heard.mixed", n=channels)] if channels > 1 else []
        done += _cut_short(file, len(samples))
        return samples, Heard(file.format, len(data), rate, channels, tuple(done))


def _mixed(file: Any) -> Iterator[Reals]:
    """Yield the mean of all channels, block by block, as far as the file can be read."""
    read = 0
    # soundfile seeks after each block, after which an MP3 is not decoded on as it was
    at_once = MAX_SECONDS * file.samplerate + 1 if file.format == "MP3" else _AT_ONCE
    while True:
        try:
            block = file.read(at_once, dtype="float32", always_2d=True)
        except Exception:  # the rest is damaged: what came before is heard
            return
        if not len(block):
            return
        read += len(block)
        _check_extent(file.samplerate, file.channels, read)
        yield block.mean(axis=1, dtype=np.float32)


def _cut_short(file: Any, read: int) -> list[Said]:
    """Say how much of what the header promises is there, if that is not all of it."""
    expected = float(file.frames)
    for declared, there in _DECLARED.findall(file.extra_info):
        if int(there) < int(declared) < _STREAMED:
            expected = max(expected, read * int(declared) / max(1, int(there)))
    return _shorter(read / file.samplerate, expected / file.samplerate)


def _shorter(seconds: float, expected: float, about: float = MIN_SECONDS) -> list[Said]:
    """Say how much is there, if that is not all; an MP3 tells its length about."""
    if seconds >= expected - about:
        return []
    return [said("heard.cut", seconds=seconds, expected=expected)]


def _by_av(data: bytes) -> tuple[Reals, Heard]:
    try:
        import av
    except ImportError:
        raise SoundError(said("refusal.sound.needs-av")) from None
    try:
        with av.open(io.BytesIO(data), mode="r") as container:
            stream: Any = container.streams.audio[0]
            rate, channels = stream.rate, stream.channels
            expected = float((stream.duration or 0) * stream.time_base)
            _check_extent(rate, channels, 0)
            blocks = list(_decoded(container, stream))
    except SoundError:
        raise
    except Exception as error:  # FFmpeg raises many kinds
        raise _not_decoded(data) from error
    if not blocks:
        raise _not_decoded(data)
    samples = np.concatenate(blocks)
    done = [said("heard.mixed", n=channels)] if channels > 1 else []
    done += _shorter(len(samples) / rate, expected, PRIMING_SECONDS)
    return samples, Heard("M4A", len(data), rate, channels, tuple(done))


def _not_decoded(data: bytes) -> SoundError:
    is_locked = b"drms" in data or b"enca" in data
    return SoundError(said("refusal.sound.locked" if is_locked else "refusal.sound.damaged"))


def _decoded(container: Any, stream: Any) -> Iterator[Reals]:
    """Yield the mean of all channels, block by block, as far as FFmpeg can decode it."""
    import av

    read, resampler = 0, av.AudioResampler("fltp", rate=stream.rate)
    try:
        for frame in container.decode(stream):
            for block in resampler.resample(frame):
                read += block.samples
                _check_extent(stream.rate, stream.channels, read)
                yield block.to_ndarray().mean(axis=0, dtype=np.float32)
    except av.FFmpegError:  # the rest is damaged: what came before is heard
        return
