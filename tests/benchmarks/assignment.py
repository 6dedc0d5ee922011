"""Time finding the nearest codewords against the bare float32 matrix product inside it.

    python -m tests.benchmarks.assignment [--blocks 36864] [--dimension 64]

The product is numpy's, with all its threads, of the same shapes into memory already there: what
any exact search through distances has to do at least. Prints medians, and the ratio. The two take
turns in series, with a rest between: numpy's threads go on spinning a while after a product.
"""

from statistics import median
from time import perf_counter, sleep

import click
import numpy as np

from vqcore.codebooks.codebook import nearest

SERIES, RUNS = 3, 21
REST_SECONDS = 0.3


@click.command()
@click.option("--blocks", default=36864, show_default=True)
@click.option("--dimension", default=64, show_default=True)
def main(blocks, dimension):
    """Compare `nearest` with a bare matrix product."""
    rng = np.random.default_rng(0)
    vectors = rng.integers(0, 256, (blocks, dimension), dtype=np.uint8)
    samples = vectors.astype(np.float32)
    print(f"{blocks} vectors of {dimension} samples\n     K   product ms   nearest ms   speed")
    for size in [128, 256, 512, 1024, 2048, 4096]:
        codewords = rng.integers(0, 256, (size, dimension), dtype=np.uint8)
        turned = np.ascontiguousarray(codewords.T, dtype=np.float32)
        product = np.empty((blocks, size), np.float32)
        bare, ours = [], []
        for _ in range(SERIES):
            bare += series(lambda: np.matmul(samples, turned, out=product))  # noqa: B023
            ours += series(lambda: nearest(vectors, codewords))  # noqa: B023
        share = median(bare) / median(ours)
        print(f"{size:6d}{median(bare):13.1f}{median(ours):13.1f}{share:8.0%}")


def series(work):
    sleep(REST_SECONDS)
    return [milliseconds(work) for _ in range(RUNS)]


def milliseconds(work):
    start = perf_counter()
    work()
    return 1000 * (perf_counter() - start)


if __name__ == "__main__":
    main()
