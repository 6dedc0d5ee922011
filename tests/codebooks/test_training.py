"""Tests of training: what the ladder promises, and how long work is seen and ended."""

import re
import signal
import subprocess
import sys
import time
from collections import Counter
from collections.abc import Callable, Iterator
from concurrent.futures import Future, ThreadPoolExecutor
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from helpers import (
    TRAINED_BY,
    ClockOfLooks,
    photograph,
    small_vectors,
    smooth_picture,
    squared_distances,
    trained,
    vectors_of,
)
from hypothesis import given, settings
from numpy.typing import NDArray
from sklearn.cluster import KMeans, MiniBatchKMeans
from threadpoolctl import threadpool_limits

from vqcore import metrics
from vqcore.codebooks import lloyd, secondthoughts, sketch, training
from vqcore.codebooks.cells import partition
from vqcore.codebooks.codebook import Codebook, nearest
from vqcore.codebooks.ladder import Look, watch
from vqcore.codebooks.scoring import CHUNK, EIGHT_BIT
from vqcore.codebooks.training import (
    TRAINERS,
    Iteration,
    Progress,
    Trained,
    reported,
    seldom,
    train,
)
from vqcore.signals.pictures import Picture
from vqcore.work import CORES, POOL, Work, finish

Samples = NDArray[np.uint8]

LADDER = (1, 2, 4, 8, 16, 32, 64, 128, 256)
PHOTOGRAPHS = ("chelsea", "astronaut", "coffee", "rocket", "camera", "china", "flower")


def psnr_db(vectors: Samples, codewords: Samples) -> float:
    """Return the PSNR of the vectors, each as its nearest codeword."""
    return metrics.psnr_db(metrics.mse(vectors, codewords[nearest(vectors, codewords)]))


def total_distortion(vectors: Samples, codewords: Samples) -> int:
    return int(squared_distances(vectors, codewords).min(axis=1).sum())


def assert_equal_codebooks(some: dict[int, Samples], others: dict[int, Samples]) -> None:
    for size in some.keys() & others.keys():
        np.testing.assert_array_equal(some[size], others[size], f"K = {size}", strict=True)


# ------------------------------------------------------------------------------ the ladder, by hand


def test_one_codeword_is_the_rounded_mean_by_hand() -> None:
    assert trained(np.uint8([[0, 9], [1, 9], [7, 255]]), [1])[1].tolist() == [[3, 91]]


@pytest.mark.parametrize("name", ["camera", "flower"])
def test_one_codeword_is_the_rounded_mean(name: str) -> None:
    vectors = vectors_of(photograph(name), 8, "rgb")
    np.testing.assert_array_equal(trained(vectors, [1])[1], [np.rint(vectors.mean(axis=0))])


def test_clusters_far_apart_are_found() -> None:
    centres = np.uint8([[20, 20], [20, 220], [120, 120], [220, 20]])
    vectors = np.concatenate([centres + np.uint8([0, step]) for step in (0, 1, 2)])
    found = trained(vectors, [2, 4])[4]
    assert sorted(found.tolist()) == (centres + np.uint8([0, 1])).tolist()


def test_a_size_off_the_ladder_splits_the_worst_cell(monkeypatch: pytest.MonkeyPatch) -> None:
    # With all later repairs turned off, what is left is the split itself.
    for room, name in (
        (lloyd, "MAX_MOVING_ROUNDS"),
        (lloyd, "MAX_ITERATIONS"),
        (secondthoughts, "MAX_SECOND_THOUGHTS"),
        (secondthoughts, "SECOND_START_UP_TO"),
    ):
        monkeypatch.setattr(room, name, 0)
    samples = np.uint8([10, 11, 12, 14, 100, 140, 200, 240])
    codebooks = trained(np.stack([samples, np.full(8, 9, np.uint8)], axis=1), [2, 3])
    assert sorted(codebooks[2].tolist()) == [[12, 9], [170, 9]]
    assert sorted(codebooks[3].tolist()) == [[12, 9], [120, 9], [220, 9]]


def test_a_rare_far_vector_gets_a_codeword() -> None:
    vectors = np.repeat(np.uint8([[0], [1], [2], [255]]), [500, 500, 500, 1], axis=0)
    found = trained(vectors, [2])[2]
    assert sorted(found.tolist()) == [[1], [255]]


