"""The quantizer as an estimator of scikit-learn, for its pipelines and searches."""

from __future__ import annotations

import warnings
from collections.abc import Mapping
from typing import Any

import numpy as np
from sklearn.base import BaseEstimator, ClusterMixin, TransformerMixin
from sklearn.exceptions import ConvergenceWarning
from sklearn.utils.validation import check_is_fitted, validate_data

from vqcore.arrays import Indices, Numbers, Sketch
from vqcore.codebooks.codebook import nearest
from vqcore.quantizers.ofpoints import OPTIONS, TrainedPoints, encode_work, largest_size, train
from vqcore.quantizers.pointquantizer import PointFamily, squared_error
from vqcore.work import finish


class VectorQuantizer(ClusterMixin, TransformerMixin, BaseEstimator):  # type: ignore[misc]
    """Vectors as indices into tables, trained by a family of quantizers.

    `transform` gives the indices and `inverse_transform` the reconstruction; `predict`,
    `cluster_centers_` and `inertia_` are as of scikit-learn's KMeans.

    Parameters
    ----------
    n_codewords : int, default 8
        K of the largest column. Where the family can make but fewer of the vectors, because they
        are not distinct, it makes those, with a ConvergenceWarning.
    family : str, default "plain"
        "plain", "mean-removed", "residual", "gain-shape", "tree", "product" or "split".
    options : dict of str to int, optional
        The family's own, as `vqcore.quantizers.ofpoints.OPTIONS` has them: `{"stages": 3}`.
    seed : int, default 0
        0 or more; the same seed gives the same quantizer.

    Attributes
    ----------
    quantizer_ : PointQuantizer
        Of m columns; plain quantizers and trees have one.
    cluster_centers_ : float32 array of shape (n_clusters, n_features)
        Of one column its K codewords; of more the reconstructions of the vectors of the training,
        each once.
    labels_ : int32 array of shape (n_samples,)
        What `predict` gives for the vectors of the training.
    inertia_ : float
        Their sum of squared errors.
    beam_ : int
        How many candidates the encoder keeps from column to column, or down a tree.
    n_features_in_ : int
    feature_names_in_ : array of str of shape (n_features,), where all names of `X` are texts

    Notes
    -----
    Whatever type `X` has, all is computed of float32. Sample weights are not taken.

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

    def __init__(
        self,
        n_codewords: int = 8,
        *,
        family: PointFamily = "plain",
        options: Mapping[str, int] | None = None,
        seed: int = 0,
    ) -> None:
        self.n_codewords = n_codewords
        self.family = family
        self.options = options
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
        sizes, options = [self._size_for(vectors)], self.options or {}
        for event in train(vectors, sizes, self.family, options, seed=self.seed):
            if isinstance(event, TrainedPoints):
                self.quantizer_ = event.quantizer
        defaults = {option.name: option.default for option in OPTIONS[self.family]}
        self.beam_ = {"beam": 1, **defaults, **options}["beam"]
        indices = self._indices(vectors)
        self.cluster_centers_ = self._centers(indices)
        self.labels_ = self._labels(indices)
        self.inertia_ = squared_error(self.quantizer_, vectors, indices)
        return self

    def transform(self, X: Any) -> Indices:
        """Return the indices of vectors, int32 of shape (n_samples, m)."""
        return self._indices(self._vectors(X))

    def inverse_transform(self, X: Any) -> Sketch:
        """Return the vectors, float32 of shape (n_samples, n_features), that indices stand for.

        Raises
        ------
        ValueError
            If `X` is not of shape (n_samples, m), of whole numbers from 0 to K − 1 of the column.
        """
        check_is_fitted(self)
        indices, sizes = np.asarray(X), self.quantizer_.sizes
        if indices.dtype.kind not in "iu" or indices.shape[1:] != (len(sizes),):
            raise ValueError(
                f"indices are whole numbers of shape (n, {len(sizes)}), "
                f"not {indices.dtype} {indices.shape}"
            )
        for name, size, column in zip(self.quantizer_.names, sizes, indices.T, strict=True):
            wrong = column[(column < 0) | (column >= size)]
            if len(wrong):
                raise ValueError(f"indices of {name} are from 0 to {size - 1}, not {wrong[0]}")
        return self.quantizer_.decode(indices)

    def predict(self, X: Any) -> Indices:
        """Return which of `cluster_centers_` stands for each vector, int32 of shape (n_samples,).

        Of one column it is the index. Of more it is the center that is nearest to the
        reconstruction: the same, but where no vector of the training had these indices.
        """
        return self._labels(self._indices(self._vectors(X)))

    def score(self, X: Any, y: Any = None) -> float:
        """Return minus the sum of squared errors of vectors, so that more is better."""
        vectors = self._vectors(X)
        return -squared_error(self.quantizer_, vectors, self._indices(vectors))

    def get_feature_names_out(self, input_features: Any = None) -> Numbers:
        """Return what the columns of `transform` are called."""
        check_is_fitted(self)
        return np.array(self.quantizer_.names, dtype=object)

    def _vectors(self, X: Any, *, reset: bool = False) -> Sketch:
        if not reset:
            check_is_fitted(self)
        vectors: Sketch = validate_data(self, X, dtype=np.float32, reset=reset)
        return vectors

    def _size_for(self, vectors: Sketch) -> int:
        """Return K, or how many codewords the family can make where that is fewer."""
        asked = self.n_codewords
        if not isinstance(asked, int | np.integer) or asked < 1:
            raise ValueError(f"n_codewords is a whole number from 1 on, not {asked!r}")
        possible = largest_size(vectors, self.family, self.options or {}, asked)
        if possible < asked:
            warnings.warn(
                f"these vectors allow {possible} codewords: n_codewords={asked} is too many",
                ConvergenceWarning,
                stacklevel=3,
            )
        return possible

    def _indices(self, vectors: Sketch) -> Indices:
        return finish(encode_work(self.quantizer_, vectors, beam=self.beam_))

    def _centers(self, indices: Indices) -> Sketch:
        if len(self.quantizer_.sizes) == 1:
            every = np.arange(self.quantizer_.codebook_size, dtype=np.int32)
            return self.quantizer_.decode(every[:, None])
        return np.unique(self.quantizer_.decode(np.unique(indices, axis=0)), axis=0)

    def _labels(self, indices: Indices) -> Indices:
        if len(self.quantizer_.sizes) == 1:
            return indices[:, 0]
        tuples, places = np.unique(indices, axis=0, return_inverse=True)
        return nearest(self.quantizer_.decode(tuples), self.cluster_centers_)[places]
