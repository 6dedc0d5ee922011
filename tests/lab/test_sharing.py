"""Tests of sharing: one codebook for many pictures, and a picture it was not made for."""

from pathlib import Path

import numpy as np
import pytest
from helpers import photograph, smooth_picture, squared_distances, steps_of, vectors_of
from helpers import trained as trained_codebooks
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra import numpy as arrays

from vqcore.codebooks.codebook import Codebook
from vqcore.codebooks.training import Progress
from vqcore.coding.codebookfile import SharedCodebook
from vqcore.coding.codec import Settings
from vqcore.coding.container import parse
from vqcore.lab.foreign import settings_with
from vqcore.lab.sharing import (
    can_share,
    fits,
    lent_by,
    load_fitting,
    train_family,
    train_shared,
    use_work,
)
from vqcore.lab.store import Store
from vqcore.lab.study import Study
from vqcore.lab.sweeps import sweep
from vqcore.quantizers.family import FAMILIES
from vqcore.signals.blocks import COLOURS, Colour
from vqcore.signals.pictures import Picture, PictureError, png_bytes
from vqcore.work import finish

RGB = Settings(4, "rgb")
COLOURFUL, GRAY = smooth_picture(24, 32), smooth_picture(24, 32, gray=True)


@pytest.fixture
def files(tmp_path: Path) -> list[Path]:
    """Write two pictures in colour, one in gray between them, and what is none."""
    pictures = [COLOURFUL, GRAY, smooth_picture(40, 16, seed=1)]
    paths = [tmp_path / f"{place}.png" for place in range(4)]
    for path, picture in zip(paths, pictures, strict=False):
        path.write_bytes(png_bytes(picture.pixels))
    paths[3].write_text("no picture")
    return paths


def shared_for(picture: Picture, settings: Settings, size: int) -> SharedCodebook:
    vectors = vectors_of(picture, settings.block_size, settings.colour)
    codewords = trained_codebooks(vectors, [size])[size]
    return SharedCodebook(Codebook(codewords), settings.block_size, settings.colour)


# ----------------------------------------------------------------------------------------- training


@pytest.mark.parametrize("exact", [False, True])
def test_training_is_that_of_one_picture_with_all_the_blocks(exact: bool) -> None:
    vectors = vectors_of(photograph("astronaut", 2), 4, "rgb")
    events = []
    training = train_shared(vectors, 40, RGB, exact=exact)
    while True:
        try:
            events.append(next(training))
        except StopIteration as end:
            shared = end.value
            break
    assert {type(event) for event in events} == {Progress}
    assert (shared.block_size, shared.colour) == ((4, 4), "rgb")
    alone = trained_codebooks(vectors, [40], exact=exact)[40]
    np.testing.assert_array_equal(shared.codebook.codewords, alone)


@given(
    arrays.arrays(
        np.uint8, st.tuples(st.integers(1, 30), st.just(4)), elements=st.sampled_from([0, 9])
    ),
    st.integers(1, 40),
)
def test_no_more_codewords_than_distinct_blocks(vectors: np.ndarray, size: int) -> None:
    shared = finish(train_shared(vectors, size, Settings(2, "gray")))
    distinct = {vector.tobytes() for vector in vectors}
    assert shared.codebook.size == min(size, len(distinct))
    if size >= len(distinct):
        assert {word.tobytes() for word in shared.codebook.codewords} == distinct
    assert shared.codebook.is_in_order


@pytest.mark.parametrize("family", [it for it in FAMILIES if can_share(it)])
def test_a_family_is_trained_as_on_a_picture_with_all_the_blocks(family: str) -> None:
    settings = Settings(4, "rgb", family=family)
    wide = Picture(np.concatenate([COLOURFUL.pixels, COLOURFUL.pixels], axis=1)[:4], "wide")
    shared = finish(train_family(vectors_of(wide, 4, "rgb"), 3, settings))
    [step] = steps_of(sweep(wide, settings, [3]))
    assert (shared.block_size, shared.colour) == ((4, 4), "rgb")
    tables = zip(shared.quantizer.tables, step.encoded.quantizer.tables, strict=True)
    assert all((mine == other).all() for mine, other in tables)


def test_families_that_look_at_whole_pictures_are_not_for_blocks_of_several() -> None:
    assert {it for it in FAMILIES if not can_share(it)} == {"quadtree", "wavelet"}


def test_no_family_has_more_entries_than_distinct_blocks() -> None:
    settings = Settings(1, "gray", family="tree")
    shared = finish(train_family(np.uint8([[7], [9], [7]]), 256, settings))
    assert shared.size == 2


# -------------------------------------------------------------------------------------- another one


@pytest.mark.parametrize("colour", COLOURS)
def test_used_for_its_own_picture_it_gives_the_figures_of_the_sweep(colour: Colour) -> None:
    settings = Settings(4, colour)
    picture = photograph("astronaut", 4)
    [step] = steps_of(sweep(picture, settings, [32]))
    use = finish(use_work(picture, step.encoded.shared))
    np.testing.assert_array_equal(use.encoded.indices, step.encoded.indices)
    for name in ("codebook_size", "used_codewords", "mse", "psnr_db", "ssim", "nominal_bytes"):
        assert getattr(use.point, name) == getattr(step.point, name)
    assert use.point.file_bytes == len(use.file) < step.point.file_bytes
    assert use.point.rate_bpp == 8 * len(use.file) / (picture.width * picture.height)


