"""What coding asks of a layout: how a signal is cut into vectors, and which of them meet."""

from __future__ import annotations

from collections.abc import Iterator
from typing import NamedTuple, Protocol, TypeVar

import numpy as np
from numpy.typing import NDArray

from vqcore.arrays import Indices, Reals, Samples

Scalar = TypeVar("Scalar", bound=np.generic)
Places = NDArray[np.intp]
"""Vectors of a signal by their number, in the order of `Layout.split`; or samples of a vector."""


class Edge(NamedTuple):
    """The samples of m vectors on one side, and on the side that a neighbour turns to that one.

    Parameters
    ----------
    own, facing : arrays of shape (m, e); of neighbours that go on smoothly, the facing one of the
        first is much like the own one of the second
    """

    own: Reals
    facing: Reals


class Layout(Protocol):
    """How a signal is cut into n vectors of d samples, and put together again; hashable."""

    @property
    def count(self) -> int:
        """Return n."""

    @property
    def dimension(self) -> int:
        """Return d."""

    @property
    def raw_bytes(self) -> int:
        """Return the bytes of the signal shown, at 8 bits a sample."""

    @property
    def components(self) -> tuple[Places, ...]:
        """Return the samples of each component among the d: of gray or sound there is one."""

    @property
    def step_scale(self) -> int:
        """Return the squared step at an edge, of a sample, that is nothing unusual."""

    def planes(self, vectors: NDArray[Scalar], /) -> list[NDArray[Scalar]]:
        """Return each component of vectors, (m, d), as little pictures, (m, h, w)."""

    def vectors(self, planes: list[Samples], /) -> Samples:
        """Put planes together again: the inverse of `planes`."""

    def split(self, samples: Samples, /) -> Samples:
        """Cut a signal into vectors, uint8 of shape (n, d)."""

    def join(self, vectors: Samples, places: Indices | None = None, /) -> Samples:
        """Rebuild the signal from its vectors; or from a few, (m, d), and which of them each is."""

    def waves(self) -> Iterator[Places]:
        """Yield all vectors once, those together that may be coded at once: none is a neighbour."""

    def edges(self, vectors: Reals, /) -> tuple[Edge, ...]:
        """Return each edge at which vectors, of shape (m, d), meet those coded before; or none."""

    def neighbours(self, vectors: Places, /) -> Places:
        """Return the neighbour of each of m vectors at each edge, (edges, m); -1 if there is none.

        It is of an earlier wave.
        """
