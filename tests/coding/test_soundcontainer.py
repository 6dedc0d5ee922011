"""Tests of soundcontainer: the file of a sound, read as specified, and what is refused."""

import struct
import zlib
from functools import cache
from pathlib import Path

import numpy as np
import pytest

from vqcore.coding.container import FileError, parse
from vqcore.coding.soundcodec import SOUND_FAMILIES, EncodedSound, SoundSettings
from vqcore.coding.soundcontainer import (
    START,
    is_sound_file,
    pack_sound,
    parse_sound,
    parse_sound_header,
)
from vqcore.lab.soundsweeps import SoundStep, sweep_sound
from vqcore.signals.frames import DIMENSIONS, Dimension
from vqcore.signals.sounds import Sound, sample_recording, sound_of

GOLDEN = Path(__file__).parents[1] / "golden" / "sentence.vq"
SENTENCE = sound_of(sample_recording("sentence"), 8000)
SHORT = Sound(SENTENCE.samples[4000:9000], 8000, "short")


@cache
def step_of(settings: SoundSettings, size: int = 8) -> SoundStep:
    [step] = (it for it in sweep_sound(SHORT, settings, [size]) if isinstance(it, SoundStep))
    return step


def same(one: EncodedSound, other: EncodedSound) -> bool:
    tables = zip(one.quantizer.tables, other.quantizer.tables, strict=True)
    return (
        one.layout == other.layout
        and one.quantizer.columns == other.quantizer.columns
        and np.array_equal(one.gains, other.gains)
        and np.array_equal(one.indices, other.indices)
        and all(np.array_equal(*both) for both in tables)
    )


@pytest.mark.parametrize("family", SOUND_FAMILIES)
@pytest.mark.parametrize("dimension", DIMENSIONS)
def test_what_is_packed_is_parsed(family: str, dimension: Dimension) -> None:
    step = step_of(SoundSettings(dimension, family=family))
    assert same(parse_sound(step.file), step.encoded)
    assert pack_sound(parse_sound(step.file)) == step.file
    np.testing.assert_array_equal(parse_sound(step.file).decode(), step.encoded.decode())


def test_the_header_is_as_specified() -> None:
    file = step_of(SoundSettings(8), 5).file
    assert file[:5] == b"VQLB\x04"
    assert struct.unpack_from("<BBIBB", file, 5) == (0, 8, 5000, 0, 1)
    assert struct.unpack_from("<HB", file, 13) == (4, 1)
    assert struct.unpack("<I", file[-4:]) == (zlib.crc32(file[:-4]),)


def test_a_file_of_before_is_still_read() -> None:
    encoded = parse_sound(GOLDEN.read_bytes())
    assert pack_sound(encoded) == GOLDEN.read_bytes()
    assert zlib.crc32(encoded.decode().tobytes()) == 0x35B9EDC8


def with_checksum(data: bytes) -> bytes:
    return data + struct.pack("<I", zlib.crc32(data))


def header(
    rate: int = 0, dimension: int = 4, samples: int = 160, family: int = 0, m: int = 1
) -> bytes:
    return START.pack(b"VQLB", 4, rate, dimension, samples, family, m) + struct.pack("<HB", 3, 1)


@pytest.mark.parametrize(
    ("fields", "message"),
    [
        ({"rate": 2}, "rate 2"),
        ({"dimension": 0}, "vectors of 0 samples"),
        ({"dimension": 3}, "vectors of 3 samples"),
        ({"dimension": 32}, "vectors of 32 samples"),
        ({"samples": 0}, "0 samples"),
        ({"samples": 9_600_001}, "9600001 samples"),
        ({"samples": 2**32 - 1}, "4294967295 samples"),
        ({"family": 1}, "family 1"),
        ({"family": 3}, "family 3"),
        ({"family": 7}, "family 7"),
        ({"m": 0}, "incomplete"),
        ({"family": 2}, "stages are 2 to"),
    ],
    ids=str,
)
def test_illegal_fields_are_refused(fields: dict[str, int], message: str) -> None:
    with pytest.raises(FileError, match=message):
        parse_sound(with_checksum(header(**fields)))


@pytest.mark.parametrize(("last", "step"), [(4096, 1), (65535, 1), (3, 0), (3, 2)])
def test_illegal_columns_are_refused(last: int, step: int) -> None:
    data = START.pack(b"VQLB", 4, 0, 4, 160, 0, 1) + struct.pack("<HB", last, step)
    with pytest.raises(FileError, match="asks for"):
        parse_sound(with_checksum(data))


def test_every_truncation_and_every_flipped_bit_is_refused() -> None:
    file = step_of(SoundSettings(16), 2).file
    for length in range(len(file)):
        with pytest.raises(FileError):
            parse_sound(file[:length])
    for place in range(len(file)):
        for bit in range(8):
            flipped = bytearray(file)
            flipped[place] ^= 1 << bit
            with pytest.raises(FileError):
                parse_sound(bytes(flipped))


def test_words_that_no_encoder_writes_are_refused() -> None:
    file = step_of(SoundSettings(4), 8).file
    for extra in (bytes(4), b"\xff\xff\xff\xff"):
        with pytest.raises(FileError, match="words that no encoder writes"):
            parse_sound(with_checksum(file[:-4] + extra))
    with pytest.raises(FileError, match="words that no encoder writes"):
        parse_sound(with_checksum(file[:-8]))


def test_pictures_and_sounds_are_told_apart() -> None:
    file = step_of(SoundSettings(4)).file
    assert is_sound_file(file)
    with pytest.raises(FileError, match="holds a sound, not a picture"):
        parse(file)
    picture = (Path(__file__).parents[1] / "golden").glob("*.vq")
    others = [it.read_bytes() for it in picture if it != GOLDEN]
    assert others
    for other in others:
        assert not is_sound_file(other)
        with pytest.raises(FileError, match=r"not the \.vq file of a sound"):
            parse_sound_header(other)


def test_gains_and_indices_of_another_sound_are_none() -> None:
    encoded = step_of(SoundSettings(4)).encoded
    with pytest.raises(ValueError, match="gains and indices have shapes"):
        EncodedSound(encoded.layout, encoded.gains[1:], encoded.quantizer, encoded.indices)
