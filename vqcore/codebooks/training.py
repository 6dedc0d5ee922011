"""Training a codebook: the LBG ladder, and scikit-learn's trainers to compare it with.

The ladder climbs K = 1, 2, 4, …: each rung starts from the codebook below with its cells split in
two, then settles: Lloyd iterations, between which the codewords that are missed least move to where
they help most. That also brings dead codewords back to life. Second thoughts follow: codewords are
added where the error is, and cells merged until there are as many as before. The smallest codebooks
have the poorest local minima and cost least; they get most second thoughts, and a second start. A
size off the ladder (100) is the rung below (64) with its worst cells split, so the result for a K
never depends on which other sizes were asked for.

To be quick, a rung does this in a sketch: for a sample of the vectors that grows with K, and along
their few principal axes. Only its last Lloyd iterations see all vectors whole.

Linde, Buzo & Gray 1980, doi:10.1109/TCOM.1980.1094577 (splitting); Patané & Russo 2001,
doi:10.1016/S0893-6080(01)00108-8 (moving codewords by their utility).
"""

from __future__ import annotations

import math
from collections.abc import Callable, Container, Generator, Iterator, Mapping, Sequence
from contextlib import closing
from dataclasses import dataclass
from functools import partial
from itertools import pairwise
from time import monotonic, perf_counter
from typing import Any, Literal, TypeVar, get_args

import numpy as np
from numpy.typing import NDArray
from scipy.sparse import csc_array

from vqcore.arrays import Counts, Floats, Indices, Samples
from vqcore.codebooks.codebook import Codebook, chunks, scored
from vqcore.codebooks.merging import merged
from vqcore.codebooks.sketch import Axes, principal_axes, sample_of, sample_size, sketch_work
from vqcore.signals.blocks import distinct_vectors
from vqcore.work import Work, finish, in_another_process, mapped, on_all_cores

Trainer = Literal["lbg", "kmeans", "minibatch", "random"]
Stage = Literal["search", "finish"]
Result = TypeVar("Result")
Gathered = TypeVar("Gathered")
Event = TypeVar("Event")

TRAINERS: tuple[Trainer, ...] = get_args(Trainer)
TOLERANCE = 1e-3
ROUGH_TOLERANCE = 5e-3
MAX_ITERATIONS = 60
PROGRESS_SECONDS = 0.1
MAX_SCIKIT_LEARN_SEED = 2**32 - 1
MAX_MOVING_ROUNDS = 8
FEW_MOVES = 0.03
MAX_SECOND_THOUGHTS = 12
SECOND_THOUGHTS_CODEWORDS = 256
MAX_IN_VAIN = 3
SECOND_START_UP_TO = 32
FEW_ITERATIONS = 2
POWER_ITERATIONS = 3
VECTORS_PER_AXIS = 64


@dataclass(frozen=True)
class Progress:
    """A sign of life, up to ten times a second: the codebook size being worked on."""

    codebook_size: int


@dataclass(frozen=True)
class Iteration:
    """One assignment and update of the ladder, or in the search one of its second thoughts.

    Parameters
    ----------
    stage : "search", in a sketch, or "finish", on all vectors whole
    distortion : float
        What it lowers: squared error per sample of the vectors, with codewords not yet rounded; in
        a sketch of its sample, and about, with what its axes leave out.
    dead : int
        Codewords without a vector; in the search they are moved first.
    moves : int
        Codewords that moved to another cell afterwards.
    seconds : float
    """

    stage: Stage
    distortion: float
    dead: int
    moves: int
    seconds: float


@dataclass(frozen=True, eq=False)
class Pass:
    """What an iteration has come to, yielded by training for whoever watches."""

    part: Partition
    moves: int = 0


@dataclass(frozen=True, eq=False)
class Look:
    """A pass of a rung, and how to get its codewords, in sample values, shape (K, d)."""

    stage: Stage
    distortion: float
    dead: int
    moves: int
    codewords: Callable[[], Work[Floats]]


