"""How likely each index is, given those that are known: what the coder and rate-aware choice ask.

Side match (Kim 1992, doi:10.1109/26.142797): a vector continues its neighbours, so index k weighs
n_k^¾ · (40 / (40 + d_k))², with d_k the mean squared step across the edges to the neighbours, and
n_k how often k has been used, plus 0.3. With several columns it goes by the sum of what is known:
the step is |q − p − t_k|², with q the edge of the neighbour, p that of the vector's columns before.
The vectors of a wave depend on earlier waves only, and are coded together; then the counts n_k move
on.

All weights come from additions, products, divisions and square roots of 32-bit floats, which every
machine rounds alike. The sums of squares are integers; those of one column are small enough to be
exact whatever the layout.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Protocol

import numpy as np
from numpy.typing import NDArray

from vqcore.arrays import Indices
from vqcore.codebooks.scoring import MIDDLE, product
from vqcore.quantizers.quantizer import Quantizer
from vqcore.signals.layouts import Edge, Layout, Places
from vqcore.work import Work

Weights = NDArray[np.float32]
Values = NDArray[np.float32]
Pick = Callable[[int, Places, Indices, Weights], Indices]
"""Chooses the index of m vectors in a column, given all that is known, (n, m), and weights, (m, K).
"""

START_COUNT = 0.3
STEP_SCALE = 40
WEIGHTS_AT_ONCE = 2**20


class Context(Protocol):
    """Weights of indices; `walk` tells it what comes of them."""

    @property
    def sizes(self) -> tuple[int, ...]:
        """Return K of each column."""

    def weights(self, column: int, vectors: Places, known: Indices) -> Weights:
        """Return how likely each index is in a column, for m vectors of one wave, (m, K).

        Parameters
        ----------
        column, vectors
        known : int32 array, a row a vector of the signal and a column each
            Right for earlier waves, and for these vectors in earlier columns.
        """

    def learn(self, vectors: Places, known: Indices) -> None:
        """Take note of a wave whose indices are all known."""


def walk(layout: Layout, context: Context, pick: Pick) -> Work[Indices]:
    """Pick all indices, wave by wave and in each column by column; int32 of a row a vector."""
    sizes = context.sizes
    known = np.zeros((layout.count, len(sizes)), np.int32)
    if max(sizes) == 1:
        return known
    for wave in layout.waves():
        for column, size in enumerate(sizes):
            for vectors in _in_parts(wave, WEIGHTS_AT_ONCE // size) if size > 1 else ():
                weights = context.weights(column, vectors, known)
                known[vectors, column] = pick(column, vectors, known, weights)
        context.learn(wave, known)
        yield
    return known


class SideMatch:
    """How well each entry continues the neighbours of a vector, and how often it has been used.

    The squared steps of all edges, and the scale, come from one matrix product. With s = q − p:
    rows of s, of 1 where there is a neighbour and 0 else, and of |s|² + scale; columns of −2t, |t|²
    and 1.
    """

    def __init__(self, layout: Layout, quantizer: Quantizer) -> None:
        tables = [table.astype(np.float32) for table in quantizer.tables]
        tables[0] -= MIDDLE  # in neighbours and in the vector itself, so that it cancels out
        self.sizes = quantizer.sizes
        self._layout = layout
        self._edges = [layout.edges(table) for table in tables]
        self._turned = [
            _turned(edges, size) for edges, size in zip(self._edges, self.sizes, strict=True)
        ]
        self._counts = [np.full(size, START_COUNT, np.float32) for size in self.sizes]

    def weights(self, column: int, vectors: Places, known: Indices) -> Weights:
        """Return n_k^¾ · (40 / (40 + d_k))² of a column, (m, K); without neighbours d_k is 0."""
        near = self._layout.neighbours(vectors)
        there = near >= 0
        steps = [
            self._steps(edge, column, vectors, other, known) * here[:, None]
            for edge, (other, here) in enumerate(zip(near, there, strict=True))
        ]
        samples = sum(step.shape[1] * here for step, here in zip(steps, there, strict=True))
        scale = STEP_SCALE * np.maximum(samples, 1).astype(np.float32)
        squares = scale + sum(np.square(step).sum(axis=1) for step in steps)
        weights = product(np.column_stack([*steps, *there, squares]), self._turned[column])
        np.divide(scale[:, None], weights, out=weights)
        np.square(weights, out=weights)
        weights *= _three_quarter_power(self._counts[column])
        return weights

    def _steps(
        self, edge: int, column: int, vectors: Places, other: Places, known: Indices
    ) -> Values:
        """Return q − p at one edge, shape (m, e)."""
        facing = [edges[edge].facing for edges in self._edges]
        own = [edges[edge].own for edges in self._edges[:column]]
        after = sum(side[of] for side, of in zip(facing, known[other].T, strict=True))
        before = sum(side[of] for side, of in zip(own, known[vectors].T, strict=False))
        steps: Values = after - before
        return steps

    def learn(self, vectors: Places, known: Indices) -> None:
        """Count the indices of a wave."""
        for counts, column in zip(self._counts, known[vectors].T, strict=True):
            counts += np.bincount(column, minlength=len(counts)).astype(np.float32)


def _turned(edges: Sequence[Edge], size: int) -> Values:
    """Return the entries of a table as columns of −2t, |t|² of each edge, and 1."""
    owns = [edge.own.T for edge in edges]
    squares = [np.square(own).sum(axis=0) for own in owns]
    return np.vstack([*(-2 * own for own in owns), *squares, np.ones(size, np.float32)])


def _three_quarter_power(counts: Values) -> Values:
    root = np.sqrt(counts)
    return root * np.sqrt(root)


def _in_parts(vectors: Places, size: int) -> list[Places]:
    return [vectors[start : start + size] for start in range(0, len(vectors), size)]
