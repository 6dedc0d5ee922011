"""Tests of engine: everything is done, whoever ends on the way, and what ends them is named."""

import os
import time
from collections.abc import Callable
from concurrent.futures import Future

import deadly
import pytest
from deadly import Once, Square
from hypothesis import given
from hypothesis import strategies as st

from vqcore.archive import engine as engine_module
from vqcore.archive.engine import (
    AHEAD,
    Alone,
    EngineError,
    Lost,
    OnPool,
    groups_of,
    here,
    suiting,
    width_for,
)
from vqcore.work import finish


class Ended(Exception):
    """A process has ended."""


class FakePool:
    """A pool that does what it is given when somebody waits; some items end or stop it.

    Parameters
    ----------
    deadly, endless : items
    once : how often the deadly ones are
    """

    ended = (Ended,)

    def __init__(self, deadly=(), endless=(), *, width=2, end_together=False, once=10**6):
        self.width, self.end_together = width, end_together
        self.deadly, self.endless, self.once = set(deadly), set(endless), once
        self.begun, self.futures, self.renewals = [], [], 0

    def submit(self, function: Callable, job: object, items: list) -> Future:
        self.begun.append(items)
        self.futures.append(future := Future())
        if self.deadly.intersection(items) and self.once:
            self.once -= 1
            future.set_exception(Ended())
        elif not self.endless.intersection(items):
            future.set_result(function(job, items))
        return future

    def renew(self):
        self.renewals += 1
        for future in self.futures:
            if not future.done():
                future.set_exception(Ended())

    def check(self):
        pass


class Tardy(FakePool):
    """A pool that does nothing before somebody looks, and then the first; what was given up ends
    at the next beginning.
    """

    def __init__(self, endless):
        super().__init__(width=3)
        self.hung, self.hanging, self.left, self.work = set(endless), [], [], []

    def submit(self, function: Callable, job: object, items: list) -> Future:
        while self.left:
            self.left.pop().set_exception(Ended())
        self.begun.append(items)
        future = Future()
        future.set_running_or_notify_cancel()  # at work: nobody can cancel it
        if self.hung.intersection(items):
            self.hung -= set(items)
            self.hanging.append(future)
        else:
            self.work.append((future, lambda: function(job, items)))
        return future

    def renew(self):
        self.left, self.hanging = self.hanging, []

    def check(self):
        if self.work:
            future, made = self.work.pop(0)
            future.set_result(made())


def squares(numbers: range) -> dict[int, int]:
    return {place: number**2 for place, number in enumerate(numbers)}


def total_of(engine, job, items, parts=None):
    return finish(engine.total(job, items, parts))


# ------------------------------------------------------------------------------------------- groups


@given(st.integers(0, 200), st.integers(1, 300))
def test_groups_are_all_items_in_order_and_of_about_one_size(count: int, parts: int) -> None:
    groups = groups_of(count, parts)
    assert [place for group in groups for place in group] == list(range(count))
    assert len(groups) == min(count, parts)
    lengths = {len(group) for group in groups}
    assert not lengths or max(lengths) - min(lengths) <= 1


def test_few_items_make_groups_enough_for_all_and_many_small_ones() -> None:
    assert [suiting(count, 2, 4) for count in (1, 16, 17, 64, 1000)] == [1, 16, 16, 16, 250]
    assert suiting(10**6, 1600, 32) == 31_250


@pytest.mark.parametrize("parts", [None, 1, 7, 30])
def test_every_engine_gives_the_same(parts: int | None) -> None:
    numbers = range(3, 33)
    for engine in (Alone(), OnPool(FakePool())):
        assert dict(engine.each(Square(), numbers, parts)) == squares(numbers)
        assert total_of(engine, Square(), numbers, parts) == (sum(squares(numbers).values()), {})
        assert (list(engine.each(Square(), [])), total_of(engine, Square(), [])) == ([], (None, {}))


def test_totals_tell_how_far_they_are() -> None:
    for engine in (Alone(), OnPool(FakePool())):
        assert list(engine.total(Square(), range(4), 4)) == [1, 2, 3, 4]


def test_few_groups_are_handed_out_at_a_time() -> None:
    pool = FakePool(width=3)
    work = OnPool(pool).each(Square(), range(100), 100)
    next(work)
    assert len(pool.begun) == AHEAD * 3


def test_what_a_job_raises_is_raised() -> None:
    for engine in (Alone(), OnPool(FakePool())):
        with pytest.raises(FileNotFoundError, match=r"17\.png"):
            dict(engine.each(Square(wrong=frozenset({17})), range(30)))


# ------------------------------------------------------------------------------------------- faults


