"""A family of two columns for tests: the mean of a vector, and a shape added to it."""

from collections.abc import Iterator, Mapping, Sequence

import numpy as np
from numpy.typing import NDArray

from vqcore.codebooks.codebook import nearest_work
from vqcore.codebooks.scoring import REAL
from vqcore.codebooks.training import Progress
from vqcore.quantizers.quantizer import (
    Column,
    Option,
    Parameters,
    Quantizer,
    TrainedQuantizer,
)
from vqcore.quantizers.replay import nothing_to_replay
from vqcore.signals.blocks import Colour
from vqcore.signals.layouts import Layout
from vqcore.work import Work


def toy_quantizer(means: Sequence[int], shapes: Sequence[Sequence[int]]) -> Quantizer:
    """Return the quantizer of some means and shapes."""
    tables = np.int16([[mean] * len(shapes[0]) for mean in means]), np.int16(shapes)
    columns = Column("mean", len(means)), Column("shape", len(shapes))
    return Quantizer("toy", columns, tables)


MEAN_AND_SHAPE = toy_quantizer([10, 100, 200], [[0, 0], [-9, 20]])


OPTIONS: tuple[Option, ...] = ()
BY_BLOCK = True
WHOLE = False


replay = nothing_to_replay


def suits(block_size: int, colour: Colour) -> tuple[int, Colour]:
    """Return what is asked for."""
    return block_size, colour


def trained_on(
    layout: Layout, vectors: NDArray[np.uint8], parameters: Parameters
) -> NDArray[np.uint8]:
    """Return what shapes are drawn from."""
    return vectors


def columns_of(layout: Layout, sizes: Sequence[int], steps: Sequence[int]) -> tuple[Column, ...]:
    """Return a column of means and one of shapes, whatever a file says of steps."""
    means, shapes = sizes
    return Column("mean", means), Column("shape", shapes)


def train(
    layout: Layout,
    vectors: NDArray[np.uint8],
    sizes: Sequence[int],
    parameters: Parameters,
    *,
    seed: int = 0,
    known: Mapping[int, Quantizer] | None = None,
) -> Iterator[Progress | TrainedQuantizer]:
    """Take four means, and the shapes of vectors drawn."""
    for size in sizes:
        yield Progress(size)
        drawn = vectors[np.random.default_rng(seed).integers(0, len(vectors), size)].astype(int)
        shapes = drawn - drawn.mean(axis=1, keepdims=True).astype(int)
        means = np.linspace(0, 255, 4).astype(int)
        yield TrainedQuantizer(toy_quantizer(means.tolist(), shapes.tolist()), 0.5, size)


def encode_work(
    quantizer: Quantizer, vectors: NDArray[np.uint8], *, beam: int = 1
) -> Work[NDArray[np.int32]]:
    """Choose the nearest mean, then the shape nearest to what it leaves."""
    means, shapes = (table.astype(np.float32) for table in quantizer.tables)
    samples = vectors.astype(np.float32)
    mean = yield from nearest_work(samples.mean(axis=1, keepdims=True), means[:, :1], REAL)
    shape = yield from nearest_work(samples - means[mean], shapes, REAL)
    return np.stack([mean, shape], axis=1)
