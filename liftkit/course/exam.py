"""Exam mode: an exercise that shows its task and checks answers, and keeps hints and solution closed.

It is a fence and not a wall: the solutions are in the source of the package that students have installed.
"""

from __future__ import annotations

from typing import Any

from liftkit.course.exercise import Exercise
from liftkit.course.feedback import Feedback, MarkdownText

CLOSED = "This is an exam: hints, solutions and answers are closed. The lecturer opens them after it."


class ExamExercise:
    """What is left of an exercise during an exam: its number, its task and ``check(answer)``."""

    def __init__(self, one: Exercise):
        self.number, self._text, self._markdown = one.number, repr(one), one._repr_markdown_()
        self._check = one.check

    def check(self, answer: Any = None) -> Feedback:
        return self._check(answer)

    def hint(self, which: int | None = None) -> MarkdownText:
        return MarkdownText(CLOSED)

    def solution(self) -> MarkdownText:
        return MarkdownText(CLOSED)

    def __getattr__(self, name: str) -> Any:  # only what is not found above
        raise AttributeError(f"exercise {self.number}: {name} is not there. {CLOSED}")

    def __repr__(self) -> str:
        return self._text

    def _repr_markdown_(self) -> str:
        return self._markdown
