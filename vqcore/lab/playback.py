"""A rung of the ladder, replayed: the picture after each iteration, as far as it got better."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Literal

import numpy as np

from vqcore import metrics
from vqcore.arrays import Samples
from vqcore.codebooks.codebook import Codebook, rounded
from vqcore.codebooks.ladder import Look, watch
from vqcore.codebooks.training import Trained, train
from vqcore.coding.codec import Encoded, encode_work
from vqcore.quantizers.plain import quantizer_of
from vqcore.signals.blocks import Cut
from vqcore.work import Work

MAX_FRAMES = 20
EARLY_FRAMES = 10


@dataclass(frozen=True, eq=False)
class Frame:
    """What an iteration had made of the picture.

    Parameters
    ----------
    stage : "below", the codebook that the rung starts from, "search" or "finish"
    iteration : its number within the rung, from 1; 0 for the codebook below
    encoded : with the codewords rounded to 8 bits, as they would be stored
    distortion : float
        Of the blocks, which is what iterations lower: squared error per sample of all vectors,
        edges repeated to fill a block included, and in YCbCr of Y, Cb and Cr.
    mse : float
        Of the picture shown, as everywhere; in the last frame it is that of the finished codebook.
    """

    stage: Literal["below", "search", "finish"]
    iteration: int
    encoded: Encoded
    distortion: float
    mse: float

    @property
    def psnr_db(self) -> float:
        return metrics.psnr_db(self.mse)


def frames_work(
    cut: Cut, size: int, *, known: Mapping[int, Codebook], seed: int = 0
) -> Work[list[Frame]]:
    """Train a rung again and return its frames, the last of them as trained.

    A round of the search that did not lower the distortion is left out; so is one that the first
    iteration on all vectors does not better. Of many frames the early ones are kept, when most
    happens, and every so many of the others.

    Parameters
    ----------
    cut : the picture
    size : codebook size, 2 at least
    known : codebooks of this ladder trained before, by size
    seed : that of the training
    """
    below = yield from _below(cut.vectors, size, known, seed)
    frames = [(yield from _frame("below", 0, cut, below))]
    training, iteration = watch(cut.vectors, size, below, seed=seed), 0
    while True:
        try:
            seen = next(training)
        except StopIteration:
            break
        if isinstance(seen, Look):
            iteration += 1
            codebook = rounded((yield from seen.codewords()))
            frames.append((yield from _frame(seen.stage, iteration, cut, codebook)))
        yield
    return _thinned(_bettering(frames))


def _below(vectors: Samples, size: int, known: Mapping[int, Codebook], seed: int) -> Work[Codebook]:
    """Return the codebook that a rung starts from: that of the next lower power of two."""
    power = 2 ** ((size - 1).bit_length() - 1)
    for event in train(vectors, [power], seed=seed, known=known):
        if isinstance(event, Trained):
            return event.codebook
        yield
    raise AssertionError("the ladder ended before its last rung")


def _frame(
    stage: Literal["below", "search", "finish"], iteration: int, cut: Cut, codebook: Codebook
) -> Work[Frame]:
    encoded = yield from encode_work(cut.layout, cut.vectors, quantizer_of(codebook))
    distortion = metrics.mse(cut.vectors, codebook.codewords[encoded.indices[:, 0]])
    return Frame(stage, iteration, encoded, distortion, metrics.mse(cut.pixels, encoded.decode()))


def _bettering(frames: Sequence[Frame]) -> list[Frame]:
    """Keep all of the finish, and of the search what leads down to it."""
    finish = [frame for frame in frames if frame.stage == "finish"]
    kept = [frames[0]]
    for frame in frames[1:]:
        last, least = kept[-1].distortion, finish[0].distortion
        if frame.stage == "search" and least <= frame.distortion < last:
            kept.append(frame)
    return kept + finish


def _thinned(frames: list[Frame]) -> list[Frame]:
    if len(frames) <= MAX_FRAMES:
        return frames
    late = np.linspace(EARLY_FRAMES, len(frames) - 1, MAX_FRAMES - EARLY_FRAMES).round()
    return frames[:EARLY_FRAMES] + [frames[int(at)] for at in late]
