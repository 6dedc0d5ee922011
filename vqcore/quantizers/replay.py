"""Training seen once more, step by step: what it had come to after each."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Literal

from vqcore.arrays import Samples
from vqcore.codebooks.codebook import Codebook, rounded
from vqcore.codebooks.ladder import Look, watch
from vqcore.codebooks.scoring import EIGHT_BIT
from vqcore.codebooks.training import codebook_work, powers_below
from vqcore.quantizers.quantizer import Parameters, Quantizer
from vqcore.signals.layouts import Layout

Stage = Literal["below", "search", "finish", "first", "added", "joint", "shapes", "gains", "grown"]


@dataclass(frozen=True, eq=False)
class Seen:
    """What a training had come to.

    Parameters
    ----------
    stage : of a ladder "below", what it starts from, its "search", and its "finish" on all vectors;
        of others "first"; "added", one column more; "joint", all of them anew; "shapes" with gains
        as they come, and both fitted as "gains"; "grown", more leaves
    quantizer : as it would be stored
    """

    stage: Stage
    quantizer: Quantizer


@dataclass(frozen=True, eq=False)
class Again:
    """A training to be seen once more.

    Parameters
    ----------
    layout : of the vectors
    vectors : uint8 array of shape (n, d)
    size : K, 2 at least
    parameters, seed : as in `Family.train`
    known : quantizers of this training made before, by size
    """

    layout: Layout
    vectors: Samples
    size: int
    parameters: Parameters
    seed: int
    known: Mapping[int, Quantizer]


def of_ladder(
    vectors: Samples, size: int, *, seed: int = 0, known: Mapping[int, Codebook] | None = None
) -> Iterator[tuple[Stage, Codebook] | None]:
    """Train a rung of the ladder again, yielding the codebook after each iteration, or a pause.

    Parameters
    ----------
    vectors : uint8 array of shape (n, d)
    size : of the codebook, 2 at least
    seed : that of the training
    known : codebooks of this ladder trained before, by size
    """
    rung = powers_below(size)[-1]
    below = yield from codebook_work(vectors, rung, seed=seed, known=known)
    yield "below", below
    training = watch(vectors, size, below, seed=seed)
    while True:
        try:
            seen = next(training)
        except StopIteration:
            return
        if isinstance(seen, Look):
            yield seen.stage, rounded((yield from seen.codewords()), EIGHT_BIT)
        yield None


def nothing_to_replay(of: Again) -> Iterator[Seen | None]:
    """Replay nothing, where several ladders are climbed beside one another."""
    return iter(())
