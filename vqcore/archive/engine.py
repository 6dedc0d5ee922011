"""Who does the work on very many pictures: processes of this machine, or those of a cluster.

Work is a job and its items. Groups of items are handed out, a few ahead of what is being done, so
that neither here nor there more is in memory than that. What a job makes of an item depends on the
item alone, and what is added up is whole numbers; so neither the order, nor how many do it, nor how
items are grouped changes a result.

A process may end in the middle of a group: killed from outside, or by an item that takes too much
memory or strikes an error of a library. Its group is halved and begun again. An item that is alone
in its group when that happens is put aside, and tried at the end, with nothing beside it that could
be to blame; if its process ends again, and once more, or takes too long, the item is Lost. So
nobody waits for ever, and nothing is lost for what another item did.
"""

from __future__ import annotations

from collections import deque
from collections.abc import Callable, Generator, Iterator, Sequence
from concurrent.futures import CancelledError, Future, wait
from concurrent.futures.process import BrokenProcessPool
from contextlib import contextmanager
from dataclasses import dataclass
from queue import Empty, SimpleQueue
from time import monotonic
from typing import Any, Literal, Protocol, TypeVar

from joblib.externals.loky import get_reusable_executor
from joblib.externals.loky.process_executor import ShutdownExecutorError

from vqcore.lab.batch import ending_processes
from vqcore.work import CORES

Item = TypeVar("Item")
Result = TypeVar("Result")
Total = TypeVar("Total", bound="Addable")
Job = Callable[[Item], Result]
Group = tuple[int, ...]
"""The places of some items among all."""

GROUP = 4
GROUP_ADDED_UP = 32
GROUPS_A_PROCESS = 8
AHEAD = 2
TRIALS = 2
SECONDS_AN_ITEM = 300.0
LOOK_SECONDS = 0.5
SETTLING_SECONDS = 10
FEW_ITEMS = 8
THREADS = ("OMP", "OPENBLAS", "MKL", "BLIS", "VECLIB_MAXIMUM", "NUMEXPR")


class EngineError(RuntimeError):
    """There is nobody left to do the work; the message is a sentence a person can act on."""


class Addable(Protocol):
    """What adds up to the same in any order."""

    def __add__(self: Total, other: Total) -> Total: ...


@dataclass(frozen=True)
class Lost:
    """An item that came to nothing, because of what it does to the process that works on it."""

    reason: Literal["ended", "slow"]
    seconds: float = SECONDS_AN_ITEM

    def __str__(self) -> str:
        if self.reason == "slow":
            return f"It was given up after {self.seconds:g} seconds."
        return "The process that worked on it ended, perhaps for lack of memory."


class Engine(Protocol):
    """Carries out jobs on items. Jobs, items and results can be pickled."""

    def each(
        self, job: Job[Item, Result], items: Sequence[Item], parts: int | None = None
    ) -> Iterator[tuple[int, Result | Lost]]:
        """Yield an item's place and what the job makes of it, as they are done.

        Parameters
        ----------
        job : what it raises ends all work, and is raised here
        items
        parts : how many groups to make of them, if not as many as suit
        """

    def total(
        self, job: Job[Item, Total], items: Sequence[Item], parts: int | None = None
    ) -> Generator[int, None, tuple[Total | None, dict[int, Lost]]]:
        """Add up what the job makes of items, and yield how many are done.

        Returns
        -------
        total : of all items but those lost; None if there are no others
        lost : by their places
        """


class Pool(Protocol):
    """Processes that take groups of items, and may end with them."""

    @property
    def width(self) -> int:
        """Return how many there are."""

    @property
    def ended(self) -> tuple[type[BaseException], ...]:
        """Return what is raised of a group whose process has ended."""

    @property
    def end_together(self) -> bool:
        """Say whether all groups end when one does."""

    def submit(self, function: Callable[..., Result], *arguments: Any) -> Future[Result]:
        """Let a process call a function."""

    def renew(self) -> None:
        """End the processes that are at work, and begin others."""

    def check(self) -> None:
        """Raise EngineError if there is nobody to wait for."""


