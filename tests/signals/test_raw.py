"""Tests of raw files: what their names and lengths tell, and each sample where it belongs."""

import hypothesis.extra.numpy as arrays
import numpy as np
import pytest
from helpers import words_of
from hypothesis import assume, given
from hypothesis import strategies as st
from PIL import Image

from vqcore.refusals import RawSizeError
from vqcore.signals import pictures, raw
from vqcore.signals.pictures import (
    MAX_SIDE,
    Origin,
    PictureError,
    is_raw,
    load_picture,
    needs_size,
    png_bytes,
    read_picture,
)

SIX = bytes([1, 2, 3, 4, 5, 6])
SIDES = st.integers(1, 12)


def yuv_bytes(luma, cb, cr):
    return b"".join(np.uint8(plane).tobytes() for plane in (luma, cb, cr))


# ------------------------------------------------------------------------------------- by hand


@pytest.mark.parametrize("suffix", ["raw", "img", "gray", "y", "RAW"])
def test_gray_samples_stand_row_by_row(suffix):
    picture = read_picture(SIX, f"six_3x2.{suffix}")
    assert picture.pixels.tolist() == [[1, 2, 3], [4, 5, 6]]
    assert picture.origin == Origin("RAW", 6)


def test_rgb_samples_are_interleaved():
    picture = read_picture(SIX, "two_1x2.rgb")
    assert picture.pixels.tolist() == [[[1, 2, 3]], [[4, 5, 6]]]


def test_the_colours_of_video_by_hand():
    """Black, white and the full red of BT.601 video, each a square of four pixels."""
    luma = [[16, 16, 235, 235, 81, 81]] * 2
    picture = read_picture(yuv_bytes(luma, [[128, 128, 90]], [[128, 128, 240]]), "x_6x2.yuv")
    black, white, red = picture.pixels[:, ::2].swapaxes(0, 1).tolist()
    assert (black, white) == ([[0, 0, 0]] * 2, [[255, 255, 255]] * 2)
    assert red == [[254, 0, 0]] * 2
    assert words_of(picture.origin) == ("converted from 4:2:0 video",)


def test_a_video_gives_its_first_frame():
    gray = [
        yuv_bytes(np.full((4, 4), level), [[128] * 2] * 2, [[128] * 2] * 2) for level in (16, 99)
    ]
    picture = read_picture(b"".join(gray), "two_4x4.yuv")
    assert not picture.pixels.any()
    assert words_of(picture.origin) == ("first of 2 frames", "converted from 4:2:0 video")


# -------------------------------------------------------------------------------- width and height


