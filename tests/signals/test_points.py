"""Tests of points: read from text and .npy, made up, and what is refused."""

import io
import math

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays
from scipy import stats

from vqcore.lab.plane import pair_density
from vqcore.refusals import PointsError
from vqcore.signals import points
from vqcore.signals.pictures import sample_picture
from vqcore.signals.points import Points, is_points, read_points
from vqcore.signals.sources import SOURCES, made, pixel_pairs


def npy(array: object, **how: object) -> bytes:
    file = io.BytesIO()
    np.save(file, array, **how)
    return file.getvalue()


TABLES = {
    "commas": "1,2\n3.5,-4e2\n",
    "semicolons": "1;2\n3.5;-4e2",
    "semicolons and decimal commas": "1;2\n3,5;-4e2",
    "tabs": "1\t2\r\n3.5\t-4e2\r\n",
    "spaces": "  1   2\n3.5 -4e2",
    "headings": "a,b\n1,2\n3.5,-4e2",
    "quotes": '"a","b"\n"1","2"\n"3.5","-4e2"',
    "comments and blank lines": "# made by hand\n\n1, 2 # here\n\n3.5, -4e2\n\n",
    "a mark of UTF-8": "\ufeff1,2\n3.5,-4e2",
}


@pytest.mark.parametrize("text", TABLES.values(), ids=TABLES)
def test_tables_are_read(text: str) -> None:
    read = read_points(text.encode(), "a.csv")
    assert read.vectors.tolist() == [[1, 2], [3.5, -400]]
    assert read.headings == (("a", "b") if "a" in text.split("\n")[0].strip('"')[:1] else ())


def test_one_column_is_numbers() -> None:
    assert read_points(b"height\n1\n2.5\n", "a.csv").vectors.tolist() == [[1], [2.5]]
    assert read_points(npy(np.float32([1, 2.5])), "a.npy").vectors.tolist() == [[1], [2.5]]


@given(arrays(np.float32, st.tuples(st.integers(1, 6), st.integers(1, 4)), elements=st.floats(
    -(2.0**99), 2.0**99, width=32)))  # fmt: skip
def test_what_numpy_writes_comes_back(vectors: np.ndarray) -> None:
    text = io.StringIO()
    np.savetxt(text, vectors, delimiter=",", fmt="%.9g")
    for data, name in [(npy(vectors), "a.npy"), (text.getvalue().encode(), "a.csv")]:
        np.testing.assert_array_equal(read_points(data, name).vectors, vectors)


@pytest.mark.parametrize("version", [(1, 0), (2, 0), (3, 0)], ids=str)
def test_every_version_that_numpy_writes_is_read(version: tuple[int, int]) -> None:
    file = io.BytesIO()
    np.lib.format.write_array(file, np.float64([[1, 2]]), version)
    assert is_points(file.getvalue(), "a.npy")
    assert read_points(file.getvalue(), "a.npy").vectors.tolist() == [[1, 2]]


@pytest.mark.parametrize("dtype", [np.float16, np.float64, np.int64, np.uint16, bool], ids=str)
def test_real_numbers_of_any_type_are_points(dtype: type) -> None:
    assert read_points(npy(np.array([[0, 1]], dtype)), "a.npy").vectors.tolist() == [[0, 1]]


