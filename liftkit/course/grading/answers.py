"""What a notebook hands in, found in its text: nothing of it is executed here. Cells may be moved or copied."""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator, Sequence
from contextlib import suppress
from dataclasses import dataclass

from liftkit.course import lesson_exercises
from liftkit.course.statements import UNREADABLE, Statement, code_of, needed, read_statements

NUMBER = re.compile(r"\d\d\.\d+")


@dataclass(frozen=True)
class Attempt:
    """One call of ``check``: the statements that its argument needs, and the argument."""

    number: str
    steps: list[tuple[int, int]]  # (cell, statement in it), in the order of the notebook
    answer: str  # an expression
    problem: str = ""  # why it cannot be executed


def read_attempts(cells: list[str], numbers: list[str], lesson: Sequence[str] = ()) -> dict[str, list[Attempt]]:
    """The attempts at each of these exercises, in the order of the cells.

    A function with the name that the task asks for counts if the cell that hands it in is gone. One that is written
    again below the cell that hands it in is a further attempt.

    Args:
        lesson: the cells of the lesson as it was handed out: names that the notebook no longer makes are taken from
            there. An attempt counts these cells after those of the notebook.
    """
    found: dict[str, list[Attempt]] = {number: [] for number in numbers}
    statements: list[Statement] = []
    for n, cell in enumerate(lesson, start=len(cells)):
        with suppress(*UNREADABLE):  # another language
            statements += read_statements(n, cell)
    begin = len(statements)
    for n, cell in enumerate(cells):
        try:
            statements += read_statements(n, cell)
        except UNREADABLE as error:
            why = f"the cell is not Python: {getattr(error, 'msg', error)} in line {getattr(error, 'lineno', '?')}"
            for number in set(NUMBER.findall(cell)) & set(found) if ".check" in cell else ():
                found[number].append(Attempt(number, [], "None", why))
    named = _exercises_by_name(statements[begin:])
    own = list(enumerate(statements))[begin:]
    made = {name: place for place, one in own for name in one.makes}
    functions = {one.node.name: place for place, one in own if isinstance(one.node, ast.FunctionDef)}
    names = {number: (_asked_name(number), -1) for number in numbers}  # what is handed in, and where at the latest
    for place, statement in own:
        for number, answer in checks(statement.node, named):
            if number in found:
                found[number].append(Attempt(number, needed(statements, place, answer, begin), answer))
                names[number] = (answer, place)
    for number, (name, place) in names.items():
        if (functions if found[number] else made).get(name, -1) > place:
            last = Attempt(number, needed(statements, len(statements), name, begin), name)
            found[number] += [last] if last not in found[number] else []
    return found


def checks(tree: ast.AST, named: dict[str, str]) -> Iterator[tuple[str, str]]:
    """Every ``exercise("02.1").check(answer)`` in the code: the number, and the answer as an expression."""
    for node in ast.walk(tree):
        if isinstance(node, ast.Call) and isinstance(node.func, ast.Attribute) and node.func.attr == "check":
            owner = node.func.value
            number = named.get(owner.id) if isinstance(owner, ast.Name) else _number(owner)
            if number:
                given = [*node.args, *(word.value for word in node.keywords)]
                yield number, ast.unparse(given[0]) if given else "None"


def submitted(cell: dict) -> dict[str, str]:
    """The exercises that a cell of a notebook hands in, and what it hands in for them."""
    if cell["cell_type"] != "code":
        return {}
    try:
        return dict(checks(ast.parse(code_of(cell)), {}))
    except SyntaxError:
        return {}


def is_stub(cell: dict, number: str) -> bool:
    """Whether the cell hands in nothing yet: dots, or a function without a body."""
    answer = submitted(cell)[number]
    if answer in ("...", "'...'", "''", "None"):
        return True
    for node in ast.walk(ast.parse(code_of(cell))):
        if isinstance(node, ast.FunctionDef) and node.name == answer:
            values = [getattr(step, "value", step) for step in node.body if not isinstance(step, ast.Pass)]
            texts = (one.value if isinstance(one, ast.Constant) else one for one in values)  # docstrings, dots, None
            return all(text in (None, ...) or isinstance(text, str) for text in texts)
    return answer.isidentifier()  # written elsewhere


def _asked_name(number: str) -> str:
    """The name of the function that the task asks for; "" if it asks for something else."""
    return getattr(getattr(lesson_exercises(number[:2])[number], "reference", None), "__name__", "")


def stub_of(number: str) -> str:
    """The code with which an exercise begins."""
    return re.findall(r"```python\n(.*?)\n```", repr(lesson_exercises(number[:2])[number]), re.DOTALL)[-1]


def _exercises_by_name(statements: list[Statement]) -> dict[str, str]:
    """``task = exercise("02.1")``: task -> 02.1."""
    named = {}
    for node in (one.node for one in statements):
        if isinstance(node, ast.Assign) and isinstance(node.targets[0], ast.Name) and (number := _number(node.value)):
            named[node.targets[0].id] = number
    return named


def _number(node: ast.AST) -> str:
    given = [*node.args, *(word.value for word in node.keywords)] if isinstance(node, ast.Call) else []
    text = given[0].value if given and isinstance(given[0], ast.Constant) else None
    return text if isinstance(text, str) and NUMBER.fullmatch(text) else ""
