"""Tests of .vq version 3: quantizers of every family, and smoothing.

The files in tests/golden/families pin the format. After a change of it on purpose, write them anew
with

    VQ_REWRITE_GOLDEN=1 python -m pytest tests/coding/test_families.py
"""

import os
import struct
import zlib
from dataclasses import replace
from itertools import product
from pathlib import Path

import numpy as np
import pytest
from helpers import pictures, steps_of
from hypothesis import given
from hypothesis import settings as hypothesis_settings
from hypothesis import strategies as st
from PIL import Image

from vqcore.codebooks.codebook import Codebook
from vqcore.coding.codec import Encoded, Settings
from vqcore.coding.container import FileError, pack, parse, parse_header
from vqcore.coding.families import encode_work
from vqcore.coding.wavelet.encoded import (
    EncodedWavelet,
    codewords_of,
    encoded_of,
    grid_of,
    kinds_of,
)
from vqcore.coding.wavelet.walking import Found
from vqcore.lab.sweeps import sweep
from vqcore.quantizers import plain, quadtree, wavelet
from vqcore.quantizers.additive import blank, in_order, only_within, stored
from vqcore.quantizers.family import FAMILIES
from vqcore.quantizers.quantizer import Quantizer
from vqcore.signals.blocks import COLOURS, BlockLayout
from vqcore.signals.pictures import Picture, png_bytes
from vqcore.signals.waveletgrid import PLACES
from vqcore.work import finish

GOLDEN = Path(__file__).parents[1] / "golden" / "families"
LAYOUTS = {
    "gray": BlockLayout(13, 10, 4, "gray"),
    "rgb": BlockLayout(10, 7, 3, "rgb"),
    "ycbcr": BlockLayout(11, 8, 3, "ycbcr"),
}
START = 15
BY_BLOCKS = [family for family in FAMILIES if not FAMILIES[family].WHOLE]
WAVELETS = {f"{wavelet.ID}-{way}": way for way in wavelet.WAYS}
KINDS = [*BY_BLOCKS, *WAVELETS]
"""All families; that of wavelets in each way, as their files differ by it."""


