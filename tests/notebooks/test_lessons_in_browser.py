"""Every lesson in a real JupyterLab in a real browser, run from the menu as a student does; trainings are short.

Set LIFTKIT_SCREENSHOTS to a folder to have what the browser showed kept there.
"""

import json
import os
import re
from collections import Counter
from pathlib import Path

import nbformat
import pytest
from lab import (
    NOT_SO,
    browser,
    elsewhere,
    kernels,
    lab,
    needs_chromium,
    ours,
    run_all,
    short_trainings,
    shut_down_kernels,
)
from nbformat.reader import NotJSONError

NOTEBOOKS = Path(__file__).parents[2] / "notebooks"
LESSONS = [path.name for path in sorted(NOTEBOOKS.glob("*.ipynb"))]
STAND_FOR_ALL = ("00", "04", "13")  # in `.ci/run`: a training and a guess, views, files
EACH = [pytest.param(name, marks=() if name.startswith(STAND_FOR_ALL) else pytest.mark.thorough) for name in LESSONS]
SECONDS = 600  # a quarter of a minute on a quiet machine
# What a student must never meet, and what is drawn for one output of each kind, as JupyterLab shows it.
ERROR = ".jp-RenderedText[data-mime-type*='error'], .jp-OutputArea-output:has-text('Error displaying widget')"
BAR = ".widget-hprogress:has(.progress-bar)"
WIDGET = "application/vnd.jupyter.widget-view+json"
DRAWN = {
    "application/vnd.plotly.v1+json": ".js-plotly-plot:has(.main-svg)",
    # a question with options has no picture: its answer's panel is the only one
    WIDGET: "section.lk:has(.lk-panels svg, .lk-panels canvas, figure:only-child .lk-note), "
    f".widget-interact:has(select), {BAR}",
}
FULL = re.compile(r"\b(\d+)/\1\b")  # all steps of as many

pytestmark = [needs_chromium, pytest.mark.long]


@pytest.fixture(scope="module")
def course(tmp_path_factory):
    """A JupyterLab on a copy of the lessons, without outputs: whatever is seen has just been made."""
    folder = tmp_path_factory.mktemp("lab") / "notebooks"
    folder.mkdir()
    for name in LESSONS:
        notebook = nbformat.read(NOTEBOOKS / name, as_version=4)
        for cell in code_cells(notebook):
            cell.outputs, cell.execution_count = [], None
        nbformat.write(notebook, folder / name)
    with lab(folder, **short_trainings(folder.parent)) as address:
        yield folder, address


@pytest.fixture(scope="module")
def tab():
    with browser(viewport={"width": 1200, "height": 1000}) as page:
        yield page


@pytest.fixture(scope="module", params=EACH)
def seen(request, course, tab):
    """What a student sees who runs all cells, saves, and goes from output to output."""
    folder, address = course
    tab.requests.clear()
    tab.complaints.clear()
    run_all(tab, address(request.param))
    notebook = _when_finished(tab, folder / request.param, address(""))
    rich = {i: expected for i, cell in enumerate(notebook.cells) if (expected := to_draw(cell))}
    cells = [_view(tab, i, expected, request.param[:2]) for i, expected in rich.items()]
    yield {"notebook": notebook, "cells": cells, "requests": [*tab.requests], "complaints": [*tab.complaints]}
    shut_down_kernels(tab, address(""))


def code_cells(notebook) -> list:
    return [cell for cell in notebook.cells if cell.cell_type == "code"]


def failures(notebook) -> list[str]:
    outputs = [output for cell in code_cells(notebook) for output in cell.outputs]
    return [f"{o.ename}: {o.evalue}" for o in outputs if o.output_type == "error"]


def to_draw(cell) -> dict[str, int]:
    """How many outputs of each kind a cell has that must be drawn."""
    shown = [kind for output in cell.get("outputs", ()) for kind in DRAWN if kind in output.get("data", ())]
    return dict(Counter(shown))


def _when_finished(page, path: Path, address: str) -> nbformat.NotebookNode:
    """The notebook as JupyterLab saves it once its last cell has run, or one has failed."""
    for _ in range(SECONDS * 2):
        page.wait_for_timeout(500)
        if "idle" not in kernels(page, address).values():
            continue
        page.keyboard.press("Control+s")
        page.wait_for_timeout(300)
        try:
            notebook = nbformat.read(path, as_version=4)
        except NotJSONError:  # read while JupyterLab was writing it
            continue
        if all(cell.execution_count for cell in code_cells(notebook)) or failures(notebook):
            return notebook
    raise AssertionError(f"{path.name} was not finished after {SECONDS} s")


def _view(page, index: int, expected: dict[str, int], number: str) -> dict:
    """Scroll to a cell, wait until what is expected is drawn, and note it with the errors and progress bars."""
    place = page.locator(f".jp-Cell[data-windowed-list-index='{index}']")
    for _ in range(500):
        if place.count():
            break
        # JupyterLab before 4.6 attaches only the cells in view
        page.locator(".jp-WindowedPanel-outer").first.evaluate("panel => panel.scrollBy(0, 400)")
        page.wait_for_timeout(50)
    place.locator(".jp-Cell-outputArea").scroll_into_view_if_needed()
    for _ in range(100):
        drawn = {kind: place.locator(DRAWN[kind]).count() for kind in expected}
        if drawn == expected:
            break
        page.wait_for_timeout(200)
    if folder := os.environ.get("LIFTKIT_SCREENSHOTS"):
        page.screenshot(path=f"{folder}/{number}-{index:02}.png")
    bars = place.locator(f".jp-OutputArea-output:has({BAR})").all_inner_texts()
    return {"drawn": drawn, "expected": expected, "errors": place.locator(ERROR).count(), "bars": bars}


def test_every_cell_runs_without_an_error(seen):
    assert failures(seen["notebook"]) == [] and [cell for cell in seen["cells"] if cell["errors"]] == []
    counts = [cell.execution_count for cell in code_cells(seen["notebook"])]
    assert counts == list(range(1, len(counts) + 1))


def test_after_every_cell_widgets_and_their_pictures_are_of_one_state(seen):
    assert NOT_SO not in json.dumps(seen["notebook"])


def test_its_widgets_and_charts_are_drawn(seen):
    assert sum(cell["drawn"].get(WIDGET, 0) for cell in seen["cells"]) >= 1
    for cell in seen["cells"]:
        assert cell["drawn"] == cell["expected"]


def test_the_console_and_the_network_are_quiet(seen):
    assert ours(seen["complaints"]) == []
    assert elsewhere(seen["requests"]) == []


@pytest.mark.parametrize("seen", LESSONS[:1], indirect=True)
def test_the_progress_bar_of_a_training_ends_full(seen):
    bars = [bar for cell in seen["cells"] for bar in cell["bars"]]
    assert len(bars) == 1 and FULL.search(bars[0])
