"""Tests of uploads: every file under a name of its own, or refused by itself."""

import io
import zlib
from dataclasses import dataclass

import numpy as np
import pytest

from vqcore.codebooks.codebook import Codebook
from vqcore.coding.codebookfile import SharedCodebook, pack_codebook
from vqcore.coding.codec import Settings
from vqcore.coding.container import pack, parse
from vqcore.coding.soundcodec import SoundSettings
from vqcore.lab.sharing import use_work
from vqcore.lab.soundfiles import SoundFile, open_sound_file
from vqcore.lab.soundsweeps import SoundStep, sweep_sound
from vqcore.lab.store import Store
from vqcore.lab.sweeps import Step, sweep
from vqcore.lab.uploads import (
    Refusal,
    Upload,
    open_uploads,
    unused_name,
)
from vqcore.lab.vqfiles import VqFile, nearest_work
from vqcore.signals.blocks import BlockSize
from vqcore.signals.pictures import Picture, png_bytes
from vqcore.signals.sounds import Recording, Sound, file_of
from vqcore.work import finish


@dataclass
class File:
    file_id: str
    name: str
    data: bytes

    def getvalue(self):
        return self.data


PIXELS = np.uint8([[0, 60, 120, 250]])
PNG = png_bytes(PIXELS)
SHARED = SharedCodebook(Codebook(np.uint8([[10], [200]])), 1, "gray")


def opened(*named, taken=()):
    files = [File(f"id {at}", *each) for at, each in enumerate(named)]
    return open_uploads(files, taken, Store(10**9)).outcomes


def names(outcomes):
    return [outcome.name for outcome in outcomes]


def vq_file(*, with_codebook=True):
    if not with_codebook:
        return finish(use_work(Picture(PIXELS, "four"), SHARED)).file
    steps = sweep(Picture(PIXELS, "four"), Settings(1), [2])
    return pack(next(step.encoded for step in steps if isinstance(step, Step)))


@pytest.mark.parametrize(
    ("name", "taken", "expected"),
    [
        ("scan", [], "scan"),
        ("scan", ["scan"], "scan (2)"),
        ("scan", ["scan", "scan (3)"], "scan (2)"),
        ("scan", ["scan", "scan (2)", "scan (3)"], "scan (4)"),
        ("scan (2)", ["scan", "scan (2)"], "scan (2) (2)"),
    ],
)
def test_a_taken_name_is_numbered(name, taken, expected):
    assert unused_name(name, taken) == expected


def test_none_of_many_of_one_name_is_lost():
    found = opened(*[(name, PNG) for name in ("scan", "scan (3)", "scan", "scan", "scan (2)")])
    assert names(found) == ["scan", "scan (3)", "scan (2)", "scan (4)", "scan (2) (2)"]


def test_the_same_bytes_under_two_names_stay_two():
    found = opened(("one", PNG), ("two", PNG))
    assert [(it.id, it.name) for it in found] == [("id 0", "one"), ("id 1", "two")]


def test_a_name_that_is_taken_elsewhere_is_numbered():
    assert names(opened(("camera", PNG), taken=["camera"])) == ["camera (2)"]


def test_what_cannot_be_opened_is_refused_by_itself():
    found = opened(("bad", b"nothing"), ("good", PNG), ("empty", b""))
    assert [type(it) for it in found] == [Refusal, Upload, Refusal]
    assert "not a picture" in found[0].reason
    assert "empty" in found[2].reason


@pytest.mark.parametrize(
    ("name", "data", "told"),
    [
        ("a.mat", b"MATLAB 5.0 MAT-file, Platform: GLNXA64", "MATLAB's: save its numbers as CSV"),
        ("no-suffix", b"MATLAB 7.3 MAT-file", "MATLAB's: save its numbers as CSV"),
        ("of-version-4.MAT", bytes(20), "MATLAB's: save its numbers as CSV"),
        ("a.npy", b"\x94NUMPY\1\0", "damaged: it does not begin as numpy.save writes it"),
        ("a.npy", b"\x93NUMPY\1\0", "The .npy file cannot be used: it is damaged"),
    ],
)
def test_what_is_no_picture_by_its_name_is_not_refused_as_one(name, data, told):
    [found] = opened((name, data))
    assert told in found.reason


