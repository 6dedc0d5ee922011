"""Tests of points swept: their figures against numpy's, and what vectors gain over scalars."""

import math
from typing import Any

import numpy as np
import pytest

from vqcore.arrays import Sketch
from vqcore.codebooks.codebook import Codebook
from vqcore.codebooks.textbook import Rules
from vqcore.codebooks.training import codebook_work
from vqcore.lab.advantage import Advantage, advantage_work, dimensions_work, possible_bits
from vqcore.lab.bounds import shannon_db
from vqcore.lab.pointstudy import (
    PointStudy,
    known_advantages,
    known_scalars,
    measuring_scalars,
    relatives,
    sweeping,
    weighed_points,
    weighing,
)
from vqcore.lab.pointsweeps import (
    PointSettings,
    PointStep,
    encode_points,
    possible_sizes,
    sweep_points,
)
from vqcore.lab.store import Store
from vqcore.show.pointpanels import advantages_table
from vqcore.signals.points import Points
from vqcore.signals.sources import made
from vqcore.work import Work, finish


def steps(points: Points, sizes: list[int], **how: object) -> list[PointStep]:
    every = sweep_points(points, PointSettings(**how), sizes)
    return [it for it in every if isinstance(it, PointStep)]


def test_figures_by_hand() -> None:
    points = Points(np.float32([[0, 0], [0, 2], [8, 0], [8, 2]]), "")
    [one, two] = (it.figures for it in steps(points, [1, 2]))
    assert (one.mse, one.nominal_rate, one.codebook_bytes) == (8.5, 0, 8)
    assert one.snr_db == pytest.approx(10 * math.log10(17 / 8.5))
    assert one.snr_variance_db == pytest.approx(0)
    assert (two.mse, two.rmse, two.largest_error) == (0.5, math.sqrt(0.5), 1)
    assert (two.nominal_rate, two.entropy_rate, two.nominal_bytes) == (0.5, 0.5, 0.5)
    assert two.snr_variance_db == pytest.approx(10 * math.log10(8.5 / 0.5))


@pytest.mark.parametrize("family", ["mean-removed", "gain-shape"])
def test_codewords_in_use_are_among_the_k(family: str) -> None:
    [step] = steps(made("laplacian", 3000, 4), [2], family=family)
    assert (step.codebook_size, step.figures.used_codewords) == (2, 2)


@pytest.mark.parametrize("family", ["plain", "residual", "gain-shape", "product"])
def test_figures_are_those_of_what_the_file_decodes_to(family: str) -> None:
    points = made("laplacian", 3000, 4)
    for step in steps(points, [2, 16], family=family):
        decoded = step.encoded.decode().astype(np.float64)
        errors = points.vectors - decoded
        assert step.figures.mse == pytest.approx(np.square(errors).mean(), rel=1e-9)
        assert step.figures.largest_error == pytest.approx(np.abs(errors).max())
        assert step.figures.file_bytes == len(step.file)
        assert step.figures.entropy_rate <= step.figures.nominal_rate + 1e-9


# Table of Max 1960 and of others after him: Lloyd–Max levels for N(0, 1), SNR in dB.
LLOYD_MAX = {2: 4.40, 4: 9.30, 8: 14.62, 16: 20.22, 32: 26.01, 64: 31.89}


def test_scalars_of_a_gaussian_are_lloyd_and_maxs() -> None:
    for step in steps(made("gaussian", 300_000, 1), list(LLOYD_MAX)):
        assert step.figures.snr_db == pytest.approx(LLOYD_MAX[step.codebook_size], abs=0.05)


def test_sizes_go_no_higher_than_the_distinct_vectors() -> None:
    points = Points(np.float32([[1], [2], [2], [5]]), "")
    assert possible_sizes(points, PointSettings(), [1, 2, 4, 8]) == [1, 2, 3]
    given = PointSettings(trainer="textbook", rules=Rules("given", ((1.0,), (5.0,))))
    assert possible_sizes(points, given, [1, 2, 4]) == [2]
    [two] = (it for it in sweep_points(points, given, [2]) if isinstance(it, PointStep))
    assert two.trained.book.lines[0].distortion == pytest.approx(0.5)


def test_points_are_encoded_with_a_quantizer_from_elsewhere() -> None:
    [step] = steps(made("rings", 2000, 2), [16])
    others = made("rings", 500, 2, seed=9)
    encoded = encode_points(others, step.encoded.quantizer)
    off = np.square(others.vectors[:, None] - encoded.quantizer.tables[0]).sum(axis=2)
    np.testing.assert_array_equal(encoded.indices[:, 0], off.argmin(axis=1))


# Vectors against scalars


def test_without_memory_vectors_gain_space_and_shape_and_no_more() -> None:
    points = made("gaussian", 8000, 2)
    found = finish(advantage_work(points, 3))
    assert isinstance(found, Advantage)
    assert abs(found.memory_db) < 0.08
    assert found.space_db == 0.167
    assert 0.25 < found.total_db < 0.167 + 1.14
    assert found.total_db == pytest.approx(found.memory_db + found.space_db + found.shape_db)


def test_uniform_numbers_have_no_shape_to_follow() -> None:
    found = finish(advantage_work(made("uniform", 8000, 2), 3))
    assert abs(found.memory_db) < 0.08
    assert -0.25 < found.shape_db < 0.05  # cells at the ends fit worse


