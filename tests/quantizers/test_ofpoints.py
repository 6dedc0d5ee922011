"""Tests of the families for points: by hand, by relations, against brute force and scikit-learn."""

import itertools
import math

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from sklearn.cluster import KMeans

from vqcore.codebooks.textbook import Rules
from vqcore.codebooks.training import Progress
from vqcore.quantizers import pointfitting
from vqcore.quantizers.ofpoints import (
    OPTIONS,
    POINT_FAMILIES,
    PointQuantizer,
    TrainedPoints,
    encode_work,
    largest_size,
    train,
)
from vqcore.signals.sources import made
from vqcore.work import finish

FAMILY = pytest.mark.parametrize("family", POINT_FAMILIES)


def rows(*vectors):
    """Return vectors of any numbers, (n, d); of one number each where they are no lists."""
    return np.float32(vectors).reshape(len(vectors), -1)


def trained(vectors, sizes, family, **options):
    events = train(vectors, sizes, family, options)
    return [event.quantizer for event in events if isinstance(event, TrainedPoints)]


def encoded(quantizer, vectors, beam=1):
    return finish(encode_work(quantizer, vectors, beam=beam))


def error(quantizer, vectors, beam=1):
    decoded = quantizer.decode(encoded(quantizer, vectors, beam)).astype(np.float64)
    return float(np.square(vectors - decoded).sum())


def snr_db(quantizer, vectors, beam=1):
    power = np.square(vectors, dtype=np.float64).sum()
    return 10 * math.log10(power / error(quantizer, vectors, beam))


def polar(gains, shapes):
    return PointQuantizer("gain-shape", ("gain", "shape"), (rows(*gains), np.float32(shapes)))


def stages(*tables):
    names = tuple(f"stage {place}" for place in range(1, len(tables) + 1))
    return PointQuantizer("residual", names, tuple(rows(*table) for table in tables))


def product(*levels):
    names = tuple(f"coordinate {place}" for place in range(1, len(levels) + 1))
    return PointQuantizer("product", names, tuple(rows(*it) for it in levels))


def split(*tables):
    names = tuple(f"part {place}" for place in range(1, len(tables) + 1))
    return PointQuantizer("split", names, tuple(rows(*it) for it in tables))


def tree_of(nodes, ways):
    nodes = rows(*nodes)
    return PointQuantizer("tree", ("leaf",), (nodes[np.equal(ways, 0)],), ways, nodes)


SMALL_TREE = tree_of([4.5, 1, -3, 5, 8, 6, 10], (16, 16, 0, 0, 16, 0, 0))


