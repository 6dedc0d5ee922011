"""Lloyd's algorithm by the book: every choice that the ladder makes by itself is yours.

From a start, assignment and update take turns until the error falls by too small a share of itself,
or after so many iterations. All vectors count at each, nothing is sketched, no codeword moves to
another place; what becomes of empty cells is a rule too. So every number can be worked by hand.

Lloyd 1982, doi:10.1109/TIT.1982.1056489; Linde, Buzo & Gray 1980, doi:10.1109/TCOM.1980.1094577
(splitting); Arthur & Vassilvitskii 2007, "k-means++: the advantages of careful seeding".
"""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, fields, replace
from itertools import chain, pairwise
from typing import Any, Literal, get_args

import numpy as np
from numpy.typing import NDArray

from vqcore.arrays import Counts, Floats, Indices, Number
from vqcore.words import said
from vqcore.work import Work

Start = Literal["splitting", "k-means++", "random", "first", "noise", "given"]
Empty = Literal["leave", "drop", "split"]
Distance = Literal["squared", "absolute"]

STARTS: tuple[Start, ...] = get_args(Start)
EMPTIES: tuple[Empty, ...] = get_args(Empty)
KEPT: tuple[Empty, ...] = ("leave", "split")
"""What leaves K codewords."""

DISTANCES: tuple[Distance, ...] = get_args(Distance)
MAX_RESTARTS = 100
AT_ONCE = 2**22


class RulesError(ValueError):
    """Rules do not fit what is to be trained on; the message is a sentence."""


@dataclass(frozen=True)
class Rules:
    """How to train.

    Parameters
    ----------
    start : "splitting", from the mean of all, each codeword into two, `apart` more and less in
        every sample, settled by these rules each time, those of largest error first where not all
        are to split; "k-means++"; "random", vectors drawn, none twice; "first", the first vectors;
        "noise", numbers drawn evenly from the least sample to the greatest; or "given"
    given : the codewords of that start, K rows of d numbers
    apart : in sample values, above 0
    epsilon : stop when an iteration lowers the error by no more than this share of what is left;
        0 or more
    iterations : at most so many; 0 is the start itself
    empty : "leave" a codeword without vectors where it is, "drop" it, or "split" the cell of
        largest error with it
    restarts : 1 to 100; the best is kept. A start without chance is not tried twice.
    distance : "squared", or "absolute": the sum of |x − y|, updated by medians
    weights : of each of d samples in the distance, above 0; none for equal ones

    Raises
    ------
    ValueError
        If something is none of that; the message quotes it.
    """

    start: Start = "splitting"
    given: tuple[tuple[float, ...], ...] = field(default=(), repr=False)
    apart: float = 1.0
    epsilon: float = 0.001
    iterations: int = 100
    empty: Empty = "leave"
    restarts: int = 1
    distance: Distance = "squared"
    weights: tuple[float, ...] = ()

    def __post_init__(self) -> None:
        _check_one_of("start", self.start, STARTS)
        _check_one_of("empty cells", self.empty, EMPTIES)
        _check_one_of("distance", self.distance, DISTANCES)
        _check("epsilon", self.epsilon, "0 or more", self.epsilon >= 0)
        _check("the number of iterations", self.iterations, "0 or more", self.iterations >= 0)
        _check("how far apart codewords split", self.apart, "above 0", self.apart > 0)
        fine = 1 <= self.restarts <= MAX_RESTARTS
        _check("the number of restarts", self.restarts, f"1 to {MAX_RESTARTS}", fine)
        for weight in self.weights:
            _check("a weight", weight, "above 0", 0 < weight < math.inf)
        if (self.start == "given") != bool(self.given):
            raise ValueError('codewords are given with the start "given", and with no other')
        if not all(map(math.isfinite, chain.from_iterable(self.given))):
            raise ValueError("codewords are finite numbers")

    @property
    def unusual(self) -> dict[str, str]:
        """Return what is not as at first, as texts, but for codewords given."""
        every = {it.name: getattr(self, it.name) for it in fields(self)}
        default = {it.name: it.default for it in fields(self)}
        return {
            name: ",".join(f"{it:.10g}" for it in value) if name == "weights" else f"{value}"
            for name, value in every.items()
            if value != default[name] and name != "given"
        }

    @property
    def by_chance(self) -> bool:
        return self.start in ("k-means++", "random", "noise")


