"""Tests of errors: by hand, and against scikit-learn."""

import math

import numpy as np
import pytest
from helpers import photograph, trained, vectors_of
from sklearn.metrics import mean_squared_error, pairwise_distances_argmin

from vqcore.codebooks.codebook import Codebook
from vqcore.codebooks.errors import psnr_work, squared_errors_work
from vqcore.work import finish


def camera():
    return vectors_of(photograph("camera", 2), 8)


def test_psnr_and_errors_by_hand():
    vectors, codebook = np.uint8([[0, 3], [10, 10]]), Codebook(np.uint8([[0, 0], [10, 14]]))
    errors = finish(squared_errors_work(vectors, codebook.codewords, np.int32([0, 1])))
    assert errors.tolist() == [9, 16]
    assert finish(psnr_work(vectors, codebook)) == pytest.approx(10 * math.log10(255**2 / 6.25))
    assert finish(psnr_work(vectors, Codebook(vectors))) == math.inf


def test_psnr_against_scikit_learn():
    vectors = camera()
    codewords = trained(vectors, [32])[32]
    floats = vectors.astype(float)
    rebuilt = codewords[pairwise_distances_argmin(floats, codewords.astype(float))]
    expected = 10 * math.log10(255**2 / mean_squared_error(floats, rebuilt))
    assert finish(psnr_work(vectors, Codebook(codewords))) == pytest.approx(expected)
