"""Sounds as vectors: frames of 20 ms, each at a gain of its own, cut into runs of samples."""

from __future__ import annotations

import math
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Literal, TypeVar, get_args

import numpy as np
from numpy.typing import NDArray

from vqcore.arrays import Floats, Indices, Reals, Samples
from vqcore.signals.layouts import Edge, Places
from vqcore.signals.sounds import Pulses, Rate, Sound

Dimension = Literal[1, 2, 4, 8, 16]
Scalar = TypeVar("Scalar", bound=np.generic)

DIMENSIONS: tuple[Dimension, ...] = get_args(Dimension)
FRAMES_A_SECOND = 50
AUDIBLE = 2.0
"""RMS of 16-bit samples to which a frame is silence, and counts in no mean over frames."""
AT_ONCE = 1024
GAINS = 32
MIDDLE, UNIT = 128, 28
"""What the RMS of a frame becomes: 4.5 times it is the most that 8 bits hold."""
LANES = 256
STEP_SCALE = 400
LEVELS: Floats = np.sqrt(2.0) ** np.arange(GAINS)
"""The RMS that each gain stands for, 3 dB apart: 1 … 46 341, of samples of 16 bits."""


@dataclass(frozen=True)
class FrameLayout:
    """How a sound of n samples is cut into frames, and these into vectors of d samples each.

    The last frame is filled with silence. Vectors lie in lanes, one after the other, so that one of
    every lane can be coded at once; each meets the one before it in its lane.

    Parameters
    ----------
    samples : n
    rate : samples a second
    dimension : d

    Examples
    --------
    >>> layout = FrameLayout(samples=56_810, rate=8000, dimension=4)
    >>> layout.frame, layout.frames, layout.count
    (160, 356, 14240)
    """

    samples: int
    rate: Rate
    dimension: Dimension

    @property
    def frame(self) -> int:
        """Return the samples of a frame."""
        return self.rate // FRAMES_A_SECOND

    @property
    def frames(self) -> int:
        return -(-self.samples // self.frame)

    @property
    def count(self) -> int:
        """Return the number of vectors."""
        return self.frames * self.frame // self.dimension

    @property
    def raw_bytes(self) -> int:
        """Return the bytes of the sound as 16-bit PCM."""
        return 2 * self.samples

    @property
    def seconds(self) -> float:
        return self.samples / self.rate

    @property
    def components(self) -> tuple[Places, ...]:
        """Return the samples of the one component there is: all."""
        return (np.arange(self.dimension),)

    @property
    def step_scale(self) -> int:
        """Return the squared step from vector to vector that is nothing unusual."""
        return STEP_SCALE

    @property
    def lane(self) -> int:
        """Return the vectors of a lane."""
        lanes = min(LANES, math.isqrt(self.count))
        return -(-self.count // lanes)

    def split(self, samples: Samples) -> Samples:
        """Cut scaled samples, uint8 of shape (frames · frame,), into vectors, (n, d)."""
        return samples.reshape(-1, self.dimension)

    def join(self, vectors: Samples, places: Indices | None = None) -> Samples:
        """Rebuild scaled samples from vectors; or from a few, and which of them each is."""
        found = vectors if places is None else vectors[places]
        return found.reshape(-1)

    def waves(self) -> Iterator[Places]:
        """Yield all vectors once: the first of each lane, then the second, and so on."""
        starts = np.arange(0, self.count, self.lane)
        for step in range(self.lane):
            wave = starts + step
            yield wave[wave < self.count]

    def edges(self, vectors: Reals) -> tuple[Edge, ...]:
        """Return where vectors, (m, d), meet: at the first sample, which is expected twice.

        Once to be the last of the vector before, and once to go on as that one ended.
        """
        last = vectors[:, -1:]
        before = vectors[:, -2:-1] if self.dimension > 1 else last
        return (Edge(vectors[:, [0, 0]], np.hstack([last, 2 * last - before])),)

    def neighbours(self, vectors: Places) -> Places:
        """Return the vector before each of m in its lane, (1, m); −1 if there is none."""
        return np.where(vectors % self.lane > 0, vectors - 1, -1)[None]

    def planes(self, vectors: NDArray[Scalar]) -> list[NDArray[Scalar]]:
        """Return vectors, (m, d), as rows of one component, (m, 1, d)."""
        return [vectors[:, None, :]]

    def vectors(self, planes: list[Samples]) -> Samples:
        """Put planes together again: the inverse of `planes`."""
        return planes[0][:, 0, :]


def layout_of(sound: Sound, dimension: Dimension) -> FrameLayout:
    """Return how a sound is cut into vectors of d samples."""
    return FrameLayout(len(sound.samples), sound.rate, dimension)


def scaled(sound: Sound, layout: FrameLayout) -> tuple[Samples, Samples]:
    """Return the gain of each frame, and the samples at it.

    Returns
    -------
    gains : uint8 array of shape (frames,), from 0 to 31
        The one whose RMS is nearest to the frame's, in dB; of silence 0.
    samples : uint8 array of shape (frames · frame,)
        x · 28 / RMS + 128, rounded and cut off at 0 and 255.
    """
    frames = np.zeros((layout.frames, layout.frame), np.int16)
    frames.ravel()[: layout.samples] = sound.samples
    parts = [_scaled(frames[at : at + AT_ONCE]) for at in range(0, layout.frames, AT_ONCE)]
    gains, samples = zip(*parts, strict=True)
    return np.concatenate(gains), np.concatenate(samples).ravel()


def _scaled(frames: NDArray[np.int16]) -> tuple[Samples, Samples]:
    """Return the gain of each of some frames, (f, frame), and its samples at it, of that shape."""
    power = np.square(frames.astype(np.float64)).mean(axis=1)
    gains = np.rint(np.log2(np.maximum(power, 1))).clip(0, GAINS - 1).astype(np.uint8)
    away = frames * (UNIT / LEVELS[gains])[:, None]
    return gains, np.floor(away + MIDDLE + 0.5).clip(0, 255).astype(np.uint8)


def unscaled(gains: Samples, samples: Samples, layout: FrameLayout) -> Pulses:
    """Return the sound that scaled samples stand for, int16 of shape (n,).

    Each is (s − 128) · RMS / 28, rounded, halves up, and cut off at 16 bits; the same everywhere.
    """
    frames = heard_table()[gains[:, None], samples.reshape(layout.frames, -1)]
    return frames.ravel()[: layout.samples]


def heard_table() -> Pulses:
    """Return what each gain and each scaled sample stand for, int16 of shape (32, 256)."""
    away = np.arange(256)[None] - float(MIDDLE)
    heard = np.floor(away * LEVELS[:, None] / UNIT + 0.5)
    table: Pulses = heard.clip(-(2**15), 2**15 - 1).astype(np.int16)
    return table
