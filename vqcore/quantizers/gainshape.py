"""Gain-shape vector quantization: a mean, and a gain that multiplies a shape of unit norm.

Sabin & Gray 1984, doi:10.1109/TASSP.1984.1164346. A direction alone has no scale, so that the
cosine is no measure for pictures unless a gain is sent along. A shape is the best direction for its
cell: the sum of its vectors, each as often as its gain says, at norm 1. A vector x takes the shape
with the largest x·s, and the gain nearest to it: what g² − 2g·(x·s) is least for.
"""

from __future__ import annotations

import math
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace

import numpy as np

from vqcore.arrays import Differences, Floats, Indices, Reals, Samples
from vqcore.codebooks.cells import Partition
from vqcore.codebooks.scoring import MIDDLE, chunks, product
from vqcore.codebooks.source import sample_of
from vqcore.codebooks.splitting import halves, largest
from vqcore.codebooks.training import Progress, powers_below, reported, way_up
from vqcore.quantizers.additive import blank, in_order
from vqcore.quantizers.gains import (
    MOST_BITS,
    MOST_STEPS,
    best_pairs,
    bits_for,
    fitted_gains,
    fitted_shapes,
    stored_gains,
    stored_shapes,
    unit,
    weighted_sums,
)
from vqcore.quantizers.meanremoved import without_means
from vqcore.quantizers.plain import BY_BLOCK as BY_BLOCK
from vqcore.quantizers.plain import WHOLE as WHOLE
from vqcore.quantizers.plain import suits as suits
from vqcore.quantizers.quantizer import (
    Column,
    Option,
    Parameters,
    Quantizer,
    TrainedQuantizer,
)
from vqcore.quantizers.replay import Again, Seen
from vqcore.signals.layouts import Layout
from vqcore.words import said
from vqcore.work import Work, on_all_cores

ID = "gain-shape"
OPTIONS = (
    Option("mean", (0, 1), 1),
    Option("mean-step", (4, 8, 16, 32), 8),
    Option("gains", (4, 8, 16), 8),
    Option("shape-bits", (5, 6, 7, 8), 7),
)
SAMPLE = 2**16
SCORES_AT_ONCE = 2**19
MOST_ITERATIONS = 20
TOLERANCE = 1e-3
GAIN_ITERATIONS = 30
ROUNDS = 3
EXACT_DOTS = 2**24


def trained_on(layout: Layout, vectors: Samples, parameters: Parameters) -> Samples:
    """Return the directions that the shapes are found among, in 8 bits."""
    rests = _rests(layout, vectors, parameters.options).astype(np.float32)
    norms = np.sqrt(np.square(rests).sum(axis=1, keepdims=True))
    directions: Samples = np.rint(rests * (127 / np.maximum(norms, 1)) + MIDDLE).astype(np.uint8)
    return directions


def columns_of(layout: Layout, sizes: Sequence[int], steps: Sequence[int]) -> tuple[Column, ...]:
    """Return a column of means for each component or none, one of gains and one of shapes.

    Raises
    ------
    ValueError
        If there are not as many, the means are not evenly spaced from 0 to 255, or shapes have
        more bits than 12.
    """
    components = len(layout.components)
    means = list(zip(sizes, steps, strict=True))[:-2]
    if len(sizes) not in (2, components + 2) or any(size * step != 256 for size, step in means):
        raise ValueError(said("refusal.vq.gain-shape"))
    if steps[-1] > MOST_BITS:
        raise ValueError(said("refusal.vq.fraction", bits=MOST_BITS))
    columns = [Column("mean", size, "levels", step) for size, step in means]
    gain = Column("gain", sizes[-2], "gains", steps[-2])
    return *columns, gain, Column("shape", sizes[-1], "shapes", steps[-1])


def train(
    layout: Layout,
    vectors: Samples,
    sizes: Sequence[int],
    parameters: Parameters,
    *,
    seed: int = 0,
    known: Mapping[int, Quantizer] | None = None,
) -> Iterator[Progress | TrainedQuantizer]:
    """Train shapes on a ladder of their own, each rung with gains of its own."""
    sample = sample_of(vectors, SAMPLE, np.random.default_rng(seed))
    rests = _rests(layout, sample, parameters.options).astype(np.float32)
    rungs = dict[int, Floats]()
    for size in sizes:
        shapes, seconds = yield from reported(climbed(rests, rungs, size, seed), size)
        fitting = _fitted(rests, shapes, parameters.options["gains"])
        (gains, better), more = yield from reported(fitting, size)
        quantizer = _quantizer(layout, gains, better, parameters.options)
        yield TrainedQuantizer(quantizer, seconds + more, len(sample))


