"""Read an answer in whatever form it is handed in: a number, names, or the letter of an option."""

from __future__ import annotations

import re
from collections.abc import Collection, Iterable, Mapping
from typing import Any

import numpy as np

from liftkit.course.checking import NotAttempted, WrongAnswer, as_array


def read_number(answer: Any) -> float | None:
    """A number of any type, or as text: "0.25", "1/4", "1 of 4", "25 %". None if it is not a number."""
    try:
        if not isinstance(answer, str):
            return float(as_array(answer).reshape(()))
        above, _, below = "".join(answer.replace("of", "/").split()).partition("/")
        if not above.strip("."):
            raise NotAttempted("No number was handed in.")
        return float(above.rstrip("%")) / float(below or 1) / (100 if above.endswith("%") else 1)
    except (WrongAnswer, ValueError, ZeroDivisionError):
        return None


def read_names(answer: Any) -> set[str] | None:
    """Names in a text or in any collection; "Left wrist" is left_wrist. None if these are no texts."""
    parts = answer.tolist() if isinstance(answer, np.ndarray) else answer
    parts = [parts] if isinstance(parts, str) or not isinstance(parts, Iterable) else list(parts)
    if not all(isinstance(part, str) for part in parts):
        return None
    texts = (text for part in parts for text in re.split(r",|;|\band\b", part))
    names = {re.sub(r"[\W_]+", "_", text.lower()).strip("_") for text in texts} - {""}
    if not names:
        raise NotAttempted("No name was handed in.")
    return names


def read_choice(answer: Any, options: Mapping[str, str]) -> str | None:
    """The letter of an option: "a", "A)", "(a)", "a." or ["a"], or words that only one option contains, as "1/16"."""
    if isinstance(answer, Collection) and not isinstance(answer, (str, Mapping)) and len(answer) == 1:
        (answer,) = answer
    words = _words(answer) if isinstance(answer, str) else None
    if words == "":
        raise NotAttempted("Nothing was chosen.")
    if words is None or words in options:
        return words
    having = [letter for letter, text in options.items() if f" {words} " in f" {_words(text)} "]
    return having[0] if len(having) == 1 else None


def _words(text: str) -> str:
    """A text without case and punctuation, "1/16" as "1 of 16"."""
    return " ".join(re.findall(r"\w+", re.sub(r"(\d) ?/ ?(\d)", r"\1 of \2", text.lower())))
