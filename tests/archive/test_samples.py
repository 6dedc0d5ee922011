"""Tests of samples: what a picture gives depends on its number and on nothing else."""

from pathlib import Path

import numpy as np
import pytest
from helpers import photograph, smooth_picture, vectors_of

from vqcore.archive import samples
from vqcore.archive.engine import Alone, Lost
from vqcore.archive.places import Place, find_places
from vqcore.archive.samples import Draw, gathered, share_of
from vqcore.codebooks.codebook import nearest
from vqcore.coding.codec import Settings
from vqcore.lab.sharing import train_shared
from vqcore.lab.sweeps import cut_for
from vqcore.refusals import PictureError
from vqcore.signals.blocks import Cut
from vqcore.signals.pictures import Picture, png_bytes
from vqcore.work import finish

RGB = Settings(4, "rgb")
COLOURFUL, GRAY = smooth_picture(24, 32), smooth_picture(24, 32, gray=True)


@pytest.fixture
def places(tmp_path: Path) -> list[Place]:
    """Write two pictures in colour, one in gray between them, and what is none."""
    pictures = [COLOURFUL, GRAY, smooth_picture(40, 16, seed=1)]
    paths = [tmp_path / f"{place}.png" for place in range(4)]
    for path, picture in zip(paths, pictures, strict=False):
        path.write_bytes(png_bytes(picture.pixels))
    paths[3].write_text("no picture")
    return find_places([str(tmp_path)], {".png"})[0]


def drawn(places: list[Place], settings: Settings, share: int = 10**6) -> list:
    return [it for _, it in sorted(gathered(Alone(), places, Draw(settings, share)))]


def test_all_blocks_of_all_pictures_that_fit_are_gathered(places: list[Place]) -> None:
    first, gray, second, bad = drawn(places, RGB)
    np.testing.assert_array_equal(first.vectors, vectors_of(COLOURFUL, 4, "rgb"))
    assert (first.blocks, second.blocks, len(second.vectors)) == (48, 40, 40)
    assert (first.pixels, second.pixels) == (24 * 32, 40 * 16)
    where = places[1].address
    assert str(gray) == f"{where}: The picture is gray, and the codebook is for rgb."
    assert str(bad).startswith(f"{places[3].address}: This is not a picture")


def test_a_gray_codebook_takes_all_pictures(places: list[Place]) -> None:
    found = drawn(places[:3], Settings(4, "gray"))
    assert [len(each.vectors) for each in found] == [48, 48, 40]
    np.testing.assert_array_equal(found[0].vectors, vectors_of(COLOURFUL, 4, "gray"))
    np.testing.assert_array_equal(found[1].vectors, vectors_of(GRAY, 4, "gray"))


def test_a_sample_is_of_different_blocks_and_its_own_for_each_number_and_seed(
    places: list[Place],
) -> None:
    whole = {vector.tobytes() for vector in vectors_of(COLOURFUL, 4, "rgb")}

    def sample(number: int, seed: int = 0) -> np.ndarray:
        return Draw(Settings(4, "rgb", seed=seed), 45)((number, places[0])).vectors

    some = sample(0)
    assert {vector.tobytes() for vector in some} <= whole
    assert len({vector.tobytes() for vector in some}) > 40
    np.testing.assert_array_equal(sample(0), some)
    assert (sample(1) != some).any()
    assert (sample(0, seed=1) != some).any()
    assert (sample(1, seed=0) != sample(0, seed=1)).any()


def test_what_a_picture_gives_is_the_same_beside_others_and_without(places: list[Place]) -> None:
    together = drawn(places, RGB, 20)
    alone = Draw(RGB, 20)((2, places[2]))
    np.testing.assert_array_equal(together[2].vectors, alone.vectors)


def test_what_takes_too_much_memory_is_told_and_the_others_drawn_from(
    places: list[Place], monkeypatch: pytest.MonkeyPatch
) -> None:
    def cut(picture: Picture, settings: Settings) -> Cut:
        if picture.height == 40:
            raise MemoryError
        return cut_for(picture, settings)

    monkeypatch.setattr(samples, "cut_for", cut)
    first, _, second, _ = drawn(places, RGB)
    assert len(first.vectors) == 48
    assert str(second) == f"{places[2].address}: There is not enough memory for it."


def test_shares_by_hand(monkeypatch: pytest.MonkeyPatch) -> None:
    assert share_of(10, 256, Settings(4, "gray")) == 51_200
    assert share_of(10, 256, Settings(16, "rgb")) == 2**27 // 768 // 10
    assert share_of(10**7, 16, RGB) == 1
    assert share_of(0, 1, RGB) == 2000
    monkeypatch.setattr(samples, "MAX_TRAINING_BYTES", 1)
    assert share_of(1, 16, RGB) == 1


def test_a_picture_that_ended_its_process_is_named(places: list[Place]) -> None:
    class Losing:
        def each(self, job, items, parts):
            return ((number, Lost("ended")) for number, _ in enumerate(items))

    [(number, lost)] = gathered(Losing(), places[:1], Draw(RGB, 9))
    assert (number, type(lost)) == (0, PictureError)
    assert str(lost).startswith(f"{places[0].address}: The process that worked on it ended")


def test_2000_vectors_a_codeword_are_nearly_as_good_as_all() -> None:
    vectors = vectors_of(photograph("coffee"), 4, "gray")

    def mse(trained_on: np.ndarray) -> float:
        words = finish(train_shared(trained_on, 4, Settings(4, "gray"))).codebook.codewords
        errors = vectors.astype(float) - words[nearest(vectors, words)]
        return float(np.square(errors).mean())

    some = samples.sample_of(vectors, 2000 * 4, np.random.default_rng([0, 0]))
    assert len(some) < len(vectors) / 1.8
    assert mse(some) < 1.005 * mse(vectors)
