"""What the README shows from Python runs, and does what is said beside it."""

import re
from contextlib import chdir
from pathlib import Path
from typing import Any

import numpy as np
import pytest

import vqcore
from vqcore.signals.pictures import png_bytes, sample_picture

README = (Path(__file__).parents[1] / "README.md").read_text(encoding="utf-8")
[SECTION] = re.findall(r"^## From Python\n(.*?)^## ", README, re.MULTILINE | re.DOTALL)
BLOCKS = re.findall(r"```python\n(.*?)```", SECTION, re.DOTALL)


@pytest.fixture(scope="module")
def ran(tmp_path_factory: pytest.TempPathFactory) -> list[dict[str, Any]]:
    """Return the names that there are after each block, run in one folder with a picture."""
    folder, names, after = tmp_path_factory.mktemp("readme"), {}, []
    (folder / "boat.png").write_bytes(png_bytes(sample_picture("chelsea").pixels[::4, ::4]))
    with chdir(folder):
        for block in BLOCKS:
            exec(block, names)
            after.append(dict(names))
    return after


def test_every_block_is_python() -> None:
    assert SECTION.count("```") == 2 * len(BLOCKS) == 8


def test_a_picture_comes_to_all_that_is_promised(ran) -> None:
    names = ran[0]
    assert names["codebook"].shape == (64, 16)
    assert names["indices"].shape == (19 * 29, 1)
    assert (names["signal"].shape, names["signal"].dtype) == ((75, 113), np.uint8)
    assert np.array_equal(vqcore.decode(names["file"]), names["signal"])


def test_vectors_come_to_all_that_is_promised(ran) -> None:
    names = ran[1]
    assert (names["codebook"].shape, names["indices"].shape) == ((16, 2), (1000, 1))
    assert np.array_equal(names["signal"], names["codebook"][names["indices"][:, 0]])
    assert np.array_equal(vqcore.decode(names["file"]), names["signal"])


def test_a_codebook_is_used_elsewhere_and_sizes_are_swept(ran) -> None:
    assert np.array_equal(ran[2]["signal"], ran[2]["other"].decode())
    assert ran[3]["step"].codebook_size == 32
    assert len(ran[3]["step"].encoded.quantizer.tables) == 3


def test_both_take_five_lines_and_an_import() -> None:
    for block in BLOCKS[:2]:
        lines = [line for line in block.splitlines() if line and not line.startswith("import")]
        assert len(lines) <= 5


def test_all_names_are_told() -> None:
    told = set(re.findall(r"`(\w+)[(`]", SECTION))
    assert set(vqcore.__all__) <= told
