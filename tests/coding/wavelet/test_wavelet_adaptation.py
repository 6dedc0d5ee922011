"""Tests of what a picture teaches about odds, by hand."""

import numpy as np

from vqcore.coding.wavelet.adaptation import EntryCounts, FlagCounts, Predicted

HALF, SELDOM = np.full(48, 0.5), np.full(10, 0.01)


def test_what_nothing_is_known_of_stays_as_predicted() -> None:
    likely = np.linspace(0.001, 0.999, 50)
    np.testing.assert_allclose(FlagCounts().corrected(Predicted.of(likely)), likely, rtol=1e-12)
    assert EntryCounts(np.int16([[64, 0, 0, 0], [0, -64, 0, 0]])).factors.tolist() == [256, 256]


def test_flags_set_more_often_than_predicted_become_likelier() -> None:
    """Of 48 at one half all were set: (48 + 24) / (24 + 24) to (0 + 24) / (24 + 24), 3 to 1."""
    rates = FlagCounts()
    rates.learn(Predicted.of(HALF), np.ones(48, bool))
    found = rates.corrected(Predicted.of(np.array([0.5, 0.4])))
    np.testing.assert_allclose(found, [0.75, 3 * 0.4 / (3 * 0.4 + 0.6)])
    others = Predicted.of(SELDOM)  # another bin
    np.testing.assert_array_equal(rates.corrected(others), SELDOM)


def test_flags_as_often_as_predicted_change_nothing() -> None:
    rates = FlagCounts()
    rates.learn(Predicted.of(HALF), np.arange(48) % 2 > 0)
    np.testing.assert_allclose(rates.corrected(Predicted.of(HALF)), HALF)


def test_passes_learnt_together_or_one_by_one_come_to_the_same() -> None:
    rng = np.random.default_rng(0)
    likely, flags = rng.random(500), rng.random(500) < 0.5
    together, one_by_one = FlagCounts(), FlagCounts()
    together.learn(Predicted.of(likely), flags)
    for part in np.array_split(np.arange(500), 7):
        one_by_one.learn(Predicted.of(likely[part]), flags[part])
    np.testing.assert_array_equal(
        together.corrected(Predicted.of(likely)), one_by_one.corrected(Predicted.of(likely))
    )


def test_codewords_in_use_become_likelier_and_those_alike_in_shape_a_little() -> None:
    """Three codewords, two of one shape; 24 vectors of the first where each was as likely.

    Seen 24 and 0 of 8 each expected: groups (24 + 24) / (16 + 24) = 1.2 and 24 / 32 = 0.75. Then
    (24 + 12) / (8·1.2 + 12) · 1.2 = 2, and 12 / (8·1.2 + 12) · 1.2, and 12 / (8·0.75 + 12) · 0.75.
    """
    rates = EntryCounts(np.int16([[64, 0, 0, 0], [-72, 0, 8, 0], [0, 64, 64, 0]]))
    rates.learn(np.full((24, 3), 5.0), np.zeros(24, int))
    assert rates.factors.tolist() == [512, 170, 128]


def test_factors_have_bounds() -> None:
    rates = EntryCounts(np.int16([[64, 0, 0, 0], [0, 64, 0, 0]]))
    for _ in range(40):
        rates.learn(np.tile([1.0, 1e6], (1000, 1)), np.zeros(1000, int))
    assert rates.factors.tolist() == [8192, 16]


def test_without_codewords_there_is_nothing_to_learn() -> None:
    assert EntryCounts(np.zeros((0, 4), np.int16)).factors.shape == (0,)
