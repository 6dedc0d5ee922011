"""Trainers compared on one picture: how good a codebook each finds, and how long it takes."""

from __future__ import annotations

from dataclasses import dataclass, replace

from vqcore import metrics
from vqcore.codebooks.training import TRAINERS, Trained, Trainer, train
from vqcore.coding.codec import Settings, encode_work
from vqcore.lab.sweeps import ladder_sizes
from vqcore.quantizers.plain import quantizer_of
from vqcore.signals.blocks import Cut
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
    psnr_db : float
        Of the picture shown, each block by its nearest codeword.
    """

    trainer: Trainer
    seed: int
    seconds: float
    psnr_db: float


def contestants(settings: Settings) -> list[Settings]:
    """Return the settings of every trainer with every seed that is compared."""
    training = settings.training
    return [replace(training, trainer=it, seed=seed) for it in TRAINERS for seed in SEEDS]


def run_work(cut: Cut, settings: Settings, size: int) -> Work[Run]:
    """Train a codebook of a size from nothing, and encode the picture with it.

    Parameters
    ----------
    cut : the picture
    settings : its trainer and seed count
    size : below the number of distinct blocks
    """
    sizes = [*ladder_sizes(size - 1), size] if settings.trainer == "lbg" and size > 1 else [size]
    seconds = 0.0
    trainer, seed, rules = settings.trainer, settings.seed, settings.rules
    for event in train(cut.vectors, sizes, trainer=trainer, seed=seed, rules=rules):
        if isinstance(event, Trained):
            seconds += event.seconds
            codebook = event.codebook
        yield
    encoded = yield from encode_work(cut.layout, cut.vectors, quantizer_of(codebook))
    psnr_db = metrics.psnr_db(metrics.mse(cut.pixels, encoded.decode()))
    return Run(settings.trainer, settings.seed, seconds, psnr_db)
