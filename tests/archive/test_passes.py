"""Tests of passes: whole numbers that are those of a brute force, and add up in any order."""

from fractions import Fraction
from itertools import pairwise
from pathlib import Path

import numpy as np
import pytest
from helpers import photograph, squared_distances, vectors_of
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra import numpy as arrays

from vqcore.archive import passes
from vqcore.archive.engine import Alone, Lost
from vqcore.archive.passes import Count, OnGrid, Tally, pass_over, tally_of
from vqcore.archive.places import Place, find_places
from vqcore.codebooks.codebook import Codebook
from vqcore.coding.codec import Settings
from vqcore.lab.sweeps import cut_for
from vqcore.refusals import PictureError
from vqcore.signals.blocks import Cut
from vqcore.signals.pictures import Picture, png_bytes
from vqcore.work import finish

GRAY = Settings(2, "gray")
vectors_drawn = arrays.arrays(
    np.uint8, st.tuples(st.integers(1, 40), st.just(4)), elements=st.integers(0, 255)
)
codewords_drawn = arrays.arrays(
    np.uint8, st.tuples(st.integers(1, 9), st.just(4)), elements=st.integers(0, 255)
)


def grid_of(*codewords: tuple[float, ...]) -> OnGrid:
    """Return codewords of four samples, or however many."""
    bits = passes.fraction_bits(len(codewords[0]))
    return OnGrid(np.int64(np.array(codewords) * 2**bits))


def same(one: Tally, other: Tally) -> bool:
    return (
        (one.counts == other.counts).all()
        and (one.sums == other.sums).all()
        and (one.squares, one.farthest) == (other.squares, other.farthest)
    )


# ------------------------------------------------------------------------------------------ tallies


def test_a_tally_by_hand() -> None:
    words = grid_of((10, 10, 10, 10), (200, 200, 200, 200))
    vectors = np.uint8([[10, 10, 10, 12], [250, 200, 200, 200], [12, 10, 10, 10]])
    tally = tally_of(vectors, words)
    assert tally.counts.tolist() == [2, 1]
    assert (tally.sums + 128 * tally.counts[:, None]).tolist() == [
        [22, 20, 20, 22],
        [250, 200, 200, 200],
    ]
    assert tally.error_of(words) == (4 + 2500 + 4) << 2 * words.bits
    assert tally.mse_of(words) == Fraction(2508, 12)
    assert [vector for _, vector in tally.farthest][:1] == [bytes([250, 200, 200, 200])]
    moved = tally.moved(words)
    assert moved.codewords.tolist() == [[11, 10, 10, 11], [250, 200, 200, 200]]
    assert tally.mse_of(moved) == Fraction(4, 12)


@given(vectors_drawn, codewords_drawn)
def test_a_tally_is_that_of_a_brute_force(vectors: np.ndarray, codewords: np.ndarray) -> None:
    words = OnGrid.of(Codebook(codewords))
    tally = tally_of(vectors, words)
    distances = squared_distances(vectors, codewords)
    assert tally.error_of(words) == int(distances.min(axis=1).sum()) << 2 * words.bits
    cells = distances.argmin(axis=1)
    np.testing.assert_array_equal(tally.counts, np.bincount(cells, minlength=len(codewords)))
    moved = tally.moved(words)
    for cell, mean in enumerate(moved.codewords):
        own = vectors[cells == cell].astype(np.float64)
        if len(own):
            assert np.abs(own.mean(axis=0) - mean).max() <= 2.0 ** -(words.bits + 1)
    assert tally.error_of(moved) <= tally.error_of(words)
    errors = distances.min(axis=1)
    expected = sorted(
        {(-int(e) << words.bits, v.tobytes()) for e, v in zip(errors, vectors, strict=True)}
    )
    assert list(tally.farthest) == expected[: passes.FARTHEST]


@given(vectors_drawn, codewords_drawn, st.integers(0, 40), st.integers(1, 5))
def test_tallies_add_up_to_that_of_all(
    vectors: np.ndarray, codewords: np.ndarray, cut: int, few: int
) -> None:
    words = OnGrid.of(Codebook(codewords))
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(passes, "FARTHEST", few)
        whole = tally_of(vectors, words)
        parts = [tally_of(part, words) for part in (vectors[:cut], vectors[cut:]) if len(part)]
        total = sum(parts[1:], parts[0])
        assert same(total, whole)
        assert same(sum(parts[-2::-1], parts[-1]), whole)


@pytest.mark.parametrize(("block", "colour"), [(4, "gray"), (8, "rgb"), (16, "rgb")])
def test_codewords_between_samples_find_the_vectors_of_exact_arithmetic(
    block: int, colour: str
) -> None:
    vectors = vectors_of(photograph("coffee", 4), block, colour)
    rng = np.random.default_rng(0)
    bits = passes.fraction_bits(vectors.shape[1])
    words = OnGrid(rng.integers(0, 256 << bits, (30, vectors.shape[1])))
    centred = vectors.astype(object) - 128
    units = words.units.astype(object) - (128 << bits)
    # x·c − ½|c|² in units of 2^-f, the half rounded to whole units, halves to even
    halves = [round(Fraction(int((it * it).sum()), 2 << bits)) for it in units]
    scores = np.array([centred @ it - half for it, half in zip(units, halves, strict=True)])
    cells = scores.argmax(axis=0)
    tally = tally_of(vectors, words)
    assert tally.counts.tolist() == np.bincount(cells, minlength=30).tolist()
    exact = sum(
        int(((centred[at] * 2**bits - units[it]) ** 2).sum()) for at, it in enumerate(cells)
    )
    assert tally.error_of(words) == exact