def replay(of: Again) -> Iterator[Seen | None]:
    """Replay the last rung of the shapes, and how gains and shapes are fitted to one another."""
    options = of.parameters.options
    sample = sample_of(of.vectors, SAMPLE, np.random.default_rng(of.seed))
    rests = _rests(of.layout, sample, options).astype(np.float32)
    rungs = dict[int, Floats]()
    below = yield from climbed(rests, rungs, powers_below(of.size)[-1], of.seed)
    yield Seen("first", (yield from _as_they_come(of.layout, rests, below, options)))
    for shapes in climbed(rests, rungs, of.size, of.seed):
        if isinstance(shapes, np.ndarray):
            yield Seen("shapes", (yield from _as_they_come(of.layout, rests, shapes, options)))
        yield None
    fitted = yield from _fitted(rests, rungs[of.size], options["gains"])
    yield Seen("gains", _quantizer(of.layout, *fitted, options))


def encode_work(quantizer: Quantizer, vectors: Samples, *, beam: int = 1) -> Work[Indices]:
    """Find the nearest means, then the gain and the shape that leave the least of all pairs."""
    tables = quantizer.tables
    at_once = SCORES_AT_ONCE // (2 * quantizer.sizes[-1])

    def find(rows: slice) -> Indices:
        rests, found = vectors[rows].astype(np.int32), list[Indices]()
        for table in tables[:-2]:
            found.append(_level(rests, table))
            rests -= table[found[-1]]
        return np.column_stack([*found, _gain_and_shape(rests, tables[-2], tables[-1], bits)])

    bits, parts = quantizer.columns[-1].step, []
    for part in on_all_cores(find, chunks(len(vectors), at_once)):
        parts.append(part)
        yield
    return np.concatenate(parts).astype(np.int32)


def _level(rests: Indices, table: Differences) -> Indices:
    """Return the level of a component that is nearest to its mean, (m,), the lower at a tie."""
    within = np.flatnonzero(table[-1])
    means = rests[:, within].sum(axis=1)
    away = np.abs(means[:, None] - table[:, within].sum(axis=1, dtype=np.int64))
    nearest: Indices = away.argmin(axis=1).astype(np.int32)
    return nearest


def _gain_and_shape(rests: Indices, gains: Differences, shapes: Differences, bits: int) -> Indices:
    """Return the pair for each of m rests that g²|s|² − 2g·(x·s) is least for, (m, 2)."""
    exact = 2 * MIDDLE * MIDDLE * rests.shape[1] < EXACT_DOTS
    few: type[np.floating] = np.float32 if exact else np.float64
    dots = (rests.astype(few) @ shapes.T.astype(few)).astype(np.float64) / 2**bits
    squares = np.square(shapes / 2**bits).sum(axis=1)
    return best_pairs(dots, squares, gains[:, 0].astype(np.float64))


# ----------------------------------------------------------------------------------------- training


@dataclass(frozen=True, eq=False)
class Spheres:
    """Vectors parted by direction: the cell and the gain of each, and the squared error of all."""

    cells: Indices
    gains: Floats
    error: float


def _rests(layout: Layout, vectors: Samples, options: Mapping[str, int]) -> Differences:
    """Return what the gains and shapes stand for."""
    if options["mean"]:
        return without_means(layout, vectors, options["mean-step"])
    return vectors.astype(np.int16)


def climbed(vectors: Reals, rungs: dict[int, Floats], size: int, seed: int) -> Work[Floats]:
    """Climb to a size by the rungs that are not yet there, each from the power of two below."""
    for rung in way_up(size, rungs):
        if rung == 1:
            shapes = unit(vectors.sum(axis=0, dtype=np.float64)[None])
        else:
            below, rng = rungs[powers_below(rung)[-1]], np.random.default_rng([seed, rung])
            shapes = yield from _grown(vectors, below, rung, rng)
        rungs[rung] = yield from settled(vectors, shapes)
    return rungs[size]


