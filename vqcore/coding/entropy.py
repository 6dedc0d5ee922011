"""Codebook and indices <-> bytes, through one range coder.

Encoder and decoder walk the same way and ask the same questions; at each step a *coder* takes the
symbols (when it writes) or finds them (when it reads), given one row of weights for each symbol.
All weights come from additions, products, divisions and square roots of 32-bit floats, which every
machine rounds alike; the sums of squares are integers small enough to be exact in them.

Codebook. Plane by plane, sample by sample, all codewords at once. The first sample of a codeword
is coded as its difference to that of the codeword before it; every other is predicted from its
neighbours in the block by the median edge detector (Weinberger, Seroussi & Sapiro 2000,
doi:10.1109/83.855427). A sample at distance r from its prediction has the weight (s / (s + r))⁴;
the spread s follows the differences nearby, and the misses so far in this codeword.

Indices. Side match (Kim 1992, doi:10.1109/26.142797) as a context: a block continues its
neighbours, so codeword k weighs n_k^¾ · (40 / (40 + d_k))², with d_k the mean squared step across
the borders to the blocks on the left and above, and n_k how often k has been used, plus 0.3.
Blocks on one anti-diagonal depend on earlier ones only and are coded together; then the counts n_k
move on.
"""

from __future__ import annotations

from typing import Any, Protocol

import constriction
import numpy as np
from numpy.typing import NDArray

from vqcore.arrays import Indices, Samples
from vqcore.codebooks.codebook import MIDDLE, product
from vqcore.signals.blocks import BlockLayout
from vqcore.signals.layouts import Layout, Places
from vqcore.work import Work

Weights = NDArray[np.float32]
Values = NDArray[np.float32]

# Handed over in 64 bits: the 24-bit fixed point it makes of them overflows by rounding in 32.
FAMILY = constriction.stream.model.Categorical(perfect=False)
WORD = np.dtype("<u4")
EVERY_LEVEL = np.arange(256, dtype=np.float32)
FIRST_SPREAD = 40
START_COUNT = 0.3
STEP_SCALE = 40
WEIGHTS_AT_ONCE = 2**20


class Coder(Protocol):
    """Either direction of the range coder."""

    def code(self, symbols: NDArray, weights: Weights) -> Indices:
        """Pass m symbols on, given weights of shape (m, alphabet)."""
        ...


class Writer:
    """Takes symbols and turns them into bytes."""

    def __init__(self) -> None:
        self._range: Any = constriction.stream.queue.RangeEncoder()

    def code(self, symbols: NDArray, weights: Weights) -> Indices:
        """Write the symbols, and give them back."""
        known = np.ascontiguousarray(symbols, np.int32)
        self._range.encode(known, FAMILY, weights.astype(np.float64))
        return known

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

    def code(self, symbols: NDArray, weights: Weights) -> Indices:
        """Read as many symbols as there are weights; those handed in do not matter."""
        return self._echo.code(self._range.decode(FAMILY, weights.astype(np.float64)), weights)

    def is_genuine(self) -> bool:
        """Say whether a Writer of what was read so far gives exactly the bytes read from."""
        return self._echo.bytes() == self._data


def code_codewords(coder: Coder, layout: BlockLayout, codewords: Samples) -> Work[Samples]:
    """Pass the codewords, uint8 of shape (K, d), through the coder; a Reader looks at K alone."""
    planes = [plane.astype(np.float32) for plane in layout.planes(codewords)]
    for place, plane in enumerate(planes):
        alike = place > 0 and plane.shape == planes[0].shape
        yield from _code_plane(coder, plane, planes[0] if alike else np.zeros_like(plane))
    return layout.vectors([plane.astype(np.uint8) for plane in planes])


