"""Tests of the network's odds: whole numbers that every machine finds, and what they mean."""

import numpy as np
import pytest

from vqcore.coding.wavelet.embedding import Embedding, features_of
from vqcore.coding.wavelet.model import KINDS, Kind, few, shipped
from vqcore.coding.wavelet.network import LARGEST_FIRST, Book, Network, NetworkPredictor
from vqcore.coding.wavelet.surroundings import Known, Maps, Surroundings
from vqcore.quantizers.wavelet import LARGEST, MOST_SHIPPED, STEP_NUMBERS
from vqcore.signals.waveletgrid import Grid, Place

EACH_KIND = pytest.mark.parametrize("kind", KINDS)
IN_32_BITS, IN_64_BITS = 2**24, 2**53
MOST_HIDDEN = 1023
LOG = 255
FIVE = [LOG] * 4 + [12 * LOG >> 2]
OF_LUMA = [LOG] * 12 + [4 * LOG >> 1] * 4 + [16 * LOG >> 2] + [LOG] * 9
OF_LUMA += [LOG, 9 * LOG >> 2] * 2 + [LOG] + FIVE * 2 + [max(STEP_NUMBERS) + 2]
MOST_FEATURES = {"luma": OF_LUMA, "chroma": OF_LUMA + FIVE + [4 * LOG >> 1] * 2 + FIVE}


def codewords() -> np.ndarray:
    rng = np.random.default_rng(0)
    return (8 * rng.integers(-40, 41, (63, 4))).astype(np.int16)


@EACH_KIND
def test_sums_in_floats_stay_exact_whatever_is_around(kind: Kind) -> None:
    """Whatever the order of adding, no partial sum is larger than the sum of all magnitudes."""
    network, most = shipped()[kind].network, np.array(MOST_FEATURES[kind], float)
    first = np.einsum("gfh,f->gh", np.abs(network.first, dtype=np.float64), most)[:, None]
    assert (first + np.abs(network.first_bias)).max() < IN_32_BITS
    second = np.abs(network.second).sum(axis=0) * LARGEST_FIRST + np.abs(network.second_bias)
    assert second.max() < IN_32_BITS
    flags = np.abs(network.flags).sum(axis=-1).max() * MOST_HIDDEN
    assert flags + np.abs(network.flags_bias).max() < IN_32_BITS
    assert np.abs(network.signs).sum(axis=-2).max() * 63 < IN_32_BITS
    assert np.abs(network.scales).sum(axis=-1).max() * MOST_HIDDEN < IN_64_BITS


@EACH_KIND
@pytest.mark.parametrize("own", [False, True])
def test_logits_of_codewords_stay_exact(kind: Kind, own: bool) -> None:
    part = shipped()[kind]
    extreme = (8 * LARGEST * (np.indices((3,) * 4).reshape(4, -1).T - 1)).astype(np.int16)
    books = part.embedding.books(np.concatenate([codewords(), extreme])) if own else part.books
    for book in books:
        logits = np.abs(book.embeddings).sum(axis=1) * MOST_HIDDEN + np.abs(book.biases)
        assert logits.max() < IN_32_BITS
    assert np.abs(part.embedding.weights).max() < 2**31


@EACH_KIND
def test_numbers_of_the_model_are_whole(kind: Kind) -> None:
    part = shipped()[kind]
    for numbers in [*part.network, *part.filter[1:], *(it for book in part.books for it in book)]:
        np.testing.assert_array_equal(numbers, np.rint(numbers))
    assert (part.network.magnitudes > 0).all()
    assert part.network.magnitudes.shape == (44, 18)
    assert all(1 <= len(book.codewords) < MOST_SHIPPED for book in part.books)


def tiny() -> Network:
    """Return a network of two features, one hidden unit and one of 32 outputs that is not 0."""
    first = np.zeros((12, 2, 1), np.float32)
    first[3] = [[256], [-512]]
    second = np.zeros((1, 32), np.float32)
    second[0, 4] = 128
    nothing = np.zeros((1, 1))
    bias = np.full((12, 5, 1), 300, np.float32)
    others = [nothing] * 7
    return Network(first, bias, second, np.zeros((5, 32)), *others[:5], *others[5:])


