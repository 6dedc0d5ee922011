"""The notebook runs from top to bottom, and shows what its text says."""

import ast
import json
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from PIL import Image

NOTEBOOK = json.loads(Path(__file__).with_name("story.ipynb").read_text(encoding="utf-8"))
CODE = [cell for cell in NOTEBOOK["cells"] if cell["cell_type"] == "code"]


@pytest.fixture(scope="module")
def run() -> tuple[dict[str, Any], list[Any]]:
    """Return the names that the cells leave, and what each of them shows."""
    names: dict[str, Any] = {}
    return names, [shown("".join(cell["source"]), names) for cell in CODE]


def shown(source: str, names: dict[str, Any]) -> Any:
    """Run a cell, and return the value of its last line if that is an expression."""
    lines = ast.parse(source).body
    last = lines.pop() if isinstance(lines[-1], ast.Expr) else None
    exec(compile(ast.Module(lines, []), "story.ipynb", "exec"), names)
    return last and eval(compile(ast.Expression(last.value), "story.ipynb", "eval"), names)


def test_it_is_stored_as_a_notebook_without_outputs() -> None:
    assert (NOTEBOOK["nbformat"], NOTEBOOK["nbformat_minor"]) == (4, 5)
    assert len({cell["id"] for cell in NOTEBOOK["cells"]}) == len(NOTEBOOK["cells"])
    assert all(cell["outputs"] == [] and cell["execution_count"] is None for cell in CODE)
    others = [cell for cell in NOTEBOOK["cells"] if cell not in CODE]
    assert all(cell.keys() == {"cell_type", "id", "metadata", "source"} for cell in others)


def test_it_shows_pictures(run) -> None:
    pictures = [value for value in run[1] if isinstance(value, Image.Image)]
    expected = (512, 512), (512, 256), (3 * 512, 512), (2 * 512, 512), (2 * 512, 512)
    assert tuple(picture.size for picture in pictures) == expected


def test_its_files_are_as_small_as_its_pictures_are_coarse(run) -> None:
    pixels, reconstructions, files = (run[0][it] for it in ("pixels", "reconstructions", "files"))
    errors = [
        np.square(np.subtract(pixels, it, dtype=float)).mean() for it in reconstructions.values()
    ]
    assert list(files) == [1, 2, 32]
    assert (np.diff(errors) < 0).all()
    assert (np.diff([*map(len, files.values())]) > 0).all()
    assert len(np.unique(reconstructions[1])) <= 16


def test_its_scalar_quantizers_are_those_of_max(run) -> None:
    published, found = run[0]["published"], run[0]["distortions"]
    assert found.keys() == published.keys()
    assert all(found[size] == pytest.approx(published[size], rel=0.01) for size in published)


def test_pairs_are_worth_more_than_pixels_one_by_one(run) -> None:
    one_by_one, together = run[0]["one_by_one"], run[0]["together"]
    assert one_by_one.cluster_centers_.shape == (4, 1)
    assert together.cluster_centers_.shape == (16, 2)
    assert together.inertia_ < one_by_one.inertia_ / 2