@pytest.mark.parametrize(
    ("name", "length", "expected"),
    [
        ("boat_512x512.raw", 512 * 512, (512, 512)),
        ("foreman_352x288.yuv", 352 * 288 * 3 // 2, (352, 288)),
        ("foreman_352x288_30fps.yuv", 352 * 288 * 3, (352, 288)),
        ("lena-512-256.img", 512 * 256, (512, 256)),
        ("lena_256_512.img", 512 * 256, (256, 512)),
        ("2-512-256.img", 512 * 256, (512, 256)),
        ("lena_512x256x3.rgb", 512 * 256 * 3, (512, 256)),
        ("boat 4X8.Gray", 32, (4, 8)),
        ("boat4×8.gray", 32, (4, 8)),
        ("foreman_qcif.yuv", 176 * 144 * 3, (176, 144)),
        ("akiyo_cif.yuv", 352 * 288 * 3 // 2, (352, 288)),
        ("Akiyo-CIF.y", 352 * 288, (352, 288)),
        ("akiyo_4cif.yuv", 704 * 576 * 3 // 2, (704, 576)),
        ("peppers.raw", 256, (16, 16)),
        ("scan-3-12.raw", 256, (16, 16)),
        ("peppers.rgb", 3 * 256, (16, 16)),
        ("peppers.yuv", 384, (16, 16)),
        ("peppers.yuv", 17, (3, 3)),
    ],
)
def test_name_and_length_tell_the_size(name, length, expected):
    assert raw.size_of(name, length) == expected


@pytest.mark.parametrize(
    ("name", "length", "told"),
    [
        ("boat.raw", 12, "The file has 12 bytes, which do not say"),
        ("boat.raw", 12, "name_WIDTHxHEIGHT.raw"),
        ("boat.rgb", 16, "name_WIDTHxHEIGHT.rgb"),
        ("boat.yuv", 2 * 384, "The file has 768 bytes"),
        ("boat_cif.yuv", 100, "name_WIDTHxHEIGHT.yuv"),
        ("b_4x4.raw", 15, "4×4 pixels in gray are 16 bytes, and the file has 15."),
        ("b_4x4.raw", 17, "4×4 pixels in gray are 16 bytes, and the file has 17."),
        ("b_4x4.raw", 32, "4×4 pixels in gray are 16 bytes, and the file has 32."),
        ("b_4x4.raw", 9, "4×4 pixels in gray are 16 bytes, and the file has 9."),
        ("b_4x4.rgb", 96, "4×4 pixels in RGB are 48 bytes, and the file has 96."),
        ("b_4x4.yuv", 25, "4×4 pixels in 4:2:0 are 24 bytes a frame, and the file has 25."),
        ("b_0x4.raw", 5, "0×4 pixels in gray are 0 bytes"),
        ("b_0x4.yuv", 5, "0×4 pixels in 4:2:0 are 0 bytes"),
    ],
)
def test_a_size_that_cannot_be_told_is_refused_in_one_sentence(name, length, told):
    with pytest.raises(RawSizeError) as refused:
        read_picture(bytes(length), name)
    assert told in str(refused.value)
    assert "\n" not in str(refused.value)
    assert needs_size(bytes(length), name)


def test_what_is_given_goes_before_the_name():
    assert read_picture(bytes(8), "x_2x4.raw", (8, 1)).pixels.shape == (1, 8)
    with pytest.raises(RawSizeError, match="3×3 pixels in gray are 9 bytes, and the file has 8"):
        read_picture(bytes(8), "x_2x4.raw", (3, 3))


def test_sides_have_the_limit_of_all_pictures():
    with pytest.raises(PictureError, match="the limit of a side"):
        read_picture(bytes(MAX_SIDE + 1), f"long_{MAX_SIDE + 1}x1.raw")


def test_an_empty_file_is_empty_whatever_its_name():
    with pytest.raises(PictureError, match="The file is empty"):
        read_picture(b"", "x_4x4.raw")
    assert not needs_size(b"", "x.raw")


@pytest.mark.parametrize("typed", ["512x256", " 512 X 256 ", "512×256"])
def test_a_size_is_typed(typed):
    assert raw.read_size(typed) == (512, 256)


@pytest.mark.parametrize(
    "typed", ["", "512", "512x", "axb", "512x256x3", "-1x4", "1000000x1", "٣x٣"]
)
def test_what_is_no_size_is_quoted(typed):
    with pytest.raises(RawSizeError, match="as in 512x512, not"):
        raw.read_size(typed)


# -------------------------------------------------------------------- other files are what they are


@pytest.mark.parametrize("suffix", raw.SUFFIXES)
def test_a_png_of_a_raw_name_is_a_png(suffix):
    data = png_bytes(np.zeros((3, 5), np.uint8))
    picture = read_picture(data, f"boat_2x2{suffix}", (7, 7))
    assert (picture.origin.kind, picture.pixels.shape) == ("PNG", (3, 5))
    assert not is_raw(data, f"boat{suffix}")
    assert not needs_size(data, f"boat{suffix}")


@pytest.mark.parametrize("name", ["boat_3x2.png", "boat_3x2", "raw", ".raw", "boat_3x2.raw.txt"])
def test_the_suffix_says_that_a_file_is_raw(name):
    with pytest.raises(PictureError, match="not a picture in a format"):
        read_picture(SIX, name)


def test_a_file_on_the_disk_is_named(tmp_path):
    path = tmp_path / "boat.raw"
    path.write_bytes(SIX)
    with pytest.raises(PictureError, match=r"boat\.raw: The file has 6 bytes"):
        load_picture(path)
    assert load_picture(path, (2, 3)).pixels.tolist() == [[1, 2], [3, 4], [5, 6]]


def test_of_a_long_video_on_the_disk_only_the_first_frame_is_read(tmp_path, monkeypatch):
    frame = yuv_bytes(np.full((4, 4), 99), [[128] * 2] * 2, [[128] * 2] * 2)
    path = tmp_path / "long_4x4.yuv"
    path.write_bytes(frame * 3)
    whole = load_picture(path)
    monkeypatch.setattr(pictures, "MAX_BYTES", 2 * len(frame))
    monkeypatch.setattr(pictures, "read_picture", None)
    first = load_picture(path)
    assert first.origin == whole.origin
    assert words_of(first.origin)[0] == "first of 3 frames"
    np.testing.assert_array_equal(first.pixels, whole.pixels)
    with pytest.raises(PictureError, match=r"long_4x4\.yuv: 8×4 pixels in 4:2:0 are 48 bytes"):
        load_picture(path, (8, 4))


# ----------------------------------------------------------------------- round trips and references


@given(
    pixels=arrays.arrays(
        np.uint8, st.one_of(st.tuples(SIDES, SIDES), st.tuples(SIDES, SIDES, st.just(3)))
    ),
    before=st.text("abcx-_ ", max_size=6),
    sign=st.sampled_from("xX×"),
    after=st.sampled_from(["", "_30", "-8bit", "x3"]),
)
def test_a_file_named_after_its_size_comes_back(pixels, before, sign, after):
    height, width = pixels.shape[:2]
    suffix = "raw" if pixels.ndim == 2 else "rgb"
    name = f"{before}_{width}{sign}{height}{after}.{suffix}"
    assume(is_raw(pixels.tobytes(), name))
    np.testing.assert_array_equal(read_picture(pixels.tobytes(), name).pixels, pixels)


@given(luma=arrays.arrays(np.uint8, st.tuples(SIDES, SIDES)), data=st.data())
def test_video_is_what_the_formula_says(luma, data):
    """BT.601 in float64 from the standard's own numbers, and to within rounding what Pillow has."""
    height, width = luma.shape
    half = (-(-height // 2), -(-width // 2))
    cb, cr = (data.draw(arrays.arrays(np.uint8, half)) for _ in "br")
    picture = read_picture(yuv_bytes(luma, cb, cr), f"v_{width}x{height}.yuv")
    at = np.arange(height)[:, None] // 2, np.arange(width)[None] // 2
    y, b, r = (luma - 16.0) / 219, (cb[at] - 128.0) / 224, (cr[at] - 128.0) / 224
    red, blue = y + 2 * (1 - 0.299) * r, y + 2 * (1 - 0.114) * b
    green = (y - 0.299 * red - 0.114 * blue) / 0.587
    exact = 255 * np.dstack([red, green, blue]).clip(0, 1)
    assert np.abs(picture.pixels - exact).max() <= 0.51


def test_video_within_its_range_is_what_pillow_makes_of_it():
    noise = np.random.default_rng(1)
    small = noise.integers(60, 180, (3, 8, 8))
    luma = small[0].repeat(2, 0).repeat(2, 1)
    picture = read_picture(yuv_bytes(luma, small[1], small[2]), "v_16x16.yuv")
    ranges, zeros = np.array([[219, 224, 224], [16, 128, 128]])[:, :, None, None]
    full = 255 * (small - zeros) / ranges + np.array([0, 128, 128])[:, None, None]
    full = np.rint(full).clip(0, 255).astype(np.uint8)
    reference = np.array(Image.fromarray(np.moveaxis(full, 0, -1), "YCbCr").convert("RGB"))
    difference = np.abs(picture.pixels[::2, ::2].astype(int) - reference)
    assert difference.max() <= 3


def test_many_rows_are_converted_a_few_at_a_time():
    """More rows than are converted at once, an odd number of them."""
    noise = np.random.default_rng(2)
    luma, cb, cr = (noise.integers(0, 256, shape) for shape in ((131, 3), (66, 2), (66, 2)))
    whole = read_picture(yuv_bytes(luma, cb, cr), "v_3x131.yuv").pixels
    for top in (62, 64, 126, 130):
        part = yuv_bytes(luma[top : top + 2], cb[top // 2], cr[top // 2])
        rows = luma[top : top + 2].shape[0]
        np.testing.assert_array_equal(
            read_picture(part, f"v_3x{rows}.yuv").pixels, whole[top : top + 2]
        )