class Training:
    """What went into something finished; it has no iterations if the ladder did not train it."""

    seconds: float
    sample: int
    iterations: tuple[Iteration, ...]

    def stage(self, stage: Stage) -> list[Iteration]:
        return [iteration for iteration in self.iterations if iteration.stage == stage]

    @property
    def ran_out(self) -> bool:
        """Tell whether there were all MAX_ITERATIONS; the last gained under TOLERANCE if not."""
        return len(self.stage("finish")) > MAX_ITERATIONS


@dataclass(frozen=True, eq=False)
class Trained(Training):
    """A finished codebook, and what went into it.

    Parameters
    ----------
    codebook : Codebook
    seconds : float
        What it took on top of those below it on the ladder.
    sample : int
        How many vectors the codewords were searched among, before the last iterations on all.
    iterations : tuple of Iteration
        Those of this size; none if it was not trained by the ladder.
    """

    codebook: Codebook
    seconds: float
    sample: int
    iterations: tuple[Iteration, ...] = ()


@dataclass(frozen=True, eq=False)
class Partition:
    """The cells of a codebook over n vectors.

    Parameters
    ----------
    indices : int32 array of shape (n,)
    counts : int array of shape (K,)
        Vectors in each cell.
    means : float array of shape (K, d)
        The mean of each cell, in sample values; for an empty cell its codeword.
    distortion : float array of shape (K,)
        The squared error summed over each cell.
    loss : float array of shape (K,)
        How much the distortion would rise without each codeword; zeros unless asked for.
    errors : float array of shape (n,)
        The squared error of each vector.
    """

    indices: Indices
    counts: Counts
    means: Floats
    distortion: Floats
    loss: Floats
    errors: Floats

    @property
    def total(self) -> float:
        return float(self.distortion.sum())


def train(
    vectors: Samples,
    sizes: Sequence[int],
    *,
    trainer: Trainer = "lbg",
    seed: int = 0,
    known: Mapping[int, Codebook] | None = None,
) -> Generator[Progress | Trained]:
    """Train codebooks of ascending sizes, yielding each when done and signs of life between.

    Parameters
    ----------
    vectors : uint8 array of shape (n, d), n and d at least 1
    sizes : ascending codebook sizes, none above the number of distinct vectors; with as many
        codewords there is nothing to train: they are those vectors
    trainer : "lbg" (the ladder), or scikit-learn's "kmeans" (KMeans, k-means++ start), "minibatch"
        (MiniBatchKMeans) or "random" (KMeans from vectors drawn at random, once)
    seed : 0 or more; the same seed gives the same codebooks
    known : codebooks of this ladder trained before, by size; the climb goes on from them

    Yields
    ------
    Progress, up to ten times a second, and a Trained for each size

    Raises
    ------
    ValueError
        At once, if something given is none of that; the message quotes it.

    Notes
    -----
    Closing the iterator stops the work. O(n·K·d) time for each iteration, O(n·d) memory.
    """
    vectors, sizes, known = np.asarray(vectors), _checked_sizes(sizes), known or {}
    _check_vectors(vectors)
    _check_trainer(trainer, seed)
    _check_known(known, vectors)
    return seldom(_trained(vectors, sizes, trainer, seed, known, _lossless(vectors, sizes)))


def _check_vectors(vectors: Samples) -> None:
    if vectors.dtype != np.uint8 or vectors.ndim != 2 or not vectors.size:
        raise ValueError(
            "vectors are a uint8 array of shape (n, d), n and d at least 1, "
            f"not {vectors.dtype} {vectors.shape}"
        )


def _checked_sizes(sizes: Sequence[int]) -> list[int]:
    whole = all(isinstance(size, int | np.integer) for size in sizes)
    if not whole or any(size <= below for below, size in pairwise([0, *sizes])):
        raise ValueError(f"codebook sizes are whole numbers from 1 on, ascending, not {sizes}")
    return [int(size) for size in sizes]


def _check_trainer(trainer: Trainer, seed: int) -> None:
    if trainer not in TRAINERS:
        raise ValueError(f"the trainer is one of {', '.join(TRAINERS)}, not {trainer!r}")
    if seed < 0:
        raise ValueError(f"the seed is 0 or more, not {seed}")
    if trainer != "lbg" and seed > MAX_SCIKIT_LEARN_SEED:
        raise ValueError(f"scikit-learn's seeds go up to {MAX_SCIKIT_LEARN_SEED}, not {seed}")


