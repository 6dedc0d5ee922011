"""Tests of scalar: by hand, round trips, beside scipy's DCT, and every file that is none."""

import struct
import zlib

import numpy as np
import pytest
import scipy.fft
from helpers import photograph
from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.extra.numpy import array_shapes, arrays
from numpy.typing import NDArray

from vqcore import metrics
from vqcore.coding.scalar import (
    COSINES,
    HEADER,
    KINDS,
    MAX_STEP,
    UNIT,
    ZIGZAG,
    Kind,
    ScalarError,
    pack,
    unpack,
)

Pixels = NDArray[np.uint8]

GRAY = photograph("camera").pixels[100:163, 200:285]
COLOUR = photograph("chelsea").pixels[100:163, 150:235]
ROW, COLUMN = np.arange(48)[:, None], np.arange(37)
MADE = ((ROW * COLUMN // 5 + 3 * ROW + (COLUMN * 77 + ROW * 31) % 19) % 256).astype(np.uint8)
EACH = pytest.mark.parametrize("kind", KINDS)
PICTURES = pytest.mark.parametrize("pixels", [GRAY, COLOUR], ids=["gray", "colour"])


def decoded(pixels: Pixels, kind: Kind, step: int) -> Pixels:
    return unpack(pack(pixels, kind, step))


# ----------------------------------------------------------------------------------------- by hand


def test_a_pixel_becomes_the_middle_of_its_cell() -> None:
    row = np.uint8([[0, 99, 100, 199, 200, 255]])
    assert decoded(row, "pixels", 100).tolist() == [[50, 50, 150, 150, 228, 228]]
    assert decoded(row, "pixels", 128).tolist() == [[64, 64, 64, 192, 192, 192]]


def test_gray_in_colour_stays_gray() -> None:
    pixels = np.repeat(GRAY[:, :, None], 3, axis=2)
    for step in (7, 32, 128, 255):
        found = decoded(pixels, "pixels", step)
        np.testing.assert_array_equal(found[..., 0], decoded(GRAY, "pixels", step))
        assert (found == found[..., :1]).all()


@pytest.mark.parametrize(("offset", "index"), [(53, 2), (54, 3), (13, 0), (14, 1), (-14, -1)])
def test_a_coefficient_is_rounded_down_up_to_two_thirds_of_a_step(offset: int, index: int) -> None:
    """The first coefficient of a block of one gray is 8 times what it lies off 128."""
    flat = np.full((8, 8), 128 + offset, np.uint8)
    assert (decoded(flat, "dct", 160) == 128 + 20 * index).all()


def test_zigzag_begins_as_that_of_jpeg() -> None:
    assert ZIGZAG[:10] == [
        *((0, 0), (0, 1), (1, 0), (2, 0), (1, 1)),
        *((0, 2), (0, 3), (1, 2), (2, 1), (3, 0)),
    ]


# -------------------------------------------------------------------------------------- round trip


@settings(max_examples=40)
@given(
    st.one_of(
        arrays(np.uint8, array_shapes(min_dims=2, max_dims=2, max_side=21)),
        arrays(np.uint8, st.tuples(st.integers(1, 19), st.integers(1, 19), st.just(3))),
    ),
    st.sampled_from(KINDS),
    st.integers(1, MAX_STEP),
)
def test_any_picture_comes_back_in_its_shape_and_near(
    pixels: Pixels, kind: Kind, step: int
) -> None:
    found = decoded(pixels, kind, step)
    assert (found.shape, found.dtype) == (pixels.shape, np.uint8)
    if pixels.ndim == 2 and kind == "pixels":
        assert np.abs(found.astype(int) - pixels).max() <= step / 2
    if pixels.ndim == 2 and kind == "dct":
        assert np.square(found.astype(float) - pixels).mean() <= 64 * (step + 1) ** 2


@given(arrays(np.uint8, array_shapes(min_dims=2, max_dims=2, max_side=9)))
def test_pixels_in_steps_of_1_are_lossless(pixels: Pixels) -> None:
    np.testing.assert_array_equal(decoded(pixels, "pixels", 1), pixels)


@pytest.mark.parametrize(
    ("pixels", "kind", "step", "checksums"),
    [
        (MADE, "pixels", 32, (558_161_692, 2_000_417_814)),
        (MADE, "dct", 32, (558_161_692, 312_632_215)),
        (np.stack([MADE, MADE[::-1], 255 - MADE], axis=2), "dct", 20, (558_161_692, 637_978_488)),
    ],
)
def test_a_file_is_the_same_on_every_machine(
    pixels: Pixels, kind: Kind, step: int, checksums: tuple[int, int]
) -> None:
    data = pack(pixels, kind, step)
    assert (zlib.crc32(data), zlib.crc32(unpack(data).tobytes())) == checksums


# --------------------------------------------------------------------------------------- relations


@EACH
@PICTURES
def test_a_smaller_step_costs_more_and_is_nearer(pixels: Pixels, kind: Kind) -> None:
    files = [pack(pixels, kind, step) for step in (86, 43, 24, 12, 6, 3)]
    errors = [metrics.mse(pixels, unpack(data)) for data in files]
    assert [*map(len, files)] == sorted(map(len, files))
    assert errors == sorted(errors, reverse=True)


@pytest.mark.parametrize("step", [86, 32, 12])
def test_indices_of_pixels_take_less_than_one_by_one(step: int) -> None:
    _, use = np.unique(GRAY // step, return_counts=True)
    assert len(pack(GRAY, "pixels", step)) < 0.7 * metrics.entropy_bytes(use)


def test_the_cosines_are_those_of_scipy() -> None:
    np.testing.assert_allclose(COSINES / UNIT, scipy.fft.dct(np.eye(8), axis=0, norm="ortho"),
                               atol=0.5 / UNIT)  # fmt: skip


@pytest.mark.parametrize("step", [1, 7, 30, 110, 255])
def test_what_is_decoded_is_what_scipy_makes_of_it(step: int) -> None:
    pixels = GRAY[:56, :80]
    blocks = pixels.reshape(7, 8, 10, 8).swapaxes(1, 2) - 128.0
    exact = scipy.fft.dctn(blocks, axes=(2, 3), norm="ortho")
    rounded = np.sign(exact) * np.floor(np.abs(exact) / step + 1 / 3) * step
    expected = scipy.fft.idctn(rounded, axes=(2, 3), norm="ortho").swapaxes(1, 2) + 128
    away = np.abs(decoded(pixels, "dct", step) - expected.reshape(pixels.shape).clip(0, 255))
    assert np.quantile(away, 0.95) <= 0.6  # but for a block that rounding the cosines tips over


# ------------------------------------------------------------------------------------------ errors


@EACH
@PICTURES
def test_every_truncation_is_refused(pixels: Pixels, kind: Kind) -> None:
    data = pack(pixels[:16, :16], kind, 40)
    whole = range(HEADER.size + 4, len(data), 4)
    for length in range(len(data)):
        reason = "damaged" if length in whole else "incomplete" if length >= 4 else "This is no"
        with pytest.raises(ScalarError, match=reason):
            unpack(data[:length])


@EACH
def test_every_flipped_byte_is_refused(kind: Kind) -> None:
    data = pack(GRAY[:16, :16], kind, 40)
    for at in range(len(data)):
        with pytest.raises(ScalarError):
            unpack(data[:at] + bytes([data[at] ^ 1]) + data[at + 1 :])


def signed(body: bytes) -> bytes:
    return body + struct.pack("<I", zlib.crc32(body))


@pytest.mark.parametrize(
    ("fields", "message"),
    [
        ((2, 1, 9, 4, 4), "There is no kind 2 of scalar quantizer"),
        ((0, 2, 9, 4, 4), "A picture has 1 channel or 3, not 2"),
        ((0, 1, 0, 4, 4), "A step is 1 to 255, not 0"),
        ((1, 1, 9, 0, 4), "No file holds a picture of 0 × 4 pixels"),
        ((1, 3, 9, 65_536, 1), "No file holds a picture of 65536 × 1 pixels"),
        ((1, 1, 9, 65_535, 65_535), "No file holds a picture of 65535 × 65535 pixels"),
    ],
)
def test_an_illegal_field_is_named(fields: tuple[int, ...], message: str) -> None:
    with pytest.raises(ScalarError, match=message):
        unpack(signed(HEADER.pack(b"VQLS", *fields)))


@EACH
@pytest.mark.parametrize("words", [b"", b"\xff" * 8, bytes(4)], ids=len)
def test_words_that_no_encoder_writes_are_refused(kind: Kind, words: bytes) -> None:
    body = pack(GRAY[:16, :16], kind, 40)[:-4]
    head = HEADER.size if not words else len(body)
    with pytest.raises(ScalarError, match="holds words that no encoder writes"):
        unpack(signed(body[:head] + words))


@pytest.mark.parametrize("step", [0, 256])
def test_there_is_no_such_step(step: int) -> None:
    with pytest.raises(ValueError, match=f"A step is 1 to 255, not {step}"):
        pack(GRAY, "dct", step)
