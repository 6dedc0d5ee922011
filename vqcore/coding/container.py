"""The .vq file: a picture as one codebook and one index for each block.

Version 1 holds its codebook; version 2 names one that is elsewhere. Multi-byte numbers are
little-endian. Nothing is optional.

::

    byte  0      4         5        6       7        11        15      17              end−4    end
          ┌──────┬─────────┬────────┬───────┬────────┬─────────┬───────┬───────────────┬────────┐
          │ VQLB │ version │ colour │ block │ width  │ height  │ K − 1 │ codebook or   │ CRC-32 │
          │      │         │        │ size  │        │         │       │ name; indices │        │
          └──────┴─────────┴────────┴───────┴────────┴─────────┴───────┴───────────────┴────────┘

=============  =====  ==================================================  =======================
field          bytes  meaning                                             anything else is illegal
=============  =====  ==================================================  =======================
magic          4      ``VQLB``
version        1      it fixes the colour conversion and the models       1 or 2
colour         1      0 gray, 1 rgb, 2 ycbcr                              0 to 2
block size     1      side b of a block in pixels                         1 to 32
width, height  4 + 4  of the picture in pixels                            1 to 65 535 each,
                                                                          ≤ 50 000 000 pixels
K − 1          2      number of codewords, less one                       0 to 4095
name           0, 8   in version 2 the checksum of the codebook, see
                      `codebookfile`
coded          4·m    32-bit words of one range coder: in version 1 the
                      codewords in ascending order of their sums, ties
                      in any; then the indices; see `entropy`
checksum       4      CRC-32 (zlib's) of all bytes before it              that value
=============  =====  ==================================================  =======================

The number of samples d in a codeword, and the number of blocks n, follow from the header as in
`BlockLayout`. Decoding looks each index up in the codebook; codewords in ycbcr become
RGB as in `ycbcr`, to the bit. Index k means codeword k. Trained codebooks have the order of
version 1 from the start, so that k is the same on screen, in a codebook's own file and here. In
version 2, index k means row k of the codebook named, in the order of its own file, whichever that
is: the checksum covers it.

A decoder must refuse, before it allocates anything: a file shorter than 21 bytes, in version 2 than
29, or whose length less 21 is no multiple of 4; another magic; a wrong checksum; another version;
an illegal field. It must refuse codewords out of that order, and coded words other than those an
encoder writes for the codewords and indices found. In version 2 it must refuse to decode without
the codebook named, and with one of another block size, colour mode or K than the header says.
"""

from __future__ import annotations

import struct
import zlib
from collections.abc import Iterable
from dataclasses import dataclass

import numpy as np

from vqcore.codebooks.codebook import MAX_CODEBOOK_SIZE, Codebook
from vqcore.coding.codebookfile import CHECKSUM_BYTES, SharedCodebook
from vqcore.coding.codec import Encoded
from vqcore.coding.entropy import WORD, Reader, Writer, code_codewords, code_indices
from vqcore.quantizers.plain import ID as PLAIN
from vqcore.quantizers.plain import codebook_of, quantizer_of
from vqcore.signals.blocks import COLOURS, MAX_BLOCK_SIZE, BlockLayout
from vqcore.signals.pictures import MAX_PIXELS, MAX_SIDE
from vqcore.work import Work, finish

MAGIC = b"VQLB"
WITH_CODEBOOK, WITHOUT_CODEBOOK = 1, 2
HEADER = struct.Struct("<4sBBBIIH")
CHECKSUM = struct.Struct("<I")


class FileError(ValueError):
    """A .vq file cannot be decoded; the message says why in one line."""


@dataclass(frozen=True)
class Header:
    """What a .vq file says of itself before anything is decoded.

    `codebook` is the checksum of a codebook that is not in the file, else None.
    """

    layout: BlockLayout
    codebook_size: int
    codebook: bytes | None

    @property
    def bytes(self) -> int:
        """Return where the coded words begin."""
        return HEADER.size + len(self.codebook or b"")


def pack(encoded: Encoded, *, with_codebook: bool = True) -> bytes:
    """Return the .vq file of an encoded picture.

    The same codewords, indices and layout give the same bytes on every machine.

    Parameters
    ----------
    encoded : Encoded
    with_codebook : False leaves the codebook out, and names it by its checksum

    Raises
    ------
    FileError
        If the picture is larger than a file may hold, its quantizer is not plain, or the file is to
        hold a codebook out of order; `Codebook.in_order` gives one to encode with.
    """
    return finish(pack_work(encoded, with_codebook=with_codebook))


def pack_work(encoded: Encoded, *, with_codebook: bool = True) -> Work[bytes]:
    """Do the work of `pack`, with pauses."""
    layout, codebook, writer = encoded.layout, _codebook_of(encoded), Writer()
    version = WITH_CODEBOOK if with_codebook else WITHOUT_CODEBOOK
    fields = COLOURS.index(layout.colour), layout.block_size, layout.width, layout.height
    _check_fields(*fields, codebook.size)
    start = HEADER.pack(MAGIC, version, *fields, codebook.size - 1)
    if with_codebook:
        _check_order(codebook)
        yield from code_codewords(writer, layout, codebook.codewords)
    else:
        start += encoded.shared.checksum
    yield from code_indices(writer, layout, encoded.quantizer, encoded.indices)
    body = start + writer.bytes()
    return body + CHECKSUM.pack(zlib.crc32(body))


