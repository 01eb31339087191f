"""Exercises that check themselves: a student's function, a measured value, or a choice."""

from __future__ import annotations

import ast
import inspect
import math
from abc import ABC, abstractmethod
from collections import Counter
from collections.abc import Callable, Collection, Mapping
from dataclasses import dataclass, field, replace
from functools import cache
from numbers import Real
from string import ascii_lowercase
from typing import Any

from liftkit.course.answers import read_choice, read_names, read_number
from liftkit.course.checking import NotAttempted, NotUnderstood, Refused, StudentFunction, WrongAnswer, describe
from liftkit.course.feedback import CORRECT, INCORRECT, NOT_ATTEMPTED, Feedback, MarkdownText
from liftkit.course.watchdog import Ended, OutOfTime, call_within

ATTEMPTS: Counter[str] = Counter()  # by the exercise's number: how many answers were checked since the kernel started
PRAISE = "Well done, that is right."


@dataclass(kw_only=True)
class Exercise(ABC):
    """One exercise. It needs no network, cell or file, so it works in any cell of any front end."""

    title: str
    task: str  # Markdown, indented like a docstring
    hint_1: str  # Markdown
    hint_2: str  # says more
    seconds: float = 5.0  # of computing that reading and checking an answer may take
    number: str = field(default="", init=False)  # "02.1": the first of lesson 02; its key in the lesson's EXERCISES
    _hints_shown: int = field(default=0, init=False)

    @abstractmethod
    def _starter(self) -> str:
        """Markdown at the end of the task: where to begin."""

    @abstractmethod
    def _form(self) -> str:
        """What is expected, such as "a number": said of an answer that is not understood."""

    @abstractmethod
    def _read(self, answer: Any) -> Any:
        """Make plain what is handed in; a function's checks run here, too. Raise Refused, with the reason."""

    @abstractmethod
    def _verify(self, answer: Any) -> str:
        """Return what is said of a right answer, as _read returns it. Raise WrongAnswer, with the reason."""

    @abstractmethod
    def _solution(self) -> str:
        """Markdown: the answer, and why it is right."""

    def check(self, answer: Any = None) -> Feedback:
        """Check an answer, and count it. Nothing that the answer does raises here: it becomes feedback."""
        feedback = self._judge(answer)
        ATTEMPTS[self.number] += feedback.status != NOT_ATTEMPTED
        return replace(feedback, attempt=ATTEMPTS[self.number])

    def _judge(self, answer: Any) -> Feedback:
        try:
            read = call_within(self.seconds, self._read_with_care, answer)
            return Feedback(self.number, CORRECT, f"{PRAISE} {self._verify(read)}")
        except Refused as reason:
            return Feedback(self.number, reason.status, str(reason))
        except OutOfTime as late:
            message = f"It was still running after {late.wall:.3g} seconds, of which it computed for {late.cpu:.3g}: "
            message += "is there a loop that never ends, or does it wait for something?"
            if not late.stopped:
                message += " It cannot be interrupted and goes on in the background: restart the kernel."
            return Feedback(self.number, INCORRECT, message)

    def _read_with_care(self, answer: Any) -> Any:
        """Run in a thread of its own: there an interrupt or an exit comes from the answer, not from the keyboard."""
        try:
            if answer is None or answer is ...:
                raise NotAttempted("Nothing was handed in.")
            return self._read(answer)
        except (Refused, Ended):
            raise
        except BaseException as error:
            raise NotUnderstood(f"{describe(error)}, when it was read. Expected {self._form()}.") from None

    def _not_understood(self, answer: Any) -> NotUnderstood:
        found = repr(answer[:60]) if isinstance(answer, str) else type(answer).__name__
        return NotUnderstood(f"Expected {self._form()}, found {found}.")

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

    @property
    def stub(self) -> str:
        """The reference's signature without its body."""
        return f"def {self.reference.__name__}{inspect.signature(self.reference)}:\n    ...  # your code"

    def _starter(self) -> str:
        return f'```python\n{self.stub}\n\n\nexercise("{self.number}").check({self.reference.__name__})\n```'

    def _form(self) -> str:
        return f"a function, `{self.reference.__name__}` without brackets"

    def _read(self, answer: Any) -> None:
        if not callable(answer):
            raise self._not_understood(answer)
        self.checks(StudentFunction(answer))

    def _verify(self, answer: None) -> str:
        return self.conclusion

    def use(self, answer: Any, ours: Callable | None = None) -> Callable:
        """Choose and print what the next cells use: the student's function if its check is true, else ours.

        Args:
            answer: what the student would hand in to ``check``.
            ours: a function to use instead (default: the reference, which ``solution`` shows).

        >>> from liftkit.course import exercise
        >>> project = exercise("01.1").use(...)
        01.1: not attempted, so the next cells use ours in place of your `orthographic`.
        """
        name, feedback = self.reference.__name__, self._judge(answer)
        if feedback:
            print(f"{self.number}: correct, so the next cells use your `{name}`.")
            return answer
        print(f"{self.number}: {feedback.status}, so the next cells use ours in place of your `{name}`.")
        return ours or self.reference

    def _solution(self) -> str:
        return f"```python\n{_code_of(self.reference)}\n```\n\n{self.conclusion}"


