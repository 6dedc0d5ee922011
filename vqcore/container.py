"""The .vq file: a picture as one codebook and one index for each block.

Version 1. Multi-byte numbers are little-endian. Nothing is optional.

::

    byte  0      4         5        6       7        11        15      17              end−4    end
          ┌──────┬─────────┬────────┬───────┬────────┬─────────┬───────┬───────────────┬────────┐
          │ VQLB │ version │ colour │ block │ width  │ height  │ K − 1 │ codebook,     │ CRC-32 │
          │      │         │        │ size  │        │         │       │ then indices  │        │
          └──────┴─────────┴────────┴───────┴────────┴─────────┴───────┴───────────────┴────────┘

=============  =====  ==================================================  =======================
field          bytes  meaning                                             anything else is illegal
=============  =====  ==================================================  =======================
magic          4      ``VQLB``
version        1      1; it fixes the colour conversion and the models    1
colour         1      0 gray, 1 rgb, 2 ycbcr                              0 to 2
block size     1      side b of a block in pixels                         1 to 32
width, height  4 + 4  of the picture in pixels                            1 to 65 535 each,
                                                                          ≤ 50 000 000 pixels
K − 1          2      number of codewords, less one                       0 to 4095
coded          4·m    32-bit words of one range coder: the codewords
                      in ascending order of their sums, ties as trained,
                      then the indices; see `vqcore.entropy`
checksum       4      CRC-32 (zlib's) of all bytes before it              that value
=============  =====  ==================================================  =======================

The number of samples d in a codeword, and the number of blocks n, follow from the header as in
`vqcore.blocks.BlockLayout`. Decoding looks each index up in the codebook.

A decoder must refuse, before it allocates anything: a file shorter than 21 bytes, or whose length
less 21 is no multiple of 4; another magic; a wrong checksum; another version; an illegal field. It
must refuse codewords out of that order, and coded words other than those an encoder writes for the
codewords and indices found.
"""

from __future__ import annotations

import struct
import zlib

import numpy as np

from vqcore.blocks import COLOURS, MAX_BLOCK_SIZE, BlockLayout, Samples
from vqcore.codebook import MAX_CODEBOOK_SIZE, Codebook
from vqcore.codec import Encoded
from vqcore.entropy import WORD, Reader, Writer, code_codewords, code_indices
from vqcore.pictures import MAX_PIXELS, MAX_SIDE
from vqcore.work import Work, finish

MAGIC = b"VQLB"
VERSION = 1
HEADER = struct.Struct("<4sBBBIIH")
CHECKSUM = struct.Struct("<I")


class FileError(ValueError):
    """A .vq file cannot be decoded; the message says why in one line."""


def pack(encoded: Encoded) -> bytes:
    """Return the .vq file of an encoded picture.

    The same codewords, indices and layout give the same bytes on every machine. FileError if the
    picture is larger than a file may hold.
    """
    return finish(pack_work(encoded))


def pack_work(encoded: Encoded) -> Work[bytes]:
    """Do the work of `pack`, with pauses."""
    layout, codewords, indices = encoded.layout, *_sorted(encoded)
    colour = COLOURS.index(layout.colour)
    fields = colour, layout.block_size, layout.width, layout.height
    _check_fields(*fields, len(codewords))
    writer = Writer()
    yield from code_codewords(writer, layout, codewords)
    yield from code_indices(writer, layout, codewords, indices)
    body = HEADER.pack(MAGIC, VERSION, *fields, len(codewords) - 1) + writer.bytes()
    return body + CHECKSUM.pack(zlib.crc32(body))


def coded_codebook_work(encoded: Encoded) -> Work[int]:
    """Return the bytes of the codewords, coded as in the file but by themselves, with pauses."""
    writer = Writer()
    yield from code_codewords(writer, encoded.layout, _sorted(encoded)[0])
    return len(writer.bytes())


def parse(data: bytes) -> Encoded:
    """Decode a .vq file.

    Raises
    ------
    FileError
        If it is not one, is damaged, or asks for what no file may; the message says which.
    """
    layout, size = _parse_header(data)
    reader = Reader(data[HEADER.size : -CHECKSUM.size])
    try:
        unknown = np.zeros((size, layout.dimension), np.uint8)
        codewords = finish(code_codewords(reader, layout, unknown))
        indices = finish(
            code_indices(reader, layout, codewords, np.zeros(layout.blocks, np.int32))
        )
        genuine = reader.is_genuine() and _ascending(codewords)
    except AssertionError:  # constriction's word for impossible words
        genuine = False
    if not genuine:
        raise FileError("The .vq file holds words that no encoder writes.")
    return Encoded(layout, Codebook(codewords), indices)


def is_vq(data: bytes) -> bool:
    """Say whether a file begins as a .vq does."""
    return data.startswith(MAGIC)


def _parse_header(data: bytes) -> tuple[BlockLayout, int]:
    """Check everything that can be checked without decoding."""
    if not is_vq(data):
        raise FileError("This is not a .vq file.")
    coded = len(data) - HEADER.size - CHECKSUM.size
    if coded < 0 or coded % WORD.itemsize:
        raise FileError(f"The .vq file is incomplete: {len(data)} bytes.")
    if CHECKSUM.unpack(data[-CHECKSUM.size :])[0] != zlib.crc32(data[: -CHECKSUM.size]):
        raise FileError("The .vq file is damaged: its checksum is wrong.")
    _, version, colour, block_size, width, height, last = HEADER.unpack_from(data)
    if version != VERSION:
        raise FileError(f"The .vq file has version {version}; this program reads {VERSION}.")
    _check_fields(colour, block_size, width, height, last + 1)
    return BlockLayout(width, height, block_size, COLOURS[colour]), last + 1


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


def _sums(codewords: Samples) -> np.ndarray:
    return codewords.sum(axis=1, dtype=np.int64)


def _ascending(codewords: Samples) -> bool:
    return bool((np.diff(_sums(codewords)) >= 0).all())


def _sorted(encoded: Encoded) -> tuple[np.ndarray, np.ndarray]:
    """Return the codewords in the order of the file, and the indices into that order."""
    codewords = encoded.codebook.codewords
    order = np.argsort(_sums(codewords), kind="stable")
    places = np.empty(len(order), np.int32)
    places[order] = np.arange(len(order))
    return codewords[order], places[encoded.indices]
