"""Tests of the health of codebooks of sounds: figures by hand and by numpy, of all families."""

import math
from collections.abc import Iterator
from functools import cache

import numpy as np
import pytest

from vqcore.codebooks.textbook import Rules
from vqcore.coding.soundcodec import SOUND_FAMILIES, CutSound, SoundSettings, cut_sound
from vqcore.lab.climb import examining, holding_out, known_healths, known_held_out, sweeping
from vqcore.lab.health import health_work
from vqcore.lab.heldout import halves
from vqcore.lab.soundhealth import SoundHeldOut, held_out_sound
from vqcore.lab.soundstudy import SoundStudy, borrowing, known_transfers
from vqcore.lab.store import Store
from vqcore.quantizers.family import FAMILIES
from vqcore.quantizers.quantizer import TrainedQuantizer
from vqcore.signals.frames import unscaled
from vqcore.signals.sounds import Sound, sample_recording, sound_of
from vqcore.work import finish


@cache
def words() -> Sound:
    return Sound(sound_of(sample_recording("sentence"), 8000).samples[8000:16000], 8000, "words")


@cache
def melody() -> Sound:
    return Sound(sound_of(sample_recording("melody"), 8000).samples[:12345], 8000, "tune")


def study_of(sound: Sound, settings: SoundSettings, *sizes: int) -> SoundStudy:
    study = SoundStudy(sound, settings, sizes, Store(10**9))
    list(sweeping(study))
    return study


def held_out_of(cut: CutSound, settings: SoundSettings, sizes: list[int]) -> list[SoundHeldOut]:
    events = held_out_sound(cut, settings, sizes)
    return [it for it in events if isinstance(it, SoundHeldOut)]


def test_health_by_hand() -> None:
    # at the RMS of 1024 these are 156 100, 100 156 and 100 170
    pairs = [(1024, -1024)] * 40 + [(-1024, 1024)] * 30 + [(-1024, 1536)] * 10
    sound = Sound(np.int16(pairs).ravel(), 8000, "")
    step = study_of(sound, SoundSettings(2), 2).steps[2]
    assert step.encoded.quantizer.tables[0].tolist() in (
        [[156, 100], [100, it]] for it in (159, 160)
    )
    health = finish(health_work(step, cut_sound(sound, 2).vectors))
    assert health.use[0].tolist() == health.cell_use.tolist() == [40, 40]
    assert health.cell_distortion.tolist() == [0, 1]
    assert (health.perplexity, health.worst_cells) == (2, [1])
    assert health.nearest_pair.difference == pytest.approx(58, abs=0.6)
    assert health.codebook_share == 8 / len(step.file)  # 4 samples, in two words of 4 bytes


@pytest.mark.parametrize("family", SOUND_FAMILIES)
def test_health_is_as_numpy_has_it(family: str) -> None:
    study = study_of(words(), SoundSettings(4, family=family), 8)
    list(examining(study))
    health, encoded = known_healths(study)[8], study.steps[8].encoded
    tuples, use = np.unique(encoded.indices, axis=0, return_counts=True)
    assert health.cell_use[health.cell_use > 0].tolist() == use.tolist()
    decoded = encoded.quantizer.decode(encoded.indices).astype(float)
    errors = np.square(study.cut.vectors - decoded).sum(axis=1)
    of = [(encoded.indices == it).all(axis=1) for it in tuples]
    expected = [errors[rows].sum() / errors.sum() for rows in of]
    np.testing.assert_allclose(health.cell_distortion[health.cell_use > 0], expected, rtol=1e-6)
    cells = encoded.quantizer.decode(tuples).astype(float)
    apart = np.sqrt(np.square(cells[:, None] - cells).mean(axis=2))
    assert health.farthest_pair.difference == pytest.approx(apart.max())
    np.fill_diagonal(apart, np.inf)
    assert health.nearest_pair.difference == pytest.approx(apart.min())


