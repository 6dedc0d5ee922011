"""Rate-aware encoding: the codeword that is worth its bits, instead of the nearest.

Each block takes the codeword with the least |x − c|² + λ·bits, where bits is what the file will
spend on that index just there; then each entry becomes the mean of what it stands for, and those
that nobody uses are dropped. Chou, Lookabaugh & Gray 1989, doi:10.1109/29.17498.
"""

from __future__ import annotations

import numpy as np

from vqcore.arrays import Differences, Indices, Samples
from vqcore.codebooks.scoring import MIDDLE, product
from vqcore.coding.codec import Encoded
from vqcore.coding.contexts import WEIGHTS_AT_ONCE, Context, SideMatch, Values, in_parts, walk
from vqcore.quantizers.additive import in_use, least, refit_work
from vqcore.quantizers.quantizer import Column, Quantizer
from vqcore.signals.blocks import BlockLayout
from vqcore.signals.layouts import Places
from vqcore.work import Work

ROUNDS = 3


class Chooser:
    """Chooses the indices that each vector had better have.

    Column by column it keeps the best few, and tries all entries of the next upon each of them. A
    sample of a component at half resolution stands for four pixels, and its error counts four times
    if the column is within that component.

    Parameters
    ----------
    vectors : uint8 array of shape (n, d)
    quantizer
    context : of the coder; a weight of w costs log2 of their sum − log2 w bits
    rate_weight : λ, in squared error per bit
    beam : how many to keep from column to column
    """

    def __init__(
        self,
        vectors: Samples,
        quantizer: Quantizer,
        context: Context,
        rate_weight: float,
        beam: int = 1,
    ) -> None:
        self._vectors = vectors
        self._context = context
        self._columns = quantizer.columns
        self._tables = [_unit(*it) for it in zip(quantizer.columns, quantizer.tables, strict=True)]
        self._middle = 0 if quantizer.columns[0].kind == "gains" else MIDDLE
        self._tables[0] -= self._middle
        self._gains = [table[:, 0].astype(np.float32) for table in quantizer.tables]
        self._twice = [np.ascontiguousarray(2 * table.T) for table in self._tables]
        self._squares = [np.square(table).sum(axis=1) for table in self._tables]
        self._rate_weights = rate_weight * _shares(quantizer)
        self._beam = beam

    def choose(self, wave: Places, known: Indices) -> Indices:
        """Return the best indices of each vector of a wave, (m, columns)."""
        at_once = WEIGHTS_AT_ONCE // (self._beam * max(self._context.sizes))
        parts = (wave[rows] for rows in in_parts(len(wave), at_once))
        return np.concatenate([self._searched(part, known) for part in parts])

    def _searched(self, vectors: Places, known: Indices) -> Indices:
        lines = np.arange(len(vectors))[:, None]
        paths = np.zeros((len(vectors), 1, 0), np.int32)
        rests = self._vectors[vectors, None].astype(np.float32) - self._middle
        scores = np.zeros((len(vectors), 1), np.float32)
        for column, table in enumerate(self._tables):
            worth = self._worth(column, vectors, known, paths, rests, scores)
            ranks = worth
            if self._columns[column].kind == "gains":
                ranks = worth + self._promise(column, rests)
            best = least(-ranks, self._beam if column < len(self._tables) - 1 else 1)
            before, entries = np.divmod(best, len(table))
            paths = np.concatenate(
                [paths[lines, before], entries[..., None].astype(np.int32)], axis=2
            )
            rests, scores = rests[lines, before] - table[entries], worth[lines, best]
        return paths[:, 0]

    def _worth(
        self,
        column: int,
        vectors: Places,
        known: Indices,
        paths: Indices,
        rests: Values,
        scores: Values,
    ) -> Values:
        """Return what each entry is worth upon each of b candidates, (m, b·K).

        It is how much squared error it takes away, less λ times its bits, and the candidate's own
        worth; in the first column, but for what is the same for all entries.
        """
        worth = product(rests.reshape(-1, rests.shape[2]), self._twice[column])
        squares = self._squares[column]
        if self._columns[column].kind == "shapes":
            gain = self._gains[column - 1][paths[..., -1]].reshape(-1, 1)
            worth, squares = worth * gain, squares * np.square(gain)
        if self._context.sizes[column] > 1:
            every = np.repeat(vectors, paths.shape[1])
            own = paths.reshape(len(every), column)
            weights = self._context.weights(column, every, known, own)
            if column > 0:
                weights /= weights.sum(axis=1, keepdims=True)
            bits = np.log2(weights)
            bits *= self._rate_weights[column]
            bits += worth
            worth = bits
        worth -= squares
        if column > 0:
            worth += scores.reshape(-1, 1)
        return worth.reshape(len(vectors), -1)

    def _promise(self, column: int, rests: Values) -> Values:
        """Return how much squared error each gain takes away with its best shape, (m, b·G)."""
        dots = product(rests.reshape(-1, rests.shape[2]), self._twice[column + 1])
        squares = self._squares[column + 1]
        saved = [(gain * dots - gain**2 * squares).max(axis=1) for gain in self._gains[column]]
        return np.stack(saved, axis=1).reshape(len(rests), -1)


