"""All vectors of a plane in the order of the file, each pass with the odds it will have there."""

from __future__ import annotations

from typing import NamedTuple, Protocol

import numpy as np

from vqcore.arrays import Differences, Indices, Rows, Whole
from vqcore.coding.wavelet import lattice
from vqcore.coding.wavelet.coarse import band_units
from vqcore.coding.wavelet.odds import Odds, Predictor
from vqcore.coding.wavelet.surroundings import Known, Maps, Surroundings
from vqcore.coding.wavelet.tables import logs_of
from vqcore.signals.wavelet import LEVELS
from vqcore.signals.waveletgrid import PHASES, VECTOR_LEVELS, Grid, Place
from vqcore.work import Work, one_thread_a_product


class Found(NamedTuple):
    """What vectors are.

    Parameters
    ----------
    symbols : int array of shape (m,): 0 nothing, −1 an escape, else a codeword
    multiples : int16 array of shape (m, 4), of escapes; of codewords that are magnitudes the signs
    """

    symbols: Indices
    multiples: Differences


class Decider(Protocol):
    """Says what vectors are: by choice, or as a file has it."""

    def decide(self, where: Rows, place: Place, odds: Odds) -> Found:
        """Return what vectors of a pass are, given their numbers among those of the plane."""
        ...


class Walked(NamedTuple):
    """A plane after the walk.

    Parameters
    ----------
    found : of all its vectors, in their order
    maps : of its bands
    """

    found: Found
    maps: Maps


def walk(
    grid: Grid, predictor: Predictor, known: Known, coarse: Whole, decider: Decider
) -> Work[Walked]:
    """Go through the vectors of a plane, with pauses.

    Parameters
    ----------
    grid, predictor, known
    coarse : HL, LH and HH of the last level, in steps
    decider
    """
    maps: Maps = {level: [] for level in VECTOR_LEVELS}
    maps[LEVELS - 1] = [logs_of(band_units(band)) for band in coarse]
    symbols = np.zeros(grid.total, np.int32)
    multiples = np.zeros((grid.total, 4), np.int16)
    with one_thread_a_product():
        for place, part in grid.parts():
            around = Surroundings(grid, place, known, maps)
            numbers = np.arange(part.start, part.stop, dtype=np.int32).reshape(around.shape)
            for phase, (row, column) in enumerate(PHASES):
                where = numbers[row::2, column::2].ravel()
                if not len(where):
                    continue
                odds = predictor.odds(place, known, around, phase)
                found = decider.decide(where, place, odds)
                rows, some = _learnt(found, odds)
                around.put(phase, rows, values_of(some, odds.codewords, signed=odds.signed))
                symbols[where[rows]], multiples[where[rows]] = some
                yield
            maps[place.level].append(around.map)
    return Walked(Found(symbols, multiples), maps)


def _learnt(found: Found, odds: Odds) -> tuple[Rows, Found]:
    """Let the odds learn what a pass came to; return which vectors are something, and these."""
    odds.learn(found.symbols)
    rows = np.flatnonzero(found.symbols)
    return rows, Found(found.symbols[rows], found.multiples[rows])


def values_of(found: Found, codewords: Differences, *, signed: bool) -> Indices:
    """Return the coefficients of vectors, in units."""
    values = lattice.in_units(found.multiples)
    rows = np.flatnonzero(found.symbols > 0)
    values[rows] = codewords[found.symbols[rows] - 1]
    if not signed:
        values[rows] *= found.multiples[rows]
    return values
