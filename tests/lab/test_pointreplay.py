"""Tests of pointreplay: each step is one of the training, and the last is what it came to."""

import numpy as np
import pytest

from vqcore.codebooks import training
from vqcore.codebooks.textbook import Rules, runs_work
from vqcore.lab.playback import MAX_FRAMES
from vqcore.lab.pointreplay import PointFrame, point_frames_work
from vqcore.lab.pointstudy import PointStudy, has_steps, known_frames, replaying, sweeping
from vqcore.lab.pointsweeps import PointSettings
from vqcore.lab.store import Store
from vqcore.quantizers.ofpoints import train
from vqcore.show.pointpanels import codewords_tables, frame_shown, steps_there
from vqcore.signals.points import Points
from vqcore.signals.sources import made
from vqcore.work import finish


def frames_of(points: Points, settings: PointSettings, size: int) -> list[PointFrame]:
    return finish(point_frames_work(points, settings, size))


@pytest.mark.parametrize("dimension", [1, 2, 5])
@pytest.mark.parametrize("size", [2, 12])
def test_the_ladder_ends_with_its_codewords(dimension: int, size: int) -> None:
    points = made("mixture", 900, dimension)
    frames = frames_of(points, PointSettings(seed=2), size)
    *_, trained = train(points.vectors, [size], seed=2)
    assert (frames[0].stage, len(frames[0].codewords)) == ("below", {2: 1, 12: 8}[size])
    assert {it.stage for it in frames[1:]} == {"search", "finish"}
    codewords = {tuple(row) for row in frames[-1].codewords.tolist()}
    assert codewords == {tuple(row) for row in trained.quantizer.tables[0].tolist()}
    for it in frames:
        squares = np.square(points.vectors[:, None] - it.codewords.astype(float)).sum(axis=2)
        assert it.distortion == pytest.approx(squares.min(axis=1).mean(), rel=1e-5)
    errors = [it.distortion for it in frames]
    assert errors == sorted(errors, reverse=True)


def test_of_very_many_vectors_a_rung_starts_as_in_training(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(training, "LADDER_VECTORS", 256)
    points = made("mixture", 900, 2)
    *_, trained = train(points.vectors, [8])
    last = frames_of(points, PointSettings(), 8)[-1]
    codewords = {tuple(row) for row in last.codewords.tolist()}
    assert codewords == {tuple(row) for row in trained.quantizer.tables[0].tolist()}


def test_by_the_book_each_iteration_is_there() -> None:
    points, rules = made("laplacian", 60, 2), Rules("first", epsilon=0)
    frames = frames_of(points, PointSettings(trainer="textbook", rules=rules), 5)
    best, *_ = finish(runs_work(points.vectors, 5, rules))
    assert [it.iteration for it in frames] == list(range(len(best.rounds)))
    for frame, expected in zip(frames, best.rounds, strict=True):
        assert (frame.stage, frame.distortion) == ("book", expected.distortion)
        np.testing.assert_array_equal(frame.codewords, expected.codewords.astype(np.float32))


@pytest.mark.usefixtures("in_this_process")
@pytest.mark.parametrize(
    ("settings", "there"),
    [
        (PointSettings(), [4]),
        (PointSettings(trainer="textbook"), [1, 4]),
        (PointSettings(trainer="kmeans"), []),
        (PointSettings("tree"), []),
    ],
    ids=str,
)
def test_only_own_trainers_of_plain_codewords_have_steps(
    settings: PointSettings, there: list[int]
) -> None:
    study = PointStudy(made("rings", 12, 2), settings, (1, 4, 12), Store(10**7))
    list(sweeping(study))  # at K = 12 each vector is a codeword: nothing is trained
    assert [size for size in study.plan if has_steps(study, size)] == there


def test_a_step_is_shown_with_its_numbers() -> None:
    points = Points(np.float32([[1, 2], [3, 4], [5, 9]]), "", ("width", "height"))
    rules = Rules("given", ((1.0, 2.0), (3.0, 4.0)))
    settings = PointSettings(trainer="textbook", rules=rules)
    study = PointStudy(points, settings, (2,), Store(10**7))
    list(sweeping(study))
    assert steps_there(study, study.steps[2]) == {}
    list(replaying(study, 2))
    steps = steps_there(study, study.steps[2])
    assert [*steps] == [f"Iteration {it.iteration}" for it in known_frames(study, 2)]
    chart, table = frame_shown(study, *next(iter(steps.items())))
    assert table.above == "Iteration 0: error 9.66667 a vector."
    assert [it["x2"] for it in table.rows] == [2, 4]
    assert [heading for heading, _ in table.columns.values()] == ["Index", "width", "height"]
    assert list(chart.figure.data[1].y) == [2, 4]


@pytest.mark.parametrize(
    ("count", "stage", "told"),
    [
        (20_000, "finish", "Here: error 1.5 a vector."),
        (20_001, "finish", "Here: error 1.5 a vector, of 20,000 drawn at random."),
        (20_001, "book", "Here: error 1.5 a vector."),
    ],
)
def test_it_is_said_where_the_error_is_that_of_a_sample(count: int, stage: str, told: str) -> None:
    study = PointStudy(made("uniform", count, 1), PointSettings(), (2,), Store(10**7))
    frame = PointFrame(stage, 3, 1.5, np.float32([[1], [2]]))
    _, table = frame_shown(study, "Here", frame)
    assert table.above == told


@pytest.mark.parametrize(
    ("size", "dimension", "told"),
    [
        (1024, 16, ""),
        (2, 17, "The first 16 of 17 numbers; the files have all."),
        (1025, 1, "The first 1,024 of 1,025 codewords; the files have all."),
    ],
)
def test_it_is_said_how_much_of_many_numbers_is_shown(size: int, dimension: int, told: str) -> None:
    points = made("uniform", size, dimension)
    study = PointStudy(points, PointSettings(), (size,), Store(10**7))
    _, steps = frame_shown(study, "Here", PointFrame("book", 0, 1.5, points.vectors))
    list(sweeping(study))
    [entries] = codewords_tables(study, study.steps[size])
    assert steps.caption == entries.caption == told


def test_of_many_frames_some_are_left_out() -> None:
    frames = frames_of(made("gaussian", 3000, 2), PointSettings(), 64)
    assert len(frames) <= MAX_FRAMES < frames[-1].iteration
    assert [it.iteration for it in frames[:5]] == sorted(it.iteration for it in frames[:5])
