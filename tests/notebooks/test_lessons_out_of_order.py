"""Two lessons as they are really run: a cell twice, and from the middle after a restart. Trainings are short."""

import ast
import copy
import re
from pathlib import Path

import nbformat
import pytest
from lab import short_trainings

from liftkit.course.authoring.run_lesson import run_cells

NOTEBOOKS = Path(__file__).parents[2] / "notebooks"
LESSONS = ["05_the_full_pose.ipynb", "06_legs_and_torso.ipynb"]  # the quickest
pytestmark = [pytest.mark.thorough, pytest.mark.parametrize("name", LESSONS)]


@pytest.fixture
def lesson(name, tmp_path, monkeypatch):
    for variable, value in short_trainings(tmp_path).items():
        monkeypatch.setenv(variable, value)
    return nbformat.read(NOTEBOOKS / name, as_version=4)


def code_cells(notebook):
    return [cell for cell in notebook.cells if cell.cell_type == "code"]


def texts(cell):
    """What a cell shows, as plain text."""
    return [output.get("text") or output.get("data", {}).get("text/plain") for output in cell.outputs]


def test_each_cell_may_run_twice_and_shows_the_same(lesson):
    lesson.cells = [copy.deepcopy(cell) for cell in code_cells(lesson) for _ in range(2)]
    run_cells(lesson, NOTEBOOKS)  # raises an error with the cell's traceback
    for first, second in zip(lesson.cells[::2], lesson.cells[1::2], strict=True):
        if "nbval-ignore-output" not in first.metadata.get("tags", ()):
            assert texts(second) == texts(first), first.source


def test_after_a_restart_in_the_middle_a_cell_works_or_names_what_the_cells_above_it_define(lesson):
    cells = code_cells(lesson)
    above, lesson.cells = cells[: len(cells) // 2], cells[len(cells) // 2 :]
    defined = {name for cell in cells for name in names_bound(cell.source)}
    for cell in lesson.cells:
        cell.metadata.tags = ["raises-exception"]
    run_cells(lesson, NOTEBOOKS)
    errors = [output for cell in lesson.cells for output in cell.outputs if output.output_type == "error"]
    assert errors  # else nothing was tried
    for error in errors:
        (missing,) = re.findall(r"^name '(\w+)' is not defined$", error.evalue)
        assert error.ename == "NameError" and missing in defined, error.evalue
    assert re.match(r"name '(\w+)'", errors[0].evalue)[1] in {n for cell in above for n in names_bound(cell.source)}


def names_bound(source):
    """The names that a cell's own statements assign, import or define."""
    for node in ast.walk(ast.parse(source)):
        if isinstance(node, ast.Name) and isinstance(node.ctx, ast.Store):
            yield node.id
        elif isinstance(node, ast.alias):
            yield node.asname or node.name
        elif isinstance(node, ast.FunctionDef):
            yield node.name
