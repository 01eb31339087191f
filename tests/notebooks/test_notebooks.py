"""The lessons themselves. That every cell runs and shows what is stored is nbval's part: ``make test`` runs it."""

import ast
import json
from pathlib import Path

import pytest

NOTEBOOKS = sorted((Path(__file__).parents[2] / "notebooks").glob("*.ipynb"))


def code_cells(path):
    return [c for c in json.loads(path.read_text(encoding="utf-8"))["cells"] if c["cell_type"] == "code"]


def own_statements(source):
    cell = ast.parse(source)
    statements = [node for node in ast.walk(cell) if isinstance(node, ast.stmt)]
    definitions = (ast.FunctionDef, ast.AsyncFunctionDef, ast.ClassDef)
    return sum(isinstance(node, definitions) or node not in cell.body for node in statements)


def test_the_series_starts_at_00():
    assert NOTEBOOKS[0].name == "00_start_here.ipynb"


@pytest.mark.parametrize("path", NOTEBOOKS, ids=lambda path: path.name)
def test_defines_little_code_of_its_own(path):
    """Definitions, and statements inside them or inside a loop and the like: how many lines each takes is no matter."""
    assert sum(own_statements("".join(cell["source"])) for cell in code_cells(path)) < 40


def test_counts_statements_and_not_lines():
    assert own_statements("print(\n    1,\n    2,\n)\nx = {\n    0: 1,\n}") == 0
    assert own_statements("def f(x):\n    y = max(\n        x,\n        0,\n    )\n    return y") == 3
    assert own_statements("for x in range(3):\n    if x:\n        print(x)") == 2


@pytest.mark.parametrize("path", NOTEBOOKS, ids=lambda path: path.name)
def test_most_outputs_are_compared(path):
    shown = [cell for cell in code_cells(path) if cell["outputs"]]
    compared = [cell for cell in shown if "nbval-ignore-output" not in cell["metadata"].get("tags", ())]
    assert len(compared) >= len(shown) / 2
