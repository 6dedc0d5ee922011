"""A picture under study: what is known of it, and the work that finds out more.

What is found out goes into a store, piece by piece, and work begins with what is not there. It
yields signs of life, and None when a piece is kept; closing it stops it.
"""

from __future__ import annotations

from collections.abc import Generator, Iterable, Iterator, Mapping, Sequence
from contextlib import closing
from dataclasses import dataclass, replace
from functools import cached_property, partial
from types import MappingProxyType
from typing import Any, NamedTuple

from vqcore.codebooks.textbook import Book
from vqcore.codebooks.training import Progress, Training
from vqcore.coding.codec import Settings
from vqcore.lab.contest import Run, run_work
from vqcore.lab.health import Health, health_work
from vqcore.lab.heldout import HeldOut, Transfer, held_out, transfer_work
from vqcore.lab.playback import Frame, frames_work
from vqcore.lab.rivals import RIVALS, Codec, RivalError, RivalPoint, rival_work
from vqcore.lab.store import Key, Pieces, Question, Sign, Store, answering, first_of
from vqcore.lab.sweeps import OperatingPoint, Plan, Preview, Step, cut_for, plan_of, sweep_cut
from vqcore.quantizers.family import FAMILIES
from vqcore.quantizers.replay import nothing_to_replay
from vqcore.quantizers.wavelet import STEP
from vqcore.signals.blocks import BlockLayout, Cut, distinct_vectors, layout_of
from vqcore.signals.pictures import Picture
from vqcore.work import Work

STEPS = range(4, 41, 6)
"""The steps of bands on a curve over them."""


@dataclass(eq=False)
class Study:
    """A picture, how it is to be quantized, and the sizes that are done.

    Parameters
    ----------
    name : of the picture, for whoever looks at it
    picture, settings
    sizes : codebook sizes as asked for; `plan` has those that are possible
    store : where everything found out is kept

    A start given that does not fit the picture, in dimension or by having more codewords than there
    are distinct blocks, is left out: `settings` then begin by splitting. So are weights for another
    dimension.
    """

    name: str
    picture: Picture
    settings: Settings
    sizes: tuple[int, ...]
    store: Store

    def __post_init__(self) -> None:
        if not self._can_begin(self.settings.given):
            self.settings = self.settings.without_given
        self.settings = self.settings.weighing(self.layout.dimension)

    def _can_begin(self, given: Sequence[Sequence[float]]) -> bool:
        if not given:
            return True
        if len(given[0]) != self.layout.dimension:
            return False
        key, most = (self.picture.digest, self.layout, len(given)), len(given) - 1
        fits: bool = self.store.once(
            "can begin", key, lambda: distinct_vectors(self.cut.vectors, most) is None
        )
        return fits

    @cached_property
    def layout(self) -> BlockLayout:
        return layout_of(self.picture, self.settings.block_size, self.settings.colour)

    @property
    def cut(self) -> Cut:
        """Return the picture cut into blocks."""
        key = self.picture.digest, self.layout
        return self.store.once("cut", key, lambda: cut_for(self.picture, self.settings))

    @cached_property
    def plan(self) -> Plan:
        """Return what a sweep will do."""
        sizes = self.settings.sizes_of(self.sizes)
        key = *self.trained, sizes
        return self.store.once("plan", key, lambda: plan_of(self.cut, self.settings, sizes))

    @cached_property
    def steps(self) -> dict[int, Step]:
        """Return what is done, by size; `take` adds to it."""
        return self.by_size("step", self.swept)

    @cached_property
    def shown(self) -> set[int]:
        """Return the sizes that can be looked at; `take` adds to them."""
        return {*self.steps}

    @property
    def swept(self) -> Key:
        """Return what sets this sweep apart."""
        return self.picture.digest, self.settings

    @property
    def trained(self) -> Key:
        """Return what sets its codebooks apart, as they are trained."""
        return self.picture.digest, self.settings.training

    def by_size(self, kind: str, key: Key) -> dict[int, Any]:
        """Return what the store has of a kind, by size."""
        every = {size: self.store.find(kind, (*key, size)) for size in self.plan.sizes}
        return {size: value for size, value in every.items() if value is not None}

    def missing(self, kind: str, key: Key) -> list[int]:
        """Return the sizes of which the store has nothing of a kind."""
        return [size for size in self.plan.sizes if not self.store.has(kind, (*key, size))]

    @property
    def is_complete(self) -> bool:
        return len(self.steps) == len(self.plan.sizes)

    @property
    def points(self) -> list[OperatingPoint]:
        return [self.steps[size].point for size in self.plan.sizes if size in self.steps]

    @property
    def original_id(self) -> str:
        """Name the picture's layers on the page."""
        return original_id(self.picture, self.layout)

    @property
    def sweep_id(self) -> str:
        """Name the sweep's layers on the page."""
        start = f" {hash(given)}" if (given := self.settings.given) else ""
        return f"{self.picture.digest} {self.settings}{start}"