def _unit(column: Column, table: Differences) -> Values:
    """Return what a table adds: shapes at norm 1, after which there is no column; gains nothing."""
    if column.kind == "gains":
        return np.zeros(table.shape, np.float32)
    return table.astype(np.float32) / np.float32(2**column.step if column.kind == "shapes" else 1)


def _shares(quantizer: Quantizer) -> Values:
    """Return how much each column's bits weigh: a share of λ, as of the samples it has."""
    samples = np.array([len(column.within) or 1 for column in quantizer.columns], np.float32)
    shares: Values = samples / samples.max()
    return shares


def rate_aware_work(
    layout: BlockLayout,
    vectors: Samples,
    quantizer: Quantizer,
    rate_weight: float,
    beam: int = 1,
) -> Work[Encoded]:
    """Encode for few bits as well as for little distortion.

    Parameters
    ----------
    vectors : uint8 array of shape (n, d)
    quantizer : trained without regard to the rate
    rate_weight : λ >= 0, in squared error per bit; 0 gives the nearest codewords
    beam : how many candidates to keep from column to column

    Returns
    -------
    encoded : with at most K entries in each table, all of them in use but for what goes unsaid
    """
    for _ in range(ROUNDS):
        quantizer, indices = yield from _chosen(layout, vectors, quantizer, rate_weight, beam)
        quantizer = yield from refit_work(quantizer, vectors, indices)
    quantizer, indices = yield from _chosen(layout, vectors, quantizer, rate_weight, beam)
    return Encoded(layout, quantizer, indices)


def _chosen(
    layout: BlockLayout, vectors: Samples, quantizer: Quantizer, rate_weight: float, beam: int
) -> Work[tuple[Quantizer, Indices]]:
    """Choose, and drop the entries that nobody uses; return the others, and which each takes."""
    indices = yield from _choice(layout, vectors, quantizer, rate_weight, beam)
    return in_use(quantizer, indices)


def rate_aware_choice_work(
    layout: BlockLayout,
    vectors: Samples,
    quantizer: Quantizer,
    rate_weight: float,
    beam: int = 1,
) -> Work[Encoded]:
    """Do as `rate_aware_work`, but leave the quantizer as it is."""
    indices = yield from _choice(layout, vectors, quantizer, rate_weight, beam)
    return Encoded(layout, quantizer, indices)


def _choice(
    layout: BlockLayout, vectors: Samples, quantizer: Quantizer, rate_weight: float, beam: int
) -> Work[Indices]:
    context = SideMatch(layout, quantizer)
    chooser = Chooser(vectors, quantizer, context, rate_weight, beam)
    return (yield from walk(layout, context, chooser.choose))
