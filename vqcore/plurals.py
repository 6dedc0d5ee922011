"""A noun as it stands after a number."""

from __future__ import annotations


def noun(number: float, singular: str) -> str:
    """Return a noun as it stands after a number.

    Examples
    --------
    >>> noun(1, "block"), noun(0, "block"), noun(2, "colour")
    ('block', 'blocks', 'colours')
    """
    return singular if number == 1 else f"{singular}s"