REFUSED = {
    "nothing": (b"", "There are no numbers"),
    "comments": (b"# a\n", "There are no numbers"),
    "headings alone": (b"x,y\n", "a line of headings and no numbers"),
    "a sentence": (b"hello world", "There are no numbers"),
    "a text": (b"1,2\n3,four\n", "Line 2, column 2 holds 'four', which is no number"),
    "a column of text": (b"x,kind\n1,a\n2,b", "Line 2, column 2 holds 'a'"),
    "a gap": (b"1,2\n3,\n", "Line 2 has no number in column 2"),
    "a short line": (b"1,2\n\n3\n", "Line 3 has 1 number, and the first has 2"),
    "a long line": (b"1\n2\n3 4\n", "Line 3 has 2 numbers, and the first has 1"),
    "NaN": (b"1,2\n3,nan\n", "Vector 2 has nan in column 2; points are finite"),
    "infinity": (b"-inf\n", "Vector 1 has -inf in column 1; points are finite"),
    "too large": (b"0\n1e308\n", "Vector 2 has 1e+308 in column 1; the limit is 3.4e+38"),
    "no text": (b"\x00\x01\xfe\xff", "neither text nor an .npy file"),
    "underscores": (b"1_000\n", "The numbers cannot be read"),
    "256 numbers are the most": (",".join("1" * 257).encode(), "1 vectors of 257 numbers"),
    "no vectors": (npy(np.zeros((0, 2))), "an array of shape (0, 2)"),
    "one number": (npy(np.float64(1)), "an array of shape ()"),
    "three axes": (npy(np.zeros((2, 2, 2))), "an array of shape (2, 2, 2)"),
    "complex": (npy(np.zeros((2, 2), complex)), "holds complex128; points are real"),
    "texts": (npy(np.array(["a"])), "holds <U1; points are real"),
    "fields": (npy(np.zeros(2, [("x", float)])), "points are real"),
    "pickles": (npy(np.array([{}]), allow_pickle=True), "pickled objects, which are never"),
    "half a file": (npy(np.zeros((4, 2)))[:-1], "damaged or incomplete"),
    "more than a file": (npy(np.zeros((4, 2))) + b"x", "damaged or incomplete"),
    "a header alone": (b"\x93NUMPY", "damaged or incomplete"),
    "of version 9": (b"\x93NUMPY\x09" + npy(np.zeros((4, 2)))[7:], "it has version 9.0"),
}


@pytest.mark.parametrize(("data", "told"), REFUSED.values(), ids=REFUSED)
def test_what_are_no_points_is_refused_in_a_sentence(data: bytes, told: str) -> None:
    with pytest.raises(PointsError) as caught:
        read_points(data, "a.csv")
    assert told in str(caught.value)
    assert str(caught.value).endswith(".")
    assert "\n" not in str(caught.value)


