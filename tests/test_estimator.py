"""The estimator, by scikit-learn's own rules, and against its KMeans."""

import pickle
import subprocess
import sys

import numpy as np
import pytest
from sklearn.base import clone
from sklearn.cluster import KMeans
from sklearn.datasets import load_digits, load_iris, make_blobs
from sklearn.exceptions import ConvergenceWarning, NotFittedError
from sklearn.linear_model import LogisticRegression
from sklearn.model_selection import GridSearchCV
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import OneHotEncoder, StandardScaler
from sklearn.utils.estimator_checks import parametrize_with_checks

import vqcore
from vqcore import VectorQuantizer

IRIS = load_iris().data
DATA = {
    "iris": IRIS,
    "digits": load_digits().data,
    "blobs": make_blobs(2000, random_state=0)[0],
}


@pytest.fixture(scope="module")
def fitted() -> VectorQuantizer:
    return VectorQuantizer(5).fit(IRIS)


def stood_for(fitted):
    return fitted.cluster_centers_[fitted.labels_]


FAMILIES = [
    VectorQuantizer(2, family="mean-removed", options={"means": 4}),
    VectorQuantizer(2, family="residual", options={"stages": 2, "rounds": 1, "beam": 2}),
    VectorQuantizer(2, family="gain-shape", options={"gains": 2}),
    VectorQuantizer(8, family="tree"),
    VectorQuantizer(2, family="product"),
]
EACH_FAMILY = pytest.mark.parametrize("given", FAMILIES, ids=lambda given: given.family)


@parametrize_with_checks([VectorQuantizer(), FAMILIES[1]])  # of one column and of several
def test_it_is_an_estimator_of_scikit_learn(estimator, check):
    check(estimator)


@pytest.mark.parametrize("size", [1, 3, 8, 32])
@pytest.mark.parametrize("name", DATA)
def test_its_inertia_is_that_of_kmeans_or_less(name, size):
    k_means = KMeans(size, random_state=0).fit(DATA[name])
    assert VectorQuantizer(size).fit(DATA[name]).inertia_ <= 1.005 * k_means.inertia_


@pytest.mark.parametrize(
    ("count", "dimension", "centers", "seed", "size"),
    [(2000, 5, 12, 0, 8), (496, 4, 9, 471, 7), (2687, 10, 17, 523, 16), (312, 5, 5, 976, 2)],
)
def test_of_few_blobs_its_inertia_is_that_of_the_best_of_ten_kmeans(
    count, dimension, centers, seed, size
):
    blobs = make_blobs(count, dimension, centers=centers, random_state=seed)[0]
    k_means = KMeans(size, random_state=0, n_init=10).fit(blobs)
    assert VectorQuantizer(size).fit(blobs).inertia_ <= 1.005 * k_means.inertia_


def test_on_many_blobs_its_inertia_is_never_more():
    ratios = [
        VectorQuantizer(size).fit(blobs).inertia_ / KMeans(size, random_state=0).fit(blobs).inertia_
        for centers in (8, 12)
        for seed in range(3)
        for blobs in [make_blobs(1000, 5, centers=centers, random_state=seed)[0]]
        for size in (3, 8, 12, 16)
    ]
    assert max(ratios) <= 1.005, sorted(ratios)[-3:]
    assert np.mean(ratios) < 0.985


def test_four_numbers_by_hand():
    quantizer = VectorQuantizer(2).fit([[0], [1], [9], [11]])
    assert quantizer.cluster_centers_.tolist() == [[0.5], [10]]
    assert quantizer.labels_.tolist() == [0, 0, 1, 1]
    assert quantizer.inertia_ == 0.25 + 0.25 + 1 + 1
    assert quantizer.score([[0], [20]]) == -(0.25 + 100)


def test_every_vector_gets_its_nearest_codeword(fitted):
    away = IRIS[:, None].astype(np.float32) - fitted.cluster_centers_
    assert np.array_equal(fitted.predict(IRIS), np.square(away).sum(axis=2).argmin(axis=1))


def test_its_figures_agree_with_one_another(fitted):
    indices = fitted.transform(IRIS)
    errors = stood_for(fitted) - IRIS.astype(np.float32)
    assert indices.shape == (150, 1)
    assert np.array_equal(indices[:, 0], fitted.labels_)
    assert np.array_equal(fitted.inverse_transform(indices), stood_for(fitted))
    assert fitted.inertia_ == pytest.approx(np.square(errors.astype(np.float64)).sum())
    assert fitted.score(IRIS) == -fitted.inertia_


