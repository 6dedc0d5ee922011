"""Tests of ondask: a real scheduler and two real workers come to the bytes of no cluster at all."""

import os
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from functools import partial
from pathlib import Path

import deadly
import pytest
from deadly import Once, Square
from helpers import photograph

from vqcore.archive import ondask, samples
from vqcore.archive.encoding import Encode
from vqcore.archive.engine import Alone, Engine, EngineError, Lost, OnPool, here
from vqcore.archive.making import make_all
from vqcore.archive.ondask import OnDask, on_cluster
from vqcore.archive.places import Place, find_places
from vqcore.archive.training import Together, TrainedTogether
from vqcore.coding.codebookfile import pack_codebook
from vqcore.coding.codec import Settings
from vqcore.signals.pictures import png_bytes
from vqcore.work import finish

distributed = pytest.importorskip("distributed")

ROOT = Path(__file__).parents[2]
SETTINGS = Settings(4, "gray")
K, PASSES = 24, 2


def begun(*arguments: str, folder: Path) -> subprocess.Popen:
    """Begin a scheduler or a worker that says nothing and finds this folder's modules."""
    own = os.environ | {"PYTHONPATH": f"{ROOT}:{ROOT / 'tests'}:{Path(__file__).parent}"}
    own |= {"OMP_NUM_THREADS": "1", "DASK_DISTRIBUTED__SCHEDULER__ALLOWED_FAILURES": "0"}
    command = [sys.executable, "-m", "distributed.cli.dask_" + arguments[0], *arguments[1:]]
    quiet = subprocess.DEVNULL
    return subprocess.Popen(command, env=own, cwd=folder, stdout=quiet, stderr=quiet)


def ended(processes: list[subprocess.Popen]) -> None:
    for process in processes:
        process.terminate()
    for process in processes:
        process.wait(20)


@contextmanager
def scheduler(folder: Path) -> Iterator[tuple[str, subprocess.Popen]]:
    """Give the address of a scheduler on the loopback interface, and its process."""
    file = folder / "scheduler.json"
    options = ("--host", "127.0.0.1", "--port", "0", "--no-dashboard", "--scheduler-file")
    process = begun("scheduler", *options, str(file), folder=folder)
    try:
        wait_until(lambda: file.exists() and file.stat().st_size)
        yield distributed.client.json.loads(file.read_text())["address"], process
    finally:
        ended([process])


def wait_until(holds: object, seconds: float = 30) -> None:
    end = time.monotonic() + seconds
    while not holds():
        assert time.monotonic() < end, "waited in vain"
        time.sleep(0.05)


def worker(address: str, folder: Path, *options: str) -> subprocess.Popen:
    more = ("--host", "127.0.0.1", "--nthreads", "1", "--no-dashboard", "--local-directory")
    return begun("worker", address, *more, str(folder), *options, folder=folder)


