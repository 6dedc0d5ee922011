"""Tests of encoding: a file of each picture, once; what fails is told, and what is lost redone."""

import errno
import os
import shutil
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
from helpers import smooth_picture

from vqcore.archive import decoding, encoding, making
from vqcore.archive.decoding import Decode
from vqcore.archive.encoding import Encode
from vqcore.archive.engine import Alone, EngineError, Lost
from vqcore.archive.making import GO_ON, Made, make_all
from vqcore.archive.manifest import Manifest
from vqcore.archive.places import Place, PlaceError, find_places, join, read_bytes, write_at
from vqcore.archive.training import Going
from vqcore.coding.codec import Settings
from vqcore.coding.container import parse
from vqcore.lab.sharing import Shared, train_family, train_shared, use_work
from vqcore.lab.sweeps import cut_for
from vqcore.signals.pictures import load_picture, png_bytes, read_picture
from vqcore.work import finish

SETTINGS = Settings(4, "rgb")
VECTORS = cut_for(smooth_picture(40, 60), SETTINGS).vectors
PLAIN = finish(train_shared(VECTORS, 8, SETTINGS))


@pytest.fixture
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Return a folder, made the current one, with pictures in one and bad files beside them."""
    (tmp_path / "photos").mkdir()
    for seed in range(5):
        pixels = smooth_picture(24, 33 + seed, seed=seed).pixels
        (tmp_path / "photos" / f"{seed}.png").write_bytes(png_bytes(pixels))
    (tmp_path / "photos" / "text.png").write_text("no picture")
    gray = smooth_picture(24, 33, gray=True).pixels
    (tmp_path / "photos" / "gray.png").write_bytes(png_bytes(gray))
    monkeypatch.chdir(tmp_path)
    return tmp_path


def places() -> list[Place]:
    return find_places(["photos"], {".png"})[0]


def encoded(folder: str = "out", shared: Shared = PLAIN, rate_weight: float = 0) -> Made:
    return finish(make_all(Alone(), places(), Encode(shared, folder, rate_weight)))


def files(folder: str = "out") -> dict[str, bytes]:
    return {path.name: path.read_bytes() for path in Path(folder).glob("*.vq")}


@pytest.mark.parametrize("rate_weight", [0, 50])
def test_each_file_and_its_figures_are_those_of_the_picture_alone(
    folder: Path, rate_weight: float
) -> None:
    made = encoded(rate_weight=rate_weight)
    assert [row.picture for row in made.rows] == [place.name for place in places()]
    assert len(made.good) == len(files()) == 5
    for row in made.good:
        use = finish(use_work(load_picture(Path(row.place)), PLAIN, rate_weight))
        assert files()[f"{row.picture}.vq"] == use.file
        assert (row.bytes, row.psnr_db, row.ssim) == (
            len(use.file),
            use.point.psnr_db,
            use.point.ssim,
        )
        assert row.rate_bpp == use.point.rate_bpp
    assert made.rows == tuple(Manifest.of("out").rows.values())


def test_bad_files_are_told_once_and_all_others_done(folder: Path) -> None:
    made = encoded()
    gray, text = made.errors
    assert gray == "photos/gray.png: The picture is gray, and the codebook is for rgb."
    assert text.startswith("photos/text.png: This is not a picture")
    assert {row.error for row in Manifest.of("out").rows.values()} == {"", gray, text}


def test_progress_tells_pictures_and_pixels(folder: Path) -> None:
    seen = list(make_all(Alone(), places(), Encode(PLAIN, "out")))
    assert [event.pictures for event in seen] == [1, 2, 3, 4, 5, 6, 7]
    assert seen[-1] == Going("encoding", 7, 24 * (33 * 5 + 10))


@pytest.mark.parametrize("family", ["residual", "tree"])
def test_a_quantizer_of_another_family_encodes_into_files_that_hold_it(
    folder: Path, family: str
) -> None:
    shared = finish(train_family(VECTORS, 4, Settings(4, "rgb", family=family)))
    made = encoded(shared=shared)
    assert len(made.good) == 5
    assert {parse(data).quantizer.family for data in files().values()} == {family}


# ----------------------------------------------------------------------------------------- resuming


def count_uses(monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """Return the names of the pictures that are encoded from now on."""
    seen = []

    def use(picture, *others):
        seen.append(picture.name)
        return use_work(picture, *others)

    monkeypatch.setattr(encoding, "use_work", use)
    return seen


def test_what_is_there_and_sound_is_not_done_again(
    folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    first, before = encoded(), files()
    seen = count_uses(monkeypatch)
    again = encoded()
    assert (seen, again.kept, again.rows) == ([], 5, first.rows)
    Path("out/1.png.vq").write_bytes(before["1.png.vq"][:-4])
    Path("out/3.png.vq").unlink()
    shutil.copy("photos/0.png", "photos/2.png")
    Path("photos/text.png").write_bytes(Path("photos/0.png").read_bytes())
    made = encoded()
    assert seen == ["1.png", "2.png", "3.png", "text.png"]
    assert (made.kept, len(made.good)) == (2, 6)
    assert files() == before | dict.fromkeys(("2.png.vq", "text.png.vq"), before["0.png.vq"])


def test_another_codebook_or_weight_is_done_again(
    folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    encoded()
    seen = count_uses(monkeypatch)
    encoded(rate_weight=9)
    assert len(seen) == 5
    encoded(shared=finish(train_shared(VECTORS, 4, SETTINGS)))
    assert len(seen) == 10


def test_a_run_that_ends_half_way_is_gone_on_with(
    folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    work = make_all(Alone(), places(), Encode(PLAIN, "out"))
    for _ in range(3):
        next(work)
    work.close()
    assert len(Manifest.of("out").rows) == 3
    seen = count_uses(monkeypatch)
    assert encoded().kept == 3
    assert len(seen) == 2
    whole = encoded("other")
    assert (len(whole.good), files("other")) == (5, files())


def test_rows_of_other_pictures_stay(folder: Path) -> None:
    finish(make_all(Alone(), places()[:2], Encode(PLAIN, "out")))
    made = finish(make_all(Alone(), places()[2:], Encode(PLAIN, "out")))
    assert len(made.rows) == 5
    assert list(Manifest.of("out").rows) == [place.name for place in places()]


# ------------------------------------------------------------------------------------------- faults


def test_a_full_disk_ends_the_run_in_one_sentence_and_the_next_goes_on(
    folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    put = write_at

    def full(address: str, *others) -> None:
        if "2.png" in address:
            raise PlaceError(f"{address}: {os.strerror(errno.ENOSPC)}")
        put(address, *others)

    with monkeypatch.context() as patch:
        patch.setattr(making, "write_at", full)
        with pytest.raises(PlaceError, match=r"out/2\.png\.vq: No space left on device"):
            encoded()
    assert set(files()) == {"0.png.vq", "1.png.vq"}
    assert encoded().kept == 2
    assert len(files()) == 5


def test_where_not_even_the_manifest_can_be_written_the_first_reason_is_told(
    folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def full(address: str, *_) -> None:
        raise PlaceError(f"{address}: full")

    monkeypatch.setattr(making, "write_at", full)
    monkeypatch.setattr("vqcore.archive.manifest.write_at", full)
    with pytest.raises(PlaceError, match=r"out/0\.png\.vq: full"):
        encoded()


def test_pictures_that_are_gone_are_told_and_a_folder_that_is_ends_the_run(folder: Path) -> None:
    found = places()
    Path("photos/1.png").unlink()
    made = finish(make_all(Alone(), found, Encode(PLAIN, "out")))
    assert made.rows[1].error == "photos/1.png: No such file or directory"
    assert len(made.good) == 4
    shutil.rmtree("photos")
    with pytest.raises(PlaceError, match="photos: The folder of the pictures is gone"):
        finish(make_all(Alone(), found, Encode(PLAIN, "out")))


def test_what_takes_too_much_memory_is_told(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def use(picture, *others):
        if picture.name == "1.png":
            raise MemoryError
        return use_work(picture, *others)

    monkeypatch.setattr(encoding, "use_work", use)
    assert encoded().rows[1].error == "photos/1.png: There is not enough memory for it."


class Faulty:
    """An engine that loses its second item, and the scheduler at the last."""

    def __init__(self, is_gone: bool) -> None:
        self.is_gone = is_gone

    def each(self, job, items, parts=None):
        for place, item in enumerate(items[:-1]):
            yield place, (Lost("slow", 7) if place == 1 else job(item))
        if self.is_gone:
            raise EngineError("The scheduler is gone.")
        yield len(items) - 1, job(items[-1])


def test_what_ends_its_process_is_in_the_manifest(folder: Path) -> None:
    made = finish(make_all(Faulty(False), places(), Encode(PLAIN, "out")))
    assert made.errors[0] == "photos/1.png: It was given up after 7 seconds."
    assert Manifest.of("out").rows["1.png"].error == made.errors[0]


def test_where_the_scheduler_goes_the_next_run_goes_on(folder: Path) -> None:
    with pytest.raises(EngineError) as caught:
        finish(make_all(Faulty(True), places(), Encode(PLAIN, "out")))
    assert str(caught.value) == f"The scheduler is gone. {GO_ON}"
    assert encoded().kept == 4


def test_nobody_is_told_to_go_on_from_what_is_not_kept(
    folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def full(address: str, _: bytes) -> None:
        raise PlaceError(f"{address}: full")

    monkeypatch.setattr("vqcore.archive.manifest.write_at", full)
    with pytest.raises(EngineError, match=r"The scheduler is gone\.$"):
        finish(make_all(Faulty(True), places(), Encode(PLAIN, "out")))


# ---------------------------------------------------------------------------------------- elsewhere


def test_pictures_and_files_can_be_elsewhere(folder: Path) -> None:
    for seed in range(3):
        data = Path(f"photos/{seed}.png").read_bytes()
        write_at(f"memory://encoding/photos/deep/{seed}.png", data)
    found, _ = find_places(["memory://encoding/photos/**/*.png"], {".png"})
    out = "memory://encoding/out"
    made = finish(make_all(Alone(), found, Encode(PLAIN, out)))
    assert (len(made.good), made.kept) == (3, 0)
    encoded()
    for seed in range(3):
        assert read_bytes(f"{out}/deep/{seed}.png.vq") == files()[f"{seed}.png.vq"]
    assert finish(make_all(Alone(), found, Encode(PLAIN, out))).kept == 3
    vqs, _ = find_places([f"{out}/**/*.vq"], {".vq"})
    made = finish(make_all(Alone(), vqs, Decode([PLAIN], "memory://encoding/png")))
    assert [row.file for row in made.good] == [f"deep/{seed}.png.png" for seed in range(3)]
    pixels = read_picture(read_bytes("memory://encoding/png/deep/0.png.png"), "").pixels
    np.testing.assert_array_equal(pixels, parse(files()["0.png.vq"], [PLAIN]).decode())


# ----------------------------------------------------------------------------------------- decoding


def decoded(codebooks: list = [PLAIN]) -> Made:  # noqa: B006
    found, _ = find_places(["out"], {".vq"})
    return finish(make_all(Alone(), found, Decode(codebooks, "back")))


def test_each_picture_comes_back_as_its_file_has_it(folder: Path) -> None:
    encoded()
    made = decoded()
    assert [row.file for row in made.rows] == [f"{seed}.png.png" for seed in range(5)]
    for row in made.rows:
        found = load_picture(Path("back") / row.file)
        expected = parse(Path(row.place).read_bytes(), [PLAIN]).decode()
        np.testing.assert_array_equal(found.pixels, expected)
        assert (row.width, row.height) == (found.width, found.height)
        assert (row.psnr_db, row.bytes) == (None, (Path("back") / row.file).stat().st_size)
    assert decoded().kept == 5
    Path("back/1.png.png").write_bytes(b"")
    assert decoded().kept == 4


def test_files_that_do_not_decode_are_told(folder: Path) -> None:
    encoded()
    Path("out/1.png.vq").write_bytes(b"no file")
    assert decoded().errors == ["out/1.png.vq: This is not a .vq file."]
    alone = decoded([])
    assert len(alone.errors) == 1  # the others are there already
    shutil.rmtree("back")
    assert len(decoded([]).errors) == 5
    assert "needs the codebook" in decoded([]).errors[0]
    found, _ = find_places(["out"], {".vq"})
    Path("out/2.png.vq").unlink()
    made = finish(make_all(Alone(), found, Decode([PLAIN], "back")))
    assert made.rows[2].error == "out/2.png.vq: No such file or directory"


@pytest.mark.parametrize("where", ["here", "there"])
def test_a_file_that_nobody_made_from_it_is_not_written_over(folder: Path, where: str) -> None:
    base = "photos" if where == "here" else "memory://encoding/mine"
    vq = finish(use_work(load_picture(Path("photos/0.png")), PLAIN)).file
    write_at(join(base, "boat.vq"), vq)
    write_at(join(base, "boat.png"), b"the original")
    [place], _ = find_places([join(base, "boat.vq")], {".vq"})
    told = f"{place.address}: {join(base, 'boat.png')} is another file; move it away first."
    for _ in range(2):
        made = finish(make_all(Alone(), [place], Decode([PLAIN], base)))
        assert made.errors == [told]
        assert read_bytes(join(base, "boat.png")) == b"the original"


def test_what_a_run_has_written_and_not_noted_is_its_own(folder: Path) -> None:
    encoded()
    before = files()
    Path("out/manifest.json").unlink()
    made = encoded()
    assert (len(made.good), made.kept) == (5, 0)
    Path("out/manifest.json").unlink()
    made = encoded(shared=finish(train_shared(VECTORS, 4, SETTINGS)))
    assert sum("is another file" in error for error in made.errors) == 5
    assert files() == before


def test_what_was_made_before_its_picture_failed_is_made_again(folder: Path) -> None:
    encoded()
    Path("photos/1.png").write_bytes(b"torn")
    for number in (1, 2):
        assert len(encoded().errors) == 3, number
    shutil.copy("photos/0.png", "photos/1.png")
    assert len(encoded().errors) == 2
    assert files()["1.png.vq"] == files()["0.png.vq"]


def test_files_of_any_length_are_not_read_whole(
    folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    encoded()
    longest = max(map(len, files().values()))
    monkeypatch.setattr(decoding, "MAX_BYTES", longest)
    assert decoded().errors == []
    shutil.rmtree("back")
    seen = []
    monkeypatch.setattr(decoding, "MAX_BYTES", 9)
    monkeypatch.setattr(decoding, "parse", seen.append)
    told = "out/0.png.vq: The file has more than 9 bytes, the limit of .vq files."
    assert decoded().errors[0] == told
    assert not seen


def test_a_mark_is_each_jobs_own() -> None:
    job = Encode(PLAIN, "out")
    assert job.mark != Encode(PLAIN, "out").mark
    assert replace(job, folder="x").mark == job.mark
