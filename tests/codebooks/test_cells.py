"""Tests of cells: what a partition holds, by the definitions."""

import numpy as np
import pytest
from helpers import own_blocks, photograph, small_vectors, squared_distances, vectors_of
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra import numpy as arrays

from vqcore.arrays import Samples
from vqcore.codebooks.cells import Partition, partition
from vqcore.codebooks.scoring import CHUNK, EIGHT_BIT
from vqcore.work import finish


def test_partition_by_hand() -> None:
    part = finish(
        partition(
            np.uint8([[0], [2], [10], [1]]), np.uint8([[1], [9], [200]]), EIGHT_BIT, with_loss=True
        )
    )
    assert part.indices.tolist() == [0, 0, 1, 0]
    assert part.counts.tolist() == [3, 1, 0]
    assert part.means.tolist() == [[1], [10], [200]]
    assert part.distortion.tolist() == [2, 1, 0]
    # Without the first, 0, 2 and 1 go to 9: 81 + 49 + 64 - 2. Without the second, 10 goes to 1.
    assert part.loss.tolist() == [192, 81 - 1, 0]
    assert part.total == 3


def test_a_partition_in_one_cell_has_no_loss() -> None:
    part = finish(partition(np.uint8([[0], [4]]), np.uint8([[9]]), EIGHT_BIT, with_loss=True))
    assert (part.means.tolist(), part.total, part.loss.tolist()) == ([[2]], 106, [0])


def test_the_loss_is_zero_unless_asked_for() -> None:
    part = finish(partition(np.uint8([[0], [9]]), np.uint8([[0], [9]]), EIGHT_BIT))
    assert part.loss.tolist() == [0, 0]


def check_partition(vectors: Samples, codewords: Samples, part: Partition) -> None:
    """Compare with the definitions, worked out in integers."""
    distances = squared_distances(vectors, codewords)
    indices = distances.argmin(axis=1)
    np.testing.assert_array_equal(part.indices, indices)
    for index, codeword in enumerate(codewords):
        cell = vectors[indices == index].astype(np.int64)
        assert part.counts[index] == len(cell)
        expected = cell.sum(axis=0) / len(cell) if len(cell) else codeword
        np.testing.assert_array_equal(part.means[index], expected)
        assert part.distortion[index] == np.square(cell - codeword).sum()
    before = distances.min(axis=1).sum()
    assert part.total == before
    for index in range(len(codewords) if len(codewords) > 1 else 0):
        without = np.delete(distances, index, axis=1).min(axis=1).sum()
        assert part.loss[index] == without - before


@given(st.data(), small_vectors, st.integers(1, 9))
def test_partition_is_brute_force(data: st.DataObject, vectors: Samples, size: int) -> None:
    codewords = data.draw(arrays.arrays(np.uint8, (size, vectors.shape[1])))
    part = finish(partition(vectors, codewords, EIGHT_BIT, with_loss=True))
    check_partition(vectors, codewords, part)


@pytest.mark.parametrize("size", [1, 2, 17, 64])
@pytest.mark.parametrize(("name", "block_size"), [("camera", 8), ("coffee", 4)])
def test_partition_of_a_photograph_is_brute_force(name: str, block_size: int, size: int) -> None:
    vectors = vectors_of(photograph(name, 2), block_size)
    codewords = own_blocks(vectors, size)
    part = finish(partition(vectors, codewords, EIGHT_BIT, with_loss=True))
    check_partition(vectors, codewords, part)


def test_partition_pauses_after_each_chunk() -> None:
    work = partition(np.zeros((2 * CHUNK + 1, 2), np.uint8), np.zeros((3, 2), np.uint8), EIGHT_BIT)
    assert sum(1 for _ in work) == 2 * 4  # nearest codewords, then means
