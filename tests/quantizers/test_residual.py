"""Tests of residual quantization: by hand, by relations, against one stage after another."""

import numpy as np
import pytest
from helpers import gray_layout, photograph, vectors_of

from vqcore.codebooks.training import Progress
from vqcore.coding.codec import Settings
from vqcore.quantizers import plain, residual
from vqcore.quantizers.additive import encode_work, is_in_order, sum_of
from vqcore.quantizers.quantizer import Column, Parameters, TrainedQuantizer
from vqcore.work import finish


def options(**changed):
    known = Settings(family="residual").options_by_name
    names = {name.replace("_", "-"): value for name, value in changed.items()}
    return Parameters("lbg", {**known, "stage-step": 1, **names})


@pytest.fixture(scope="module")
def camera():
    picture = photograph("camera", 2)
    return gray_layout(picture.width, picture.height, 4), vectors_of(picture, 4)


def trained(camera, sizes, seed=0, **changed):
    events = residual.train(*camera, sizes, options(**changed), seed=seed)
    return [event.quantizer for event in events if isinstance(event, TrainedQuantizer)]


def error(quantizer, vectors, beam):
    indices = finish(encode_work(quantizer, vectors, beam=beam))
    return int(np.square(vectors - sum_of(quantizer, indices).astype(int)).sum())


def test_columns():
    columns = residual.columns_of(gray_layout(4, 4, 2), [8, 8, 3], [1, 2, 4])
    assert columns == (
        Column("stage 1", 8),
        Column("stage 2", 8, "differences", 2),
        Column("stage 3", 3, "differences", 4),
    )


@pytest.mark.parametrize(("sizes", "steps"), [([8], [1]), ([8] * 9, [1] * 9), ([8, 8], [2, 1])])
def test_other_columns_are_refused(sizes, steps):
    with pytest.raises(ValueError, match=r"^stages are 2 to 8, the first in steps of 1$"):
        residual.columns_of(gray_layout(4, 4, 2), sizes, steps)


def test_joint_training_is_never_worse_than_one_stage_after_another(camera):
    _, vectors = camera
    [alone] = trained(camera, [16], rounds=0)
    totals = [error(alone, vectors, 8)]
    for rounds in (1, 3, 10):
        [jointly] = trained(camera, [16], rounds=rounds)
        totals.append(error(jointly, vectors, 8))
    assert totals == sorted(totals, reverse=True)
    assert totals[-1] < 0.97 * totals[0]


def test_each_stage_brings_it_nearer_and_the_first_alone_is_not_a_plain_codebook(camera):
    _, vectors = camera
    [quantizer] = trained(camera, [16], stages=3)
    indices = finish(encode_work(quantizer, vectors, beam=8))
    errors = [
        np.square(vectors.astype(int) - quantizer.decode(indices, columns)).sum()
        for columns in (1, 2, 3)
    ]
    assert errors[0] > errors[1] > errors[2]
    [sequential] = trained(camera, [16], stages=3, rounds=0)
    greedy = finish(encode_work(sequential, vectors))
    first = np.square(vectors.astype(int) - sequential.decode(greedy, 1)).sum()
    assert first < errors[0]  # joint training gives up the first stage for all of them


def test_without_rounds_the_first_stage_is_the_ladders(camera):
    layout, vectors = camera
    [quantizer] = trained(camera, [16], rounds=0)
    events = plain.train(layout, vectors, [16], options())
    [ladder] = [event.quantizer for event in events if isinstance(event, TrainedQuantizer)]
    assert quantizer.tables[0].tolist() == ladder.tables[0].tolist()


def test_nothing_is_there_in_every_stage_but_the_first(camera):
    for quantizer in trained(camera, [1, 4, 16], stages=3):
        assert quantizer.sizes == (quantizer.codebook_size,) * 3
        assert is_in_order(quantizer)
        assert not any(table[0].any() for table in quantizer.tables[1:])


def test_few_distinct_rests_give_few_differences():
    vectors = np.repeat(np.uint8([[10, 10, 10, 10], [90, 90, 90, 90], [200, 0, 0, 0]]), 5, axis=0)
    events = residual.train(gray_layout(30, 2, 2), vectors, [3], options())
    [quantizer] = [event.quantizer for event in events if isinstance(event, TrainedQuantizer)]
    assert quantizer.sizes == (3, 1)
    assert error(quantizer, vectors, 1) == 0


def test_it_follows_the_seed_and_gives_signs_of_life(camera):
    one, other, third = (trained(camera, [8], seed=seed)[0] for seed in (0, 0, 1))
    assert [it.tolist() for it in one.tables] == [it.tolist() for it in other.tables]
    assert one.tables[1].tolist() != third.tables[1].tolist()
    events = list(residual.train(*camera, [8], options()))
    assert any(isinstance(event, Progress) for event in events)