def assigned(vectors: Reals, shapes: Floats) -> Work[Spheres]:
    """Find the shape with the largest x·s for each vector, and that as the gain, at least 0."""
    turned = np.ascontiguousarray(shapes.T.astype(np.float32))

    def find(rows: slice) -> tuple[Indices, Floats]:
        dots = product(vectors[rows], turned)
        cells = dots.argmax(axis=1)
        return cells.astype(np.int32), dots[np.arange(len(dots)), cells].astype(np.float64)

    found = []
    for part in on_all_cores(find, chunks(len(vectors), SCORES_AT_ONCE // len(shapes))):
        found.append(part)
        yield
    cells, gains = (np.concatenate(of) for of in zip(*found, strict=True))
    gains = gains.clip(0)
    error = float(np.square(vectors, dtype=np.float64).sum() - np.square(gains).sum())
    return Spheres(cells, gains, error)


def settled(vectors: Reals, shapes: Floats, *, by_energy: bool = True) -> Work[Floats]:
    """Iterate assignment and update of unit shapes, until the error falls by less than 0.1 %.

    Each iteration yields its shapes.

    By energy a vector counts as often as its gain says, as the least error asks for; else all
    directions count alike, as in spherical k-means.
    """
    norms = np.maximum(np.linalg.norm(vectors, axis=1), 1e-12)
    before = math.inf
    for _ in range(MOST_ITERATIONS):
        part = yield from assigned(vectors, shapes)
        weights = part.gains if by_energy else 1 / norms
        sums = weighted_sums(vectors, weights, part.cells, len(shapes))
        shapes = np.where((np.abs(sums).sum(axis=1) > 0)[:, None], unit(sums), shapes)
        yield shapes
        if before - part.error <= TOLERANCE * part.error:
            break
        before = part.error
    return shapes


def _grown(vectors: Reals, shapes: Floats, size: int, rng: np.random.Generator) -> Work[Floats]:
    """Split the cells with the most error across the main axis of what they leave."""
    part = yield from assigned(vectors, shapes)
    rests = vectors - (part.gains[:, None] * shapes[part.cells]).astype(np.float32)
    errors: Floats = np.square(rests).sum(axis=1).astype(np.float64)
    count = len(shapes)
    counts = np.bincount(part.cells, minlength=count)
    distortion: Floats = np.bincount(part.cells, errors, count).astype(np.float64)
    of_rests = Partition(
        counts, np.zeros(shapes.shape), distortion, part.cells, np.zeros(count), errors
    )
    worst = largest(distortion, size - count)
    (one, other), _ = yield from halves(rests, of_rests, worst, rng)
    lengths = np.bincount(part.cells, part.gains, count) / np.maximum(counts, 1)
    centres = lengths[worst, None] * shapes[worst]
    grown = np.concatenate([shapes, unit(centres + other)])
    grown[worst] = unit(centres + one)
    return grown


def _fitted(vectors: Reals, shapes: Floats, count: int) -> Work[tuple[Floats, Floats]]:
    """Find gains, the first of them 0, and let shapes follow what they make of their vectors."""
    part = yield from assigned(vectors, shapes)
    gains = _levels(part.gains, count)
    for _ in range(ROUNDS):
        levels = np.abs(part.gains[:, None] - gains).argmin(axis=1)
        indices = np.stack([levels, part.cells], axis=1).astype(np.int32)
        shapes = fitted_shapes(vectors, gains, shapes, indices)
        gains = np.sort(np.append(0, fitted_gains(vectors, gains, shapes, indices)[1:]))
        part = yield from assigned(vectors, shapes)
    return gains, shapes


def _as_they_come(
    layout: Layout, vectors: Reals, shapes: Floats, options: Mapping[str, int]
) -> Work[Quantizer]:
    """Return the quantizer of shapes with levels for the gains that vectors have."""
    part = yield from assigned(vectors, shapes)
    return _quantizer(layout, _levels(part.gains, options["gains"]), shapes, options)


def _levels(values: Floats, count: int) -> Floats:
    """Return 0 and count − 1 more levels for values, by Lloyd's iterations on a line."""
    some = np.sort(values[values > 0]) if (values > 0).any() else np.ones(1)
    levels = np.append(0, np.quantile(some, (np.arange(1, count) - 0.5) / (count - 1)))
    sums = np.append(0, np.cumsum(some))
    for _ in range(GAIN_ITERATIONS):
        ends = np.searchsorted(some, (levels[1:] + levels[:-1]) / 2)
        ends = np.append(ends, len(some))
        counts = np.diff(ends)
        means = np.diff(sums[ends]) / np.maximum(counts, 1)
        levels = np.append(0, np.where(counts > 0, means, levels[1:]))
    return levels


def _quantizer(
    layout: Layout, gains: Floats, shapes: Floats, options: Mapping[str, int]
) -> Quantizer:
    means = len(layout.components) if options["mean"] else 0
    bits, step = bits_for(shapes, options["shape-bits"]), math.ceil(gains.max() / MOST_STEPS)
    mean_step, step = options["mean-step"], max(1, step)
    sizes = [*[256 // mean_step] * means, len(gains), len(shapes)]
    columns = columns_of(layout, sizes, [*[mean_step] * means, step, bits])
    found = blank(ID, layout, columns)
    repeated = np.repeat(stored_gains(gains, step)[:, None], layout.dimension, axis=1)
    tables = repeated, stored_shapes(shapes, bits)
    return in_order(replace(found, tables=(*found.tables[:-2], *tables)))
