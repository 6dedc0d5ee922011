"""Tests of wavelets in .vq files: what goes in comes out, and nothing else is accepted.

Golden files, truncations and flipped bits are those of `test_families`.
"""

import os
import struct
import subprocess
import sys
import tracemalloc
import zlib
from collections import Counter
from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
from helpers import pictures, steps_of
from hypothesis import given
from hypothesis import settings as hypothesis_settings
from hypothesis import strategies as st
from wavelet_cases import WAYS, codewords_of, digests, encoded_at, part_of_a_photograph

from vqcore.coding.codec import Encoded, Settings
from vqcore.coding.container import FileError, pack, pack_work, parse, parse_header
from vqcore.coding.entropy import Reader, Writer
from vqcore.coding.wavelet.bitstream import MAX_SIZE, code_quantizer
from vqcore.coding.wavelet.encoded import EncodedWavelet
from vqcore.lab.sweeps import sweep
from vqcore.quantizers.wavelet import LARGEST, Wavelet, Way, blank, quantizer_of
from vqcore.signals.blocks import BlockLayout
from vqcore.signals.pictures import Picture

ROOT = Path(__file__).parents[3]
GOLDEN = ROOT / "tests" / "golden" / "families"
EACH_WAY = pytest.mark.parametrize("way", WAYS)
LAYOUT = BlockLayout(13, 10, 4, "gray")
START = 15


def with_checksum(body: bytes) -> bytes:
    return body + struct.pack("<I", zlib.crc32(body))


def file_of(
    numbers: Sequence[int],
    sides: tuple[int, int] = (13, 10),
    fields: bytes = b"\7\0\4\0\0",
    colour: int = 0,
    more: bytes = bytes(8),
    wide: int = 4,
) -> bytes:
    """Return a file with a right checksum, of any fields, numbers and words."""
    writer = Writer()
    writer.code(np.array(numbers), np.ones((3, MAX_SIZE)))
    start = b"VQLB\3" + bytes([colour, wide]) + struct.pack("<II", *sides) + fields
    return with_checksum(start + writer.bytes() + more)


def refusal(data: bytes) -> str:
    with pytest.raises(FileError) as caught:
        parse(data)
    return str(caught.value)


@pytest.mark.parametrize(
    ("data", "message"),
    [
        (file_of([0, 20, 3], fields=b"\7\1\4\0\0"), "smoothing 1"),
        (file_of([0, 20, 3], fields=b"\7\0\4\1\0"), "codebook elsewhere"),
        (file_of([0, 20, 3], fields=b"\7\0\5\0\0"), "wavelet"),
        (file_of([0, 20, 3], wide=5), "wavelet"),
        (file_of([0, 20, 3], wide=8, fields=b"\7\0\x08\0\0"), "wavelet"),
        (file_of([0, 20, 3], colour=2), "wavelet"),
        (file_of([0, 20, 3], fields=b"\7\0\4\0\1\7\0\x08"), "wavelet"),
        (file_of([0, 20, 3], fields=b"\x08\0\4\0\0"), "family 8"),
        (file_of([0, 20, 3], more=b"\1"), "incomplete"),
        (file_of([3, 20, 3]), "no encoder writes"),
        (file_of([4095, 20, 3]), "no encoder writes"),
        (file_of([0, 49, 3]), "no encoder writes"),
        (file_of([1, 4095, 3]), "no encoder writes"),
        (file_of([2, 20, 512]), "no encoder writes"),
        (file_of([2, 20, 4095]), "no encoder writes"),
        (file_of([0, 20, 4095]), "no encoder writes"),
        (file_of([1, 20, 7], more=b""), "no encoder writes"),
        (file_of([2, 20, 7], more=b"\xff" * 400), "no encoder writes"),
    ],
)
def test_what_no_file_has_is_refused(data: bytes, message: str) -> None:
    assert message in refusal(data)


def accepted(numbers: Sequence[int]) -> tuple[str, int, int]:
    quantizer = blank(LAYOUT)
    writer = Writer()
    writer.code(np.array(numbers), np.ones((3, MAX_SIZE)))
    found = code_quantizer(Reader(writer.bytes()), quantizer)
    return found.way, found.step, found.codebook_size


def test_the_largest_numbers_that_are_legal() -> None:
    assert accepted([2, 48, 511]) == ("shipped", 48, 512)
    assert accepted([0, 0, 0]) == ("alone", 0, 1)


@pytest.mark.parametrize("way", [0, 1, 2])
@pytest.mark.parametrize("colour", [0, 1])
def test_a_huge_picture_of_a_few_words_is_refused_in_little_memory(way: int, colour: int) -> None:
    """46 megapixels, of which the words say nothing."""
    noise = np.random.default_rng(1).bytes(40)
    data = file_of([way, 20, 0], (65535, 700), colour=colour, more=noise)
    parse(pack(encoded_at(part_of_a_photograph(8, 8), 4, 20, "shipped").encoded))  # is loaded
    tracemalloc.start()
    try:
        refusal(data)
        _, peak = tracemalloc.get_traced_memory()
    finally:
        tracemalloc.stop()
    assert peak < 5e8 * (1 + 2 * colour)  # reserved; a sixth of that is touched


