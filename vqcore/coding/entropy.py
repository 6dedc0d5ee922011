"""Codebook and indices <-> bytes, through one range coder.

Encoder and decoder walk the same way and ask the same questions; at each step a *coder* takes the
symbols (when it writes) or finds them (when it reads), given one row of weights for each symbol.
All weights come from additions, products, divisions and square roots of 32-bit floats, which every
machine rounds alike.

Tables. Plane by plane, sample by sample, all codewords at once. The first sample of a codeword
is coded as its difference to that of the codeword before it; every other is predicted from its
neighbours in the block by the median edge detector (Weinberger, Seroussi & Sapiro 2000,
doi:10.1109/83.855427). A sample at distance r from its prediction has the weight (s / (s + r))⁴;
the spread s follows the differences nearby, and the misses so far in this codeword. Tables of
differences go the same way.

Trees. Before its codewords, node by node in preorder: whether it is a leaf, which is as likely as
not, and else one of 32 shares, all alike. Where all but one are known to be leaves, that one is
not, as long as leaves are missing; once there are as many nodes as the leaves need, all are leaves.

Indices. Their weights are those of a context, see `contexts`.
"""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import replace
from typing import Any, Protocol

import constriction
import numpy as np
from numpy.typing import NDArray

from vqcore.arrays import Differences, Indices, Numbers, Reals, Samples
from vqcore.codebooks.scoring import MIDDLE
from vqcore.coding.contexts import SideMatch, Values, Weights, by_columns, walk
from vqcore.quantizers.quantizer import Column, Quantizer
from vqcore.quantizers.ways import SHARES
from vqcore.signals.layouts import Layout, Places
from vqcore.work import Work

# Handed over in 64 bits: the 24-bit fixed point it makes of them overflows by rounding in 32.
FAMILY = constriction.stream.model.Categorical(perfect=False)
WORD = np.dtype("<u4")
EVERY_LEVEL = np.arange(256, dtype=np.float32)
WORDS_AT_THE_END = 4
"""So many words at most are there for the end alone, and may not be there if it goes on."""
FIRST_SPREAD = 40
WAYS = np.array([[SHARES, *[1] * SHARES]], np.float32)


class Impossible(ValueError):
    """What was read cannot have been written."""


class Coder(Protocol):
    """Either direction of the range coder."""

    def code(self, symbols: Numbers, weights: Reals) -> Indices:
        """Pass m symbols on, given weights of shape (m, alphabet)."""
        ...


class Writer:
    """Takes symbols and turns them into bytes."""

    def __init__(self) -> None:
        self._range: Any = constriction.stream.queue.RangeEncoder()

    def code(self, symbols: Numbers, weights: Reals) -> Indices:
        """Write the symbols, and give them back."""
        known = np.ascontiguousarray(symbols, np.int32)
        self._range.encode(known, FAMILY, np.ascontiguousarray(weights, np.float64))
        return known

    @property
    def num_words(self) -> int:
        """Return how many words there would be if that was all."""
        count: int = self._range.num_words()
        return count

    def bytes(self) -> bytes:
        words: NDArray[np.uint32] = self._range.get_compressed()
        return words.astype(WORD).tobytes()


class Reader:
    """Finds the symbols that a Writer was given, and writes them again to check the bytes."""

    def __init__(self, data: bytes) -> None:
        words = np.frombuffer(data, WORD).astype(np.uint32)
        self._range: Any = constriction.stream.queue.RangeDecoder(words)
        self._data = data
        self._echo = Writer()

    def code(self, symbols: Numbers, weights: Reals) -> Indices:
        """Read as many symbols as there are weights; those handed in do not matter.

        Impossible once a Writer of what was read would have given more bytes than there are.
        """
        weights = np.ascontiguousarray(weights, np.float64)
        found = self._echo.code(self._range.decode(FAMILY, weights), weights)
        if self._echo.num_words > len(self._data) // WORD.itemsize + WORDS_AT_THE_END:
            raise Impossible
        return found

    def is_genuine(self) -> bool:
        """Say whether a Writer of what was read so far gives exactly the bytes read from."""
        return self._echo.bytes() == self._data


def code_codewords(
    coder: Coder, layout: Layout, codewords: Samples, within: Collection[int] = ()
) -> Work[Samples]:
    """Pass the codewords, uint8 of shape (K, d), through the coder; a Reader looks at K alone.

    With `within`, of components whole, the samples of others do not go through.
    """
    planes = [plane.astype(np.float32) for plane in layout.planes(codewords)]
    for place, (plane, part) in enumerate(zip(planes, layout.components, strict=True)):
        if within and part[0] not in within:
            continue
        alike = place > 0 and not within and plane.shape == planes[0].shape
        yield from _code_plane(coder, plane, planes[0] if alike else np.zeros_like(plane))
    return layout.vectors([plane.astype(np.uint8) for plane in planes])


