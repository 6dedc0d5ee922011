"""Tests of colourprofiles and of what PNG files say of their colours."""

import io
import struct
import zlib

import icc_profiles as icc
import numpy as np
import pytest
from helpers import words_of
from PIL import Image, ImageCms

from vqcore.signals.colourprofiles import profile_of, to_srgb
from vqcore.signals.pictures import read_picture

RNG = np.random.default_rng(11)
COLOURS = RNG.integers(0, 256, (30, 40, 3), np.uint8)
COLOURS[0] = np.arange(40)[:, np.newaxis]  # the darkest grays
GRAYS = np.arange(256, dtype=np.uint8).reshape(8, 32)

P3 = icc.rgb_profile(icc.DISPLAY_P3, icc.srgb_curve(), name="Display P3")
ADOBE = icc.rgb_profile(icc.ADOBE_RGB, icc.power(563 / 256), name="Adobe RGB (1998)")
PROPHOTO = icc.rgb_profile(icc.PROPHOTO, icc.power(1.8), icc.D50, name="ProPhoto")
LINEAR = icc.rgb_profile(icc.SRGB, icc.power(1))
SPACES = {
    "Display P3": (P3, icc.DISPLAY_P3, icc.srgb_to_light, icc.D65),
    "Adobe RGB (1998)": (ADOBE, icc.ADOBE_RGB, lambda v: v ** (563 / 256), icc.D65),
    "ProPhoto": (PROPHOTO, icc.PROPHOTO, lambda v: v ** (461 / 256), icc.D50),
    "by numbers": (LINEAR, icc.SRGB, lambda v: v, icc.D65),
}


def saved(pixels, kind="PNG", **options):
    file = io.BytesIO()
    Image.fromarray(pixels).save(file, kind, **options)
    return file.getvalue()


def iccp(profile):
    return b"iCCP", b"name\0\0" + zlib.compress(profile)


SRGB_CHUNK = (b"sRGB", b"\0")


def read(data):
    picture = read_picture(data, "")
    return picture.pixels, words_of(picture.origin)


@pytest.mark.parametrize("name", SPACES)
def test_colours_are_those_of_the_formula(name):
    profile, *space = SPACES[name]
    pixels, done = read(saved(COLOURS, icc_profile=profile))
    assert np.abs(pixels - icc.in_srgb(COLOURS, *space)).max() <= 1
    assert done == (f"converted from {name}",)


@pytest.mark.parametrize("name", SPACES)
@pytest.mark.parametrize("kind", ["WEBP", "TIFF", "AVIF", "JPEG"])
def test_each_format_has_profiles(kind, name):
    flat = np.full((16, 16, 3), (200, 120, 60), np.uint8)
    options = {"lossless": True} if kind == "WEBP" else {} if kind == "TIFF" else {"quality": 100}
    pixels, done = read(saved(flat, kind, icc_profile=SPACES[name][0], **options))
    expected = icc.in_srgb(flat, *SPACES[name][1:])
    assert np.abs(pixels - expected).max() <= (1.5 if kind in ("WEBP", "TIFF") else 5)
    assert done == (f"converted from {name}",)


SRGB_PROFILES = {
    "littleCMS": ImageCms.ImageCmsProfile(ImageCms.createProfile("sRGB")).tobytes(),
    "1024 points": icc.rgb_profile(icc.SRGB, icc.srgb_curve()),
    "4096 points": icc.rgb_profile(icc.SRGB, icc.srgb_curve(4096)),
    "by parameters": profile_of("sRGB", None),
}


@pytest.mark.parametrize("profile", SRGB_PROFILES.values(), ids=list(SRGB_PROFILES))
@pytest.mark.parametrize("pixels", [COLOURS, GRAYS], ids=["rgb", "gray"])
def test_what_is_srgb_stays_and_nothing_is_said(profile, pixels):
    read_pixels, done = read(saved(pixels, icc_profile=profile))
    np.testing.assert_array_equal(read_pixels, pixels)
    assert done == ()


def test_gray_with_a_gray_profile_stays_gray():
    pixels, done = read(saved(GRAYS, icc_profile=icc.gray_profile(icc.power(1))))
    expected = 255 * icc.light_to_srgb(GRAYS / 255)
    assert pixels.shape == GRAYS.shape
    assert np.abs(pixels - expected).max() <= 1
    assert done == ("converted from gray by numbers",)


def test_gray_with_a_profile_for_rgb_stays_gray():
    pixels, done = read(saved(GRAYS, icc_profile=LINEAR))
    assert pixels.shape == GRAYS.shape
    assert np.abs(pixels - 255 * icc.light_to_srgb(GRAYS / 255)).max() <= 1
    assert done == ("converted from by numbers",)


