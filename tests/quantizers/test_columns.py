"""Tests with a family of two columns: all that is told of one goes through for two."""

import json
import math
from typing import Any

import numpy as np
import pytest
import toy_family
from helpers import gray_layout, photograph, steps_of, vectors_of
from hypothesis import given
from hypothesis import strategies as st
from toy_family import toy_quantizer

from vqcore import metrics
from vqcore.coding.codec import Encoded, Settings
from vqcore.coding.container import FileError, pack
from vqcore.lab import health, sweeps
from vqcore.lab.health import Health, Pair, health_work
from vqcore.lab.plane import principal_plane
from vqcore.lab.sweeps import Step, cost_of, point_work, sweep
from vqcore.quantizers.family import FAMILIES
from vqcore.quantizers.quantizer import Column, Quantizer, TrainedQuantizer
from vqcore.show.verdicts import health_row, verdicts
from vqcore.viewer.payload import codebook_layer, health_layer, projection_layer
from vqcore.work import Work, finish

TWO = toy_quantizer([10, 100], [[0], [5], [-3]])
INDICES = np.int32([[0, 1], [1, 0], [0, 1], [1, 2], [0, 0], [0, 1]])
SHOWN = [15, 100, 15, 97, 10, 15]


def opened(message: bytes) -> tuple[dict[str, Any], bytes]:
    header = int.from_bytes(message[:4], "little")
    return json.loads(message[8 : 8 + header]), message[8 + header :]


def toy() -> Encoded:
    return Encoded(gray_layout(6, 1, 1), TWO, INDICES)


@pytest.fixture
def without_files(monkeypatch: pytest.MonkeyPatch) -> None:
    """Let all have a file of 100 bytes and a coded codebook of 7: none holds two columns yet."""

    def file_work(encoded: Encoded) -> Work[bytes]:
        yield
        return bytes(100)

    def codebook_work(encoded: Encoded) -> Work[int]:
        yield
        return encoded.quantizer.codebook_bytes

    monkeypatch.setattr(sweeps, "pack_work", file_work)
    monkeypatch.setattr(health, "coded_codebook_work", codebook_work)


def test_decode_and_lookup_by_hand() -> None:
    encoded, table = toy(), toy().lookup()
    assert encoded.decode().tolist() == [SHOWN]
    assert table.tuples.tolist() == [[0, 0], [0, 1], [1, 0], [1, 2]]
    assert table.vectors[:, 0].tolist() == [10, 15, 100, 97]
    assert table.places.tolist() == [1, 2, 1, 3, 0, 1]
    assert (table.places.dtype, table.use.tolist()) == (np.int32, [1, 3, 1, 1])
    assert encoded.tiles.ravel().tolist() == [10, 15, 100, 97]


def test_use_is_of_each_column() -> None:
    assert [use.tolist() for use in toy().use] == [[4, 2], [2, 3, 1]]
    assert toy().used_codewords == 3
    first = np.int32([[0, 1]] * 6)
    assert Encoded(gray_layout(6, 1, 1), TWO, first).used_codewords == 1


def test_bits_are_those_of_all_columns_together() -> None:
    cost = cost_of(toy(), 30)
    means = -(4 / 6) * math.log2(4 / 6) - (2 / 6) * math.log2(2 / 6)
    shapes = -sum(share * math.log2(share) for share in (2 / 6, 3 / 6, 1 / 6))
    assert (cost.codebook_size, cost.used_codewords, cost.codebook_bytes) == (3, 3, 5)
    assert cost.nominal_bytes == pytest.approx(6 * (1 + math.log2(3)) / 8)
    assert cost.entropy_bytes == pytest.approx(6 * (means + shapes) / 8)


@given(st.lists(st.tuples(st.integers(0, 2), st.integers(0, 3), st.integers(0, 1)), min_size=1))
def test_the_lookup_has_the_distinct_tuples(rows: list[tuple[int, int, int]]) -> None:
    three = Quantizer(
        "toy",
        tuple(Column(str(size), size) for size in (3, 4, 2)),
        tuple(np.arange(size, dtype=np.int16)[:, None] for size in (3, 4, 2)),
    )
    table = Encoded(gray_layout(len(rows), 1, 1), three, np.int32(rows)).lookup()
    assert table.tuples.tolist() == sorted(map(list, set(rows)))
    assert table.tuples[table.places].tolist() == list(map(list, rows))
    assert table.vectors[:, 0].tolist() == table.tuples.sum(axis=1).tolist()


def test_no_file_holds_it_yet() -> None:
    with pytest.raises(FileError) as caught:
        pack(toy())
    assert str(caught.value) == "No .vq file holds a toy quantizer."


