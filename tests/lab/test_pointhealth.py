"""Tests of pointhealth: figures by hand and by numpy, and what is learnt by heart."""

import math

import numpy as np
import pytest

from vqcore.lab.health import Health
from vqcore.lab.heldout import SnrHeldOut, halves
from vqcore.lab.pointhealth import held_out_points, point_health_work
from vqcore.lab.pointstudy import (
    PointStudy,
    examining,
    holding_out,
    known_healths,
    known_held_out,
    sweeping,
)
from vqcore.lab.pointsweeps import PointSettings, PointStep, sweep_points
from vqcore.lab.store import Store
from vqcore.quantizers.ofpoints import train
from vqcore.show.pointpanels import health_sentences, health_table
from vqcore.signals.points import Points
from vqcore.signals.sources import made
from vqcore.work import finish


def step_of(points: Points, size: int, settings: PointSettings | None = None) -> PointStep:
    events = sweep_points(points, settings or PointSettings(), [size])
    return next(it for it in events if isinstance(it, PointStep))


def held_out_of(points: Points, sizes: list[int], settings: PointSettings) -> list[SnrHeldOut]:
    events = held_out_points(points, settings, sizes)
    return [it for it in events if isinstance(it, SnrHeldOut)]


def test_health_by_hand() -> None:
    points = Points(np.float32([[0], [2], [2], [40], [44], [44]]), "")
    step = step_of(points, 2)
    health = finish(point_health_work(step.encoded, points))
    assert health.use[0].tolist() == health.cell_use.tolist() == [3, 3]
    # 2 codewords of 4 bytes; 6 indices of 1 bit
    assert health.codebook_share == 8 / (8 + 6 / 8)
    assert (health.nearest_pair, health.farthest_pair) == (None, None)
    # about 4/3: 16/9 + 4/9 + 4/9 = 8/3; about 128/3: 64/9 + 16/9 + 16/9 = 32/3
    np.testing.assert_allclose(health.cell_distortion, [0.2, 0.8], rtol=1e-6)


@pytest.mark.parametrize("family", ["residual", "gain-shape", "product", "tree"])
def test_cells_are_of_tuples_of_indices(family: str) -> None:
    points = made("mixture", 2000, 3)
    step = step_of(points, 8, PointSettings(family))
    health = finish(point_health_work(step.encoded, points))
    tuples, use = np.unique(step.encoded.indices, axis=0, return_counts=True)
    assert health.cell_use.tolist() == use.tolist()
    errors = np.square(points.vectors - step.encoded.decode().astype(float)).sum(axis=1)
    of = [(step.encoded.indices == it).all(axis=1) for it in tuples]
    expected = [errors[rows].sum() / errors.sum() for rows in of]
    np.testing.assert_allclose(health.cell_distortion, expected, rtol=1e-9)


def test_nothing_is_lost_of_points_that_are_the_codewords() -> None:
    points = Points(np.float32([[1], [2]]), "")
    health = finish(point_health_work(step_of(points, 2).encoded, points))
    assert health.cell_distortion.tolist() == [0, 0]
    assert health.worst_share == 0


def test_perplexity_beyond_all_floats_is_infinite() -> None:
    even = np.full(16, 2)
    health = Health(16, (even,) * 300, even, 0.1, None, None, np.full(16, 1 / 16))
    assert health.entropy_bits == 1200
    assert health.perplexity == math.inf


def test_halves_are_measured_as_numpy_does() -> None:
    points, settings = made("laplacian", 500, 2), PointSettings(seed=3)
    drawn, others = (points.vectors[half] for half in halves(500, 3))
    power = np.square(points.vectors.astype(float)).mean()
    for found in held_out_of(points, [1, 4, 32], settings):
        *_, trained = train(drawn, [found.codebook_size], seed=3)
        codewords = trained.quantizer.tables[0].astype(float)
        for half, snr_db in (drawn, found.trained_snr_db), (others, found.others_snr_db):
            squares = np.square(half[:, None] - codewords).sum(axis=2).min(axis=1)
            assert snr_db == pytest.approx(10 * math.log10(2 * power / squares.mean()), abs=1e-6)


def test_the_more_codewords_the_more_is_learnt_by_heart() -> None:
    found = held_out_of(made("gaussian", 400, 4), [1, 16, 128], PointSettings())
    gaps = [it.gap_db for it in found]
    assert gaps == sorted(gaps)
    assert gaps[-1] > 5


@pytest.mark.parametrize("count", [1, 2, 3])
def test_of_few_vectors_few_sizes_can_be_tried(count: int) -> None:
    points = made("gaussian", count, 2)
    found = held_out_of(points, [1, 2], PointSettings())
    assert [it.codebook_size for it in found] == ([1] if count == 3 else [])


def test_a_study_answers_each_once_and_in_words() -> None:
    study = PointStudy(made("mixture", 300, 2), PointSettings(), (1, 4, 64), Store(10**7))
    for work in sweeping(study), examining(study), holding_out(study):
        assert list(work)
    assert [*known_healths(study)] == [*known_held_out(study)] == [1, 4, 64]
    assert list(examining(study)) == list(holding_out(study)) == []
    [alone, gap] = health_sentences(study, 1)
    assert alone == "One codeword stands for every vector: there is nothing to judge yet."
    assert gap.startswith("Vectors that were not trained on have")
    assert any("starved; it copies vectors" in it for it in health_sentences(study, 64))
    share = "70 % of codebook and indices: a smaller K would pay."  # 512 bytes of 512 + 218
    assert any(it.endswith(share) for it in health_sentences(study, 64))
    rows = {row["codebook_size"]: row for row in health_table(study).rows}
    assert rows[64]["median_vectors"] == np.median(study.steps[64].encoded.use[0])
    out = known_held_out(study)[64]
    assert rows[64]["gap_db"] == out.trained_snr_db - out.others_snr_db


def test_halves_are_encoded_with_the_beam_of_the_settings() -> None:
    points = made("mixture", 600, 3)
    narrow, wide = (
        held_out_of(points, [16], PointSettings("tree", (beam,)))[0] for beam in (1, 16)
    )
    assert wide.trained_snr_db > narrow.trained_snr_db
