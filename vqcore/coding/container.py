"""The .vq file: a picture as a quantizer and one index, or several, for each block.

Version 1 holds a plain codebook; version 2 names one that is elsewhere; version 3 does either, has
a quantizer of any family, blocks that are no squares, or their edges smoothed. What version 1 or 2
can say is not said in version 3. Version 4 holds a sound, see `soundcontainer`. Multi-byte numbers
are little-endian. Nothing is optional.

::

    byte  0      4         5        6       7        11        15          end−4    end
          ┌──────┬─────────┬────────┬───────┬────────┬─────────┬───────────┬────────┐
          │ VQLB │ version │ colour │ block │ width  │ height  │ quantizer │ CRC-32 │
          │      │         │        │ size  │        │         │ indices   │        │
          └──────┴─────────┴────────┴───────┴────────┴─────────┴───────────┴────────┘

=============  =====  ==================================================  =======================
field          bytes  meaning                                             anything else is illegal
=============  =====  ==================================================  =======================
magic          4      ``VQLB``
version        1      it fixes the colour conversion and the models       1, 2 or 3
colour         1      0 gray, 1 rgb, 2 ycbcr                              0 to 2
block size     1      side b of a block in pixels; in version 3 its       1 to 32
                      width
width, height  4 + 4  of the picture in pixels                            1 to 65 535 each,
                                                                          ≤ 50 000 000 pixels
**1 and 2**
K − 1          2      number of codewords, less one                       0 to 4095
name           0, 8   in version 2 the checksum of the codebook, see
                      `codebookfile`
**3**
family         1      0 plain, 1 mean-removed, 2 residual, 3 quadtree,    0 to 7
                      4 planes, 5 tree, 6 gain-shape, 7 wavelet
smoothing      1      of the edges of blocks, see `smoothing`             0 to 63; of wavelet 0
block height   1      in pixels                                           1 to 32
elsewhere      1      whether the codebook is elsewhere                   0; of plain 0 or 1
columns m      1      how many indices a block has                        as the family has
K_j − 1        2·m    entries of each column, less one                    0 to 4095; levels: 256
                                                                          ÷ step
step           1·m    what differences are multiples of; between levels   1 to 255; levels: a
                                                                          divisor of 256
name           0, 8   if elsewhere, the checksum of the codebook
**all**
coded          4·w    32-bit words of one range coder: what the tables
                      of the columns have trained, one after another;
                      then the indices; see `entropy`
checksum       4      CRC-32 (zlib's) of all bytes before it              that value
=============  =====  ==================================================  =======================

Kinds of columns. *Codewords* are samples from 0 to 255, in ascending order of their sums, ties in
any. *Leaves* are samples from 0 to 255, in the order of their tree, which comes before them: see
`entropy`, and `ways` for what it says. *Levels* are not in the file: entry i of step s is
i·s + s ÷ 2, rounded down, in each sample of its component, and 0 in the others. *Differences* are
multiples of the step, −127 to 127 times; entry 0 is 0 and not in the file, the others ascend by
their first sample, then by their second, and so on. *Gains* are multiples of the step, 0 to 255
times; entry 0 is 0 and not in the file, the others ascend. *Shapes* are −128 to 127 in each sample,
in the order of differences; a shape t of step s after a gain g stands for g·t ÷ 2ˢ in each sample,
rounded, halves up. A block is the sum of its entries, cut off at 0 and 255.

=============  ===================================================================================
family         columns
=============  ===================================================================================
plain          codewords
mean-removed   levels of each component; differences
residual       codewords; differences of each further stage, 1 to 7
quadtree       none: see `quadtree`, which has tables and indices of its own; b is the side of the
               smallest leaves, 1 to 8, in ycbcr 2, 4, 6 or 8, and rgb is illegal
planes         codewords of each component; in the samples of others they are 0, which is not in the
               file
tree           leaves
gain-shape     levels of each component, or none; gains; shapes, of 1 to 12 bits of fraction
wavelet        none: see `wavelet.bitstream`, which has codewords and vectors of its own; blocks are
               4×4 and stand for nothing, ycbcr is illegal, and smoothing is 0
=============  ===================================================================================

The number of samples d in a codeword, and the number of blocks n, follow from the header as in
`BlockLayout`. Codewords in ycbcr become RGB as in `ycbcr`, to the bit. Trained codebooks have their
order from the start, so that k is the same on screen, in a codebook's own file and here. With a
codebook elsewhere, index k means row k of the one named, in the order of its own file, whichever
that is: the checksum covers it.

A decoder must refuse, before it allocates anything: a file shorter than its header and its
checksum, or whose coded part is no multiple of 4 bytes; another magic; a wrong checksum; another
version; an illegal field. It must refuse entries out of their order, and coded words other than
those an encoder writes for the entries and indices found. It must refuse to decode without the
codebook named, and with one of another block size, colour mode or K than the header
says.
"""

