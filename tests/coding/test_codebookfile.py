"""Tests of codebookfile: a codebook by itself, and nothing else taken for one."""

import hashlib
import io
import tracemalloc
import zipfile
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra import numpy as arrays

from vqcore.codebooks.codebook import Codebook
from vqcore.coding.codebookfile import (
    MAX_FILE_BYTES,
    CodebookError,
    SharedCodebook,
    cut_as,
    cuts_of,
    dimension_of,
    is_zip,
    load_codebook,
    pack_codebook,
    parse_codebook,
    parse_codewords,
)
from vqcore.signals.blocks import COLOURS, BlockLayout, BlockSize, Colour

WORDS = np.uint8([[1, 2, 3, 4], [250, 251, 252, 253], [0, 0, 0, 0]])


def shared(codewords: np.ndarray = WORDS, block: int = 2, colour: Colour = "gray"):
    return SharedCodebook(Codebook(codewords), block, colour)


def saved(**changes: object) -> bytes:
    """Return what numpy.savez writes of the members, some changed; None leaves one out."""
    members = {"version": 1, "block_size": 2, "colour": "gray", "codewords": WORDS} | changes
    file = io.BytesIO()
    np.savez(file, **{name: value for name, value in members.items() if value is not None})
    return file.getvalue()


def zipped(members: dict[str, bytes], method: int = zipfile.ZIP_STORED) -> bytes:
    file = io.BytesIO()
    with zipfile.ZipFile(file, "w", method) as archive:
        for name, data in members.items():
            archive.writestr(name, data)
    return file.getvalue()


def unzipped(data: bytes) -> dict[str, bytes]:
    with zipfile.ZipFile(io.BytesIO(data)) as archive:
        return {name: archive.read(name) for name in archive.namelist()}


def refusal(data: bytes) -> str:
    with pytest.raises(CodebookError) as caught:
        parse_codebook(data)
    message = str(caught.value)
    assert message.endswith(".")
    assert "\n" not in message
    assert len(message) < 200
    return message


def test_checksum_by_hand() -> None:
    expected = hashlib.sha256(bytes([2, 0, 2, 0]) + WORDS.tobytes()).digest()[:8]
    assert shared().checksum == expected
    assert shared(np.asfortranarray(WORDS)).checksum == expected


@pytest.mark.parametrize(
    "other",
    [
        shared(WORDS[::-1]),
        shared(WORDS[:2]),
        shared(WORDS ^ np.uint8([[0, 0, 0, 1], [0] * 4, [0] * 4])),
        shared(WORDS.reshape(12, 1), 1),
        shared(WORDS.reshape(4, 3), 1, "rgb"),
        shared(WORDS.reshape(4, 3), 1, "ycbcr"),
    ],
    ids=["order", "size", "one bit", "block size", "rgb", "ycbcr"],
)
def test_another_codebook_has_another_name(other: SharedCodebook) -> None:
    assert other.checksum != shared().checksum


def test_colour_modes_of_the_same_samples_have_their_own_names() -> None:
    words = WORDS.reshape(4, 3)
    assert shared(words, 1, "rgb").checksum != shared(words, 1, "ycbcr").checksum


def test_file_is_one_that_numpy_reads() -> None:
    with np.load(io.BytesIO(pack_codebook(shared()))) as found:
        assert sorted(found) == ["block_size", "codewords", "colour", "version"]
        assert (found["version"], found["block_size"], found["colour"]) == (1, 2, "gray")
        np.testing.assert_array_equal(found["codewords"], WORDS)


def test_comment_is_there_for_whoever_opens_the_zip_and_changes_nothing_else() -> None:
    comment = '{"picture": "Zoë ✓.png"}'
    data = pack_codebook(shared(), comment)
    with zipfile.ZipFile(io.BytesIO(data)) as archive:
        assert archive.comment.decode() == comment
        assert archive.testzip() is None
    assert parse_codebook(data).checksum == shared().checksum
    assert unzipped(data) == unzipped(pack_codebook(shared()))
    with np.load(io.BytesIO(data)) as found:
        np.testing.assert_array_equal(found["codewords"], WORDS)


def test_comment_fits_beside_the_largest_codebook() -> None:
    largest = shared(np.full((4096, 3 * 32 * 32), 7, np.uint8), 32, "rgb")
    data = pack_codebook(largest, "é" * 1024)
    assert parse_codebook(data).checksum == largest.checksum
    with pytest.raises(ValueError, match="at most 2048 bytes, not 2050"):
        pack_codebook(largest, "é" * 1025)


