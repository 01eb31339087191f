"""The lessons as files, and their cells in a kernel. What they show is compared by nbval (``make long``)."""

import ast
import json
import re
from itertools import pairwise
from pathlib import Path

import nbformat
import pytest
from lab import CHROMIUM, MOST_STEPS, NOT_SO, short_trainings

from liftkit.course import exercise
from liftkit.course.authoring.manifest import read_course
from liftkit.course.authoring.run_lesson import run_cells
from liftkit.course.exercise import Coding

NOTEBOOKS = sorted((Path(__file__).parents[2] / "notebooks").glob("*.ipynb"))
ASKED = "commit to an answer"


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
def test_a_lesson_is_short_enough_for_its_minutes(path):
    """150 words a minute, half a minute for a code cell, one more for a prediction. The rest is for exercises."""
    cells = json.loads(path.read_text(encoding="utf-8"))["cells"]
    texts = ["".join(c["source"]) for c in cells if c["cell_type"] == "markdown" and not c["id"].startswith("liftkit-")]
    words, code = sum(len(text.split()) for text in texts), code_cells(path)
    minutes = {lesson.file: lesson.minutes for lesson in read_course(path.parent).lessons}[path.name]
    assert words <= 2000 and minutes <= 45
    assert words / 150 + len(code) / 2 + len(called(code, "predict")) <= minutes
    assert all(len("".join(c["source"]).splitlines()) <= 25 for c in code)  # a longer one hides its argument


@pytest.mark.parametrize("path", NOTEBOOKS, ids=lambda path: path.name)
def test_a_lesson_has_few_brackets_outside_its_folds(path):
    """Those of links, code and formulas, and those that only name a lesson, are not counted."""
    cells = json.loads(path.read_text(encoding="utf-8"))["cells"]
    texts = ["".join(c["source"]) for c in cells if c["cell_type"] == "markdown" and not c["id"].startswith("liftkit-")]
    found = []
    for text in texts:
        text = re.sub(r"<details>.*?</details>|\*\*Read on\.\*\*.*", "", text, flags=re.S)
        text = re.sub(r"```.*?```|`[^`]*`|\$\$.*?\$\$|\$[^$]*\$|\]\([^)]*\)", "", text, flags=re.S)
        found += re.findall(r"\([^()]*[a-z]{3}[^()]*\)", re.sub(r"\((see )?lessons? \d\d( to \d\d)?\)", "", text))
    assert len(found) <= 8, found


@pytest.mark.parametrize("path", NOTEBOOKS, ids=lambda path: path.name)
def test_most_outputs_are_compared(path):
    shown = [cell for cell in code_cells(path) if cell["outputs"]]
    compared = [cell for cell in shown if "nbval-ignore-output" not in cell["metadata"].get("tags", ())]
    assert len(compared) >= len(shown) / 2


def called(cells, name):
    """Every call of a function or a method of this name: the name that its value gets, or whose method it is."""
    trees = [ast.parse("".join(c["source"])) for c in cells]
    statements = [node for tree in trees for node in ast.walk(tree) if isinstance(node, ast.Assign)]
    found = [s.targets[0].id for s in statements if calls(s.value) == name]
    methods = [node.func for tree in trees for node in ast.walk(tree) if calls(node) == f".{name}"]
    return found + [method.value.id for method in methods]


def calls(node):
    function = getattr(node, "func", None)
    return f".{function.attr}" if isinstance(function, ast.Attribute) else getattr(function, "id", "")


@pytest.mark.parametrize("path", NOTEBOOKS, ids=lambda path: path.name)
def test_every_question_is_a_prediction_that_is_revealed_once(path):
    cells = json.loads(path.read_text(encoding="utf-8"))["cells"]
    after = [following for cell, following in pairwise(cells) if ASKED in "".join(cell["source"])]
    assert after and all(cell["cell_type"] == "code" and called([cell], "predict") for cell in after)
    code = code_cells(path)
    asked = called(code, "predict")
    assert sorted(called(code, "reveal")) == sorted(set(asked)) == sorted(asked)
    assert "my_guess" not in json.dumps(cells)


@pytest.mark.parametrize("path", NOTEBOOKS, ids=lambda path: path.name)
def test_every_function_of_a_student_is_used_and_keeps_its_name(path):
    """A cell that gave ours the student's name would call ours the student's when it runs a second time."""
    code = code_cells(path)
    uses = [node for c in code for node in ast.walk(ast.parse("".join(c["source"]))) if calls(node) == ".use"]
    asked = {number for number in exercises_of(path) if isinstance(exercise(number), Coding)}
    assert asked == {node.func.value.args[0].value for node in uses}
    functions = {node.args[0].id for node in uses}
    assert not functions & {name for c in code for name in assigned("".join(c["source"]))}


def exercises_of(path):
    return next(lesson.exercises for lesson in read_course(path.parent).lessons if lesson.file == path.name)


def assigned(source):
    return [
        node.id
        for node in ast.walk(ast.parse(source))
        if isinstance(getattr(node, "ctx", None), ast.Store) and isinstance(node, ast.Name)
    ]


@pytest.mark.parametrize("path", NOTEBOOKS, ids=lambda path: path.name)
def test_predictions_are_counted_before_what_to_remember(path):
    cells = ["".join(cell["source"]) for cell in json.loads(path.read_text(encoding="utf-8"))["cells"]]
    assert cells[cells.index("tally()") + 1].startswith("## What to remember")
    assert not any("predict(" in cell for cell in cells[cells.index("tally()") :])


@pytest.mark.slow
@pytest.mark.skipif(CHROMIUM is not None, reason="test_lessons_in_browser.py runs them")
@pytest.mark.parametrize("path", NOTEBOOKS, ids=lambda path: path.name)
def test_every_cell_runs_without_a_browser(path, tmp_path, monkeypatch):
    for name, value in short_trainings(tmp_path).items():
        monkeypatch.setenv(name, value)
    notebook = nbformat.read(path, as_version=4)
    run_cells(notebook, path.parent)  # raises an error with the cell's traceback
    assert NOT_SO not in json.dumps(notebook)


@pytest.mark.long
def test_a_cell_that_leaves_a_widget_or_its_picture_stale_is_found(tmp_path, monkeypatch):
    for name, value in short_trainings(tmp_path).items():
        monkeypatch.setenv(name, value)
    made = "from IPython.display import display\nfrom liftkit.widgets import SeedLottery\nlottery = SeedLottery()"
    cells = [made, "lottery.seeds = 2\nlottery", "display(lottery)\nlottery.seeds = 3"]
    cells += ["lottery", "lottery.controller.set('seeds', 5)"]
    notebook = nbformat.v4.new_notebook(cells=[nbformat.v4.new_code_cell(cell) for cell in cells])
    run_cells(notebook, tmp_path)
    assert [NOT_SO in json.dumps(cell.outputs) for cell in notebook.cells] == [False, False, True, False, True]


@pytest.mark.long
def test_trainings_of_tests_are_short(tmp_path, monkeypatch):
    for name, value in short_trainings(tmp_path).items():
        monkeypatch.setenv(name, value)
    code = "from liftkit import TrainConfig\nprint(TrainConfig(steps=1000).steps, TrainConfig.paper().steps)"
    notebook = nbformat.v4.new_notebook(cells=[nbformat.v4.new_code_cell(code)])
    run_cells(notebook, tmp_path)
    assert notebook.cells[0].outputs[0].text.split() == [str(MOST_STEPS)] * 2
