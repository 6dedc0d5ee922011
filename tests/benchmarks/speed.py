"""Time making and reading .vq files, beside Pillow's PNG of the same picture.

    python -m tests.benchmarks.speed PICTURE

Gray, 4×4 and 8×8 blocks, K = 256; training is not counted. Prints seconds, the ratio to PNG, what
making all files adds to a sweep to K = 1024, and the peak memory of the process.
"""

import resource
from pathlib import Path
from time import perf_counter

import click

from vqcore.coding.codec import Settings, encode
from vqcore.coding.container import pack, parse
from vqcore.coding.rateaware import rate_aware_work
from vqcore.lab.sweeps import Step, ladder_sizes, sweep
from vqcore.quantizers.plain import codebook_of
from vqcore.signals.blocks import layout_of, shown_pixels
from vqcore.signals.pictures import png_bytes, read_picture
from vqcore.work import finish


@click.command()
@click.argument("file", type=click.Path(exists=True, path_type=Path))
def main(file):
    """Time making and reading .vq files."""
    picture = read_picture(file.read_bytes(), file.name)
    for block in (4, 8):
        report(picture, block)
    print(f"peak memory {resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1000:.0f} MB")


def report(picture, block):
    layout = layout_of(picture, block, "gray")
    pixels = shown_pixels(picture, layout)
    vectors = layout.split(pixels)
    steps, sweeping = timed(lambda: swept(picture, block))
    trained = next(it.trained.quantizer for it in steps if it.point.codebook_size == 256)
    codebook = codebook_of(trained)
    png, png_writing = timed(lambda: png_bytes(pixels))
    _, png_reading = timed(lambda: read_picture(png, ""))
    data, encoding = timed(lambda: pack(encode(layout, vectors, codebook)))
    _, decoding = timed(lambda: parse(data).decode())
    _, rate_aware = timed(lambda: finish(rate_aware_work(layout, vectors, trained, 200)))
    _, files = timed(lambda: [pack(step.encoded) for step in steps])
    print(f"{picture.name}, {block}×{block}, K = 256: {len(data)} bytes; PNG {len(png)} bytes")
    print(f"  encode {encoding:.3f} s, {encoding / png_writing:.1f} times PNG's")
    print(f"  decode {decoding:.3f} s, {decoding / png_reading:.1f} times PNG's")
    print(f"  rate-aware encode {rate_aware:.2f} s")
    print(f"  sweep {sweeping:.2f} s, to which files add {files / (sweeping - files):.0%}")


def swept(picture, block):
    events = sweep(picture, Settings(block, "gray"), ladder_sizes(1024))
    return [event for event in events if isinstance(event, Step)]


def timed(work):
    start = perf_counter()
    result = work()
    return result, perf_counter() - start


if __name__ == "__main__":
    main()
