"""Tests of the weighted distance: by hand, against all tuples, and against weights of 1."""

import itertools

import numpy as np
import pytest

from vqcore.quantizers import ofpoints, weighted
from vqcore.quantizers.ofpoints import PointQuantizer, TrainedPoints, train
from vqcore.signals.sources import made
from vqcore.work import finish

VECTORS = made("gauss-markov", 600, 4, correlation=0.8).vectors
WEIGHTS = np.random.default_rng(1).uniform(0.05, 4, VECTORS.shape)
FAMILIES = {"plain": {}, "split": {"parts": 2}, "residual": {"stages": 3}}


def trained(family: str) -> PointQuantizer:
    events = train(VECTORS, [6], family, FAMILIES[family])
    return next(it.quantizer for it in events if isinstance(it, TrainedPoints))


def error(quantizer: PointQuantizer, indices: np.ndarray) -> float:
    return float((WEIGHTS * np.square(VECTORS - quantizer.decode(indices))).sum())


def test_weights_by_hand() -> None:
    words = PointQuantizer("plain", ("codeword",), (np.float32([[0, 0], [3, 3]]),))
    vectors, weights = np.float32([[0, 3], [0, 3]]), np.array([[4.0, 1.0], [1.0, 4.0]])
    found = finish(weighted.encode_work(words, vectors, weights))
    assert found.tolist() == [[0], [1]]  # 9 against 36, and 36 against 9
    one = PointQuantizer("plain", ("codeword",), (np.float32([[1, 1]]),))
    moved = finish(weighted.fitted_work(one, np.float32([[0, 0], [10, 10]]), weights))
    assert moved.tables[0].tolist() == [[2, 8]]  # (4·0 + 1·10) / 5, (1·0 + 4·10) / 5


@pytest.mark.parametrize("family", FAMILIES)
def test_the_best_of_all_tuples_is_found(family: str) -> None:
    quantizer = trained(family)
    every = np.int32(list(itertools.product(*map(range, quantizer.sizes))))
    decoded = quantizer.decode(every)
    errors = (WEIGHTS[:, None] * np.square(VECTORS[:, None] - decoded)).sum(axis=2)
    found = finish(weighted.encode_work(quantizer, VECTORS, WEIGHTS, beam=36))
    assert error(quantizer, found) == pytest.approx(errors.min(axis=1).sum(), rel=1e-9)


@pytest.mark.parametrize("family", FAMILIES)
def test_alike_weights_choose_as_none_do(family: str) -> None:
    quantizer = trained(family)
    alike = finish(weighted.encode_work(quantizer, VECTORS, np.full(VECTORS.shape, 0.7), beam=4))
    plain = finish(ofpoints.encode_work(quantizer, VECTORS, beam=4))
    assert (alike == plain).mean() > 0.999


@pytest.mark.parametrize("family", FAMILIES)
def test_fitting_lowers_the_weighted_error(family: str) -> None:
    before = trained(family)
    after = finish(weighted.fitted_work(before, VECTORS, WEIGHTS, beam=4))
    errors = [
        error(it, finish(weighted.encode_work(it, VECTORS, WEIGHTS, beam=4)))
        for it in (before, after)
    ]
    assert errors[1] < 0.995 * errors[0]
    assert [it.shape for it in after.tables] == [it.shape for it in before.tables]


def test_an_entry_without_vectors_stays() -> None:
    words = PointQuantizer("plain", ("codeword",), (np.float32([[0], [100]]),))
    ones = np.ones((2, 1))
    moved = finish(weighted.fitted_work(words, np.float32([[1], [3]]), ones))
    assert moved.tables[0].tolist() == [[2], [100]]


def test_of_many_vectors_some_are_fitted_to_evenly_spread() -> None:
    words = PointQuantizer("plain", ("codeword",), (np.float32([[0]]),))
    vectors = np.repeat(np.float32([[0], [9]]), weighted.SAMPLE, axis=0)
    weights = np.where(vectors > 0, 2.0, 1.0)
    moved = finish(weighted.fitted_work(words, vectors, weights))
    assert moved.tables[0].tolist() == [[6]]  # (1·0 + 2·9) / 3
