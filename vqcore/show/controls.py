"""Controls: their words and facts as keywords of Streamlit's, and what their state holds."""

from __future__ import annotations

from collections.abc import Mapping, MutableMapping, Sequence
from typing import Any

from vqcore.codebooks.textbook import MAX_RESTARTS, Rules
from vqcore.coding.codec import Settings
from vqcore.show.links import CHOICES, DEFAULTS, is_endless
from vqcore.show.wording import codec_name, plain, sound_name
from vqcore.signals.blocks import MAX_BLOCK_SIZE
from vqcore.signals.frames import DIMENSIONS
from vqcore.signals.points import MAX_DIMENSION, MAX_VECTORS
from vqcore.words import has, say

State = MutableMapping[Any, Any]
"""What the controls hold, by their keys."""

FIRST_BLOCK_SIZE = 4


def _height(height: int) -> str:
    return str(height) if height else say("control.height.same")


def _voice(name: str) -> str:
    return plain(sound_name(name))


def _codewords(name: str | None) -> str:
    return name or say("begin.typed")


FACTS: Mapping[str, Mapping[str, Any]] = {
    # how to quantize
    "block": {"min_value": 1, "max_value": MAX_BLOCK_SIZE, "value": FIRST_BLOCK_SIZE},
    "height": {"options": range(MAX_BLOCK_SIZE + 1), "value": 0, "format_func": _height},
    "colour": {"required": True},
    "largest": {"options": [2**power for power in range(1, 13)], "value": 1024},
    "seed": {"value": 0, "min_value": 0, "max_value": 2**31 - 1},
    "rate": {"options": [0, 10, 20, 50, 100, 200, 500, 1000, 2000, 5000], "value": 0},
    # points
    "lang": {"required": True, "label_visibility": "collapsed"},
    "signal": {"required": True, "label_visibility": "collapsed"},
    "count": {"value": 100_000, "min_value": 1, "max_value": MAX_VECTORS, "step": 1000},
    "dimension": {"value": 2, "min_value": 1, "max_value": MAX_DIMENSION},
    "correlation": {"value": 0.9, "min_value": -0.999, "max_value": 0.999, "step": 0.1},
    "draw": {"value": 0, "min_value": 0, "max_value": 2**31 - 1},
    "point-panel": {"required": True, "label_visibility": "collapsed"},
    "measure": {"required": True, "label_visibility": "collapsed"},
    "bits": {"width": 180},
    # sounds
    "sound-rate": {"required": True},
    "sound": {"format_func": sound_name},
    "samples": {"options": DIMENSIONS, "value": 4},
    "lender": {"format_func": sound_name, "width": 280},
    "sound-panel": {"required": True, "label_visibility": "collapsed"},
    "sound-kind": {"required": True},
    "spectral-frames": {"required": True},
    "spectral-panel": {"required": True, "label_visibility": "collapsed"},
    "sound-axis": {"required": True, "label_visibility": "collapsed"},
    "voices": {"selection_mode": "multi", "wrap": True, "persist_state": "session"}
    | {"format_func": _voice},
    # by the book
    "given": {"format_func": _codewords},
    "apart": {"value": Rules.apart, "min_value": 0.01, "max_value": 255.0},
    "epsilon": {"value": Rules.epsilon, "min_value": 0.0, "step": 0.001, "format": "%g"},
    "iterations": {"value": Rules.iterations, "min_value": 0},
    "restarts": {"value": Rules.restarts, "min_value": 1, "max_value": MAX_RESTARTS},
    # in the panels
    "panel": {"required": True, "label_visibility": "collapsed"},
    "beside": {"selection_mode": "multi", "wrap": True, "format_func": codec_name},
    "families": {"required": True},
    "likeness": {"required": True, "label_visibility": "collapsed"},
    "axis": {"required": True, "label_visibility": "collapsed"},
    "target": {"width": 180},
    "value": {"value": 20.0, "min_value": 0.0, "width": 140},
    "size": {"width": 180},
    "inside": {"selection_mode": "multi"},
    "inside-sounds": {"selection_mode": "multi", "format_func": sound_name},
    "other": {"width": 280},
    "collection-source": {"required": True},
    "collection-folder": {"width": 420, "persist_state": "session"},
    "collection-pass": {"persist_state": "session"},
    "start": {"required": True},
}
"""Control -> what it offers, begins with and looks like, where that is always the same."""


