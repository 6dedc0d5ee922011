"""What the columns of a quantizer look like: their entries as tiles, and the sums of the first."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np

from vqcore.arrays import Indices, Samples
from vqcore.codebooks.scoring import MIDDLE
from vqcore.quantizers import ways
from vqcore.quantizers.quadtree import LEVEL_OF_PART
from vqcore.quantizers.quantizer import Quantizer
from vqcore.show.wording import column_name
from vqcore.signals.blocks import BlockLayout

LETTERS = {"rgb": ("R", "G", "B"), "ycbcr": ("Y", "Cb", "Cr")}


def column_names(layout: BlockLayout, quantizer: Quantizer) -> list[str]:
    """Return what the columns are called; those of one name, one a component, by that."""
    names = [column_name(column.name) for column in quantizer.columns]
    letters = LETTERS.get(layout.colour, ())
    own = [iter(letters) if names.count(name) == len(letters) else None for name in names]
    given = {name: it for name, it in zip(names, own, strict=True) if it}
    return [f"{name} {column_name(next(given[name]))}" if name in given else name for name in names]


def entry_values(layout: BlockLayout, quantizer: Quantizer, place: int) -> list[int]:
    """Return what number each entry of a column is: a level, a gain, a leaf's side.

    Of looks it is 0 for nothing, 1 for a codeword and 2 for an escape.

    None are returned if entries are no numbers, or the same ones as their indices.
    """
    kind, table = quantizer.columns[place].kind, quantizer.tables[place]
    if kind == "parts":
        found: list[int] = (layout.block_size.width << LEVEL_OF_PART).tolist()
        return found
    if kind == "looks":
        return [0, *[1] * (len(table) - 2), 2]
    values = [max(entry) for entry in table.tolist()] if kind in ("levels", "gains") else []
    return values if values != [*range(len(values))] else []


def refining(quantizer: Quantizer) -> list[int]:
    """Return how many of the first columns give a picture, ascending, up to all; none if only all.

    The first column must be of samples, and together they must say all of them. A gain alone adds
    nothing to what is before it.
    """
    if not quantizer.adds_up or quantizer.columns[0].kind in ("gains", "parts"):
        return []
    counts, said = list[int](), np.zeros(quantizer.tables[0].shape[1], bool)
    for place, (column, table) in enumerate(zip(quantizer.columns, quantizer.tables, strict=True)):
        said |= table.any(axis=0)
        if said.all() and column.kind != "gains":
            counts.append(place + 1)
    return counts if len(counts) > 1 else []


def entry_tiles(layout: BlockLayout, quantizer: Quantizer, place: int) -> Samples:
    """Return the entries of a column as tiles; differences are around gray, which is nothing.

    So are shapes, each at full contrast: how strong it is, its gain says.

    Returns
    -------
    tiles : uint8 array of shape (K_j, b, b) or (K_j, b, b, 3)
    """
    column, table = quantizer.columns[place], quantizer.tables[place]
    shown = table.astype(np.int32)
    if column.kind == "shapes":
        shown = shown * (MIDDLE - 1) // np.abs(shown).max(axis=1, keepdims=True).clip(1)
    if column.kind in ("differences", "shapes", "looks"):
        shown += MIDDLE
    return _tiles(layout, quantizer, shown.clip(0, 255).astype(np.uint8), slice(place, place + 1))


def sum_tiles(layout: BlockLayout, quantizer: Quantizer, tuples: Indices) -> Iterator[Samples]:
    """Yield, for one column, two, … and all but one, the distinct beginnings decoded.

    None of what does not add up.

    Parameters
    ----------
    tuples : int32 array of shape (t, m), ascending
        Their beginnings come in the same order.

    Yields
    ------
    tiles : uint8 array of shape (s, b, b) or (s, b, b, 3)
    """
    for some in range(1, len(quantizer.columns)) if quantizer.adds_up else ():
        begins = np.diff(tuples[:, :some], axis=0, prepend=-1).any(axis=1)
        vectors = quantizer.decode(tuples[begins], some)
        yield _tiles(layout, quantizer, vectors, slice(some))


def inner_tiles(layout: BlockLayout, quantizer: Quantizer) -> Iterator[Samples]:
    """Yield, if codewords are the leaves of a tree, the codewords of its other nodes as tiles."""
    down = quantizer.columns[0].ways
    if down:
        inner = np.not_equal(down, 0)
        yield layout.tiles(ways.nodes(quantizer.tables[0], down)[inner])


def _tiles(layout: BlockLayout, quantizer: Quantizer, vectors: Samples, columns: slice) -> Samples:
    """Return vectors as tiles; what the columns do not say is gray where 0 would be a colour."""
    said = np.any([table.any(axis=0) for table in quantizer.tables[columns]], axis=0)
    if layout.colour == "ycbcr":
        vectors = np.where(said, vectors, np.uint8(MIDDLE))
    return layout.tiles(vectors)
