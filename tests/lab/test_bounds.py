"""Tests of what theory says of points, and of scalars beside them."""

import math

import numpy as np
import pytest

from vqcore.lab.bounds import (
    SCALAR_LOSS_DB,
    entropy_coded_scalars,
    shannon_db,
    uniform_scalars,
)
from vqcore.signals.points import Points
from vqcore.signals.sources import made

# Max 1960, doi:10.1109/TIT.1960.1057548, table II: uniform levels for N(0, 1), the best step.
STEPS = {1: 1.596, 2: 0.9957, 3: 0.5860, 4: 0.3352, 5: 0.1881}
ERRORS = {1: 0.3634, 2: 0.1188, 3: 0.03744, 4: 0.01154, 5: 0.003495}


@pytest.fixture(scope="module")
def gaussian() -> Points:
    return made("gaussian", 400_000, 1)


def test_uniform_levels_of_a_gaussian_are_those_of_the_table(gaussian: Points) -> None:
    for bits, found in enumerate(uniform_scalars(gaussian, 5), 1):
        assert (found.rate, found.levels) == (bits, 2**bits)
        assert found.step == pytest.approx(STEPS[bits], rel=0.04)
        assert found.snr_db == pytest.approx(-10 * math.log10(ERRORS[bits]), abs=0.06)


@pytest.mark.parametrize(
    ("source", "rate", "within"),  # a corner or an end of the density is felt longer
    [("gaussian", 3, 0.02), ("laplacian", 5, 0.03), ("uniform", 5, 0.03), ("triangular", 5, 0.03)],
)
def test_entropy_coded_scalars_lose_what_gish_and_pierce_say(
    source: str, rate: float, within: float
) -> None:
    coded = entropy_coded_scalars(made(source, 400_000, 1), [rate])
    for found in coded:
        [bound] = shannon_db(source, [found.rate])
        assert bound - found.snr_db == pytest.approx(SCALAR_LOSS_DB, abs=within)


def test_scalars_never_beat_the_bound(gaussian: Points) -> None:
    for found in entropy_coded_scalars(gaussian, [0.1, 0.5, 1, 2]):
        assert found.snr_db < shannon_db("gaussian", [found.rate])[0]


def test_bounds_by_hand() -> None:
    assert pytest.approx(1.5329, abs=1e-4) == SCALAR_LOSS_DB
    assert shannon_db("gaussian", [0, 1, 2]) == pytest.approx([0, 6.0206, 12.0412], abs=1e-4)
    assert shannon_db("uniform", [2])[0] == pytest.approx(12.0412 + 1.5329, abs=1e-4)
    # h = 1 + ln(2b) nats with b² = ½, so e²ʰ / 2πe = e / π.
    assert shannon_db("laplacian", [0])[0] == pytest.approx(10 * math.log10(math.pi / math.e))
    assert shannon_db("rings", [1]) is None
    assert shannon_db("", [1]) is None


@pytest.mark.parametrize("correlation", [0.5, 0.9, -0.9])
def test_memory_is_worth_its_prediction_at_high_rates(correlation: float) -> None:
    gain = -10 * math.log10(1 - correlation**2)
    found = shannon_db("gauss-markov", [0, 3, 4], correlation)
    assert found == pytest.approx([0, 18.0618 + gain, 24.0824 + gain], abs=0.01)
    low = shannon_db("gauss-markov", [0.1], correlation)[0]
    assert 0.602 < low < 0.602 + gain


def test_without_memory_water_is_as_deep_everywhere() -> None:
    assert shannon_db("gauss-markov", [0.5, 1], 0) == pytest.approx([3.0103, 6.0206], abs=1e-3)


def test_numbers_all_alike_have_no_scalars_to_speak_of() -> None:
    alike = Points(np.full((50, 1), 3, np.float32), "")
    assert entropy_coded_scalars(alike, [1, 2]) == []
    assert [it.levels for it in uniform_scalars(alike, 2)] == [2, 4]


def test_snr_of_scalars_is_of_the_power_also_where_the_mean_is_not_0() -> None:
    points = Points(np.float32([[9], [11]] * 50), "")
    [coded] = entropy_coded_scalars(points, [0])  # one cell, which has the mean back: an error of 1
    assert (coded.levels, coded.rate) == (1, 0)
    assert coded.snr_db == pytest.approx(10 * math.log10(101))
