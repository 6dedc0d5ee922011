"""Tests of levels: nothing is better, tried out one by one."""

from itertools import combinations

import numpy as np
import pytest

from vqcore.codebooks.levels import best_levels
from vqcore.codebooks.training import Trained, train


def squared_error(samples: np.ndarray, levels: np.ndarray) -> float:
    return float(np.square(samples[:, None] - levels.ravel()).min(axis=1).sum())


@pytest.mark.parametrize("seed", range(6))
@pytest.mark.parametrize("size", [1, 2, 3, 4])
def test_no_cut_into_runs_has_less_error(seed: int, size: int) -> None:
    rng = np.random.default_rng(seed)
    samples = rng.choice(256, 9, replace=False)[rng.integers(0, 9, 40)].astype(float)
    counts = np.bincount(samples.astype(int), minlength=256)
    values = np.unique(samples)
    cuts = combinations(range(1, len(values)), size - 1)
    tried = [np.split(values, cut) for cut in cuts]
    least = min(
        squared_error(samples, np.array([samples[np.isin(samples, run)].mean() for run in runs]))
        for runs in tried
    )
    assert squared_error(samples, best_levels(counts, size)) == pytest.approx(least)


def test_as_many_levels_as_values_are_the_values() -> None:
    counts = np.bincount([0, 7, 7, 255], minlength=256)
    assert best_levels(counts, 3).ravel().tolist() == [0, 7, 255]


@pytest.mark.parametrize("size", [2, 5, 16, 100])
def test_the_ladder_has_them_rounded(size: int) -> None:
    rng = np.random.default_rng(3)
    vectors = rng.normal(128, 28, 4000).clip(0, 255).astype(np.uint8)[:, None]
    [trained] = (it for it in train(vectors, [size]) if isinstance(it, Trained))
    best = best_levels(np.bincount(vectors[:, 0], minlength=256), size)
    np.testing.assert_array_equal(np.sort(trained.codebook.codewords, axis=0), np.rint(best))