def original_id(picture: Picture, layout: BlockLayout) -> str:
    """Name the layers of a picture on the page, as it is shown beside one of that layout."""
    return f"{picture.digest} {layout.channels}"


def missing_steps(study: Study) -> Generator[Progress | Preview | Step]:
    """Go on with the sweep."""
    missing = [size for size in study.plan.sizes if size not in study.steps]
    trained = study.by_size("codebook", study.trained)
    return sweep_cut(study.cut, study.settings, missing, trained)


def take(study: Study, event: Preview | Step) -> int:
    """Keep what is done, and return its K."""
    size = event.codebook_size
    if isinstance(event, Preview):
        study.store.keep("codebook", (*study.trained, size), event.trained)
        study.shown.add(size)
    else:
        study.steps[size] = study.store.keep("step", (*study.swept, size), event)
    return size


def sign_of(study: Study, progress: Progress) -> Sign:
    """Say how far the sweep is."""
    shown, sizes, size = study.shown, study.plan.sizes, progress.codebook_size
    share = (sum(shown) + sum(study.steps)) / (2 * sum(sizes))
    facts = {"size": size, "there": len(shown), "all": len(sizes)}
    return Sign(share, "measuring" if size in shown else "training", facts)


def sweeping(studies: Sequence[Study]) -> Pieces:
    """Sweep each in turn.

    A piece is a step, not a preview: who stops at a piece and goes on later begins with what is
    measured, so that where the first few take long, stopping at previews would get nowhere.
    """
    several = len({study.settings.family for study in studies}) > 1
    for study in studies:
        if study.is_complete:
            continue
        with closing(missing_steps(study)) as events:
            for event in events:
                if isinstance(event, Progress):
                    family = study.settings.family if several else ""
                    yield replace(sign_of(study, event), picture=study.name, family=family)
                    continue
                take(study, event)
                if isinstance(event, Step):
                    yield None


def encoding(study: Study, codecs: Sequence[Codec]) -> Pieces:
    """Measure the rivals' ladders."""
    for codec in codecs:
        keys = {level: (study.original_id, codec, level) for level in RIVALS[codec].levels}
        missing = [level for level, key in keys.items() if not study.store.has("rival", key)]
        if not missing:
            continue
        with closing(rival_work(study.cut.pixels, codec, missing)) as points:
            every = [
                Question(
                    "rival", key, partial(_at_level, points, level), "encoding", {"codec": codec}
                )
                for level, key in keys.items()
            ]
            yield from answering(study.store, every)


def _at_level(
    points: Iterator[RivalPoint | None], level: int
) -> Work[RivalPoint | RivalError | None]:
    try:
        point: RivalPoint | None
        point = yield from first_of(points, lambda point: point and point.level == level)
        return point
    except RivalError as error:
        return error


def known_rival(study: Study, codec: Codec, level: int) -> RivalPoint | RivalError | None:
    rival: RivalPoint | RivalError | None
    rival = study.store.find("rival", (study.original_id, codec, level))
    return rival


def known_rivals(study: Study, codec: Codec) -> list[RivalPoint]:
    """Return the points of a codec so far, by level."""
    found = [known_rival(study, codec, level) for level in RIVALS[codec].levels]
    return [point for point in found if isinstance(point, RivalPoint)]


