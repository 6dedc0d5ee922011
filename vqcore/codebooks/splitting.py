"""Splitting cells across their main axis: where a second codeword helps, and how much."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import TypeVar

import numpy as np
from numpy.typing import NDArray

from vqcore.arrays import Counts, Floats, Indices, Reals, Sketch
from vqcore.codebooks.cells import Partition, cell_sums, membership
from vqcore.codebooks.scoring import chunks
from vqcore.work import Work, on_all_cores

Gathered = TypeVar("Gathered")
Places = NDArray[np.integer]

POWER_ITERATIONS = 3
VECTORS_PER_AXIS = 64


def grown(sketch: Sketch, part: Partition, size: int, rng: np.random.Generator) -> Work[Floats]:
    """Split the cells with the largest distortion until there are `size` codewords."""
    worst = largest(part.distortion, size - len(part.means))
    (kept, added), _ = yield from halves(sketch, part, worst, rng)
    codewords = part.means.copy()
    codewords[worst] = kept
    return np.concatenate([codewords, added])


def halves(
    sketch: Sketch, part: Partition, cells: Places, rng: np.random.Generator
) -> Work[tuple[Floats, Floats]]:
    """Cut cells across their main axis: the means of both halves (2, m, d) and the gains (m,).

    The gain is how much the distortion falls when both means replace the cell's one.
    """
    size, dimension = len(cells), sketch.shape[1]
    axes = yield from _main_axes(sketch, part, cells, rng)
    sums, counts = np.zeros((2 * size, dimension)), np.zeros(2 * size)
    for chunk_sums, chunk_counts in _across(sketch, part.indices, part.means, cells, axes, _cut):
        sums += chunk_sums
        counts += chunk_counts
        yield
    shifts = (sums / np.maximum(counts, 1)[:, None]).reshape(2, size, dimension)
    gains = np.einsum("sij,sij,si->i", shifts, shifts, counts.reshape(2, size))
    return part.means[cells] + shifts, gains


def _main_axes(
    sketch: Sketch, part: Partition, cells: Places, rng: np.random.Generator
) -> Work[Floats]:
    """Find about the axis along which each cell is longest, shape (m, d), by power iteration."""
    step = -(-len(sketch) // (VECTORS_PER_AXIS * len(part.means)))
    some, indices = sketch[::step], part.indices[::step]
    axes = rng.standard_normal((len(cells), sketch.shape[1]))
    for _ in range(POWER_ITERATIONS):
        stretched = np.zeros(axes.shape)
        for chunk in _across(some, indices, part.means, cells, axes, _stretched):
            stretched += chunk
            yield
        axes = stretched / np.maximum(np.linalg.norm(stretched, axis=1, keepdims=True), 1e-12)
    return axes


def _across(
    sketch: Sketch,
    indices: Indices,
    means: Floats,
    cells: Places,
    axes: Floats,
    gather: Callable[[Places, Sketch, Reals, int], Gathered],
) -> Iterator[Gathered]:
    """Gather, for chunks of the cells' vectors, their cell, their offset from its mean, x·axis."""
    place = np.full(len(means), -1, np.int32)
    place[cells] = np.arange(len(cells))
    short_means, short_axes = means.astype(np.float32), axes.astype(np.float32)

    def look(rows: slice) -> Gathered:
        inside = np.flatnonzero(place[indices[rows]] >= 0)
        member = place[indices[rows][inside]]
        offsets = sketch[rows][inside] - short_means[indices[rows][inside]]
        along = np.einsum("ij,ij->i", offsets, short_axes[member])
        return gather(member, offsets, along, len(cells))

    return on_all_cores(look, chunks(len(sketch)))


def _stretched(member: Places, offsets: Sketch, along: Reals, size: int) -> Reals:
    """Sum each cell's offsets, as much of each as there is along the axis: one power iteration."""
    stretched: Reals = membership(member, along, size) @ offsets
    return stretched


def _cut(member: Places, offsets: Sketch, along: Reals, size: int) -> tuple[Reals, Counts]:
    """Sum and count the offsets of each cell's two sides: shapes (2·size, d) and (2·size,)."""
    sides = member + size * (along > 0)
    return cell_sums(sides, offsets, 2 * size), np.bincount(sides, minlength=2 * size)


def largest(values: Floats, count: int) -> Places:
    """Return where the largest values are, largest first, ties by position."""
    return np.argsort(-values, kind="stable")[:count]