# ---------------------------------------------------------------------------- the ladder, relations


@pytest.mark.parametrize("name", PHOTOGRAPHS)
def test_psnr_never_falls_as_the_codebook_doubles(name: str) -> None:
    vectors = vectors_of(photograph(name))
    codebooks = trained(vectors, LADDER)
    figures = [psnr_db(vectors, codebooks[size]) for size in LADDER]
    assert figures == sorted(figures)
    assert figures[-1] > figures[0] + 6


def test_psnr_never_falls_where_rungs_are_trained_on_a_sample() -> None:
    vectors = vectors_of(photograph("retina", 2), 4)
    assert len(vectors) > sketch.SAMPLE_AT_LEAST
    codebooks = trained(vectors, LADDER[:7])
    figures = [psnr_db(vectors, codebooks[size]) for size in LADDER[:7]]
    assert figures == sorted(figures)


@settings(max_examples=60)
@given(small_vectors)
def test_any_size_below_the_distinct_vectors_is_trained(vectors: Samples) -> None:
    sizes = range(1, len(np.unique(vectors, axis=0)))
    codebooks = trained(vectors, sizes)
    assert list(codebooks) == list(sizes)
    for codewords in codebooks.values():
        assert codewords.shape[1] == vectors.shape[1]
        assert total_distortion(vectors, codewords) <= total_distortion(vectors, codebooks[1])


@pytest.mark.filterwarnings("error")
def test_nearly_as_many_codewords_as_distinct_vectors() -> None:
    distinct = np.random.default_rng(0).integers(0, 256, (40, 16), dtype=np.uint8)
    vectors = np.concatenate([distinct, distinct[:25], distinct[:5]])
    codewords = trained(vectors, [39])[39]
    distances = squared_distances(vectors, codewords)
    exact = np.unique(distances.argmin(axis=1)[distances.min(axis=1) == 0])
    assert len(exact) == 38  # one cell holds two vectors, each of the others one
    assert np.isfinite(distances).all()


@pytest.mark.filterwarnings("error")
def test_black_and_white_alone_give_no_warning() -> None:
    vectors = np.random.default_rng(0).choice(np.uint8([0, 255]), (300, 4))
    assert len(np.unique(vectors, axis=0)) == 16
    codebooks = trained(vectors, [1, 2, 4, 8, 15])
    errors = [total_distortion(vectors, codewords) for codewords in codebooks.values()]
    assert errors == sorted(errors, reverse=True)
    assert errors[-1] > 0


@pytest.fixture(scope="module")
def camera() -> Samples:
    return vectors_of(photograph("camera", 2))


@pytest.mark.parametrize("sizes", [[100], [64], [128], [1, 2, 100], [3, 64, 65, 100, 128]], ids=str)
def test_a_codebook_does_not_depend_on_the_other_sizes(camera: Samples, sizes: list[int]) -> None:
    all_sizes = trained(camera, [64, 100, 128])
    some = trained(camera, sizes)
    assert list(some) == sizes
    assert some.keys() & all_sizes.keys()
    assert_equal_codebooks(some, all_sizes)


@pytest.mark.parametrize("seed", [0, 1, 2**31 - 1, 2**70])
def test_the_same_seed_gives_the_same_codebooks(camera: Samples, seed: int) -> None:
    first = trained(camera, [16, 100], seed=seed)
    assert_equal_codebooks(first, trained(camera.copy(), [16, 100], seed=seed))


def test_another_seed_gives_other_codebooks(camera: Samples) -> None:
    first, second = (trained(camera, [100], seed=seed)[100] for seed in (0, 1))
    assert not np.array_equal(first, second)


@pytest.mark.parametrize(("block_size", "colour"), [(8, "gray"), (4, "rgb"), (16, "rgb")])
def test_the_number_of_threads_changes_nothing(block_size: int, colour: str) -> None:
    vectors = vectors_of(photograph("coffee", 2), block_size, colour)
    codebooks = []
    for threads in (1, 2):
        with threadpool_limits(threads, user_api="blas"):
            codebooks.append(trained(vectors, [2, 32, 100]))
    assert_equal_codebooks(*codebooks)


