"""Training codebooks: by the LBG ladder, and by scikit-learn's trainers to compare it with."""

from __future__ import annotations

import math
from collections.abc import Container, Generator, Iterator, Mapping, Sequence
from contextlib import closing
from dataclasses import dataclass, replace
from itertools import pairwise
from time import monotonic, perf_counter
from typing import Any, Generic, Literal, TypeVar, get_args

import numpy as np

from vqcore.arrays import Number, Numbers, Sketch
from vqcore.codebooks.codebook import Codebook, rounded
from vqcore.codebooks.fixedpoint import Grid, grid_of
from vqcore.codebooks.ladder import Look, Stage, rung_work
from vqcore.codebooks.lloyd import MAX_ITERATIONS
from vqcore.codebooks.scikitlearn import fits
from vqcore.codebooks.scoring import EIGHT_BIT, REAL, Kind, exact_kind
from vqcore.codebooks.sketch import Axes, principal_axes, sample_size
from vqcore.codebooks.source import InMemory, OnAGrid, OnALine, Source
from vqcore.codebooks.textbook import Book, Rules, book_of, runs_work
from vqcore.work import Work, in_another_process, mapped

Trainer = Literal["lbg", "kmeans", "minibatch", "random", "textbook"]
Result = TypeVar("Result")
Event = TypeVar("Event")

TRAINERS: tuple[Trainer, ...] = get_args(Trainer)
OWN_TRAINERS: tuple[Trainer, ...] = ("lbg", "textbook")
PROGRESS_SECONDS = 0.1
MAX_SCIKIT_LEARN_SEED = 2**32 - 1
LADDER_VECTORS = 2**17


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


class Training:
    """What went into something finished; it has no iterations if the ladder did not train it."""

    seconds: float
    sample: int
    iterations: tuple[Iteration, ...]
    book: Book | None

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
    book : Book
        What is told of a training by the book; None for other trainers.
    """

    codebook: Codebook
    seconds: float
    sample: int
    iterations: tuple[Iteration, ...] = ()
    book: Book | None = None


def train(
    vectors: Numbers,
    sizes: Sequence[int],
    *,
    trainer: Trainer = "lbg",
    seed: int = 0,
    known: Mapping[int, Codebook] | None = None,
    rules: Rules | None = None,
    exact: bool = False,
) -> Generator[Progress | Trained]:
    """Train codebooks of ascending sizes, yielding each when done and signs of life between.

    Parameters
    ----------
    vectors : uint8 or float32 array of shape (n, d), n and d at least 1, of finite numbers; of the
        codewords so are theirs
    sizes : ascending codebook sizes, none above the number of distinct vectors; with as many
        codewords there is nothing to train: they are those vectors
    trainer : "lbg" (the ladder), or scikit-learn's "kmeans" (KMeans, k-means++ start), "minibatch"
        (MiniBatchKMeans) or "random" (KMeans from vectors drawn at random, once); or "textbook",
        by rules of your own
    seed : 0 or more; the same seed gives the same codebooks
    known : codebooks of this ladder trained before, by size; the climb goes on from them, but for
        very many float32 vectors
    rules : of the "textbook"; if there are none, they are as at first
    exact : of the ladder on uint8 vectors: whether sums are to be whole numbers, which come to the
        same in every library of matrix products

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
    vectors, sizes, known = np.asarray(vectors), checked_sizes(sizes), known or {}
    check_vectors(vectors)
    _check_trainer(trainer, seed)
    _check_known(known, vectors)
    chosen = rules or Rules()
    lossless = None if chosen.given else _lossless(InMemory(vectors, REAL), sizes)
    kind = exact_kind(vectors.shape[1]) if exact else EIGHT_BIT
    return seldom(_trained(vectors, kind, sizes, trainer, seed, known, lossless, chosen))


def check_vectors(vectors: Numbers) -> None:
    """Raise a ValueError that says what vectors are, if these are none."""
    if vectors.dtype not in (np.uint8, np.float32) or vectors.ndim != 2 or not vectors.size:
        raise ValueError(
            "vectors are a uint8 or float32 array of shape (n, d), n and d at least 1, "
            f"not {vectors.dtype} {vectors.shape}"
        )
    if vectors.dtype == np.float32 and not np.isfinite(vectors).all():
        raise ValueError("vectors are finite numbers; some of these are not")


def checked_sizes(sizes: Sequence[int]) -> list[int]:
    """Return sizes as they are; raise a ValueError that quotes them unless they ascend from 1."""
    whole = all(isinstance(size, int | np.integer) for size in sizes)
    if not whole or any(size <= below for below, size in pairwise([0, *sizes])):
        raise ValueError(f"codebook sizes are whole numbers from 1 on, ascending, not {sizes}")
    return [int(size) for size in sizes]


