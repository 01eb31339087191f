"""Exercises that check themselves: a student's function, a measured value, or a choice."""

from __future__ import annotations

import inspect
import math
import textwrap
from abc import ABC, abstractmethod
from collections.abc import Callable, Collection, Mapping
from dataclasses import dataclass, field
from functools import cache
from numbers import Real
from typing import Any

from liftkit.course.checking import NotAttempted, Pupil, Wrong
from liftkit.course.feedback import CORRECT, INCORRECT, NOT_ATTEMPTED, Feedback, Text
from liftkit.course.solution_code import code_of


@dataclass
class Exercise(ABC):
    """``number`` ("02.1": lesson 02, its first exercise), ``title`` and ``task`` (Markdown), two ``hints``.

    It needs neither network nor cell nor file: what it knows is in this object, so that a fresh one, by
    :func:`liftkit.course.exercise`, works in any cell of any front end.
    """

    number: str
    title: str
    task: str
    hints: tuple[str, str]
    _given: int = field(default=0, init=False)

    @abstractmethod
    def _grade(self, answer: Any) -> str:
        """Praise for a right answer. Raises Wrong or NotAttempted, with the reason."""

    @abstractmethod
    def _solution(self) -> str:
        """Markdown: the answer, and why."""

    def _starter(self) -> str:
        """Markdown that the task ends with: where to begin."""
        return ""

    def check(self, answer: Any = None) -> Feedback:
        """Correct; incorrect, with the violated property and the numbers; or not attempted. Never raises for them."""
        try:
            if answer is None or answer is ...:
                raise NotAttempted("Nothing was handed in.")
            return Feedback(self.number, CORRECT, self._grade(answer))
        except NotAttempted as found:
            return Feedback(self.number, NOT_ATTEMPTED, str(found))
        except Wrong as found:
            return Feedback(self.number, INCORRECT, str(found))

    def hint(self, which: int | None = None) -> Text:
        """Hint ``which``, 1 or 2; the second says more. Without a number: the first, then the next of this object.

        A cell with ``exercise("01.1")`` makes a fresh exercise each time it runs; there the number is what counts.
        """
        self._given = self._given + 1 if which is None else which
        if self._given not in range(1, len(self.hints) + 1):
            return Text(f'There is no further hint. `exercise("{self.number}").solution()` shows the solution.')
        more = f' (`exercise("{self.number}").hint(2)` says more.)' if self._given == 1 else ""
        return Text(f"**Hint {self._given} of {len(self.hints)}.** {self.hints[self._given - 1]}{more}")

    def solution(self) -> Text:
        """One solution, and why it is right."""
        return Text(f"**Solution of {self.number}.**\n\n{self._solution()}")

    def __repr__(self) -> str:
        return f"Exercise {self.number}: {self.title}\n\n{self._body()}"

    def _repr_markdown_(self) -> str:
        return f"**Exercise {self.number}: {self.title}**\n\n{self._body()}"

    def _body(self) -> str:
        return "\n\n".join(filter(None, [textwrap.dedent(self.task).strip(), self._starter()]))


@dataclass(repr=False)
class Coding(Exercise):
    """A function to write. ``solve`` is one that is right; ``grade(pupil)`` calls the student's as ``pupil(...)``.

    ``grade`` raises Wrong for the first property that does not hold and returns nothing; ``praise`` then says what
    was seen to hold. ``seconds``: how long all calls together may take.
    """

    solve: Callable
    grade: Callable[[Pupil], None]
    praise: str
    seconds: float = 5.0

    @property
    def stub(self) -> str:
        """The solution's signature, with nothing done yet."""
        return f"def {self.solve.__name__}{inspect.signature(self.solve)}:\n    ...  # your code"

    def _starter(self) -> str:
        name = self.solve.__name__
        return f'```python\n{self.stub}\n\n\nexercise("{self.number}").check({name})\n```'

    def _grade(self, answer: Any) -> str:
        if not callable(answer):
            name = self.solve.__name__
            raise Wrong(f"Expected a function, found {type(answer).__name__}: hand in `{name}`, without brackets.")
        self.grade(Pupil(answer, self.seconds))
        return self.praise

    def _solution(self) -> str:
        return f"```python\n{code_of(self.solve)}\n```\n\n{self.praise}"


