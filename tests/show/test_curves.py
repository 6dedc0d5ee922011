"""Tests of curves: what belongs together, what is best, and by how much."""

import math
from dataclasses import replace
from statistics import NormalDist

import pytest
from helpers import made_up_points, rival_point, smooth_picture, steps_of

from vqcore.coding.codec import Settings
from vqcore.lab.comparison import BjontegaardDelta, mean_rows
from vqcore.lab.rivals import RivalPoint
from vqcore.lab.sweeps import OperatingPoint, sweep
from vqcore.show.curves import (
    Delta,
    by_block,
    deltas,
    family_curve,
    hull_of,
    nominal_curve,
    picture_curve,
    rival_curve,
    step_curve,
    vq_curve,
)
from vqcore.signals.blocks import BlockLayout

LAYOUT = BlockLayout(width=80, height=10, block_size=4, colour="gray")


def point(size: int, rate: float, psnr_db: float, **others: float) -> OperatingPoint:
    """Return an operating point with an MSE that goes with its PSNR."""
    mse = 255**2 / 10 ** (psnr_db / 10)
    model = replace(made_up_points()[1], codebook_size=size, rate_bpp=rate, psnr_db=psnr_db)
    return replace(model, mse=mse, **others)


def jpeg(level: int, rate: float, psnr_db: float) -> RivalPoint:
    return rival_point("jpeg", level, file_bytes=100, psnr_db=psnr_db, rate_bpp=rate)


def test_curve_of_a_sweep_is_that_of_its_files() -> None:
    curve = vq_curve(Settings(4, "gray"), LAYOUT, [point(2, 0.5, 20), point(4, 0.75, 25)])
    assert (curve.kind, curve.name) == ("ours", "4×4 Gray")
    assert list(curve.rates) == [0.5, 0.75]
    assert list(curve.labels) == ["K = 2", "K = 4"]


def test_nominal_curve_has_no_single_codeword() -> None:
    points = [
        point(1, 0.1, 15, nominal_bytes=0.0),
        point(2, 0.5, 20, nominal_bytes=10.0),
        point(4, 0.7, 25, nominal_bytes=20.0),
    ]
    curve = nominal_curve(LAYOUT, points)
    assert list(curve.rates) == [0.1, 0.2]
    assert list(curve.points) == points[1:]


def test_nominal_curve_of_a_real_sweep_is_the_textbooks() -> None:
    picture = smooth_picture(16, 24, gray=True)
    steps = steps_of(sweep(picture, Settings(4, "gray"), [1, 2, 8]))
    curve = nominal_curve(steps[0].encoded.layout, [step.point for step in steps])
    assert list(curve.rates) == [1 / 16, 3 / 16]


def test_a_family_is_named_by_itself_alone() -> None:
    settings = Settings(4, "gray", rate_weight=50, family="residual")
    curve = family_curve(settings, LAYOUT, [point(2, 0.5, 20)])
    assert (curve.kind, curve.name, curve.settings) == ("family", "residual", settings)
    waves = Settings(4, "gray", family="wavelet", options=(22, 1))
    assert family_curve(waves, LAYOUT, [point(2, 0.5, 20)]).name == "wavelet, q = 22"


def test_by_the_block_bits_are_nominal_whatever_the_blocks_of_the_curve() -> None:
    points = [point(2, 0.5, 20, nominal_bytes=15), point(4, 0.75, 25, nominal_bytes=30)]
    curve = vq_curve(Settings(8, "gray"), replace(LAYOUT, block_size=8), points)
    assert LAYOUT.count == 60
    assert list(by_block(curve, points, LAYOUT).rates) == [2, 4]


def test_hull_goes_by_the_rates_of_the_curves() -> None:
    points = [point(1, 0.1, 10), point(2, 0.2, 30)]
    hull = hull_of([replace(picture_curve("one", points), rates=[5, 4])], "psnr_db")
    assert (list(hull.labels), list(hull.rates)) == (["one, K = 2"], [4])


