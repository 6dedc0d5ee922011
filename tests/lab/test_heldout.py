"""Tests of heldout: the honest test, by hand, by relations, and against scikit-learn."""

from itertools import pairwise

import numpy as np
import pytest
from helpers import gray_layout, photograph, trained, vectors_of
from sklearn.metrics import mean_squared_error, pairwise_distances_argmin

from vqcore.codebooks import training
from vqcore.codebooks.codebook import Codebook
from vqcore.codebooks.training import Progress
from vqcore.coding.codec import Settings
from vqcore.lab.heldout import HeldOut, Transfer, halves, held_out, psnr_work, transfer_work
from vqcore.quantizers.family import FAMILIES
from vqcore.quantizers.plain import quantizer_of
from vqcore.signals.blocks import Cut
from vqcore.work import finish

SIZES = [1, 2, 4, 8, 16, 32, 64, 128, 256, 512]


def camera():
    return vectors_of(photograph("camera", 2), 8)


def cut_of(vectors):
    """Lay vectors of one component out in a row."""
    side = round(vectors.shape[1] ** 0.5)
    layout = gray_layout(len(vectors) * side, side, side)
    return Cut(layout, layout.join(vectors), vectors)


def book(codewords):
    return quantizer_of(Codebook(codewords))


def results(vectors, sizes, known=None, **settings):
    events = held_out(cut_of(vectors), Settings(**settings), sizes, known=known)
    return {event.codebook_size: event for event in events if isinstance(event, HeldOut)}


@pytest.mark.parametrize("blocks", [0, 1, 2, 7, 1000])
def test_every_block_is_in_one_half(blocks):
    drawn, others = halves(blocks, seed=3)
    assert sorted([*drawn, *others]) == list(range(blocks))
    assert len(drawn) - len(others) in (0, 1)


def test_halves_follow_the_seed():
    assert halves(100, 1)[0].tolist() == halves(100, 1)[0].tolist() != halves(100, 2)[0].tolist()


def test_codebooks_are_those_of_the_half_drawn():
    vectors = camera()
    drawn, others = (vectors[half] for half in halves(len(vectors), 5))
    [result] = results(vectors, [16], seed=5).values()
    codewords = trained(drawn, [16], seed=5)[16]
    np.testing.assert_array_equal(result.quantizer.tables[0], codewords)
    for half, found in ((drawn, result.trained_psnr_db), (others, result.others_psnr_db)):
        floats = half.astype(float)
        rebuilt = codewords[pairwise_distances_argmin(floats, codewords.astype(float))]
        expected = 10 * np.log10(255**2 / mean_squared_error(floats, rebuilt))
        assert found == pytest.approx(expected)


@pytest.mark.parametrize("family", [it for it in FAMILIES if FAMILIES[it].BY_BLOCK])
def test_every_family_holds_half_of_the_blocks_out(family):
    found = results(camera(), [4, 64], family=family)
    assert [it.quantizer.family for it in found.values()] == [family] * 2
    assert found[4].trained_psnr_db < found[64].trained_psnr_db
    assert found[64].gap_db > 0.1


def test_gap_grows_to_many_decibels_as_the_codebook_nears_the_blocks():
    found = results(camera(), SIZES)
    assert sorted(found) == SIZES[:-1]  # half of the 1024 blocks are 512
    gaps = [result.gap_db for result in found.values()]
    assert all(later > earlier for earlier, later in pairwise(gaps[4:]))
    assert abs(gaps[0]) < 1
    assert gaps[-1] > 5


def test_equal_halves_have_no_gap():
    one = camera()[:300]
    vectors = np.empty((600, 64), np.uint8)
    for half in halves(600, 0):
        vectors[half] = one
    found = results(vectors, [1, 4, 16, 64])
    assert [result.gap_db for result in found.values()] == [0, 0, 0, 0]


@pytest.mark.parametrize("blocks", [1, 2, 3])
def test_few_blocks_allow_few_sizes_or_none(blocks):
    vectors = np.uint8([[0], [100], [200]])[:blocks]
    assert list(results(vectors, [1, 2, 4])) == ([1] if blocks == 3 else [])


def test_climb_goes_on_from_what_is_known(monkeypatch):
    vectors, rung, climbed = camera(), training.rung_work, []
    whole = results(vectors, [1, 2, 4, 8, 16])

    def spy(source, below, size, *rest):
        climbed.append(size)
        return rung(source, below, size, *rest)

    monkeypatch.setattr(training, "rung_work", spy)
    part = results(vectors, [16], known={size: whole[size].quantizer for size in (1, 2, 4, 8)})
    assert climbed == [16]
    np.testing.assert_array_equal(part[16].quantizer.tables[0], whole[16].quantizer.tables[0])


def test_signs_of_life_come_first_and_closing_ends_it():
    events = held_out(cut_of(camera()), Settings(), SIZES)
    assert isinstance(next(events), Progress)
    events.close()
    assert list(events) == []


def test_a_lent_codebook_is_worse_than_ones_own():
    own = vectors_of(photograph("camera", 2), 4)
    other = vectors_of(photograph("chelsea"), 4, "gray")
    codebooks = [book(trained(vectors, [32])[32]) for vectors in (own, other)]
    transfer = finish(transfer_work(own, *codebooks))
    psnrs = [finish(psnr_work(own, codebook)) for codebook in codebooks]
    assert transfer == Transfer(32, *psnrs)
    assert transfer.loss_db == psnrs[0] - psnrs[1] > 0
    assert finish(transfer_work(own, codebooks[0], codebooks[0])).loss_db == 0


def test_without_error_nothing_is_lost():
    vectors = np.uint8([[0], [100]])
    assert finish(transfer_work(vectors, book(vectors), book(vectors))).loss_db == 0


def test_codewords_of_another_dimension_are_refused():
    own, lent = (book(np.zeros((1, d), np.uint8)) for d in (2, 4))
    with pytest.raises(ValueError, match=r"\(3, 2\) and codewords \(1, 4\)"):
        finish(transfer_work(np.zeros((3, 2), np.uint8), own, lent))
