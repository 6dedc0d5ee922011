"""The .vq file of a sound: gains of frames, a quantizer, and one index, or several, a vector.

It is version 4 of the format in `container`; multi-byte numbers are little-endian, nothing is
optional.

::

    byte  0      4         5      6           7         11        end−4    end
          ┌──────┬─────────┬──────┬───────────┬─────────┬─────────┬────────┐
          │ VQLB │ version │ rate │ dimension │ samples │ columns │ CRC-32 │
          │      │         │      │           │         │ coded   │        │
          └──────┴─────────┴──────┴───────────┴─────────┴─────────┴────────┘

=============  =====  ==================================================  =======================
field          bytes  meaning                                             anything else is illegal
=============  =====  ==================================================  =======================
magic          4      ``VQLB``
version        1                                                          4
rate           1      0: 8000, 1: 16 000 samples a second                 0 or 1
dimension      1      samples of a vector, d                              1, 2, 4, 8 or 16
samples        4      n of the sound                                      1 to 9 600 000
family         1      0 plain, 2 residual, 5 tree, 6 gain-shape           one of these
columns m      1      how many indices a vector has                       as the family has
K_j − 1        2·m    entries of each column, less one                    0 to 4095; levels: 256
                                                                          ÷ step
step           1·m    as in `container`                                   1 to 255; levels: a
                                                                          divisor of 256
coded          4·w    32-bit words of one range coder: the gains; what
                      the tables of the columns have trained; the
                      indices; see `entropy`
checksum       4      CRC-32 (zlib's) of all bytes before it              that value
=============  =====  ==================================================  =======================

Frames are of 20 ms, the last one filled up; gain g of a frame stands for an RMS of 2^(g/2), g from
0 to 31. Gains are coded as differences, modulo 32, each to the one before it, the first to 16: a
difference of e either way has the weight (2 / (2 + e))⁴. Columns, tables and vectors are as in
`container`; how vectors follow one another is in `frames`. A sample s of a vector stands for
(s − 128) · 2^(g/2) / 28, rounded, halves up, and cut off at 16 bits.

A decoder must refuse what it must refuse in `container`.
"""

from __future__ import annotations

import struct
import zlib
from dataclasses import dataclass

import numpy as np

from vqcore.arrays import Samples
from vqcore.coding.container import (
    CHECKSUM,
    FILE_FAMILIES,
    LAST,
    MAGIC,
    OF_A_SOUND,
    FileError,
    check_legal,
    check_sum,
    columns_in_file,
)
from vqcore.coding.entropy import (
    WORD,
    Coder,
    Impossible,
    Reader,
    Writer,
    code_indices,
    code_tables,
    fourth_power,
)
from vqcore.coding.soundcodec import SOUND_FAMILIES, EncodedSound
from vqcore.quantizers import additive
from vqcore.quantizers.quantizer import Column
from vqcore.signals.frames import DIMENSIONS, GAINS, FrameLayout
from vqcore.signals.sounds import MAX_SECONDS, RATES
from vqcore.words import said
from vqcore.work import Work, finish

START = struct.Struct("<4sBBBIBB")
MAX_SAMPLES = MAX_SECONDS * max(RATES)
MIDDLE_GAIN, GAIN_SPREAD = 16, 2


@dataclass(frozen=True)
class SoundHeader:
    """What the file of a sound says of itself before anything is decoded."""

    layout: FrameLayout
    family: str
    columns: tuple[Column, ...]

    @property
    def data(self) -> bytes:
        """Return the bytes that say it, up to where the coded words begin."""
        layout, number = self.layout, FILE_FAMILIES.index(self.family)
        fields = RATES.index(layout.rate), layout.dimension, layout.samples
        start = START.pack(MAGIC, OF_A_SOUND, *fields, number, len(self.columns))
        lasts = b"".join(LAST.pack(column.size - 1) for column in self.columns)
        return start + lasts + bytes(column.step for column in self.columns)


def is_sound_file(data: bytes) -> bool:
    """Say whether a .vq file is one of a sound."""
    return data.startswith(MAGIC) and data[len(MAGIC) : len(MAGIC) + 1] == bytes([OF_A_SOUND])


