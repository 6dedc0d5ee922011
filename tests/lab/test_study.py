"""Tests of study: every piece of work is kept, done once, and goes on where it stopped."""

from collections.abc import Callable, Iterator
from contextlib import closing
from dataclasses import replace
from typing import Any

import pytest
from helpers import smooth_picture, toned_picture

from vqcore.codebooks.training import TRAINERS, train
from vqcore.coding.codec import Settings
from vqcore.lab import study as module
from vqcore.lab.rivals import RIVALS, RivalError
from vqcore.lab.store import Key, Pieces, Store
from vqcore.lab.study import (
    Study,
    at_others,
    beside,
    by_step,
    encoding,
    examining,
    holding_out,
    is_another_step,
    known_by_step,
    known_frames,
    known_healths,
    known_held_out,
    known_rival,
    known_rivals,
    known_runs,
    known_transfers,
    lending,
    missing_steps,
    racing,
    relatives,
    replaying,
    sweeping,
    take,
    with_steps,
)
from vqcore.lab.sweeps import Step
from vqcore.quantizers import residual
from vqcore.quantizers.family import FAMILIES
from vqcore.show.wording import doing_in_words
from vqcore.signals.pictures import Picture

SIZES = (1, 2, 4, 8)


class Shelf(Store):
    """A store that remembers what answers were put there, in order."""

    def __init__(self) -> None:
        super().__init__(10**9)
        self.kinds: list[str] = []

    def keep(self, kind: str, key: Key, value: Any) -> Any:
        if kind not in ("cut", "plan") and not self.has(kind, key):
            self.kinds.append(kind)
        return super().keep(kind, key, value)


def begun(picture: Picture, shelf: Store, settings: Settings | None = None) -> Study:
    return Study(picture.name, picture, settings or Settings(4), SIZES, shelf)


@pytest.fixture
def swept() -> Study:
    study = begun(smooth_picture(40, 56), Shelf())
    list(sweeping([study]))
    return study


def pieces_of(work: Pieces) -> int:
    """Do all the work and count the pieces kept."""
    return [sign is None for sign in work].count(True)


def test_sweep_is_kept_and_known_to_the_next_study_of_the_same(swept: Study) -> None:
    assert swept.is_complete
    assert [point.codebook_size for point in swept.points] == list(SIZES)
    again = begun(swept.picture, swept.store)
    assert again.points == swept.points
    assert pieces_of(sweeping([again])) == 0


def test_work_on_several_families_names_them() -> None:
    picture, shelf = smooth_picture(40, 56), Shelf()
    tree, plain = (begun(picture, shelf, Settings(4, family=it)) for it in ("tree", "plain"))
    signs = [sign for sign in sweeping([tree, plain]) if sign]
    assert [*dict.fromkeys(sign.family for sign in signs)] == ["tree", "plain"]
    assert doing_in_words(signs[0]).startswith(f"{picture.name}, tree: Training K = ")
    alone = begun(picture, Shelf(), Settings(4, family="tree"))
    assert {sign.family for sign in sweeping([alone]) if sign} == {""}


