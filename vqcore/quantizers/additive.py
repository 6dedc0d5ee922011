"""Quantizers whose tables add up: how vectors find their entries, and tables their best values."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import replace

import numpy as np

from vqcore.arrays import Differences, Floats, Indices, Numbers, Reals, Samples
from vqcore.codebooks.cells import means_work
from vqcore.codebooks.codebook import Codebook, use_of
from vqcore.codebooks.scoring import chunks, product
from vqcore.quantizers.gains import fitted_gains, fitted_shapes, scaled, stored_gains, stored_shapes
from vqcore.quantizers.quantizer import Column, Quantizer
from vqcore.quantizers.ways import without
from vqcore.signals.layouts import Layout, Places
from vqcore.work import Work, on_all_cores

SCORES_AT_ONCE = 2**19
MOST_DIFFERENCE = 127


def encode_work(quantizer: Quantizer, vectors: Samples, *, beam: int = 1) -> Work[Indices]:
    """Find the entries of each column in turn that leave the least, with pauses.

    With one candidate kept it is greedy; with more, all entries are tried upon each of them, and
    the best go on.

    Parameters
    ----------
    quantizer : of m columns
    vectors : uint8 array of shape (n, d)
    beam : how many candidates to keep from column to column

    Returns
    -------
    indices : int32 array of shape (n, m)
    """
    tables = [table.astype(np.float32) for table in quantizer.tables]
    return search_work(vectors, tables, beam, least)


def search_work(
    vectors: Numbers,
    tables: Sequence[Reals],
    beam: int,
    keep: Callable[[Reals, int], Places],
) -> Work[Indices]:
    """Do the work of `encode_work` in the type of the tables, shapes (K_j, d).

    Parameters
    ----------
    keep : of costs, shape (n, candidates), and a number, the columns that go on, as in `least`
    """
    at_once = SCORES_AT_ONCE // (beam * max(map(len, tables)))

    def search(rows: slice) -> Indices:
        return _searched(vectors[rows].astype(tables[0].dtype), tables, beam, keep)

    found = []
    for part in on_all_cores(search, chunks(len(vectors), at_once)):
        found.append(part)
        yield
    return np.concatenate(found)


def _searched(
    vectors: Reals, tables: Sequence[Reals], beam: int, keep: Callable[[Reals, int], Places]
) -> Indices:
    """Return the best indices of each vector, (n, m)."""
    lines = np.arange(len(vectors))[:, None]
    paths = np.zeros((len(vectors), 1, 0), np.int32)
    rests = vectors[:, None]
    for column, table in enumerate(tables):
        errors = _errors(rests, table).reshape(len(vectors), -1)
        kept = keep(errors, beam if column < len(tables) - 1 else 1)
        before, entries = np.divmod(kept, len(table))
        paths = np.concatenate([paths[lines, before], entries[..., None].astype(np.int32)], axis=2)
        rests = rests[lines, before] - table[entries]
    return paths[:, 0]


def _errors(rests: Reals, table: Reals) -> Reals:
    """Return |r − t|² of what b candidates leave of each vector, (n, b, d): (n, b, K)."""
    flat = rests.reshape(-1, rests.shape[2])
    errors = product(flat, -2 * np.ascontiguousarray(table.T))
    errors += np.square(table).sum(axis=1)
    errors += np.square(flat).sum(axis=1)[:, None]
    return errors.reshape(*rests.shape[:2], len(table))


def least(costs: Reals, most: int) -> Places:
    """Return the columns of the least of each row, (n, most); of one, the first at a tie."""
    few = min(most, costs.shape[1])
    if few == 1:
        first: Places = costs.argmin(axis=1)[:, None]
        return first
    found: Places = np.argpartition(costs, few - 1, axis=1)[:, :few]
    return found


def sum_of(quantizer: Quantizer, indices: Indices) -> Differences:
    """Return the sums of entries, (n, d), that indices stand for, whether samples or not."""
    return quantizer.sums(indices).astype(np.int16)


def refit_work(quantizer: Quantizer, vectors: Samples, indices: Indices) -> Work[Quantizer]:
    """Move all trained entries to the mean of what the other columns leave of their vectors.

    Column by column, each knowing what the ones before have become. Entries that nobody uses stay,
    as do levels, and "nothing". The entries come in order: the indices are to be found anew.

    Parameters
    ----------
    quantizer : of m columns
    vectors : uint8 array of shape (n, d)
    indices : int32 array of shape (n, m)
    """
    tables = list(quantizer.tables)
    rests = vectors - sum_of(quantizer, indices)
    for place, column in enumerate(quantizer.columns):
        if column.kind in ("levels", "gains"):
            continue
        own = indices[:, place]
        if column.kind == "shapes":
            both = slice(place - 1, place + 1)
            columns = quantizer.columns[both]
            tables[both] = _refitted(columns, tables[both], rests, indices[:, both])
            continue
        rests += tables[place][own]
        table = tables[place].astype(np.float32)
        means = yield from means_work(rests.astype(np.float32), own, table)
        tables[place] = only_within(stored(means, column), column)
        rests -= tables[place][own]
    return in_order(replace(quantizer, tables=tuple(tables)))


def _refitted(
    columns: Sequence[Column], tables: Sequence[Differences], rests: Differences, indices: Indices
) -> list[Differences]:
    """Return gains and shapes that fit their vectors better, given what all columns leave."""
    (step, bits), (gains, shapes) = (column.step for column in columns), tables
    own = (rests + scaled(gains[indices[:, 0]], shapes[indices[:, 1]], bits)).astype(np.float64)
    values, units = gains[:, 0].astype(np.float64), shapes.astype(np.float64) / 2**bits
    units = fitted_shapes(own, values, units, indices)
    values = fitted_gains(own, values, units, indices)
    return [
        np.repeat(stored_gains(values, step)[:, None], gains.shape[1], axis=1),
        stored_shapes(units, bits),
    ]


def in_use(quantizer: Quantizer, indices: Indices) -> tuple[Quantizer, Indices]:
    """Return it without the trained entries that no index has, and the indices into the rest.

    A tree loses those leaves, and has the shares of these indices.
    """
    columns, tables, places = list(quantizer.columns), list(quantizer.tables), indices.copy()
    for place, column in enumerate(columns):
        used = np.union1d(indices[:, place], np.arange(column.unsaid))
        down = without(column.ways, use_of(indices[:, place], column.size)) if column.ways else ()
        columns[place] = replace(column, size=len(used), ways=down)
        tables[place] = tables[place][used]
        places[:, place] = np.searchsorted(used, indices[:, place])
    return replace(quantizer, columns=tuple(columns), tables=tuple(tables)), places


def blank(family: str, layout: Layout, columns: Sequence[Column]) -> Quantizer:
    """Return a quantizer with all that the kinds of its columns say; what is trained is 0.

    Columns of levels are of the layout's components in turn. Levels are in the middle of each step:
    4, 12, 20 … 252 for a step of 8.
    """
    tables = [np.zeros((column.size, layout.dimension), np.int16) for column in columns]
    means = [place for place, column in enumerate(columns) if column.kind == "levels"]
    for place, component in zip(means, layout.components, strict=False):
        step = columns[place].step
        tables[place][:, component] = np.arange(step // 2, 256, step)[:, None]
    return Quantizer(family, tuple(columns), tuple(tables))


def with_nothing(differences: Differences, column: Column) -> Differences:
    """Return differences, shape (K, d), as stored and in order: "nothing" replaces the least."""
    least = np.square(differences.astype(np.int64)).sum(axis=1).argmin()
    others = np.delete(differences, least, axis=0)
    return _sorted(stored(np.vstack([np.zeros_like(differences[:1]), others]), column), column)


def in_order(quantizer: Quantizer) -> Quantizer:
    """Return it with the entries of each table as a file has them.

    Codewords by ascending sums, as in `Codebook.in_order`; differences after the first by their
    samples; leaves as their tree has them.
    """
    tables = [
        _sorted(table, column)
        for table, column in zip(quantizer.tables, quantizer.columns, strict=True)
    ]
    return replace(quantizer, tables=tuple(tables))


def is_in_order(quantizer: Quantizer) -> bool:
    """Say whether the entries of its tables ascend, as a file has them."""
    return all(map(_is_sorted, quantizer.tables, quantizer.columns))


def _is_sorted(table: Differences, column: Column) -> bool:
    if column.kind == "codewords":
        return Codebook(table.astype(np.uint8)).is_in_order
    return np.array_equal(table, _sorted(table, column))


def _sorted(table: Differences, column: Column) -> Differences:
    if column.kind == "codewords":
        return Codebook(table.astype(np.uint8)).in_order().codewords.astype(np.int16)
    if column.kind == "leaves":
        return table
    said = table[column.unsaid :]
    return np.concatenate([table[: column.unsaid], said[np.lexsort(said.T[::-1])]])


def only_within(table: Differences, column: Column) -> Differences:
    """Return a table with 0 in the samples that the entries of its column do not have."""
    if not column.within:
        return table
    result, within = np.zeros_like(table), list(column.within)
    result[:, within] = table[:, within]
    return result


def stored(means: Floats, column: Column) -> Differences:
    """Return means, shape (K, d), as the table of a column holds them."""
    if column.kind in ("codewords", "leaves"):
        return np.rint(means).clip(0, 255).astype(np.int16)
    steps = np.rint(means / column.step).clip(-MOST_DIFFERENCE, MOST_DIFFERENCE)
    steps[0] = 0
    return (steps * column.step).astype(np.int16)
