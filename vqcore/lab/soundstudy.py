"""A sound under study: what is known of it, and the work that finds out more."""

from __future__ import annotations

from collections.abc import Generator, Sequence
from dataclasses import dataclass, replace
from functools import cached_property, partial

from vqcore.codebooks.training import Progress
from vqcore.coding.soundcodec import SOUND_FAMILIES, CutSound, SoundSettings, cut_sound
from vqcore.lab.climb import Climb
from vqcore.lab.soundrivals import SoundCodec, SoundRival, rivals_work
from vqcore.lab.soundsweeps import SoundStep, possible_sizes, sweep_cut_sound
from vqcore.lab.store import Key, Pieces, Question, Store, answering
from vqcore.signals.sounds import Sound


@dataclass(eq=False)
class SoundStudy(Climb[SoundStep]):
    """A sound, how it is to be quantized, and the sizes that are done.

    Parameters
    ----------
    sound : at the rate of the settings
    settings
    sizes : codebook sizes as asked for; `plan` has those that are possible
    store : where everything found out is kept

    A start given, or weights, of another dimension are left out.
    """

    KIND = "sound step"

    sound: Sound
    settings: SoundSettings
    sizes: tuple[int, ...]
    store: Store

    def __post_init__(self) -> None:
        rules, dimension = self.settings.rules, self.settings.dimension
        if rules and rules.weights and len(rules.weights) != dimension:
            rules = replace(rules, weights=())
        if rules and {*map(len, rules.given)} - {dimension}:
            rules = replace(rules, start="splitting", given=())
        self.settings = replace(self.settings, rules=rules)

    @property
    def swept(self) -> Key:
        return self.sound.digest, self.settings

    @cached_property
    def cut(self) -> CutSound:
        """Return the sound cut into vectors."""
        key = self.sound.digest, self.settings.dimension
        return self.store.once("cut sound", key, lambda: cut_sound(self.sound, key[1]))

    @cached_property
    def plan(self) -> list[int]:
        key = *self.swept, self.sizes
        return self.store.once(
            "sound plan", key, lambda: possible_sizes(self.cut, self.settings, self.sizes)
        )

    @property
    def sweep_id(self) -> str:
        """Return what sets the sweep apart, as a text for the page."""
        return f"{self.sound.digest} {self.settings!r}"

    def events(self, missing: Sequence[int]) -> Generator[Progress | SoundStep]:
        known = {size: step.trained.quantizer for size, step in self.steps.items()}
        return sweep_cut_sound(self.cut, self.settings, missing, known)


def encoding(study: SoundStudy, codecs: Sequence[SoundCodec]) -> Pieces:
    """Store the sound by other codecs."""

    def question(codec: SoundCodec) -> Question:
        key, work = (study.sound.digest, codec), partial(rivals_work, study.sound, codec)
        return Question("sound rival", key, work, "storing-sound", {"name": codec})

    return answering(study.store, map(question, codecs))


def known_rivals(study: SoundStudy, codec: SoundCodec) -> list[SoundRival]:
    found: list[SoundRival] = study.store.find("sound rival", (study.sound.digest, codec), [])
    return found


def relatives(study: SoundStudy) -> list[SoundStudy]:
    """Return the study of the same sound with each other family's default options."""
    own = study.settings
    others = [
        SoundSettings(own.dimension, own.rate, family, seed=own.seed)
        for family in SOUND_FAMILIES
        if family != own.family
    ]
    return [replace(study, settings=settings) for settings in others]
