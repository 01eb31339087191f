"""Figures in a lesson's text: those with a source in it are left alone, wrong ones are named."""

import json
import re
from pathlib import Path

import pytest

from liftkit.course.authoring.lint import lint_lesson
from liftkit.course.authoring.sources import figures, unsourced

LESSONS = sorted((Path(__file__).parents[3] / "notebooks").glob("*.ipynb"))
TABLE = "<style>td {width: 33px}</style><table><tr><td>71.74</td><td>0.613</td></tr></table>"
PICTURE = '<svg aria-label="Figure. 40 seeds"><path d="M 55.5 60.25"/><text>1,152</text></svg>'


def lesson(text, data=None, code="batch = 128"):
    output = {"output_type": "display_data", "data": data or {"text/html": TABLE, "image/svg+xml": PICTURE}}
    cells = [{"cell_type": "markdown", "id": "said", "source": [text]}]
    return {"cells": [*cells, {"cell_type": "code", "id": "code", "source": [code], "outputs": [output]}]}


@pytest.mark.parametrize(
    "text",
    [
        "The mean is 71.7 mm.",
        "The mean is 72 mm.",
        "It is 61 % of flat, or 61.3 %.",
        "In 40 seeds, 1152 poses or 1,152.",
        "A batch has 128 poses, about 130.",
        "At $w = 64$ these are $64^2 + 64 = 4160$, so 4,160 weights.",
        "The paper's width is 1024 (`TrainConfig.paper()`).",
        "See lesson 99, lessons 97 to 98 and exercise 98.7, in 99 minutes, for 99 points (CVPR 2022).",
        "1. Human3.6M has 3D poses, turned by 90 degrees, in H36M_17.\n2. [this](99_x.ipynb)",
    ],
)
def test_what_has_a_source_is_left_alone(text):
    assert list(unsourced(lesson(text))) == []


@pytest.mark.parametrize(
    ("text", "number"),
    [
        ("The mean is 71.8 mm.", "71.8"),
        ("The mean is 71.70 mm.", "71.70"),
        ("It is 62 % of flat.", "62"),
        ("It is 61 mm.", "61"),
        ("Its style has 33 mm.", "33"),
        ("Its outline has 55.5 mm.", "55.5"),
        ("A batch has about 150 poses.", "150"),
        ("The paper's width is 1025 (`TrainConfig.paper()`).", "1025"),
        ("In 41 of the seeds.", "41"),
    ],
)
def test_what_has_none_is_named_with_its_cell_and_sentence(text, number):
    (fault,) = unsourced(lesson("First a sentence. " + text))
    assert fault == f"cell said: no source for {number} in {re.sub('`.*`', '…', text)!r}"


def test_a_copy_without_outputs_has_nothing_to_compare_with():
    empty = lesson("The mean is 71.8 mm.")
    del empty["cells"][1]["outputs"]
    assert list(unsourced(empty)) == []


def test_a_wrong_number_in_a_real_lesson_is_found(tmp_path):
    """Lesson 08 quotes two means from the table above: 71.7 and 74.1 mm."""
    held = json.loads(next(path for path in LESSONS if path.name.startswith("08")).read_text(encoding="utf-8"))
    cell = next(cell for cell in held["cells"] if "71.7 and 74.1 mm" in "".join(cell["source"]))
    cell["source"] = ["".join(cell["source"]).replace("71.7 and 74.1", "72.9 and 74.1")]
    path = tmp_path / "08_lesson.ipynb"
    path.write_text(json.dumps(held), encoding="utf-8")
    (fault,) = lint_lesson(path)
    assert "no source for 72.9" in fault


def test_many_figures_are_read():
    cells = [cell for path in LESSONS for cell in json.loads(path.read_text(encoding="utf-8"))["cells"]]
    texts = ["".join(cell["source"]) for cell in cells if cell["cell_type"] == "markdown"]
    assert sum(1 for text in texts for _ in figures(text)) > 200
