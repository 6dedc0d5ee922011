"""What a codebook's health comes to: a row of figures, and a sentence for each.

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

from vqcore.lab.health import WORST_CELLS, Health, Pair
from vqcore.lab.heldout import HeldOut
from vqcore.plurals import noun
from vqcore.show.wording import count

WELL_FED, STARVED = 39, 8


EVEN = 0.75


HEAVY, NOTICEABLE = 0.5, 0.2


ALIKE = 2


UNEVEN = 3


SMALL_GAP, BIG_GAP = 0.5, 2


HELD_OUT_FIGURES = "trained_psnr_db", "others_psnr_db", "gap_db"


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
