"""Tests of vectors in coded words: what goes in comes out, of every kind."""

import numpy as np
import pytest
from wavelet_cases import codewords_of, odds_of

from vqcore.coding.entropy import Reader, Writer
from vqcore.coding.wavelet.following import MOST_BEYOND, Follower, pass_through
from vqcore.coding.wavelet.lattice import LARGEST
from vqcore.coding.wavelet.spending import Counting
from vqcore.coding.wavelet.walking import Found, values_of
from vqcore.signals.waveletgrid import Place

COUNT = 1024
MAGNITUDES = [0, 1, 2, 16, 17, 18, 4000, LARGEST + MOST_BEYOND]


def drawn(codewords: np.ndarray, way: str, *, escapes: float = 0.2) -> Found:
    """Draw vectors of every kind, the first of them escapes of all magnitudes in all places."""
    rng = np.random.default_rng(len(codewords))
    symbols = rng.integers(0, len(codewords) + 1, COUNT)
    escaped = rng.random(COUNT) < escapes
    escaped[: len(MAGNITUDES) ** 2] = True
    symbols[escaped] = -1
    multiples = np.zeros((COUNT, 4), np.int64)
    sizes = rng.choice(MAGNITUDES, (escaped.sum(), 4))
    pairs = np.stack(np.meshgrid(MAGNITUDES, MAGNITUDES), axis=-1).reshape(-1, 2)
    sizes[: len(pairs)] = np.tile(pairs, 2)
    multiples[escaped] = sizes * rng.choice([-1, 1], sizes.shape)
    rows = np.flatnonzero(symbols > 0)
    if way == "alone":
        there = codewords[symbols[rows] - 1] > 0
        multiples[rows] = np.where(there, rng.choice([-1, 1], there.shape), 1)
    return Found(symbols.astype(np.int32), multiples)


@pytest.mark.parametrize("way", ["alone", "own"])
@pytest.mark.parametrize("size", [1, 2, 64, 4096])
def test_vectors_of_every_kind_go_through(size: int, way: str) -> None:
    codewords = codewords_of(size - 1, way)
    wanted, writer = drawn(codewords, way), Writer()
    written = pass_through(writer, wanted, odds_of(codewords, way))
    reader = Reader(writer.bytes())
    nothing = Found(np.zeros(COUNT, np.int32), np.zeros((COUNT, 4), np.int64))
    follower = Follower(reader, nothing)
    found = follower.decide(np.arange(COUNT), Place(0, 0), odds_of(codewords, way))
    assert reader.is_genuine()
    for one, other in zip(wanted, written, strict=True):
        np.testing.assert_array_equal(one, other)
    for one, other in zip(wanted, found, strict=True):
        np.testing.assert_array_equal(one, other)


@pytest.mark.parametrize("way", ["alone", "own"])
def test_a_pass_of_one_kind_goes_through(way: str) -> None:
    codewords = codewords_of(5, way)
    for symbol in (0, 1, -1):
        multiples = np.full((COUNT, 4), -3 if symbol < 0 else 0)
        if way == "alone" and symbol > 0:
            multiples = np.ones((COUNT, 4), int)
        wanted, writer = Found(np.full(COUNT, symbol, np.int32), multiples), Writer()
        pass_through(writer, wanted, odds_of(codewords, way))
        found = pass_through(Reader(writer.bytes()), wanted, odds_of(codewords, way))
        np.testing.assert_array_equal(found.symbols, wanted.symbols)
        np.testing.assert_array_equal(found.multiples, wanted.multiples)


def test_words_are_those_of_the_odds() -> None:
    """The sum of all −log2 of probabilities, but that none of them is below 2^-24."""
    codewords = codewords_of(63, "own")
    wanted, writer, ideal = drawn(codewords, "own"), Writer(), Counting()
    for coder in (writer, ideal):
        pass_through(coder, wanted, odds_of(codewords, "own"))
    assert len(writer.bytes()) == pytest.approx(ideal.bits / 8, rel=0.02)


def test_what_vectors_stand_for_by_hand() -> None:
    words = np.int16([[64, 8, 0, 16]])
    found = Found(np.int32([0, 1, -1]), np.array([[0] * 4, [-1, 1, 1, -1], [0, 2, -1, 0]]))
    assert values_of(found, words, signed=False).tolist() == [
        [0] * 4,
        [-64, 8, 0, -16],
        [0, 164, -81, 0],
    ]
    assert values_of(found, words, signed=True)[1].tolist() == [64, 8, 0, 16]
