"""A turn of work: until there is something new to show, and time is up."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from contextlib import closing
from time import monotonic

from vqcore.codebooks.training import Progress
from vqcore.lab.store import Pieces, Sign
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