def test_a_rate_weight_uses_the_codebooks_that_are_there(
    swept: Study, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("vqcore.codebooks.training.rung_work", None)
    weighted = begun(swept.picture, swept.store, Settings(4, rate_weight=50))
    assert not weighted.steps
    assert pieces_of(sweeping([weighted])) == len(SIZES)


def test_who_stops_at_each_piece_of_a_sweep_gets_to_its_end() -> None:
    picture, shelf = smooth_picture(40, 56), Shelf()
    for there in range(1, 1 + len(SIZES)):
        with closing(sweeping([begun(picture, shelf)])) as pieces:
            next(piece for piece in pieces if piece is None)
        assert len(begun(picture, shelf).steps) == there


def test_interrupted_sweep_goes_on_where_it_stopped() -> None:
    study = begun(smooth_picture(40, 56), Shelf())
    events = missing_steps(study)
    for event in events:
        if isinstance(event, Step):
            take(study, event)
            break
    events.close()
    assert list(study.steps) == [1]
    list(sweeping([study]))
    assert study.is_complete


WORK: dict[str, Callable[[Study], Pieces]] = {
    "examining": examining,
    "holding out": holding_out,
    "encoding": lambda study: encoding(study, ["jpeg", "png8"]),
    "replaying": lambda study: replaying(study, 8),
    "racing": lambda study: racing(study, contestants(study), 4),
}


def contestants(study: Study) -> list[Settings]:
    return [replace(study.settings.training, seed=seed) for seed in (1, 2)]


@pytest.mark.parametrize("name", WORK)
def test_work_is_done_once(swept: Study, name: str) -> None:
    shelf = swept.store
    assert isinstance(shelf, Shelf)
    before = len(shelf.kinds)
    pieces = pieces_of(WORK[name](swept))
    assert pieces == len(shelf.kinds) - before > 0
    assert pieces_of(WORK[name](swept)) == 0


@pytest.mark.parametrize("name", ["examining", "holding out", "encoding", "racing"])
def test_work_goes_on_where_it_stopped(swept: Study, name: str) -> None:
    everything = pieces_of(WORK[name](begun_like(swept)))
    work = WORK[name](swept)
    while next(work) is not None:
        pass
    work.close()
    assert pieces_of(WORK[name](swept)) == everything - 1


def test_replay_tells_the_share_that_is_done(swept: Study) -> None:
    signs = [sign for sign in replaying(swept, 8) if sign]
    told = dict.fromkeys((sign.share, doing_in_words(sign)) for sign in signs)
    assert list(told) == [(at / 3, f"Replaying K = {k}") for at, k in enumerate((8, 2, 4))]


@pytest.mark.parametrize("family", ["plain", "gain-shape"])
def test_replays_that_are_too_large_to_be_kept_together_come_to_an_end(family: str) -> None:
    picture, settings = smooth_picture(64, 96), Settings(4, family=family)
    roomy = begun(picture, Shelf(), settings)
    list(sweeping([roomy]))
    list(replaying(roomy, 8))
    study = begun(picture, Store(roomy.store.bytes * 3 // 4), settings)
    list(sweeping([study]))
    assert None in [*replaying(study, 8)]
    assert None not in [*replaying(study, 8)]
    assert 8 in known_frames(study)


def begun_like(study: Study) -> Study:
    other = begun(study.picture, Shelf(), study.settings)
    list(sweeping([other]))
    return other


CHANGES: dict[str, dict[str, Any]] = {
    "picture": {},
    "block": {"block_size": 8},
    "colour": {"colour": "ycbcr"},
    "seed": {"seed": 3},
    "rate weight": {"rate_weight": 50},
}
# What does not depend on a change: there is nothing left to do.
SHARED = {
    *(("encoding", change) for change in ("block", "colour", "seed", "rate weight")),
    *(("racing", change) for change in ("seed", "rate weight")),
    ("holding out", "rate weight"),
    ("replaying", "rate weight"),
}


@pytest.mark.parametrize("change", CHANGES)
@pytest.mark.parametrize("name", WORK)
def test_what_depends_on_a_change_is_found_out_anew(swept: Study, name: str, change: str) -> None:
    list(WORK[name](swept))
    picture = smooth_picture(40, 56, seed=5) if change == "picture" else swept.picture
    other = begun(picture, swept.store, replace(swept.settings, **CHANGES[change]))
    pieces, alone = pieces_of(sweeping([other])), begun_like(other)
    assert pieces == len(SIZES)
    assert [step.file for step in other.steps.values()] == [it.file for it in alone.steps.values()]
    expected = 0 if (name, change) in SHARED else pieces_of(WORK[name](alone))
    assert pieces_of(WORK[name](other)) == expected


def test_what_is_known_is_what_was_found(swept: Study) -> None:
    for work in WORK.values():
        list(work(swept))
    assert [point.level for point in known_rivals(swept, "jpeg")] == list(RIVALS["jpeg"].levels)
    assert known_rival(swept, "webp", 50) is None
    for size, frames in known_frames(swept).items():
        assert frames[-1].psnr_db == swept.steps[size].point.psnr_db
        assert frames[-1].encoded.quantizer.codebook_size == size
    assert list(known_frames(swept)) == [2, 4, 8]
    [run] = known_runs(swept, [Settings(4, seed=2)], 4)
    assert run.seed == 2
    assert list(known_held_out(swept)) == list(SIZES)


def test_another_picture_is_swept_and_lent_the_codebooks(swept: Study) -> None:
    shelf = swept.store
    assert isinstance(shelf, Shelf)
    other, third = (begun(smooth_picture(32, 48, seed=seed), shelf) for seed in (7, 8))
    assert pieces_of(lending(swept, other)) == 2 * len(SIZES)
    assert other.is_complete
    transfers = known_transfers(swept, other)
    assert {size: it.codebook_size for size, it in transfers.items()} == {it: it for it in SIZES}
    assert pieces_of(lending(swept, other)) == 0
    assert pieces_of(lending(swept, third)) == 2 * len(SIZES)
    assert pieces_of(lending(third, other)) == len(SIZES)


def test_codebooks_lent_depend_on_how_they_were_trained(swept: Study) -> None:
    shelf, another = swept.store, smooth_picture(32, 48, seed=7)
    assert isinstance(shelf, Shelf)
    list(lending(swept, begun(another, shelf)))
    seeded = begun(swept.picture, shelf, Settings(4, seed=3))
    list(sweeping([seeded]))
    assert pieces_of(lending(seeded, begun(another, shelf, seeded.settings))) == 2 * len(SIZES)


def test_a_codec_that_refuses_is_kept_with_its_reason(
    swept: Study, monkeypatch: pytest.MonkeyPatch
) -> None:
    def refuse(*_: object) -> Iterator[None]:
        yield None
        raise RivalError("too wide")

    monkeypatch.setattr(module, "rival_work", refuse)
    assert pieces_of(encoding(swept, ["jpeg"])) == len(RIVALS["jpeg"].levels)
    assert str(known_rival(swept, "jpeg", RIVALS["jpeg"].levels[0])) == "too wide"
    assert known_rivals(swept, "jpeg") == []
    assert pieces_of(encoding(swept, ["jpeg"])) == 0


def test_each_codec_has_a_ladder_of_its_own(swept: Study) -> None:
    for codec in ("jpeg", "webp", "png8"):
        assert known_rivals(swept, codec) == []
        assert pieces_of(encoding(swept, [codec])) == len(RIVALS[codec].levels)
        assert pieces_of(encoding(swept, [codec])) == 0


def test_each_size_is_raced_by_itself(swept: Study) -> None:
    for size in (4, 2):
        assert pieces_of(racing(swept, contestants(swept), size)) == 2
        assert pieces_of(racing(swept, contestants(swept), size)) == 0


def test_each_trainer_races_by_itself(swept: Study, monkeypatch: pytest.MonkeyPatch) -> None:
    def quick(vectors: object, sizes: list[int], **_: object) -> object:
        return train(vectors, sizes)  # type: ignore[arg-type]

    monkeypatch.setattr("vqcore.lab.contest.train", quick)
    every = [replace(swept.settings, trainer=trainer) for trainer in TRAINERS]
    assert pieces_of(racing(swept, every, 4)) == len(TRAINERS)
    for settings in every:
        [run] = known_runs(swept, [settings], 4)
        assert run.trainer == settings.trainer


def test_relatives_are_all_families_by_default_with_all_else_the_same() -> None:
    options = Settings(4, "ycbcr", seed=3, rate_weight=50, family="residual", options=(3,))
    every = relatives(begun(smooth_picture(40, 56), Shelf(), options))
    assert list(every) == list(FAMILIES)
    for family, it in every.items():
        shared = it.settings.seed, it.settings.rate_weight, it.settings.family
        assert shared == (3, 0 if FAMILIES[family].WHOLE else 50, family)
        assert not it.settings.unusual_options
    assert every["plain"].settings == Settings(4, "ycbcr", seed=3, rate_weight=50)


def test_a_relative_finds_what_was_swept_before(swept: Study) -> None:
    by_chance = replace(swept, settings=replace(swept.settings, trainer="random"))
    assert relatives(by_chance)["plain"].points == swept.points


def test_a_family_that_makes_gray_of_colour_is_no_relative(
    swept: Study, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(residual, "suits", lambda block_size, colour: (block_size, "gray"))
    assert "residual" not in relatives(swept)
    assert "residual" in relatives(replace(swept, settings=Settings(4, "gray")))


def test_families_of_one_layout_have_their_own_plans() -> None:
    study = begun(toned_picture(range(0, 200, 3)), Shelf(), Settings(4, "gray"))
    shaped = relatives(study)["gain-shape"]
    assert (study.plan.sizes, shaped.plan.sizes) == (SIZES, (1, 2, 3))


def test_other_settings_are_studied_on_the_same_picture_but_gray_beside_gray_alone() -> None:
    study = begun(smooth_picture(16, 16), Store(10**6), Settings(4, "rgb"))
    others = [study.settings, Settings(4, "gray"), Settings(8, "ycbcr")]
    [other] = at_others(study, others)
    assert other.settings == Settings(8, "ycbcr")
    assert (other.picture, other.store) == (study.picture, study.store)


def test_a_study_beside_another_has_its_sizes() -> None:
    study = begun(smooth_picture(16, 16), Store(10**6))
    picture = smooth_picture(8, 8, seed=1)
    other = beside(study, "other.png", picture)
    assert (other.name, other.picture) == ("other.png", picture)
    assert other.settings == study.settings
    assert other.sizes == study.settings.sizes_of(study.sizes)


def of_whole(store: Store, sizes: tuple[int, ...] = (1, 4), **settings: Any) -> Study:
    whole = Settings(family="wavelet", **settings)
    return Study("waves", smooth_picture(40, 56), whole, sizes, store)


def test_the_steps_of_one_size_are_all_on_a_curve_and_ones_own_among_them() -> None:
    study = of_whole(Shelf(), options=(20, 0))
    every = by_step(study, 4)
    assert [it.settings.options_by_name["band-step"] for it in every] == [
        *(4, 10, 16, 20, 22, 28, 34, 40),
    ]
    assert {(it.sizes, it.settings.options_by_name["shipped"]) for it in every} == {((4,), 0)}
    plain = replace(study, settings=Settings(4))
    assert by_step(plain, 4) == []
    assert [*with_steps([plain, study], 4)] == [study.settings]
    finer = replace(study, settings=study.settings.with_step(4))
    assert is_another_step(study, finer)
    assert not any(is_another_step(study, it) for it in (plain, of_whole(Shelf())))


def test_what_is_known_by_step_is_what_is_swept_at_that_size() -> None:
    study = of_whole(Shelf())
    list(sweeping([study]))
    every = by_step(study, 4)
    assert [*known_by_step(every).values()] == [study.steps[4].point]
    assert "plan" not in vars(every[0])
    list(sweeping(every[-1:]))
    assert [*known_by_step(every)] == [*every[3:4], every[-1]]
    assert known_by_step(by_step(study, 512)) == {}


def test_whole_pictures_are_examined_without_cells() -> None:
    study = of_whole(Shelf(), options=(20, 2))
    list(sweeping([study]))
    list(examining(study))
    health = known_healths(study)[4]
    assert (health.cells, health.nearest_pair, health.worst_share) == (0, None, 0)
    assert health.codebook_share == 0
    assert health.codewords == 4
