"""Exercises in words: questions, choices, and what is said to an answer."""

from __future__ import annotations

from typing import Any

from vqcore.lab.exercises import Exercise
from vqcore.words import say


def question_of(it: Exercise) -> str:
    return say(f"exercise.{it.id}.question", **it.facts)


def choice_in_words(it: Exercise, choice: Any) -> str:
    """Return what a choice of an exercise is called."""
    if it.id == "rival":
        return say("exercise.first") if choice == 1 else say("exercise.second")
    if it.id == "block":
        return f"{choice} × {choice}"
    if it.id == "bits":
        return say("count.byte", n=choice)
    if it.id == "step":
        return say("curve.step", step=choice)
    return say("exercise.none") if choice is None else say("figure.k", size=choice)


def reply_to(it: Exercise, choice: Any) -> str:
    """Return whether a choice is right, with the reason, or else where to look."""
    if choice != it.answer:
        own = say("exercise-of-whole.rival") if it.is_whole and it.id == "rival" else ""
        return say("exercise.wrong", hint=own or say(f"exercise.{it.id}.hint", **it.facts))
    if it.id == "half" and it.answer is None:
        name = "exercise-of-whole.half" if it.is_whole else "exercise.half.reason-none"
        return say("exercise.right", reason=say(name))
    return say("exercise.right", reason=say(f"exercise.{it.id}.reason", **it.facts))
