"""Where the bits of a file went, band by band: what each symbol costs, as likely as it was."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from vqcore.arrays import Floats, Indices, Numbers, Reals, Rows
from vqcore.coding.wavelet.bitstream import code_planes, code_quantizer
from vqcore.coding.wavelet.encoded import EncodedWavelet, grid_of
from vqcore.coding.wavelet.following import Follower
from vqcore.coding.wavelet.looks import NAMES
from vqcore.coding.wavelet.odds import Odds
from vqcore.coding.wavelet.walking import Found
from vqcore.signals.wavelet import LEVELS
from vqcore.signals.waveletgrid import PLACES, Place
from vqcore.work import Work

COARSEST = "LL", *NAMES
"""The bands of the last level, in the order of the file."""
NUMBERS = 3
"""Those that a file begins with, before its codewords."""


@dataclass(frozen=True)
class Spent:
    """What a band of a plane takes of a file.

    Parameters
    ----------
    plane : 0 luma, 1 Cb, 2 Cr
    level : 1, the finest, to 6
    band : LL, HL, LH or HH
    coefficients : how many it has
    bits : that they take
    nothing : share of its vectors that are nothing, from 0 to 1; None where it has no vectors
    """

    plane: int
    level: int
    band: str
    coefficients: int
    bits: float
    nothing: float | None = None


@dataclass(frozen=True)
class Spending:
    """What a file is made of: the codebook and the bands, in the order of the file.

    Parameters
    ----------
    codebook_bits : of codewords; none, if they are shipped
    bands

    What is left of a file is its head, that is the header, three numbers and the checksum, and what
    the coder loses by rounding: a few 100 000ths of a bit a symbol.
    """

    codebook_bits: float
    bands: tuple[Spent, ...]

    @property
    def bits(self) -> float:
        return self.codebook_bits + sum(it.bits for it in self.bands)

    @property
    def coefficients(self) -> int:
        return sum(it.coefficients for it in self.bands)

    @property
    def has_colour(self) -> bool:
        return self.bands[-1].plane > 0


class Counting:
    """A coder that writes nothing, and keeps what each symbol costs: −log2 of how likely it was."""

    def __init__(self) -> None:
        self._costs = [np.zeros(0)]

    def code(self, symbols: Numbers, weights: Floats | Reals) -> Indices:
        """Count what the symbols cost, and give them back."""
        known = np.asarray(symbols, np.int32)
        own = np.take_along_axis(weights, known[:, None], axis=1)[:, 0]
        self._costs.append(np.log2(weights.sum(axis=1, dtype=np.float64) / own))
        return known

    @property
    def costs(self) -> Floats:
        """Return the bits of each symbol, in their order."""
        return np.concatenate(self._costs)

    @property
    def bits(self) -> float:
        return float(self.costs.sum())


class _Account:
    """Decides as vectors of a plane are known to be, and keeps what those of each band cost."""

    def __init__(self, wanted: Found) -> None:
        self.bits = dict.fromkeys(PLACES, 0.0)
        self.wanted = wanted

    def decide(self, where: Rows, place: Place, odds: Odds) -> Found:
        coder = Counting()
        found = Follower(coder, self.wanted).decide(where, place, odds)
        self.bits[place] += coder.bits
        return found


def spending_work(encoded: EncodedWavelet) -> Work[Spending]:
    """Find out where the bits of a picture's file go, with pauses."""
    book, coarse = Counting(), Counting()
    code_quantizer(book, encoded.quantizer)
    accounts = [_Account(found) for found in encoded.found]
    yield from code_planes(coarse, encoded.layout, encoded.quantizer, encoded.coarse, accounts)
    grid, bands = grid_of(encoded.layout), list[Spent]()
    of_planes = coarse.costs.reshape(len(accounts), len(COARSEST), -1)
    for plane, (costs, account) in enumerate(zip(of_planes, accounts, strict=True)):
        for band, own in zip(COARSEST, costs, strict=True):
            bands.append(Spent(plane, LEVELS, band, len(own), float(own.sum())))
        bands += [_spent(plane, place, account, part) for place, part in grid.parts()]
    return Spending(float(book.costs[NUMBERS:].sum()), tuple(bands))


def _spent(plane: int, place: Place, account: _Account, part: slice) -> Spent:
    """Return what a band of vectors takes."""
    symbols = account.wanted.symbols[part]
    nothing = float((symbols == 0).mean())
    name, coefficients = NAMES[place.orientation], 4 * len(symbols)
    return Spent(plane, place.level + 1, name, coefficients, account.bits[place], nothing)