def examining(study: Study) -> Pieces:
    """Find out how each codebook is used and what it costs."""

    def question(size: int) -> Question:
        def work() -> Work[Health]:
            return health_work(study.steps[size], study.cut.vectors)

        return Question("health", (*study.swept, size), work, "examining", {"size": size})

    return answering(study.store, map(question, study.plan.sizes))


def known_healths(study: Study) -> dict[int, Health]:
    return study.by_size("health", study.swept)


def holding_out(study: Study) -> Pieces:
    """Train on half of the blocks, and encode the others."""
    missing = study.missing("held out", study.trained)
    if not missing or not FAMILIES[study.settings.family].BY_BLOCK:
        return
    known = {size: result.quantizer for size, result in known_held_out(study).items()}
    with closing(held_out(study.cut, study.settings, missing, known=known)) as events:
        every = [
            Question(
                "held out",
                (*study.trained, size),
                partial(_of_size, events, size),
                "halving",
                {"size": size},
            )
            for size in study.plan.sizes
        ]
        yield from answering(study.store, every)


def _of_size(events: Iterator[Progress | HeldOut], size: int) -> Work[HeldOut | None]:
    def is_it(event: Progress | HeldOut) -> bool:
        return isinstance(event, HeldOut) and event.codebook_size == size

    return first_of(events, is_it)


def known_held_out(study: Study) -> dict[int, HeldOut]:
    return study.by_size("held out", study.trained)


def lending(study: Study, other: Study) -> Pieces:
    """Encode another picture with this one's codebooks, and with its own."""
    yield from sweeping([other])
    if not FAMILIES[study.settings.family].BY_BLOCK:
        return

    def question(size: int) -> Question:
        def work() -> Work[Transfer]:
            own, lent = (it.steps[size].trained.quantizer for it in (other, study))
            return transfer_work(other.cut.vectors, own, lent)

        key = *_lent(study, other), size
        return Question("transfer", key, work, "lending", {"name": other.name, "size": size})

    both = [size for size in other.plan.sizes if size in study.steps]
    yield from answering(study.store, map(question, both))


def known_transfers(study: Study, other: Study) -> dict[int, Transfer]:
    return study.by_size("transfer", _lent(study, other))


def _lent(study: Study, other: Study) -> Key:
    return *study.trained, other.picture.digest


def rungs(study: Study) -> dict[int, Training]:
    """Return how the ladder trained; a size that the distinct blocks give has no iterations."""
    trained = {size: step.trained for size, step in study.steps.items()}
    return {size: rung for size, rung in trained.items() if rung.iterations}


def known_book(study: Study, size: int) -> Book | None:
    """Return the iterations of a training by the book."""
    return study.steps[size].trained.book if size in study.steps else None


def has_replay(study: Study) -> bool:
    """Tell whether the training of a family can be seen step by step."""
    return FAMILIES[study.settings.family].replay is not nothing_to_replay


def replayable(study: Study) -> list[int]:
    """Return the sizes whose training has steps: of plain codebooks those of the ladder."""
    return [*rungs(study)] if study.settings.is_plain else [it for it in study.steps if it > 1]


def replaying(study: Study, first: int) -> Pieces:
    """Train sizes again, a certain one first, keeping what that does to the picture.

    Of a large picture only the first few, for which half the store is enough. Else some would push
    others out, and be trained again without an end.
    """

    def question(size: int) -> Question:
        def work() -> Work[list[Frame]]:
            known = {it: step.trained.quantizer for it, step in study.steps.items()}
            return frames_work(study.cut, study.settings, size, known=known)

        return Question("frames", (*study.trained, size), work, "replaying", {"size": size})

    order = sorted(replayable(study), key=lambda size: (size != first, size))
    room = study.store.most_bytes // 2
    for place, asked in enumerate(map(question, order)):
        for sign in answering(study.store, [asked]):
            yield sign and replace(sign, share=place / len(order))
        frames = study.store.find(asked.kind, asked.key)
        room -= len(frames) * frames[-1].bytes if frames else 0
        if room < 0:
            return


def known_frames(study: Study) -> dict[int, list[Frame]]:
    return study.by_size("frames", study.trained)


