"""The LBG ladder: codebooks of K = 1, 2, 4, …, each grown from the one below.

Each rung starts from the codebook below with its cells split in two, then settles: Lloyd
iterations, between which the codewords that are missed least move to where they help most. Second
thoughts follow: codewords are added where the error is, and cells merged until there are as many as
before. The smallest codebooks have the poorest local minima and cost least; they get most second
thoughts, and a second start or two. A size off the ladder (100) is the rung below (64) with its
worst cells split, so the result for a K never depends on which other sizes were asked for.

To be quick, a rung does this in a sketch: for a sample of the vectors that grows with K, and along
their few principal axes. Only its last Lloyd iterations see all vectors whole. Of points, where
that costs little, there are afterthoughts before those, whole too; then nothing starts anew.

Linde, Buzo & Gray 1980, doi:10.1109/TCOM.1980.1094577.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from functools import partial
from typing import Literal

import numpy as np
from numpy.typing import NDArray

from vqcore.arrays import Floats, Number, Samples
from vqcore.codebooks.cells import Cells, Partition, means_work
from vqcore.codebooks.codebook import Codebook, rounded
from vqcore.codebooks.lloyd import ROUGH_TOLERANCE, Held, Pass, lloyd, settle
from vqcore.codebooks.scoring import EIGHT_BIT
from vqcore.codebooks.secondthoughts import afterthoughts, second_starts, second_thoughts
from vqcore.codebooks.sketch import Axes, in_sketch, principal_axes, sample_size, sketch_work
from vqcore.codebooks.source import InMemory, Source
from vqcore.codebooks.splitting import grown
from vqcore.work import Work, mapped, one_thread_a_product

Stage = Literal["search", "finish"]


@dataclass(frozen=True, eq=False)
class Look:
    """A pass of a rung, and how to get its codewords, in sample values, shape (K, d)."""

    stage: Stage
    distortion: float
    dead: int
    moves: int
    codewords: Callable[[], Work[Floats]]


def watch(vectors: Samples, size: int, below: Codebook | None, *, seed: int = 0) -> Work[Codebook]:
    """Train one rung of the ladder as `train` does, yielding a Look after each iteration.

    Parameters
    ----------
    vectors : uint8 array of shape (n, d)
    size : codebook size
    below : the codebook of the next lower power of two; None for size 1
    seed : that of `train`, for the same codebook
    """
    source = InMemory(vectors, EIGHT_BIT)
    axes = yield from principal_axes(source)
    return (yield from rung_work(source, below, size, axes, seed))


def rung_work(
    source: Source[Number], below: Codebook | None, size: int, axes: Axes, seed: int
) -> Work[Codebook]:
    """Search for a codebook in a sketch, starting from the one below; finish it on all vectors."""
    if below is None:
        means = (yield from source.cells(np.zeros((1, source.dimension)))).means
        return rounded(means, source.kind)
    rng = np.random.default_rng([seed, size])
    sample = source.sample(sample_size(size, source.count), rng)
    few_axes = axes.enough(sample, below.codewords, source.kind)

    def whole(part: Partition) -> Work[Floats]:
        return means_work(sample, part.indices, few_axes.lift(part.means))

    left_out, dimension = float(few_axes.left_out[-1]), source.dimension
    with one_thread_a_product():
        search = _search(source, sample, below, size, few_axes, rng)
        part = yield from _looks(search, "search", size, dimension, left_out, whole)
        start, (tolerance, at_most) = (yield from whole(part)), source.patience
        if thoughts := source.afterthoughts(size):
            again = afterthoughts(InMemory(sample, source.kind), start, thoughts, rng)
            start = (yield from _looks(again, "search", size, dimension, 0, _own_means)).means
        start = source.known_best(size, start)
        last = lloyd(source.cells, start, tolerance=tolerance, at_most=at_most)
        cells = yield from _looks(last, "finish", size, dimension, 0, _own_means)
        return rounded(cells.means, source.kind)


def _search(
    source: Source[Number],
    sample: NDArray[Number],
    below: Codebook,
    size: int,
    axes: Axes,
    rng: np.random.Generator,
) -> Work[Partition]:
    """Grow the codebook below to a size, and settle it, along some axes."""
    sketch = in_sketch((yield from sketch_work(sample, axes)), source.kind)
    part = yield from sketch.partition(axes.along(below.codewords))
    part = yield from settle(sketch, (yield from grown(sketch.vectors, part, size, rng)), rng)
    part = yield from second_thoughts(sketch, part, rng)
    if not source.afterthoughts(size):
        part = yield from second_starts(sketch, part, rng)
    return (yield from lloyd(sketch.partition, part.means, tolerance=ROUGH_TOLERANCE))


def _own_means(part: Cells) -> Work[Floats]:
    yield
    return part.means


def _looks(
    work: Work[Held],
    stage: Stage,
    size: int,
    dimension: int,
    left_out: float,
    codewords: Callable[[Held], Work[Floats]],
) -> Work[Held]:
    """Turn each Pass of a codebook of a size into a Look."""

    def look(seen: object) -> Look | None:
        if not isinstance(seen, Pass) or len(seen.part.means) != size:
            return None
        part = seen.part
        distortion = (part.total / int(part.counts.sum()) + left_out) / dimension
        dead = int((part.counts == 0).sum())
        return Look(stage, distortion, dead, seen.moves, partial(codewords, part))

    return mapped(work, look)
