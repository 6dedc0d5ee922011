"""Vectors <-> coded words, pass by pass."""

from __future__ import annotations

from functools import cache

import numpy as np

from vqcore.arrays import Differences, Flags, Floats, Indices, Numbers, Rows, Whole
from vqcore.coding.contexts import Weights
from vqcore.coding.entropy import Coder
from vqcore.coding.wavelet.lattice import LARGEST
from vqcore.coding.wavelet.odds import Odds, few
from vqcore.coding.wavelet.tables import geometric_weights
from vqcore.coding.wavelet.walking import Found
from vqcore.signals.waveletgrid import Place

MOST_BEYOND = 4095
USUAL_BEYOND = 16 * 24


class Follower:
    """Decides as vectors are known to be, and passes that through a coder.

    Parameters
    ----------
    coder
    wanted : of all vectors of the plane; a Reader does not look
    """

    def __init__(self, coder: Coder, wanted: Found) -> None:
        self._coder, self._wanted = coder, wanted

    def decide(self, where: Rows, place: Place, odds: Odds) -> Found:
        wanted = Found(self._wanted.symbols[where], self._wanted.multiples[where])
        return pass_through(self._coder, wanted, odds)


def pass_through(coder: Coder, wanted: Found, odds: Odds) -> Found:
    """Pass the vectors of one pass through the coder; a Reader looks at how many there are."""
    index, multiples = np.zeros_like(wanted.symbols), np.zeros_like(wanted.multiples)
    rows = np.flatnonzero(_code_flags(coder, wanted.symbols != 0, odds.something))
    escaped = np.ones(len(rows), bool)
    if len(odds.codewords):
        escaped = _code_flags(coder, wanted.symbols[rows] < 0, odds.escaped(rows))
    for some in few(rows[~escaped], len(odds.codewords)):
        index[some] = 1 + _code(coder, wanted.symbols[some] - 1, odds.entry_weights(some))
        if not odds.signed:
            there = odds.codewords[index[some] - 1] > 0
            multiples[some] = _code_signs(coder, wanted.multiples[some], there)
    for some in few(rows[escaped], LARGEST + 1):
        index[some] = -1
        multiples[some] = _code_multiples(coder, wanted.multiples[some], odds, some)
    return Found(index, multiples)


def _code_flags(coder: Coder, wanted: Numbers, likely: Floats) -> Numbers:
    weights = np.empty((len(likely), 2))
    np.subtract(1, likely, out=weights[:, 0])
    weights[:, 1] = likely
    return _code(coder, wanted, weights) > 0


def _code_signs(coder: Coder, wanted: Numbers, there: Flags) -> Differences:
    """Pass signs through, where there is something; elsewhere they are 1."""
    signs = np.ones(wanted.shape, np.int16)
    signs[there] -= 2 * _code_flags(coder, wanted[there] < 0, np.full(there.sum(), 0.5))
    return signs


def _code_multiples(coder: Coder, wanted: Numbers, odds: Odds, rows: Rows) -> Differences:
    found = list[Whole]()
    signed = np.zeros(wanted.shape, np.int16)
    for place, own in enumerate(wanted.T.astype(np.int64)):
        weights = odds.magnitude_weights(rows, found)
        magnitude = _code(coder, np.minimum(np.abs(own), LARGEST), weights).astype(np.int64)
        beyond = np.flatnonzero(magnitude == LARGEST)
        for some in few(beyond, MOST_BEYOND + 1):
            magnitude[some] += _code_beyond(coder, np.abs(own[some]) - LARGEST)
        there = np.flatnonzero(magnitude)
        likely = odds.negative(rows[there], place, magnitude[there])
        negative = _code_flags(coder, own[there] < 0, likely)
        signed[:, place] = magnitude
        signed[there[negative], place] *= -1
        found.append(magnitude)
    return signed


def _code_beyond(coder: Coder, wanted: Whole) -> Whole:
    return _code(coder, wanted, np.tile(_weights_beyond(), (len(wanted), 1))).astype(np.int64)


@cache
def _weights_beyond() -> Floats:
    return geometric_weights(np.array([USUAL_BEYOND]), MOST_BEYOND)[:, MOST_BEYOND:]


def _code(coder: Coder, symbols: Numbers, weights: Weights | Floats) -> Indices:
    """Pass symbols through; none, or those that can be only one thing, take nothing."""
    if not len(symbols) or weights.shape[1] == 1:
        return np.zeros(len(symbols), np.int32)
    return coder.code(symbols, weights)
