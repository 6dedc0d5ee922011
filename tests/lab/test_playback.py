"""Tests of playback: a rung replayed ends where training did, and gets better on the way."""

import numpy as np
import pytest
from helpers import photograph, smooth_picture, steps_of

from vqcore.codebooks.training import Trained, train
from vqcore.coding.codec import Encoded, Settings, encode
from vqcore.lab import playback
from vqcore.lab.playback import MAX_FRAMES, Frame, frames_work
from vqcore.lab.sweeps import sweep
from vqcore.metrics import mse, psnr_db
from vqcore.quantizers.plain import quantizer_of
from vqcore.signals.blocks import COLOURS, Colour, cut, layout_of, shown_pixels
from vqcore.signals.pictures import SAMPLES, Picture
from vqcore.work import finish

SIZES = [1, 2, 4, 8, 16, 32, 64]


def ladder(picture: Picture, block: int, sizes: list[int]) -> dict[int, Trained]:
    layout = layout_of(picture, block, "rgb")
    events = train(layout.split(shown_pixels(picture, layout)), sizes, seed=2)
    return {it.codebook.size: it for it in events if isinstance(it, Trained)}


def replayed(picture: Picture, block: int, size: int, known: dict[int, Trained]) -> list[Frame]:
    layout = layout_of(picture, block, "rgb")
    books = {size: quantizer_of(trained.codebook) for size, trained in known.items()}
    settings = Settings(block, "rgb", seed=2)
    return finish(frames_work(cut(picture, layout), settings, size, known=books))


@pytest.mark.parametrize("size", [2, 3, 16, 50, 64])
def test_last_frame_is_the_codebook_trained(size: int) -> None:
    picture = photograph("camera", 2)
    known = ladder(picture, 4, sorted({*SIZES, size}))
    frames = replayed(picture, 4, size, known)
    last, layout = frames[-1], layout_of(picture, 4, "rgb")
    np.testing.assert_array_equal(
        last.encoded.shared.codebook.codewords, known[size].codebook.codewords
    )
    expected = encode(layout, layout.split(picture.pixels), known[size].codebook)
    np.testing.assert_array_equal(last.encoded.indices, expected.indices)
    assert last.psnr_db == psnr_db(mse(picture.pixels, expected.decode()))


def test_first_frame_is_the_codebook_below_even_if_it_has_to_be_trained() -> None:
    picture = photograph("camera", 4)
    known = ladder(picture, 4, SIZES)
    for given in (known, {}):
        first = replayed(picture, 4, 16, given)[0]
        assert (first.stage, first.iteration) == ("below", 0)
        below = known[8].codebook.codewords
        np.testing.assert_array_equal(first.encoded.shared.codebook.codewords, below)


@pytest.mark.parametrize("name", SAMPLES)
def test_distortion_never_rises_within_a_rung(name: str) -> None:
    picture = photograph(name, 2)
    known = ladder(picture, 8, SIZES)
    for size in (4, 16, 64):
        distortions = [frame.distortion for frame in replayed(picture, 8, size, known)]
        assert distortions == sorted(distortions, reverse=True)
        noted = [iteration.distortion for iteration in known[size].stage("finish")]
        assert len(noted) >= 2
        assert noted == sorted(noted, reverse=True)


def test_without_padding_the_distortion_is_the_mse() -> None:
    for frame in replayed(smooth_picture(32, 40), 8, 4, {}):
        assert frame.distortion == frame.mse


@pytest.mark.parametrize("colour", COLOURS)
@pytest.mark.parametrize(("height", "width"), [(32, 40), (33, 41), (37, 7)])
def test_figures_are_of_the_picture_and_in_the_end_those_of_the_sweep(
    colour: Colour, height: int, width: int
) -> None:
    picture, settings = smooth_picture(height, width), Settings(8, colour, seed=2)
    layout = layout_of(picture, 8, colour)
    original = shown_pixels(picture, layout)
    vectors = layout.split(original)
    for step in steps_of(sweep(picture, settings, [2, 3, 4])):
        size = step.point.codebook_size
        frames = finish(frames_work(cut(picture, layout), settings, size, known={}))
        for frame in frames:
            assert frame.mse == mse(original, frame.encoded.decode())
            assert frame.psnr_db == psnr_db(frame.mse)
            blocks = frame.encoded.shared.codebook.codewords[frame.encoded.indices[:, 0]]
            assert frame.distortion == mse(vectors, blocks)
        last = frames[-1]
        assert (last.mse, last.psnr_db) == (step.point.mse, step.point.psnr_db)
        found, expected = last.encoded, step.encoded
        np.testing.assert_array_equal(found.quantizer.tables[0], expected.quantizer.tables[0])
        np.testing.assert_array_equal(found.indices, expected.indices)


def made_up(distortions: list[float], stages: str) -> list[Frame]:
    names = {"b": "below", "s": "search", "f": "finish"}
    encoded: Encoded = None  # type: ignore[assignment]
    return [
        Frame(names[stage], number, encoded, distortion, 0)  # type: ignore[arg-type]
        for number, (stage, distortion) in enumerate(zip(stages, distortions, strict=True))
    ]