CALLED = (*DEFAULTS, *(name for name, facts in FACTS.items() if "format_func" in facts))
"""Controls whose choices are called otherwise in another language."""


RULES = ("apart", "epsilon", "iterations", "empty", "restarts", "distance")
"""Controls of a training by the book that are called as its rules are."""


def control(name: str, /, **fields: str) -> dict[str, Any]:
    """Return the words and facts of a control, and what puts it into the address.

    Parameters
    ----------
    name
    fields : what its words are filled with
    """
    return {**unbound(name, **fields), "bind": "query-params"}


def unbound(name: str, /, **fields: str) -> dict[str, Any]:
    """Return the words and facts of a control that the address does not know."""
    words = {"label": say(f"control.{name}.label", **fields)}
    if has(f"control.{name}.help"):
        words["help"] = say(f"control.{name}.help")
    if has(f"control.{name}.placeholder"):
        words["placeholder"] = say(f"control.{name}.placeholder", **fields)
    return {**words, "key": name, **FACTS.get(name, {})}


def number(name: str, address: Mapping[str, str]) -> dict[str, Any]:
    """Return what `control` does, but not bound to an address where the number has no end.

    Streamlit breaks at such a number.

    Parameters
    ----------
    name
    address : the parameters of the page's
    """
    return unbound(name) if is_endless(address.get(name, "")) else control(name)


def choice(name: str, options: Sequence[str] | None = None) -> dict[str, Any]:
    """Return the words and facts of a control whose choices have ids, as the address knows them.

    It keeps its choice while it is not on the page.

    Parameters
    ----------
    name
    options : those there are, if not those of `CHOICES`
    """
    ids = CHOICES[name] if options is None else options
    kept = {"format_func": lambda it: say(f"{name}.{it}"), "persist_state": "session"}
    return {"options": list(ids), **kept, **unbound(name)}


def size_choice(key: str, sizes: Sequence[int], wanted: int) -> dict[str, Any]:
    """Return the words and facts of a choice of K, at first the one wanted or else the largest.

    Parameters
    ----------
    key : of the control, which is one of several for K
    sizes : those there are, ascending
    wanted : the K to begin with
    """
    first = sizes.index(wanted) if wanted in sizes else len(sizes) - 1
    own = unbound(key) if has(f"control.{key}.label") else {}
    return control("size") | own | {"key": key, "options": sizes, "index": first}


def keep_valid(state: State, key: str, options: Sequence[Any], default: Any) -> None:
    """Replace what a control holds when it is no longer, or never was, one of its options."""
    if key in state and state[key] not in (default, *options):
        state[key] = default


def _rules_of(settings: Settings) -> dict[str, Any]:
    if not (rules := settings.rules):
        return {}
    weights = " ".join(f"{weight:g}" for weight in rules.weights)
    values = {name: getattr(rules, name) for name in RULES}
    return {"begin": rules.start, **values, "weights": weights}


def values_of(settings: Settings, is_gray: bool) -> dict[str, Any]:
    """Return what the controls hold when settings are chosen; a gray picture has no colour."""
    colour = {} if is_gray else {"colour": settings.colour}
    return {
        **colour,
        **_rules_of(settings),
        **settings.options_by_name,
        "family": settings.family,
        "block": settings.block_size.width,
        "height": 0 if settings.block_size.is_square else settings.block_size.height,
        "trainer": settings.trainer,
        "seed": settings.seed,
        "rate": settings.rate_weight,
        "smooth": settings.smoothing,
    }
