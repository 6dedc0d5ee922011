"""Refusals in the made-up language: each was met in English, and is read again in brackets."""

import io
import struct
import zlib
from collections.abc import Callable, Sequence
from typing import Any

import numpy as np
import pytest
from helpers import bare_words, words_of
from PIL import Image
from tiff_writer import written

from vqcore import words
from vqcore.codebooks.codebook import Codebook
from vqcore.codebooks.textbook import read_codewords, read_weights
from vqcore.coding.codebookfile import SharedCodebook, pack_codebook, parse_codebook
from vqcore.lab.rivals import rival_file, rival_pixels
from vqcore.lab.sweeps import parse_sizes
from vqcore.lab.uploads import open_file
from vqcore.signals import pictures
from vqcore.signals.blocks import BlockSize
from vqcore.signals.pictures import png_bytes, read_picture

PNG = png_bytes(np.zeros((9, 9), np.uint8))
JPEG = rival_file(np.zeros((9, 9), np.uint8), "jpeg", 50)


def opened(
    data: bytes, name: str = "a.png", raw_size: str = "", codebooks: Sequence[SharedCodebook] = ()
) -> Callable[[], object]:
    return lambda: open_file(data, name, codebooks, raw_size)


def tiff(channels: int = 1, **tags: int | list[int]) -> Callable[[], object]:
    """Open a TIFF file of a pixel, its tags said as t339=5."""
    numbers = {int(name[1:]): value for name, value in tags.items()}
    samples = np.full((1, 1, channels), 7, np.uint8)
    return opened(written(samples, 8, 2 if channels == 3 else 1, tags=numbers))


def vq(
    version: int = 1,
    colour: int = 0,
    sides: tuple[int, int] = (1, 1),
    more: bytes = bytes(2),
    codebooks: Sequence[SharedCodebook] = (),
) -> Callable[[], object]:
    """Open a .vq file of one block of 1×1, with its checksum."""
    body = struct.pack("<4sBBBII", b"VQLB", version, colour, 1, *sides) + more
    return opened(body + zlib.crc32(body).to_bytes(4, "little"), codebooks=codebooks)


def of_family(
    number: int, *columns: tuple[int, int], before: tuple[int, ...] = (0, 1, 0)
) -> Callable[[], object]:
    """Open a .vq file whose columns have these sizes and steps."""
    sizes, steps = zip(*columns, strict=True) if columns else ((), ())
    counts = bytes([number, *before, len(columns)])
    return vq(3, more=counts + np.array(sizes, "<u2").tobytes() + bytes(steps))


def npz(**changes: object) -> Callable[[], object]:
    """Open a codebook file of one codeword for blocks of 1×1, but for the changes."""
    members: dict[str, Any] = {"version": 1, "block_size": 1, "colour": "gray"}
    members |= {"codewords": np.zeros((1, 1), np.uint8)} | changes
    file = io.BytesIO()
    np.savez(file, **members)
    return opened(file.getvalue())


def npy(array: Any) -> Callable[[], object]:
    file = io.BytesIO()
    np.save(file, np.array(array))
    return opened(file.getvalue())


BOOK = pack_codebook(SharedCodebook(Codebook(np.zeros((1, 1), np.uint8)), BlockSize(1, 1), "gray"))
SHARED = parse_codebook(BOOK)
OTHER = SharedCodebook(Codebook(np.ones((1, 1), np.uint8)), BlockSize(1, 1), "gray")
NAMES = bare_words("PNG JPEG WebP GIF BMP TIFF AVIF PPM RGB YCbCr CMYK sRGB")
NAMES |= bare_words("raw version block_size colour codewords gray rgb ycbcr float64 uint8")
NAMES |= bare_words(f"{SHARED.checksum.hex()} {OTHER.checksum.hex()}")
PILLOW = bare_words("Truncated File Read, cannot write empty image as JPEG")

