"""The statements of a notebook's cells, and which of them an expression needs. Nothing is executed here."""

from __future__ import annotations

import ast
import re
import symtable
from collections.abc import Iterator
from dataclasses import dataclass

MAGIC = re.compile(r"^(\s*)[%!?].*$", re.MULTILINE)
UNREADABLE = (SyntaxError, ValueError, RecursionError, MemoryError)  # what ast.parse raises


@dataclass
class Statement:
    place: tuple[int, int]
    node: ast.stmt
    uses: set[str]  # names of the notebook that it reads
    makes: set[str]  # names that it binds or changes


def code_cells(notebook: dict) -> list[str]:
    """The code of the cells, with ``pass`` in place of magics so that lines keep their numbers."""
    return [code_of(cell) for cell in notebook["cells"] if cell["cell_type"] == "code"]


def code_of(cell: dict) -> str:
    code = "".join(cell["source"])
    try:
        ast.parse(code)
    except UNREADABLE:
        return MAGIC.sub(r"\1pass", code)
    return code  # a line may begin with % in an expression


def read_statements(number: int, code: str) -> list[Statement]:
    """The statements of code cell ``number``. Raises one of UNREADABLE if the code is not Python."""
    found = []
    for k, node in enumerate(ast.parse(code).body):
        table = symtable.symtable(ast.unparse(node), "cell", "exec")
        made = {symbol.get_name() for symbol in table.get_symbols() if symbol.is_assigned() or symbol.is_imported()}
        found.append(Statement((number, k), node, {*_reads(table), *_in_texts(node)}, made | set(_changes(node))))
    return found


def _reads(table: symtable.SymbolTable) -> Iterator[str]:
    """Names that code takes from the notebook: a function's parameters and own variables are not among them."""
    top = table.get_type() == "module"
    yield from (one.get_name() for one in table.get_symbols() if (one.is_referenced() if top else one.is_global()))
    for child in table.get_children():
        yield from _reads(child)


def _in_texts(tree: ast.AST) -> Iterator[str]:
    """Names that pandas reads out of a text: ``table.query("seed in @seeds")``."""
    for node in ast.walk(tree):
        if isinstance(node, ast.Constant) and isinstance(node.value, str):
            yield from re.findall(r"@([^\W\d]\w*)", node.value)


def _changes(tree: ast.AST) -> Iterator[str]:
    """Names whose value is changed in place: ``x[0] = 1``, ``x.weight = 1``, ``x.append(1)``."""
    for node in ast.walk(tree):
        targets = getattr(node, "targets", None) or [getattr(node, "target", None)]
        if isinstance(node, ast.Expr) and isinstance(node.value, ast.Call):
            targets = [node.value.func]
        for target in targets:
            inner = target
            while isinstance(inner, (ast.Attribute, ast.Subscript, ast.Call)):  # x.append(1).append(2) too
                inner = inner.func if isinstance(inner, ast.Call) else inner.value
            if inner is not target and isinstance(inner, ast.Name):
                yield inner.id


def needed(statements: list[Statement], place: int, answer: str, begin: int = 0) -> list[tuple[int, int]]:
    """Where the statements are that the answer needs: before it, or later for a name that is made only later.

    ``begin``: the statements before this one are only used for names that no statement from there on makes.
    """
    imports = ((n, one.node.names) for n, one in enumerate(statements) if isinstance(one.node, ast.ImportFrom))
    chosen = {n for n, names in imports if names[0].name == "*"}
    tree = ast.parse(answer)
    wanted = [*(node.id for node in ast.walk(tree) if isinstance(node, ast.Name)), *_in_texts(tree)]
    for name in wanted:  # grows while it is walked
        makers = [n for n, one in enumerate(statements) if name in one.makes and n != place]
        makers = [n for n in makers if n >= begin] or makers
        for n in [n for n in makers if n < place] or makers:
            if n not in chosen:
                chosen.add(n)
                wanted += sorted(statements[n].uses - set(wanted))
    return [statements[n].place for n in sorted(chosen)]
