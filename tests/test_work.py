"""Tests of work: work that pauses, and stops when it is closed."""

import os
import signal
import subprocess
import sys
import threading
import time
from collections.abc import Iterator
from contextlib import ExitStack

import pytest
from threadpoolctl import threadpool_info, threadpool_limits

from vqcore import work
from vqcore.work import (
    CORES,
    POOL,
    Work,
    finish,
    in_another_process,
    on_all_cores,
    one_thread_a_product,
    until_done,
    usable_cores,
)


def counted(pauses: int, log: list[str]) -> Work[int]:
    try:
        for number in range(pauses):
            log.append(f"step {number}")
            yield
        return pauses
    finally:
        log.append("end")


def test_finish_goes_on_to_the_result() -> None:
    log: list[str] = []
    assert finish(counted(3, log)) == 3
    assert log == ["step 0", "step 1", "step 2", "end"]


def test_finish_of_work_without_a_pause() -> None:
    assert finish(counted(0, [])) == 0


def test_closed_work_stops_where_it_is() -> None:
    log: list[str] = []
    work = counted(3, log)
    next(work)
    work.close()
    assert log == ["step 0", "end"]


# ----------------------------------------------------------------------------- on another thread


def test_waiting_pauses_until_the_call_is_done() -> None:
    go_on = threading.Event()
    call = POOL.submit(go_on.wait, 10)
    work = until_done(call)
    for _ in range(3):
        assert next(work) is None
    assert not call.done()
    go_on.set()
    assert finish(work) is True


def test_the_error_of_a_call_reaches_who_waits() -> None:
    with pytest.raises(ZeroDivisionError):
        finish(until_done(POOL.submit(lambda: 1 / 0)))


def test_a_call_that_nobody_waits_for_is_not_begun() -> None:
    go_on, begun = threading.Event(), []
    busy = [POOL.submit(go_on.wait, 10) for _ in range(POOL._max_workers)]
    work = until_done(POOL.submit(begun.append, 1))
    next(work)
    work.close()
    go_on.set()
    assert all(future.result() for future in busy)
    POOL.submit(int).result()
    assert not begun


# ---------------------------------------------------------------------------------- on all cores


def test_results_come_in_order_whatever_takes_longest() -> None:
    def slow(number: int) -> int:
        time.sleep(0.01 if number % 3 == 0 else 0)
        return -number

    assert list(on_all_cores(slow, range(50))) == [-number for number in range(50)]


def test_work_is_shared_by_as_many_threads_as_there_are_cores() -> None:
    meeting = threading.Barrier(CORES, timeout=10)
    list(on_all_cores(lambda _: meeting.wait(), range(CORES)))


def test_on_one_core_the_caller_works_alone(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(work, "CORES", 1)
    monkeypatch.setattr(work, "POOL", None)
    workers = set(on_all_cores(lambda _: threading.current_thread(), range(20)))
    assert workers == {threading.current_thread()}


@pytest.mark.parametrize(
    ("limit", "cores"),
    [("1", 1), ("3", 3), ("8", 4), ("0", 1), ("", 4), ("all", 4), ("-1", 4)],
)
def test_cores_are_those_there_are_or_fewer_if_the_environment_says_so(
    monkeypatch: pytest.MonkeyPatch, limit: str, cores: int
) -> None:
    monkeypatch.setattr(work, "cpu_count", lambda: 4)
    monkeypatch.setenv("OMP_NUM_THREADS", limit)
    assert usable_cores() == cores


def test_without_a_limit_all_cores_are_usable(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(work, "cpu_count", lambda: 4)
    monkeypatch.delenv("OMP_NUM_THREADS", raising=False)
    assert usable_cores() == 4


def test_an_error_reaches_the_caller_and_the_rest_is_left() -> None:
    started = []

    def fail(number: int) -> None:
        started.append(number)
        raise ValueError(f"number {number}")

    with pytest.raises(ValueError, match="number 0"):
        list(on_all_cores(fail, range(10_000)))
    time.sleep(0.05)
    assert len(started) <= 4 * CORES


def test_closing_leaves_nothing_running() -> None:
    finished = []

    def slow(number: int) -> None:
        time.sleep(0.02)
        finished.append(number)

    results = on_all_cores(slow, range(10_000))
    next(results)
    results.close()
    time.sleep(0.1)
    after = len(finished)
    time.sleep(0.1)
    assert len(finished) == after <= 4 * CORES


def blas_threads() -> set[int]:
    libraries = [library for library in threadpool_info() if library["user_api"] == "blas"]
    return {library["num_threads"] for library in libraries}


def test_products_keep_to_one_thread_until_the_last_caller_has_done() -> None:
    before = blas_threads()
    with one_thread_a_product():
        inner = on_all_cores(abs, range(3))
        next(inner)
        inner.close()
        assert blas_threads() == {1}
        assert list(on_all_cores(lambda _: blas_threads(), [0])) == [{1}]
    assert blas_threads() == before


def test_products_keep_to_one_thread_whichever_thread_asks() -> None:
    before, seen = blas_threads(), []

    def ask() -> None:
        with one_thread_a_product():
            seen.append(blas_threads())

    ask()
    with threadpool_limits(3, user_api="blas"):
        for _ in range(2):
            other = threading.Thread(target=ask)
            other.start()
            other.join()
        assert blas_threads() == {3}
    assert seen == [{1}] * 3
    assert blas_threads() == before


def test_the_last_to_have_done_need_not_be_the_first_to_have_asked() -> None:
    before = blas_threads()
    first, last = ExitStack(), ExitStack()
    first.enter_context(one_thread_a_product())
    other = threading.Thread(target=lambda: last.enter_context(one_thread_a_product()))
    other.start()
    other.join()
    first.close()
    assert blas_threads() == {1}
    other = threading.Thread(target=last.close)
    other.start()
    other.join()
    assert blas_threads() == before


# ---------------------------------------------------------------------------- in another process


def begin_another() -> Iterator[int]:
    """Begin a process that would stay, and yield its id."""
    waiting = "import time; time.sleep(60)"
    with subprocess.Popen([sys.executable, "-c", waiting]) as process:
        yield process.pid


def is_running(process_id: int) -> bool:
    try:
        os.kill(process_id, 0)
    except ProcessLookupError:
        return False
    return not is_zombie(process_id)


def is_zombie(process_id: int) -> bool:
    state = subprocess.run(["ps", "-o", "stat=", "-p", str(process_id)], capture_output=True)
    return state.stdout.strip()[:1] in (b"Z", b"")


@pytest.mark.skipif(not hasattr(os, "killpg"), reason="there are no groups of processes")
def test_closing_ends_what_the_other_process_has_begun() -> None:
    events = in_another_process(begin_another)
    begun = next(event for event in events if event is not None)
    assert is_running(begun)
    events.close()
    for _ in range(100):
        if not is_running(begun):
            return
        time.sleep(0.05)
    os.kill(begun, signal.SIGKILL)
    pytest.fail("the process stays")
