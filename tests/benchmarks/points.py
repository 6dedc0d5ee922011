"""Time VectorQuantizer against scikit-learn's KMeans and FAISS on points, and compare inertia.

    python -m tests.benchmarks.points [--largest 1000000]

All get the same float32 vectors: iris, digits, and mixtures of Gaussians, of eight as the lab makes
them or of as many as there are codewords. KMeans has its default start (k-means++) and
random_state=0; FAISS (where it is installed: pip install faiss-cpu) has 25 iterations over all
vectors. Inertia is measured alike for all, in float64. Prints seconds by the clock and of all
cores, then for each other trainer how many times as long it takes, and by how much ours is over its
inertia.
"""

import warnings
from dataclasses import dataclass
from time import perf_counter, process_time

import click
import numpy as np
from sklearn.cluster import KMeans
from sklearn.datasets import load_digits, load_iris
from sklearn.exceptions import ConvergenceWarning

from vqcore import VectorQuantizer
from vqcore.signals.sources import CENTRES, made

try:
    import faiss
except ImportError:
    faiss = None

MIXTURES = [(10_000, 2, 16), (10_000, 16, 64), (100_000, 16, 256), (1_000_000, 16, 256)]


@dataclass
class Case:
    name: str
    vectors: np.ndarray
    size: int


@click.command()
@click.option("--largest", type=int, default=1_000_000, show_default=True, help="Most vectors.")
def main(largest):
    """Compare VectorQuantizer with scikit-learn's KMeans and with FAISS."""
    warnings.simplefilter("ignore", ConvergenceWarning)
    trainers = {"ours": ours, "KMeans": k_means} | ({"FAISS": faiss_k_means} if faiss else {})
    ours(mixture(1000, 2, 4), 4)  # what happens once, on the first call
    print_head(trainers)
    runs = []
    for case in cases(largest):
        runs.append({name: timed(case, train) for name, train in trainers.items()})
        print_row(case, runs[-1])
    print_worst(runs)


def cases(largest):
    for name, data in ("iris", load_iris().data), ("digits", load_digits().data):
        for size in (3, 8, 32):
            yield Case(name, data.astype(np.float32), size)
    for count, dimension, size in MIXTURES:
        for parts in (CENTRES, size) if count <= largest else ():
            name = f"{parts} in {count:,} x {dimension}"
            yield Case(name, mixture(count, dimension, parts), size)


def mixture(count, dimension, parts, seed=0):
    """Return vectors of Gaussians of deviation ½ round centres that are N(0, 4)."""
    if parts == CENTRES:
        return made("mixture", count, dimension, seed=seed).vectors
    rng = np.random.default_rng(seed)
    centres = 2 * rng.standard_normal((parts, dimension))
    away = rng.standard_normal((count, dimension)) / 2
    return (centres[rng.integers(parts, size=count)] + away).astype(np.float32)


def ours(vectors, size):
    return VectorQuantizer(size).fit(vectors).cluster_centers_


def k_means(vectors, size):
    return KMeans(size, random_state=0).fit(vectors).cluster_centers_


def faiss_k_means(vectors, size):
    options = {"niter": 25, "max_points_per_centroid": len(vectors), "min_points_per_centroid": 1}
    estimator = faiss.Kmeans(vectors.shape[1], size, **options)
    estimator.train(vectors)
    return estimator.centroids


def timed(case, train):
    """Return wall and CPU seconds, and inertia."""
    start = perf_counter(), process_time()
    centres = train(case.vectors, case.size)
    end = perf_counter(), process_time()
    return *np.subtract(end, start), inertia(case.vectors, centres)


def inertia(vectors, centres):
    """Return the sum of squared distances to the nearest centre, found one by one in float64."""
    centres = centres.astype(np.float64)
    total, norms = 0.0, np.square(centres).sum(axis=1)
    for start in range(0, len(vectors), 4096):
        some = vectors[start : start + 4096].astype(np.float64)
        nearest = centres[(norms - 2 * some @ centres.T).argmin(axis=1)]
        total += np.square(some - nearest).sum()
    return total


def rivals(trainers):
    return [name for name in trainers if name != "ours"]


def print_head(trainers):
    print("                 vectors     K", end="")
    print("".join(f"{name + ' s':>10}{'CPU s':>9}" for name in trainers), end="")
    print("".join(f"{name + ' ×':>10}{'CPU ×':>8}{'ours %':>9}" for name in rivals(trainers)))


def print_row(case, run):
    """Print seconds of each, and of each other its multiples of ours and what ours is over it."""
    print(f"{case.name:>24}{case.size:6d}", end="")
    print("".join(f"{wall:10.3f}{cpu:9.3f}" for wall, cpu, _ in run.values()), end="")
    for name in rivals(run):
        wall, cpu, excess = compared(run, name)
        print(f"{wall:10.1f}{cpu:8.1f}{excess:+9.3f}", end="")
    print(flush=True)


def compared(run, name):
    """Return how many times as long as ours it takes, and by what % ours is over its inertia."""
    wall, cpu, reached = np.divide(run["ours"], run[name])
    return 1 / wall, 1 / cpu, 100 * (reached - 1)


def print_worst(runs):
    for name in rivals(runs[0]):
        figures = [compared(run, name) for run in runs]
        print(f"\nOver {name}, inertia is at worst {max(it[2] for it in figures):+.3f} %")


if __name__ == "__main__":
    main()