from __future__ import annotations

import struct
import zlib
from collections.abc import Iterable
from dataclasses import dataclass

from vqcore.codebooks.codebook import MAX_CODEBOOK_SIZE
from vqcore.coding.codebookfile import CHECKSUM_BYTES, SharedCodebook
from vqcore.coding.codec import Encoded
from vqcore.coding.entropy import WORD, Impossible, Reader, Writer
from vqcore.coding.families import blank as blank_picture
from vqcore.coding.families import code, code_tables, is_in_order, words_work
from vqcore.coding.smoothing import MAX_STRENGTH
from vqcore.coding.soundcodec import EncodedSound
from vqcore.quantizers import quadtree, wavelet
from vqcore.quantizers.additive import blank
from vqcore.quantizers.family import FAMILIES
from vqcore.quantizers.plain import ID as PLAIN
from vqcore.quantizers.plain import quantizer_of
from vqcore.quantizers.quantizer import Column, Quantizer
from vqcore.signals.blocks import COLOURS, MAX_BLOCK_SIZE, BlockLayout, BlockSize
from vqcore.signals.layouts import Layout
from vqcore.signals.pictures import MAX_PIXELS, MAX_SIDE
from vqcore.words import Said, said, why
from vqcore.work import Work, finish

MAGIC = b"VQLB"
OF_A_SOUND = 4
WITH_CODEBOOK, WITHOUT_CODEBOOK, OF_A_FAMILY = VERSIONS = 1, 2, 3
FILE_FAMILIES = (
    PLAIN,
    "mean-removed",
    "residual",
    "quadtree",
    "planes",
    "tree",
    "gain-shape",
    "wavelet",
)
SAID_WITH_TABLES = {quadtree.ID: quadtree.blank, wavelet.ID: wavelet.blank}
"""Families whose columns are coded with their tables, and their quantizers until then."""
START = struct.Struct("<4sBBBII")
LAST = struct.Struct("<H")
COUNTS = struct.Struct("<BBBBB")
CHECKSUM = struct.Struct("<I")
HEIGHT = START.size + 2
SHORTEST = START.size + LAST.size + CHECKSUM.size


class FileError(ValueError):
    """A .vq file cannot be decoded; the message says why in one line."""


@dataclass(frozen=True)
class Header:
    """What a .vq file says of itself before anything is decoded.

    Parameters
    ----------
    layout
    family : its id
    columns : of the quantizer
    codebook : the checksum of a codebook that is not in the file, else None
    smoothing : as in `Encoded`
    """

    layout: BlockLayout
    family: str
    columns: tuple[Column, ...]
    codebook: bytes | None
    smoothing: int = 0

    @property
    def codebook_size(self) -> int:
        return self.blank.codebook_size

    @property
    def blank(self) -> Quantizer:
        """Return the quantizer, as far as it is known."""
        if self.family in SAID_WITH_TABLES:
            return SAID_WITH_TABLES[self.family](self.layout)
        return blank(self.family, self.layout, self.columns)

    @property
    def version(self) -> int:
        if self.family != PLAIN or self.smoothing or not self.layout.block_size.is_square:
            return OF_A_FAMILY
        return WITH_CODEBOOK if self.codebook is None else WITHOUT_CODEBOOK

    @property
    def data(self) -> bytes:
        """Return the bytes that say it, up to where the coded words begin."""
        layout, sizes = self.layout, [column.size for column in self.columns]
        wide, high = layout.block_size
        fields = COLOURS.index(layout.colour), wide, layout.width, layout.height
        start = START.pack(MAGIC, self.version, *fields)
        lasts = b"".join(LAST.pack(size - 1) for size in sizes)
        if self.version != OF_A_FAMILY:
            return start + lasts + (self.codebook or b"")
        number = FILE_FAMILIES.index(self.family)
        counts = COUNTS.pack(number, self.smoothing, high, self.codebook is not None, len(sizes))
        steps = bytes(column.step for column in self.columns)
        return start + counts + lasts + steps + (self.codebook or b"")


