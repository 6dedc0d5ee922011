"""Tests of pictures encoded as vectors of wavelets: what more bytes give, and what they show."""

from dataclasses import replace

import numpy as np
import pytest
from helpers import gray_layout, smooth_picture
from wavelet_cases import WAYS, codewords_of, encoded_at, part_of_a_photograph

from vqcore import metrics
from vqcore.coding import families
from vqcore.coding.container import pack, parse
from vqcore.coding.wavelet import odds
from vqcore.coding.wavelet.coarse import LARGEST
from vqcore.coding.wavelet.encoded import EncodedWavelet, blank, grid_of
from vqcore.coding.wavelet.encoding import choice_work, encode_work
from vqcore.coding.wavelet.looks import NAMES, SHOWN
from vqcore.lab.sweeps import Step
from vqcore.quantizers.wavelet import WORTH_OF_A_BIT, Way, quantizer_of
from vqcore.signals.pictures import Picture
from vqcore.signals.wavelet import analysed, planes_of, synthesised
from vqcore.signals.waveletgrid import Place
from vqcore.work import finish

EACH_WAY = pytest.mark.parametrize("way", WAYS)
PART = part_of_a_photograph()


def figures(step: Step) -> tuple[int, float]:
    return step.point.file_bytes, step.point.psnr_db


def cost(step: Step) -> float:
    """Return the squared error and what the bits are worth, in levels."""
    worth = WORTH_OF_A_BIT * (4 * 2 ** (20 / 8)) ** 2
    return step.point.mse * PART.pixels[..., 0].size + worth * 8 * step.point.file_bytes


@EACH_WAY
def test_finer_steps_take_more_bytes_and_come_nearer(way: str) -> None:
    found = [figures(encoded_at(PART, 24, step, way)) for step in (40, 28, 16, 4)]
    assert found == sorted(found)
    assert [psnr for _, psnr in found] == sorted(psnr for _, psnr in found)


def test_what_is_shipped_pays() -> None:
    alone, own, shipped = (cost(encoded_at(PART, 64, 20, way)) for way in WAYS)
    assert own < alone * 0.97
    assert shipped < alone * 0.97


def test_codewords_pay_beside_escapes() -> None:
    one, some = (cost(encoded_at(PART, size, 20)) for size in (1, 64))
    assert some < one


def test_more_of_the_shipped_codewords_are_better() -> None:
    found = [cost(encoded_at(PART, size, 20, "shipped")) for size in (1, 4, 32, 512)]
    assert found == sorted(found, reverse=True)