@pytest.mark.parametrize("end_together", [False, True])
@pytest.mark.parametrize("parts", [1, 3, 30])
def test_items_that_end_their_process_are_named_and_all_others_done(
    parts: int, end_together: bool
) -> None:
    pool = FakePool(deadly={5, 6, 29}, end_together=end_together)
    found = dict(OnPool(pool).each(Square(), range(30), parts))
    assert {place for place, it in found.items() if it == Lost("ended")} == {5, 6, 29}
    assert {place: it for place, it in found.items() if place not in (5, 6, 29)} == {
        place: it for place, it in squares(range(30)).items() if place not in (5, 6, 29)
    }
    alone = [items for items in pool.begun if items == [6]]
    assert len(alone) == 3  # at the end of halving, and twice with nothing beside it
    assert pool.begun[-6:] == [[5], [5], [6], [6], [29], [29]]


@pytest.mark.parametrize("end_together", [False, True])
@pytest.mark.parametrize("once", [1, 2])
def test_an_item_whose_process_was_ended_by_others_is_done(end_together: bool, once: int) -> None:
    pool = FakePool(deadly={3}, end_together=end_together, once=once)
    assert dict(OnPool(pool).each(Square(), range(9), 9)) == squares(range(9))
    pool = FakePool(deadly={3}, end_together=end_together, once=once)
    assert total_of(OnPool(pool), Square(), range(9), 2) == (sum(squares(range(9)).values()), {})


def test_nobody_waits_for_ever_for_an_item() -> None:
    pool = FakePool(endless={4})
    found = dict(OnPool(pool, patience=0.01).each(Square(), range(9), 3))
    assert found.pop(4) == Lost("slow", 0.01)
    assert found == {place: it for place, it in squares(range(9)).items() if place != 4}
    assert pool.renewals == 4  # for 3 of them, for 2, for itself beside others, and alone


def test_what_is_given_up_and_ends_late_is_nobody_elses(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(engine_module, "SETTLING_SECONDS", 0)
    monkeypatch.setattr(engine_module, "LOOK_SECONDS", 0.01)
    pool = Tardy(endless={1, 2})
    assert dict(OnPool(pool, patience=0.1).each(Square(), range(3), 3)) == squares(range(3))
    assert pool.begun == [[0], [1], [2], [1], [2]]


def test_where_there_is_nobody_to_wait_for_no_one_waits() -> None:
    pool = FakePool(endless={4})

    def check() -> None:
        raise EngineError("gone")

    pool.check = check
    with pytest.raises(EngineError, match="gone"):
        dict(OnPool(pool).each(Square(), range(9), 3))


def test_lost_items_say_why() -> None:
    assert str(Lost("slow", 300)) == "It was given up after 300 seconds."
    told = "The process that worked on it ended, perhaps for lack of memory."
    assert str(Lost("ended")) == told


def test_closing_cancels_what_has_not_begun() -> None:
    pool = FakePool(endless=range(1, 9))
    work = OnPool(pool).each(Square(), range(9), 9)
    next(work)
    work.close()
    assert [future.cancelled() for future in pool.futures] == [False, True, True, True]


# ------------------------------------------------------------------------------ processes, this way


@pytest.fixture(scope="module")
def processes():
    """Return two of this machine."""
    with here(2, patience=6) as engine:
        yield engine


def test_processes_of_this_machine_do_the_work(processes) -> None:
    found = {it for _, it in processes.each(deadly.process, range(40))}
    assert os.getpid() not in found
    assert len(found) <= 2
    assert total_of(processes, Square(), range(40), 7) == (sum(squares(range(40)).values()), {})


def test_processes_that_end_take_nothing_with_them(processes, tmp_path) -> None:
    job = Once(Square(), 7, tmp_path / "killed")
    assert dict(processes.each(job, range(20))) == squares(range(20))
    assert (tmp_path / "killed").exists()


def test_the_item_that_ends_its_process_and_the_endless_one_are_found(processes) -> None:
    found = dict(processes.each(Square(frozenset({13}), frozenset({2})), range(20), 20))
    lost = {place: it for place, it in found.items() if isinstance(it, Lost)}
    assert lost == {13: Lost("ended"), 2: Lost("slow", 6)}
    assert len(found) == 20


def test_what_is_few_needs_no_process() -> None:
    with here(1) as engine:
        assert dict(engine.each(deadly.process, [1, 2])) == {0: os.getpid(), 1: os.getpid()}


def test_processes_are_for_many_items(monkeypatch) -> None:
    monkeypatch.setattr("vqcore.archive.engine.CORES", 4)
    assert [width_for(items) for items in (0, 1, 15, 16, 31, 10**6)] == [1, 1, 1, 2, 3, 4]


def test_no_process_is_left(tmp_path) -> None:
    with here(2) as engine:
        [*found] = {it for _, it in engine.each(deadly.process, range(4), 4)}
    for _ in range(100):
        if not any(os.path.exists(f"/proc/{it}") for it in found):
            break
        time.sleep(0.1)
    else:
        raise AssertionError("a process is left")
