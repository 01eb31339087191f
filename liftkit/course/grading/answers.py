"""What a notebook hands in, found in its text: nothing of it is executed here. Cells may be moved or copied."""

from __future__ import annotations

import ast
import re
import symtable
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any

from liftkit.course import lesson_exercises

NUMBER = re.compile(r"\d\d\.\d+")
MAGIC = re.compile(r"^(\s*)[%!?].*$", re.MULTILINE)


@dataclass(frozen=True)
class Attempt:
    """One call of ``check``: the statements that its argument needs, and the argument."""

    number: str
    steps: list[tuple[int, int]]  # (cell, statement in it), in the order of the notebook
    answer: str  # an expression
    problem: str = ""  # why it cannot be executed


@dataclass
class Statement:
    place: tuple[int, int]
    node: ast.stmt
    uses: set[str] = field(default_factory=set)  # names of the notebook that it reads
    makes: set[str] = field(default_factory=set)  # names that it binds or changes


def code_cells(notebook: dict) -> list[str]:
    """The code of the cells, with ``pass`` in place of magics so that lines keep their numbers."""
    return [_code(cell) for cell in notebook["cells"] if cell["cell_type"] == "code"]


def _code(cell: dict) -> str:
    code = "".join(cell["source"])
    try:
        ast.parse(code)
    except (SyntaxError, ValueError, RecursionError, MemoryError):
        return MAGIC.sub(r"\1pass", code)
    return code  # a line may begin with % in an expression


def read_attempts(cells: list[str], numbers: list[str]) -> dict[str, list[Attempt]]:
    """The attempts at each of these exercises, in the order of the cells.

    A function with the name that the task asks for counts if the cell that hands it in is gone.
    """
    found: dict[str, list[Attempt]] = {number: [] for number in numbers}
    statements = []
    for n, cell in enumerate(cells):
        try:
            statements += [_statement((n, k), node) for k, node in enumerate(ast.parse(cell).body)]
        except (SyntaxError, ValueError, RecursionError, MemoryError) as error:
            why = f"the cell is not Python: {getattr(error, 'msg', error)} in line {getattr(error, 'lineno', '?')}"
            for number in set(NUMBER.findall(cell)) & set(found) if ".check" in cell else ():
                found[number].append(Attempt(number, [], "None", why))
    named = _exercises_by_name(statements)
    for place, statement in enumerate(statements):
        for number, answer in checks(statement.node, named):
            if number in found:
                found[number].append(Attempt(number, _needed(statements, place, answer), answer))
    for number in [number for number, attempts in found.items() if not attempts]:
        name = getattr(getattr(lesson_exercises(number[:2])[number], "reference", None), "__name__", "")
        if any(name in one.makes for one in statements):
            found[number].append(Attempt(number, _needed(statements, len(statements), name), name))
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
        return dict(checks(ast.parse(_code(cell)), {}))
    except SyntaxError:
        return {}


def is_stub(cell: dict, number: str) -> bool:
    """Whether the cell hands in nothing yet: dots, or a function without a body."""
    answer = submitted(cell)[number]
    if answer in ("...", "'...'", "''", "None"):
        return True
    for node in ast.walk(ast.parse(_code(cell))):
        if isinstance(node, ast.FunctionDef) and node.name == answer:
            return all(isinstance(step, ast.Pass) or _is_nothing(getattr(step, "value", step)) for step in node.body)
    return answer.isidentifier()  # written elsewhere


def stub_of(number: str) -> str:
    """The code with which an exercise begins."""
    return re.findall(r"```python\n(.*?)\n```", repr(lesson_exercises(number[:2])[number]), re.DOTALL)[-1]


def _is_nothing(node: Any) -> bool:
    return node is None or isinstance(node, ast.Constant) and (node.value in (None, ...) or isinstance(node.value, str))


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


def _statement(place: tuple[int, int], node: ast.stmt) -> Statement:
    table = symtable.symtable(ast.unparse(node), "cell", "exec")
    made = {symbol.get_name() for symbol in table.get_symbols() if symbol.is_assigned() or symbol.is_imported()}
    return Statement(place, node, set(_reads(table)), made | set(_changes(node)))


def _reads(table: symtable.SymbolTable) -> Iterator[str]:
    """Names that code takes from the notebook: a function's parameters and own variables are not among them."""
    top = table.get_type() == "module"
    yield from (one.get_name() for one in table.get_symbols() if (one.is_referenced() if top else one.is_global()))
    for child in table.get_children():
        yield from _reads(child)


def _changes(tree: ast.AST) -> Iterator[str]:
    """Names whose value is changed in place: ``x[0] = 1``, ``x.weight = 1``, ``x.append(1)``."""
    for node in ast.walk(tree):
        targets = getattr(node, "targets", None) or [getattr(node, "target", None)]
        if isinstance(node, ast.Expr) and isinstance(node.value, ast.Call):
            targets = [node.value.func]
        for target in targets:
            inner = target
            while isinstance(inner, (ast.Attribute, ast.Subscript)):
                inner = inner.value
            if inner is not target and isinstance(inner, ast.Name):
                yield inner.id


def _needed(statements: list[Statement], place: int, answer: str) -> list[tuple[int, int]]:
    """Where the statements are that the answer needs: before it, or later for a name that is made only later."""
    chosen = {n for n, one in enumerate(statements) if isinstance(one.node, ast.ImportFrom) and "*" in _imported(one)}
    wanted = [node.id for node in ast.walk(ast.parse(answer)) if isinstance(node, ast.Name)]
    for name in wanted:  # grows while it is walked
        makers = [n for n, one in enumerate(statements) if name in one.makes and n != place]
        for n in [n for n in makers if n < place] or makers:
            if n not in chosen:
                chosen.add(n)
                wanted += sorted(statements[n].uses - set(wanted))
    return [statements[n].place for n in sorted(chosen)]


def _imported(statement: Statement) -> list[str]:
    return [alias.name for alias in getattr(statement.node, "names", ())]
