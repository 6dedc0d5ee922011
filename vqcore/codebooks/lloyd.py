"""Lloyd iterations, and moving codewords between them: that brings dead ones back to life.

Lloyd 1982, doi:10.1109/TIT.1982.1056489; Patané & Russo 2001, doi:10.1016/S0893-6080(01)00108-8
(moving codewords by their utility).
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Generic, TypeVar

import numpy as np

from vqcore.arrays import Floats, Reals
from vqcore.codebooks.cells import Cells, Partition
from vqcore.codebooks.source import InMemory
from vqcore.codebooks.splitting import halves, largest
from vqcore.work import Work

Held = TypeVar("Held", bound=Cells)

TOLERANCE = 1e-3
ROUGH_TOLERANCE = 5e-3
MAX_ITERATIONS = 60
MAX_MOVING_ROUNDS = 8
FEW_MOVES = 0.03


@dataclass(frozen=True, eq=False)
class Pass(Generic[Held]):
    """What an iteration has come to, yielded by training for whoever watches."""

    part: Held
    moves: int = 0


def lloyd(
    assign: Callable[[Reals], Work[Held]],
    codewords: Reals,
    *,
    tolerance: float | None = None,
    at_most: int | None = None,
) -> Work[Held]:
    """Iterate assignment and update until the distortion falls by less than 0.1 %.

    Each iteration leaves the distortion as it was or lowers it.

    Parameters
    ----------
    assign : gives the cells of codewords; `Source.cells`, or `InMemory.partition`
    codewords : float array of shape (K, d)
    tolerance : another share of the distortion to stop at
    at_most : another number of iterations than 60
    """
    least = TOLERANCE if tolerance is None else tolerance
    part = yield from assign(codewords)
    yield Pass(part)
    for _ in range(MAX_ITERATIONS if at_most is None else at_most):
        before = part
        part = yield from assign(before.means)
        yield Pass(part)
        if before.total - part.total <= least * part.total:
            break
    return part


def settle(
    sketch: InMemory[np.float32], codewords: Reals, rng: np.random.Generator
) -> Work[Partition]:
    """Move codewords to where they help most, between Lloyd iterations, until few move."""
    for _ in range(MAX_MOVING_ROUNDS):
        part = yield from sketch.partition(codewords, with_loss=True)
        codewords, moves = yield from _moved(sketch, part, rng)
        yield Pass(part, moves)
        if moves <= FEW_MOVES * len(codewords) and part.counts.all():
            break
    return (yield from lloyd(sketch.partition, codewords, tolerance=ROUGH_TOLERANCE))


def _moved(
    sketch: InMemory[np.float32], part: Partition, rng: np.random.Generator
) -> Work[tuple[Floats, int]]:
    """Give the cells that gain most from a second codeword those that are missed least.

    A cell takes part in one move at most, and only while the gain exceeds the loss.
    """
    half = len(part.means) // 2
    worst = largest(part.distortion, half)
    children, gains = yield from halves(sketch.vectors, part, worst, rng)
    order = largest(gains, half)
    least = largest(-part.loss, half)
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
