"""The course: exercises that check themselves, ``exercise("02.2")``."""

from __future__ import annotations

from copy import copy
from importlib import import_module

from liftkit.course.exercise import Exercise
from liftkit.course.feedback import Feedback

__all__ = ["Exercise", "Feedback", "all_exercises", "exercise"]

LESSONS = 12


def all_exercises() -> dict[str, Exercise]:
    """Every exercise by its number, in the order of the lessons.

    >>> list(all_exercises())[:2]
    ['00.1', '00.2']
    """
    found = [one for n in range(LESSONS) for one in import_module(f"liftkit.course.exercises.lesson_{n:02d}").EXERCISES]
    return {one.number: one for one in found}


def exercise(number: str) -> Exercise:
    """A fresh exercise: shown, it is its task; it has ``check(answer)``, ``hint()``, ``hint(2)`` and ``solution()``.

    Raises ValueError on an unknown number, listing those there are.

    >>> exercise("01.1").check(lambda x3d: x3d[..., :2]).status
    'correct'
    """
    known = all_exercises()
    if number not in known:
        raise ValueError(f"unknown exercise {number!r}; there are {', '.join(known)}")
    return copy(known[number])
