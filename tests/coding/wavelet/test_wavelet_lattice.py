"""Tests of escapes as multiples of one spacing."""

import numpy as np

from vqcore.coding.wavelet.lattice import in_units, multiples_of


def test_multiples_by_hand() -> None:
    assert in_units(np.array([0, 1, -1, 2, -17, 4000])).tolist() == [
        0,
        81,
        -81,
        164,
        -1409,
        331998,
    ]
    # 0.48 is added: from 0.52 spacings on it is one more
    assert multiples_of(np.float32([0, 43, 44, -43, -44, 126, 127, -5000])).tolist() == [
        0,
        0,
        1,
        0,
        -1,
        1,
        2,
        -60,
    ]


def test_what_stands_for_multiples_is_found_as_these() -> None:
    every = np.arange(-4112, 4113)
    assert multiples_of(in_units(every).astype(np.float32)).tolist() == every.tolist()


def test_no_coefficient_is_far_from_its_multiple() -> None:
    units = np.arange(-3000, 3001).astype(np.float32)
    off = np.abs(in_units(multiples_of(units)) - units)
    assert off.max() <= 46
    nearest = np.abs(in_units(np.arange(-40, 41))[:, None] - units).min(axis=0)
    assert (off - nearest).max() <= 8  # for the sake of bits
