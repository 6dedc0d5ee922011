"""Lloyd's algorithm by the book: worked by hand, related to itself, and beside scikit-learn."""

from itertools import pairwise

import numpy as np
import pytest
from hypothesis import given
from hypothesis import settings as hypothesis_settings
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays
from sklearn.cluster import KMeans

from vqcore.codebooks.textbook import KEPT, STARTS, Rules, RulesError, book_of, rows_of, runs_work
from vqcore.codebooks.training import Trained, train
from vqcore.work import finish


def best(vectors, size, **rules):
    return finish(runs_work(np.asarray(vectors), size, Rules(**rules)))[0]


def from_codewords(vectors, codewords, **rules):
    given = rows_of(np.asarray(codewords, np.float64))
    return best(vectors, len(codewords), start="given", given=given, **rules)


def errors(run):
    return [each.distortion for each in run.rounds]


# ------------------------------------------------------------------------------------------ by hand

HEIGHTS_AND_WEIGHTS = [
    *((72, 180), (65, 120), (59, 119), (64, 150), (65, 162), (57, 88)),
    *((72, 175), (44, 41), (62, 114), (60, 110), (56, 91), (70, 172)),
]
START = [(45, 50), (75, 117), (45, 117), (80, 180)]


def test_twelve_people():
    """Sayood, Introduction to Data Compression, example 10.4.

    He rounds the codewords up: 387.25 at the start, 89 for those printed, 60.17 at the end.
    """
    run = from_codewords(HEIGHTS_AND_WEIGHTS, START, epsilon=0)
    assert errors(run)[0] == 387.25
    assert errors(run)[-1] == pytest.approx(59.90, abs=0.005)
    printed = [(44, 41), (58, 102), (64, 117), (69, 168)]
    for expected in (89, 60.17, 60.17):
        step = from_codewords(HEIGHTS_AND_WEIGHTS, printed, iterations=1)
        assert step.rounds[0].distortion == pytest.approx(expected, abs=0.005)
        printed = np.ceil(step.codewords)


def test_seven_numbers():
    """From {2, 6, 10}, 4 and 8 going to the lower of two equally near: {2.5, 8.5, 12}."""
    run = from_codewords([[1], [2], [3], [4], [8], [9], [12]], [[2], [6], [10]], epsilon=0)
    assert run.codewords.ravel().tolist() == [2.5, 8.5, 12]


def test_splitting_by_hand():
    """0, 2, 10, 12 have the mean 6; 5 and 7 become 1 and 11; 0, 2, 10 and 12 are left."""
    vectors = [[0], [2], [10], [12]]
    assert sorted(best(vectors, 2).codewords.ravel()) == [1, 11]
    assert sorted(best(vectors, 4).codewords.ravel()) == [0, 2, 10, 12]
    assert best(vectors, 1).codewords.tolist() == [[6]]


def test_empty_cells_by_hand():
    """Nothing is near 100: it stays, goes, or halves the cell of largest error."""
    vectors, start = [[0], [4], [6], [30]], [[0], [20], [100]]
    stays = from_codewords(vectors, start, iterations=1)
    assert stays.codewords.ravel().tolist() == [10 / 3, 30, 100]
    goes = from_codewords(vectors, start, iterations=1, empty="drop")
    assert goes.codewords.ravel().tolist() == [10 / 3, 30]
    halves = from_codewords(vectors, start, iterations=1, empty="split", apart=2)
    assert halves.codewords.ravel().tolist() == [10 / 3, 28, 32]


def test_absolute_distance_has_medians():
    run = from_codewords([[0], [1], [9], [20]], [[0]], distance="absolute", epsilon=0)
    assert run.codewords.tolist() == [[5]]
    assert errors(run) == [7.5, 7, 7]


def test_weights_decide_who_is_near():
    """(0, 0) is nearer to (0, 3) than to (2, 0), unless the second sample counts for little."""
    vectors, start = [[0, 0], [0, 3], [2, 0]], [[0, 3], [2, 0]]
    assert from_codewords(vectors, start, iterations=0).rounds[0].counts.tolist() == [1, 2]
    weighted = from_codewords(vectors, start, iterations=0, weights=(1, 0.1))
    assert weighted.rounds[0].counts.tolist() == [2, 1]
    assert errors(weighted) == [pytest.approx(0.9 / 3)]


def test_the_lines_of_the_book():
    runs = finish(runs_work(np.array([[0], [2], [10], [12]]), 2, Rules("first", epsilon=0)))
    lines = book_of(runs).lines
    assert [line.iteration for line in lines] == [0, 1, 2, 3]
    assert [line.distortion for line in lines] == [41, 6, 1, 1]
    assert [line.change for line in lines[2:]] == [5, 0]
    assert (lines[0].largest, lines[0].smallest, lines[0].empty) == (3, 1, 0)


def test_a_fall_is_no_share_of_nothing():
    runs = finish(runs_work(np.array([[0], [8]]), 2, Rules("given", ((1,), (9,)), epsilon=0)))
    lines = book_of(runs).lines
    assert [line.distortion for line in lines] == [1, 0, 0]
    assert [line.change for line in lines] == [None, None, None]


# ---------------------------------------------------------------------------------------- relations

points = arrays(
    np.float64, st.tuples(st.integers(2, 30), st.integers(1, 4)), elements=st.integers(0, 255)
)


@hypothesis_settings(max_examples=60)
@given(
    points,
    st.integers(1, 6),
    st.sampled_from(STARTS[:-1]),
    st.sampled_from(["squared", "absolute"]),
)
def test_no_iteration_makes_it_worse(vectors, size, start, distance):
    run = best(vectors, min(size, len(vectors)), start=start, distance=distance, epsilon=0)
    assert all(after <= before + 1e-9 for before, after in pairwise(errors(run)))
    assert sum(run.rounds[-1].counts) == len(vectors)


