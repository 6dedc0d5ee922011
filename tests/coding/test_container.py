"""Tests of container: the .vq file as specified, and nothing else accepted.

The files in tests/golden pin the format. After a change of it on purpose, write them anew with

    VQ_REWRITE_GOLDEN=1 python -m pytest tests/test_container.py
"""

import os
import random
import struct
import tracemalloc
import zlib
from collections.abc import Callable, Iterator
from pathlib import Path

import numpy as np
import pytest
from helpers import code_one_column, photograph, pictures, plainly, steps_of
from hypothesis import given, settings
from hypothesis import strategies as st
from numpy.typing import NDArray
from PIL import Image

from vqcore.codebooks.codebook import Codebook
from vqcore.coding.codebookfile import SharedCodebook, pack_codebook, parse_codebook
from vqcore.coding.codec import Encoded, Settings
from vqcore.coding.container import FileError, is_vq, pack, pack_work, parse, parse_header
from vqcore.coding.entropy import Writer, code_codewords
from vqcore.lab.sweeps import sweep
from vqcore.signals.blocks import COLOURS, BlockLayout, Colour
from vqcore.signals.pictures import Picture, png_bytes
from vqcore.work import finish

Samples = NDArray[np.uint8]

GOLDEN = Path(__file__).parents[1] / "golden"
HEADER_BYTES, CHECKSUM_BYTES = 17, 4


def with_checksum(body: bytes) -> bytes:
    return body + zlib.crc32(body).to_bytes(4, "little")


def header(
    *,
    version: int = 1,
    colour: int = 0,
    block: int = 4,
    width: int = 13,
    height: int = 10,
    last: int = 4,
) -> bytes:
    return struct.pack("<4sBBBIIH", b"VQLB", version, colour, block, width, height, last)


def coded(layout: BlockLayout, codewords: Samples, indices: NDArray[np.int32]) -> bytes:
    """Return the coded words of codewords in the order given."""
    writer = Writer()
    finish(code_codewords(writer, layout, codewords))
    finish(code_one_column(writer, layout, codewords, indices))
    return writer.bytes()


def refusal(data: bytes, *codebooks: SharedCodebook) -> str:
    """Check that a file is refused, in one short line, and return that line."""
    with pytest.raises(FileError) as caught:
        parse(data, codebooks)
    message = str(caught.value)
    assert message
    assert "\n" not in message
    assert len(message) < 200
    return message


def assert_same(found: Encoded, encoded: Encoded) -> None:
    assert found.layout == encoded.layout
    assert found.shared.codebook.size == encoded.shared.codebook.size
    np.testing.assert_array_equal(found.decode(), encoded.decode())


# ------------------------------------------------------------------------------------------- golden

GOLDEN_LAYOUTS = {
    "gray": (BlockLayout(13, 10, 4, "gray"), 5),
    "rgb": (BlockLayout(10, 7, 3, "rgb"), 4),
    "ycbcr": (BlockLayout(11, 8, 3, "ycbcr"), 6),
}


