"""A picture under study: what is known of it, and the work that finds out more.

Nothing is done twice: what is found out goes into a store, piece by piece, and work begins with
what is not there. It yields signs of life, and None when a piece is kept; closing it stops it.
"""

from __future__ import annotations

from collections.abc import Generator, Hashable, Sequence
from contextlib import closing
from dataclasses import dataclass, replace
from functools import cached_property
from typing import Any, Protocol, TypeVar

from vqcore.arrays import Samples
from vqcore.codebooks.training import Progress, Trained
from vqcore.coding.codec import Settings
from vqcore.lab.contest import Run, run_work
from vqcore.lab.health import Health, health_work
from vqcore.lab.heldout import HeldOut, Transfer, held_out, transfer_work
from vqcore.lab.playback import Frame, frames_work
from vqcore.lab.rivals import RIVALS, Codec, RivalError, RivalPoint, rival_work
from vqcore.lab.sweeps import OperatingPoint, Plan, Preview, Step, sweep
from vqcore.signals.blocks import BlockLayout, shown_pixels
from vqcore.signals.pictures import Picture
from vqcore.work import Work, mapped

Result = TypeVar("Result")


@dataclass(frozen=True)
class Sign:
    """A sign of life: the share that is done, and what is being done, to be worded by its id.

    Parameters
    ----------
    share : from 0 to 1
    doing : an id, such as "training"
    facts : by name, such as the size
    picture : its name, where others are worked on as well
    """

    share: float
    doing: str
    facts: dict[str, Any]
    picture: str = ""


Pieces = Generator[Sign | None]


class Store(Protocol):
    """Where what was found out is kept, by its kind and key."""

    def find(self, kind: str, *key: Hashable) -> Any:
        """Return what is kept, or None."""

    def keep(self, value: Any, kind: str, *key: Hashable) -> Any:
        """Keep a value, and return it."""


@dataclass(eq=False)
class Study:
    """A picture, how it is to be quantized, and the sizes that are done.

    Parameters
    ----------
    name : of the picture, for whoever looks at it
    picture, settings
    sizes : codebook sizes as asked for; `plan` has those that are possible
    plan
    store : where everything found out is kept
    """

    name: str
    picture: Picture
    settings: Settings
    sizes: tuple[int, ...]
    plan: Plan
    store: Store

    @cached_property
    def steps(self) -> dict[int, Step]:
        """Return what is done, by size; `take` adds to it."""
        return self.by_size("step", self.picture.digest, self.settings)

    @cached_property
    def shown(self) -> set[int]:
        """Return the sizes that can be looked at; `take` adds to them."""
        return {*self.steps}

    def by_size(self, kind: str, *key: Hashable) -> dict[int, Any]:
        """Return what the store has of a kind, by size."""
        every = {size: self.store.find(kind, *key, size) for size in self.plan.sizes}
        return {size: value for size, value in every.items() if value is not None}

    @property
    def is_complete(self) -> bool:
        return len(self.steps) == len(self.plan.sizes)

    @property
    def points(self) -> list[OperatingPoint]:
        return [self.steps[size].point for size in self.plan.sizes if size in self.steps]

    @property
    def original_id(self) -> str:
        """Name the picture's layers on the page."""
        return original_id(self.picture, self.plan.layout)

    @property
    def sweep_id(self) -> str:
        """Name the sweep's layers on the page."""
        return f"{self.picture.digest} {self.settings}"


def original_id(picture: Picture, layout: BlockLayout) -> str:
    """Name the layers of a picture on the page, as it is shown beside one of that layout."""
    return f"{picture.digest} {layout.channels}"


def missing_steps(study: Study) -> Generator[Progress | Preview | Step]:
    picture, settings, plan = study.picture, study.settings, study.plan
    missing = [size for size in plan.sizes if size not in study.steps]
    trained = study.by_size("codebook", picture.digest, settings.training)
    return sweep(picture, settings, missing, trained=trained)


def take(study: Study, event: Preview | Step) -> int:
    """Keep what is done, and return its K."""
    digest, settings = study.picture.digest, study.settings
    if isinstance(event, Preview):
        key = digest, settings.training, event.codebook_size
        study.store.keep(event.trained, "codebook", *key)
        study.shown.add(event.codebook_size)
        return event.codebook_size
    size = event.point.codebook_size
    study.steps[size] = study.store.keep(event, "step", digest, settings, size)
    return size


def sign_of(study: Study, progress: Progress) -> Sign:
    shown, sizes, size = study.shown, study.plan.sizes, progress.codebook_size
    share = (sum(shown) + sum(study.steps)) / (2 * sum(sizes))
    facts = {"size": size, "there": len(shown), "all": len(sizes)}
    return Sign(share, "measuring" if size in shown else "training", facts)


def sweeping(studies: Sequence[Study]) -> Pieces:
    for study in studies:
        if study.is_complete:
            continue
        with closing(missing_steps(study)) as events:
            for event in events:
                if isinstance(event, Progress):
                    yield replace(sign_of(study, event), picture=study.name)
                else:
                    take(study, event)
                    yield None


