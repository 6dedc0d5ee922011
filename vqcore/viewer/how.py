"""How a family works, shown with a block of the picture: its entries, and what they come to."""

from __future__ import annotations

import base64
from collections.abc import Iterator
from html import escape

import numpy as np

from vqcore.arrays import Samples
from vqcore.coding.codec import Encoded
from vqcore.signals.pictures import png_bytes
from vqcore.viewer.columns import column_names, entry_tiles
from vqcore.words import say


def how_it_works(encoded: Encoded, vectors: Samples) -> str:
    """Return HTML: the block with the most in it, the entries that stand for it, and their sum.

    Parameters
    ----------
    encoded : the picture
    vectors : uint8 array of shape (n, d), its blocks
    """
    block = int(vectors.var(axis=1).argmax())
    layout, indices = encoded.layout, encoded.indices[[block]]
    decoded = encoded.quantizer.decode(indices)
    original, rebuilt = layout.tiles(np.concatenate([vectors[[block]], decoded]))
    sum_of, sign = "", "→"
    for place, name in _shown(encoded):
        entry = entry_tiles(layout, encoded.quantizer, place)[indices[0, place]]
        if encoded.quantizer.columns[place].kind == "shapes":
            sign = "×"
        sum_of += f"<b>{sign}</b>{_figure(entry, name)}"
        sign = "+"
    if sum_of.count("<figure>") > 1:
        sum_of += f"<b>=</b>{_figure(rebuilt, say('how.rebuilt'))}"
    start = _figure(original, say("how.original"))
    return f'<div class="vq-how">{start}{sum_of}</div>'


def _shown(encoded: Encoded) -> Iterator[tuple[int, str]]:
    """Yield place and name of the columns whose entries can be seen."""
    names = column_names(encoded.layout, encoded.quantizer)
    for place, (name, table) in enumerate(zip(names, encoded.quantizer.tables, strict=True)):
        if table.any() or len(names) == 1:
            yield place, name


def _figure(tile: Samples, name: str) -> str:
    """Return a tile with its name, which stands under it and for it."""
    told, data = escape(name), base64.b64encode(png_bytes(tile)).decode()
    picture = f'<img src="data:image/png;base64,{data}" alt="{told}" width="48" height="48">'
    return f"<figure>{picture}<figcaption>{told}</figcaption></figure>"
