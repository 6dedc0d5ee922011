"""The codebook file: a codebook by itself, to use for any picture.

Version 1. A zip file as numpy.savez writes it, of these members and no other:

=============  ===================================  =============================================
member         array                                anything else is illegal
=============  ===================================  =============================================
version        one integer                          1
block_size     one integer, the side of a square;   1 to 32; two that are equal
               or two, width and height
colour         one text                             gray, rgb or ycbcr
codewords      uint8 of shape (K, d)                K from 1 to 4096; d samples a codeword, as in
                                                    `BlockLayout`
=============  ===================================  =============================================

A .vq file that leaves its codebook out names it by a **checksum**: the first 8 bytes of the SHA-256
of block size (1 byte; of a rectangle 2, width and height), colour mode (1 byte: 0 gray, 1 rgb,
2 ycbcr), K − 1 (2 bytes, little-endian) and the codewords, row by row. It is a name, and with 64
bits two of a million codebooks share one with a chance of 3·10⁻⁸; with the 32 of a CRC they surely
would.

The comment of the zip file may say where the codebook comes from: in JSON, UTF-8, at most 2048
bytes, an object with picture, settings and program. A reader need not look at it, and those before
there was one do not; it changes neither the codebook nor its checksum.

A reader must refuse, before it allocates anything: a file longer than any codebook needs; a comment
of another length than the zip file says; other members; a member that says it is longer than it may
be, or that turns out to be; pickled objects.

**Codewords alone**, as numpy.save writes them in an .npy file (uint8 of shape (K, d)), are a
codebook where block size and colour mode are said.
"""

from __future__ import annotations

import hashlib
import io
import struct
import zipfile
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from functools import cache, cached_property
from pathlib import Path
from typing import Any

import numpy as np

from vqcore.arrays import Numbers
from vqcore.codebooks.codebook import MAX_CODEBOOK_SIZE, Codebook
from vqcore.plurals import noun
from vqcore.quantizers.plain import quantizer_of
from vqcore.quantizers.quantizer import Quantizer
from vqcore.signals.blocks import COLOURS, MAX_BLOCK_SIZE, BlockLayout, BlockSize, Colour
from vqcore.signals.npy import NpyError, array_of, is_npy
from vqcore.words import said, why

VERSION = 1
MEMBERS = ("version", "block_size", "colour", "codewords")
ZIP_MAGIC = b"PK\x03\x04"
NAMED = struct.Struct("<BH")
CHECKSUM_BYTES = 8
MAX_COMMENT_BYTES = 2048
OVERHEAD = 4096
MAX_FILE_BYTES = MAX_CODEBOOK_SIZE * 3 * MAX_BLOCK_SIZE**2 + OVERHEAD


Cut = tuple[BlockSize, Colour]
"""What has to be known to use codewords: block size and colour mode."""

MAX_CUTS_NAMED = 3


class CodebookError(ValueError):
    """A codebook file cannot be used; the message says why in one line."""


@dataclass(frozen=True, eq=False)
class SharedCodebook:
    """A codebook, and what has to be known to use it for another picture.

    Parameters
    ----------
    codebook : Codebook
        Index k of a .vq file that names it means its row k.
    block_size, colour
        As in the `BlockLayout` it was trained for.

    Raises
    ------
    ValueError
        If there are more than 4096 codewords, or d is not that of block size and colour mode.
    """

    codebook: Codebook
    block_size: BlockSize
    colour: Colour

    def __post_init__(self) -> None:
        object.__setattr__(self, "block_size", BlockSize.of(self.block_size))
        expected = BlockLayout(1, 1, self.block_size, self.colour).dimension
        size, dimension = self.codebook.codewords.shape
        if dimension != expected:
            raise ValueError(said("refusal.codebook.samples", n=dimension, expected=expected))
        if size > MAX_CODEBOOK_SIZE:
            raise ValueError(said("refusal.codebook.many", size=size, limit=MAX_CODEBOOK_SIZE))

    @property
    def size(self) -> int:
        """Return K."""
        return self.codebook.size

    @property
    def quantizer(self) -> Quantizer:
        return quantizer_of(self.codebook)

    @cached_property
    def checksum(self) -> bytes:
        """Return the 8 bytes that name the codebook."""
        sha256 = hashlib.sha256(bytes(self._sides))
        sha256.update(NAMED.pack(COLOURS.index(self.colour), self.codebook.size - 1))
        sha256.update(self.codebook.codewords.tobytes())
        return sha256.digest()[:CHECKSUM_BYTES]

    @property
    def _sides(self) -> tuple[int, ...]:
        """Return the side of a square, or both of a rectangle."""
        return tuple(self.block_size)[: 1 if self.block_size.is_square else 2]