def pack(encoded: Encoded, *, with_codebook: bool = True) -> bytes:
    """Return the .vq file of an encoded picture.

    The same quantizer, indices and layout give the same bytes on every machine.

    Parameters
    ----------
    encoded : Encoded
    with_codebook : False leaves a plain codebook out, and names it by its checksum

    Raises
    ------
    FileError
        If the picture is larger than a file may hold, no file holds its family, or the file is to
        hold tables out of order; `additive.in_order` gives a quantizer to encode with.
    """
    return finish(pack_work(encoded, with_codebook=with_codebook))


def pack_work(encoded: Encoded, *, with_codebook: bool = True) -> Work[bytes]:
    """Do the work of `pack`, with pauses."""
    header = _header_of(encoded, None if with_codebook else encoded.shared.checksum)
    if with_codebook:
        _check_order(encoded.quantizer)
    body = header.data + (yield from words_work(encoded, with_tables=with_codebook))
    return body + CHECKSUM.pack(zlib.crc32(body))


def coded_codebook_work(encoded: Encoded | EncodedSound) -> Work[int]:
    """Return the bytes of the tables, coded as in the file but by themselves, with pauses."""
    writer = Writer()
    yield from code_tables(writer, encoded.layout, encoded.quantizer)
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
    named = _named(header, codebooks)
    unknown = blank_picture(header.layout, named or header.blank, header.smoothing)
    reader = Reader(data[len(header.data) : -CHECKSUM.size])
    try:
        encoded = finish(code(reader, unknown, with_tables=named is None))
        genuine = reader.is_genuine() and (named is not None or is_in_order(encoded.quantizer))
    except (AssertionError, Impossible):  # the first is constriction's word for it
        genuine = False
    if not genuine:
        raise FileError(said("refusal.vq.words"))
    return encoded


def _header_of(encoded: Encoded, codebook: bytes | None) -> Header:
    quantizer, layout = encoded.quantizer, encoded.layout
    family = quantizer.family
    columns = () if family in SAID_WITH_TABLES else quantizer.columns
    if family not in FILE_FAMILIES:
        raise FileError(f"No .vq file holds a {family} quantizer.")
    _check_small(layout.width, layout.height)
    for column in columns:
        _check_size(column.size)
    return Header(layout, family, columns, codebook, encoded.smoothing)


def _named(header: Header, codebooks: Iterable[SharedCodebook]) -> Quantizer | None:
    """Return the quantizer of the codebook that a file names, or None if it holds its own."""
    if header.codebook is None:
        return None
    given = {shared.checksum: shared for shared in codebooks}
    needed = header.codebook.hex()
    if not given:
        raise FileError(said("refusal.vq.no-codebook", needed=needed))
    if header.codebook not in given:
        others = _either(it.hex() for it in given)
        raise FileError(said("refusal.vq.other-codebook", needed=needed, others=others))
    shared = given[header.codebook]
    layout, found = header.layout, (shared.block_size, shared.colour, shared.codebook.size)
    if found != (layout.block_size, layout.colour, header.columns[0].size):
        raise FileError(said("refusal.vq.misfit", needed=needed))
    return quantizer_of(shared.codebook)


def _either(names: Iterable[str]) -> Said | str:
    """Return names with "or" between them."""
    first, *others = names
    told: Said | str = first
    for other in others:
        told = said("refusal.vq.or", first=told, other=other)
    return told


def is_vq(data: bytes) -> bool:
    """Say whether a file begins as a .vq does."""
    return data.startswith(MAGIC)


def parse_header(data: bytes) -> Header:
    """Check everything that can be checked without decoding; FileError as in `parse`."""
    if not is_vq(data):
        raise FileError(said("refusal.vq.no-vq"))
    if data[len(MAGIC) : len(MAGIC) + 1] == bytes([OF_A_SOUND]):
        raise FileError(said("refusal.vq.is-sound"))
    _check_whole(data)
    check_sum(data)
    _, version, colour, wide, width, height = START.unpack_from(data)
    if version not in VERSIONS:
        raise FileError(said("refusal.vq.version", version=version))
    high = data[HEIGHT] if version == OF_A_FAMILY else wide
    check_legal(said("refusal.vq.colour", colour=colour), colour < len(COLOURS))
    for side in (wide, high):
        check_legal(said("refusal.vq.block", side=side), 1 <= side <= MAX_BLOCK_SIZE)
    _check_small(width, height)
    layout = BlockLayout(width, height, BlockSize(wide, high), COLOURS[colour])
    return (_family_header if version == OF_A_FAMILY else _plain_header)(data, version, layout)