VQ_FILES = {
    "begun": opened(b"VQLB"),
    "damaged": opened(b"VQLB" + bytes(21)),
    "of version 9": vq(9),
    "of no colour": vq(colour=3),
    "of no pixels": vq(sides=(0, 1)),
    "of many codewords": vq(more=b"\xff\xff"),
    "without its codebook": vq(2, more=bytes(10)),
    "beside other codebooks": vq(2, more=bytes(10), codebooks=[SHARED, OTHER]),
    "of another codebook size": vq(2, more=b"\1\0" + SHARED.checksum, codebooks=[SHARED]),
    "of no family": of_family(99, (0, 1)),
    "of much smoothing": of_family(0, (0, 1), before=(99, 1, 0)),
    "of families elsewhere": of_family(1, (0, 1), before=(0, 1, 1)),
    "as an earlier version has it": of_family(0, (0, 1)),
    "of no step": of_family(2, (0, 1), (0, 0)),
    "plain": of_family(0),
    "mean-removed": of_family(1),
    "residual": of_family(2),
    "quadtree": of_family(3, (0, 1)),
    "planes": of_family(4),
    "tree": of_family(5),
    "gain-shape": of_family(6),
    "gain-shape in fine steps": of_family(6, (0, 1), (0, 99)),
}
CODEBOOK_FILES = {
    "end": opened(BOOK + b"more"),
    "cut off": opened(BOOK[:-5]),
    "other members": npz(more=1),
    "version": npz(version=9),
    "block size in halves": npz(block_size=1.5),
    "square": npz(block_size=(1, 1)),
    "size": npz(block_size=99),
    "samples": npz(codewords=np.zeros((1, 2), np.uint8)),
    "sample": npz(codewords=np.zeros((1, 1), np.uint8), block_size=2),
    "many": npz(codewords=np.zeros((4097, 1), np.uint8)),
    "numbers": npz(codewords=np.zeros((1, 1))),
    "none": npz(codewords=np.zeros((0, 1), np.uint8)),
    "pickled": npz(codewords=np.array([None])),
    "colour": npz(colour="7"),
    "codewords of a version": opened(b"\x93NUMPY\x09\x09"),
    "codewords cut off": opened(b"\x93NUMPY\x01\0"),
    "many codewords": npy(np.zeros((4097, 1), np.uint8)),
    "codewords of no block": npy(np.zeros((1, 41), np.uint8)),
    "codewords that are numbers": npy([[0.5]]),
}
SIZED = {"too long": ("MAX_BYTES", 5), "too many": ("MAX_PIXELS", 5), "too wide": ("MAX_SIDE", 5)}
PICTURE_FILES = {
    "empty": opened(b""),
    "text": opened(b"some text"),
    "of MATLAB": opened(b"some numbers", "a.mat"),
    "that is named points": opened(b"some text", "a.npy"),
    "truncated": opened(PNG[:-20]),
    "cut off in its header": opened(PNG[:30]),
    "jpeg cut off": opened(JPEG[:-9]),
    "jpeg cut off in its header": opened(JPEG[:4]),
    "checksum": opened(PNG[:33] + b"\0\0\0\1sRGBx\0\0\0\0" + PNG[33:]),
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


FILES = {
    **{f"picture {name}": it for name, it in PICTURE_FILES.items()},
    **{f"vq {name}": it for name, it in VQ_FILES.items()},
    **{f"codebook {name}": it for name, it in CODEBOOK_FILES.items()},
}

TYPED: dict[str, Callable[[], object]] = {
    "codewords of other samples": lambda: read_codewords("1 2\n3", 2),
    "codewords without an end": lambda: read_codewords("1 inf", 2),
    "codewords that are no numbers": lambda: read_codewords("1 §", 2),
    "other weights": lambda: read_weights("1", 2),
    "no weight": lambda: read_weights("1 0", 2),
    "K in words": lambda: parse_sizes("§"),
    "K of 0": lambda: parse_sizes("0"),
    "much K": lambda: parse_sizes("9999"),
}
RIVALS: dict[str, Callable[[], object]] = {
    "wide": lambda: rival_file(np.zeros((1, 17000), np.uint8), "webp", 50),
    "none": lambda: rival_file(np.zeros((0, 0), np.uint8), "jpeg", 50),
    "broken": lambda: rival_pixels(PNG[:20], 1),
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
    assert bare_words(str(caught.value)) <= NAMES | PILLOW
    assert str(caught.value) != english


@pytest.mark.parametrize("refuse", TYPED.values(), ids=TYPED)
def test_what_is_typed(refuse: Callable[[], object], spoken: Callable[[], None]) -> None:
    check(refuse, spoken)


@pytest.mark.parametrize("refuse", RIVALS.values(), ids=RIVALS)
def test_a_rival(refuse: Callable[[], object], spoken: Callable[[], None]) -> None:
    check(refuse, spoken)


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
