"""Long work: on all cores, with pauses, so that whoever waits can show progress or stop waiting."""

from __future__ import annotations

import os
import pickle
import signal
import subprocess
import sys
from collections import deque
from collections.abc import Callable, Generator, Iterable, Iterator
from concurrent.futures import Future, ThreadPoolExecutor, wait
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from functools import cached_property, partial
from pathlib import Path
from queue import Empty, SimpleQueue
from threading import Lock, Thread
from typing import Any, Generic, TypeVar

from joblib import cpu_count
from threadpoolctl import OpenBLASController, ThreadpoolController

Item = TypeVar("Item")
Result = TypeVar("Result")

PAUSE_SECONDS = 0.05
PACKAGE_PLACE = str(Path(__file__).resolve().parents[1])
# Of the other process. It takes over where this one looks for modules, and none of its own: with -P
# not even the working directory.
FIRST_WORDS = (
    "import pickle, sys; sys.path[:] = pickle.load(sys.stdin.buffer); "
    "from vqcore.work import serve; serve()"
)


def usable_cores() -> int:
    """Return the cores of this process, or OMP_NUM_THREADS where that is fewer.

    joblib sets the variable in its workers, so that together they keep to the cores there are.
    """
    cores: int = cpu_count()
    limit = os.environ.get("OMP_NUM_THREADS", "")
    return min(cores, max(1, int(limit))) if limit.isdecimal() else cores


CORES = usable_cores()
POOL = ThreadPoolExecutor(max(1, CORES - 1), thread_name_prefix="vqcore")

Work = Generator[Any, None, Result]
"""Yields many times a second, for some work what it has come to; its return value is the result.

Closing it stops the work.
"""


def finish(work: Work[Result]) -> Result:
    """Do all the work at once.

    Examples
    --------
    >>> def counting():
    ...     yield
    ...     return 2
    >>> finish(counting())
    2
    """
    while True:
        try:
            next(work)
        except StopIteration as end:
            result: Result = end.value
            return result


def until_done(future: Future[Result]) -> Work[Result]:
    """Pause until a call on another thread is done; closing cancels it, unless it has begun.

    Examples
    --------
    >>> finish(until_done(POOL.submit(abs, -3)))
    3
    """
    try:
        while not wait([future], PAUSE_SECONDS).done:
            yield
        return future.result()
    finally:
        future.cancel()


def mapped(work: Work[Result], pause: Callable[[Any], Item]) -> Generator[Item, None, Result]:
    """Do the work, and at each of its pauses yield what a function makes of it.

    Examples
    --------
    >>> def counting():
    ...     yield 1
    ...     return 2
    >>> list(mapped(counting(), lambda seen: seen * 10))
    [10]
    """
    while True:
        try:
            seen = next(work)
        except StopIteration as end:
            result: Result = end.value
            return result
        yield pause(seen)


@dataclass
class _Task(Generic[Result]):
    """A call that waits for a thread of the pool, unless whoever needs the result is quicker."""

    call: Callable[[], Result]
    future: Future[Result]

    def taken(self) -> bool:
        """Make the call here and now, if no thread has begun it."""
        if not self.future.cancel():
            return False
        self.future = Future()
        self.future.set_result(self.call())
        return True


def on_all_cores(function: Callable[[Item], Result], items: Iterable[Item]) -> Iterator[Result]:
    """Yield function(item) for each item, in order, while the next few are being worked on.

    The caller's thread works too; all callers in a process share the others. On one core there are
    no others. Closing the iterator leaves at most one call a core to its end. `function` must not
    call `on_all_cores`.

    Examples
    --------
    >>> list(on_all_cores(abs, [-3, 2]))
    [3, 2]
    """
    ahead: deque[_Task[Result]] = deque()
    try:
        with one_thread_a_product():
            if CORES == 1:
                yield from map(function, items)
                return
            for item in items:
                call = partial(function, item)
                ahead.append(_Task(call, POOL.submit(call) if ahead else Future()))
                if len(ahead) > 2 * CORES:
                    yield _first(ahead)
            while ahead:
                yield _first(ahead)
    finally:
        for task in ahead:
            task.future.cancel()


def _first(ahead: deque[_Task[Result]]) -> Result:
    """Return the first task's result, working on those behind it while it is not there."""
    while not ahead[0].future.done() and any(task.taken() for task in ahead):
        pass
    return ahead.popleft().future.result()


