"""Tests of rivals: real files, read by other means, and searches against brute force."""

import io
import threading
from collections.abc import Callable, Generator
from functools import cache
from itertools import pairwise

import numpy as np
import pytest
import skimage.metrics
from helpers import photograph
from numpy.typing import NDArray
from PIL import Image

from vqcore.coding.scalar import Kind, pack
from vqcore.lab import rivals
from vqcore.lab.rivals import (
    REFERENCES,
    RIVALS,
    Codec,
    RivalError,
    RivalPoint,
    rival_file,
    rival_pixels,
)
from vqcore.signals.pictures import read_picture
from vqcore.work import POOL, finish

Pixels = NDArray[np.uint8]

HEIGHT, WIDTH = 64, 80
GRAY = photograph("camera").pixels[100:, 200:][:HEIGHT, :WIDTH]
COLOUR = photograph("chelsea").pixels[100:, 150:][:HEIGHT, :WIDTH]
EACH = pytest.mark.parametrize("codec", RIVALS)
OF_PILLOW = pytest.mark.parametrize("codec", [it for it in RIVALS if it not in REFERENCES])
PICTURES = pytest.mark.parametrize("pixels", [GRAY, COLOUR], ids=["gray", "colour"])


def points_of(pixels: Pixels, codec: Codec) -> list[RivalPoint]:
    return [point for point in rivals.rival_work(pixels, codec, RIVALS[codec].levels) if point]


# -------------------------------------------------------------------------------------- round trip


@OF_PILLOW
@PICTURES
def test_a_file_is_what_it_says_and_any_reader_gives_the_same(pixels: Pixels, codec: Codec) -> None:
    data = rival_file(pixels, codec, RIVALS[codec].levels[4])
    decoded = rival_pixels(data, 1 if pixels.ndim == 2 else 3)
    assert (decoded.shape, decoded.dtype) == (pixels.shape, np.uint8)
    assert Image.open(io.BytesIO(data)).get_format_mimetype() == RIVALS[codec].mime
    read = read_picture(data, "any").pixels
    if pixels.ndim == 2 and read.ndim == 3:
        read = np.asarray(Image.fromarray(read).convert("L"))
    np.testing.assert_array_equal(decoded, read)


@PICTURES
@pytest.mark.parametrize(("codec", "kind"), [("scalar", "pixels"), ("dct", "dct")])
def test_references_round_numbers_one_by_one(pixels: Pixels, codec: Codec, kind: Kind) -> None:
    assert rival_file(pixels, codec, 43) == pack(pixels, kind, 43)
    assert {"scalar", "dct"} == REFERENCES


@pytest.mark.parametrize(
    ("codec", "mode"), [("jpeg", "L"), ("webp", "RGB"), ("avif", "L"), ("png8", "P")]
)
def test_gray_is_stored_as_gray_where_the_codec_has_it(codec: Codec, mode: str) -> None:
    assert Image.open(io.BytesIO(rival_file(GRAY, codec, 50))).mode == mode


@PICTURES
def test_jpeg_is_progressive_with_tables_of_its_own(pixels: Pixels) -> None:
    data = rival_file(pixels, "jpeg", 50)
    assert Image.open(io.BytesIO(data)).info["progressive"]
    plain = io.BytesIO()
    Image.fromarray(pixels).save(plain, "JPEG", quality=50, progressive=True)
    assert len(data) <= len(plain.getvalue())


@pytest.mark.parametrize("colours", [2, 3, 100, 256])
def test_png8_has_as_many_colours_as_asked_for(colours: int) -> None:
    original = photograph("chelsea").pixels[100:196, 150:278]
    pixels = rival_pixels(rival_file(original, "png8", colours), 3)
    assert len(np.unique(pixels.reshape(-1, 3), axis=0)) == colours


def test_png8_of_few_grays_has_no_error() -> None:
    (*_, most) = points_of(GRAY[:15, :15], "png8")
    assert (most.mse, most.psnr_db) == (0, np.inf)


@EACH
@pytest.mark.parametrize("shape", [(1, 1), (1, 1, 3), (1, 9, 3), (7, 2), (9, 7, 3)], ids=str)
def test_small_pictures(codec: Codec, shape: tuple[int, ...]) -> None:
    pixels = np.full(shape, 200, np.uint8)
    level = 4 if codec in REFERENCES else 90
    decoded = rival_pixels(rival_file(pixels, codec, level), 1 if len(shape) == 2 else 3)
    assert np.abs(decoded.astype(int) - pixels).max() <= 3


# ------------------------------------------------------------------------------------------ curves