def check_round_trip(expected: SharedCodebook) -> None:
    data = pack_codebook(expected)
    assert is_zip(data)
    found = parse_codebook(data)
    np.testing.assert_array_equal(found.codebook.codewords, expected.codebook.codewords)
    assert (found.block_size, found.colour) == (expected.block_size, expected.colour)
    assert found.checksum == expected.checksum
    assert pack_codebook(found) == data


@given(st.data(), st.integers(1, 32), st.sampled_from(COLOURS), st.integers(1, 20))
def test_round_trip(data: st.DataObject, block: int, colour: Colour, size: int) -> None:
    dimension = BlockLayout(1, 1, block, colour).dimension
    check_round_trip(shared(data.draw(arrays.arrays(np.uint8, (size, dimension))), block, colour))


def test_round_trip_of_the_largest() -> None:
    check_round_trip(shared(np.full((4096, 3 * 32 * 32), 7, np.uint8), 32, "rgb"))


@pytest.mark.parametrize(
    "data",
    [
        zipped(unzipped(saved()), zipfile.ZIP_DEFLATED),
        saved(codewords=np.asfortranarray(WORDS)),
        saved(block_size=np.uint8(2)),
    ],
    ids=["compressed", "by columns", "8-bit block size"],
)
def test_what_numpy_may_also_write_is_read(data: bytes) -> None:
    assert parse_codebook(data).checksum == shared().checksum


MEMBERS = unzipped(saved())
LONG = bytes(MAX_FILE_BYTES + 1)


def declared(shape: str, data: bytes = b"") -> bytes:
    """Return an .npy of any declared shape."""
    header = f"{{'descr': '|u1', 'fortran_order': False, 'shape': {shape}, }}".encode()
    header += b" " * (-(len(header) + 11) % 64) + b"\n"
    return b"\x93NUMPY\1\0" + len(header).to_bytes(2, "little") + header + data


REFUSED = {
    "empty": (b"", "not a codebook file"),
    "a PNG": (b"\x89PNG\r\n\x1a\n" + bytes(90), "not a codebook file"),
    "an .npy": (MEMBERS["codewords.npy"], "not a codebook file"),
    "the beginning of a zip": (b"PK\3\4", "damaged"),
    "half": (saved()[:500], "damaged"),
    "too long": (saved() + LONG, f"has {len(saved()) + len(LONG)} bytes"),
    "an empty zip": (zipped({}), "not a codebook file"),
    "a member missing": (saved(colour=None), "version, block_size, colour, codewords"),
    "a member more": (saved(more=1), "version, block_size, colour, codewords"),
    "other members": (zipped({"word/document.xml": b"<a/>"}), "this one does not"),
    "a member renamed": (
        zipped(MEMBERS).replace(b"version.npy", b"colour_.npy"),
        "this one does not",
    ),
    "version": (saved(version=2), "has version 2; this program reads 1"),
    "two versions": (saved(version=[1, 1]), "damaged"),
    "float64": (saved(codewords=WORDS.astype(float)), "not float64 (3, 4)"),
    "int8": (saved(codewords=WORDS.astype(np.int8)), "not int8 (3, 4)"),
    "one axis": (saved(codewords=WORDS[0]), "not uint8 (4,)"),
    "no codeword": (saved(codewords=WORDS[:0]), "not uint8 (0, 4)"),
    "other d": (saved(codewords=WORDS[:, :3]), "codewords have 3 samples instead of 4"),
    "d of 1": (saved(codewords=WORDS[:, :1]), "codewords have 1 sample instead of 4"),
    "d of rgb": (saved(colour="rgb"), "codewords have 4 samples instead of 12"),
    "4097": (saved(codewords=np.zeros((4097, 4), np.uint8)), "has 4097 codewords"),
    "block size 0": (saved(block_size=0), "the block size is 1 to 32, not 0"),
    "block size 33": (saved(block_size=33), "the block size is 1 to 32, not 33"),
    "block size 2.5": (saved(block_size=2.5), "asks for block size 2.5"),
    "block sizes": (saved(block_size=[2, 2]), "the side of a square twice"),
    "three block sizes": (saved(block_size=[2, 3, 2]), "asks for block size [2 3 2]"),
    "a rectangle of other samples": (saved(block_size=[4, 2]), "4 samples instead of 8"),
    "colour": (saved(colour="cmyk"), "colour is one of gray, rgb, ycbcr, not 'cmyk'"),
    "colour of bytes": (saved(colour=b"gray"), "colour is one of"),
    "pickled": (saved(colour=np.array(["gray", None], object)), "pickled objects"),
    "pickled codewords": (saved(codewords=np.array([[1, None]], object)), "pickled objects"),
    "not an .npy": (zipped(MEMBERS | {"colour.npy": b"gray"}), "damaged"),
    "an .npy of version 9": (
        zipped(MEMBERS | {"colour.npy": b"\x93NUMPY\x09\0" + MEMBERS["colour.npy"][8:]}),
        "has version 9.0",
    ),
    "an empty member": (zipped(MEMBERS | {"colour.npy": b""}), "damaged"),
    "samples missing": (
        zipped(MEMBERS | {"codewords.npy": MEMBERS["codewords.npy"][:-1]}),
        "no array of shape",
    ),
    "samples more": (
        zipped(MEMBERS | {"codewords.npy": MEMBERS["codewords.npy"] + b"1"}),
        "no array of shape",
    ),
    "petabytes declared": (
        zipped(MEMBERS | {"codewords.npy": declared("(4096, 10**12)")}),
        "damaged",
    ),
    "terabytes declared": (
        zipped(MEMBERS | {"codewords.npy": declared("(4096, 1000000000)")}),
        "no array of shape",
    ),
    "no end of nothing": (
        zipped(MEMBERS | {"codewords.npy": declared("(10000000000, 0)")}),
        "not uint8 (10000000000, 0)",
    ),
    "negative shape": (
        zipped(MEMBERS | {"codewords.npy": declared("(-3, -4)", WORDS.tobytes())}),
        "damaged",
    ),
    "a header of brackets": (zipped(MEMBERS | {"codewords.npy": declared("(" * 9000)}), "damaged"),
}


