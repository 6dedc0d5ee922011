"""Tests of what is known around vectors, against loops over single coefficients."""

from itertools import product
from typing import Any

import numpy as np
import pytest
from numpy.typing import NDArray

from vqcore.coding.wavelet import surroundings
from vqcore.coding.wavelet.surroundings import Known, Maps, Surroundings
from vqcore.coding.wavelet.tables import logs_of, normed
from vqcore.coding.wavelet.walking import Found, walk
from vqcore.signals.waveletgrid import PHASES, Grid, Place
from vqcore.work import finish

GRID = Grid(128, 64)
NEAR = [(y, x) for y in range(-1, 3) for x in range(-1, 3) if y in (-1, 2) or x in (-1, 2)]
CHROMA = pytest.mark.parametrize("known", ["luma", "Cb", "Cr"])


def drawn_maps(levels: range, seed: int) -> Maps:
    rng = np.random.default_rng(seed)
    sides = {level: (GRID.height >> level + 1, GRID.width >> level + 1) for level in levels}
    return {
        level: [rng.integers(0, 256, shape).astype(np.int16) for _ in range(3)]
        for level, shape in sides.items()
    }


def known_of(name: str) -> Known:
    luma, other = drawn_maps(range(6), 7), drawn_maps(range(6), 8)
    return {"luma": Known(20), "Cb": Known(22, luma), "Cr": Known(22, luma, other)}[name]


def at(band: NDArray[Any], y: int, x: int) -> int:
    """Return what a band has there, and nothing outside."""
    inside = 0 <= y < band.shape[0] and 0 <= x < band.shape[1]
    return int(band[y, x]) if inside else 0


