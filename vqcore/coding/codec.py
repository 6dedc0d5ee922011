"""A picture encoded with a codebook, and the settings that lead there."""

from __future__ import annotations

from dataclasses import dataclass, replace

from vqcore.arrays import Counts, Indices, Samples
from vqcore.codebooks.codebook import Codebook, nearest_work
from vqcore.codebooks.training import Trainer
from vqcore.coding.codebookfile import SharedCodebook
from vqcore.signals.blocks import BlockLayout, Colour
from vqcore.work import Work, finish


@dataclass(frozen=True)
class Settings:
    """All that decides how a picture is encoded, beside the codebook size.

    `rate_weight` is λ, in squared error per bit; 0 takes the nearest codeword, as in the textbook.
    """

    block_size: int = 8
    colour: Colour = "rgb"
    trainer: Trainer = "lbg"
    seed: int = 0
    rate_weight: float = 0

    @property
    def training(self) -> Settings:
        """The settings that the trained codebooks depend on; the rate weight comes after."""
        return replace(self, rate_weight=0)


@dataclass(frozen=True, eq=False)
class Encoded:
    """One index for each block, and the codebook that turns them back into a picture."""

    layout: BlockLayout
    codebook: Codebook
    indices: Indices

    @property
    def tiles(self) -> Samples:
        """Return the codewords as little pictures, uint8 of shape (K, b, b) or (K, b, b, 3)."""
        return self.layout.tiles(self.codebook.codewords)

    @property
    def shared(self) -> SharedCodebook:
        """Return the codebook as other pictures can use it."""
        return SharedCodebook(self.codebook, self.layout.block_size, self.layout.colour)

    @property
    def use(self) -> Counts:
        """Return how many blocks use each codeword, shape (K,)."""
        return self.codebook.use(self.indices)

    @property
    def used_codewords(self) -> int:
        """Return how many codewords at least one block uses."""
        return int((self.use > 0).sum())

    def decode(self) -> Samples:
        """Rebuild the picture by table look-up.

        Returns
        -------
        pixels : uint8 array of shape (height, width) or (height, width, 3)
        """
        return self.layout.assemble(self.tiles[self.indices])


def encode(layout: BlockLayout, vectors: Samples, codebook: Codebook) -> Encoded:
    """Encode the vectors of a picture, shape (n, d), each by its nearest codeword.

    Examples
    --------
    >>> import numpy as np
    >>> layout = BlockLayout(width=3, height=1, block_size=1, colour="gray")
    >>> vectors = np.uint8([[10], [200], [30]])
    >>> encode(layout, vectors, Codebook(np.uint8([[20], [200]]))).decode()
    array([[ 20, 200,  20]], dtype=uint8)
    """
    return finish(encode_work(layout, vectors, codebook))


def encode_work(layout: BlockLayout, vectors: Samples, codebook: Codebook) -> Work[Encoded]:
    """Do the work of `encode`, with pauses."""
    return Encoded(layout, codebook, (yield from nearest_work(vectors, codebook.codewords)))
