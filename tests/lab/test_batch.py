"""Tests of batch: many pictures give what each gives alone, and one bad file stops none."""

import os
import signal
import subprocess
import sys
import time
from dataclasses import replace
from pathlib import Path

import pytest
from helpers import heed_interrupts, smooth_picture, steps_of, toned_picture

from vqcore.coding.codec import Settings
from vqcore.lab import batch
from vqcore.lab.batch import Swept, picture_files, sweep_file, sweep_files
from vqcore.lab.sweeps import OperatingPoint, sweep
from vqcore.signals.pictures import Picture, PictureError, load_picture, picture_suffixes, png_bytes

ROOT = Path(__file__).parents[2]
SETTINGS = Settings(4, "ycbcr", seed=3)


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """Return a folder of three pictures, a damaged one, a text and a folder."""
    for seed in range(3):
        pixels = smooth_picture(20 + seed, 30, seed=seed).pixels
        (tmp_path / f"waves{seed}.png").write_bytes(png_bytes(pixels))
    (tmp_path / "cut.png").write_bytes(png_bytes(pixels)[:200])
    (tmp_path / "text.txt").write_text("This is a text.\n")
    (tmp_path / "folder.png").mkdir()
    return tmp_path


def unmeasured(point: OperatingPoint) -> OperatingPoint:
    return replace(point, train_seconds=0, encode_seconds=0)


def alone(file: Path) -> list[OperatingPoint]:
    steps = steps_of(sweep(load_picture(file), SETTINGS, [1, 4]))
    return [unmeasured(step.point) for step in steps]


# -------------------------------------------------------------------------------------------- files


def test_a_folder_stands_for_its_pictures_by_name(folder: Path) -> None:
    (folder / "A.JPeG").touch()
    (folder / "folder.png" / "inside.png").touch()
    files, errors = picture_files([folder])
    names = ["A.JPeG", "cut.png", "waves0.png", "waves1.png", "waves2.png"]
    assert files == [folder / name for name in names]
    assert errors == []


def test_what_a_mac_leaves_beside_a_picture_is_left_alone(folder: Path) -> None:
    for name in ("._waves0.png", "._.png", "._IMG.HEIC"):
        (folder / name).write_bytes(b"\0\5\x16\7")
    (folder / ".hidden.png").touch()
    files, _ = picture_files([folder])
    names = [".hidden.png", "cut.png", "waves0.png", "waves1.png", "waves2.png"]
    assert [file.name for file in files] == names
    assert picture_files([folder / "._waves0.png"]) == ([folder / "._waves0.png"], [])