def pack_codebook(shared: SharedCodebook, comment: str = "") -> bytes:
    """Return the codebook file; equal codebooks and comments give equal bytes.

    Parameters
    ----------
    shared : SharedCodebook
    comment : where it comes from, as JSON

    Raises
    ------
    ValueError
        If the comment is longer than 2048 bytes.
    """
    told = comment.encode()
    if len(told) > MAX_COMMENT_BYTES:
        raise ValueError(f"a comment has at most {MAX_COMMENT_BYTES} bytes, not {len(told)}")
    file, size = io.BytesIO(), shared.block_size
    members: dict[str, Any] = {
        "version": VERSION,
        "block_size": size.width if size.is_square else np.array(size),
        "colour": shared.colour,
        "codewords": shared.codebook.codewords,
    }
    np.savez(file, allow_pickle=False, **members)
    if told:
        with zipfile.ZipFile(file, "a") as archive:
            archive.comment = told
    return file.getvalue()


def is_zip(data: bytes) -> bool:
    """Say whether a file begins as a codebook file does."""
    return data.startswith(ZIP_MAGIC)


def parse_codebook(data: bytes) -> SharedCodebook:
    """Read a codebook file.

    Raises
    ------
    CodebookError
        If it is not one, is damaged, or holds what no codebook file may; the message says which.

    Examples
    --------
    >>> shared = SharedCodebook(Codebook(np.uint8([[0], [255]])), 1, "gray")
    >>> parse_codebook(pack_codebook(shared)).checksum.hex()
    '7dbc590f6d5ce7e0'
    """
    if not is_zip(data):
        raise CodebookError(said("refusal.codebook.no-npz"))
    if len(data) > MAX_FILE_BYTES:
        raise CodebookError(said("refusal.codebook.long", length=len(data)))
    try:
        return _shared(_members(data))
    except CodebookError:
        raise
    except NpyError as error:
        raise CodebookError(said("refusal.codebook.useless", reason=why(error))) from error
    except Exception as error:  # zipfile's and numpy's errors have no common ancestor
        raise CodebookError(said("refusal.codebook.damaged")) from error


def parse_codewords(data: bytes) -> Codebook:
    """Read an .npy file of codewords alone; nothing in it is ever unpickled.

    Raises
    ------
    CodebookError
        If it is not one, is damaged, or holds what no codebook has; the message says which.

    Examples
    --------
    >>> file = io.BytesIO()
    >>> np.save(file, np.uint8([[0] * 16, [255] * 16]))
    >>> parse_codewords(file.getvalue()).size
    2
    """
    if not is_npy(data):
        raise CodebookError(said("refusal.codebook.no-npy"))
    try:
        codebook = _of_samples(array_of(data))
    except ValueError as error:
        raise CodebookError(said("refusal.npy.unusable", reason=why(error))) from error
    size, dimension = codebook.codewords.shape
    if size > MAX_CODEBOOK_SIZE:
        raise CodebookError(said("refusal.codebook.many-npy", size=size, limit=MAX_CODEBOOK_SIZE))
    if not cuts_of(dimension):
        raise CodebookError(said("refusal.codebook.no-block", dimension=dimension))
    return codebook


@cache
def cuts_of(dimension: int) -> tuple[Cut, ...]:
    """Return the cuts of that many samples a block: the squares, or else a few that are nearest.

    Examples
    --------
    >>> cuts_of(48), cuts_of(41), cuts_of(20)
    (((4, 'rgb'),), (), (((5, 4), 'gray'), ((4, 5), 'gray'), ((10, 2), 'gray')))
    """
    sides = range(MAX_BLOCK_SIZE, 0, -1)
    sizes = sorted(
        (BlockSize(width, height) for width in sides for height in sides),
        key=lambda size: abs(size.width - size.height),
    )
    cuts = [(size, it) for it in COLOURS for size in sizes if dimension == dimension_of(size, it)]
    squares = [cut for cut in cuts if cut[0].is_square]
    return tuple(squares or cuts[:MAX_CUTS_NAMED])


def dimension_of(block_size: BlockSize, colour: Colour) -> int:
    """Return how many samples a codeword has."""
    return BlockLayout(1, 1, block_size, colour).dimension


