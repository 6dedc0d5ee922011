"""What theory says of points of a known distribution, and what scalars come to.

Rates are bits a number, likeness SNR in dB.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from vqcore.arrays import Floats
from vqcore.metrics import index_entropy_bits, snr_db
from vqcore.signals.points import Points

DB_A_BIT = 20 * math.log10(2)
SCALAR_LOSS_DB = 10 * math.log10(math.pi * math.e / 6)
"""What uniform scalars of the same entropy lose at high rates, 1.53 dB: Gish & Pierce 1968,
doi:10.1109/TIT.1968.1054193."""

# 10·log10(G(1)/G(d)) of the best lattices known; Conway & Sloane 1982,
# doi:10.1109/TIT.1982.1056483. The second moments are 1/12, 0.0801875, 0.0785433, 0.0766032,
# 0.0716821.
SPACE_FILLING_DB = {1: 0.0, 2: 0.167, 3: 0.257, 4: 0.366, 8: 0.654}
FREQUENCIES = 4096
STEPS = 40
BINS = 4000


def shannon_db(source: str, rates: Sequence[float], correlation: float = 0.0) -> list[float] | None:
    """Return the SNR that no quantizer at these rates exceeds; None for a source without one.

    For the Gaussian ones it is the rate–distortion function, for Laplacian, uniform and triangular
    ones Shannon's lower bound, above it at low rates and meeting it at high ones. Berger 1971,
    "Rate Distortion Theory".

    Examples
    --------
    >>> shannon_db("gaussian", [1])
    [6.020599913279624]
    """
    if source == "gauss-markov":
        return _water_filled(rates, correlation)
    gain = {
        "gaussian": 1.0,
        "laplacian": math.pi / math.e,
        "uniform": math.pi * math.e / 6,
        "triangular": math.pi / 3,
    }
    if source not in gain:
        return None
    return [DB_A_BIT * rate + 10 * math.log10(gain[source]) for rate in rates]


def _water_filled(rates: Sequence[float], correlation: float) -> list[float]:
    """Return the SNR of a Gauss–Markov source by filling its spectrum with noise from below."""
    angles = (np.arange(FREQUENCIES) + 0.5) * math.pi / FREQUENCIES
    spectrum = (1 - correlation**2) / (1 - 2 * correlation * np.cos(angles) + correlation**2)
    levels = np.geomspace(spectrum.max(), spectrum.min() * 2.0 ** (-2 * max(rates) - 1), 4000)
    filled = np.array([np.log2(np.maximum(spectrum / level, 1)).mean() / 2 for level in levels])
    noise = np.array([np.minimum(spectrum, level).mean() for level in levels])
    decibels = -10 * np.interp(rates, filled, np.log10(noise))
    return [float(it) for it in decibels]


@dataclass(frozen=True)
class ScalarPoint:
    """A uniform scalar quantizer: its step, the entropy of its indices, and its SNR."""

    step: float
    levels: int
    rate: float
    snr_db: float


def uniform_scalars(points: Points, most_bits: int) -> list[ScalarPoint]:
    """Return the uniform scalar quantizers of 2, 4, 8 … levels, each of the step that is best."""
    numbers, centre = _pooled(points)
    return [_best_uniform(numbers, centre, 2**bits, bits) for bits in range(1, most_bits + 1)]


def entropy_coded_scalars(points: Points, rates: Sequence[float]) -> list[ScalarPoint]:
    """Return uniform scalar quantizers with all the levels there are, of steps for these rates.

    The middle of a cell is at the mean of the numbers; each cell has its own mean back.
    """
    numbers, centre = _pooled(points)
    spread = float(numbers.std())
    steps = [spread * math.sqrt(2 * math.pi * math.e) * 2.0**-rate for rate in rates]
    return [_entropy_coded(numbers, centre, step) for step in steps] if spread else []


def _pooled(points: Points) -> tuple[Floats, float]:
    numbers = points.vectors.ravel().astype(np.float64)
    return numbers, float(numbers.mean())


def _best_uniform(numbers: Floats, centre: float, levels: int, bits: int) -> ScalarPoint:
    """Try steps up to those that reach the farthest number, then those beside the best."""
    power, half = float(np.square(numbers).mean()), levels // 2
    counts, edges = np.histogram(np.abs(numbers - centre), bins=BINS)
    middles, most = (edges[1:] + edges[:-1]) / 2, float(edges[-1]) / half

    def error(step: float) -> float:
        cells = np.minimum(middles // step, half - 1) + 0.5
        return float(counts @ np.square(middles - cells * step))

    near = min(np.linspace(most / STEPS, most, STEPS), key=error)
    step = float(min(near + np.linspace(-1, 1, STEPS) * 0.95 * most / STEPS, key=error))
    cells = np.clip(np.floor((numbers - centre) / step), -half, half - 1)
    mse = float(np.square(numbers - centre - (cells + 0.5) * step).mean())
    return ScalarPoint(step, levels, bits, snr_db(power, mse) or 0.0)


def _entropy_coded(numbers: Floats, centre: float, step: float) -> ScalarPoint:
    cells = np.rint((numbers - centre) / step).astype(np.int64)
    cells -= cells.min()
    counts = np.bincount(cells)
    means = np.bincount(cells, numbers) / np.maximum(counts, 1)
    mse = float(np.square(numbers - means[cells]).mean())
    found = snr_db(float(np.square(numbers).mean()), mse)
    return ScalarPoint(step, len(counts), index_entropy_bits(counts), found or 0.0)
