"""What whoever chooses, writes or reads vectors asks: how likely is what?"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Protocol

from vqcore.arrays import Differences, Floats, Indices, Reals, Rows, Whole
from vqcore.coding.contexts import WEIGHTS_AT_ONCE, in_parts
from vqcore.coding.wavelet.surroundings import Known, Surroundings
from vqcore.signals.waveletgrid import Place


class Odds(Protocol):
    """How likely each symbol is for the m vectors of a pass."""

    @property
    def codewords(self) -> Differences:
        """Return all but the first, which is nothing, in units, shape (k, 4)."""

    @property
    def signed(self) -> bool:
        """Say whether codewords have signs; else they are magnitudes, and signs follow them."""

    @property
    def something(self) -> Floats:
        """Return how likely each vector is something, shape (m,)."""

    def escaped(self, rows: Rows) -> Floats:
        """Return how likely some are then an escape, shape (r,); without a codeword, they are."""

    def entry_weights(self, rows: Rows) -> Floats:
        """Return the weights of codewords for some vectors, shape (r, k)."""

    def entry_bits(self, rows: Rows) -> Reals:
        """Return the bits of codewords, with their signs, for some vectors, about, (r, k)."""

    def magnitude_weights(self, rows: Rows, before: list[Whole]) -> Floats:
        """Return the weights of the next magnitude in escapes, 0 to 17, given those before it."""

    def negative(self, rows: Rows, place: int, magnitudes: Whole) -> Floats:
        """Return how likely magnitudes at a place of escapes are negative, shape (r,)."""

    def learn(self, index: Indices) -> None:
        """Take what all vectors of the pass are: 0 nothing, −1 an escape, else a codeword."""


class Predictor(Protocol):
    """The odds of a plane's vectors, pass by pass, with what the plane has taught so far."""

    def odds(self, place: Place, known: Known, around: Surroundings, phase: int) -> Odds:
        """Return the odds of one pass."""


def few(rows: Rows, alphabet: int) -> Iterator[Rows]:
    """Yield the rows, so few at once that the weights of so many symbols for each are not many."""
    for part in in_parts(len(rows), WEIGHTS_AT_ONCE // max(1, alphabet)):
        yield rows[part]