def test_a_picture_is_one_whatever_its_name():
    assert [type(it.content) for it in opened(("a.mat", PNG), ("a.npy", PNG))] == [Picture, Picture]


def test_each_kind_of_file_is_what_it_holds():
    found = opened(("p", PNG), ("v", vq_file()), ("c", pack_codebook(SHARED)))
    assert [type(it.content) for it in found] == [Picture, VqFile, SharedCodebook]
    assert [it.data for it in found] == [PNG, vq_file(), pack_codebook(SHARED)]


def sound_file():
    sound = Sound(np.int16([0, 900, -900, 0] * 100), 8000, "buzz")
    events = sweep_sound(sound, SoundSettings(), [2])
    return next(it for it in events if isinstance(it, SoundStep)).file


def test_a_sound_is_taken_as_a_recording_or_a_vq_of_one():
    wav, vq = file_of(np.int16([0, 900, -900, 0] * 100), 8000), sound_file()
    files = [File("w", "a.wav", wav), File("v", "a.vq", vq), File("2", "a.vq", vq)]
    there = open_uploads(files, (), Store(10**9))
    assert {name: type(it) for name, it in there.sounds.items()} == {
        "a.wav": Recording,
        "a.vq": SoundFile,
        "a.vq (2)": SoundFile,
    }
    assert [*there.sound_files] == ["a.vq", "a.vq (2)"]
    assert (there.shown, there.lent) == ({}, [])
    starts = there.sound_starts(8000, 4)
    assert [*starts] == ["a.vq", "a.vq (2)"]
    tables = open_sound_file(vq).encoded.quantizer.tables
    np.testing.assert_array_equal(starts["a.vq"], tables[0])
    assert there.sound_starts(16000, 4) == there.sound_starts(8000, 2) == {}


def changed(place, value):
    """The file of a sound with another byte at a place, under a checksum that is right."""
    data = bytearray(sound_file()[:-4])
    data[place] = value
    return bytes(data) + zlib.crc32(data).to_bytes(4, "little")


@pytest.mark.parametrize(
    ("data", "told"),
    [
        (sound_file()[:9], "incomplete: 9 bytes"),
        (sound_file()[:-1], "incomplete"),
        (sound_file()[:-1] + b"!", "its checksum is wrong"),
        (changed(5, 2), "rate 2"),
        (changed(6, 3), "vectors of 3 samples"),
        (changed(10, 255), "samples"),
        (changed(11, 3), "family 3"),
        (changed(12, 5), "a plain codebook has one column"),
        (changed(15, 0), "step"),
        (changed(-1, 255), "words that no encoder writes"),
    ],
    ids=lambda it: it if isinstance(it, str) else "",
)
def test_a_damaged_vq_of_a_sound_is_refused_in_a_sentence(data, told):
    [found] = opened(("a.vq", data))
    assert isinstance(found, Refusal)
    assert told in found.reason
    assert found.reason.count(".") - found.reason.count(".vq") == 1


def npy_bytes(array):
    file = io.BytesIO()
    np.save(file, array)
    return file.getvalue()


ALONE = npy_bytes(SHARED.codebook.codewords)


def test_codewords_alone_are_a_codebook_at_a_cut_that_fits():
    files = [
        File("c", "a.npz", pack_codebook(SHARED)),
        File("w", "w.npy", npy_bytes(np.zeros((5, 48), np.uint8))),
    ]
    there = open_uploads(files, (), Store(10**9))
    gray, colour = Picture(PIXELS, "four"), Picture(np.zeros((4, 4, 3), np.uint8), "c")
    four = BlockSize(4, 4)
    assert [*there.alone] == ["w.npy"]
    assert [it.name for it in there.codebooks] == ["a.npz"]
    assert [it.name for it in there.codebooks_at((four, "rgb"))] == ["a.npz", "w.npy"]
    assert [it.name for it in there.codebooks_at((four, "gray"))] == ["a.npz"]
    assert [it.name for it in there.fitting(colour, (four, "rgb"))] == ["a.npz", "w.npy"]
    assert [it.name for it in there.fitting(gray, (four, "rgb"))] == ["a.npz"]
    own = there.cut_as((four, "rgb"))
    assert {name: codebook.size for name, codebook in own.items()} == {"w.npy": 5}


