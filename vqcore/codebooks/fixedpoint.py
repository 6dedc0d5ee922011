"""Numbers as whole units of a grid, on which distances are exact: the same on every machine.

A sum of products of floats depends on its order, and so on the machine. Of whole numbers it does
not, as long as float64 holds every partial sum. So vectors of floats are rounded to a grid that is
as fine as that allows: 2⁻²³ of the farthest number up to d = 42, 2⁻²¹ at d = 256. That is about
what float32 tells apart.
"""

from __future__ import annotations

import math
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from vqcore.arrays import Floats, Numbers, Sketch
from vqcore.codebooks.scoring import Kind, copied

FLOAT32_BITS = 23
EXACT_BITS = 53
AT_ONCE = 2**20


@dataclass(frozen=True, eq=False)
class Grid:
    """Where numbers lie: how far from their origin, in units of a power of two.

    Parameters
    ----------
    origin : float64 array of shape (d,)
    exponent : of the unit, 2 to that power
    """

    origin: Floats
    exponent: int

    def units(self, vectors: Numbers) -> Sketch:
        """Return vectors, shape (n, d), as whole numbers of units from the origin.

        Examples
        --------
        >>> Grid(np.array([10.0]), -1).units(np.float32([[10.5], [9]])).tolist()
        [[1.0], [-2.0]]
        """
        units = np.empty(vectors.shape, np.float32)
        for start in range(0, len(vectors), rows := max(1, AT_ONCE // vectors.shape[1])):
            away = vectors[start : start + rows].astype(np.float64) - self.origin
            units[start : start + rows] = np.rint(np.ldexp(away, -self.exponent))
        return units

    def values(self, units: Numbers) -> Sketch:
        """Return what units, shape (n, d), are of."""
        values: Sketch = (np.ldexp(units, self.exponent) + self.origin).astype(np.float32)
        return values

    @property
    def kind(self) -> Kind[np.float32]:
        """Say what is done with its units: all sums in float64, codewords as float32 has them."""
        return Kind(0, 0, copied, self._stored, np.float64)

    def _stored(self, means: Floats) -> NDArray[np.float32]:
        return self.units(self.values(means.astype(np.float64)))


def grid_of(*vectors: Numbers) -> Grid:
    """Return the finest grid for all of these vectors, shapes (n, d).

    The origin is half-way between the least and the greatest number of each coordinate.

    Examples
    --------
    >>> grid = grid_of(np.float32([[0], [8]]))
    >>> grid.origin.tolist(), grid.exponent
    ([4.0], -20)
    """
    least = np.min([part.min(axis=0) for part in vectors], axis=0).astype(np.float64)
    most = np.max([part.max(axis=0) for part in vectors], axis=0).astype(np.float64)
    origin = (least / 2 + most / 2).astype(np.float32).astype(np.float64)
    farthest = float(np.maximum(most - origin, origin - least).max())
    return Grid(origin, math.frexp(farthest)[1] - _bits(len(origin)) if farthest else 0)


def _bits(dimension: int) -> int:
    """Return the bits of a unit's number such that x·c − ½|c|², in halves, fits into float64."""
    sums = math.ceil(math.log2(1.5 * dimension)) + 1
    return min(FLOAT32_BITS, (EXACT_BITS - sums) // 2)