def test_colours_with_a_gray_profile_are_left_as_they_are():
    pixels, done = read(saved(COLOURS, icc_profile=icc.gray_profile(icc.power(1))))
    np.testing.assert_array_equal(pixels, COLOURS)
    assert done == ("colour profile for GRAY ignored",)


@pytest.mark.parametrize("mode", ["RGBA", "LA"])
def test_opacity_is_kept_while_colours_are_converted(mode):
    image = Image.new(mode, (4, 4), (100, 100, 100, 51)[-len(mode) :])
    file = io.BytesIO()
    image.save(file, "PNG", icc_profile=LINEAR)
    pixels, done = read(file.getvalue())
    light = 255 * icc.light_to_srgb(100 / 255)
    assert np.abs(pixels - (0.2 * light + 0.8 * 255)).max() <= 1
    assert done == ("converted from by numbers", "laid on white")


def test_a_palette_is_converted():
    image = Image.fromarray(COLOURS).quantize(16)
    plain = np.asarray(image.convert("RGB"))
    file = io.BytesIO()
    image.save(file, "PNG", icc_profile=P3)
    pixels, _ = read(file.getvalue())
    assert np.abs(pixels - icc.in_srgb(plain, *SPACES["Display P3"][1:])).max() <= 1


def test_16_bits_are_scaled_then_converted():
    samples = (COLOURS.astype(np.uint16) * 257)[:2, :3].astype(">u2")
    rows = b"".join(b"\0" + row.tobytes() for row in samples)
    head = struct.pack(">IIBBBBB", 3, 2, 16, 2, 0, 0, 0)
    parts = [(b"IHDR", head), iccp(ADOBE), (b"IDAT", zlib.compress(rows)), (b"IEND", b"")]
    data = b"\x89PNG\r\n\x1a\n" + b"".join(icc.chunk(*each) for each in parts)
    pixels, done = read(data)
    expected, _ = read(saved(COLOURS[:2, :3], icc_profile=ADOBE))
    np.testing.assert_array_equal(pixels, expected)
    assert done[1] == "converted from Adobe RGB (1998)"


def test_cmyk_with_a_profile_for_rgb_is_converted_without():
    file = io.BytesIO()
    Image.new("CMYK", (8, 8), (0, 255, 255, 0)).save(file, "TIFF", icc_profile=P3)
    pixels, done = read(file.getvalue())
    assert pixels[0, 0].tolist() == [255, 0, 0]
    assert done == ("colour profile for RGB ignored", "CMYK converted")


# ----------------------------------------------------------------------------------- what is broken


@pytest.mark.parametrize("kept", [0, 1, 100, 130, 200, len(P3) - 2000])
@pytest.mark.parametrize("kind", ["PNG", "TIFF", "JPEG", "WEBP"])
def test_a_broken_profile_is_ignored_and_said(kind, kept):
    profile = P3[:kept] or b"?"
    options = {"lossless": True} if kind == "WEBP" else {}
    plain, nothing = read(saved(COLOURS, kind, **options))
    pixels, done = read(saved(COLOURS, kind, icc_profile=profile, **options))
    np.testing.assert_array_equal(pixels, plain)
    assert (nothing, done) == ((), ("broken colour profile ignored",))


@pytest.mark.parametrize("body", [b"", b"name", b"name\0\0not zlib", b"name\0\0"], ids=str)
def test_a_profile_that_cannot_be_unpacked_is_ignored_and_said(body):
    pixels, done = read(icc.png(COLOURS, (b"iCCP", body)))
    np.testing.assert_array_equal(pixels, COLOURS)
    assert done == ("broken colour profile ignored",)


def test_what_comes_after_a_broken_profile_counts():
    pixels, done = read(icc.png(COLOURS, (b"iCCP", b"name\0\0no"), icc.gama(100_000)))
    expected, _ = read(icc.png(COLOURS, icc.gama(100_000)))
    np.testing.assert_array_equal(pixels, expected)
    assert done == ("broken colour profile ignored", "converted from gamma 1")


@pytest.mark.parametrize("seed", range(40))
def test_a_damaged_profile_never_harms(seed):
    random = np.random.default_rng(seed)
    profile = bytearray(ADOBE)
    for at in random.integers(0, len(profile), 8):
        profile[at] = random.integers(256)
    pixels, _ = read(saved(COLOURS, icc_profile=bytes(profile)))
    assert pixels.shape == COLOURS.shape


