"""Files written whole, or not at all."""

from __future__ import annotations

import errno
import os
from collections.abc import Iterator
from contextlib import contextmanager, suppress
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
    with _beside(path, mark) as beside:
        beside.write_bytes(data)
        os.replace(beside, path)


def check_writable(path: Path) -> None:
    """Raise the OSError that writing a file whole would end with, before there is what to write."""
    with _beside(path) as beside:
        beside.touch()
        if path.is_dir():
            raise OSError(errno.EISDIR, os.strerror(errno.EISDIR))


@contextmanager
def _beside(path: Path, mark: str = "") -> Iterator[Path]:
    """Give a path beside another, and leave nothing there; errors name the other."""
    beside = path.parent / f"{beside_name(mark)}{uuid4().hex}"
    try:
        yield beside
    except OSError as error:
        raise OSError(error.errno, error.strerror, str(path)) from error
    finally:
        with suppress(OSError):
            beside.unlink()
