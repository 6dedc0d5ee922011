"""The processes of a cluster, by Dask: of this machine, or of a scheduler that runs elsewhere.

``distributed`` is an extra; it is loaded when a cluster is asked for. Its workers need the same
version of `vqcore`, and see files under the same addresses.
"""

from __future__ import annotations

import os
import signal
from collections.abc import Callable, Iterator
from concurrent.futures import Future
from contextlib import contextmanager, suppress
from functools import partial
from importlib import import_module
from logging import CRITICAL
from time import monotonic
from typing import Any, TypeVar

from vqcore.archive.engine import SECONDS_AN_ITEM, Engine, EngineError, OnPool
from vqcore.version import __version__
from vqcore.work import CORES

Result = TypeVar("Result")

LOCAL = "local"
SCHEMES = ("tcp://", "tls://", "ws://", "wss://", "ucx://")
ANSWER_SECONDS = 10
LOOK_SECONDS = 5
LONELY_SECONDS = 60
SETTINGS: dict[str, Any] = {
    # A group whose worker has ended is begun again in halves, and not by the scheduler, whole.
    "distributed.scheduler.allowed-failures": 0,
    # Dask has workers give memory back at once, and tasks run on a thread of their own, where that
    # is megabytes at every chunk of vectors: half of the time.
    "distributed.nanny.pre-spawn-environ.MALLOC_ARENA_MAX": 1,
    "distributed.nanny.pre-spawn-environ.MALLOC_TRIM_THRESHOLD_": 2**28,
    "distributed.nanny.pre-spawn-environ.MALLOC_MMAP_THRESHOLD_": 2**25,
}


class OnDask:
    """The workers of a client of `distributed`, as a pool.

    Parameters
    ----------
    client
    lonely_seconds : how long to wait for a worker where there is none
    """

    end_together = False

    def __init__(self, client: Any, lonely_seconds: float = LONELY_SECONDS) -> None:
        self._client, self._lonely_seconds = client, lonely_seconds
        self._address = client.scheduler.address
        self.ended: tuple[type[BaseException], ...] = (import_module("distributed").KilledWorker,)
        self._looked = self._seen = monotonic()
        self._threads = self._count()

    @property
    def width(self) -> int:
        """Return how many threads the workers have, one at least."""
        if monotonic() - self._looked > LOOK_SECONDS:
            self._look()
        return max(1, self._threads)

    def submit(self, function: Callable[..., Result], *arguments: Any) -> Future[Result]:
        self._check_scheduler()
        task, future = self._client.submit(function, *arguments, pure=False), Future[Result]()
        future.add_done_callback(partial(_give_up, task))
        self._client.loop.add_callback(_hand_on, task, future)
        return future

    def renew(self) -> None:
        """Begin those workers anew that are at work, or end those that no nanny looks after."""
        known = self._client.scheduler_info(n_workers=-1)["workers"]
        busy = [it for it, tasks in self._client.processing().items() if tasks and it in known]
        looked_after = [it for it in busy if known[it]["nanny"]]
        self._client.restart_workers(looked_after, timeout=LONELY_SECONDS, raise_for_error=False)
        alone = [it for it in busy if it not in looked_after]
        with suppress(TimeoutError):
            _run(self._client, os._exit, 1, workers=alone, on_error="ignore")

    def check(self) -> None:
        self._check_scheduler()
        if monotonic() - self._looked > LOOK_SECONDS:
            self._look()
        if monotonic() - self._seen > self._lonely_seconds:
            lonely = f"There has been no worker at {self._address}"
            raise EngineError(f"{lonely} for {self._lonely_seconds:g} seconds.")

    def _look(self) -> None:
        self._threads, self._looked = self._count(), monotonic()
        if self._threads:
            self._seen = self._looked

    def _count(self) -> int:
        try:
            found = self._client.sync(self._ask, callback_timeout=ANSWER_SECONDS)
        except (OSError, TimeoutError) as error:
            raise self._is_gone from error
        return sum(found.values())

    async def _ask(self) -> dict[str, int]:
        threads: dict[str, int] = await self._client.scheduler.ncores()
        return threads

    def _check_scheduler(self) -> None:
        if self._client.status != "running":
            raise self._is_gone

    @property
    def _is_gone(self) -> EngineError:
        return EngineError(f"The scheduler at {self._address} is gone.")


