"""What an exercise shows: the feedback on an answer, and Markdown; the same text in every front end."""

from __future__ import annotations

import re
from dataclasses import dataclass
from html import escape

CORRECT, INCORRECT, NOT_ATTEMPTED, NOT_UNDERSTOOD = "correct", "incorrect", "not attempted", "not understood"
RECORDED = "recorded"  # in an exam: what is checked only when it is graded
MARKS = {CORRECT: "✓", INCORRECT: "✗", NOT_ATTEMPTED: "…", NOT_UNDERSTOOD: "?"}
COLOURS = {CORRECT: "#1a7f37", INCORRECT: "#b35900", NOT_ATTEMPTED: "#6e7781", NOT_UNDERSTOOD: "#0969da"}


@dataclass(frozen=True)
class Feedback:
    """The feedback on an answer. It is true if the answer is correct: ``assert exercise("01.1").check(mine)``.

    >>> Feedback("01.1", "correct", "The image is right.")
    01.1: correct. The image is right.
    """

    exercise: str  # its number
    status: str  # "correct", "incorrect", "not attempted", or "not understood" if the form is not the expected one
    message: str  # the reason, with the numbers
    attempt: int = 1  # answers of this exercise checked since the kernel started; shown from the second on

    def __bool__(self) -> bool:
        return self.status == CORRECT

    @property
    def verdict(self) -> str:
        return f"{self.exercise}: {self.status}" + (f" (attempt {self.attempt})" if self.attempt > 1 else "")

    def __repr__(self) -> str:
        return f"{self.verdict}. {self.message}"

    def _repr_markdown_(self) -> str:
        return f"{MARKS.get(self.status, '…')} **{self.verdict}.** {self.message}"

    def _repr_html_(self) -> str:
        head = f"{MARKS.get(self.status, '…')} <b>{self.verdict}.</b>"
        message = re.sub(r"`([^`]+)`", r"<code>\1</code>", escape(self.message)).replace("\n", "<br>")
        style = f"border-left: 4px solid {COLOURS.get(self.status, '#6e7781')}; padding: 4px 10px"
        return f'<div role="status" style="{style}">{head} {message}</div>'


class MarkdownText(str):
    """Markdown that a notebook renders and a terminal prints as it is."""

    __repr__ = _repr_markdown_ = str.__str__
