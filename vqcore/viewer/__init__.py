"""The viewer: the browser gets tiles and indices, and decodes on a canvas itself.

The parts of the components of `app.py`, as text: one that takes a layer, and shows nothing, one
that shows all the layers the page has, and one that shows the plane. They share `layers.js`.
"""

from pathlib import Path

from vqcore.viewer.payload import (
    codebook_layer,
    figures_layer,
    file_layer,
    frame_layer,
    match_layer,
    original_layer,
    plane_layer,
)

_HERE = Path(__file__).parent


def _text(*names: str) -> str:
    return "\n".join((_HERE / name).read_text(encoding="utf-8") for name in names)


LAYER_JS = _text("layers.js", "layer.js")
VIEWER_JS = _text("layers.js", "draw.js", "codebook.js", "pointer.js", "viewer.js")
VIEWER_CSS = _text("viewer.css")
VIEWER_HTML = _text("viewer.html")
PLANE_JS = _text("layers.js", "cells.js", "plane.js")
PLANE_CSS = _text("viewer.css", "plane.css")
PLANE_HTML = _text("plane.html")

__all__ = [
    "LAYER_JS",
    "PLANE_CSS",
    "PLANE_HTML",
    "PLANE_JS",
    "VIEWER_CSS",
    "VIEWER_HTML",
    "VIEWER_JS",
    "codebook_layer",
    "figures_layer",
    "file_layer",
    "frame_layer",
    "match_layer",
    "original_layer",
    "plane_layer",
]
