"""Train the network and the codebooks of luma, or those of chroma.

    python -m tests.training.network luma CROPS.npz START.npz OUT.npz --rounds 3

START may be "new", for luma; chroma that is not there yet begins with the codewords of luma. OUT is
written after each round, and may be START again: a training that was stopped goes on from there.

A round codes some crops with the integers that would be shipped, teaches the network what came of
that, and moves the codewords, unless --still. With --nested the codewords are ordered first; with
--reseeded those of no use get another place. What a vector costs is told for each round before it,
and at the end of crops that no round sees, those of the last photographs by name.
"""

from pathlib import Path
from time import monotonic

import click
import numpy as np

from tests.training.checkpoint import Checkpoint, Learned, LearnedBook, load, save
from tests.training.codewords import counted, first_codewords, nested, reseeded
from tests.training.crops import load as load_crops
from tests.training.crops import piece_of
from tests.training.learning import Plan, fresh, taught
from tests.training.recording import collected
from vqcore.arrays import Samples
from vqcore.coding.wavelet.model import KINDS, Kind

SIZES: dict[Kind, int] = {"luma": 512, "chroma": 192}
FIRST_CROPS = 40
MEASURED = 7


def begun(start: Path, kind: Kind, crops: list[Samples], rng: np.random.Generator) -> Checkpoint:
    """Return what to begin with; what is not there yet is made."""
    checkpoint = {} if str(start) == "new" else load(start)
    if kind in checkpoint:
        return checkpoint
    if kind == "luma":
        pieces = [piece_of(crop, rng) for crop in crops[:FIRST_CROPS]]
        codewords = first_codewords(pieces, SIZES[kind], rng)
    else:
        codewords = [book.codewords[: SIZES[kind] - 1] for book in checkpoint["luma"].books]
    return checkpoint | {kind: fresh(kind, codewords, rng)}


def with_books(learned: Learned, books: list[LearnedBook]) -> Learned:
    """Return the same with other books."""
    return Learned(learned.network, books, learned.filter)


@click.command(help=__doc__)
@click.argument("kind", type=click.Choice(KINDS))
@click.argument("crops", type=Path)
@click.argument("start", type=Path)
@click.argument("out", type=Path)
@click.option("--rounds", default=3)
@click.option("--count", default=100, help="Crops a round.")
@click.option("--steps", default=300)
@click.option("--batch", default=768)
@click.option("--rate", default=3e-3)
@click.option("--apart", default=2, help="Photographs to measure with.")
@click.option("--soft", is_flag=True, help="Soften colours of some crops.")
@click.option("--nested", "order", is_flag=True)
@click.option("--reseeded", "reseed", is_flag=True)
@click.option("--still", is_flag=True, help="Leave codewords where they are.")
@click.option("--seed", default=0)
def main(
    kind: Kind,
    crops: Path,
    start: Path,
    out: Path,
    rounds: int,
    count: int,
    steps: int,
    batch: int,
    rate: float,
    apart: int,
    soft: bool,
    order: bool,
    reseed: bool,
    still: bool,
    seed: int,
) -> None:
    rng, begin = np.random.default_rng(seed), monotonic()
    every, kept = load_crops(crops, apart=apart)
    checkpoint = begun(start, kind, [every[at] for at in rng.permutation(len(every))], rng)
    learned = checkpoint[kind]
    if order:
        learned = with_books(learned, [nested(book) for book in learned.books])
    if reseed:
        learned = with_books(learned, [reseeded(book, rng) for book in learned.books])
    checkpoint[kind] = learned
    save(checkpoint, out)
    for number in range(rounds):
        some = [every[at] for at in rng.choice(len(every), min(count, len(every)), replace=False)]
        examples, cost = collected(checkpoint, kind, some, soft=soft, seed=int(rng.integers(2**31)))
        click.echo(f"{kind} {number}, {monotonic() - begin:.0f} s: {cost.shown}")
        plan = Plan(steps, batch, rate)
        learned = taught(learned, examples, plan, seed=number)
        learned = with_books(learned, counted(learned.books, examples, moved=not still))
        checkpoint[kind] = learned
        save(checkpoint, out)
    if kept:
        _, cost = collected(checkpoint, kind, kept, soft=soft, seed=MEASURED)
        click.echo(f"kept apart, {monotonic() - begin:.0f} s: {cost.shown}")


if __name__ == "__main__":
    main()
