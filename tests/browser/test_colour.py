"""Colours as a real Chromium shows them: the pixels of a file here and there agree."""

import base64
import io
import struct
import sys
import zlib
from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from vqcore.signals.pictures import read_picture

sys.path.append(str(Path(__file__).parents[1]))
import icc_profiles as icc

SHOWN = """async source => {
  const picture = new Image();
  picture.src = source;
  await picture.decode();
  const canvas = document.createElement("canvas");
  [canvas.width, canvas.height] = [picture.naturalWidth, picture.naturalHeight];
  const context = canvas.getContext("2d");
  context.drawImage(picture, 0, 0);
  const { data } = context.getImageData(0, 0, canvas.width, canvas.height);
  return btoa(Array.from(data, value => String.fromCharCode(value)).join(""));
}"""

RNG = np.random.default_rng(3)
COLOURS = RNG.integers(0, 256, (64, 64, 3), np.uint8)
COLOURS[:4] = np.arange(256).reshape(4, 64, 1)  # all grays
COLOURS[4:8] = np.arange(256).reshape(4, 64, 1) * np.array([1, 0, 0])  # all reds: out of gamut
SMOOTH = np.asarray(Image.fromarray(COLOURS[::16, ::16]).resize((64, 64), Image.Resampling.BICUBIC))
PROFILES = {
    "Display P3": icc.rgb_profile(icc.DISPLAY_P3, icc.srgb_curve()),
    "Adobe RGB": icc.rgb_profile(icc.ADOBE_RGB, icc.power(563 / 256)),
    "ProPhoto": icc.rgb_profile(icc.PROPHOTO, icc.power(1.8), icc.D50),
    "linear": icc.rgb_profile(icc.SRGB, icc.power(1)),
    "sRGB": icc.rgb_profile(icc.SRGB, icc.srgb_curve()),
    "broken": icc.rgb_profile(icc.SRGB, icc.power(1))[:200],
    "gray": icc.gray_profile(icc.power(1)),
    "gray 1.8": icc.gray_profile(icc.power(1.8)),
}


def saved(pixels, kind, **options):
    file = io.BytesIO()
    Image.fromarray(pixels).save(file, kind, **options)
    return file.getvalue()


@pytest.fixture
def check(pages):
    """Compare what is read here with what the browser shows."""
    page = pages({"width": 300, "height": 300})

    def compare(data, kind, within=1):
        pixels = read_picture(data, "").pixels
        source = f"data:image/{kind};base64,{base64.b64encode(data).decode()}"
        shown = np.frombuffer(base64.b64decode(page.evaluate(SHOWN, source)), np.uint8)
        shown = shown.reshape(*pixels.shape[:2], 4)
        assert (shown[..., 3] == 255).all()
        ours = pixels if pixels.ndim == 3 else pixels[..., np.newaxis]
        assert np.abs(shown[..., :3].astype(int) - ours).max() <= within

    return compare


@pytest.mark.parametrize("name", PROFILES)
@pytest.mark.parametrize("gray", [False, True], ids=["rgb", "gray"])
def test_png_with_a_profile(check, name, gray):
    pixels = COLOURS[..., 0] if gray else COLOURS
    check(saved(pixels, "PNG", icc_profile=PROFILES[name]), "png")


@pytest.mark.parametrize("name", ["Display P3", "Adobe RGB", "ProPhoto", "sRGB"])
def test_jpeg_with_a_profile(check, name):
    check(saved(SMOOTH, "JPEG", quality=95, subsampling=0, icc_profile=PROFILES[name]), "jpeg")
    check(saved(SMOOTH[..., 0], "JPEG", quality=95, icc_profile=PROFILES[name]), "jpeg")


@pytest.mark.parametrize("name", ["Display P3", "Adobe RGB", "ProPhoto", "sRGB", "linear"])
def test_webp_with_a_profile(check, name):
    check(saved(COLOURS, "WEBP", lossless=True, icc_profile=PROFILES[name]), "webp")


CHUNKS = {
    "gAMA 1.0": [icc.gama(100_000)],
    "gAMA 0.3": [icc.gama(30_000)],
    "gAMA 1/2.2": [icc.gama(45_455)],
    "gAMA nearly 1/2.2": [icc.gama(44_000)],
    "gAMA 0.4": [icc.gama(40_000)],
    "gAMA 0.5": [icc.gama(50_000)],
    "gAMA 0": [icc.gama(0)],
    "cHRM": [icc.chrm(icc.DISPLAY_P3)],
    "gAMA and cHRM": [icc.gama(45_455), icc.chrm(icc.DISPLAY_P3)],
    "gAMA and cHRM of sRGB": [icc.gama(45_455), icc.chrm(icc.SRGB)],
    "gAMA 1.0 and cHRM": [icc.gama(100_000), icc.chrm(icc.ADOBE_RGB)],
    "another white": [icc.gama(50_000), icc.chrm(icc.SRGB, icc.D50)],
    "sRGB beats gAMA": [(b"sRGB", b"\0"), icc.gama(100_000), icc.chrm(icc.DISPLAY_P3)],
    "iCCP beats sRGB": [(b"sRGB", b"\0"), (b"iCCP", b"x\0\0" + zlib.compress(PROFILES["linear"]))],
    "iCCP beats gAMA": [
        icc.gama(50_000),
        (b"iCCP", b"x\0\0" + zlib.compress(PROFILES["Display P3"])),
    ],
    "gAMA after a broken iCCP": [(b"iCCP", b"x\0\0no"), icc.gama(100_000)],
    "cICP": [(b"cICP", bytes([12, 13, 0, 1]))],
    "cICP linear": [(b"cICP", bytes([1, 8, 0, 1]))],
    "cICP of television": [(b"cICP", bytes([9, 1, 0, 1]))],
    "cICP gamma 2.2": [(b"cICP", bytes([1, 4, 0, 1]))],
    "cICP beats iCCP": [
        (b"cICP", bytes([1, 13, 0, 1])),
        (b"iCCP", b"x\0\0" + zlib.compress(PROFILES["linear"])),
    ],
    "cICP of no full range": [(b"cICP", bytes([12, 13, 0, 0])), icc.gama(100_000)],
}


@pytest.mark.parametrize("chunks", CHUNKS.values(), ids=list(CHUNKS))
@pytest.mark.parametrize("gray", [False, True], ids=["rgb", "gray"])
def test_png_with_numbers(check, chunks, gray):
    check(icc.png(COLOURS[..., 0] if gray else COLOURS, *chunks), "png")


def test_png_of_16_bits(check):
    samples = RNG.integers(0, 65536, (8, 16, 3)).astype(">u2")
    rows = b"".join(b"\0" + row.tobytes() for row in samples)
    parts = [
        (b"IHDR", struct.pack(">IIBBBBB", 16, 8, 16, 2, 0, 0, 0)),
        (b"IDAT", zlib.compress(rows)),
        (b"IEND", b""),
    ]
    data = b"".join(icc.chunk(*each) for each in parts)
    check(b"\x89PNG\r\n\x1a\n" + data, "png")


def test_a_photograph_without_a_profile(check):
    check(saved(SMOOTH, "JPEG", quality=95, subsampling=0), "jpeg")
