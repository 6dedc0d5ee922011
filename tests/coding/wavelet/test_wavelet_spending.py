"""Tests of where the bits of a file went: what is counted is what was written."""

import numpy as np
import pytest
from wavelet_cases import WAYS, encoded_at, part_of_a_photograph

from vqcore.coding.container import coded_codebook_work
from vqcore.coding.entropy import WORD
from vqcore.coding.wavelet.encoded import EncodedWavelet, grid_of
from vqcore.coding.wavelet.spending import Counting, Spending, spending_work
from vqcore.lab.sweeps import Step
from vqcore.signals.pictures import Picture
from vqcore.work import finish

HEADER, CHECKSUM, NUMBERS = 20, 4, 3 * 12 / 8
HEAD = HEADER + CHECKSUM + NUMBERS


def spending_of(step: Step) -> Spending:
    assert isinstance(step.encoded, EncodedWavelet)
    return finish(spending_work(step.encoded))


def test_a_symbol_costs_what_is_likely_by_hand() -> None:
    coder = Counting()
    weights = np.array([[1.0, 3.0], [4.0, 4.0]])
    assert list(coder.code(np.array([1, 0]), weights)) == [1, 0]
    np.testing.assert_allclose(coder.costs, [2 - np.log2(3), 1])
    assert coder.bits == pytest.approx(3 - np.log2(3))


@pytest.mark.parametrize("way", WAYS)
@pytest.mark.parametrize("colour", ["gray", "rgb"])
def test_all_bands_and_the_codebook_are_the_file_but_for_its_head(way: str, colour: str) -> None:
    step = encoded_at(part_of_a_photograph(70, 130), 16, 14, way, colour)
    spending = spending_of(step)
    rest = len(step.file) - spending.bits / 8
    assert HEAD - 0.1 < rest < HEAD + WORD.itemsize + 1
    planes = 1 if colour == "gray" else 3
    assert spending.has_colour == (planes == 3)
    assert spending.coefficients == planes * 128 * 192
    every = [(it.plane, it.level, it.band) for it in spending.bands]
    assert len(set(every)) == len(every) == planes * (1 + 6 * 3)


@pytest.mark.parametrize("way", ["alone", "own"])
def test_the_codebook_takes_what_it_does_by_itself(way: str) -> None:
    step = encoded_at(part_of_a_photograph(), 16, 14, way)
    alone = finish(coded_codebook_work(step.encoded))
    taken = spending_of(step).codebook_bits / 8
    assert alone - NUMBERS - WORD.itemsize - 1 < taken <= alone - NUMBERS


def test_codewords_that_are_shipped_take_nothing_and_one_that_is_nothing_neither() -> None:
    picture = part_of_a_photograph()
    assert spending_of(encoded_at(picture, 16, 14, "shipped")).codebook_bits == 0
    assert spending_of(encoded_at(picture, 1, 14)).codebook_bits == 0


def test_bits_go_where_there_is_detail() -> None:
    """Lines from top to bottom are detail across alone; of each band so many vectors are there."""
    stripes = np.tile(np.uint8([40, 200, 200, 40]), (128, 32))
    step = encoded_at(Picture(stripes, "stripes"), 16, 14)
    encoded, spending = step.encoded, spending_of(step)
    assert isinstance(encoded, EncodedWavelet)
    bits = {(it.level, it.band): it.bits for it in spending.bands}
    assert bits[1, "HL"] > 20 * (bits[1, "LH"] + bits[1, "HH"])
    nothing = sum((it.nothing or 0) * it.coefficients / 4 for it in spending.bands)
    assert round(nothing) == (encoded.indices == 0).sum()
    assert grid_of(encoded.layout).total == len(encoded.indices)
    assert [it.band for it in spending.bands if it.nothing is None] == ["LL", "HL", "LH", "HH"]
