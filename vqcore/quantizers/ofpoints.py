"""Training the families of quantizers that need no geometry, for points: float32 vectors.

What each family is, and where it comes from, stands where pictures have it; here nothing is rounded
to 8 bits, and scalar levels (means, gains, coordinates) are Lloyd–Max quantizers. A training is the
same for all scales that are powers of two apart.
"""

from __future__ import annotations

from collections.abc import Callable, Generator, Mapping, Sequence
from dataclasses import dataclass, replace
from itertools import pairwise

import numpy as np

from vqcore.arrays import Floats, Sketch
from vqcore.codebooks.fixedpoint import grid_of
from vqcore.codebooks.source import sample_of
from vqcore.codebooks.textbook import Rules
from vqcore.codebooks.training import (
    Progress,
    Trained,
    Trainer,
    check_vectors,
    checked_sizes,
    reported,
    seldom,
)
from vqcore.codebooks.training import train as trained_codebooks
from vqcore.quantizers import ways
from vqcore.quantizers.gains import unit
from vqcore.quantizers.pointfitting import SAMPLE, polar_work, staged_work
from vqcore.quantizers.pointquantizer import POINT_FAMILIES as POINT_FAMILIES
from vqcore.quantizers.pointquantizer import SIDE_BY_SIDE, grid_from_zero, on_a_line
from vqcore.quantizers.pointquantizer import PointFamily as PointFamily
from vqcore.quantizers.pointquantizer import PointQuantizer as PointQuantizer
from vqcore.quantizers.pointquantizer import encode_work as encode_work
from vqcore.quantizers.quantizer import Finished, Option, checked_options
from vqcore.quantizers.residual import codewords_work
from vqcore.quantizers.tree import Growth
from vqcore.signals.blocks import distinct_vectors
from vqcore.work import Work, finish

OPTIONS: Mapping[PointFamily, tuple[Option, ...]] = {
    "plain": (),
    "mean-removed": (Option("means", (4, 8, 16, 32, 64), 16),),
    "residual": (
        Option("stages", (2, 3, 4), 2),
        Option("rounds", (0, 1, 3, 5, 10), 5),
        Option("beam", (1, 2, 4, 8, 16), 8),
    ),
    "gain-shape": (Option("gains", (2, 4, 8, 16, 32), 8),),
    "tree": (Option("beam", (1, 2, 4, 8, 16), 1),),
    "product": (),
    "split": (Option("parts", (2, 3, 4, 6, 8), 3),),
}
DIRECTION_STEPS = 2**20


class TrainedPoints(Finished[PointQuantizer]):
    """A finished quantizer of points.

    `iterations` are those of the ladder of the first stage, or of the shapes of "mean-removed";
    there is a `book` of the plain family alone.
    """


@dataclass(frozen=True, eq=False)
class _Task:
    """What to train: sizes there are some of, and options all of them."""

    vectors: Sketch
    sizes: Sequence[int]
    options: Mapping[str, int]
    seed: int = 0
    trainer: Trainer = "lbg"
    rules: Rules | None = None


Events = Generator[Progress | TrainedPoints]


def train(
    vectors: Sketch,
    sizes: Sequence[int],
    family: PointFamily = "plain",
    options: Mapping[str, int] | None = None,
    *,
    trainer: Trainer = "lbg",
    seed: int = 0,
    rules: Rules | None = None,
) -> Events:
    """Train quantizers of ascending sizes, yielding each when done and signs of life between.

    Parameters
    ----------
    vectors : float32 array of shape (n, d), n and d at least 1, of finite numbers
    sizes : ascending K of the largest column, none above `largest_size`; columns that have fewer
        distinct numbers or vectors to stand for have so many entries
    family : one of `POINT_FAMILIES`
    options : of `OPTIONS[family]`; what is not there is as at first
    trainer, rules : of the plain family, as in `codebooks.training.train`; the others' tables are
        trained by the ladder, or as their family asks for
    seed : 0 or more; the same seed gives the same quantizers

    Yields
    ------
    Progress, up to ten times a second, and a TrainedPoints for each size

    Raises
    ------
    ValueError
        At once, if the vectors, the sizes, the family or the options are none of that; with the
        first event for the rest. The message quotes what it is about.

    Notes
    -----
    Closing the iterator stops the work. Where columns are fitted to one another it is on 65 536 of
    the vectors, or all; what is kept is the best of what they have come to.
    """
    _check_vectors(vectors)
    every, sizes = _all_options(family, options or {}), checked_sizes(sizes)
    possible = largest_size(vectors, family, every, sizes[-1]) if sizes else 0
    if sizes and possible < sizes[-1]:
        what = _COUNTED[family]
        raise ValueError(f"only {possible} {what} are distinct, too few for K = {sizes[-1]}")
    return seldom(_TRAINERS[family](_Task(vectors, sizes, every, seed, trainer, rules)))


