"""The imports run one way, read from the source of every module."""

import ast
import re
import sys
from collections.abc import Iterator
from functools import cache
from graphlib import TopologicalSorter
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[1]

# A floor imports only from those before its own; inside a floor there is no circle.
GROUND = ["work", "metrics", "words", "refusals", "plurals", "arrays", "files", "version"]
FLOORS = ["signals", "codebooks", "quantizers", "estimator", "coding", "lab", "archive", "api"]
FLOORS += ["show", "viewer", "commands", "cli", "app"]
RANK = dict.fromkeys(GROUND, 0) | {floor: rank for rank, floor in enumerate(FLOORS, 1)}
PACKAGES = {"sklearn": "scikit-learn", "skimage": "scikit-image", "PIL": "pillow"}
PACKAGES |= {"pillow_heif": "pillow-heif"}
NUMERICAL = {"numpy", "scipy", "sklearn", "skimage", "PIL", "constriction", "plotly"}


def module_of(path: Path) -> str:
    """Return a file's name as imports say it: ``vqcore.lab.study``, ``vqcore.viewer``, ``app``."""
    return ".".join(path.relative_to(ROOT).with_suffix("").parts).removesuffix(".__init__")


FILES = [ROOT / "app.py", *sorted((ROOT / "vqcore").rglob("*.py"))]
MODULES = {module_of(path) for path in FILES}


def imports_of(source: str) -> set[str]:
    """Return what a module imports anywhere: ``vqcore.signals.blocks``, ``numpy``, ``vqcore``."""
    return set(_imports(ast.parse(source)))


def _imports(tree: ast.AST) -> Iterator[str]:
    for node in ast.walk(tree):
        if isinstance(node, ast.Import):
            yield from (_shortened(alias.name) for alias in node.names)
        elif isinstance(node, ast.ImportFrom):
            assert node.level == 0, "a relative import"
            # `from vqcore.show import plots` names a module, `from vqcore import train` a function
            names = {f"{node.module}.{alias.name}" for alias in node.names}
            yield from names & MODULES
            if names - MODULES:
                yield _shortened(node.module)
        elif isinstance(node, ast.Call) and _name(node.func) in ("import_module", "__import__"):
            assert isinstance(node.args[0], ast.Constant), "an import that cannot be read"
            yield _shortened(node.args[0].value)


def _name(function: ast.expr) -> str:
    return getattr(function, "id", getattr(function, "attr", ""))


def _shortened(name: str) -> str:
    return name if name.startswith("vqcore") else name.split(".")[0]


def floor_of(module: str) -> str:
    """Return where a module stands: its folder in vqcore, or itself."""
    parts = module.split(".")
    return parts[1] if parts[0] == "vqcore" and len(parts) > 1 else parts[0]


@cache
def imported(path: Path) -> set[str]:
    return imports_of(path.read_text(encoding="utf-8"))


@pytest.mark.parametrize(
    ("source", "expected"),
    [
        ("import numpy as np", {"numpy"}),
        ("import numpy.linalg, os.path", {"numpy", "os"}),
        ("from vqcore.show import exports, plots", {"vqcore.show.exports", "vqcore.show.plots"}),
        ("from vqcore import metrics, train", {"vqcore.metrics", "vqcore"}),
        ("from vqcore.signals.blocks import COLOURS", {"vqcore.signals.blocks"}),
        ("from vqcore.viewer.payload import x", {"vqcore.viewer.payload"}),
        ("import vqcore.lab.sweeps", {"vqcore.lab.sweeps"}),
        ("def f():\n    from streamlit import cache_data", {"streamlit"}),
        ("import_module('skimage.data')", {"skimage"}),
        ("importlib.import_module('plotly.io')", {"plotly"}),
        ("x = 'import numpy'", set()),
    ],
)
def test_imports_are_read_from_the_source(source: str, expected: set[str]) -> None:
    assert imports_of(source) == expected


def test_every_module_stands_on_a_floor() -> None:
    found = {floor_of(module) for module in MODULES} - {"vqcore", "__main__"}
    assert {"app", "signals", "codebooks", "lab", "cli", "viewer"} <= found <= RANK.keys()


def test_imports_run_one_way() -> None:
    assert not [path for path in FILES if above(path)]


def above(path: Path) -> set[str]:
    """Return what a file imports from floors above its own."""
    own = {name for name in imported(path) if name.startswith("vqcore.")}
    rank = RANK.get(floor_of(module_of(path)), len(RANK))
    return {name for name in own if RANK[floor_of(name)] > rank}


def test_no_floor_has_a_circle() -> None:
    tuple(TopologicalSorter({module_of(path): imported(path) for path in FILES}).static_order())


def test_only_those_outside_import_the_package_as_a_whole() -> None:
    assert {path.name for path in FILES if "vqcore" in imported(path)} <= {"app.py"}


def test_the_package_as_a_whole_leaves_plots_and_commands_alone() -> None:
    floors = {floor_of(module) for module in imported(ROOT / "vqcore" / "__init__.py")}
    assert not floors & {"show", "viewer", "commands", "cli"}


def test_only_the_app_imports_streamlit() -> None:
    assert [path.name for path in FILES if "streamlit" in imported(path)] == ["app.py"]


def test_only_plots_import_plotly() -> None:
    plots = {f"vqcore.show.{name}plots" for name in ("", "point", "sound", "band", "collection")}
    assert {module_of(path) for path in FILES if "plotly" in imported(path)} == plots


def test_clusters_and_addresses_have_one_module_each() -> None:
    own = {"distributed": "ondask", "dask": "ondask", "fsspec": "places"}
    found = {it: {module_of(path) for path in FILES if _loads(path, it)} for it in own}
    assert found == {it: {f"vqcore.archive.{name}"} for it, name in own.items()}


def _loads(path: Path, package: str) -> bool:
    return any(name.split(".")[0] == package for name in imported(path))


def test_the_app_does_no_mathematics() -> None:
    assert not imported(ROOT / "app.py") & NUMERICAL


def test_what_is_imported_is_required() -> None:
    required = re.findall(r"^[\w-]+", (ROOT / "requirements.txt").read_text(), re.MULTILINE)
    required += ["pillow-heif", "av"]  # extras: without each one kind of file is refused
    required += ["dask", "distributed", "fsspec"]  # without these there are this machine's alone
    every = {name.split(".")[0] for path in FILES for name in imported(path)}
    outside = every - {"vqcore"} - sys.stdlib_module_names
    assert {PACKAGES.get(name, name) for name in outside} <= set(required)


def test_the_plan_of_the_house_names_every_room() -> None:
    plan = (ROOT / "vqcore" / "README.md").read_text(encoding="utf-8")
    rooms = [path for path in FILES if path.parent != ROOT and not path.name.startswith("__")]
    assert not [path for path in rooms if path.name not in plan]