def _check_known(known: Mapping[int, Codebook], vectors: Samples) -> None:
    for size, codebook in known.items():
        expected, shape = (size, vectors.shape[1]), codebook.codewords.shape
        if shape != expected:
            raise ValueError(f"the codewords known for K = {size} are {shape}, not {expected}")


def _lossless(vectors: Samples, sizes: Sequence[int]) -> Trained | None:
    """Return what the largest size comes to if it is that of the distinct vectors, else None."""
    if not sizes:
        return None
    start = perf_counter()
    distinct = distinct_vectors(vectors, sizes[-1])
    if distinct is None:
        return None
    if len(distinct) < sizes[-1]:
        raise ValueError(f"only {len(distinct)} vectors are distinct, too few for K = {sizes[-1]}")
    return Trained(Codebook(distinct).in_order(), perf_counter() - start, len(vectors))


def seldom(events: Generator[Progress | Event]) -> Generator[Progress | Event]:
    """Let a Progress through every tenth of a second at most, and everything else at once."""
    told = -math.inf
    with closing(events):
        for event in events:
            if not isinstance(event, Progress):
                yield event
            elif monotonic() - told >= PROGRESS_SECONDS:
                told = monotonic()
                yield event


def _trained(
    vectors: Samples,
    sizes: Sequence[int],
    trainer: Trainer,
    seed: int,
    known: Mapping[int, Codebook],
    lossless: Trained | None,
) -> Generator[Progress | Trained]:
    """Train all sizes but the one, the last, that is lossless."""
    others = sizes[:-1] if lossless else sizes
    if trainer == "lbg":
        yield from _climb(vectors, others, seed, known)
    elif others:
        yield from _scikit_learn(vectors, others, trainer, seed)
    if lossless:
        yield lossless


def _climb(
    vectors: Samples, sizes: Sequence[int], seed: int, known: Mapping[int, Codebook]
) -> Generator[Progress | Trained]:
    """Train each size from the largest power of two below it."""
    rungs, axes = {size: codebook.in_order() for size, codebook in known.items()}, None
    for size in sizes:
        seconds, iterations = 0.0, list[Iteration]()
        for rung in _way_up(size, rungs):
            preparing, iterations = 0.0, []
            if axes is None:
                axes, preparing = yield from reported(principal_axes(vectors), rung)
            below = rungs[_powers_below(rung)[-1]] if rung > 1 else None
            work = _rung(vectors, below, rung, axes, seed)
            rungs[rung], seconds = yield from reported(_noted(work, iterations), rung)
            seconds += preparing
        yield Trained(rungs[size], seconds, sample_size(size, len(vectors)), tuple(iterations))


def _way_up(size: int, known: Container[int]) -> list[int]:
    """Return the rungs to climb for a size, from the highest below it that is known."""
    way: list[int] = []
    for rung in (size, *reversed(_powers_below(size))):
        if rung in known:
            break
        way.append(rung)
    return way[::-1]


def _noted(work: Work[Result], iterations: list[Iteration]) -> Work[Result]:
    """Note what is seen of each iteration, and how long it took."""
    seconds = 0.0
    while True:
        start = perf_counter()
        try:
            seen = next(work)
        except StopIteration as end:
            result: Result = end.value
            return result
        seconds += perf_counter() - start
        if isinstance(seen, Look):
            told = seen.stage, seen.distortion, seen.dead, seen.moves
            iterations.append(Iteration(*told, seconds))
            seconds = 0
        yield


def watch(vectors: Samples, size: int, below: Codebook | None, *, seed: int = 0) -> Work[Codebook]:
    """Train one rung of the ladder as `train` does, yielding a Look after each iteration.

    Parameters
    ----------
    vectors : uint8 array of shape (n, d)
    size : codebook size
    below : the codebook of the next lower power of two; None for size 1
    seed : that of `train`, for the same codebook
    """
    axes = yield from principal_axes(vectors)
    return (yield from _rung(vectors, below, size, axes, seed))