def largest_size(
    vectors: Sketch, family: PointFamily, options: Mapping[str, int], at_most: int
) -> int:
    """Return the largest K that the family can train, or `at_most`.

    It is the number of distinct vectors; of what means leave of them; of their directions; or of
    the coordinates or parts that have the most.
    """
    every = _all_options(family, options)
    if family == "mean-removed":
        return _distinct(finish(_without_means(vectors, every["means"]))[1], at_most)
    if family == "gain-shape":
        return _distinct(_directions(vectors), at_most)
    if family == "tree":
        return _distinct(_tree_units(vectors), at_most)
    if family in SIDE_BY_SIDE:
        return max(_distinct(part, at_most) for part in _parts(vectors, every.get("parts")))
    return _distinct(vectors, at_most)


def _check_vectors(vectors: Sketch) -> None:
    check_vectors(vectors)
    if vectors.dtype != np.float32:
        raise ValueError(f"points are a float32 array of shape (n, d), not {vectors.dtype}")


def _distinct(rows: Sketch, at_most: int) -> int:
    distinct = distinct_vectors(rows, at_most)
    return at_most if distinct is None else len(distinct)


def _all_options(family: PointFamily, given: Mapping[str, int]) -> dict[str, int]:
    if family not in POINT_FAMILIES:
        raise ValueError(
            f"a family of points is one of {', '.join(POINT_FAMILIES)}, not {family!r}"
        )
    return checked_options(family, OPTIONS[family], given)


def _plain(task: _Task) -> Events:
    events = trained_codebooks(
        task.vectors, task.sizes, trainer=task.trainer, seed=task.seed, rules=task.rules
    )
    for event in events:
        yield event if isinstance(event, Progress) else _laddered("plain", event)


def _laddered(family: PointFamily, event: Trained, *before: Sketch) -> TrainedPoints:
    """Return what a codebook comes to, as the last table of a family."""
    names = _NAMES[family]
    quantizer = PointQuantizer(family, names, (*before, event.codebook.codewords))
    return TrainedPoints(quantizer, event.seconds, event.sample, event.iterations, event.book)


def _mean_removed(task: _Task) -> Events:
    work = _without_means(task.vectors, task.options["means"])
    (means, rests), seconds = yield from reported(work, 1)
    for event in trained_codebooks(rests, task.sizes, seed=task.seed):
        if isinstance(event, Progress):
            yield event
        else:
            trained = _laddered("mean-removed", event, means)
            yield replace(trained, seconds=trained.seconds + seconds)
            seconds = 0


def _without_means(vectors: Sketch, count: int) -> Work[tuple[Sketch, Sketch]]:
    """Return levels for the means of vectors, and what is left of these."""
    own = vectors.mean(axis=1, keepdims=True, dtype=np.float64).astype(np.float32)
    means = (yield from codewords_work(own, count, 0)).codewords
    return means, vectors - means[on_a_line(own[:, 0], means[:, 0])]


def _residual(task: _Task) -> Events:
    for event in trained_codebooks(task.vectors, task.sizes, seed=task.seed):
        if isinstance(event, Progress):
            yield event
        else:
            staged = staged_work(task.vectors, event.codebook, task.options, task.seed)
            quantizer, seconds = yield from reported(staged, event.codebook.size)
            told = event.seconds + seconds, event.sample, event.iterations
            yield TrainedPoints(quantizer, *told)


def _gain_shape(task: _Task) -> Events:
    """Train shapes on a ladder of their own, each rung with its own gains, in units of a grid."""
    grid = grid_from_zero(task.vectors)
    sample = sample_of(task.vectors, SAMPLE, np.random.default_rng(task.seed))
    units, rungs = grid.units(sample), _all_directions(task)
    for size in task.sizes:
        work = polar_work(units, rungs, size, task.options["gains"], task.seed)
        quantizer, seconds = yield from reported(work, size)
        gains, shapes = quantizer.tables
        back = replace(quantizer, tables=(np.ldexp(gains, grid.exponent), shapes))
        yield TrainedPoints(back, seconds, len(sample))