def test_training_leaves_the_vectors_as_they_were() -> None:
    vectors = vectors_of(photograph("camera", 4)).copy()
    before = vectors.copy()
    vectors.flags.writeable = False
    trained(vectors, [32])
    np.testing.assert_array_equal(vectors, before)


# ---------------------------------------------------------------------------------- known codebooks


@pytest.mark.parametrize("known_sizes", [[1], [1, 2, 4, 8], [8], [1, 2, 4, 8, 16, 20]], ids=str)
def test_to_go_on_gives_the_same_as_one_climb(camera: Samples, known_sizes: list[int]) -> None:
    whole = trained(camera, [1, 2, 4, 8, 16, 20, 32, 40])
    known = {size: Codebook(whole[size]) for size in known_sizes}
    assert_equal_codebooks(trained(camera, [16, 20, 32, 40], known=known), whole)


def test_what_is_known_is_not_trained_again(camera: Samples) -> None:
    whole = trained(camera, [1, 2, 4, 8])
    known = {size: Codebook(codewords) for size, codewords in whole.items()}
    events = list(train(camera, [8, 16], known=known))
    assert {event.codebook_size for event in events if isinstance(event, Progress)} == {16}
    assert events[0].codebook is known[8]
    assert events[0].seconds == 0
    assert sorted(known) == [1, 2, 4, 8]


# ------------------------------------------------------------------- against scikit-learn's k-means


@pytest.mark.parametrize("name", ["camera", "coffee", "rocket"])
def test_the_ladder_is_as_good_as_k_means(name: str) -> None:
    vectors = vectors_of(photograph(name, 2))
    ladder = trained(vectors, sorted([*LADDER[1:8], 3, 12, 80]))
    for size, codewords in ladder.items():
        fitted = KMeans(size, random_state=0).fit(vectors.astype(np.float32))
        rival = np.rint(fitted.cluster_centers_).astype(np.uint8)
        assert psnr_db(vectors, codewords) >= psnr_db(vectors, rival) - 0.15, size


@pytest.mark.parametrize("seed", [0, 7])
@pytest.mark.parametrize(
    ("trainer", "estimator"), [("kmeans", KMeans), ("minibatch", MiniBatchKMeans)]
)
def test_other_trainers_are_scikit_learns(
    request: pytest.FixtureRequest, trainer: str, estimator: type, seed: int
) -> None:
    if seed:
        request.getfixturevalue("in_this_process")
    vectors = vectors_of(smooth_picture(96, 80, gray=True))
    found = trained(vectors, [1, 5, 12], trainer=trainer, seed=seed)
    assert list(found) == [1, 5, 12]
    for size, codewords in found.items():
        fitted = estimator(size, random_state=seed).fit(vectors.astype(np.float32))
        expected = Codebook(np.rint(fitted.cluster_centers_).astype(np.uint8)).in_order()
        np.testing.assert_array_equal(codewords, expected.codewords, strict=True)


@pytest.mark.usefixtures("in_this_process")
@pytest.mark.parametrize("trainer", ["lbg", "kmeans"])
def test_codewords_are_in_the_order_of_a_file(camera: Samples, trainer: str) -> None:
    for codewords in trained(camera, [2, 20, 32], trainer=trainer).values():
        assert Codebook(codewords).in_order().codewords is codewords


@pytest.mark.parametrize("known_sizes", [[4, 16], [16], [1, 2, 4, 8, 16]], ids=str)
def test_a_size_that_was_known_has_no_iterations_of_another(
    camera: Samples, known_sizes: list[int]
) -> None:
    whole = trained(camera, [1, 2, 4, 8, 16])
    known = {size: Codebook(whole[size]) for size in known_sizes}
    events = [it for it in train(camera, [3, 16, 20], known=known) if isinstance(it, Trained)]
    three, sixteen, twenty = events
    assert (sixteen.iterations, sixteen.seconds) == ((), 0)
    alone = [[*train(camera, [size])][-1] for size in (3, 20)]
    for event, expected in zip((three, twenty), alone, strict=True):
        assert noted(event) == noted(expected)


def noted(event: Trained) -> list[tuple[object, ...]]:
    return [(it.stage, it.distortion, it.dead, it.moves) for it in event.iterations]


