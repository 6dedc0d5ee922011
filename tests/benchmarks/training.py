"""Time the ladder against scikit-learn's KMeans and FAISS, and compare what all reach.

    python -m tests.benchmarks.training [--colour gray] [--block 8] [PICTURE_OR_FOLDER ...]

Without pictures, the photographs that scikit-image and scikit-learn bring with them; --mosaic puts
six of one shape into one picture, two across and three down. Each K of KMeans is trained on its
own, with its default start (k-means++) and random_state=0, and so is each of FAISS (where it is
installed: pip install faiss-cpu), with 25 iterations over all blocks. All get the same blocks, and
all codebooks are rounded to 8 bits. Prints a table for each picture, and the worst case.
"""

import resource
import warnings
from pathlib import Path
from time import perf_counter

import click
import numpy as np
from sklearn.cluster import KMeans
from sklearn.exceptions import ConvergenceWarning

from vqcore.codebooks.codebook import nearest
from vqcore.codebooks.training import Trained, train
from vqcore.metrics import mse, psnr_db
from vqcore.signals.blocks import COLOURS, layout_of, shown_pixels
from vqcore.signals.pictures import SAMPLES, Picture, read_picture, sample_picture

try:
    import faiss
except ImportError:
    faiss = None


@click.command()
@click.argument("places", nargs=-1, type=click.Path(exists=True, path_type=Path))
@click.option("--colour", type=click.Choice(COLOURS), default="gray", show_default=True)
@click.option("--block", type=click.IntRange(1, 32), default=8, show_default=True)
@click.option("--largest", type=int, default=1024, show_default=True)
@click.option("--mosaic", is_flag=True, help="Put six pictures of one shape into one.")
def main(places, colour, block, largest, mosaic):
    """Compare the ladder with scikit-learn's KMeans and with FAISS."""
    warnings.simplefilter("ignore", ConvergenceWarning)
    sizes = [2**power for power in range(largest.bit_length())]
    trainers = {"ladder": ladder, "KMeans": k_means} | ({"FAISS": faiss_k_means} if faiss else {})
    comparisons = []
    list(train(np.eye(64, dtype=np.uint8), [1, 2, 4]))  # what happens once, on the first call
    for picture in [mosaic_of(pictures(places))] if mosaic else pictures(places):
        layout = layout_of(picture, block, colour)
        vectors = layout.split(shown_pixels(picture, layout))
        print(f"\n{picture.name}: {len(vectors)} vectors of {vectors.shape[1]} samples")
        comparisons.append({name: run(vectors, sizes) for name, run in trainers.items()})
        print_table(comparisons[-1])
    print_worst(comparisons)


def pictures(places):
    files = [
        file
        for place in places
        for file in (sorted(place.iterdir()) if place.is_dir() else [place])
    ]
    if not files:
        yield from map(sample_picture, SAMPLES)
    for file in files:
        yield read_picture(file.read_bytes(), file.name)


def mosaic_of(many):
    """Return the first six pictures of the first's shape as one."""
    shapes = {}
    for picture in many:
        alike = shapes.setdefault(picture.pixels.shape, [])
        alike.append(picture.pixels)
        if len(alike) == 6:
            rows = [np.hstack(alike[start : start + 2]) for start in (0, 2, 4)]
            return Picture(np.vstack(rows), "mosaic of six")
    raise click.UsageError("a mosaic needs six pictures of one shape")


def ladder(vectors, sizes):
    """Return seconds and PSNR by size."""
    found, before = {}, peak_megabytes()
    for event in train(vectors, sizes):
        if isinstance(event, Trained):
            decibels = reached(vectors, event.codebook.codewords)
            found[event.codebook.size] = event.seconds, decibels
    print(f"peak memory {before:.0f} MB before the ladder, {peak_megabytes():.0f} MB after")
    return found


def k_means(vectors, sizes):
    samples = vectors.astype(np.float32)
    return {size: timed(vectors, lambda k=size: fitted(samples, k)) for size in sizes}


def fitted(samples, size):
    return KMeans(size, random_state=0).fit(samples).cluster_centers_


def faiss_k_means(vectors, sizes):
    samples = vectors.astype(np.float32)
    return {size: timed(vectors, lambda k=size: faiss_fitted(samples, k)) for size in sizes}


def faiss_fitted(samples, size):
    options = {"niter": 25, "max_points_per_centroid": len(samples), "min_points_per_centroid": 1}
    estimator = faiss.Kmeans(samples.shape[1], size, **options)
    estimator.train(samples)
    return estimator.centroids


def timed(vectors, training):
    start = perf_counter()
    means = training()
    seconds = perf_counter() - start
    return seconds, reached(vectors, np.rint(means).clip(0, 255).astype(np.uint8))


def reached(vectors, codewords):
    return psnr_db(mse(vectors, codewords[nearest(vectors, codewords)]))


def peak_megabytes():
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1000


def print_table(results):
    """Print seconds and PSNR of each trainer by size, and how far the ladder is ahead."""
    rivals = [name for name in results if name != "ladder"]
    print("     K" + "".join(f"{name + ' s':>11}{'dB':>8}" for name in results), end="")
    print("".join(f"{'dB over ' + name:>17}" for name in rivals))
    for size, (_, ours) in results["ladder"].items():
        figures = "".join(f"{run[size][0]:11.3f}{run[size][1]:8.2f}" for run in results.values())
        ahead = "".join(f"{ours - results[name][size][1]:+17.3f}" for name in rivals)
        print(f"{size:6d}{figures}{ahead}")
    print(" total" + "".join(f"{total_seconds(run):11.3f}{'':8}" for run in results.values()))
    for name in rivals:
        print(f"{name} takes {ratio(results, name):.1f} times as long as the ladder")


def total_seconds(run):
    return sum(seconds for seconds, _ in run.values())


def ratio(results, name):
    return total_seconds(results[name]) / total_seconds(results["ladder"])


def print_worst(comparisons):
    for name in comparisons[0].keys() - {"ladder"}:
        worst, size = min(
            (ours - results[name][size][1], size)
            for results in comparisons
            for size, (_, ours) in results["ladder"].items()
        )
        ratios = [ratio(results, name) for results in comparisons]
        print(f"\nAgainst {name}, on {len(comparisons)} pictures: {worst:+.3f} dB at worst")
        print(f"(K = {size}), {min(ratios):.1f} to {max(ratios):.1f} times as fast")


if __name__ == "__main__":
    main()
