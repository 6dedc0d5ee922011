"""Tests of sweeps: which sizes are possible, and what each costs and gives."""

import itertools
import math
from dataclasses import astuple, fields
from itertools import islice
from pathlib import Path

import numpy as np
import pytest
import scipy.stats
from helpers import (
    TRAINED_BY,
    ClockOfLooks,
    photograph,
    pictures,
    smooth_picture,
    steps_of,
    toned_picture,
    trained,
)
from hypothesis import given, settings
from hypothesis import strategies as st
from skimage.metrics import structural_similarity

from vqcore.codebooks import training
from vqcore.codebooks.codebook import Codebook
from vqcore.codebooks.training import Progress, train
from vqcore.coding.codec import Settings
from vqcore.coding.container import parse
from vqcore.lab.sweeps import (
    OperatingPoint,
    Preview,
    Step,
    checked_sizes,
    ladder_sizes,
    parse_sizes,
    plan_sweep,
    sweep,
)
from vqcore.quantizers import plain
from vqcore.quantizers.family import FAMILIES
from vqcore.quantizers.plain import quantizer_of
from vqcore.quantizers.quantizer import TrainedQuantizer
from vqcore.signals.blocks import COLOURS, BlockLayout, shown_pixels
from vqcore.signals.pictures import Picture

GRAY = Settings(block_size=4, colour="gray")


def swept(picture: Picture, settings: Settings, sizes: list[int]) -> dict[int, Step]:
    steps = steps_of(sweep(picture, settings, sizes))
    return {step.point.codebook_size: step for step in steps}


# -------------------------------------------------------------------------------------------- sizes


@pytest.mark.parametrize(
    ("largest", "more", "sizes"),
    [
        (1, [], (1,)),
        (8, [], (1, 2, 4, 8)),
        (100, [], (1, 2, 4, 8, 16, 32, 64)),
        (4, [3, 100, 2], (1, 2, 3, 4, 100)),
        (4096, [], tuple(2**power for power in range(13))),
    ],
)
def test_ladder_sizes(largest: int, more: list[int], sizes: tuple[int, ...]) -> None:
    assert ladder_sizes(largest, more) == sizes


def test_sizes_are_sorted_and_each_once() -> None:
    assert checked_sizes([4, 1, 4, 4096, 1]) == (1, 4, 4096)


@pytest.mark.parametrize("size", [0, -1, 4097, 10**6])
def test_an_impossible_size_is_refused(size: int) -> None:
    told = f"a codebook size is 1 to 4096, not {size}$"
    with pytest.raises(ValueError, match=told):
        checked_sizes([1, size, 2])
    with pytest.raises(ValueError, match=told):
        ladder_sizes(8, more=[size])
    with pytest.raises(ValueError, match=told):
        plan_sweep(toned_picture([1, 2]), GRAY, [1, size])
    with pytest.raises(ValueError, match=told):
        list(sweep(toned_picture([1, 2]), GRAY, [1, size]))


@pytest.mark.parametrize(
    ("size", "expected"), [(1, 1), (5, 4), (6, 8), (7, 8), (100, 8), (10**400, 8)]
)
def test_nearest_of_the_planned_sizes(size: int, expected: int) -> None:
    picture = toned_picture(list(range(10)))
    assert plan_sweep(picture, GRAY, [1, 2, 4, 8]).nearest(size) == expected


@pytest.mark.parametrize(
    ("text", "sizes"),
    [
        ("7", (7,)),
        ("300, 100", (100, 300)),
        (" 4 2;8,2 ", (2, 4, 8)),
        ("1,2,4096", (1, 2, 4096)),
        ("", ()),
    ],
)
def test_sizes_are_read_from_text(text: str, sizes: tuple[int, ...]) -> None:
    assert parse_sizes(text) == sizes


