"""Set the families of quantizers beside one another, JPEG and WebP, in bytes of real files.

    python -m tests.benchmarks.family [--colour gray|rgb] PICTURE_OR_FOLDER ...

For each member, over all its settings: the mean over pictures of the PSNR at 0.15, 0.25 and 0.5
bits a pixel, on the lower hull of rate and squared error, and what it is more than plain's; the
BD-rate against plain and against JPEG, where those spend 0.08 to 0.6 bits a pixel, and its range
over the pictures; the seconds that a picture takes to train all codebooks, and to encode once.
Prints a Markdown table. A member is one entry of `MEMBERS`.
"""

from dataclasses import dataclass, field
from pathlib import Path
from time import process_time

import click
import numpy as np

from tests.benchmarks.rivals import print_row
from tests.benchmarks.training import pictures
from vqcore import Settings, Step, layout_of, shown_pixels, sweep
from vqcore.coding.entropy import Writer
from vqcore.coding.quadtree import code_indices, code_tables
from vqcore.coding.quadtreechoice import encode_work
from vqcore.lab.comparison import bd_rate, lower_hull
from vqcore.lab.rivals import RIVALS, rival_work
from vqcore.metrics import mse, psnr_db, rate_bpp
from vqcore.quantizers import quadtree
from vqcore.quantizers.quantizer import TrainedQuantizer
from vqcore.work import finish

RATES_BPP = (0.15, 0.25, 0.5)
COMPARED_BPP = (0.08, 0.6)
PLAIN_SIZES = {4: (8, 16, 32, 64, 128, 256, 512, 1024), 8: (8, 16, 32, 64, 128, 256)}
PLAIN_WEIGHTS = (0, 30, 100, 300, 900)
QUADTREE_SIZES = (16, 64, 192, 512)
QUADTREE_WEIGHTS = (30, 75, 150, 300, 600, 1200, 2400)
HEADER_BYTES = 26  # of a .vq file of this family: magic to checksum, without the coded words
MODES = {"gray": ("gray",), "rgb": ("rgb", "ycbcr")}


@dataclass
class Outcome:
    """What one member makes of one picture: points (rate in bpp, MSE), and seconds."""

    points: list[tuple[float, float]] = field(default_factory=list)
    training: float = 0
    encoding: list[float] = field(default_factory=list)

    def add(self, picture, file_bytes, error):
        self.points.append((rate_bpp(file_bytes, picture.width, picture.height), error))

    @property
    def hull(self):
        return [self.points[corner] for corner in lower_hull(*zip(*self.points, strict=True))]

    @property
    def curve(self):
        return [(rate, psnr_db(error)) for rate, error in self.hull]

    def psnr_at(self, rate):
        """Return the PSNR on the hull; beyond its ends, nothing."""
        rates, errors = zip(*self.hull, strict=True)
        error = np.interp(rate, rates, errors, left=np.nan, right=np.nan)
        return 10 * np.log10(255**2 / error)


def plain(picture, colour):
    outcome = Outcome()
    for mode in MODES[colour]:
        for side, sizes in PLAIN_SIZES.items():
            trained = {}
            for weight in PLAIN_WEIGHTS:
                settings = Settings(side, mode, rate_weight=weight)
                for step in sweep(picture, settings, sizes, trained=dict(trained)):
                    if isinstance(step, Step):
                        if step.codebook_size not in trained:
                            outcome.training += step.trained.seconds
                        trained[step.codebook_size] = step.trained
                        outcome.encoding.append(step.point.encode_seconds)
                        outcome.add(picture, step.point.file_bytes, step.point.mse)
    return outcome


def quadtrees(picture, colour):
    layout, outcome = layout_of(picture, 4, "gray" if colour == "gray" else "ycbcr"), Outcome()
    original = shown_pixels(picture, layout)
    vectors = layout.split(original)
    for event in quadtree.train(layout, vectors, QUADTREE_SIZES, None):
        if isinstance(event, TrainedQuantizer):
            outcome.training += event.seconds
            for weight in QUADTREE_WEIGHTS:
                start = process_time()
                quantizer, indices = finish(encode_work(layout, vectors, event.quantizer, weight))
                outcome.encoding.append(process_time() - start)
                file_bytes = HEADER_BYTES + len(coded(layout, quantizer, indices))
                error = mse(original, layout.join(quantizer.decode(indices)))
                outcome.add(picture, file_bytes, error)
    return outcome


def coded(layout, quantizer, indices):
    writer = Writer()
    code_tables(writer, layout, quantizer)
    finish(code_indices(writer, layout, quantizer, indices))
    return writer.bytes()


def rival(codec):
    def outcome_of(picture, colour):
        original, outcome = shown_pixels(picture, layout_of(picture, 8, colour)), Outcome()
        start = process_time()
        for point in rival_work(original, codec, RIVALS[codec].levels):
            if point:
                outcome.add(picture, point.file_bytes, point.mse)
        outcome.encoding = [(process_time() - start) / len(outcome.points)]
        return outcome

    return outcome_of


MEMBERS = {
    "plain + λ": plain,
    "quadtree": quadtrees,
    "JPEG": rival("jpeg"),
    "WebP": rival("webp"),
}


@click.command()
@click.argument("places", nargs=-1, required=True, type=click.Path(exists=True, path_type=Path))
@click.option("--colour", type=click.Choice(list(MODES)), default="gray", show_default=True)
def main(places, colour):
    """Set the families of quantizers beside one another, JPEG and WebP."""
    shown = list(pictures(places))
    outcomes = {name: [member(one, colour) for one in shown] for name, member in MEMBERS.items()}
    rates = [f"{rate} bpp" for rate in RATES_BPP]
    print_row("", *rates, "BD vs plain", "BD vs JPEG", "training s", "encoding s")
    print_row(*["---"] * (5 + len(rates)))
    for name, mine in outcomes.items():
        print_row(
            name,
            *decibels(mine, outcomes["plain + λ"]),
            *differences(mine, outcomes),
            *seconds(mine),
        )


def decibels(mine, plain):
    for rate in RATES_BPP:
        own, other = (np.array([one.psnr_at(rate) for one in of]) for of in (mine, plain))
        yield f"{own.mean():.2f} ({(own - other).mean():+.2f}) dB"


def differences(mine, outcomes):
    for name in ("plain + λ", "JPEG"):
        values = [difference(*pair) for pair in zip(mine, outcomes[name], strict=True)]
        yield f"{np.mean(values):+.1f} % ({min(values):+.0f} to {max(values):+.0f})"


def difference(ours, theirs):
    """Return the BD-rate in percent where theirs spends COMPARED_BPP, as far as that goes."""
    inside = np.clip(COMPARED_BPP, theirs.curve[0][0], theirs.curve[-1][0])
    within = tuple(float(theirs.psnr_at(rate)) for rate in inside)
    delta = bd_rate(ours.curve, theirs.curve, within=within)
    return delta.value if delta else np.nan


def seconds(mine):
    yield f"{np.mean([one.training for one in mine]):.2f}"
    yield f"{np.mean([np.mean(one.encoding) for one in mine]):.2f}"


if __name__ == "__main__":
    main()
