"""What trains the model that is shipped, as far as that takes no PyTorch."""

from pathlib import Path

import numpy as np
import pytest

from tests.training.checkpoint import LearnedBook, load, of_model, save
from tests.training.codewords import nested, reseeded
from tests.training.export import model_of
from tests.training.recording import collected
from vqcore.coding.wavelet.model import PLACE, shipped

FITTED = {"luma.embedding_weights", "chroma.embedding_weights"}
"""These depend on how often codewords are used, which a model does not say."""


def book_of(codewords: list[list[int]], uses: list[float]) -> LearnedBook:
    count = len(uses)
    rows, biases = np.arange(32.0 * count).reshape(count, 32), np.zeros(count)
    return LearnedBook(np.array(codewords, np.int16), rows, biases, np.array(uses))


def test_the_shipped_model_comes_back_from_a_checkpoint(tmp_path: Path) -> None:
    save(of_model(PLACE), tmp_path / "checkpoint.npz")
    found = model_of(load(tmp_path / "checkpoint.npz"))
    with np.load(PLACE) as wanted:
        assert set(found) == set(wanted)
        assert all(np.array_equal(found[name], wanted[name]) for name in set(wanted) - FITTED)


def test_codewords_that_others_can_stand_for_come_last() -> None:
    book = book_of([[64, 0, 0, 0], [70, 0, 0, 0], [0, 640, 0, 0]], [50, 40, 10])
    assert nested(book).uses.tolist() == [10, 50, 40]


def test_dead_codewords_are_put_beside_strong_ones() -> None:
    book = book_of([[64, 0, 0, 0], [0, 0, 0, 0], [0, 640, 0, 0]], [50, 0, 40])
    found = reseeded(book, np.random.default_rng(0))
    assert found.codewords[[0, 2]].tolist() == book.codewords[[0, 2]].tolist()
    assert found.codewords[1] == pytest.approx([0, 800, 0, 0], abs=100)
    assert found.rows[1].tolist() == book.rows[2].tolist()


def test_recorded_vectors_are_those_that_are_coded() -> None:
    crop = np.random.default_rng(1).integers(0, 256, (64, 64, 3)).astype(np.uint8)
    examples, cost = collected(of_model(PLACE), "luma", [crop], soft=False, seed=1)
    assert cost.vectors == sum((64 >> level + 2) ** 2 * 3 for level in range(5))
    assert cost.bits > 0
    assert set(examples.level) <= set(range(5))
    assert examples.features.shape[1] == shipped()["luma"].network.first.shape[1]
