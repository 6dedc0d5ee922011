"""What the vectors of luma are at each tile of the picture, and what codewords look like there.

A tile is 4×4 pixels: of the finest bands it has one vector each, of those a level coarser a quarter
of one, and so on. A codeword is drawn as what it does to the pixels of its vector, made as small as
a tile.
"""

from __future__ import annotations

from collections.abc import Mapping
from functools import cache

import numpy as np

from vqcore.arrays import Differences, Floats, Indices, Reals
from vqcore.quantizers.quantizer import Column, Quantizer
from vqcore.quantizers.wavelet import Wavelet
from vqcore.signals.blocks import BlockLayout
from vqcore.signals.wavelet import Bands, synthesised
from vqcore.signals.waveletgrid import Grid, Place, bands_of, turned

SHOWN = tuple(Place(level, orientation) for level in range(5) for orientation in range(3))
"""The bands, the finest first."""
NAMES = "HL", "LH", "HH"
SIDE = 256
LARGEST = 127


def indices_of(layout: BlockLayout, indices: Indices, grid: Grid) -> Indices:
    """Return what the vectors of luma at each tile are, a column a band: (n, 15)."""
    found = np.empty((layout.rows, layout.columns, len(SHOWN)), np.int32)
    down, right = np.arange(layout.rows)[:, None], np.arange(layout.columns)
    for place, part in grid.parts():
        own = turned(indices[part].reshape(grid.vectors(place)), place.orientation)
        found[..., SHOWN.index(place)] = own[down >> place.level, right >> place.level]
    return found.reshape(-1, len(SHOWN))


def looks_of(quantizer: Wavelet, books: Mapping[Place, Differences], channels: int) -> Quantizer:
    """Return what these indices look up: tiles at full contrast; nothing and escapes are even."""
    columns, tables = list[Column](), list[Differences]()
    for place in SHOWN:
        name = f"{NAMES[place.orientation]} {place.level + 1}"
        columns.append(Column(name, quantizer.escape + 1, "looks"))
        tiles = _tiles(books[place] @ _of_ones(place))
        table = np.zeros((quantizer.escape + 1, tiles.shape[1]), np.int16)
        table[1 : 1 + len(tiles)] = tiles
        tables.append(table.repeat(channels, axis=1))
    return Quantizer(quantizer.family, tuple(columns), tuple(tables))


def _tiles(shapes: Floats) -> Differences:
    strongest = np.abs(shapes).max(axis=1, initial=0, keepdims=True)
    tiles: Differences = np.rint(LARGEST * shapes / np.maximum(strongest, 1e-9)).astype(np.int16)
    return tiles


@cache
def _of_ones(place: Place) -> Floats:
    """Return what a coefficient of 1 at each place of a vector does to its tile, (4, 16)."""
    grid, wide = Grid(SIDE, SIDE), 4 << place.level
    rows, columns = grid.vectors(place)
    middle = rows // 2 * columns + columns // 2
    [part] = (part for other, part in grid.parts() if other == place)
    found, own = [], slice(SIDE // 2, SIDE // 2 + wide)
    for coefficient in range(4):
        vectors = np.zeros((grid.total, 4), np.float32)
        vectors[part.start + middle, coefficient] = 1
        found.append(_picture(vectors, grid)[own, own])
    small = np.stack(found).reshape(4, 4, wide // 4, 4, wide // 4).mean(axis=(2, 4))
    tiles: Floats = small.reshape(4, 16).astype(np.float64)
    return tiles


def _picture(vectors: Reals, grid: Grid) -> Reals:
    coarse = np.zeros(grid.coarsest, np.float32)
    return synthesised(Bands(coarse, [*bands_of(vectors, grid), [coarse] * 3]))