@pytest.mark.parametrize(
    ("text", "told"),
    [
        ("1,x", "a whole number, not 'x'"),
        ("2.5", "a whole number, not '2.5'"),
        ("1e3", "a whole number, not '1e3'"),
        ("²", "a whole number, not '²'"),
        ("1_000", "a whole number, not '1_000'"),
        ("8,0", "1 to 4096, not 0"),
        ("-3", "1 to 4096, not -3"),
        ("4097", "1 to 4096, not 4097"),
    ],
)
def test_what_is_no_size_is_refused_by_name(text: str, told: str) -> None:
    with pytest.raises(ValueError, match=told.replace(".", r"\.")):
        parse_sizes(text)


# -------------------------------------------------------------------- as many as there are distinct


@pytest.mark.parametrize("trainer", TRAINED_BY)
def test_a_picture_of_one_colour_has_one_size(trainer: str) -> None:
    picture = Picture(np.full((9, 10, 3), 77, np.uint8), "plain")
    [step] = steps_of(sweep(picture, Settings(8, "rgb", trainer), [1, 2, 1024]))
    assert plan_sweep(picture, Settings(8, "rgb"), [1, 2, 1024]).distinct_blocks == 1
    assert (step.point.codebook_size, step.point.used_codewords) == (1, 1)
    assert (step.point.psnr_db, step.point.nominal_ratio) == (math.inf, math.inf)
    np.testing.assert_array_equal(step.encoded.decode(), picture.pixels)


@pytest.mark.usefixtures("in_this_process")
@pytest.mark.parametrize("trainer", TRAINED_BY)
def test_no_codebook_is_larger_than_the_distinct_blocks(trainer: str) -> None:
    picture = toned_picture([10, 20, 20, 90, 200, 250, 10])
    settings = Settings(4, "gray", trainer)
    plan = plan_sweep(picture, settings, [1, 2, 4, 8, 16])
    assert (plan.sizes, plan.distinct_blocks) == ((1, 2, 4, 5), 5)
    steps = swept(picture, settings, [1, 2, 4, 8, 16])
    assert list(steps) == [1, 2, 4, 5]
    assert [step.point.psnr_db < math.inf for step in steps.values()] == [True, True, True, False]
    np.testing.assert_array_equal(steps[5].encoded.decode(), picture.pixels)
    assert steps[5].point.used_codewords == 5


@pytest.mark.parametrize(
    ("asked", "sizes", "distinct"),
    [
        ([1], (1,), None),
        ([4], (4,), None),
        ([5], (5,), 5),
        ([6], (5,), 5),
        ([5, 6, 7], (5,), 5),
        ([3, 4096], (3, 5), 5),
    ],
    ids=str,
)
def test_the_plan_of_five_distinct_blocks(
    asked: list[int], sizes: tuple[int, ...], distinct: int | None
) -> None:
    plan = plan_sweep(toned_picture([10, 20, 90, 200, 250]), GRAY, asked)
    assert (plan.sizes, plan.distinct_blocks) == (sizes, distinct)
    assert plan.layout == BlockLayout(20, 4, 4, "gray")


def test_blocks_are_distinct_as_they_are_coded() -> None:
    # Blue 77 and red 29 have the same luma, so in gray there is one block, in colour two.
    pixels = np.uint8([[(29, 0, 0), (0, 0, 77)]])
    assert plan_sweep(Picture(pixels, "two"), Settings(1, "rgb"), [8]).distinct_blocks == 2
    assert plan_sweep(Picture(pixels, "two"), Settings(1, "gray"), [8]).distinct_blocks == 1


@pytest.mark.parametrize("size", [1, 2, 3, 5])
def test_a_codeword_for_each_distinct_block_loses_nothing(size: int) -> None:
    picture = toned_picture([10, 20, 90, 200, 250][:size])
    assert swept(picture, GRAY, [size])[size].point.psnr_db == math.inf


