"""Files written whole, or not at all."""

from __future__ import annotations

import os
from contextlib import suppress
from pathlib import Path


def write_whole(path: Path, data: bytes) -> None:
    """Write beside the target and rename, so that a half-written file is never seen."""
    beside = path.parent / f".vqcore-{os.getpid()}"
    try:
        beside.write_bytes(data)
        os.replace(beside, path)
    except OSError as error:
        raise OSError(error.errno, error.strerror, str(path)) from error
    finally:
        with suppress(OSError):
            beside.unlink()