@EACH_FAMILY
def test_of_every_family_its_figures_agree_with_one_another(given):
    quantizer = clone(given).fit(IRIS)
    indices = quantizer.transform(IRIS)
    decoded = quantizer.inverse_transform(indices)
    assert indices.shape == (150, len(quantizer.get_feature_names_out()))
    assert np.array_equal(decoded, stood_for(quantizer))
    assert len(quantizer.cluster_centers_) == len(np.unique(quantizer.cluster_centers_, axis=0))
    assert quantizer.inertia_ == pytest.approx(np.square(decoded - IRIS).sum(), rel=1e-5)
    assert quantizer.score(IRIS) == -quantizer.inertia_


@EACH_FAMILY
def test_of_every_family_what_was_fitted_holds_until_the_next_fit(given):
    quantizer = clone(given).fit(IRIS)
    before = quantizer.transform(IRIS)
    quantizer.set_params(family="residual", options={"beam": 16}, n_codewords=3)
    assert np.array_equal(quantizer.transform(IRIS), before)


def test_options_are_of_the_family_and_its_encoder():
    greedy, patient = (
        VectorQuantizer(4, family="residual", options={"stages": 3, "rounds": 0, "beam": beam})
        for beam in (1, 16)
    )
    assert greedy.fit(IRIS).transform(IRIS).shape == (150, 3)
    assert list(greedy.get_feature_names_out()) == ["stage 1", "stage 2", "stage 3"]
    assert patient.fit(IRIS).inertia_ < greedy.inertia_
    assert VectorQuantizer(4, family="residual").fit(IRIS).beam_ == 8
    assert VectorQuantizer(4, family="product").fit(IRIS).beam_ == 1


def test_what_no_vector_of_the_training_was_gets_the_center_nearest_to_its_reconstruction():
    quantizer = VectorQuantizer(3, family="product").fit([[0, 0], [5, 1], [9, 9]])
    assert quantizer.cluster_centers_.tolist() == [[0, 0], [5, 1], [9, 9]]
    assert quantizer.transform([[0, 8], [9, 0]]).tolist() == [[0, 2], [2, 0]]
    assert quantizer.predict([[0, 8], [9, 0]]).tolist() == [0, 1]  # (0, 9) is as far from (9, 9)


def test_inertia_is_of_all_of_many_vectors():
    vectors = np.repeat(np.float32([[0, 0], [2, 0]]), 700_000, axis=0)
    assert VectorQuantizer(1).fit(vectors).inertia_ == 1_400_000


def test_more_codewords_than_distinct_vectors_are_as_many():
    with pytest.warns(ConvergenceWarning, match="allow 2 codewords: n_codewords=8"):
        quantizer = VectorQuantizer().fit([[1, 2], [3, 4], [1, 2]])
    assert quantizer.cluster_centers_.tolist() == [[1, 2], [3, 4]]
    assert quantizer.inertia_ == 0


@pytest.mark.parametrize("dtype", [np.float64, np.float16, np.int64, np.uint8, bool])
def test_all_types_of_numbers_are_computed_as_float32(dtype):
    vectors = DATA["digits"][:200].astype(dtype)
    as_they_are, floats = (VectorQuantizer(4).fit(it) for it in (vectors, vectors.astype("f4")))
    assert np.array_equal(as_they_are.cluster_centers_, floats.cluster_centers_)
    assert as_they_are.cluster_centers_.dtype == np.float32
    assert as_they_are.transform(vectors).dtype == np.int32


def test_the_seed_decides():
    vectors = np.random.default_rng(0).random((500, 3))
    first, again, other = (VectorQuantizer(32, seed=seed).fit(vectors) for seed in (1, 1, 2))
    assert np.array_equal(first.cluster_centers_, again.cluster_centers_)
    assert not np.array_equal(first.cluster_centers_, other.cluster_centers_)


def test_a_pipeline_takes_it_as_a_step_and_as_its_end():
    scaled = make_pipeline(StandardScaler(), VectorQuantizer(3)).fit(IRIS)
    back = scaled.inverse_transform(scaled.transform(IRIS))
    assert back.shape == IRIS.shape
    assert np.square(back - IRIS).mean() < 0.3
    words = make_pipeline(VectorQuantizer(16), OneHotEncoder(), LogisticRegression())
    assert words.fit(IRIS, load_iris().target).score(IRIS, load_iris().target) > 0.9