def test_the_codebook_of_a_vq_file_is_one_for_pictures_that_fit():
    settings = Settings(2, "ycbcr", family="mean-removed")
    colourful = Picture(np.arange(300, dtype=np.uint8).reshape(10, 10, 3), "colourful")
    [step] = [it for it in sweep(colourful, settings, [4]) if isinstance(it, Step)]
    files = [File("v", "a.vq", step.file), File("p", "p.png", PNG)]
    there = open_uploads(files, (), Store(10**9))
    four = BlockSize(4, 4)
    assert there.codebooks == there.codebooks_at((four, "gray")) == []
    assert there.fitting(Picture(PIXELS, "gray"), (four, "gray")) == []
    [lent] = there.fitting(colourful, (four, "gray"))
    assert (lent.id, lent.name, lent.shared.size) == ("v", "a.vq", step.codebook_size)
    assert (lent.shared.block_size, lent.shared.colour) == (BlockSize(2, 2), "ycbcr")
    assert lent.shared.quantizer.family == "mean-removed"


def test_codewords_of_no_use_are_refused_by_themselves():
    useless = npy_bytes(np.zeros((2, 4000), np.uint8))
    found = opened(("w.npy", useless), ("p", PNG), ("w.npy", ALONE))
    assert [type(it) for it in found] == [Refusal, Upload, Upload]
    assert "Its codewords have 4000 samples, as no block has." in str(found[0].reason)


def test_points_are_opened_beside_pictures_and_codewords():
    numbers = npy_bytes(np.float64([[0.5, 1], [2, 3]]))
    files = [File("a", "a.csv", b"x,y\n1,2\n"), File("n", "n.npy", numbers), File("p", "p", PNG)]
    files += [File("b", "b.csv", b"1,x\n"), File("w", "w.npy", ALONE)]
    there = open_uploads(files, (), Store(10**9))
    assert {name: it.vectors.tolist() for name, it in there.points.items()} == {
        "a.csv": [[1, 2]],
        "n.npy": [[0.5, 1], [2, 3]],
    }
    assert (*there.pictures, *there.alone) == ("p", "w.npy")
    assert [*there.vectors] == ["a.csv", "n.npy", "w.npy"]
    alone = there.alone["w.npy"].codewords
    np.testing.assert_array_equal(there.vectors["w.npy"].vectors, alone)
    assert [*there.starts_of(there.points["a.csv"])] == ["n.npy"]
    assert [(it.name, str(it.reason)[:24]) for it in there.refused] == [
        ("b.csv", "Line 1, column 2 holds '")
    ]


@pytest.mark.parametrize("book", [ALONE, npy_bytes(np.zeros((2, 16), np.uint8))])
def test_a_file_finds_its_codewords_alone(book):
    [found, _] = opened(("v", vq_file(with_codebook=False)), ("w.npy", book))
    assert isinstance(found, Upload if book == ALONE else Refusal)


def test_a_broken_file_beside_codewords_alone_is_refused():
    [found, _] = opened(("v", vq_file()[:9]), ("w.npy", ALONE))
    assert isinstance(found, Refusal)


@pytest.mark.parametrize("order", [(0, 1), (1, 0)])
def test_a_file_finds_its_codebook_among_the_others_before_or_after_it(order):
    files = [("v", vq_file(with_codebook=False)), ("c", pack_codebook(SHARED))]
    found = {it.name: it for it in opened(*[files[at] for at in order])}
    np.testing.assert_array_equal(found["v"].content.encoded.decode(), [[10, 10, 200, 200]])


