"""Tables of points that are fitted to one another: stages that add up, gains and their shapes."""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping
from dataclasses import replace

import numpy as np

from vqcore.arrays import Floats, Indices, Sketch
from vqcore.codebooks.cells import means_work
from vqcore.codebooks.codebook import Codebook
from vqcore.codebooks.source import sample_of
from vqcore.quantizers.gains import fitted_gains, fitted_shapes
from vqcore.quantizers.gainshape import assigned, climbed
from vqcore.quantizers.pointquantizer import PointQuantizer, encode_work, squared_error
from vqcore.quantizers.residual import codewords_work
from vqcore.work import Work

SAMPLE = 2**16
GAIN_ROUNDS = 10

Refit = Callable[[PointQuantizer, Sketch, Indices], Work[PointQuantizer]]


def staged_work(
    vectors: Sketch, first: Codebook, options: Mapping[str, int], seed: int
) -> Work[PointQuantizer]:
    """Find the further stages one after another, then train all of them jointly."""
    quantizer = PointQuantizer("residual", ("stage 1",), (first.codewords,))
    for stage in range(2, options["stages"] + 1):
        indices = yield from encode_work(quantizer, vectors)
        rests = vectors - quantizer.decode(indices)
        found = yield from codewords_work(rests, first.size, seed)
        names, tables = (*quantizer.names, f"stage {stage}"), (*quantizer.tables, found.codewords)
        quantizer = replace(quantizer, names=names, tables=tables)
    sample = sample_of(vectors, SAMPLE, np.random.default_rng(seed))
    rounds, beam = options["rounds"], options["beam"]
    return _in_order((yield from _fitted(quantizer, sample, _moved, rounds, beam)))


def _fitted(
    quantizer: PointQuantizer, vectors: Sketch, refit: Refit, rounds: int, beam: int = 1
) -> Work[PointQuantizer]:
    """Let vectors find entries and tables follow, in turns; return the best that comes of it."""
    best, least = quantizer, math.inf
    for left in range(rounds, -1, -1):
        indices = yield from encode_work(quantizer, vectors, beam=beam)
        error = squared_error(quantizer, vectors, indices)
        if error < least:
            best, least = quantizer, error
        if left:
            quantizer = yield from refit(quantizer, vectors, indices)
    return best


def _moved(quantizer: PointQuantizer, vectors: Sketch, indices: Indices) -> Work[PointQuantizer]:
    """Move the entries of each stage to the mean of what the others leave of their vectors."""
    tables, rests = list(quantizer.tables), vectors - quantizer.decode(indices)
    for stage, own in enumerate(indices.T):
        rests += tables[stage][own]
        means = yield from means_work(rests, own, tables[stage], np.float64)
        tables[stage] = means.astype(np.float32)
        rests -= tables[stage][own]
    return replace(quantizer, tables=tuple(tables))


def polar_work(
    units: Sketch, rungs: dict[int, Floats], size: int, gains: int, seed: int
) -> Work[PointQuantizer]:
    """Find shapes, gains for them as they come, and fit each to the other.

    Parameters
    ----------
    units : float32 array of shape (n, d)
    rungs : unit shapes found before, by size; those found on the way join them
    size, gains : K of both columns, or as many gains as are distinct
    """
    shapes = yield from climbed(units, rungs, size, seed)
    part = yield from assigned(units, shapes)
    along = part.gains[:, None].astype(np.float32)
    levels = (yield from codewords_work(along, gains, seed)).codewords
    tables = levels, shapes.astype(np.float32)
    first = PointQuantizer("gain-shape", ("gain", "shape"), tables)
    best = yield from _fitted(first, units, _turned, GAIN_ROUNDS)
    return _in_order(best)


def _turned(quantizer: PointQuantizer, vectors: Sketch, indices: Indices) -> Work[PointQuantizer]:
    """Turn shapes to where their vectors' gains ask for, and move gains to fit them."""
    yield
    gains, shapes = (table.astype(np.float64) for table in quantizer.tables)
    shapes = fitted_shapes(vectors, gains[:, 0], shapes, indices)
    values = fitted_gains(vectors, gains[:, 0], shapes, indices)
    tables = values[:, None].astype(np.float32), shapes.astype(np.float32)
    return replace(quantizer, tables=tables)


def _in_order(quantizer: PointQuantizer) -> PointQuantizer:
    tables = (Codebook(table).in_order().codewords for table in quantizer.tables)
    return replace(quantizer, tables=tuple(tables))