def drawn(family, seed=0, d=3):
    """Return a quantizer of a family with tables drawn at random."""
    rng = np.random.default_rng(seed)

    def table(size, wide=d):
        return rng.standard_normal((size, wide)).astype(np.float32)

    if family == "plain":
        return PointQuantizer("plain", ("codeword",), (table(6),))
    if family == "mean-removed":
        return PointQuantizer("mean-removed", ("mean", "shape"), (table(3, 1), table(5)))
    if family == "residual":
        return stages(table(5), table(4) / 2, table(3) / 4)
    if family == "gain-shape":
        shapes = table(5)
        return polar(np.abs(table(4, 1)), shapes / np.linalg.norm(shapes, axis=1, keepdims=True))
    if family == "tree":
        return tree_of(table(7), (16, 16, 0, 0, 16, 0, 0))
    if family == "split":
        return split(table(5, d // 2), table(4, d - d // 2))
    return product(*(table(size, 1) for size in (3, 4, 2)))


def distances(vectors, others):
    """Return |x − y|² of each pair, (n, m)."""
    return np.square(vectors[:, None].astype(np.float64) - others).sum(axis=2)


def every_tuple(quantizer):
    """Return all that indices can be, and what they decode to."""
    indices = np.int32(list(itertools.product(*map(range, quantizer.sizes))))
    return indices, quantizer.decode(indices)


@pytest.fixture(scope="module")
def gaussian():
    return made("gaussian", 3000, 2).vectors


@pytest.fixture(scope="module")
def mixture():
    return made("mixture", 2000, 4).vectors


# ------------------------------------------------------------------------------------------ by hand


def test_gain_and_shape_by_hand() -> None:
    quantizer = polar([5, 10], [[1, 0], [0, 1], [0.6, 0.8]])
    vectors = rows([3, 4], [6, 8], [0, 9])
    assert encoded(quantizer, vectors).tolist() == [[0, 2], [1, 2], [1, 1]]
    np.testing.assert_allclose(quantizer.decode(np.int32([[0, 2]])), [[3, 4]], rtol=1e-6)


def test_a_gain_makes_the_cosine_a_measure() -> None:
    vector, codewords = rows([30, 40]), rows([60, 80], [35, 35])
    plain = PointQuantizer("plain", ("codeword",), (codewords,))
    assert encoded(plain, vector).tolist() == [[1]]  # error 50, where the same direction has 2500
    shapes = codewords / np.linalg.norm(codewords, axis=1, keepdims=True)
    assert encoded(polar([50, 100], shapes), vector).tolist() == [[0, 0]]


def test_a_beam_finds_what_greed_does_not() -> None:
    quantizer, vector = stages([0, 8], [0, 6]), rows(5)
    assert encoded(quantizer, vector).tolist() == [[1, 0]]  # 8, error 9
    assert encoded(quantizer, vector, beam=2).tolist() == [[0, 1]]  # 6, error 1


def test_mean_and_shape_by_hand() -> None:
    vectors = rows([10, 20, 30, 40], [110, 120, 130, 140], [25, 25, 25, 25])
    [quantizer] = trained(vectors, [2], "mean-removed", means=4)
    means, shapes = quantizer.tables
    assert means.tolist() == [[25], [125]]
    assert sorted(shapes.tolist()) == [[-15, -5, 5, 15], [0, 0, 0, 0]]
    indices = encoded(quantizer, vectors)
    assert indices[0, 1] == indices[1, 1] != indices[2, 1]
    np.testing.assert_array_equal(quantizer.decode(indices), vectors)


def test_growth_of_a_tree_by_hand() -> None:
    vectors = rows(0, 2, 10, 11)
    grown = trained(vectors, [1, 2, 3, 4], "tree")
    assert [it.tables[0].ravel().tolist() for it in grown] == [
        [5.75],
        [1, 10.5],
        [0, 2, 10.5],  # 0 and 2 are 2 apart in error, 10 and 11 a half: they go first
        [0, 2, 10, 11],
    ]
    assert [error(it, vectors) for it in grown] == [92.75, 2.5, 0.5, 0]
    assert grown[2].nodes.ravel().tolist() == [5.75, 1, 0, 2, 10.5]


def test_descent_is_not_full_search() -> None:
    vector = rows(4.6)  # nearer to 8 than to 1, though 5 is the nearest leaf
    assert SMALL_TREE.tables[0][encoded(SMALL_TREE, vector)].ravel().tolist() == [6]
    assert SMALL_TREE.tables[0][encoded(SMALL_TREE, vector, beam=2)].ravel().tolist() == [5]


def test_each_coordinate_by_itself_by_hand() -> None:
    quantizer = product([0, 1, 5], [10, 20])
    indices = encoded(quantizer, rows([0.4, 16], [4, 11]))
    assert indices.tolist() == [[0, 1], [2, 0]]
    assert quantizer.decode(indices).tolist() == [[0, 20], [5, 10]]


def test_each_part_by_itself_by_hand() -> None:
    quantizer = split([[0], [5]], [[10, 20], [20, 10]])
    indices = encoded(quantizer, rows([4, 12, 17], [1, 19, 15]))
    assert indices.tolist() == [[1, 0], [0, 1]]
    assert quantizer.decode(indices).tolist() == [[5, 10, 20], [0, 20, 10]]
    assert quantizer.decode(indices, 1).tolist() == [[5, 0, 0], [0, 0, 0]]
    assert (quantizer.dimension, quantizer.codebook_bytes) == (3, 4 * (2 + 4))


def test_parts_are_trained_as_if_they_were_alone(mixture) -> None:
    [quantizer] = trained(mixture, [8], "split", parts=3)
    for part, table in zip((slice(0, 1), slice(1, 2), slice(2, 4)), quantizer.tables, strict=True):
        [alone] = trained(np.ascontiguousarray(mixture[:, part]), [8], "plain")
        np.testing.assert_array_equal(table, alone.tables[0])


def test_as_many_parts_as_numbers_are_a_product_of_scalars(mixture) -> None:
    [product] = trained(mixture, [8], "product")
    for parts in (4, 8):
        [apart] = trained(mixture, [8], "split", parts=parts)
        np.testing.assert_array_equal(np.hstack(apart.tables), np.hstack(product.tables))


@pytest.mark.parametrize(
    "quantizer",
    [
        PointQuantizer("plain", ("codeword",), (rows(3, 1, 1),)),
        stages([3, 1, 1], [0, 0]),
        PointQuantizer("mean-removed", ("mean", "shape"), (rows(3, 1, 1), rows(0, 0))),
        polar([3, 1, 1], [[1], [1]]),
        tree_of([1, 1, 1], (16, 0, 0)),
        product([3, 1, 1]),
        stages([4, 1, 3], [0]),
        product([4, 1, 3]),
    ],
)
@pytest.mark.parametrize("beam", [1, 2])
def test_ties_take_the_lowest_index(quantizer, beam) -> None:
    first, *others = encoded(quantizer, rows(2 if 4 in quantizer.tables[0] else 1), beam)[0]
    expected = 0 if quantizer.family == "tree" else 1
    assert (first, *others) == (expected, *[0] * len(others))


def test_what_is_said_of_a_quantizer() -> None:
    said = {family: drawn(family) for family in POINT_FAMILIES}
    assert {family: (it.sizes, it.codebook_size) for family, it in said.items()} == {
        "plain": ((6,), 6),
        "mean-removed": ((3, 5), 5),
        "residual": ((5, 4, 3), 5),
        "gain-shape": ((4, 5), 5),
        "tree": ((4,), 4),
        "product": ((3, 4, 2), 4),
        "split": ((5, 4), 5),
    }
    numbers = {family: it.codebook_bytes / 4 for family, it in said.items()}
    assert numbers == {
        "plain": 6 * 3, "mean-removed": 3 + 5 * 3, "residual": 12 * 3,
        "gain-shape": 4 + 5 * 3, "tree": 4 * 3, "product": 3 + 4 + 2,
        "split": 5 * 1 + 4 * 2,
    }  # fmt: skip
    assert {it.dimension for it in said.values()} == {3}
    use = said["gain-shape"].use(np.int32([[0, 4], [3, 4]]))
    assert [counts.tolist() for counts in use] == [[1, 0, 0, 1], [0, 0, 0, 0, 2]]


def test_fewer_columns_are_coarser() -> None:
    assert stages([1, 2], [5]).decode(np.int32([[1, 0]]), 1).tolist() == [[2]]
    assert product([1, 2], [5]).decode(np.int32([[1, 0]]), 1).tolist() == [[2, 0]]
    assert polar([7], [[0.6, 0.8]]).decode(np.int32([[0, 0]]), 1).tolist() == [[0, 0]]


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        ((np.uint8([[1]]), [1]), "float32 array of shape .* not uint8"),
        ((rows(1, math.inf), [1]), "finite"),
        ((rows(1, 2), [2, 1]), r"ascending, not \[2, 1\]"),
        ((rows(1, 2), [1], "quadtree"), "not 'quadtree'"),
        ((rows(1, 2), [1], "plain", {"beam": 2}), "plain has no option 'beam'"),
        ((rows(1, 2), [1], "tree", {"beam": 3}), "beam is one of 1, 2, 4, 8, 16, not 3"),
        ((rows(1, 2, 1), [3], "plain"), "only 2 vectors are distinct, too few for K = 3"),
        ((rows(1, 2, 1), [3], "residual"), "only 2 vectors"),
        ((rows(1, 2, 1), [3], "tree"), "only 2 vectors"),
        ((rows([0, 2], [5, 7]), [2], "mean-removed"), "only 1 vectors less their means"),
        ((rows([1, 3], [2, 6], [0, 0]), [2], "gain-shape"), "only 1 directions"),
        ((rows([0, 1], [0, 2]), [3], "product"), "only 2 numbers of a coordinate"),
    ],
)
def test_what_cannot_be_is_refused_at_once(arguments, message) -> None:
    with pytest.raises(ValueError, match=message):
        train(*arguments)


