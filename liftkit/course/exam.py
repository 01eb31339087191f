"""Exam mode: tasks come from a file in which answers are salted, and hints and solutions are not.

It is a fence and not a wall: few answers are soon tried, and the solutions of the course's own exercises are in the
source of the package that students have installed.
"""

from __future__ import annotations

import hashlib
import json
import secrets
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from liftkit.course.answers import read_choice, read_names
from liftkit.course.checking import NotAttempted
from liftkit.course.exercise import ATTEMPTS, Exercise, Measuring, Reasoning
from liftkit.course.feedback import CORRECT, INCORRECT, NOT_ATTEMPTED, NOT_UNDERSTOOD, RECORDED, Feedback, MarkdownText

NAME = "exam.json"
CLOSED = "This is an exam: hints, solutions and answers are closed. The lecturer opens them after it."
LATER = "Your answer is in the notebook; it is checked when the exam is graded."


def exam_json(exercises: Mapping[str, Exercise]) -> str:
    """The exam's file: tasks without answers; of a choice, or of names, a salted digest of the right one."""
    salt = secrets.token_hex(16)
    return json.dumps({number: _entry(number, one, salt) for number, one in exercises.items()}, indent=1)


def _entry(number: str, one: Exercise, salt: str) -> dict[str, Any]:
    entry = {"text": repr(one), "markdown": one._repr_markdown_(), "form": one._form(), "salt": salt}
    if isinstance(one, Reasoning):
        return entry | {"options": one.statements, "right": _digest(salt, number, one.answer)}
    if isinstance(one, Measuring) and one.choices:
        right = one.measure()
        names = {right} if isinstance(right, str) else set(right)
        return entry | {"names": sorted(one.choices), "right": _digest(salt, number, *names)}
    return entry


def _digest(salt: str, *parts: str) -> str:
    return hashlib.sha256("\n".join([salt, *sorted(parts)]).encode()).hexdigest()


def read_exam(path: Path) -> dict[str, ExamExercise]:
    """Read an exam's file. Raises ValueError if it is not one."""
    try:
        entries = json.loads(path.read_text(encoding="utf-8"))
        return {number: ExamExercise(number, entry) for number, entry in entries.items()}
    except (OSError, ValueError, KeyError, AttributeError, TypeError) as error:
        advice = "it was handed out beside this notebook and must lie there"
        raise ValueError(f"{path}: not readable as the file of an exam ({error!r}); {advice}") from error


class ExamExercise:
    """What is left of an exercise during an exam: its number, its task and ``check(answer)``."""

    def __init__(self, number: str, entry: Mapping[str, Any]):
        self.number, self._entry, self._text, self._markdown = number, entry, entry["text"], entry["markdown"]

    def check(self, answer: Any = None) -> Feedback:
        """Say whether a choice or names are right, and of anything else that it is recorded. Each is counted."""
        try:
            status, message = self._judge(answer)
        except NotAttempted as reason:
            status, message = NOT_ATTEMPTED, str(reason)
        ATTEMPTS[self.number] += status != NOT_ATTEMPTED
        return Feedback(self.number, status, message, ATTEMPTS[self.number])

    def _judge(self, answer: Any) -> tuple[str, str]:
        if answer is None or answer is ...:
            raise NotAttempted("Nothing was handed in.")
        if "right" not in self._entry:
            return RECORDED, LATER
        options = self._entry.get("options")
        found = read_choice(answer, options) if options else read_names(answer)
        given = [found] if isinstance(found, str) else sorted(found or ())
        if not given or set(given) - set(options or self._entry["names"]):
            return NOT_UNDERSTOOD, f"Expected {self._entry['form']}."
        right = self._entry["right"] == _digest(self._entry["salt"], self.number, *given)
        return (CORRECT if right else INCORRECT), "The reason is given after the exam."

    def use(self, answer: Any, ours: Any = None) -> Any:
        """What the next cells use: the student's own, because ours is closed."""
        return ours or answer

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
