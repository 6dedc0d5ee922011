"""Tests of places: what is asked for becomes one list in one order; files there are whole."""

import errno
import os
import random
import sys
from itertools import count
from pathlib import Path

import pytest
from helpers import smooth_picture

from vqcore.archive import places
from vqcore.archive.places import (
    Place,
    PlaceError,
    find_places,
    join,
    new_mark,
    picture_at,
    read_bytes,
    tidied,
    version_of,
    write_at,
)
from vqcore.refusals import PictureError, one_line
from vqcore.signals.pictures import png_bytes

PNG = {".png"}
REMOTE = (f"memory://places{number}" for number in count())


@pytest.fixture
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Return a folder, made the current one, with files in folders."""
    for name in ("a/1.png", "a/2.PNG", "a/._1.png", "a/text.txt", "a/deep/3.png", "b/1.png"):
        (tmp_path / name).parent.mkdir(parents=True, exist_ok=True)
        (tmp_path / name).write_bytes(name.encode())
    (tmp_path / "a" / "folder.png").mkdir()
    monkeypatch.chdir(tmp_path)
    return tmp_path


@pytest.fixture
def remote() -> str:
    """Return the address of a folder with the same in this process's memory."""
    address = next(REMOTE)
    for name in ("a/1.png", "a/2.PNG", "a/text.txt", "a/deep/3.png", "b/1.png"):
        write_at(f"{address}/{name}", name.encode())
    return address


def names(*asked: str) -> list[str]:
    found, errors = find_places(asked, PNG)
    assert not errors
    return [place.name for place in found]


@pytest.mark.parametrize(
    ("asked", "expected"),
    [
        (["a"], ["1.png", "2.PNG"]),
        (["b", "a"], ["a/1.png", "a/2.PNG", "b/1.png"]),
        (["a/*.png"], ["1.png"]),
        (["**/*.png"], ["a/1.png", "a/deep/3.png", "b/1.png"]),
        (["a/deep/3.png", "a/1.png"], ["1.png", "deep/3.png"]),
        (["a/1.png", "a", "./a/../a/1.png"], ["1.png", "2.PNG"]),
        (["a/missing.png"], ["missing.png"]),
        (["a/text.txt"], ["text.txt"]),
    ],
    ids=str,
)
def test_what_is_asked_for_is_found_by_name(
    folder: Path, asked: list[str], expected: list[str]
) -> None:
    assert names(*asked) == expected
    assert names(*(str(folder / it) for it in asked)) == expected
    shuffled = random.Random(0).sample(asked, len(asked))
    assert names(*shuffled) == expected


def test_a_folder_or_file_that_is_there_is_no_pattern(folder: Path) -> None:
    (folder / "b").rename("photos [2020]")
    (folder / "photos [2020]" / "[x].png").touch()
    for asked in ("photos [2020]", str(folder / "photos [2020]")):
        found, _ = find_places([asked], PNG)
        assert [(it.name, it.root) for it in found] == [("1.png", asked), ("[x].png", asked)]
    [place], _ = find_places(["photos [2020]/[x].png"], PNG)
    assert (place.name, place.root) == ("[x].png", "photos [2020]")


def test_pictures_on_two_drives_have_names_inside_a_folder(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(places, "_whole", lambda address: address)
    found, _ = find_places(["C:/photos/a.png", "D:/photos/a.png"], PNG)
    assert [it.name for it in found] == ["C/photos/a.png", "D/photos/a.png"]


@pytest.mark.parametrize(
    ("asked", "expected"),
    [
        (["/a"], ["1.png", "2.PNG"]),
        (["/b", "/a"], ["a/1.png", "a/2.PNG", "b/1.png"]),
        (["/a/*.png"], ["1.png"]),
        (["/**/*.png"], ["a/1.png", "a/deep/3.png", "b/1.png"]),
        (["/b/1.png"], ["1.png"]),
        (["/b/missing.png"], ["missing.png"]),
    ],
    ids=str,
)
def test_what_is_asked_for_elsewhere_is_found_by_name(
    remote: str, asked: list[str], expected: list[str]
) -> None:
    assert names(*(remote + it for it in asked)) == expected


def test_places_here_and_elsewhere_keep_apart(folder: Path, remote: str) -> None:
    found, _ = find_places(["a", f"{remote}/b"], PNG)
    whole = (folder / "a").as_posix().lstrip("/")
    there = f"memory/{remote.removeprefix('memory:/')}/b/1.png"
    assert sorted(place.name for place in found) == sorted(
        [there, f"{whole}/1.png", f"{whole}/2.PNG"]
    )
    assert read_bytes(next(it.address for it in found if it.name == there)) == b"b/1.png"


def test_a_list_has_a_place_a_line(folder: Path, remote: str) -> None:
    lines = ["a/1.png", "", "  b  ", "a/2.PNG"]
    (folder / "list.txt").write_text("\n".join(lines))
    assert names("@list.txt") == ["a/1.png", "a/2.PNG", "b/1.png"]
    write_at(f"{remote}/list", b"b\n")
    assert names(f"@{remote}/list") == ["1.png"]


def test_what_is_not_there_is_said_beside_what_is(folder: Path, remote: str) -> None:
    (folder / "empty").mkdir()
    asked = ["empty", "c/*.png", "@missing.txt", "a", f"{remote}/c/*.png", "nosuch://x/*.png"]
    found, errors = find_places(asked, PNG)
    assert [place.address for place in found] == ["a/1.png", "a/2.PNG"]
    assert [*map(one_line, errors)] == [
        "empty: There is no picture in this folder.",
        "c/*.png: There is no picture of this name.",
        "missing.txt: No such file or directory",
        f"{remote}/c/*.png: There is no picture of this name.",
        "nosuch://x/*.png: Protocol not known: nosuch",
    ]
    [only] = find_places(["a/deep"], {".vq"}, ".vq file")[1]
    assert str(only) == "a/deep: There is no .vq file in this folder."


def test_without_fsspec_addresses_are_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "fsspec.core", None)
    with pytest.raises(OSError, match="fsspec is not installed") as caught:
        read_bytes("memory://x/a.png")
    assert caught.value.filename == "memory://x/a.png"


