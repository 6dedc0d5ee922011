"""Trainers compared: each from nothing, with some seeds, on the same vectors."""

from __future__ import annotations

from collections.abc import Generator, Iterable
from dataclasses import dataclass, replace
from typing import Any

from vqcore import metrics
from vqcore.codebooks.training import TRAINERS, Progress, Trainer, train
from vqcore.coding.codec import Settings, encode_work
from vqcore.coding.pointsfile import EncodedPoints
from vqcore.lab.pointsweeps import PointSettings, figures_work, trained
from vqcore.lab.sweeps import ladder_sizes
from vqcore.quantizers.ofpoints import encode_work as encode_points_work
from vqcore.quantizers.plain import quantizer_of
from vqcore.signals.blocks import Cut
from vqcore.signals.points import Points
from vqcore.work import Work

SEEDS = range(3)


@dataclass(frozen=True)
class Run:
    """One training of one codebook size.

    Parameters
    ----------
    trainer, seed
    seconds : float
        For the ladder, with all rungs below.
    decibels : float
        PSNR of the picture shown, each block by its nearest codeword; of points SNR.
    """

    trainer: Trainer
    seed: int
    seconds: float
    decibels: float


def contestants(settings: Settings) -> list[Settings]:
    """Return the settings of every trainer with every seed that is compared."""
    training = settings.training
    return [replace(training, trainer=it, seed=seed) for it in TRAINERS for seed in SEEDS]


def point_contestants(settings: PointSettings) -> list[PointSettings]:
    """Return the settings of every trainer of points with every seed that is compared."""
    return [replace(settings, trainer=it, seed=seed) for it in TRAINERS for seed in SEEDS]


def run_work(cut: Cut, settings: Settings, size: int) -> Work[Run]:
    """Train a codebook of a size from nothing, and encode the picture with it.

    Parameters
    ----------
    cut : the picture
    settings : its trainer and seed count
    size : below the number of distinct blocks
    """
    trainer, seed, rules = settings.trainer, settings.seed, settings.rules
    events = train(cut.vectors, _way(trainer, size), trainer=trainer, seed=seed, rules=rules)
    last, seconds = yield from _last(events)
    encoded = yield from encode_work(cut.layout, cut.vectors, quantizer_of(last.codebook))
    psnr_db = metrics.psnr_db(metrics.mse(cut.pixels, encoded.decode()))
    return Run(trainer, seed, seconds, psnr_db)


def point_run_work(points: Points, settings: PointSettings, size: int) -> Work[Run]:
    """Train a codebook of points of a size from nothing, and encode them with it.

    Parameters
    ----------
    points
    settings : of the plain family
    size : below the number of distinct vectors
    """
    events = trained(points.vectors, _way(settings.trainer, size), settings)
    last, seconds = yield from _last(events)
    indices = yield from encode_points_work(last.quantizer, points.vectors)
    figures = yield from figures_work(points, EncodedPoints(last.quantizer, indices), 0)
    return Run(settings.trainer, settings.seed, seconds, figures.snr_db or 0.0)


def _way(trainer: Trainer, size: int) -> list[int]:
    """Return what is trained for a size: by the ladder all rungs."""
    return [*ladder_sizes(size - 1), size] if trainer == "lbg" and size > 1 else [size]


def _last(events: Iterable[Any]) -> Generator[None, None, tuple[Any, float]]:
    """Return the last that is trained, and the seconds of all."""
    seconds, last = 0.0, None
    for event in events:
        if not isinstance(event, Progress):
            seconds, last = seconds + event.seconds, event
        yield
    return last, seconds
