"""Odds by a small network of whole numbers: what is around a vector -> how likely each symbol is.

Two hidden layers, then logits in 2048ths of a nat. The first layer is of the band, the pass and, in
chroma, the plane; biases are of the level. A codeword's logit is a product with its row of 32
numbers, its embedding, and with how it goes along with the signs around. Magnitudes of escapes have
44 tables. All products and sums are of whole numbers, below 2^24 where they are in 32-bit floats,
else below 2^53, so that no machine and no order of adding makes a difference.
"""

from __future__ import annotations

from functools import cached_property, partial
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from vqcore.arrays import Differences, Floats, Indices, Reals, Rows, Samples, Whole
from vqcore.coding.wavelet.adaptation import EntryCounts, FlagCounts, Predicted
from vqcore.coding.wavelet.lattice import in_units
from vqcore.coding.wavelet.odds import few
from vqcore.coding.wavelet.surroundings import Known, Surroundings
from vqcore.coding.wavelet.tables import (
    EXPONENTIALS,
    LATTICE_LOGS,
    NATS,
    ODDS_PLACES,
    likely,
    log2,
    normed,
)
from vqcore.signals.waveletgrid import ORIENTATIONS, PHASES, Place
from vqcore.work import on_all_cores

QUARTER_OCTAVE = 355
SCALES = 44
MIDDLE_SCALE = 12
USUAL_CODEWORDS = 64
"""Where there are fewer, escapes are as many times as likely."""
HIDDEN = 32
LARGEST_FIRST, LARGEST_HIDDEN = 2800, 1023
SHIFTED = np.float32(2.0**-8)
BITS_PER_NAT = 1 / float(np.float32(np.log(2)))


class Network(NamedTuple):
    """The numbers of the network of luma, or that of chroma.

    Parameters
    ----------
    first, first_bias : float32 arrays of shape (groups, features, h) and (groups, levels, h)
    second, second_bias : the same, (h, 32) and (levels, 32)
    flags, flags_bias : the same, (sorts, 2, 32) and (groups, levels, 2); is it something, an escape
    signs : the same, (groups, levels, 12, 4)
    scales, scales_bias : (sorts, 4, 32) and (sorts, 4); of the magnitudes in an escape
    earlier : (4, 4), what those before in the escape do to the scale
    magnitudes : (44, 18), weights of magnitudes by scale
    """

    first: Reals
    first_bias: Reals
    second: Reals
    second_bias: Reals
    flags: Reals
    flags_bias: Reals
    signs: Reals
    scales: Floats
    scales_bias: Floats
    earlier: Floats
    magnitudes: Floats

    def hidden(self, group: int, level: int, features: Differences) -> Reals:
        """Return the second layer, whole numbers from 0 to 1023, shape (m, 32), given (f, m)."""
        first = self.first[group].T @ (features * SHIFTED)
        first = _limited(first, self.first_bias[group, level][:, None], LARGEST_FIRST)
        return _limited(first.T @ (self.second * SHIFTED), self.second_bias[level], LARGEST_HIDDEN)

    def along(self, group: int, level: int, signs: Differences) -> Reals:
        """Return how four coefficients go along with signs around, (m, 4), given (12, m)."""
        sums = np.floor(signs.astype(np.float32).T @ self.signs[group, level] * SHIFTED)
        along: Reals = sums.clip(-LARGEST_HIDDEN, LARGEST_HIDDEN)
        return along


def _limited(sums: Reals, bias: Reals, most: int) -> Reals:
    sums += bias * SHIFTED
    np.floor(sums, out=sums)
    return np.clip(sums, 0, most, out=sums)


class Seen(NamedTuple):
    """What the network makes of the surroundings of m vectors.

    Parameters
    ----------
    inputs : int16 array of shape (m, 36), of logits: the second layer; how each of its four
        coefficients goes along with the signs around
    something : how likely each is something, and in which bins that is
    escapes : float32 array of shape (m,), logits of its being an escape then
    """

    inputs: Differences
    something: Floats
    bins: Samples
    escapes: Reals


class Book(NamedTuple):
    """Codewords of some bands, without the first, and what the network makes of them.

    Parameters
    ----------
    codewords : int16 array of shape (k, 4), in units
    embeddings : float32 array of shape (k, 36), whole numbers; the last four go with the signs
    biases : float32 array of shape (k,)
    """

    codewords: Differences
    embeddings: NDArray[np.float32]
    biases: NDArray[np.float32]

    @classmethod
    def of(cls, codewords: Differences, embeddings: Floats, biases: Floats) -> Book:
        """Return the book of codewords, their embeddings, (k, 32), and their biases."""
        signs = np.floor_divide(normed(codewords.astype(np.int64)), 2)
        every = np.concatenate([embeddings, signs], axis=1)
        return cls(codewords, every.astype(np.float32), biases.astype(np.float32))


