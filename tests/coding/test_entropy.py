"""Tests of entropy: what goes in comes out, the models are as written, the bytes are few."""

from functools import cache

import numpy as np
import pytest
from helpers import code_one_column, gray_layout, photograph, steps_of
from hypothesis import example, given, settings
from hypothesis import strategies as st
from numpy.typing import NDArray
from threadpoolctl import ThreadpoolController

from vqcore import metrics
from vqcore.coding import contexts
from vqcore.coding.codec import Encoded, Settings
from vqcore.coding.entropy import Coder, Impossible, Reader, Writer, code_codewords
from vqcore.lab.sweeps import sweep
from vqcore.signals.blocks import COLOURS, BlockLayout
from vqcore.work import finish

Samples = NDArray[np.uint8]
Indices = NDArray[np.int32]
Floats = NDArray[np.floating]


class Recorder:
    """A coder that writes nothing and remembers what it was handed."""

    def __init__(self) -> None:
        self.symbols: list[NDArray] = []
        self.weights: list[Floats] = []

    def code(self, symbols: NDArray, weights: Floats) -> Indices:
        known = np.array(symbols).astype(np.int32)
        self.symbols.append(known)
        self.weights.append(weights.copy())
        return known

    @property
    def ideal_bytes(self) -> float:
        """Return −Σ log2(w / Σw) of the symbols handed in, in bytes."""
        bits = 0.0
        for symbols, weights in zip(self.symbols, self.weights, strict=True):
            wide = weights.astype(np.float64)
            chosen = wide[np.arange(len(symbols)), symbols]
            bits -= np.log2(chosen / wide.sum(axis=1)).sum()
        return bits / 8


def pass_all(coder: Coder, layout: BlockLayout, codewords: Samples, indices: Indices) -> None:
    finish(code_codewords(coder, layout, codewords))
    finish(code_one_column(coder, layout, codewords, indices))


def written(layout: BlockLayout, codewords: Samples, indices: Indices) -> bytes:
    writer = Writer()
    pass_all(writer, layout, codewords, indices)
    return writer.bytes()


def index_bytes(layout: BlockLayout, codewords: Samples, indices: Indices) -> bytes:
    writer = Writer()
    finish(code_one_column(writer, layout, codewords, indices))
    return writer.bytes()


def recorded_indices(layout: BlockLayout, codewords: Samples, indices: Indices) -> Recorder:
    recorder = Recorder()
    finish(code_one_column(recorder, layout, codewords, indices))
    return recorder


def recorded_codewords(layout: BlockLayout, codewords: Samples) -> Recorder:
    recorder = Recorder()
    finish(code_codewords(recorder, layout, codewords))
    return recorder


@cache
def photograph_encoded() -> Encoded:
    """Return the packaged photographer in 4×4 blocks with 64 trained codewords."""
    (step,) = steps_of(sweep(photograph("camera"), Settings(4, "gray"), [64]))
    return step.encoded


def photograph_parts() -> tuple[BlockLayout, Samples, Indices]:
    encoded = photograph_encoded()
    return encoded.layout, encoded.shared.codebook.codewords, encoded.indices[:, 0]


# --------------------------------------------------------------------------------------- round trip

CODEWORDS = {
    "random": lambda rng, shape: rng.integers(0, 256, shape),
    "extreme": lambda rng, shape: rng.choice([0, 255], shape),
    "flat": lambda rng, shape: np.broadcast_to(rng.integers(0, 256, (shape[0], 1)), shape),
    "all alike": lambda rng, shape: np.full(shape, rng.integers(0, 256)),
    "duplicates": lambda rng, shape: rng.integers(0, 256, (3, shape[1]))[
        rng.integers(0, 3, shape[0])
    ],
}
INDICES = {
    "random": lambda rng, blocks, size: rng.integers(0, size, blocks),
    "first": lambda rng, blocks, size: np.zeros(blocks),
    "last": lambda rng, blocks, size: np.full(blocks, size - 1),
    "skewed": lambda rng, blocks, size: np.minimum(rng.geometric(0.5, blocks), size) - 1,
}


def made(
    layout: BlockLayout, size: int, kinds: tuple[str, str] = ("random", "random"), seed: int = 0
) -> tuple[Samples, Indices]:
    """Make codewords and indices of the kinds named."""
    rng = np.random.default_rng(seed)
    codewords = CODEWORDS[kinds[0]](rng, (size, layout.dimension)).astype(np.uint8)
    return codewords, INDICES[kinds[1]](rng, layout.blocks, size).astype(np.int32)


