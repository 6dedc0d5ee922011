"""Second thoughts: ways out of a poor local minimum, by adding codewords and merging them back."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from vqcore.arrays import Floats, Number, Reals
from vqcore.codebooks.cells import Partition
from vqcore.codebooks.lloyd import TOLERANCE, Pass, lloyd
from vqcore.codebooks.merging import merged
from vqcore.codebooks.source import InMemory
from vqcore.work import Work, mapped

MAX_SECOND_THOUGHTS = 12
SECOND_THOUGHTS_CODEWORDS = 256
SECOND_THOUGHTS_UP_TO = 512
MAX_IN_VAIN = 3
SECOND_START_UP_TO = 32
FEW_ITERATIONS = 2
MORE_ITERATIONS = 20


def second_starts(
    sketch: InMemory[np.float32], part: Partition, rng: np.random.Generator
) -> Work[Partition]:
    """Start small codebooks anew: once, and twice where no rung above puts right what is poor.

    From sizes off the ladder nothing climbs, and from the largest of these on none starts anew.
    """
    size = len(part.means)
    is_last = size == SECOND_START_UP_TO or size.bit_count() > 1
    for _ in range(1 + is_last if size <= SECOND_START_UP_TO else 0):
        part = yield from mapped(_second_start(sketch, part, rng), unseen)
        yield Pass(part)
    return part


def _second_start(
    sketch: InMemory[np.float32], part: Partition, rng: np.random.Generator
) -> Work[Partition]:
    """Come to a second codebook from vectors at random, and to a third from both; keep the best."""
    size = len(part.means)
    drawn = rng.choice(sketch.count, min(2 * size, sketch.count), replace=False)
    other = yield from _refined(sketch, sketch.vectors[drawn], size)
    other = yield from second_thoughts(sketch, other, rng)
    cross = yield from _refined(sketch, np.concatenate([part.means, other.means]), size)
    return min(part, other, cross, key=_total)


def second_thoughts(
    sketch: InMemory[np.float32], part: Partition, rng: np.random.Generator
) -> Work[Partition]:
    """Add codewords where the error is, and merge as many back, until that is often in vain.

    Moving is no way out of a poor local minimum when no codeword can be spared, and that is so in
    small codebooks. There this also costs least.
    """
    size, in_vain = len(part.means), 0
    more = size if size <= SECOND_THOUGHTS_CODEWORDS else size // 4
    for _ in range(_thoughts_of(size)):
        before, added = part, sketch.vectors[_struck(part.errors, more, rng)]
        other = yield from _refined(sketch, np.concatenate([part.means, added]), size)
        part = min(part, other, key=_total)
        yield Pass(part)
        in_vain = in_vain + 1 if before.total - part.total <= TOLERANCE * part.total else 0
        if in_vain == MAX_IN_VAIN:
            break
    return part


def _thoughts_of(size: int) -> int:
    """Return how many second thoughts a codebook has, at most."""
    starts = 2 if size <= SECOND_START_UP_TO else 1
    affordable = SECOND_THOUGHTS_CODEWORDS // (starts * size)
    return min(MAX_SECOND_THOUGHTS, max(affordable, int(size <= SECOND_THOUGHTS_UP_TO)))


def afterthoughts(
    whole: InMemory[Number], codewords: Reals, count: int, rng: np.random.Generator
) -> Work[Partition]:
    """Think over so many times, whole, what a search has come to, where that costs little.

    By turns codewords are swapped for others by merging and by chance: the one keeps what is good,
    the other comes to what no merging leads to.
    """
    part = yield from whole.partition(codewords)
    for turn in range(count):
        other = yield from mapped(_swapped(whole, part, turn % 2 == 1, rng), unseen)
        part = min(part, other, key=_total)
        yield Pass(part)
    return part


def _swapped(
    whole: InMemory[Number], part: Partition, by_chance: bool, rng: np.random.Generator
) -> Work[Partition]:
    """Add codewords where the error is, one to K of them, and take as many away.

    Fränti 2018, doi:10.1186/s40537-018-0122-y (by chance, one at a time).
    """
    size = len(part.means)
    added = whole.vectors[_struck(part.errors, 1 + int(rng.integers(size)), rng)]
    many = np.concatenate([part.means, added])
    if not by_chance:
        return (yield from _refined(whole, many, size, MORE_ITERATIONS))
    left = many[rng.choice(len(many), size, replace=False)]
    return (yield from lloyd(whole.partition, left, at_most=MORE_ITERATIONS))


def _total(part: Partition) -> float:
    return part.total


def _refined(
    sketch: InMemory[Number], codewords: Reals, size: int, iterations: int = FEW_ITERATIONS
) -> Work[Partition]:
    """Settle codewords for a little, merge them to a size, and settle those, for a little too."""
    return (yield from mapped(_merged_back(sketch, codewords, size, iterations), unseen))


def _merged_back(
    sketch: InMemory[Number], codewords: Reals, size: int, iterations: int
) -> Work[Partition]:
    many = yield from lloyd(sketch.partition, codewords, at_most=FEW_ITERATIONS)
    means = yield from merged(many.means, many.counts, size)
    return (yield from lloyd(sketch.partition, means, at_most=iterations))


def unseen(seen: object) -> None:
    """Leave out what nobody is to see: a try may come to nothing."""


def _struck(weights: Floats, count: int, rng: np.random.Generator) -> NDArray[np.intp]:
    """Draw places by their weights, none twice and none without: `count`, or as many as there are.

    Efraimidis & Spirakis 2006, doi:10.1016/j.ipl.2005.11.003.
    """
    count = min(count, int(np.count_nonzero(weights)))
    keys = weights / rng.standard_exponential(len(weights))
    return np.argpartition(-keys, count - 1)[:count]
