"""The file of encoded points: tables of 32-bit numbers, and indices through a range coder.

Version 1. A zip file as numpy.savez writes it, of these members and no other:

===========  ========================================  =============================================
member       array                                     anything else is illegal
===========  ========================================  =============================================
version      one integer                               1
family       one text                                  one of `POINT_FAMILIES`
names        m texts                                   of the columns
table_1 …    float32, one for each column              as the family has them, finite
ways, nodes  int8 (2·K − 1,) and float32 (2·K − 1, d)  of a tree, empty else
counts_1 …   uint32 (K_j,), how many vectors use each  that add up to the same n, 1 to 1 000 000
words        uint32                                    the coded indices, column by column
===========  ========================================  =============================================

Members are stored as they are, not deflated: a file says no more than it has bytes.

The probability of an index is its count over n: so the coded indices take their first-order
entropy, and what is not worth a context is left to the sizes that stand in the file.
"""

from __future__ import annotations

import io
import zipfile
from dataclasses import dataclass
from typing import Any

import constriction
import numpy as np

from vqcore.arrays import Counts, Indices, Numbers, Sketch
from vqcore.quantizers.ofpoints import POINT_FAMILIES, PointQuantizer
from vqcore.quantizers.ways import is_tree
from vqcore.refusals import PointsError
from vqcore.signals.points import MAX_VECTORS
from vqcore.words import said

VERSION = 1


@dataclass(frozen=True, eq=False)
class EncodedPoints:
    """The indices of vectors, and the quantizer that turns them back.

    Parameters
    ----------
    quantizer : of m columns
    indices : int32 array of shape (n, m)
    """

    quantizer: PointQuantizer
    indices: Indices

    def decode(self) -> Sketch:
        """Return the vectors, float32 of shape (n, d)."""
        return self.quantizer.decode(self.indices)

    @property
    def use(self) -> tuple[Counts, ...]:
        """Return of each column how many vectors use each entry, shape (K_j,)."""
        return self.quantizer.use(self.indices)


def pack_points(encoded: EncodedPoints) -> bytes:
    """Return the file, as long as `parse_points_file` gives the same back."""
    quantizer, use = encoded.quantizer, encoded.use
    members: dict[str, Any] = {
        "version": VERSION,
        "family": quantizer.family,
        "names": np.array(quantizer.names),
        **{f"table_{number}": table for number, table in enumerate(quantizer.tables, 1)},
        "ways": np.array(quantizer.ways, np.int8),
        "nodes": np.zeros((0, 0), np.float32) if quantizer.nodes is None else quantizer.nodes,
        **{f"counts_{number}": it.astype(np.uint32) for number, it in enumerate(use, 1)},
        "words": _coded(encoded.indices, use),
    }
    file = io.BytesIO()
    np.savez(file, **members)
    return file.getvalue()


def parse_points_file(data: bytes) -> EncodedPoints:
    """Read what `pack_points` wrote; nothing in it is ever unpickled.

    Raises
    ------
    PointsError
        If it is something else, or damaged.
    """
    try:
        members = _members(data)
        quantizer = _quantizer(members)
        counts = [members.pop(f"counts_{number}") for number in _numbers(quantizer)]
        words = members.pop("words")
        _check(not members and words.dtype == np.uint32)
        return EncodedPoints(quantizer, _decoded(words, counts, quantizer.sizes))
    except PointsError:
        raise
    except Exception as error:  # zipfile and numpy raise many kinds for what is none
        raise PointsError(said("refusal.points.no-file")) from error


def is_points_file(data: bytes) -> bool:
    """Say whether a zip file has the members that tell encoded points."""
    try:
        return "words.npy" in zipfile.ZipFile(io.BytesIO(data)).namelist()
    except zipfile.BadZipFile:
        return False


def _members(data: bytes) -> dict[str, Numbers]:
    with np.load(io.BytesIO(data), allow_pickle=False) as archive:
        _check(all(it.compress_type == zipfile.ZIP_STORED for it in archive.zip.infolist()))
        return {name: archive[name] for name in archive.files}


def _numbers(quantizer: PointQuantizer) -> range:
    return range(1, len(quantizer.tables) + 1)


def _quantizer(members: dict[str, Numbers]) -> PointQuantizer:
    """Take the quantizer out of the members, and check what they say of it."""
    family = {str(it): it for it in POINT_FAMILIES}[str(members.pop("family"))]
    _check(members.pop("version") == VERSION)
    _check(members["names"].dtype.kind == "U")
    names = tuple(members.pop("names").tolist())
    tables = tuple(members.pop(f"table_{number}") for number in range(1, len(names) + 1))
    ways, nodes = tuple(members.pop("ways").tolist()), members.pop("nodes")
    for table in (*tables, nodes):
        _check(table.dtype == np.float32 and table.ndim == 2 and bool(np.isfinite(table).all()))
    quantizer = PointQuantizer(family, names, tables, ways, nodes if ways else None)
    if family == "tree":
        _check(is_tree(ways, quantizer.codebook_size))
        _check(nodes.shape == (len(ways), quantizer.dimension))
    else:
        _check(not ways and not nodes.size)
    return quantizer


def _coded(indices: Indices, use: tuple[Counts, ...]) -> Numbers:
    coder = constriction.stream.queue.RangeEncoder()
    for column, counts in zip(indices.T, use, strict=True):
        if np.count_nonzero(counts) > 1:
            coder.encode(np.ascontiguousarray(column), _model(counts))
    words: Numbers = coder.get_compressed()
    return words


def _decoded(words: Numbers, every: list[Numbers], sizes: tuple[int, ...]) -> Indices:
    """Return the indices, int32 (n, m); a column of one entry in use takes no words."""
    coder, found, count = constriction.stream.queue.RangeDecoder(words), [], int(every[0].sum())
    _check(0 < count <= MAX_VECTORS)
    for counts, size in zip(every, sizes, strict=True):
        _check(counts.dtype == np.uint32 and counts.shape == (size,))
        _check(int(counts.sum()) == count)
        if np.count_nonzero(counts) > 1:
            column = coder.decode(_model(counts), count)
        else:
            column = np.full(count, counts.argmax(), np.int32)
        _check(bool((np.bincount(column, minlength=size) == counts).all()))
        found.append(column)
    indices = np.stack(found, axis=1)
    _check(np.array_equal(_coded(indices, tuple(every)), words))
    return indices


def _model(counts: Numbers) -> Any:
    shares = counts.astype(np.float64) / counts.sum()
    return constriction.stream.model.Categorical(shares, perfect=False)


def _check(is_fine: bool) -> None:
    if not is_fine:
        raise PointsError(said("refusal.points.no-file"))
