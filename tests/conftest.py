"""The order of tests: those with a browser among the others, and not all of them at once."""

from itertools import groupby
from pathlib import Path

import pytest

BROWSER = Path(__file__).with_name("browser")


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Spread modules with a browser evenly: while one waits, the others have the processors."""
    modules = [list(group) for _, group in groupby(items, key=lambda item: item.path)]
    visits = [module for module in modules if needs_browser(module)]
    others = [module for module in modules if not needs_browser(module)]
    items[:] = [item for module in spread(visits, others) for item in module]


def needs_browser(module: list[pytest.Item]) -> bool:
    return module[0].path.is_relative_to(BROWSER)


def spread(few: list[list[pytest.Item]], many: list[list[pytest.Item]]) -> list[list[pytest.Item]]:
    """Put a few modules between many, each after as many tests as the one before."""
    all_tests, passed, ordered, left = sum(map(len, many)), 0, [], list(few)
    for module in many:
        while left and passed * len(few) >= all_tests * (len(few) - len(left)):
            ordered.append(left.pop(0))
        ordered.append(module)
        passed += len(module)
    return [*ordered, *left]
