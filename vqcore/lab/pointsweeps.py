"""Points, many codebook sizes -> what each costs and gives."""

from __future__ import annotations

import math
from collections.abc import Generator, Iterable, Sequence
from dataclasses import dataclass, replace
from typing import Any

import numpy as np

from vqcore import metrics
from vqcore.arrays import Floats, Sketch
from vqcore.codebooks.textbook import Rules
from vqcore.codebooks.training import Progress, Trainer, reported
from vqcore.coding.pointsfile import EncodedPoints, pack_points
from vqcore.lab.finished import FinishedSize
from vqcore.quantizers import ofpoints
from vqcore.quantizers.ofpoints import Events, PointFamily, PointQuantizer, TrainedPoints
from vqcore.quantizers.quantizer import HasOptions, Option
from vqcore.signals.points import Points
from vqcore.work import Work, finish

AT_ONCE = 2**20


@dataclass(frozen=True)
class PointSettings(HasOptions):
    """All that decides how points are quantized, beside the codebook size.

    `options` are the family's own, in the order of its `OPTIONS`; those left out are the defaults.
    `rules` are those of the trainer "textbook"; trainers are of the plain family alone.
    """

    family: PointFamily = "plain"
    options: tuple[int, ...] = ()
    trainer: Trainer = "lbg"
    seed: int = 0
    rules: Rules | None = None

    def __post_init__(self) -> None:
        self.fill_in(self.options)
        rules = (self.rules or Rules()) if self.trainer == "textbook" else None
        object.__setattr__(self, "rules", rules)

    @property
    def own_options(self) -> tuple[Option, ...]:
        return ofpoints.OPTIONS[self.family]

    @property
    def given(self) -> tuple[tuple[float, ...], ...]:
        """Return the codewords of a start given, or none."""
        return self.rules.given if self.rules else ()


@dataclass(frozen=True)
class PointFigures:
    """What one codebook size costs and gives.

    Rates are in bits a number, of n·d numbers. `nominal_rate` is Σ log2 K_j over the columns, what
    indices of fixed length take, `entropy_rate` what their first-order entropy is; neither has the
    codebook. `file_rate` is that of a file with all in it. `snr_db` is of the power of the numbers,
    `snr_variance_db` of their variance about the mean of each coordinate: see `metrics.snr_db`.
    """

    codebook_size: int
    used_codewords: int
    mse: float
    rmse: float
    largest_error: float
    snr_db: float | None
    snr_variance_db: float | None
    nominal_rate: float
    entropy_rate: float
    file_rate: float
    nominal_bytes: float
    entropy_bytes: float
    codebook_bytes: int
    file_bytes: int
    train_seconds: float
    encode_seconds: float


class PointStep(FinishedSize[PointFigures, EncodedPoints, TrainedPoints]):
    """A finished codebook size of points."""


@dataclass(frozen=True, eq=False)
class SweptPoints:
    """The figures of points, ascending in codebook size.

    `limit` is the largest size there can be, if a larger one was asked for.
    """

    points: Points
    settings: PointSettings
    figures: tuple[PointFigures, ...]
    limit: int | None = None


def possible_sizes(points: Points, settings: PointSettings, sizes: Iterable[int]) -> list[int]:
    """Return the sizes that there are enough distinct vectors for, ascending.

    Those above become the most there are. With a start given, it is that of the codewords.
    """
    if settings.given:
        return [len(settings.given)]
    wanted = sorted(set(sizes))
    options = settings.options_by_name
    most = ofpoints.largest_size(points.vectors, settings.family, options, wanted[-1])
    return sorted({min(size, most) for size in wanted})


def sweep_points(
    points: Points, settings: PointSettings, sizes: Sequence[int]
) -> Generator[Progress | PointStep]:
    """Train, encode and measure each size; signs of life between.

    Parameters
    ----------
    points
    settings
    sizes : ascending, none above what `possible_sizes` allows
    """
    for event in trained(points.vectors, sizes, settings):
        if isinstance(event, Progress):
            yield event
        else:
            yield (yield from _step(points, event, settings))


