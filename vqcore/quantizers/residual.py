"""Residual vector quantization: stages, each for what the stages before have left.

Juang & Gray 1982, doi:10.1109/ICASSP.1982.1171604. The stages are found one after another, each by
the ladder. Then all are trained jointly: vectors find their entries again, several candidates going
on from stage to stage, and each stage moves to the means of what the others leave; Chan, Gupta &
Gersho 1992.
"""

from __future__ import annotations

from collections.abc import Generator, Iterator, Mapping, Sequence

import numpy as np

from vqcore.arrays import Numbers, Samples
from vqcore.codebooks.codebook import Codebook
from vqcore.codebooks.source import sample_of
from vqcore.codebooks.training import Progress, Trained, codebook_work, reported
from vqcore.codebooks.training import train as trained_codebooks
from vqcore.quantizers.additive import encode_work as encode_work
from vqcore.quantizers.additive import refit_work, sum_of, with_nothing
from vqcore.quantizers.plain import BY_BLOCK as BY_BLOCK
from vqcore.quantizers.plain import WHOLE as WHOLE
from vqcore.quantizers.plain import suits as suits
from vqcore.quantizers.plain import trained_on as trained_on
from vqcore.quantizers.quantizer import (
    Column,
    Option,
    Parameters,
    Quantizer,
    TrainedQuantizer,
)
from vqcore.quantizers.replay import Again, Seen
from vqcore.signals.blocks import distinct_vectors
from vqcore.signals.layouts import Layout
from vqcore.words import said
from vqcore.work import Work

ID = "residual"
OPTIONS = (
    Option("stages", (2, 3, 4), 2),
    Option("rounds", (0, 1, 3, 5, 10), 5),
    Option("beam", (1, 2, 4, 8, 16), 8),
    Option("stage-step", (1, 2, 4), 2),
)
MOST_STAGES = 8
JOINT_SAMPLE = 2**16


def columns_of(layout: Layout, sizes: Sequence[int], steps: Sequence[int]) -> tuple[Column, ...]:
    """Return a column of codewords and one or more of differences; ValueError for others."""
    if not 2 <= len(sizes) <= MOST_STAGES or steps[0] != 1:
        raise ValueError(said("refusal.vq.residual", most=MOST_STAGES))
    first, *others = (
        Column(f"stage {stage}", size, "differences" if stage > 1 else "codewords", step)
        for stage, (size, step) in enumerate(zip(sizes, steps, strict=True), start=1)
    )
    return first, *others


def train(
    layout: Layout,
    vectors: Samples,
    sizes: Sequence[int],
    parameters: Parameters,
    *,
    seed: int = 0,
    known: Mapping[int, Quantizer] | None = None,
) -> Iterator[Progress | TrainedQuantizer]:
    """Train K codewords, and for each further stage K differences, or as many as are distinct."""
    for event in trained_codebooks(vectors, sizes, seed=seed):
        if isinstance(event, Progress):
            yield event
        else:
            yield (yield from _with_stages(vectors, event, parameters.options, seed))


def replay(of: Again) -> Iterator[Seen | None]:
    """Replay what comes after the first stage: further ones, and all of them trained jointly."""
    first = yield from codewords_work(of.vectors, of.size, of.seed)
    yield from _staged(of.vectors, first, of.parameters.options, of.seed)


def _with_stages(
    vectors: Samples, first: Trained, options: Mapping[str, int], seed: int
) -> Generator[Progress, None, TrainedQuantizer]:
    """Find the further stages one after another, then train all of them jointly."""
    staged = _staged(vectors, first.codebook, options, seed)
    quantizer, seconds = yield from reported(staged, first.codebook.size)
    return TrainedQuantizer(quantizer, first.seconds + seconds, first.sample, first.iterations)


def _staged(
    vectors: Samples, first: Codebook, options: Mapping[str, int], seed: int
) -> Work[Quantizer]:
    """Do the work of `_with_stages`, yielding what is Seen on the way."""
    column = Column("stage 1", first.size)
    quantizer = Quantizer(ID, (column,), (first.codewords.astype(np.int16),))
    yield Seen("first", quantizer)
    for stage in range(2, options["stages"] + 1):
        indices = yield from encode_work(quantizer, vectors)
        rests = (vectors - sum_of(quantizer, indices) + 128).clip(0, 255).astype(np.uint8)
        found = yield from codewords_work(rests, first.size, seed)
        quantizer = _and_stage(quantizer, stage, found, options["stage-step"])
        yield Seen("added", quantizer)
    sample = sample_of(vectors, JOINT_SAMPLE, np.random.default_rng(seed))
    for _ in range(options["rounds"]):
        indices = yield from encode_work(quantizer, sample, beam=options["beam"])
        quantizer = yield from refit_work(quantizer, sample, indices)
        yield Seen("joint", quantizer)
    return quantizer


def codewords_work(rests: Numbers, size: int, seed: int) -> Work[Codebook]:
    """Train a codebook of a size, or of as many as there are distinct rests."""
    distinct = distinct_vectors(rests, size)
    possible = size if distinct is None else min(size, len(distinct))
    return codebook_work(rests, possible, seed=seed)


def _and_stage(quantizer: Quantizer, stage: int, found: Codebook, step: int) -> Quantizer:
    differences = found.codewords.astype(np.int16) - np.int16(128)
    column = Column(f"stage {stage}", len(differences), "differences", step)
    columns = *quantizer.columns, column
    return Quantizer(ID, columns, (*quantizer.tables, with_nothing(differences, column)))
