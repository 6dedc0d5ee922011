"""Rate-distortion curves compared: average differences, lower hulls, and what meets a target."""

from __future__ import annotations

import math
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from statistics import fmean, stdev
from typing import Protocol, TypeVar

import numpy as np

from vqcore import metrics
from vqcore.lab.rivals import RivalPoint
from vqcore.lab.sweeps import OperatingPoint

RatePoints = Iterable[tuple[float, float]]
"""Points (rate in bpp, PSNR in dB) in any order."""

EVERYWHERE = (-math.inf, math.inf)


@dataclass(frozen=True)
class BjontegaardDelta:
    """An average difference between two curves, and the range it is taken over."""

    value: float
    low: float
    high: float


def bd_rate(
    ours: RatePoints, theirs: RatePoints, *, within: tuple[float, float] = EVERYWHERE
) -> BjontegaardDelta | None:
    """Return by how many percent our rate differs from theirs at equal PSNR, on average.

    Parameters
    ----------
    ours, theirs : pairs (rate in bpp, PSNR in dB), in any order
        Only those of the `frontier` count.
    within : PSNR in dB, low and high
        Leave out what lies outside.

    Returns
    -------
    BjontegaardDelta or None
        `value` in percent, negative if ours needs fewer bytes; `low` and `high` are the range of
        PSNR in dB that both curves cover. None if there is none, or a curve has under two points.

    Notes
    -----
    The logarithms of the rates are interpolated by piecewise cubic Hermite polynomials (PCHIP), as
    in the common test conditions of JCT-VC (JCTVC-L1100), and integrated exactly. Bjøntegaard 2001,
    VCEG-M33.

    Examples
    --------
    >>> bd_rate([(0.5, 30), (1, 35)], [(1, 30), (2, 35)])
    BjontegaardDelta(value=-50.0, low=30.0, high=35.0)
    """
    delta = _mean_difference(_log_rates(ours), _log_rates(theirs), within)
    return delta and BjontegaardDelta(100 * math.expm1(delta.value), delta.low, delta.high)


def bd_psnr(ours: RatePoints, theirs: RatePoints) -> BjontegaardDelta | None:
    """Return by how many dB our PSNR differs from theirs at equal rate, on average.

    Parameters
    ----------
    ours, theirs : pairs (rate in bpp, PSNR in dB), in any order
        Only those of the `frontier` count.

    Returns
    -------
    BjontegaardDelta or None
        `value` in dB, positive if ours is more like the original; `low` and `high` are the range of
        rates in bpp that both curves cover. None if there is none, or a curve has under two points.

    Notes
    -----
    The mean is over the logarithm of the rate; otherwise as in `bd_rate`.

    Examples
    --------
    >>> round(bd_psnr([(1, 31), (4, 41)], [(1, 30), (4, 40)]).value, 6)
    1.0
    """
    our_psnr, their_psnr = (
        [(log_rate, psnr_db) for psnr_db, log_rate in _log_rates(curve)] for curve in (ours, theirs)
    )
    delta = _mean_difference(our_psnr, their_psnr, EVERYWHERE)
    return delta and BjontegaardDelta(delta.value, math.exp(delta.low), math.exp(delta.high))


def _log_rates(curve: RatePoints) -> list[tuple[float, float]]:
    """Return (PSNR, log rate) of the frontier, both strictly ascending."""
    return [(psnr_db, math.log(rate)) for rate, psnr_db in frontier(curve)]


def _mean_difference(
    ours: Sequence[tuple[float, float]],
    theirs: Sequence[tuple[float, float]],
    within: tuple[float, float],
) -> BjontegaardDelta | None:
    """Return the mean of ours - theirs, second values as functions of the first."""
    # Here, because it would be a quarter of the time that any command takes to start.
    from scipy.interpolate import PchipInterpolator

    if min(len(ours), len(theirs)) < 2:
        return None
    low = float(max(ours[0][0], theirs[0][0], within[0]))
    high = float(min(ours[-1][0], theirs[-1][0], within[1]))
    if low >= high:
        return None
    area, other = (
        float(PchipInterpolator(*np.transpose(curve)).integrate(low, high))
        for curve in (ours, theirs)
    )
    return BjontegaardDelta((area - other) / (high - low), low, high)


def frontier(curve: RatePoints) -> list[tuple[float, float]]:
    """Return the points that no other of the same or a lower rate equals or beats, ascending.

    Points without a rate and points without an error (infinite PSNR) are left out: neither has a
    place on a curve.

    Examples
    --------
    >>> frontier([(2, 33), (1, 30), (1, 29), (3, 32), (4, math.inf)])
    [(1, 30), (2, 33)]
    """
    best = -math.inf
    kept: list[tuple[float, float]] = []
    for rate, psnr_db in sorted(curve, key=lambda point: (point[0], -point[1])):
        if rate > 0 and best < psnr_db < math.inf:
            best = psnr_db
            kept.append((rate, psnr_db))
    return kept