def rows_of(codewords: NDArray[Number]) -> tuple[tuple[float, ...], ...]:
    """Return codewords, shape (K, d), as `Rules.given` has them."""
    return tuple(tuple(map(float, row)) for row in codewords.tolist())


def read_codewords(text: str, dimension: int) -> tuple[tuple[float, ...], ...]:
    """Read codewords as they are typed: one a line, numbers with spaces or commas between.

    Raises
    ------
    ValueError
        If a line has another number of numbers than `dimension`, or something else in it.

    Examples
    --------
    >>> read_codewords("0 0, 1\\n255, 255, 255", 3)
    ((0.0, 0.0, 1.0), (255.0, 255.0, 255.0))
    """
    lines = [_numbers(line) for line in text.splitlines() if line.strip()]
    for place, line in enumerate(lines, 1):
        if len(line) != dimension:
            raise ValueError(
                said("refusal.typed.codeword", place=place, number=len(line), dimension=dimension)
            )
    if not all(math.isfinite(number) for line in lines for number in line):
        raise ValueError(said("refusal.typed.infinite"))
    return tuple(lines)


def read_weights(text: str, dimension: int) -> tuple[float, ...]:
    """Read a weight for each sample as they are typed, with spaces or commas between; or none.

    Raises
    ------
    ValueError
        If there is another number of them than `dimension`, or one is no number above 0.

    Examples
    --------
    >>> read_weights("1, 2 0.5", 3), read_weights("1，2", 2)
    ((1.0, 2.0, 0.5), (1.0, 2.0))
    """
    weights = _numbers(text)
    if weights and len(weights) != dimension:
        raise ValueError(said("refusal.typed.weights", number=len(weights), dimension=dimension))
    if not all(0 < weight < math.inf for weight in weights):
        raise ValueError(said("refusal.typed.weight"))
    return weights


def _numbers(text: str) -> tuple[float, ...]:
    """Return the numbers of a text, with spaces or commas between, also those of Chinese."""
    words = text.replace(",", " ").replace("，", " ").split()
    for word in words:
        try:
            float(word)
        except ValueError:
            raise ValueError(said("refusal.typed.no-number", word=word)) from None
    return tuple(map(float, words))


def _check_one_of(what: str, value: str, allowed: tuple[str, ...]) -> None:
    if value not in allowed:
        raise ValueError(f"{what}: one of {', '.join(allowed)}, not {value!r}")


def _check(what: str, value: float, wanted: str, is_fine: bool) -> None:
    if not (is_fine and math.isfinite(value)):
        raise ValueError(f"{what} is {wanted}, not {value}")


@dataclass(frozen=True, eq=False)
class Round:
    """What an iteration has come to; number 0 is the start.

    Parameters
    ----------
    number : int
    distortion : float
        The mean over the vectors of their distance to their codewords.
    counts : int array of shape (K,), vectors in each cell
    codewords : float array of shape (K, d), of those cells
    """

    number: int
    distortion: float
    counts: Counts
    codewords: Floats


@dataclass(frozen=True, eq=False)
class Run:
    """A training by the book: its iterations, and by which chance it started."""

    seed: int
    rounds: tuple[Round, ...]

    @property
    def codewords(self) -> Floats:
        return self.rounds[-1].codewords

    @property
    def distortion(self) -> float:
        return self.rounds[-1].distortion


@dataclass(frozen=True)
class Line:
    """The figures of an iteration.

    Parameters
    ----------
    iteration : 0 for the start
    distortion : as in `Round`
    change : by what share of what is left the distortion fell, so that 1 is by half, as LBG have
        it; None for the start, and where nothing is left
    empty, largest, smallest : cells without vectors, and the vectors of the largest and smallest
    """

    iteration: int
    distortion: float
    change: float | None
    empty: int
    largest: int
    smallest: int


@dataclass(frozen=True)
class Book:
    """What is told of a training by the book.

    Parameters
    ----------
    lines : of the best run
    tried : seed and distortion at the end of each run, the best first
    """

    lines: tuple[Line, ...]
    tried: tuple[tuple[int, float], ...]


