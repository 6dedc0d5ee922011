"""Tests of pictures: what is accepted, as what; what is refused, and in which words."""

import dataclasses
import hashlib
import io
import re
import struct
import sys
import tomllib
import warnings
import zlib
from collections.abc import Callable
from pathlib import Path
from types import SimpleNamespace

import hypothesis.extra.numpy as arrays
import numpy as np
import pytest
from helpers import words_of
from hypothesis import given, settings
from hypothesis import strategies as st
from icc_profiles import SRGB as SRGB_PRIMARIES
from icc_profiles import power, rgb_profile
from numpy.typing import ArrayLike, NDArray
from PIL import Image, ImageCms, ImageFile
from tiff_writer import written

from vqcore.signals import pictures
from vqcore.signals.pictures import (
    SAMPLES,
    Origin,
    Picture,
    PictureError,
    png_bytes,
    read_picture,
    sample_picture,
)
from vqcore.words import said

Pixels = NDArray[np.uint8]

# ----------------------------------------------------------------- files made by hand, byte by byte


def chunk(kind: bytes, body: bytes) -> bytes:
    """Return one PNG chunk with its right checksum."""
    return struct.pack(">I", len(body)) + kind + body + struct.pack(">I", zlib.crc32(kind + body))


def png(
    width: int, height: int, depth: int, colour: int, rows: bytes, *extra: tuple[bytes, bytes]
) -> bytes:
    """Return a PNG file; `rows` holds the filter bytes, `extra` goes between header and pixels."""
    header = struct.pack(">IIBBBBB", width, height, depth, colour, 0, 0, 0)
    chunks = [(b"IHDR", header), *extra, (b"IDAT", zlib.compress(rows)), (b"IEND", b"")]
    return b"\x89PNG\r\n\x1a\n" + b"".join(chunk(*each) for each in chunks)


def tiff(
    width: int, bits: list[int], photometric: int, data: bytes, order: str = "<", **more: list[int]
) -> bytes:
    """Return an uncompressed TIFF of one row; `more` tags are written as t338=[1]."""
    tags = {256: [width], 257: [1], 258: bits, 259: [1], 262: [photometric], 273: [0]}
    tags |= {277: [len(bits)], 278: [1], 279: [len(data)]}
    tags |= {int(tag[1:]): values for tag, values in more.items()}
    after = 8 + 2 + 12 * len(tags) + 4
    long_values = b""
    entries = struct.pack(order + "H", len(tags))
    data_at = after + sum(2 * len(v) for v in tags.values() if len(v) > 2)
    for tag, values in sorted(tags.items()):
        code = "I" if len(values) == 1 else "H"
        field = struct.pack(f"{order}{len(values)}{code}", *(values if tag != 273 else [data_at]))
        if len(field) > 4:
            field, long_values = (
                struct.pack(order + "I", after + len(long_values)),
                long_values + field,
            )
        kind = 4 if code == "I" else 3
        entries += struct.pack(order + "HHI", tag, kind, len(values)) + field.ljust(4, b"\0")
    magic = b"II*\0" if order == "<" else b"MM\0*"
    header = magic + struct.pack(order + "I", 8)
    return header + entries + bytes(4) + long_values + data


def gif(width: int, height: int) -> bytes:
    """Return a GIF of which both the screen and the one frame declare these sides."""
    screen = b"GIF89a" + struct.pack("<HHBBB", width, height, 0x80, 0, 0) + bytes(6)
    frame = b"," + struct.pack("<HHHHB", 0, 0, width, height, 0)
    return screen + frame + b"\x02\x02\x44\x01\x00;"


def bmp(width: int, height: int) -> bytes:
    """Return the header of a BMP, without any pixel."""
    return b"BM" + struct.pack("<IHHIIiiHHIIiiII", 54, 0, 0, 54, 40, width, height, 1, 24, *[0] * 6)


