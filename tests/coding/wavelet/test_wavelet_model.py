"""Tests of what is shipped: how large it is, that it comes along, and when it is loaded."""

import subprocess
import sys
import tomllib
from fnmatch import fnmatch
from pathlib import Path

import pytest

from vqcore.coding.wavelet.model import PLACE

ROOT = Path(__file__).parents[3]
MOST_BYTES = 450_000

LOADED = """
from pathlib import Path
import numpy as np
import vqcore
from vqcore.coding.wavelet.model import shipped
pixels = np.arange(192, dtype=np.uint8).reshape(8, 8, 3)
encoded = vqcore.encode(pixels, 4, family={family!r})
vqcore.decode(vqcore.parse(vqcore.pack(encoded)))
print(shipped.cache_info().currsize)
"""


def test_it_is_small() -> None:
    assert PLACE.stat().st_size <= MOST_BYTES


def test_it_is_part_of_the_package() -> None:
    settings = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))
    patterns = settings["tool"]["setuptools"]["package-data"]["*"]
    for name in (PLACE.name, "model.md"):
        assert any(fnmatch(name, pattern) for pattern in patterns)


@pytest.mark.parametrize(("family", "times"), [("plain", 0), ("wavelet", 1)])
def test_it_is_loaded_when_first_needed(family: str, times: int) -> None:
    command = [sys.executable, "-c", LOADED.format(family=family)]
    done = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=True)
    assert int(done.stdout) == times