def _code_plane(coder: Coder, plane: Values, base: Values) -> Work[None]:
    """Pass one plane of all codewords through; what is predicted is its difference to the base."""
    _code_first(coder, plane, base)
    misses = np.full(len(plane), 10, np.float32)
    for known, (y, x) in enumerate(np.ndindex(plane.shape[1:])):
        if known == 0:
            continue
        predicted, activity = _prediction(plane - base, y, x)
        predicted = np.clip(predicted + base[:, y, x], 0, 255)
        spread = 1 + activity / 2 + misses * (np.float32(1.5) / known)
        away = np.abs(EVERY_LEVEL - predicted[:, None])
        plane[:, y, x] = coder.code(plane[:, y, x], _fourth_power(spread[:, None], away))
        misses += np.abs(plane[:, y, x] - predicted)
        yield


def _code_first(coder: Coder, plane: Values, base: Values) -> None:
    """Code the first samples, each as the difference to the one before, modulo 256."""
    samples = (plane[:, 0, 0] - base[:, 0, 0]).astype(np.int64)
    steps = np.diff(samples, prepend=MIDDLE) % 256
    weights = _fourth_power(np.float32(FIRST_SPREAD), np.minimum(EVERY_LEVEL, 256 - EVERY_LEVEL))
    found = coder.code(steps, np.tile(weights, (len(plane), 1)))
    plane[:, 0, 0] = (MIDDLE + np.cumsum(found) + base[:, 0, 0].astype(np.int64)) % 256


def _fourth_power(spread: Any, away: Values) -> Weights:
    weights = spread / (spread + away)
    return np.square(np.square(weights))


def _prediction(plane: Values, y: int, x: int) -> tuple[Values, Values]:
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
    coder: Coder, layout: Layout, codewords: Samples, indices: Indices
) -> Work[Indices]:
    """Pass one index a block, int32 of shape (n,), through the coder; a Reader looks at n alone."""
    passed = np.array(indices)
    if len(codewords) == 1:
        return np.zeros_like(passed)
    match = SideMatch(layout, codewords)
    counts = np.full(len(codewords), START_COUNT, np.float32)
    for wave in layout.waves():
        popularity = _three_quarter_power(counts)
        for blocks in _in_parts(wave, WEIGHTS_AT_ONCE // len(codewords)):
            weights = match.likeness(blocks, passed) * popularity
            passed[blocks] = coder.code(passed[blocks], weights)
        counts += np.bincount(passed[wave], minlength=len(codewords)).astype(np.float32)
        yield
    return passed


class SideMatch:
    """How well each codeword continues the neighbours of a vector.

    The squared steps |q − t|² of all edges, and the scale, come from one matrix product: rows of
    q, of 1 where there is a neighbour and 0 else, and of |q|² + scale; columns of −2t, |t|² and 1.
    """

    def __init__(self, layout: Layout, codewords: Samples) -> None:
        self._layout = layout
        self._edges = layout.edges(codewords.astype(np.float32) - MIDDLE)
        owns = [edge.own.T for edge in self._edges]
        squares = [np.square(own).sum(axis=0) for own in owns]
        ones = np.ones(len(codewords), np.float32)
        self._columns = np.vstack([*(-2 * own for own in owns), *squares, ones])

    def likeness(self, vectors: Places, indices: Indices) -> Weights:
        """Return (40 / (40 + d))² for m vectors, shape (m, K); 1 where there is no neighbour."""
        near = self._layout.neighbours(vectors)
        there = near >= 0
        befores = [
            edge.facing[indices[other] * here] * here[:, None]
            for edge, other, here in zip(self._edges, near, there, strict=True)
        ]
        samples = sum(e.own.shape[1] * here for e, here in zip(self._edges, there, strict=True))
        scale = STEP_SCALE * np.maximum(samples, 1).astype(np.float32)
        squares = scale + sum(np.square(before).sum(axis=1) for before in befores)
        steps = product(np.column_stack([*befores, *there, squares]), self._columns)
        np.divide(scale[:, None], steps, out=steps)
        return np.square(steps, out=steps)


def _three_quarter_power(counts: Values) -> Values:
    root = np.sqrt(counts)
    return root * np.sqrt(root)


def _in_parts(vectors: Places, size: int) -> list[Places]:
    return [vectors[start : start + size] for start in range(0, len(vectors), size)]
