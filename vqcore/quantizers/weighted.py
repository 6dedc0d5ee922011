"""Points at a weighted distance, Σ wᵢ (xᵢ − yᵢ)², where each vector has weights of its own.

Codewords begin as the plain distance has them, and move by Lloyd's algorithm from there: the best
codeword of some vectors is their mean by their weights. For quantizers whose columns add up, or lie
side by side.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import replace

import numpy as np

from vqcore.arrays import Floats, Indices, Reals, Sketch
from vqcore.codebooks.scoring import chunks
from vqcore.quantizers.pointquantizer import PointQuantizer, first_of_the_least
from vqcore.work import Work

ROUNDS = 20
SAMPLE = 2**13
LEAST_GAIN = 1e-3
COSTS_AT_ONCE = 2**20


def fitted_work(
    quantizer: PointQuantizer, vectors: Sketch, weights: Floats, *, beam: int = 1
) -> Work[PointQuantizer]:
    """Fit tables to a weighted distance, until a round gains little; return the best there was.

    Of more than `SAMPLE` vectors so many count, evenly spread.

    Parameters
    ----------
    quantizer : to begin with
    vectors : float32 array of shape (n, d)
    weights : float64 array of shape (n, d), above 0
    beam : see `encode_work`
    """
    if len(vectors) > SAMPLE:
        some = np.linspace(0, len(vectors) - 1, SAMPLE).astype(np.intp)
        vectors, weights = vectors[some], weights[some]
    best, least = quantizer, math.inf
    for _ in range(ROUNDS):
        indices = yield from encode_work(quantizer, vectors, weights, beam=beam)
        error = float((weights * np.square(vectors - quantizer.decode(indices))).sum())
        if error < least:
            best = quantizer
        if error >= least * (1 - LEAST_GAIN):
            break
        least = error
        quantizer = _moved(quantizer, vectors, weights, indices)
    return best


def encode_work(
    quantizer: PointQuantizer, vectors: Sketch, weights: Floats, *, beam: int = 1
) -> Work[Indices]:
    """Find the entries that are nearest by weights, int32 of shape (n, m), with pauses.

    Parameters
    ----------
    quantizer : "plain", "split", "product", "residual" or "mean-removed"
    vectors, weights : of shape (n, d)
    beam : how many candidates to keep from column to column; where columns lie side by side one is
        enough
    """
    tables = _whole_tables(quantizer)
    widest = beam * max(map(len, tables))
    parts = []
    for rows in chunks(len(vectors), max(1, COSTS_AT_ONCE // widest)):
        parts.append(_found(vectors[rows].astype(np.float64), weights[rows], tables, beam))
        yield
    return np.concatenate(parts)


def _whole_tables(quantizer: PointQuantizer) -> list[Floats]:
    """Return tables of all d numbers, those that a column has not being 0."""
    tables = []
    for part, table in zip(quantizer.parts, quantizer.tables, strict=True):
        whole = np.zeros((len(table), quantizer.dimension))
        whole[:, part] = table
        tables.append(whole)
    return tables


def _found(vectors: Floats, weights: Floats, tables: Sequence[Floats], beam: int) -> Indices:
    lines = np.arange(len(vectors))[:, None]
    rests, found = vectors[:, None], np.zeros((len(vectors), 1, 0), np.int32)
    for place, table in enumerate(tables):
        is_last = place + 1 == len(tables)
        costs = _costs(rests, weights, table).reshape(len(vectors), -1)
        best = first_of_the_least(costs, 1 if is_last else beam)
        came, entry = np.divmod(best, len(table))
        rests = rests[lines, came] - table[entry]
        found = np.concatenate([found[lines, came], entry[..., None].astype(np.int32)], axis=2)
    return found[:, 0]


def _costs(rests: Floats, weights: Floats, table: Floats) -> Floats:
    """Return Σ w (r − t)² of what is left, (n, b, d), and each entry, (K, d): shape (n, b, K).

    Of one candidate alone it is less Σ w r², which does not tell entries apart.
    """
    alike = np.broadcast_to(weights[:, None], rests.shape)
    both = np.concatenate([alike * rests, alike], axis=2)
    costs: Floats = both @ np.hstack([-2 * table, np.square(table)]).T
    if rests.shape[1] > 1:
        costs += np.einsum("nbd,nbd,nd->nb", rests, rests, weights)[..., None]
    return costs


def _moved(
    quantizer: PointQuantizer, vectors: Sketch, weights: Floats, indices: Indices
) -> PointQuantizer:
    """Move the entries of each column to the weighted mean of what the others leave."""
    rests, tables = vectors - quantizer.decode(indices).astype(np.float64), list(quantizer.tables)
    for place, (part, own) in enumerate(zip(quantizer.parts, indices.T, strict=True)):
        rests[:, part] += tables[place][own]
        tables[place] = _means(rests[:, part], weights[:, part], own, tables[place])
        rests[:, part] -= tables[place][own]
    return replace(quantizer, tables=tuple(tables))


def _means(rests: Reals, weights: Floats, own: Indices, table: Sketch) -> Sketch:
    """Return the mean of each entry's vectors, (K, d); the entry itself where there are none."""
    moved = table.copy()
    for place, (rest, weight) in enumerate(zip(rests.T, weights.T, strict=True)):
        total = np.bincount(own, weight, len(table))
        some = total > 0
        sums = np.bincount(own, weight * rest, len(table))
        moved[some, place] = sums[some] / total[some]
    return moved