def test_quantizers_that_cannot_be_are_refused() -> None:
    with pytest.raises(ValueError, match="not 'planes'"):
        PointQuantizer("planes", ("codeword",), (rows(1),))
    with pytest.raises(ValueError, match="2 columns have 1 tables"):
        PointQuantizer("residual", ("stage 1", "stage 2"), (rows(1),))
    with pytest.raises(ValueError, match=r"\(1, 2\) are not of 1 numbers each"):
        encode_work(product([1]), rows([1, 2]))


# --------------------------------------------------------------------------------------- round trip


@FAMILY
@pytest.mark.parametrize("seed", range(3))
def test_what_was_decoded_is_found_again(family, seed) -> None:
    quantizer = drawn(family, seed)
    indices, vectors = every_tuple(quantizer)
    np.testing.assert_array_equal(encoded(quantizer, vectors, beam=64), indices)


@FAMILY
def test_as_many_entries_as_can_be(family) -> None:
    rng = np.random.default_rng(0)
    vectors = rng.integers(-3, 4, (40, 2)).astype(np.float32)
    most = largest_size(vectors, family, {}, 1000)
    *_, quantizer = trained(vectors, [1, 2, most], family)
    assert quantizer.codebook_size == most
    assert largest_size(vectors, family, {}, 3) == 3
    if family in ("plain", "residual", "tree", "product"):
        assert error(quantizer, vectors) == 0


