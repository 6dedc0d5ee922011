"""Tests of what is found out of the bands of a picture under study."""

import io

import numpy as np
from helpers import smooth_picture
from PIL import Image

from vqcore.coding.codec import Settings
from vqcore.coding.wavelet.encoded import EncodedWavelet
from vqcore.coding.wavelet.mosaic import mosaic_of
from vqcore.lab.bands import known_inside, looking_inside
from vqcore.lab.store import Store
from vqcore.lab.study import Study, sweeping


def test_bands_are_looked_into_once_a_size_when_it_is_there() -> None:
    study = Study("waves", smooth_picture(40, 56), Settings(family="wavelet"), (1, 4), Store(10**9))
    assert list(looking_inside(study, 4)) == []
    list(sweeping([study]))
    assert known_inside(study, 4) is None
    *signs, end = looking_inside(study, 4)
    assert end is None
    assert {(it.doing, it.facts["size"]) for it in signs if it} == {("counting-bits", 4)}
    assert list(looking_inside(study, 4)) == []
    inside = known_inside(study, 4)
    assert inside
    encoded = study.steps[4].encoded
    assert isinstance(encoded, EncodedWavelet)
    drawn = np.array(Image.open(io.BytesIO(inside.mosaic)))
    np.testing.assert_array_equal(drawn, mosaic_of(encoded))
    assert known_inside(study, 1) is None
