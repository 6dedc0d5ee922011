"""Tests of second thoughts: they leave poor local minima, and never end worse than they began."""

import numpy as np
import pytest
from helpers import own_blocks, photograph, vectors_of
from numpy.typing import NDArray

from vqcore.arrays import Sketch
from vqcore.codebooks import secondthoughts
from vqcore.codebooks.cells import Partition, partition
from vqcore.codebooks.lloyd import Pass, lloyd
from vqcore.codebooks.scoring import REAL
from vqcore.codebooks.source import InMemory
from vqcore.work import Work, finish


def second_thoughts(sketch: Sketch, codewords: NDArray) -> tuple[list[float], Partition]:
    """Return the distortion before and after each second thought, and what they come to."""
    held, rng = InMemory(sketch, REAL), np.random.default_rng(0)
    part = finish(held.partition(codewords))
    return watched(part, secondthoughts.second_thoughts(held, part, rng))


def afterthoughts(sketch: Sketch, codewords: NDArray, count: int) -> tuple[list[float], Partition]:
    """Return the distortion before and after each afterthought, and what they come to."""
    held, rng = InMemory(sketch, REAL), np.random.default_rng(0)
    part = finish(held.partition(codewords))
    return watched(part, secondthoughts.afterthoughts(held, codewords, count, rng))


def watched(part: Partition, work: Work[Partition]) -> tuple[list[float], Partition]:
    seen = [part.total]
    while True:
        try:
            look = next(work)
        except StopIteration as end:
            return seen, end.value
        if isinstance(look, Pass):
            seen.append(look.part.total)


def test_second_thoughts_and_afterthoughts_leave_a_poor_local_minimum() -> None:
    # Two codewords for one cluster and one for two others: Lloyd iterations change nothing.
    sketch = np.float32([[0], [1], [8], [9], [100], [101], [110], [111], [200], [201]])
    poor = np.float64([[0.5], [8.5], [105.5], [200.5]])
    stuck = finish(lloyd(InMemory(sketch, REAL).partition, poor))
    assert stuck.means.tolist() == poor.tolist()
    good = finish(partition(sketch, np.float64([[4.5], [100.5], [110.5], [200.5]]), REAL))
    assert good.total < stuck.total
    assert second_thoughts(sketch, poor)[1].total == good.total
    assert afterthoughts(sketch, poor, 4)[1].total == good.total


@pytest.mark.parametrize("size", [2, 8, 100])
def test_second_thoughts_are_never_worse_and_end(size: int) -> None:
    vectors = vectors_of(photograph("coffee", 2))
    seen, part = second_thoughts(
        vectors.astype(np.float32), own_blocks(vectors, size).astype(np.float64)
    )
    assert seen == sorted(seen, reverse=True)
    assert 1 <= len(seen) - 1 <= secondthoughts.MAX_SECOND_THOUGHTS
    assert (len(part.means), part.total) == (size, seen[-1])


def test_second_thoughts_of_what_has_no_error_change_nothing() -> None:
    sketch = np.float32([[1], [5], [5], [9]])
    seen, part = second_thoughts(sketch, np.float64([[1], [5], [9]]))
    assert seen == [0] * (1 + secondthoughts.MAX_IN_VAIN)
    assert part.means.ravel().tolist() == [1, 5, 9]


@pytest.mark.parametrize("size", [2, 8])
def test_afterthoughts_are_as_many_as_asked_for_and_never_worse(size: int) -> None:
    vectors = vectors_of(photograph("coffee", 2))
    start = own_blocks(vectors, size).astype(np.float64)
    seen, part = afterthoughts(vectors.astype(np.float32), start, 5)
    assert seen == sorted(seen, reverse=True)
    assert (len(seen), len(part.means), part.total) == (6, size, seen[-1])


def test_afterthoughts_of_what_has_no_error_change_nothing() -> None:
    seen, part = afterthoughts(np.float32([[1], [5], [5], [9]]), np.float64([[1], [5], [9]]), 4)
    assert seen == [0] * 5
    assert part.means.ravel().tolist() == [1, 5, 9]


def test_places_are_drawn_by_their_weights_and_none_twice() -> None:
    rng = np.random.default_rng(0)
    weights = np.float64([0, 1, 2, 5, 0, 2])
    draws = [secondthoughts._struck(weights, 3, rng) for _ in range(2000)]
    assert all(len({*draw}) == 3 for draw in draws)
    first = np.bincount([draw[0] for draw in draws], minlength=6) / len(draws)
    np.testing.assert_allclose(first, weights / 10, atol=0.03)
    assert sorted(secondthoughts._struck(weights, 9, rng)) == [1, 2, 3, 5]


def drawn(size: int) -> tuple[InMemory, Partition]:
    sketch = np.random.default_rng(size).normal(size=(2000, 2)).astype(np.float32)
    held = InMemory(sketch, REAL)
    return held, finish(held.partition(sketch[:size].astype(np.float64)))


def looks(work: Work[Partition]) -> int:
    return sum(isinstance(seen, Pass) for seen in work)


@pytest.mark.parametrize(
    ("size", "starts"), [(2, 1), (3, 2), (12, 2), (16, 1), (32, 2), (33, 0), (64, 0)]
)
def test_small_codebooks_start_anew_and_twice_where_nothing_follows(size: int, starts: int) -> None:
    sketch, part = drawn(size)
    rng = np.random.default_rng(0)
    assert looks(secondthoughts.second_starts(sketch, part, rng)) == starts


@pytest.mark.parametrize(("size", "thoughts"), [(128, 2), (256, 1), (300, 1), (512, 1), (513, 0)])
def test_large_codebooks_have_few_second_thoughts(size: int, thoughts: int) -> None:
    sketch, part = drawn(size)
    rng = np.random.default_rng(0)
    assert looks(secondthoughts.second_thoughts(sketch, part, rng)) == thoughts