def test_a_grid_search_finds_the_most_codewords_best():
    search = GridSearchCV(VectorQuantizer(), {"n_codewords": [2, 4, 8]}, cv=3).fit(IRIS)
    assert search.best_params_ == {"n_codewords": 8}
    assert (np.diff(search.cv_results_["mean_test_score"]) > 0).all()


def test_a_grid_search_chooses_among_families():
    grid = {"family": ["plain", "residual", "tree"]}
    search = GridSearchCV(VectorQuantizer(4), grid, cv=3).fit(IRIS)
    assert search.best_params_ == {"family": "residual"}


def test_a_frame_goes_in_and_out(fitted):
    frame = load_iris(as_frame=True).data
    quantizer = VectorQuantizer(5).set_output(transform="pandas").fit(frame)
    indices = quantizer.transform(frame)
    assert list(indices.columns) == ["codeword"] == list(quantizer.get_feature_names_out())
    assert list(quantizer.feature_names_in_) == list(frame.columns)
    assert np.array_equal(quantizer.inverse_transform(indices), stood_for(fitted))


def test_it_is_pickled_whole_and_cloned_empty(fitted):
    again = pickle.loads(pickle.dumps(fitted))
    assert np.array_equal(again.transform(IRIS), fitted.transform(IRIS))
    assert clone(fitted).get_params() == fitted.get_params()
    with pytest.raises(NotFittedError):
        clone(fitted).inverse_transform([[0]])


@pytest.mark.parametrize(
    ("indices", "message"),
    [
        ([[0.0]], r"whole numbers of shape \(n, 1\), not float64 \(1, 1\)"),
        ([0, 1], r"whole numbers of shape \(n, 1\), not int64 \(2,\)"),
        ([[0, 1]], r"whole numbers of shape \(n, 1\), not int64 \(1, 2\)"),
        ([[0], [5]], "indices of codeword are from 0 to 4, not 5"),
        ([[-1], [0]], "from 0 to 4, not -1"),
    ],
)
def test_what_are_no_indices_is_refused(fitted, indices, message):
    with pytest.raises(ValueError, match=message):
        fitted.inverse_transform(indices)


@pytest.mark.parametrize(
    ("given", "message"),
    [
        ({"n_codewords": 0}, "n_codewords is a whole number from 1 on, not 0"),
        ({"n_codewords": -1}, "not -1"),
        ({"n_codewords": 2.0}, "not 2.0"),
        ({"n_codewords": "8"}, "not '8'"),
        ({"seed": -1}, "the seed is 0 or more, not -1"),
        ({"family": "quadtree"}, "not 'quadtree'"),
        ({"options": {"stages": 2}}, "'stages'"),
        ({"family": "residual", "options": {"stages": 7}}, "stages is one of 2, 3, 4, not 7"),
    ],
)
def test_wrong_parameters_are_quoted(given, message):
    with pytest.raises(ValueError, match=message):
        VectorQuantizer(**given).fit(IRIS)


@pytest.mark.filterwarnings("ignore:overflow")
@pytest.mark.parametrize(
    ("vectors", "message"),
    [
        (np.zeros(3), "Expected 2D array, got 1D array"),
        (np.zeros((2, 2, 2)), "dim 3"),
        (np.zeros((0, 2)), r"0 sample\(s\) \(shape=\(0, 2\)\)"),
        ([[0.0], [np.nan]], "NaN"),
        ([[0.0], [1e39]], r"too large for dtype\('float32'\)"),
        (np.array([[1j]]), "Complex"),
    ],
)
def test_what_are_no_vectors_is_refused(vectors, message):
    with pytest.raises(ValueError, match=message):
        VectorQuantizer(1).fit(vectors)


def test_vectors_of_another_dimension_are_refused(fitted):
    with pytest.raises(ValueError, match="X has 3 features, but VectorQuantizer is expecting 4"):
        fitted.predict(IRIS[:, :3])


def test_scikit_learn_is_loaded_only_when_asked_for():
    lines = "import sys, vqcore; assert 'sklearn' not in sys.modules; vqcore.VectorQuantizer(2)"
    subprocess.run([sys.executable, "-c", lines], check=True)


def test_the_package_has_no_other_names_that_come_late():
    with pytest.raises(AttributeError, match="module 'vqcore' has no attribute 'Nothing'"):
        vqcore.Nothing  # noqa: B018