@EACH_WAY
def test_how_many_weights_there_are_at_once_leaves_no_trace(
    way: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    usual = pack(encoded_at(PART, 64, 20, way).encoded)
    monkeypatch.setattr(odds, "WEIGHTS_AT_ONCE", 2000)
    assert pack(encoded_at(PART, 64, 20, way).encoded) == usual
    assert pack(parse(usual)) == usual


@EACH_WAY
def test_flat_pictures_are_flat_and_take_a_few_words(way: str) -> None:
    for level in (0, 77, 255):
        step = encoded_at(Picture(np.full((40, 70), level, np.uint8), "flat"), 1, 20, way)
        assert np.abs(step.encoded.decode().astype(int) - level).max() <= 1
        assert step.point.file_bytes < 80


@pytest.mark.parametrize("band", range(4), ids=["LL", "HL", "LH", "HH"])
def test_coefficients_too_large_for_a_file_are_limited(band: int) -> None:
    """Black and white go as the samples of one coefficient do: no other picture has a larger."""
    bands = analysed(np.zeros((320, 320), np.float32))
    [bands.coarse, *bands.details[-1]][band][2, 2] = 1
    picture = Picture(np.uint8(255) * (synthesised(bands) >= 0), "worst")
    found = analysed(planes_of(picture.pixels)[0])
    assert np.abs([found.coarse, *found.details[-1]][band]).max() > LARGEST
    decoded = encoded_at(picture, 2, 0, "shipped").encoded.decode()
    assert np.abs(decoded.astype(int) - picture.pixels).max() < 40


@EACH_WAY
@pytest.mark.parametrize("sides", [(1, 1), (1, 65), (64, 64), (3, 200)])
def test_pictures_of_all_sides_come_near(sides: tuple[int, int], way: str) -> None:
    picture = smooth_picture(*sides)
    step = encoded_at(picture, 4, 4, way, "rgb")
    assert step.encoded.decode().shape == picture.pixels.shape
    assert step.point.psnr_db > 38


@pytest.mark.parametrize("way", ["alone", "own"])
def test_codewords_become_better_unless_they_are_to_stay(way: Way) -> None:
    pixels = PART.pixels[..., 1]
    layout = gray_layout(*pixels.shape, 4)
    words = np.concatenate([np.zeros((1, 4), np.int16), codewords_of(30, way)])
    quantizer = quantizer_of(words, 20, way, 31)
    better = finish(encode_work(layout, layout.split(pixels), quantizer))
    same = finish(choice_work(layout, layout.split(pixels), quantizer))
    np.testing.assert_array_equal(same.quantizer.tables[0], words)
    assert better.quantizer.codebook_size == 31  # as asked for
    assert len(better.quantizer.tables[0]) < 31  # those that hardly any vector was are gone
    assert (better.quantizer.tables[0] % 8 == 0).all()
    assert metrics.mse(pixels, better.decode()) < metrics.mse(pixels, same.decode()) * 1.02
    by_family = finish(families.choice_work(layout, layout.split(pixels), quantizer))
    np.testing.assert_array_equal(by_family.indices, same.indices)


def test_encoding_pauses_often_and_can_be_stopped() -> None:
    pixels = PART.pixels[..., 1]
    layout = gray_layout(*pixels.shape, 4)
    quantizer = quantizer_of(np.concatenate([[[0] * 4], codewords_of(9, "own")]), 20, "own")
    work = encode_work(layout, layout.split(pixels), quantizer)
    assert sum(1 for _ in zip(work, range(40), strict=False)) == 40
    work.close()
    with pytest.raises(StopIteration):
        next(work)


# ----------------------------------------------------------------------------------- what is shown


def test_nothing_is_known_of_a_blank_picture() -> None:
    layout = gray_layout(70, 10, 4)
    found = blank(layout, quantizer_of(np.zeros((3, 4), np.int16), 20, "own"))
    assert found.indices.shape == (grid_of(layout).total, 1)
    assert not found.indices.any()
    assert not found.multiples.size
    with pytest.raises(ValueError, match="indices have shape"):
        replace(found, indices=found.indices[1:])


def test_tiles_are_the_pixels_and_each_says_what_its_vectors_are() -> None:
    encoded = encoded_at(PART, 24, 12).encoded
    assert isinstance(encoded, EncodedWavelet)
    lookup = encoded.lookup()
    np.testing.assert_array_equal(encoded.layout.join(lookup.vectors), encoded.decode())
    assert lookup.tuples.shape == (32 * 32, 15)
    finest = [part for place, part in grid_of(encoded.layout).parts() if place == Place(0, 0)]
    own = encoded.indices[finest[0], 0].reshape(32, 32)
    np.testing.assert_array_equal(lookup.tuples[:, 0].reshape(32, 32), own)
    turned = [part for place, part in grid_of(encoded.layout).parts() if place == Place(1, 1)]
    coarser = encoded.indices[turned[0], 0].reshape(16, 16).T.repeat(2, axis=0).repeat(2, axis=1)
    np.testing.assert_array_equal(lookup.tuples[:, 4].reshape(32, 32), coarser)


def test_codewords_look_like_the_detail_that_they_are() -> None:
    """Detail across differs from left to right, detail down from top to bottom."""
    shown = encoded_at(PART, 24, 12).encoded.shown_by
    names = [column.name for column in shown.columns]
    assert names == [f"{name} {level}" for level in range(1, 6) for name in NAMES]
    assert len(names) == len(SHOWN)
    words = quantizer_of(np.int16([[0] * 4, [64] * 4]), 20, "own")
    flat = blank(gray_layout(8, 8, 4), words).shown_by
    for column, table in zip(flat.columns, flat.tables, strict=True):
        assert table.shape == (3, 16)  # nothing, the codeword, escape
        assert not table[0].any()
        assert not table[2].any()
        assert np.abs(table[1]).max() == 127
        tile = table[1].reshape(4, 4).astype(int)
        across, down = (np.abs(np.diff(tile, axis=axis)).sum() for axis in (1, 0))
        assert (column.name[:2] == "HH") or (across > down) == (column.name[:2] == "HL")
