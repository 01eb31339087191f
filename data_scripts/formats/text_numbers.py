"""Numbers written as text."""

from __future__ import annotations

import re
import warnings

import numpy as np


def parse_numbers(text: bytes, count: int | None = None, per_frame: int = 0) -> np.ndarray:
    """Parse numbers separated by white space, as float64, at the speed of numpy; "nan" and "inf" are numbers here.

    ``count``: how many there must be; ``per_frame``: how many a frame has, for the frame's number in the message.

    >>> parse_numbers(b"1 2.5\\n-3e2", 3).tolist()
    [1.0, 2.5, -300.0]
    """
    expected = "numbers" if count is None else f"{count:,} numbers"
    with warnings.catch_warnings():
        warnings.simplefilter("error")  # numpy warns at the first word that is not a number
        try:
            numbers = np.fromstring(text, sep=" ")
        except (DeprecationWarning, ValueError) as error:
            raise ValueError(f"expected {expected}, found a word among them{_place(text, per_frame)}") from error
    if count is not None and len(numbers) != count:
        raise ValueError(f"expected {expected}, found {len(numbers):,}")
    return numbers


def _place(text: bytes, per_frame: int) -> str:
    """The first word that is not a number, and the frame in which it stands, counted from 1."""
    for place, word in enumerate(text.split()):
        try:
            float(word)
        except ValueError:
            frame = f" in frame {place // per_frame + 1}" if per_frame else ""
            return f": {word[:40].decode('utf-8', 'replace')!r}{frame}"
    return ""


def with_decimal_points(text: bytes) -> bytes:
    """The text with points in place of decimal commas, if no number in it has a point.

    >>> with_decimal_points(b"1,5 -2,25"), with_decimal_points(b"1.5,2")
    (b'1.5 -2.25', b'1.5,2')
    """
    if b"," not in text or re.search(rb"\d\.\d", text):
        return text
    return re.sub(rb"(?<=\d),(?=\d)", b".", text)
