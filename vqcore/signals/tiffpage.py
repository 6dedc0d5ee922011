"""What the tags of a TIFF file say of its first page, before anything is decoded.

Specification: TIFF 6.0, Adobe 1992; libtiff's description of BigTIFF.
"""

import math
import struct
from collections.abc import Iterator
from dataclasses import dataclass
from enum import IntEnum
from functools import cached_property
from itertools import islice

import numpy as np

from vqcore.arrays import Numbers
from vqcore.refusals import NotSupportedError
from vqcore.words import Said, said

MAX_PAGES = 1000

GRAY, RGB, CMYK, YCBCR, LAB = "gray", "RGB", "CMYK", "YCbCr", "LAB"
PALETTE = "palette"
COLOURS = {0: GRAY, 1: GRAY, 2: RGB, 3: PALETTE, 5: CMYK, 6: YCBCR, 8: LAB, 9: LAB}
COLOUR_CHANNELS = {GRAY: 1, RGB: 3, PALETTE: 1, CMYK: 4, YCBCR: 3, LAB: 3}
OTHER_COLOURS = {
    4: said("refusal.tiff.mask"),
    10: said("refusal.tiff.itu-lab"),
    32803: said("refusal.tiff.camera"),
    32844: said("refusal.tiff.log-l"),
    32845: said("refusal.tiff.log-luv"),
    34892: said("refusal.tiff.camera"),
}

KINDS = {1: "u", 2: "i", 3: "f", 4: "u"}

UNCOMPRESSED = 1

_TYPES = {1: "u1", 2: "S1", 3: "u2", 4: "u4", 6: "i1", 7: "u1", 8: "i2", 9: "i4", 13: "u4"}
_TYPES |= {16: "u8", 17: "i8", 18: "u8"}


class Tag(IntEnum):
    """The tags that are looked at."""

    SUBFILE = 254
    WIDTH = 256
    HEIGHT = 257
    BITS = 258
    COMPRESSION = 259
    PHOTOMETRIC = 262
    FILL_ORDER = 266
    STRIP_OFFSETS = 273
    ORIENTATION = 274
    CHANNELS = 277
    ROWS_PER_STRIP = 278
    STRIP_BYTES = 279
    PLANAR = 284
    T4_OPTIONS = 292
    PREDICTOR = 317
    COLOUR_MAP = 320
    TILE_WIDTH = 322
    TILE_HEIGHT = 323
    TILE_OFFSETS = 324
    TILE_BYTES = 325
    INK_SET = 332
    EXTRA_SAMPLES = 338
    SAMPLE_FORMAT = 339
    SUBSAMPLING = 530
    PROFILE = 34675


@dataclass(frozen=True)
class Directory:
    """The tags of one page, each read from the file when it is asked for."""

    data: bytes
    order: str
    entries: dict[int, tuple[int, int, int]]

    def values(self, tag: int, *default: int) -> tuple[int, ...]:
        """Return the values of a tag, or the default values if the page has no such tag."""
        if tag not in self.entries:
            return default
        return tuple(self.array(tag).tolist())

    def value(self, tag: int, default: int) -> int:
        """Return the first value of a tag, or the default."""
        return next(iter(self.values(tag)), default)

    def array(self, tag: int) -> Numbers:
        """Return the values of a tag as they lie in the file."""
        kind, count, at = self.entries[tag]
        if kind not in _TYPES:
            raise ValueError(said("refusal.tiff.tag", tag=int(tag), kind=kind))
        return np.frombuffer(self.data, self.order + _TYPES[kind], count, at)


def _directories(data: bytes) -> Iterator[Directory]:
    """Yield the directories of a file, each no more than once."""
    order = "<" if data[:2] == b"II" else ">"
    big = 43 in data[2:4]
    number, entry, at = ("Q", "HHQQ", 8) if big else ("I", "HHII", 4)
    count, size = ("Q", 20) if big else ("H", 12)
    seen = set()
    (start,) = struct.unpack_from(order + number, data, at)
    while start and start not in seen:
        seen.add(start)
        (entries,) = struct.unpack_from(order + count, data, start)
        first = start + struct.calcsize(order + count)
        end = first + entries * size
        (start,) = struct.unpack_from(order + number, data, end)
        places = range(first, end, size)
        yield Directory(data, order, dict(_entry(data, order + entry, place) for place in places))


def _entry(data: bytes, form: str, place: int) -> tuple[int, tuple[int, int, int]]:
    """Return the tag of an entry, and the type, the number and the place of its values."""
    tag, kind, count, at = struct.unpack_from(form, data, place)
    inside = struct.calcsize(form[0] + form[-1])
    if kind in _TYPES and count * int(_TYPES[kind][1]) <= inside:
        at = place + struct.calcsize(form) - inside
    return tag, (kind, count, at)


