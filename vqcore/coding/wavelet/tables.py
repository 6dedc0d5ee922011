"""Logarithms, powers and odds as whole numbers, found by decimals: the same on every machine.

A coefficient is given in units, 64 to a step of the quantizer; a logit in 2048ths of a nat.
"""

from __future__ import annotations

from collections.abc import Sequence
from decimal import Context, Decimal

import numpy as np
from numpy.typing import NDArray

from vqcore.arrays import Floats, Indices, Reals, Whole
from vqcore.quantizers.wavelet import STEPS as STEPS
from vqcore.quantizers.wavelet import UNITS as UNITS

NATS = 2048
ODDS_PLACES = 1024
ONE = 2**20
MANTISSAS = 1024

_EXACT = Context(prec=28)
_LN_2 = _EXACT.ln(Decimal(2))


def _power_of_2(exponent: Decimal) -> Decimal:
    return _EXACT.exp(exponent * _LN_2)


def _logs(count: int, scale: str, most: int) -> NDArray[np.int16]:
    """Return 16·log2(1 + m·scale), rounded and at most so much, for m = 0 to count − 1."""
    halves = (Decimal(2 * log - 1) / 32 for log in range(1, most + 1))
    firsts = [int(_EXACT.divide(_power_of_2(at) - 1, Decimal(scale))) + 1 for at in halves]
    return np.searchsorted(firsts, np.arange(count), side="right").astype(np.int16)


def _rounded(values: Sequence[Decimal]) -> list[int]:
    return [int(value.to_integral_value()) for value in values]


LOGS = _logs(65536, "0.03125", 255)
"""16·log2(1 + m/32) of a magnitude of m units."""

MAGNITUDES = np.array(_rounded([_power_of_2(Decimal(log) / 16) * 32 - 32 for log in range(256)]))
"""The magnitude, in units, of a logarithm."""

LATTICE_LOGS = _logs(4096, "2", 96).astype(np.float64)
"""16·log2(1 + 2a) of a multiple a."""

_NORMED = np.arange(4096)
NORMS = ((128 * _NORMED + _NORMED + 64) // (2 * (_NORMED + 64))).astype(np.int16)
"""64·v/(v + 1) of v steps, in units."""

EXPONENTIALS = np.maximum(
    1, _rounded([_EXACT.exp(Decimal(-k) / 64) * ONE for k in range(ODDS_PLACES)])
).astype(np.float64)
"""2^20·e^(−k/64)."""

_SHARES = np.concatenate([EXPONENTIALS[:0:-1], np.full(ODDS_PLACES, float(ONE))])
_SHARES /= ONE + np.concatenate([EXPONENTIALS[:0:-1], EXPONENTIALS])
_SHARES = _SHARES.clip(2.0**-16, 1 - 2.0**-16)
"""1/(1 + e^(−k/64)), for k = −1023 to 1023."""

_MANTISSA_LOGS = np.array(
    [
        float(
            _EXACT.divide(_EXACT.ln(Decimal(2 * at + 1) / (2 * MANTISSAS)), _EXACT.ln(Decimal(2)))
        )
        for at in range(MANTISSAS // 2, MANTISSAS)
    ]
)

SCALES = np.array([float(_power_of_2(Decimal(k - 8) / 4)) for k in range(49)])
_RISES = np.array(
    [
        _rounded(
            [ONE * (1 - _EXACT.exp(-nats / _power_of_2(Decimal(k - 8) / 4))) for k in range(49)]
        )
        for nats in (Decimal("0.5"), Decimal(1))
    ],
    np.float64,
)
"""2^20·(1 − e^(−x/s)) of the scales s, for x = ½ and 1."""
_SCALE_BOUNDS = np.array(_rounded([_power_of_2(Decimal(2 * k - 15) / 8) * 16 for k in range(48)]))


def log2(values: Floats) -> Floats:
    """Return logarithms, to 2^-10 or so, of positive numbers; alike on every machine."""
    mantissa, exponent = np.frexp(values)
    logs: Floats = (
        exponent + _MANTISSA_LOGS[(mantissa * MANTISSAS).astype(np.int32) - MANTISSAS // 2]
    )
    return logs


def logs_of(units: Whole | Indices) -> NDArray[np.int16]:
    """Return the logarithms of magnitudes."""
    return LOGS[np.minimum(np.abs(units), len(LOGS) - 1)]


def normed(units: Whole | Indices) -> NDArray[np.int16]:
    """Return v/(|v| + 1) of coefficients v, in 64ths, from −63 to 63."""
    return np.sign(units).astype(np.int16) * NORMS[np.minimum(np.abs(units), len(NORMS) - 1)]


def likely(logits: Reals | Whole) -> Floats:
    """Return the probabilities that whole logits stand for, 2^-16 to 1 − 2^-16."""
    place = np.floor(logits * (1 / 32)).clip(1 - ODDS_PLACES, ODDS_PLACES - 1)
    shares: Floats = _SHARES[place.astype(np.int64) + (ODDS_PLACES - 1)]
    return shares


def geometric_weights(sixteenths: Whole, most: int) -> Floats:
    """Return how likely whole numbers −most to most are, two-sided exponentially.

    Parameters
    ----------
    sixteenths : int array of shape (m,), 16 times the mean magnitude expected
    most : int

    Returns
    -------
    weights : float64 array of shape (m, 2·most + 1)
    """
    place = np.searchsorted(_SCALE_BOUNDS, sixteenths)
    middle, step = _RISES[:, place, None]
    nats = np.rint(64 * np.arange(most) / SCALES[place, None])
    decay = EXPONENTIALS[np.minimum(nats, ODDS_PLACES - 1).astype(np.int64)]
    beyond = (ONE - middle) * step * decay / 2.0**21
    return np.concatenate([beyond[:, ::-1], middle * ONE, beyond], axis=1) + 1
