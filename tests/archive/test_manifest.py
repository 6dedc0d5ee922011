"""Tests of manifest: what it says comes back, and holds as long as files do."""

import csv
import json
from dataclasses import replace
from hashlib import sha256
from pathlib import Path
from zlib import crc32

import pytest

from vqcore.archive import manifest
from vqcore.archive.manifest import Manifest, Row
from vqcore.archive.places import PlaceError

DATA, OTHER = (it + crc32(it).to_bytes(4, "little") for it in (b"coded words", b"c0ded words"))
ROW = Row(
    *("deep/a.png", "photos/deep/a.png", "deep/a.png.vq", 40, 30, len(DATA), float("inf"), 0.5),
    *(0.25, 1.5, "0123456789abcdef", 20.0, "77 88", sha256(DATA).hexdigest()),
)
FAILED = Row("b.png", "photos/b.png", "b.png.vq", version="1 2", error='photos/b.png: It, "no"')


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """Return a folder with the file of the row."""
    (tmp_path / "deep").mkdir()
    (tmp_path / ROW.file).write_bytes(DATA)
    return tmp_path


def test_rows_come_back_from_a_folder(folder: Path) -> None:
    kept = Manifest(str(folder))
    for row in (FAILED, ROW):
        kept.note(row)
    kept.save()
    assert Manifest.of(str(folder)).rows == {"deep/a.png": ROW, "b.png": FAILED}


def test_a_table_and_json_say_the_same(folder: Path) -> None:
    Manifest(str(folder), [ROW, FAILED]).save()
    with (folder / "manifest.csv").open(newline="") as file:
        table = list(csv.DictReader(file))
    records = json.loads((folder / "manifest.json").read_text())["pictures"]
    assert [row["picture"] for row in table] == ["b.png", "deep/a.png"]
    for row, record in zip(table, records, strict=True):
        assert row == {name: "" if it is None else str(it) for name, it in record.items()}
    assert records[1]["psnr_db"] == "inf"
    assert records[0]["error"] == FAILED.error


def test_names_that_are_no_text_are_written_too(folder: Path) -> None:
    odd = replace(ROW, picture="\udcff.png")
    Manifest(str(folder), [odd]).save()
    assert Manifest.of(str(folder)).rows == {"\udcff.png": odd}
    assert "\\udcff.png" in (folder / "manifest.csv").read_text()


def test_a_picture_named_like_a_number_keeps_its_name(folder: Path) -> None:
    odd = replace(ROW, picture="inf", place="inf", error="inf")
    Manifest(str(folder), [odd, ROW]).save()
    again = Manifest.of(str(folder))
    assert again.rows == {"inf": odd, ROW.picture: ROW}
    again.save()
    assert Manifest.of(str(folder)).rows == again.rows


@pytest.mark.parametrize(
    "text",
    [
        *("", "{", "[]", '{"pictures": [{"picture": "a"}]}', '{"pictures": 3}'),
        *('{"pictures": [3]}', '{"pictures": ["ab"]}', '{"pictures": [{"3": "a"}]}'),
        '{"pictures": [{"picture": 3, "place": "a", "file": "b"}]}',
        '{"pictures": [{"picture": "a", "place": "a", "file": "b", "psnr_db": "high"}]}',
        '{"pictures": [{"picture": "a", "place": "a", "file": "b", "width": Infinity}]}',
        '{"pictures": [{"picture": "a", "place": "a", "file": "b", "error": null}]}',
        "[" * 100_000,
        "9" * 5000,
    ],
    ids=range(14),
)
def test_a_damaged_one_is_none(folder: Path, text: str) -> None:
    assert Manifest.of(str(folder)).rows == {}
    (folder / "manifest.json").write_text(text)
    assert Manifest.of(str(folder)).rows == {}


def test_one_that_cannot_be_read_is_not_written_over(folder: Path) -> None:
    (folder / "manifest.json").mkdir()
    with pytest.raises(PlaceError, match="Is a directory"):
        Manifest.of(str(folder))


@pytest.mark.parametrize(
    "change",
    [
        {"place": "other/a.png"},
        {"file": "other.vq"},
        {"codebook": ""},
        {"rate_weight": 0.0},
        {"version": "78 88"},
    ],
    ids=str,
)
def test_a_file_stands_while_it_is_made_of_the_same(folder: Path, change: dict) -> None:
    assert ROW.stands(replace(ROW, psnr_db=1.0, bytes=0), str(folder))
    assert not ROW.stands(replace(ROW, **change), str(folder))


@pytest.mark.parametrize("data", [None, b"", DATA[:-1], OTHER], ids=str)
def test_a_file_stands_while_it_is_sound(folder: Path, data: bytes | None) -> None:
    (folder / ROW.file).unlink()
    if data is not None:
        (folder / ROW.file).write_bytes(data)
    assert not ROW.stands(ROW, str(folder))


def test_what_failed_does_not_stand(folder: Path) -> None:
    assert not replace(ROW, error="why").stands(ROW, str(folder))


def test_it_is_saved_now_and_then_and_not_all_the_time(
    folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    clock = [0.0]
    monkeypatch.setattr(manifest, "monotonic", lambda: clock[0])
    writes = []

    def write(address: str, _: bytes) -> None:
        clock[0] += 1
        writes.append(address)

    monkeypatch.setattr(manifest, "write_at", write)
    kept, saves = Manifest(str(folder)), []
    for _ in range(200):
        clock[0] += 1
        kept.note(ROW)
        saves.append(len(writes) // 2)
    assert saves[:6] == [0, 0, 0, 0, 1, 1]
    assert 4 <= saves[-1] <= 6  # 2 of 42 seconds
