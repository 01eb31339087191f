"""The lessons themselves. That every cell runs and shows what is stored is nbval's part: ``make test`` runs it."""

import json
from pathlib import Path

import pytest

NOTEBOOKS = sorted((Path(__file__).parents[1] / "notebooks").glob("*.ipynb"))


def code_cells(path):
    return [c for c in json.loads(path.read_text(encoding="utf-8"))["cells"] if c["cell_type"] == "code"]


def test_the_series_starts_at_00():
    assert NOTEBOOKS[0].name == "00_start_here.ipynb"


@pytest.mark.parametrize("path", NOTEBOOKS, ids=lambda path: path.name)
def test_defines_little_code_of_its_own(path):
    own = [line for cell in code_cells(path) for line in "".join(cell["source"]).splitlines()]
    assert sum(line.startswith((" ", "def ", "class ")) for line in own) < 40


@pytest.mark.parametrize("path", NOTEBOOKS, ids=lambda path: path.name)
def test_most_outputs_are_compared(path):
    shown = [cell for cell in code_cells(path) if cell["outputs"]]
    compared = [cell for cell in shown if "nbval-ignore-output" not in cell["metadata"].get("tags", ())]
    assert len(compared) >= len(shown) / 2