def _check_trainer(trainer: Trainer, seed: int) -> None:
    if trainer not in TRAINERS:
        raise ValueError(f"the trainer is one of {', '.join(TRAINERS)}, not {trainer!r}")
    if seed < 0:
        raise ValueError(f"the seed is 0 or more, not {seed}")
    if trainer not in OWN_TRAINERS and seed > MAX_SCIKIT_LEARN_SEED:
        raise ValueError(f"scikit-learn's seeds go up to {MAX_SCIKIT_LEARN_SEED}, not {seed}")


def _check_known(known: Mapping[int, Codebook], vectors: Numbers) -> None:
    for size, codebook in known.items():
        expected, shape = (size, vectors.shape[1]), codebook.codewords.shape
        if shape != expected:
            raise ValueError(f"the codewords known for K = {size} are {shape}, not {expected}")


def _lossless(source: Source[Number], sizes: Sequence[int]) -> Trained | None:
    """Return what the largest size comes to if it is that of the distinct vectors, else None."""
    if not sizes:
        return None
    start = perf_counter()
    distinct = source.distinct(sizes[-1])
    if distinct is None:
        return None
    if len(distinct) < sizes[-1]:
        raise ValueError(f"only {len(distinct)} vectors are distinct, too few for K = {sizes[-1]}")
    return Trained(Codebook(distinct).in_order(), perf_counter() - start, source.count)


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
    vectors: Numbers,
    kind: Kind[np.uint8],
    sizes: Sequence[int],
    trainer: Trainer,
    seed: int,
    known: Mapping[int, Codebook],
    lossless: Trained | None,
    rules: Rules,
) -> Generator[Progress | Trained]:
    """Train all sizes but the one, the last, that is lossless."""
    others = sizes[:-1] if lossless else sizes
    if trainer == "textbook":
        yield from _by_the_book(vectors, others, rules, seed)
    elif vectors.dtype == np.uint8:
        yield from _on_samples(InMemory(vectors, kind), others, trainer, seed, known)
    else:
        yield from _on_a_grid(vectors, others, trainer, seed, known)
    if lossless:
        yield lossless


def _on_samples(
    source: InMemory[Number],
    sizes: Sequence[int],
    trainer: Trainer,
    seed: int,
    known: Mapping[int, Codebook],
) -> Generator[Progress | Trained]:
    if trainer == "lbg":
        yield from _climb(source, source, sizes, seed, known)
    elif sizes:
        yield from _scikit_learn(source, sizes, trainer, seed)


def _on_a_grid(
    vectors: Numbers,
    sizes: Sequence[int],
    trainer: Trainer,
    seed: int,
    known: Mapping[int, Codebook],
) -> Generator[Progress | Trained]:
    """Train on the vectors as units of a grid, and turn codewords back into numbers.

    Of very many vectors, a rung that only leads to the next is trained on a sample.
    """
    grid = grid_of(vectors, *(codebook.codewords for codebook in known.values()))
    source, few = _sources(vectors, grid, seed)
    below = {size: Codebook(grid.units(it.codewords)) for size, it in known.items()}
    if few is not source:
        below = {}
    events = (
        _climb(source, few, sizes, seed, below)
        if trainer == "lbg"
        else _on_samples(source, sizes, trainer, seed, below)
    )
    for event in events:
        if isinstance(event, Trained):
            codebook = _in_numbers(grid, event.codebook)
            yield replace(event, codebook=codebook, iterations=_measured_in(grid, event))
        else:
            yield event


def _sources(vectors: Numbers, grid: Grid, seed: int) -> tuple[InMemory[Any], InMemory[Any]]:
    """Return all vectors as units of a grid, and those for rungs that only lead to the next."""
    of, units = OnALine if vectors.shape[1] == 1 else OnAGrid, grid.units(vectors)
    source = of(units, grid.kind)
    if source.count <= LADDER_VECTORS:
        return source, source
    return source, of(source.sample(LADDER_VECTORS, np.random.default_rng(seed)), grid.kind)


def rung_on_a_grid(
    vectors: Sketch, size: int, *, seed: int = 0
) -> Iterator[tuple[Literal["below", "search", "finish"], Codebook] | None]:
    """Train one size of the ladder of floats again, yielding what it comes to, or a pause.

    First that is the codebook below, then the one after each iteration.

    Parameters
    ----------
    vectors : float32 array of shape (n, d)
    size : 2 at least, and below the number of distinct vectors
    seed : that of the training
    """
    grid, rungs = grid_of(vectors), dict[int, Codebook]()
    source, few = _sources(vectors, grid, seed)
    ladder = _Ladder(few, seed)
    for rung in powers_below(size):
        rungs[rung], _ = yield from mapped(ladder.rung(rungs, rung, []), lambda _: None)
    yield "below", _in_numbers(grid, rungs[powers_below(size)[-1]])
    top = ladder if few is source else _Ladder(source, seed)
    for seen in (yield from mapped(top.work(rungs, size), lambda _: None)):
        if isinstance(seen, Look):
            stored = rounded((yield from mapped(seen.codewords(), lambda _: None)), grid.kind)
            yield seen.stage, _in_numbers(grid, stored)
        yield None