def expected_features(
    place: Place, known: Known, maps: Maps, own: NDArray[Any], row: int, column: int
) -> list[int]:
    """Return the features of a vector as the module's docstring has them, one at a time."""
    level, orientation = place
    y, x = 2 * row, 2 * column
    others = [it for it in range(3) if it != orientation]

    def seen(bands: list[NDArray[Any]], which: int) -> NDArray[Any]:
        return bands[which].T if orientation == 1 else bands[which]

    def five(band: NDArray[Any]) -> list[int]:
        four = [at(band, y + down, x + right) for down in (0, 1) for right in (0, 1)]
        return [*four, sum(at(band, y + down, x + right) for down, right in NEAR) // 4]

    found = [at(own, y + down, x + right) for down, right in NEAR]
    found.append(sum(at(own, y - 2, x + it) for it in range(-1, 3)) // 2)
    found.append(sum(at(own, y + 3, x + it) for it in range(-1, 3)) // 2)
    found.append(sum(at(own, y + it, x - 2) for it in range(-1, 3)) // 2)
    found.append(sum(at(own, y + it, x + 3) for it in range(-1, 3)) // 2)
    far = [(away, it) for away in (-4, -3, 4, 5) for it in (0, 1)]
    far += [(it, away) for away, it in far]
    found.append(sum(at(own, y + down, x + right) for down, right in far) // 4)
    nine = list(product((-1, 0, 1), repeat=2))
    parent = seen(maps[level + 1], orientation)
    found += [at(parent, row + down, column + right) for down, right in nine]
    for other in others:
        band = seen(maps[level + 1], other)
        found.append(at(band, row, column))
        found.append(sum(at(band, row + down, column + right) for down, right in nine) // 4)
    far_up = maps.get(level + 2)
    found.append(at(seen(far_up, orientation), row // 2, column // 2) if far_up else 0)
    for sibling in range(2):
        there = sibling < len(maps[level])
        found += five(seen(maps[level], sibling)) if there else [0] * 5
    found.append(known.step)
    if known.luma:
        found += five(seen(known.luma[level], orientation))
        for other in others:
            band = seen(known.luma[level], other)
            four = (at(band, y + down, x + right) for down in (0, 1) for right in (0, 1))
            found.append(sum(four) // 2)
        found += five(seen(known.other[level], orientation)) if known.other else [0] * 5
    return found


@CHROMA
@pytest.mark.parametrize("place", [Place(3, 0), Place(3, 1), Place(4, 2), Place(2, 1)])
def test_features_are_those_of_single_coefficients(known: str, place: Place) -> None:
    rng, kind = np.random.default_rng(1), known_of(known)
    maps = drawn_maps(range(place.level + 1, 6), 3)
    maps[place.level] = drawn_maps(range(6), 4)[place.level][: place.orientation]
    around = Surroundings(GRID, place, kind, maps)
    rows, columns = around.shape
    own, signed = np.zeros((2, 2 * rows, 2 * columns), int)
    for phase, (first_row, first_column) in enumerate(PHASES):
        vectors = list(product(range(first_row, rows, 2), range(first_column, columns, 2)))
        features = around.features(phase).T.tolist()
        assert features == [expected_features(place, kind, maps, own, *it) for it in vectors]
        assert around.signs(phase).T.tolist() == [
            [at(signed, 2 * row + y, 2 * column + x) for y, x in NEAR] for row, column in vectors
        ]
        values = rng.integers(-3000, 3000, (len(vectors), 4))
        around.put(phase, np.arange(len(vectors)), values)
        for (row, column), four in zip(vectors, values, strict=True):
            square = slice(2 * row, 2 * row + 2), slice(2 * column, 2 * column + 2)
            own[square] = logs_of(four).reshape(2, 2)
            signed[square] = normed(four).reshape(2, 2)
    assert (around.map.T if place.orientation == 1 else around.map).tolist() == own.tolist()


@pytest.mark.parametrize("at_once", [1, 20])
def test_parts_of_a_pass_are_all_of_it(at_once: int, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(surroundings, "VECTORS_AT_ONCE", at_once)
    place, rng = Place(1, 1), np.random.default_rng(5)
    maps = drawn_maps(range(2, 6), 3) | {1: drawn_maps(range(6), 4)[1][:1]}
    around = Surroundings(GRID, place, known_of("Cr"), maps)
    for phase in range(len(PHASES)):
        parts = list(around.parts(phase))
        assert len(parts) > 1
        for of in (around.features, around.signs):
            found = [of(phase, rows) for rows in parts]
            np.testing.assert_array_equal(np.concatenate(found, axis=1), of(phase))
        count = around.features(phase).shape[1]
        around.put(phase, np.arange(count), rng.integers(-3000, 3000, (count, 4)))


class Recorder:
    """Odds that note the features they are made of; the vectors decided are those given."""

    signed, codewords = True, np.zeros((0, 4), np.int16)

    def __init__(self, multiples: NDArray[Any]) -> None:
        self._multiples, self.seen = multiples, list[NDArray[Any]]()

    def odds(self, place: Place, known: Known, around: Surroundings, phase: int) -> Any:
        self.seen.append(np.concatenate([around.features(phase), around.signs(phase)]))
        return self

    def decide(self, where: NDArray[Any], place: Place, odds: Any) -> Found:
        self.places = [*getattr(self, "places", []), where]
        symbols = -np.ones(len(where), np.int32)
        return Found(symbols, self._multiples[where])

    def learn(self, index: Any) -> None:
        """Learn nothing."""


@CHROMA
def test_nothing_is_known_of_a_pass_or_of_those_after_it(known: str) -> None:
    rng = np.random.default_rng(2)
    multiples = rng.integers(-3, 4, (GRID.total, 4))
    coarse = rng.integers(-3, 4, (3, *GRID.coarsest))

    def recorded(changed: int | None = None) -> Recorder:
        own = multiples.copy()
        if changed is not None:
            own[changed] += 9
        recorder = Recorder(own)
        finish(walk(GRID, recorder, known_of(known), coarse, recorder))
        return recorder

    usual = recorded()
    for vector in (0, 5, 60, 200, GRID.total - 512):
        other = recorded(vector)
        [turn] = (it for it, where in enumerate(usual.places) if vector in where)
        same = list(map(np.array_equal, usual.seen, other.seen))
        assert all(same[: turn + 1])
        assert not all(same[turn + 1 :])