@pytest.mark.parametrize(
    ("name", "said"),
    [
        ("", "converted from its colour profile"),
        ("two\nlines", "converted from two lines"),
        ("x" * 10 + " y" * 500, "converted from xxxxxxxxxx" + " y" * 14 + " …"),
        ("<b>bold</b>", "converted from b bold /b"),
    ],
)
def test_the_name_of_a_profile_is_short_and_clean(name, said):
    _, done = read(
        saved(COLOURS, icc_profile=icc.rgb_profile(icc.ADOBE_RGB, icc.power(2), name=name))
    )
    assert done == (said,)


def test_a_profile_of_many_bytes_is_read():
    profile = icc.assembled(
        b"RGB ",
        icc.beginning("large")
        | {f"{c}XYZ": icc.xyz(v) for c, v in zip("rgb", icc.matrix(icc.SRGB).T, strict=True)}
        | {f"{c}TRC": icc.power(1) for c in "rgb"}
        | {"data": RNG.bytes(2_000_000)},
    )
    pixels, done = read(icc.png(COLOURS, iccp(profile)))
    assert np.abs(pixels - 255 * icc.light_to_srgb(COLOURS / 255)).max() <= 1
    assert done == ("converted from large",)


def test_a_profile_beyond_the_limit_is_ignored():
    pixels, done = read(icc.png(COLOURS, iccp(P3 + bytes(20_000_000))))
    np.testing.assert_array_equal(pixels, COLOURS)
    assert done == ("broken colour profile ignored",)


# ------------------------------------------------------------------------ colours of PNG by numbers


def test_gamma_alone():
    pixels, done = read(icc.png(COLOURS, icc.gama(100_000)))
    assert np.abs(pixels - 255 * icc.light_to_srgb(COLOURS / 255)).max() <= 1
    assert done == ("converted from gamma 1",)
    gray, _ = read(icc.png(GRAYS, icc.gama(100_000)))
    assert gray.shape == GRAYS.shape
    assert np.abs(gray - 255 * icc.light_to_srgb(GRAYS / 255)).max() <= 1


def test_gamma_and_primaries():
    pixels, done = read(icc.png(COLOURS, icc.gama(50_000), icc.chrm(icc.DISPLAY_P3)))
    expected = icc.in_srgb(COLOURS, icc.DISPLAY_P3, lambda v: v**2)
    assert np.abs(pixels - expected).max() <= 1
    assert done == ("converted from gamma 0.5",)


@pytest.mark.parametrize(
    "chunks",
    [
        [icc.gama(45_455)],
        [icc.gama(44_000)],
        [icc.gama(47_000)],
        [icc.gama(0)],
        [icc.chrm(icc.DISPLAY_P3)],
        [SRGB_CHUNK, icc.gama(100_000), icc.chrm(icc.DISPLAY_P3)],
        [icc.gama(100_000), icc.chrm([(0.3, 0.3)] * 3)],
        [icc.gama(0), icc.chrm(icc.DISPLAY_P3)],
        [icc.gama(100_000), icc.chrm([(0.3, 0)] * 3)],
    ],
    ids=str,
)
def test_colours_that_are_left_as_they_are(chunks):
    pixels, done = read(icc.png(COLOURS, *chunks))
    np.testing.assert_array_equal(pixels, COLOURS)
    assert done == ()


def test_a_profile_beats_other_chunks_and_coding_points_beat_a_profile():
    expected, _ = read(icc.png(COLOURS, iccp(P3)))
    pixels, _ = read(icc.png(COLOURS, SRGB_CHUNK, icc.gama(100_000), iccp(P3)))
    np.testing.assert_array_equal(pixels, expected)
    pixels, done = read(icc.png(COLOURS, (b"cICP", b"\x01\x0d\x00\x01"), iccp(P3)))
    np.testing.assert_array_equal(pixels, COLOURS)
    assert done == ()


def test_coding_points():
    pixels, done = read(icc.png(COLOURS, (b"cICP", b"\x0c\x0d\x00\x01")))
    expected = icc.in_srgb(COLOURS, icc.DISPLAY_P3, icc.srgb_to_light)
    assert np.abs(pixels - expected).max() <= 1
    assert done == ("converted from Display P3",)
    pixels, done = read(icc.png(COLOURS, (b"cICP", b"\x09\x10\x00\x01")))
    np.testing.assert_array_equal(pixels, COLOURS)
    assert done == ("colours by cICP 9/16 not converted",)


@pytest.mark.parametrize("chunk", [(b"gAMA", b"\1"), (b"cHRM", b"\1" * 9), (b"cICP", b"\1")])
def test_short_chunks_do_no_harm(chunk):
    assert read_picture(icc.png(COLOURS, chunk), "").pixels.shape == COLOURS.shape


def test_no_profile_gives_the_image_itself():
    image = Image.fromarray(COLOURS)
    assert to_srgb(image, []) == (image, ())