def test_rivals_points_are_named_by_their_level() -> None:
    assert list(rival_curve("jpeg", [jpeg(40, 0.3, 30)]).labels) == ["quality 40"]
    assert list(rival_curve("png8", [jpeg(16, 0.3, 30)]).labels) == ["16 colours"]


def test_hull_is_over_all_curves() -> None:
    small = picture_curve("small", [point(1, 0.1, 10), point(2, 0.2, 30)])
    large = picture_curve("large", [point(1, 0.15, 12), point(2, 0.4, 40)])
    hull = hull_of([small, large], "psnr_db")
    assert list(hull.labels) == ["small, K = 1", "small, K = 2", "large, K = 2"]
    assert list(hull.rates) == [0.1, 0.2, 0.4]


def test_hull_by_ssim_leaves_out_pictures_without_one() -> None:
    points = [point(1, 0.1, 10, ssim=0.5), replace(point(2, 0.2, 30), ssim=None)]
    assert list(hull_of([picture_curve("one", points)], "ssim").labels) == ["one, K = 1"]


def test_difference_of_curves_by_hand() -> None:
    ours = vq_curve(Settings(4, "gray"), LAYOUT, [point(2, 0.5, 30), point(4, 1, 35)])
    theirs = rival_curve("jpeg", [jpeg(10, 1, 30), jpeg(20, 2, 35)])
    [delta] = deltas([ours, nominal_curve(LAYOUT, ours.points), theirs])
    assert delta.against == "JPEG"
    assert delta.rate is not None
    assert delta.rate.value == pytest.approx(-50)
    assert delta.bytes_in_words == "50.0 % fewer (30.0 to 35.0 dB)"
    assert delta.psnr is None
    assert delta.psnr_in_words == "no common range"


def test_difference_in_words() -> None:
    more = Delta("x", BjontegaardDelta(12.34, 20, 30), BjontegaardDelta(-0.5, 0.125, 2))
    assert more.bytes_in_words == "12.3 % more (20.0 to 30.0 dB)"
    assert more.psnr_in_words == "-0.50 dB (0.125 to 2.000 bpp)"
    assert Delta("x", None, None).bytes_in_words == "no common range"


def files(*each: tuple[int, float]) -> list[OperatingPoint]:
    """Return points of so many bytes and dB."""
    return [point(2, bytes_ / 100, psnr_db, file_bytes=bytes_) for bytes_, psnr_db in each]


@pytest.mark.parametrize(
    ("ours", "theirs", "by_bytes", "by_psnr"),
    [
        (
            [(37, math.inf)],
            [(500, 40), (548, 48.06)],
            "lossless with 37 bytes; JPEG at most 48.1 dB",
            "lossless in 37 bytes; JPEG no file so small",
        ),
        (
            [(37, math.inf)],
            [(30, 40), (548, math.inf), (600, math.inf)],
            "lossless with 37 bytes; JPEG lossless with 548 bytes",
            "lossless in 37 bytes; JPEG 40.00 dB",
        ),
        (
            [(37, 20), (90, 25)],
            [(80, math.inf)],
            "at most 25.0 dB; JPEG lossless with 80 bytes",
            "20.00 dB in 80 bytes; JPEG lossless",
        ),
        (
            [(90, math.inf), (90, math.inf)],
            [(80, math.inf)],
            "lossless with 90 bytes; JPEG lossless with 80 bytes",
            "no file so small in 80 bytes; JPEG lossless",
        ),
        ([(90, math.inf)], [(90, math.inf)], "lossless with 90 bytes; JPEG lossless with 90 bytes",
         "lossless in 90 bytes; JPEG lossless"),
        ([(37, 20), (90, 25)], [(180, 30), (200, 40)], "no common range", "no common range"),
    ],
)  # fmt: skip
def test_lossless_files_are_compared_in_words(
    ours: list[tuple[int, float]], theirs: list[tuple[int, float]], by_bytes: str, by_psnr: str
) -> None:
    other = replace(rival_curve("jpeg", []), points=files(*theirs), rates=[])
    other = replace(other, rates=[each.rate_bpp for each in other.points])
    [delta] = deltas([vq_curve(Settings(4, "gray"), LAYOUT, files(*ours)), other])
    assert (delta.bytes_in_words, delta.psnr_in_words) == (by_bytes, by_psnr)