@pytest.mark.parametrize(
    ("known_size", "climbed"), [(8, {16}), (16, set()), (20, {1, 2, 4, 8, 16})]
)
def test_only_what_a_size_stands_on_is_trained(
    camera: Samples, known_size: int, climbed: set[int], monkeypatch: pytest.MonkeyPatch
) -> None:
    known = {known_size: Codebook(trained(camera, [known_size])[known_size])}
    rungs, rung = [], training.rung_work

    def watched(source: object, below: Codebook, size: int, *more: object) -> Work[Codebook]:
        rungs.append(size)
        return rung(source, below, size, *more)

    monkeypatch.setattr(training, "rung_work", watched)
    list(train(camera, [16], known=known))
    assert set(rungs) == climbed


def test_what_is_known_may_have_any_order(camera: Samples) -> None:
    whole = trained(camera, [1, 2, 4, 8, 16])
    known = {size: Codebook(codewords[::-1].copy()) for size, codewords in whole.items()}
    assert_equal_codebooks(trained(camera, [8, 16], known={4: known[4], 8: known[8]}), whole)


@pytest.mark.parametrize(
    "vectors",
    [
        np.linspace(0, 1, 80).reshape(20, 4),
        np.linspace(0, 255, 80, dtype=np.float32),
        np.arange(80).reshape(20, 4),
        np.arange(80, dtype=np.int8).reshape(20, 4),
        np.arange(80, dtype=np.uint16).reshape(20, 4),
        np.ones((20, 4), bool),
        np.arange(80, dtype=np.uint8),
        np.arange(80, dtype=np.uint8).reshape(5, 4, 4),
        np.zeros((0, 4), np.uint8),
        np.zeros((4, 0), np.uint8),
    ],
    ids=lambda vectors: f"{vectors.dtype} {vectors.shape}",
)
@pytest.mark.parametrize("trainer", TRAINERS)
def test_what_are_no_vectors_is_refused_at_once(vectors: NDArray, trainer: str) -> None:
    with pytest.raises(ValueError, match=r"uint8 or float32 array of shape \(n, d\)") as caught:
        train(vectors, [1, 2], trainer=trainer)
    assert str(vectors.dtype) in str(caught.value)
    assert str(vectors.shape) in str(caught.value)


FEW = np.uint8([[9, 9], [7, 8], [9, 9], [0, 1], [8, 7], [0, 1]])


@pytest.mark.parametrize(
    "sizes", [[0], [0, 1], [-1], [2, 1], [2, 2], [1, 4, 2], [1.0], [1.5], ["1"]], ids=str
)
@pytest.mark.parametrize("trainer", TRAINERS)
def test_what_are_no_sizes_is_refused_at_once(sizes: list[int], trainer: str) -> None:
    with pytest.raises(ValueError, match=f"ascending, not {re.escape(str(sizes))}"):
        train(FEW, sizes, trainer=trainer)


@pytest.mark.parametrize("sizes", [[5], [1, 2, 4096]], ids=str)
@pytest.mark.parametrize("trainer", TRAINERS)
def test_more_codewords_than_distinct_vectors_are_refused(sizes: list[int], trainer: str) -> None:
    told = f"only 4 vectors are distinct, too few for K = {sizes[-1]}"
    with pytest.raises(ValueError, match=told):
        train(FEW, sizes, trainer=trainer)


@pytest.mark.usefixtures("in_this_process")
@pytest.mark.parametrize("sizes", [[4], (1, 3, 4), np.array([2, 4])], ids=str)
@pytest.mark.parametrize("trainer", TRAINED_BY)
def test_as_many_codewords_as_distinct_vectors_are_those(sizes: list[int], trainer: str) -> None:
    found = trained(FEW, sizes, trainer=trainer)
    assert list(found) == list(sizes)
    assert found[4].tolist() == [[0, 1], [7, 8], [8, 7], [9, 9]]


@pytest.mark.parametrize("trainer", TRAINERS)
def test_no_sizes_are_no_work(trainer: str) -> None:
    assert list(train(FEW, [], trainer=trainer)) == []


@pytest.mark.parametrize(("trainer", "seed"), [("lbg", -1), ("kmeans", -1), ("random", 2**32)])
def test_a_seed_that_cannot_be_is_refused(trainer: str, seed: int) -> None:
    with pytest.raises(ValueError, match=f"seed.*not {seed}"):
        train(FEW, [1], trainer=trainer, seed=seed)


