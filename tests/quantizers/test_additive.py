"""Tests of tables that add up: search and fit by hand and against all there is."""

from itertools import product

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from vqcore.quantizers.additive import (
    encode_work,
    in_order,
    in_use,
    is_in_order,
    refit_work,
    stored,
    with_nothing,
)
from vqcore.quantizers.quantizer import Column, Quantizer
from vqcore.work import finish


def two_stages(first, second):
    columns = Column("stage 1", len(first)), Column("stage 2", len(second), "differences")
    return Quantizer("toy", columns, (np.int16(first), np.int16(second)))


def drawn(seed, n=200, d=3, sizes=(5, 4)):
    chance = np.random.default_rng(seed)
    first = chance.integers(0, 256, (sizes[0], d))
    second = np.vstack([np.zeros((1, d), int), chance.integers(-60, 60, (sizes[1] - 1, d))])
    return chance.integers(0, 256, (n, d), np.uint8), two_stages(first, second)


def errors(quantizer, vectors, indices):
    parts = (table[of] for table, of in zip(quantizer.tables, indices.T, strict=True))
    return np.square(vectors - sum(parts, np.int64(0))).sum(axis=1)


def test_a_beam_finds_what_greed_does_not():
    quantizer = two_stages([[0], [8]], [[0], [6]])
    vectors = np.uint8([[5]])
    assert finish(encode_work(quantizer, vectors)).tolist() == [[1, 0]]  # 8, error 9
    assert finish(encode_work(quantizer, vectors, beam=2)).tolist() == [[0, 1]]  # 6, error 1


@given(st.integers(0, 2**32 - 1))
def test_with_all_candidates_kept_it_finds_the_best_of_all_tuples(seed):
    vectors, quantizer = drawn(seed, n=20)
    every = np.int32(list(product(range(5), range(4))))
    best = np.stack([errors(quantizer, vectors, np.tile(it, (20, 1))) for it in every]).min(axis=0)
    found = finish(encode_work(quantizer, vectors, beam=5))
    assert errors(quantizer, vectors, found).tolist() == best.tolist()


def test_a_wider_beam_is_never_worse():
    vectors, quantizer = drawn(3, n=500, sizes=(16, 16))
    found = [errors(quantizer, vectors, finish(encode_work(quantizer, vectors, beam=beam)))
             for beam in (1, 2, 4, 16)]  # fmt: skip
    totals = [int(error.sum()) for error in found]
    assert totals == sorted(totals, reverse=True)
    assert totals[-1] < totals[0]


def test_refitting_lowers_the_error_and_moves_no_more_the_second_time():
    vectors, quantizer = drawn(7, n=2000)
    indices = finish(encode_work(quantizer, vectors))
    before = errors(quantizer, vectors, indices).sum()
    once = finish(refit_work(quantizer, vectors, indices))
    assert is_in_order(once)
    after = errors(once, vectors, finish(encode_work(once, vectors, beam=5))).sum()
    assert after < before
    assert not once.tables[1][0].any()


def test_refitting_by_hand():
    quantizer = two_stages([[10], [100]], [[0], [5]])
    vectors, indices = (
        np.uint8([[12], [18], [97], [104]]),
        np.int32([[0, 0], [0, 1], [1, 0], [1, 1]]),
    )
    found = finish(refit_work(quantizer, vectors, indices))
    # 12 and 13 mean 12.5, 97 and 99 mean 98; then 18 and 104 leave 6 and 6.
    assert [table.ravel().tolist() for table in found.tables] == [[12, 98], [0, 6]]


def test_levels_and_what_nobody_uses_stay():
    columns = Column("mean", 2, "levels", 128), Column("shape", 3, "differences")
    quantizer = Quantizer("toy", columns, (np.int16([[64], [192]]), np.int16([[0], [5], [9]])))
    found = finish(refit_work(quantizer, np.uint8([[80], [80]]), np.int32([[0, 1], [0, 1]])))
    assert [table.ravel().tolist() for table in found.tables] == [[64, 192], [0, 9, 16]]


def test_what_nobody_uses_is_dropped_but_for_what_goes_unsaid():
    columns = (
        Column("mean", 2, "levels", 128),
        Column("shape", 3, "differences"),
        Column("stage 2", 3),
    )
    tables = np.int16([[64], [192]]), np.int16([[0], [5], [9]]), np.int16([[1], [2], [3]])
    quantizer = Quantizer("toy", columns, tables)
    found, places = in_use(quantizer, np.int32([[1, 2, 2], [1, 2, 0]]))
    assert found.sizes == (2, 2, 2)
    assert [table.ravel().tolist() for table in found.tables] == [[64, 192], [0, 9], [1, 3]]
    assert places.tolist() == [[1, 1, 1], [1, 1, 0]]


def test_order_is_that_of_a_file():
    columns = Column("codeword", 3), Column("stage 2", 4, "differences")
    tables = np.int16([[9, 9], [7, 0], [0, 7]]), np.int16([[0, 0], [3, -1], [-2, 5], [3, -4]])
    found = in_order(Quantizer("toy", columns, tables))
    assert [table.tolist() for table in found.tables] == [
        [[0, 7], [7, 0], [9, 9]],
        [[0, 0], [-2, 5], [3, -4], [3, -1]],
    ]
    assert is_in_order(found)
    assert not is_in_order(Quantizer("toy", columns, tables))


@pytest.mark.parametrize(
    ("column", "means", "expected"),
    [
        (Column("codeword", 3), [-3.0, 7.6, 300.0], [0, 8, 255]),
        (Column("shape", 3, "differences"), [4.0, -7.6, 200.0], [0, -8, 127]),
        (Column("shape", 3, "differences", 2), [4.0, -7.6, 300.0], [0, -8, 254]),
        (Column("shape", 3, "differences", 4), [4.0, -9.9, -9999.0], [0, -8, -508]),
    ],
)
def test_what_is_stored(column, means, expected):
    assert stored(np.float64(means)[:, None], column).ravel().tolist() == expected


def test_nothing_replaces_the_least():
    column = Column("shape", 3, "differences")
    found = with_nothing(np.int16([[9, 9], [-1, 1], [-9, 0]]), column)
    assert found.tolist() == [[0, 0], [-9, 0], [9, 9]]
