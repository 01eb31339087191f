"""Numbers written as text."""

from __future__ import annotations

import warnings

import numpy as np


def parse_numbers(text: bytes, count: int) -> np.ndarray:
    """Parse ``count`` numbers separated by white space, as float64, at the speed of numpy.

    "nan" and "inf" are numbers here.

    Raises:
        ValueError: if a word is not a number, or their count differs.

    >>> parse_numbers(b"1 2.5\\n-3e2", 3).tolist()
    [1.0, 2.5, -300.0]
    """
    with warnings.catch_warnings():
        warnings.simplefilter("error")  # numpy warns at the first word that is not a number
        try:
            numbers = np.fromstring(text, sep=" ")
        except (DeprecationWarning, ValueError) as error:
            raise ValueError(f"expected {count:,} numbers, found a word among them") from error
    if len(numbers) != count:
        raise ValueError(f"expected {count:,} numbers, found {len(numbers):,}")
    return numbers
