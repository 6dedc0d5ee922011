"""What a codebook's health comes to: a row of figures, and a sentence for each.

What the verdicts go by:

==================  =========  =================================================================
constant            value      meaning
==================  =========  =================================================================
WELL_FED            39 blocks  a codeword from there on is a mean of many; FAISS warns below it
STARVED             8 blocks   a codeword under that is little more than a copy of a few blocks
EVEN                0.75       perplexity over codewords: from there on all are used about alike
HEAVY, NOTICEABLE   0.5, 0.2   the codebook's share of the file
ALIKE               2 levels   a difference of two codewords that no eye can see; of a sound, whose
                               scaled samples have an RMS of 28, it is 23 dB below that
UNEVEN              3 times    the worst cells' share of the error over an even share
SMALL_GAP, BIG_GAP  0.5, 2 dB  what blocks lose that were not trained on
==================  =========  =================================================================
"""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, Literal, Protocol

from vqcore.coding.codec import Settings
from vqcore.lab.health import WORST_CELLS, Health, Pair
from vqcore.lab.heldout import HeldOut, SnrHeldOut
from vqcore.lab.spectralsweeps import SpectralHeldOut
from vqcore.quantizers.family import FAMILIES
from vqcore.show.wording import percentage
from vqcore.words import say


class HasGap(Protocol):
    """What a codebook is worth to vectors that it was not trained on."""

    @property
    def gap_db(self) -> float: ...


Of = Literal["blocks", "whole", "vectors", "sounds", "spectra", "collection"]
"""What codebooks are of that are judged; of whole pictures they are of vectors, but in a file.

Those of a collection are of blocks, in many files.
"""

WELL_FED, STARVED = 39, 8
EVEN = 0.75
HEAVY, NOTICEABLE = 0.5, 0.2
ALIKE = 2
UNEVEN = 3
SMALL_GAP, BIG_GAP = 0.5, 2
OF_SOUNDS = "evenness.", "share.", "pairs."
"""What is said otherwise of sounds than of vectors."""
HELD_OUT_FIGURES = "trained_psnr_db", "others_psnr_db", "gap_db"


def health_row(health: Health, held_out: HeldOut | None = None) -> dict[str, float | None]:
    """Return the figures by name, shares in percent, and those of the held-out blocks if known."""
    return {
        "codebook_size": health.codebook_size,
        "dead_codewords": health.dead_codewords,
        "perplexity": health.perplexity,
        "entropy_bits": health.entropy_bits,
        "most_bits": math.log2(health.combinations),
        "median_blocks": health.median_blocks,
        "least_blocks": health.least_blocks,
        "codebook_percent": 100 * health.codebook_share,
        **{name: getattr(held_out, name, None) for name in HELD_OUT_FIGURES},
        "nearest_levels": _difference(health.nearest_pair),
        "farthest_levels": _difference(health.farthest_pair),
        "worst_percent": 100 * health.worst_share,
    }


def vector_health_row(health: Health, held_out: SnrHeldOut | None = None) -> dict[str, Any]:
    """Return the figures of points, or of a sound, by name."""
    row = health_row(health)
    halves = "trained_snr_db", "others_snr_db", "gap_db"
    return {
        **row,
        "median_vectors": row["median_blocks"],
        "least_vectors": row["least_blocks"],
        **{name: getattr(held_out, name, None) for name in halves},
    }


def spectral_health_row(health: Health, held_out: SpectralHeldOut | None = None) -> dict[str, Any]:
    """Return the figures of spectra by name."""
    row = health_row(health)
    return {
        **row,
        "median_frames": row["median_blocks"],
        "least_frames": row["least_blocks"],
        **{name: getattr(held_out, name, None) for name in ("trained_db", "others_db", "gap_db")},
    }


def _difference(pair: Pair | None) -> float | None:
    return pair.difference if pair else None


@dataclass(frozen=True)
class Verdict:
    """What a figure comes to.

    Parameters
    ----------
    id : which sentence says so, in the room of verdicts
    figures : those of the sentence, by name
    """

    id: str
    figures: Mapping[str, Any] = field(default_factory=dict)


