"""Tests of exercises: each answer by another way, and what comes when."""

import numpy as np
import pytest
from helpers import smooth_picture

from vqcore.coding.codec import Settings
from vqcore.lab import exercises
from vqcore.lab.exercises import Exercise, exercises_on, is_prepared, pair_of, preparing
from vqcore.lab.health import health_work
from vqcore.lab.store import Store
from vqcore.lab.study import Study, examining, known_healths, sweeping
from vqcore.lab.sweeps import Step, sweep
from vqcore.show.exercises import choice_in_words, question_of, reply_to
from vqcore.signals.blocks import BlockSize
from vqcore.signals.pictures import Picture, sample_picture
from vqcore.work import finish

CAT = Picture(np.ascontiguousarray(sample_picture("camera").pixels[100:356, 100:356]), "cat")
PART = Picture(np.ascontiguousarray(CAT.pixels[:128, :128]), "part")


def study_of(picture: Picture, *sizes: int, width: int = 4) -> Study:
    settings = Settings(BlockSize(width, width), "gray")
    found = Study(picture.name, picture, settings, sizes, Store(10**9))
    for _ in sweeping([found]):
        pass
    return found


@pytest.fixture(scope="module")
def study() -> Study:
    found = study_of(CAT, 1, 2, 4, 8, 16, 32, 64, 128, 256)
    assert {it.id for it in exercises_on(found)} == {"bits", "reaching"}
    assert not is_prepared(found)
    for _ in preparing(found):
        pass
    assert is_prepared(found)
    return found


def exercise(study: Study, name: str) -> Exercise:
    return next(it for it in exercises_on(study) if it.id == name)


def test_each_has_its_answer_among_its_choices(study: Study) -> None:
    every = list(exercises_on(study))
    assert [it.id for it in every] == ["bits", "reaching", "half", "rival", "block"]
    for it in every:
        assert it.choices.count(it.answer) == 1
        assert len(set(it.choices)) == len(it.choices) > 1
        assert question_of(it)
        assert reply_to(it, it.answer).startswith("✓ Right. ")
        for wrong in set(it.choices) - {it.answer}:
            assert reply_to(it, wrong).startswith("✗ ")
            assert choice_in_words(it, wrong) != choice_in_words(it, it.answer)


def test_bytes_of_indices_by_hand(study: Study) -> None:
    assert exercise(study, "bits").answer == 64 * 64 * 5 // 8  # 4096 blocks, 5 bits


def test_a_level_is_reached_there_and_not_below(study: Study) -> None:
    it = exercise(study, "reaching")
    level, sizes = it.facts["level"], study.plan.sizes
    below = sizes[sizes.index(it.answer) - 1]
    assert study.steps[it.answer].point.psnr_db >= level > study.steps[below].point.psnr_db


def test_half_of_the_file_is_the_codebook_from_there_on(study: Study) -> None:
    answer = exercise(study, "half").answer
    for size, step in study.steps.items():
        share = finish(health_work(step, study.cut.vectors)).codebook_share
        assert (share >= 0.5) == (size >= answer)


def test_half_of_the_file_counts_only_where_it_stays_so() -> None:
    """At K = 1 there is little else in the file, at K = 2 there are indices."""
    lone = study_of(sample_picture("camera"), 1, 2, 4, 8, width=12)
    for _ in examining(lone):
        pass
    shares = {size: it.codebook_share for size, it in known_healths(lone).items()}
    assert shares[1] > 0.5 > shares[2]
    assert exercise(lone, "half").answer == 8


def test_the_rival_is_the_one_that_is_not_ours(study: Study) -> None:
    it, pair = exercise(study, "rival"), pair_of(study)
    assert pair is not None
    ours = study.steps[32].encoded.decode()[48:208, 48:208]
    same = [bool((shown == ours).all()) for shown in pair]
    assert sum(same) == 1
    assert same[it.answer - 1] is False
    assert it.facts["bytes"] <= it.facts["own_bytes"]


def test_the_best_block_has_the_highest_psnr_within_the_bytes(study: Study) -> None:
    best = {}
    for width in exercises.WIDTHS:
        other = Study(
            "cat", CAT, Settings(BlockSize(width, width), "gray"), study.sizes, Store(10**9)
        )
        for _ in sweeping([other]):
            pass
        points = [step.point for step in other.steps.values()]
        best[width] = max(it.psnr_db for it in points if it.file_bytes <= 10_000)
    assert exercise(study, "block").answer == max(best, key=best.__getitem__)


def test_a_tiny_picture_has_those_that_have_one_answer() -> None:
    tiny = study_of(Picture(smooth_picture(3, 3).pixels, "tiny"), 1, 2)
    for _ in preparing(tiny):
        pass
    assert is_prepared(tiny)
    assert [it.id for it in exercises_on(tiny)] == ["bits", "half"]  # it is lossless in any blocks
    for it in exercises_on(tiny):
        assert it.answer in it.choices


def test_of_whole_pictures_steps_are_asked_for_and_nothing_of_blocks() -> None:
    settings, store = Settings(family="wavelet"), Store(10**9)
    study = Study("part", PART, settings, (1, 32), store)
    list(sweeping([study]))
    list(preparing(study))
    assert is_prepared(study)
    assert [it.id for it in exercises_on(study)] == ["step", "half", "rival"]
    told = " ".join(
        reply_to(it, choice) for it in exercises_on(study) for choice in (*it.choices, None)
    )
    assert "four numbers" in told
    assert "many blocks" not in told
    assert "the same few blocks" not in told
    check_that_no_larger_step_reaches_the_level(study, exercise(study, "step"))


def check_that_no_larger_step_reaches_the_level(study: Study, it: Exercise) -> None:
    larger = it.choices[it.choices.index(it.answer) + 1]
    reached, missed = (
        event.point.psnr_db
        for step in (it.answer, larger)
        for event in sweep(PART, study.settings.with_step(step), [32])
        if isinstance(event, Step)
    )
    assert reached >= it.facts["level"] > missed
    assert choice_in_words(it, it.answer) == f"q = {it.answer}"


@pytest.mark.parametrize("shipped", [1, 2])
def test_of_an_even_picture_no_step_is_asked_for(shipped: int) -> None:
    even = Picture(np.full((24, 32), 77, np.uint8), "even")
    settings = Settings(family="wavelet", options=(20, shipped))
    study = Study("even", even, settings, (1, 2, 4, 8), Store(10**8))
    list(sweeping([study]))
    list(preparing(study))
    assert is_prepared(study)
    assert "step" not in {it.id for it in exercises_on(study)}
