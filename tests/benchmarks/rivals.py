"""Set .vq files beside JPEG, WebP, AVIF and PNG-8 at equal bytes and at equal PSNR.

    python -m tests.benchmarks.rivals [--colour rgb|gray] PICTURE_OR_FOLDER ...
    python -m tests.benchmarks.rivals --jpeg-means PICTURE_OR_FOLDER ...

For each picture, the best file of at most 0.15, 0.3 and 0.6 bits per pixel: of ours over block
sizes 4, 8, 16, K = 16, 32, … 1024, several rate weights and, for rgb, both colour modes, read back
and measured; of the others over all their qualities. Then the BD-rate of all of ours against each
of the others. Prints a Markdown table.

With --jpeg-means, the means of JPEG's rate and PSNR at equal quality over all pictures, at the
rates for which means over the 24 pictures of the Kodak set have been published.
"""

import io
from pathlib import Path

import click
import numpy as np
from PIL import Image

from tests.benchmarks.training import pictures
from vqcore.coding.codec import Settings
from vqcore.coding.container import parse
from vqcore.lab.comparison import bd_rate, best_within_bytes
from vqcore.lab.rivals import REFERENCES, RIVALS, largest_within, rival_work
from vqcore.lab.sweeps import Step, ladder_sizes, sweep
from vqcore.metrics import mse, psnr_db, rate_bpp
from vqcore.signals.blocks import layout_of, shown_pixels
from vqcore.work import finish

RATES_BPP = (0.15, 0.3, 0.6)
SIZES = ladder_sizes(1024)[4:]
BLOCKS = (4, 8, 16)
RATE_WEIGHTS = (0, 50, 200, 600)
COLOURS = {"gray": ("gray",), "rgb": ("rgb", "ycbcr")}
JPEG_OPTIONS = {"as above": RIVALS["jpeg"].options, "Pillow's defaults": {}}
PUBLISHED_JPEG_DB = {0.42: 28.0, 0.85: 31.7}


@click.command()
@click.argument("places", nargs=-1, required=True, type=click.Path(exists=True, path_type=Path))
@click.option("--colour", type=click.Choice(list(COLOURS)), default="rgb", show_default=True)
@click.option("--jpeg-means", is_flag=True, help="Only JPEG's means over all pictures.")
def main(places, colour, jpeg_means):
    """Set .vq files beside JPEG, WebP, AVIF and PNG-8."""
    if jpeg_means:
        print_jpeg_means([picture.pixels for picture in pictures(places)])
        return
    columns = [f"at most {rate} bpp" for rate in RATES_BPP]
    print_row("picture", "", *columns, "bytes of .vq at equal PSNR (BD-rate)")
    print_row(*["---"] * (3 + len(columns)))
    for picture in pictures(places):
        report(picture, colour)


def report(picture, colour):
    original = shown_pixels(picture, layout_of(picture, BLOCKS[0], colour))
    steps = [step for settings in all_settings(colour) for step in swept(picture, settings)]
    budgets = [int(rate * picture.width * picture.height / 8) for rate in RATES_BPP]
    print_row(picture.name, "**.vq**", *(ours(original, steps, most) for most in budgets), "")
    for codec in sorted(RIVALS.keys() - REFERENCES, key=list(RIVALS).index):
        cells = [theirs(original, codec, most) for most in budgets]
        print_row("", RIVALS[codec].name, *cells, difference(original, steps, codec))


def all_settings(colour):
    for block in BLOCKS:
        for mode in COLOURS[colour]:
            yield Settings(block, mode)


def swept(picture, settings):
    """Return the steps at all rate weights; the codebooks are trained once."""
    trained = {}
    for weight in RATE_WEIGHTS:
        weighted = Settings(settings.block_size, settings.colour, rate_weight=weight)
        for event in sweep(picture, weighted, SIZES, trained=dict(trained)):
            if isinstance(event, Step):
                trained[event.trained.quantizer.codebook_size] = event.trained
                yield event


def ours(original, steps, most_bytes):
    point = best_within_bytes([step.point for step in steps], most_bytes)
    if not point:
        return "none"
    step = next(step for step in steps if step.point is point)
    decoded = parse(step.file).decode()
    assert len(step.file) == point.file_bytes
    assert psnr_db(mse(original, decoded)) == point.psnr_db
    layout = step.encoded.layout
    side = layout.block_size
    kind = f"{side}×{side} {layout.colour}, K = {len(step.encoded.tiles)}"
    return f"{point.file_bytes} B, **{point.psnr_db:.2f} dB** ({kind})"


def theirs(original, codec, most_bytes):
    match = finish(largest_within(original, codec, most_bytes))
    return f"{match.point.file_bytes} B, {match.point.psnr_db:.2f} dB" if match else "none"


def difference(original, steps, codec):
    points = [point for point in rival_work(original, codec, RIVALS[codec].levels) if point]
    delta = bd_rate(curve(step.point for step in steps), curve(points))
    if not delta:
        return "no common PSNR"
    return f"{delta.value:+.0f} % ({delta.low:.1f}–{delta.high:.1f} dB)"


def curve(points):
    return [(point.rate_bpp, point.psnr_db) for point in points]


def print_row(*cells):
    print("|", " | ".join(cells), "|", flush=True)


def print_jpeg_means(originals):
    print_row("JPEG", *(f"{rate} bpp" for rate in PUBLISHED_JPEG_DB))
    print_row(*["---"] * (1 + len(PUBLISHED_JPEG_DB)))
    for name, options in JPEG_OPTIONS.items():
        curves = [
            [jpeg_point(pixels, quality, options) for quality in range(5, 96, 5)]
            for pixels in originals
        ]
        rates, decibels = np.mean(curves, axis=0).T
        found = np.interp(list(PUBLISHED_JPEG_DB), rates, decibels)
        print_row(f"{name}, {len(curves)} pictures", *(f"{psnr:.2f} dB" for psnr in found))
    print_row("published, 24 pictures", *(f"{psnr} dB" for psnr in PUBLISHED_JPEG_DB.values()))


def jpeg_point(pixels, quality, options):
    file = io.BytesIO()
    Image.fromarray(pixels).save(file, "JPEG", quality=quality, **options)
    decoded = np.asarray(Image.open(file))
    height, width = pixels.shape[:2]
    return rate_bpp(len(file.getvalue()), width, height), psnr_db(mse(pixels, decoded))


if __name__ == "__main__":
    main()