def book_of(runs: tuple[Run, ...]) -> Book:
    """Return what is told of runs, the best first."""
    rounds = runs[0].rounds
    lines = [_line(rounds[0], None)]
    lines += [_line(after, before) for before, after in pairwise(rounds)]
    return Book(tuple(lines), tuple((run.seed, run.distortion) for run in runs))


def _line(seen: Round, before: Round | None) -> Line:
    change = None
    if before:
        fell = before.distortion - seen.distortion
        change = fell / seen.distortion if seen.distortion else None
    counts = seen.counts
    return Line(
        seen.number,
        seen.distortion,
        change,
        int((counts == 0).sum()),
        int(counts.max()),
        int(counts.min()),
    )


def runs_work(
    vectors: NDArray[Number], size: int, rules: Rules, seed: int = 0
) -> Work[tuple[Run, ...]]:
    """Train K codewords on vectors, once or as often as the rules say, with pauses.

    Parameters
    ----------
    vectors : array of shape (n, d), of finite numbers
    size : K, at most n; with given codewords it is theirs
    rules
    seed : of the first run; the others have those after it

    Returns
    -------
    runs : the best first, ties by seed

    Raises
    ------
    RulesError
        If the rules do not fit the vectors or K; the message says how.

    Notes
    -----
    Yields each `Round`. O(n·K·d) time an iteration.
    """
    points = np.asarray(vectors, np.float64)
    _check_fit(points, size, rules)
    runs = []
    for place in range(rules.restarts if rules.by_chance else 1):
        rng = np.random.default_rng(seed + place)
        runs.append(Run(seed + place, (yield from _run(points, size, rules, rng))))
    return tuple(sorted(runs, key=lambda run: run.distortion))


def _check_fit(points: Floats, size: int, rules: Rules) -> None:
    if points.ndim != 2 or not points.size or not np.isfinite(points).all():
        raise RulesError(f"Vectors are finite numbers of shape (n, d), not {points.shape}.")
    count, dimension = points.shape
    if not 1 <= size <= count:
        raise RulesError(f"K is 1 to {count}, the number of vectors, not {size}.")
    if rules.weights and len(rules.weights) != dimension:
        raise RulesError(f"There are {len(rules.weights)} weights for {dimension} samples.")
    shapes = {len(codeword) for codeword in rules.given}
    if rules.given and (len(rules.given), shapes) != (size, {dimension}):
        own = f"{len(rules.given)} of {', '.join(map(str, sorted(shapes)))} samples"
        raise RulesError(f"The start has {own}, not {size} of {dimension}.")


def _run(
    points: Floats, size: int, rules: Rules, rng: np.random.Generator
) -> Work[tuple[Round, ...]]:
    if rules.start == "splitting":
        return (yield from _split_up(points, size, rules))
    return (yield from _iterated(points, _START_OF[rules.start](points, size, rules, rng), rules))


def _iterated(points: Floats, codewords: Floats, rules: Rules) -> Work[tuple[Round, ...]]:
    """Iterate until the rules say stop."""
    part = yield from _assigned(points, codewords, rules)
    rounds = [part.round(0)]
    yield rounds[-1]
    for number in range(1, rules.iterations + 1):
        before = rounds[-1].distortion
        part = yield from _assigned(points, _updated(points, part, rules), rules)
        rounds.append(part.round(number))
        yield rounds[-1]
        if before - rounds[-1].distortion <= rules.epsilon * rounds[-1].distortion:
            break
    return tuple(rounds)


@dataclass(frozen=True, eq=False)
class _Part:
    """Codewords, and which of them each vector has, how far away."""

    codewords: Floats
    indices: Indices
    distances: Floats

    @property
    def counts(self) -> Counts:
        return np.bincount(self.indices, minlength=len(self.codewords))

    @property
    def distortions(self) -> Floats:
        """Return the distance summed over each cell."""
        sums = np.bincount(self.indices, self.distances, len(self.codewords))
        return sums.astype(np.float64)

    def round(self, number: int) -> Round:
        return Round(number, float(self.distances.mean()), self.counts, self.codewords)


_METRICS: Mapping[Distance, Literal["sqeuclidean", "cityblock"]] = {
    "squared": "sqeuclidean",
    "absolute": "cityblock",
}


_CENTRES: Mapping[Distance, Callable[..., Any]] = {"squared": np.mean, "absolute": np.median}


