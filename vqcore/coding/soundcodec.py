"""A sound encoded by a quantizer, and the settings that lead there."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Literal, get_args

import numpy as np

from vqcore.arrays import Counts, Indices, Samples
from vqcore.codebooks.textbook import Rules
from vqcore.codebooks.training import Trainer
from vqcore.coding.codec import Lookup, lookup_of
from vqcore.quantizers.family import FAMILIES
from vqcore.quantizers.quantizer import HasOptions, Option, Parameters, Quantizer
from vqcore.signals.frames import Dimension, FrameLayout, layout_of, scaled, unscaled
from vqcore.signals.sounds import Pulses, Rate, Sound
from vqcore.work import Work

SoundFamily = Literal["plain", "residual", "gain-shape", "tree"]

SOUND_FAMILIES: tuple[SoundFamily, ...] = get_args(SoundFamily)


@dataclass(frozen=True)
class SoundSettings(HasOptions):
    """All that decides how a sound is encoded, beside the codebook size.

    `options` are the family's own, in the order of its `OPTIONS`; those left out are the defaults.
    `rules` are those of the trainer "textbook", and of no other.
    """

    dimension: Dimension = 4
    rate: Rate = 8000
    family: SoundFamily = "plain"
    options: tuple[int, ...] = ()
    trainer: Trainer = "lbg"
    seed: int = 0
    rules: Rules | None = None

    def __post_init__(self) -> None:
        self.fill_in(self.options)
        rules = (self.rules or Rules()) if self.trainer == "textbook" else None
        object.__setattr__(self, "rules", rules)

    @property
    def own_options(self) -> Sequence[Option]:
        return FAMILIES[self.family].OPTIONS

    @property
    def given(self) -> tuple[tuple[float, ...], ...]:
        """Return the codewords of a start given, or none."""
        return self.rules.given if self.rules else ()

    @property
    def without_given(self) -> SoundSettings:
        """Return the same, but that training begins by splitting where a start was given."""
        if not (self.rules and self.rules.given):
            return self
        return replace(self, rules=replace(self.rules, start=Rules.start, given=()))

    @property
    def parameters(self) -> Parameters:
        """What the family's `train` goes by."""
        return Parameters(self.trainer, self.options_by_name, self.rules)


@dataclass(frozen=True, eq=False)
class CutSound:
    """A sound cut into vectors.

    Parameters
    ----------
    sound
    layout
    gains : uint8 array of shape (frames,), see `frames.scaled`
    vectors : uint8 array of shape (n, d)
    """

    sound: Sound
    layout: FrameLayout
    gains: Samples
    vectors: Samples


def cut_sound(sound: Sound, dimension: Dimension) -> CutSound:
    """Cut a sound into vectors of d samples."""
    layout = layout_of(sound, dimension)
    gains, samples = scaled(sound, layout)
    return CutSound(sound, layout, gains, layout.split(samples))


@dataclass(frozen=True, eq=False)
class EncodedSound:
    """The gain of each frame, the indices of each vector, and the quantizer that turns them back.

    Parameters
    ----------
    layout
    gains : uint8 array of shape (frames,), from 0 to 31
    quantizer : of m columns
    indices : int32 array of shape (n, m)
    """

    layout: FrameLayout
    gains: Samples
    quantizer: Quantizer
    indices: Indices

    def __post_init__(self) -> None:
        layout, m = self.layout, len(self.quantizer.columns)
        expected = (layout.frames,), (layout.count, m)
        found = self.gains.shape, self.indices.shape
        if found != expected:
            raise ValueError(f"gains and indices have shapes {expected}, not {found}")

    @property
    def use(self) -> tuple[Counts, ...]:
        """Return of each column how many vectors use each entry, shape (K_j,)."""
        return self.quantizer.use(self.indices)

    def lookup(self) -> Lookup:
        """Return what the vectors are rebuilt from."""
        return lookup_of(self.quantizer, self.indices)

    def decode(self) -> Pulses:
        """Rebuild the sound by table look-up, int16 of shape (n,)."""
        samples = self.layout.join(self.quantizer.decode(self.indices))
        return unscaled(self.gains, samples, self.layout)


def encode_sound_work(cut: CutSound, quantizer: Quantizer, beam: int = 1) -> Work[EncodedSound]:
    """Encode the vectors of a sound as the quantizer's family does, with pauses."""
    family = FAMILIES[quantizer.family]
    indices = yield from family.encode_work(quantizer, cut.vectors, beam=beam)
    return EncodedSound(cut.layout, cut.gains, quantizer, np.ascontiguousarray(indices))


@dataclass(frozen=True, eq=False)
class SoundQuantizer:
    """What sounds can be encoded with that it was not trained on.

    Parameters
    ----------
    quantizer
    dimension : samples of a vector
    rate : samples a second
    """

    quantizer: Quantizer
    dimension: Dimension
    rate: Rate


def lent_by(encoded: EncodedSound) -> SoundQuantizer:
    """Return what an encoded sound can lend to others."""
    return SoundQuantizer(encoded.quantizer, encoded.layout.dimension, encoded.layout.rate)
