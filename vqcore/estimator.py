"""The quantizer as an estimator of scikit-learn, for its pipelines and searches."""

from __future__ import annotations

import warnings
from typing import Any

import numpy as np
from sklearn.base import BaseEstimator, ClusterMixin, TransformerMixin
from sklearn.exceptions import ConvergenceWarning
from sklearn.utils.validation import check_is_fitted, validate_data

from vqcore.arrays import Indices, Numbers, Sketch
from vqcore.codebooks.codebook import nearest
from vqcore.codebooks.scoring import chunks
from vqcore.codebooks.training import codebook_work
from vqcore.signals.blocks import distinct_vectors
from vqcore.work import finish

NUMBERS_AT_ONCE = 2**20


class VectorQuantizer(ClusterMixin, TransformerMixin, BaseEstimator):  # type: ignore[misc]
    """Vectors as indices into a codebook, trained by the LBG ladder.

    `transform` gives the indices and `inverse_transform` the reconstruction; `predict`,
    `cluster_centers_` and `inertia_` are as of scikit-learn's KMeans.

    Parameters
    ----------
    n_codewords : int, default 8
        K. Where fewer vectors are distinct it is their number, with a ConvergenceWarning.
    seed : int, default 0
        0 or more; the same seed gives the same codebook.

    Attributes
    ----------
    cluster_centers_ : float32 array of shape (K, n_features)
        The codewords, by ascending sums.
    labels_ : int32 array of shape (n_samples,)
        What `predict` gives for the vectors of the training.
    inertia_ : float
        Their sum of squared errors.
    n_features_in_ : int
    feature_names_in_ : array of str of shape (n_features,), where all names of `X` are texts

    Notes
    -----
    Whatever type `X` has, all is computed of float32. See `vqcore.train`.

    Examples
    --------
    >>> X = [[0.0], [1.0], [9.0], [11.0]]
    >>> quantizer = VectorQuantizer(2).fit(X)
    >>> quantizer.transform(X).tolist()
    [[0], [0], [1], [1]]
    >>> quantizer.inverse_transform([[1], [0]]).tolist()
    [[10.0], [0.5]]
    >>> quantizer.inertia_
    2.5
    """

    def __init__(self, n_codewords: int = 8, *, seed: int = 0) -> None:
        self.n_codewords = n_codewords
        self.seed = seed

    def fit(self, X: Any, y: Any = None) -> VectorQuantizer:
        """Train on vectors.

        Parameters
        ----------
        X : array-like of shape (n_samples, n_features), of finite numbers
        y : not used

        Raises
        ------
        ValueError
            If `X` or a parameter is none of what it is to be; the message quotes it.
        """
        vectors = self._vectors(X, reset=True)
        codebook = finish(codebook_work(vectors, self._size_for(vectors), seed=self.seed))
        self.cluster_centers_ = codebook.codewords
        self.labels_ = nearest(vectors, self.cluster_centers_)
        self.inertia_ = _squared_error(vectors, self.cluster_centers_, self.labels_)
        return self

    def transform(self, X: Any) -> Indices:
        """Return the indices of vectors, int32 of shape (n_samples, 1)."""
        return self.predict(X)[:, None]

    def inverse_transform(self, X: Any) -> Sketch:
        """Return the vectors, float32 of shape (n_samples, n_features), that indices stand for.

        Raises
        ------
        ValueError
            If `X` is not of shape (n_samples, 1), of whole numbers from 0 to K − 1.
        """
        check_is_fitted(self)
        indices, size = np.asarray(X), len(self.cluster_centers_)
        if indices.dtype.kind not in "iu" or indices.shape[1:] != (1,):
            raise ValueError(
                f"indices are whole numbers of shape (n, 1), not {indices.dtype} {indices.shape}"
            )
        wrong = indices[(indices < 0) | (indices >= size)]
        if len(wrong):
            raise ValueError(f"indices are from 0 to {size - 1}, not {wrong[0]}")
        found: Sketch = self.cluster_centers_[indices[:, 0]]
        return found

    def predict(self, X: Any) -> Indices:
        """Return the index of the nearest codeword for each vector, int32 of shape (n_samples,)."""
        vectors = self._vectors(X)
        return nearest(vectors, self.cluster_centers_)

    def score(self, X: Any, y: Any = None) -> float:
        """Return minus the sum of squared errors of vectors, so that more is better."""
        vectors = self._vectors(X)
        indices = nearest(vectors, self.cluster_centers_)
        return -_squared_error(vectors, self.cluster_centers_, indices)

    def get_feature_names_out(self, input_features: Any = None) -> Numbers:
        """Return what the columns of `transform` are called."""
        check_is_fitted(self)
        return np.array(["codeword"], dtype=object)

    def _vectors(self, X: Any, *, reset: bool = False) -> Sketch:
        if not reset:
            check_is_fitted(self)
        vectors: Sketch = validate_data(self, X, dtype=np.float32, reset=reset)
        return vectors

    def _size_for(self, vectors: Sketch) -> int:
        """Return K, or the number of distinct vectors where that is smaller."""
        if not isinstance(self.n_codewords, int | np.integer) or self.n_codewords < 1:
            raise ValueError(f"n_codewords is a whole number from 1 on, not {self.n_codewords!r}")
        distinct = distinct_vectors(vectors, self.n_codewords)
        if distinct is None or len(distinct) == self.n_codewords:
            return self.n_codewords
        warnings.warn(
            f"only {len(distinct)} vectors are distinct: n_codewords={self.n_codewords} becomes "
            f"{len(distinct)}",
            ConvergenceWarning,
            stacklevel=3,
        )
        return len(distinct)


def _squared_error(vectors: Sketch, codewords: Sketch, indices: Indices) -> float:
    total = 0.0
    for rows in chunks(len(vectors), max(1, NUMBERS_AT_ONCE // vectors.shape[1])):
        errors = vectors[rows].astype(np.float64) - codewords[indices[rows]]
        total += float(np.vdot(errors, errors))
    return total
