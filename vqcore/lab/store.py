"""What was found out is kept, in bounded memory, and nothing is found out twice.

A `Question` says under which name its answer is kept and how to find out; `answering` answers those
whose answers are not there. It yields signs of life, and None when an answer is kept; closing it
stops the work.
"""

from __future__ import annotations

import sys
from collections import OrderedDict
from collections.abc import Callable, Generator, Hashable, Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from functools import partial
from threading import RLock
from typing import Any, TypeVar

import numpy as np

from vqcore.work import Work, mapped

Result = TypeVar("Result")
Key = tuple[Hashable, ...]

_MISSING: Any = object()


class Store:
    """Values by their kind and key; of too many bytes, those go that were used longest ago.

    Many threads may use it at once. What is in it is given back as it is, never copied: whoever
    gets it leaves it as it is.
    """

    def __init__(self, most_bytes: int) -> None:
        """Keep at most so many bytes, or a single value that has more."""
        self.most_bytes = most_bytes
        self._values: OrderedDict[Key, tuple[Any, int]] = OrderedDict()
        self._bytes = 0
        self._lock = RLock()

    @property
    def bytes(self) -> int:
        """Return how many bytes are kept."""
        return self._bytes

    def has(self, kind: str, key: Key) -> bool:
        return (kind, *key) in self._values

    def find(self, kind: str, key: Key, default: Any = None) -> Any:
        """Return what is kept, or the default."""
        with self._lock:
            if (kind, *key) not in self._values:
                return default
            self._values.move_to_end((kind, *key))
            return self._values[kind, *key][0]

    def keep(self, kind: str, key: Key, value: Result) -> Result:
        """Keep a value, and return it; or, if another was quicker, that one."""
        size = bytes_of(value)
        with self._lock:
            known: Result = self.find(kind, key, value)
            if known is value:
                self._values[kind, *key] = value, size
                self._bytes += size
                self._forget()
        return known

    def once(self, kind: str, key: Key, make: Callable[[], Result]) -> Result:
        """Return what is kept, or make and keep it."""
        known: Result = self.find(kind, key, _MISSING)
        return self.keep(kind, key, make()) if known is _MISSING else known

    def _forget(self) -> None:
        while self._bytes > self.most_bytes and len(self._values) > 1:
            _, (_, freed) = self._values.popitem(last=False)
            self._bytes -= freed


def bytes_of(value: object) -> int:
    """Return about how many bytes a value takes, with all it holds.

    Examples
    --------
    >>> bytes_of([np.zeros(1000, np.uint8), bytes(500)]) // 100
    17
    """
    return _bytes_of(value, set())


def _bytes_of(value: object, seen: set[int]) -> int:
    if id(value) in seen:
        return 0
    seen.add(id(value))
    if isinstance(value, np.ndarray):
        return sys.getsizeof(value) if value.base is None else 128 + _bytes_of(value.base, seen)
    return sys.getsizeof(value) + sum(_bytes_of(each, seen) for each in _held(value))


def _held(value: object) -> Iterable[object]:
    """Return what a value holds: the items of a container, the fields of an object."""
    if isinstance(value, Mapping):
        return [*value.keys(), *value.values()]
    if isinstance(value, list | tuple | set | frozenset):
        return value
    return vars(value).values() if hasattr(value, "__dict__") and not callable(value) else ()


@dataclass(frozen=True)
class Sign:
    """A sign of life: the share that is done, and what is being done, to be worded by its id.

    Parameters
    ----------
    share : from 0 to 1
    doing : an id, such as "training"
    facts : by name, such as the size
    picture : its name, where others are worked on as well
    family : its id, where others are worked on as well
    """

    share: float
    doing: str
    facts: Mapping[str, Any] = field(default_factory=dict)
    picture: str = ""
    family: str = ""


Pieces = Generator[Sign | None]


@dataclass(frozen=True, eq=False)
class Question:
    """Something to find out once.

    Parameters
    ----------
    kind, key : under which the answer is kept
    work : begins the work that finds out
    doing, facts : what to say meanwhile, as in `Sign`
    """

    kind: str
    key: Key
    work: Callable[[], Work[Any]]
    doing: str
    facts: Mapping[str, Any] = field(default_factory=dict)


def answering(store: Store, questions: Iterable[Question]) -> Pieces:
    """Answer, in their order, the questions whose answers are not kept yet."""
    every = list(questions)
    for place, question in enumerate(every):
        if not store.has(question.kind, question.key):
            sign = Sign(place / len(every), question.doing, question.facts)
            answer = yield from mapped(question.work(), partial(_same, sign))
            store.keep(question.kind, question.key, answer)
            yield None


def _same(sign: Sign, _: object) -> Sign:
    return sign


def first_of(events: Iterator[Any], is_it: Callable[[Any], object]) -> Work[Any]:
    """Return the first of further events that is it, or None, pausing at each other."""
    for event in events:
        if is_it(event):
            return event
        yield
    return None
