"""One codebook for many sounds: that of a .vq used for another, or one trained on several."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace

import numpy as np

from vqcore.codebooks.source import sample_of
from vqcore.codebooks.training import Progress
from vqcore.coding.soundcodec import (
    SOUND_FAMILIES,
    CutSound,
    EncodedSound,
    SoundQuantizer,
    SoundSettings,
    cut_sound,
    encode_sound_work,
    lent_by,
)
from vqcore.coding.soundcontainer import pack_sound_work
from vqcore.lab.heldout import lost_db
from vqcore.lab.sharing import MAX_TRAINING_BYTES
from vqcore.lab.soundfiles import SoundFile
from vqcore.lab.soundstudy import SoundStudy
from vqcore.lab.soundsweeps import SoundFigures, SoundStep, figures_work, possible_among
from vqcore.lab.store import Key, Pieces, Question, answering, first_of
from vqcore.quantizers.family import FAMILIES
from vqcore.quantizers.quantizer import TrainedQuantizer
from vqcore.signals.frames import FrameLayout
from vqcore.signals.sounds import Sound
from vqcore.work import Work


@dataclass(frozen=True, eq=False)
class SoundUse:
    """A sound encoded with a codebook from elsewhere: its figures, and its file, which holds it."""

    figures: SoundFigures
    encoded: EncodedSound
    file: bytes


def use_sound_work(sound: Sound, shared: SoundQuantizer, beam: int = 1) -> Work[SoundUse]:
    """Encode a sound, at the rate of a codebook from elsewhere, with that, and measure it."""
    cut = cut_sound(sound, shared.dimension)
    encoded = yield from encode_sound_work(cut, shared.quantizer, beam)
    file = yield from pack_sound_work(encoded)
    figures = yield from figures_work(sound, encoded, len(file))
    return SoundUse(figures, encoded, file)


# A codebook from elsewhere


def settings_with(settings: SoundSettings, shared: SoundQuantizer) -> SoundSettings:
    """Return settings for that family, dimension and rate, the rest as it is or as usual."""
    dimension, rate = shared.dimension, shared.rate
    if shared.quantizer.family == settings.family:
        return replace(settings.without_given, dimension=dimension, rate=rate)
    family = next(it for it in SOUND_FAMILIES if it == shared.quantizer.family)
    return SoundSettings(dimension, rate, family, seed=settings.seed)


def study_with_own(study: SoundStudy, sound: Sound, file: SoundFile) -> SoundStudy:
    """Return the study of a sound with a codebook of its own like that of a file.

    Parameters
    ----------
    study : has the settings that the file's do not decide
    sound : at the rate of the file
    file
    """
    shared = lent_by(file.encoded)
    settings = settings_with(study.settings, shared)
    return replace(study, sound=sound, settings=settings, sizes=(shared.quantizer.codebook_size,))


def use_of(own: SoundStudy, file: SoundFile) -> Question:
    """Ask for the sound of a study of `study_with_own` encoded with the codebook of that file."""
    sound, beam = own.sound, own.settings.beam

    def work() -> Work[SoundUse]:
        return use_sound_work(sound, lent_by(file.encoded), beam)

    return Question("sound use", (sound.digest, file.digest, beam), work, "using")


# One codebook for several sounds


def train_on_several(
    cuts: Sequence[CutSound], settings: SoundSettings, size: int
) -> Iterator[Progress | TrainedQuantizer]:
    """Train one codebook on all vectors of several sounds, or as many of each.

    If there are fewer distinct ones than `size`, it is as large as there are; of a start given
    that is to be its size.
    """
    share = max(1, MAX_TRAINING_BYTES // (settings.dimension * len(cuts)))
    samples = [
        sample_of(cut.vectors, share, np.random.default_rng([settings.seed, place]))
        for place, cut in enumerate(cuts)
    ]
    vectors = np.concatenate(samples)
    layout = FrameLayout(vectors.size, settings.rate, settings.dimension)
    sizes = [size] if settings.given else possible_among(layout, vectors, settings, [size])
    family, parameters = FAMILIES[settings.family], settings.parameters
    return family.train(layout, vectors, sizes, parameters, seed=settings.seed)


@dataclass(frozen=True, eq=False)
class SoundTried:
    """A sound with its own codebook, and with that of several.

    Parameters
    ----------
    name : of the sound
    is_inside : whether the codebook was trained on it too
    own, joint
    """

    name: str
    is_inside: bool
    own: SoundStep
    joint: SoundUse

    @property
    def loss_db(self) -> float:
        return lost_db(self.own.figures.snr_db, self.joint.figures.snr_db)


def companions(study: SoundStudy, sounds: Mapping[str, Sound], size: int) -> list[SoundStudy]:
    """Return the studies of sounds, at the rate of a study, with its settings at one K."""
    settings = study.settings.without_given
    return [replace(study, sound=it, settings=settings, sizes=(size,)) for it in sounds.values()]


def known_tries(inside: Sequence[SoundStudy], every: Sequence[SoundStudy]) -> list[SoundTried]:
    """Return how each sound fares so far."""
    trained_on = {study.sound.digest for study in inside}
    found = [(it, it.store.find("sound tried", _tried_key(it, inside))) for it in every]
    return [
        SoundTried(it.sound.name, it.sound.digest in trained_on, next(iter(it.steps.values())), use)
        for it, use in found
        if use and it.steps
    ]


def trying(inside: Sequence[SoundStudy], every: Sequence[SoundStudy]) -> Pieces:
    """Train on some sounds, each of `companions`, and try the codebook on every one."""
    store, training = inside[0].store, _training(inside)
    yield from answering(store, [training])
    shared: SoundQuantizer = store.find(training.kind, training.key)

    def question(study: SoundStudy) -> Question:
        def work() -> Work[SoundUse]:
            return use_sound_work(study.sound, shared, study.settings.beam)

        facts = {"name": study.sound.name, "size": shared.quantizer.codebook_size}
        return Question("sound tried", _tried_key(study, inside), work, "lending", facts)

    yield from answering(store, map(question, every))


def _training(inside: Sequence[SoundStudy]) -> Question:
    settings, [size] = inside[0].settings, inside[0].sizes

    def work() -> Work[SoundQuantizer]:
        events = train_on_several([it.cut for it in inside], settings, size)
        trained = yield from first_of(events, lambda it: isinstance(it, TrainedQuantizer))
        return SoundQuantizer(trained.quantizer, settings.dimension, settings.rate)

    facts = {"size": size, "n": len(inside)}
    return Question("sound joint", _joint_key(inside), work, "joining-sounds", facts)


def _joint_key(inside: Sequence[SoundStudy]) -> Key:
    return tuple(study.sound.digest for study in inside), inside[0].settings, inside[0].sizes


def _tried_key(study: SoundStudy, inside: Sequence[SoundStudy]) -> Key:
    return study.sound.digest, *_joint_key(inside)