def what_of(settings: Settings) -> Of:
    """Return what the codebooks of pictures are of."""
    return "whole" if FAMILIES[settings.family].WHOLE else "blocks"


def verdicts(health: Health, held_out: HasGap | None = None, of: Of = "blocks") -> list[str]:
    """Return in words what `judged` finds, a sentence for each."""
    return [in_words(verdict, of) for verdict in judged(health, held_out)]


def in_words(verdict: Verdict, of: Of = "blocks") -> str:
    """Return a verdict as a sentence; of sounds many are those of vectors."""
    told = {name: percentage(it) if name == "share" else it for name, it in verdict.figures.items()}
    if of == "collection" and verdict.id.startswith("share."):
        return say(f"verdict-of-collection.{verdict.id}", **told)
    if of in ("blocks", "collection"):
        return say(f"verdict.{verdict.id}", **told)
    if of == "whole" and verdict.id.startswith("share."):
        return say(f"verdict-of-whole.{verdict.id}", **told)
    if of == "sounds" and verdict.id.startswith(OF_SOUNDS):
        return say(f"verdict-of-sounds.{verdict.id}", **told)
    if of == "spectra" and verdict.id.startswith("gap."):
        return say(f"verdict-of-spectra.{verdict.id}", **told)
    return say(f"verdict-of-vectors.{verdict.id}", **told)


def judged(health: Health, held_out: HasGap | None = None) -> list[Verdict]:
    """Judge a codebook, a verdict for each figure, by the thresholds at the top of this module.

    Parameters
    ----------
    health
    held_out : the honest test at the same K, if it is done
    """
    if health.codewords == 1:
        found = [Verdict("alone")]
    else:
        judges = [_on_dead, _on_feeding, _on_evenness, _on_share, _on_pairs, _on_worst]
        found = [verdict for judge in judges if (verdict := judge(health))]
    return [*found, _on_gap(held_out)] if held_out else found


def _on_dead(health: Health) -> Verdict:
    dead = health.dead_codewords
    return (
        Verdict("dead.some", {"n": dead, "size": health.codewords})
        if dead
        else Verdict("dead.none")
    )


def _on_feeding(health: Health) -> Verdict:
    median = health.median_blocks
    fed = "well" if median >= WELL_FED else "thin" if median >= STARVED else "starved"
    is_whole = median >= 100 or median == int(median)
    return Verdict(f"feeding.{fed}", {"n": round(median) if is_whole else median})


def _on_share(health: Health) -> Verdict:
    share = health.codebook_share
    weight = "heavy" if share >= HEAVY else "noticeable" if share >= NOTICEABLE else "light"
    return Verdict(f"share.{weight}", {"share": share})


def _on_evenness(health: Health) -> Verdict:
    size = health.combinations
    figures = {
        "perplexity": health.perplexity,
        "size": size,
        "entropy": health.entropy_bits,
        "most": math.log2(size),
    }
    return Verdict(f"evenness.{_even(health.perplexity >= EVEN * size)}", figures)


def _on_pairs(health: Health) -> Verdict | None:
    near, far = health.nearest_pair, health.farthest_pair
    if near is None or far is None:
        return None
    figures = {
        "near": (near.first, near.second),
        "nearest": near.difference,
        "far": (far.first, far.second),
        "farthest": far.difference,
    }
    return Verdict(f"pairs.{'spare' if near.difference < ALIKE else 'distinct'}", figures)


def _on_worst(health: Health) -> Verdict | None:
    if health.cells <= WORST_CELLS or not health.worst_share:
        return None
    times = health.worst_share * health.cells / WORST_CELLS
    figures = {
        "worst": WORST_CELLS,
        "size": health.cells,
        "share": health.worst_share,
        "times": times,
    }
    return Verdict(f"worst.{_even(times < UNEVEN)}", figures)


def _on_gap(held_out: HasGap) -> Verdict:
    gap = held_out.gap_db
    bounds = {"none": 0, "small": SMALL_GAP, "noticeable": BIG_GAP}
    learnt = next((name for name, bound in bounds.items() if gap < bound), "big")
    return Verdict(f"gap.{learnt}", {"gap_db": abs(gap)})


def _even(is_even: bool) -> str:
    return "even" if is_even else "uneven"
