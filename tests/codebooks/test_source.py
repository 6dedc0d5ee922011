"""Tests of source: what it says of vectors in memory, and that it is all the ladder needs."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import pytest
from helpers import own_blocks, photograph, vectors_of

from vqcore.arrays import Floats, Samples
from vqcore.codebooks.cells import Cells
from vqcore.codebooks.codebook import Codebook, rounded
from vqcore.codebooks.ladder import rung_work
from vqcore.codebooks.scoring import EIGHT_BIT, REAL
from vqcore.codebooks.sketch import Axes, principal_axes
from vqcore.codebooks.source import InMemory, Moments, OnAGrid, Source, sample_of
from vqcore.codebooks.training import Trained, train
from vqcore.signals.sources import made
from vqcore.work import Work, finish


@pytest.fixture(scope="module")
def vectors() -> Samples:
    return vectors_of(photograph("coffee"), 4)


def test_a_sample_holds_different_vectors_in_their_order() -> None:
    numbers = np.arange(200, dtype=np.uint8)[:, None]
    sample = sample_of(numbers, 60, np.random.default_rng(0)).ravel()
    assert len(sample) == 60
    assert (np.diff(sample.astype(int)) > 0).all()
    assert sample_of(numbers, 200, np.random.default_rng(0)) is numbers


def test_moments_by_hand() -> None:
    source = InMemory(np.uint8([[0, 2], [2, 6], [4, 10]]), EIGHT_BIT)
    moments = finish(source.moments(3))
    assert moments.mean.tolist() == [2, 6]
    np.testing.assert_allclose(moments.covariance, np.array([[8, 16], [16, 32]]) / 3)


@pytest.mark.parametrize("at_most", [1000, 10**6])
def test_moments_are_numpys_of_a_sample(vectors: Samples, at_most: int) -> None:
    moments = finish(InMemory(vectors, EIGHT_BIT).moments(at_most))
    some = sample_of(vectors, at_most, np.random.default_rng(0))
    np.testing.assert_allclose(moments.mean, some.mean(axis=0))
    np.testing.assert_allclose(moments.covariance, np.cov(some.T, bias=True), rtol=1e-6)


def test_a_source_says_how_many_and_which_vectors_there_are() -> None:
    source = InMemory(np.uint8([[7, 1], [3, 2], [7, 1]]), EIGHT_BIT)
    assert (source.count, source.dimension) == (3, 2)
    assert source.distinct(1) is None
    assert source.distinct(2).tolist() == [[3, 2], [7, 1]]
    assert finish(source.cells(np.float64([[3, 2], [9, 1]]))).counts.tolist() == [1, 2]


def test_real_vectors_have_distinct_ones_in_ascending_order() -> None:
    source = InMemory(np.float32([[2.5, 0], [-300, 9], [2.5, 0], [0.25, 7]]), REAL)
    assert source.distinct(3).tolist() == [[-300, 9], [0.25, 7], [2.5, 0]]


@pytest.mark.parametrize(
    ("count", "dimension", "size", "thoughts"),
    [(150, 4, 3, 24), (10_000, 10, 27, 24), (20_000, 16, 40, 5), (200_000, 16, 256, 0)],
)
def test_afterthoughts_are_of_few_points(
    count: int, dimension: int, size: int, thoughts: int
) -> None:
    units = np.zeros((count, dimension), np.float32)
    assert OnAGrid(units, REAL).afterthoughts(size) == thoughts
    assert InMemory(units, REAL).afterthoughts(size) == 0


@dataclass(frozen=True, eq=False)
class InPieces:
    """Vectors that are never all together; it tells what a source must, and no more."""

    pieces: Sequence[InMemory[np.uint8]]
    kind = EIGHT_BIT
    patience = None, None

    @property
    def count(self) -> int:
        return sum(piece.count for piece in self.pieces)

    @property
    def dimension(self) -> int:
        return self.pieces[0].dimension

    def afterthoughts(self, size: int) -> int:
        return 0

    def sample(self, size: int, rng: np.random.Generator) -> Samples:
        assert size >= self.count
        return np.concatenate([piece.vectors for piece in self.pieces])

    def distinct(self, limit: int) -> Samples | None:
        raise NotImplementedError

    def moments(self, at_most: int) -> Work[Moments]:
        assert at_most >= self.count
        means, squares = np.zeros(self.dimension), np.zeros((self.dimension, self.dimension))
        for piece in self.pieces:
            part = yield from piece.moments(piece.count)
            share = piece.count / self.count
            means += share * part.mean
            squares += share * (part.covariance + np.outer(part.mean, part.mean))
        return Moments(means, squares - np.outer(means, means))

    def known_best(self, size: int, found: Floats) -> Floats:
        return found

    def cells(self, codewords: Floats) -> Work[Cells]:
        parts = []
        for piece in self.pieces:
            parts.append((yield from piece.cells(codewords)))
        counts = sum(part.counts for part in parts)
        sums = sum(part.counts[:, None] * part.means for part in parts)
        means = np.where(counts[:, None] > 0, sums / np.maximum(counts, 1)[:, None], codewords)
        return Cells(counts, means, sum(part.distortion for part in parts))


def rung_of(source: Source[np.uint8] | Source[np.float32], below: Samples, axes: Axes) -> Samples:
    """Train the rung above a codebook."""
    return finish(rung_work(source, Codebook(below), 2 * len(below), axes, 0)).codewords


@pytest.mark.parametrize("size", [1, 16, 64])
def test_the_ladder_asks_a_source_for_no_more_than_it_must_tell(
    vectors: Samples, size: int
) -> None:
    below, together = own_blocks(vectors, size), InMemory(vectors, EIGHT_BIT)
    cuts = np.array_split(vectors, [1000, 9000, 9001])
    apart = InPieces([InMemory(piece, EIGHT_BIT) for piece in cuts])
    axes = finish(principal_axes(together))
    np.testing.assert_allclose(finish(principal_axes(apart)).left_out, axes.left_out, atol=0.1)
    np.testing.assert_array_equal(rung_of(apart, below, axes), rung_of(together, below, axes))


@pytest.mark.parametrize("size", [1, 16, 64])
def test_the_ladder_trains_on_real_vectors_as_on_samples(vectors: Samples, size: int) -> None:
    below, samples = own_blocks(vectors, size), InMemory(vectors, EIGHT_BIT)
    real, axes = InMemory(vectors.astype(np.float32), REAL), finish(principal_axes(samples))
    found = rounded(rung_of(real, below, axes).astype(np.float64), EIGHT_BIT).codewords
    off = found.astype(int) - rung_of(samples, below, axes)
    # Where scores are not exact, a vector midway between two codewords may go to the other.
    assert np.abs(off).max() <= 1


def test_points_are_not_done_until_an_iteration_gains_next_to_nothing() -> None:
    events = train(made("gaussian", 20_000, 12).vectors, [64])
    [trained] = [event for event in events if isinstance(event, Trained)]
    *_, before, last = [it.distortion for it in trained.stage("finish")]
    assert before - last <= 1e-4 * before
