"""Tests of store: bounded, never copied, safe for many; questions are answered once."""

import sys
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass

import numpy as np
import pytest

from vqcore.lab.store import Question, Sign, Store, answering, bytes_of


def kilobyte():
    return np.zeros(1000, np.uint8)


def test_what_is_kept_is_given_back_as_it_is():
    store, value = Store(10**6), kilobyte()
    assert store.keep("kind", (1, "a"), value) is value
    assert store.find("kind", (1, "a")) is value
    assert store.find("other", (1, "a")) is None
    assert store.find("kind", (1, "b"), "none") == "none"


def test_none_is_an_answer_too():
    store = Store(10**6)
    assert not store.has("kind", (1,))
    assert store.once("kind", (1,), lambda: None) is None
    assert store.has("kind", (1,))
    assert store.once("kind", (1,), lambda: 7) is None


def test_first_value_stays():
    store = Store(10**6)
    assert store.keep("kind", (1,), "first") == "first"
    assert store.keep("kind", (1,), "second") == "first"


def test_what_was_used_longest_ago_goes_first():
    store = Store(3 * bytes_of(kilobyte()))
    for name in "abc":
        store.keep("kind", (name,), kilobyte())
    store.find("kind", ("a",))
    store.keep("kind", ("d",), kilobyte())
    assert [name for name in "abcd" if store.has("kind", (name,))] == ["a", "c", "d"]


def test_bytes_stay_within_the_bound_and_one_value_may_exceed_it():
    store = Store(5000)
    for number in range(100):
        store.keep("kind", (number,), kilobyte())
        assert store.bytes <= 5000
    store.keep("kind", ("large",), np.zeros(10**5, np.uint8))
    assert store.has("kind", ("large",))
    assert not store.has("kind", (99,))
    store.keep("kind", ("small",), b"1")
    assert store.bytes < 100


@dataclass
class Pair:
    one: np.ndarray
    other: object


def test_bytes_are_those_of_all_that_is_held_and_of_nothing_twice():
    array, alone = kilobyte(), sys.getsizeof(kilobyte())
    assert bytes_of(array) == alone >= 1000
    assert bytes_of([array, array]) < 1.5 * alone
    assert bytes_of(Pair(array, {"more": [kilobyte()]})) > 2 * alone
    assert bytes_of(array[:10]) > alone
    assert bytes_of(b"x" * 5000) > 5000


def test_many_at_once_leave_the_count_right():
    store = Store(50_000)

    def use(number):
        for step in range(200):
            store.once("kind", ((number * step) % 97,), kilobyte)

    with ThreadPoolExecutor(8) as pool:
        list(pool.map(use, range(8)))
    left = [number for number in range(97) if store.has("kind", (number,))]
    assert store.bytes == len(left) * bytes_of(kilobyte()) <= 50_000


def counting(to):
    for _ in range(to):
        yield
    return to


def questions(numbers, asked):
    def question(number):
        def work():
            asked.append(number)
            return counting(number)

        return Question("count", (number,), work, "counting", {"to": number})

    return list(map(question, numbers))


def test_questions_are_answered_once_with_signs_of_the_share_done():
    store, asked = Store(10**6), []
    every = questions([2, 1], asked)
    two, one = Sign(0, "counting", {"to": 2}), Sign(0.5, "counting", {"to": 1})
    assert list(answering(store, every)) == [two, two, None, one, None]
    assert list(answering(store, every)) == []
    assert asked == [2, 1]
    assert store.find("count", (2,)) == 2


def test_closing_goes_on_later_with_what_is_missing():
    store, asked = Store(10**6), []
    pieces = answering(store, questions([1, 1000, 2], asked))
    assert [next(pieces), next(pieces)] == [Sign(0, "counting", {"to": 1}), None]
    next(pieces)
    pieces.close()
    assert asked == [1, 1000]
    list(answering(store, questions([1, 2], asked)))
    assert asked == [1, 1000, 2]


def test_an_error_leaves_nothing_behind():
    def work():
        yield
        raise ValueError("no")

    store = Store(10**6)
    with pytest.raises(ValueError, match="no"):
        list(answering(store, [Question("kind", (1,), work, "failing")]))
    assert not store.has("kind", (1,))
