"""Refusals in the made-up language: each was met in English, and is read again in brackets."""

import io
from collections.abc import Callable

import numpy as np
import pytest
from helpers import bare_words, words_of
from PIL import Image
from tiff_writer import written

from vqcore import words
from vqcore.lab.uploads import open_file
from vqcore.signals import pictures
from vqcore.signals.pictures import png_bytes, read_picture

PNG = png_bytes(np.zeros((9, 9), np.uint8))
NAMES = bare_words("PNG JPEG WebP GIF BMP TIFF AVIF PPM RGB YCbCr CMYK raw sRGB")


def opened(data: bytes, name: str = "a.png", raw_size: str = "") -> Callable[[], object]:
    return lambda: open_file(data, name, raw_size=raw_size)


def tiff(channels: int = 1, **tags: int | list[int]) -> Callable[[], object]:
    """Open a TIFF file of a pixel, its tags said as t339=5."""
    numbers = {int(name[1:]): value for name, value in tags.items()}
    samples = np.full((1, 1, channels), 7, np.uint8)
    return opened(written(samples, 8, 2 if channels == 3 else 1, tags=numbers))


SIZED = {"too long": ("MAX_BYTES", 5), "too many": ("MAX_PIXELS", 5), "too wide": ("MAX_SIDE", 5)}
FILES: dict[str, Callable[[], object]] = {
    "empty": opened(b""),
    "text": opened(b"some text"),
    "truncated": opened(PNG[:-20]),
    "checksum": opened(PNG[:33] + b"\0\0\0\1sRGBx\0\0\0\0" + PNG[33:]),
    "header alone": opened(PNG[:8]),
    "no pixels": opened(b"P6 0 0 65535\n"),
    "too few": opened(b"P6 9 9 65535\n"),
    "lossless": opened(b"\xff\xd8\xff\xc3\0\x08\0\0\0"),
    "raw without a size": opened(bytes(7), "boat.raw"),
    "raw of another size": opened(bytes(7), "boat_3x3.raw"),
    "raw colour": opened(bytes(7), "boat_3x3.rgb"),
    "raw video": opened(bytes(7), "boat_3x3.yuv"),
    "typed size": opened(bytes(7), "boat.raw", "7"),
    "tiff of a camera": tiff(t262=32803),
    "tiff of LogLuv": tiff(3, t262=32845),
    "tiff of what is unknown": tiff(t262=77),
    "tiff of complex numbers": tiff(t339=[5]),
    "tiff of 24 bits": tiff(t258=[24]),
    "tiff of floats": tiff(t258=[24], t339=[3]),
    "tiff of several depths": tiff(3, t258=[5, 6, 5]),
    "tiff of a signed palette": tiff(t262=3, t339=[2]),
    "tiff by method": tiff(t259=60000),
    "tiff by predictor": tiff(t317=9),
    "tiff of few channels": tiff(t262=2),
    "tiff of many channels": tiff(t277=200),
    "tiff of left out samples": tiff(3, t262=6, t530=[2, 2]),
    "tiff of empty strips": tiff(t279=0),
    "tiff of jpeg": tiff(t259=7, t258=12),
    "tiff cut off": tiff(t279=1000, t273=9, t256=99),
}


@pytest.fixture
def spoken(monkeypatch: pytest.MonkeyPatch) -> Callable[[], None]:
    """Return what changes the language to the made-up one."""
    return lambda: monkeypatch.setattr(words, "_language_now", lambda: "test")


def check(refuse: Callable[[], object], speak_test: Callable[[], None]) -> None:
    """Check that all words of a refusal are the catalog's, but for names and other programs'."""
    with pytest.raises(ValueError, match=r"\w") as caught:
        refuse()
    english = str(caught.value)
    speak_test()
    cause = caught.value.__cause__
    assert bare_words(str(caught.value)) <= NAMES | bare_words(f"{cause}")
    assert str(caught.value) != english


@pytest.mark.parametrize("refuse", FILES.values(), ids=FILES)
def test_a_file(refuse: Callable[[], object], spoken: Callable[[], None]) -> None:
    check(refuse, spoken)


@pytest.mark.parametrize(("limit", "value"), SIZED.values(), ids=SIZED)
def test_a_large_file(
    limit: str, value: int, spoken: Callable[[], None], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(pictures, limit, value)
    check(opened(PNG), spoken)


def deep(*colour: int) -> bytes:
    return written(np.full((1, 1, len(colour)), colour, np.uint16), 16, 2, tags={274: 6})


DONE = {
    "16 bits, without an opacity": deep(9, 9, 9, 0),
    "two more channels": deep(9, 9, 9, 9, 9, 9),
    "floats": b"Pf 1 1 -1\n" + np.array([-7], np.float32).tobytes(),
    "no numbers": b"Pf 1 1 -1\n" + np.array([np.nan], np.float32).tobytes(),
    "video": bytes(12),
    "PPM": b"P5 1 1 1000\n\0\0",
}


@pytest.mark.parametrize("data", DONE.values(), ids=DONE)
def test_what_was_done(data: bytes, spoken: Callable[[], None]) -> None:
    origin = read_picture(data, "boat_2x2.yuv").origin
    spoken()
    assert words_of(origin)
    assert not set().union(*map(bare_words, words_of(origin)))


def test_frames_and_cmyk(spoken: Callable[[], None]) -> None:
    file = io.BytesIO()
    Image.new("CMYK", (1, 1)).save(file, "JPEG")
    spoken()
    assert words_of(read_picture(file.getvalue(), "").origin) == ("[CMYK] [converted]",)
