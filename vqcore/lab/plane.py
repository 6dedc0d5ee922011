"""VQ in two dimensions, where it can be seen: pairs of neighbouring pixels, Lloyd's steps.

And for vectors of any dimension the plane of their first two principal axes.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, Literal

import numpy as np
from numpy.typing import ArrayLike, NDArray

from vqcore.arrays import Counts, Floats, Numbers, Sketch
from vqcore.codebooks.scoring import EIGHT_BIT, MIDDLE, REAL, chunks, product
from vqcore.codebooks.sketch import principal_axes
from vqcore.codebooks.source import InMemory, sample_of
from vqcore.codebooks.training import Trained, train
from vqcore.signals.blocks import BlockSize, distinct_vectors, layout_of, shown_pixels
from vqcore.signals.pictures import Picture
from vqcore.signals.points import Points
from vqcore.work import finish

Start = Literal["random", "ladder"]

LEVELS = 256
MAX_CODEWORDS = 64
MAX_STEPS = 100
TOLERANCE = 1e-4
LADDER_PAIRS = 65_536
FEW, DOT = 500, 3
"""Of so few points, each is drawn so many places wide."""
SPREAD_POINTS = 65_536
ROOM = 0.05
PAIRS_AT_ONCE = 1024
AXES_VECTORS = 20_000
SHOWN_VECTORS = 3000


@dataclass(frozen=True, eq=False)
class LloydPath:
    """The steps of Lloyd's algorithm in the plane, the start first.

    Parameters
    ----------
    codewords : float array of shape (s, K, 2)
        After 0, 1, … s − 1 iterations; left and right pixel in [0, 255].
    mse : float array of shape (s,)
        The distortion of each, per sample; it falls from step to step.
    """

    codewords: Floats
    mse: Floats


@dataclass(frozen=True, eq=False)
class PrincipalPlane:
    """The first two principal axes of vectors, and some of the vectors along them.

    Parameters
    ----------
    centre : float array of shape (d,)
    directions : float array of shape (2, d)
        Orthonormal; zeros where there are no two axes.
    shares : pair of floats
        The share of the variance along each, in [0, 1].
    some : float array of shape (m, 2), m <= SHOWN_VECTORS
    """

    centre: Floats
    directions: Floats
    shares: tuple[float, float]
    some: Floats

    def along(self, vectors: Numbers) -> Floats:
        """Return the coordinates of vectors, shape (n, d), along the two axes: shape (n, 2)."""
        return (vectors - self.centre) @ self.directions.T


@dataclass(frozen=True, eq=False)
class Spread:
    """Where points lie in the plane, within a square.

    Parameters
    ----------
    places : float32 array of shape (m, 2), all of them or as many as are quickly iterated over
    density : int array of shape (256, 256)
        How many of all lie in each part of the square, from left to right and from below.
    low : float array of shape (2,), the corner of the square on the left and below
    extent : of its sides, above 0
    """

    places: Sketch
    density: Counts
    low: Floats
    extent: float


def spread_of(points: Points) -> Spread:
    """Return where points of two coordinates lie, with some room around them."""
    from scipy.ndimage import maximum_filter

    least, most = (it.astype(np.float64) for it in (points.vectors.min(0), points.vectors.max(0)))
    extent = (1 + 2 * ROOM) * float((most - least).max()) or 1.0
    low = (least + most - extent) / 2
    edges = [np.linspace(start, start + extent, LEVELS + 1) for start in low]
    left, right = points.vectors.T
    density = np.histogram2d(left, right, bins=edges)[0].astype(np.int64)
    if points.count <= FEW:
        density = maximum_filter(density, DOT)
    places = sample_of(points.vectors, SPREAD_POINTS, np.random.default_rng(0))
    return Spread(places, density, low, extent)


def first_points(spread: Spread, size: int, start: Start, *, seed: int = 0) -> Floats:
    """Do as `first_codewords` among points."""
    distinct = distinct_vectors(spread.places, size)
    if distinct is not None:
        return distinct.astype(np.float64)
    if start == "random":
        drawn = np.random.default_rng(seed).permutation(len(spread.places))
        first = np.unique(spread.places[drawn], axis=0, return_index=True)[1]
        return spread.places[drawn][np.sort(first)[:size]].astype(np.float64)
    events = train(spread.places, [size], seed=seed)
    trained = next(event for event in events if isinstance(event, Trained))
    return trained.codebook.codewords.astype(np.float64)


def pair_density(picture: Picture) -> Counts:
    """Count the pairs of horizontal neighbours in a picture's luma: pixels 0 and 1, 2 and 3, …

    Returns
    -------
    density : int array of shape (256, 256)
        How often each left pixel (row) stands beside each right one (column). An odd width repeats
        its last pixel.

    Examples
    --------
    >>> density = pair_density(Picture(np.uint8([[7, 9, 7, 9, 5]]), ""))
    >>> int(density[7, 9]), int(density[5, 5]), int(density.sum())
    (2, 1, 3)
    """
    luma = shown_pixels(picture, layout_of(picture, BlockSize(1, 1), "gray"))
    pairs = np.pad(luma, [(0, 0), (0, picture.width % 2)], mode="edge").reshape(-1, 2)
    numbers = pairs[:, 0] * np.intp(LEVELS) + pairs[:, 1]
    return np.bincount(numbers, minlength=LEVELS**2).reshape(LEVELS, LEVELS)


def distinct_pairs(density: Counts) -> tuple[Numbers, Counts]:
    """Return the pairs that occur, shape (m, 2), and how often each does, shape (m,)."""
    pairs = np.argwhere(density).astype(np.uint8)
    return pairs, density[density > 0]


def first_codewords(density: Counts, size: int, start: Start, *, seed: int = 0) -> Floats:
    """Return codewords for Lloyd to start from.

    Parameters
    ----------
    density : int array of shape (256, 256)
    size : int
        K; where fewer pairs are distinct, it becomes their number.
    start : "random", K distinct pairs of the picture, or "ladder", those the LBG ladder ends with
        (on at most 65 536 pairs of a larger picture, and one more of each that is rare)

    Returns
    -------
    codewords : float array of shape (K, 2)
    """
    pairs, counts = distinct_pairs(density)
    if size >= len(pairs):
        return pairs.astype(np.float64)
    if start == "random":
        shares = counts / counts.sum()
        chosen = np.random.default_rng(seed).choice(len(pairs), size, replace=False, p=shares)
        return pairs[chosen].astype(np.float64)
    fewer = np.ceil(counts * min(1.0, LADDER_PAIRS / counts.sum())).astype(np.int64)
    events = train(pairs.repeat(fewer, axis=0), [size], seed=seed)
    trained = next(event for event in events if isinstance(event, Trained))
    return trained.codebook.codewords.astype(np.float64)


def lloyd_path(density: Counts, codewords: ArrayLike) -> LloydPath:
    """Iterate assignment and update, and keep every step.

    Parameters
    ----------
    density : int array of shape (256, 256)
    codewords : array of shape (K, 2)

    Returns
    -------
    path : LloydPath
        As long as an iteration lowers the distortion by more than 0.01 %, at most a hundred.

    Raises
    ------
    ValueError
        If the codewords are not of shape (K, 2), K >= 1.

    Notes
    -----
    Ties take the lowest index. A dead codeword stays where it is. O(m·K) time for each iteration
    with m distinct pairs, 65 536 at most. Lloyd 1982, doi:10.1109/TIT.1982.1056489.

    Examples
    --------
    >>> density = np.zeros((256, 256), int)
    >>> density[[0, 2, 9], [0, 0, 9]] = 1, 3, 1
    >>> path = lloyd_path(density, np.float64([[0, 0], [9, 9]]))
    >>> path.codewords[:, 0].tolist(), path.mse.tolist()
    ([[0.0, 0.0], [1.5, 0.0]], [1.2, 0.3])
    """
    following: Floats = np.asarray(codewords, np.float64)
    if following.ndim != 2 or following.shape[1] != 2 or not len(following):
        raise ValueError(f"codewords in the plane have the shape (K, 2), not {following.shape}")
    pairs, counts = (array.astype(np.float64) for array in distinct_pairs(density))
    return _steps(pairs, counts, following, MIDDLE)


def lloyd_path_of(spread: Spread, codewords: ArrayLike) -> LloydPath:
    """Do as `lloyd_path` among points."""
    places = spread.places.astype(np.float64)
    start: Floats = np.asarray(codewords, np.float64)
    return _steps(places, np.ones(len(places)), start, spread.low + spread.extent / 2)


def _steps(pairs: Floats, counts: Floats, following: Floats, middle: float | Floats) -> LloydPath:
    steps: list[Floats] = []
    errors: list[float] = []
    while len(steps) <= MAX_STEPS:
        mse, means = _iteration(pairs, counts, following, middle)
        if errors and errors[-1] - mse <= TOLERANCE * errors[-1]:
            break
        steps.append(following)
        errors.append(mse)
        following = means
    return LloydPath(np.stack(steps), np.array(errors))


def _iteration(
    pairs: Floats, counts: Floats, codewords: Floats, middle: float | Floats
) -> tuple[float, Floats]:
    """Return the distortion per sample, and the mean of each cell or the codeword of a dead one."""
    nearest = _nearest(pairs, codewords, middle)
    errors = np.square(pairs - codewords[nearest]).sum(axis=1)
    weights = np.bincount(nearest, counts, len(codewords))[:, None]
    sums = [np.bincount(nearest, counts * side, len(codewords)) for side in pairs.T]
    means = np.where(weights > 0, np.stack(sums, axis=1) / np.maximum(weights, 1), codewords)
    return float(errors @ counts / (2 * counts.sum())), means


def _nearest(pairs: Floats, codewords: Floats, middle: float | Floats) -> NDArray[np.intp]:
    """Do as `codebook.nearest`, in float64: codewords on their way lie between the levels."""
    centred = codewords - middle
    halves, indices = np.square(centred).sum(axis=1) / 2, np.empty(len(pairs), np.intp)
    for rows in chunks(len(pairs), PAIRS_AT_ONCE):
        scores = product(pairs[rows] - middle, centred.T)
        scores -= halves
        indices[rows] = scores.argmax(axis=1)
    return indices


def principal_plane(vectors: Numbers) -> PrincipalPlane:
    """Find the first two principal axes, from at most 20 000 vectors.

    Parameters
    ----------
    vectors : uint8 or float32 array of shape (n, d)

    Notes
    -----
    The same vectors give the same plane. The largest part of a direction is above 0.
    """
    rng = np.random.default_rng(0)
    sample = sample_of(vectors, AXES_VECTORS, rng)
    centre, variance = sample.mean(axis=0, dtype=float), sample.var(axis=0, dtype=float).sum()
    directions = np.zeros((2, sample.shape[1]))
    if variance:
        found = finish(principal_axes(_of_any_scale(sample))).directions.T[:2]
        largest = np.take_along_axis(found, np.abs(found).argmax(axis=1)[:, None], axis=1)
        directions[: len(found)] = found * np.sign(largest)
    shares = ((sample - centre) @ directions.T).var(axis=0) / (variance or 1)
    some = (sample_of(sample, SHOWN_VECTORS, rng) - centre) @ directions.T
    return PrincipalPlane(centre, directions, (float(shares[0]), float(shares[1])), some)


def _of_any_scale(sample: Numbers) -> InMemory[Any]:
    """Return vectors as a source; if of floats, so scaled that their squares are numbers too."""
    if sample.dtype == np.uint8:
        return InMemory(sample, EIGHT_BIT)
    _, exponent = np.frexp(np.abs(sample).max())
    return InMemory(np.ldexp(sample, -exponent), REAL)