@dataclass(repr=False)
class Measuring(Exercise):
    """Something to find out: a number, a name, or a set of names.

    ``measure()`` finds it in the recorded data, once a session, and its code is the solution. ``judge(found,
    expected)``, where given, says what is wrong with an answer of the right kind; ``tolerance`` is relative.
    """

    measure: Callable[[], Any]
    choices: Collection[str] = ()
    tolerance: float = 0.02
    judge: Callable[[Any, Any], str] = lambda found, expected: ""
    because: str = ""

    def __post_init__(self):
        self.measure = cache(self.measure)

    def _starter(self) -> str:
        return f'```python\nexercise("{self.number}").check(...)  # your answer\n```'

    def _grade(self, answer: Any) -> str:
        expected = self.measure()
        if isinstance(expected, Real):
            self._compare_numbers(answer, float(expected))
        else:
            self._compare_names(answer, expected)
        return f"Measured just now: {_told(expected)}. {self.because}"

    def _compare_numbers(self, answer: Any, expected: float) -> None:
        try:
            found = float(answer)
        except (TypeError, ValueError, OverflowError, RuntimeError):
            raise Wrong(f"Expected a number, found {type(answer).__name__}.") from None
        if not math.isclose(found, expected, rel_tol=self.tolerance):
            where = "not a number" if math.isnan(found) else "too small" if found < expected else "too large"
            raise Wrong(f"{found:.4g} is {where}. {self.judge(found, expected)}".strip())

    def _compare_names(self, answer: Any, expected: str | Collection[str]) -> None:
        found = {answer} if isinstance(answer, str) else answer
        if not isinstance(found, Collection) or not all(isinstance(name, str) for name in found):
            raise Wrong(f"Expected names, found {type(answer).__name__}. There are {', '.join(self.choices)}.")
        found = {"_".join(name.lower().split()) for name in found}  # "Left wrist" is left_wrist
        if not found - {"", "..."}:
            raise NotAttempted("No name was handed in.")
        if unknown := sorted(found - set(self.choices)):
            raise Wrong(f"Unknown: {', '.join(unknown)}. There are {', '.join(self.choices)}.")
        if isinstance(expected, str) and len(found) > 1:
            raise Wrong(f"Expected one name, found {len(found)}: {_told(found)}.")
        right = {expected} if isinstance(expected, str) else set(expected)
        if found != right:
            raise Wrong(f"Not {_told(found)}. {self.judge(found, right)}".strip())

    def _solution(self) -> str:
        return f"```python\n{code_of(self.measure)}\n```\n\nIt gives {_told(self.measure())}. {self.because}".strip()


@dataclass(repr=False)
class Reasoning(Exercise):
    """A choice: ``options`` letter -> (statement, why it is right or wrong), ``answer`` the right letter."""

    options: Mapping[str, tuple[str, str]]
    answer: str

    def _starter(self) -> str:
        listed = "\n".join(f"- **{letter}**: {statement}" for letter, (statement, _) in self.options.items())
        return f'{listed}\n\n```python\nexercise("{self.number}").check("...")  # a letter\n```'

    def _grade(self, answer: Any) -> str:
        if not isinstance(answer, str):
            raise Wrong(f"Expected one of {', '.join(self.options)}, found {type(answer).__name__}.")
        letter = answer.strip().lower()
        if letter in ("", "..."):
            raise NotAttempted("Nothing was chosen.")
        if letter not in self.options:
            raise Wrong(f"Expected one of {', '.join(self.options)}, found {answer!r}.")
        why = self.options[letter][1]
        if letter != self.answer:
            raise Wrong(why)
        return why

    def _solution(self) -> str:
        told = [
            f"- **{letter}** is {'right' if letter == self.answer else 'wrong'}. {why}"
            for letter, (_, why) in self.options.items()
        ]
        return "\n".join(told)


def _told(value: Any) -> str:
    if isinstance(value, Real):
        return f"{float(value):.4g}"
    return value if isinstance(value, str) else ", ".join(sorted(value)) or "none"
