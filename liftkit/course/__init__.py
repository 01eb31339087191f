"""The course: exercises that check themselves, ``exercise("02.2")``."""

from __future__ import annotations

from copy import copy
from importlib import import_module
from pkgutil import iter_modules

from liftkit.course import exercises
from liftkit.course.exam import CLOSED, ExamExercise
from liftkit.course.exercise import Exercise
from liftkit.course.feedback import Feedback, MarkdownText
from liftkit.course.predictions import predict, tally

__all__ = [
    "Exercise",
    "Feedback",
    "all_exercises",
    "begin_exam",
    "exercise",
    "lesson_exercises",
    "predict",
    "tally",
]

_exam = False  # whether this process is in an exam


def begin_exam() -> MarkdownText:
    """Close hints, solutions and answers of all exercises until this process ends. A fence and not a wall."""
    global _exam
    _exam = True
    return MarkdownText(CLOSED)


def lesson_exercises(lesson: str) -> dict[str, Exercise]:
    """Load the exercises of one lesson, by number. No other lesson's module is imported."""
    lessons = _lessons()
    if lesson not in lessons:
        raise ValueError(f"there is no lesson {lesson!r} with exercises; the lessons are {', '.join(lessons)}")
    found = import_module(f"{exercises.__name__}.lesson_{lesson}").EXERCISES
    for number, one in found.items():
        one.number = number
    return found


def all_exercises() -> dict[str, Exercise]:
    """Load every exercise, by number, in the order of the lessons."""
    return {number: one for lesson in _lessons() for number, one in lesson_exercises(lesson).items()}


def exercise(number: str) -> Exercise | ExamExercise:
    """Make a fresh exercise, such as "02.1": its task, with ``check(answer)``, ``hint()`` and ``solution()``.

    Raises:
        ValueError: if there is no such exercise, listing those of its lesson, or the lessons.

    >>> exercise("01.1").check(lambda x3d: x3d[..., :2]).status
    'correct'
    """
    lesson = str(number)[:2]
    known = lesson_exercises(lesson)
    if number not in known:
        raise ValueError(f"unknown exercise {number!r}; lesson {lesson} has {', '.join(known)}")
    fresh = copy(known[number])
    return ExamExercise(fresh) if _exam else fresh


def _lessons() -> list[str]:
    names = sorted(module.name for module in iter_modules(exercises.__path__))
    return [name.removeprefix("lesson_") for name in names if name.startswith("lesson_")]