def test_all_directions_are_found_however_short_their_vectors() -> None:
    rng = np.random.default_rng(0)
    vectors = rng.integers(-3, 4, (30, 2)) * np.exp2(-rng.integers(0, 12, (30, 1)))
    vectors = vectors.astype(np.float32)
    most = largest_size(vectors, "gain-shape", {}, 1000)
    [quantizer] = trained(vectors, [most], "gain-shape")
    along = (vectors @ quantizer.tables[1].T).max(axis=1)
    np.testing.assert_allclose(along, np.linalg.norm(vectors, axis=1), rtol=1e-5)


def test_coordinates_of_few_numbers_have_as_many_levels() -> None:
    vectors = rows([0, 1], [3, 2], [0, 4], [3, 8], [0, 9])
    found = trained(vectors, [1, 2, 3, 5], "product")
    assert [it.sizes for it in found] == [(1, 1), (2, 2), (2, 3), (2, 5)]
    assert error(found[-1], vectors) == 0


# ---------------------------------------------------------------------------------------- relations


@FAMILY
def test_more_entries_are_never_worse(family, mixture) -> None:
    errors = [error(it, mixture, beam=8) for it in trained(mixture, [1, 2, 4, 8, 16, 32], family)]
    assert errors == sorted(errors, reverse=True)
    assert errors[-1] < errors[0] / 4


@pytest.mark.parametrize(("count", "size"), [(2, 16), (3, 8), (4, 4)])
def test_joint_stages_are_never_worse_than_those_one_after_another(count, size, mixture) -> None:
    some = mixture[:1000]
    errors = [
        error(trained(some, [size], "residual", stages=count, rounds=rounds)[0], some, 8)
        for rounds in (0, 1, 5)
    ]
    assert errors == sorted(errors, reverse=True)
    assert errors[-1] < 0.97 * errors[0]


@pytest.mark.parametrize("seed", [3, 4])
def test_joint_stages_that_get_worse_are_not_kept(seed) -> None:
    vectors = np.random.default_rng(seed).standard_normal((40, 3)).astype(np.float32)
    sequential, joint = (
        error(trained(vectors, [2], "residual", stages=3, beam=1, rounds=rounds)[0], vectors)
        for rounds in (0, 10)
    )
    assert joint <= sequential


