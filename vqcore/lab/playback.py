"""A training, replayed: the picture after each iteration, as far as it got better."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import Protocol, TypeVar

import numpy as np

from vqcore import metrics
from vqcore.coding.codec import Encoded, Settings, encode_work
from vqcore.quantizers.family import FAMILIES
from vqcore.quantizers.quantizer import Quantizer
from vqcore.quantizers.replay import Again, Seen, Stage
from vqcore.signals.blocks import Cut
from vqcore.work import Work

MAX_FRAMES = 20
MAX_BYTES = 3 * 2**26  # streamlit refuses a message of more than 200 MB


class Distorted(Protocol):
    """What a step had come to, of its stage."""

    @property
    def stage(self) -> str: ...
    @property
    def distortion(self) -> float: ...


AnyFrame = TypeVar("AnyFrame", bound=Distorted)


@dataclass(frozen=True, eq=False)
class Frame:
    """What an iteration had made of the picture.

    Parameters
    ----------
    stage : as in `Seen`
    iteration : its number within the training of this size, from 1; 0 for what it starts from
    encoded : with the quantizer as it would be stored
    distortion : float
        Of the blocks, which is what iterations lower: squared error per sample of all vectors,
        edges repeated to fill a block included, and in YCbCr of Y, Cb and Cr.
    mse : float
        Of the picture shown, as everywhere; in the last frame it is that of the finished codebook.
    """

    stage: Stage
    iteration: int
    encoded: Encoded
    distortion: float
    mse: float

    @property
    def psnr_db(self) -> float:
        return metrics.psnr_db(self.mse)

    @cached_property
    def bytes(self) -> int:
        """Return about how many bytes it has, here and on the page."""
        layout, tuples = self.encoded.layout, self.encoded.lookup().tuples
        wide, high = layout.block_size
        tile = wide * high * layout.channels
        return self.encoded.indices.nbytes + 4 * layout.count + len(tuples) * tile + tuples.nbytes


def frames_work(
    cut: Cut, settings: Settings, size: int, *, known: Mapping[int, Quantizer]
) -> Work[list[Frame]]:
    """Train a size again and return its frames, the last of them as trained; none of some families.

    A round of a ladder's search that did not lower the distortion is left out; so is one that the
    first iteration on all vectors does not better. Of many frames the early ones are kept, when
    most happens, and every so many of the others; of a large picture fewer, of `MAX_BYTES` as
    the last of them has.

    Parameters
    ----------
    cut : the picture
    settings
    size : K, 2 at least
    known : quantizers of this training made before, by size
    """
    frames = list[Frame]()
    family, parameters, seed = FAMILIES[settings.family], settings.parameters, settings.seed
    for seen in family.replay(Again(cut.layout, cut.vectors, size, parameters, seed, known)):
        if isinstance(seen, Seen):
            frames.append((yield from _frame(seen, len(frames), cut, settings.beam)))
        yield
    return thinned(bettering(frames), _most_frames(frames))


def _frame(seen: Seen, iteration: int, cut: Cut, beam: int) -> Work[Frame]:
    encoded = yield from encode_work(cut.layout, cut.vectors, seen.quantizer, beam)
    distortion = metrics.mse(cut.vectors, seen.quantizer.decode(encoded.indices))
    mse = metrics.mse(cut.pixels, encoded.decode())
    return Frame(seen.stage, iteration, encoded, distortion, mse)


def bettering(frames: Sequence[AnyFrame]) -> list[AnyFrame]:
    """Keep all, but of a ladder's search only what leads down to its finish."""
    finish = [frame.distortion for frame in frames if frame.stage == "finish"]
    kept = [*frames[:1]]
    for frame in frames[1:]:
        if frame.stage != "search" or finish[0] <= frame.distortion < kept[-1].distortion:
            kept.append(frame)
    return kept


def _most_frames(frames: Sequence[Frame]) -> int:
    """Return how many frames a replay has at most: of large pictures fewer, but its two ends."""
    return max(2, min(MAX_FRAMES, MAX_BYTES // frames[-1].bytes)) if frames else 0


def thinned(frames: list[AnyFrame], most: int = MAX_FRAMES) -> list[AnyFrame]:
    """Return so many frames, the early ones and every so many of the others."""
    if len(frames) <= most:
        return frames
    early = most // 2
    late = np.linspace(len(frames) - 1, early, most - early).round()
    return frames[:early] + [frames[int(at)] for at in late[::-1]]