@pytest.mark.parametrize("sizes", [[4], [1, 2, 4], [4, 8], [1, 100]], ids=str)
def test_as_many_codewords_as_distinct_blocks_find_the_rarest(sizes: list[int]) -> None:
    pixels = np.zeros((200, 200), np.uint8)
    pixels[:, 100:], pixels[0, 0], pixels[7, 7] = 200, 10, 30
    step = swept(Picture(pixels, "two dots"), Settings(1, "gray"), sizes)[4]
    assert (step.point.mse, step.point.used_codewords) == (0, 4)


# -------------------------------------------------------------------------------------- the figures


def test_the_figures_by_hand() -> None:
    # Four blocks of 2×2: three black, one white. Their mean is 63.75, which is stored as 64.
    picture = toned_picture([0, 0, 0, 255], block_size=2)
    steps = swept(picture, Settings(2, "gray"), [1, 2, 4])
    assert list(steps) == [1, 2]
    one, two = steps[1].point, steps[2].point
    assert (one.used_codewords, two.used_codewords) == (1, 2)
    assert (one.mse, two.mse) == ((3 * 64**2 + 191**2) / 4, 0)
    assert one.psnr_db == pytest.approx(10 * math.log10(255**2 / 12192.25), rel=1e-12)
    assert two.psnr_db == math.inf
    assert one.ssim is two.ssim is None
    assert (one.nominal_bytes, two.nominal_bytes) == (0, 4 / 8)
    entropy = 3 * math.log2(4 / 3) + 1 * 2
    assert (one.entropy_bytes, two.entropy_bytes) == (0, pytest.approx(entropy / 8, rel=1e-12))
    assert (one.codebook_bytes, two.codebook_bytes) == (4, 8)
    assert (one.nominal_ratio, two.nominal_ratio) == (math.inf, 16 / 0.5)


@pytest.mark.parametrize("colour", COLOURS)
@pytest.mark.parametrize(("name", "block_size"), [("chelsea", 8), ("camera", 5), ("coffee", 3)])
def test_the_figures_are_those_of_the_encoded_picture(
    name: str, block_size: int, colour: str
) -> None:
    picture = photograph(name, 4)
    settings = Settings(block_size, colour)
    plan = plan_sweep(picture, settings, [1, 2, 16, 50])
    steps = swept(picture, settings, [1, 2, 16, 50])
    assert list(steps) == [1, 2, 16, 50]
    original = shown_pixels(picture, plan.layout)
    rows, columns = (math.ceil(side / block_size) for side in original.shape[:2])
    for size, step in steps.items():
        encoded, decoded = step.encoded, step.encoded.decode()
        use = np.bincount(encoded.indices[:, 0], minlength=size)
        mse = np.mean((original.astype(float) - decoded) ** 2)
        ssim = structural_similarity(
            original, decoded, channel_axis=2 if original.ndim == 3 else None
        )
        nominal = rows * columns * math.log2(size) / 8
        errors = original.astype(float) - decoded
        expected = {
            "peak": 255,
            "codebook_size": len(encoded.shared.codebook.codewords),
            "used_codewords": len(set(encoded.indices[:, 0].tolist())),
            "mse": mse,
            "rmse": math.sqrt(mse),
            "mae": np.mean(np.abs(errors)),
            "largest_error": np.abs(errors).max(),
            "vector_error": np.mean(norms_of(errors, block_size)),
            "psnr_db": 10 * math.log10(255**2 / mse),
            "snr_db": 10 * math.log10(np.mean(original.astype(float) ** 2) / mse),
            "snr_variance_db": 10 * math.log10(original.var() / mse),
            "ssim": ssim,
            "nominal_bytes": nominal,
            "nominal_bpp": 8 * nominal / (picture.width * picture.height),
            "nominal_bits_per_block": math.log2(size),
            "entropy_bytes": rows * columns * scipy.stats.entropy(use, base=2) / 8,
            "codebook_bytes": encoded.shared.codebook.codewords.nbytes,
            "file_bytes": len(step.file),
            "nominal_ratio": original.nbytes / nominal if nominal else math.inf,
            "file_ratio": original.nbytes / len(step.file),
            "rate_bpp": 8 * len(step.file) / (picture.width * picture.height),
        }
        for field, value in expected.items():
            assert getattr(step.point, field) == pytest.approx(value, rel=1e-12), field
        measured = {"train_seconds", "encode_seconds"}
        assert expected.keys() | measured == {field.name for field in fields(OperatingPoint)}
        assert all(getattr(step.point, field) > 0 for field in measured)


