"""Codebooks between rounds: moved to where vectors are, ordered, without dead codewords."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np

from tests.training.checkpoint import LEAST_USES, LearnedBook
from tests.training.recording import Examples, by_book
from vqcore.arrays import Differences, Floats, Samples
from vqcore.coding.wavelet.encoding import source_of
from vqcore.coding.wavelet.tables import UNITS
from vqcore.signals.wavelet import planes_of
from vqcore.signals.waveletgrid import BOOKS, Grid

FIRST_STEPS = 10, 18, 26, 34
SHORTEST, LONGEST = 0.9, 6.0
LEAST_SHARE, LEAST_COUNT = 5e-5, 8
STRONG, LONGER, APART = 2.2, 1.25, 0.35
LESS_LIKELY = 1.0
"""Of a codeword in the place of a dead one: how strong (in steps) that is which it comes from, by
how much longer it is, how far (in steps) from there, and how much (in nats) less likely."""


def counted(books: list[LearnedBook], examples: Examples, *, moved: bool) -> list[LearnedBook]:
    """Return books that know how often each codeword was used.

    If moved, each becomes the mean of its vectors.
    """
    return [
        _counted(book, examples.of((by_book(examples) == number) & (examples.symbols > 0)), moved)
        for number, book in enumerate(books)
    ]


def _counted(book: LearnedBook, examples: Examples, moved: bool) -> LearnedBook:
    entries, count = examples.symbols - 1, len(book.uses)
    uses = np.bincount(entries, examples.weights, count)
    weighted = (examples.vectors * examples.weights[:, None].astype(np.int64)).T
    sums = np.stack([np.bincount(entries, own, count) for own in weighted], axis=1)
    used = moved & (uses >= LEAST_USES)
    codewords = book.codewords.copy()
    codewords[used] = np.round(sums[used] / uses[used, None])
    return LearnedBook(codewords, book.rows, book.biases, uses)


def nested(book: LearnedBook) -> LearnedBook:
    """Return codewords in an order of which the first few do.

    One after another is left out, each time the one whose vectors are the nearest to another, or to
    nothing, and the fewest; those left out first come last.
    """
    points = np.concatenate([np.zeros((1, 4)), book.codewords / UNITS])
    uses = np.concatenate([[np.inf], book.uses + 0.5])
    apart = np.square(points[:, None] - points).sum(axis=2)
    np.fill_diagonal(apart, np.inf)
    left_out = []
    for _ in book.uses:
        nearest = apart.argmin(axis=1)
        loss = uses * apart[np.arange(len(uses)), nearest]
        loss[[0, *left_out]] = np.inf
        worst = int(loss.argmin())
        uses[nearest[worst]] += uses[worst]
        apart[worst], apart[:, worst] = np.inf, np.inf
        left_out.append(worst)
    return book.taken(np.array(left_out[::-1]) - 1)


def reseeded(book: LearnedBook, rng: np.random.Generator) -> LearnedBook:
    """Return codewords with those of hardly any use put beside strong and common ones."""
    dead = book.uses < max(LEAST_COUNT, book.uses.sum() * LEAST_SHARE)
    strength = np.linalg.norm(book.codewords / UNITS, axis=1)
    chances = np.sqrt(book.uses * (strength > STRONG) * ~dead)
    if not chances.any():
        chances = np.sqrt((book.uses + 1) * (strength > 0))
    count = int(dead.sum())
    few = np.count_nonzero(chances) < count
    origins = rng.choice(len(dead), count, replace=few, p=chances / chances.sum())
    codewords, rows, biases = book.codewords.copy(), book.rows.copy(), book.biases.copy()
    moved = rng.normal(0, APART * UNITS, (count, 4))
    codewords[dead] = np.round(codewords[origins] * LONGER + moved)
    rows[dead], biases[dead] = rows[origins], biases[origins] - LESS_LIKELY
    return LearnedBook(codewords, rows, biases, book.uses)


def first_codewords(crops: list[Samples], size: int, rng: np.random.Generator) -> list[Differences]:
    """Return for each book random vectors of luma, of middle length, but for the first, nothing."""
    pools: list[list[Floats]] = [[] for _ in range(BOOKS)]
    for crop in crops:
        for number, vectors in _middling(crop, int(rng.choice(FIRST_STEPS))):
            pools[number].append(vectors)
    found = []
    for pool in map(np.concatenate, pools):
        some = rng.choice(len(pool), size - 1, replace=len(pool) < size)
        found.append(np.round(pool[some]).astype(np.int16))
    return found


def _middling(crop: Samples, step: int) -> Iterator[tuple[int, Floats]]:
    plane = planes_of(crop)[0]
    vectors = source_of(plane, step).vectors
    for place, part in Grid(*plane.shape).parts():
        length = np.linalg.norm(vectors[part] / UNITS, axis=1)
        yield place.book, vectors[part][(length > SHORTEST) & (length < LONGEST)]