@pytest.mark.usefixtures("without_files")
def test_health_by_hand() -> None:
    vectors = np.uint8([[14], [100], [15], [95], [10], [18]])
    known = {"codebook_size": 3, "train_seconds": 0, "encode_seconds": 0}
    point = finish(point_work(vectors.T, toy(), 100, **known))
    step = Step(point, toy(), bytes(100), TrainedQuantizer(TWO, 0, 6))
    found = finish(health_work(step, vectors))
    assert (found.codewords, found.combinations, found.cells) == (5, 6, 4)
    assert (found.dead_codewords, found.least_blocks, found.median_blocks) == (0, 1, 2)
    assert found.entropy_bits == metrics.index_entropy_bits(*toy().use)
    assert health_row(found)["most_bits"] == pytest.approx(math.log2(6))
    assert (found.nearest_pair, found.farthest_pair) == (Pair(2, 3, 3), Pair(0, 2, 90))
    assert found.cell_distortion == pytest.approx([0, 10 / 14, 0, 4 / 14])
    assert found.codebook_share == 0.05
    assert "Every codeword is in use." in verdicts(found)


@pytest.mark.usefixtures("without_files")
def test_one_line_adds_a_family(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(FAMILIES, "toy", toy_family)
    picture = photograph("camera", 4)
    vectors, steps = (
        vectors_of(picture, 4),
        steps_of(sweep(picture, Settings(4, family="toy"), [8, 64])),
    )
    assert [step.point.codebook_size for step in steps] == [8, 64]
    assert steps[0].point.nominal_bytes == len(vectors) * (2 + 3) / 8
    assert 15 < steps[0].point.psnr_db < steps[1].point.psnr_db
    for step in steps:
        decoded = step.encoded.layout.split(step.encoded.decode())
        np.testing.assert_array_equal(decoded, step.trained.quantizer.decode(step.encoded.indices))
        assert step.point.entropy_bytes <= step.point.nominal_bytes
        found = finish(health_work(step, vectors))
        assert found.cells == len(np.unique(step.encoded.indices, axis=0))
        assert found.cell_distortion.sum() == pytest.approx(1)


def test_the_page_gets_the_tuples_in_use_as_tiles() -> None:
    header, body = opened(codebook_layer("one", 3, toy()))
    assert header == {
        "kind": "codebook", "of": "one", "width": 6, "height": 1, "channels": 1, "size": 3,
        "blockWidth": 1,
        "blockHeight": 1, "columns": 6, "rows": 1,
        "tuple": [["mean", 2, "codewords", []], ["shape", 3, "codewords", []]],
        "largest": 1, "distinct": 4, "sums": [2], "refines": [1, 2],
    }  # fmt: skip
    places, columns = np.frombuffer(body, "<u2", 14)[:6], np.frombuffer(body, "<u2", 8, 12)
    assert columns.reshape(2, 4).T[places].tolist() == INDICES.tolist()
    assert np.frombuffer(body, np.uint8, 4, 28)[places].tolist() == SHOWN
    assert list(body[32:]) == [10, 100, *(10, 100), *(0, 5, 0)]


def test_many_tiles_have_indices_of_four_bytes() -> None:
    count = 2**16 + 1
    row, column = np.divmod(np.arange(count, dtype=np.int32), 300)
    tables = np.zeros((300, 1), np.int16), np.zeros((300, 1), np.int16)
    many = Quantizer("toy", (Column("one", 300), Column("other", 300)), tables)
    indices = np.stack([row, column], axis=1)
    _, body = opened(codebook_layer("one", 300, Encoded(gray_layout(count, 1, 1), many, indices)))
    assert np.frombuffer(body, "<u4", count).tolist() == list(range(count))
    sums = 1 + row[-1]
    assert len(body) == count * (4 + 2 * 2 + 1) + sums + 2 * 300


def test_the_projection_has_the_tuples_in_use() -> None:
    flat = toy_quantizer([10, 100], [[0] * 4, [5] * 4, [-3, 0, 0, 3]])
    encoded = Encoded(gray_layout(12, 2, 2), flat, INDICES)
    axes = principal_plane(flat.decode(INDICES))
    header, body = opened(projection_layer("one", axes, {3: encoded}))
    assert header["sizes"] == [[3, 4]]
    assert np.frombuffer(body, "<u4", 4, len(body) - 16).tolist() == [1, 3, 1, 1]


def test_the_page_gets_health_by_tile() -> None:
    cells = Health(3, toy().use, toy().lookup().use, 0.5, None, None, np.full(4, 0.25))
    header, body = opened(health_layer("one", [(cells, ["fine"])]))
    assert header["sizes"] == [{"size": 3, "codewords": 4, "verdicts": ["fine"]}]
    assert np.frombuffer(body, "<u4", 4, 16).tolist() == [1, 3, 1, 1]
