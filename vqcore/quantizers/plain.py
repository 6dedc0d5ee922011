"""Plain vector quantization: one column, and its table is the codebook."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence

import numpy as np

from vqcore.arrays import Indices, Samples
from vqcore.codebooks.codebook import Codebook, nearest_work
from vqcore.codebooks.scoring import EIGHT_BIT
from vqcore.codebooks.training import Progress
from vqcore.codebooks.training import train as trained_codebooks
from vqcore.quantizers.quantizer import (
    Column,
    Option,
    Parameters,
    Quantizer,
    TrainedQuantizer,
)
from vqcore.quantizers.replay import Again, Seen, of_ladder
from vqcore.signals.blocks import BlockSize, Colour
from vqcore.signals.layouts import Layout
from vqcore.words import said
from vqcore.work import Work

ID = "plain"
OPTIONS: tuple[Option, ...] = ()
BY_BLOCK = True
WHOLE = False


def columns_of(layout: Layout, sizes: Sequence[int], steps: Sequence[int]) -> tuple[Column, ...]:
    """Return the one column; ValueError if a file asks for others."""
    if len(sizes) != 1 or steps[0] != 1:
        raise ValueError(said("refusal.vq.plain"))
    return (Column("codeword", sizes[0]),)


def quantizer_of(codebook: Codebook) -> Quantizer:
    """Return the quantizer whose one index is that of a codeword; ValueError unless of 8 bits."""
    if codebook.codewords.dtype != np.uint8:
        raise ValueError(f"pictures need codewords of uint8, not {codebook.codewords.dtype}")
    column = Column("codeword", codebook.size)
    return Quantizer(ID, (column,), (codebook.codewords.astype(np.int16),))


def codebook_of(quantizer: Quantizer) -> Codebook:
    """Return the codebook of a plain quantizer.

    Raises
    ------
    ValueError
        If it is of another family; the message names that.
    """
    if quantizer.family != ID:
        raise ValueError(f"a {quantizer.family} quantizer has no one codebook")
    return Codebook(quantizer.tables[0].astype(np.uint8))


def suits(block_size: BlockSize, colour: Colour) -> tuple[BlockSize, Colour]:
    """Return what is asked for: all of it can be."""
    return block_size, colour


def trained_on(layout: Layout, vectors: Samples, parameters: Parameters) -> Samples:
    """Return what the codewords are found among: the vectors."""
    return vectors


def train(
    layout: Layout,
    vectors: Samples,
    sizes: Sequence[int],
    parameters: Parameters,
    *,
    seed: int = 0,
    known: Mapping[int, Quantizer] | None = None,
) -> Iterator[Progress | TrainedQuantizer]:
    """Train as `codebooks.training.train` does."""
    codebooks = {size: codebook_of(quantizer) for size, quantizer in (known or {}).items()}
    events = trained_codebooks(
        vectors,
        sizes,
        trainer=parameters.trainer,
        seed=seed,
        known=codebooks,
        rules=parameters.rules,
    )
    for event in events:
        if isinstance(event, Progress):
            yield event
        else:
            result = quantizer_of(event.codebook)
            told = event.seconds, event.sample, event.iterations, event.book
            yield TrainedQuantizer(result, *told)


def replay(of: Again) -> Iterator[Seen | None]:
    """Replay a rung of the ladder."""
    codebooks = {at: codebook_of(quantizer) for at, quantizer in of.known.items()}
    for seen in of_ladder(of.vectors, of.size, seed=of.seed, known=codebooks):
        yield seen and Seen(seen[0], quantizer_of(seen[1]))


def encode_work(quantizer: Quantizer, vectors: Samples, *, beam: int = 1) -> Work[Indices]:
    """Find the nearest codeword of every vector; with one column, a beam finds nothing better."""
    indices = yield from nearest_work(vectors, codebook_of(quantizer).codewords, EIGHT_BIT)
    return indices[:, None]