# ------------------------------------------------------------------------------ reading and writing


@pytest.mark.parametrize("where", ["here", "there"])
def test_bytes_are_written_whole_into_folders_that_are_made(tmp_path: Path, where: str) -> None:
    base = str(tmp_path) if where == "here" else next(REMOTE)
    address = join(base, "new/folder/file")
    write_at(address, b"first")
    before = version_of(address)
    write_at(address, b"second, and longer")
    assert read_bytes(address) == b"second, and longer"
    assert read_bytes(address, 6) == b"second"
    assert version_of(address) != before
    assert version_of(address) == version_of(address)
    with pytest.raises(FileNotFoundError) as caught:
        read_bytes(join(base, "nothing"))
    assert caught.value.filename == join(base, "nothing")


def test_where_a_store_can_show_half_a_file_it_is_renamed(
    remote: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    from fsspec.implementations.memory import MemoryFileSystem

    monkeypatch.setattr(places, "OBJECT_STORES", set())
    address = f"{remote}/a/1.png"
    write_at(address, b"new", "mark")
    assert read_bytes(address) == b"new"
    put = MemoryFileSystem.pipe_file

    def full(self: object, path: str, data: bytes) -> None:
        put(self, path, data[:1])
        raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC), path)

    monkeypatch.setattr(MemoryFileSystem, "pipe_file", full)
    with pytest.raises(PlaceError, match=f"{address}: No space left on device"):
        write_at(address, b"newer", "mark")
    assert read_bytes(address) == b"new"
    assert names(f"{remote}/a") == ["1.png", "2.PNG"]
    assert not find_places([f"{remote}/a/*"], {""})[0]


def test_what_cannot_be_written_is_one_sentence(tmp_path: Path) -> None:
    (tmp_path / "file").touch()
    with pytest.raises(PlaceError, match=r"file/a\.vq: Not a directory"):
        write_at(str(tmp_path / "file" / "a.vq"), b"")


def test_what_processes_left_half_written_is_taken_away(tmp_path: Path) -> None:
    mark, other = new_mark(), new_mark()
    (tmp_path / "in").mkdir()
    for left in (mark, other):
        (tmp_path / "in" / f".vqcore-{left}-0123").touch()
    with tidied(str(tmp_path), mark), tidied("memory://nowhere", mark):
        (tmp_path / "done.vq").touch()
    left = {path.name for path in tmp_path.rglob("*")}
    assert left == {"in", f".vqcore-{other}-0123", "done.vq"}
    with tidied(str(tmp_path / "never made"), mark):
        pass


def test_pictures_are_read_from_everywhere(tmp_path: Path, remote: str) -> None:
    pixels = smooth_picture(9, 8).pixels
    for base in (str(tmp_path), remote):
        write_at(join(base, "good.png"), png_bytes(pixels))
        write_at(join(base, "gray.png"), png_bytes(pixels[..., 0]))
        write_at(join(base, "text.png"), b"text")
        found = {it.name: it for it in find_places([join(base, "*.png")], PNG)[0]}
        assert (picture_at(found["good.png"], "rgb").pixels == pixels).all()
        assert picture_at(found["good.png"], "rgb").name == "good.png"
        with pytest.raises(PictureError, match=r"gray\.png: The picture is gray, and the codebook"):
            picture_at(found["gray.png"], "rgb")
        with pytest.raises(PictureError, match=r"text\.png: This is not a picture"):
            picture_at(found["text.png"], "rgb")
        with pytest.raises(FileNotFoundError):
            picture_at(Place(join(base, "x.png"), "x.png", base), "rgb")


def test_a_folder_that_is_gone_is_more_than_a_picture_that_is(tmp_path: Path) -> None:
    gone = tmp_path / "gone"
    place = Place(str(gone / "a.png"), "a.png", str(gone))
    with pytest.raises(PlaceError, match="gone: The folder of the pictures is gone"):
        picture_at(place, "rgb")


def test_a_remote_file_is_read_no_farther_than_pictures_go(
    remote: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(places, "MAX_BYTES", 10)
    seen = []
    monkeypatch.setattr(places, "read_picture", lambda data, *_: seen.append(data))
    monkeypatch.setattr(places, "check_fits", lambda *_: None)
    write_at(f"{remote}/long.png", bytes(99))
    [place], _ = find_places([f"{remote}/long.png"], PNG)
    picture_at(place, "rgb")
    assert [*map(len, seen)] == [11]