class Page:
    """The first page of a TIFF file: what its tags say, nothing decoded yet.

    Parameters
    ----------
    data : bytes
        The whole file.

    Raises
    ------
    ValueError, struct.error
        If the file is damaged.
    NotSupportedError
        If the samples are laid out in a way that is not read.
    """

    def __init__(self, data: bytes) -> None:
        directories = list(islice(_directories(data), MAX_PAGES))
        if not directories:
            raise ValueError(said("refusal.tiff.no-page"))
        self.tags = tags = directories[0]
        # What a page has beside it, smaller or as a mask, is no page.
        self.pages = 1 + sum(not page.value(Tag.SUBFILE, 0) & 5 for page in directories[1:])
        self.width, self.height = tags.values(Tag.WIDTH)[0], tags.values(Tag.HEIGHT)[0]
        self.compression = tags.value(Tag.COMPRESSION, UNCOMPRESSED)
        self.photometric = tags.value(Tag.PHOTOMETRIC, 0)
        self.orientation = tags.value(Tag.ORIENTATION, 1)
        self.channels = tags.value(Tag.CHANNELS, 1)
        self.planar = tags.value(Tag.PLANAR, 1) == 2
        self.predictor = tags.value(Tag.PREDICTOR, 1)
        if min(self.width, self.height) < 1:
            raise ValueError(said("refusal.picture.no-pixels"))

    @property
    def profile(self) -> bytes | None:
        """The bytes of the embedded colour profile."""
        return self.tags.array(Tag.PROFILE).tobytes() if Tag.PROFILE in self.tags.entries else None

    @cached_property
    def colour(self) -> str:
        """What the first channels mean together."""
        if self.photometric not in COLOURS:
            unknown = said("refusal.tiff.photometric", number=self.photometric)
            kind = OTHER_COLOURS.get(self.photometric, unknown)
            raise NotSupportedError(said("refusal.tiff.holds", kind=kind))
        return COLOURS[self.photometric]

    @cached_property
    def bits(self) -> int:
        """Bits of a sample."""
        return self._same_for_all(Tag.BITS, 1, said("refusal.tiff.bits"))

    @cached_property
    def kind(self) -> str:
        """The type of the samples in numpy's letters: u, i or f."""
        number = self._same_for_all(Tag.SAMPLE_FORMAT, 1, said("refusal.tiff.format"))
        if number not in KINDS:
            raise NotSupportedError(said("refusal.tiff.complex"))
        return KINDS[number]

    def _same_for_all(self, tag: int, default: int, what: Said) -> int:
        values = set(self.tags.values(tag, default)[: self.channels])
        if len(values) > 1:
            raise NotSupportedError(said("refusal.tiff.channels-differ", what=what))
        return values.pop()

    @cached_property
    def alpha(self) -> tuple[int, bool] | None:
        """The channel that holds the opacity, and whether the colours are multiplied by it."""
        if self.colour not in (GRAY, RGB, PALETTE):
            return None
        first = COLOUR_CHANNELS[self.colour]
        extra = self.tags.values(Tag.EXTRA_SAMPLES)
        if not extra and self.colour == RGB and self.channels == 4:
            return 3, False  # as all programs take it
        for channel, meaning in enumerate(extra, first):
            if meaning in (1, 2, 999) and channel < self.channels:
                return channel, meaning == 1
        return None

    @property
    def segment_size(self) -> tuple[int, int]:
        """Width and height of a tile, or of a strip."""
        if self.is_tiled:
            return self.tags.values(Tag.TILE_WIDTH)[0], self.tags.values(Tag.TILE_HEIGHT)[0]
        rows = self.tags.value(Tag.ROWS_PER_STRIP, self.height) or self.height
        return self.width, min(rows, self.height)

    @property
    def is_tiled(self) -> bool:
        """Whether the page is stored in tiles, not in strips."""
        return Tag.TILE_WIDTH in self.tags.entries

    @property
    def across(self) -> int:
        """How many segments lie beside each other."""
        return math.ceil(self.width / self.segment_size[0])

    @property
    def down(self) -> int:
        """How many segments lie below each other."""
        return math.ceil(self.height / self.segment_size[1])

    @property
    def samples_in_segment_row(self) -> int:
        """How many samples follow each other in a row of a tile or a strip."""
        return self.segment_size[0] * (1 if self.planar else self.channels)

    @property
    def bytes_in_segment_row(self) -> int:
        """Each row of a tile or a strip begins with a new byte."""
        return (self.samples_in_segment_row * self.bits + 7) // 8

    @property
    def rows(self) -> int:
        """How many rows the segments of a plane have, one below the other."""
        return self.across * self.down * self.segment_size[1] if self.is_tiled else self.height
