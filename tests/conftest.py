"""What tests of several folders ask for by name, and the order of all."""

from collections.abc import Iterator
from itertools import groupby
from pathlib import Path

import pytest

File = list[pytest.Item]

collect_ignore = ["conftest.py"]  # it has no examples, and browser/ has one of that name
PAGES = Path(__file__).with_name("browser")


def pytest_collection_modifyitems(items: File) -> None:
    """Spread files that visit pages over the others, or else one process has all the longest."""
    files = [list(file) for _, file in groupby(items, lambda item: item.path)]
    of_pages = [file for file in files if file[0].path.parent == PAGES]
    others = [file for file in files if file[0].path.parent != PAGES]
    spread = sorted([*_placed(of_pages), *_placed(others)], key=lambda placed: placed[0])
    items[:] = [item for _, file in spread for item in file]


def _placed(files: list[File]) -> Iterator[tuple[float, File]]:
    """Yield which share of all tests is before each file, and the file."""
    before, total = 0, sum(map(len, files))
    for file in files:
        yield before / total, file
        before += len(file)


@pytest.fixture
def in_this_process(monkeypatch: pytest.MonkeyPatch) -> None:
    """Let scikit-learn's trainers work here: for a process of its own it is loaded anew, a second.

    That processes are begun and ended as they should, and bring what was trained, is tried in
    codebooks/test_training.py.
    """
    here = "vqcore.codebooks.training.in_another_process"
    monkeypatch.setattr(here, lambda fits, *given: fits(*given))