class Alone:
    """An engine in this process: what is few is done before another process has begun.

    An item that ends the process ends all work, and takes as long as it takes.
    """

    def each(
        self, job: Job[Item, Result], items: Sequence[Item], parts: int | None = None
    ) -> Iterator[tuple[int, Result | Lost]]:
        return ((place, job(item)) for place, item in enumerate(items))

    def total(
        self, job: Job[Item, Total], items: Sequence[Item], parts: int | None = None
    ) -> Generator[int, None, tuple[Total | None, dict[int, Lost]]]:
        total = None
        for place, item in enumerate(items):
            total = _added(total, job(item))
            yield place + 1
        return total, {}


class OnPool:
    """An engine of processes that are somewhere.

    Parameters
    ----------
    pool
    patience : seconds that an item may take; a group has those of all its items
    """

    def __init__(self, pool: Pool, patience: float = SECONDS_AN_ITEM) -> None:
        self._pool = pool
        self._patience = patience

    def each(
        self, job: Job[Item, Result], items: Sequence[Item], parts: int | None = None
    ) -> Iterator[tuple[int, Result | Lost]]:
        for group, done in self._groups(each_of, job, items, parts, GROUP):
            if isinstance(done, Lost):
                yield group[0], done
            else:
                yield from zip(group, done, strict=True)

    def total(
        self, job: Job[Item, Total], items: Sequence[Item], parts: int | None = None
    ) -> Generator[int, None, tuple[Total | None, dict[int, Lost]]]:
        total, lost, count = None, dict[int, Lost](), 0
        for group, done in self._groups(sum_of, job, items, parts, GROUP_ADDED_UP):
            if isinstance(done, Lost):
                lost[group[0]] = done
            else:
                total = _added(total, done)
            count += len(group)
            yield count
        return total, lost

    def _groups(
        self,
        function: Callable[..., Result],
        job: Job[Item, Any],
        items: Sequence[Item],
        parts: int | None,
        most: int,
    ) -> Iterator[tuple[Group, Result | Lost]]:
        parts = parts or suiting(len(items), self._pool.width, most)
        waiting = deque(groups_of(len(items), parts))
        return _Round(self._pool, self._patience, function, job, items).carried_out(waiting)


class _Round:
    """A job and its items, from the first group to the last suspect."""

    def __init__(
        self,
        pool: Pool,
        patience: float,
        function: Callable[..., Any],
        job: Job[Any, Any],
        items: Sequence[Any],
    ) -> None:
        self._pool, self._patience = pool, patience
        self._function, self._job, self._items = function, job, items
        self._running = dict[Future[Any], Group]()
        self._finished = SimpleQueue[Future[Any]]()

    def carried_out(self, waiting: deque[Group]) -> Iterator[tuple[Group, Any]]:
        """Yield groups and what they come to, last the suspects, one after another."""
        suspects = list[Group]()
        try:
            while waiting or self._running:
                while waiting and len(self._running) < AHEAD * self._pool.width:
                    self._begin(waiting.popleft())
                done, ended = self._next()
                yield from done
                for group in ended:
                    halves = _halved(group)
                    waiting.extendleft(halves) if len(halves) > 1 else suspects.extend(halves)
            for group in sorted(suspects):
                yield group, self._tried(group)
        finally:
            self._cancel()

    def _begin(self, group: Group) -> None:
        items = [self._items[place] for place in group]
        future = self._pool.submit(self._function, self._job, items)
        self._running[future] = group
        future.add_done_callback(self._finished.put)

    def _next(self) -> tuple[list[tuple[Group, Any]], list[Group]]:
        """Wait until groups are done, or their processes end; return both."""
        patience = self._patience * max(map(len, self._running.values()))
        is_late = not self._waited(patience)
        done, ended = self._come_in()
        if is_late or (ended and self._pool.end_together):
            self._pool.renew()
            wait(self._running, SETTLING_SECONDS)
            more, others = self._come_in()
            done, ended = done + more, [*ended, *others, *self._running.values()]
            self._cancel()
        return done, ended

    def _waited(self, seconds: float) -> bool:
        """Wait so long at most until a group that runs is done, whatever was given up before."""
        end = monotonic() + seconds
        while True:
            try:
                future = self._finished.get(timeout=LOOK_SECONDS)
            except Empty:
                self._pool.check()
                if monotonic() > end:
                    return False
                continue
            if future in self._running:
                self._finished.put(future)
                return True

    def _come_in(self) -> tuple[list[tuple[Group, Any]], list[Group]]:
        """Take what is done out of what runs: what it came to, and the groups that ended."""
        done, ended = list[tuple[Group, Any]](), list[Group]()
        while not self._finished.empty():
            future = self._finished.get()
            group = self._running.pop(future, None)
            if group is None:  # it was given up before
                continue
            try:
                done.append((group, future.result()))
            except self._pool.ended:
                ended.append(group)
            except CancelledError:
                self._pool.check()
                ended.append(group)
        return done, ended

    def _cancel(self) -> None:
        for future in self._running:
            future.cancel()
        self._running.clear()

    def _tried(self, group: Group) -> Any:
        """Return what an item comes to with nothing beside it."""
        for _ in range(TRIALS):
            self._begin(group)
            start = monotonic()
            done, _ = self._next()
            if done:
                return done[0][1]
            if monotonic() - start >= self._patience:
                return Lost("slow", self._patience)
        return Lost("ended")


