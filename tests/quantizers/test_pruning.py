"""Tests of pruning: against all trees that are left when branches are cut off."""

from itertools import pairwise, product

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from vqcore.quantizers import ways
from vqcore.quantizers.pruning import prunings


def drawn(seed, size):
    """Draw a tree with numbers on a line at its leaves: ways, counts and distortions of nodes."""
    chance = np.random.default_rng(seed)
    down, missing = [], size - 1
    still_open = 1
    while still_open:
        inner = missing > 0 and (still_open == 1 or chance.random() < 0.5)
        down.append(16 if inner else 0)
        missing -= inner
        still_open += 1 if inner else -1
    groups = [chance.integers(0, 50, chance.integers(0, 4)) for _ in range(size)]
    pair, at_leaf = ways.children(tuple(down)), iter(groups)
    members = [None if way else next(at_leaf) for way in down]
    for node in reversed(range(len(down))):
        if down[node]:
            members[node] = np.concatenate([members[child] for child in pair[:, node]])
    distortions = [np.square(it - it.mean()).sum() if len(it) else 0.0 for it in members]
    return tuple(down), np.array([len(it) for it in members]), np.array(distortions)


def every_pruning(down, node=0, depth=0):
    """Return all sets of leaves that cutting can leave, each leaf with its depth."""
    found = [[(node, depth)]]
    if down[node]:
        left, right = ways.children(down)[:, node]
        sides = [every_pruning(down, int(side), depth + 1) for side in (left, right)]
        found += [one + other for one, other in product(*sides)]
    return found


def cost_of(pruning, counts, distortions):
    bits = sum(int(counts[node]) * depth for node, depth in pruning)
    return bits, float(sum(distortions[node] for node, _ in pruning))


@settings(max_examples=100)
@given(st.integers(0, 2**32 - 1), st.integers(1, 7))
def test_each_is_the_best_of_all_that_can_be_left_at_its_price(seed, size):
    down, counts, distortions = drawn(seed, size)
    costs = [cost_of(it, counts, distortions) for it in every_pruning(down)]
    found = prunings(down, counts, distortions)
    for place, it in enumerate(found):
        ends = it.price, found[place + 1].price if place + 1 < len(found) else 2 * it.price + 1
        for price in (*ends, sum(ends) / 2):
            best = min(distortion + price * bits for bits, distortion in costs)
            assert it.distortion + price * it.bits == pytest.approx(best, abs=1e-6)


@given(st.integers(0, 2**32 - 1), st.integers(1, 12))
def test_they_are_nested_and_say_what_they_cost(seed, size):
    down, counts, distortions = drawn(seed, size)
    found, depths = prunings(down, counts, distortions), {}
    for node, depth in (it for pruning in every_pruning(down) for it in pruning):
        depths[node] = depth
    for it in found:
        cost = cost_of([(leaf, depths[leaf]) for leaf in it.leaves], counts, distortions)
        assert (it.bits, it.distortion) == (cost[0], pytest.approx(cost[1], abs=1e-6))
    for one, other in pairwise(found):
        assert one.price < other.price
        assert (one.bits, len(one.leaves)) > (other.bits, len(other.leaves))
    assert found[-1].distortion == pytest.approx(distortions[0])
    assert found[0].distortion == pytest.approx(distortions[list(ways.leaves(down))].sum())