@settings(max_examples=30)
@given(st.integers(0, 2**32 - 1))
def test_a_wider_beam_never_leaves_more_after_two_stages(seed) -> None:
    rng = np.random.default_rng(seed)
    quantizer = stages(*rng.integers(-9, 10, (2, 5, 2)))
    vectors = rng.integers(-15, 16, (50, 2)).astype(np.float32)
    left = [
        np.square(vectors - quantizer.decode(encoded(quantizer, vectors, beam))).sum(axis=1)
        for beam in (1, 2, 4, 5)
    ]
    assert all((wider <= narrower).all() for narrower, wider in itertools.pairwise(left))


def test_a_wider_beam_leaves_less_in_all(mixture) -> None:
    for family, size, options in (("residual", 8, {"stages": 4}), ("tree", 64, {})):
        [quantizer] = trained(mixture, [size], family, **options)
        errors = [error(quantizer, mixture, beam) for beam in (1, 2, 4, 8, 16)]
        assert errors == sorted(errors, reverse=True)


def test_a_deeper_tree_is_the_shallower_one_and_never_worse(mixture) -> None:
    grown = trained(mixture, range(1, 65), "tree")
    errors = [error(it, mixture) for it in grown]
    assert errors == sorted(errors, reverse=True)
    for before, after in itertools.pairwise(grown):
        kept = {tuple(leaf) for leaf in after.tables[0].tolist()}
        assert len({tuple(leaf) for leaf in before.tables[0].tolist()} - kept) == 1


def test_more_gains_are_never_worse(gaussian) -> None:
    # Each training ends in a local minimum of its own, which a per mille is enough to allow for.
    for size in (2, 12):
        errors = [
            error(trained(gaussian, [size], "gain-shape", gains=gains)[0], gaussian)
            for gains in (2, 4, 8, 32)
        ]
        assert all(more <= 1.001 * fewer for fewer, more in itertools.pairwise(errors))


def test_gains_and_shapes_are_better_fitted_to_one_another(gaussian, monkeypatch) -> None:
    [fitted] = trained(gaussian, [8], "gain-shape", gains=4)
    monkeypatch.setattr(pointfitting, "GAIN_ROUNDS", 0)
    [found] = trained(gaussian, [8], "gain-shape", gains=4)
    assert error(fitted, gaussian) < error(found, gaussian)


@FAMILY
@pytest.mark.parametrize("power", [-100, 100])
def test_powers_of_two_change_nothing(family, power, mixture) -> None:
    vectors = mixture[:300]
    for one, other in zip(
        trained(vectors, [1, 6], family),
        trained(np.ldexp(vectors, power), [1, 6], family),
        strict=True,
    ):
        for table, scaled in zip(one.tables, other.tables, strict=True):
            of_shapes = family == "gain-shape" and table is one.tables[1]
            np.testing.assert_array_equal(np.ldexp(table, 0 if of_shapes else power), scaled)
        indices = encoded(one, vectors, 4)
        np.testing.assert_array_equal(encoded(other, np.ldexp(vectors, power), 4), indices)


@pytest.mark.parametrize("family", ["plain", "mean-removed", "residual", "tree", "product"])
def test_far_from_the_origin_it_is_as_near(family, mixture) -> None:
    vectors = np.rint(mixture[:300] * 2**8).astype(np.float32) / 2**8
    [here], [there] = (trained(it, [8], family) for it in (vectors, vectors + 8192))
    assert error(there, vectors + 8192, 4) == pytest.approx(error(here, vectors, 4), rel=0.03)