def lower_hull(rates: Sequence[float], distortions: Sequence[float]) -> list[int]:
    """Return which points are corners of the lower convex hull, by ascending rate.

    They are what an encoder can choose by minimising D + λR: each is the minimum for some λ ≥ 0,
    and for each λ ≥ 0 one of them is a minimum. Of equal points the first is taken.

    Parameters
    ----------
    rates, distortions : of one length; distortion as MSE, not PSNR

    Notes
    -----
    O(n log n). Chou, Lookabaugh & Gray 1989, doi:10.1109/29.17498.

    Examples
    --------
    >>> lower_hull([1, 2, 3, 4], [10, 9, 2, 2])
    [0, 2]
    """
    hull: list[int] = []
    for index in np.lexsort((distortions, rates)).tolist():
        if hull and distortions[index] >= distortions[hull[-1]]:
            continue
        while len(hull) > 1 and not _turns_up(rates, distortions, hull[-2], hull[-1], index):
            hull.pop()
        hull.append(index)
    return hull


def _turns_up(
    rates: Sequence[float], distortions: Sequence[float], one: int, two: int, three: int
) -> bool:
    """Return whether the way from one point over the next to the third is less steep after it."""
    first = (distortions[two] - distortions[one]) * (rates[three] - rates[two])
    second = (distortions[three] - distortions[two]) * (rates[two] - rates[one])
    return first < second


class Sized(Protocol):
    """What is known of every coded picture; its PSNR is None where no original is at hand."""

    @property
    def psnr_db(self) -> float | None: ...
    @property
    def ssim(self) -> float | None: ...
    @property
    def rate_bpp(self) -> float: ...
    @property
    def file_ratio(self) -> float: ...
    @property
    def file_bytes(self) -> int: ...


class Measured(Sized, Protocol):
    """What every operating point has, whatever coded it."""

    @property
    def mse(self) -> float: ...
    @property
    def psnr_db(self) -> float: ...


class Placed(Protocol):
    """What targets are set for: a place in the plane of rate and distortion."""

    @property
    def file_bytes(self) -> int: ...
    @property
    def psnr_db(self) -> float: ...
    @property
    def file_ratio(self) -> float: ...


Point = TypeVar("Point", bound=Placed)


def best_within_bytes(points: Iterable[Point], most_bytes: float) -> Point | None:
    """Return the point of highest PSNR among files of at most so many bytes, or None.

    Of equal PSNR, the one of fewest bytes; so too in `best_from_ratio`.
    """
    return _best(point for point in points if point.file_bytes <= most_bytes)


def best_from_ratio(points: Iterable[Point], least_ratio: float) -> Point | None:
    """Return the point of highest PSNR among those with at least this file ratio, or None."""
    return _best(point for point in points if point.file_ratio >= least_ratio)


def cheapest_from_psnr(points: Iterable[Point], least_db: float) -> Point | None:
    """Return the point of fewest bytes among those of at least so many dB, or None.

    Of equally many bytes, the one of highest PSNR.
    """
    good = (point for point in points if point.psnr_db >= least_db)
    return min(good, key=lambda point: (point.file_bytes, -point.psnr_db), default=None)


def _best(points: Iterable[Point]) -> Point | None:
    return max(points, key=lambda point: (point.psnr_db, -point.file_bytes), default=None)


OfAnyCodec = TypeVar("OfAnyCodec", OperatingPoint, RivalPoint)


def at_peak(point: OfAnyCodec, peak: int) -> OfAnyCodec:
    """Return a point with the PSNR that it has with another peak."""
    return replace(point, psnr_db=metrics.psnr_db(point.mse, peak), peak=peak)


MEAN_FIGURES = ("psnr_db", "ssim", "file_ratio", "rate_bpp")


def mean_rows(pictures: Sequence[Sequence[OperatingPoint]]) -> list[dict[str, float | None]]:
    """Return mean and standard deviation over pictures, a row for each size that all have.

    The deviation is that of a sample, one less than the pictures in its divisor; None for one
    picture, and where a mean is infinite or a figure missing.
    """
    by_size = [{point.codebook_size: point for point in points} for points in pictures]
    rows: list[dict[str, float | None]] = []
    for size in sorted(set.intersection(*map(set, by_size))):
        row: dict[str, float | None] = {"codebook_size": size}
        for name in MEAN_FIGURES:
            values = [getattr(points[size], name) for points in by_size]
            row[name], row[f"{name}_std"] = _mean_and_deviation(values)
        rows.append(row)
    return rows


def _mean_and_deviation(values: list[float | None]) -> tuple[float | None, float | None]:
    known = [value for value in values if value is not None]
    if len(known) < len(values):
        return None, None
    mean = fmean(known)
    return mean, stdev(known) if len(known) > 1 and math.isfinite(mean) else None
