"""A sound under study: what is known of it, and the work that finds out more."""

from __future__ import annotations

from collections.abc import Generator, Sequence
from dataclasses import dataclass, replace
from functools import cached_property, partial

from vqcore.codebooks.training import Progress
from vqcore.coding.soundcodec import SOUND_FAMILIES, CutSound, SoundSettings, cut_sound
from vqcore.lab.climb import Climb, known_held_out, sweeping
from vqcore.lab.health import Health, health_work
from vqcore.lab.heldout import SnrHeldOut
from vqcore.lab.soundhealth import SoundTransfer, held_out_sound, sound_transfer_work
from vqcore.lab.soundrivals import SoundCodec, SoundRival, rivals_work
from vqcore.lab.soundsweeps import SoundStep, possible_sizes, sweep_cut_sound
from vqcore.lab.store import Key, Pieces, Question, Store, answering
from vqcore.signals.sounds import Sound
from vqcore.work import Work


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

    def health_work(self, size: int) -> Work[Health]:
        return health_work(self.steps[size], self.cut.vectors)

    def halves(self, missing: Sequence[int]) -> Generator[Progress | SnrHeldOut]:
        known = {size: it.quantizer for size, it in known_held_out(self).items()}
        return held_out_sound(self.cut, self.settings, missing, known=known)


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


def borrowing(study: SoundStudy, other: Sound) -> Pieces:
    """Train codebooks on another sound, and encode this one with them, at each K that both have."""
    settings, sizes = study.settings.without_given, tuple(study.plan)
    lender = replace(study, sound=other, settings=settings, sizes=sizes)
    yield from sweeping(lender)

    def question(size: int) -> Question:
        def work() -> Work[SoundTransfer]:
            own, lent = study.steps[size].figures.snr_db, lender.steps[size].trained.quantizer
            return sound_transfer_work(study.cut, own, lent, study.settings.beam)

        key, facts = (*_lent(study, other), size), {"name": study.sound.name, "size": size}
        return Question("sound transfer", key, work, "lending", facts)

    both = [size for size in lender.plan if size in study.steps]
    yield from answering(study.store, map(question, both))


def known_transfers(study: SoundStudy, other: Sound) -> list[SoundTransfer]:
    """Return what another sound's codebooks are worth to this one, as far as that is known."""
    key, find = _lent(study, other), study.store.find
    every = [find("sound transfer", (*key, size)) for size in study.plan]
    return [it for it in every if it]


def _lent(study: SoundStudy, other: Sound) -> Key:
    return *study.swept, other.digest
