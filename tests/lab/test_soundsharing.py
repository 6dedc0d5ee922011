"""A sound with a codebook from elsewhere, and one codebook for several sounds."""

from dataclasses import replace
from itertools import pairwise

import numpy as np
import pytest

from vqcore.codebooks.textbook import Rules
from vqcore.coding.soundcodec import SOUND_FAMILIES, SoundSettings, cut_sound, lent_by
from vqcore.coding.soundcontainer import parse_sound
from vqcore.lab.climb import sweeping
from vqcore.lab.soundfiles import open_sound_file
from vqcore.lab.soundsharing import (
    companions,
    known_tries,
    settings_with,
    study_with_own,
    train_on_several,
    trying,
    use_of,
)
from vqcore.lab.soundstudy import SoundStudy
from vqcore.lab.soundsweeps import SoundStep, sweep_sound
from vqcore.lab.store import Store
from vqcore.quantizers.family import FAMILIES
from vqcore.quantizers.quantizer import TrainedQuantizer
from vqcore.signals.frames import FrameLayout
from vqcore.signals.sounds import Sound, sample_recording, sound_of
from vqcore.work import finish

SENTENCE = sound_of(sample_recording("sentence"), 8000).samples
PARTS = {f"part {at}": Sound(SENTENCE[at : at + 8000], 8000, f"part {at}") for at in (8000, 24000)}
ONE, OTHER = PARTS.values()


def file_of(sound: Sound, settings: SoundSettings, size: int = 8):
    events = sweep_sound(sound, settings, [size])
    return open_sound_file(next(it for it in events if isinstance(it, SoundStep)).file)


def study_of(sound: Sound, **settings: object) -> SoundStudy:
    return SoundStudy(sound, SoundSettings(**settings), (8,), Store(10**9))


def snr_db(sound: Sound, decoded) -> float:
    errors = sound.samples.astype(float) - decoded
    return 10 * np.log10(np.square(sound.samples.astype(float)).sum() / np.square(errors).sum())


@pytest.mark.parametrize("family", SOUND_FAMILIES)
def test_a_sound_with_a_codebook_from_elsewhere_is_what_its_file_holds(family):
    file = file_of(OTHER, SoundSettings(8, family=family))
    own = study_with_own(study_of(ONE), ONE, file)
    use = finish(use_of(own, file).work())
    parsed = parse_sound(use.file)
    np.testing.assert_array_equal(parsed.decode(), use.encoded.decode())
    for lent, taken in zip(file.encoded.quantizer.tables, parsed.quantizer.tables, strict=True):
        np.testing.assert_array_equal(lent, taken)
    assert use.figures.snr_db == pytest.approx(snr_db(ONE, parsed.decode()))
    assert (use.figures.file_bytes, use.figures.codebook_size) == (len(use.file), 8)
    assert (own.settings.family, own.settings.dimension, own.plan) == (family, 8, [8])


def test_a_sound_lends_itself_what_it_has():
    settings = SoundSettings(family="residual")
    file = file_of(ONE, settings)
    own = study_with_own(study_of(ONE, family="residual"), ONE, file)
    for _ in sweeping(own):
        pass
    use = finish(use_of(own, file).work())
    assert use.figures.snr_db == own.figures[0].snr_db
    assert use.file == own.steps[8].file


def test_settings_of_the_same_family_stay_but_for_a_start_given():
    rules = Rules(start="given", given=((1.0,) * 4, (2.0,) * 4), iterations=3)
    settings = SoundSettings(trainer="textbook", seed=5, rules=rules)
    plain = lent_by(file_of(OTHER, SoundSettings(2)).encoded)
    expected = replace(settings, dimension=2, rules=Rules(iterations=3))
    assert settings_with(settings, plain) == expected
    tree = lent_by(file_of(OTHER, SoundSettings(family="tree")).encoded)
    assert settings_with(settings, tree) == SoundSettings(family="tree", seed=5)


@pytest.mark.parametrize("family", SOUND_FAMILIES)
def test_one_codebook_for_several_is_tried_on_all(family):
    of = study_of(ONE, family=family)
    melody = sound_of(sample_recording("melody"), 8000)
    every = companions(of, {**PARTS, "melody": melody}, 8)
    assert known_tries(every[:2], every) == []
    for study in every:
        for _ in sweeping(study):
            pass
    for _ in trying(every[:2], every):
        pass
    tries = known_tries(every[:2], every)
    assert [(it.name, it.is_inside) for it in tries] == [
        ("part 8000", True),
        ("part 24000", True),
        ("melody", False),
    ]
    for one, other in pairwise(parse_sound(it.joint.file).quantizer for it in tries):
        for table, another in zip(one.tables, other.tables, strict=True):
            np.testing.assert_array_equal(table, another)
    for it, study in zip(tries, every, strict=True):
        decoded = parse_sound(it.joint.file).decode()
        lost = it.own.figures.snr_db - snr_db(study.sound, decoded)
        assert it.loss_db == pytest.approx(lost, abs=1e-6)
    assert tries[2].loss_db > max(it.loss_db for it in tries[:2])


@pytest.mark.parametrize("family", SOUND_FAMILIES)
def test_a_joint_codebook_is_trained_on_the_vectors_of_all(family):
    settings, cuts = SoundSettings(family=family, seed=3), [cut_sound(it, 4) for it in (ONE, OTHER)]
    vectors = np.concatenate([cut.vectors for cut in cuts])
    how = [8], settings.parameters
    expected = FAMILIES[family].train(FrameLayout(16000, 8000, 4), vectors, *how, seed=3)
    one, other = (
        next(it.quantizer for it in events if isinstance(it, TrainedQuantizer))
        for events in (expected, train_on_several(cuts, settings, 8))
    )
    for table, another in zip(one.tables, other.tables, strict=True):
        np.testing.assert_array_equal(table, another)


def test_a_codebook_of_one_sound_is_its_own():
    every = companions(study_of(ONE), {"one": ONE}, 8)
    for pieces in (sweeping(every[0]), trying(every, every)):
        for _ in pieces:
            pass
    [tried] = known_tries(every, every)
    assert tried.loss_db == 0
    assert tried.joint.file == tried.own.file
