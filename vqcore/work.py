"""Long work that pauses often, so that whoever waits can show progress, or stop waiting."""

from __future__ import annotations

from collections.abc import Generator
from typing import TypeVar

Result = TypeVar("Result")

Work = Generator[None, None, Result]
"""Yields None many times a second; its return value is the result. Closing it stops the work."""


def finish(work: Work[Result]) -> Result:
    """Do all the work at once.

    Examples
    --------
    >>> def counting():
    ...     yield
    ...     return 2
    >>> finish(counting())
    2
    """
    while True:
        try:
            next(work)
        except StopIteration as end:
            result: Result = end.value
            return result
