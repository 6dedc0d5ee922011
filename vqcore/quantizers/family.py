"""The families of quantizers: what each must do, and their list."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import Any, Protocol

from vqcore.arrays import Indices, Samples
from vqcore.codebooks.training import Progress
from vqcore.quantizers import plain
from vqcore.quantizers.quantizer import Quantizer, TrainedQuantizer
from vqcore.work import Work


class Family(Protocol):
    """A kind of quantizer; a module of this folder is one."""

    def train(
        self,
        vectors: Samples,
        sizes: Sequence[int],
        parameters: Any,
        *,
        seed: int = 0,
        known: Mapping[int, Quantizer] | None = None,
    ) -> Iterator[Progress | TrainedQuantizer]:
        """Train quantizers of ascending sizes, yielding each when done and signs of life between.

        Parameters
        ----------
        vectors : uint8 array of shape (n, d)
        sizes : K of the largest column; none above the number of distinct vectors
        parameters : the family's own, hashable
        seed : the same seed gives the same quantizers
        known : those of this family, parameters and seed trained before, by size
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


FAMILIES: dict[str, Family] = {plain.ID: plain}
"""The families by id; an entry is all it takes to add one."""
