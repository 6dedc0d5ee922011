"""Files written whole, or not at all."""

from __future__ import annotations

import os
from contextlib import suppress
from pathlib import Path
from uuid import uuid4


def beside_name(mark: str) -> str:
    """Return how the name of a file begins that is not yet whole."""
    return f".vqcore-{mark}-"


def write_whole(path: Path, data: bytes, mark: str = "") -> None:
    """Write beside the target and rename, so that a half-written file is never seen.

    The name of the file beside is nobody else's, on this machine or another, and has the mark in
    it: whoever ends a process that writes can find by it what is left.
    """
    beside = path.parent / f"{beside_name(mark)}{uuid4().hex}"
    try:
        beside.write_bytes(data)
        os.replace(beside, path)
    except OSError as error:
        raise OSError(error.errno, error.strerror, str(path)) from error
    finally:
        with suppress(OSError):
            beside.unlink()