# Half of the blocks drawn are small: a 32×32 rgb codeword is 3072 steps of the coder.
block_sizes = st.one_of(st.integers(1, 6), st.integers(1, 32))
layouts = st.builds(
    BlockLayout, st.integers(1, 40), st.integers(1, 40), block_sizes, st.sampled_from(COLOURS)
)
kinds = st.tuples(st.sampled_from(list(CODEWORDS)), st.sampled_from(list(INDICES)))


def assert_round_trip(layout: BlockLayout, codewords: Samples, indices: Indices) -> None:
    reader = Reader(written(layout, codewords, indices))
    # A reader knows how many there are and nothing else: what is handed in must not matter.
    found = finish(code_codewords(reader, layout, np.full_like(codewords, 77)))
    np.testing.assert_array_equal(found, codewords)
    passed = finish(code_one_column(reader, layout, found, np.full_like(indices, 10**6)))
    np.testing.assert_array_equal(passed, indices)
    assert (found.dtype, passed.dtype) == (np.uint8, np.int32)
    assert reader.is_genuine()


@settings(max_examples=50)
@given(layouts, st.integers(1, 40), kinds, st.integers(0, 99))
@example(BlockLayout(1, 1, 1, "gray"), 1, ("random", "first"), 0)
@example(BlockLayout(1, 1, 1, "ycbcr"), 2, ("random", "last"), 0)
@example(BlockLayout(40, 33, 32, "rgb"), 40, ("extreme", "random"), 0)
@example(BlockLayout(40, 40, 31, "ycbcr"), 40, ("random", "random"), 0)
def test_round_trip(layout: BlockLayout, size: int, kinds: tuple[str, str], seed: int) -> None:
    assert_round_trip(layout, *made(layout, size, kinds, seed))


@settings(max_examples=40)
@given(layouts, st.integers(1, 9), kinds, st.integers(0, 99))
def test_round_trip_with_more_codewords_than_blocks(
    layout: BlockLayout, more: int, kinds: tuple[str, str], seed: int
) -> None:
    assert_round_trip(layout, *made(layout, layout.blocks + more, kinds, seed))


def test_round_trip_of_a_photograph() -> None:
    assert_round_trip(*photograph_parts())


@pytest.mark.parametrize("colour", COLOURS)
def test_writing_leaves_its_input_alone(colour: str) -> None:
    layout = BlockLayout(30, 20, 5, colour)
    codewords, indices = made(layout, 7)
    before = codewords.copy(), indices.copy()
    writer = Writer()
    np.testing.assert_array_equal(finish(code_codewords(writer, layout, codewords)), before[0])
    passed = finish(code_one_column(writer, layout, codewords, indices))
    np.testing.assert_array_equal(passed, before[1])
    assert passed is not indices
    np.testing.assert_array_equal(codewords, before[0])
    np.testing.assert_array_equal(indices, before[1])


def changed_words(data: bytes) -> dict[str, bytes]:
    """Return bytes that may decode to the same symbols, and that no Writer gives."""
    return {
        "a zero word more": data + bytes(4),
        "a word more": data + b"\1\2\3\4",
        "last word one bit off": data[:-4] + bytes([data[-4] ^ 1]) + data[-3:],
    }


@pytest.mark.parametrize("change", changed_words(bytes(4)))
def test_other_bytes_are_not_genuine(change: str) -> None:
    layout = gray_layout(30, 20, 5)
    codewords, indices = made(layout, 7)
    data = changed_words(written(layout, codewords, indices))[change]
    reader = Reader(data)
    found = finish(code_codewords(reader, layout, codewords))
    finish(code_one_column(reader, layout, found, indices))
    assert not reader.is_genuine()


