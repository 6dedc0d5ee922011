"""The viewer: the browser gets tiles and indices, and decodes on a canvas itself.

PAGE_STYLE is how the page itself looks. PARTS has the components of `app.py` as text: one that
takes layers, and shows nothing, one that shows all the layers the page has, and those of the
panels. They share `layers.js`.
"""

from pathlib import Path
from typing import Any

from vqcore.viewer.payload import (
    codebook_layer,
    figures_layer,
    file_layer,
    health_layer,
    joined,
    match_layer,
    original_layer,
    plane_layer,
    projection_layer,
    training_layer,
    use_layer,
)

_HERE = Path(__file__).parent


def _text(*names: str) -> str:
    return "\n".join((_HERE / name).read_text(encoding="utf-8") for name in names)


def _part(name: str, *scripts: str, css: tuple[str, ...] = ("viewer.css",)) -> dict[str, Any]:
    script = _text("layers.js", *scripts, f"{name}.js")
    return {"html": _text(f"{name}.html"), "css": _text(*css), "js": script}


PAGE_STYLE = _text("page.css")

PARTS: dict[str, dict[str, Any]] = {
    "layer": {"js": _text("layers.js", "layer.js")},
    "viewer": _part(
        "viewer",
        *("draw.js", "stage.js", "codebook.js", "inside.js", "pointer.js"),
        *("story.js", "presenter.js", "strip.js", "address.js", "png.js"),
    ),
    "gone": _part("gone", css=("gone.css",)),
    "mark": _part("mark", "follower.js", css=("mark.css",)),
    "training": _part("training", "follower.js", "axes.js", css=("viewer.css", "training.css")),
    "health": _part(
        "health", "follower.js", "draw.js", "axes.js", css=("viewer.css", "health.css")
    ),
    "plane": _part("plane", "draw.js", "axes.js", "cells.js", css=("viewer.css", "plane.css")),
    "projection": _part(
        "projection", "follower.js", "axes.js", "cells.js", css=("viewer.css", "plane.css")
    ),
}
"""Name -> the texts that make a component of it."""

__all__ = [
    "PAGE_STYLE",
    "PARTS",
    "codebook_layer",
    "figures_layer",
    "file_layer",
    "health_layer",
    "joined",
    "match_layer",
    "original_layer",
    "plane_layer",
    "projection_layer",
    "training_layer",
    "use_layer",
]
