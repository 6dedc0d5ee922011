"""The viewer: the browser gets tiles and indices, and decodes on a canvas itself.

PAGE_STYLE is how the page itself looks. PARTS has the components of `app.py` as text: one that
takes layers, and shows nothing, one that shows all the layers the page has, and those of the
panels. They share one store on the page, that of `store.js`.
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
    words_layer,
)
from vqcore.viewer.scripts import bundled

_HERE = Path(__file__).parent


def _text(*names: str) -> str:
    return "\n".join((_HERE / name).read_text(encoding="utf-8") for name in names)


def _script(name: str) -> str:
    return bundled(name, lambda each: _text(f"{each}.js"))


def _part(name: str, *css: str) -> dict[str, Any]:
    return {"html": _text(f"{name}.html"), "css": _text(*css), "js": _script(name)}


PAGE_STYLE = _text("page.css")

PARTS: dict[str, dict[str, Any]] = {
    "layer": {"js": _script("layer")},
    "viewer": _part("viewer", "viewer.css"),
    "choices": {"js": _script("choices")},
    "gone": _part("gone", "gone.css"),
    "mark": _part("mark", "mark.css"),
    "training": _part("training", "viewer.css", "training.css"),
    "health": _part("health", "viewer.css", "health.css"),
    "plane": _part("plane", "viewer.css", "plane.css"),
    "hearing": _part("hearing", "viewer.css", "hearing.css"),
    "projection": _part("projection", "viewer.css", "plane.css"),
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
    "words_layer",
]
