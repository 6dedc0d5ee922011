"""Make a checkpoint to go on from.

    python -m tests.training.start OUT.npz
    python -m tests.training.start OUT.npz --notebook final.pkl --filters model.npz

The first from the model that is shipped. The second from the laboratory notebook that it was first
trained with: a pickle of float numbers and uses, and a model with its filters.
"""

import pickle
from pathlib import Path

import click
import numpy as np

from tests.training.checkpoint import (
    FILTER_SCALES,
    Checkpoint,
    Learned,
    LearnedBook,
    of_model,
    save,
)
from vqcore.coding.wavelet.model import PLACE, Kind

LETTERS: dict[Kind, str] = {"luma": "y", "chroma": "c"}
NAMES = {
    "first": "W1",
    "first_bias": "B1",
    "second": "W2",
    "second_bias": "B2",
    "flags": "Wf",
    "flags_bias": "Bf",
    "signs": "Ws",
    "scales": "We",
    "scales_bias": "be",
    "earlier": "Ae",
    "magnitudes": "Te",
    "zeros": "pz",
}
FILTER_NAMES = {
    "radius_squared": "r2",
    "first": "W1",
    "first_bias": "b1",
    "of_step": "wq",
    "second": "W2",
    "second_bias": "b2",
    "last": "W3",
    "last_bias": "b3",
}
"""How the notebook calls what is called otherwise here."""


def of_notebook(path: Path, filters: Path) -> Checkpoint:
    """Return what the notebook came to."""
    with path.open("rb") as file:
        found = pickle.load(file)
    checkpoint: Checkpoint = {}
    for kind, letter in LETTERS.items():
        own = found[f"P{letter}"]
        books = [
            LearnedBook(
                book["C0"][1:].astype(np.int16), rows, biases, np.asarray(book["N"], float)[1:]
            )
            for book, rows, biases in zip(found["CB"][letter], own["E0"], own["E0b"], strict=True)
        ]
        network = {name: own[other] for name, other in NAMES.items()}
        checkpoint[kind] = Learned(network, books, _filter(filters, letter))
    return checkpoint


def _filter(path: Path, letter: str) -> dict[str, np.ndarray]:
    with np.load(path) as numbers:
        return {
            name: numbers[f"p{letter}_{other}"].astype(np.float64) / FILTER_SCALES[name]
            for name, other in FILTER_NAMES.items()
        }


@click.command(help=__doc__)
@click.argument("out", type=Path)
@click.option("--notebook", type=Path)
@click.option("--filters", type=Path)
def main(out: Path, notebook: Path | None, filters: Path | None) -> None:
    if notebook and filters:
        save(of_notebook(notebook, filters), out)
    else:
        save(of_model(PLACE), out)


if __name__ == "__main__":
    main()
