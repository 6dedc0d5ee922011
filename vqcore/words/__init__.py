"""The words on screen, by id, in one file a language: `en.toml`, `zh.toml`.

An id is the way to a text through the file's tables: "control.block.label". A text has fields, as
`str.format` has them, for numbers and names: "{psnr_db:.2f} dB". One that changes with a number is
a table of its plural forms, as English has them, and goes by the field `n`:

    [count]
    block = { one = "{n} block", other = "{n} blocks" }

What is found out once and read by many, a refusal above all, is `said`: an id and its fields, put
into words when it is read.

A language is a file beside this one with the same ids. "test" is made of English, each word in
brackets, to find on screen what escaped the catalog.
"""

from __future__ import annotations

import math
import re
import tomllib
from collections.abc import Callable, Mapping
from contextvars import ContextVar
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any, TypeVar

FOLDER = Path(__file__).parent
LANGUAGES = tuple(sorted(file.stem for file in FOLDER.glob("*.toml")))
DEFAULT, TEST = "en", "test"

Made = TypeVar("Made")


def _english() -> str:
    return DEFAULT


_language_now: Callable[[], str] = _english
_kept: ContextVar[str | None] = ContextVar("kept", default=None)


def speak(language_now: Callable[[], str]) -> None:
    """Let words be those of the language that a function returns, from now on."""
    global _language_now
    _language_now = language_now


def language() -> str:
    """Return the language spoken now; English where another is unknown."""
    wanted = _kept.get() or _language_now()
    return wanted if wanted in (*LANGUAGES, TEST) else DEFAULT


def kept(make: Callable[[], Made]) -> Callable[[], Made]:
    """Return what makes the same, wherever it is run, in the language spoken now."""
    now = language()

    def in_that_language() -> Made:
        before = _kept.set(now)
        try:
            return make()
        finally:
            _kept.reset(before)

    return in_that_language


def tag() -> str:
    """Return the language spoken now as browsers know it: words in brackets are English."""
    return say("language.tag") if language() != TEST else catalog(DEFAULT)["language.tag"]


def own_name(wanted: str) -> str:
    """Return what a language calls itself."""
    return catalog(wanted)["language.name"]


def best_for(locale: str | None) -> str:
    """Return the language for who reads a locale as browsers have it; English where it is unknown.

    Examples
    --------
    >>> best_for("en-GB"), best_for("xx"), best_for(None)
    ('en', 'en', 'en')
    """
    own = (locale or "").partition("-")[0].lower()
    return own if own in LANGUAGES else DEFAULT


def say(name: str, /, **fields: Any) -> str:
    """Return the text of an id, with its fields filled in.

    Raises
    ------
    KeyError
        If there is no such text, or a field is missing.

    Examples
    --------
    >>> say("count.block", n=1), say("count.block", n=36864).replace("\\u202f", "_")
    ('1 block', '36_864 blocks')
    """
    texts = catalog(language())
    if name not in texts:
        name = f"{name}.{'one' if fields['n'] == 1 else 'other'}"
    return texts[name].format(**{field: _told(it) for field, it in fields.items()})


@dataclass(frozen=True)
class Said:
    """A text of the catalog that is put into words when it is read, in the language spoken then.

    Parameters
    ----------
    name : its id
    fields : what it is filled in with, by name; another Said comes into the same language
    """

    name: str
    fields: tuple[tuple[str, Any], ...]

    def __str__(self) -> str:
        return say(self.name, **dict(self.fields))


def said(name: str, /, **fields: Any) -> Said:
    """Return the text of an id as `say` would say it, to be read later.

    Examples
    --------
    >>> later = said("count.block", n=2)
    >>> str(later), later == said("count.block", n=2)
    ('2 blocks', True)
    """
    return Said(name, tuple(fields.items()))


def why(error: BaseException) -> Said | str:
    """Return what an error says: to be read later, if it was said so.

    Examples
    --------
    >>> print(why(ValueError(said("count.block", n=1))), why(OSError("no such file")), sep=", ")
    1 block, no such file
    """
    first = next(iter(error.args), None)
    return first if isinstance(first, Said) else str(error)


def has(name: str) -> bool:
    """Tell whether there is a text of an id."""
    return name in catalog(language())


def texts(*rooms: str) -> dict[str, str]:
    """Return the texts of some rooms, by id, for the page."""
    return {
        name: text for name, text in catalog(language()).items() if name.partition(".")[0] in rooms
    }


@cache
def catalog(wanted: str) -> Mapping[str, str]:
    """Return every text of a language by id."""
    if wanted == TEST:
        return {name: bracketed(text) for name, text in catalog(DEFAULT).items()}
    read = tomllib.loads((FOLDER / f"{wanted}.toml").read_text(encoding="utf-8"))
    return dict(_flat("", read))


def bracketed(text: str) -> str:
    """Put each word of a text in brackets, but not its fields.

    Examples
    --------
    >>> bracketed("{n} blocks of {size:.2f} dB")
    '{n} [blocks] [of] {size:.2f} [dB]'
    """
    return re.sub(r"(\{[^}]*\})|([^\W\d_]+)", lambda it: it[1] or f"[{it[2]}]", text)


def _flat(way: str, tables: Mapping[str, Any]) -> list[tuple[str, str]]:
    found = list[tuple[str, str]]()
    for name, value in tables.items():
        found += [(way + name, value)] if isinstance(value, str) else _flat(f"{way}{name}.", value)
    return found


def _told(value: Any) -> Any:
    """Let numbers, and names one after another, be written as they stand in texts."""
    if type(value) is int:
        return Grouped(value)
    if isinstance(value, tuple) and all(isinstance(each, str) for each in value):
        return say("between.names").join(map(str, value))
    return Real(value) if isinstance(value, float) else value


class Grouped(int):
    """A whole number that is written with its digits in threes, if nothing else is asked for."""

    def __format__(self, spec: str) -> str:
        if spec:
            return int(self).__format__(spec)
        return f"{int(self):,}".replace(",", "\N{NARROW NO-BREAK SPACE}")


class Real(float):
    """A number that is written as a sign if it is infinite."""

    def __format__(self, spec: str) -> str:
        if math.isinf(self):
            return "∞" if self > 0 else "−∞"
        return float(self).__format__(spec)