def test_rounds_that_better_nothing_are_left_out() -> None:
    frames = made_up([90, 50, 60, 40, 45, 20, 30, 31], "bsssssff")
    kept = playback.bettering(frames)
    assert [frame.distortion for frame in kept] == [90, 50, 40, 30, 31]


def test_a_rising_finish_would_show() -> None:
    assert [it.distortion for it in playback.bettering(made_up([9, 5, 6], "bff"))] == [9, 5, 6]


def test_many_frames_are_thinned_where_little_happens() -> None:
    frames = made_up([float(100 - at) for at in range(60)], "b" + "f" * 59)
    kept = playback.thinned(frames)
    assert len(kept) == MAX_FRAMES
    assert kept[:10] == frames[:10]
    assert kept[-1] is frames[-1]
    assert len({frame.iteration for frame in kept}) == MAX_FRAMES


@pytest.mark.parametrize(("most", "kept"), [(2, [0, 59]), (3, [0, 1, 59]), (4, [0, 1, 2, 59])])
def test_of_few_frames_the_two_ends_are_kept(most: int, kept: list[int]) -> None:
    frames = made_up([float(100 - at) for at in range(60)], "b" + "f" * 59)
    places = [frames.index(it) for it in playback.thinned(frames, most)]
    assert places == kept


def test_a_replay_of_a_large_picture_has_fewer_frames(monkeypatch: pytest.MonkeyPatch) -> None:
    picture = smooth_picture(48, 64)
    every = replayed(picture, 4, 8, {})
    monkeypatch.setattr(playback, "MAX_BYTES", every[-1].bytes)
    first, last = replayed(picture, 4, 8, {})
    assert len(every) > 2
    assert (first.distortion, last.distortion) == (every[0].distortion, every[-1].distortion)


# ------------------------------------------------------------------------------- other families

STAGES = {
    "mean-removed": ["below", "search", "finish"],
    "residual": ["first", "added", "joint"],
    "tree": ["first", "grown"],
    "gain-shape": ["first", "shapes", "gains"],
    "quadtree": [],
    "planes": [],
}


@pytest.mark.parametrize("colour", ["gray", "ycbcr"])
@pytest.mark.parametrize(
    "family", [pytest.param(name, id=name) for name, stages in STAGES.items() if stages]
)
def test_last_frame_is_what_the_family_trained(family: str, colour: Colour) -> None:
    picture, settings = photograph("chelsea", 4), Settings(4, colour, seed=2, family=family)
    shown = cut(picture, layout_of(picture, 4, colour))
    for step in steps_of(sweep(picture, settings, [2, 6])):
        frames = finish(frames_work(shown, settings, step.codebook_size, known={}))
        assert [*dict.fromkeys(it.stage for it in frames)] == STAGES[family]
        last, expected = frames[-1].encoded, step.encoded
        assert last.quantizer.columns == expected.quantizer.columns
        for mine, theirs in zip(last.quantizer.tables, expected.quantizer.tables, strict=True):
            np.testing.assert_array_equal(mine, theirs)
        np.testing.assert_array_equal(last.indices, expected.indices)
        assert frames[-1].psnr_db == step.point.psnr_db
        assert frames[-1].distortion < frames[0].distortion
        for frame in frames:
            assert frame.mse == mse(shown.pixels, frame.encoded.decode())
            decoded = frame.encoded.quantizer.decode(frame.encoded.indices)
            assert frame.distortion == mse(shown.vectors, decoded)


def test_a_residual_quantizer_is_seen_stage_by_stage_then_jointly() -> None:
    picture = photograph("chelsea", 4)
    settings = Settings(4, "gray", family="residual", options=(3, 5, 8, 2))
    shown = cut(picture, layout_of(picture, 4, "gray"))
    frames = finish(frames_work(shown, settings, 4, known={}))
    assert [it.stage for it in frames] == ["first", "added", "added", *["joint"] * 5]
    assert [len(it.encoded.quantizer.columns) for it in frames] == [1, 2, *[3] * 6]
    in_stages = [it.distortion for it in frames[:3]]
    assert in_stages == sorted(in_stages, reverse=True)


def test_a_tree_is_seen_whenever_its_leaves_have_doubled() -> None:
    picture, settings = photograph("chelsea", 4), Settings(4, "gray", family="tree")
    shown = cut(picture, layout_of(picture, 4, "gray"))
    frames = finish(frames_work(shown, settings, 11, known={}))
    assert [it.encoded.quantizer.codebook_size for it in frames] == [1, 2, 4, 8, 11]
    distortions = [it.distortion for it in frames]
    assert distortions == sorted(distortions, reverse=True)


@pytest.mark.parametrize("family", [name for name, stages in STAGES.items() if not stages])
def test_what_climbs_several_ladders_at_once_is_not_replayed(family: str) -> None:
    picture, settings = photograph("chelsea", 4), Settings(4, "ycbcr", family=family)
    shown = cut(picture, layout_of(picture, 4, "ycbcr"))
    assert finish(frames_work(shown, settings, 4, known={})) == []
