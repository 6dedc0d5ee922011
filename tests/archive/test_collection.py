"""Very many pictures looked at together."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np
import pytest

from vqcore.archive import collection
from vqcore.archive.collection import (
    Collection,
    Found,
    Outcome,
    Seen,
    files_of,
    in_folder,
    looking,
    written_down,
)
from vqcore.archive.training import Going
from vqcore.coding.codebookfile import SharedCodebook
from vqcore.coding.codec import Settings
from vqcore.coding.container import parse
from vqcore.lab.sharing import SharedQuantizer, use_work
from vqcore.lab.uploads import Upload
from vqcore.refusals import PictureError
from vqcore.signals.pictures import Picture, png_bytes, read_picture
from vqcore.words import Said, said
from vqcore.work import finish


def picture_of(seed: int) -> bytes:
    rng = np.random.default_rng(seed)
    waves = np.add.outer(np.sin(np.arange(32) / (seed + 2)), np.cos(np.arange(48) / 3)) * 50 + 128
    return png_bytes(np.uint8(np.clip(waves + rng.normal(0, 3 * seed, waves.shape), 0, 255)))


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    for seed in range(5):
        (tmp_path / f"{seed}.png").write_bytes(picture_of(seed))
    (tmp_path / "torn.png").write_bytes(picture_of(1)[:60])
    return tmp_path


def gray(**settings: Any) -> Settings:
    return Settings(4, "gray", **settings)


def looked_at(folder: Path, settings: Settings, passes: int = 0) -> list[Any]:
    asked = Collection("five", tuple(in_folder(str(folder))), 4, settings, passes)
    return list(looking(asked))


def only(events: list[Any], kind: type) -> list[Any]:
    return [it for it in events if isinstance(it, kind)]


def test_each_picture_is_measured_with_the_codebook_of_all(folder: Path) -> None:
    events = looked_at(folder, gray(), passes=1)
    [found] = only(events, Found)
    assert (found.pictures, found.file) == (5, b"")
    assert isinstance(found.shared, SharedCodebook)
    *good, torn = only(events, Outcome)
    for seed, outcome in enumerate(good):
        use = finish(use_work(read_picture(picture_of(seed), ""), found.shared))
        figures = use.point.psnr_db, use.point.ssim, use.point.rate_bpp
        assert outcome == Outcome(f"{seed}.png", 48, 32, len(use.file), *figures)
    assert torn.picture == "torn.png"
    assert isinstance(torn.error, Said)
    assert str(folder) not in str(torn.error)


def test_health_is_that_of_all_blocks_together(folder: Path) -> None:
    events = looked_at(folder, gray())
    [found], [seen] = only(events, Found), only(events, Seen)
    uses = [finish(use_work(read_picture(picture_of(it), ""), found.shared)) for it in range(5)]
    expected = np.sum([use.encoded.use[0] for use in uses], axis=0)
    assert seen.health.use[0].tolist() == seen.health.cell_use.tolist() == expected.tolist()
    assert seen.health.cell_use.sum() == 5 * 8 * 12
    assert seen.health.cell_distortion.sum() == pytest.approx(1)
    size = found.shared.codebook.codewords.nbytes
    assert seen.health.codebook_share == size / (size + sum(len(use.file) for use in uses))


def test_the_best_and_the_worst_are_shown_and_none_is_both(folder: Path) -> None:
    events = looked_at(folder, gray())
    [seen] = only(events, Seen)
    good = [it for it in only(events, Outcome) if not it.error]
    order = sorted(good, key=lambda it: -it.psnr_db)
    assert [it.outcome for it in seen.best] == order[:3]
    assert [it.outcome for it in seen.worst] == order[:2:-1]
    assert read_picture(seen.best[0].original, "").pixels.shape == (32, 48)


def test_a_quantizer_of_another_family_comes_in_the_file_of_a_picture(folder: Path) -> None:
    events = looked_at(folder, gray(family="mean-removed"))
    [found], [seen] = only(events, Found), only(events, Seen)
    assert isinstance(found.shared, SharedQuantizer)
    assert parse(found.file).quantizer.family == "mean-removed"
    assert len(seen.health.use) == len(found.shared.quantizer.columns)
    assert 0 < seen.health.codebook_share < 1


def test_what_takes_too_much_memory_is_told_and_the_others_looked_at(
    folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def used(picture: Picture, *others: Any) -> Any:
        if picture.name == "2.png":
            raise MemoryError
        return use_work(picture, *others)

    monkeypatch.setattr(collection, "use_work", used)
    events = looked_at(folder, gray())
    told = {it.picture: it.error for it in only(events, Outcome) if it.error}
    assert told.pop("2.png") == said("collection.no-memory")
    assert list(told) == ["torn.png"]
    [seen] = only(events, Seen)
    assert len(seen.best + seen.worst) == 4


@pytest.mark.parametrize("left", [3, 0])
def test_the_file_is_of_a_picture_that_is_still_there(folder: Path, left: int) -> None:
    settings = gray(family="mean-removed")
    asked = Collection("five", tuple(in_folder(str(folder))), 4, settings)
    work = looking(asked)
    while (event := next(work)) != Going("reading", 6, 5 * 32 * 48):
        assert isinstance(event, Going)
    for number in range(5 - left):
        (folder / f"{number}.png").unlink()
    events = list(work)
    assert [found.pictures for found in only(events, Found)] == [5] * bool(left)
    assert sum(not it.error for it in only(events, Outcome)) == left
    assert len(only(events, Outcome)) == 6


def test_where_nothing_can_be_read_each_says_why(folder: Path) -> None:
    events = looked_at(folder, Settings(4, "rgb"))
    assert not only(events, Found)
    assert len([it for it in only(events, Outcome) if it.error]) == 6


def test_a_folder_is_one_of_this_machine(tmp_path: Path) -> None:
    for wrong in ("s3://bucket", "memory://a", f"@{tmp_path}", str(tmp_path / "gone")):
        with pytest.raises(PictureError, match="no such folder"):
            in_folder(wrong)
    with pytest.raises(PictureError, match="no picture"):
        in_folder(str(tmp_path))
    (tmp_path / "a.png").write_bytes(picture_of(1))
    assert [it.name for it in in_folder(f' "{tmp_path}" ')] == ["a.png"]


def test_uploads_lie_somewhere_for_as_long_as_they_are_worked_on() -> None:
    data = picture_of(1)
    uploads = [Upload("1", "../a.png", data, read_picture(data, ""))]
    with written_down(files_of(uploads)) as places:
        [place] = places
        assert (place.name, Path(place.address).read_bytes()) == ("../a.png", data)
        assert Path(place.address).parent == Path(place.root)
    assert not Path(place.root).exists()


def test_a_raw_upload_whose_size_was_typed_becomes_a_png() -> None:
    picture = read_picture(picture_of(1), "noname.raw")
    [(told, data)] = files_of([Upload("1", "noname.raw", picture.pixels.tobytes(), picture)])
    assert told == "noname.raw.png"
    assert (read_picture(data, told).pixels == picture.pixels).all()
