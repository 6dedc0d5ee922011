"""The ways down a binary tree whose leaves are codewords: one number for each node, in preorder.

A leaf is 0. An inner node is 1 to 32, which says what share of its vectors goes left: s stands for
(2s − 1) ÷ 64. So its own codeword follows from those of its two children, and a tree of K leaves is
2·K − 1 small numbers beside them. The left child of node i is node i + 1.
"""

from __future__ import annotations

import numpy as np

from vqcore.arrays import Counts, Differences, Indices, Samples

SHARES = 32
Ways = tuple[int, ...]


def children(ways: Ways) -> Indices:
    """Return the two children of each node, int32 (2, nodes); of a leaf they are itself.

    Examples
    --------
    >>> children((16, 0, 16, 0, 0)).tolist()
    [[1, 1, 3, 3, 4], [2, 1, 4, 3, 4]]
    """
    result = np.tile(np.arange(len(ways), dtype=np.int32), (2, 1))
    roots = list[int]()
    for node in reversed(range(len(ways))):
        if ways[node]:
            result[:, node] = roots.pop(), roots.pop()
        roots.append(node)
    return result


def is_tree(ways: Ways, size: int) -> bool:
    """Tell whether ways are those of one tree of so many leaves.

    Examples
    --------
    >>> is_tree((16, 0, 0), 2), is_tree((0, 16, 0), 2), is_tree((40, 0, 0), 2)
    (True, False, False)
    """
    open_after = np.cumsum(np.where(np.equal(ways, 0), -1, 1)) + 1
    known = all(0 <= way <= SHARES for way in ways)
    is_whole = len(ways) == 2 * size - 1 and open_after[-1] == 0
    return known and is_whole and bool((open_after[:-1] > 0).all())


def leaves(ways: Ways) -> Indices:
    """Return which nodes are leaves, from left to right, int32 (K,)."""
    return np.flatnonzero(np.equal(ways, 0)).astype(np.int32)


def nodes(table: Differences, ways: Ways) -> Samples:
    """Return the codewords of all nodes, uint8 (2·K − 1, d), given those of the leaves.

    An inner one is between its children, nearer to the one that more vectors go to, rounded.
    """
    left, right = children(ways)
    result = np.zeros((len(ways), table.shape[1]), np.int32)
    result[leaves(ways)] = table
    for node in reversed(range(len(ways))):
        if ways[node]:
            share = 2 * ways[node] - 1
            both = share * result[left[node]] + (2 * SHARES - share) * result[right[node]]
            result[node] = (both + SHARES) // (2 * SHARES)
    return result.astype(np.uint8)


def counted(ways: Ways, of_leaves: Counts) -> Counts:
    """Return how many vectors come through each node, given how many stop at each leaf."""
    left, right = children(ways)
    result = np.zeros(len(ways), np.int64)
    result[leaves(ways)] = of_leaves
    for node in reversed(range(len(ways))):
        if ways[node]:
            result[node] = result[left[node]] + result[right[node]]
    return result


def without(ways: Ways, of_leaves: Counts) -> Ways:
    """Return the tree of the leaves that vectors stop at, with shares as they then are.

    Where nobody goes one way, the other takes the place of the two. There must be a vector.

    Examples
    --------
    >>> without((16, 0, 16, 0, 0), np.array([3, 0, 1]))
    (25, 0, 0)
    """
    counts, (left, right) = counted(ways, of_leaves), children(ways)
    result, stack = list[int](), [0]
    while stack:
        node = stack.pop()
        if ways[node] == 0:
            result.append(0)
            continue
        below = [child for child in (left[node], right[node]) if counts[child]]
        if len(below) == 2:
            result.append(share_of(counts[left[node]], counts[right[node]]))
        stack.extend(reversed(below))
    return tuple(result)


def share_of(left: int, right: int) -> int:
    """Return the number from 1 to 32 that is nearest to the share of those who go left."""
    return 1 + min(SHARES - 1, int(SHARES * left // (left + right)))


def stations(ways: Ways) -> Indices:
    """Return where the way to each leaf has come to after 0, 1, 2 … steps, int32 (steps, K).

    Examples
    --------
    >>> stations((16, 0, 16, 0, 0)).tolist()
    [[0, 0, 0], [1, 2, 2], [1, 3, 4]]
    """
    result, below = [leaves(ways)], _parents(ways)
    while result[-1].any():
        result.append(below[result[-1]])
    return _aligned(np.stack(result), ways)


def _parents(ways: Ways) -> Indices:
    result = np.zeros(len(ways), np.int32)
    for child in children(ways):
        inner = np.flatnonzero(ways)
        result[child[inner]] = inner
    return result


def _aligned(upwards: Indices, ways: Ways) -> Indices:
    """Turn the ways up, (steps, K), around, so that each begins at the root."""
    depths = (upwards > 0).sum(axis=0)
    steps = np.arange(len(upwards))[:, None]
    return np.take_along_axis(upwards, np.maximum(depths - steps, 0), axis=0)
