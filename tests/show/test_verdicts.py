"""Tests of verdicts: the row of figures, and the sentences at their thresholds."""

import math
from dataclasses import replace

import numpy as np
import pytest
from helpers import health_of, toy_health

from vqcore.codebooks.codebook import Codebook
from vqcore.coding.codec import Settings
from vqcore.lab.health import Pair
from vqcore.lab.heldout import HeldOut
from vqcore.quantizers.plain import quantizer_of
from vqcore.show.verdicts import Verdict, health_row, in_words, verdicts, what_of


def test_held_out_blocks_stand_in_the_row_when_they_are_known():
    held = HeldOut(quantizer_of(Codebook(np.uint8([[11], [41], [99]]))), 30, 29.5)
    figures = "trained_psnr_db", "others_psnr_db", "gap_db"
    assert [health_row(toy_health(), held)[name] for name in figures] == [30, 29.5, 0.5]
    assert [health_row(toy_health())[name] for name in figures] == [None] * 3


def made_up(**changes):
    """Four codewords, 64 blocks each, of a codebook that is a tenth of the file."""
    pairs = Pair(0, 1, 12.34), Pair(2, 3, 120)
    even = health_of(4, np.full(4, 64), 0.1, *pairs, np.full(4, 0.25))
    if "use" in changes:
        changes |= {"use": (changes["use"],), "cell_use": changes["use"]}
    return replace(even, **changes)


@pytest.mark.parametrize(
    ("changes", "words"),
    [
        ({}, "Every codeword is in use."),
        ({"use": np.array([1, 2, 3, 0])}, "1 of 4 codewords is dead"),
        ({"use": np.array([1, 2, 0, 0])}, "2 of 4 codewords are dead"),
        ({}, "64 blocks a codeword (median): well fed."),
        ({"use": np.full(4, 38)}, "38 blocks a codeword (median): thinly fed"),
        ({"use": np.array([7, 8, 8, 7])}, "7.5 blocks a codeword (median): starved"),
        ({"use": np.full(4, 1)}, "1 block a codeword (median): starved"),
        ({"codebook_share": 0.71}, "71 % of the file: a smaller K or smaller blocks would pay."),
        ({"codebook_share": 0.3}, "30 % of the file: it weighs"),
        ({"codebook_share": 0.034}, "3.4 % of the file: nearly all goes to the indices"),
        ({}, "Perplexity 4.0 of 4, entropy 2.00 of 2.00 bits a block: the codewords are used"),
        ({"use": np.array([97, 1, 1, 1])}, "used far more than others"),
        ({}, "0 and 1, differ by 12.3 gray levels: no two are alike. The farthest, 2 and 3,"),
        ({"nearest_pair": Pair(0, 1, 1.9)}, "differ by 1.9 gray levels: one of them is to spare"),
    ],
    ids=str,
)
def test_verdicts(changes, words):
    assert words in "\n".join(verdicts(made_up(**changes)))


def test_verdict_on_the_worst_cells():
    use, shares = np.full(100, 64), np.full(100, 0.01)
    assert "10 % of the squared error, 1.0 times an even share: none stands out" in "\n".join(
        verdicts(made_up(use=use, cell_distortion=shares))
    )
    shares = np.r_[np.full(10, 0.04), np.full(90, 0.6 / 90)]
    assert "40 % of the squared error, 4.0 times an even share: more codewords" in "\n".join(
        verdicts(made_up(use=use, cell_distortion=shares))
    )
    assert "worst" not in "\n".join(verdicts(made_up()))


@pytest.mark.parametrize(
    ("others", "words"),
    [
        (29.6, "0.40 dB less than those that were: what it has learnt holds"),
        (30.1, "0.10 dB more than those that were: what it has learnt holds"),
        (29.0, "1.00 dB less than those that were: a part is learnt by heart"),
        (20.0, "10.00 dB less than those that were: much is learnt by heart"),
        (math.inf, "∞ dB more than those that were: what it has learnt holds"),
    ],
)
def test_verdict_on_the_gap(others, words):
    result = HeldOut(quantizer_of(Codebook(np.zeros((4, 1), np.uint8))), 30, others)
    assert words in verdicts(made_up(), result)[-1]


def test_one_codeword_is_not_judged():
    health = made_up(use=np.array([9]), nearest_pair=None, farthest_pair=None)
    assert len(verdicts(health)) == 1


def test_of_whole_pictures_vectors_are_told_and_the_share_of_the_file() -> None:
    assert what_of(Settings(family="wavelet")) == "whole"
    assert what_of(Settings(family="quadtree")) == "blocks"
    told = in_words(Verdict("share.light", {"share": 0.1}), "whole")
    assert told == "The codebook is 10 % of the file: nearly all goes to the indices."
    assert in_words(Verdict("feeding.well", {"n": 50}), "whole").startswith("50 vectors a codeword")
