"""Predictions of a lesson: asked before the result, folded until the student has committed, counted at the end."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from liftkit.course.feedback import MarkdownText

if TYPE_CHECKING:
    from liftkit.widgets import Prediction

ASKED: dict[str, Prediction] = {}  # by question, in the order in which they were first asked


def predict(question: str, *arguments: Any, **options: Any) -> Prediction:
    """Ask a question: a widget whose ``reveal(result)`` compares. Arguments as for ``PredictionController``."""
    from liftkit.widgets import Prediction  # exercises need none of what widgets need

    ASKED[question] = Prediction(question, *arguments, **options)
    return ASKED[question]


def tally() -> MarkdownText:
    """Every prediction that was asked since the kernel started, with its guess and its result, and how many held.

    The result of a question without a guess is not shown.
    """
    made = [one.controller for one in ASKED.values()]
    known = [one for one in made if one.right is not None]
    rows = [f"| {one.title} | {'no guess yet' if one.guess is None else one.sentence()} |" for one in made]
    right = sum(one.right for one in known)
    head = f"**{right} of {len(known)} predictions right, {len(made) - len(known)} open.**"
    return MarkdownText("\n".join([head, "", "| question | guess and result |", "|---|---|", *rows]))
