"""scikit-learn's trainers, to compare the ladder with; they cannot be interrupted."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from functools import partial
from time import perf_counter

import numpy as np

from vqcore.arrays import Floats, Numbers


def fits(
    vectors: Numbers, sizes: Sequence[int], trainer: str, seed: int
) -> Iterator[tuple[Floats, float]]:
    """Yield the means and the seconds of each size; runs in the other process."""
    import warnings

    from sklearn.cluster import KMeans, MiniBatchKMeans
    from sklearn.exceptions import ConvergenceWarning

    warnings.simplefilter("ignore", ConvergenceWarning)
    samples = vectors.astype(np.float32)
    estimator = {
        "kmeans": KMeans,
        "minibatch": MiniBatchKMeans,
        "random": partial(KMeans, init="random", n_init=1),
    }[trainer]
    for size in sizes:
        start = perf_counter()
        means = estimator(size, random_state=seed).fit(samples).cluster_centers_
        yield means, perf_counter() - start