class NetworkPredictor:
    """The odds of a plane's vectors, pass by pass, with what the plane has taught so far.

    Parameters
    ----------
    network : of luma or of chroma
    books : by `Place.book`
    """

    def __init__(self, network: Network, books: list[Book]) -> None:
        self._network, self._books = network, books
        self._flags: dict[tuple[Place, int], FlagCounts] = {}
        self._entries: dict[tuple[int, int], EntryCounts] = {}

    def odds(self, place: Place, known: Known, around: Surroundings, phase: int) -> NetworkOdds:
        """Return the odds of one pass."""
        group = group_of(known, place, phase)
        see = partial(self._seen, place, group, around, phase)
        parts = zip(*on_all_cores(see, around.parts(phase)), strict=True)
        book = self._books[place.book]
        key = place.book, place.orientation
        if key not in self._entries:
            self._entries[key] = EntryCounts(book.codewords)
        flags = [self._flags.setdefault((place, it), FlagCounts()) for it in range(2)]
        seen = Seen(*map(np.concatenate, parts))
        return NetworkOdds(self._network, book, place.sort, seen, flags, self._entries[key])

    def _seen(
        self, place: Place, group: int, around: Surroundings, phase: int, rows: slice
    ) -> Seen:
        network, level = self._network, place.level
        hidden = network.hidden(group, level, around.features(phase, rows))
        along = network.along(group, level, around.signs(phase, rows))
        logits = hidden @ network.flags[place.sort].T + network.flags_bias[group, level]
        inputs = np.concatenate([hidden, along], axis=1, dtype=np.int16, casting="unsafe")
        return Seen(inputs, *Predicted.of(likely(logits[:, 0])), logits[:, 1])


def group_of(known: Known, place: Place, phase: int) -> int:
    """Return which first layer, and which biases, a pass has."""
    return (known.number * len(ORIENTATIONS) + place.orientation) * len(PHASES) + phase


class NetworkOdds:
    """How likely each symbol is for the vectors of a pass."""

    signed = True

    def __init__(
        self,
        network: Network,
        book: Book,
        sort: int,
        seen: Seen,
        flags: list[FlagCounts],
        entries: EntryCounts,
    ) -> None:
        self._network, self._book, self._sort = network, book, sort
        self._inputs = seen.inputs
        self._something = Predicted(seen.something, seen.bins)
        self._escapes = seen.escapes
        self._flags, self._entries = flags, entries
        self.codewords = book.codewords

    @cached_property
    def something(self) -> Floats:
        """Return how likely each vector is something, shape (m,)."""
        return self._flags[0].corrected(self._something)

    def escaped(self, rows: Rows) -> Floats:
        """Return how likely some are then an escape; if there is no codeword, they are."""
        if not len(self.codewords):
            return np.ones(len(rows))
        return self._flags[1].corrected(self._predicted_escapes(rows))

    def _predicted_escapes(self, rows: Rows) -> Predicted:
        escaped = likely(self._escapes[rows])
        more = max(1.0, USUAL_CODEWORDS / (1 + len(self.codewords)))
        return Predicted.of(more * escaped / (more * escaped + (1 - escaped)))

    @cached_property
    def _factors(self) -> Floats:
        return self._entries.factors

    def entry_weights(self, rows: Rows) -> Floats:
        """Return the weights of codewords for some vectors, whole numbers, shape (r, k)."""
        return self._plain_weights(self._logits(rows)) * self._factors

    def entry_bits(self, rows: Rows) -> Reals:
        """Return the bits of codewords for some vectors, about, shape (r, k)."""
        logits = self._logits(rows)
        weights = self._plain_weights(logits) @ self._factors
        most = logits.max(axis=1, keepdims=True)
        behind = (most - logits) * np.float32(1 / NATS * BITS_PER_NAT)
        offset = (log2(weights) - 20).astype(np.float32)[:, None]
        bits: Reals = behind + (offset - log2(self._factors).astype(np.float32))
        return bits

    def magnitude_weights(self, rows: Rows, before: list[Whole]) -> Floats:
        """Return the weights of the next magnitude in escapes, 0 to 17, given those before it."""
        return self._network.magnitudes[self._scales(rows, before)]

    def _scales(self, rows: Rows, before: list[Whole]) -> Whole:
        place, network, sort = len(before), self._network, self._sort
        hidden = self._inputs[rows, :HIDDEN]
        scale = hidden @ network.scales[sort, place] + network.scales_bias[sort, place]
        for earlier, magnitude in zip(network.earlier[place], before, strict=False):
            scale = scale + earlier * LATTICE_LOGS[np.minimum(magnitude, len(LATTICE_LOGS) - 1)]
        found = np.floor(scale / QUARTER_OCTAVE) + MIDDLE_SCALE
        limited: Whole = found.clip(0, SCALES - 1).astype(np.int64)
        return limited

    def negative(self, rows: Rows, place: int, magnitudes: Whole) -> Floats:
        """Return how likely magnitudes at a place of escapes are negative, shape (r,)."""
        strength = normed(in_units(magnitudes)) // 2
        along = self._inputs[rows, HIDDEN + place].astype(np.int64)
        return likely(-2 * along * strength)

    def learn(self, index: Indices) -> None:
        """Take what all vectors of the pass are: 0 nothing, −1 an escape, else a codeword."""
        self._flags[0].learn(self._something, index != 0)
        if not len(self.codewords):
            return
        some = np.flatnonzero(index)
        self._flags[1].learn(self._predicted_escapes(some), index[some] < 0)
        for rows in few(np.flatnonzero(index > 0), len(self.codewords)):
            self._entries.learn(self._plain_weights(self._logits(rows)), index[rows] - 1)

    def _logits(self, rows: Rows) -> NDArray[np.float32]:
        return self._inputs[rows].astype(np.float32) @ self._book.embeddings.T + self._book.biases

    def _plain_weights(self, logits: NDArray[np.float32]) -> Floats:
        behind = (logits.max(axis=1, keepdims=True) - logits) * np.float32(1 / 32)
        weights: Floats = EXPONENTIALS[np.minimum(behind, ODDS_PLACES - 1).astype(np.int32)]
        return weights
