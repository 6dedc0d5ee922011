"""Time the ladder against scikit-learn's KMeans, and compare what both reach.

    python -m tests.benchmarks.training [--colour gray] [--block 8] [PICTURE_OR_FOLDER ...]

Without pictures, the photographs that scikit-image and scikit-learn bring with them. Each K of
KMeans is trained on its own, with its default start (k-means++) and random_state=0, on the same
blocks; both codebooks are rounded to 8 bits. Prints a table for each picture, and the worst case.
"""

import resource
from pathlib import Path

import click
import numpy as np

from vqcore import layout_of, nearest, read_picture, sample_picture, shown_pixels
from vqcore.blocks import COLOURS
from vqcore.metrics import mse, psnr_db
from vqcore.pictures import SAMPLES
from vqcore.training import Trained, train


@click.command()
@click.argument("places", nargs=-1, type=click.Path(exists=True, path_type=Path))
@click.option("--colour", type=click.Choice(COLOURS), default="gray", show_default=True)
@click.option("--block", type=click.IntRange(1, 32), default=8, show_default=True)
@click.option("--largest", type=int, default=1024, show_default=True)
def main(places, colour, block, largest):
    """Compare the ladder with scikit-learn's KMeans."""
    sizes = [2**power for power in range(largest.bit_length())]
    comparisons = []
    for picture in pictures(places):
        layout = layout_of(picture, block, colour)
        vectors = layout.split(shown_pixels(picture, layout))
        ours = results(vectors, sizes, "lbg")
        peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1000
        comparisons.append(compared(ours, results(vectors, sizes, "kmeans")))
        print(f"\n{picture.name}: {len(vectors)} vectors of {vectors.shape[1]} samples", end="")
        print(f", peak memory so far {peak:.0f} MB")
        print_table(comparisons[-1])
    worst = min(row for rows in comparisons for row in worst_first(rows))
    print(f"\nWorst case of {len(comparisons)} pictures: {worst[0]:+.2f} dB at K = {worst[1]}")
    speedups = [total_ratio(rows) for rows in comparisons]
    print(f"Faster than KMeans by {min(speedups):.1f} to {max(speedups):.1f} times")


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


def results(vectors, sizes, trainer):
    """Return seconds and PSNR by size."""
    found = {}
    for event in train(vectors, sizes, trainer=trainer):
        if isinstance(event, Trained):
            codewords = event.codebook.codewords
            rebuilt = codewords[nearest(vectors, codewords)]
            found[event.codebook.size] = event.seconds, psnr_db(mse(vectors, rebuilt))
    return found


def compared(ours, theirs):
    return [(size, *ours[size], *theirs[size]) for size in ours]


def print_table(rows):
    print("     K    ladder s   KMeans s   ladder dB   KMeans dB   difference")
    for size, seconds, decibels, their_seconds, their_decibels in rows:
        print(
            f"{size:6d}{seconds:12.2f}{their_seconds:11.2f}{decibels:12.2f}{their_decibels:12.2f}"
            f"{decibels - their_decibels:+13.2f}"
        )
    ours, theirs = totals(rows)
    print(f" total{ours:12.2f}{theirs:11.2f}   KMeans takes {theirs / ours:.1f} times as long")


def totals(rows):
    return np.sum([(row[1], row[3]) for row in rows], axis=0)


def total_ratio(rows):
    ours, theirs = totals(rows)
    return theirs / ours


def worst_first(rows):
    return sorted((row[2] - row[4], row[0]) for row in rows)


if __name__ == "__main__":
    main()
