"""What a person can set in a widget: each control checks its values, without a browser."""

from __future__ import annotations

import math
import re
from dataclasses import asdict, dataclass, field
from numbers import Integral, Real
from typing import Any

import numpy as np


@dataclass(frozen=True)
class Control:
    """A control: its name in code, the label beside it, and ``help`` for tooltips and screen readers."""

    name: str
    label: str
    help: str = ""
    more: bool = field(default=False, kw_only=True)  # folded away with others of the kind

    def state(self) -> dict[str, Any]:
        """The control as plain numbers and texts for the browser."""
        return {"kind": type(self).__name__.lower(), **asdict(self)}


@dataclass(frozen=True)
class Choice(Control):
    """One of several texts."""

    options: tuple[str, ...] = ()
    texts: tuple[str, ...] = ()  # shown instead of the options, one per option

    def check(self, value: Any) -> str:
        """Return the value; 2 is the option "2". Raises ValueError naming the options if it is not one of them."""
        option = str(value) if isinstance(value, Integral) and not isinstance(value, bool) else value
        if option not in self.options:
            raise ValueError(f"{self.label}: expected one of {', '.join(self.options)}, found {value!r}")
        return option


@dataclass(frozen=True)
class Radio(Choice):
    """One of a few texts, each with a button of its own; the first option has none: nothing is chosen yet."""


@dataclass(frozen=True)
class Slider(Control):
    """A number from ``minimum`` to ``maximum``."""

    minimum: float = 0
    maximum: float = 1
    step: float = 1
    unit: str = ""
    local: bool = False  # the browser shows every value without the kernel, such as a film's frames
    texts: tuple[str, ...] = ()  # shown instead of the value, one text per value from 0 on

    def check(self, value: Any) -> float:
        """Return the number, as int if the steps are whole. Raises ValueError if it is not a number in the range."""
        if isinstance(value, bool) or not isinstance(value, Real) or not math.isfinite(value):
            raise ValueError(f"{self.label}: expected a number, found {value!r}")
        if not self.minimum <= value <= self.maximum:
            raise ValueError(f"{self.label}: expected {self.minimum:g} to {self.maximum:g}, found {value:g}")
        return round(value) if float(self.step).is_integer() else float(value)


@dataclass(frozen=True)
class Toggle(Control):
    """On or off."""

    def check(self, value: Any) -> bool:
        """Return the value. Raises ValueError if it is not True or False."""
        if not isinstance(value, (bool, np.bool_)):
            raise ValueError(f"{self.label}: expected true or false, found {value!r}")
        return bool(value)


@dataclass(frozen=True)
class TextField(Control):
    """A short text of one line; the whole of it must match ``pattern``."""

    longest: int = 30
    pattern: str = r"\S(.*\S)?"

    def check(self, value: Any) -> str:
        """Return the text without spaces around it. Raises ValueError if it is empty, too long or does not match."""
        if not isinstance(value, str):
            raise ValueError(f"{self.label}: expected a text, found {value!r}")
        value = value.strip()
        if not 1 <= len(value) <= self.longest:
            raise ValueError(f"{self.label}: expected 1 to {self.longest} characters, found {len(value)}")
        if not value.isprintable() or not re.fullmatch(self.pattern, value):
            raise ValueError(f"{self.label}: expected {self.help or self.pattern}, found {value!r}")
        return value


@dataclass(frozen=True)
class Button(Control):
    """Something to press; it has no value."""
