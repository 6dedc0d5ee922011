"""Many codebook sizes of one signal under study: what is known of each, and finding out more."""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Generator, Sequence
from contextlib import closing
from functools import cached_property, partial
from typing import Any, ClassVar, Generic, TypeVar

from vqcore.codebooks.training import Progress
from vqcore.lab.finished import FinishedSize
from vqcore.lab.health import Health
from vqcore.lab.store import Key, Pieces, Question, Sign, Store, answering, first_of
from vqcore.work import Work

HEALTH, HALVES = "vectors' health", "vectors' halves"


Done = TypeVar("Done", bound=FinishedSize[Any, Any, Any])


class Climb(ABC, Generic[Done]):
    """What a study of a signal at many codebook sizes has; `store` keeps what is found out."""

    KIND: ClassVar[str]
    settings: Any
    sizes: tuple[int, ...]
    store: Store

    @property
    @abstractmethod
    def swept(self) -> Key:
        """Return what sets this sweep apart."""

    @property
    @abstractmethod
    def plan(self) -> list[int]:
        """Return the sizes that are possible, ascending."""

    @abstractmethod
    def events(self, missing: Sequence[int]) -> Generator[Progress | Done]:
        """Train, encode and measure sizes of the plan."""

    @abstractmethod
    def health_work(self, size: int) -> Work[Health]:
        """Examine a size that is done."""

    @abstractmethod
    def halves(self, missing: Sequence[int]) -> Generator[Any]:
        """Train sizes of the plan on half of the vectors, and try the others.

        Yields
        ------
        Progress, and of each size what it is worth to both halves
        """

    @cached_property
    def steps(self) -> dict[int, Done]:
        """Return what is done, by size."""
        return self.by_size(self.KIND)

    @property
    def figures(self) -> list[Any]:
        return [step.figures for step in self.steps.values()]

    def by_size(self, kind: str) -> dict[int, Any]:
        """Return what is known of a kind, by size."""
        every = {size: self.store.find(kind, (*self.swept, size)) for size in self.plan}
        return {size: found for size, found in every.items() if found is not None}

    @property
    def is_clamped(self) -> bool:
        """Tell whether there are too few distinct vectors for the largest size asked for."""
        return self.plan[-1] < max(self.sizes) and not self.settings.given

    @property
    def is_complete(self) -> bool:
        return len(self.steps) == len(self.plan)


def sweeping(study: Climb[Done]) -> Pieces:
    """Go on with the sweep."""
    missing = [size for size in study.plan if size not in study.steps]
    with closing(study.events(missing)) as events:
        for event in events:
            if isinstance(event, Progress):
                yield _sign_of(study, event)
                continue
            size = event.codebook_size
            study.steps[size] = study.store.keep(study.KIND, (*study.swept, size), event)
            yield None


def examining(study: Climb[Done]) -> Pieces:
    """Find out how each codebook is used and what it costs."""

    def question(size: int) -> Question:
        work = partial(study.health_work, size)
        return Question(HEALTH, (*study.swept, size), work, "examining", {"size": size})

    return answering(study.store, map(question, study.plan))


def known_healths(study: Climb[Any]) -> dict[int, Health]:
    return study.by_size(HEALTH)


def holding_out(study: Climb[Done]) -> Pieces:
    """Train on half of the vectors, and encode the others."""
    missing = [it for it in study.plan if not study.store.has(HALVES, (*study.swept, it))]
    if not missing:
        return

    def question(size: int) -> Question:
        def is_it(event: Any) -> bool:
            return not isinstance(event, Progress) and event.codebook_size == size

        def work() -> Work[Any]:
            return first_of(events, is_it)

        return Question(HALVES, (*study.swept, size), work, "halving-vectors", {"size": size})

    with closing(study.halves(missing)) as events:
        yield from answering(study.store, map(question, missing))


def known_held_out(study: Climb[Any]) -> dict[int, Any]:
    return study.by_size(HALVES)


def _sign_of(study: Climb[Done], progress: Progress) -> Sign:
    there, every = len(study.steps), study.plan
    facts = {"size": progress.codebook_size, "there": there, "all": len(every)}
    return Sign(sum(study.steps) / sum(every), "training", facts)