def test_two_layers_by_hand() -> None:
    hidden = tiny().hidden(3, 0, np.int16([[10, 0, 30000, 1], [2, 9, 0, 1]]))
    # (2560 − 1024 + 300) >> 8 is 7, and 7 · 128 >> 8 is 3; less than nothing is nothing
    assert hidden[:, 4].tolist() == [3, 0, 1023, 0]
    assert hidden.sum() == hidden[:, 4].sum()


def test_the_first_codewords_of_a_book_do() -> None:
    books = shipped()["luma"].books
    for size in (1, 2, 64, 512):
        for book, whole in zip(few(books, size), books, strict=True):
            count = min(size - 1, len(whole.codewords))
            assert [len(it) for it in book] == [count] * 3
            np.testing.assert_array_equal(book.embeddings, whole.embeddings[:count])


# --------------------------------------------------------------------------- codewords of one's own


def test_features_of_a_codeword_by_hand() -> None:
    """3 and −4 steps: 5 long. Shares are of the square of the length and half a step more."""
    [features] = features_of(np.int16([[192, -256, 0, 0]])).tolist()
    square, more = 320**2, 2048
    first, second, product = (64 * it // (square + more) for it in (192**2, 256**2, 192 * -256))
    assert features[0] == 64
    assert features[1:5] == [192, 256, 0, 0]
    assert features[5:9] == [4 * 45, 4 * 51, 0, 0]
    assert features[9:11] == [320, square // 256]
    assert features[11:14] == [4 * 55, 256, 0]
    assert features[14:18] == [first, second, 0, 0]
    assert features[18:21] == [product, 64 * 192 * 256 // (square + more), 192]
    assert len(features) == 36


def test_a_codeword_and_its_opposite_are_alike_but_for_signs_of_neighbours() -> None:
    """Only products keep signs, and they are the same."""
    words = codewords()
    np.testing.assert_array_equal(features_of(words), features_of(-words))
    for one, other in zip(
        *(shipped()["luma"].embedding.books(it) for it in (words, -words)), strict=True
    ):
        np.testing.assert_array_equal(one.embeddings[:, :32], other.embeddings[:, :32])
        np.testing.assert_array_equal(one.biases, other.biases)
        # rounded down after halving
        assert np.isin(one.embeddings[:, 32:] + other.embeddings[:, 32:], [0, -1]).all()


def test_embeddings_are_sums_of_features() -> None:
    words, weights = codewords(), np.zeros((1, 36, 33), np.int64)
    weights[0, 0], weights[0, 1, 32] = 4096 // 64, 4096
    [book] = Embedding(weights).books(words)
    assert (book.embeddings[:, :32] == 1).all()
    assert book.biases.tolist() == (1 + np.abs(words[:, 0])).tolist()


def test_strong_codewords_are_likely_where_there_is_much_around() -> None:
    part = shipped()["luma"]
    words = np.int16([[8, 0, 0, 0], [64, 0, 0, 0], [0, 320, 320, 0]])
    book = part.embedding.books(words)[6]
    grid, place = Grid(64, 64), Place(3, 0)
    found = []
    for level in (0, 160):
        maps: Maps = {at: [np.full((64 >> at + 1,) * 2, level, np.int16)] * 3 for at in (4, 5)}
        maps[3] = []
        around = Surroundings(grid, place, Known(20), maps)
        odds = NetworkPredictor(part.network, [book] * 8).odds(place, Known(20), around, 0)
        found.append((odds.something[0], odds.entry_weights(np.array([0]))[0]))
    (quiet, few_weights), (loud, many_weights) = found
    assert quiet < 0.2 < 0.8 < loud
    assert few_weights[0] > few_weights[2]
    assert many_weights[2] / many_weights[0] > few_weights[2] / few_weights[0]


def test_a_book_knows_how_its_codewords_go_along_with_signs() -> None:
    book = Book.of(np.int16([[64, -64, 0, 8]]), np.full((1, 32), 7), np.array([-3]))
    # half of 32, −32, 0 and 7, in 64ths, rounded down
    assert book.embeddings[0, 30:].tolist() == [7, 7, 16, -16, 0, 3]
    assert book.biases.tolist() == [-3]