def made_up(family: str, layout: BlockLayout) -> Quantizer:
    """Make a quantizer from a formula: nothing trained, nothing drawn."""
    components = len(layout.components)
    fields = {
        "plain": ([5], [1]),
        "residual": ([5, 3, 4], [1, 2, 1]),
        "tree": ([5], [1]),
        "gain-shape": ([*[32] * components, 4, 5], [*[8] * components, 3, 7]),
        "planes": ([5, 3, 4][:components], [1] * components),
        "mean-removed": ([*[32] * components, 5], [*[8] * components, 2]),
    }
    sizes, steps = fields[family]
    columns = FAMILIES[family].columns_of(layout, sizes, steps)
    tables = list(blank(family, layout, columns).tables)
    for place, column in enumerate(columns):
        entry, sample = np.indices(tables[place].shape)
        values = (150 * entry + (5 * entry + 3) * sample + sample**2 // 7) % 256
        if column.kind in ("codewords", "leaves"):
            tables[place] = values.astype(np.int16)
        elif column.kind == "differences":
            tables[place] = stored(values / 2.0 - 64, column)
        elif column.kind == "gains":
            tables[place] = (7 * column.step * entry).astype(np.int16)
        elif column.kind == "shapes":
            tables[place] = (values // 2 - 64).astype(np.int16)
        tables[place] = only_within(tables[place], column)
    if family == "tree":
        columns = (replace(columns[0], ways=(3, 0, 16, 8, 0, 0, 1, 0, 0)),)
    return in_order(Quantizer(family, columns, tuple(tables)))


def made_up_tree(layout: BlockLayout) -> Encoded:
    """Encode a picture from a formula by shapes from a formula, in a layout that suits."""
    colour = "gray" if layout.colour == "gray" else "ycbcr"
    layout = BlockLayout(layout.width, layout.height, 2, colour)
    place = np.arange(layout.raw_bytes).reshape(layout.height, layout.width, -1).squeeze()
    trees = []
    for tree in quadtree.blank(layout).trees:
        entry, sample = np.indices((4, tree.side**2))
        shapes = quadtree.in_grains((40 * entry + 31 * sample * entry) % 120 - 60.0, 4)
        trees.append(quadtree.Tree(tree.side, 5, 4, (shapes, shapes[:3], shapes[:2])))
    quantizer = quadtree.quantizer_of(layout, trees)
    vectors = layout.split((place**2 // 40 % 256).astype(np.uint8))
    return replace(finish(encode_work(layout, vectors, quantizer, 20)), smoothing=4)


def made_up_vectors(layout: BlockLayout, way: wavelet.Way) -> EncodedWavelet:
    """Make vectors from a formula: nothing, codewords, and escapes of all magnitudes."""
    layout = replace(layout, block_size=wavelet.TILE)
    entry, sample = np.indices((5, 4))
    codewords = ((19 * entry + 31 * sample * entry) % 17 - 8 * (way != "alone")) * 16 * (entry > 0)
    quantizer = wavelet.quantizer_of(codewords.astype(np.int16), 20 + len(way), way)
    sizes = np.array([[1, 0, 0, 0], [3, 1, 0, 2], [0, 0, 1, 0], [4, 0, 0, 1], [17, 4000, 18, 16]])
    found, coarse = list[Found](), list[np.ndarray]()
    for plane, kind in enumerate(kinds_of(layout)):
        place = np.arange(grid_of(layout).total)
        most = min(len(codewords_of(quantizer, kind, band)) for band in PLACES)
        symbols = np.where(place % 17 == 5 * plane, 1 + place % most, 0)
        escapes = np.flatnonzero(place % 211 == 5)
        symbols[escapes] = -1
        signs = np.where(place % 3, -1, 1)[:, None]
        multiples = np.where((symbols[:, None] > 0) & (way == "alone"), signs, [0, 0, 0, 0])
        multiples[escapes] = signs[escapes] * sizes
        found.append(Found(symbols.astype(np.int32), multiples))
        coarse.append(np.array([-90, 3, 0, -1]).reshape(4, 1, 1) // (1 + 4 * plane))
    return encoded_of(layout, quantizer, found, coarse)


def golden_encoded(family: str, colour: str) -> Encoded:
    layout = LAYOUTS[colour]
    if family in WAVELETS:
        return made_up_vectors(layout, WAVELETS[family])
    if family == "quadtree":
        return made_up_tree(layout)
    quantizer = made_up(family, layout)
    place = np.arange(layout.count)[:, None]
    indices = (place + 3) ** 2 * np.arange(2, 2 + len(quantizer.columns)) // 3
    smoothing = 9 if family == "plain" else len(colour) - 3
    return Encoded(layout, quantizer, (indices % quantizer.sizes).astype(np.int32), smoothing)


GOLDEN_FILES = [
    (family, colour)
    for family in KINDS
    for colour in COLOURS
    if (family, colour) not in product(WAVELETS, ["ycbcr"])  # which no file of wavelets has
]
EACH = pytest.mark.parametrize(("family", "colour"), GOLDEN_FILES)


def golden_file(family: str, colour: str) -> bytes:
    return (GOLDEN / f"{family}-{colour}.vq").read_bytes()


@pytest.fixture(scope="module", autouse=True)
def _rewritten_when_asked() -> None:
    if os.environ.get("VQ_REWRITE_GOLDEN") != "1":
        return
    GOLDEN.mkdir(exist_ok=True)
    for family, colour in GOLDEN_FILES:
        encoded = golden_encoded(family, colour)
        (GOLDEN / f"{family}-{colour}.vq").write_bytes(pack(encoded))
        (GOLDEN / f"{family}-{colour}.png").write_bytes(png_bytes(encoded.decode()))


def refusal(data: bytes) -> str:
    with pytest.raises(FileError) as caught:
        parse(data)
    return str(caught.value)


@EACH
def test_golden_file_is_still_written(family: str, colour: str) -> None:
    data = golden_file(family, colour)
    assert pack(parse(data)) == data
    assert (data[4], len(data) < 700) == (3, True)
    if family != "quadtree":  # which leaves are worth their bits is no part of the format
        assert pack(golden_encoded(family, colour)) == data


@EACH
def test_golden_file_is_still_read(family: str, colour: str) -> None:
    with Image.open(GOLDEN / f"{family}-{colour}.png") as image:
        expected = np.asarray(image)
    found = parse(golden_file(family, colour))
    np.testing.assert_array_equal(found.decode(), expected)
    if family == "quadtree":
        return
    known = golden_encoded(family, colour)
    assert (found.layout, found.smoothing) == (known.layout, known.smoothing)
    assert found.quantizer.columns == known.quantizer.columns
    assert found.indices.tolist() == known.indices.tolist()
    assert all(map(np.array_equal, found.quantizer.tables, known.quantizer.tables)) != (
        family == "wavelet-shipped"
    )
    if isinstance(known, EncodedWavelet):
        assert isinstance(found, EncodedWavelet)
        assert found.multiples.tolist() == known.multiples.tolist()
        assert all(map(np.array_equal, found.coarse, known.coarse))


@EACH
def test_every_truncation_and_every_flipped_bit_is_refused(family: str, colour: str) -> None:
    data = golden_file(family, colour)
    for length in range(len(data)):
        refusal(data[:length])
    for bit in range(8 * len(data)):
        damaged = bytearray(data)
        damaged[bit // 8] ^= 1 << bit % 8
        refusal(bytes(damaged))


# ---------------------------------------------------------------------- right checksum, bad content


def with_checksum(body: bytes) -> bytes:
    return body + struct.pack("<I", zlib.crc32(body))


def changed(data: bytes, at: int, *values: int) -> bytes:
    """Change bytes, and the checksum with them."""
    body = bytearray(data[:-4])
    body[at : at + len(values)] = bytes(values)
    return with_checksum(bytes(body))


@pytest.mark.parametrize(
    ("at", "value", "message"),
    [
        (START, 250, "asks for family 250, which no .vq file may"),
        (START + 1, 64, "asks for smoothing 64, which no .vq file may"),
        (START + 2, 0, "asks for block size 0, which no .vq file may"),
        (START + 2, 33, "asks for block size 33, which no .vq file may"),
        (START + 3, 1, "asks for a codebook elsewhere (1), which no .vq file may"),
        (START + 4, 3, "incomplete"),
        (START + 4, 6, "means are one column a component"),
        (START + 4, 255, "incomplete"),
        (START + 5, 30, "means are one column a component"),
        (START + 8, 16, "asks for 4101 codewords, which no .vq file may"),
        (START + 9, 3, "means are one column a component"),
        (START + 9, 0, "means are one column a component"),
        (START + 10, 0, "asks for a step of 0, which no .vq file may"),
    ],
)
def test_illegal_fields_are_refused(at: int, value: int, message: str) -> None:
    assert message in refusal(changed(golden_file("mean-removed", "gray"), at, value))


def test_plain_squares_without_smoothing_are_of_version_1() -> None:
    data = golden_file("plain", "gray")
    assert "an earlier version" in refusal(changed(data, START + 1, 0))
    assert "one column" in refusal(changed(data, START + 4, 5))
    assert "one column" in refusal(changed(data, START + 7, 2))
    encoded = golden_encoded("plain", "gray")
    assert pack(Encoded(encoded.layout, encoded.quantizer, encoded.indices))[4] == 1


@pytest.mark.parametrize("family", KINDS)
def test_every_change_of_a_word_is_refused(family: str) -> None:
    """The range coder has one way to write what was read; every other is refused."""
    data = golden_file(family, "gray")
    start = len(parse_header(data).data)
    for at in range(start, len(data) - 4, 4 if family in WAVELETS else 1):
        refusal(changed(data, at, data[at] ^ 1))
    refusal(with_checksum(data[:-4] + bytes(4)))


def test_tables_out_of_order_are_neither_written_nor_read() -> None:
    encoded = golden_encoded("mean-removed", "gray")
    means, shapes = encoded.quantizer.tables
    turned = shapes[[0, 2, 1, 3, 4]]
    quantizer = Quantizer("mean-removed", encoded.quantizer.columns, (means, turned))
    with pytest.raises(FileError, match=r"do not ascend.*in_order"):
        pack(Encoded(encoded.layout, quantizer, encoded.indices))


@pytest.mark.parametrize("block_size", [4, (4, 3)])
@pytest.mark.parametrize("smoothing", [0, 9])
def test_a_file_without_its_codebook_names_it(block_size: int, smoothing: int) -> None:
    layout = BlockLayout(13, 10, block_size, "gray")
    words = np.sort(np.random.default_rng(1).integers(0, 256, (5, layout.dimension)), axis=0)
    quantizer = plain.quantizer_of(Codebook(words.astype(np.uint8)))
    indices = np.arange(layout.count, dtype=np.int32)[:, None] % 5
    encoded = Encoded(layout, quantizer, indices, smoothing)
    data = pack(encoded, with_codebook=False)
    assert data[4] == (2 if (block_size, smoothing) == (4, 0) else 3)
    assert encoded.shared.checksum in data
    assert "needs the codebook" in refusal(data)
    np.testing.assert_array_equal(parse(data, [encoded.shared]).decode(), encoded.decode())
    for length in range(len(data)):
        refusal(data[:length])


def test_a_quadtree_has_squares_alone() -> None:
    assert "squares" in refusal(changed(golden_file("quadtree", "gray"), START + 2, 3))


def test_the_header_by_hand() -> None:
    data = golden_file("mean-removed", "gray")
    head = b"VQLB\x03\x00\x04" + struct.pack("<II", 13, 10)
    assert data.startswith(head + bytes([1, 1, 4, 0, 2, 31, 0, 4, 0, 8, 2]))
    assert parse_header(data).codebook_size == 5
    assert parse_header(data).layout == LAYOUTS["gray"]


# -------------------------------------------------------------------------------------- round trips


@pytest.mark.parametrize("family", BY_BLOCKS)
@hypothesis_settings(max_examples=25)
@given(
    picture=pictures,
    block_size=st.one_of(st.integers(1, 6), st.tuples(st.integers(1, 16), st.integers(1, 6))),
    colour=st.sampled_from(COLOURS),
    size=st.sampled_from([1, 2, 3, 8]),
    rate_weight=st.sampled_from([0, 40, 3000]),
    smoothing=st.booleans(),
)
def test_a_file_decodes_to_what_is_shown(
    family: str,
    picture: Picture,
    block_size: int | tuple[int, int],
    colour: str,
    size: int,
    rate_weight: float,
    smoothing: bool,
) -> None:
    settings = Settings(
        block_size, colour, rate_weight=rate_weight, family=family, smoothing=smoothing
    )
    for step in steps_of(sweep(picture, settings, [size])):
        found = parse(step.file)
        np.testing.assert_array_equal(found.decode(), step.encoded.decode())
        assert pack(found) == step.file
        assert len(step.file) == step.point.file_bytes


@pytest.mark.parametrize("family", [it for it in BY_BLOCKS if it != "quadtree"])
def test_more_than_a_few_blocks_go_through(family: str) -> None:
    chance = np.random.default_rng(5)
    for colour in COLOURS:
        layout = BlockLayout(80, 60, 5, colour)
        quantizer = made_up(family, layout)
        drawn = [chance.integers(0, size, layout.count) for size in quantizer.sizes]
        encoded = Encoded(layout, quantizer, np.stack(drawn, axis=1).astype(np.int32), 3)
        found = parse(pack(encoded))
        assert found.indices.tolist() == encoded.indices.tolist()