@pytest.mark.parametrize("family", SOUND_FAMILIES)
def test_halves_are_measured_as_numpy_does(family: str) -> None:
    cut, settings = cut_sound(words(), 4), SoundSettings(4, family=family, seed=3)
    drawn, others = (cut.vectors[half] for half in halves(len(cut.vectors), 3))
    [found] = held_out_of(cut, settings, [8])
    events = FAMILIES[family].train(cut.layout, drawn, [8], settings.parameters, seed=3)
    [trained] = (it for it in events if isinstance(it, TrainedQuantizer))
    quantizer = trained.quantizer
    power = np.square(cut.vectors - 128.0).mean()
    for half, snr_db in (drawn, found.trained_snr_db), (others, found.others_snr_db):
        encoding = FAMILIES[family].encode_work(quantizer, half, beam=settings.beam)
        errors = np.square(half - quantizer.decode(finish(encoding)).astype(float)).mean()
        assert snr_db == pytest.approx(10 * math.log10(power / errors))


def test_the_more_codewords_the_more_is_learnt_by_heart() -> None:
    found = held_out_of(cut_sound(words(), 8), SoundSettings(8), [1, 16, 128, 4096])
    assert [it.codebook_size for it in found] == [1, 16, 128]  # half has 500 vectors
    gaps = [it.gap_db for it in found]
    assert gaps == sorted(gaps)
    assert gaps[-1] > 3


def test_halves_go_on_from_what_was_trained_before(monkeypatch: pytest.MonkeyPatch) -> None:
    study = study_of(words(), SoundSettings(4), 2, 8, 32)
    expected = [(it.trained_snr_db, it.others_snr_db) for it in held_out_of(
        study.cut, study.settings, study.plan)]  # fmt: skip
    knew = []

    def seen(*given: object, known: dict[int, object]) -> Iterator[object]:
        knew.append([*known])
        return held_out_sound(*given, known=known)

    monkeypatch.setattr("vqcore.lab.soundstudy.held_out_sound", seen)
    for _ in study.plan:
        work = holding_out(study)
        assert any(sign is None for sign in work)
        work.close()
    assert knew == [[], [2], [2, 8]]
    found = [(it.trained_snr_db, it.others_snr_db) for it in known_held_out(study).values()]
    assert found == expected
    assert list(holding_out(study)) == []


@pytest.mark.parametrize("family", SOUND_FAMILIES)
def test_another_sounds_codebooks_beside_its_own(family: str) -> None:
    study = study_of(melody(), SoundSettings(4, family=family), 2, 16)
    assert known_transfers(study, words()) == []
    list(borrowing(study, words()))
    assert list(borrowing(study, words())) == []
    lender = study_of(words(), SoundSettings(4, family=family), 2, 16)
    found = known_transfers(study, words())
    assert [it.codebook_size for it in found] == [2, 16]
    sound = melody().samples.astype(float)
    for it in found:
        lent = lender.steps[it.codebook_size].trained.quantizer
        encoding = FAMILIES[family].encode_work(lent, study.cut.vectors, beam=study.settings.beam)
        samples = study.cut.layout.join(lent.decode(finish(encoding)))
        decoded = unscaled(study.cut.gains, samples, study.cut.layout)
        lent_db = 10 * math.log10(np.square(sound).sum() / np.square(sound - decoded).sum())
        assert it.lent_snr_db == pytest.approx(lent_db)
        assert it.own_snr_db == study.steps[it.codebook_size].figures.snr_db
        assert it.loss_db == it.own_snr_db - it.lent_snr_db
    assert found[-1].loss_db > 1


def test_codebooks_of_a_start_given_are_beside_those_that_begin_by_splitting() -> None:
    rules = Rules("given", ((100.0, 100.0), (128.0, 128.0), (156.0, 156.0)))
    study = study_of(words(), SoundSettings(2, trainer="textbook", rules=rules), 2, 16)
    few = Sound(np.tile(np.int16([1000, -1000, 3000, 50]), 80), 8000, "few")
    for other in melody(), few:
        list(borrowing(study, other))
    assert [it.codebook_size for it in known_transfers(study, melody())] == [3]
    assert known_transfers(study, few) == []


def test_of_a_sound_with_few_vectors_only_the_sizes_that_both_have_are_lent() -> None:
    few = Sound(np.tile(np.int16([1000, -1000, 3000, 50]), 80), 8000, "few")
    study = study_of(words(), SoundSettings(2), 1, 2, 8)
    list(borrowing(study, few))
    assert [it.codebook_size for it in known_transfers(study, few)] == [1, 2]