@EACH
@PICTURES
def test_points_are_measured_on_files(pixels: Pixels, codec: Codec) -> None:
    points = points_of(pixels, codec)
    assert [point.level for point in points] == list(RIVALS[codec].levels)
    for point in points[2:]:
        data = rival_file(pixels, codec, point.level)
        decoded = rival_pixels(data, 1 if pixels.ndim == 2 else 3)
        assert (point.codec, point.file_bytes) == (codec, len(data))
        assert point.mse == pytest.approx(skimage.metrics.mean_squared_error(pixels, decoded))
        with np.errstate(divide="ignore"):
            psnr_db = skimage.metrics.peak_signal_noise_ratio(pixels, decoded)
        assert point.psnr_db == pytest.approx(psnr_db, rel=1e-12)
        errors = np.abs(decoded.astype(float) - pixels)
        assert (point.mae, point.largest_error) == (pytest.approx(errors.mean()), errors.max())
        if point.mse:
            expected = 10 * np.log10(np.square(pixels, dtype=float).mean() / point.mse)
            assert point.snr_db == pytest.approx(expected, rel=1e-12)
        channel_axis = 2 if pixels.ndim == 3 else None
        similarity = skimage.metrics.structural_similarity(
            pixels, decoded, channel_axis=channel_axis
        )
        assert point.ssim == pytest.approx(similarity, rel=1e-12)
        assert point.file_ratio == pytest.approx(pixels.size / len(data), rel=1e-12)
        assert point.rate_bpp == pytest.approx(8 * len(data) / (HEIGHT * WIDTH), rel=1e-12)
        assert point.encode_seconds > 0


@EACH
@PICTURES
def test_more_bytes_more_likeness(pixels: Pixels, codec: Codec) -> None:
    for lower, higher in pairwise(points_of(pixels, codec)):
        assert higher.file_bytes > lower.file_bytes
        assert higher.psnr_db > lower.psnr_db


def test_photographs_are_covered_from_low_rates_to_high() -> None:
    pixels = photograph("astronaut", 2).pixels
    for codec, highest in (("jpeg", 0.35), ("webp", 0.35), ("avif", 0.25)):
        first, *_, last = points_of(pixels, codec)
        assert first.rate_bpp < highest
        assert last.rate_bpp > 2.5


@EACH
def test_the_same_picture_gives_the_same_file(codec: Codec) -> None:
    assert rival_file(COLOUR, codec, 60) == rival_file(COLOUR.copy(), codec, 60)


# ---------------------------------------------------------------------------------------- searches


def every_trial(pixels: Pixels, codec: Codec) -> list[tuple[int, int, float]]:
    """Return level, bytes and PSNR of all there are."""
    found = []
    for level in RIVALS[codec].every_level:
        data = rival_file(pixels, codec, level)
        error = np.square(rival_pixels(data, 1 if pixels.ndim == 2 else 3) - pixels.astype(float))
        psnr_db = 10 * np.log10(255**2 / error.mean()) if error.any() else np.inf
        found.append((level, len(data), psnr_db))
    return found


@pytest.mark.parametrize(
    ("pixels", "codec"),
    [
        (GRAY, "jpeg"),
        (COLOUR, "jpeg"),
        (GRAY, "webp"),
        (COLOUR[:64, :64], "webp"),
        (COLOUR[:64, :64], "avif"),
        (GRAY[:64, :64], "png8"),
        (COLOUR[:48, :48], "png8"),
    ],
)
def test_searches_find_what_trying_every_level_finds(
    monkeypatch: pytest.MonkeyPatch, pixels: Pixels, codec: Codec
) -> None:
    trials, tried = every_trial(pixels, codec), rivals._tried
    monkeypatch.setattr(rivals, "_tried", lambda _, codec, level: once(codec, level))
    once = cache(lambda codec, level: tried(pixels, codec, level))
    for _, file_bytes, psnr_db in trials[::9]:
        for most in (file_bytes - 1, file_bytes):
            fits = [level for level, size, _ in trials if size <= most]
            match = finish(rivals.largest_within(pixels, codec, most))
            assert (match.point.level if match else None) == max(fits, default=None)
        good = [level for level, _, reached in trials if reached >= psnr_db - 1e-9]
        match = finish(rivals.same_psnr(pixels, codec, psnr_db - 1e-9))
        assert match.point.level == min(good)


@pytest.mark.parametrize("first", range(9))
@pytest.mark.parametrize("gap", range(rivals.NEIGHBOURS))
def test_a_search_sees_past_a_few_that_miss(
    monkeypatch: pytest.MonkeyPatch, first: int, gap: int
) -> None:
    def tried(pixels: Pixels, codec: Codec, level: int) -> rivals._Trial:
        return rivals._Trial(level, b"", pixels, 0, 0)

    monkeypatch.setattr(rivals, "_tried", tried)
    straggler = first - 1 - gap
    meeting = {straggler, *range(first, 8)} & set(range(8))
    work = rivals._match(GRAY[:1, :1], "jpeg", range(8), lambda trial: trial.level in meeting)
    match = finish(work)
    assert (match.point.level if match else None) == min(meeting, default=None)


@EACH
def test_a_match_is_the_file_it_measures(codec: Codec) -> None:
    match = finish(rivals.largest_within(COLOUR, codec, 9000))
    assert match.data == rival_file(COLOUR, codec, match.point.level)
    assert len(match.data) == match.point.file_bytes <= 9000