def test_too_many_bytes_are_refused_before_they_are_read(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(points, "MAX_BYTES", 3)
    with pytest.raises(PointsError, match="The file has 4 bytes; the limit for points is 3"):
        read_points(b"1\n2\n", "a.csv")


def test_a_thousand_million_numbers_are_refused_by_their_header() -> None:
    header = npy(np.zeros((2, 2)))[:128].replace(b"(2, 2), }    ", b"(1000000000,)")
    assert len(header) == 128
    with pytest.raises(PointsError, match="damaged or incomplete"):
        read_points(header, "a.npy")


@pytest.mark.parametrize(
    ("data", "name", "are"),
    [
        (b"1,2", "a.csv", True),
        (b"1 2", "a.TXT", True),
        (b"1,2", "a.png", False),
        (npy(np.zeros((2, 3))), "a", True),
        (npy(np.zeros((2, 3), np.uint8)), "a.npy", False),
        (npy(np.zeros(3, np.uint8)), "a.npy", True),
        (npy(np.zeros((2, 3)))[:20], "a.npy", False),
    ],
)  # fmt: skip
def test_points_are_known_from_codewords_and_pictures(data: bytes, name: str, are: bool) -> None:
    assert is_points(data, name) == are


TIMES = 1e9 + np.arange(1000)[:, None] / 10
ROUNDED = {
    "times": (TIMES, (1000, 3, None)),
    "times beside what sets vectors apart": (np.hstack([TIMES - 1e9, TIMES]), (1000, 3, 2)),
    "whole numbers": (2**40 + np.int64([[0], [0], [1], [2**20]]), (3, 2, None)),
    "noughts": (np.float64([[0.0], [-0.0], [0.1]]), None),
    "halves": (TIMES.astype(np.float32).astype(np.float64), None),
    "what stays apart": (np.random.default_rng(0).normal(size=(1000, 2)), None),
    "of 80 bits": (np.longdouble([[0.1], [0.1]]), None),
}


@pytest.mark.parametrize(("numbers", "lost"), ROUNDED.values(), ids=ROUNDED)
def test_what_32_bits_make_equal_is_known(numbers: np.ndarray, lost: object) -> None:
    assert read_points(npy(numbers), "a.npy").rounded == lost


def test_there_is_no_minus_nought() -> None:
    assert math.copysign(1, read_points(b"-0\n1\n", "a.csv").vectors[0, 0]) == 1


def test_a_digest_tells_points_apart() -> None:
    one, other = np.float32([[1, 2]]), np.float32([[1], [2]])
    digests = {Points(it, "").digest for it in (one, other, 2 * one, one.copy())}
    assert len(digests) == 3


@pytest.mark.parametrize(
    "vectors", [np.zeros((2, 2)), np.zeros(3, np.float32), np.float32([[math.nan]])], ids=str
)
def test_what_are_no_points_does_not_become_them(vectors: np.ndarray) -> None:
    with pytest.raises(ValueError, match="points are"):
        Points(vectors, "")


# Points made up


@pytest.mark.parametrize("source", SOURCES)
def test_a_seed_makes_the_same_points(source: str) -> None:
    one, again, other = (made(source, 500, 3, seed=seed).vectors for seed in (7, 7, 8))
    np.testing.assert_array_equal(one, again)
    assert one.shape == (500, 3)
    assert not np.array_equal(one, other)
    assert made(source, 5, 1).dimension == 1


@pytest.mark.parametrize(
    ("source", "distribution"),
    [
        ("gaussian", stats.norm()),
        ("laplacian", stats.laplace(scale=math.sqrt(0.5))),
        ("uniform", stats.uniform(-math.sqrt(3), 2 * math.sqrt(3))),
    ],
)
def test_numbers_are_of_their_distribution(source: str, distribution: object) -> None:
    numbers = made(source, 20_000, 2).vectors.ravel()
    assert stats.kstest(numbers, distribution.cdf).pvalue > 0.01


@pytest.mark.parametrize("correlation", [0.9, 0, -0.5])
def test_gauss_markov_numbers_follow_from_those_before(correlation: float) -> None:
    numbers = made("gauss-markov", 25_000, 4, correlation=correlation).vectors.ravel()
    assert abs(np.corrcoef(numbers[1:], numbers[:-1])[0, 1] - correlation) < 0.02
    assert abs(numbers.var() - 1) < 0.06


def test_rings_are_two() -> None:
    radii = np.linalg.norm(made("rings", 10_000, 2).vectors, axis=1)
    ring = np.rint(radii)
    assert abs(np.std(radii - ring) - 0.1) < 0.01
    assert np.bincount(ring.astype(int), minlength=3)[1:3].min() > 4800
    assert set(ring) == {1, 2}


@pytest.mark.parametrize(
    ("how", "told"),
    [
        (("cauchy", 5, 1), "not 'cauchy'"),
        (("gaussian", 0, 1), "not 0 of 1"),
        (("gaussian", 5, 257), "not 5 of 257"),
        (("gaussian", 1_000_001, 1), "not 1,000,001 of 1"),
    ],
)
def test_what_cannot_be_made_is_refused(how: tuple, told: str) -> None:
    with pytest.raises(ValueError, match=told):
        made(*how)
    with pytest.raises(ValueError, match="not 1"):
        made("gauss-markov", 5, 1, correlation=1)


def test_pairs_of_pixels_are_those_of_the_plane() -> None:
    picture = sample_picture("chelsea")
    pairs = pixel_pairs(picture).vectors.astype(int)
    density = np.zeros((256, 256), int)
    np.add.at(density, tuple(pairs.T), 1)
    np.testing.assert_array_equal(density, pair_density(picture))
