"""What the network is to learn: vectors, as the shipped code chooses them, and what is around.

A crop is coded as it would be into a file, but bits are only counted, and each pass is recorded.
"""

from __future__ import annotations

from collections.abc import Iterable
from functools import partial
from itertools import chain
from typing import NamedTuple

import numpy as np
from joblib import Parallel, delayed

from tests.training.checkpoint import Checkpoint, Learned
from tests.training.crops import piece_of, softened
from vqcore.arrays import Differences, Floats, Numbers, Reals, Rows, Samples, Whole
from vqcore.coding.wavelet.choosing import Chooser
from vqcore.coding.wavelet.encoded import found_bands
from vqcore.coding.wavelet.encoding import Source, source_of
from vqcore.coding.wavelet.model import Kind
from vqcore.coding.wavelet.network import NetworkPredictor, group_of
from vqcore.coding.wavelet.odds import Odds
from vqcore.coding.wavelet.spending import Counting
from vqcore.coding.wavelet.surroundings import Known, Maps, Surroundings
from vqcore.coding.wavelet.tables import UNITS
from vqcore.coding.wavelet.walking import Found, Walked, values_of, walk
from vqcore.signals.wavelet import planes_of, synthesised
from vqcore.signals.waveletgrid import PLACES, Grid, Place
from vqcore.work import finish

WORTH_OF_A_BIT = 0.18
"""Squared steps. What is trained with more spends its bits better than it is asked to later."""
STEPS = range(4, 40)
CHROMA_STEPS = -3, 0, 2, 5
"""By how much the number of the step of chroma is above that of luma."""
MOST = 255
THINNED = {0: 4, 1: 2}
"""Of the finest levels only one vector in so many that is nothing is kept, and counts so often."""


class Examples(NamedTuple):
    """Vectors, m of them, and what was known when they were coded.

    Parameters
    ----------
    group, level, orientation : of the network's first layer, and of the band; shape (m,)
    features : uint8 array of shape (m, f); what is above 255, a few sums, is 255
    signs : int8 array of shape (m, 12)
    vectors : int16 array of shape (m, 4), in units
    symbols, multiples : what they became, see `walking.Found`
    weights : how many each stands for
    """

    group: Samples
    level: Samples
    orientation: Samples
    features: Samples
    signs: Numbers
    vectors: Differences
    symbols: Differences
    multiples: Differences
    weights: Samples

    def of(self, rows: Numbers) -> Examples:
        """Return some of them."""
        return Examples(*(each[rows] for each in self))


class Cost(NamedTuple):
    """What crops take, and what of them is lost.

    Parameters
    ----------
    bits : of vectors
    error : squared steps, of vectors
    vectors : how many
    """

    bits: float
    error: float
    vectors: int

    @property
    def shown(self) -> str:
        """Return bits and squared steps a vector, and their weighted sum, which is minimised."""
        bits, error = self.bits / self.vectors, self.error / self.vectors
        total = error + WORTH_OF_A_BIT * bits
        return f"{bits:.5f} bits, {error:.5f} error, {total:.5f} together, a vector"


class Recorder:
    """Chooses vectors, and keeps for each pass what was known and what was chosen.

    Parameters
    ----------
    predictor
    vectors : of the plane, in units
    """

    def __init__(self, predictor: NetworkPredictor, vectors: Reals) -> None:
        self.counting, self.passes = Counting(), list[Examples]()
        self._predictor, self._vectors = predictor, vectors
        self._chooser = Chooser(vectors, self.counting, WORTH_OF_A_BIT)

    def odds(self, place: Place, known: Known, around: Surroundings, phase: int) -> Odds:
        """Return the odds of one pass, and keep what is known."""
        group = group_of(known, place, phase)
        features = np.minimum(around.features(phase).T, MOST).astype(np.uint8)
        self._known = group, features, around.signs(phase).T.astype(np.int8)
        return self._predictor.odds(place, known, around, phase)

    def decide(self, where: Rows, place: Place, odds: Odds) -> Found:
        found = self._chooser.decide(where, place, odds)
        group, features, signs = self._known
        vectors = self._vectors[where].clip(-(2**15), 2**15 - 1).astype(np.int16)
        alike = np.ones(len(where), np.uint8)
        self.passes.append(
            Examples(
                alike * np.uint8(group),
                alike * np.uint8(place.level),
                alike * np.uint8(place.orientation),
                features,
                signs,
                vectors,
                found.symbols.astype(np.int16),
                found.multiples.astype(np.int16),
                alike,
            )
        )
        return found


