"""The course: exercises that check themselves, ``exercise("02.2")``."""

from __future__ import annotations

import re
import sys
from copy import copy
from importlib import import_module
from importlib.util import module_from_spec, spec_from_file_location
from pathlib import Path
from pkgutil import iter_modules

from liftkit.course import exercises
from liftkit.course.exam import CLOSED, NAME, ExamExercise, read_exam
from liftkit.course.exercise import Exercise
from liftkit.course.feedback import Feedback, MarkdownText
from liftkit.course.predictions import predict, tally

__all__ = [
    "Exercise",
    "Feedback",
    "add_exercises",
    "all_exercises",
    "begin_exam",
    "exercise",
    "lesson_exercises",
    "predict",
    "tally",
]

OWN = "exercises.py"  # beside the lessons: EXERCISES, as in liftkit/course/exercises/lesson_00.py
_own: dict[str, Exercise] = {}
_exam: dict[str, ExamExercise] | None = None  # the exercises of the exam in which this process is


def begin_exam(file: str | Path = NAME) -> MarkdownText:
    """Take exercises from an exam's file until this process ends: hints, solutions and answers are closed."""
    global _exam
    _exam = read_exam(Path(file))
    return MarkdownText(CLOSED)


def add_exercises(path: str | Path) -> list[str]:
    """Execute a Python file with exercises of one's own, ``EXERCISES = {"12.1": Coding(...)}``. Returns their numbers.

    Raises:
        ValueError: if it has none, or one of them has another one's number.
    """
    name = "liftkit_own_exercises"
    spec = spec_from_file_location(name, path)
    sys.modules[name] = module = module_from_spec(spec)  # where a solution's source is looked for
    spec.loader.exec_module(module)
    found = getattr(module, "EXERCISES", None)
    if not isinstance(found, dict) or not all(re.fullmatch(r"\d\d\.\d+", str(number)) for number in found):
        raise ValueError(f'{path}: expected EXERCISES, a dictionary such as {{"12.1": Coding(...)}}, found {found!r}')
    if taken := [number for number in found if number[:2] in _lessons() and number not in _own]:
        raise ValueError(f"{path}: {', '.join(taken)}: lessons {', '.join(_lessons())} have exercises already")
    _own.update(found)
    return list(found)


def lesson_exercises(lesson: str) -> dict[str, Exercise]:
    """Load the exercises of one lesson, by number. No other lesson's module is imported."""
    found = {number: one for number, one in _own.items() if number[:2] == lesson}
    if not found:
        if lesson not in (lessons := _lessons()):
            raise ValueError(f"there is no lesson {lesson!r} with exercises; the lessons are {', '.join(lessons)}")
        found = import_module(f"{exercises.__name__}.lesson_{lesson}").EXERCISES
    for number, one in found.items():
        one.number = number
    return found


def all_exercises() -> dict[str, Exercise]:
    """Load every exercise, by number, in the order of the lessons."""
    lessons = dict.fromkeys([*_lessons(), *sorted(number[:2] for number in _own)])
    return {number: one for lesson in lessons for number, one in lesson_exercises(lesson).items()}


def exercise(number: str) -> Exercise | ExamExercise:
    """Make a fresh exercise, such as "02.1": its task, with ``check(answer)``, ``hint()`` and ``solution()``.

    Exercises of one's own are found in ``exercises.py`` beside the notebook.

    Raises:
        ValueError: if there is no such exercise, listing those of its lesson, or the lessons.

    >>> exercise("01.1").check(lambda x3d: x3d[..., :2]).status
    'correct'
    """
    lesson = str(number)[:2]
    if _exam is None and lesson not in _lessons() and number not in _own and Path(OWN).is_file():
        add_exercises(OWN)
    known = lesson_exercises(lesson) if _exam is None else _exam
    if number not in known:
        where = f"lesson {lesson}" if _exam is None else "the exam"
        raise ValueError(f"unknown exercise {number!r}; {where} has {', '.join(known)}")
    return copy(known[number]) if _exam is None else known[number]


def _lessons() -> list[str]:
    names = sorted(module.name for module in iter_modules(exercises.__path__))
    return [name.removeprefix("lesson_") for name in names if name.startswith("lesson_")]
