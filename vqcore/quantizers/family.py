"""The families of quantizers: what each must do, and their list."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import Protocol

from vqcore.arrays import Indices, Samples
from vqcore.codebooks.training import Progress
from vqcore.quantizers import (
    gainshape,
    meanremoved,
    plain,
    planes,
    quadtree,
    residual,
    tree,
    wavelet,
)
from vqcore.quantizers.quantizer import Column, Option, Parameters, Quantizer, TrainedQuantizer
from vqcore.quantizers.replay import Again, Seen
from vqcore.signals.blocks import BlockSize, Colour
from vqcore.signals.layouts import Layout
from vqcore.work import Work


class Family(Protocol):
    """A kind of quantizer; a module of this folder is one."""

    @property
    def OPTIONS(self) -> tuple[Option, ...]:
        """Return its own settings."""

    @property
    def BY_BLOCK(self) -> bool:
        """Tell whether each vector is encoded by itself, whatever is around it."""

    @property
    def WHOLE(self) -> bool:
        """Tell whether there are no blocks: rate weight and smoothing are nothing to it."""

    def suits(self, block_size: BlockSize, colour: Colour) -> tuple[BlockSize, Colour]:
        """Return the block size and the colour mode to use where these are asked for."""

    def trained_on(self, layout: Layout, vectors: Samples, parameters: Parameters) -> Samples:
        """Return what the largest table is found among; no K is above its distinct rows.

        Parameters
        ----------
        layout
        vectors : uint8 array of shape (n, d)
        parameters
        """

    def train(
        self,
        layout: Layout,
        vectors: Samples,
        sizes: Sequence[int],
        parameters: Parameters,
        *,
        seed: int = 0,
        known: Mapping[int, Quantizer] | None = None,
    ) -> Iterator[Progress | TrainedQuantizer]:
        """Train quantizers of ascending sizes, yielding each when done and signs of life between.

        Parameters
        ----------
        layout : of the vectors
        vectors : uint8 array of shape (n, d)
        sizes : K of the largest column; none above what `trained_on` allows
        parameters
        seed : the same seed gives the same quantizers
        known : those of this family, parameters and seed trained before, by size
        """

    def replay(self, of: Again) -> Iterator[Seen | None]:
        """Train a size again, yielding what each step comes to, and pauses.

        The last quantizer is the one that `train` yields.
        """

    def columns_of(
        self, layout: Layout, sizes: Sequence[int], steps: Sequence[int]
    ) -> tuple[Column, ...]:
        """Return the columns of the sizes and steps that a file gives.

        Raises
        ------
        ValueError
            If the family has no such columns.
        """

    def encode_work(
        self, quantizer: Quantizer, vectors: Samples, *, beam: int = 1
    ) -> Work[Indices]:
        """Find the indices of vectors, int32 of shape (n, m), with pauses.

        Parameters
        ----------
        vectors : uint8 array of shape (n, d)
        beam : how many candidates to keep from column to column
        """


FAMILIES: dict[str, Family] = {
    family.ID: family
    for family in (plain, quadtree, meanremoved, residual, planes, tree, gainshape, wavelet)
}
"""The families by id; an entry is all it takes to add one."""
