"""Is a codebook well: how it is used, what it costs, and what it has learnt by heart.

What the verdicts go by:

==================  =========  =================================================================
constant            value      meaning
==================  =========  =================================================================
WELL_FED            39 blocks  a codeword from there on is a mean of many; FAISS warns below it
STARVED             8 blocks   a codeword under that is little more than a copy of a few blocks
EVEN                0.75       perplexity over codewords: from there on all are used about alike
HEAVY, NOTICEABLE   0.5, 0.2   the codebook's share of the file
ALIKE               2 levels   a difference of two codewords that no eye can see
UNEVEN              3 times    the worst cells' share of the error over an even share
SMALL_GAP, BIG_GAP  0.5, 2 dB  what blocks lose that were not trained on
==================  =========  =================================================================
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from operator import attrgetter

import numpy as np
from numpy.typing import NDArray

from vqcore.blocks import Samples
from vqcore.codebook import Floats, scored
from vqcore.container import coded_codebook_work
from vqcore.heldout import HeldOut, squared_errors_work
from vqcore.metrics import index_entropy_bits
from vqcore.plurals import noun
from vqcore.sweep import Step
from vqcore.wording import count
from vqcore.work import Work

WELL_FED, STARVED = 39, 8
EVEN = 0.75
HEAVY, NOTICEABLE = 0.5, 0.2
ALIKE = 2
UNEVEN = 3
SMALL_GAP, BIG_GAP = 0.5, 2
WORST_CELLS = 10
HELD_OUT_FIGURES = "trained_psnr_db", "others_psnr_db", "gap_db"


@dataclass(frozen=True)
class Pair:
    """Two codewords, and how far apart they are.

    Parameters
    ----------
    first, second : indices, the lower one first
    difference : root mean squared difference of their samples, in gray levels
    """

    first: int
    second: int
    difference: float


@dataclass(frozen=True, eq=False)
class Health:
    """The figures of one codebook and of the blocks encoded with it.

    Parameters
    ----------
    codebook_size : K as trained
    use : int array of shape (k,)
        Blocks of each codeword in the file; with a rate weight k may be less than K.
    codebook_share : of the bytes of the file, from 0 to 1
    nearest_pair, farthest_pair : None for a single codeword
    cell_distortion : float array of shape (k,)
        Each cell's share of the squared error of all blocks, edges repeated to fill a block
        included; zeros if there is none.
    """

    codebook_size: int
    use: NDArray[np.int64]
    codebook_share: float
    nearest_pair: Pair | None
    farthest_pair: Pair | None
    cell_distortion: NDArray[np.float64]

    @property
    def codewords(self) -> int:
        return len(self.use)

    @property
    def dead_codewords(self) -> int:
        return int((self.use == 0).sum())

    @property
    def entropy_bits(self) -> float:
        """Return the first-order entropy of the indices, in bits per block."""
        return index_entropy_bits(self.use)

    @property
    def perplexity(self) -> float:
        """Return 2^entropy: as many codewords, all used alike, would have that entropy."""
        return float(2**self.entropy_bits)

    @property
    def median_blocks(self) -> float:
        """Return the median number of blocks of the codewords in use."""
        return float(np.median(self.use[self.use > 0]))

    @property
    def least_blocks(self) -> int:
        """Return the least number of blocks of a codeword in use."""
        return int(self.use[self.use > 0].min())

    @property
    def worst_cells(self) -> list[int]:
        """Return the ten cells with the most distortion, worst first, ties by index."""
        order = np.argsort(-self.cell_distortion, kind="stable")[:WORST_CELLS]
        return [int(cell) for cell in order if self.cell_distortion[cell] > 0]

    @property
    def worst_share(self) -> float:
        """Return the share of the squared error that is in the worst ten cells."""
        return float(self.cell_distortion[self.worst_cells].sum())


def health_work(step: Step, vectors: Samples) -> Work[Health]:
    """Examine a finished codebook size, with pauses.

    Parameters
    ----------
    step : the codebook size
    vectors : uint8 array of shape (n, d)
        Those of the picture that the step has encoded.

    Notes
    -----
    The codebook's bytes are those of its coded words by themselves; in the file they share one
    range coder with the indices, so the border between the two is sharp to a word of 4 bytes.
    O(K²·d + n·d) time.
    """
    encoded, codewords = step.encoded, step.encoded.codebook.codewords
    coded_bytes = yield from coded_codebook_work(encoded)
    nearest_pair, farthest_pair = yield from pairs_work(codewords)
    errors = yield from squared_errors_work(vectors, codewords, encoded.indices)
    by_cell = np.bincount(encoded.indices, errors, len(codewords))
    return Health(
        codebook_size=step.point.codebook_size,
        use=encoded.use,
        codebook_share=coded_bytes / len(step.file),
        nearest_pair=nearest_pair,
        farthest_pair=farthest_pair,
        cell_distortion=by_cell / max(1, by_cell.sum()),
    )


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

    def extremes(rows: slice, centred: Floats, scores: Floats) -> list[Pair]:
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
    for pairs in scored(codewords, codewords, extremes):
        found.append(pairs)
        yield
    near, far = zip(*found, strict=True)
    difference = attrgetter("difference")
    return min(near, key=difference), max(far, key=difference)


# In a table, and in words


def health_row(health: Health, held_out: HeldOut | None = None) -> dict[str, float | None]:
    """Return the figures by name, shares in percent, and those of the held-out blocks if known."""
    return {
        "codebook_size": health.codebook_size,
        "dead_codewords": health.dead_codewords,
        "perplexity": health.perplexity,
        "entropy_bits": health.entropy_bits,
        "most_bits": math.log2(health.codewords),
        "median_blocks": health.median_blocks,
        "least_blocks": health.least_blocks,
        "codebook_percent": 100 * health.codebook_share,
        **{name: getattr(held_out, name, None) for name in HELD_OUT_FIGURES},
        "nearest_levels": _difference(health.nearest_pair),
        "farthest_levels": _difference(health.farthest_pair),
        "worst_percent": 100 * health.worst_share,
    }


def _difference(pair: Pair | None) -> float | None:
    return pair.difference if pair else None


def verdicts(health: Health, held_out: HeldOut | None = None) -> list[str]:
    """Judge a codebook, a sentence for each figure, by the thresholds at the top of this module.

    Parameters
    ----------
    health
    held_out : the honest test at the same K, if it is done
    """
    if health.codewords == 1:
        sentences = ["One codeword stands for every block: there is nothing to judge yet."]
    else:
        judges = [_on_dead, _on_feeding, _on_evenness, _on_share, _on_pairs, _on_worst]
        sentences = [sentence for judge in judges if (sentence := judge(health))]
    if held_out:
        sentences.append(_on_gap(held_out))
    return sentences


def _on_dead(health: Health) -> str:
    dead, size = health.dead_codewords, health.codewords
    if not dead:
        return "Every codeword is in use."
    verb = "is" if dead == 1 else "are"
    return f"{count(dead)} of {count(size)} codewords {verb} dead: no block uses them."


def _on_feeding(health: Health) -> str:
    median = health.median_blocks
    if median >= WELL_FED:
        judgement = "well fed"
    elif median >= STARVED:
        judgement = "thinly fed; more blocks or a smaller K would do it good"
    else:
        judgement = "starved; it copies blocks"
    blocks = f"{median:g}" if median < 100 else count(round(median))
    return f"{blocks} {noun(median, 'block')} a codeword (median): {judgement}."


def _on_share(health: Health) -> str:
    share = health.codebook_share
    if share >= HEAVY:
        judgement = "a smaller K or smaller blocks would pay"
    elif share >= NOTICEABLE:
        judgement = "it weighs, but the indices weigh more"
    else:
        judgement = "nearly all goes to the indices"
    return f"The codebook is {_percent(share)} of the file: {judgement}."


def _on_evenness(health: Health) -> str:
    most = math.log2(health.codewords)
    judgement = (
        "the codewords are used about alike"
        if health.perplexity >= EVEN * health.codewords
        else "some codewords are used far more than others"
    )
    return (
        f"Perplexity {health.perplexity:.1f} of {count(health.codewords)}, entropy "
        f"{health.entropy_bits:.2f} of {most:.2f} bits a block: {judgement}."
    )


def _on_pairs(health: Health) -> str:
    near, far = health.nearest_pair, health.farthest_pair
    if near is None or far is None:
        return ""
    judgement = "one of them is to spare" if near.difference < ALIKE else "no two are alike"
    return (
        f"The nearest codewords, {near.first} and {near.second}, differ by "
        f"{near.difference:.1f} gray levels: {judgement}. The farthest, {far.first} and "
        f"{far.second}, differ by {far.difference:.1f}."
    )


def _on_worst(health: Health) -> str:
    if health.codewords <= WORST_CELLS or not health.worst_share:
        return ""
    times = health.worst_share * health.codewords / WORST_CELLS
    judgement = "more codewords would help there" if times >= UNEVEN else "none stands out"
    return (
        f"The worst {WORST_CELLS} of {count(health.codewords)} cells hold "
        f"{_percent(health.worst_share)} of the squared error, {times:.1f} times an even share: "
        f"{judgement}."
    )


def _on_gap(held_out: HeldOut) -> str:
    gap = held_out.gap_db
    if gap < SMALL_GAP:
        judgement = "what it has learnt holds for them too"
    elif gap < BIG_GAP:
        judgement = "a part is learnt by heart"
    else:
        judgement = "much is learnt by heart"
    decibels = "∞" if math.isinf(gap) else f"{abs(gap):.2f}"
    amount = f"{decibels} dB {'less' if gap >= 0 else 'more'}"
    return f"Blocks that were not trained on have {amount} than those that were: {judgement}."


def _percent(share: float) -> str:
    return f"{100 * share:.0f} %" if share >= 0.0995 else f"{100 * share:.1f} %"
