"""Mean-removed vector quantization: the mean of each component, and a shape that adds to it.

Baker & Gray 1983. The means are levels a step apart. The shapes are found among what is left when
the mean as stored is taken away, so that they make good what its rounding loses.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace

import numpy as np

from vqcore.arrays import Differences, Samples
from vqcore.codebooks.codebook import Codebook
from vqcore.codebooks.training import Progress
from vqcore.codebooks.training import train as trained_codebooks
from vqcore.quantizers.additive import blank, with_nothing
from vqcore.quantizers.additive import encode_work as encode_work
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
from vqcore.quantizers.replay import Again, Seen, of_ladder
from vqcore.signals.layouts import Layout
from vqcore.words import said

ID = "mean-removed"
OPTIONS = (Option("mean-step", (4, 8, 16, 32), 8), Option("shape-step", (1, 2, 4), 2))


def trained_on(layout: Layout, vectors: Samples, parameters: Parameters) -> Samples:
    """Return what the shapes are found among: what the means leave, and 128; cut to 8 bits."""
    rests = without_means(layout, vectors, parameters.options["mean-step"])
    return (rests + 128).clip(0, 255).astype(np.uint8)


def without_means(layout: Layout, vectors: Samples, step: int) -> Differences:
    """Return what is left when the mean of each component is taken away, as it is stored."""
    rests = vectors.astype(np.int16)
    for part in layout.components:
        index = rests[:, part].sum(axis=1, dtype=np.int32) // (step * len(part))
        rests[:, part] -= (index * step + step // 2).astype(np.int16)[:, None]
    return rests


def train(
    layout: Layout,
    vectors: Samples,
    sizes: Sequence[int],
    parameters: Parameters,
    *,
    seed: int = 0,
    known: Mapping[int, Quantizer] | None = None,
) -> Iterator[Progress | TrainedQuantizer]:
    """Train shapes by the ladder; the first of the K is flat, and adds nothing."""
    rests = trained_on(layout, vectors, parameters)
    for event in trained_codebooks(rests, sizes, seed=seed):
        if isinstance(event, Progress):
            yield event
        else:
            result = _shaped(layout, event.codebook, parameters)
            yield TrainedQuantizer(result, event.seconds, event.sample, event.iterations)


def replay(of: Again) -> Iterator[Seen | None]:
    """Replay the ladder of the shapes."""
    rests = trained_on(of.layout, of.vectors, of.parameters)
    for seen in of_ladder(rests, of.size, seed=of.seed):
        yield seen and Seen(seen[0], _shaped(of.layout, seen[1], of.parameters))


def columns_of(layout: Layout, sizes: Sequence[int], steps: Sequence[int]) -> tuple[Column, ...]:
    """Return a column of means for each component, and one of shapes.

    Raises
    ------
    ValueError
        If there are not as many, or the means are not evenly spaced from 0 to 255.
    """
    components = len(layout.components)
    means = list(zip(sizes, steps, strict=True))[:components]
    if len(sizes) != components + 1 or any(size * step != 256 for size, step in means):
        raise ValueError(said("refusal.vq.mean-removed"))
    columns = [Column("mean", size, "levels", step) for size, step in means]
    return *columns, Column("shape", sizes[-1], "differences", steps[-1])


def _shaped(layout: Layout, codebook: Codebook, parameters: Parameters) -> Quantizer:
    """Return the quantizer whose shapes are codewords, less 128."""
    shapes = codebook.codewords.astype(np.int16) - np.int16(128)
    mean_step, shape_step = parameters.options["mean-step"], parameters.options["shape-step"]
    means = len(layout.components)
    sizes, steps = [*[256 // mean_step] * means, len(shapes)], [*[mean_step] * means, shape_step]
    found = blank(ID, layout, columns_of(layout, sizes, steps))
    return replace(found, tables=(*found.tables[:-1], with_nothing(shapes, found.columns[-1])))