def racing(study: Study, contestants: Sequence[Settings], size: int) -> Pieces:
    """Train a size with every trainer, some seeds each."""

    def question(settings: Settings) -> Question:
        facts = {"size": size, "trainer": settings.trainer, "seed": settings.seed}
        key = study.picture.digest, settings, size
        return Question("run", key, lambda: run_work(study.cut, settings, size), "racing", facts)

    some = [] if size == study.plan.distinct_blocks else contestants
    return answering(study.store, map(question, some))


def known_runs(study: Study, contestants: Sequence[Settings], size: int) -> list[Run]:
    keys = [(study.picture.digest, settings, size) for settings in contestants]
    return [run for key in keys if (run := study.store.find("run", key))]


def beside(study: Study, name: str, picture: Picture) -> Study:
    """Return the study of another picture at the same codebook sizes."""
    sizes = study.settings.sizes_of(study.sizes)
    return replace(study, name=name, picture=picture, sizes=sizes)


def at_others(study: Study, every: Iterable[Settings]) -> list[Study]:
    """Return the studies of the same picture at other settings; gray and colour do not compare."""
    others = [replace(study, settings=it) for it in every if it != study.settings]
    return [other for other in others if other.layout.channels == study.layout.channels]


class Others(NamedTuple):
    """Studies whose curves stand beside one's own: of other settings, and of every family.

    `steps` are those of one K by step, for all of these and the own whose rate goes by one, by
    their settings.
    """

    pinned: Sequence[Study] = ()
    families: Sequence[Study] = ()
    steps: Mapping[Settings, Sequence[Study]] = MappingProxyType({})

    def by_step_of(self, study: Study) -> Sequence[Study]:
        return self.steps.get(study.settings, ())

    @property
    def over_sizes(self) -> list[Study]:
        """The families whose rate goes by no step."""
        return [it for it in self.families if not has_steps(it)]

    @property
    def every_step(self) -> list[Study]:
        return [it for every in self.steps.values() for it in every]


def has_steps(study: Study) -> bool:
    """Tell whether a family's rate goes by a step: the curve of one K over it is the family's."""
    return STEP in study.settings.options_by_name


def is_another_step(study: Study, other: Study) -> bool:
    """Tell whether two studies have one curve over steps."""
    if not (has_steps(study) and has_steps(other)):
        return False
    own = study.settings
    return other.settings.with_step(own.options_by_name[STEP]) == own


def with_steps(studies: Iterable[Study], size: int) -> dict[Settings, list[Study]]:
    """Return the studies of one K by step, of those that have steps, by their settings."""
    return {it.settings: every for it in studies if (every := by_step(it, size))}


def by_step(study: Study, size: int) -> list[Study]:
    """Return the studies of one K whose steps make a curve, finest first; none without steps.

    The study's own step is among them.
    """
    if not has_steps(study):
        return []
    own = study.settings.options_by_name
    every = [own | {STEP: step} for step in sorted({*STEPS, own[STEP]})]
    return [
        replace(study, settings=replace(study.settings, options=tuple(it.values())), sizes=(size,))
        for it in every
    ]


def known_by_step(studies: Sequence[Study]) -> dict[Study, OperatingPoint]:
    """Return the points so far of studies of one K; the plan of one that has none is not made.

    Where a picture has too few distinct vectors for the K at a step, there is none.
    """
    found = {it: it.store.find("step", (*it.swept, *it.sizes)) for it in studies}
    return {it: step.point for it, step in found.items() if step}


def relatives(study: Study) -> dict[str, Study]:
    """Return by family the study of the same picture with that family's default options.

    All else is set as in the study, but for the trainer, and for what the family suits. Gray and
    colour do not compare: a family that makes the one of the other is left out.
    """
    shared = replace(study.settings, trainer=Settings.trainer)
    every = {
        family: replace(study, settings=replace(shared, family=family, options=()))
        for family in FAMILIES
    }
    return {
        family: it for family, it in every.items() if it.layout.channels == study.layout.channels
    }


def alike(study: Study, pictures: Mapping[str, Picture]) -> dict[str, Picture]:
    """Return the other pictures whose blocks have as many samples, by name."""
    cut = {name: replace(study, picture=picture).layout for name, picture in pictures.items()}
    return {
        name: picture
        for name, picture in pictures.items()
        if name != study.name and cut[name].dimension == study.layout.dimension
    }