def unfiltered(data: bytes) -> Pixels:
    """Decode an 8-bit gray or RGB PNG without Pillow: RFC 2083, section 6, word for word."""
    width, height, _, colour = struct.unpack(">IIBB", data[16:26])
    channels = {0: 1, 2: 3}[colour]
    at, body = 8, b""
    while at < len(data):
        (length,) = struct.unpack(">I", data[at : at + 4])
        body += data[at + 8 : at + 8 + length] if data[at + 4 : at + 8] == b"IDAT" else b""
        at += length + 12
    raw = np.frombuffer(zlib.decompress(body), np.uint8).astype(int)
    raw = raw.reshape(height, 1 + width * channels)
    rows = np.zeros((height + 1, width + 1, channels), int)  # one row and one pixel of zeros before
    for y, x, c in np.ndindex(height, width, channels):
        left, up, corner = rows[y + 1, x, c], rows[y, x + 1, c], rows[y, x, c]
        paeth = min((left, up, corner), key=lambda near: abs(left + up - corner - near))
        guess = [0, left, up, (left + up) // 2, paeth][raw[y, 0]]
        rows[y + 1, x + 1, c] = (raw[y, 1 + x * channels + c] + guess) % 256
    return rows[1:, 1:].astype(np.uint8).reshape((height, width, 3)[: 2 + (channels == 3)])


# ------------------------------------------------------------------------ files made through Pillow


def saved(image: Image.Image, kind: str, **options: object) -> bytes:
    """Return the bytes of the file that Pillow writes."""
    file = io.BytesIO()
    image.save(file, kind, **options)
    return file.getvalue()


def of(samples: ArrayLike, mode: str, size: tuple[int, int]) -> Image.Image:
    """Return a Pillow image of raw 8-bit samples in the mode."""
    return Image.frombytes(mode, size, np.asarray(samples, np.uint8).tobytes())


def flat(colour: tuple[int, ...], mode: str = "RGB") -> Image.Image:
    """Return a Pillow image of 16×8 pixels of one colour, which lossy formats keep."""
    return Image.new(mode, (16, 8), colour)


def palette(*colours: int) -> Image.Image:
    """Return a palette image of one row that shows each of its colours once."""
    image = Image.new("P", (len(colours) // 3, 1))
    image.putpalette(colours)
    image.putdata(range(len(colours) // 3))
    return image


def icc() -> bytes:
    """Return a colour profile."""
    return ImageCms.ImageCmsProfile(ImageCms.createProfile("LAB")).tobytes()


def flipped(data: bytes, after: bytes, skip: int) -> bytes:
    """Return the file with one bit changed, `skip` bytes after the start of a mark."""
    at = data.index(after) + skip
    return data[:at] + bytes([data[at] ^ 1]) + data[at + 1 :]


RNG = np.random.default_rng(2024)
GRAY = RNG.integers(0, 256, (5, 7), dtype=np.uint8)
RGB = RNG.integers(0, 256, (5, 7, 3), dtype=np.uint8)
GRAY_PNG = saved(Image.fromarray(GRAY), "PNG")
RGB_PNG = saved(Image.fromarray(RGB), "PNG")
RED, BLUE, WHITE = (200, 30, 40), (10, 20, 230), (255, 255, 255)
DEEP = [0, 128, 129, 385, 386, 32896, 65535]  # beside the boundaries of v / 257 rounded
DEEP_8 = [[0, 0, 1, 1, 2, 128, 255]]
FRAMES = {"save_all": True, "append_images": [flat(BLUE)]}
ROTATED_EXIF = b"Exif\0\0MM\0*\0\0\0\x08\0\1\x01\x12\0\3\0\0\0\1\0\6\0\0\0\0\0\0"
FLOATS = Image.fromarray(np.array([[0, 0.25, 1]], np.float32))


def floats(*samples: float) -> bytes:
    """Return a TIFF of one row of 32-bit floats."""
    return saved(Image.fromarray(np.array([samples], np.float32)), "TIFF")


def int32s(*samples: int) -> bytes:
    """Return a TIFF of one row of signed 32-bit integers."""
    return saved(Image.fromarray(np.array([samples], np.int32)), "TIFF")


def accepted(name: str, data: bytes, expected: ArrayLike, within: int = 0) -> object:
    """Return a case of the table of files that must be read, to `within` levels if lossy."""
    return pytest.param(data, np.asarray(expected), within, id=name)


def filled(colour: tuple[int, ...]) -> Pixels:
    """Return the pixels of `flat(colour)`."""
    return np.full((8, 16, 3), colour, np.uint8)


ACCEPTED = [
    accepted("png gray", GRAY_PNG, GRAY),
    accepted("png rgb", RGB_PNG, RGB),
    accepted("png 1x1", png(1, 1, 8, 0, b"\0\x2a"), [[42]]),
    accepted("png 65535x1", png(65535, 1, 8, 0, b"\0" + b"\7" * 65535), np.full((1, 65535), 7)),
    accepted("png 1x65535", png(1, 65535, 8, 0, b"\0\7" * 65535), np.full((65535, 1), 7)),
    accepted("png with a profile", saved(Image.fromarray(RGB), "PNG", icc_profile=icc()), RGB),
    accepted("png of 1 bit", png(3, 1, 1, 0, b"\0\x40"), [[0, 255, 0]]),
    accepted("png of 2 bits", png(4, 1, 2, 0, b"\0\x1b"), [[0, 85, 170, 255]]),
    accepted("png gray of 16 bits", png(7, 1, 16, 0, b"\0" + struct.pack(">7H", *DEEP)), DEEP_8),
    accepted(
        "png gray of 16 bits, one transparent",
        png(3, 1, 16, 0, b"\0" + struct.pack(">3H", 257, 258, 65535), (b"tRNS", b"\1\2")),
        [[1, 255, 255]],
    ),
    accepted(
        "png rgb of 16 bits",
        png(2, 1, 16, 2, b"\0" + struct.pack(">6H", *(257 * v for v in (1, 2, 3, 200, 254, 255)))),
        [[[1, 2, 3], [200, 254, 255]]],
    ),
    accepted(
        "png rgba of 16 bits",
        png(2, 1, 16, 6, b"\0" + struct.pack(">8H", 257, 514, 65535, 65535, 0, 0, 0, 0)),
        [[[1, 2, 255], WHITE]],
    ),
    accepted("png palette", saved(palette(*RED, *BLUE), "PNG"), [[RED, BLUE]]),
    accepted("png gray palette", saved(palette(9, 9, 9, 5, 5, 5), "PNG"), [[[9] * 3, [5] * 3]]),
    accepted(
        "png palette, one transparent",
        saved(palette(*RED, *BLUE), "PNG", transparency=0),
        [[WHITE, BLUE]],
    ),
    accepted(
        "png palette, half transparent",
        saved(palette(*RED, *BLUE), "PNG", transparency=bytes([51, 255])),
        [[[244, 210, 212], BLUE]],
    ),
    accepted(
        "png gray, one transparent",
        png(3, 1, 8, 0, b"\0\7\x08\x09", (b"tRNS", b"\0\x08")),
        [[7, 255, 9]],
    ),
    accepted(
        "png 1 bit, black transparent", png(2, 1, 1, 0, b"\0\x40", (b"tRNS", b"\0\0")), [[255, 255]]
    ),
    accepted(
        "png rgb, one transparent",
        png(2, 1, 8, 2, b"\0" + bytes([*RED, *BLUE]), (b"tRNS", struct.pack(">3H", *BLUE))),
        [[RED, WHITE]],
    ),
    accepted("png LA", png(3, 1, 8, 4, bytes([0, 100, 255, 100, 51, 9, 0])), [[100, 224, 255]]),
    accepted(
        "png RGBA", png(2, 1, 8, 6, bytes([0, *RED, 255, *RED, 51])), [[RED, [244, 210, 212]]]
    ),
    accepted("png RGBA clear", saved(flat((9, 8, 7, 0), "RGBA"), "PNG"), filled(WHITE)),
    accepted("png animated", saved(flat(RED), "PNG", **FRAMES), filled(RED)),
    accepted("png, broken exif", saved(flat(RED), "PNG", exif=b"Exif\0\0not exif"), filled(RED)),
    accepted("jpeg rgb", saved(flat(RED), "JPEG"), filled(RED), within=2),
    accepted("jpeg gray", saved(flat((77,), "L"), "JPEG"), np.full((8, 16), 77), within=1),
    accepted(
        "jpeg cmyk",
        saved(flat((55, 225, 215, 0), "CMYK"), "JPEG", quality=95),
        filled(RED),
        within=4,
    ),
    accepted("jpeg mpo", saved(flat(RED), "MPO", **FRAMES), filled(RED), within=2),
    accepted(
        "jpeg, broken exif",
        saved(flat(RED), "JPEG", exif=b"Exif\0\0II*\0\xff\xff\xff\xff"),
        filled(RED),
        within=2,
    ),
    accepted("webp", saved(flat(RED), "WEBP"), filled(RED), within=4),
    accepted("webp lossless", saved(Image.fromarray(RGB), "WEBP", lossless=True), RGB),
    accepted("webp clear", saved(flat((9, 8, 7, 0), "RGBA"), "WEBP", lossless=True), filled(WHITE)),
    accepted("webp animated", saved(flat(RED), "WEBP", lossless=True, **FRAMES), filled(RED)),
    accepted("webp, broken exif", saved(flat(RED), "WEBP", exif=b"junk"), filled(RED), within=4),
    accepted("avif", saved(flat(RED), "AVIF", quality=90), filled(RED), within=3),
    accepted("avif clear", saved(flat((9, 8, 7, 0), "RGBA"), "AVIF"), filled(WHITE)),
    accepted("avif animated", saved(flat(RED), "AVIF", quality=90, **FRAMES), filled(RED), 3),
    accepted("gif", gif(1, 1), [[[0, 0, 0]]]),
    accepted("gif palette", saved(palette(*RED, *BLUE), "GIF"), [[RED, BLUE]]),
    accepted("gif transparent", saved(palette(*RED, *BLUE), "GIF", transparency=1), [[RED, WHITE]]),
    accepted("gif animated", saved(flat(RED), "GIF", **FRAMES), filled(RED)),
    accepted("bmp", saved(Image.fromarray(RGB), "BMP"), RGB),
    accepted("bmp gray", saved(Image.fromarray(GRAY), "BMP"), GRAY),
    accepted("ppm", b"P6 2 1 255\n" + bytes([*RED, *BLUE]), [[RED, BLUE]]),
    accepted(
        "ppm of 16 bits", b"P6 1 1 65535\n" + struct.pack(">3H", 257, 0, 65535), [[[1, 0, 255]]]
    ),
    accepted("pgm", b"P5\n# a comment\n7 5\n255\n" + GRAY.tobytes(), GRAY),
    accepted("pgm in words", b"P2 3 1 255 0 128 255", [[0, 128, 255]]),
    accepted("pgm of 16 bits", b"P5 7 1 65535\n" + struct.pack(">7H", *DEEP), DEEP_8),
    accepted("pgm of 8 of 16 bits", b"P5 2 1 65535\n" + struct.pack(">2H", 0, 200), [[0, 200]]),
    accepted(
        "pgm of 12 bits", b"P5 3 1 4095\n" + struct.pack(">3H", 0, 2048, 4095), [[0, 128, 255]]
    ),
    accepted("pbm", b"P1 3 1\n1 0 1", [[0, 255, 0]]),
    accepted("pfm", saved(FLOATS, "PPM"), [[0, 64, 255]]),
    accepted("tiff", saved(Image.fromarray(RGB), "TIFF"), RGB),
    accepted("tiff lzw", saved(Image.fromarray(RGB), "TIFF", compression="tiff_lzw"), RGB),
    accepted("tiff of 64-bit offsets", saved(Image.fromarray(GRAY), "TIFF", big_tiff=True), GRAY),
    accepted("tiff of 1 bit", tiff(3, [1], 1, b"\x40"), [[0, 255, 0]]),
    accepted("tiff of 16 bits", tiff(7, [16], 1, struct.pack("<7H", *DEEP)), DEEP_8),
    accepted("tiff of 16 bits, MM", tiff(7, [16], 1, struct.pack(">7H", *DEEP), ">"), DEEP_8),
    accepted(
        "tiff signed", tiff(3, [16], 1, struct.pack("<3h", -5, 0, 5), t339=[2]), [[0, 128, 255]]
    ),
    accepted("tiff int32 bytes", int32s(0, 7, 255), [[0, 7, 255]]),
    accepted("tiff int32 mask", int32s(0, 1), [[0, 255]]),
    accepted("tiff int32 wide", int32s(-(2**31), 0, 2**31 - 1), [[0, 128, 255]]),
    accepted("tiff float unit", floats(0, 0.25, 0.5, 1), [[0, 64, 128, 255]]),
    accepted("tiff float bytes", floats(0, 1.4, 99.6, 255), [[0, 1, 100, 255]]),
    accepted("tiff float bright", floats(100, 255), [[100, 255]]),
    accepted("tiff float wide", floats(-100, 0, 300), [[0, 64, 255]]),
    accepted("tiff float huge", floats(-3e38, 0, 3e38), [[0, 128, 255]]),
    accepted("tiff double huge", written(np.array([[[-1.7e308], [1.7e308]]]), 64, 1), [[0, 255]]),
    accepted("tiff float flat", floats(1000, 1000), [[0, 0]]),
    accepted("tiff not finite", floats(np.nan, 1, np.inf, -np.inf), [[0, 255, 0, 0]]),
    accepted("tiff all nan", floats(np.nan, np.nan), [[0, 0]]),
    accepted("tiff palette", saved(palette(*RED, *BLUE), "TIFF"), [[RED, BLUE]]),
    accepted("tiff LA", tiff(2, [8, 8], 1, bytes([100, 51, 9, 0]), t338=[2]), [[224, 255]]),
    accepted("tiff La", tiff(2, [8, 8], 1, bytes([20, 51, 0, 0]), t338=[1]), [[224, 255]]),
    accepted(
        "tiff PA",
        tiff(
            2,
            [8, 8],
            3,
            bytes([100, 255, 9, 0]),
            t338=[2],
            t320=[257 * (i % 256) for i in range(768)],
        ),
        [[[100] * 3, WHITE]],
    ),
    accepted(
        "tiff cmyk",
        tiff(2, [8] * 4, 5, bytes([255, 0, 0, 0, 0, 0, 0, 255])),
        [[[0, 255, 255], [0] * 3]],
    ),
    accepted(
        "tiff ycbcr",
        tiff(2, [8] * 3, 6, bytes([9, 128, 128, 76, 85, 255])),
        [[[9] * 3, [254, 0, 0]]],
    ),
    accepted(
        "tiff lab", tiff(2, [8] * 3, 8, bytes([255, 0, 0, 0, 0, 0])), [[WHITE, [0] * 3]], within=1
    ),
    accepted("tiff, broken exif", tiff(2, [8], 1, b"\5\x09", t34665=[2**32 - 16]), [[5, 9]]),
]

HUGE = r"^The picture is {}×{} pixels; the limit is 50 megapixels\. Make it smaller first\.$"
OTHER = (
    r"^This is not a picture in a format the lab reads "
    + re.escape("(PNG, JPEG, WebP, GIF, BMP, TIFF, AVIF, PPM).")
    + "$"
)
UNSUPPORTED = r"^The {} file is not supported: .*{}.*\.$"
DAMAGED = r"^The {} file is damaged or incomplete \({}.*\)\.$"
JPEG, AVIF = saved(flat(RED), "JPEG"), saved(flat(RED), "AVIF")
WEBP, BMP = saved(Image.fromarray(RGB), "WEBP", lossless=True), saved(Image.fromarray(RGB), "BMP")
GIF, TIFF = saved(Image.fromarray(RGB), "GIF"), saved(Image.fromarray(RGB), "TIFF")


def refused(name: str, data: bytes, message: str, *about: object) -> object:
    """Return a case of the table of files that must be refused."""
    return pytest.param(data, message.format(*about), id=name)


REFUSED = [
    refused("empty", b"", r"^The file is empty\.$"),
    refused("one byte", b"\x89", OTHER),
    refused("zeros", bytes(1000), OTHER),
    refused("text", b"This is not a picture.\n" * 9, OTHER),
    refused("text that begins as BMP", b"BMW makes cars, and this is a text about them.", OTHER),
    refused("text that begins as PPM", b"P1 is what we call the most important work.", OTHER),
    refused("text that begins as PyPPM", b"Python is a language.", OTHER),
    refused("text that begins as TIFF", b"MMXXIV is a year, and II is a number.", OTHER),
    refused("svg", b'<svg xmlns="http://www.w3.org/2000/svg" width="9" height="9"/>', OTHER),
    refused("html", b"<!DOCTYPE html><html><script>alert(1)</script></html>", OTHER),
    refused("pdf", b"%PDF-1.7\n%\xe2\xe3\xcf\xd3\n1 0 obj\n", OTHER),
    refused("zip", b"PK\x03\x04" + bytes(60), OTHER),
    refused("mp4", b"\0\0\0\x18ftypisom\0\0\0\0isommp42", OTHER),
    refused("wave sound", b"RIFF\x24\0\0\0WAVEfmt " + bytes(30), OTHER),
    *(
        refused(kind.lower(), saved(Image.fromarray(RGB), kind), OTHER)
        for kind in ("ICO", "ICNS", "EPS", "PCX", "JPEG2000", "TGA", "QOI", "PDF")
    ),
    refused("png of signature", RGB_PNG[:8], DAMAGED, "PNG", ""),
    refused("png cut in header", RGB_PNG[:20], DAMAGED, "PNG", ""),
    refused("png cut in pixels", RGB_PNG[:-40], DAMAGED, "PNG", "image file is truncated"),
    refused("png without end", RGB_PNG[:-12], DAMAGED, "PNG", "image file is truncated"),
    refused("png of bad IHDR", flipped(RGB_PNG, b"IHDR", 18), DAMAGED, "PNG", "broken .*IHDR"),
    refused("png of bad IDAT sum", flipped(RGB_PNG, b"IEND", -6), DAMAGED, "PNG", "broken .*IDAT"),
    refused("png of bad IDAT", flipped(RGB_PNG, b"IDAT", 9), DAMAGED, "PNG", "broken .*IDAT"),
    refused("png without IDAT", GRAY_PNG[:33] + chunk(b"IEND", b""), DAMAGED, "PNG", ""),
    refused(
        "png of bad zlib",
        RGB_PNG[:33] + chunk(b"IDAT", b"no") + chunk(b"IEND", b""),
        DAMAGED,
        "PNG",
        "",
    ),
    refused("png of no width", png(0, 1, 8, 0, b"\0"), DAMAGED, "PNG", ""),
    refused("png of no such colour", png(1, 1, 8, 5, b"\0\0"), DAMAGED, "PNG", ""),
    refused(
        "png 49 MP, no pixels", png(7000, 7000, 8, 0, b""), DAMAGED, "PNG", "image file is trunc"
    ),
    refused("png just too large", png(50_000_001, 1, 8, 0, b""), HUGE, 50000001, 1),
    refused("png 65535x65535", png(65535, 65535, 8, 2, b""), HUGE, 65535, 65535),
    refused("png 100000x100000", png(100000, 100000, 8, 0, b""), HUGE, 100000, 100000),
    refused("png 2^31", png(2**31 - 1, 2**31 - 1, 8, 0, b""), HUGE, 2**31 - 1, 2**31 - 1),
    refused("gif 65535x65535", gif(65535, 65535), HUGE, 65535, 65535),
    refused("bmp 20000x20000", bmp(20000, 20000), HUGE, 20000, 20000),
    refused("ppm 99999x99999", b"P6 99999 99999 255\n", HUGE, 99999, 99999),
    refused("tiff 300000000x1", tiff(300_000_000, [8], 1, b""), HUGE, 300000000, 1),
    refused("jpeg of signature", b"\xff\xd8\xff", DAMAGED, "JPEG", ""),
    refused("jpeg cut in header", JPEG[:100], DAMAGED, "JPEG", ""),
    refused("jpeg cut in pixels", JPEG[:-8], DAMAGED, "JPEG", "image file is truncated"),
    refused("gif of signature", GIF[:6], DAMAGED, "GIF", ""),
    refused("gif cut in pixels", GIF[:-30], DAMAGED, "GIF", "image file is truncated"),
    refused("gif of no size", gif(0, 0), DAMAGED, "GIF", ""),
    refused("gif of no frame", GIF[:13] + b";", DAMAGED, "GIF", ""),
    refused("bmp cut in header", BMP[:40], DAMAGED, "BMP", ""),
    refused("bmp cut in pixels", BMP[:-50], DAMAGED, "BMP", "image file is truncated"),
    refused("bmp of no width", bmp(0, 5), DAMAGED, "BMP", ""),
    refused("ppm cut in pixels", b"P6 9 9 255\nabc", DAMAGED, "PPM", "image file is truncated"),
    refused("ppm of no size", b"P5 0 0 255\n", DAMAGED, "PPM", ""),
    refused("ppm of no number", b"P5 9 x 255\n", DAMAGED, "PPM", "invalid literal"),
    refused("tiff garbage", b"II*\0" + b"garbage!" * 4, DAMAGED, "TIFF", ""),
    refused("tiff of no tag", b"MM\0*\0\0\0\x08\0\0\0\0\0\0", DAMAGED, "TIFF", ""),
    refused("tiff cut in pixels", tiff(9, [8], 1, b"abc"), DAMAGED, "TIFF", "image file is trunc"),
    refused("tiff of no such depth", tiff(1, [48], 1, bytes(8)), UNSUPPORTED, "TIFF", "48 bits"),
    refused("webp of signature", WEBP[:12], DAMAGED, "WebP", ""),
    refused("webp of 10 bytes", b"RIFF\n\0\0\0WEBPVP", DAMAGED, "WebP", ""),
    refused("webp cut in pixels", WEBP[:-30], DAMAGED, "WebP", ""),
    refused("webp of garbage", WEBP[:20] + b"garbage!" * 9, DAMAGED, "WebP", ""),
    refused("avif of signature", AVIF[:12], DAMAGED, "AVIF", ""),
    refused("avif cut in header", AVIF[:150], DAMAGED, "AVIF", ""),
    refused("avif cut in pixels", AVIF[:-9], DAMAGED, "AVIF", ""),
]


def check_message(message: str) -> None:
    """Assert that a message can be shown as it is: a sentence, one clean line, no innards."""
    assert message[0].isupper()
    assert message.endswith(".")
    assert message.isprintable()
    assert len(message) <= 200
    assert "BytesIO" not in message
    assert "object at" not in message


@pytest.mark.filterwarnings("error", "ignore:Corrupt EXIF")
@pytest.mark.parametrize(("data", "expected", "within"), ACCEPTED)
def test_accepts(data: bytes, expected: NDArray[np.int64], within: int) -> None:
    pixels = read_picture(data, "upload").pixels
    assert pixels.shape == expected.shape
    error = np.abs(pixels.astype(int) - expected).max()
    assert error <= within, f"off by up to {error} levels: {pixels.tolist()}"


@pytest.mark.filterwarnings("ignore")  # Pillow's own remarks on the broken headers
@pytest.mark.parametrize(("data", "message"), REFUSED)
def test_refuses(data: bytes, message: str) -> None:
    with pytest.raises(PictureError, match=message) as caught:
        read_picture(data, "upload.png")
    check_message(str(caught.value))
    assert "upload" not in str(caught.value)


def test_limit_of_bytes(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(pictures, "MAX_BYTES", len(GRAY_PNG))
    assert read_picture(GRAY_PNG, "").is_gray
    monkeypatch.setattr(pictures, "MAX_BYTES", len(GRAY_PNG) - 1)
    size = rf"has {len(GRAY_PNG)} bytes; the limit is {len(GRAY_PNG) - 1}\. Make it smaller"
    with pytest.raises(PictureError, match=size) as caught:
        read_picture(GRAY_PNG, "")
    check_message(str(caught.value))


def test_limit_of_pixels(monkeypatch: pytest.MonkeyPatch) -> None:
    assert (pictures.MAX_BYTES, pictures.MAX_PIXELS) == (40_000_000, 50_000_000)
    monkeypatch.setattr(pictures, "MAX_PIXELS", 35)
    assert read_picture(GRAY_PNG, "").pixels.size == 35
    monkeypatch.setattr(pictures, "MAX_PIXELS", 34)
    with pytest.raises(PictureError, match="is 7×5 pixels"):
        read_picture(GRAY_PNG, "")


def test_size_is_judged_before_decoding(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(pictures, "MAX_PIXELS", 34)
    monkeypatch.setattr(ImageFile.ImageFile, "load", lambda self: pytest.fail("decoded"))
    with pytest.raises(PictureError, match="is 7×5 pixels"):
        read_picture(GRAY_PNG, "")


def test_warning_of_pillow_as_error_keeps_the_message() -> None:
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        with pytest.raises(PictureError, match=HUGE.format(10000, 10000)):
            read_picture(png(10000, 10000, 8, 0, b""), "")


def test_pillow_is_left_as_it_was() -> None:
    before = (ImageFile.LOAD_TRUNCATED_IMAGES, Image.MAX_IMAGE_PIXELS)
    read_picture(GRAY_PNG, "")
    assert (ImageFile.LOAD_TRUNCATED_IMAGES, Image.MAX_IMAGE_PIXELS) == before == (False, 89478485)


@pytest.mark.parametrize("error", [MemoryError(), RuntimeError("bad\n\x1b[31m\0 " + "é" * 999)])
def test_any_error_of_the_decoder_is_worded(
    monkeypatch: pytest.MonkeyPatch, error: Exception
) -> None:
    def fail(self: object) -> None:
        raise error

    monkeypatch.setattr(ImageFile.ImageFile, "load", fail)
    with pytest.raises(
        PictureError, match=r"^The PNG file is damaged .*\((Mem|bad \[31m\))"
    ) as caught:
        read_picture(GRAY_PNG, "")
    check_message(str(caught.value))
    assert caught.value.__cause__ is error


def test_an_interruption_passes_through(monkeypatch: pytest.MonkeyPatch) -> None:
    def interrupt(self: object) -> None:
        raise KeyboardInterrupt

    monkeypatch.setattr(ImageFile.ImageFile, "load", interrupt)
    with pytest.raises(KeyboardInterrupt):
        read_picture(GRAY_PNG, "")


@pytest.mark.parametrize(
    "name",
    ["<script>.png", "", "x" * 10_000, "two\nlines.png", "../../etc/passwd", "ø😀.png", "a\0b"],
)
def test_names_are_kept(name: str) -> None:
    assert read_picture(GRAY_PNG, name).name == name
    with pytest.raises(PictureError) as caught:
        read_picture(b"no picture", name)
    check_message(str(caught.value))


# ------------------------------------------------------------------ 16 bits, long texts, HEIC, done


def deep_png(samples: NDArray[np.uint16], *extra: tuple[bytes, bytes]) -> bytes:
    """Return a PNG of 16 bits, its rows stored with each of the five filters in turn."""
    height, width, channels = samples.shape
    size = 2 * channels
    before, rows = bytes(width * size), b""
    for y, row in enumerate(samples.astype(">u2")):
        line = row.tobytes()
        rows += bytes([y % 5])
        for at, value in enumerate(line):
            left, corner = (line[at - size], before[at - size]) if at >= size else (0, 0)
            up = before[at]
            paeth = min((left, up, corner), key=lambda near: abs(left + up - corner - near))
            guess = [0, left, up, (left + up) // 2, paeth][y % 5]
            rows += bytes([(value - guess) % 256])
        before = line
    return png(width, height, 16, {1: 0, 2: 4, 3: 2, 4: 6}[channels], rows, *extra)


def interlaced(samples: NDArray[np.uint16]) -> bytes:
    """Return a PNG of 16 bits in the seven passes of Adam7."""
    height, width, channels = samples.shape
    rows = b""
    for x, y, across, down in [
        *((0, 0, 8, 8), (4, 0, 8, 8), (0, 4, 4, 8), (2, 0, 4, 4), (0, 2, 2, 4), (1, 0, 2, 2)),
        (0, 1, 1, 2),
    ]:
        part = samples[y::down, x::across].astype(">u2")
        rows += b"".join(b"\0" + row.tobytes() for row in part) if part.size else b""
    colour = {1: 0, 2: 4, 3: 2, 4: 6}[channels]
    header = struct.pack(">IIBBBBB", width, height, 16, colour, 0, 0, 1)
    chunks = [(b"IHDR", header), (b"IDAT", zlib.compress(rows)), (b"IEND", b"")]
    return b"\x89PNG\r\n\x1a\n" + b"".join(chunk(*each) for each in chunks)


def laid(samples: NDArray[np.uint16]) -> NDArray[np.float64]:
    """Return samples of 16 bits as they look on white, unrounded."""
    values = samples / 257
    if samples.shape[2] % 2:
        return values
    opacity = values[..., -1:] / 255
    return values[..., :-1] * opacity + 255 * (1 - opacity)


@pytest.mark.parametrize("file", [deep_png, interlaced])
@pytest.mark.parametrize("channels", [1, 2, 3, 4])
@pytest.mark.parametrize("shape", [(1, 1), (6, 7), (17, 20)])
def test_png_of_16_bits(
    file: Callable[[NDArray[np.uint16]], bytes], channels: int, shape: tuple[int, int]
) -> None:
    samples = RNG.integers(0, 65536, (*shape, channels)).astype(np.uint16)
    samples[0, 0] = 65535
    picture = read_picture(file(samples), "")
    assert picture.is_gray == (channels < 3)
    expected = laid(samples).reshape(picture.pixels.shape)
    within = 0.5 if channels % 2 else 1.5  # opacity is rounded too
    assert np.abs(picture.pixels - expected).max() <= within
    assert words_of(picture.origin)[0] == "scaled from 16 bits"


@pytest.mark.parametrize("channels", [1, 2, 3, 4])
@pytest.mark.parametrize("bits", range(1, 17))
def test_fewer_of_16_bits_are_stretched_and_said(bits: int, channels: int) -> None:
    samples = RNG.integers(0, 2**bits, (6, 7, channels)).astype(np.uint16)
    samples[0, 0] = 2**bits - 1
    if channels % 2 == 0:
        samples[..., -1] = 65535
        samples[1, 1] = 65535
        samples[1, 1, -1] = 0  # a colour that nobody sees does not count
    picture = read_picture(deep_png(samples), "")
    colours = (channels - 1) // 2 * 2 + 1
    expected = 255 * samples[..., :colours].astype(float) / (2**bits - 1)
    expected[1, 1] = 255 if channels % 2 == 0 else expected[1, 1]
    pixels = picture.pixels.reshape(6, 7, -1)
    assert np.abs(pixels - expected).max() <= 0.5
    told = "scaled from 16 bits" if bits == 16 else f"{bits} of 16 bits used"
    white = ("laid on white",) if channels % 2 == 0 else ()
    assert words_of(picture.origin) == (told, *white)


def test_black_of_16_bits_stays_black() -> None:
    picture = read_picture(deep_png(np.zeros((2, 3, 3), np.uint16)), "")
    assert not picture.pixels.any()


@pytest.mark.parametrize("colours", [1, 3])
def test_one_transparent_colour_of_16_bits_is_compared_exactly(colours: int) -> None:
    samples = np.array([[[65535] * 3, [256, 257, 258], [256, 257, 259]]], np.uint16)[..., -colours:]
    key = struct.pack(f">{colours}H", *(258,) if colours == 1 else (256, 257, 258))
    pixels = read_picture(deep_png(samples, (b"tRNS", key)), "").pixels
    assert pixels[0, 1].tolist() == (255 if colours == 1 else list(WHITE))
    assert pixels[0, 2].tolist() == (1 if colours == 1 else [1, 1, 1])


def test_orientation_of_16_bits_is_said() -> None:
    samples = RNG.integers(0, 65536, (2, 3, 3)).astype(np.uint16)
    exif = ROTATED_EXIF.removeprefix(b"Exif\0\0")
    picture = read_picture(deep_png(samples, (b"eXIf", exif)), "")
    upright = read_picture(deep_png(samples), "").pixels
    np.testing.assert_array_equal(picture.pixels, np.rot90(upright, -1))
    assert picture.origin is not None
    assert words_of(picture.origin)[-1] == "turned upright"


@pytest.mark.parametrize("white", [256, 1000, 4095, 65535])
@pytest.mark.parametrize("kind", ["P2", "P3", "P5", "P6"])
def test_netpbm_of_more_than_8_bits(kind: str, white: int) -> None:
    shape = (5, 7, 3) if kind in ("P3", "P6") else (5, 7)
    samples = RNG.integers(0, white + 1, shape)
    samples.flat[0] = white
    body = (
        samples.astype(">u2").tobytes()
        if kind in ("P5", "P6")
        else b" ".join(b"%d" % value for value in samples.ravel())
    )
    for gap in (b" ", b"\n# a comment 7 #\n"):
        head = gap.join([kind.encode(), b"7", b"5", b"%d" % white]) + b"\n"
        picture = read_picture(head + body, "")
        assert picture.pixels.shape == shape
        assert np.abs(picture.pixels - 255 * samples / white).max() <= 0.5
        told = {4095: "12 bits", 65535: "16 bits"}.get(white, f"0 … {white}")
        assert picture.origin is not None
        assert (picture.origin.kind, picture.origin.size) == ("PPM", len(head + body))
        assert words_of(picture.origin) == (f"scaled from {told}",)


def test_netpbm_of_fewer_than_16_bits_used() -> None:
    picture = read_picture(b"P6 1 2 65535\n" + struct.pack(">6H", 0, 1, 4095, 4095, 2048, 7), "")
    assert picture.pixels.tolist() == [[[0, 0, 255]], [[255, 128, 0]]]
    assert picture.origin is not None
    assert words_of(picture.origin) == ("12 of 16 bits used",)


@pytest.mark.parametrize(("order", "scale"), [("<", b"-1.0"), (">", b"1.0"), ("<", b"-1e0")])
@pytest.mark.parametrize("kind", [b"Pf", b"PF"])
def test_netpbm_of_floating_point(kind: bytes, order: str, scale: bytes) -> None:
    samples = RNG.normal(size=(5, 7, 3) if kind == b"PF" else (5, 7)).astype(order + "f4")
    data = kind + b"\n7 5\n" + scale + b"\n" + samples[::-1].tobytes()
    low, high = samples.min(), samples.max()
    picture = read_picture(data, "")
    assert np.abs(picture.pixels - 255 * (samples - low) / (high - low)).max() <= 0.501
    assert picture.origin is not None
    assert words_of(picture.origin) == (f"stretched from {low:.4g} … {high:.4g}",)


@pytest.mark.parametrize(
    "data",
    [
        b"P6 3 2 65535\n" + bytes(35),
        b"P5 3 2 4095\n" + bytes(11),
        b"P3 2 1 4095\n1 2 3 4 5",
        b"P2 2 1 4095\n1 x",
        b"PF 2 1 -1\n" + bytes(23),
        b"P5 0 7 4095\n",
        b"P6 1 1 65536\n" + bytes(6),
    ],
    ids=str,
)
def test_netpbm_of_more_than_8_bits_damaged(data: bytes) -> None:
    with pytest.raises(PictureError, match="PPM file is damaged"):
        read_picture(data, "")


@pytest.mark.parametrize("head", [b"P6 60000 60000 65535\n", b"PF 60000 60000 -1\n"])
def test_netpbm_of_more_than_8_bits_is_judged_by_its_size(head: bytes) -> None:
    with pytest.raises(PictureError, match=HUGE.format(60000, 60000)):
        read_picture(head, "")


LONG = 2_500_000
TEXTS = {
    "tEXt": [(b"tEXt", b"note\0" + b"x" * LONG)],
    "zTXt": [(b"zTXt", b"note\0\0" + zlib.compress(b"x" * LONG))],
    "iTXt": [(b"iTXt", b"note\0\0\0en\0\0" + b"x" * LONG)],
    "iTXt packed": [(b"iTXt", b"note\0\1\0en\0\0" + zlib.compress(b"x" * LONG))],
    "random": [(b"iTXt", b"note\0\1\0\0\0" + zlib.compress(RNG.bytes(LONG)))],
    "many": [(b"zTXt", b"note\0\0" + zlib.compress(b"x" * 999_000))] * 90,
}


@pytest.mark.parametrize("texts", TEXTS.values(), ids=TEXTS)
@pytest.mark.parametrize("after", [False, True], ids=["before the pixels", "after them"])
def test_png_with_a_long_text(texts: list[tuple[bytes, bytes]], after: bool) -> None:
    at = len(RGB_PNG) - 12 if after else 33
    data = RGB_PNG[:at] + b"".join(chunk(*text) for text in texts) + RGB_PNG[at:]
    picture = read_picture(data, "")
    np.testing.assert_array_equal(picture.pixels, RGB)
    assert picture.origin == Origin("PNG", len(data))


def test_a_long_text_must_be_whole() -> None:
    data = RGB_PNG[:33] + chunk(*TEXTS["tEXt"][0]) + RGB_PNG[33:]
    with pytest.raises(PictureError, match=r"damaged or incomplete \(broken PNG file .*tEXt"):
        read_picture(flipped(data, b"tEXt", 100), "")


def test_a_long_text_hides_no_orientation() -> None:
    xmp = b"XML:com.adobe.xmp\0\0\0\0\0" + b'<x tiff:Orientation="6"/>'
    data = RGB_PNG[:33] + chunk(*TEXTS["zTXt"][0]) + chunk(b"iTXt", xmp) + RGB_PNG[33:]
    picture = read_picture(data, "")
    np.testing.assert_array_equal(picture.pixels, np.rot90(RGB, -1))
    assert picture.origin is not None
    assert words_of(picture.origin) == ("turned upright",)


DONE = {
    "nothing": (RGB_PNG, ()),
    "opaque": (saved(flat((1, 2, 3, 255), "RGBA"), "PNG"), ()),
    "transparent": (saved(flat((1, 2, 3, 254), "RGBA"), "PNG"), ("laid on white",)),
    "png frames": (saved(flat(RED), "PNG", **FRAMES), ("first of 2 frames",)),
    "gif frames": (saved(flat(RED), "GIF", **FRAMES), ("first of 2 frames",)),
    "webp frames": (saved(flat(RED), "WEBP", **FRAMES), ("first of 2 frames",)),
    "two pictures in a jpeg": (saved(flat(RED), "MPO", **FRAMES), ()),
    "jpeg turned": (saved(flat(RED), "JPEG", exif=ROTATED_EXIF), ("turned upright",)),
    "jpeg cmyk": (saved(flat((9, 8, 7, 6), "CMYK"), "JPEG"), ("CMYK converted",)),
    "palette": (saved(palette(*RED, *BLUE), "PNG"), ()),
    "float unit": (floats(0, 0.5, 1), ("scaled from 0 … 1",)),
    "float bytes": (floats(0, 99.5, 255), ("rounded to 8 bits",)),
    "float wide": (floats(-0.25, 1.75), ("stretched from -0.25 … 1.75",)),
    "not finite": (
        floats(np.nan, 1),
        ("samples that are not numbers taken as 0", "scaled from 0 … 1"),
    ),
    "int32": (int32s(0, 255), ()),
    "all at once": (
        deep_png(np.array([[[4095, 7]]], np.uint16), (b"gAMA", b"\0\1\x86\xa0")),
        ("12 of 16 bits used", "converted from gamma 1", "laid on white"),
    ),
}


@pytest.mark.parametrize(("data", "done"), DONE.values(), ids=DONE)
def test_what_was_done_is_said_in_order(data: bytes, done: tuple[str, ...]) -> None:
    origin = read_picture(data, "").origin
    assert origin is not None
    assert (origin.size, words_of(origin)) == (len(data), done)


def test_avif_under_a_general_brand_is_read() -> None:
    data = AVIF.replace(b"ftypavif", b"ftypmif1", 1)
    picture = read_picture(data, "")
    assert np.abs(picture.pixels.astype(int) - RED).max() <= 4
    assert picture.origin == Origin("AVIF", len(data))


def test_a_broken_frame_behind_the_first_does_not_show() -> None:
    whole = saved(flat(RED), "GIF", **FRAMES)
    for at in range(len(whole) // 2, len(whole)):
        picture = read_picture(whole[:at] + b"\xee\xee" + whole[at + 2 :], "")
        np.testing.assert_array_equal(picture.pixels, filled(RED))


HEIC = b"\0\0\0\x18ftyp%s\0\0\0\0mif1heic"


@pytest.mark.parametrize("brand", [b"heic", b"heix", b"hevc", b"mif1", b"heim"])
def test_heic_is_refused_by_what_it_needs(brand: bytes, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "pillow_heif", None)  # as if it were not installed
    with pytest.raises(
        PictureError, match=r"HEIC file is not supported: .*pip install pillow-heif"
    ):
        read_picture(HEIC % brand, "")


def test_heic_is_read_where_its_package_is(monkeypatch: pytest.MonkeyPatch) -> None:
    image = Image.open(io.BytesIO(RGB_PNG))
    image.info["icc_profile"] = b"broken"
    stub = SimpleNamespace(HeifImageFile=lambda file: image)
    monkeypatch.setitem(sys.modules, "pillow_heif", stub)
    picture = read_picture(HEIC % b"heic", "")
    np.testing.assert_array_equal(picture.pixels, RGB)
    assert picture.origin == Origin("HEIC", 24, (said("done.profile-broken"),))
    monkeypatch.setattr(pictures, "MAX_PIXELS", 34)
    monkeypatch.setattr(image, "load", lambda: pytest.fail("decoded"))
    with pytest.raises(PictureError, match="is 7×5 pixels"):
        read_picture(HEIC % b"heic", "")


def test_what_few_need_are_extras() -> None:
    project = tomllib.loads((Path(__file__).parents[2] / "pyproject.toml").read_text())
    extras = {"heic": ["pillow-heif"], "m4a": ["av"], "cluster": ["distributed>=2025.1"]}
    assert project["project"]["optional-dependencies"] == extras


def bmp_of(compression: int) -> bytes:
    head = struct.pack("<IHHIIiiHHIIiiII", 54, 0, 0, 54, 40, 1, 1, 1, 24, compression, *[0] * 5)
    return b"BM" + head + bytes(4)


WHOLE_BUT_NOT_READ = {
    "bmp of jpeg": bmp_of(4),
    "jpeg of 12 bits": JPEG.replace(b"\xff\xc0\0\x11\x08", b"\xff\xc1\0\x11\x0c"),
    "jpeg without loss": JPEG.replace(b"\xff\xc0\0\x11", b"\xff\xc3\0\x11"),
    "jpeg in layers": JPEG.replace(b"\xff\xc0\0\x11", b"\xff\xc5\0\x11"),
}


@pytest.mark.parametrize("data", WHOLE_BUT_NOT_READ.values(), ids=WHOLE_BUT_NOT_READ)
def test_what_is_whole_but_not_read_is_not_called_damaged(data: bytes) -> None:
    with pytest.raises(PictureError, match=r"file is not supported: ") as caught:
        read_picture(data, "")
    check_message(str(caught.value))


# -------------------------------------------------------------------------------------- orientation

# What each value of the EXIF tag 274 says has to be done to the stored rows to see them upright.
UPRIGHT: dict[int, Callable[[Pixels], Pixels]] = {
    1: lambda stored: stored,
    2: lambda stored: stored[:, ::-1],
    3: lambda stored: stored[::-1, ::-1],
    4: lambda stored: stored[::-1],
    5: lambda stored: stored.swapaxes(0, 1),
    6: lambda stored: np.rot90(stored, -1),
    7: lambda stored: stored[::-1, ::-1].swapaxes(0, 1),
    8: lambda stored: np.rot90(stored, 1),
}


def turned(image: Image.Image, kind: str, orientation: int, **options: object) -> bytes:
    """Return a file whose EXIF gives the orientation."""
    exif = Image.Exif()
    exif[274] = orientation
    return saved(image, kind, exif=exif, **options)


@pytest.mark.parametrize("orientation", range(1, 9))
@pytest.mark.parametrize("stored", [GRAY, RGB], ids=["gray", "rgb"])
@pytest.mark.parametrize(
    ("kind", "options"), [("PNG", {}), ("TIFF", {}), ("WEBP", {"lossless": True})]
)
def test_orientation_exactly(
    kind: str, options: dict[str, object], stored: Pixels, orientation: int
) -> None:
    if kind == "WEBP" and stored.ndim == 2:
        stored = np.stack([stored] * 3, axis=2)  # the format has no gray
    picture = read_picture(turned(Image.fromarray(stored), kind, orientation, **options), "")
    np.testing.assert_array_equal(picture.pixels, UPRIGHT[orientation](stored))


@pytest.mark.parametrize("orientation", range(1, 9))
@pytest.mark.parametrize("kind", ["JPEG", "AVIF"])
def test_orientation_of_lossy_files(kind: str, orientation: int) -> None:
    corners = (
        np.array([[20, 90, 130], [160, 200, 240]], np.uint8).repeat(16, axis=0).repeat(16, axis=1)
    )
    data = turned(Image.fromarray(corners), kind, orientation, quality=95)
    expected = UPRIGHT[orientation](corners)
    pixels = read_picture(data, "").pixels
    assert pixels.shape == expected.shape
    assert np.abs(pixels.astype(int) - expected).max() <= 8


@pytest.mark.parametrize("depth", ["16 bits", "palette"])
def test_orientation_of_other_modes(depth: str) -> None:
    image = (
        palette(*RED, *BLUE)
        if depth == "palette"
        else Image.fromarray(np.array([[257, 65535]], np.uint16))
    )
    expected = [[RED], [BLUE]] if depth == "palette" else [[1], [255]]
    np.testing.assert_array_equal(read_picture(turned(image, "PNG", 6), "").pixels, expected)


@pytest.mark.parametrize("orientation", [0, 9, 65535])
def test_orientation_that_does_not_exist_is_ignored(orientation: int) -> None:
    data = turned(Image.fromarray(GRAY), "PNG", orientation)
    np.testing.assert_array_equal(read_picture(data, "").pixels, GRAY)


def test_orientation_survives_exif_that_cannot_be_written_back(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    data = saved(Image.fromarray(GRAY), "PNG", exif=ROTATED_EXIF)
    monkeypatch.setattr(Image.Exif, "tobytes", lambda self: 1 / 0)
    np.testing.assert_array_equal(read_picture(data, "").pixels, np.rot90(GRAY, -1))


# ------------------------------------------------------------------- relations, references, samples


def test_white_shows_through_by_the_formula_for_all_pairs() -> None:
    gray, alpha = np.meshgrid(np.arange(256), np.arange(256))
    image = of(np.dstack([gray, alpha]), "LA", (256, 256))
    expected = np.rint((gray * alpha + 255 * (255 - alpha)) / 255)
    np.testing.assert_array_equal(read_picture(saved(image, "PNG"), "").pixels, expected)
    coloured = image.convert("RGBA")
    pixels = read_picture(saved(coloured, "PNG"), "").pixels
    np.testing.assert_array_equal(pixels, np.dstack([expected] * 3))


def test_16_bits_are_divided_by_257_for_all_values() -> None:
    deep = np.arange(65536, dtype=np.uint16).reshape(256, 256)
    pixels = read_picture(saved(Image.fromarray(deep), "PNG"), "").pixels
    np.testing.assert_array_equal(pixels, np.rint(deep / 257))


def test_the_first_frame_is_the_picture_alone() -> None:
    still = read_picture(saved(Image.fromarray(RGB), "WEBP", lossless=True), "")
    film = saved(
        Image.fromarray(RGB),
        "WEBP",
        lossless=True,
        save_all=True,
        append_images=[Image.fromarray(255 - RGB)],
    )
    assert read_picture(film, "").digest == still.digest


@pytest.mark.parametrize(
    "pixels", [GRAY, RGB, GRAY[:1, :1], RGB[::2, ::-1], np.full((9, 9), 3, np.uint8)]
)
def test_png_agrees_with_the_specification(pixels: Pixels) -> None:
    np.testing.assert_array_equal(unfiltered(png_bytes(pixels)), pixels)


def test_png_of_a_photograph() -> None:
    photograph = sample_picture("chelsea").pixels[100:140, 100:150]
    np.testing.assert_array_equal(unfiltered(png_bytes(photograph)), photograph)
    assert png_bytes(photograph) == png_bytes(photograph.copy())
    assert len(png_bytes(photograph)) < photograph.size


def test_png_says_what_it_is_told_beside_its_pixels():
    pixels, texts = np.zeros((2, 3), np.uint8), {"Software": "lab", "picture": "Zoë ✓\n.png"}
    data = png_bytes(pixels, texts)
    assert Image.open(io.BytesIO(data)).text == texts
    assert data == png_bytes(pixels.copy(), {**texts})
    np.testing.assert_array_equal(read_picture(data, "").pixels, pixels)
    assert png_bytes(pixels, {}) == png_bytes(pixels)


small_pixels = arrays.arrays(
    np.uint8,
    st.one_of(
        st.tuples(st.integers(1, 12), st.integers(1, 12)),
        st.tuples(st.integers(1, 12), st.integers(1, 12), st.just(3)),
    ),
)


@given(small_pixels)
def test_png_round_trip(pixels: Pixels) -> None:
    picture = read_picture(png_bytes(pixels), "round trip")
    np.testing.assert_array_equal(picture.pixels, pixels)
    assert picture.digest == Picture(pixels, "original").digest


@given(small_pixels, st.data())
def test_digest_sees_one_sample(pixels: Pixels, data: st.DataObject) -> None:
    changed = pixels.copy()
    changed.flat[data.draw(st.integers(0, pixels.size - 1))] ^= data.draw(st.integers(1, 255))
    assert Picture(changed, "").digest != Picture(pixels, "").digest


FUZZED = {
    "png": RGB_PNG,
    "png palette": saved(palette(*RED, *BLUE), "PNG", transparency=b"\x07"),
    "jpeg": saved(Image.fromarray(RGB), "JPEG", exif=ROTATED_EXIF, quality=20),
    "gif": GIF,
    "bmp": BMP,
    "tiff": tiff(7, [16], 1, struct.pack("<7H", *DEEP)),
    "webp": WEBP,
    "avif": AVIF,
    "ppm": b"P5 7 5 255\n" + GRAY.tobytes(),
    "png of 16 bits": deep_png(RGB.astype(np.uint16) * 257, (b"gAMA", b"\0\1\x86\xa0")),
    "ppm of 16 bits": b"P6 7 5 4095\n" + RGB.astype(">u2").tobytes(),
    "pfm": b"PF 7 5 -1\n" + RGB.astype("<f4").tobytes(),
    "tiff tiles": written(RGB.astype("u2"), 16, 2, tile=(16, 16), planar=True, compression="lzw"),
    "tiff floats": written(RGB.astype("f4"), 32, 2, compression="deflate", predictor=3, rows=2),
    "tiff of 12 bits": written(RGB.astype("u2"), 12, 2, order=">", big=True, tags={338: [2]}),
    "tiff palette": written(RGB[..., :1] % 16, 4, 3, compression="packbits", tags={320: [9] * 48}),
    "tiff jpeg": saved(Image.fromarray(RGB), "TIFF", compression="jpeg"),
    "gif frames": saved(flat(RED), "GIF", **FRAMES),
    "png profile": saved(flat(RED), "PNG", icc_profile=rgb_profile(SRGB_PRIMARIES, power(1))),
}


@pytest.mark.filterwarnings("ignore")
@settings(max_examples=60)
@given(
    changes=st.lists(st.tuples(st.integers(0, 2**16), st.integers(0, 255)), max_size=4),
    kept=st.one_of(st.just(1.0), st.floats(0, 1)),
)
@pytest.mark.parametrize("whole", FUZZED.values(), ids=FUZZED)
def test_damage_is_read_or_refused(
    whole: bytes, changes: list[tuple[int, int]], kept: float
) -> None:
    damaged = bytearray(whole)
    for at, value in changes:
        damaged[at % len(damaged)] = value
    try:
        picture = read_picture(bytes(damaged[: round(kept * len(damaged))]), "damaged")
    except PictureError as error:
        check_message(str(error))
    else:
        assert picture.pixels.dtype == np.uint8
        assert picture.pixels.size > 0


@pytest.mark.filterwarnings("ignore")
@pytest.mark.parametrize(
    ("whole", "unguarded"),
    [(RGB_PNG, 4), (GIF, 2), (BMP, 3), (JPEG, 0), (WEBP, 0), (AVIF, 0), (TIFF, 0)],
    ids=["png", "gif", "bmp", "jpeg", "webp", "avif", "tiff"],
)
def test_every_truncation_is_refused(whole: bytes, unguarded: int) -> None:
    # The last bytes of some formats are padding, or only say that nothing follows.
    for length in range(len(whole) - unguarded):
        with pytest.raises(PictureError):
            read_picture(whole[:length], "")


def test_every_flipped_bit_of_a_png_is_refused() -> None:
    for bit in range(8 * (len(RGB_PNG) - 12)):  # the last chunk says "end" and guards nothing
        changed = bytearray(RGB_PNG)
        changed[bit // 8] ^= 1 << bit % 8
        with pytest.raises(PictureError):
            read_picture(bytes(changed), "")


SAMPLE_SHAPES = {
    "camera": (512, 512),
    "chelsea": (300, 451, 3),
    "astronaut": (512, 512, 3),
    "coffee": (400, 600, 3),
    "rocket": (427, 640, 3),
    "retina": (1411, 1411, 3),
    "china": (427, 640, 3),
    "flower": (427, 640, 3),
}


def test_samples_in_order() -> None:
    assert list(SAMPLES) == list(SAMPLE_SHAPES)


@pytest.mark.parametrize("name", SAMPLE_SHAPES)
def test_sample(name: str) -> None:
    picture = sample_picture(name)
    assert (picture.name, picture.pixels.shape) == (name, SAMPLE_SHAPES[name])
    assert picture.pixels.std() > 20  # a photograph, not a blank
    assert picture.digest == sample_picture(name).digest


def test_samples_differ() -> None:
    assert len({sample_picture(name).digest for name in SAMPLES}) == len(SAMPLES)


@pytest.mark.parametrize("name", ["lena", "", "Camera", "../camera", "data_dir", "x\n" * 999])
def test_unknown_sample(name: str) -> None:
    with pytest.raises(PictureError, match=f"there are {', '.join(SAMPLES)}") as caught:
        sample_picture(name)
    check_message(str(caught.value))


# ------------------------------------------------------------------------------- the Picture itself


def test_picture_by_hand() -> None:
    picture = Picture(np.array([[1, 2, 3], [4, 5, 6]], np.uint8), "six")
    assert (picture.width, picture.height, picture.is_gray) == (3, 2, True)
    assert picture.digest == hashlib.sha256(b"(2, 3)\1\2\3\4\5\6").hexdigest()
    assert not Picture(RGB, "").is_gray
    assert (Picture(RGB, "").width, Picture(RGB, "").height) == (7, 5)


def test_origin_is_the_file() -> None:
    assert read_picture(GRAY_PNG, "").origin == Origin("PNG", len(GRAY_PNG))
    assert read_picture(JPEG, "").origin == Origin("JPEG", len(JPEG), ())
    assert sample_picture("camera").origin is None
    assert Picture(GRAY, "", Origin("PNG", 1)).digest == Picture(GRAY, "").digest


def test_picture_cannot_be_changed() -> None:
    mine = GRAY.copy()
    picture = Picture(mine, "mine")
    with pytest.raises(ValueError, match="read-only"):
        picture.pixels[0, 0] = 1
    with pytest.raises(dataclasses.FrozenInstanceError):
        picture.name = "yours"  # type: ignore[misc]
    assert mine.flags.writeable
    assert picture != Picture(mine, "mine")


def test_picture_takes_read_only_pixels() -> None:
    frozen = GRAY.copy()
    frozen.flags.writeable = False
    assert Picture(frozen, "").digest == Picture(GRAY, "").digest


def test_digest_depends_on_shape_and_pixels_alone() -> None:
    digests = {Picture(GRAY.reshape(shape), "").digest for shape in [(5, 7), (7, 5), (1, 35)]}
    assert len(digests) == 3
    assert Picture(RGB[:2, :2], "a").digest == Picture(RGB[:2, :2].copy(), "b").digest
    assert (
        Picture(np.zeros((1, 3), np.uint8), "").digest
        != Picture(np.zeros((1, 1, 3), np.uint8), "").digest
    )


def test_digest_is_computed_once(monkeypatch: pytest.MonkeyPatch) -> None:
    picture = Picture(GRAY, "")
    digest = picture.digest
    monkeypatch.setattr(hashlib, "sha256", lambda *_: pytest.fail("computed again"))
    assert picture.digest == digest


BAD_PIXELS = [
    pytest.param(np.zeros((2, 2)), "uint8, not float64", id="float"),
    pytest.param(np.zeros((2, 2), np.int8), "uint8, not int8", id="int8"),
    pytest.param(np.zeros((2, 2), bool), "uint8, not bool", id="bool"),
    pytest.param(np.zeros(4, np.uint8), r"not \(4,\)", id="one axis"),
    pytest.param(np.zeros((2, 2, 1), np.uint8), r"not \(2, 2, 1\)", id="one channel"),
    pytest.param(np.zeros((2, 2, 4), np.uint8), r"not \(2, 2, 4\)", id="four channels"),
    pytest.param(np.zeros((1, 2, 2, 3), np.uint8), r"not \(1, 2, 2, 3\)", id="four axes"),
    pytest.param(np.zeros((0, 2), np.uint8), r"not \(0, 2\)", id="no rows"),
    pytest.param(np.zeros((2, 0, 3), np.uint8), r"not \(2, 0, 3\)", id="no columns"),
]


@pytest.mark.parametrize(("pixels", "message"), BAD_PIXELS)
def test_bad_pixels_are_quoted(pixels: Pixels, message: str) -> None:
    for function in (lambda p: Picture(p, ""), png_bytes):
        with pytest.raises(ValueError, match=message):
            function(pixels)


@pytest.mark.parametrize(("height", "width"), [(1, 65_536), (65_536, 1)])
def test_side_beyond_the_limit(height: int, width: int) -> None:
    data = png_bytes(np.zeros((height, width), np.uint8))
    with pytest.raises(PictureError, match="limit of a side is 65,535"):
        read_picture(data, "long.png")
