"""Tests of mean-removed quantization: by hand, by relations, and against scikit-learn."""

import numpy as np
import pytest
from helpers import gray_layout, photograph, vectors_of
from sklearn.cluster import KMeans

from vqcore.coding.codec import Settings
from vqcore.quantizers import meanremoved
from vqcore.quantizers.additive import blank, with_nothing
from vqcore.quantizers.quantizer import Column, Parameters, Quantizer, TrainedQuantizer
from vqcore.signals.blocks import BlockLayout
from vqcore.work import finish

FINE = Parameters("lbg", {"mean-step": 8, "shape-step": 1})


def trained(vectors, layout, sizes, parameters=FINE, seed=0):
    events = meanremoved.train(layout, vectors, sizes, parameters, seed=seed)
    return [event.quantizer for event in events if isinstance(event, TrainedQuantizer)]


def test_mean_and_shape_by_hand():
    layout = gray_layout(2, 2, 2)
    columns = meanremoved.columns_of(layout, [128, 2], [2, 1])
    means = blank("mean-removed", layout, columns).tables[0]
    shapes = with_nothing(np.int16([[-15, -5, 5, 15], [1, 0, 0, 0]]), columns[1])
    quantizer = Quantizer("mean-removed", columns, (means, shapes))
    block = np.uint8([[10, 20, 30, 40]])
    found = finish(meanremoved.encode_work(quantizer, np.vstack([block, block + 100])))
    assert shapes.tolist() == [[0, 0, 0, 0], [-15, -5, 5, 15]]
    assert found.tolist() == [[12, 1], [62, 1]]  # 25 and 125: adding 100 leaves the shape
    assert quantizer.decode(found).tolist() == [[10, 20, 30, 40], [110, 120, 130, 140]]


def test_levels_are_in_the_middle_of_each_step():
    [level, _] = meanremoved.columns_of(gray_layout(4, 4, 2), [8, 1], [32, 1])
    table = blank("mean-removed", gray_layout(4, 4, 2), [level]).tables[0]
    assert table.tolist() == [[it] * 4 for it in (16, 48, 80, 112, 144, 176, 208, 240)]


def test_each_component_has_means_of_its_own():
    layout = BlockLayout(4, 4, 2, "ycbcr")
    columns = meanremoved.columns_of(layout, [64, 64, 64, 3], [4, 4, 4, 2])
    luma, blue, red, shape = blank("mean-removed", layout, columns).tables
    assert luma[1].tolist() == [6, 6, 6, 6, 0, 0]
    assert (blue[1].tolist(), red[1].tolist()) == ([0, 0, 0, 0, 6, 0], [0, 0, 0, 0, 0, 6])
    assert not shape.any()


@pytest.mark.parametrize(
    ("sizes", "steps"),
    [([32], [8]), ([32, 4, 4], [8, 8, 1]), ([31, 4], [8, 1]), ([256, 4], [0, 1]), ([], [])],
)
def test_other_columns_are_refused(sizes, steps):
    with pytest.raises(ValueError, match=r"^means are one column a component"):
        meanremoved.columns_of(gray_layout(4, 4, 2), sizes, steps)


def test_one_shape_alone_is_the_mean():
    picture = photograph("camera", 4)
    layout, vectors = gray_layout(picture.width, picture.height, 4), vectors_of(picture, 4)
    [quantizer] = trained(vectors, layout, [1])
    means = vectors.mean(axis=1)
    assert (quantizer.codebook_size, quantizer.codebook_bytes) == (1, 0)
    rebuilt = quantizer.decode(finish(meanremoved.encode_work(quantizer, vectors)))
    assert (np.abs(rebuilt - means[:, None]) <= 4).all()


def test_entries_are_in_order_after_the_first_which_is_nothing():
    picture = photograph("camera", 4)
    layout, vectors = gray_layout(picture.width, picture.height, 4), vectors_of(picture, 4)
    [quantizer] = trained(vectors, layout, [32], Settings(family="mean-removed").parameters)
    shapes = quantizer.tables[1].tolist()
    assert not any(shapes[0])
    assert shapes[1:] == sorted(shapes[1:])
    assert not (quantizer.tables[1] % 2).any()


def test_shapes_are_as_good_as_scikit_learns():
    picture = photograph("camera", 2)
    layout, vectors = gray_layout(picture.width, picture.height, 4), vectors_of(picture, 4)
    [quantizer] = trained(vectors, layout, [32])
    rebuilt = quantizer.decode(finish(meanremoved.encode_work(quantizer, vectors)))
    rests = meanremoved.trained_on(layout, vectors, FINE).astype(float)
    reference = KMeans(32, random_state=0, n_init=1).fit(rests).inertia_
    error = np.square(vectors.astype(float) - rebuilt).sum()
    assert error < 1.03 * reference


def test_the_same_seed_gives_the_same_shapes():
    picture = photograph("camera", 4)
    layout, vectors = gray_layout(picture.width, picture.height, 4), vectors_of(picture, 4)
    one, other, third = (trained(vectors, layout, [16], seed=seed)[0] for seed in (0, 0, 1))
    assert one.tables[1].tolist() == other.tables[1].tolist() != third.tables[1].tolist()


def test_a_column_says_what_it_is():
    columns = meanremoved.columns_of(gray_layout(4, 4, 2), [32, 5], [8, 2])
    assert columns == (Column("mean", 32, "levels", 8), Column("shape", 5, "differences", 2))
