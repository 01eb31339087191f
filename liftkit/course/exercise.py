"""Exercises that check themselves: a student's function, a measured value, or a choice."""

from __future__ import annotations

import ast
import inspect
import math
from abc import ABC, abstractmethod
from collections.abc import Callable, Collection, Mapping
from dataclasses import dataclass, field
from functools import cache
from numbers import Real
from string import ascii_lowercase
from typing import Any

from liftkit.course.checking import NotAttempted, StudentFunction, WrongAnswer
from liftkit.course.feedback import CORRECT, INCORRECT, NOT_ATTEMPTED, Feedback, MarkdownText


@dataclass(kw_only=True)
class Exercise(ABC):
    """One exercise. It needs no network, cell or file, so it works in any cell of any front end."""

    title: str
    task: str  # Markdown, indented like a docstring
    hint_1: str  # Markdown
    hint_2: str  # says more
    number: str = field(default="", init=False)  # "02.1": the first of lesson 02; its key in the lesson's EXERCISES
    _hints_shown: int = field(default=0, init=False)

    @abstractmethod
    def _starter(self) -> str:
        """Markdown at the end of the task: where to begin."""

    @abstractmethod
    def _verify(self, answer: Any) -> str:
        """Return what is said of a right answer. Raise WrongAnswer or NotAttempted, with the reason."""

    @abstractmethod
    def _solution(self) -> str:
        """Markdown: the answer, and why it is right."""

    def check(self, answer: Any = None) -> Feedback:
        """Check an answer. Nothing that a student's function does raises here: it becomes feedback."""
        try:
            if answer is None or answer is ...:
                raise NotAttempted("Nothing was handed in.")
            return Feedback(self.number, CORRECT, self._verify(answer))
        except NotAttempted as error:
            return Feedback(self.number, NOT_ATTEMPTED, str(error))
        except WrongAnswer as error:
            return Feedback(self.number, INCORRECT, str(error))

    def hint(self, which: int | None = None) -> MarkdownText:
        """Show hint ``which``, 1 or 2; by default the first, then the next of this object."""
        shown = self._hints_shown = self._hints_shown + 1 if which is None else which
        if shown not in (1, 2):
            return MarkdownText(f'There is no further hint. `exercise("{self.number}").solution()` shows the solution.')
        if shown == 2:
            return MarkdownText(f"**Hint 2 of 2.** {self.hint_2}")
        return MarkdownText(f'**Hint 1 of 2.** {self.hint_1} (`exercise("{self.number}").hint(2)` says more.)')

    def solution(self) -> MarkdownText:
        """Show one solution, and why it is right."""
        return MarkdownText(f"**Solution of {self.number}.**\n\n{self._solution()}")

    def __repr__(self) -> str:
        return f"Exercise {self.number}: {self.title}\n\n{inspect.cleandoc(self.task)}\n\n{self._starter()}"

    def _repr_markdown_(self) -> str:
        heading, rest = repr(self).split("\n", 1)
        return f"**{heading}**\n{rest}"


@dataclass(kw_only=True, repr=False)
class Coding(Exercise):
    """A function to write."""

    reference: Callable  # a right function: its source is the solution
    checks: Callable[[StudentFunction], None]  # raises WrongAnswer for the first property that does not hold
    conclusion: str  # what was checked: said of a right answer
    seconds: float = 5.0  # that all calls of the student's function together may take

    @property
    def stub(self) -> str:
        """The reference's signature without its body."""
        return f"def {self.reference.__name__}{inspect.signature(self.reference)}:\n    ...  # your code"

    def _starter(self) -> str:
        return f'```python\n{self.stub}\n\n\nexercise("{self.number}").check({self.reference.__name__})\n```'

    def _verify(self, answer: Any) -> str:
        if not callable(answer):
            hand_in = f"hand in `{self.reference.__name__}`, without brackets."
            raise WrongAnswer(f"Expected a function, found {type(answer).__name__}: {hand_in}")
        self.checks(StudentFunction(answer, self.seconds))
        return self.conclusion

    def _solution(self) -> str:
        return f"```python\n{_code_of(self.reference)}\n```\n\n{self.conclusion}"


