"""Tests of codec: a picture as indices, and back by table look-up."""

from dataclasses import FrozenInstanceError

import numpy as np
import pytest
from helpers import photograph, smooth_picture, squared_distances, vectors_of
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra import numpy as arrays
from numpy.typing import NDArray

from vqcore.codebooks.codebook import Codebook
from vqcore.codebooks.scoring import CHUNK
from vqcore.coding.codec import Encoded, Settings, encode, encode_work
from vqcore.quantizers.plain import quantizer_of
from vqcore.signals.blocks import COLOURS, BlockLayout, layout_of, shown_pixels

Samples = NDArray[np.uint8]


def some_encoding(block_size: int, colour: str, height: int = 29, width: int = 43) -> Encoded:
    """Encode a picture of waves with nine or so of its own blocks as codewords."""
    picture = smooth_picture(height, width)
    layout = layout_of(picture, block_size, colour)
    vectors = layout.split(shown_pixels(picture, layout))
    return encode(layout, vectors, Codebook(vectors[:: max(1, len(vectors) // 9)]))


def test_encode_and_decode_by_hand() -> None:
    layout = BlockLayout(3, 2, 2, "gray")
    vectors = np.uint8([[10, 10, 10, 10], [200, 90, 200, 90]])
    encoded = encode(layout, vectors, Codebook(np.uint8([[210, 80, 220, 70], [1, 2, 3, 4]])))
    assert encoded.indices[:, 0].tolist() == [1, 0]
    assert [use.tolist() for use in encoded.use] == [[1, 1]]
    assert encoded.tiles.tolist() == [[[210, 80], [220, 70]], [[1, 2], [3, 4]]]
    assert encoded.decode().tolist() == [[1, 2, 210], [3, 4, 220]]


@pytest.mark.parametrize("colour", COLOURS)
@pytest.mark.parametrize("block_size", [1, 3, 4, 8])
def test_decode_is_a_table_look_up(block_size: int, colour: str) -> None:
    encoded = some_encoding(block_size, colour)
    layout, decoded = encoded.layout, encoded.decode()
    assert (decoded.dtype, decoded.shape[:2]) == (np.uint8, (layout.height, layout.width))
    for row, column in np.ndindex(layout.height, layout.width):
        block = row // block_size * layout.columns + column // block_size
        tile = encoded.tiles[encoded.indices[block, 0]]
        expected = tile[row % block_size, column % block_size]
        assert np.array_equal(decoded[row, column], expected), (row, column)


@pytest.mark.parametrize("colour", COLOURS)
def test_decode_joins_the_codewords_chosen(colour: str) -> None:
    encoded = some_encoding(8, colour)
    chosen = encoded.shared.codebook.codewords[encoded.indices[:, 0]]
    np.testing.assert_array_equal(encoded.decode(), encoded.layout.join(chosen))


@pytest.mark.parametrize("colour", COLOURS)
def test_every_block_has_its_nearest_codeword(colour: str) -> None:
    encoded = some_encoding(8, colour)
    distances = squared_distances(
        vectors_of(smooth_picture(29, 43), 8, colour), encoded.shared.codebook.codewords
    )
    assert encoded.indices[:, 0].tolist() == distances.argmin(axis=1).tolist()


@given(st.data(), st.integers(1, 20), st.integers(1, 20), st.integers(1, 9), st.booleans())
def test_a_codeword_for_every_distinct_block_loses_nothing(
    data: st.DataObject, height: int, width: int, block_size: int, gray: bool
) -> None:
    layout = BlockLayout(width, height, block_size, "gray" if gray else "rgb")
    shape = (height, width) if gray else (height, width, 3)
    pixels = data.draw(arrays.arrays(np.uint8, shape, elements=st.sampled_from([0, 7, 255])))
    vectors = layout.split(pixels)
    more = data.draw(arrays.arrays(np.uint8, (2, layout.dimension)))
    codebook = Codebook(np.concatenate([more, np.unique(vectors, axis=0)]))
    np.testing.assert_array_equal(encode(layout, vectors, codebook).decode(), pixels)


def test_to_encode_again_changes_nothing() -> None:
    encoded = some_encoding(8, "rgb", 32, 48)
    again = encode(encoded.layout, encoded.layout.split(encoded.decode()), encoded.shared.codebook)
    np.testing.assert_array_equal(again.decode(), encoded.decode())


def test_encoding_a_photograph_pauses() -> None:
    picture = photograph("camera")
    layout = layout_of(picture, 4, "gray")
    vectors = layout.split(shown_pixels(picture, layout))[: 2 * CHUNK]
    work = encode_work(layout, vectors, quantizer_of(Codebook(vectors[:16])))
    assert sum(1 for _ in work) == len(vectors) / CHUNK == 2


def test_settings_are_a_key() -> None:
    assert hash(Settings(8, "rgb", "lbg", 0)) == hash(Settings())
    assert Settings(seed=1) != Settings()
    with pytest.raises(FrozenInstanceError):
        Settings().seed = 1