@pytest.mark.parametrize("colour", COLOURS)
@pytest.mark.parametrize("rate_weight", [0, 300])
def test_file_decodes_with_the_codebook_to_what_was_measured(
    colour: Colour, rate_weight: float
) -> None:
    shared = shared_for(photograph("astronaut", 4), Settings(4, colour), 32)
    use = finish(use_work(photograph("chelsea", 3), shared, rate_weight))
    np.testing.assert_array_equal(parse(use.file, [shared]).decode(), use.encoded.decode())
    assert use.encoded.shared.checksum == shared.checksum


def test_every_block_takes_its_nearest_codeword() -> None:
    shared = shared_for(photograph("astronaut", 4), Settings(4, "gray"), 32)
    picture = photograph("camera", 4)
    use = finish(use_work(picture, shared))
    distances = squared_distances(vectors_of(picture, 4), shared.codebook.codewords)
    np.testing.assert_array_equal(use.encoded.indices[:, 0], distances.argmin(axis=1))
    assert use.point.mse == distances.min(axis=1).sum() / picture.pixels.size


def test_more_rate_weight_never_lowers_the_error_and_saves_bytes() -> None:
    shared = shared_for(photograph("astronaut", 4), Settings(4, "gray"), 64)
    uses = [finish(use_work(photograph("camera", 2), shared, each)) for each in (0, 200, 5000)]
    errors, sizes = [it.point.mse for it in uses], [len(it.file) for it in uses]
    assert errors == sorted(errors)
    assert sizes == sorted(sizes, reverse=True)
    assert sizes[2] < sizes[0]


# --------------------------------------------------------------------------------------- what fits


@pytest.mark.parametrize("colour", COLOURS)
def test_what_fits(colour: Colour) -> None:
    assert fits(COLOURFUL, colour)
    assert fits(GRAY, colour) == (colour == "gray")


def test_a_gray_picture_is_not_coded_in_colour(files: list[Path]) -> None:
    shared = shared_for(COLOURFUL, RGB, 2)
    with pytest.raises(ValueError, match="a gray picture cannot be coded in rgb"):
        finish(use_work(GRAY, shared))
    with pytest.raises(PictureError, match=r"1\.png: The picture is gray"):
        load_fitting(files[1], "rgb")
    assert load_fitting(files[0], "rgb").digest == COLOURFUL.digest
    assert load_fitting(files[1], "gray").digest == GRAY.digest


# ------------------------------------------------------------------- the codebook of a file, lent

LENT = [
    pytest.param(family, colour, weight, id=f"{family} {colour} {weight}")
    for family in FAMILIES
    for colour, weight in (("gray", 100), ("ycbcr", 0))
    if (family, colour) != ("planes", "gray")
]


@pytest.mark.parametrize(("family", "colour", "weight"), LENT)
def test_what_a_file_lends_gives_its_own_picture_again_and_others_whole_files(
    family: str, colour: Colour, weight: float
) -> None:
    picture, other = photograph("chelsea", 6), photograph("coffee", 12)
    settings = Settings(4, colour, family=family, rate_weight=weight)
    [step] = steps_of(sweep(picture, settings, [8]))
    lent = lent_by(parse(step.file))
    again = finish(use_work(picture, lent, weight))
    assert again.file == step.file
    assert again.point.psnr_db == step.point.psnr_db
    use = finish(use_work(other, lent, weight))
    assert use.holds_codebook
    tables = zip(use.encoded.quantizer.tables, lent.quantizer.tables, strict=True)
    assert all((mine == theirs).all() for mine, theirs in tables)
    decoded = parse(use.file).decode()
    np.testing.assert_array_equal(decoded, use.encoded.decode())
    assert decoded.shape[:2] == (other.height, other.width)


def test_files_lend_what_is_known_by_its_tables() -> None:
    settings = Settings(4, "gray", family="residual")
    pictures = COLOURFUL, COLOURFUL, photograph("chelsea", 6)
    [one, same, other] = (
        lent_by(parse(step.file)).checksum
        for picture in pictures
        for step in steps_of(sweep(picture, settings, [4]))
    )
    assert one == same != other


def test_beside_what_is_lent_stands_the_same_family_with_its_usual_options() -> None:
    [step] = steps_of(sweep(COLOURFUL, Settings(4, "gray", family="gain-shape"), [4]))
    lent, store = lent_by(step.encoded), Store(10**9)
    plain = Study("p", COLOURFUL, Settings(8, "rgb", trainer="kmeans", seed=3), (2,), store)
    assert settings_with(plain, lent) == Settings(4, "gray", family="gain-shape", seed=3)
    options = (0, 8, 4, 5)
    same = Settings(8, "rgb", family="gain-shape", options=options, smoothing=True)
    own = settings_with(Study("p", COLOURFUL, same, (2,), store), lent)
    assert own == Settings(4, "gray", family="gain-shape", options=options)


def test_the_step_of_a_wavelet_file_goes_with_its_codebook() -> None:
    picture = smooth_picture(24, 40)
    lent = []
    for step in (12, 28):
        settings = Settings(family="wavelet", options=(step, 2))
        [done] = steps_of(sweep(picture, settings, [2]))
        lent.append(lent_by(parse(done.file)))
        of = Study("waves", picture, Settings(8), (2,), Store(10**8))
        assert settings_with(of, lent[-1]) == settings
        assert finish(use_work(picture, lent[-1])).file == done.file
    assert lent[0].checksum != lent[1].checksum
