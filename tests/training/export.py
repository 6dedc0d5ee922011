"""Make the model that is shipped of a checkpoint.

    python -m tests.training.export CHECKPOINT.npz MODEL.npz

Numbers are rounded, codewords without use dropped, embeddings fitted.
"""

from pathlib import Path

import click
import numpy as np

from tests.training.checkpoint import Checkpoint, Learned, load
from tests.training.embedding import weights_of
from vqcore.arrays import Floats, Numbers


def model_of(checkpoint: Checkpoint) -> dict[str, Numbers]:
    """Return all arrays of model.npz by name, each of the shortest integers that hold it."""
    return {
        f"{kind}.{name}": _short(numbers)
        for kind, learned in checkpoint.items()
        for name, numbers in _arrays(learned).items()
    }


def _arrays(learned: Learned) -> dict[str, Numbers]:
    found: dict[str, Numbers] = dict(learned.whole_network())
    shipped = [book.shipped for book in learned.books]
    found["sizes"] = np.array([len(book.uses) for book in shipped])
    every = zip(*(book.rounded() for book in shipped), strict=True)
    for name, parts in zip(("codewords", "rows", "biases"), every, strict=True):
        found[name] = np.concatenate(parts)
    found["embedding_weights"] = weights_of(learned.books)
    return found | {f"filter_{name}": it for name, it in learned.whole_filter().items()}


def _short(numbers: Floats) -> Numbers:
    if numbers.min() >= 0 and 2**15 <= numbers.max() < 2**16:
        return numbers.astype(np.uint16)
    most = np.abs(numbers.astype(np.int64)).max()
    return numbers.astype(np.int8 if most < 2**7 else np.int16 if most < 2**15 else np.int32)


@click.command(help=__doc__)
@click.argument("checkpoint", type=Path)
@click.argument("model", type=Path)
def main(checkpoint: Path, model: Path) -> None:
    np.savez_compressed(model, **model_of(load(checkpoint)))
    click.echo(f"{model.stat().st_size} bytes")


if __name__ == "__main__":
    main()
