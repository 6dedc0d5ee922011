"""What the README shows from Python runs, and does what is said beside it."""

import re
from contextlib import chdir
from pathlib import Path
from typing import Any

import numpy as np
import pytest

import vqcore
from vqcore.signals.pictures import png_bytes, sample_picture
from vqcore.signals.sounds import Sound, file_of, sample_recording, sound_of

README = (Path(__file__).parents[1] / "README.md").read_text(encoding="utf-8")
[SECTION] = re.findall(r"^## From Python\n(.*?)^## ", README, re.MULTILINE | re.DOTALL)
BLOCKS = re.findall(r"```python\n(.*?)```", SECTION, re.DOTALL)


@pytest.fixture(scope="module")
def ran(tmp_path_factory: pytest.TempPathFactory) -> list[dict[str, Any]]:
    """Return what there is after each block, run in one folder with a picture and a sound."""
    folder, names, after = tmp_path_factory.mktemp("readme"), {}, []
    (folder / "boat.png").write_bytes(png_bytes(sample_picture("chelsea").pixels[::4, ::4]))
    speech = sound_of(sample_recording("sentence"), 16000)
    (folder / "speech.wav").write_bytes(file_of(speech.samples[:16000], 16000))
    with chdir(folder):
        for block in BLOCKS:
            exec(block, names)
            after.append(dict(names))
        after[-1]["files"] = {it.name: it.read_bytes() for it in folder.iterdir()}
    return after


def test_every_block_is_python() -> None:
    assert SECTION.count("```") == 2 * len(BLOCKS) == 10


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
    assert ran[4]["step"].codebook_size == 32
    assert len(ran[4]["step"].encoded.quantizer.tables) == 3


def test_a_sound_comes_to_what_is_heard(ran) -> None:
    files, encoded = ran[-1]["files"], ran[3]["encoded"]
    assert isinstance(ran[3]["sound"], Sound)
    assert len(vqcore.decode(encoded)) == 8000
    assert np.array_equal(vqcore.decode(files["speech.vq"]), vqcore.decode(encoded))
    assert np.array_equal(vqcore.read(files["heard.wav"]).samples, vqcore.decode(encoded))


def test_both_take_five_lines_and_an_import() -> None:
    for block in BLOCKS[:2]:
        lines = [line for line in block.splitlines() if line and not line.startswith("import")]
        assert len(lines) <= 5


def test_all_names_are_told() -> None:
    told = set(re.findall(r"`(\w+)[(`]", SECTION))
    assert set(vqcore.__all__) <= told