def _all_directions(task: _Task) -> dict[int, Floats]:
    """Return the shapes that are the directions there are, if as many are asked for."""
    most = max(task.sizes, default=0)
    found = distinct_vectors(_directions(task.vectors), most)
    return {} if found is None else {most: unit(found.astype(np.float64))}


def _directions(vectors: Sketch) -> Sketch:
    """Return vectors at norm 1, rounded so that one direction is one row; of 0 there are none."""
    units = grid_from_zero(vectors).units(vectors)
    norms = np.sqrt(np.einsum("ij,ij->i", units, units, dtype=np.float64))[:, None]
    some = (norms > 0)[:, 0]
    if not some.any():
        return unit(np.zeros((1, vectors.shape[1]))).astype(np.float32)
    steps = np.rint(units[some] / norms[some] * DIRECTION_STEPS) / DIRECTION_STEPS
    return _without_minus(steps.astype(np.float32))


def _tree(task: _Task) -> Events:
    grid = grid_of(task.vectors)
    growth = Growth(_tree_units(task.vectors), np.random.default_rng(task.seed))
    for size in task.sizes:
        _, seconds = yield from reported(growth.work(size), size)
        down, means = growth.preorder()
        nodes = grid.values(means)
        leaves = nodes[ways.leaves(down)]
        quantizer = PointQuantizer("tree", _NAMES["tree"], (leaves,), down, nodes)
        yield TrainedPoints(quantizer, seconds, len(task.vectors))


def _tree_units(vectors: Sketch) -> Sketch:
    return _without_minus(grid_of(vectors).units(vectors))


def _product(task: _Task) -> Events:
    return _side_by_side(task, "product", "coordinate", _parts(task.vectors))


def _split(task: _Task) -> Events:
    return _side_by_side(task, "split", "part", _parts(task.vectors, task.options["parts"]))


def _side_by_side(task: _Task, family: PointFamily, name: str, columns: list[Sketch]) -> Events:
    """Climb with all columns side by side, each until it has as many entries as it can."""
    most = [_distinct(column, max(task.sizes, default=0)) for column in columns]
    names = tuple(f"{name} {place}" for place in range(1, len(columns) + 1))
    climbs = [
        trained_codebooks(column, sorted({min(size, end) for size in task.sizes}), seed=task.seed)
        for column, end in zip(columns, most, strict=True)
    ]
    tables = [column[:0] for column in columns]
    for size in task.sizes:
        seconds = 0.0
        for place, climb in enumerate(climbs):
            if len(tables[place]) < min(size, most[place]):
                trained = yield from _next_rung(climb)
                tables[place] = trained.codebook.codewords
                seconds += trained.seconds
        yield TrainedPoints(PointQuantizer(family, names, tuple(tables)), seconds, len(columns[0]))


def _next_rung(climb: Generator[Progress | Trained]) -> Generator[Progress, None, Trained]:
    while isinstance(event := next(climb), Progress):
        yield event
    return event


def _parts(vectors: Sketch, count: int | None = None) -> list[Sketch]:
    """Cut vectors into so many parts, of which the last are the longest; or number by number.

    Examples
    --------
    >>> [part.shape[1] for part in _parts(np.zeros((1, 10), np.float32), 3)]
    [3, 3, 4]
    """
    dimension = vectors.shape[1]
    count = min(count or dimension, dimension)
    ends = [place * dimension // count for place in range(count + 1)]
    return [np.ascontiguousarray(vectors[:, start:end]) for start, end in pairwise(ends)]


def _without_minus(numbers: Sketch) -> Sketch:
    """Return numbers with one zero, as distinct rows need it."""
    return numbers + np.float32(0)


_NAMES: dict[PointFamily, tuple[str, ...]] = {
    "plain": ("codeword",),
    "mean-removed": ("mean", "shape"),
    "gain-shape": ("gain", "shape"),
    "tree": ("leaf",),
}
_COUNTED: dict[PointFamily, str] = {
    "plain": "vectors",
    "mean-removed": "vectors less their means",
    "residual": "vectors",
    "gain-shape": "directions",
    "tree": "vectors",
    "product": "numbers of a coordinate",
    "split": "parts of one place",
}
_TRAINERS: dict[PointFamily, Callable[[_Task], Events]] = {
    "plain": _plain,
    "mean-removed": _mean_removed,
    "residual": _residual,
    "gain-shape": _gain_shape,
    "tree": _tree,
    "product": _product,
    "split": _split,
}
