"""A turn of work: until there is something new to show, and time is up, or to the end."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from contextlib import closing
from dataclasses import replace
from math import inf
from time import monotonic
from typing import Any

from vqcore.codebooks.training import Progress
from vqcore.lab.store import Pieces, Question, Sign, Store, answering
from vqcore.lab.study import Study, sign_of, take
from vqcore.lab.sweeps import SHOWN_FIRST, Preview, Step


def sweep_on(
    study: Study,
    events: Iterator[Progress | Preview | Step],
    seconds: float,
    *,
    tell: Callable[[Sign], None],
    show: Callable[[Preview | Step], None],
) -> None:
    """Go on with a sweep until its end, or a size worth a look when time is up.

    Parameters
    ----------
    study : takes what is done
    events : of its sweep
    seconds : until time is up
    tell : takes signs of life
    show : takes each size, once as a preview and once measured
    """
    start = monotonic()
    for event in events:
        if isinstance(event, Progress):
            tell(sign_of(study, event))
            continue
        size = take(study, event)
        show(event)
        if size >= SHOWN_FIRST and monotonic() - start > seconds:
            return


def work_on(everything: Iterable[Pieces], seconds: float, *, tell: Callable[[Sign], None]) -> bool:
    """Work one after the other until the end, or a piece when time is up; say if there is any.

    Parameters
    ----------
    everything : what was begun of it is closed
    seconds : until time is up
    tell : takes signs of life
    """
    start = monotonic()
    anything = False
    for pieces in everything:
        with closing(pieces):
            for sign in pieces:
                if sign:
                    tell(sign)
                    continue
                anything = True
                if monotonic() - start > seconds:
                    return True
    return anything


def answered(store: Store, question: Question, tell: Callable[[Sign], object]) -> Any:
    """Return the answer to a question, after the work that finds out if it is not kept.

    Parameters
    ----------
    store, question
    tell : takes signs of life; nobody knows how far the work is, so each says half
    """
    for sign in answering(store, [question]):
        if sign:
            tell(replace(sign, share=0.5))
    return store.find(question.kind, question.key)


def seldom(tell: Callable[[Sign], object], seconds: float) -> Callable[[Sign], None]:
    """Let signs of life through, but none within so many seconds of another."""
    last = -inf

    def tell_seldom(sign: Sign) -> None:
        nonlocal last
        if monotonic() - last >= seconds:
            last = monotonic()
            tell(sign)

    return tell_seldom
