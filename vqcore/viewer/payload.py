"""Layers as bytes: what the page needs to show a picture, or to decode one.

    bytes     what
    4         n, the length of the header, little-endian
    n         the header, JSON in UTF-8, filled with spaces so that 4 + n is a multiple of 4
    2·blocks  the indices, little-endian, row by row (layers with a codebook)
    the rest  the tiles, (K, b, b) or (K, b, b, 3), or the original's pixels, (h, w) or (h, w, 3),
              or the bytes of a picture file, which the browser decodes

The header has `sweep`, which layers belong together, `width`, `height`, `channels`; with a codebook
also `size` (K), `blockSize`, `columns`, `rows`, and `figures`, what stands beside the picture; with
a picture file its `file` name and `figures`.
"""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np
from numpy.typing import NDArray

from vqcore.codec import Encoded

Samples = NDArray[np.uint8]


def original_layer(sweep: str, pixels: Samples) -> bytes:
    """Return the layer of the picture itself, uint8 pixels of shape (h, w) or (h, w, 3)."""
    return _message(_frame(sweep, pixels.shape), pixels.tobytes())


def file_layer(sweep: str, name: str, shape: tuple[int, ...], data: bytes) -> bytes:
    """Return the layer of a picture file, as it is; its pixels are of shape (h, w) or (h, w, 3)."""
    return _message(_frame(sweep, shape) | {"file": name, "figures": [name]}, data)


def size_layer(sweep: str, encoded: Encoded, figures: Sequence[str]) -> bytes:
    """Return the layer of one codebook size: its indices and tiles, from which it is decoded."""
    layout, tiles = encoded.layout, encoded.tiles
    header = _frame(sweep, (layout.height, layout.width, *tiles.shape[3:])) | {
        "size": encoded.codebook.size,
        "blockSize": layout.block_size,
        "columns": layout.columns,
        "rows": layout.rows,
        "figures": list(figures),
    }
    return _message(header, encoded.indices.astype("<u2").tobytes() + tiles.tobytes())


def _frame(sweep: str, shape: tuple[int, ...]) -> dict[str, Any]:
    channels = shape[2] if len(shape) == 3 else 1
    return {"sweep": sweep, "width": shape[1], "height": shape[0], "channels": channels}


def _message(header: Mapping[str, Any], body: bytes) -> bytes:
    text = json.dumps(header).encode()
    text += b" " * (-len(text) % 4)
    return len(text).to_bytes(4, "little") + text + body