def test_memory_is_what_shuffling_takes_away() -> None:
    found = finish(advantage_work(made("gauss-markov", 5000, 2), 2))
    gain = -5 * math.log10(1 - 0.9**2)  # of the determinant, a number
    assert found.memory_db == pytest.approx(gain, abs=0.35)


def test_longer_vectors_come_nearer_to_the_bound() -> None:
    found = finish(dimensions_work(made("gauss-markov", 70_000, 1), 1))
    assert [it.dimension for it in found] == [1, 2, 4, 8]
    snr_db = [it.snr_db for it in found]
    assert snr_db == sorted(snr_db)
    assert snr_db[-1] < shannon_db("gauss-markov", [1], 0.9)[0]
    assert snr_db[-1] - snr_db[0] > 6


def test_with_few_vectors_nothing_is_compared() -> None:
    assert possible_bits(made("gaussian", 100, 2)) == []
    assert possible_bits(made("gaussian", 100, 1)) == []
    assert finish(dimensions_work(made("gaussian", 60, 1), 1)) == []
    alike = Points(np.zeros((5000, 2), np.float32), "")
    assert finish(advantage_work(alike, 1)) is None


# A study


def test_a_study_keeps_what_it_finds_out() -> None:
    store, points = Store(10**8), made("mixture", 2100, 2)
    study = PointStudy(points, PointSettings(), (1, 2, 4, 8), store, ("mixture", 0.0))
    assert study.plan == [1, 2, 4, 8]
    assert not study.is_complete
    assert list(sweeping(study))[-1] is None
    again = PointStudy(points, PointSettings(), (1, 2, 4, 8), store)
    assert again.is_complete
    assert [*again.steps] == [1, 2, 4, 8]
    assert again.steps[8] is study.steps[8]
    assert list(sweeping(again)) == []
    finish(weighing(again))
    assert [it.bits for it in known_advantages(study)] == possible_bits(points)
    finish(measuring_scalars(study))
    assert [it.levels for it in known_scalars(again)[0]] == [2, 4, 8, 16, 32, 64]
    assert {it.settings.family for it in relatives(study)} >= {"residual", "tree", "product"}


def test_what_vectors_gain_goes_on_from_what_is_known(monkeypatch: pytest.MonkeyPatch) -> None:
    points = made("gauss-markov", 2100, 2)
    bits = possible_bits(points)
    expected = [finish(advantage_work(points, each)) for each in bits]
    study = PointStudy(points, PointSettings(), (1, 2, 4, 8), Store(10**9))
    finish(sweeping(study))
    trained = list[tuple[int, list[int]]]()

    def noted(vectors: Sketch, size: int, **how: Any) -> Work[Codebook]:
        trained.append((size, [*how["known"]]))
        return codebook_work(vectors, size, **how)

    monkeypatch.setattr("vqcore.lab.advantage.codebook_work", noted)
    finish(weighing(study))
    assert known_advantages(study) == expected
    assert trained == [(4, []), (16, [4]), (16, [4]), (64, [16]), (64, [16])]


def test_a_start_that_does_not_fit_is_left_out() -> None:
    rules = Rules("given", ((1.0,), (5.0,)), weights=(1.0, 2.0))
    settings = PointSettings(trainer="textbook", rules=rules)
    study = PointStudy(made("rings", 50, 2), settings, (4,), Store(10**7))
    assert (study.settings.given, study.settings.rules.weights) == ((), (1.0, 2.0))
    assert study.settings.rules.start == "splitting"


PEOPLE = [(72, 180), (65, 120), (59, 119), (64, 150), (65, 162), (57, 88)]
PEOPLE += [(72, 175), (44, 41), (62, 114), (60, 110), (56, 91), (70, 172)]
START = (45.0, 50.0), (75.0, 117.0), (45.0, 117.0), (80.0, 180.0)


def test_by_the_book_codewords_stay_in_their_order_and_ties_go_to_the_first() -> None:
    """Sayood, example 10.4: (60, 110) is as near to (75, 117) as to (45, 117)."""
    points = Points(np.float32(PEOPLE), "")
    rules = Rules("given", START, epsilon=0, iterations=0)
    [step] = steps(points, [4], trainer="textbook", rules=rules)
    assert step.encoded.quantizer.tables[0].tolist() == [list(it) for it in START]
    line = step.trained.book.lines[0]
    assert (line.largest, line.smallest) == (5, 1)
    assert step.encoded.use[0].tolist() == [1, 3, 3, 5]
    assert step.encoded.indices[9, 0] == 1


def test_of_very_many_points_some_are_weighed(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("vqcore.lab.pointstudy.MOST_WEIGHED", 2048)
    monkeypatch.setattr("vqcore.show.pointpanels.MOST_WEIGHED", 2048)
    study = PointStudy(made("gaussian", 5000, 2), PointSettings(), (4,), Store(10**8))
    list(sweeping(study))
    list(weighing(study))
    some = weighed_points(study)
    assert some.count == 2048
    [first, *_] = known_advantages(study)
    assert first == finish(advantage_work(some, 1))
    assert advantages_table(study).above.startswith("Of 2,048 of the vectors")