def test_nothing_is_said_against_a_curve_without_points_yet() -> None:
    ours = vq_curve(Settings(4), LAYOUT, files((37, math.inf)))
    for one, other in ((ours, picture_curve("b", [])), (picture_curve("a", []), ours)):
        [delta] = deltas([one, other])
        assert delta.bytes_in_words == delta.psnr_in_words == "no common range"


def test_a_common_range_goes_before_what_is_lossless() -> None:
    ours = vq_curve(Settings(4), LAYOUT, files((50, 30), (100, 35), (200, math.inf)))
    theirs = rival_curve("jpeg", [jpeg(10, 1, 30), jpeg(20, 2, 35)])
    [delta] = deltas([ours, theirs])
    assert delta.bytes_in_words == "50.0 % fewer (30.0 to 35.0 dB)"
    assert delta.psnr_in_words == "lossless in 200 bytes; JPEG 35.00 dB"


def test_means_by_hand_over_the_sizes_that_all_have() -> None:
    one = [point(1, 0.1, 10), point(2, 0.2, 20), point(4, 0.4, 30)]
    other = [point(1, 0.3, 14), point(2, 0.2, 26)]
    rows = mean_rows([one, other])
    assert [row["codebook_size"] for row in rows] == [1, 2]
    assert (rows[0]["psnr_db"], rows[1]["psnr_db"]) == (12, 23)
    assert rows[0]["psnr_db_std"] == pytest.approx(math.sqrt(8))
    assert (rows[1]["rate_bpp"], rows[1]["rate_bpp_std"]) == pytest.approx((0.2, 0))


def test_means_agree_with_the_statistics_module() -> None:
    values = [10.5, 11.25, 17.0, 12.5]
    rows = mean_rows([[point(8, 0.1, value)] for value in values])
    reference = NormalDist.from_samples(values)
    assert rows[0]["psnr_db"] == pytest.approx(reference.mean)
    assert rows[0]["psnr_db_std"] == pytest.approx(reference.stdev)


def test_no_deviation_of_one_picture_and_no_mean_of_what_is_missing() -> None:
    lossless = made_up_points()[0]
    [row] = mean_rows([[lossless]])
    assert (row["psnr_db"], row["psnr_db_std"]) == (math.inf, None)
    assert (row["ssim"], row["ssim_std"]) == (None, None)


def test_a_curve_over_steps_is_ours_and_named_by_what_they_have_in_common() -> None:
    at = {step: Settings(4, "gray", family="wavelet", options=(step, 2)) for step in (4, 10, 40)}
    points = {at[4]: point(8, 2, 40), at[10]: point(8, 1, 35), at[40]: point(8, 0.1, 20)}
    curve = step_curve(LAYOUT, points)
    assert (curve.kind, curve.name) == ("ours", "Gray, wavelet, Shipped 2, K = 8, q = 4 … 40")
    assert list(curve.labels) == ["q = 4", "q = 10", "q = 40"]
    assert [curve.settings_at(place) for place in range(3)] == [*at.values()]


def test_what_is_compared_is_the_curve_over_steps_and_not_that_of_sizes() -> None:
    at = [Settings(family="wavelet", options=(step,)) for step in (10, 20)]
    by_step = step_curve(LAYOUT, {at[0]: point(8, 1, 35), at[1]: point(8, 0.5, 30)})
    sizes = vq_curve(at[0], LAYOUT, [point(1, 3, 30), point(8, 4, 35)], "sizes")
    theirs = rival_curve("jpeg", [jpeg(9, 2, 35), jpeg(5, 1, 30)])
    [delta] = deltas([sizes, by_step, theirs])
    assert delta.rate
    assert (delta.against, round(delta.rate.value)) == ("JPEG", -50)