def norms_of(errors: np.ndarray, side: int) -> list[float]:
    """Return the Euclidean norm of the errors in each block of pixels, block by block."""
    corners = itertools.product(*(range(0, length, side) for length in errors.shape[:2]))
    return [
        float(np.linalg.norm(errors[top : top + side, left : left + side])) for top, left in corners
    ]


@pytest.mark.parametrize("colour", COLOURS)
def test_the_file_of_a_step_decodes_to_the_picture_measured(colour: str) -> None:
    for step in swept(photograph("coffee", 4), Settings(8, colour), [1, 2, 50]).values():
        np.testing.assert_array_equal(parse(step.file).decode(), step.encoded.decode())


@pytest.mark.parametrize("colour", COLOURS)
def test_index_k_is_codeword_k_in_the_file_too(colour: str) -> None:
    few = np.repeat(np.uint8([[(0, 0, 9), (0, 2, 0), (1, 0, 0), (0, 2, 0)]]), 4, axis=1)
    for picture in (photograph("coffee", 4), Picture(few, "few")):
        for step in swept(picture, Settings(4, colour), [1, 2, 50]).values():
            found = parse(step.file)
            np.testing.assert_array_equal(
                found.quantizer.tables[0], step.encoded.quantizer.tables[0]
            )
            np.testing.assert_array_equal(found.indices, step.encoded.indices)


@pytest.mark.usefixtures("in_this_process")
@pytest.mark.parametrize("trainer", TRAINED_BY)
def test_codebooks_are_those_of_the_trainer(trainer: str) -> None:
    picture = photograph("chelsea", 4)
    settings = Settings(8, "ycbcr", trainer, 3)
    layout = plan_sweep(picture, settings, [16]).layout
    expected = trained(layout.split(picture.pixels), [16], trainer=trainer, seed=3)[16]
    step = swept(picture, settings, [16])[16]
    np.testing.assert_array_equal(step.encoded.shared.codebook.codewords, expected)


def test_a_dead_codeword_is_not_in_use(monkeypatch: pytest.MonkeyPatch) -> None:
    codewords = np.repeat(np.uint8([[10], [10], [90], [255]]), 16, axis=1)
    monkeypatch.setattr(
        plain,
        "train",
        lambda *_, **__: iter([TrainedQuantizer(quantizer_of(Codebook(codewords)), 0.5, 64)]),
    )
    [step] = steps_of(sweep(toned_picture([10, 91, 10, 11, 92, 93]), GRAY, [4]))
    assert (step.point.codebook_size, step.point.used_codewords) == (4, 2)
    assert step.encoded.use[0].tolist() == [3, 0, 3, 0]


@pytest.mark.parametrize("colour", ["gray", "rgb"])
def test_psnr_never_falls_as_the_codebook_doubles(colour: str) -> None:
    steps = swept(photograph("flower", 2), Settings(8, colour), ladder_sizes(128))
    figures = [step.point.psnr_db for step in steps.values()]
    assert figures == sorted(figures)
    assert len(set(figures)) == len(figures) == 8


# ------------------------------------------------------------------------------ small and at random


