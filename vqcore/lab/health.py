"""Is a codebook well: how it is used, what it costs, and what it has learnt by heart."""

from __future__ import annotations

import math
from dataclasses import dataclass
from operator import attrgetter

import numpy as np

from vqcore.arrays import Counts, Floats, Reals, Samples
from vqcore.codebooks.errors import squared_errors_work
from vqcore.codebooks.scoring import EIGHT_BIT, scored
from vqcore.coding.codec import Lookup
from vqcore.coding.container import coded_codebook_work
from vqcore.lab.soundsweeps import SoundStep
from vqcore.lab.sweeps import Step
from vqcore.metrics import index_entropy_bits
from vqcore.work import Work

WORST_CELLS = 10
MAX_EXPONENT = 1024


@dataclass(frozen=True)
class Pair:
    """Two codewords, and how far apart they are.

    Parameters
    ----------
    first, second : indices, the lower one first
    difference : root mean squared difference of their samples, in levels of 8 bits
    """

    first: int
    second: int
    difference: float


@dataclass(frozen=True, eq=False)
class Health:
    """The figures of one codebook and of the blocks, or vectors, encoded with it.

    Parameters
    ----------
    codebook_size : K as trained
    use : int arrays, for each column of shape (k_j,)
        Blocks of each codeword in the file; with a rate weight k may be less than K.
    cell_use : int array of shape (t,)
        Blocks of each cell: those of one codeword, with more columns of one tuple of indices.
    codebook_share : of the bytes of the file, from 0 to 1; of points, of codebook and coded indices
    nearest_pair, farthest_pair : of cells; None for a single one, and where cells are no codewords
    cell_distortion : float array of shape (t,)
        Each cell's share of the squared error of all blocks, edges repeated to fill a block
        included; zeros if there is none.

    Where the tables do not add up to the picture there are no cells.
    """

    codebook_size: int
    use: tuple[Counts, ...]
    cell_use: Counts
    codebook_share: float
    nearest_pair: Pair | None
    farthest_pair: Pair | None
    cell_distortion: Floats

    @property
    def codewords(self) -> int:
        """Return how many there are in all columns together."""
        return sum(map(len, self.use))

    @property
    def combinations(self) -> int:
        """Return how many vectors the columns can make: with one column, its codewords."""
        return math.prod(map(len, self.use))

    @property
    def cells(self) -> int:
        return len(self.cell_use)

    @property
    def dead_codewords(self) -> int:
        return self.codewords - len(self._of_living)

    @property
    def entropy_bits(self) -> float:
        """Return the first-order entropy of the indices, in bits per block."""
        return index_entropy_bits(*self.use)

    @property
    def perplexity(self) -> float:
        """Return 2^entropy: as many combinations, all used alike, would have that entropy.

        What is beyond all floats is inf.
        """
        return float(2**self.entropy_bits) if self.entropy_bits < MAX_EXPONENT else math.inf

    @property
    def median_blocks(self) -> float:
        """Return the median number of blocks of the codewords in use."""
        return float(np.median(self._of_living))

    @property
    def least_blocks(self) -> int:
        """Return the least number of blocks of a codeword in use."""
        return int(self._of_living.min())

    @property
    def _of_living(self) -> Counts:
        """Return the blocks of the codewords in use, those of all columns one after another."""
        every = np.concatenate(self.use)
        return every[every > 0]

    @property
    def worst_cells(self) -> list[int]:
        """Return the ten cells with the most distortion, worst first, ties by index."""
        order = np.argsort(-self.cell_distortion, kind="stable")[:WORST_CELLS]
        return [int(cell) for cell in order if self.cell_distortion[cell] > 0]

    @property
    def worst_share(self) -> float:
        """Return the share of the squared error that is in the worst ten cells."""
        return float(self.cell_distortion[self.worst_cells].sum())


def health_work(step: Step | SoundStep, vectors: Samples) -> Work[Health]:
    """Examine a finished codebook size, with pauses.

    Parameters
    ----------
    step : the codebook size
    vectors : uint8 array of shape (n, d)
        Those of the picture or the sound that the step has encoded.

    Notes
    -----
    The codebook's bytes are those of its coded words by themselves; in the file they share one
    range coder with the indices, so the border between the two is sharp to a word of 4 bytes.
    O(K²·d + n·d) time.
    """
    encoded = step.encoded
    coded_bytes = yield from coded_codebook_work(encoded)
    if not encoded.quantizer.adds_up:
        share = coded_bytes / len(step.file) if encoded.quantizer.codebook_bytes else 0
        none = np.zeros(0, np.int64)
        return Health(step.codebook_size, encoded.use, none, share, None, None, np.zeros(0))
    table = encoded.lookup()
    nearest_pair, farthest_pair = yield from pairs_work(table.vectors)
    by_cell = yield from cell_errors_work(table, vectors)
    return Health(
        codebook_size=step.codebook_size,
        use=encoded.use,
        cell_use=table.use,
        codebook_share=coded_bytes / len(step.file),
        nearest_pair=nearest_pair,
        farthest_pair=farthest_pair,
        cell_distortion=by_cell / max(1, by_cell.sum()),
    )


def cell_errors_work(table: Lookup, vectors: Samples) -> Work[Floats]:
    """Return the squared error of the vectors of each cell, shape (t,), with pauses."""
    errors = yield from squared_errors_work(vectors, table.vectors, table.places)
    return np.bincount(table.places, errors, len(table.vectors)).astype(np.float64)


def pairs_work(codewords: Samples) -> Work[tuple[Pair | None, Pair | None]]:
    """Find the nearest and the farthest two codewords, exactly; ties take the lowest indices.

    Parameters
    ----------
    codewords : uint8 array of shape (K, d)

    Notes
    -----
    O(K²·d) time, O(K) memory beside a chunk.
    """
    size, dimension = codewords.shape
    if size == 1:
        return None, None

    def extremes(rows: slice, centred: Reals, scores: Reals) -> list[Pair]:
        """Return the nearest and the farthest pair that begin in these rows."""
        lines = np.arange(len(scores))
        scores = scores[:, :size]
        squares = np.square(centred, dtype=np.float64).sum(axis=1)
        farthest = scores.argmin(axis=1)
        far = squares - 2.0 * scores[lines, farthest]
        scores[lines, lines + rows.start] = -np.inf
        nearest = scores.argmax(axis=1)
        near = squares - 2.0 * scores[lines, nearest]
        return [
            Pair(rows.start + int(line), int(other[line]), math.sqrt(distances[line] / dimension))
            for line, other, distances in (
                (near.argmin(), nearest, near),
                (far.argmax(), farthest, far),
            )
        ]

    found = []
    for pairs in scored(codewords, codewords, EIGHT_BIT, extremes):
        found.append(pairs)
        yield
    near, far = zip(*found, strict=True)
    difference = attrgetter("difference")
    return min(near, key=difference), max(far, key=difference)
