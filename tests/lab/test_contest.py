"""Tests of contest: every run is a real one."""

import pytest
from helpers import TRAINED_BY, photograph
from sklearn.cluster import KMeans

from vqcore.codebooks.codebook import rounded
from vqcore.codebooks.scoring import EIGHT_BIT
from vqcore.codebooks.training import TRAINERS, Trained, Trainer, train
from vqcore.coding.codec import Settings, encode
from vqcore.lab.contest import contestants, point_contestants, point_run_work, run_work
from vqcore.lab.pointsweeps import PointSettings, PointStep, sweep_points
from vqcore.metrics import mse, psnr_db
from vqcore.signals.blocks import cut, layout_of
from vqcore.signals.sources import made
from vqcore.work import finish

PICTURE = photograph("camera", 4)
LAYOUT = layout_of(PICTURE, 4, "gray")
VECTORS = LAYOUT.split(PICTURE.pixels)


@pytest.mark.usefixtures("in_this_process")
@pytest.mark.parametrize("trainer", TRAINED_BY)
def test_run_is_what_training_gives(trainer: Trainer) -> None:
    run = finish(run_work(cut(PICTURE, LAYOUT), Settings(4, "gray", trainer, seed=3), 20))
    sizes = [1, 2, 4, 8, 16, 20] if trainer == "lbg" else [20]
    *_, last = train(VECTORS, sizes, trainer=trainer, seed=3)
    assert isinstance(last, Trained)
    rebuilt = encode(LAYOUT, VECTORS, last.codebook).decode()
    assert (run.trainer, run.seed) == (trainer, 3)
    assert run.decibels == psnr_db(mse(PICTURE.pixels, rebuilt))


def test_seconds_of_the_ladder_count_all_rungs(monkeypatch: pytest.MonkeyPatch) -> None:
    *_, last = train(VECTORS, [16])
    assert isinstance(last, Trained)
    events = [Trained(last.codebook, seconds, 1) for seconds in (0.5, 0.25, 0.125)]
    monkeypatch.setattr("vqcore.lab.contest.train", lambda *_, **__: iter(events))
    assert finish(run_work(cut(PICTURE, LAYOUT), Settings(4, "gray"), 16)).seconds == 0.875


@pytest.mark.usefixtures("in_this_process")
def test_random_start_is_scikit_learns() -> None:
    *_, trained = train(VECTORS, [8], trainer="random", seed=5)
    assert isinstance(trained, Trained)
    reference = KMeans(8, init="random", n_init=1, random_state=5)
    means = reference.fit(VECTORS.astype("float32")).cluster_centers_
    assert (trained.codebook.codewords == rounded(means, EIGHT_BIT).codewords).all()


def test_one_codeword() -> None:
    run = finish(run_work(cut(PICTURE, LAYOUT), Settings(4, "gray"), 1))
    assert 10 < run.decibels < 20


def test_every_trainer_runs_three_times_whatever_is_done_with_the_codebooks() -> None:
    settings = Settings(4, "gray", "kmeans", seed=7, rate_weight=50)
    every = contestants(settings)
    assert {(it.trainer, it.seed) for it in every} == {
        (trainer, seed) for trainer in TRAINERS for seed in (0, 1, 2)
    }
    assert len(every) == 3 * len(TRAINERS)
    assert {it.rate_weight for it in every} == {0}


@pytest.mark.usefixtures("in_this_process")
@pytest.mark.parametrize("trainer", TRAINED_BY)
def test_a_run_on_points_is_what_a_sweep_gives(trainer: Trainer) -> None:
    points, settings = made("mixture", 500, 3), PointSettings(trainer=trainer, seed=2)
    run = finish(point_run_work(points, settings, 12))
    [step] = (it for it in sweep_points(points, settings, [12]) if isinstance(it, PointStep))
    assert (run.trainer, run.seed, run.decibels) == (trainer, 2, step.figures.snr_db)
    assert run.seconds > 0


def test_every_trainer_of_points_runs_three_times() -> None:
    every = point_contestants(PointSettings(seed=7))
    assert [(it.trainer, it.seed) for it in every] == [
        (trainer, seed) for trainer in TRAINERS for seed in (0, 1, 2)
    ]
