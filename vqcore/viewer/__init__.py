"""The viewer: the browser gets tiles and indices, and decodes on a canvas itself.

The parts of the components of `app.py`, as text: one that takes a layer, and shows nothing, one
that shows all the layers the page has, and those of the panels. They share `layers.js`.
"""

from pathlib import Path

from vqcore.viewer.payload import (
    codebook_layer,
    figures_layer,
    file_layer,
    health_layer,
    match_layer,
    original_layer,
    plane_layer,
    projection_layer,
    training_layer,
)

_HERE = Path(__file__).parent


def _text(*names: str) -> str:
    return "\n".join((_HERE / name).read_text(encoding="utf-8") for name in names)


LAYER_JS = _text("layers.js", "layer.js")
VIEWER_JS = _text("layers.js", "draw.js", "codebook.js", "pointer.js", "viewer.js")
VIEWER_CSS = _text("viewer.css")
VIEWER_HTML = _text("viewer.html")
PLANE_JS = _text("layers.js", "draw.js", "axes.js", "cells.js", "plane.js")
PLANE_CSS = _text("viewer.css", "plane.css")
PLANE_HTML = _text("plane.html")
PROJECTION_JS = _text("layers.js", "follower.js", "axes.js", "cells.js", "projection.js")
PROJECTION_HTML = _text("projection.html")
HEALTH_JS = _text("layers.js", "follower.js", "draw.js", "axes.js", "health.js")
HEALTH_CSS = _text("viewer.css", "health.css")
HEALTH_HTML = _text("health.html")
TRAINING_JS = _text("layers.js", "follower.js", "axes.js", "training.js")
TRAINING_CSS = _text("viewer.css", "training.css")
TRAINING_HTML = _text("training.html")
MARK_JS = _text("layers.js", "follower.js", "mark.js")
MARK_CSS = _text("mark.css")
MARK_HTML = _text("mark.html")

__all__ = [
    "HEALTH_CSS",
    "HEALTH_HTML",
    "HEALTH_JS",
    "LAYER_JS",
    "MARK_CSS",
    "MARK_HTML",
    "MARK_JS",
    "PLANE_CSS",
    "PLANE_HTML",
    "PLANE_JS",
    "PROJECTION_HTML",
    "PROJECTION_JS",
    "TRAINING_CSS",
    "TRAINING_HTML",
    "TRAINING_JS",
    "VIEWER_CSS",
    "VIEWER_HTML",
    "VIEWER_JS",
    "codebook_layer",
    "figures_layer",
    "file_layer",
    "health_layer",
    "match_layer",
    "original_layer",
    "plane_layer",
    "projection_layer",
    "training_layer",
]