def _assigned(points: Floats, codewords: Floats, rules: Rules) -> Work[_Part]:
    """Find each vector's nearest codeword, of equally near ones the first, chunk by chunk."""
    # Imported only here: it takes an eighth of the time to load the package, and few runs ask.
    from scipy.spatial.distance import cdist

    weights = {"w": np.array(rules.weights)} if rules.weights else {}
    indices, nearest = np.empty(len(points), np.int32), np.empty(len(points))
    step = max(1, AT_ONCE // len(codewords))
    for start in range(0, len(points), step):
        rows = slice(start, start + step)
        every = cdist(points[rows], codewords, _METRICS[rules.distance], **weights)
        indices[rows] = every.argmin(axis=1)
        nearest[rows] = every[np.arange(len(every)), indices[rows]]
        yield
    return _Part(codewords, indices, nearest)


def _updated(points: Floats, part: _Part, rules: Rules) -> Floats:
    """Return the centre of each cell; of empty ones what the rules say."""
    order, empty = np.argsort(part.indices, kind="stable"), part.counts == 0
    cells = np.split(points[order], np.cumsum(part.counts)[:-1])
    moved = part.codewords.copy()
    for place in np.flatnonzero(~empty):
        moved[place] = _CENTRES[rules.distance](cells[place], axis=0)
    if rules.empty == "drop":
        moved = moved[~empty]
    elif rules.empty == "split":
        places = np.flatnonzero(empty)
        worst = _largest(part.distortions, len(places))
        moved[places[: len(worst)]] = moved[worst] + rules.apart
        moved[worst] -= rules.apart
    return moved


def _largest(values: Floats, count: int) -> NDArray[np.intp]:
    """Return where the largest values above 0 are, largest first, ties by position."""
    order = np.argsort(-values, kind="stable")[:count]
    return order[values[order] > 0]


def _split_up(points: Floats, size: int, rules: Rules) -> Work[tuple[Round, ...]]:
    """Double the codewords, from one, until there are K; each time all are settled."""
    kept = replace(rules, empty="leave") if rules.empty == "drop" else rules
    codewords: Floats = _CENTRES[rules.distance](points, axis=0)[None]
    while 2 * len(codewords) < size:
        codewords = yield from _doubled(points, codewords, 2 * len(codewords), rules)
        codewords = (yield from _iterated(points, codewords, kept))[-1].codewords
    if len(codewords) < size:
        codewords = yield from _doubled(points, codewords, size, rules)
    return (yield from _iterated(points, codewords, rules))


def _doubled(points: Floats, codewords: Floats, size: int, rules: Rules) -> Work[Floats]:
    """Split codewords in two, those of the largest error, until there are so many."""
    part = yield from _assigned(points, codewords, rules)
    worst = np.argsort(-part.distortions, kind="stable")[: size - len(codewords)]
    less = codewords.copy()
    less[worst] -= rules.apart
    return np.concatenate([less, codewords[worst] + rules.apart])


def _first(points: Floats, size: int, rules: Rules, rng: np.random.Generator) -> Floats:
    return points[:size].copy()


def _drawn(points: Floats, size: int, rules: Rules, rng: np.random.Generator) -> Floats:
    return points[rng.choice(len(points), size, replace=False)]


def _noise(points: Floats, size: int, rules: Rules, rng: np.random.Generator) -> Floats:
    return rng.uniform(points.min(), points.max(), (size, points.shape[1]))


def _plus_plus(points: Floats, size: int, rules: Rules, rng: np.random.Generator) -> Floats:
    """Draw vectors one by one, each by its squared distance to the nearest drawn before."""
    chosen = [int(rng.integers(len(points)))]
    nearest = np.full(len(points), np.inf)
    while len(chosen) < size:
        apart = np.square(points - points[chosen[-1]]).sum(axis=1)
        nearest = np.minimum(nearest, apart)
        total = nearest.sum()
        share = nearest / total if total else None
        chosen.append(int(rng.choice(len(points), p=share)))
    return points[chosen]


def _given(points: Floats, size: int, rules: Rules, rng: np.random.Generator) -> Floats:
    return np.array(rules.given, np.float64)


_START_OF: Mapping[str, Callable[[Floats, int, Rules, np.random.Generator], Floats]] = {
    "first": _first,
    "random": _drawn,
    "k-means++": _plus_plus,
    "noise": _noise,
    "given": _given,
}
