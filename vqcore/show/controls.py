"""Controls: their words as keywords of Streamlit's, and what their state holds."""

from __future__ import annotations

from collections.abc import MutableMapping, Sequence
from typing import Any

from vqcore.coding.codec import Settings
from vqcore.show.words import has, say

State = MutableMapping[Any, Any]
"""What the controls hold, by their keys."""


def control(name: str) -> dict[str, Any]:
    """Return the words of a control, and what puts it into the address."""
    return {**unbound(name), "bind": "query-params"}


def unbound(name: str) -> dict[str, Any]:
    """Return the words of a control that the address does not know."""
    told = f"control.{name}.help"
    words = {"label": say(f"control.{name}.label"), "help": say(told) if has(told) else None}
    return {**words, "key": name}


def choice(name: str) -> dict[str, Any]:
    """Return the words of a control whose choices have ids, by which the address knows them.

    It keeps its choice while it is not on the page.
    """
    kept = {"format_func": lambda it: say(f"{name}.{it}"), "persist_state": "session"}
    return {**unbound(name), **kept}


def keep_valid(state: State, key: str, options: Sequence[Any], default: Any) -> None:
    """Replace what a control holds when it is no longer, or never was, one of its options."""
    if key in state and state[key] not in options:
        state[key] = default


def _rules_of(settings: Settings) -> dict[str, Any]:
    if not (rules := settings.rules):
        return {}
    names = "apart", "epsilon", "iterations", "empty", "restarts", "distance"
    return {"begin": rules.start, **{name: getattr(rules, name) for name in names}}


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