def code_tables(coder: Coder, layout: Layout, quantizer: Quantizer) -> Work[Quantizer]:
    """Pass all trained entries through the coder; a Reader looks at what the columns say alone.

    Differences are coded as samples are, in their steps and 128 more; shapes as well, as they are.
    Gains are coded in their steps as the first samples of codewords.
    """
    tables, columns = [], []
    for column, table in zip(quantizer.columns, quantizer.tables, strict=True):
        columns.append(_code_ways(coder, column) if column.kind == "leaves" else column)
        tables.append(table.copy())
        said = tables[-1][column.unsaid :]
        if column.kind == "gains":
            said[:] = _code_gains(coder, said[:, 0] // column.step)[:, None] * column.step
            continue
        middle = MIDDLE if column.kind in ("differences", "shapes") else 0
        step = 1 if column.kind == "shapes" else column.step
        if len(said):
            samples = (said // step + middle).astype(np.uint8)
            found = yield from code_codewords(coder, layout, samples, column.within)
            said[:] = (found.astype(np.int16) - middle) * step
    return replace(quantizer, columns=tuple(columns), tables=tuple(tables))


def _code_gains(coder: Coder, steps: Differences) -> Differences:
    """Pass gains, in their steps, through."""
    plane = steps.astype(np.float32).reshape(-1, 1, 1)
    if len(plane):
        _code_first(coder, plane, np.zeros_like(plane))
    return plane[:, 0, 0].astype(np.int16)


def _code_ways(coder: Coder, column: Column) -> Column:
    """Pass the tree of a column of leaves through; a Reader looks at how many there are alone."""
    known, found = column.ways or [0] * (2 * column.size - 1), list[int]()
    still_open, inner = 1, 0
    while inner < column.size - 1:
        most = 0 if still_open > 1 else 1  # the last one open is no leaf
        symbol = np.array([known[len(found)] - most])
        way = int(coder.code(symbol, WAYS[:, most:])[0]) + most
        found.append(way)
        inner += way > 0
        still_open += 1 if way else -1
    return replace(column, ways=(*found, *[0] * still_open))


def _code_plane(coder: Coder, plane: Values, base: Values) -> Work[None]:
    """Pass one plane of all codewords through; what is predicted is its difference to the base."""
    _code_first(coder, plane, base)
    misses = np.full(len(plane), 10, np.float32)
    for known, (y, x) in enumerate(np.ndindex(plane.shape[1:])):
        if known == 0:
            continue
        predicted, activity = prediction(plane - base, y, x)
        predicted = np.clip(predicted + base[:, y, x], 0, 255)
        spread = 1 + activity / 2 + misses * (np.float32(1.5) / known)
        away = np.abs(EVERY_LEVEL - predicted[:, None])
        plane[:, y, x] = coder.code(plane[:, y, x], fourth_power(spread[:, None], away))
        misses += np.abs(plane[:, y, x] - predicted)
        yield


def _code_first(coder: Coder, plane: Values, base: Values) -> None:
    """Code the first samples, each as the difference to the one before, modulo 256."""
    samples = (plane[:, 0, 0] - base[:, 0, 0]).astype(np.int64)
    steps = np.diff(samples, prepend=MIDDLE) % 256
    weights = fourth_power(np.float32(FIRST_SPREAD), np.minimum(EVERY_LEVEL, 256 - EVERY_LEVEL))
    found = coder.code(steps, np.tile(weights, (len(plane), 1)))
    plane[:, 0, 0] = (MIDDLE + np.cumsum(found) + base[:, 0, 0].astype(np.int64)) % 256


def fourth_power(spread: Any, away: Values) -> Weights:
    weights: Weights = np.square(np.square(spread / (spread + away)))
    return weights


def prediction(plane: Values, y: int, x: int) -> tuple[Values, Values]:
    """Predict a sample from those before it in the block, and say how much they differ."""
    if y == 0:
        return plane[:, 0, x - 1], np.zeros(len(plane), np.float32)
    above = plane[:, y - 1, x]
    if x == 0:
        return above, np.abs(above - plane[:, y - 1, min(1, plane.shape[2] - 1)])
    left, corner = plane[:, y, x - 1], plane[:, y - 1, x - 1]
    low, high = np.minimum(left, above), np.maximum(left, above)
    return np.clip(left + above - corner, low, high), (high - low + np.abs(left - corner)) / 2


def code_indices(
    coder: Coder, layout: Layout, quantizer: Quantizer, indices: Indices
) -> Work[Indices]:
    """Pass all indices, int32 of shape (n, m), through the coder; a Reader looks at n alone."""

    def pick(column: int, vectors: Places, weights: Weights) -> Indices:
        return coder.code(indices[vectors, column], weights)

    context = SideMatch(layout, quantizer)
    return walk(layout, context, by_columns(context, pick))
