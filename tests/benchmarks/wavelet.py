"""Set vectors of wavelet coefficients beside JPEG, WebP and AVIF, in bytes of real files.

    python -m tests.benchmarks.wavelet [--colour gray|rgb] [--sizes] [PICTURE_OR_FOLDER ...]

For each of the three codebooks (shipped; the picture's own of K = 64; that, and nothing shipped)
the BD-rate by PSNR, and by SSIM given in dB, against each codec where JPEG spends 0.1 to 1 bits a
pixel, as the mean over the pictures, and its range; then the seconds of processor time that a file
takes to encode and to decode. Each file is decoded again from its bytes. With --sizes, instead, of
the picture's own codebook the means for each K at one step.
"""

import math
from pathlib import Path
from time import process_time

import click
import numpy as np

from tests.benchmarks.rivals import print_row
from tests.benchmarks.training import pictures
from vqcore.coding.codec import Settings
from vqcore.coding.container import pack, parse
from vqcore.coding.families import encode_work
from vqcore.lab.comparison import bd_rate
from vqcore.lab.rivals import RIVALS, rival_file, rival_pixels
from vqcore.lab.sweeps import cut_for
from vqcore.metrics import mse, psnr_db, rate_bpp, ssim
from vqcore.quantizers import wavelet
from vqcore.quantizers.quantizer import TrainedQuantizer
from vqcore.show.wording import codec_name
from vqcore.signals.blocks import layout_of, shown_pixels
from vqcore.work import finish

STEPS = (2, 8, 14, 20, 26, 32)
CODECS = ("jpeg", "webp", "avif")
COMPARED_BPP = (0.1, 1)
SIZES = (1, 2, 4, 8, 16, 32, 64, 128, 256, 512)
STEP_OF_SIZES = 22
WAYS = {"shipped codebook": (2, 512), "own, K = 64": (1, 64), "own, nothing shipped": (0, 64)}


def likeness(original, decoded):
    """Return PSNR in dB, and SSIM as −10·log10(1 − SSIM)."""
    return psnr_db(mse(original, decoded)), -10 * math.log10(1 - ssim(original, decoded))


def ours(picture, colour, way, size, step):
    """Return rate, PSNR and SSIM of a file, and the seconds to encode and to decode it."""
    settings = Settings(colour=colour, family="wavelet", options=(step, way))
    cut = cut_for(picture, settings)
    start = process_time()
    training = wavelet.train(cut.layout, cut.vectors, [size], settings.parameters)
    [trained] = [it for it in training if isinstance(it, TrainedQuantizer)]
    encoded = finish(encode_work(cut.layout, cut.vectors, trained.quantizer))
    data = pack(encoded)
    middle = process_time()
    decoded = parse(data).decode()
    end = process_time()
    assert np.array_equal(decoded, encoded.decode())
    rate = rate_bpp(len(data), picture.width, picture.height)
    return (rate, *likeness(cut.pixels, decoded)), (middle - start, end - middle)


def theirs(original, codec):
    """Return the same of all levels of a codec."""
    height, width, *_ = original.shape
    points, seconds = [], []
    for level in RIVALS[codec].levels:
        start = process_time()
        data = rival_file(original, codec, level)
        middle = process_time()
        decoded = rival_pixels(data, 3 if original.ndim == 3 else 1)
        seconds.append((middle - start, process_time() - middle))
        points.append((rate_bpp(len(data), width, height), *likeness(original, decoded)))
    return points, seconds


def difference(own, other, jpeg, measure):
    """Return the BD-rate in percent by PSNR (1) or SSIM (2), where JPEG spends so much."""
    inside = [point[measure] for point in jpeg if COMPARED_BPP[0] <= point[0] <= COMPARED_BPP[1]]
    curves = ([(point[0], point[measure]) for point in points] for points in (own, other))
    return bd_rate(*curves, within=(min(inside), max(inside))).value


def compare(shown, colour):
    rivals = {}
    for picture in shown:
        original = shown_pixels(picture, layout_of(picture, 8, colour))
        rivals[picture] = {codec: theirs(original, codec) for codec in CODECS}
    names = [f"{kind} vs {codec_name(codec)}" for kind in ("PSNR", "SSIM") for codec in CODECS]
    print_row(colour, *names, "encode s", "decode s")
    print_row(*["---"] * (len(names) + 3))
    for name, (way, size) in WAYS.items():
        rows, seconds = [], []
        for picture in shown:
            every = [ours(picture, colour, way, size, step) for step in STEPS]
            own = [point for point, _ in every]
            seconds += [took for _, took in every]
            jpeg = rivals[picture]["jpeg"][0]
            pairs = [(measure, codec) for measure in (1, 2) for codec in CODECS]
            rows.append([difference(own, rivals[picture][it][0], jpeg, of) for of, it in pairs])
        print_row(name, *map(spread, zip(*rows, strict=True)), *times(seconds))
    for codec in CODECS:
        seconds = [took for found in rivals.values() for took in found[codec][1]]
        print_row(codec_name(codec), *[""] * len(names), *times(seconds))


def spread(values):
    return f"{np.mean(values):+.1f} % ({min(values):+.0f} to {max(values):+.0f})"


def times(seconds):
    return [f"{mean:.3f}" for mean in np.mean(seconds, axis=0)]


def compare_sizes(shown, colour):
    print_row("K", "PSNR", "bpp")
    print_row(*["---"] * 3)
    for size in SIZES:
        points = [ours(picture, colour, 1, size, STEP_OF_SIZES)[0] for picture in shown]
        rate, psnr, _ = np.mean(points, axis=0)
        print_row(str(size), f"{psnr:.2f} dB", f"{rate:.3f}")


@click.command()
@click.argument("places", nargs=-1, type=click.Path(exists=True, path_type=Path))
@click.option("--colour", type=click.Choice(["gray", "rgb"]), default="gray", show_default=True)
@click.option("--sizes", is_flag=True)
def main(places, colour, sizes):
    """Set vectors of wavelet coefficients beside JPEG, WebP and AVIF."""
    (compare_sizes if sizes else compare)(list(pictures(places)), colour)


if __name__ == "__main__":
    main()