@pytest.mark.parametrize("what", REFUSED)
def test_what_is_no_codebook_is_refused(what: str) -> None:
    data, message = REFUSED[what]
    assert message in refusal(data)


def with_lies(data: bytes, length: int) -> bytes:
    """Change the uncompressed length that a zip's directory gives its last member."""
    entry = data.rfind(b"PK\1\2")
    return data[: entry + 24] + length.to_bytes(4, "little") + data[entry + 28 :]


BOMB = zipped(MEMBERS | {"codewords.npy": bytes(100_000_000)}, zipfile.ZIP_DEFLATED)


@pytest.mark.parametrize(
    ("data", "message"),
    [
        (BOMB, "holds a member of 100000000 bytes"),
        (with_lies(BOMB, 140), "damaged"),
        (with_lies(BOMB, MAX_FILE_BYTES), "damaged"),
        (REFUSED["terabytes declared"][0], "no array of shape"),
    ],
    ids=["bomb", "bomb that says 140", "bomb that says the most", "terabytes declared"],
)
def test_a_bomb_takes_little_memory(data: bytes, message: str) -> None:
    tracemalloc.start()
    try:
        assert message in refusal(data)
        _, peak = tracemalloc.get_traced_memory()
    finally:
        tracemalloc.stop()
    assert peak < 6 * MAX_FILE_BYTES


@pytest.mark.parametrize("data", [saved(), pack_codebook(shared(), "where from")], ids=len)
def test_every_truncation_is_refused(data: bytes) -> None:
    for length in range(len(data)):
        refusal(data[:length])


