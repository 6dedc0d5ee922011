"""Tests of quantizers: tables that add up, the families of the list, and what plain is."""

import numpy as np
import pytest
from helpers import gray_layout, photograph, squared_distances, vectors_of
from toy_family import MEAN_AND_SHAPE, toy_quantizer

from vqcore.codebooks.codebook import Codebook
from vqcore.codebooks.training import Progress, Trained
from vqcore.codebooks.training import train as trained_codebooks
from vqcore.coding.codec import Encoded, Settings
from vqcore.coding.families import encode_work
from vqcore.quantizers import plain
from vqcore.quantizers.family import FAMILIES
from vqcore.quantizers.plain import codebook_of, quantizer_of
from vqcore.quantizers.quantizer import Column, Quantizer, TrainedQuantizer
from vqcore.work import finish

CODEWORDS = np.uint8([[0, 255], [7, 9], [200, 100]])


def test_entries_add_up_and_stay_samples() -> None:
    indices = np.int32([[0, 0], [0, 1], [1, 1], [2, 1]])
    assert MEAN_AND_SHAPE.decode(indices).tolist() == [[10, 10], [1, 30], [91, 120], [191, 220]]
    steep = toy_quantizer([250, 5], [[0, 0], [-9, 20]])
    assert steep.decode(np.int32([[0, 1], [1, 1]])).tolist() == [[241, 255], [0, 25]]


def test_fewer_columns_are_a_coarser_version() -> None:
    indices = np.int32([[0, 1], [2, 1]])
    assert MEAN_AND_SHAPE.decode(indices, 1).tolist() == [[10, 10], [200, 200]]
    assert MEAN_AND_SHAPE.decode(indices, 2).tolist() == MEAN_AND_SHAPE.decode(indices).tolist()


def test_sizes_are_of_the_columns_and_k_of_the_largest() -> None:
    assert (MEAN_AND_SHAPE.sizes, MEAN_AND_SHAPE.codebook_size) == ((3, 2), 3)
    assert MEAN_AND_SHAPE.largest == 0
    assert toy_quantizer([1, 2], [[0, 0]] * 5).largest == 1
    assert MEAN_AND_SHAPE.codebook_bytes == 3 * 2 + 2 * 2


def test_a_table_has_the_entries_of_its_column() -> None:
    message = r"^columns of sizes \(3,\) have tables of \(2,\) entries$"
    with pytest.raises(ValueError, match=message):
        Quantizer("toy", (Column("codeword", 3),), (np.zeros((2, 4), np.int16),))


def test_indices_have_a_column_each() -> None:
    layout, one = gray_layout(2, 1, 1), quantizer_of(Codebook(np.uint8([[7], [9]])))
    for shape in ((2,), (2, 2), (3, 1)):
        with pytest.raises(ValueError, match=r"^indices have shape \(2, 1\), not "):
            Encoded(layout, one, np.zeros(shape, np.int32))


# -------------------------------------------------------------------------------------------- plain


def test_plain_is_the_codebook() -> None:
    quantizer = quantizer_of(Codebook(CODEWORDS))
    assert (quantizer.family, quantizer.sizes, quantizer.codebook_bytes) == ("plain", (3,), 6)
    np.testing.assert_array_equal(quantizer.decode(np.int32([[2], [0]])), CODEWORDS[[2, 0]])
    np.testing.assert_array_equal(codebook_of(quantizer).codewords, CODEWORDS)
    with pytest.raises(ValueError, match=r"^a toy quantizer has no one codebook$"):
        codebook_of(MEAN_AND_SHAPE)


def test_plain_encodes_with_the_nearest_codeword() -> None:
    vectors = vectors_of(photograph("camera", 4), 4)
    codebook = Codebook(vectors[:40])
    indices = finish(plain.encode_work(quantizer_of(codebook), vectors))
    expected = squared_distances(vectors, codebook.codewords).argmin(axis=1)
    assert (indices.shape, indices.dtype) == ((len(vectors), 1), np.int32)
    assert indices[:, 0].tolist() == expected.tolist()


def test_plain_trains_as_codebooks_are() -> None:
    picture = photograph("camera", 4)
    vectors, layout = vectors_of(picture, 4), gray_layout(picture.width, picture.height, 4)
    expected = [it for it in trained_codebooks(vectors, [2, 16], seed=3) if isinstance(it, Trained)]
    events = plain.train(layout, vectors, [2, 16], Settings().parameters, seed=3)
    found = [event for event in events if not isinstance(event, Progress)]
    for one, other in zip(found, expected, strict=True):
        assert isinstance(one, TrainedQuantizer)
        assert (one.sample, len(one.iterations)) == (other.sample, len(other.iterations))
        np.testing.assert_array_equal(one.quantizer.tables[0], other.codebook.codewords)


# ----------------------------------------------------------------------------------------- families


def test_settings_name_a_family_of_the_list() -> None:
    assert Settings().family in FAMILIES


@pytest.mark.parametrize("family", FAMILIES)
def test_every_family_trains_and_encodes(family: str) -> None:
    picture = photograph("camera", 4)
    vectors, layout = vectors_of(picture, 4), gray_layout(picture.width, picture.height, 4)
    events = FAMILIES[family].train(layout, vectors, [4, 16], Settings(family=family).parameters)
    trained = [event for event in events if isinstance(event, TrainedQuantizer)]
    assert [it.quantizer.codebook_size for it in trained] == [4, 16]
    errors = []
    for it in trained:
        assert it.quantizer.family == family
        encoded = finish(encode_work(layout, vectors, it.quantizer))
        pixels = encoded.decode()
        if not FAMILIES[family].WHOLE:
            joined = layout.join(encoded.quantizer.decode(encoded.indices))
            np.testing.assert_array_equal(pixels, joined)
        errors.append(np.square(pixels.astype(int) - picture.pixels).sum())
    assert errors == sorted(errors, reverse=True)