def _powers_below(size: int) -> list[int]:
    return [2**power for power in range((size - 1).bit_length())]


def reported(work: Work[Result], size: int) -> Generator[Progress, None, tuple[Result, float]]:
    """Turn each pause of the work into a Progress; return its result and its own seconds."""
    seconds = 0.0
    while True:
        start = perf_counter()
        try:
            next(work)
        except StopIteration as finished:
            return finished.value, seconds + perf_counter() - start
        seconds += perf_counter() - start
        yield Progress(size)


def _rung(
    vectors: Samples, below: Codebook | None, size: int, axes: Axes, seed: int
) -> Work[Codebook]:
    """Search for a codebook in a sketch, starting from the one below; finish it on all vectors."""
    if below is None:
        part = yield from partition(vectors, np.zeros((1, vectors.shape[1])))
        return rounded(part.means)
    rng = np.random.default_rng([seed, size])
    sample = sample_of(vectors, sample_size(size, len(vectors)), rng)
    few_axes = axes.enough(sample, below.codewords)

    def whole(part: Partition) -> Work[Floats]:
        return _means(sample, part.indices, few_axes.lift(part.means))

    left_out, dimension = float(few_axes.left_out[-1]), vectors.shape[1]
    search = _search(sample, below, size, few_axes, rng)
    part = yield from _looks(search, "search", size, dimension, left_out, whole)
    last = lloyd(vectors, (yield from whole(part)))
    return rounded((yield from _looks(last, "finish", size, dimension, 0, _own_means)).means)


def _search(
    sample: Samples, below: Codebook, size: int, axes: Axes, rng: np.random.Generator
) -> Work[Partition]:
    """Grow the codebook below to a size, and settle it, along some axes."""
    sketch = yield from sketch_work(sample, axes)
    part = yield from partition(sketch, axes.along(below.codewords))
    part = yield from _settle(sketch, (yield from _grown(sketch, part, size, rng)), rng)
    part = yield from _second_thoughts(sketch, part, rng)
    if size <= SECOND_START_UP_TO:
        part = yield from mapped(_second_start(sketch, part, rng), _unseen)
        yield Pass(part)
    return (yield from lloyd(sketch, part.means, tolerance=ROUGH_TOLERANCE))


def _own_means(part: Partition) -> Work[Floats]:
    yield
    return part.means


def _looks(
    work: Work[Result],
    stage: Stage,
    size: int,
    dimension: int,
    left_out: float,
    codewords: Callable[[Partition], Work[Floats]],
) -> Work[Result]:
    """Turn each Pass of a codebook of a size into a Look."""

    def look(seen: object) -> Look | None:
        if not isinstance(seen, Pass) or len(seen.part.means) != size:
            return None
        part = seen.part
        distortion = (part.total / len(part.indices) + left_out) / dimension
        dead = int((part.counts == 0).sum())
        return Look(stage, distortion, dead, seen.moves, partial(codewords, part))

    return mapped(work, look)


def rounded(means: Floats) -> Codebook:
    """Return means, shape (K, d), as they are stored: 8 bits a sample, and in order."""
    return Codebook(np.rint(means).clip(0, 255).astype(np.uint8)).in_order()


def partition(vectors: NDArray, codewords: NDArray, *, with_loss: bool = False) -> Work[Partition]:
    """Assign every vector to its nearest codeword and gather what each cell holds.

    Parameters
    ----------
    vectors : array of shape (n, d)
    codewords : array of shape (K, d)
    with_loss : also find each vector's second nearest codeword, for `Partition.loss`

    """
    size = len(codewords)
    indices = np.empty(len(vectors), np.int32)
    errors, losses = np.zeros((2, len(vectors)))

    def measure(rows: slice, centred: NDArray, scores: NDArray) -> None:
        lines = np.arange(len(scores))
        cells = indices[rows] = scores.argmax(axis=1)
        best = scores[lines, cells]
        errors[rows] = np.einsum("ij,ij->i", centred, centred) - 2 * best
        if with_loss and size > 1:
            scores[lines, cells] = -np.inf
            losses[rows] = 2 * (best - scores.max(axis=1))

    yield from scored(vectors, codewords, measure)
    errors = errors.clip(0)
    return Partition(
        indices,
        counts=np.bincount(indices, minlength=size),
        means=(yield from _means(vectors, indices, codewords)),
        distortion=np.bincount(indices, errors, size).astype(np.float64),
        loss=np.bincount(indices, losses, size).astype(np.float64),
        errors=errors,
    )