@dataclass(kw_only=True, repr=False)
class Measuring(Exercise):
    """Something to find out: a number, a name, or a set of names."""

    measure: Callable[[], float | str | Collection[str]]  # called once per session; its source is the solution
    wrong: Callable[[Any], str]  # explains what is wrong with a number, or with a name that does not belong there
    conclusion: str  # said of a right answer
    missed: Callable[[set[str]], str] | None = None  # where to look for the names that are missing
    choices: Collection[str] = ()  # the names to choose from; none if a number is asked for
    several: bool = False  # whether a set of names is asked for
    tolerance: float = 0.02  # of a number, relative; two digits after the point are always enough

    def __post_init__(self):
        self.measure = cache(self.measure)

    def _starter(self) -> str:
        names = f"The names: {', '.join(f'`{name}`' for name in self.choices)}.\n\n" if self.choices else ""
        return f'{names}```python\nexercise("{self.number}").check(...)  # your answer\n```'

    def _form(self) -> str:
        if not self.choices:
            return "a number, such as 0.25 or 1/4"
        return f"{'a set' if self.several else 'one'} of the names {', '.join(self.choices)}"

    def _read(self, answer: Any) -> float | set[str]:
        found = read_names(answer) if self.choices else read_number(answer)
        if found is None:
            raise self._not_understood(answer)
        if not self.choices:
            return found
        if unknown := found - set(self.choices):
            raise NotUnderstood(f"Unknown: {_shown(unknown)}. Expected {self._form()}.")
        if len(found) > 1 and not self.several:
            raise NotUnderstood(f"Expected {self._form()}, found {len(found)}: {_shown(found)}.")
        return found

    def _verify(self, answer: float | set[str]) -> str:
        expected = self.measure()
        if self.choices:
            self._compare_names(answer, {expected} if isinstance(expected, str) else set(expected))
        elif answer != round(expected, 2) and not math.isclose(answer, expected, rel_tol=self.tolerance):
            verdict = "not a number" if math.isnan(answer) else "too small" if answer < expected else "too large"
            raise WrongAnswer(f"{_shown(answer)} is {verdict}. {self.wrong(answer)}")
        return f"Measured just now: {_shown(expected)}. {self.conclusion}"

    def _compare_names(self, found: set[str], right: set[str]) -> None:
        belongs = f"{_shown(found & right)}: right so far" if found & right else ""
        if wrong := found - right:
            raise WrongAnswer(f"Not {_shown(wrong)}. {self.wrong(min(wrong))}" + (belongs and f" {belongs}."))
        if missing := right - found:
            where = f" {self.missed(missing)}" if self.missed else ""
            raise WrongAnswer(f"{belongs}, {'one is' if len(missing) == 1 else f'{len(missing)} are'} missing.{where}")

    def _solution(self) -> str:
        return f"```python\n{_code_of(self.measure)}\n```\n\nThe result is {_shown(self.measure())}. {self.conclusion}"


@dataclass(kw_only=True, repr=False)
class Reasoning(Exercise):
    """A choice."""

    options: Mapping[str, str]  # statement -> why it is right or wrong; they get the letters a, b, c, ...
    answer: str  # the letter of the right one

    def __post_init__(self):
        self.statements = dict(zip(ascii_lowercase, self.options, strict=False))  # letter -> what may be right
        self.reasons = {letter: " ".join(self.options[text].split()) for letter, text in self.statements.items()}

    def _starter(self) -> str:
        listed = "\n".join(f"- **{letter}**: {text}" for letter, text in self.statements.items())
        return f'{listed}\n\n```python\nexercise("{self.number}").check("...")  # a letter\n```'

    def _form(self) -> str:
        return f"one letter of {', '.join(self.reasons)}"

    def _read(self, answer: Any) -> str:
        letter = read_choice(answer, self.statements)
        if letter is None:
            raise self._not_understood(answer)
        return letter

    def _verify(self, answer: str) -> str:
        if answer != self.answer:
            raise WrongAnswer(self.reasons[answer])
        return self.reasons[answer]

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
    for node in functions.values():
        node.decorator_list = []  # a cache is for the checks
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
