"""Tests of quantizers of wavelet vectors: what they hold, and how they are trained."""

import numpy as np
import pytest
from helpers import gray_layout, photograph
from numpy.typing import NDArray

from vqcore.codebooks.training import Progress
from vqcore.quantizers.quantizer import Parameters, TrainedQuantizer
from vqcore.quantizers.wavelet import (
    STEP_NUMBERS,
    STEPS,
    Wavelet,
    columns_of,
    encode_work,
    in_grains,
    quantizer_of,
    step_for,
    suits,
    train,
    trained_on,
    with_nothing,
    worth_of_a_bit,
)
from vqcore.signals.blocks import BlockLayout, BlockSize

LAYOUT = gray_layout(128, 128, 4)
PIXELS = np.ascontiguousarray(photograph("camera", 4).pixels)
WORDS = np.int16([[0, 0, 0, 0], [64, 8, 0, 0], [-64, 0, 16, 0]])


def parameters(shipped: int, step: int = 20) -> Parameters:
    return Parameters("lbg", {"band-step": step, "shipped": shipped})


def trained(
    *sizes: int, shipped: int = 1, step: int = 20, pixels: NDArray[np.uint8] = PIXELS
) -> list[Wavelet]:
    layout = gray_layout(pixels.shape[1], pixels.shape[0], 4)
    events = train(layout, layout.split(pixels), sizes, parameters(shipped, step))
    return [event.quantizer for event in events if isinstance(event, TrainedQuantizer)]


@pytest.mark.parametrize("shipped", [0, 1])
def test_training_gives_as_many_codewords_as_asked_for_with_nothing(shipped: int) -> None:
    found = trained(1, 2, 5, 16, shipped=shipped)
    assert [it.codebook_size for it in found] == [1, 2, 5, 16]
    for quantizer in found:
        [words] = quantizer.tables
        assert len(words) == quantizer.codebook_size
        assert not words[0].any()
        assert (words % 8 == 0).all()
        assert words[1:].any(axis=1).all()
        assert quantizer.signed == (shipped == 1)
        assert (words.min() >= 0) == (shipped == 0 or len(words) == 1)
        length = np.sqrt(np.square(words[1:] / 64).sum(axis=1))
        assert (length < 5).all()  # only vectors of middle length need a codeword


def test_shipped_codewords_are_not_trained() -> None:
    [few, many] = trained(3, 512, shipped=2)
    assert (few.codebook_size, many.codebook_size, few.codebook_bytes) == (3, 512, 0)
    vectors = LAYOUT.split(PIXELS)
    assert len(np.unique(trained_on(LAYOUT, vectors, parameters(2)), axis=0)) == 512


def test_training_is_the_same_whatever_else_is_trained() -> None:
    np.testing.assert_array_equal(trained(8)[0].tables[0], trained(4, 8)[1].tables[0])


@pytest.mark.parametrize("shipped", [0, 1])
def test_a_flat_picture_needs_no_codewords(shipped: int) -> None:
    flat = np.full((64, 64), 90, np.uint8)
    layout = gray_layout(64, 64, 4)
    found = trained_on(layout, layout.split(flat), parameters(shipped))
    assert len(np.unique(found, axis=0)) == 1  # K is 1 at most
    [quantizer] = trained(1, shipped=shipped, pixels=flat)
    assert quantizer.tables[0].tolist() == [[0] * 4]


def test_finer_steps_leave_more_vectors_to_train_on() -> None:
    vectors = LAYOUT.split(PIXELS)
    counts = [len(trained_on(LAYOUT, vectors, parameters(1, step))) for step in (40, 20, 8)]
    assert counts == sorted(counts)


def test_training_gives_signs_of_life() -> None:
    events = list(train(LAYOUT, LAYOUT.split(PIXELS), [64], parameters(1)))
    assert any(isinstance(event, Progress) for event in events)


def test_codewords_are_in_eighths_of_a_step_and_end_at_127_of_them() -> None:
    samples = in_grains(np.float32([[0, 8, -8, 12.1], [3.9, 5000, -5000, 4.1]]))
    assert samples.tolist() == [[128, 129, 127, 130], [128, 255, 1, 129]]
    assert with_nothing(samples).tolist() == [
        [0, 0, 0, 0],
        [0, 8, -8, 16],
        [0, 1016, -1016, 8],
    ]


def test_what_is_used_and_what_it_costs_by_hand() -> None:
    quantizer = quantizer_of(WORDS, 20, "own")
    indices = np.int32([[0], [0], [0], [1], [1], [3]])
    assert quantizer.escape == 3
    assert [it.tolist() for it in quantizer.use(indices)] == [[3, 2, 0]]
    assert quantizer.used_codewords(indices) == 2
    assert quantizer.codebook_bytes == 8
    assert quantizer_of(WORDS, 20, "shipped").codebook_bytes == 0
    assert quantizer.nominal_bytes(indices) == pytest.approx(6 * np.log2(4) / 8 + 4)


@pytest.mark.parametrize("step", STEP_NUMBERS)
def test_each_step_goes_with_the_worth_of_its_bits(step: int) -> None:
    assert worth_of_a_bit(step) == pytest.approx(0.14 * STEPS[step] ** 2)
    assert step_for(worth_of_a_bit(step)) == step


def test_steps_for_bits_worth_nothing_or_much_are_the_finest_and_the_coarsest() -> None:
    assert (step_for(1e-9), step_for(1e9)) == (0, 48)


def test_there_are_no_blocks_but_tiles_of_four() -> None:
    assert suits(BlockSize(8, 3), "ycbcr") == (BlockSize(4, 4), "rgb")
    assert suits(BlockSize(1, 1), "gray") == (BlockSize(4, 4), "gray")
    with pytest.raises(ValueError, match="whole pictures"):
        encode_work(quantizer_of(WORDS, 20, "own"), np.zeros((1, 16), np.uint8))


@pytest.mark.parametrize(
    ("layout", "sizes"),
    [
        (BlockLayout(9, 9, 4, "ycbcr"), []),
        (BlockLayout(9, 9, 8, "gray"), []),
        (BlockLayout(9, 9, 4, "gray"), [4]),
    ],
)
def test_a_file_has_no_columns_and_tiles_of_four(layout: BlockLayout, sizes: list[int]) -> None:
    assert columns_of(BlockLayout(9, 9, 4, "rgb"), [], []) == ()
    with pytest.raises(ValueError, match="wavelet"):
        columns_of(layout, sizes, [8] * len(sizes))