class Planes:
    """Codes the planes of one crop, one after another.

    Parameters
    ----------
    checkpoint : as far as it is trained
    planes : of the crop
    """

    def __init__(self, checkpoint: Checkpoint, planes: list[Reals]) -> None:
        self._checkpoint, self.planes = checkpoint, planes
        self._grid = Grid(*planes[0].shape)
        self._maps = list[Maps]()

    def coded(self, step: int) -> tuple[Source, Walked, Recorder]:
        """Code the next plane at a step by its number."""
        known = Known(step, *self._maps)
        source = source_of(self.planes[len(self._maps)], step)
        recorder = Recorder(self._learned.predictor(), source.vectors)
        walked = finish(walk(self._grid, recorder, known, source.coarse[1:], recorder))
        self._maps.append(walked.maps)
        return source, walked, recorder

    def decoded(self, step: int) -> Reals:
        """Code the next plane at a step by its number, and return it as it will be decoded."""
        every = [book.rounded()[0] for book in self._learned.books]
        books = {place: every[place.book] for place in PLACES}
        source, walked, _ = self.coded(step)
        return synthesised(found_bands(self._grid, walked.found, source.coarse, books, step))

    @property
    def _learned(self) -> Learned:
        """Return what the next plane is coded by."""
        return self._checkpoint["chroma" if self._maps else "luma"]


def collected(
    checkpoint: Checkpoint, kind: Kind, crops: list[Samples], *, soft: bool, seed: int
) -> tuple[Examples, Cost]:
    """Return the vectors of crops, each at a step of its own, on all cores."""
    one = delayed(partial(_of_crop, checkpoint, kind, soft=soft))
    found = Parallel(n_jobs=-1)(one(crop, (seed, number)) for number, crop in enumerate(crops))
    parts, costs = zip(*found, strict=True)
    return joined(parts), Cost(*map(sum, zip(*costs, strict=True)))


def joined(parts: Iterable[Examples]) -> Examples:
    """Return all examples as one."""
    return Examples(*map(np.concatenate, zip(*parts, strict=True)))


def _of_crop(
    checkpoint: Checkpoint, kind: Kind, crop: Samples, seed: tuple[int, int], *, soft: bool
) -> tuple[Examples, Cost]:
    rng = np.random.default_rng(seed)
    planes = planes_of(piece_of(crop, rng))
    coder = Planes(checkpoint, softened(planes, rng) if soft else planes)
    step = int(rng.choice(STEPS))
    coded = [coder.coded(step)]
    if kind == "chroma":
        step = max(0, step + int(rng.choice(CHROMA_STEPS)))
        coded = [coder.coded(step) for _ in range(2)]
    books = checkpoint[kind]
    costs = [_cost(books, recorder) for _, _, recorder in coded]
    every = joined(chain.from_iterable(recorder.passes for _, _, recorder in coded))
    return _thinned(every, rng), Cost(*map(sum, zip(*costs, strict=True)))


def _cost(learned: Learned, recorder: Recorder) -> Cost:
    error, count = 0.0, 0
    for own in recorder.passes:
        place = Place(int(own.level[0]), int(own.orientation[0]))
        found = Found(own.symbols.astype(np.int32), own.multiples.astype(np.int64))
        values = values_of(found, learned.books[place.book].codewords, signed=True)
        error += squares(own.vectors, values) / UNITS**2
        count += len(own.level)
    return Cost(recorder.counting.bits, error, count)


def squares(vectors: Differences, values: Whole) -> float:
    """Return the squared error of vectors, in squared units."""
    return float(np.square(vectors - values.astype(np.float64)).sum())


def _thinned(examples: Examples, rng: np.random.Generator) -> Examples:
    weights: Samples = np.ones_like(examples.weights)
    for level, times in THINNED.items():
        weights[(examples.level == level) & (examples.symbols == 0)] = times
    kept = rng.random(len(weights)) * weights < 1
    return examples._replace(weights=weights).of(kept)


def by_book(examples: Examples) -> Floats:
    """Return `Place.book` of each vector."""
    return np.minimum(examples.level, 3) * 2 + examples.orientation // 2