def _give_up(task: Any, future: Future[Any]) -> None:
    """Cancel a task whose future is cancelled."""
    if future.cancelled() and not task.cancelled():
        task.cancel()


async def _hand_on(task: Any, future: Future[Any]) -> None:
    """Give a future what a task comes to.

    The executor of `distributed` asks for the task's status when it has the result; where the
    worker has ended between, it raises what no job does, or nothing for ever.
    """
    try:
        hand_on = partial(future.set_result, await task._result())
    except Exception as error:  # whatever the job raises, and the scheduler
        hand_on = partial(future.set_exception, error)
    if task.cancelled():
        future.cancel()
    if future.set_running_or_notify_cancel():
        hand_on()


@contextmanager
def on_cluster(
    cluster: str, tell: Callable[[str], None], patience: float = SECONDS_AN_ITEM
) -> Iterator[Engine]:
    """Give the engine of a cluster.

    Parameters
    ----------
    cluster : "local", with one worker a core; "local:3"; or the address of a scheduler
    tell : is told where the dashboard is
    patience : seconds that an item may take

    Raises
    ------
    EngineError
        If there is no such cluster, or its workers cannot do the work.
    """
    with _dask() as distributed, _client(distributed, cluster) as client:
        _check_workers(client)
        tell(client.dashboard_link)
        yield OnPool(OnDask(client), patience)


@contextmanager
def _dask() -> Iterator[Any]:
    """Give `distributed`, with our settings."""
    try:
        configured = import_module("dask.config").set(SETTINGS)
        distributed = import_module("distributed")
    except ImportError as error:
        raise EngineError("A cluster needs Dask: pip install 'vq-lab[cluster]'.") from error
    with configured:
        yield distributed


@contextmanager
def _client(distributed: Any, cluster: str) -> Iterator[Any]:
    """Give a client of a cluster, which ends with it if it began with it."""
    if cluster.startswith(SCHEMES):
        try:
            client = distributed.Client(cluster, timeout=ANSWER_SECONDS)
        except (OSError, TimeoutError, ValueError) as error:
            raise EngineError(f"There is no scheduler at {cluster}.") from error
        with client:
            yield client
        return
    _, _, number = cluster.partition(":")
    own = distributed.LocalCluster(
        n_workers=int(number or CORES),
        threads_per_worker=1,
        dashboard_address="127.0.0.1:0",
        memory_limit=None,
        silence_logs=CRITICAL,  # what it says of workers that end, we say
        preload=[__name__],
    )
    with own, distributed.Client(own) as client:
        yield client


def dask_setup(_: Any) -> None:
    """Let a worker of our own cluster leave Ctrl-C, which all processes hear, to us who end it."""
    signal.signal(signal.SIGINT, signal.SIG_IGN)


def _check_workers(client: Any) -> None:
    """Refuse workers that have another version of `vqcore`, or none."""
    try:
        versions = _run(client, version_here)
    except TimeoutError as error:
        raise EngineError(f"The workers have not answered for {LONELY_SECONDS} seconds.") from error
    except Exception as error:  # whatever a worker raises where it cannot load this module
        raise EngineError(f"The workers cannot load vqcore {__version__}: {error}") from error
    for worker, version in versions.items():
        if version != __version__:
            told = f"The worker {worker} has vqcore {version}, and here is {__version__}."
            raise EngineError(told)


def _run(client: Any, function: Callable[..., Any], *arguments: Any, **how: Any) -> Any:
    """Call a function on workers as `client.run` does, which waits for ever for those that hang."""

    async def run() -> Any:
        return await client.run(function, *arguments, **how)

    return client.sync(run, callback_timeout=LONELY_SECONDS)


def version_here() -> str:
    """Return the version of `vqcore` where this is called."""
    return __version__