def cell_means(vectors: Samples, indices: Indices, codewords: Samples) -> Samples:
    """Return the means of the cells, rounded and in order; for an empty cell its codeword.

    Parameters
    ----------
    vectors : uint8 array of shape (n, d)
    indices : int32 array of shape (n,)
    codewords : uint8 array of shape (K, d)
    """
    return rounded(finish(_means(vectors, indices, codewords))).codewords


def _means(vectors: NDArray, indices: Indices, codewords: NDArray) -> Work[Floats]:
    """Return the mean of each cell; for an empty cell its codeword."""

    def chunk_sums(rows: slice) -> NDArray:
        return _cell_sums(indices[rows], vectors[rows], len(codewords))

    sums = np.zeros(codewords.shape)
    for chunk in on_all_cores(chunk_sums, chunks(len(vectors))):
        sums += chunk
        yield
    counts = np.bincount(indices, minlength=len(codewords))[:, None]
    return np.where(counts > 0, sums / np.maximum(counts, 1), codewords)


def _cell_sums(cells: NDArray, values: NDArray, size: int) -> NDArray:
    """Sum the rows of `values`, shape (m, d), by cell: shape (size, d), exact for integers."""
    ones = np.ones(len(cells), np.float32)
    return _membership(cells, ones, size) @ values.astype(np.float32, copy=False)


def _membership(cells: NDArray, weights: NDArray, size: int) -> Any:
    """Return the sparse (size, m) matrix that holds each row's weight in the row's cell."""
    return csc_array((weights, cells, np.arange(len(cells) + 1)), shape=(size, len(cells)))


def lloyd(
    vectors: NDArray,
    codewords: NDArray,
    *,
    tolerance: float | None = None,
    at_most: int | None = None,
) -> Work[Partition]:
    """Iterate assignment and update until the distortion falls by less than 0.1 %.

    Each iteration leaves the distortion as it was or lowers it. Lloyd 1982,
    doi:10.1109/TIT.1982.1056489.

    Parameters
    ----------
    vectors : array of shape (n, d)
    codewords : array of shape (K, d)
    tolerance : another share of the distortion to stop at
    at_most : another number of iterations than 60
    """
    least = TOLERANCE if tolerance is None else tolerance
    part = yield from partition(vectors, codewords)
    yield Pass(part)
    for _ in range(MAX_ITERATIONS if at_most is None else at_most):
        before = part
        part = yield from partition(vectors, before.means)
        yield Pass(part)
        if before.total - part.total <= least * part.total:
            break
    return part


def _settle(vectors: NDArray, codewords: NDArray, rng: np.random.Generator) -> Work[Partition]:
    """Move codewords to where they help most, between Lloyd iterations, until few move."""
    for _ in range(MAX_MOVING_ROUNDS):
        part = yield from partition(vectors, codewords, with_loss=True)
        codewords, moves = yield from _moved(vectors, part, rng)
        yield Pass(part, moves)
        if moves <= FEW_MOVES * len(codewords) and part.counts.all():
            break
    return (yield from lloyd(vectors, codewords, tolerance=ROUGH_TOLERANCE))


def _moved(vectors: NDArray, part: Partition, rng: np.random.Generator) -> Work[tuple[Floats, int]]:
    """Give the cells that gain most from a second codeword those that are missed least.

    A cell takes part in one move at most, and only while the gain exceeds the loss.
    """
    half = len(part.means) // 2
    worst = _largest(part.distortion, half)
    children, gains = yield from _halves(vectors, part, worst, rng)
    order = _largest(gains, half)
    least = _largest(-part.loss, half)
    codewords, taken, moves = part.means.copy(), set[int](), 0
    for giver, chosen in zip(least, order, strict=True):
        cell = worst[chosen]
        if gains[chosen] <= part.loss[giver]:
            break
        if giver != cell and taken.isdisjoint((giver, cell)):
            codewords[[cell, giver]] = children[:, chosen]
            taken.update((giver, cell))
            moves += 1
    return codewords, moves


