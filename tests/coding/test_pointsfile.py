"""Tests of the file of encoded points: what is packed comes back, what is damaged does not."""

import io
import zipfile
from contextlib import suppress

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from vqcore.coding.pointsfile import (
    EncodedPoints,
    is_points_file,
    pack_points,
    parse_points_file,
)
from vqcore.lab.pointsweeps import PointSettings, PointStep, sweep_points
from vqcore.quantizers.ofpoints import POINT_FAMILIES, PointQuantizer
from vqcore.refusals import PointsError
from vqcore.signals.sources import made


def step(family: str, dimension: int = 3, size: int = 8) -> PointStep:
    points = made("mixture", 600, dimension, seed=1)
    events = sweep_points(points, PointSettings(family), [size])
    return next(it for it in events if isinstance(it, PointStep))


@pytest.fixture(scope="module", params=POINT_FAMILIES)
def packed(request: pytest.FixtureRequest) -> PointStep:
    return step(request.param)


def test_what_is_packed_comes_back(packed: PointStep) -> None:
    back, encoded = parse_points_file(packed.file), packed.encoded
    np.testing.assert_array_equal(back.indices, encoded.indices)
    np.testing.assert_array_equal(back.decode(), encoded.decode())
    assert back.quantizer.family == encoded.quantizer.family
    assert pack_points(back) == packed.file
    assert is_points_file(packed.file)


def test_indices_take_their_entropy(packed: PointStep) -> None:
    with np.load(io.BytesIO(packed.file)) as members:
        coded = members["words"].nbytes
    entropy = packed.figures.entropy_bytes
    assert entropy - 1 <= coded <= 1.02 * entropy + 12


def test_every_truncation_and_flipped_bit_is_refused_or_changes_nothing(packed: PointStep) -> None:
    for length in range(0, len(packed.file), 61):
        with pytest.raises(PointsError):
            parse_points_file(packed.file[:length])
    for place in range(0, len(packed.file), 61):
        spoilt = bytearray(packed.file)
        spoilt[place] ^= 1 << place % 8
        with suppress(PointsError):  # dates and such in a zip file say nothing
            back = parse_points_file(bytes(spoilt))
            np.testing.assert_array_equal(back.decode(), packed.encoded.decode())


@settings(max_examples=30)
@given(st.integers(0, 2**32 - 1), st.integers(1, 3), st.integers(1, 40))
def test_any_indices_come_back(seed: int, columns: int, count: int) -> None:
    rng = np.random.default_rng(seed)
    sizes = rng.integers(1, 9, columns)
    tables = tuple(rng.standard_normal((size, 2)).astype(np.float32) for size in sizes)
    names = tuple(f"stage {number}" for number in range(1, columns + 1))
    quantizer = PointQuantizer("residual", names, tables)
    indices = np.stack([rng.integers(0, size, count) for size in sizes], axis=1).astype(np.int32)
    back = parse_points_file(pack_points(EncodedPoints(quantizer, indices)))
    np.testing.assert_array_equal(back.indices, indices)


def with_member(data: bytes, name: str, array: object, **how: object) -> bytes:
    file = io.BytesIO()
    with np.load(io.BytesIO(data)) as members:
        kept = {key: members[key] for key in members.files}
    np.savez(file, **{**kept, name: array}, **how)
    return file.getvalue()


@pytest.mark.parametrize(
    ("name", "array"),
    [
        ("version", 2),
        ("family", "quadtree"),
        ("table_1", np.zeros((8, 3))),
        ("table_1", np.full((8, 3), np.nan, np.float32)),
        ("counts_1", np.zeros(8, np.uint32)),
        ("counts_1", np.ones(7, np.uint32)),
        ("words", np.zeros(3, np.uint64)),
        ("more", 1),
    ],
)
def test_what_no_file_has_is_refused(name: str, array: object) -> None:
    with pytest.raises(PointsError):
        parse_points_file(with_member(step("plain").file, name, array))


def test_pickles_and_other_zip_files_are_refused() -> None:
    file = io.BytesIO()
    np.savez(file, version=np.array([{}]), words=1)
    with pytest.raises(PointsError):
        parse_points_file(file.getvalue())
    other = io.BytesIO()
    zipfile.ZipFile(other, "w").close()
    assert not is_points_file(other.getvalue())
    assert not is_points_file(b"no zip")


def saved(quantizer_of: str, **others: object) -> bytes:
    """Save the file of a family again with other members."""
    data = step(quantizer_of).file
    for name, array in others.items():
        data = with_member(data, name, array)
    return data


FLAT = np.zeros((8, 3), np.float32)


@pytest.mark.parametrize(
    ("family", "others"),
    [
        ("residual", {"table_2": np.zeros((8, 4), np.float32)}),
        ("residual", {"family": "plain"}),
        ("split", {"table_1": FLAT[:, :0]}),
        ("split", {"family": "product", "table_1": FLAT}),
        ("split", {"family": "gain-shape"}),
        ("product", {"table_1": FLAT}),
        ("product", {"family": "tree"}),
        ("gain-shape", {"table_1": FLAT}),
        ("gain-shape", {"names": np.array(["gain", "gain"])}),
        ("mean-removed", {"table_1": np.zeros((16, 2), np.float32)}),
        ("plain", {"family": "gain-shape"}),
        ("plain", {"names": np.array([7])}),
        ("plain", {"ways": np.zeros(15, np.int8)}),
        ("tree", {"ways": np.zeros(15, np.int8)}),
        ("tree", {"ways": np.zeros(0, np.int8), "nodes": np.zeros((0, 0), np.float32)}),
        ("tree", {"nodes": np.full((15, 3), np.nan, np.float32)}),
    ],
)
def test_tables_that_no_family_has_are_refused(family: str, others: dict[str, object]) -> None:
    with pytest.raises(PointsError):
        parse_points_file(saved(family, **others))


def test_a_small_file_cannot_ask_for_much_memory() -> None:
    counts = np.uint32([4_000_000_000, 0, 0, 0, 0, 0, 0, 0])
    with pytest.raises(PointsError):
        parse_points_file(saved("plain", counts_1=counts, words=np.zeros(0, np.uint32)))
    packed_away, data = io.BytesIO(), step("plain").file
    with np.load(io.BytesIO(data)) as members:
        np.savez_compressed(packed_away, **{name: members[name] for name in members.files})
    with pytest.raises(PointsError):
        parse_points_file(packed_away.getvalue())


def test_words_beyond_those_of_the_indices_are_refused() -> None:
    with np.load(io.BytesIO(step("plain").file)) as members:
        words = members["words"]
    with pytest.raises(PointsError):
        parse_points_file(saved("plain", words=np.append(words, words[:1])))
