"""Work on a collection in the background."""

from __future__ import annotations

import time
from collections.abc import Iterator
from pathlib import Path

import pytest

from vqcore.archive import gathering as module
from vqcore.archive.collection import Collection, in_folder
from vqcore.archive.gathering import Gathering
from vqcore.archive.training import Going
from vqcore.coding.codec import Settings
from vqcore.signals.pictures import png_bytes, sample_picture

GRAY = Settings(8, "gray")
PIXELS = sample_picture("camera").pixels
FILES = [(f"{at}.png", png_bytes(PIXELS[at : at + 40, :56])) for at in (0, 100, 200)]


@pytest.fixture
def asked(tmp_path: Path) -> Collection:
    for name, data in FILES:
        (tmp_path / name).write_bytes(data)
    return Collection("three", tuple(in_folder(str(tmp_path))), 4, GRAY)


def test_it_is_done_by_another_process_and_heard_of_here(asked: Collection) -> None:
    there, here = Gathering(asked), Gathering(Collection("", (), 4, GRAY), FILES)
    assert there.is_going_on
    for work in (there, here):
        work.wait()
        assert not work.failed
        assert work.found
        assert work.seen
        assert {it.picture for it in work.good} == {name for name, _ in FILES}
        assert (work.pace.pictures, work.pace.seconds_left) == (3, 0)
    assert not there.is_going_on
    assert there.found
    assert here.found
    assert here.found.shared.checksum == there.found.shared.checksum


def test_passes_over_all_are_one_step_whatever_their_number(
    asked: Collection, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(module, "in_another_process", lambda *_: iter([Going("pass 2", 1, 9)]))
    work = Gathering(asked)
    work.wait()
    assert (work.step, work.pace.pictures, work.pace.pixels) == ("pass", 1, 9)


def endless(*_: object) -> Iterator[None]:
    yield from iter(lambda: time.sleep(0.01), 1)


def test_a_hand_stops_it(asked: Collection, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(module, "in_another_process", endless)
    work = Gathering(asked)
    assert work.is_going_on
    work.stop()
    work.wait()
    assert work.is_stopped


def test_it_stops_when_nobody_looks(asked: Collection, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(module, "in_another_process", endless)
    work = Gathering(asked, patience=0.05)
    work.wait()
    assert work.is_stopped


def test_a_process_that_ends_too_early_is_told(
    asked: Collection, monkeypatch: pytest.MonkeyPatch
) -> None:
    def ends(*_: object) -> Iterator[None]:
        yield None
        raise RuntimeError("the process of looking ended before its work")

    monkeypatch.setattr(module, "in_another_process", ends)
    work = Gathering(asked)
    work.wait()
    assert work.failed
    assert not work.found
