"""The imports run one way, read from the source of every module."""

import ast
import re
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[1]

# A module imports only from the rows above its own; what is not yet there has its place already.
ROWS = [
    ["work", "refusals", "depths", "plurals"],
    ["colourprofiles", "tiffpage", "netpbm"],
    ["tiff", "pngchunks"],
    ["pictures", "metrics", "comparison", "ycbcr"],
    ["blocks", "codebook"],
    ["sketch"],
    ["training", "entropy", "codebookfile"],
    ["codec", "plane"],
    ["container", "rateaware"],
    ["sweep", "rivals", "wording", "heldout", "provenance"],
    ["curves", "batch", "targets", "playback", "contest", "sharing", "health", "uploads"],
    ["study"],
    ["exports", "plots", "tables", "viewer"],
    ["report", "reproduce"],
    ["downloads"],
    ["cli"],
    ["app"],
]
RANK = {name: rank for rank, row in enumerate(ROWS) for name in row}
PACKAGES = {"sklearn": "scikit-learn", "skimage": "scikit-image", "PIL": "pillow"}
PACKAGES |= {"pillow_heif": "pillow-heif"}
NUMERICAL = {"numpy", "scipy", "sklearn", "skimage", "PIL", "constriction", "plotly"}


def imports_of(source: str) -> set[str]:
    """Return what a module imports anywhere: ``vqcore.blocks``, ``numpy``, ``vqcore`` itself."""
    return set(_imports(ast.parse(source)))


def _imports(tree: ast.AST) -> Iterator[str]:
    for node in ast.walk(tree):
        if isinstance(node, ast.Import):
            yield from (_shortened(alias.name) for alias in node.names)
        elif isinstance(node, ast.ImportFrom):
            assert node.level == 0, "a relative import"
            # `from vqcore import plots` names a module, `from vqcore import train` the package
            names = {f"{node.module}.{alias.name}" for alias in node.names}
            modules = {name for name in names if name.partition(".")[2] in RANK}
            inside = modules if node.module == "vqcore" else set()
            yield from inside
            if inside != names:
                yield _shortened(node.module)
        elif isinstance(node, ast.Call) and _name(node.func) in ("import_module", "__import__"):
            assert isinstance(node.args[0], ast.Constant), "an import that cannot be read"
            yield _shortened(node.args[0].value)


def _name(function: ast.expr) -> str:
    return getattr(function, "id", getattr(function, "attr", ""))


def _shortened(name: str) -> str:
    parts = name.split(".")
    return ".".join(parts[: 2 if parts[0] == "vqcore" else 1])


def module_name(path: Path) -> str:
    """Return the name in the rows: that of the file, or of the folder inside vqcore."""
    parts = path.relative_to(ROOT).with_suffix("").parts
    return parts[1] if parts[0] == "vqcore" else parts[0]


FILES = [ROOT / "app.py", *sorted((ROOT / "vqcore").rglob("*.py"))]
IMPORTS = {path: imports_of(path.read_text(encoding="utf-8")) for path in FILES}
EACH = pytest.mark.parametrize("path", FILES, ids=lambda path: str(path.relative_to(ROOT)))


@pytest.mark.parametrize(
    ("source", "expected"),
    [
        ("import numpy as np", {"numpy"}),
        ("import numpy.linalg, os.path", {"numpy", "os"}),
        ("from vqcore import exports, plots", {"vqcore.exports", "vqcore.plots"}),
        ("from vqcore import plots, train", {"vqcore.plots", "vqcore"}),
        ("from vqcore.blocks import COLOURS", {"vqcore.blocks"}),
        ("from vqcore.viewer.payload import x", {"vqcore.viewer"}),
        ("import vqcore.sweep", {"vqcore.sweep"}),
        ("def f():\n    from streamlit import cache_data", {"streamlit"}),
        ("import_module('skimage.data')", {"skimage"}),
        ("importlib.import_module('plotly.io')", {"plotly"}),
        ("x = 'import numpy'", set()),
    ],
)
def test_imports_are_read_from_the_source(source: str, expected: set[str]) -> None:
    assert imports_of(source) == expected


def test_every_module_is_looked_at() -> None:
    found = {module_name(path) for path in FILES} - {"__init__", "__main__"}
    assert {"app", "blocks", "training", "sweep", "cli", "plots"} <= found <= RANK.keys()


@EACH
def test_imports_run_one_way(path: Path) -> None:
    name = module_name(path)
    own = {imported.split(".")[1] for imported in IMPORTS[path] if imported.startswith("vqcore.")}
    own -= {name} if path.parent.name == name else set()
    allowed = {other for other, rank in RANK.items() if rank < RANK.get(name, len(ROWS))}
    assert own <= allowed


@EACH
def test_only_those_outside_import_the_package_as_a_whole(path: Path) -> None:
    assert "vqcore" not in IMPORTS[path] or path.name == "app.py"


def test_the_package_as_a_whole_leaves_plots_and_commands_alone() -> None:
    assert not IMPORTS[ROOT / "vqcore" / "__init__.py"] & {"vqcore.plots", "vqcore.cli"}


@EACH
def test_only_the_app_imports_streamlit(path: Path) -> None:
    assert ("streamlit" in IMPORTS[path]) == (path.name == "app.py")


@EACH
def test_only_plots_imports_plotly(path: Path) -> None:
    assert ("plotly" in IMPORTS[path]) == (module_name(path) == "plots")


def test_the_app_does_no_mathematics() -> None:
    assert not IMPORTS[ROOT / "app.py"] & NUMERICAL


@EACH
def test_what_is_imported_is_required(path: Path) -> None:
    required = re.findall(r"^[\w-]+", (ROOT / "requirements.txt").read_text(), re.MULTILINE)
    required += ["pillow-heif"]  # an extra: without it one kind of picture is refused
    outside = {name.split(".")[0] for name in IMPORTS[path]} - {"vqcore"} - sys.stdlib_module_names
    assert {PACKAGES.get(name, name) for name in outside} <= set(required)