@hypothesis_settings(max_examples=30)
@given(points, st.integers(1, 6), st.sampled_from(STARTS[:-1]), st.sampled_from(KEPT))
def test_there_are_k_codewords(vectors, size, start, empty):
    size = min(size, len(vectors))
    assert best(vectors, size, start=start, empty=empty).codewords.shape == (size, vectors.shape[1])


def test_a_share_of_nothing_ends_where_assignments_stand_still():
    vectors = np.random.default_rng(1).normal(size=(500, 3))
    run = best(vectors, 8, start="first", epsilon=0)
    assert errors(run)[-1] == errors(run)[-2]
    again = from_codewords(vectors, run.codewords, iterations=1)
    np.testing.assert_allclose(again.codewords, run.codewords)


@pytest.mark.parametrize("iterations", [0, 1, 3, 10])
def test_from_the_same_start_it_is_scikit_learn(iterations):
    vectors = np.random.default_rng(2).normal(size=(800, 5))
    run = best(vectors, 12, start="first", epsilon=0, iterations=iterations)
    if not iterations:
        assert run.codewords.tolist() == vectors[:12].tolist()
        return
    theirs = KMeans(12, init=vectors[:12], n_init=1, max_iter=iterations, tol=0).fit(vectors)
    np.testing.assert_allclose(run.codewords, theirs.cluster_centers_, atol=1e-9)


def test_the_best_of_several_starts_is_kept_and_all_are_told():
    vectors = np.random.default_rng(3).normal(size=(300, 2))
    runs = finish(runs_work(vectors, 6, Rules("random", restarts=5), seed=7))
    assert sorted(run.seed for run in runs) == [7, 8, 9, 10, 11]
    told = [distortion for _, distortion in book_of(runs).tried]
    assert told == sorted(told)
    assert told[0] == runs[0].distortion < told[-1]
    alone = finish(runs_work(vectors, 6, Rules("random"), seed=runs[0].seed))
    assert alone[0].codewords.tolist() == runs[0].codewords.tolist()
    assert len(finish(runs_work(vectors, 6, Rules("first", restarts=5)))) == 1


def test_k_means_plus_plus_takes_no_vector_twice():
    vectors = [[0], [0], [0], [50], [99]]
    assert sorted(best(vectors, 3, start="k-means++", iterations=0).codewords.ravel()) == [
        0,
        50,
        99,
    ]


def test_a_start_from_noise_leaves_codewords_dead():
    ways = np.random.default_rng(5).normal(128, 20, (400, 1)) + np.zeros(16)
    dead = [(best(ways, 32, start=it).rounds[-1].counts == 0).sum() for it in ("noise", "random")]
    assert dead[0] > 16
    assert dead[1] == 0


def test_train_takes_rules():
    vectors = np.random.default_rng(4).integers(0, 256, (200, 4), np.uint8)
    rules = Rules("first", iterations=2, epsilon=0)
    [trained] = [
        event
        for event in train(vectors, [5], trainer="textbook", rules=rules)
        if isinstance(event, Trained)
    ]
    expected = best(vectors, 5, start="first", iterations=2, epsilon=0)
    found = {tuple(row) for row in trained.codebook.codewords.tolist()}
    assert found == {tuple(row) for row in np.rint(expected.codewords).tolist()}
    assert [line.iteration for line in trained.book.lines] == [0, 1, 2]


# ------------------------------------------------------------------------------------------ refused


@pytest.mark.parametrize(
    ("rules", "told"),
    [
        ({"epsilon": -1}, "epsilon is 0 or more, not -1"),
        ({"epsilon": float("nan")}, "epsilon is 0 or more, not nan"),
        ({"iterations": -1}, "the number of iterations is 0 or more, not -1"),
        ({"apart": 0}, "how far apart codewords split is above 0, not 0"),
        ({"restarts": 0}, "the number of restarts is 1 to 100, not 0"),
        ({"weights": (1, 0)}, "a weight is above 0, not 0"),
        ({"start": "nobody"}, "start: one of splitting, .*, not 'nobody'"),
        ({"start": "given"}, "codewords are given with the start"),
        ({"given": ((1,),)}, "codewords are given with the start"),
        ({"start": "given", "given": ((1,), (np.inf,))}, "codewords are finite numbers"),
    ],
)
def test_rules_that_are_none(rules, told):
    with pytest.raises(ValueError, match=told):
        Rules(**rules)


@pytest.mark.parametrize(
    ("vectors", "size", "rules", "told"),
    [
        ([[1], [2]], 3, {}, "K is 1 to 2, the number of vectors, not 3"),
        ([[1], [2]], 0, {}, "K is 1 to 2, the number of vectors, not 0"),
        ([[1, 2]], 1, {"weights": (1,)}, "There are 1 weights for 2 samples"),
        (
            [[1, 2]],
            1,
            {"start": "given", "given": ((1,),)},
            "The start has 1 of 1 samples, not 1 of 2",
        ),
        (
            [[1], [2]],
            2,
            {"start": "given", "given": ((1,),)},
            "The start has 1 of 1 samples, not 2 of 1",
        ),
        ([[np.nan]], 1, {}, "Vectors are finite numbers"),
        ([], 1, {}, "Vectors are finite numbers"),
    ],
)
def test_rules_that_do_not_fit(vectors, size, rules, told):
    with pytest.raises(RulesError, match=told):
        best(vectors, size, **rules)
