"""A sound, many codebook sizes -> what each costs, and how near it comes."""

from __future__ import annotations

from collections.abc import Generator, Iterable, Mapping, Sequence
from dataclasses import dataclass, replace

from vqcore import metrics
from vqcore.arrays import Samples
from vqcore.codebooks.training import Progress, reported, seldom
from vqcore.coding.soundcodec import (
    CutSound,
    EncodedSound,
    SoundSettings,
    cut_sound,
    encode_sound_work,
)
from vqcore.coding.soundcontainer import pack_sound_work
from vqcore.lab.finished import FinishedSize
from vqcore.lab.soundfigures import Likeness, likeness_work
from vqcore.lab.sweeps import checked_sizes
from vqcore.quantizers.family import FAMILIES
from vqcore.quantizers.quantizer import Quantizer, TrainedQuantizer
from vqcore.signals.blocks import distinct_vectors
from vqcore.signals.frames import FrameLayout
from vqcore.signals.sounds import Sound
from vqcore.work import Work

GAIN_BITS = 5


@dataclass(frozen=True)
class SoundCost:
    """What the file of a sound takes; `kbps` are 1000 bits a second.

    The nominal figures are of the indices, Σ log2 K_j bits a vector, and of gains of 5 bits a
    frame; the entropy is that of the indices alone. The ratio is against 16-bit PCM at the rate.
    """

    codebook_size: int
    used_codewords: int
    nominal_bytes: float
    nominal_kbps: float
    entropy_bytes: float
    codebook_bytes: int
    file_bytes: int
    file_kbps: float
    file_ratio: float


@dataclass(frozen=True)
class SoundFigures(SoundCost, Likeness):
    """What one codebook size costs and gives."""

    train_seconds: float = 0
    encode_seconds: float = 0


class SoundStep(FinishedSize[SoundFigures, EncodedSound, TrainedQuantizer]):
    """A finished codebook size of a sound."""


@dataclass(frozen=True, eq=False)
class SweptSound:
    """The figures of a sound, ascending in codebook size.

    `limit` is the largest size there can be, if a larger one was asked for.
    """

    sound: Sound
    settings: SoundSettings
    figures: tuple[SoundFigures, ...]
    limit: int | None = None


def possible_sizes(cut: CutSound, settings: SoundSettings, sizes: Iterable[int]) -> list[int]:
    """Return the sizes that there are enough distinct vectors for, ascending.

    Those above become the most there are. With a start given, it is that of the codewords.
    """
    if settings.given:
        return [len(settings.given)]
    return possible_among(cut.layout, cut.vectors, settings, sizes)


def possible_among(
    layout: FrameLayout, vectors: Samples, settings: SoundSettings, sizes: Iterable[int]
) -> list[int]:
    """Do as `possible_sizes` with vectors of any number of sounds, without a start given."""
    wanted, family = checked_sizes(sizes), FAMILIES[settings.family]
    found_among = family.trained_on(layout, vectors, settings.parameters)
    distinct = distinct_vectors(found_among, wanted[-1])
    most = wanted[-1] if distinct is None else len(distinct)
    return sorted({min(size, most) for size in wanted})


def sweep_sound(
    sound: Sound, settings: SoundSettings, sizes: Iterable[int]
) -> Generator[Progress | SoundStep]:
    """Train, encode and measure each size; signs of life between.

    Parameters
    ----------
    sound : at the rate of the settings
    settings
    sizes : those the sound does not allow become the most it does
    """
    if sound.rate != settings.rate:
        raise ValueError(f"the sound is at {sound.rate} Hz, the settings at {settings.rate}")
    cut = cut_sound(sound, settings.dimension)
    return sweep_cut_sound(cut, settings, possible_sizes(cut, settings, sizes))


def sweep_cut_sound(
    cut: CutSound,
    settings: SoundSettings,
    sizes: Sequence[int],
    known: Mapping[int, Quantizer] | None = None,
) -> Generator[Progress | SoundStep]:
    """Do as `sweep_sound` with a sound that is cut already, for sizes that are possible.

    `known` are quantizers of these settings trained before, by size; the climb goes on from them.
    """
    return seldom(_steps(cut, settings, sizes, known or {}))


def _steps(
    cut: CutSound, settings: SoundSettings, sizes: Sequence[int], known: Mapping[int, Quantizer]
) -> Generator[Progress | SoundStep]:
    events = FAMILIES[settings.family].train(
        cut.layout, cut.vectors, sizes, settings.parameters, seed=settings.seed, known=known
    )
    for event in events:
        if isinstance(event, Progress):
            yield event
        else:
            yield (yield from _measured(cut, event, settings.beam))


def _measured(
    cut: CutSound, trained: TrainedQuantizer, beam: int
) -> Generator[Progress, None, SoundStep]:
    size = trained.codebook_size
    encoding = encode_sound_work(cut, trained.quantizer, beam)
    encoded, seconds = yield from reported(encoding, size)
    file, _ = yield from reported(pack_sound_work(encoded), size)
    likeness = likeness_work(cut.sound.samples, encoded.decode(), cut.sound.rate)
    found, _ = yield from reported(likeness, size)
    cost = cost_of(encoded, len(file))
    figures = SoundFigures(**vars(cost), **vars(found))
    figures = replace(figures, train_seconds=trained.seconds, encode_seconds=seconds)
    return SoundStep(figures, encoded, file, trained)


def cost_of(encoded: EncodedSound, file_bytes: int) -> SoundCost:
    """Measure the size of an encoded sound whose file has so many bytes."""
    layout, quantizer = encoded.layout, encoded.quantizer
    nominal = quantizer.nominal_bytes(encoded.indices) + layout.frames * GAIN_BITS / 8
    return SoundCost(
        codebook_size=quantizer.codebook_size,
        used_codewords=quantizer.used_codewords(encoded.indices),
        nominal_bytes=nominal,
        nominal_kbps=nominal / layout.seconds / 125,
        entropy_bytes=metrics.entropy_bytes(*encoded.use),
        codebook_bytes=quantizer.codebook_bytes,
        file_bytes=file_bytes,
        file_kbps=file_bytes / layout.seconds / 125,
        file_ratio=metrics.compression_ratio(layout.raw_bytes, file_bytes),
    )


def figures_work(sound: Sound, encoded: EncodedSound, file_bytes: int) -> Work[SoundFigures]:
    """Measure an encoded sound against the sound, with pauses."""
    found = yield from likeness_work(sound.samples, encoded.decode(), sound.rate)
    return SoundFigures(**vars(cost_of(encoded, file_bytes)), **vars(found))
