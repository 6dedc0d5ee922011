"""Many codebook sizes of one signal under study: what is known of each, and going on with them."""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Generator, Sequence
from contextlib import closing
from functools import cached_property
from typing import Any, ClassVar, Generic, Protocol, TypeVar

from vqcore.codebooks.training import Progress
from vqcore.lab.store import Key, Pieces, Sign, Store


class OfOneSize(Protocol):
    """What is finished of one codebook size."""

    @property
    def codebook_size(self) -> int: ...
    @property
    def figures(self) -> Any: ...


Done = TypeVar("Done", bound=OfOneSize)


class Climb(ABC, Generic[Done]):
    """What a study of a signal at many codebook sizes has; `store` keeps what is found out."""

    KIND: ClassVar[str]
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


def _sign_of(study: Climb[Done], progress: Progress) -> Sign:
    there, every = len(study.steps), study.plan
    facts = {"size": progress.codebook_size, "there": there, "all": len(every)}
    return Sign(sum(study.steps) / sum(every), "training", facts)