def _added(total: Total | None, more: Total) -> Total:
    return more if total is None else total + more


def each_of(job: Job[Item, Result], items: Sequence[Item]) -> list[Result]:
    """Return what a job makes of each item; what a process of a pool does."""
    return [job(item) for item in items]


def sum_of(job: Job[Item, Total], items: Sequence[Item]) -> Total:
    """Add up what a job makes of items, one at least; what a process of a pool does."""
    total = None
    for item in items:
        total = _added(total, job(item))
    assert total is not None
    return total


def suiting(count: int, width: int, most: int) -> int:
    """Return how many groups to make of so many items for so many processes, of `most` each.

    Examples
    --------
    >>> suiting(1000, 2, 4), suiting(20, 2, 4), suiting(3, 2, 4)
    (250, 16, 3)
    """
    return max(min(count, GROUPS_A_PROCESS * width), -(-count // most))


def groups_of(count: int, parts: int) -> list[Group]:
    """Return the places of so many items in groups of about one size.

    Examples
    --------
    >>> groups_of(5, 2)
    [(0, 1, 2), (3, 4)]
    """
    parts = max(1, min(parts, count))
    ends = [count * part // parts + (count * part % parts > 0) for part in range(parts + 1)]
    return [tuple(range(*ends[at : at + 2])) for at in range(parts) if count]


def _halved(group: Group) -> list[Group]:
    middle = -(-len(group) // 2)
    return [half for half in (group[:middle], group[middle:]) if half]


# --------------------------------------------------------------------------------------------- here


class Processes:
    """Processes of this machine, by joblib, that share out its cores."""

    ended: tuple[type[BaseException], ...] = (BrokenProcessPool, ShutdownExecutorError)
    end_together = True

    def __init__(self, width: int) -> None:
        self.width = width

    def submit(self, function: Callable[..., Result], *arguments: Any) -> Future[Result]:
        future: Future[Result] = self._executor.submit(function, *arguments)
        return future

    def renew(self) -> None:
        self._executor.shutdown(kill_workers=True)

    def check(self) -> None:
        """Do nothing: a process that ends is heard of."""

    @property
    def _executor(self) -> Any:
        threads = str(max(1, CORES // self.width))
        own = {f"{name}_NUM_THREADS": threads for name in THREADS}
        return get_reusable_executor(self.width, timeout=None, env=own)


@contextmanager
def here(width: int = CORES, patience: float = SECONDS_AN_ITEM) -> Iterator[Engine]:
    """Give the engine of so many processes of this machine; with 1 there is no other process."""
    if width == 1:
        yield Alone()
        return
    with ending_processes():
        yield OnPool(Processes(width), patience)


def width_for(items: int) -> int:
    """Return how many processes so many pictures are worth: none other for a few of them."""
    return max(1, min(CORES, items // FEW_ITEMS))
