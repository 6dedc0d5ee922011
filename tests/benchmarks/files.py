"""Measure .vq files against fixed-length indices, first-order and LZMA coding, and JPEG.

    python -m tests.benchmarks.files [--colour gray] PICTURE_OR_FOLDER ...

For 4×4 and 8×8 blocks and K = 64, 256, 1024, prints the mean rate over the pictures, in bits per
pixel: nominal indices + raw codebook; first-order entropy + raw codebook; LZMA of the indices +
raw codebook; the .vq file; and JPEG at the PSNR of that file (optimized, progressive; interpolated
in log rate between qualities). Then, for gray, the BD-rate of rate-aware files against JPEG over
0.05–0.45 bpp: the mean difference in log rate at equal PSNR of the best of all files.
"""

import io
import lzma
import math
from pathlib import Path
from time import perf_counter

import click
import numpy as np
from PIL import Image

from tests.benchmarks.training import pictures
from vqcore.coding.codec import Settings
from vqcore.coding.container import parse
from vqcore.lab.comparison import bd_rate, frontier
from vqcore.lab.sweeps import Step, sweep
from vqcore.metrics import mse, psnr_db
from vqcore.signals.blocks import COLOURS, layout_of, shown_pixels

SIZES = (64, 256, 1024)
BLOCKS = (4, 8)
RATE_WEIGHTS = (30, 60, 100, 200, 300, 500, 1000, 2000)
LOW, HIGH = 0.05, 0.45


@click.command()
@click.argument("places", nargs=-1, required=True, type=click.Path(exists=True, path_type=Path))
@click.option("--colour", type=click.Choice(COLOURS), default="gray", show_default=True)
def main(places, colour):
    """Measure .vq files against other codings of the same indices, and JPEG."""
    rows, gains = {}, []
    for picture in pictures(places):
        original = shown_pixels(picture, layout_of(picture, 8, colour))
        jpeg = jpeg_curve(original)
        points = []
        for block in BLOCKS:
            settings = Settings(block, colour)
            steps = swept(picture, settings, None)
            for step in steps:
                rows.setdefault((block, step.point.codebook_size), []).append(
                    rates(step, original, jpeg)
                )
            if colour == "gray":
                points += rate_aware_points(picture, settings, steps)
        if colour == "gray":
            gains.append(bd_rate_over_rates(points, jpeg))
            print(f"{picture.name}: BD-rate of rate-aware files against JPEG {gains[-1]:+.1%}")
    print_table(rows)
    if gains:
        print(f"Mean BD-rate over {LOW}–{HIGH} bpp against JPEG: {np.mean(gains):+.1%}")


def swept(picture, settings, trained):
    events = sweep(picture, settings, SIZES, trained=trained)
    return [event for event in events if isinstance(event, Step)]


def rates(step, original, jpeg):
    """Return bits per pixel of each coding, after checking that the file decodes."""
    assert np.array_equal(parse(step.file).decode(), step.encoded.decode())
    point, pixels = step.point, original.shape[0] * original.shape[1]
    packed = len(lzma.compress(step.encoded.indices.astype(np.uint16).tobytes(), preset=9))
    codings = (
        point.nominal_bytes + point.codebook_bytes,
        point.entropy_bytes + point.codebook_bytes,
        packed + point.codebook_bytes,
        point.file_bytes,
    )
    return [8 * size / pixels for size in codings] + [rate_at(jpeg, point.psnr_db)]


def jpeg_curve(original):
    """Return (bits per pixel, PSNR in dB) of JPEG, ascending."""
    points = []
    for quality in (*range(1, 40, 1), *range(40, 98, 3)):
        file = io.BytesIO()
        Image.fromarray(original).save(
            file, "JPEG", quality=quality, optimize=True, progressive=True
        )
        rate = 8 * len(file.getvalue()) / (original.shape[0] * original.shape[1])
        points.append((rate, psnr_db(mse(original, np.asarray(Image.open(file))))))
    return frontier(points)


def rate_at(curve, decibels):
    rate, psnr = np.transpose(curve)
    return math.exp(np.interp(decibels, psnr, np.log(rate)))


def rate_aware_points(picture, settings, steps):
    trained = {step.point.codebook_size: step.trained for step in steps}
    found = [step.point for step in steps]
    for weight in RATE_WEIGHTS:
        weighted = Settings(settings.block_size, settings.colour, rate_weight=weight)
        found += [step.point for step in swept(picture, weighted, trained)]
    return [(point.rate_bpp, point.psnr_db) for point in found]


def bd_rate_over_rates(ours, theirs):
    """Return the mean difference in rate at equal PSNR where theirs spends LOW to HIGH bpp."""
    rate, psnr = np.transpose(theirs)
    low, high = np.interp(np.log([LOW, HIGH]), np.log(rate), psnr)
    return bd_rate(ours, theirs, within=(low, high)).value / 100


def print_table(rows):
    print("\nblock     K   fixed  first-order    LZMA     .vq    JPEG   .vq/fixed   .vq/JPEG")
    for (block, size), measured in sorted(rows.items()):
        fixed, first, packed, file, jpeg = np.mean(measured, axis=0)
        print(
            f"{block}×{block}  {size:6d}{fixed:8.3f}{first:13.3f}{packed:8.3f}{file:8.3f}"
            f"{jpeg:8.3f}{file / fixed:12.2f}{file / jpeg:11.2f}"
        )


if __name__ == "__main__":
    start = perf_counter()
    main(standalone_mode=False)
    print(f"{perf_counter() - start:.0f} s")