def test_the_header_by_hand() -> None:
    data = (GOLDEN / "wavelet-own-gray.vq").read_bytes()
    head = b"VQLB\x03\x00\x04" + struct.pack("<II", 13, 10) + b"\7\0\4\0\0"
    assert data.startswith(head)
    assert len(parse_header(data).data) == len(head)
    assert parse_header(data).layout == LAYOUT


# ------------------------------------------------------------------------------------ round trips


def anew(encoded: Encoded) -> EncodedWavelet:
    """Return the same without the words that the encoder has made of it."""
    assert isinstance(encoded, EncodedWavelet)
    return replace(encoded)


@EACH_WAY
@pytest.mark.parametrize("size", [1, 2, 64, 4096])
def test_codebooks_go_through(size: int, way: Way) -> None:
    if way == "shipped" and size > 512:
        return
    words = np.concatenate([np.zeros((1, 4), np.int16), codewords_of(size - 1, way)])
    words[-1:, :2] = 8 * LARGEST if size > 1 else 0
    known = quantizer_of(words, 31, way)
    writer = Writer()
    code_quantizer(writer, known)
    reader = Reader(writer.bytes())
    found = code_quantizer(reader, blank(LAYOUT))
    assert reader.is_genuine()
    assert (found.way, found.step, found.codebook_size) == (way, 31, size)
    if way != "shipped":
        np.testing.assert_array_equal(found.tables[0], words)
    assert found.codebook_bytes == (0 if way == "shipped" else 4 * (size - 1))


@hypothesis_settings(max_examples=12)
@given(
    picture=pictures,
    colour=st.sampled_from(["gray", "rgb"]),
    size=st.sampled_from([1, 2, 3, 8]),
    way=st.sampled_from([0, 1, 2]),
    step=st.sampled_from([0, 20, 48]),
)
def test_a_file_decodes_to_what_is_shown(
    picture: Picture, colour: str, size: int, way: int, step: int
) -> None:
    settings = Settings(colour=colour, family="wavelet", options=(step, way))
    for it in steps_of(sweep(picture, settings, [size])):
        found = parse(it.file)
        assert isinstance(it.encoded, EncodedWavelet)
        assert isinstance(found, EncodedWavelet)
        np.testing.assert_array_equal(found.decode(), it.encoded.decode())
        np.testing.assert_array_equal(found.multiples, it.encoded.multiples)
        assert pack(found) == it.file
        assert len(it.file) == it.point.file_bytes


@EACH_WAY
def test_a_photograph_goes_through(way: Way) -> None:
    step = encoded_at(part_of_a_photograph(70, 130), 24, 12, way, "rgb")
    assert pack(anew(step.encoded)) == step.file
    found = parse(step.file)
    assert isinstance(found.quantizer, Wavelet)
    np.testing.assert_array_equal(found.indices, step.encoded.indices)
    np.testing.assert_array_equal(found.decode(), step.encoded.decode())
    assert pack(found) == step.file
    kinds = Counter(np.sign(found.indices[:, 0] - found.quantizer.escape).tolist())
    assert min(kinds[0], kinds[-1]) > 50


def test_packing_pauses_often_and_can_be_stopped() -> None:
    encoded = anew(encoded_at(part_of_a_photograph(), 16, 20).encoded)
    assert sum(1 for _ in pack_work(encoded)) > 60
    work = pack_work(encoded)
    for _ in zip(work, range(20), strict=False):
        pass
    work.close()
    with pytest.raises(StopIteration):
        next(work)


# --------------------------------------------------------------------------------- other machines

PROGRAM = """
import sys
sys.path[:0] = ["tests", "tests/coding/wavelet"]
from wavelet_cases import digests
print(*digests())
"""


def test_other_kernels_and_other_threads_make_the_same_bytes_and_pixels() -> None:
    """Given the codewords to begin with: how the ladder finds those, kernels may have a say in."""
    running = []
    for kernel, threads in {"Haswell": "2", "Prescott": "1"}.items():
        counts = dict.fromkeys(("OPENBLAS_NUM_THREADS", "OMP_NUM_THREADS"), threads)
        own = os.environ | counts | {"OPENBLAS_CORETYPE": kernel, "PYTHONPATH": str(ROOT)}
        command = [sys.executable, "-c", PROGRAM]
        running.append(
            subprocess.Popen(command, cwd=ROOT, env=own, stdout=subprocess.PIPE, text=True)
        )
    expected = digests()
    assert len(set(expected)) == 2 * len(WAYS)
    for process in running:
        assert process.communicate()[0].split() == expected