def coded_codebook_work(encoded: Encoded) -> Work[int]:
    """Return the bytes of the codewords, coded as in the file but by themselves, with pauses."""
    writer = Writer()
    yield from code_codewords(writer, encoded.layout, _codebook_of(encoded).codewords)
    return len(writer.bytes())


def parse(data: bytes, codebooks: Iterable[SharedCodebook] = ()) -> Encoded:
    """Decode a .vq file.

    Parameters
    ----------
    data : bytes
    codebooks : those at hand, should the file name one; a file that holds its own needs none

    Raises
    ------
    FileError
        If it is not one, is damaged, asks for what no file may, or names a codebook that is not at
        hand; the message says which.
    """
    header = parse_header(data)
    layout, named = header.layout, _named(header, codebooks)
    reader = Reader(data[header.bytes : -CHECKSUM.size])
    try:
        codebook = named or _read_codebook(reader, header)
        quantizer = quantizer_of(codebook)
        unknown = np.zeros((layout.count, 1), np.int32)
        indices = finish(code_indices(reader, layout, quantizer, unknown))
        genuine = reader.is_genuine() and (named is not None or codebook.is_in_order)
    except AssertionError:  # constriction's word for impossible words
        genuine = False
    if not genuine:
        raise FileError("The .vq file holds words that no encoder writes.")
    return Encoded(layout, quantizer, indices)


def _codebook_of(encoded: Encoded) -> Codebook:
    family = encoded.quantizer.family
    if family != PLAIN:
        raise FileError(f"A .vq file holds plain codebooks, not a {family} quantizer.")
    return codebook_of(encoded.quantizer)


def _read_codebook(reader: Reader, header: Header) -> Codebook:
    unknown = np.zeros((header.codebook_size, header.layout.dimension), np.uint8)
    return Codebook(finish(code_codewords(reader, header.layout, unknown)))


def _named(header: Header, codebooks: Iterable[SharedCodebook]) -> Codebook | None:
    """Return the codebook that a file names, or None if it holds its own."""
    if header.codebook is None:
        return None
    given = {shared.checksum: shared for shared in codebooks}
    needed = f"The .vq file needs the codebook {header.codebook.hex()}"
    if not given:
        raise FileError(f"{needed}, which is not in the file.")
    if header.codebook not in given:
        raise FileError(f"{needed}, not {' or '.join(it.hex() for it in given)}.")
    shared = given[header.codebook]
    layout, found = header.layout, (shared.block_size, shared.colour, shared.codebook.size)
    if found != (layout.block_size, layout.colour, header.codebook_size):
        raise FileError(f"{needed}, whose block size, colour mode or size is not the file's.")
    return shared.codebook


def is_vq(data: bytes) -> bool:
    """Say whether a file begins as a .vq does."""
    return data.startswith(MAGIC)


def parse_header(data: bytes) -> Header:
    """Check everything that can be checked without decoding; FileError as in `parse`."""
    if not is_vq(data):
        raise FileError("This is not a .vq file.")
    coded = len(data) - HEADER.size - CHECKSUM.size
    if coded < 0 or coded % WORD.itemsize:
        raise FileError(f"The .vq file is incomplete: {len(data)} bytes.")
    if CHECKSUM.unpack(data[-CHECKSUM.size :])[0] != zlib.crc32(data[: -CHECKSUM.size]):
        raise FileError("The .vq file is damaged: its checksum is wrong.")
    _, version, colour, block_size, width, height, last = HEADER.unpack_from(data)
    if version not in (WITH_CODEBOOK, WITHOUT_CODEBOOK):
        raise FileError(f"The .vq file has version {version}; this program reads 1 and 2.")
    if version == WITHOUT_CODEBOOK and coded < CHECKSUM_BYTES:
        raise FileError(f"The .vq file is incomplete: {len(data)} bytes.")
    _check_fields(colour, block_size, width, height, last + 1)
    named = data[HEADER.size :][:CHECKSUM_BYTES] if version == WITHOUT_CODEBOOK else None
    return Header(BlockLayout(width, height, block_size, COLOURS[colour]), last + 1, named)


def _check_fields(colour: int, block_size: int, width: int, height: int, size: int) -> None:
    legal = {
        f"colour mode {colour}": colour < len(COLOURS),
        f"block size {block_size}": 1 <= block_size <= MAX_BLOCK_SIZE,
        f"{width}×{height} pixels": 1 <= width * height <= MAX_PIXELS
        and max(width, height) <= MAX_SIDE,
        f"{size} codewords": size <= MAX_CODEBOOK_SIZE,
    }
    for what, allowed in legal.items():
        if not allowed:
            raise FileError(f"The .vq file asks for {what}, which no .vq file may.")


def _check_order(codebook: Codebook) -> None:
    if not codebook.is_in_order:
        raise FileError(
            "The sums of the codewords do not ascend, as they must in a .vq file; "
            "encode with Codebook.in_order()."
        )