@pytest.mark.parametrize("smallest", [1e-4, 1e-8, 1e-12])
@pytest.mark.parametrize("alphabet", [2, 3, 64, 256, 4096])
def test_every_symbol_can_be_coded(alphabet: int, smallest: float) -> None:
    # Next to nothing must be left for a symbol, above all the last, where sums are rounded most.
    rng = np.random.default_rng(alphabet)
    weights = rng.random((500, alphabet)).astype(np.float32)
    symbols = rng.choice([0, alphabet // 2, alphabet - 1], 500)
    weights[np.arange(500), symbols] = smallest
    writer = Writer()
    assert writer.code(symbols, weights).tolist() == symbols.tolist()
    reader = Reader(writer.bytes())
    assert reader.code(np.zeros(500), weights).tolist() == symbols.tolist()
    assert reader.is_genuine()


# ------------------------------------------------------------------------------------------ by hand


def test_reading_stops_soon_after_the_bytes_end() -> None:
    weights, reader, read = np.ones((1, 256), np.float32), Reader(bytes(8)), list[Indices]()

    def read_much() -> None:
        while len(read) < 1000:
            read.append(reader.code(np.zeros(1, np.int32), weights))

    with pytest.raises(Impossible):
        read_much()
    assert 8 <= len(read) <= 40


def test_nothing_written_is_no_bytes() -> None:
    assert Writer().bytes() == b""


@pytest.mark.parametrize("colour", COLOURS)
def test_one_codeword_costs_no_index_bytes(colour: str) -> None:
    layout = BlockLayout(40, 40, 2, colour)
    codewords, indices = made(layout, 1)
    writer = Writer()
    finish(code_codewords(writer, layout, codewords))
    assert written(layout, codewords, indices) == writer.bytes()
    assert index_bytes(layout, codewords, indices) == b""


@pytest.mark.parametrize("size", [2, 32, 256])
def test_one_index_throughout_costs_almost_nothing(size: int) -> None:
    layout = gray_layout(64, 64, 1)
    codewords = np.linspace(0, 255, size).astype(np.uint8)[:, None]
    data = index_bytes(layout, codewords, np.zeros(layout.blocks, np.int32))
    assert len(data) <= 16 < metrics.nominal_bytes(layout.blocks, 2) / 30


def test_alike_codewords_cost_little() -> None:
    layout = gray_layout(8, 8, 8)
    flat = np.full((64, 64), 200, np.uint8)
    assert len(written(layout, flat, np.zeros(1, np.int32))) < flat.size / 10


def test_indices_pause_once_a_diagonal() -> None:
    layout = gray_layout(12, 20, 4)
    work = code_one_column(Recorder(), layout, *made(layout, 3))
    assert sum(1 for _ in work) == layout.columns + layout.rows - 1 == 7


# ------------------------------------------------------------------------------------------ indices


def slow_weights(layout: BlockLayout, codewords: Samples, indices: Indices) -> Floats:
    """Work the weights of all blocks out one by one, in the order of the diagonals."""
    used, rows = np.full(len(codewords), 0.3), []
    grid = indices.reshape(layout.rows, layout.columns)
    for places in slow_diagonals(layout):
        for y, x in places:
            left = grid[y, x - 1] if x else None
            above = grid[y - 1, x] if y else None
            steps = [mean_step(layout, codewords, k, left, above) for k in range(len(codewords))]
            rows.append(used**0.75 * (40 / (40 + np.array(steps))) ** 2)
        for y, x in places:
            used[grid[y, x]] += 1
    return np.array(rows)


def slow_diagonals(layout: BlockLayout) -> list[list[tuple[int, int]]]:
    """Return the (row, column) of the blocks of each anti-diagonal, from the top right down."""
    places = list(np.ndindex(layout.rows, layout.columns))
    return [
        [(y, x) for y, x in places if y + x == number]
        for number in range(layout.rows + layout.columns - 1)
    ]


def mean_step(
    layout: BlockLayout, codewords: Samples, here: int, left: int | None, above: int | None
) -> float:
    """Return the mean squared step from the neighbours into a codeword; 0 without neighbours."""
    steps = [np.zeros(0)]
    for plane in layout.planes(codewords.astype(np.float64)):
        if left is not None:
            steps.append(plane[left][:, -1] - plane[here][:, 0])
        if above is not None:
            steps.append(plane[above][-1, :] - plane[here][0, :])
    every = np.concatenate(steps)
    return float(np.square(every).mean()) if len(every) else 0.0


@pytest.mark.parametrize("colour", COLOURS)
@pytest.mark.parametrize(
    ("width", "height", "block_size", "size"),
    [(7, 5, 1, 6), (20, 28, 4, 9), (26, 11, 5, 7), (33, 3, 3, 5), (3, 33, 3, 5), (2, 2, 4, 3)],
    ids=["b = 1", "wide", "odd b", "one row", "one column", "one block"],
)
def test_index_weights_are_those_of_a_slow_loop(
    colour: str, width: int, height: int, block_size: int, size: int
) -> None:
    layout = BlockLayout(width, height, block_size, colour)
    codewords, indices = made(layout, size, ("random", "skewed"))
    recorder = recorded_indices(layout, codewords, indices)
    expected = slow_weights(layout, codewords, indices)
    np.testing.assert_allclose(np.concatenate(recorder.weights), expected, rtol=1e-5)
    order = [y * layout.columns + x for places in slow_diagonals(layout) for y, x in places]
    assert np.concatenate(recorder.symbols).tolist() == indices[order].tolist()


def test_weights_by_hand() -> None:
    layout = gray_layout(2, 2, 1)
    recorder = recorded_indices(layout, np.uint8([[100], [110]]), np.int32([0, 1, 0, 1]))
    near, far, few = 1.0, (40 / 140) ** 2, 0.3**0.75
    expected = [
        [[few, few]],
        [[1.3**0.75 * near, few * far]] * 2,
        # On the left 100, above 110: either way one step of 10, mean square 50.
        [[2.3**0.75 * (40 / 90) ** 2, 1.3**0.75 * (40 / 90) ** 2]],
    ]
    for weights, rows in zip(recorder.weights, expected, strict=True):
        np.testing.assert_allclose(weights, rows, rtol=1e-6)


@pytest.mark.parametrize("colour", COLOURS)
def test_squared_steps_are_exact_in_the_largest_blocks(colour: str) -> None:
    # Exact sums are the same in any order, so in any number of threads and on any machine.
    layout = BlockLayout(64, 64, 32, colour)
    codewords, indices = made(layout, 50, ("extreme", "random"))
    recorder = recorded_indices(layout, codewords, indices)
    edges = [
        np.concatenate([plane[side] for plane in layout.planes(codewords.astype(int))], axis=1)
        for side in (np.s_[:, :, 0], np.s_[:, :, -1], np.s_[:, 0], np.s_[:, -1])
    ]
    left, right, top, bottom = edges
    steps = np.square(right[indices[2]] - left).sum(axis=1)
    steps += np.square(bottom[indices[1]] - top).sum(axis=1)
    scale = np.float32(40 * 2 * left.shape[1])
    root = np.sqrt(np.float32(0.3) + np.bincount(indices[:3], minlength=50).astype(np.float32))
    expected = np.square(scale / (scale + steps.astype(np.float32))) * (root * np.sqrt(root))
    np.testing.assert_array_equal(recorder.weights[-1], [expected])


# ---------------------------------------------------------------------------------------- codewords


def test_first_samples_are_steps_modulo_256() -> None:
    recorder = recorded_codewords(gray_layout(1, 1, 1), np.uint8([[100], [130], [120], [255]]))
    assert [found.tolist() for found in recorder.symbols] == [[228, 30, 246, 135]]
    around = np.minimum(np.arange(256), 256 - np.arange(256))
    np.testing.assert_allclose(recorder.weights[0], [(40 / (40 + around)) ** 4] * 4, rtol=1e-5)


def test_median_edge_detector_by_hand() -> None:
    codeword = np.uint8([10, 20, 90, 150, 100, 40, 5, 200, 60])
    recorder = recorded_codewords(gray_layout(3, 3, 3), codeword[None])
    assert np.concatenate(recorder.symbols).tolist() == [(10 - 128) % 256, *codeword[1:]]
    likeliest = [weights[0].argmax() for weights in recorder.weights]
    first_row, first_column = [10, 20], [10, 150]
    # Left 150, above 20, corner 10: an edge, the larger; then the same with 100, 90, 20.
    # Left 5, above 100, corner 150: an edge, the smaller; left 200, above 40, corner 100: a plane.
    assert likeliest[1:3] == first_row
    assert likeliest[3::3] == first_column
    assert [likeliest[place] for place in (4, 5, 7, 8)] == [150, 100, 5, 140]


def slow_predictions(plane: NDArray[np.int64], base: NDArray[np.int64]) -> NDArray[np.int64]:
    """Predict every sample of one square but the first, from its difference to the base."""
    rest, predicted = plane - base, np.zeros_like(plane)
    for y, x in np.ndindex(plane.shape):
        left, above = rest[y, x - 1], rest[y - 1, x]
        if y and x:
            middle = sorted([left, above, left + above - rest[y - 1, x - 1]])[1]
        else:
            middle = above if y else left
        predicted[y, x] = min(max(middle + base[y, x], 0), 255)
    return predicted


def bases(colour: str, planes: list[NDArray]) -> list[NDArray]:
    """Return what each plane is told as the difference to: green and blue to red."""
    nothing = [np.zeros_like(plane) for plane in planes]
    return nothing if colour != "rgb" else [nothing[0], planes[0], planes[0]]


@pytest.mark.parametrize("colour", COLOURS)
@pytest.mark.parametrize("block_size", [2, 3, 4, 7])
@pytest.mark.parametrize("kind", ["random", "extreme", "flat"])
def test_predictions_are_those_of_a_slow_loop(colour: str, block_size: int, kind: str) -> None:
    layout = BlockLayout(block_size, block_size, block_size, colour)
    codewords, _ = made(layout, 5, (kind, "first"))
    recorder = recorded_codewords(layout, codewords)
    planes = layout.planes(codewords.astype(np.int64))
    calls = zip(recorder.symbols, recorder.weights, strict=True)
    for plane, base in zip(planes, bases(colour, planes), strict=True):
        expected = np.stack([slow_predictions(*pair) for pair in zip(plane, base, strict=True)])
        firsts, _ = next(calls)
        firsts_expected = np.diff(plane[:, 0, 0] - base[:, 0, 0], prepend=128) % 256
        assert firsts.tolist() == firsts_expected.tolist()
        for y, x in list(np.ndindex(plane.shape[1:]))[1:]:
            symbols, weights = next(calls)
            assert symbols.tolist() == plane[:, y, x].tolist()
            assert_falls_from(weights, expected[:, y, x])
    assert next(calls, None) is None


def assert_falls_from(weights: Floats, predictions: NDArray[np.int64]) -> None:
    """Check (s / (s + r))⁴ at distance r from the prediction, with some spread s ≥ 1."""
    assert weights.argmax(axis=1).tolist() == predictions.tolist()
    distances = np.abs(np.arange(256) - predictions[:, None])
    rows, farthest = np.arange(len(weights)), distances.argmax(axis=1)
    far = weights[rows, farthest].astype(np.float64)
    spreads = distances[rows, farthest] / (far**-0.25 - 1)
    assert (spreads > 0.999).all()
    expected = (spreads[:, None] / (spreads[:, None] + distances)) ** 4
    np.testing.assert_allclose(weights, expected, rtol=1e-4)


def test_spread_follows_the_misses_and_the_differences_nearby() -> None:
    smooth, rough = np.uint8([[100, 101, 100, 101]]), np.uint8([[100, 180, 20, 100]])
    calm, wild = (
        recorded_codewords(gray_layout(2, 2, 2), codeword).weights[-1][0]
        for codeword in (smooth, rough)
    )
    # The share of the likeliest value tells how narrow the model is.
    assert calm.max() / calm.sum() > 2 * wild.max() / wild.sum()


# -------------------------------------------------------------------------------------------- bytes


def test_bytes_are_close_to_the_ideal() -> None:
    recorder = Recorder()
    pass_all(recorder, *photograph_parts())
    ideal = recorder.ideal_bytes
    assert len(written(*photograph_parts())) == pytest.approx(ideal, abs=0.005 * ideal + 8)


def test_side_match_beats_the_first_order_entropy() -> None:
    first_order = metrics.entropy_bytes(*photograph_encoded().use)
    assert len(index_bytes(*photograph_parts())) < 0.6 * first_order


def test_codewords_of_a_photograph_take_less_than_their_samples() -> None:
    layout, codewords, _ = photograph_parts()
    writer = Writer()
    finish(code_codewords(writer, layout, codewords))
    assert len(writer.bytes()) < 0.75 * codewords.size


@pytest.mark.parametrize("blocks_at_once", [1, 5, 127])
def test_parts_of_a_diagonal_give_the_same_bytes(
    monkeypatch: pytest.MonkeyPatch, blocks_at_once: int
) -> None:
    whole = written(*photograph_parts())
    monkeypatch.setattr(contexts, "WEIGHTS_AT_ONCE", 64 * blocks_at_once + 63)
    recorder = recorded_indices(*photograph_parts())
    handed = [weights.size for weights in recorder.weights]
    assert max(handed) == 64 * blocks_at_once <= contexts.WEIGHTS_AT_ONCE
    assert written(*photograph_parts()) == whole


def test_the_number_of_threads_does_not_matter() -> None:
    controller = ThreadpoolController()
    files = []
    for threads in (1, 2):
        with controller.limit(limits=threads, user_api="blas"):
            files.append(written(*photograph_parts()))
    assert files[0] == files[1]