def test_known_codewords_of_another_shape_are_refused() -> None:
    with pytest.raises(ValueError, match=r"known for K = 2 are \(2, 3\), not \(2, 2\)"):
        train(FEW, [2], known={2: Codebook(np.zeros((2, 3), np.uint8))})


def test_an_unknown_trainer_is_refused() -> None:
    with pytest.raises(ValueError, match="lbg, kmeans, minibatch, random, textbook, not 'genetic'"):
        train(np.zeros((4, 2), np.uint8), [1], trainer="genetic")


# ----------------------------------------------------------------------- signs of life, and the end


@pytest.fixture
def every_sign(monkeypatch: pytest.MonkeyPatch) -> None:
    """Let every Progress through."""
    monkeypatch.setattr(training, "PROGRESS_SECONDS", 0)


@pytest.mark.usefixtures("every_sign")
def test_every_rung_gives_many_signs_of_life() -> None:
    vectors = vectors_of(smooth_picture(1024, 1024, gray=True))
    events = list(train(vectors, LADDER))
    signs = Counter(event.codebook_size for event in events if isinstance(event, Progress))
    assert signs[1] >= len(vectors) / CHUNK
    assert all(signs[size] >= 20 for size in LADDER[1:])


@pytest.mark.usefixtures("every_sign")
def test_each_size_is_handed_over_before_the_next_is_begun(camera: Samples) -> None:
    highest = 0
    for event in train(camera, [1, 2, 8, 16]):
        if isinstance(event, Trained):
            assert event.codebook.size == max(highest, 1)
        else:
            highest = event.codebook_size
    assert highest == 16


@pytest.mark.parametrize("trainer", ["lbg", "minibatch"])
def test_signs_of_life_come_at_once_and_then_ten_a_second(
    monkeypatch: pytest.MonkeyPatch, trainer: str
) -> None:
    clock = ClockOfLooks()
    monkeypatch.setattr(training, "monotonic", clock)
    vectors = vectors_of(photograph("retina", 3), 4, "rgb")
    events = train(vectors, [2, 32, 64], trainer=trainer)
    signs = [clock.now for event in events if isinstance(event, Progress)]
    assert len(signs) > 2
    assert signs[0] <= 2 / 16
    assert {*np.diff(signs)} == {3 / 16}  # told after two looks, and looked at once more


def made_up_events(steps: list[tuple[float, object]], clock: list[float]) -> Iterator[object]:
    """Yield events, each some seconds after the one before."""
    for seconds, event in steps:
        clock[0] += seconds
        yield event


def test_signs_of_life_are_thinned_and_nothing_else_waits(monkeypatch: pytest.MonkeyPatch) -> None:
    clock = [50.0]
    monkeypatch.setattr(training, "monotonic", lambda: clock[0])
    one, two, four, eight = map(Progress, (1, 2, 4, 8))
    steps = [(0, one), (0.09, one), (0, "one"), (0, "two"), (0.02, two), (0.09, two)]
    steps += [(0.3, four), (0.01, "four"), (0.01, eight)]
    events = seldom(made_up_events(steps, clock))
    assert list(events) == [one, "one", "two", two, four, "four"]


def test_time_that_others_take_counts_too(monkeypatch: pytest.MonkeyPatch) -> None:
    clock = [50.0]
    monkeypatch.setattr(training, "monotonic", lambda: clock[0])
    events = seldom(made_up_events([(0.01, Progress(1))] * 3, clock))
    for _ in range(3):
        assert next(events) == Progress(1)
        clock[0] += 1


def test_the_ladder_can_be_closed_on_the_way(camera: Samples) -> None:
    events = train(camera, [256])
    assert isinstance(next(events), Progress)
    events.close()
    assert list(events) == []


@pytest.fixture
def calls(monkeypatch: pytest.MonkeyPatch) -> list[Future[Any]]:
    """Return a list to which every call is added that is handed to the other cores."""
    handed: list[Future[Any]] = []
    submit = POOL.submit

    def noted(call: Callable[[], object]) -> Future[Any]:
        handed.append(submit(call))
        return handed[-1]

    monkeypatch.setattr(POOL, "submit", noted)
    return handed