@pytest.mark.parametrize("name", ["IMG_1.HEIC", "b.heif"])
def test_a_heic_in_a_folder_is_named_with_what_it_needs(
    folder: Path, name: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setitem(sys.modules, "pillow_heif", None)  # as if it were not installed
    (folder / name).write_bytes(b"\0\0\0\x18ftypheic\0\0\0\0mif1heic")
    files, _ = picture_files([folder])
    assert folder / name in files
    [error] = sweep_files([folder / name], SETTINGS, [1], jobs=1)
    assert str(error) == (
        f"{folder / name}: The HEIC file is not supported: it needs pillow-heif "
        "(pip install pillow-heif)."
    )


def test_what_is_not_a_folder_stands_for_itself(folder: Path) -> None:
    places = [folder / "text.txt", folder / "missing", folder / "cut.png"]
    assert picture_files(places) == (places, [])


@pytest.mark.parametrize("kind", ["empty", "with a text", "with a folder that looks like one"])
def test_a_folder_without_a_picture_is_an_error_beside_the_rest(folder: Path, kind: str) -> None:
    bare = folder / "bare"
    bare.mkdir()
    if kind == "with a text":
        (bare / "text.txt").touch()
    elif kind == "with a folder that looks like one":
        (bare / "folder.png").mkdir()
    files, [error] = picture_files([bare, folder / "cut.png"])
    assert files == [folder / "cut.png"]
    assert str(error) == f"{bare}: There is no picture in this folder."


def test_suffixes_are_those_of_the_formats_that_are_read() -> None:
    read = ".png .jpg .jpeg .webp .gif .bmp .tif .tiff .avif .ppm .pgm .pbm"
    read += " .raw .img .gray .y .rgb .yuv"
    assert set(read.split()) <= picture_suffixes()
    assert not {".eps", ".pdf", ".ico", ".vq", ".txt", ""} & picture_suffixes()


# ------------------------------------------------------------------------------------------- sweeps


@pytest.mark.parametrize("jobs", [1, 2, 5])
def test_each_picture_gives_what_it_gives_alone(folder: Path, jobs: int) -> None:
    files = [folder / f"waves{number}.png" for number in (2, 0, 1)]
    outcomes = list(sweep_files(files, SETTINGS, [4, 1], jobs=jobs))
    assert [swept.name for swept in outcomes] == [file.name for file in files]
    for file, swept in zip(files, outcomes, strict=True):
        assert [unmeasured(point) for point in swept.points] == alone(file)
        assert swept.settings == SETTINGS
        assert swept.plan.layout.height == load_picture(file).height


@pytest.mark.parametrize("jobs", [1, 2])
def test_a_bad_file_does_not_stop_the_rest(folder: Path, jobs: int) -> None:
    names = ["cut.png", "waves0.png", "missing.png", "waves1.png"]
    cut, first, missing, second = sweep_files(
        [folder / name for name in names], SETTINGS, [1], jobs=jobs
    )
    assert isinstance(cut, PictureError)
    assert str(cut).startswith(f"{folder / 'cut.png'}: The PNG file is damaged")
    assert isinstance(missing, FileNotFoundError)
    assert missing.filename == str(folder / "missing.png")
    assert isinstance(first, Swept)
    assert isinstance(second, Swept)


def test_no_file_gives_nothing() -> None:
    assert list(sweep_files([], SETTINGS, [1])) == []


def test_the_caller_can_carry_out_the_steps(folder: Path) -> None:
    def steps(picture: Picture, settings: Settings, plan: object) -> list:
        return steps_of(sweep(picture, settings, [2]))

    swept = sweep_file(folder / "waves0.png", SETTINGS, [1, 4], steps)
    assert [point.codebook_size for point in swept.points] == [2]


# ---------------------------------------------------------------------------------------- processes

COUNT_THREADS = """
import sys
from vqcore.lab import batch
from vqcore.work import on_all_cores

def cores(file, settings, sizes, **others):
    import threading
    from vqcore import work
    list(on_all_cores(abs, range(20)))
    mine = [thread.name for thread in threading.enumerate() if thread.name.startswith("vqcore")]
    return work.CORES, len(mine)

batch.CORES = 2
batch.sweep_file = cores
print(list(batch.sweep_files(range(3), None, [1], jobs=int(sys.argv[1]))))
"""


@pytest.mark.parametrize("limit", [None, "7"])
def test_processes_share_out_the_cores(limit: str | None) -> None:
    environment = {**os.environ, "PYTHONPATH": str(ROOT)}
    environment.pop("OMP_NUM_THREADS", None)
    if limit:
        environment["OMP_NUM_THREADS"] = limit
    command = [sys.executable, "-c", COUNT_THREADS, "2"]
    output = subprocess.run(command, env=environment, capture_output=True, text=True, check=True)
    assert output.stdout.strip() == str([(1, 0)] * 3)


def test_one_picture_needs_no_process(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(batch, "sweep_file", lambda *_, **__: os.getpid())
    assert list(sweep_files([folder / "waves0.png"], SETTINGS, [1], jobs=8)) == [os.getpid()]


def processes_of(session: int) -> set[int]:
    """Return the processes of a session that have not ended."""
    found = set()
    for status in Path("/proc").glob("[0-9]*/stat"):
        try:
            state, _, _, its_session = status.read_text().rpartition(")")[2].split()[:4]
        except OSError:
            continue
        if int(its_session) == session and state != "Z":
            found.add(int(status.parent.name))
    return found


@pytest.mark.skipif(not Path("/proc/self/stat").exists(), reason="reads /proc")
@pytest.mark.parametrize(
    ("number", "everyone", "status"),
    [(signal.SIGINT, True, 130), (signal.SIGINT, False, 130), (signal.SIGTERM, False, 143)],
    ids=["Ctrl-C", "interrupted", "terminated"],
)
def test_an_end_from_outside_leaves_no_process(
    tmp_path: Path, number: int, everyone: bool, status: int
) -> None:
    picture = png_bytes(smooth_picture(600, 600).pixels)
    for name in "abcdef":
        (tmp_path / f"{name}.png").write_bytes(picture)
    command = [sys.executable, "-m", "vqcore", "sweep", str(tmp_path), "--block", "4"]
    with subprocess.Popen(
        [*command, "--jobs", "2", "--json", str(tmp_path / "out.json")],
        cwd=ROOT,
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
        start_new_session=True,
        preexec_fn=heed_interrupts,
    ) as process:
        wait_until(lambda: len(processes_of(process.pid)) >= 3)
        (os.killpg if everyone else os.kill)(process.pid, number)
        process.wait(timeout=30)
    assert process.returncode == status
    wait_until(lambda: not processes_of(process.pid))
    assert not (tmp_path / "out.json").exists()


END_WHILE_STARTING = """
import sys
from pathlib import Path
from joblib.externals.loky.process_executor import _ExecutorManagerThread
from vqcore.coding.codec import Settings
from vqcore.lab.batch import sweep_files

_ExecutorManagerThread.start = lambda _: sys.exit(143)
list(sweep_files([Path("a"), Path("b")], Settings(4), [1], jobs=2))
"""


def test_an_end_while_the_processes_start_is_heard_of() -> None:
    command = [sys.executable, "-c", END_WHILE_STARTING]
    ended = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, timeout=60)
    assert (ended.returncode, ended.stderr) == (143, "")


def wait_until(condition: object, seconds: float = 20) -> None:
    end = time.monotonic() + seconds
    while not condition():
        assert time.monotonic() < end, "it takes too long"
        time.sleep(0.05)


def test_each_call_looks_in_the_folder_where_it_is_made(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    for place in ("one", "other"):
        (tmp_path / place).mkdir()
        monkeypatch.chdir(tmp_path / place)
        names = [Path(f"{place}-{number}.png") for number in range(2)]
        for name in names:
            name.write_bytes(png_bytes(toned_picture([1, 2]).pixels))
        found = list(sweep_files(names, Settings(4), [1], jobs=2))
        assert [outcome.name for outcome in found if isinstance(outcome, Swept)] == [
            str(name) for name in names
        ]
