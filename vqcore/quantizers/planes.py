"""Product quantization of colour: each component of a vector by a codebook of its own.

Sabin & Gray 1984, doi:10.1109/TASSP.1984.1164346 (product codes). A codeword has samples of its
component alone, so that those of all components add up to a vector without one meeting another:
the nearest of each are the nearest of all that can be put together. Of gray there is one, and it is
plain.

The component with the most distinct samples, in YCbCr nearly always the first, has K codewords; the
others have as many or fewer, as `further-part` says.
"""

from __future__ import annotations

from collections.abc import Generator, Iterator, Mapping, Sequence

import numpy as np

from vqcore.arrays import Differences, Indices, Samples
from vqcore.codebooks.codebook import MAX_CODEBOOK_SIZE, nearest_work
from vqcore.codebooks.scoring import EIGHT_BIT
from vqcore.codebooks.training import Progress, Trained
from vqcore.codebooks.training import train as trained_codebooks
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
from vqcore.quantizers.replay import nothing_to_replay
from vqcore.signals.blocks import distinct_vectors
from vqcore.signals.layouts import Layout, Places
from vqcore.words import said
from vqcore.work import Work

ID = "planes"
OPTIONS = (Option("further-part", (1, 2, 4, 8, 16), 8),)


def columns_of(layout: Layout, sizes: Sequence[int], steps: Sequence[int]) -> tuple[Column, ...]:
    """Return a column of codewords for each component; ValueError for others."""
    parts = layout.components
    if len(sizes) != len(parts) or any(step != 1 for step in steps):
        raise ValueError(said("refusal.vq.planes"))
    if len(parts) == 1:
        return (Column("codeword", sizes[0]),)
    return tuple(
        Column(f"component {number}", size, within=tuple(sorted(part.tolist())))
        for number, (size, part) in enumerate(zip(sizes, parts, strict=True), start=1)
    )


replay = nothing_to_replay


def trained_on(layout: Layout, vectors: Samples, parameters: Parameters) -> Samples:
    """Return the samples of the component with the most distinct ones, or the first with many."""
    parts = [*_apart(layout, vectors)]
    return parts[_main(parts)]


def train(
    layout: Layout,
    vectors: Samples,
    sizes: Sequence[int],
    parameters: Parameters,
    *,
    seed: int = 0,
    known: Mapping[int, Quantizer] | None = None,
) -> Iterator[Progress | TrainedQuantizer]:
    """Train K codewords of a component, fewer of the others, or as many as are distinct in it."""
    if not sizes:
        return
    parts = [*_apart(layout, vectors)]
    main, further = _main(parts), parameters.options["further-part"]
    shares = [1 if place == main else further for place in range(len(parts))]
    ladders = [_Ladder(part, sizes, share, seed) for part, share in zip(parts, shares, strict=True)]
    for size in sizes:
        found = []
        for ladder in ladders:
            found.append((yield from ladder.climbed_to(size)))
        iterations = tuple(it for one in found for it in one.iterations)
        seconds = sum(one.seconds for one in found)
        yield TrainedQuantizer(_quantizer(layout, found), seconds, found[0].sample, iterations)


def encode_work(quantizer: Quantizer, vectors: Samples, *, beam: int = 1) -> Work[Indices]:
    """Find the nearest codeword of each component; no beam finds anything better."""
    found = []
    for column, table in zip(quantizer.columns, quantizer.tables, strict=True):
        within = list(column.within) or slice(None)
        words = np.ascontiguousarray(table[:, within].astype(np.uint8))
        samples = np.ascontiguousarray(vectors[:, within])
        found.append((yield from nearest_work(samples, words, EIGHT_BIT)))
    return np.stack(found, axis=1)


class _Ladder:
    """Codebooks of one component: K ÷ share codewords, as far as there are distinct samples."""

    def __init__(self, samples: Samples, sizes: Sequence[int], share: int, seed: int) -> None:
        distinct = distinct_vectors(samples, sizes[-1])
        self._most = sizes[-1] if distinct is None else len(distinct)
        self._share = share
        possible = sorted({self._own(size) for size in sizes})
        self._events = trained_codebooks(samples, possible, seed=seed)
        self._last: Trained | None = None

    def _own(self, size: int) -> int:
        return min(max(1, size // self._share), self._most)

    def climbed_to(self, size: int) -> Generator[Progress, None, Trained]:
        """Return what it comes to for a K; those asked for ascend."""
        while self._last is None or self._last.codebook.size < self._own(size):
            event = next(self._events)
            if isinstance(event, Progress):
                yield Progress(size)
            else:
                self._last = event
        return self._last


def _main(parts: Sequence[Samples]) -> int:
    """Return which of the components has the most distinct samples, or the first with many."""
    counts = list[int]()
    for samples in parts:
        distinct = distinct_vectors(samples, MAX_CODEBOOK_SIZE)
        if distinct is None:
            return len(counts)
        counts.append(len(distinct))
    return counts.index(max(counts))


def _apart(layout: Layout, vectors: Samples) -> Iterator[Samples]:
    """Yield the samples of each component."""
    return (np.ascontiguousarray(vectors[:, np.sort(part)]) for part in layout.components)


def _quantizer(layout: Layout, found: Sequence[Trained]) -> Quantizer:
    sizes = [one.codebook.size for one in found]
    columns = columns_of(layout, sizes, [1] * len(sizes))
    parts = zip(layout.components, found, strict=True)
    tables = (
        _spread(layout.dimension, np.sort(part), one.codebook.codewords) for part, one in parts
    )
    return Quantizer(ID, columns, tuple(tables))


def _spread(dimension: int, part: Places, codewords: Samples) -> Differences:
    """Return codewords of a component as whole vectors, 0 elsewhere."""
    table = np.zeros((len(codewords), dimension), np.int16)
    table[:, part] = codewords
    return table
