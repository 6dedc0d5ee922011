"""Tests of the coarsest coefficients in bytes."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from numpy.typing import NDArray

from vqcore.coding.entropy import Reader, Writer
from vqcore.coding.wavelet.coarse import LARGEST, _predicted, band_units, code_coarse
from vqcore.coding.wavelet.spending import Counting
from vqcore.coding.wavelet.tables import STEPS
from vqcore.work import finish


def there_and_back(wanted: NDArray, step: int, *, chroma: bool) -> NDArray:
    writer = Writer()
    finish(code_coarse(writer, wanted, step, chroma=chroma))
    reader = Reader(writer.bytes())
    found = finish(code_coarse(reader, np.zeros_like(wanted), step, chroma=chroma))
    assert reader.is_genuine()
    return found


@settings(max_examples=25)
@given(
    st.integers(1, 6),
    st.integers(1, 6),
    st.sampled_from([0, 20, 50]),
    st.booleans(),
    st.sampled_from([0.002, 0.1, 1]),
    st.integers(0, 99),
)
def test_what_is_written_is_read(
    rows: int, columns: int, step: int, chroma: bool, share: float, seed: int
) -> None:
    most = int(LARGEST / STEPS[step])
    limit = int(share * most)
    wanted = np.random.default_rng(seed).integers(-limit, limit + 1, (4, rows, columns))
    np.testing.assert_array_equal(there_and_back(wanted, step, chroma=chroma), wanted)


@pytest.mark.parametrize("step", [0, 48])
def test_extremes_beside_one_another_are_read(step: int) -> None:
    most = int(LARGEST / STEPS[step])
    wanted = np.where(np.indices((4, 3, 5)).sum(axis=0) % 2, most, -most)
    np.testing.assert_array_equal(there_and_back(wanted, step, chroma=False), wanted)


def test_predictions_are_medians_of_what_is_left_above_and_their_plane() -> None:
    rng = np.random.default_rng(0)
    found = rng.integers(-50, 51, (5, 4))

    def slow(y: int, x: int) -> int:
        if not (y and x):
            return int(found[y, x - 1] if x else found[y - 1, x] if y else 0)
        left, above, corner = (int(found[at]) for at in ((y, x - 1), (y - 1, x), (y - 1, x - 1)))
        return sorted([left, above, left + above - corner])[1]

    every = list(np.ndindex(found.shape))
    assert _predicted(found, *np.array(every).T).tolist() == [slow(*at) for at in every]


def test_a_smooth_plane_takes_fewer_bits_than_a_rough_one() -> None:
    rng, bits = np.random.default_rng(0), []
    for wanted in (np.indices((8, 8)).sum(axis=0), rng.integers(-60, 60, (8, 8))):
        coder = Counting()
        every = np.stack([wanted, *[np.zeros((8, 8), int)] * 3])
        finish(code_coarse(coder, every, 20, chroma=False))
        bits.append(coder.bits)
    assert bits[0] < bits[1] - 250  # of 64 coefficients; those of the other bands cost the same


def test_coefficients_of_the_last_level_are_a_little_nearer_to_nothing() -> None:
    assert band_units(np.array([-2, -1, 0, 1, 5])).tolist() == [-124, -60, 0, 60, 316]