def golden_encoded(colour: str) -> Encoded:
    """Make codewords and indices from a formula: nothing trained, nothing drawn."""
    layout, size = GOLDEN_LAYOUTS[colour]
    codeword, sample = np.indices((size, layout.dimension))
    codewords = (150 * codeword + (5 * codeword + 3) * sample + sample**2 // 7) % 256
    indices = np.arange(layout.blocks) ** 2 // 3 % size
    return plainly(layout, Codebook(codewords.astype(np.uint8)), indices.astype(np.int32))


def in_order(encoded: Encoded) -> Encoded:
    """Return the same picture with its codebook in the order of a file."""
    codebook, before = encoded.shared.codebook.in_order(), encoded.shared.codebook.codewords
    places = (before[:, None] == codebook.codewords).all(axis=2).argmax(axis=1).astype(np.int32)
    return plainly(encoded.layout, codebook, places[encoded.indices[:, 0]])


def golden_file(colour: str) -> bytes:
    return (GOLDEN / f"{colour}.vq").read_bytes()


@pytest.fixture(scope="module", autouse=True)
def _rewritten_when_asked() -> None:
    if os.environ.get("VQ_REWRITE_GOLDEN") != "1":
        return
    GOLDEN.mkdir(exist_ok=True)
    for colour in COLOURS:
        encoded = golden_encoded(colour)
        (GOLDEN / f"{colour}.vq").write_bytes(pack(in_order(encoded)))
        (GOLDEN / f"{colour}-2.vq").write_bytes(pack(encoded, with_codebook=False))
        (GOLDEN / f"{colour}.png").write_bytes(png_bytes(encoded.decode()))
        (GOLDEN / f"{colour}.npz").write_bytes(pack_codebook(encoded.shared))


@pytest.mark.parametrize("colour", COLOURS)
def test_golden_file_is_still_written(colour: str) -> None:
    assert pack(in_order(golden_encoded(colour))) == golden_file(colour)
    assert len(golden_file(colour)) < 400


@pytest.mark.parametrize("colour", COLOURS)
def test_golden_file_is_still_read(colour: str) -> None:
    with Image.open(GOLDEN / f"{colour}.png") as image:
        expected = np.asarray(image)
    found = parse(golden_file(colour))
    np.testing.assert_array_equal(found.decode(), expected)
    assert (found.layout, found.shared.codebook.size) == GOLDEN_LAYOUTS[colour]


# ------------------------------------------------------------------------------------------- layout


@pytest.mark.parametrize(
    ("colour", "block", "width", "height", "size", "expected"),
    [
        ("gray", 2, 3, 1, 2, "01 00 02  03 00 00 00  01 00 00 00  01 00"),
        ("rgb", 1, 1, 2, 1, "01 01 01  01 00 00 00  02 00 00 00  00 00"),
        ("ycbcr", 32, 0x0201, 0x0304, 3, "01 02 20  01 02 00 00  04 03 00 00  02 00"),
        ("gray", 1, 5, 4, 0x0F01, "01 00 01  05 00 00 00  04 00 00 00  00 0F"),
        ("gray", 32, 0xFFFF, 1, 1, "01 00 20  FF FF 00 00  01 00 00 00  00 00"),
        ("gray", 1, 2, 2, 4096, "01 00 01  02 00 00 00  02 00 00 00  FF 0F"),
    ],
    ids=["gray", "rgb", "ycbcr", "order of bytes in K − 1", "longest side", "largest K"],
)
def test_layout_of_the_file(
    colour: Colour, block: int, width: int, height: int, size: int, expected: str
) -> None:
    layout = BlockLayout(width, height, block, colour)
    codewords = np.linspace(0, 255, size).astype(np.uint8)[:, None].repeat(layout.dimension, 1)
    indices = (np.arange(layout.blocks) % size).astype(np.int32)
    data = pack(plainly(layout, Codebook(codewords), indices))
    assert data[:HEADER_BYTES] == b"VQLB" + bytes.fromhex(expected)
    assert data[HEADER_BYTES:-CHECKSUM_BYTES] == coded(layout, codewords, indices)
    assert data[-CHECKSUM_BYTES:] == zlib.crc32(data[:-CHECKSUM_BYTES]).to_bytes(4, "little")
    assert_same(parse(data), plainly(layout, Codebook(codewords), indices))


WORDS = [[1, 0, 0, 0], [0, 0, 0, 30], [30, 0, 0, 0], [9, 9, 9, 9], [0, 0, 255, 255]]


@pytest.mark.parametrize("order", [(0, 1, 2, 3, 4), (0, 2, 1, 3, 4)], ids=["one", "ties turned"])
def test_index_k_is_codeword_k_in_the_file_too(order: tuple[int, ...]) -> None:
    words = [WORDS[old] for old in order]
    layout, indices = BlockLayout(10, 2, 2, "gray"), [3, 1, 0, 2, 4]
    found = parse(pack(plainly(layout, Codebook(np.uint8(words)), np.int32(indices))))
    assert (found.shared.codebook.codewords.tolist(), found.indices[:, 0].tolist()) == (
        words,
        indices,
    )


def test_a_codebook_out_of_order_is_packed_only_if_it_is_elsewhere() -> None:
    layout, indices = BlockLayout(10, 2, 2, "gray"), np.int32([3, 1, 0, 2, 4])
    turned = Codebook(np.uint8(WORDS[::-1]))
    with pytest.raises(FileError, match=r"do not ascend.*in_order"):
        pack(plainly(layout, turned, indices))
    assert parse(pack(plainly(layout, turned.in_order(), indices)))
    assert pack(plainly(layout, turned, indices), with_codebook=False)


def test_order_is_by_sum_then_by_samples_whatever_it_was() -> None:
    for seed in range(5):
        shuffled = np.random.default_rng(seed).permutation(np.uint8(WORDS))
        assert Codebook(shuffled).in_order().codewords.tolist() == WORDS
    ordered = Codebook(np.uint8(WORDS))
    assert ordered.in_order() is ordered


def test_sums_beyond_16_bits_are_ordered() -> None:
    words = np.uint8([[64] * 1024, [63] * 1024, [1] * 1024])
    assert not Codebook(words).is_in_order
    assert Codebook(words).in_order().codewords[:, 0].tolist() == [1, 63, 64]


def test_packing_leaves_its_input_alone() -> None:
    encoded, same = in_order(golden_encoded("rgb")), in_order(golden_encoded("rgb"))
    pack(encoded)
    np.testing.assert_array_equal(encoded.shared.codebook.codewords, same.shared.codebook.codewords)
    np.testing.assert_array_equal(encoded.indices, same.indices)


def test_packing_pauses_once_a_sample_and_once_a_diagonal() -> None:
    layout, _ = GOLDEN_LAYOUTS["gray"]
    pauses = sum(1 for _ in pack_work(in_order(golden_encoded("gray"))))
    samples, diagonals = layout.dimension - 1, layout.columns + layout.rows - 1
    assert pauses == samples + diagonals == 15 + 6


@pytest.mark.parametrize(
    ("data", "expected"),
    [(b"VQLB", True), (b"VQLB\2 whatever", True), (b"VQL", False), (b"vqlb", False), (b"", False)],
)
def test_is_vq_looks_at_the_beginning(data: bytes, expected: bool) -> None:
    assert is_vq(data) is expected


# --------------------------------------------------------------------------------------- round trip

block_sizes = st.one_of(st.integers(1, 6), st.integers(1, 32))
layouts = st.builds(
    BlockLayout, st.integers(1, 40), st.integers(1, 40), block_sizes, st.sampled_from(COLOURS)
)


def made(layout: BlockLayout, size: int, values: list[int], seed: int) -> Encoded:
    rng = np.random.default_rng(seed)
    codebook = Codebook(rng.choice(np.uint8(values), (size, layout.dimension)))
    indices = rng.integers(0, size, layout.blocks, dtype=np.int32)
    return plainly(layout, codebook, indices)


def assert_round_trip(encoded: Encoded) -> bytes:
    data = pack(encoded)
    found = parse(data)
    assert_same(found, encoded)
    np.testing.assert_array_equal(found.quantizer.tables[0], encoded.quantizer.tables[0])
    np.testing.assert_array_equal(found.indices, encoded.indices)
    assert pack(found) == data
    return data


@settings(max_examples=70)
@given(
    layouts,
    st.one_of(st.integers(1, 40), st.just(None)),
    st.sampled_from([[0], [255], [0, 255], [7, 8, 9], range(256)]),
    st.integers(0, 99),
)
def test_round_trip_of_made_up_codebooks(
    layout: BlockLayout, size: int | None, values: list[int], seed: int
) -> None:
    encoded = made(layout, size or layout.blocks + 3, values, seed)
    assert_round_trip(plainly(layout, encoded.shared.codebook.in_order(), encoded.indices[:, 0]))


@settings(max_examples=35)
@given(pictures, st.sampled_from(COLOURS), st.integers(1, 9))
def test_round_trip_of_trained_codebooks(picture: Picture, colour: Colour, block_size: int) -> None:
    for step in steps_of(sweep(picture, Settings(block_size, colour), [1, 2, 5, 600])):
        assert assert_round_trip(step.encoded) == step.file


@pytest.mark.parametrize("colour", COLOURS)
def test_round_trip_of_a_photograph(colour: Colour) -> None:
    for step in steps_of(sweep(photograph("astronaut", 4), Settings(4, colour), [2, 64])):
        assert assert_round_trip(step.encoded) == step.file


@pytest.mark.parametrize("block_size", [4, 8, 16])
@pytest.mark.parametrize("seed", range(5))
def test_round_trip_of_black_strokes_on_white(seed: int, block_size: int) -> None:
    # The sharpest edges there are: the models are sure, and then quite wrong.
    chance, pixels = random.Random(seed), np.full((96, 96), 255, np.uint8)
    for _ in range(40):
        y, x = chance.randrange(90), chance.randrange(90)
        height, width = chance.choice([(2, 12), (12, 2)])
        pixels[y : y + height, x : x + width] = 0
    for step in steps_of(sweep(Picture(pixels, "text"), Settings(block_size), [4, 64])):
        assert assert_round_trip(step.encoded) == step.file


def test_the_largest_picture_is_accepted() -> None:
    layout = BlockLayout(10_000, 5_000, 32, "gray")
    flat = Codebook(np.zeros((1, 1024), np.uint8))
    data = pack(plainly(layout, flat, np.zeros(layout.blocks, np.int32)))
    assert parse(data).layout == layout


# ------------------------------------------------------------------------------------------- damage


@pytest.mark.parametrize("colour", COLOURS)
def test_every_truncation_is_refused(colour: str) -> None:
    data = golden_file(colour)
    for length in range(len(data)):
        refusal(data[:length])


@pytest.mark.parametrize("colour", COLOURS)
def test_every_flipped_bit_is_refused(colour: str) -> None:
    data = golden_file(colour)
    for bit in range(8 * len(data)):
        damaged = bytearray(data)
        damaged[bit // 8] ^= 1 << bit % 8
        refusal(bytes(damaged))


def overwritten(data: bytes, chance: random.Random) -> bytes:
    changed = bytearray(data)
    for _ in range(chance.randint(1, 8)):
        changed[chance.randrange(len(data))] = chance.randrange(256)
    return bytes(changed)


def inserted(data: bytes, chance: random.Random) -> bytes:
    at = chance.randint(0, len(data))
    return data[:at] + chance.randbytes(chance.randint(1, 8)) + data[at:]


def deleted(data: bytes, chance: random.Random) -> bytes:
    start, end = some_range(data, chance)
    return data[:start] + data[end:]


def doubled(data: bytes, chance: random.Random) -> bytes:
    start, end = some_range(data, chance)
    return data[:end] + data[start:]


def swapped(data: bytes, chance: random.Random) -> bytes:
    first, second = sorted(chance.sample(range(len(data)), 2))
    end = min(len(data), second + chance.randint(1, second - first))
    return data[:first] + data[second:end] + data[first:second] + data[end:]


def some_range(data: bytes, chance: random.Random) -> tuple[int, int]:
    start, end = sorted(chance.sample(range(len(data) + 1), 2))
    return start, end


def stepped(data: bytes, chance: random.Random) -> bytes:
    """Move one byte of the header by one: a picture a pixel wider may have as many blocks."""
    changed, at = bytearray(data), chance.randrange(HEADER_BYTES)
    changed[at] = (changed[at] + chance.choice([1, -1])) % 256
    return bytes(changed)


Mutation = Callable[[bytes, random.Random], bytes]
MUTATIONS: list[Mutation] = [overwritten, inserted, deleted, doubled, swapped]


def mutants(
    data: bytes, chance: random.Random, mutations: list[Mutation] = MUTATIONS
) -> Iterator[bytes]:
    """Yield files unlike the original, without end."""
    while True:
        mutant = chance.choice(mutations)(data, chance)
        if mutant != data:
            yield mutant


@pytest.mark.parametrize("colour", COLOURS)
def test_random_damage_is_refused(colour: str) -> None:
    found = mutants(golden_file(colour), random.Random(colour))
    for _ in range(6700):  # 20 000 in all three
        refusal(next(found))


@pytest.mark.parametrize(
    ("data", "message"),
    [
        (b"", "This is not a .vq file."),
        (b"\x89PNG\r\n\x1a\n" + bytes(40), "This is not a .vq file."),
        (b"VQLA" + bytes(40), "This is not a .vq file."),
        (b"VQLB", "incomplete: 4 bytes"),
        (header() + b"123", "incomplete: 20 bytes"),
        (with_checksum(header()[:13]), "incomplete: 17 bytes"),
        (with_checksum(header()[:9]), "incomplete: 13 bytes"),
        (with_checksum(header() + b"12345"), "incomplete: 26 bytes"),
        (header() + bytes(8), "damaged: its checksum is wrong"),
    ],
    ids=[
        *("empty", "PNG", "magic", "magic alone", "20 bytes"),
        *("half a header", "less of a header", "5 coded bytes", "checksum"),
    ],
)
def test_what_is_no_whole_file_is_refused(data: bytes, message: str) -> None:
    assert message in refusal(data)


# ---------------------------------------------------------------------- right checksum, bad content

LARGEST = 2**32 - 1


@pytest.mark.parametrize(
    ("fields", "message"),
    [
        ({"version": 0}, "has version 0; this program reads 1 to 4"),
        ({"version": 4}, "This .vq file holds a sound"),
        ({"colour": 3}, "asks for colour mode 3,"),
        ({"colour": 255}, "asks for colour mode 255,"),
        ({"block": 0}, "asks for block size 0,"),
        ({"block": 33}, "asks for block size 33,"),
        ({"width": 0}, "asks for 0×10 pixels,"),
        ({"height": 0}, "asks for 13×0 pixels,"),
        # With one codeword there is little to do, should such a file be accepted.
        ({"width": 50_000_001, "height": 1, "last": 0}, "asks for 50000001×1 pixels,"),
        ({"width": 1, "height": 50_000_001, "last": 0}, "asks for 1×50000001 pixels,"),
        ({"width": 7072, "height": 7072}, "asks for 7072×7072 pixels,"),
        # 2¹⁶ · 2¹⁶ is 0 in 32 bits.
        ({"width": 2**16, "height": 2**16}, "asks for 65536×65536 pixels,"),
        ({"width": LARGEST, "height": LARGEST}, f"asks for {LARGEST}×{LARGEST} pixels,"),
        ({"last": 4096}, "asks for 4097 codewords,"),
        ({"last": 65535}, "asks for 65536 codewords,"),
    ],
    ids=str,
)
def test_illegal_fields_are_refused(fields: dict[str, int], message: str) -> None:
    words = golden_file("gray")[HEADER_BYTES:-CHECKSUM_BYTES]
    assert message in refusal(with_checksum(header(**fields) + words))


def test_fields_of_the_golden_file_are_legal() -> None:
    # The files above are refused for the field changed, and for nothing else.
    words = golden_file("gray")[HEADER_BYTES:-CHECKSUM_BYTES]
    assert with_checksum(header() + words) == golden_file("gray")


@pytest.mark.parametrize(
    "fields",
    [
        {"width": 50_000_001, "height": 1, "last": 0},
        {"width": LARGEST, "height": LARGEST},
        {"width": 7072, "height": 7072, "block": 1, "last": 4095},
    ],
    ids=str,
)
def test_asking_for_too_much_takes_no_memory(fields: dict[str, int]) -> None:
    data = with_checksum(header(**fields) + bytes(40))
    tracemalloc.start()
    try:
        assert "pixels" in refusal(data)
        _, peak = tracemalloc.get_traced_memory()
    finally:
        tracemalloc.stop()
    assert peak < 1_000_000


WORDS_CHANGED: dict[str, Callable[[bytes], bytes]] = {
    "none at all": lambda words: b"",
    "first missing": lambda words: words[4:],
    "last missing": lambda words: words[:-4],
    "half missing": lambda words: words[: len(words) // 8 * 4],
    "zero more": lambda words: words + bytes(4),
    "ones more": lambda words: words + b"\xff" * 4,
    "twice": lambda words: words + words,
    "last bit": lambda words: words[:-4] + bytes([words[-4] ^ 1]) + words[-3:],
    "last byte": lambda words: words[:-1] + bytes([words[-1] ^ 0x80]),
    "all zero": lambda words: bytes(len(words)),
    "all ones": lambda words: b"\xff" * len(words),
    "turned round": lambda words: words[::-1],
}


@pytest.mark.parametrize("change", WORDS_CHANGED)
@pytest.mark.parametrize("colour", COLOURS)
def test_words_that_no_encoder_writes_are_refused(colour: str, change: str) -> None:
    body = golden_file(colour)[:-CHECKSUM_BYTES]
    changed = WORDS_CHANGED[change](body[HEADER_BYTES:])
    assert len(changed) % 4 == 0
    assert changed != body[HEADER_BYTES:]
    message = refusal(with_checksum(body[:HEADER_BYTES] + changed))
    assert "words that no encoder writes" in message


@pytest.mark.parametrize("colour", COLOURS)
def test_random_words_are_refused(colour: str) -> None:
    start, chance = golden_file(colour)[:HEADER_BYTES], random.Random(colour)
    for count in range(100):
        message = refusal(with_checksum(start + chance.randbytes(4 * count)))
        assert "words that no encoder writes" in message


@pytest.mark.parametrize("colour", COLOURS)
def test_codewords_out_of_order_are_refused(colour: str) -> None:
    encoded = parse(golden_file(colour))
    codewords, indices = encoded.shared.codebook.codewords, encoded.indices[:, 0]
    start = golden_file(colour)[:HEADER_BYTES]
    in_order = with_checksum(start + coded(encoded.layout, codewords, indices))
    assert in_order == golden_file(colour)
    turned = coded(encoded.layout, codewords[::-1], (len(codewords) - 1 - indices))
    assert "words that no encoder writes" in refusal(with_checksum(start + turned))


def is_long_work(body: bytes) -> bool:
    """Say whether a body asks for a large picture, or for a large codebook: legal, but slow."""
    if len(body) < HEADER_BYTES:
        return False
    _, _, _, block, width, height, last = struct.unpack_from("<4sBBBIIH", body)
    return width * height > 5000 or block**2 * last > 10_000


@pytest.mark.parametrize("colour", COLOURS)
def test_mutants_with_a_right_checksum_are_refused_or_genuine(colour: str) -> None:
    chance, body = random.Random(colour), golden_file(colour)[:-CHECKSUM_BYTES]
    bodies = mutants(body, chance, [*MUTATIONS, stepped])
    seen = {"refused": 0, "genuine": 0}
    while sum(seen.values()) < 700:  # 2 000 in all three
        body = next(bodies)
        if is_long_work(body):
            continue
        data = with_checksum(body)
        try:
            found = parse(data)
        except FileError:
            seen["refused"] += 1
        else:
            seen["genuine"] += 1
            assert pack(found) == data
            assert len(found.decode()) == found.layout.height
    # Some change the size of the picture, and not the number of its blocks.
    assert min(seen.values()) > 0


@pytest.mark.parametrize(("width", "height"), [(65_536, 1), (1, 65_536), (50_000_000, 1)])
def test_sides_that_would_take_minutes_are_refused(width: int, height: int) -> None:
    body = struct.pack("<4sBBBIIH", b"VQLB", 1, 0, 1, width, height, 1) + b"\1\2\3\4" * 10
    with pytest.raises(FileError, match=f"{width}×{height} pixels"):
        parse(body + struct.pack("<I", zlib.crc32(body)))


def test_picture_that_no_decoder_takes_is_not_packed() -> None:
    layout = BlockLayout(65_536, 1, 32, "gray")
    indices = np.zeros(layout.blocks, np.int32)
    with pytest.raises(FileError, match="65536×1 pixels"):
        pack(plainly(layout, Codebook(np.zeros((1, 1024), np.uint8)), indices))


# ------------------------------------------------------------------------- a codebook elsewhere


def golden_without(colour: str) -> bytes:
    return (GOLDEN / f"{colour}-2.vq").read_bytes()


def another_codebook(shared: SharedCodebook) -> SharedCodebook:
    """Return a codebook that differs in one sample by one."""
    codewords = shared.codebook.codewords.copy()
    codewords[-1, -1] ^= 1
    return SharedCodebook(Codebook(codewords), shared.block_size, shared.colour)


@pytest.mark.parametrize("colour", COLOURS)
def test_golden_file_without_its_codebook_is_still_written_and_read(colour: str) -> None:
    encoded = golden_encoded(colour)
    assert pack(encoded, with_codebook=False) == golden_without(colour)
    found = parse(golden_without(colour), [another_codebook(encoded.shared), encoded.shared])
    with Image.open(GOLDEN / f"{colour}.png") as image:
        np.testing.assert_array_equal(found.decode(), np.asarray(image))
    np.testing.assert_array_equal(found.indices, encoded.indices)


def test_layout_of_a_file_without_its_codebook() -> None:
    layout = BlockLayout(3, 1, 1, "gray")
    # Not in the order of their sums: index k means row k.
    encoded = plainly(layout, Codebook(np.uint8([[9], [0], [5]])), np.int32([2, 0, 1]))
    data = pack(encoded, with_codebook=False)
    writer = Writer()
    finish(
        code_one_column(writer, layout, encoded.shared.codebook.codewords, encoded.indices[:, 0])
    )
    start = bytes.fromhex("02 00 01  03 00 00 00  01 00 00 00  02 00")
    assert data == with_checksum(b"VQLB" + start + encoded.shared.checksum + writer.bytes())
    assert parse(data, [encoded.shared]).indices[:, 0].tolist() == [2, 0, 1]
    header = parse_header(data)
    assert (header.layout, header.codebook_size) == (layout, 3)
    assert header.codebook == encoded.shared.checksum


def test_header_of_a_file_with_its_codebook_names_none() -> None:
    assert parse_header(golden_file("rgb")).codebook is None


def test_one_codeword_needs_no_words() -> None:
    encoded = plainly(
        BlockLayout(5, 5, 2, "rgb"), Codebook(np.full((1, 12), 7, np.uint8)), np.zeros(9, np.int32)
    )
    data = pack(encoded, with_codebook=False)
    assert len(data) == 29
    assert_same(parse(data, [encoded.shared]), encoded)
    refusal(with_checksum(data[:-4] + bytes(4)), encoded.shared)


@settings(max_examples=100)
@given(
    layouts,
    st.integers(1, 40),
    st.sampled_from([[0], [0, 255], range(256)]),
    st.integers(0, 99),
)
def test_round_trip_without_the_codebook(
    layout: BlockLayout, size: int, values: list[int], seed: int
) -> None:
    encoded = made(layout, size, values, seed)
    data = pack(encoded, with_codebook=False)
    found = parse(data, [encoded.shared])
    np.testing.assert_array_equal(found.indices, encoded.indices)
    assert_same(found, encoded)
    assert pack(found, with_codebook=False) == data


def test_missing_codebook_is_named() -> None:
    name = golden_encoded("rgb").shared.checksum.hex()
    assert refusal(golden_without("rgb")) == (
        f"The .vq file needs the codebook {name}, which is not in the file."
    )


def test_wrong_codebook_is_named_beside_the_right_one() -> None:
    shared = golden_encoded("rgb").shared
    other = another_codebook(shared)
    assert refusal(golden_without("rgb"), other) == (
        f"The .vq file needs the codebook {shared.checksum.hex()}, not {other.checksum.hex()}."
    )


@pytest.mark.parametrize("colour", COLOURS)
def test_every_truncation_without_the_codebook_is_refused(colour: str) -> None:
    data, shared = golden_without(colour), golden_encoded(colour).shared
    for length in range(len(data)):
        refusal(data[:length], shared)
        if length < len(data) - CHECKSUM_BYTES:
            refusal(with_checksum(data[:length]), shared)


@pytest.mark.parametrize("length", [17, 21])
def test_half_a_name_is_incomplete(length: int) -> None:
    cut = with_checksum(golden_without("rgb")[:length])
    assert f"incomplete: {length + 4} bytes" in refusal(cut)


@pytest.mark.parametrize("colour", COLOURS)
def test_every_flipped_bit_without_the_codebook_is_refused(colour: str) -> None:
    data, shared = golden_without(colour), golden_encoded(colour).shared
    for bit in range(8 * len(data)):
        damaged = bytearray(data)
        damaged[bit // 8] ^= 1 << bit % 8
        refusal(bytes(damaged), shared)


@pytest.mark.parametrize(
    ("at", "value"), [(5, 1), (6, 3), (15, 5)], ids=["colour mode", "block size", "K"]
)
def test_header_that_is_not_its_codebook_s_is_refused(at: int, value: int) -> None:
    body = bytearray(golden_without("gray")[:-CHECKSUM_BYTES])
    body[at] = value
    message = refusal(with_checksum(bytes(body)), golden_encoded("gray").shared)
    assert "block size, colour mode or size is not the file's" in message


@pytest.mark.parametrize("colour", COLOURS)
def test_mutants_without_the_codebook_are_refused_or_genuine(colour: str) -> None:
    shared, chance = golden_encoded(colour).shared, random.Random(colour)
    bodies = mutants(golden_without(colour)[:-CHECKSUM_BYTES], chance, [*MUTATIONS, stepped])
    seen = {"refused": 0, "genuine": 0}
    while sum(seen.values()) < 700:
        body = next(bodies)
        if is_long_work(body):
            continue
        data = with_checksum(body)
        try:
            found = parse(data, [shared])
        except FileError:
            seen["refused"] += 1
        else:
            seen["genuine"] += 1
            assert pack(found, with_codebook=False) == data
    assert min(seen.values()) > 0


@pytest.mark.parametrize("colour", COLOURS)
def test_golden_codebook_is_still_read_and_named(colour: str) -> None:
    shared = parse_codebook((GOLDEN / f"{colour}.npz").read_bytes())
    assert_same(parse(golden_without(colour), [shared]), golden_encoded(colour))
