"""Make a checkpoint to go on from, of the model that is shipped.

python -m tests.training.start OUT.npz
"""

from pathlib import Path

import click

from tests.training.checkpoint import of_model, save
from vqcore.coding.wavelet.model import PLACE


@click.command(help=__doc__)
@click.argument("out", type=Path)
def main(out: Path) -> None:
    save(of_model(PLACE), out)


if __name__ == "__main__":
    main()