def test_no_flipped_bit_changes_a_codebook() -> None:
    # The names and times of a zip are not under a checksum; what they say is not looked at.
    data, refused = pack_codebook(shared()), 0
    for bit in range(8 * len(data)):
        damaged = bytearray(data)
        damaged[bit // 8] ^= 1 << bit % 8
        try:
            assert parse_codebook(bytes(damaged)).checksum == shared().checksum
        except CodebookError:
            refused += 1
    assert refused > 4 * len(data)


@pytest.mark.parametrize(
    ("make", "told"),
    [
        (lambda: shared(WORDS, 3), "4 samples instead of 9"),
        (lambda: shared(np.zeros((4097, 4), np.uint8)), "4097 codewords"),
        (lambda: shared(WORDS, 33), "not 33"),
    ],
)
def test_what_could_not_be_saved_is_not_made(make: Callable[[], object], told: str) -> None:
    with pytest.raises(ValueError, match=told):
        make()


def test_load_names_the_file(tmp_path: Path) -> None:
    (tmp_path / "a.npz").write_bytes(pack_codebook(shared()))
    assert load_codebook(tmp_path / "a.npz").checksum == shared().checksum
    (tmp_path / "b.npz").write_bytes(b"PK\3\4")
    with pytest.raises(CodebookError, match=r"b\.npz: The codebook file is damaged"):
        load_codebook(tmp_path / "b.npz")
    with pytest.raises(OSError, match="No such file"):
        load_codebook(tmp_path / "c.npz")


# --------------------------------------------------------------------------------- codewords alone


def npy(array: object, *, allow_pickle: bool = False) -> bytes:
    file = io.BytesIO()
    np.save(file, array, allow_pickle=allow_pickle)
    return file.getvalue()


@given(
    codewords=arrays.arrays(
        np.uint8, st.tuples(st.integers(1, 9), st.sampled_from([1, 4, 12, 16, 20, 48]))
    ),
    in_columns=st.booleans(),
)
def test_codewords_alone_come_back(codewords: np.ndarray, in_columns: bool) -> None:
    stored = np.asfortranarray(codewords) if in_columns else codewords
    found = parse_codewords(npy(stored)).codewords
    np.testing.assert_array_equal(found, codewords)
    assert found.flags.c_contiguous


ALONE_REFUSED = {
    "a codebook file": (pack_codebook(shared()), "not a file of codewords (.npy)"),
    "empty": (b"", "not a file of codewords"),
    "floats": (npy(WORDS / 2), "uint8 array of shape (K, d), not float64 (3, 4)"),
    "one row": (npy(WORDS[0]), "uint8 array of shape (K, d), not uint8 (4,)"),
    "no rows": (npy(WORDS[:0]), "not uint8 (0, 4)"),
    "too many": (npy(np.zeros((4097, 4), np.uint8)), "4097 codewords; the limit is 4096"),
    "of no block": (npy(np.zeros((2, 41), np.uint8)), "41 samples, as no block has"),
    "pickled": (npy(np.array([{}], object), allow_pickle=True), "never opened"),
    "cut": (npy(WORDS)[:-1], "damaged"),
    "longer": (npy(WORDS) + b"\0", "damaged"),
    "no header": (npy(WORDS)[:20], "damaged"),
    "another version": (npy(WORDS)[:6] + b"\x09" + npy(WORDS)[7:], "has version 9.0"),
    "terabytes declared": (declared("(1000000, 1000000)"), "no array of shape"),
}


@pytest.mark.parametrize("what", ALONE_REFUSED)
def test_what_is_no_codewords_is_refused(what: str) -> None:
    data, told = ALONE_REFUSED[what]
    with pytest.raises(CodebookError) as caught:
        parse_codewords(data)
    assert told in str(caught.value)
    assert str(caught.value).endswith(".")
    assert "\n" not in str(caught.value)


def test_codewords_alone_are_a_codebook_where_they_fit() -> None:
    alone = parse_codewords(npy(WORDS))
    assert cut_as(alone, (BlockSize(2, 2), "gray")).checksum == shared().checksum
    assert cut_as(alone, (BlockSize(4, 1), "gray")).block_size == (4, 1)


@pytest.mark.parametrize(
    ("dimension", "told"),
    [
        (48, "48 samples, and blocks of 8×8 in gray have 64; 4×4 in rgb fits."),
        (3, "3 samples, and blocks of 8×8 in gray have 64; 1×1 in rgb or 1×1 in ycbcr fits."),
        (1, "1 sample, and blocks of 8×8 in gray have 64; 1×1 in gray fits."),
        (2, "64; 2×1 in gray or 1×2 in gray fits."),
    ],
)
def test_codewords_that_do_not_fit_say_what_would(dimension: int, told: str) -> None:
    with pytest.raises(CodebookError) as caught:
        cut_as(Codebook(np.zeros((2, dimension), np.uint8)), (BlockSize(8, 8), "gray"))
    assert told in str(caught.value)


@pytest.mark.parametrize("dimension", [1, 2, 3, 5, 20, 37, 48, 96, 192, 1536, 3072])
def test_what_would_fit_fits(dimension: int) -> None:
    alone = Codebook(np.zeros((1, dimension), np.uint8))
    for cut in cuts_of(dimension):
        assert dimension_of(*cut) == dimension
        assert cut_as(alone, cut).block_size == cut[0]
