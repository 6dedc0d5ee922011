"""How likely each index is, given those that are known: what the coder and rate-aware choice ask.

Side match (Kim 1992, doi:10.1109/26.142797): a vector continues its neighbours, so index k weighs
n_k^¾ · (s / (s + d_k))², with d_k the mean squared step across the edges to the neighbours, and n_k
how often k has been used, plus 0.3. With one column, s is 40. With several it goes by the sum of
what is known: the step is |q − p − t_k|², with q the edge of the neighbour, p that of the vector's
columns before; and s is 10 and a fifth of the mean squared step that the neighbours themselves have
come to, 80 for those without any. A column within a component goes by the edges of that alone. The
vectors of a wave depend on earlier waves only, and are coded together; then the counts n_k move on.

A gain weighs as often as it has been used by vectors whose neighbours have such gains, by the sum
of their indices; in the beginning 1 / (1 + x²), x being twice its index less that sum. A shape
counts as its known gain makes of it, g·t, not rounded; after a gain of 0 all but the first shape
are next to impossible.

All weights come from additions, products, divisions and square roots of 32-bit floats, which every
machine rounds alike. The sums of squares are integers, and so is s times the samples at the edges,
rounded down; where they could be too large to be exact in 32 bits, they are summed in 64.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Protocol

import numpy as np
from numpy.typing import NDArray

from vqcore.arrays import Indices, Reals
from vqcore.codebooks.scoring import MIDDLE, product
from vqcore.quantizers.quantizer import Column, Quantizer
from vqcore.signals.layouts import Edge, Layout, Places
from vqcore.work import Work, one_thread_a_product

Weights = NDArray[np.float32]
Values = NDArray[np.float32]
Within = tuple[int, ...]
Choose = Callable[[Places, Indices], Indices]
"""Chooses the indices, (m, columns), of a wave of m vectors, given all that is known, (n, columns).
"""
Pick = Callable[[int, Places, Weights], Indices]
"""Chooses the indices, (m,), of m vectors in a column, given their weights, (m, K)."""

START_COUNT = 0.3
LEAST_SCALE, STEPS_A_SCALE, FIRST_STEP = np.float32(10), np.float32(5), np.float32(80)
MOST_SCALE = 2**16
SELDOM = np.float32(2**-20)
EXACT_IN_32_BITS = 2**24
WEIGHTS_AT_ONCE = 2**20


class Context(Protocol):
    """Weights of indices; `walk` tells it what comes of them."""

    @property
    def sizes(self) -> tuple[int, ...]:
        """Return K of each column."""

    def weights(self, column: int, vectors: Places, known: Indices, own: Indices) -> Weights:
        """Return how likely each index is in a column, for m vectors of one wave, (m, K).

        Parameters
        ----------
        column
        vectors : any of them may be there more than once
        known : int32 array, a row a vector of the signal and a column each
            Right for earlier waves.
        own : int32 array of shape (m, column)
            The indices of these vectors in the columns before.
        """

    def learn(self, vectors: Places, known: Indices) -> None:
        """Take note of a wave whose indices are all known."""


def walk(layout: Layout, context: Context, choose: Choose) -> Work[Indices]:
    """Choose all indices, wave by wave; int32 of a row a vector."""
    known = np.zeros((layout.count, len(context.sizes)), np.int32)
    if max(context.sizes) == 1:
        return known
    with one_thread_a_product():
        for wave in layout.waves():
            known[wave] = choose(wave, known)
            context.learn(wave, known)
            yield
    return known


def by_columns(context: Context, pick: Pick) -> Choose:
    """Return what chooses column by column; of one entry, there is nothing to pick."""

    def choose(wave: Places, known: Indices) -> Indices:
        own = np.zeros((len(wave), len(context.sizes)), np.int32)
        for column, size in enumerate(context.sizes):
            for rows in in_parts(len(wave), WEIGHTS_AT_ONCE // size) if size > 1 else ():
                weights = context.weights(column, wave[rows], known, own[rows, :column])
                own[rows, column] = pick(column, wave[rows], weights)
        return own

    return choose


class SideMatch:
    """How well each entry continues the neighbours of a vector, and how often it has been used.

    The squared steps of all edges, and the scale, come from one matrix product. With s = q − p:
    rows of s, of 1 where there is a neighbour and 0 else, and of |s|² + scale; columns of −2t, |t|²
    and 1.
    """

    def __init__(self, layout: Layout, quantizer: Quantizer) -> None:
        tables = [table.astype(np.float32) for table in quantizer.tables]
        if quantizer.columns[0].kind != "gains":
            tables[0] -= MIDDLE  # in neighbours and in the vector itself, so that it cancels out
        self.sizes = quantizer.sizes
        self._layout = layout
        self._columns = quantizer.columns
        self._gains = [table[:, 0].astype(np.float64) for table in quantizer.tables]
        kinds = [column.kind for column in self._columns]
        self._gain_counts = {
            place: _gains_to_expect(self.sizes[place])
            for place, kind in enumerate(kinds)
            if kind == "gains"
        }
        edges = [layout.edges(table) for table in tables]
        if "shapes" in kinds or not _are_exact(edges, layout.step_scale):
            edges = [layout.edges(table.astype(np.float64)) for table in tables]
        self._within = [column.within for column in quantizer.columns]
        self._edges = {within: _met(layout, edges, within) for within in set(self._within)}
        self._steps_taken = {
            within: np.full(layout.count, FIRST_STEP, np.float32) for within in self._edges
        }
        self._turned = [
            _turned(self._edges[column.within][place], column)
            for place, column in enumerate(self._columns)
        ]
        self._counts = [np.full(size, START_COUNT, np.float32) for size in self.sizes]

    def weights(self, column: int, vectors: Places, known: Indices, own: Indices) -> Weights:
        """Return n_k^¾ · (s / (s + d_k))² of a column, (m, K); without neighbours d_k is 0."""
        near, within = self._layout.neighbours(vectors), self._within[column]
        if self._columns[column].kind == "gains":
            counts: Weights = self._gain_counts[column][self._gains_near(column, near, known)]
            return counts
        there = near >= 0
        steps, samples = self._at_edges(within, near, known, own)
        scale = np.floor(self._scale(within, near) * np.maximum(samples, 1))
        squares = scale + _sum_of_squares(steps)
        turned = self._turned[column]
        rows = [*steps, *there, squares]
        if self._columns[column].kind == "shapes":
            gain = self._gains[column - 1][own[:, -1]]
            rows = [*(gain[:, None] * it for it in steps), *(gain**2 * there), squares]
        weights = product(np.column_stack(rows).astype(turned.dtype), turned)
        weights = weights.astype(np.float32, copy=False)
        np.divide(scale[:, None], weights, out=weights)
        np.square(weights, out=weights)
        weights *= _three_quarter_power(self._counts[column])
        if self._columns[column].kind == "shapes":
            weights[gain == 0, 1:] *= SELDOM
        return weights

    def _gains_near(self, column: int, near: Places, known: Indices) -> Places:
        """Return which counts are those of vectors with such gains at their neighbours, (m,)."""
        there, gains = near >= 0, known[:, column][near]
        some = there.sum(axis=0)
        twice = (gains * there).sum(axis=0) * len(near) // np.maximum(some, 1)
        return np.where(some > 0, twice, len(near) * self.sizes[column])

    def _scale(self, within: Within, near: Places) -> Values:
        """Return s for vectors with these neighbours, (m,)."""
        if len(self.sizes) == 1:
            return np.full(near.shape[1], self._layout.step_scale, np.float32)
        there = (near >= 0).sum(axis=0)
        taken = np.where(near >= 0, self._steps_taken[within][near], 0).sum(
            axis=0, dtype=np.float32
        )
        mean = np.where(there > 0, taken / np.maximum(there, 1).astype(np.float32), FIRST_STEP)
        scale: Values = LEAST_SCALE + mean.astype(np.float32) / STEPS_A_SCALE
        return scale

    def _at_edges(
        self, within: Within, near: Places, known: Indices, own: Indices
    ) -> tuple[list[Reals], Values]:
        """Return q − p at each edge, (m, e), or 0 without a neighbour; and all samples, (m,)."""
        there = near >= 0
        steps = [
            self._steps(within, edge, other, known, own) * here[:, None]
            for edge, (other, here) in enumerate(zip(near, there, strict=True))
        ]
        samples = sum(step.shape[1] * here for step, here in zip(steps, there, strict=True))
        return steps, np.asarray(samples, np.float32)

    def _steps(
        self, within: Within, edge: int, other: Places, known: Indices, own: Indices
    ) -> Reals:
        """Return q − p at one edge, shape (m, e)."""
        facing = [edges[edge].facing for edges in self._edges[within]]
        sides = [edges[edge].own for edges in self._edges[within]]
        steps: Reals = self._sum(facing, known[other]) - self._sum(sides, own)
        return steps

    def _sum(self, sides: Sequence[Reals], indices: Indices) -> Reals:
        """Return what the entries add up to at an edge, or 0 for none."""
        total: Reals = np.zeros((), sides[0].dtype)
        for place, of in enumerate(indices.T):
            if self._columns[place].kind == "shapes":
                gain = self._gains[place - 1][indices[:, place - 1], None]
                product_of = gain * sides[place][of] / 2.0 ** self._columns[place].step
                total = total + np.floor(product_of + 0.5)
            elif self._columns[place].kind != "gains":
                total = total + sides[place][of]
        return total

    def learn(self, vectors: Places, known: Indices) -> None:
        """Count the indices of a wave, and note the steps that its vectors have come to."""
        for counts, column in zip(self._counts, known[vectors].T, strict=True):
            counts += np.bincount(column, minlength=len(counts)).astype(np.float32)
        for place, by_class in self._gain_counts.items():
            near = self._layout.neighbours(vectors)
            np.add.at(by_class, (self._gains_near(place, near, known), known[vectors, place]), 1)
        if len(self.sizes) > 1:
            near = self._layout.neighbours(vectors)
            for within, steps_taken in self._steps_taken.items():
                steps, samples = self._at_edges(within, near, known, known[vectors])
                taken = _sum_of_squares(steps).astype(np.float32) / np.maximum(samples, 1)
                steps_taken[vectors] = np.where(samples > 0, taken, FIRST_STEP)


def _met(layout: Layout, edges: Sequence[Sequence[Edge]], within: Within) -> list[tuple[Edge, ...]]:
    """Return of each table the samples at each edge that are of some of a vector, or of all."""
    if not within:
        return [tuple(of_table) for of_table in edges]
    marks = np.zeros((1, layout.dimension), np.float32)
    marks[:, list(within)] = 1
    inside = [edge.own[0] > 0 for edge in layout.edges(marks)]
    return [
        tuple(
            Edge(edge.own[:, of], edge.facing[:, of]) for edge, of in zip(it, inside, strict=True)
        )
        for it in edges
    ]


def _are_exact(edges: Sequence[Sequence[Edge]], step_scale: int) -> bool:
    """Say whether all sums over edges, given those of each table, are exact in 32 bits."""
    reach = sum(
        max(float(np.abs(side).max()) for edge in of_table for side in edge) for of_table in edges
    )
    samples = sum(edge.own.shape[1] for edge in edges[0])
    most_scale = step_scale if len(edges) == 1 else MOST_SCALE
    return bool(samples * ((2 * reach) ** 2 + most_scale) < EXACT_IN_32_BITS)


def _sum_of_squares(steps: Sequence[Reals]) -> Reals:
    """Return |s|² over all edges, (m,)."""
    total: Reals = sum(np.square(step).sum(axis=1) for step in steps)
    return total


def _gains_to_expect(size: int) -> Values:
    """Return counts to begin with, (classes, G): the nearer to the neighbours' mean, the more."""
    twice = np.arange(2 * size + 1, dtype=np.float32)[:, None]
    away = 2 * np.arange(size, dtype=np.float32) - twice
    counts: Values = 1 / (1 + np.square(away))
    counts[-1] = 1
    return counts


def _turned(edges: Sequence[Edge], column: Column) -> Reals:
    """Return the entries of a table as columns of −2t, |t|² of each edge, and 1."""
    unit, size = 2**column.step if column.kind == "shapes" else 1, column.size
    owns = [edge.own.T / unit if unit > 1 else edge.own.T for edge in edges]
    squares = [np.square(own).sum(axis=0) for own in owns]
    return np.vstack([*(-2 * own for own in owns), *squares, np.ones(size, owns[0].dtype)])


def _three_quarter_power(counts: Values) -> Values:
    root = np.sqrt(counts)
    return root * np.sqrt(root)


def in_parts(count: int, size: int) -> list[slice]:
    """Cut 0 … count into slices of at most that size, or of 1."""
    return [slice(start, start + max(1, size)) for start in range(0, count, max(1, size))]