@pytest.fixture(scope="module")
def cluster(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """Return the address of a scheduler with two workers, each in a process of its own."""
    folder = tmp_path_factory.mktemp("cluster")
    with scheduler(folder) as (address, _):
        processes = [worker(address, folder) for _ in range(2)]
        try:
            with distributed.Client(address) as client:
                client.wait_for_workers(2, timeout=30)
            yield address
        finally:
            ended(processes)


@contextmanager
def on_it(cluster: str, **options: float) -> Iterator[Engine]:
    with on_cluster(cluster, lambda _: None, **options) as engine:
        yield engine


@pytest.fixture(scope="module")
def photos(tmp_path_factory: pytest.TempPathFactory) -> list[Place]:
    """Return the places of 31 little pictures."""
    folder = tmp_path_factory.mktemp("photos")
    pixels = photograph("coffee", 2).pixels
    for number in range(31):
        top, left = 5 * number, 8 * (number % 5)
        part = pixels[top : top + 40, left : left + 48 + number]
        (folder / f"{number:02}.png").write_bytes(png_bytes(part))
    return find_places([str(folder)], {".png"})[0]


def trained(engine: Engine, photos: list[Place], parts: int | None = None) -> TrainedTogether:
    """Search in so few vectors that passes gain something."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(samples, "VECTORS_A_CODEWORD", 20)
        return finish(Together(photos, K, SETTINGS, PASSES, parts=parts).work(engine))


def files(
    engine: Engine, photos: list[Place], folder: Path, parts: int | None = None
) -> list[bytes]:
    """Return the codebook file and all .vq files."""
    shared = trained(engine, photos, parts).shared
    made = finish(make_all(engine, photos, Encode(shared, str(folder), 20), parts))
    assert not made.errors
    return [pack_codebook(shared), *((folder / row.file).read_bytes() for row in made.rows)]


@pytest.fixture(scope="module")
def expected(photos: list[Place], tmp_path_factory: pytest.TempPathFactory) -> list[bytes]:
    """Return what there is without any other process."""
    assert len(trained(Alone(), photos).mses) == PASSES
    return files(Alone(), photos, tmp_path_factory.mktemp("alone"))


# --------------------------------------------------------------------------------------- same bytes


@pytest.mark.parametrize("parts", [1, 7, 30])
def test_parts_change_no_byte(
    cluster: str, photos: list[Place], expected: list[bytes], tmp_path: Path, parts: int
) -> None:
    with on_it(cluster) as engine:
        assert files(engine, photos, tmp_path, parts) == expected


@pytest.mark.parametrize("where", ["cluster", "here"])
def test_a_worker_killed_in_each_phase_and_pass_changes_no_byte(
    cluster: str, photos: list[Place], expected: list[bytes], tmp_path: Path, where: str
) -> None:
    with on_it(cluster) if where == "cluster" else here(2) as engine:
        fragile = deadly.Engine(engine, tmp_path)
        assert files(fragile, photos, tmp_path / "out") == expected
    assert len(list(tmp_path.glob("phase *"))) == 2 + PASSES


def test_one_worker_changes_no_byte(
    photos: list[Place], expected: list[bytes], tmp_path: Path
) -> None:
    told = []
    with on_cluster("local:1", told.append) as engine:
        assert files(engine, photos, tmp_path) == expected
    assert told[0].startswith("http://127.0.0.1:")


# ------------------------------------------------------------------------------------------- faults


def test_the_item_that_ends_its_worker_is_found(cluster: str, tmp_path: Path) -> None:
    with on_it(cluster) as engine:
        found = dict(engine.each(Square(frozenset({13})), range(20), 10))
        assert found.pop(13) == Lost("ended")
        assert found == {number: number**2 for number in range(20) if number != 13}
        total = finish(engine.total(Once(Square(), 3, tmp_path / "killed"), range(20), 3))
        assert total == (sum(number**2 for number in range(20)), {})


def test_what_has_come_stays_where_its_worker_ends_a_moment_later(
    cluster: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    with on_it(cluster) as engine:
        monkeypatch.setattr(distributed.Future, "status", "lost")
        assert dict(engine.each(Square(), range(3), 2)) == {0: 0, 1: 1, 2: 4}


def test_an_endless_item_is_given_up(cluster: str) -> None:
    with on_it(cluster, patience=3) as engine:
        found = dict(engine.each(Square(endless=frozenset({1})), range(3), 3))
        assert found == {0: 0, 1: Lost("slow", 3), 2: 4}


def test_what_a_job_raises_comes_back_as_it_is(cluster: str) -> None:
    with on_it(cluster) as engine, pytest.raises(FileNotFoundError) as caught:
        dict(engine.each(Square(wrong=frozenset({7})), range(9)))
    assert caught.value.filename == "7.png"


def test_where_all_workers_have_ended_for_good_nobody_waits_for_ever(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A group whose last worker has gone would else wait for another for all time."""
    monkeypatch.setattr(ondask, "LOOK_SECONDS", 0.2)
    monkeypatch.setattr("vqcore.archive.engine.SETTLING_SECONDS", 1)
    with scheduler(tmp_path) as (address, process):
        for job in (Square(deadly=frozenset({2})), Square(endless=frozenset({2}))):
            only = worker(address, tmp_path, "--no-nanny")
            with distributed.Client(address) as client:
                client.wait_for_workers(1, timeout=30)
                engine = OnPool(OnDask(client, lonely_seconds=1), patience=2)
                with pytest.raises(EngineError, match=f"no worker at {address} for 1 seconds.$"):
                    dict(engine.each(job, range(9), 9))
            only.wait(20)
        with distributed.Client(address) as client:
            pool = OnDask(client)
            process.send_signal(signal.SIGKILL)
            with pytest.raises(EngineError, match=f"The scheduler at {address} is gone.$"):
                dict(OnPool(pool).each(Square(), range(9)))
            client.close()
            with pytest.raises(EngineError, match=f"The scheduler at {address} is gone"):
                dict(OnPool(pool).each(Square(), range(9)))


# ----------------------------------------------------------------------------------------- refusals


def test_what_is_no_cluster_is_refused_in_one_sentence(
    cluster: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(ondask, "ANSWER_SECONDS", 0.5)
    with pytest.raises(EngineError, match=r"There is no scheduler at tcp://127\.0\.0\.1:1"):
        on_it("tcp://127.0.0.1:1").__enter__()
    with pytest.raises(EngineError, match="There is no scheduler at tcp://nowhere"):
        on_it("tcp://nowhere").__enter__()
    monkeypatch.undo()
    monkeypatch.setattr(ondask, "__version__", "9.9")
    with pytest.raises(EngineError, match=r"has vqcore .*, and here is 9\.9"):
        on_it(cluster).__enter__()
    monkeypatch.setattr(ondask, "version_here", partial(time.sleep, 1))
    monkeypatch.setattr(ondask, "LONELY_SECONDS", 0.1)
    with pytest.raises(EngineError, match=r"have not answered for 0\.1 seconds"):
        on_it(cluster).__enter__()
    monkeypatch.setitem(sys.modules, "distributed", None)
    with pytest.raises(EngineError, match=r"pip install 'vq-lab\[cluster\]'"):
        on_it("local").__enter__()