def cut_as(codebook: Codebook, cut: Cut) -> SharedCodebook:
    """Return codewords alone as a codebook for a block size and colour mode.

    Raises
    ------
    CodebookError
        If they have another number of samples; the message says what would fit.

    Examples
    --------
    >>> alone = Codebook(np.uint8([[7] * 48]))
    >>> cut_as(alone, (BlockSize(4, 4), "rgb")).checksum.hex()
    '21e1b06655c37e4c'
    """
    dimension, needed = codebook.codewords.shape[1], dimension_of(*cut)
    if dimension == needed:
        return SharedCodebook(codebook, *cut)
    fitting = " or ".join(f"{size} in {colour}" for size, colour in cuts_of(dimension))
    raise CodebookError(
        f"Its codewords have {dimension} {noun(dimension, 'sample')}, and blocks of {cut[0]} in "
        f"{cut[1]} have {needed}; {fitting} fits."
    )


def load_codebook(path: Path, cut: Cut | None = None) -> SharedCodebook:
    """Read a codebook file from the disk; with a cut, one of codewords alone.

    Raises
    ------
    OSError
        If the file cannot be read.
    CodebookError
        As `parse_codebook` or `parse_codewords` and `cut_as` do; the message begins with the path.
    """
    data = _data_of(path)
    with _named(path):
        return cut_as(parse_codewords(data), cut) if cut else parse_codebook(data)


def load_codewords(path: Path) -> Codebook:
    """Read the codewords of a file from the disk, a codebook (.npz) or those alone (.npy).

    Raises
    ------
    OSError
        If the file cannot be read.
    CodebookError
        As `parse_codebook` or `parse_codewords` do; the message begins with the path.
    """
    data = _data_of(path)
    with _named(path):
        return parse_codewords(data) if is_npy(data) else parse_codebook(data).codebook


def _data_of(path: Path) -> bytes:
    with path.open("rb") as file:
        return file.read(MAX_FILE_BYTES + 1)


@contextmanager
def _named(path: Path) -> Iterator[None]:
    """Begin what is wrong with a file by its path."""
    try:
        yield
    except CodebookError as error:
        raise CodebookError(f"{path}: {error}") from error


def _members(data: bytes) -> dict[str, Numbers]:
    """Return the arrays of a zip file, after a look at what each says of itself."""
    with zipfile.ZipFile(io.BytesIO(data)) as archive:
        end = len(data) - len(archive.comment)
        if int.from_bytes(data[end - 2 : end], "little") != len(archive.comment):
            raise CodebookError(said("refusal.codebook.no-end"))
        entries = archive.infolist()
        if sorted(entry.filename for entry in entries) != sorted(f"{it}.npy" for it in MEMBERS):
            raise CodebookError(said("refusal.codebook.members", members=MEMBERS))
        return {
            entry.filename.removesuffix(".npy"): array_of(_unzipped(archive, entry))
            for entry in entries
        }


def _unzipped(archive: zipfile.ZipFile, entry: zipfile.ZipInfo) -> bytes:
    """Return a member, whatever it says of its own length never more than a codebook has."""
    if entry.file_size > MAX_FILE_BYTES:
        raise CodebookError(said("refusal.codebook.long-member", length=entry.file_size))
    with archive.open(entry) as member:
        return member.read(MAX_FILE_BYTES)


def _shared(members: dict[str, Numbers]) -> SharedCodebook:
    """Check what the arrays say."""
    version, block_size, colour, codewords = (members[name] for name in MEMBERS)
    if version != VERSION:
        raise CodebookError(said("refusal.codebook.version", version=f"{version}"))
    sides = block_size.ravel().tolist()
    if block_size.dtype.kind not in "iu" or block_size.shape not in ((), (2,)):
        raise CodebookError(said("refusal.codebook.block", size=f"{block_size}"))
    if len(sides) == 2 and sides[0] == sides[1]:
        raise CodebookError(said("refusal.codebook.square"))
    try:
        codebook, size = _of_samples(codewords), BlockSize.of((*sides, *sides)[:2])
        return SharedCodebook(codebook, size, str(colour))  # type: ignore[arg-type]
    except ValueError as error:
        raise CodebookError(said("refusal.codebook.useless", reason=why(error))) from error


def _of_samples(codewords: Numbers) -> Codebook:
    if codewords.dtype != np.uint8 or codewords.ndim != 2 or not codewords.size:
        shape, dtype = codewords.shape, codewords.dtype
        raise ValueError(said("refusal.codebook.array", dtype=f"{dtype}", shape=f"{shape}"))
    return Codebook(np.ascontiguousarray(codewords))