def check_sum(data: bytes) -> None:
    """Refuse a file whose checksum is not that of its bytes."""
    if CHECKSUM.unpack(data[-CHECKSUM.size :])[0] != zlib.crc32(data[: -CHECKSUM.size]):
        raise FileError(said("refusal.vq.checksum"))


def _check_whole(data: bytes) -> None:
    """Refuse a file shorter than its header and checksum, or that ends inside of a word."""
    coded = len(data) - SHORTEST
    if coded >= 0 and data[len(MAGIC)] == WITHOUT_CODEBOOK:
        coded -= CHECKSUM_BYTES
    elif coded >= 0 and data[len(MAGIC)] == OF_A_FAMILY:
        counts = data[START.size : START.size + COUNTS.size].ljust(COUNTS.size, b"\0")
        *_, elsewhere, columns = COUNTS.unpack(counts)
        coded -= COUNTS.size + (LAST.size + 1) * columns - LAST.size
        coded -= CHECKSUM_BYTES if elsewhere else 0
    if coded < 0 or coded % WORD.itemsize:
        raise FileError(said("refusal.vq.incomplete", length=len(data)))


def _plain_header(data: bytes, version: int, layout: BlockLayout) -> Header:
    [last] = LAST.unpack_from(data, START.size)
    _check_size(last + 1)
    codebook = None
    if version == WITHOUT_CODEBOOK:
        codebook = data[START.size + LAST.size :][:CHECKSUM_BYTES]
    return Header(layout, PLAIN, (Column("codeword", last + 1),), codebook)


def _family_header(data: bytes, version: int, layout: BlockLayout) -> Header:
    number, smoothing, _, elsewhere, m = COUNTS.unpack_from(data, START.size)
    start = START.size + COUNTS.size
    end = start + (LAST.size + 1) * m
    check_legal(said("refusal.vq.family", number=number), number < len(FILE_FAMILIES))
    family = FILE_FAMILIES[number]
    most = 0 if family == wavelet.ID else MAX_STRENGTH
    check_legal(said("refusal.vq.smoothing", strength=smoothing), smoothing <= most)
    check_legal(said("refusal.vq.elsewhere", flag=elsewhere), elsewhere <= (family == PLAIN))
    columns = columns_in_file(data, start, m, family, layout)
    codebook = data[end : end + CHECKSUM_BYTES] if elsewhere else None
    header = Header(layout, family, columns, codebook, smoothing)
    check_legal(said("refusal.vq.earlier"), header.version == version)
    return header


def columns_in_file(
    data: bytes, start: int, m: int, family: str, layout: Layout
) -> tuple[Column, ...]:
    """Return the m columns of a family whose sizes and steps stand at a place of a file."""
    sizes = [last + 1 for last in struct.unpack_from(f"<{m}H", data, start)]
    steps = list(struct.unpack_from(f"<{m}B", data, start + LAST.size * m))
    try:
        columns = FAMILIES[family].columns_of(layout, sizes, steps)
    except ValueError as error:
        raise FileError(said("refusal.vq.columns", reason=why(error))) from error
    for column in columns:
        _check_size(column.size)
        check_legal(said("refusal.vq.step", step=column.step), column.step > 0)
    return columns


def _check_small(width: int, height: int) -> None:
    small = 1 <= width * height <= MAX_PIXELS and max(width, height) <= MAX_SIDE
    check_legal(said("refusal.vq.pixels", width=width, height=height), small)


def _check_size(size: int) -> None:
    check_legal(said("refusal.vq.codewords", size=size), size <= MAX_CODEBOOK_SIZE)


def check_legal(what: Said, allowed: bool) -> None:
    """Refuse what no file may say."""
    if not allowed:
        raise FileError(said("refusal.vq.illegal", what=what))


def _check_order(quantizer: Quantizer) -> None:
    if not is_in_order(quantizer):
        raise FileError(
            "The entries of the tables do not ascend, as they must in a .vq file; "
            "encode with one that `additive.in_order` gives."
        )
