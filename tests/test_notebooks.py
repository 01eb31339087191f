"""What a notebook may hold. That every cell runs is nbval's part: ``make test`` runs it on ``notebooks/``."""

import json
from pathlib import Path

import pytest

from liftkit.course.publish import SETUP

NOTEBOOKS = sorted((Path(__file__).parents[1] / "notebooks").glob("*.ipynb"))


def test_the_series_starts_at_00():
    assert NOTEBOOKS[0].name == "00_start_here.ipynb"


@pytest.mark.parametrize("path", NOTEBOOKS, ids=lambda path: path.name)
def test_small_and_without_widget_state_or_tracebacks(path):
    notebook = json.loads(path.read_text())
    assert path.stat().st_size <= 300_000
    assert "widgets" not in notebook["metadata"]
    outputs = [output for cell in notebook["cells"] for output in cell.get("outputs", [])]
    assert not [output for output in outputs if output["output_type"] == "error"]


@pytest.mark.parametrize("path", NOTEBOOKS, ids=lambda path: path.name)
def test_defines_little_code_of_its_own(path):
    cells = json.loads(path.read_text())["cells"]
    own = [line for c in cells if c["cell_type"] == "code" for line in "".join(c["source"]).splitlines()]
    assert sum(line.startswith((" ", "def ", "class ")) for line in own) < 40


@pytest.mark.parametrize("path", NOTEBOOKS, ids=lambda path: path.name)
def test_needs_no_network(path):
    cells = json.loads(path.read_text())["cells"]
    code = [c for c in cells if c["cell_type"] == "code" and c.get("id") != SETUP]  # test_course_manifest.py tests that
    for word in ("http", "pip install", "urllib", "requests", "wget", "curl"):
        assert not any(word in "".join(c["source"]) for c in code), word
