"""How a family works, shown with a block of the picture: its entries, and what they come to."""

from __future__ import annotations

import base64
from collections.abc import Iterator
from html import escape

import numpy as np

from vqcore.arrays import Indices, Samples
from vqcore.coding.codec import Encoded
from vqcore.quantizers.quantizer import Quantizer
from vqcore.signals.blocks import BlockLayout
from vqcore.signals.pictures import png_bytes
from vqcore.viewer.columns import column_names, entry_tiles
from vqcore.words import say

MOST = 5


def how_it_works(encoded: Encoded, vectors: Samples) -> str:
    """Return HTML: the block with the most in it, the entries that stand for it, and their sum.

    Parameters
    ----------
    encoded : the picture
    vectors : uint8 array of shape (n, d), its blocks
    """
    block = int(vectors.var(axis=1).argmax())
    layout, table = encoded.layout, encoded.lookup()
    place_of = table.places[block]
    original, rebuilt = layout.tiles(np.stack([vectors[block], table.vectors[place_of]]))
    sum_of, sign = "", "→"
    for place, name in _shown(encoded.layout, encoded.shown_by, table.tuples[place_of]):
        entry = entry_tiles(layout, encoded.shown_by, place)[table.tuples[place_of, place]]
        if encoded.shown_by.columns[place].kind == "shapes":
            sign = "×"
        sum_of += f"<b>{sign}</b>{_figure(entry, name)}"
        sign = "+"
    if sum_of.count("<figure>") > 1:
        sum_of += f"<b>=</b>{_figure(rebuilt, say('how.rebuilt'))}"
    start = _figure(original, say("how.original"))
    return f'<div class="vq-how">{start}{sum_of}</div>'


def _shown(
    layout: BlockLayout, quantizer: Quantizer, indices: Indices
) -> Iterator[tuple[int, str]]:
    """Yield place and name of the columns whose entries can be seen.

    Where they do not add up, of those the first few that have something for indices, (m,).
    """
    names = column_names(layout, quantizer)
    seen = 0
    for place, (name, table) in enumerate(zip(names, quantizer.tables, strict=True)):
        there = table if quantizer.adds_up else table[indices[place]]
        if (there.any() and seen < MOST) or len(names) == 1:
            seen += not quantizer.adds_up
            yield place, name


def _figure(tile: Samples, name: str) -> str:
    """Return a tile with its name, which stands under it and for it."""
    told, data = escape(name), base64.b64encode(png_bytes(tile)).decode()
    picture = f'<img src="data:image/png;base64,{data}" alt="{told}" width="48" height="48">'
    return f"<figure>{picture}<figcaption>{told}</figcaption></figure>"