def _largest(values: NDArray, count: int) -> NDArray[np.intp]:
    """Return where the largest values are, largest first, ties by position."""
    return np.argsort(-values, kind="stable")[:count]


def _grown(vectors: NDArray, part: Partition, size: int, rng: np.random.Generator) -> Work[Floats]:
    """Split the cells with the largest distortion until there are `size` codewords."""
    worst = _largest(part.distortion, size - len(part.means))
    (kept, added), _ = yield from _halves(vectors, part, worst, rng)
    codewords = part.means.copy()
    codewords[worst] = kept
    return np.concatenate([codewords, added])


def _halves(
    vectors: NDArray, part: Partition, cells: NDArray, rng: np.random.Generator
) -> Work[tuple[Floats, Floats]]:
    """Cut cells across their main axis: the means of both halves (2, m, d) and the gains (m,).

    The gain is how much the distortion falls when both means replace the cell's one.
    """
    size, dimension = len(cells), vectors.shape[1]
    axes = yield from _main_axes(vectors, part, cells, rng)
    sums, counts = np.zeros((2 * size, dimension)), np.zeros(2 * size)
    for chunk_sums, chunk_counts in _across(vectors, part.indices, part.means, cells, axes, _cut):
        sums += chunk_sums
        counts += chunk_counts
        yield
    shifts = (sums / np.maximum(counts, 1)[:, None]).reshape(2, size, dimension)
    gains = np.einsum("sij,sij,si->i", shifts, shifts, counts.reshape(2, size))
    return part.means[cells] + shifts, gains


