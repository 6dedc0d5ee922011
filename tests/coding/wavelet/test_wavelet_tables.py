"""Tests of logarithms, powers and odds in whole numbers, against those of `math`."""

import math

import numpy as np
import pytest

from vqcore.coding.wavelet.tables import (
    EXPONENTIALS,
    LATTICE_LOGS,
    LOGS,
    MAGNITUDES,
    ONE,
    SCALES,
    STEPS,
    geometric_weights,
    likely,
    log2,
    logs_of,
    normed,
)


def test_logarithms_of_magnitudes_are_rounded_right() -> None:
    expected = [min(255, round(16 * math.log2(1 + m / 32))) for m in range(65536)]
    assert LOGS.tolist() == expected
    assert logs_of(np.array([0, -32, 32, -70000])).tolist() == [0, 16, 16, 176]


def test_magnitudes_undo_their_logarithms() -> None:
    assert MAGNITUDES.tolist() == [round(32 * 2 ** (log / 16) - 32) for log in range(256)]
    small = np.arange(60, 177)
    assert LOGS[MAGNITUDES[small]].tolist() == small.tolist()


def test_logarithms_of_multiples_are_rounded_right() -> None:
    expected = [min(96, round(16 * math.log2(1 + 2 * a))) for a in range(4096)]
    assert LATTICE_LOGS.tolist() == expected


def test_exponentials_are_rounded_right_and_never_nothing() -> None:
    assert EXPONENTIALS.tolist() == [max(1, round(ONE * math.exp(-k / 64))) for k in range(1024)]


def test_steps_double_every_eighth() -> None:
    np.testing.assert_allclose(STEPS, [4 * 2 ** (q / 8) for q in range(64)], atol=2**-17)
    assert all(float(65536 * step).is_integer() for step in STEPS)


def test_coefficients_are_normed_to_one_with_their_signs() -> None:
    units = np.arange(-9000, 9001)
    expected = [round(64 * v / (v + 64) + 1e-9) for v in np.minimum(np.abs(units), 4095)]
    assert normed(units).tolist() == (np.sign(units) * expected).tolist()
    assert (normed(units).min(), normed(units).max()) == (-63, 63)


def test_logarithms_are_near_enough() -> None:
    values = np.concatenate([2.0 ** np.arange(-16, 40), np.random.default_rng(0).random(999) + 0.1])
    found = log2(values)
    assert np.abs(found - np.log2(values)).max() < 2**-9
    np.testing.assert_allclose(log2(2 * values), found + 1, rtol=0, atol=1e-12)


def test_odds_are_those_of_logits() -> None:
    logits = np.arange(-40 * 2048, 40 * 2048, 777).astype(np.float64)
    nats = np.floor(logits / 32) / 64
    expected = (1 / (1 + np.exp(-nats))).clip(2.0**-16, 1 - 2.0**-16)
    np.testing.assert_allclose(likely(logits), expected, rtol=3e-2)
    np.testing.assert_allclose(likely(logits), expected, atol=1e-6)
    assert likely(np.zeros(1)) == 0.5
    assert likely(logits).min() == 2.0**-16
    assert (np.diff(likely(logits)) >= 0).all()


@pytest.mark.parametrize("sixteenths", [1, 8, 16, 40, 300, 5000, 16000])
def test_weights_are_those_of_laplace_numbers_rounded(sixteenths: int) -> None:
    """Scales are in quarter octaves, and weights end at 1 of 2^20."""
    most = 60
    [weights] = geometric_weights(np.array([sixteenths]), most)
    assert len(weights) == 2 * most + 1
    np.testing.assert_array_equal(weights, weights[::-1])
    assert (np.diff(weights[most:]) <= 0).all()
    assert weights.min() >= 1
    scale = min(SCALES, key=lambda it: abs(math.log(it * 16 / sixteenths)))

    def below(x: float) -> float:
        return 1 - math.exp(-x / scale) / 2 if x > 0 else math.exp(x / scale) / 2

    exact = np.array([below(k + 0.5) - below(k - 0.5) for k in range(-most, most + 1)])
    found = weights / weights.sum()
    assert np.abs(found - exact / exact.sum()).sum() < 0.006


def test_larger_means_make_wider_weights() -> None:
    rows = geometric_weights(np.arange(1, 16000, 57), 400)
    shares = rows[:, 400] / rows.sum(axis=1)
    assert (np.diff(shares) <= 1e-12).all()
    assert shares[0] > 0.8
    assert shares[-1] < 0.02