@FAMILY
@pytest.mark.filterwarnings("error")
@settings(max_examples=8)
@given(data=st.data())
def test_any_vectors_train_to_any_size_there_can_be(family, data) -> None:
    numbers = st.sampled_from([-(2.0**99), -3.0, -1e-30, 0.0, 1e-30, 1.0, 3.0])
    d = data.draw(st.integers(1, 3))
    vectors = rows(*data.draw(st.lists(st.tuples(*[numbers] * d), min_size=1, max_size=12)))
    most = largest_size(vectors, family, {}, 100)
    sizes = sorted({1, (most + 1) // 2, most})
    found = trained(vectors, sizes, family)
    assert [it.codebook_size for it in found] == sizes
    for quantizer in found:
        indices = encoded(quantizer, vectors)
        assert indices.shape == (len(vectors), len(quantizer.names))
        assert (indices >= 0).all()
        assert (indices < quantizer.sizes).all()
        assert np.isfinite(quantizer.decode(indices)).all()


@FAMILY
def test_a_training_gives_signs_of_life_and_can_be_stopped(family, mixture) -> None:
    events = train(mixture, [1, 64], family)
    assert isinstance(next(events), Progress)
    events.close()
    with pytest.raises(StopIteration):
        next(events)


@FAMILY
def test_the_same_seed_gives_the_same(family, mixture) -> None:
    some, same = (trained(mixture[:300], [2, 6], family)[1] for _ in range(2))
    for table, again in zip(some.tables, same.tables, strict=True):
        np.testing.assert_array_equal(table, again)


def test_a_plain_training_is_told_of_by_the_book(mixture) -> None:
    rules = Rules(iterations=2)
    *_, event = train(mixture[:50], [4], trainer="textbook", rules=rules)
    assert event.book is not None
    assert event.codebook_size == 4


def test_options_begin_with_one_of_their_values() -> None:
    assert OPTIONS.keys() == set(POINT_FAMILIES)
    for option in itertools.chain.from_iterable(OPTIONS.values()):
        assert option.default in option.values


# ------------------------------------------------------------------------- independent references


@pytest.mark.parametrize("family", sorted(set(POINT_FAMILIES) - {"tree"}))
@pytest.mark.parametrize("seed", range(4))
def test_the_best_of_all_tuples_is_found(family, seed) -> None:
    vectors = np.random.default_rng([seed, 1]).standard_normal((200, 3)).astype(np.float32)
    quantizer = drawn(family, seed)
    indices, decoded = every_tuple(quantizer)
    away = distances(vectors, decoded)
    np.testing.assert_array_equal(encoded(quantizer, vectors, 64), indices[away.argmin(axis=1)])


@pytest.mark.parametrize("seed", range(4))
def test_a_way_down_the_tree_is_the_way_step_by_step(seed) -> None:
    vectors = np.random.default_rng([seed, 1]).standard_normal((200, 3)).astype(np.float32)
    quantizer = drawn("tree", seed)
    away = distances(vectors, quantizer.nodes)
    right = away[:, 4] < away[:, 1]
    expected = np.where(right, 2 + (away[:, 6] < away[:, 5]), away[:, 3] < away[:, 2])
    np.testing.assert_array_equal(encoded(quantizer, vectors)[:, 0], expected)
    nearest = away[:, [2, 3, 5, 6]].argmin(axis=1)
    np.testing.assert_array_equal(encoded(quantizer, vectors, beam=4)[:, 0], nearest)


def test_levels_of_a_product_are_those_of_max() -> None:
    wide = made("gaussian", 50_000, 1).vectors.reshape(-1, 2)
    found = [snr_db(it, wide) for it in trained(wide, [2, 4, 8], "product")]
    assert found == pytest.approx([4.40, 9.30, 14.62], abs=0.1)  # Max 1960


def test_shapes_are_as_good_as_those_of_scikit_learn(mixture) -> None:
    [quantizer] = trained(mixture, [16], "mean-removed")
    means = quantizer.tables[0][encoded(quantizer, mixture)[:, 0]]
    peer = KMeans(16, n_init=3, random_state=0).fit(mixture - means)
    assert error(quantizer, mixture) <= 1.02 * peer.inertia_


def test_unit_shapes_are_as_good_as_spherical_means(gaussian) -> None:
    # On a circle directions are angles: 8 shapes stand for eighths of it.
    [quantizer] = trained(gaussian, [8], "gain-shape", gains=16)
    angles = np.sort(np.arctan2(*quantizer.tables[1].T))
    np.testing.assert_allclose(np.diff(angles), math.pi / 4, atol=0.15)
    np.testing.assert_allclose(np.linalg.norm(quantizer.tables[1], axis=1), 1, rtol=1e-6)
    # What is left is |x|² (1 − sinc²), and next to nothing of the gains.
    assert error(quantizer, gaussian) / np.square(gaussian).sum() == pytest.approx(
        1 - (math.sin(math.pi / 8) / (math.pi / 8)) ** 2, rel=0.06
    )