def _main_axes(
    vectors: NDArray, part: Partition, cells: NDArray, rng: np.random.Generator
) -> Work[Floats]:
    """Find about the axis along which each cell is longest, shape (m, d), by power iteration."""
    step = -(-len(vectors) // (VECTORS_PER_AXIS * len(part.means)))
    some, indices = vectors[::step], part.indices[::step]
    axes = rng.standard_normal((len(cells), vectors.shape[1]))
    for _ in range(POWER_ITERATIONS):
        stretched = np.zeros(axes.shape)
        for chunk in _across(some, indices, part.means, cells, axes, _stretched):
            stretched += chunk
            yield
        axes = stretched / np.maximum(np.linalg.norm(stretched, axis=1, keepdims=True), 1e-12)
    return axes


def _across(
    vectors: NDArray,
    indices: Indices,
    means: Floats,
    cells: NDArray,
    axes: Floats,
    gather: Callable[[NDArray, NDArray, NDArray, int], Gathered],
) -> Iterator[Gathered]:
    """Gather, for chunks of the cells' vectors, their cell, their offset from its mean, x·axis."""
    place = np.full(len(means), -1, np.int32)
    place[cells] = np.arange(len(cells))
    short_means, short_axes = means.astype(np.float32), axes.astype(np.float32)

    def look(rows: slice) -> Gathered:
        inside = np.flatnonzero(place[indices[rows]] >= 0)
        member = place[indices[rows][inside]]
        offsets = vectors[rows][inside] - short_means[indices[rows][inside]]
        along = np.einsum("ij,ij->i", offsets, short_axes[member])
        return gather(member, offsets, along, len(cells))

    return on_all_cores(look, chunks(len(vectors)))


def _stretched(member: NDArray, offsets: NDArray, along: NDArray, size: int) -> NDArray:
    """Sum each cell's offsets, as much of each as there is along the axis: one power iteration."""
    return _membership(member, along, size) @ offsets


def _cut(member: NDArray, offsets: NDArray, along: NDArray, size: int) -> tuple[NDArray, NDArray]:
    """Sum and count the offsets of each cell's two sides: shapes (2·size, d) and (2·size,)."""
    sides = member + size * (along > 0)
    return _cell_sums(sides, offsets, 2 * size), np.bincount(sides, minlength=2 * size)


def _second_start(vectors: NDArray, part: Partition, rng: np.random.Generator) -> Work[Partition]:
    """Come to a second codebook from vectors at random, and to a third from both; keep the best."""
    size = len(part.means)
    drawn = rng.choice(len(vectors), min(2 * size, len(vectors)), replace=False)
    other = yield from _refined(vectors, vectors[drawn], size)
    other = yield from _second_thoughts(vectors, other, rng)
    cross = yield from _refined(vectors, np.concatenate([part.means, other.means]), size)
    return min(part, other, cross, key=_total)


def _second_thoughts(
    vectors: NDArray, part: Partition, rng: np.random.Generator
) -> Work[Partition]:
    """Add as many codewords where the error is, and merge all back, until that is often in vain.

    Moving is no way out of a poor local minimum when no codeword can be spared, and that is so in
    small codebooks. There this also costs least.
    """
    size, in_vain = len(part.means), 0
    starts = 2 if size <= SECOND_START_UP_TO else 1
    for _ in range(min(MAX_SECOND_THOUGHTS, SECOND_THOUGHTS_CODEWORDS // (starts * size))):
        before, added = part, vectors[_struck(part.errors, size, rng)]
        other = yield from _refined(vectors, np.concatenate([part.means, added]), size)
        part = min(part, other, key=_total)
        yield Pass(part)
        in_vain = in_vain + 1 if before.total - part.total <= TOLERANCE * part.total else 0
        if in_vain == MAX_IN_VAIN:
            break
    return part


def _total(part: Partition) -> float:
    return part.total


def _refined(vectors: NDArray, codewords: NDArray, size: int) -> Work[Partition]:
    """Settle codewords for a little, merge them to a size, and settle those for a little."""
    return (yield from mapped(_merged_back(vectors, codewords, size), _unseen))


def _merged_back(vectors: NDArray, codewords: NDArray, size: int) -> Work[Partition]:
    many = yield from lloyd(vectors, codewords, at_most=FEW_ITERATIONS)
    means = yield from merged(many.means, many.counts, size)
    return (yield from lloyd(vectors, means, at_most=FEW_ITERATIONS))


def _unseen(seen: object) -> None:
    """Leave out what nobody is to see: a try may come to nothing."""


def _struck(weights: Floats, count: int, rng: np.random.Generator) -> NDArray[np.intp]:
    """Draw places by their weights, none twice and none without: `count`, or as many as there are.

    Efraimidis & Spirakis 2006, doi:10.1016/j.ipl.2005.11.003.
    """
    count = min(count, int(np.count_nonzero(weights)))
    keys = weights / rng.standard_exponential(len(weights))
    return np.argpartition(-keys, count - 1)[:count]


def _scikit_learn(
    vectors: Samples, sizes: Sequence[int], trainer: Trainer, seed: int
) -> Generator[Progress | Trained]:
    """Fit in another process, because scikit-learn cannot be interrupted; closing kills it."""
    with closing(in_another_process(_fits, vectors, sizes, trainer, seed)) as fits:
        for size in sizes:
            while (fit := next(fits)) is None:
                yield Progress(size)
            means, seconds = fit
            yield Trained(rounded(means), seconds, len(vectors))


def _fits(
    vectors: Samples, sizes: Sequence[int], trainer: Trainer, seed: int
) -> Iterator[tuple[Floats, float]]:
    """Yield the means and the seconds of each size; runs in the other process."""
    import warnings

    from sklearn.cluster import KMeans, MiniBatchKMeans
    from sklearn.exceptions import ConvergenceWarning

    warnings.simplefilter("ignore", ConvergenceWarning)
    samples = vectors.astype(np.float32)
    estimator = {
        "kmeans": KMeans,
        "minibatch": MiniBatchKMeans,
        "random": partial(KMeans, init="random", n_init=1),
    }[trainer]
    for size in sizes:
        start = perf_counter()
        means = estimator(size, random_state=seed).fit(samples).cluster_centers_
        yield means, perf_counter() - start
