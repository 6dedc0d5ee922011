"""Tests of vectors chosen for bits and distortion, against brute force."""

import numpy as np
import pytest
from numpy.typing import NDArray
from wavelet_cases import codewords_of, odds_of

from vqcore.coding.entropy import Writer
from vqcore.coding.wavelet import lattice
from vqcore.coding.wavelet.choosing import Chooser, escape_bits
from vqcore.coding.wavelet.following import pass_through
from vqcore.coding.wavelet.odds import Odds
from vqcore.coding.wavelet.spending import Counting
from vqcore.coding.wavelet.walking import Found, values_of
from vqcore.quantizers.wavelet import WORTH_OF_A_BIT
from vqcore.signals.waveletgrid import Place

COUNT = 1024
WHERE, PLACE = np.arange(COUNT), Place(0, 0)
WORTH = WORTH_OF_A_BIT * 64**2


def drawn_vectors(seed: int = 0) -> NDArray[np.float32]:
    rng = np.random.default_rng(seed)
    return np.rint(rng.laplace(0, 1, (COUNT, 4)) * rng.choice([20, 60, 200], (COUNT, 1))).astype(
        np.float32
    )


def bits_of(row: int, symbol: int, multiples: NDArray, odds: Odds) -> float:
    """Return the bits of one vector, as a file has them."""
    something, rows = odds.something[row], np.array([row])
    if symbol == 0:
        return float(-np.log2(1 - something))
    escaped, bits = odds.escaped(rows)[0], float(-np.log2(something))
    if symbol > 0:
        weights = odds.entry_weights(rows)[0].astype(np.float64)
        signs = 0 if odds.signed else int((odds.codewords[symbol - 1] > 0).sum())
        own = np.log2(weights[symbol - 1] / weights.sum())
        return bits + float(-np.log2(1 - escaped) - own) + signs
    before = list[NDArray]()
    for magnitude in np.abs(multiples):
        weights = odds.magnitude_weights(rows, before)[0].astype(np.float64)
        bits -= float(np.log2(weights[magnitude] / weights.sum())) - (magnitude > 0)
        before.append(np.array([magnitude]))
    return bits - float(np.log2(escaped))


def cost_of(vector: NDArray, row: int, symbol: int, multiples: NDArray, odds: Odds) -> float:
    found = Found(np.int32([symbol]), multiples[None].copy())
    if symbol > 0 and not odds.signed:
        found.multiples[0] = np.where(vector < 0, -1, 1)
    value = values_of(found, odds.codewords, signed=odds.signed)[0]
    return float(np.square(vector - value).sum()) + WORTH * bits_of(row, symbol, multiples, odds)


@pytest.mark.parametrize("way", ["alone", "own"])
@pytest.mark.parametrize("size", [1, 2, 12])
def test_each_vector_becomes_what_costs_least(size: int, way: str) -> None:
    """Of all codewords, nothing and the escape next to it; logarithms are a little rough there."""
    odds, vectors = odds_of(codewords_of(size - 1, way), way), drawn_vectors()
    found = Chooser(vectors).decide(WHERE, PLACE, odds)
    kinds = set()
    for row in range(0, COUNT, 9):
        vector, nothing = vectors[row], np.zeros(4, int)
        escape = lattice.multiples_of(vector)
        every = {it: cost_of(vector, row, it, nothing, odds) for it in range(size)}
        if escape.any() and np.square(vector).sum() > 0.36 * 64**2 and np.abs(escape).max() < 17:
            every[-1] = cost_of(vector, row, -1, escape, odds)
        symbol = int(found.symbols[row])
        if np.abs(escape).max() >= 17:
            assert symbol == -1
            continue
        if np.square(vector).sum() <= 0.36 * 64**2:
            assert symbol == 0
            continue
        kinds.add(np.sign(symbol))
        assert every[symbol] <= min(every.values()) + 0.02 * WORTH
        if symbol < 0:
            np.testing.assert_array_equal(found.multiples[row], escape)
    assert {-1, 0} <= kinds
    assert (1 in kinds) == (size > 1 and (size, way) != (2, "own"))  # that one is near no vector


def test_where_costs_are_equal_it_is_nothing_and_then_the_first_codeword() -> None:
    words = np.int16([[128, 0, 0, 0], [128, 0, 0, 0]])
    odds, vectors = odds_of(words, "own"), np.zeros((COUNT, 4), np.float32)
    vectors[:, 0] = 128
    symbols = Chooser(vectors).decide(WHERE, PLACE, odds).symbols
    assert set(symbols) <= {-1, 0, 1}
    assert (symbols == 1).any()


def test_what_is_as_near_to_nothing_as_to_a_codeword_is_nothing() -> None:
    """Where bits are worth nothing, and with many codewords no escape is tried so near."""
    odds = odds_of(np.int16([[128, 0, 0, 0]] * 200), "own")
    vectors = np.zeros((COUNT, 4), np.float32)
    vectors[:, 0] = 64 + np.arange(COUNT) % 2
    symbols = Chooser(vectors, None, 0).decide(WHERE, PLACE, odds).symbols
    assert symbols.tolist() == [0, 1] * (COUNT // 2)


def test_a_bit_that_is_worth_more_makes_more_of_nothing() -> None:
    odds, counts = odds_of(codewords_of(11, "own"), "own"), []
    for worth in (0, 0.05, 0.14, 1, 50):
        found = Chooser(drawn_vectors(), None, worth).decide(WHERE, PLACE, odds)
        counts.append(int((found.symbols == 0).sum()))
    assert counts == sorted(counts)
    assert counts[0] < counts[-1]


@pytest.mark.parametrize("way", ["alone", "own"])
def test_bits_of_escapes_are_those_of_the_file(way: str) -> None:
    odds = odds_of(codewords_of(0, way), way)
    multiples = np.random.default_rng(0).integers(-6, 7, (COUNT, 4))
    ideal, found = Counting(), Found(np.full(COUNT, -1, np.int32), multiples)
    pass_through(ideal, found, odds)
    flags = -np.log2(odds.something).sum()
    assert flags + escape_bits(odds, WHERE, multiples).sum() == pytest.approx(ideal.bits, rel=0.03)


def test_what_is_chosen_is_written_as_well() -> None:
    words, vectors = codewords_of(11, "own"), drawn_vectors()
    writer, other = Writer(), Writer()
    found = Chooser(vectors, writer).decide(WHERE, PLACE, odds_of(words, "own"))
    pass_through(other, found, odds_of(words, "own"))
    assert writer.bytes() == other.bytes()


def test_vectors_beyond_all_codewords_do_not_overflow() -> None:
    odds = odds_of(codewords_of(300, "own"), "own")
    vectors = np.full((COUNT, 4), 2**15, np.float32) * np.sign(drawn_vectors() + 0.5)
    found = Chooser(vectors).decide(WHERE, PLACE, odds)
    assert (found.symbols == -1).all()
    off = np.abs(lattice.in_units(found.multiples) - vectors)
    assert off.max() <= 46
