"""Tests of turns: work stops where there is something new to show, and time is up."""

from collections.abc import Iterator
from itertools import chain

import pytest
from helpers import smooth_picture

from vqcore.codebooks.training import Progress
from vqcore.coding.codec import Settings
from vqcore.lab import turns
from vqcore.lab.store import Pieces, Question, Sign, Store
from vqcore.lab.study import Study, missing_steps
from vqcore.lab.sweeps import SHOWN_FIRST, Preview, Step
from vqcore.lab.turns import answered, seldom, sweep_on, work_on
from vqcore.work import Work


@pytest.fixture(autouse=True)
def _clock(monkeypatch: pytest.MonkeyPatch) -> None:
    """Let each look at the clock take a second."""
    seconds: Iterator[int] = iter(range(10**6))
    monkeypatch.setattr(turns, "monotonic", lambda: next(seconds))


def pieces(*every: Sign | None) -> Pieces:
    yield from every


def test_work_goes_on_to_the_end_and_tells_each_sign() -> None:
    told: list[Sign] = []
    first, second = Sign(0, "first"), Sign(0.5, "second")
    everything = [pieces(first, None), pieces(second)]
    assert work_on(everything, 9, tell=told.append)
    assert told == [first, second]
    assert not work_on([pieces(first), pieces()], 9, tell=told.append)


def test_work_stops_at_a_piece_when_time_is_up_and_is_closed() -> None:
    told: list[Sign] = []
    begun, later = pieces(None, None, Sign(0, "late"), None), pieces(Sign(0, "later"))
    assert work_on([begun, later], 1, tell=told.append)
    assert told == []
    assert list(begun) == []
    assert list(later) == [Sign(0, "later")]


def study() -> Study:
    sizes = (1, 2, 4, 8, 16, 32, 64)
    return Study("waves", smooth_picture(40, 56), Settings(4, "gray"), sizes, Store(10**8))


def test_a_sweep_goes_on_to_its_end_and_all_is_taken() -> None:
    of, shown = study(), list[Preview | Step]()
    sweep_on(of, missing_steps(of), 1000, tell=lambda _: None, show=shown.append)
    assert of.is_complete
    assert [it.codebook_size for it in shown if isinstance(it, Step)] == list(of.steps)


def test_a_sweep_stops_at_a_size_worth_a_look_when_time_is_up() -> None:
    of, shown, told = study(), list[Preview | Step](), list[Sign]()
    events = chain([Progress(1)], missing_steps(of))
    sweep_on(of, events, 0, tell=told.append, show=shown.append)
    assert [it.codebook_size >= SHOWN_FIRST for it in shown] == [False] * (len(shown) - 1) + [True]
    assert not of.is_complete
    assert told[0].doing == "training"


def test_a_question_is_worked_at_to_its_answer_once() -> None:
    store, told = Store(10**6), list[Sign]()

    def work() -> Work[str]:
        yield
        yield
        return "answer"

    question = Question("kind", ("key",), work, "asking", {"size": 8})
    assert answered(store, question, told.append) == "answer"
    assert told == 2 * [Sign(0.5, "asking", {"size": 8})]
    assert answered(store, question, told.append) == "answer"
    assert len(told) == 2


def test_signs_are_let_through_now_and_then() -> None:
    """A sign that is told takes two looks at the clock, one that is not takes one."""
    told: list[Sign] = []
    tell = seldom(told.append, 3)
    for place in range(8):
        tell(Sign(place, "counting"))
    assert [sign.share for sign in told] == [0, 3, 6]