def encoding(study: Study, codecs: Sequence[Codec]) -> Pieces:
    """Measure the rivals' ladders."""
    pixels = shown_pixels(study.picture, study.plan.layout)
    for place, codec in enumerate(codecs):
        missing = [it for it in RIVALS[codec].levels if known_rival(study, codec, it) is None]
        if not missing:
            continue
        sign = Sign(place / len(codecs), "encoding", {"codec": codec})
        try:
            for point in rival_work(pixels, codec, missing):
                if point:
                    study.store.keep(point, "rival", study.original_id, codec, point.level)
                yield None if point else sign
        except RivalError as error:
            for level in missing:
                study.store.keep(error, "rival", study.original_id, codec, level)
            yield None


def known_rival(study: Study, codec: Codec, level: int) -> RivalPoint | RivalError | None:
    rival: RivalPoint | RivalError | None = study.store.find(
        "rival", study.original_id, codec, level
    )
    return rival


def known_rivals(study: Study, codec: Codec) -> list[RivalPoint]:
    """Return the points of a codec so far, by level."""
    found = [known_rival(study, codec, level) for level in RIVALS[codec].levels]
    return [point for point in found if isinstance(point, RivalPoint)]


def examining(study: Study) -> Pieces:
    """Find out how each codebook is used and what it costs."""
    done = known_healths(study)
    missing = [size for size in study.plan.sizes if size not in done]
    if not missing:
        return
    vectors = vectors_of(study)
    for place, size in enumerate(missing):
        sign = Sign(place / len(missing), "examining", {"size": size})
        health = yield from signed(health_work(study.steps[size], vectors), sign)
        study.store.keep(health, "health", study.picture.digest, study.settings, size)
        yield None


def known_healths(study: Study) -> dict[int, Health]:
    return study.by_size("health", study.picture.digest, study.settings)


def holding_out(study: Study) -> Pieces:
    """Train on half of the blocks, and encode the others."""
    digest, settings, sizes = study.picture.digest, study.settings.training, study.plan.sizes
    done = known_held_out(study)
    missing = [size for size in sizes if size not in done]
    if not missing:
        return
    codebooks = {size: result.codebook for size, result in done.items()}
    trainer, seed = settings.trainer, settings.seed
    events = held_out(vectors_of(study), missing, trainer=trainer, seed=seed, known=codebooks)
    with closing(events):
        for event in events:
            size = event.codebook_size
            if isinstance(event, Progress):
                yield Sign(sizes.index(size) / len(sizes), "halving", {"size": size})
            else:
                study.store.keep(event, "held out", digest, settings, size)
                yield None


def known_held_out(study: Study) -> dict[int, HeldOut]:
    return study.by_size("held out", study.picture.digest, study.settings.training)


def lending(study: Study, other: Study) -> Pieces:
    """Encode another picture with this one's codebooks, and with its own."""
    yield from sweeping([other])
    key = study.picture.digest, study.settings.training, other.picture.digest
    done = known_transfers(study, other)
    missing = [size for size in other.steps if size in study.steps and size not in done]
    if not missing:
        return
    vectors = vectors_of(other)
    for place, size in enumerate(missing):
        own, lent = (it.steps[size].trained.codebook for it in (other, study))
        sign = Sign(place / len(missing), "lending", {"name": other.name, "size": size})
        transfer = yield from signed(transfer_work(vectors, own, lent), sign)
        study.store.keep(transfer, "transfer", *key, size)
        yield None


def known_transfers(study: Study, other: Study) -> dict[int, Transfer]:
    key = study.picture.digest, study.settings.training, other.picture.digest
    return study.by_size("transfer", *key)


def vectors_of(study: Study) -> Samples:
    return study.plan.layout.split(shown_pixels(study.picture, study.plan.layout))


def known_frames(study: Study, size: int) -> list[Frame]:
    key = study.picture.digest, study.settings.training, size
    return study.store.find("frames", *key) or []


def rungs(study: Study) -> dict[int, Trained]:
    """Return how the ladder trained; a size that the distinct blocks give has no iterations."""
    trained = {size: step.trained for size, step in study.steps.items()}
    return {size: rung for size, rung in trained.items() if rung.iterations}


def replaying(study: Study, size: int, done: float) -> Pieces:
    """Train a rung again, keeping what it does to the picture; a share of all of them is done."""
    if size in rungs(study) and not known_frames(study, size):
        known = {size: step.trained.codebook for size, step in study.steps.items()}
        original = shown_pixels(study.picture, study.plan.layout)
        training, layout = study.settings.training, study.plan.layout
        replay = frames_work(original, layout, size, known=known, seed=training.seed)
        frames = yield from signed(replay, Sign(done, "replaying", {"size": size}))
        study.store.keep(frames, "frames", study.picture.digest, training, size)
        yield None


def known_run(study: Study, settings: Settings, size: int) -> Run | None:
    run: Run | None = study.store.find("run", study.picture.digest, settings, size)
    return run


def racing(study: Study, contestants: Sequence[Settings], size: int) -> Pieces:
    """Train a size with every trainer, some seeds each."""
    if size == study.plan.distinct_blocks:
        return
    original = shown_pixels(study.picture, study.plan.layout)
    for place, settings in enumerate(contestants):
        if known_run(study, settings, size) is None:
            facts = {"size": size, "trainer": settings.trainer, "seed": settings.seed}
            work = run_work(original, study.plan.layout, settings, size)
            run = yield from signed(work, Sign(place / len(contestants), "racing", facts))
            study.store.keep(run, "run", study.picture.digest, settings, size)
            yield None


def signed(work: Work[Result], sign: Sign) -> Generator[Sign, None, Result]:
    return mapped(work, lambda _: sign)
