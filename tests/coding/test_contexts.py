"""Tests of contexts with two columns: by hand, against a slow loop, there and back."""

import numpy as np
import pytest
from helpers import gray_layout, photograph, vectors_of
from hypothesis import given, settings
from hypothesis import strategies as st
from numpy.typing import NDArray
from toy_family import encode_work, toy_quantizer

from vqcore.coding.codec import Encoded
from vqcore.coding.contexts import SideMatch, by_columns, walk
from vqcore.coding.entropy import Reader, Writer, code_indices
from vqcore.coding.rateaware import rate_aware_choice_work
from vqcore.quantizers.quantizer import Quantizer
from vqcore.signals.blocks import COLOURS, BlockLayout
from vqcore.work import finish

Indices = NDArray[np.int32]
Floats = NDArray[np.floating]

TWO = toy_quantizer([10, 100], [[0], [5], [-3]])


def made(layout: BlockLayout, sizes: tuple[int, int], seed: int) -> tuple[Quantizer, Indices]:
    rng = np.random.default_rng(seed)
    shapes = rng.integers(-90, 90, (sizes[1], layout.dimension))
    quantizer = toy_quantizer(rng.integers(0, 256, sizes[0]).tolist(), shapes.tolist())
    return quantizer, rng.integers(0, sizes, (layout.count, 2), dtype=np.int32)


def recorded(layout: BlockLayout, quantizer: Quantizer, indices: Indices) -> list[Floats]:
    """Return the weights of each wave and column."""
    found = []

    def pick(column: int, vectors: NDArray, weights: Floats) -> Indices:
        found.append(weights.copy())
        return indices[vectors, column]

    context = SideMatch(layout, quantizer)
    np.testing.assert_array_equal(finish(walk(layout, context, by_columns(context, pick))), indices)
    return found


def test_weights_by_hand() -> None:
    indices = np.int32([[0, 1], [1, 0]])
    first, first_shape, second, second_shape = recorded(gray_layout(2, 1, 1), TWO, indices)
    few, used = 0.3**0.75, 1.3**0.75
    np.testing.assert_allclose(first, [[few, few]])
    np.testing.assert_allclose(first_shape, [[few, few, few]])
    scale = 10 + 80 / 5  # the first has no neighbours
    near, far = (scale / (scale + step**2) for step in (5, 85))  # from 15 to 10, and to 100
    np.testing.assert_allclose(second, [[used * near**2, few * far**2]], rtol=1e-6)
    steps = np.square(15 - 100 - np.array([0, 5, -3]))  # a mean of 100 is known by now
    expected = np.array([few, used, few]) * (scale / (scale + steps)) ** 2
    np.testing.assert_allclose(second_shape, [expected], rtol=1e-6)


def slow_weights(layout: BlockLayout, quantizer: Quantizer, indices: Indices) -> list[Floats]:
    counts = [np.full(size, 0.3) for size in quantizer.sizes]
    tables, rows = [table.astype(int) for table in quantizer.tables], []
    whole = tables[0][indices[:, 0]] + tables[1][indices[:, 1]]
    taken: dict[int, np.float32] = {}
    for wave in layout.waves():
        for column, table in enumerate(tables):
            for block in wave:
                before = tables[0][indices[block, 0]] if column else 0
                d = [mean_step(layout, whole, block, before + entry) for entry in table]
                samples = len(steps_to(layout, whole, block, before + table[0])) or 1
                scale = np.floor(samples * slow_scale(layout, taken, block)) / samples
                rows.append(counts[column] ** 0.75 * (scale / (scale + np.array(d))) ** 2)
        for block in wave:
            near = block % layout.columns or block >= layout.columns
            taken[block] = np.float32(mean_step(layout, whole, block, whole[block]) if near else 80)
        for column, of in enumerate(indices[wave].T):
            np.add.at(counts[column], of, 1)
    return rows


def slow_scale(layout: BlockLayout, taken: dict[int, np.float32], block: int) -> np.float32:
    left = [taken[block - 1]] if block % layout.columns else []
    above = [taken[block - layout.columns]] if block >= layout.columns else []
    mean = np.mean([*left, *above] or [np.float32(80)], dtype=np.float32)
    scale: np.float32 = np.float32(10) + mean / np.float32(5)
    return scale


def mean_step(layout: BlockLayout, whole: NDArray, block: int, candidate: NDArray) -> float:
    steps = steps_to(layout, whole, block, candidate)
    return float(np.square(steps).mean()) if len(steps) else 0.0


def steps_to(layout: BlockLayout, whole: NDArray, block: int, candidate: NDArray) -> NDArray:
    steps = [np.zeros(0)]
    for plane, here in zip(layout.planes(whole), layout.planes(candidate[None]), strict=True):
        if block % layout.columns:
            steps.append(plane[block - 1][:, -1] - here[0][:, 0])
        if block >= layout.columns:
            steps.append(plane[block - layout.columns][-1] - here[0][0])
    return np.concatenate(steps)


@pytest.mark.parametrize("colour", COLOURS)
@pytest.mark.parametrize("sizes", [(3, 5), (1, 4), (4, 1)], ids=str)
def test_weights_are_those_of_a_slow_loop(colour: str, sizes: tuple[int, int]) -> None:
    layout = BlockLayout(13, 10, 3, colour)
    quantizer, indices = made(layout, sizes, 1)
    found = [row for weights in recorded(layout, quantizer, indices) for row in weights]
    expected = [row for row in slow_weights(layout, quantizer, indices) if len(row) > 1]
    for one, other in zip(found, expected, strict=True):
        np.testing.assert_allclose(one, other, rtol=1e-5)


@settings(max_examples=40)
@given(st.integers(1, 20), st.integers(1, 20), st.integers(1, 5), st.integers(1, 5))
def test_two_columns_there_and_back(width: int, height: int, means: int, shapes: int) -> None:
    layout = gray_layout(width, height, 2)
    quantizer, indices = made(layout, (means, shapes), 0)
    writer = Writer()
    finish(code_indices(writer, layout, quantizer, indices))
    reader = Reader(writer.bytes())
    found = finish(code_indices(reader, layout, quantizer, np.full_like(indices, 10**6)))
    np.testing.assert_array_equal(found, indices)
    assert reader.is_genuine()


def test_rate_aware_choice_takes_fewer_bytes_in_two_columns() -> None:
    picture = photograph("camera", 4)
    vectors, layout = vectors_of(picture, 4), gray_layout(picture.width, picture.height, 4)
    shapes = vectors[:: len(vectors) // 16][:16].astype(int)
    shapes -= shapes.mean(axis=1, keepdims=True).astype(int)
    quantizer = toy_quantizer(list(range(8, 256, 16)), shapes.tolist())
    plain = Encoded(layout, quantizer, finish(encode_work(quantizer, vectors)))
    sizes, errors = [], []
    for weight in (0, 100, 2000):
        chosen = finish(rate_aware_choice_work(layout, vectors, quantizer, weight))
        assert chosen.quantizer is quantizer
        writer = Writer()
        finish(code_indices(writer, layout, quantizer, chosen.indices))
        sizes.append(len(writer.bytes()))
        errors.append(np.square(chosen.decode().astype(int) - picture.pixels).sum())
        if not weight:
            np.testing.assert_array_equal(chosen.indices, plain.indices)
    assert sizes == sorted(sizes, reverse=True)
    assert errors == sorted(errors)
    assert sizes[-1] < sizes[0] / 2