@pytest.mark.usefixtures("every_sign")
@pytest.mark.parametrize("events", [1, 7, 30, 80])
def test_nothing_is_begun_after_closing(events: int, calls: list[Future[Any]]) -> None:
    vectors = vectors_of(photograph("retina"), 4, "rgb")
    work = train(vectors, [64])
    for _ in range(events):
        next(work)
    work.close()
    left = [call for call in calls if not call.done()]
    assert all(call.running() for call in left)
    assert len(left) < CORES or not left
    assert calls or CORES == 1


def test_two_ladders_at_once_are_each_as_alone(camera: Samples) -> None:
    alone = [trained(camera, [16, 100], seed=seed) for seed in (0, 1)]
    with ThreadPoolExecutor(2) as pool:
        together = pool.map(lambda seed: trained(camera, [16, 100], seed=seed), (0, 1))
        for some, others in zip(alone, together, strict=True):
            assert_equal_codebooks(some, others)


@pytest.fixture
def workers(monkeypatch: pytest.MonkeyPatch) -> list[subprocess.Popen[bytes]]:
    """Return a list to which every process is added that is begun."""
    begun: list[subprocess.Popen[bytes]] = []
    popen = subprocess.Popen

    def noted(*arguments: Any, **options: Any) -> subprocess.Popen[bytes]:
        begun.append(popen(*arguments, **options))
        return begun[-1]

    monkeypatch.setattr(subprocess, "Popen", noted)
    return begun


@pytest.mark.parametrize("pauses", [1, 5, 30])
@pytest.mark.parametrize("trainer", ["kmeans"])
def test_closing_kills_the_other_process(
    trainer: str, pauses: int, workers: list[subprocess.Popen[bytes]]
) -> None:
    vectors = vectors_of(photograph("retina"), 2, "rgb")
    events = train(vectors, [1000], trainer=trainer)
    for _ in range(pauses):
        assert next(events) == Progress(1000)
    [worker] = workers
    events.close()
    assert worker.returncode == -signal.SIGKILL  # it did not come to its end by itself