def trained(vectors: Sketch, sizes: Sequence[int], settings: PointSettings) -> Events:
    """Train as settings say; see `ofpoints.train`."""
    family, options = settings.family, settings.options_by_name
    how: dict[str, Any] = {"trainer": settings.trainer, "rules": settings.rules}
    return ofpoints.train(vectors, sizes, family, options, seed=settings.seed, **how)


def _step(
    points: Points, found: TrainedPoints, settings: PointSettings
) -> Generator[Progress, None, PointStep]:
    size = found.codebook_size
    encoding = ofpoints.encode_work(found.quantizer, points.vectors, beam=settings.beam)
    indices, seconds = yield from reported(encoding, size)
    encoded = EncodedPoints(found.quantizer, indices)
    file = pack_points(encoded)
    figures, _ = yield from reported(figures_work(points, encoded, len(file)), size)
    figures = replace(figures, train_seconds=found.seconds, encode_seconds=seconds)
    return PointStep(figures, encoded, file, found)


def encode_points(points: Points, quantizer: PointQuantizer, beam: int = 1) -> EncodedPoints:
    """Encode points with a quantizer from elsewhere."""
    indices = finish(ofpoints.encode_work(quantizer, points.vectors, beam=beam))
    return EncodedPoints(quantizer, indices)


def figures_work(points: Points, encoded: EncodedPoints, file_bytes: int) -> Work[PointFigures]:
    """Measure encoded points against the points, with pauses."""
    squares, largest = 0.0, 0.0
    for rows in rows_of(points):
        errors = errors_of(points, encoded, rows)
        squares += float(np.square(errors).sum())
        largest = max(largest, float(np.abs(errors).max()))
        yield
    power, variance = yield from _power_work(points)
    count, numbers = points.count, points.vectors.size
    mse, use, sizes = squares / numbers, encoded.use, encoded.quantizer.sizes
    nominal, entropy = metrics.nominal_bytes(count, *sizes), metrics.entropy_bytes(*use)
    return PointFigures(
        codebook_size=encoded.quantizer.codebook_size,
        used_codewords=int(np.count_nonzero(use[encoded.quantizer.main])),
        mse=mse,
        rmse=math.sqrt(mse),
        largest_error=largest,
        snr_db=metrics.snr_db(power, mse),
        snr_variance_db=metrics.snr_db(variance, mse),
        nominal_rate=8 * nominal / numbers,
        entropy_rate=8 * entropy / numbers,
        file_rate=8 * file_bytes / numbers,
        nominal_bytes=nominal,
        entropy_bytes=entropy,
        codebook_bytes=encoded.quantizer.codebook_bytes,
        file_bytes=file_bytes,
        train_seconds=0,
        encode_seconds=0,
    )


def errors_of(points: Points, encoded: EncodedPoints, rows: slice) -> Floats:
    """Return by how much some of the points differ from what is decoded."""
    decoded = encoded.quantizer.decode(encoded.indices[rows])
    return np.subtract(points.vectors[rows], decoded, dtype=np.float64)


def rows_of(points: Points) -> Iterable[slice]:
    """Return slices of all points, so many at once that their errors take little memory."""
    step = max(1, AT_ONCE // points.dimension)
    return (slice(start, start + step) for start in range(0, points.count, step))


def _power_work(points: Points) -> Work[tuple[float, float]]:
    """Return the mean square of all numbers, and that about the mean of each coordinate."""
    mean = points.vectors.mean(axis=0, dtype=np.float64)
    squares = about = 0.0
    for rows in rows_of(points):
        numbers = points.vectors[rows].astype(np.float64)
        squares += float(np.square(numbers).sum())
        about += float(np.square(numbers - mean).sum())
        yield
    return squares / points.vectors.size, about / points.vectors.size