@EACH
def test_nothing_meets_the_target(codec: Codec) -> None:
    assert finish(rivals.largest_within(COLOUR, codec, 20)) is None
    assert finish(rivals.same_psnr(COLOUR, codec, 90)) is None


@EACH
def test_everything_meets_the_target(codec: Codec) -> None:
    every = RIVALS[codec].every_level
    assert finish(rivals.largest_within(GRAY, codec, 10**9)).point.level == every[-1]
    assert finish(rivals.same_psnr(GRAY, codec, 0)).point.level == every[0]


# ------------------------------------------------------------------------------------------ errors


@pytest.mark.parametrize(
    ("codec", "side", "limit"),
    [("webp", 16_384, "16,383"), ("jpeg", 65_501, "65,500"), ("avif", 32_769, "32,768")],
)
def test_a_picture_too_long_for_a_codec(codec: Codec, side: int, limit: str) -> None:
    for shape in ((side, 1), (1, side, 3)):
        pixels = np.zeros(shape, np.uint8)
        message = f"^{RIVALS[codec].name} stores at most {limit} pixels a side$"
        with pytest.raises(RivalError, match=message):
            next(rivals.rival_work(pixels, codec, [50]))
        with pytest.raises(RivalError, match=message):
            finish(rivals.largest_within(pixels, codec, 1000))


@pytest.mark.parametrize(
    ("codec", "side"), [("webp", 16_383), ("jpeg", 65_500), ("avif", 32_768), ("png8", 65_535)]
)
def test_a_picture_as_long_as_can_be(codec: Codec, side: int) -> None:
    data = rival_file(np.zeros((side, 1), np.uint8), codec, 50)
    assert rival_pixels(data, 1).shape == (side, 1)


@pytest.mark.parametrize(
    ("codec", "level"),
    [("jpeg", 0), ("jpeg", 96), ("webp", 101), ("avif", -1), ("png8", 1), ("dct", 0)],
)
def test_there_is_no_such_level(codec: Codec, level: int) -> None:
    with pytest.raises(ValueError, match=rf"{RIVALS[codec].name} is \d+ to \d+, not {level}$"):
        rival_file(GRAY, codec, level)


def test_the_codecs_own_reason(monkeypatch: pytest.MonkeyPatch) -> None:
    def refuse(*_: object, **__: object) -> None:
        raise OSError("encoder error -2")

    monkeypatch.setattr(Image.Image, "save", refuse)
    with pytest.raises(RivalError, match="JPEG cannot store this picture: encoder error -2"):
        rival_file(GRAY, "jpeg", 50)


def test_a_file_that_cannot_be_read_back() -> None:
    for data in (b"no picture", rival_file(GRAY, "dct", 50)[:-4]):
        with pytest.raises(RivalError, match="cannot be read back"):
            rival_pixels(data, 3)


def test_nothing_is_missing() -> None:
    assert rivals.missing_rivals() == []


def test_a_codec_that_pillow_cannot_write(monkeypatch: pytest.MonkeyPatch) -> None:
    Image.init()
    monkeypatch.delitem(Image.SAVE, "AVIF")
    assert rivals.missing_rivals() == ["avif"]


def test_a_codec_that_pillow_cannot_read(monkeypatch: pytest.MonkeyPatch) -> None:
    Image.init()
    monkeypatch.setattr(Image, "ID", [name for name in Image.ID if name != "WEBP"])
    assert rivals.missing_rivals() == ["webp"]


# ---------------------------------------------------------------------------------- pauses and end


@pytest.mark.parametrize(
    "begin",
    [
        lambda: rivals.rival_work(GRAY, "avif", [50, 60]),
        lambda: rivals.largest_within(GRAY, "avif", 5000),
        lambda: rivals.same_psnr(GRAY, "avif", 40),
    ],
    ids=["rival_work", "largest_within", "same_psnr"],
)
def test_long_work_pauses_and_ends_with_the_encoding_begun(
    monkeypatch: pytest.MonkeyPatch, begin: Callable[[], Generator[object, None, object]]
) -> None:
    levels, waited, go_on = [], [], threading.Event()

    def held(pixels: Pixels, codec: Codec, level: int) -> bytes:
        levels.append(level)
        waited.append(go_on.wait(10))
        return rival_file(pixels, codec, level)

    monkeypatch.setattr(rivals, "rival_file", held)
    work = begin()
    assert [next(work) for _ in range(5)] == [None] * 5
    assert waited == []
    work.close()
    go_on.set()
    POOL.submit(int).result()
    assert len(levels) == 1


def test_the_next_level_is_encoded_while_one_is_looked_at(monkeypatch: pytest.MonkeyPatch) -> None:
    levels = []

    def noted(pixels: Pixels, codec: Codec, level: int) -> bytes:
        levels.append(level)
        return rival_file(pixels, codec, level)

    monkeypatch.setattr(rivals, "rival_file", noted)
    work = rivals.rival_work(GRAY, "jpeg", RIVALS["jpeg"].levels)
    next(point for point in work if point)
    POOL.submit(int).result()
    assert levels == list(RIVALS["jpeg"].levels[:2])
    work.close()