def in_another_process(
    function: Callable[..., Iterator[Item]], *arguments: Any
) -> Generator[Item | None]:
    """Yield what a function yields in a process of its own, and None at pauses between.

    That process imports the function's module, and never the script that is run here. Closing the
    iterator kills it at once, with all that it has begun; it also ends when this process is gone.
    It leaves no files.

    Parameters
    ----------
    function : of a module; returns an iterator
    arguments : what it takes; all of it, and what it yields, can be pickled

    Raises
    ------
    RuntimeError
        If the process ends before its work is done; what went wrong it has told the standard error.

    Examples
    --------
    >>> [seen for seen in in_another_process(range, 3) if seen is not None]
    [0, 1, 2]
    """
    command = [sys.executable, "-P", "-c", FIRST_WORDS]
    pipes: Any = {"stdin": subprocess.PIPE, "stdout": subprocess.PIPE}
    with subprocess.Popen(command, start_new_session=True, **pipes) as process:
        said = SimpleQueue[tuple[Item] | None]()
        talk = Thread(target=_talk, args=(process, (function, arguments), said), daemon=True)
        talk.start()
        try:
            yield from _heard(said)
            if process.wait():
                raise RuntimeError(f"the process of {function.__name__} ended before its work")
        finally:
            _end_all_of(process)
            talk.join()
            with suppress(OSError):  # what it had not yet read
                process.stdin.close()  # type: ignore[union-attr]


def _end_all_of(process: subprocess.Popen[bytes]) -> None:
    """Kill a process and those that it has begun: joblib's stay for ever when it is gone."""
    if hasattr(os, "killpg"):
        with suppress(ProcessLookupError, PermissionError):
            os.killpg(process.pid, signal.SIGKILL)
    process.kill()


def _talk(process: Any, job: Any, said: SimpleQueue[Any]) -> None:
    """Hand a job to a process and put down what it says, in tuples of one, and None at the end.

    Its standard input stays open to the end: it is how the process knows that this one is there.
    """
    try:
        with suppress(OSError, EOFError, pickle.UnpicklingError):
            for message in ([*sys.path, PACKAGE_PLACE], job):
                pickle.dump(message, process.stdin, pickle.HIGHEST_PROTOCOL)
            process.stdin.flush()
            while True:
                said.put((pickle.load(process.stdout),))
    finally:
        said.put(None)


def _heard(said: SimpleQueue[tuple[Item] | None]) -> Iterator[Item | None]:
    while True:
        try:
            words = said.get(timeout=PAUSE_SECONDS)
        except Empty:
            yield None
            continue
        if words is None:
            return
        yield words[0]


def serve() -> None:
    """Do the job that is asked for on the standard input: the other side of `in_another_process`.

    What anyone prints goes to the standard error; on the standard output is what the job yields.
    """
    with os.fdopen(os.dup(1), "wb") as answers:
        os.dup2(2, 1)
        function, arguments = pickle.load(sys.stdin.buffer)
        Thread(target=_end_when_left_alone, daemon=True).start()
        for item in function(*arguments):
            pickle.dump(item, answers, pickle.HIGHEST_PROTOCOL)
            answers.flush()


def _end_when_left_alone() -> None:
    os.read(0, 1)
    if hasattr(os, "killpg"):
        os.killpg(0, signal.SIGKILL)  # with those that it has begun
    os._exit(1)


class _Blas:
    """The matrix libraries, held to one thread for as long as anyone asks for that.

    OpenBLAS has one limit for the whole process, which threadpoolctl lets but one thread set: the
    first, until that has done. Here any thread may be first, and another last.
    """

    def __init__(self) -> None:
        self._lock = Lock()
        self._users = 0
        self._limit: Any = None

    @cached_property
    def _controller(self) -> ThreadpoolController:
        """What is loaded when first asked: by then, both numpy's and scipy's library."""
        return ThreadpoolController()

    @contextmanager
    def one_thread(self) -> Iterator[None]:
        with self._lock:
            if not self._users:
                OpenBLASController.clear_controlling_thread(force=True)
                self._limit = self._controller.limit(limits=1, user_api="blas")
            self._users += 1
        try:
            yield
        finally:
            with self._lock:
                self._users -= 1
                if not self._users:
                    OpenBLASController.clear_controlling_thread(force=True)
                    self._limit.restore_original_limits()
                    OpenBLASController.clear_controlling_thread()


one_thread_a_product = _Blas().one_thread
"""A context in which each matrix product runs on the thread that asks for it.

The products here are small: threads of their own gain little and, when another program is busy,
lose tenfold. Many of them at once keep the cores busier.
"""