def test_many_vectors_as_far_as_each_other_are_told_apart_by_their_samples() -> None:
    vectors = np.uint8([[0, 0, 0, value] for value in range(200)] * 2)
    words = grid_of((100, 100, 100, 100))
    found = tally_of(vectors, words).farthest
    assert len(found) == passes.FARTHEST
    assert len(set(found)) == passes.FARTHEST
    flat = tally_of(np.zeros((500, 4), np.uint8), words)
    assert flat.farthest == ((-40_000 << words.bits, bytes(4)),)


# ------------------------------------------------------------------------------------------- passes


def test_empty_cells_go_to_the_farthest_vectors() -> None:
    words = grid_of((10, 10, 10, 10), (0, 0, 0, 0), (9, 9, 9, 9), (255, 0, 255, 0))
    vectors = np.uint8([[11, 11, 11, 11], [200, 11, 11, 11], [200, 11, 11, 11], [99, 99, 99, 99]])
    tally = tally_of(vectors, words)
    assert tally.counts.tolist() == [4, 0, 0, 0]
    moved = tally.moved(words).codewords
    assert moved[1].tolist() == [200, 11, 11, 11]
    assert moved[2].tolist() == [99, 99, 99, 99]
    assert moved[3].tolist() == [11, 11, 11, 11]
    more = grid_of((10, 10, 10, 10), *[(0, 0, 0, number) for number in range(9)])
    left = tally_of(vectors, more).moved(more).codewords
    assert left[9].tolist() == [0, 0, 0, 8]


def test_codewords_become_samples_halves_up_and_in_order() -> None:
    words = grid_of((200.5, 200, 200, 200), (0.25, 0.75, 0.5, 254.5))
    assert words.codebook.codewords.tolist() == [[0, 1, 1, 255], [201, 200, 200, 200]]
    assert OnGrid.of(words.codebook).codewords.tolist() == words.codebook.codewords.tolist()


@pytest.fixture
def places(tmp_path: Path) -> dict[int, Place]:
    """Return three pictures' places, under numbers of their own."""
    for number, name in enumerate(("chelsea", "coffee", "rocket")):
        (tmp_path / f"{number}.png").write_bytes(png_bytes(photograph(name, 4).pixels))
    return dict(enumerate(find_places([str(tmp_path)], {".png"})[0], start=5))


def test_a_pass_is_one_over_the_vectors_of_all_pictures(places: dict[int, Place]) -> None:
    every = [vectors_of(photograph(name, 4), 2) for name in ("chelsea", "coffee", "rocket")]
    words = OnGrid.of(Codebook(every[0][:16].copy()))
    work = pass_over(Alone(), places, Count(words, GRAY))
    assert [next(work), next(work), next(work)] == [1, 2, 3]
    with pytest.raises(StopIteration) as end:
        next(work)
    whole, passed = tally_of(np.concatenate(every), words), end.value.value
    assert (passed.before, passed.mse) == (
        whole.mse_of(words),
        whole.mse_of(whole.moved(words)),
    )
    np.testing.assert_array_equal(passed.codewords.units, whole.moved(words).units)
    assert passed.unread == {}


def test_distortion_falls_pass_by_pass_until_one_gains_next_to_nothing(
    places: dict[int, Place],
) -> None:
    words = OnGrid.of(Codebook(np.uint8([[number] * 4 for number in range(100, 108)])))
    seen = []
    while not (seen and seen[-1].is_last):
        seen.append(finish(pass_over(Alone(), places, Count(words, GRAY))))
        words = seen[-1].codewords
    assert len(seen) > 4
    for one, other in pairwise(seen):
        assert one.before > one.mse >= other.before > other.mse
    assert all(it.before - it.mse > it.mse / 1000 for it in seen[:-1])


def test_a_picture_that_is_gone_is_told_and_left_out(places: dict[int, Place]) -> None:
    words = OnGrid.of(Codebook(np.uint8([[9] * 4])))
    Path(places[6].address).unlink()
    passed = finish(pass_over(Alone(), places, Count(words, GRAY)))
    [(number, error)] = passed.unread.items()
    assert (number, error.filename) == (6, places[6].address)
    rest = {number: place for number, place in places.items() if number != 6}
    again = finish(pass_over(Alone(), rest, Count(words, GRAY)))
    np.testing.assert_array_equal(again.codewords.units, passed.codewords.units)
    assert again.mse == passed.mse


def test_what_takes_too_much_memory_is_told_and_left_out(
    places: dict[int, Place], monkeypatch: pytest.MonkeyPatch
) -> None:
    chelsea = photograph("chelsea", 4).width

    def cut(picture: Picture, settings: Settings) -> Cut:
        if picture.width == chelsea:
            raise MemoryError
        return cut_for(picture, settings)

    monkeypatch.setattr(passes, "cut_for", cut)
    passed = finish(pass_over(Alone(), places, Count(grid_of((9, 9, 9, 9)), GRAY)))
    told = f"{places[5].address}: There is not enough memory for it."
    assert {number: str(error) for number, error in passed.unread.items()} == {5: told}


def test_where_none_is_left_there_is_no_pass(places: dict[int, Place]) -> None:
    class Losing:
        def total(self, job, items, parts):
            yield len(items)
            return None, dict.fromkeys(range(len(items)), Lost("ended"))

    words = OnGrid.of(Codebook(np.uint8([[9] * 4])))
    with pytest.raises(PictureError, match="None of the pictures can be read any more"):
        finish(pass_over(Losing(), places, Count(words, GRAY)))
    for place in places.values():
        Path(place.address).write_bytes(b"")
    with pytest.raises(PictureError, match="None of the pictures can be read any more"):
        finish(pass_over(Alone(), places, Count(words, GRAY)))
