"""`liftkit course tidy` repairs what other programs stumble over, and leaves a good notebook as it is."""

import json

import nbformat
import pytest
from course_files import NOTEBOOKS, run_course

from liftkit.course.authoring.lint import lint_lesson
from liftkit.course.authoring.tidy import STATE, tidy_notebook

MODELS = {"ab12": {"model_name": "SliderModel", "model_module": "m", "state": {"value": 3}}}


@pytest.fixture
def untidy(tmp_path):
    picture = {"output_type": "display_data", "data": {"image/png": "AA==", "text/plain": "<Figure>"}, "metadata": {}}
    code = {"cell_type": "code", "execution_count": None, "metadata": {}, "source": ["1"], "outputs": [picture]}
    cells = [
        {"cell_type": "markdown", "metadata": {}, "source": ["# 01 Long necks\n", "\n", "![](a.png)"], "id": "a"},
        {"cell_type": "markdown", "metadata": {}, "source": ["## They grow"], "id": "a"},
        code,
        {**code, "id": "cell-2", "outputs": []},
    ]
    notebook = {"cells": cells, "metadata": {"widgets": {STATE: MODELS}}, "nbformat": 4, "nbformat_minor": 4}
    path = tmp_path / "untidy.ipynb"
    path.write_text(json.dumps(notebook))
    return path


def test_everything_is_repaired_and_the_rest_is_named(untidy):
    said = tidy_notebook(untidy)
    notebook = nbformat.read(untidy, as_version=4)
    nbformat.validate(notebook)
    ids = [cell.id for cell in notebook.cells]
    assert len(set(ids)) == 4 and ids[0] == "a"
    assert [cell.metadata.get("slideshow") for cell in notebook.cells[:3]] == [{"slide_type": "slide"}] * 2 + [None]
    assert "They grow" in notebook.cells[2].outputs[0].metadata.alt
    assert notebook.metadata.widgets[STATE] == {"state": MODELS, "version_major": 2, "version_minor": 0}
    assert "cell a: a picture needs a text" in said[-1]
    before = untidy.read_bytes()
    assert tidy_notebook(untidy) == said[-1:] and untidy.read_bytes() == before


def test_the_check_finds_equal_ids_and_pictures_without_text(untidy):
    notebook = json.loads(untidy.read_text())
    untidy.write_text(json.dumps(notebook | {"nbformat_minor": 5, "metadata": {}}))
    faults = lint_lesson(untidy)
    assert any("id a" in fault and "tidy" in fault for fault in faults)
    assert any("cell a: a picture" in fault for fault in faults)


def test_the_command_says_what_it_did_and_refuses_what_is_no_notebook(untidy, tmp_path):
    assert "its widget state" in run_course("tidy", untidy).output
    (tmp_path / "odd.ipynb").write_text("{")
    result = run_course("tidy", tmp_path / "odd.ipynb")
    assert result.exit_code == 2 and "odd.ipynb" in result.stderr


def test_missing_fields_are_added_and_cells_of_no_kind_are_refused(untidy):
    cells = [{"cell_type": "markdown", "source": "# A"}, {"cell_type": "code", "source": "1"}, {"cell_type": "raw"}]
    untidy.write_text(json.dumps({"cells": cells, "nbformat": 4, "nbformat_minor": 2}))
    assert tidy_notebook(untidy)[0] == "fields that every notebook has were missing"
    nbformat.validate(nbformat.read(untidy, as_version=4))
    assert tidy_notebook(untidy) == []
    for odd in ([{"source": "1"}], [3], {"a": 1}):
        untidy.write_text(json.dumps({"cells": odd, "metadata": {}, "nbformat": 4, "nbformat_minor": 5}))
        with pytest.raises(ValueError, match="untidy.ipynb: not a readable notebook"):
            tidy_notebook(untidy)


def test_only_slides_are_new_in_a_lesson(tmp_path):
    path = tmp_path / "lesson.ipynb"
    path.write_bytes(next(NOTEBOOKS.glob("00_*.ipynb")).read_bytes())
    assert all("begins a slide" in line for line in tidy_notebook(path))
    assert lint_lesson(path) == []
