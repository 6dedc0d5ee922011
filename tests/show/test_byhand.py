"""The lines to show come to the figures on screen: those by hand, and the five of `vqcore`."""

from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from PIL import Image

import vqcore
from vqcore.coding.codec import Settings
from vqcore.lab.sweeps import Step, sweep
from vqcore.show.byhand import numpy_lines
from vqcore.show.provenance import provenance_of
from vqcore.show.reproduce import python_lines, ways
from vqcore.signals.blocks import BlockSize
from vqcore.signals.pictures import Picture, png_bytes, read_picture, sample_picture

PIXELS = sample_picture("chelsea").pixels[::6, ::6]
NAME = "my {cat}'s.png"


@pytest.fixture(autouse=True)
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Stand where the picture is."""
    (tmp_path / NAME).write_bytes(png_bytes(PIXELS))
    monkeypatch.chdir(tmp_path)
    return tmp_path


def names_after(lines: str) -> dict[str, Any]:
    names: dict[str, Any] = {}
    exec(lines, names)
    return names


def on_screen(picture: Picture, settings: Settings, size: int) -> Step:
    """Return what the page has of a K, found among other sizes where one climb finds all."""
    sizes = [size] if settings.trainer == "kmeans" else [2, size]
    steps = (it for it in sweep(picture, settings, sizes) if isinstance(it, Step))
    return next(step for step in steps if step.codebook_size == size)


@pytest.mark.usefixtures("in_this_process")
@pytest.mark.parametrize(
    ("settings", "most"),
    [
        (Settings(4, "gray", seed=2), 21),
        (Settings((5, 3), "rgb"), 21),
        (Settings((3, 5), "ycbcr"), 31),
    ],
    ids=str,
)
def test_lines_by_hand_come_to_what_kmeans_does(settings: Settings, most: int) -> None:
    picture = vqcore.read(NAME)
    step = on_screen(picture, replace(settings, trainer="kmeans"), 16)
    source = provenance_of(picture, settings, 16)
    (_, lines, _), *_ = ways(picture, source, "")
    names = names_after(lines)
    assert len([line for line in lines.splitlines() if line]) <= most
    assert np.array_equal(names["codebook"], step.encoded.shared.codebook.codewords)
    assert np.array_equal(names["indices"], step.encoded.indices[:, 0])
    rebuilt = np.asarray(names["rebuilt"])
    assert np.array_equal(rebuilt.reshape(step.encoded.decode().shape), step.encoded.decode())
    assert names["psnr"] == pytest.approx(step.point.psnr_db, abs=1e-9)
    assert names["ratio"] == pytest.approx(step.point.nominal_ratio, rel=1e-12)


@pytest.mark.parametrize(
    "settings",
    [
        Settings(4, "gray", rate_weight=50, smoothing=True),
        Settings(4, "ycbcr", family="residual", options=(3,)),
        Settings((8, 4), trainer="textbook"),
    ],
    ids=str,
)
def test_lines_of_vqcore_come_to_the_figures_on_screen(settings: Settings) -> None:
    picture = vqcore.read(NAME)
    step = on_screen(picture, settings, 16)
    lines = python_lines(picture, provenance_of(picture, settings, 16))
    found = names_after(lines)["step"].point
    untimed = {"train_seconds": 0, "encode_seconds": 0}
    assert replace(found, **untimed) == replace(step.point, **untimed)
    assert len([line for line in lines.splitlines() if line]) <= 5 + ("Rules" in lines)


def test_a_gray_picture_is_gray_whatever_the_colour_mode(folder: Path) -> None:
    Image.fromarray(PIXELS[..., 0]).save("gray.png")
    picture = vqcore.read("gray.png")
    names = names_after(numpy_lines(picture, provenance_of(picture, Settings(4), 8), "'gray.png'"))
    assert names["codebook"].shape == (8, 16)
    assert np.array_equal(names["pixels"][..., 0], picture.pixels)


def test_what_pillow_shows_otherwise_is_read_as_the_lab_does(folder: Path) -> None:
    sideways = Image.fromarray(PIXELS)
    exif = sideways.getexif()
    exif[274] = 6
    sideways.save("sideways.png", exif=exif)
    picture = vqcore.read("sideways.png")
    names = names_after(
        numpy_lines(picture, provenance_of(picture, Settings(8), 2), "'sideways.png'")
    )
    assert picture.origin.done
    assert np.array_equal(names["pixels"], picture.pixels)


def test_raw_samples_are_read_in_their_size(folder: Path) -> None:
    (folder / "cat.rgb").write_bytes(PIXELS.tobytes())
    height, width = PIXELS.shape[:2]
    picture = read_picture(PIXELS.tobytes(), "cat.rgb", (width, height))
    source = provenance_of(picture, Settings(8), 2)
    (_, lines, _), *_ = ways(picture, source, "")
    assert np.array_equal(names_after(lines)["pixels"], PIXELS)


def test_one_block_size_is_told_by_its_sides() -> None:
    picture = Picture(PIXELS, "cat")
    source = provenance_of(picture, Settings(BlockSize(16, 2), seed=7), 32)
    lines = numpy_lines(picture, source, "'cat.png'")
    assert "(h, w), K = pixels.shape, (2, 16), 32\n" in lines
    assert "KMeans(K, random_state=7)" in lines
    assert "Image.open('cat.png').convert('RGB')" in lines
