"""Points made up, of distributions that theory speaks of, each the same for the same seed.

==============  ==================================================================================
source          its numbers
==============  ==================================================================================
gaussian        N(0, 1)
laplacian       of variance 1, density exp(−√2·|x|) / √2
uniform         of variance 1, from −√3 to √3
triangular      of variance 1, from −√6 to √6, seldom far from 0
gauss-markov    of variance 1, each ρ times the one before and a Gaussian part; cut into vectors
mixture         eight Gaussians of deviation ½ round centres that are N(0, 4)
rings           two rings of radius 1 and 2, width 0.1, in the first two coordinates; N(0, 0.01)
                in the others
==============  ==================================================================================
"""

from __future__ import annotations

import math
from collections.abc import Callable
from typing import Literal, NamedTuple, get_args

import numpy as np

from vqcore.arrays import Floats
from vqcore.signals.blocks import BlockLayout, BlockSize, shown_pixels
from vqcore.signals.pictures import Picture
from vqcore.signals.points import MAX_DIMENSION, MAX_VECTORS, Points

Source = Literal[
    "gaussian", "laplacian", "uniform", "triangular", "gauss-markov", "mixture", "rings"
]

SOURCES: tuple[Source, ...] = get_args(Source)
CENTRES = 8


class Origin(NamedTuple):
    """Where points come from: one of `SOURCES`, how made; or "pairs", "typed", "file".

    Parameters
    ----------
    kind
    seed, correlation : with which points were made up
    """

    kind: str
    seed: int = 0
    correlation: float = 0.0


UPLOADED = Origin("file")


def made(
    source: Source, count: int, dimension: int, *, seed: int = 0, correlation: float = 0.9
) -> Points:
    """Make points.

    Parameters
    ----------
    source : one of `SOURCES`
    count, dimension : n and d of the vectors
    seed : 0 or more
    correlation : ρ of "gauss-markov", −1 < ρ < 1

    Raises
    ------
    ValueError
        If something is none of that; the message quotes it.

    Examples
    --------
    >>> made("uniform", 3, 2).vectors.shape
    (3, 2)
    """
    if source not in SOURCES:
        raise ValueError(f"a source is one of {', '.join(SOURCES)}, not {source!r}")
    if not (1 <= count <= MAX_VECTORS and 1 <= dimension <= MAX_DIMENSION):
        limits = f"1 to {MAX_VECTORS:,} of 1 to {MAX_DIMENSION} numbers"
        raise ValueError(f"vectors are {limits}, not {count:,} of {dimension:,}")
    if not -1 < correlation < 1:
        raise ValueError(f"a correlation is between −1 and 1, not {correlation}")
    rng, shape = np.random.default_rng(seed), (count, dimension)
    if source == "gauss-markov":
        numbers = _gauss_markov(rng, shape, correlation)
    else:
        numbers = _MAKERS[source](rng, shape)
    return Points(numbers.astype(np.float32), source)


def pixel_pairs(picture: Picture) -> Points:
    """Return the pairs of horizontal neighbours in a picture's luma: pixels 0 and 1, 2 and 3, …

    An odd width repeats its last pixel.
    """
    layout = BlockLayout(picture.width, picture.height, BlockSize(2, 1), "gray")
    pixels = shown_pixels(picture, layout)
    return Points(layout.split(pixels).astype(np.float32), picture.name)


def _gaussian(rng: np.random.Generator, shape: tuple[int, int]) -> Floats:
    return rng.standard_normal(shape)


def _laplacian(rng: np.random.Generator, shape: tuple[int, int]) -> Floats:
    return rng.laplace(scale=math.sqrt(0.5), size=shape)


def _uniform(rng: np.random.Generator, shape: tuple[int, int]) -> Floats:
    return rng.uniform(-math.sqrt(3), math.sqrt(3), shape)


def _triangular(rng: np.random.Generator, shape: tuple[int, int]) -> Floats:
    return rng.triangular(-math.sqrt(6), 0, math.sqrt(6), shape)


def _gauss_markov(rng: np.random.Generator, shape: tuple[int, int], correlation: float) -> Floats:
    from scipy.signal import lfilter

    parts = rng.standard_normal(math.prod(shape))
    parts[1:] *= math.sqrt(1 - correlation**2)
    numbers: Floats = lfilter([1], [1, -correlation], parts)
    return numbers.reshape(shape)


def _mixture(rng: np.random.Generator, shape: tuple[int, int]) -> Floats:
    centres = 2 * rng.standard_normal((CENTRES, shape[1]))
    return centres[rng.integers(CENTRES, size=shape[0])] + rng.standard_normal(shape) / 2


def _rings(rng: np.random.Generator, shape: tuple[int, int]) -> Floats:
    angles = rng.uniform(0, 2 * math.pi, shape[0])
    radii = rng.integers(1, 3, shape[0]) + rng.standard_normal(shape[0]) / 10
    numbers = rng.standard_normal(shape) / 10
    places = np.stack([radii * np.cos(angles), radii * np.sin(angles)], axis=1)
    numbers[:, :2] = places[:, : shape[1]]
    return numbers


_MAKERS: dict[str, Callable[[np.random.Generator, tuple[int, int]], Floats]] = {
    "gaussian": _gaussian,
    "laplacian": _laplacian,
    "uniform": _uniform,
    "triangular": _triangular,
    "mixture": _mixture,
    "rings": _rings,
}
