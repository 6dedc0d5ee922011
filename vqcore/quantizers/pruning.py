"""Pruning a tree: which branches are worth their bits, for every price of a bit.

Chou, Lookabaugh & Gray 1989, doi:10.1109/18.32124: the BFOS algorithm. Of all trees that are left
when branches are cut off, those on the lower convex hull of rate and distortion are nested, and
come about by cutting off, again and again, the branch that saves least error for its bits.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np

from vqcore.arrays import Counts, Floats, Indices
from vqcore.quantizers.ways import Ways, children


@dataclass(frozen=True)
class Pruned:
    """A tree with branches cut off.

    Parameters
    ----------
    price : from which squared error a bit on it is best
    bits : the steps of all vectors together
    distortion : their squared error
    leaves : its leaves, as nodes of the tree that it was
    """

    price: float
    bits: int
    distortion: float
    leaves: frozenset[int]


def prunings(ways: Ways, counts: Counts, distortions: Floats) -> list[Pruned]:
    """Return the best trees for ascending prices, from the whole tree at 0 down to the root.

    Parameters
    ----------
    ways : of the tree
    counts : how many vectors come through each node
    distortions : what squared error there is if each node is where they stop, never more than
        at the node above

    Examples
    --------
    >>> ways, counts = (8, 8, 0, 0, 8, 0, 0), np.array([4, 2, 1, 1, 2, 1, 1])
    >>> for it in prunings(ways, counts, np.array([92.75, 2, 0, 0, 0.5, 0, 0])):
    ...     print(it.price, it.bits, it.distortion, sorted(it.leaves))
    0.0 8 0.0 [2, 3, 5, 6]
    0.25 6 0.5 [2, 3, 4]
    1.0 4 2.5 [1, 4]
    22.5625 0 92.75 [0]
    """
    pair, bits = children(ways), _bits(ways, counts)
    below, steps = distortions.astype(float), np.zeros(len(ways), np.int64)
    for node in reversed(range(len(ways))):
        if ways[node]:
            below[node] = below[pair[:, node]].sum()
            steps[node] = bits[pair[:, node]].sum() + steps[pair[:, node]].sum()
    return _cut_off(ways, distortions.astype(float), below, steps)


def _bits(ways: Ways, counts: Counts) -> Counts:
    """Return the bits that the step to each node takes: one a vector, none for the root."""
    result: Counts = counts.copy()
    result[0] = 0
    return result


def _cut_off(ways: Ways, alone: Floats, below: Floats, steps: Counts) -> list[Pruned]:
    """Cut branch after branch off, given the error and the bits below each node."""
    pair = children(ways)
    inner = {node for node, way in enumerate(ways) if way}
    parents = {int(child): node for node in inner for child in pair[:, node]}
    price, found = 0.0, list[Pruned]()
    while inner:
        least, node = min((_price(alone, below, steps, it), it) for it in inner)
        if least > price:
            found.append(_pruned(price, below, steps, inner, pair))
            price = least
        saved, lost = steps[node], alone[node] - below[node]
        for above in _upwards(node, parents):
            steps[above] -= saved
            below[above] += lost
        inner -= _under(node, inner, pair)
    return [*found, _pruned(price, below, steps, inner, pair)]


def _price(alone: Floats, below: Floats, steps: Counts, node: int) -> float:
    """Return how much error each bit below a node saves; where nobody goes, none."""
    return float((alone[node] - below[node]) / steps[node]) if steps[node] else 0.0


def _pruned(price: float, below: Floats, steps: Counts, inner: set[int], pair: Indices) -> Pruned:
    every = {int(child) for node in inner for child in pair[:, node]} | {0}
    return Pruned(price, int(steps[0]), float(below[0]), frozenset(every - inner))


def _upwards(node: int, parents: dict[int, int]) -> Iterator[int]:
    yield node
    while node in parents:
        node = parents[node]
        yield node


def _under(node: int, inner: set[int], pair: Indices) -> set[int]:
    """Return the inner nodes of a branch, the first one too."""
    result, stack = set[int](), [node]
    while stack:
        at = stack.pop()
        if at in inner:
            result.add(at)
            stack += pair[:, at].tolist()
    return result