@pytest.mark.parametrize("colour", COLOURS)
def test_a_picture_of_one_pixel(colour: str) -> None:
    picture = Picture(np.uint8([[(200, 100, 50)]]), "dot")
    [step] = steps_of(sweep(picture, Settings(8, colour), [1, 2, 4]))
    assert step.point.codebook_size == 1
    assert step.point.ssim is None
    assert step.encoded.decode().shape == ((1, 1) if colour == "gray" else (1, 1, 3))
    assert step.point.psnr_db > 48  # YCbCr rounds each sample by 1 at most


@pytest.mark.parametrize("colour", ["gray", "rgb"])
def test_a_picture_smaller_than_a_block_is_one_block(colour: str) -> None:
    picture = smooth_picture(5, 3)
    layout = plan_sweep(picture, Settings(32, colour), [1]).layout
    [step] = steps_of(sweep(picture, Settings(32, colour), [1, 2]))
    assert layout.blocks == 1
    assert step.point.psnr_db == math.inf
    np.testing.assert_array_equal(step.encoded.decode(), shown_pixels(picture, layout))


@settings(max_examples=120)
@given(
    pictures,
    st.integers(1, 9),
    st.sampled_from(COLOURS),
    st.lists(st.integers(1, 40), min_size=1, max_size=4),
)
def test_every_step_is_sound(
    picture: Picture, block_size: int, colour: str, sizes: list[int]
) -> None:
    settings = Settings(block_size, colour)
    plan = plan_sweep(picture, settings, sizes)
    original = shown_pixels(picture, plan.layout)
    steps = swept(picture, settings, sizes)
    assert tuple(steps) == plan.sizes
    assert plan.sizes[-1] <= max(sizes)
    for size, step in steps.items():
        point, decoded = step.point, step.encoded.decode()
        assert not any(math.isnan(value) for value in astuple(point) if value is not None)
        assert (decoded.shape, decoded.dtype) == (original.shape, np.uint8)
        assert step.encoded.shared.codebook.size == size
        assert 1 <= point.used_codewords <= size
        assert point.mse == np.mean(np.square(original.astype(int) - decoded))
        assert (point.psnr_db == math.inf) == (point.mse == 0)
        assert point.mse == 0 or point.psnr_db == 10 * math.log10(255**2 / point.mse)
        assert point.entropy_bytes <= point.nominal_bytes * (1 + 1e-12)
        assert (point.ssim is None) == (min(original.shape[:2]) < 7)
    if plan.distinct_blocks:
        last, vectors = steps[plan.distinct_blocks].encoded, plan.layout.split(original)
        np.testing.assert_array_equal(last.shared.codebook.codewords[last.indices[:, 0]], vectors)
        assert (last.use[0] > 0).all()


# ------------------------------------------------------------------------------- going on, stopping


@pytest.fixture
def sizes_trained(monkeypatch: pytest.MonkeyPatch) -> list[int]:
    """Return a list to which every training adds its sizes."""
    asked: list[int] = []

    def watched(vectors: object, sizes: list[int], **options: object) -> object:
        asked.extend(sizes)
        return train(vectors, sizes, **options)

    monkeypatch.setattr(plain, "trained_codebooks", watched)
    return asked


@pytest.mark.parametrize("done", [[1, 2, 4, 8], [1, 2, 16], [8], []], ids=str)
def test_what_was_trained_before_is_not_trained_again(
    done: list[int], sizes_trained: list[int]
) -> None:
    picture, sizes = photograph("camera", 4), [1, 2, 4, 8, 16]
    whole = swept(picture, GRAY, sizes)
    before = {size: whole[size].trained for size in done}
    sizes_trained.clear()
    again = steps_of(sweep(picture, GRAY, sizes, trained=before))
    assert sizes_trained == [size for size in sizes if size not in done]
    assert [step.point.codebook_size for step in again] == sizes
    assert sorted(before) == sorted(done)
    for size, step in zip(sizes, again, strict=True):
        expected = whole[size]
        assert step.trained is before.get(size, step.trained)
        assert step.file == expected.file
        assert step.point.mse == expected.point.mse
        np.testing.assert_array_equal(step.encoded.indices, expected.encoded.indices)
        if size in done:
            assert step.point.train_seconds == expected.point.train_seconds


