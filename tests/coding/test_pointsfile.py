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


@settings(max_examples=30, deadline=None)
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
