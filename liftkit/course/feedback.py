"""What a check answers: a verdict and a sentence, the same in plain text, Markdown and HTML."""

from __future__ import annotations

import re
from dataclasses import dataclass
from html import escape

CORRECT, INCORRECT, NOT_ATTEMPTED = "correct", "incorrect", "not attempted"
MARKS = {CORRECT: "✓", INCORRECT: "✗", NOT_ATTEMPTED: "…"}
COLOURS = {CORRECT: "#1a7f37", INCORRECT: "#b35900", NOT_ATTEMPTED: "#6e7781"}


@dataclass(frozen=True)
class Feedback:
    """The verdict on an answer to ``exercise``: ``status`` is "correct", "incorrect" or "not attempted".

    True where correct, so that ``assert exercise("01.1").check(mine)`` reads well.

    >>> Feedback("01.1", "correct", "The image is right.")
    01.1: correct. The image is right.
    """

    exercise: str
    status: str
    message: str

    def __bool__(self) -> bool:
        return self.status == CORRECT

    def __repr__(self) -> str:
        return f"{self.exercise}: {self.status}. {self.message}"

    def _repr_markdown_(self) -> str:
        return f"{MARKS[self.status]} **{self.exercise}: {self.status}.** {self.message}"

    def _repr_html_(self) -> str:
        head = f"{MARKS[self.status]} <b>{self.exercise}: {self.status}.</b>"
        message = re.sub(r"`([^`]+)`", r"<code>\1</code>", escape(self.message)).replace("\n", "<br>")
        style = f"border-left: 4px solid {COLOURS[self.status]}; padding: 4px 10px"
        return f'<div role="status" style="{style}">{head} {message}</div>'


@dataclass(frozen=True)
class Text:
    """Markdown to be read: rendered where the front end can, as it is elsewhere."""

    markdown: str

    def __repr__(self) -> str:
        return self.markdown

    def _repr_markdown_(self) -> str:
        return self.markdown