def test_a_file_without_its_codebook_is_refused():
    [refusal] = opened(("v", vq_file(with_codebook=False)))
    assert SHARED.checksum.hex() in refusal.reason


def test_a_broken_codebook_is_refused_once():
    found = opened(("c", pack_codebook(SHARED)[:-40]), ("p", PNG))
    assert [type(it) for it in found] == [Refusal, Upload]


@pytest.mark.parametrize("with_codebook", [True, False])
def test_a_file_tells_whether_it_holds_its_codebook(with_codebook):
    data = vq_file(with_codebook=with_codebook)
    [file, _] = opened(("v", data), ("c", pack_codebook(SHARED)))
    assert (file.content.size, file.content.holds_codebook) == (len(data), with_codebook)


def of_sizes(raw_sizes, *named):
    files = [File(f"id {at}", *each) for at, each in enumerate(named)]
    return open_uploads(files, (), Store(10**9), raw_sizes)


RAW = bytes(range(6))


def test_a_raw_file_waits_for_its_size_beside_others():
    found = of_sizes({}, ("p", PNG), ("six.raw", RAW), ("six_3x2.raw", RAW), ("p.raw", PNG))
    assert [type(it) for it in found.outcomes] == [Upload, Refusal, Upload, Upload]
    assert found.unsized == {"id 1": "six.raw"}
    assert "name_WIDTHxHEIGHT.raw" in found.refused[0].reason


def test_a_raw_file_has_the_size_that_is_typed():
    typed = {"id 0": " 3x2 ", "id 1": "2x3"}
    found = of_sizes(typed, ("six.raw", RAW), ("six.raw", RAW), ("four.raw", RAW[:4]))
    assert [it.content.pixels.shape for it in found.opened] == [(2, 3), (3, 2), (2, 2)]
    assert names(found.outcomes) == ["six.raw", "six.raw (2)", "four.raw"]
    assert [*found.unsized] == ["id 0", "id 1"]


@pytest.mark.parametrize(
    ("typed", "told"),
    [("3", "not '3'"), ("4x2", "4×2 pixels in gray are 8 bytes"), ("  ", "name it")],
)
def test_a_size_that_does_not_fit_is_refused_and_asked_for_again(typed, told):
    found = of_sizes({"id 0": typed}, ("six.raw", RAW), ("p", PNG))
    assert [type(it) for it in found.outcomes] == [Refusal, Upload]
    assert told in found.refused[0].reason
    assert [*found.unsized] == ["id 0"]


def test_a_size_typed_anew_counts_in_the_same_store():
    store, file = Store(10**9), File("id", "six.raw", RAW)
    shapes = [
        open_uploads([file], (), store, {"id": typed}).opened[0].content.pixels.shape
        for typed in ("3x2", "1x6")
    ]
    assert shapes == [(2, 3), (6, 1)]


def nearest(**pictures):
    made = {name: Picture(np.uint8(pixels), name) for name, pixels in pictures.items()}
    return finish(nearest_work(parse(vq_file()), made))  # 30, 30, 185, 185


def test_the_nearest_picture_of_its_size_is_the_original():
    far, near = [[0, 0, 0, 0]], [[40, 40, 180, 180]]
    assert nearest(far=far, near=near) == "near"
    assert nearest(near=near, far=far) == "near"
    assert nearest(one=near, two=near) == "one"
    assert nearest(colour=np.stack([near] * 3, axis=-1), far=far) == "colour"


def test_a_picture_of_another_size_is_not_the_original():
    assert nearest() is None
    assert nearest(wider=[[30, 30, 185, 185, 185]], turned=[[30], [30], [185], [185]]) is None
    assert nearest(wider=[[30, 30, 185, 185, 185]], far=[[0, 0, 0, 0]]) == "far"


def test_bytes_of_more_rows_than_a_codebook_are_points() -> None:
    rows = np.arange(10_000, dtype=np.int64).reshape(5000, 2).astype(np.uint8)
    there = open_uploads([File("p", "pixels.npy", npy_bytes(rows))], (), Store(10**9))
    np.testing.assert_array_equal(there.points["pixels.npy"].vectors, rows)