def test_nothing_is_trained_when_all_was(sizes_trained: list[int]) -> None:
    picture = toned_picture([10, 20, 90, 200, 250])
    before = {size: step.trained for size, step in swept(picture, GRAY, [1, 2, 4, 8]).items()}
    assert list(before) == [1, 2, 4, 5]
    sizes_trained.clear()
    again = steps_of(sweep(picture, GRAY, [1, 2, 4, 8, 16], trained=before))
    assert [step.point.codebook_size for step in again] == [1, 2, 4, 5]
    assert sizes_trained == []


@pytest.mark.parametrize(
    ("sizes", "order"),
    [
        ([1, 2, 8, 16, 32], "look 1, look 2, look 8, 1, 2, 8, look 16, 16, look 32, 32"),
        ([1, 3], "look 1, look 3, 1, 3"),
        ([16, 20], "look 16, 16, look 20, 20"),
    ],
)
def test_the_first_few_can_be_looked_at_before_any_is_measured(
    sizes: list[int], order: str
) -> None:
    found, previews = [], {}
    for event in sweep(photograph("camera", 4), GRAY, sizes):
        if isinstance(event, Preview):
            previews[event.codebook_size] = event
            found.append(f"look {event.codebook_size}")
        elif isinstance(event, Step):
            assert event.encoded is previews[event.point.codebook_size].encoded
            found.append(str(event.point.codebook_size))
    assert ", ".join(found) == order


def child_processes() -> set[str]:
    """Return the processes begun by this one, where /proc tells of them."""
    threads = Path("/proc/self/task").glob("*/children")
    return {child for thread in threads for child in thread.read_text().split()}


def test_signs_of_life_are_ten_a_second_at_most(monkeypatch: pytest.MonkeyPatch) -> None:
    clock = ClockOfLooks()
    monkeypatch.setattr(training, "monotonic", clock)
    settings = Settings(4, "rgb", rate_weight=20)
    events = sweep(photograph("coffee", 3), settings, ladder_sizes(64))
    signs = [clock.now for event in events if isinstance(event, Progress)]
    assert len(signs) > 2
    assert min(np.diff(signs)) >= 0.1


@pytest.mark.parametrize("trainer", TRAINED_BY)
@pytest.mark.parametrize("events_seen", [1, 3])
def test_a_sweep_can_be_closed_on_the_way(trainer: str, events_seen: int) -> None:
    before = child_processes()
    events = sweep(photograph("camera"), Settings(4, "gray", trainer), [1, 2, 500])
    seen = list(islice(events, events_seen))
    assert len(seen) == events_seen
    events.close()
    assert list(events) == []
    assert child_processes() <= before


def test_settings_and_picture_are_left_as_they_were() -> None:
    picture = photograph("chelsea", 4)
    before, sizes = picture.pixels.copy(), [8, 1, 2]
    steps_of(sweep(picture, Settings(), sizes))
    np.testing.assert_array_equal(picture.pixels, before)
    assert sizes == [8, 1, 2]


@pytest.mark.parametrize("family", FAMILIES)
def test_what_is_trained_depends_neither_on_other_sizes_nor_on_a_pause(family: str) -> None:
    picture, settings = photograph("camera", 8), Settings(4, "ycbcr", family=family)
    sizes = [1, 2, 4, 6, 8, 16]
    together = swept(picture, settings, sizes)
    known = {size: together[size].trained for size in sizes[:4]}
    gone_on = steps_of(sweep(picture, settings, sizes, trained=known))
    assert [step.file for step in gone_on] == [step.file for step in together.values()]
    assert swept(picture, settings, [16])[16].file == together[16].file