def pack_sound(encoded: EncodedSound) -> bytes:
    """Return the .vq file of an encoded sound, the same bytes on every machine."""
    return finish(pack_sound_work(encoded))


def pack_sound_work(encoded: EncodedSound) -> Work[bytes]:
    """Do the work of `pack_sound`, with pauses."""
    layout, quantizer, writer = encoded.layout, encoded.quantizer, Writer()
    if layout.samples > MAX_SAMPLES:
        raise FileError(f"No file holds {layout.samples:,} samples; the limit is {MAX_SAMPLES:,}.")
    header = SoundHeader(layout, quantizer.family, quantizer.columns)
    _code_gains(writer, encoded.gains)
    yield from code_tables(writer, layout, quantizer)
    yield from code_indices(writer, layout, quantizer, encoded.indices)
    body = header.data + writer.bytes()
    return body + CHECKSUM.pack(zlib.crc32(body))


def parse_sound(data: bytes) -> EncodedSound:
    """Decode the .vq file of a sound.

    Raises
    ------
    FileError
        If it is not one, is damaged, or asks for what no file may; the message says which.
    """
    header = parse_sound_header(data)
    layout = header.layout
    reader = Reader(data[len(header.data) : -CHECKSUM.size])
    try:
        gains = _code_gains(reader, np.zeros(layout.frames, np.uint8))
        blank = additive.blank(header.family, layout, header.columns)
        quantizer = finish(code_tables(reader, layout, blank))
        unknown = np.zeros((layout.count, len(header.columns)), np.int32)
        indices = finish(code_indices(reader, layout, quantizer, unknown))
        genuine = reader.is_genuine() and additive.is_in_order(quantizer)
    except (AssertionError, Impossible):  # the first is constriction's word for it
        genuine = False
    if not genuine:
        raise FileError(said("refusal.vq.words"))
    return EncodedSound(layout, gains, quantizer, indices)


def parse_sound_header(data: bytes) -> SoundHeader:
    """Check everything that can be checked without decoding; FileError as in `parse_sound`."""
    if not is_sound_file(data):
        raise FileError(said("refusal.vq.no-sound"))
    _check_whole(data)
    check_sum(data)
    _, _, rate, dimension, samples, number, m = START.unpack_from(data)
    check_legal(said("refusal.vq.rate", number=rate), rate < len(RATES))
    check_legal(said("refusal.vq.dimension", dimension=dimension), dimension in DIMENSIONS)
    check_legal(said("refusal.vq.samples", samples=samples), 1 <= samples <= MAX_SAMPLES)
    known = number < len(FILE_FAMILIES) and FILE_FAMILIES[number] in SOUND_FAMILIES
    check_legal(said("refusal.vq.family", number=number), known)
    layout = FrameLayout(samples, RATES[rate], dimension)
    family = FILE_FAMILIES[number]
    return SoundHeader(layout, family, columns_in_file(data, START.size, m, family, layout))


def _check_whole(data: bytes) -> None:
    """Refuse a file shorter than its header and checksum, or that ends inside of a word."""
    coded = len(data) - START.size - CHECKSUM.size
    if coded >= 0:
        coded -= (LAST.size + 1) * data[START.size - 1]
    if coded < 0 or coded % WORD.itemsize:
        raise FileError(said("refusal.vq.incomplete", length=len(data)))


def _code_gains(coder: Coder, gains: Samples) -> Samples:
    """Pass the gains of frames through the coder; a Reader looks at how many there are alone."""
    steps = np.diff(np.append(MIDDLE_GAIN, gains.astype(np.int64))) % GAINS
    every = np.arange(GAINS, dtype=np.float32)
    weights = fourth_power(np.float32(GAIN_SPREAD), np.minimum(every, GAINS - every))
    found = coder.code(steps, np.tile(weights, (len(gains), 1)))
    told: Samples = ((MIDDLE_GAIN + np.cumsum(found)) % GAINS).astype(np.uint8)
    return told
