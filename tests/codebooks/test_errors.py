"""Tests of errors: by hand, and against scikit-learn."""

import numpy as np
import pytest
from helpers import photograph, trained, vectors_of
from sklearn.metrics import mean_squared_error, pairwise_distances_argmin

from vqcore.codebooks.errors import squared_errors_work
from vqcore.work import finish


def camera():
    return vectors_of(photograph("camera", 2), 8)


def test_errors_by_hand():
    vectors, codewords = np.uint8([[0, 3], [10, 10]]), np.uint8([[0, 0], [10, 14]])
    assert finish(squared_errors_work(vectors, codewords, np.int32([0, 1]))).tolist() == [9, 16]


def test_errors_against_scikit_learn():
    vectors = camera()
    codewords = trained(vectors, [32])[32]
    floats = vectors.astype(float)
    nearest = pairwise_distances_argmin(floats, codewords.astype(float))
    errors = finish(squared_errors_work(vectors, codewords, nearest.astype(np.int32)))
    expected = mean_squared_error(floats, codewords[nearest])
    assert errors.sum() / vectors.size == pytest.approx(expected)