def test_no_process_is_left_when_all_is_done(
    workers: list[subprocess.Popen[bytes]], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("TMPDIR", str(tmp_path))
    monkeypatch.setattr("tempfile.tempdir", str(tmp_path))
    trained(np.arange(40, dtype=np.uint8).reshape(20, 2), [2], trainer="kmeans")
    [worker] = workers
    assert worker.returncode is not None
    assert list(tmp_path.iterdir()) == []


def test_a_process_that_dies_is_told(workers: list[subprocess.Popen[bytes]]) -> None:
    events = train(vectors_of(photograph("astronaut"), 4, "rgb"), [1000], trainer="kmeans")
    next(events)
    workers[0].kill()
    with pytest.raises(RuntimeError, match="ended before its work"):
        list(events)


SCRIPT = """
print("top level")
import numpy as np
from vqcore.coding.codec import Settings
from vqcore.lab.sweeps import Step, sweep
from vqcore.signals.pictures import Picture
pixels = np.random.default_rng(0).integers(0, 256, (40, 40), dtype=np.uint8)
settings = Settings(4, "gray", trainer="kmeans")
for event in sweep(Picture(pixels, "noise"), settings, [1, 2, 8]):
    if isinstance(event, Step):
        print(event.point.codebook_size, event.point.mse)
"""


def test_a_script_without_a_guard_runs_once(tmp_path: Path) -> None:
    script = tmp_path / "script.py"
    script.write_text("import sys\nsys.path.append(sys.argv[1])\n" + SCRIPT)
    elsewhere = tmp_path / "elsewhere"
    elsewhere.mkdir()
    command = [sys.executable, str(script), str(Path(__file__).parents[2])]
    done = subprocess.run(command, cwd=elsewhere, capture_output=True, text=True, check=True)
    pixels = np.random.default_rng(0).integers(0, 256, (40, 40), dtype=np.uint8)
    vectors = vectors_of(Picture(pixels, "noise"), 4)
    expected = ["top level"]
    for size, codewords in trained(vectors, [1, 2, 8], trainer="kmeans").items():
        expected.append(f"{size} {metrics.mse(vectors, codewords[nearest(vectors, codewords)])}")
    assert done.stdout.splitlines() == expected
    assert done.stderr == ""


ABANDONED = """
import os, sys
import numpy as np
from vqcore.codebooks.training import train
from vqcore.work import subprocess
vectors = np.random.default_rng(0).integers(0, 256, (200_000, 64), dtype=np.uint8)
popen, begun = subprocess.Popen, []
subprocess.Popen = lambda *given, **more: begun.append(popen(*given, **more)) or begun[-1]
events = train(vectors, [1000], trainer="kmeans")
for _ in range(20):
    next(events)
print(begun[0].pid, flush=True)
os.kill(os.getpid(), 9)
"""


@pytest.mark.skipif(not Path("/proc").exists(), reason="looks for the process in /proc")
def test_the_other_process_ends_with_its_parent() -> None:
    command = [sys.executable, "-c", ABANDONED]
    root = Path(__file__).parents[2]
    done = subprocess.run(command, cwd=root, stdout=subprocess.PIPE, timeout=60, check=False)
    assert done.returncode == -signal.SIGKILL
    worker = Path("/proc", done.stdout.decode().strip(), "stat")
    assert until(lambda: not worker.exists() or worker.read_text().split()[2] == "Z")


def until(condition: Callable[[], bool], seconds: float = 60) -> bool:
    end = time.monotonic() + seconds
    while time.monotonic() < end and not condition():
        time.sleep(0.05)
    return condition()


def test_seconds_leave_out_what_happens_at_the_pauses(monkeypatch: pytest.MonkeyPatch) -> None:
    clock = [0.0]
    monkeypatch.setattr(training, "perf_counter", lambda: clock[0])

    def work() -> Work[str]:
        for _ in range(3):
            clock[0] += 1
            yield
        clock[0] += 0.5
        return "done"

    def watched() -> Iterator[Progress]:
        results.append((yield from reported(work(), 8)))

    results: list[tuple[str, float]] = []
    for event in watched():
        assert event == Progress(8)
        clock[0] += 100
    assert results == [("done", 3.5)]


@pytest.mark.usefixtures("every_sign")
def test_a_size_off_the_ladder_does_not_count_the_seconds_below_it(
    camera: Samples, monkeypatch: pytest.MonkeyPatch
) -> None:
    ticks = iter(range(10**6))
    monkeypatch.setattr(training, "perf_counter", lambda: next(ticks))
    events = list(train(camera, [3]))
    signs = Counter(event.codebook_size for event in events if isinstance(event, Progress))
    # Each stretch of work starts and stops two clocks, one within the other: three ticks; of the
    # stretch at the end only the outer one is stopped: two. One more is to find the axes known.
    assert events[-1].seconds == 3 * signs[3] + 3


def test_iterations_are_noted_as_they_are_seen(camera: Samples) -> None:
    events = [event for event in train(camera, [1, 2, 16]) if isinstance(event, Trained)]
    *_, below = train(camera, [8])
    assert isinstance(below, Trained)
    work, seen = watch(camera, 16, below.codebook), []
    while True:
        try:
            look = next(work)
        except StopIteration as end:
            codebook = end.value
            break
        if isinstance(look, Look):
            seen.append((look.stage, look.distortion, look.dead, look.moves))
    noted = events[-1].iterations
    assert [(it.stage, it.distortion, it.dead, it.moves) for it in noted] == seen
    np.testing.assert_array_equal(codebook.codewords, events[-1].codebook.codewords)
    assert sum(it.seconds for it in noted) <= events[-1].seconds
    assert events[0].iterations == ()


def test_last_iteration_is_measured_on_all_vectors(camera: Samples) -> None:
    *_, trained = train(camera, [16])
    assert isinstance(trained, Trained)
    means = finish(partition(camera, trained.codebook.codewords, EIGHT_BIT))
    # The codebook is the last update, rounded; the iteration was measured just before it.
    assert trained.iterations[-1].distortion == pytest.approx(means.total / camera.size, rel=2e-3)
    assert trained.iterations[-1].stage == "finish"


def test_why_training_stopped() -> None:
    codebook = Codebook(np.zeros((1, 1), np.uint8))
    last = [Iteration("finish", 1.0, 0, 0, 0.1)]
    search = [Iteration("search", 1.0, 0, 0, 0.1)] * 99
    assert Trained(codebook, 1, 1, (*search, *last * 5)).ran_out is False
    assert Trained(codebook, 1, 1, tuple(last * 61)).ran_out is True
