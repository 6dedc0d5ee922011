"""Tests of the odds where nothing is shipped, by hand."""

import numpy as np
import pytest

from vqcore.coding.wavelet.counting import BOUNDS, CLASSES, USUAL, CountedOdds, Counter
from vqcore.coding.wavelet.surroundings import Known, Maps, Surroundings
from vqcore.signals.waveletgrid import Grid, Place

WORDS = np.int16([[64, 0, 0, 0], [0, 64, 64, 0]])


def odds_of(*classes: int, counter: Counter | None = None) -> CountedOdds:
    return CountedOdds(counter or Counter(WORDS), np.array(classes))


def test_before_anything_is_counted_strong_surroundings_make_something_likely() -> None:
    odds = odds_of(0, 5, 17)
    assert odds.something.tolist() == [4 / 20, 14 / 30, 38 / 54]
    assert odds.escaped(np.arange(3)).tolist() == [1 / 13, 1 / 13, 50 / 62]
    # each of two: a share of 48, times 16, and 1
    assert odds.entry_weights(np.array([1])).tolist() == [[385, 385]]


def test_what_is_counted_is_counted_in_its_class_and_beside_it() -> None:
    counter = Counter(WORDS)
    odds_of(3, 3, 3, 3, 9, counter=counter).learn(np.array([0, 1, 2, 2, -1]))
    assert odds_of(3, 9, 4, counter=counter).something.tolist() == [13 / 30, 23 / 39, 12 / 28]
    assert odds_of(3, 9, 4, counter=counter).escaped(np.arange(3)).tolist() == [
        1 / 16,
        2 / 14,
        1 / 13,
    ]
    # 1 and 2 of 3, one more each: of 5 shares 2 and 3, 307 and 460 of 768, and 1
    weights = odds_of(3, 2, 4, 5, counter=counter).entry_weights(np.arange(4))
    assert weights[:2].tolist() == [[308 + 16, 461 + 32], [308 + 6, 461 + 12]]
    assert weights[2:].tolist() == [[308 + 6, 461 + 12], [308, 461]]


def test_bits_are_those_of_weights_and_signs() -> None:
    odds = odds_of(0)
    np.testing.assert_allclose(odds.entry_bits(np.array([0])), [[1 + 1, 1 + 2]], atol=0.01)
    assert odds.negative(np.array([0]), 0, np.array([3])).tolist() == [0.5]


def test_without_codewords_all_that_is_something_escapes() -> None:
    odds = CountedOdds(Counter(WORDS[:0]), np.array([0, 12]))
    assert odds.escaped(np.arange(2)).tolist() == [1, 1]


def test_classes_are_by_the_strength_around() -> None:
    assert len(BOUNDS) == CLASSES - 1
    assert BOUNDS[:3].tolist() == [820, 1131, 1560]
    assert (np.diff(USUAL) >= 0).all()
    grid, place = Grid(64, 64), Place(3, 0)
    found = []
    for level in (0, 40, 80, 120, 160):
        maps: Maps = {at: [np.full((64 >> at + 1,) * 2, level, np.int16)] * 3 for at in (4, 5)}
        maps[3] = []
        around = Surroundings(grid, place, Known(20), maps)
        found.append(Counter(WORDS).odds(place, Known(20), around, 0).something[0])
    assert found == sorted(found)
    assert found[0] == pytest.approx(4 / 20)
    assert found[-1] == pytest.approx(38 / 54)


def test_larger_magnitudes_follow_larger_ones() -> None:
    odds, rows = odds_of(8), np.array([0])
    small, large = (odds.magnitude_weights(rows, [np.array([it])])[0] for it in (0, 9))
    assert small.shape == (18,)
    assert small[0] / small.sum() > large[0] / large.sum()
    assert small[9] / small.sum() < large[9] / large.sum()
