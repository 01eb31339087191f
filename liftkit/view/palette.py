"""Colours and dashes of pictures."""

from __future__ import annotations

# Left, right and middle differ in colour (safe for colour-blind eyes) and in the line's dashes.
COLOURS = {"left": "#0072b2", "right": "#d55e00", "middle": "#555555"}
DASHES = {"left": "", "right": ' stroke-dasharray="6 7"', "middle": ""}


def side_of(name: str) -> str:
    """The side of the body that a joint is on, by its name: "left", "right" or "middle".

    >>> side_of("left_knee")
    'left'
    """
    return name.split("_")[0] if name.startswith(("left_", "right_")) else "middle"
