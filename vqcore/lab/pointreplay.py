"""A training on points, replayed: the codewords after each iteration."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

import numpy as np

from vqcore.arrays import Sketch
from vqcore.codebooks.source import sample_of
from vqcore.codebooks.textbook import Rules, runs_work
from vqcore.codebooks.training import rung_on_a_grid
from vqcore.lab.playback import bettering, thinned
from vqcore.lab.pointsweeps import PointSettings
from vqcore.quantizers.ofpoints import PointQuantizer, encode_work
from vqcore.signals.points import Points
from vqcore.work import Work

MEASURED = 20_000
REPLAYED = "lbg", "textbook"
"""Trainers that have steps to tell."""


@dataclass(frozen=True, eq=False)
class PointFrame:
    """What an iteration had made of the codewords.

    Parameters
    ----------
    stage : of the ladder "below", what it starts from, its "search", and its "finish" on all
        vectors; or "book"
    iteration : its number within the training of this size; 0 for what it starts from
    distortion : squared error of a vector, as the trainer has it; of the ladder that of `MEASURED`
        vectors at most
    codewords : float32 array of shape (K, d), of those below fewer
    """

    stage: Literal["below", "search", "finish", "book"]
    iteration: int
    distortion: float
    codewords: Sketch


def point_frames_work(points: Points, settings: PointSettings, size: int) -> Work[list[PointFrame]]:
    """Train a size again, and return what it had come to after each iteration.

    A round of the ladder's search that did not lower the distortion is left out, and of many
    frames of the ladder some of the later ones.

    Parameters
    ----------
    points
    settings : of the plain family, with a trainer of `REPLAYED`
    size : 2 at least, and below the number of distinct vectors
    """
    if settings.trainer == "textbook":
        return (yield from _by_the_book(points, size, settings.rules or Rules(), settings.seed))
    some = sample_of(points.vectors, MEASURED, np.random.default_rng(0))
    frames = list[PointFrame]()
    for seen in rung_on_a_grid(points.vectors, size, seed=settings.seed):
        if seen is not None:
            stage, codebook = seen
            distortion = yield from _distortion_work(some, codebook.codewords)
            frames.append(PointFrame(stage, len(frames), distortion, codebook.codewords))
        yield
    return thinned(bettering(frames))


def _distortion_work(vectors: Sketch, codewords: Sketch) -> Work[float]:
    quantizer = PointQuantizer("plain", ("codeword",), (codewords,))
    indices = yield from encode_work(quantizer, vectors)
    errors = np.subtract(vectors, quantizer.decode(indices), dtype=np.float64)
    return float(np.square(errors).sum(axis=1).mean())


def _by_the_book(points: Points, size: int, rules: Rules, seed: int) -> Work[list[PointFrame]]:
    best, *_ = yield from runs_work(points.vectors, size, rules, seed)
    return [
        PointFrame("book", it.number, it.distortion, it.codewords.astype(np.float32))
        for it in best.rounds
    ]