@dataclass(kw_only=True, repr=False)
class Measuring(Exercise):
    """Something to find out: a number, a name, or a set of names."""

    measure: Callable[[], float | str | Collection[str]]  # called once per session; its source is the solution
    wrong: Callable[[Any], str]  # explains what is wrong with a number, or with a name that does not belong there
    conclusion: str  # said of a right answer
    choices: Collection[str] = ()  # the names to choose from
    tolerance: float = 0.02  # of a number, relative; two digits after the point are always enough

    def __post_init__(self):
        self.measure = cache(self.measure)

    def _starter(self) -> str:
        return f'```python\nexercise("{self.number}").check(...)  # your answer\n```'

    def _verify(self, answer: Any) -> str:
        expected = self.measure()
        compare = self._compare_number if isinstance(expected, Real) else self._compare_names
        compare(answer, expected)
        return f"Measured just now: {_shown(expected)}. {self.conclusion}"

    def _compare_number(self, answer: Any, expected: float) -> None:
        try:
            found = float(answer)
        except (TypeError, ValueError, OverflowError, RuntimeError):
            raise WrongAnswer(f"Expected a number, found {type(answer).__name__}.") from None
        if found != round(expected, 2) and not math.isclose(found, expected, rel_tol=self.tolerance):
            verdict = "not a number" if math.isnan(found) else "too small" if found < expected else "too large"
            raise WrongAnswer(f"{_shown(found)} is {verdict}. {self.wrong(found)}")

    def _compare_names(self, answer: Any, expected: str | Collection[str]) -> None:
        found = {answer} if isinstance(answer, str) else answer
        choose = f"Choose from {', '.join(self.choices)}."
        if not isinstance(found, Collection) or not all(isinstance(name, str) for name in found):
            raise WrongAnswer(f"Expected names, found {type(answer).__name__}. {choose}")
        found = {"_".join(name.lower().split()) for name in found}  # "Left wrist" is left_wrist
        if not found - {"", "..."}:
            raise NotAttempted("No name was handed in.")
        if unknown := found - set(self.choices):
            raise WrongAnswer(f"Unknown: {_shown(unknown)}. {choose}")
        if isinstance(expected, str) and len(found) > 1:
            raise WrongAnswer(f"Expected one name, found {len(found)}: {_shown(found)}.")
        right = {expected} if isinstance(expected, str) else set(expected)
        if wrong := found - right:
            raise WrongAnswer(f"Not {_shown(found)}. {self.wrong(min(wrong))}")
        if found != right:
            raise WrongAnswer(f"Not only {_shown(found)}: that is {len(found)} of {len(right)} names.")

    def _solution(self) -> str:
        return f"```python\n{_code_of(self.measure)}\n```\n\nThe result is {_shown(self.measure())}. {self.conclusion}"


@dataclass(kw_only=True, repr=False)
class Reasoning(Exercise):
    """A choice."""

    options: Mapping[str, str]  # statement -> why it is right or wrong; they get the letters a, b, c, ...
    answer: str  # the letter of the right one

    def __post_init__(self):
        reasons = [" ".join(why.split()) for why in self.options.values()]
        self.reasons = dict(zip(ascii_lowercase, reasons, strict=False))  # letter -> text

    def _starter(self) -> str:
        listed = "\n".join(f"- **{letter}**: {text}" for letter, text in zip(self.reasons, self.options, strict=True))
        return f'{listed}\n\n```python\nexercise("{self.number}").check("...")  # a letter\n```'

    def _verify(self, answer: Any) -> str:
        letter = answer.strip().lower() if isinstance(answer, str) else None
        if letter in ("", "..."):
            raise NotAttempted("Nothing was chosen.")
        if letter not in self.reasons:
            found = type(answer).__name__ if letter is None else repr(answer)
            raise WrongAnswer(f"Expected one of {', '.join(self.reasons)}, found {found}.")
        if letter != self.answer:
            raise WrongAnswer(self.reasons[letter])
        return self.reasons[letter]

    def _solution(self) -> str:
        verdicts = {letter: "right" if letter == self.answer else "wrong" for letter in self.reasons}
        return "\n".join(f"- **{letter}** is {verdicts[letter]}. {why}" for letter, why in self.reasons.items())


def _shown(value: float | str | Collection[str]) -> str:
    if isinstance(value, Real):
        return f"{float(value):.4g}"
    return value if isinstance(value, str) else ", ".join(sorted(value)) or "none"


def _code_of(function: Callable) -> str:
    """The source of a module's function below its imports and the functions of the module that it calls."""
    text = inspect.getsource(inspect.getmodule(function))
    module = ast.parse(text).body
    functions = {node.name: node for node in module if isinstance(node, ast.FunctionDef)}
    wanted, used = [function.__name__], set()
    for name in wanted:  # grows while it is walked
        names = {node.id for node in ast.walk(functions[name]) if isinstance(node, ast.Name)}
        wanted += sorted(names & set(functions) - set(wanted))
        used |= names
    imports = []
    for node in module:
        if isinstance(node, ast.Import | ast.ImportFrom):
            node.names = [name for name in node.names if (name.asname or name.name) in used]
            imports += [ast.unparse(node)] if node.names else []
    sources = [ast.get_source_segment(text, functions[name]) for name in reversed(wanted)]
    return "\n\n\n".join(["\n".join(imports)] * bool(imports) + sources)