def _in_numbers(grid: Grid, codebook: Codebook) -> Codebook:
    """Return a codebook of units of a grid as one of numbers."""
    return Codebook(grid.values(codebook.codewords)).in_order()


def _measured_in(grid: Grid, trained: Trained) -> tuple[Iteration, ...]:
    """Return the iterations with distortions of the numbers, not of units of a grid."""
    return tuple(
        replace(it, distortion=math.ldexp(it.distortion, 2 * grid.exponent))
        for it in trained.iterations
    )


def _by_the_book(
    vectors: Numbers, sizes: Sequence[int], rules: Rules, seed: int
) -> Generator[Progress | Trained]:
    kind: Kind[Any] = EIGHT_BIT if vectors.dtype == np.uint8 else REAL
    for size in sizes:
        runs, seconds = yield from reported(runs_work(vectors, size, rules, seed), size)
        codewords = runs[0].codewords
        of_samples = vectors.dtype == np.uint8  # whose file has them in order
        codebook = rounded(codewords, kind) if of_samples else Codebook(kind.stored(codewords))
        yield Trained(codebook, seconds, len(vectors), book=book_of(runs))


def _climb(
    source: Source[Number],
    few: Source[Number],
    sizes: Sequence[int],
    seed: int,
    known: Mapping[int, Codebook],
) -> Generator[Progress | Trained]:
    """Train each size from the largest power of two below it, which was trained on few vectors.

    Those may be all, and then a size is a rung for the next.
    """
    rungs, ladder = {size: it.in_order() for size, it in known.items()}, _Ladder(few, seed)
    top = ladder if few is source else _Ladder(source, seed)
    for size in sizes:
        seconds, iterations = 0.0, list[Iteration]()
        for rung in way_up(size, rungs)[: None if top is ladder else -1]:
            rungs[rung], seconds = yield from ladder.rung(rungs, rung, iterations)
        if top is not ladder:
            codebook, seconds = yield from top.rung(rungs, size, iterations)
        else:
            codebook = rungs[size]
        yield Trained(codebook, seconds, sample_size(size, source.count), tuple(iterations))


class _Ladder(Generic[Number]):
    """What trains single rungs on a source; its axes are found once."""

    def __init__(self, source: Source[Number], seed: int) -> None:
        self._source: Source[Number] = source
        self._seed = seed
        self._axes: Axes | None = None

    def rung(
        self, rungs: Mapping[int, Codebook], size: int, iterations: list[Iteration]
    ) -> Generator[Progress, None, tuple[Codebook, float]]:
        """Train a size from the rung below, and note its iterations; return its own seconds."""
        work, preparing = yield from reported(self.work(rungs, size), size)
        iterations.clear()
        codebook, seconds = yield from reported(_noted(work, iterations), size)
        return codebook, seconds + preparing

    def work(self, rungs: Mapping[int, Codebook], size: int) -> Work[Work[Codebook]]:
        """Return the work that trains a size, once the axes are found."""
        if self._axes is None:
            self._axes = yield from principal_axes(self._source)
        below = rungs[powers_below(size)[-1]] if size > 1 else None
        return rung_work(self._source, below, size, self._axes, self._seed)


def codebook_work(
    vectors: Numbers,
    size: int,
    *,
    seed: int = 0,
    known: Mapping[int, Codebook] | None = None,
) -> Work[Codebook]:
    """Return the ladder's codebook of one size, with pauses; for the rest see `train`."""
    for event in train(vectors, [size], seed=seed, known=known):
        if isinstance(event, Trained):
            return event.codebook
        yield
    raise AssertionError("the training ended before its last size")


def way_up(size: int, known: Container[int]) -> list[int]:
    """Return the rungs to climb for a size, from the highest below it that is known.

    Examples
    --------
    >>> way_up(12, {1, 2})
    [4, 8, 12]
    """
    way: list[int] = []
    for rung in (size, *reversed(powers_below(size))):
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


def powers_below(size: int) -> list[int]:
    """Return the powers of two below a size, ascending: it is grown from the last."""
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


def _scikit_learn(
    source: InMemory[Number], sizes: Sequence[int], trainer: Trainer, seed: int
) -> Generator[Progress | Trained]:
    """Fit in another process, because scikit-learn cannot be interrupted; closing kills it."""
    with closing(in_another_process(fits, source.vectors, sizes, trainer, seed)) as events:
        for size in sizes:
            while (fit := next(events)) is None:
                yield Progress(size)
            means, seconds = fit
            yield Trained(rounded(means, source.kind), seconds, source.count)
