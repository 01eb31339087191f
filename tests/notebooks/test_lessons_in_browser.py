"""Every lesson in a real JupyterLab in a real browser, as ``make lab`` opens it, run from the menu.

Set LIFTKIT_SCREENSHOTS to a folder to have what the browser showed kept there.
"""

import os
import re
from pathlib import Path

import nbformat
import pytest
from lab import browser, elsewhere, lab, needs_chromium, ours, run_all, shut_down_kernels
from nbformat.reader import NotJSONError

NOTEBOOKS = Path(__file__).parents[2] / "notebooks"
LESSONS = [path.name for path in sorted(NOTEBOOKS.glob("*.ipynb"))]
SECONDS = 600  # a minute on a quiet machine
# What a student must never meet, and what must be drawn, as JupyterLab shows it.
ERROR = ".jp-RenderedText[data-mime-type*='error'], .jp-OutputArea-output:has-text('Error displaying widget')"
CHART = ".js-plotly-plot .main-svg"
WIDGET = ".lk-panels svg, .lk-panels canvas"
BAR = ".jp-OutputArea-output:has(.widget-hprogress .progress-bar)"
FULL = re.compile(r"\b(\d+)/\1\b")  # all steps of as many

pytestmark = needs_chromium


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
    with lab(folder) as address:
        yield folder, address


@pytest.fixture(scope="module", params=LESSONS)
def seen(request, course):
    """What a student sees who runs all cells, saves, and scrolls through the lesson."""
    folder, address = course
    with browser(viewport={"width": 1200, "height": 1000}) as page:
        run_all(page, address(request.param))
        notebook = _when_finished(page, folder / request.param)
        counts = _scroll_through(page, request.param[:2])
        yield {"notebook": notebook, "counts": counts, "requests": page.requests, "complaints": page.complaints}
        shut_down_kernels(page, address(""))


def code_cells(notebook) -> list:
    return [cell for cell in notebook.cells if cell.cell_type == "code"]


def failures(notebook) -> list[str]:
    outputs = [output for cell in code_cells(notebook) for output in cell.outputs]
    return [f"{o.ename}: {o.evalue}" for o in outputs if o.output_type == "error"]


def _when_finished(page, path: Path) -> nbformat.NotebookNode:
    """The notebook as JupyterLab saves it once its last cell has run, or one has failed."""
    for _ in range(SECONDS // 2):
        page.wait_for_timeout(2000)
        page.keyboard.press("Control+s")
        try:
            notebook = nbformat.read(path, as_version=4)
        except NotJSONError:  # read while JupyterLab was writing it
            continue
        if all(cell.execution_count for cell in code_cells(notebook)) or failures(notebook):
            return notebook
    raise AssertionError(f"{path.name} was not finished after {SECONDS} s")


def _scroll_through(page, number: str) -> dict:
    """How often each thing was seen in one view at most; JupyterLab draws the cells in view only."""
    panel, counts = page.locator(".jp-WindowedPanel-outer").first, {}
    position = 0
    while position <= panel.evaluate("panel => panel.scrollHeight"):  # it grows as cells are drawn
        panel.evaluate("(panel, top) => panel.scrollTo(0, top)", position)
        page.wait_for_timeout(700)
        if folder := os.environ.get("LIFTKIT_SCREENSHOTS"):
            page.screenshot(path=f"{folder}/{number}-{position:05}.png")
        shown = {selector: page.locator(selector) for selector in (ERROR, CHART, WIDGET, BAR)}
        shown[FULL] = shown[BAR].filter(has_text=FULL)
        for what, locator in shown.items():
            counts[what] = max(counts.get(what, 0), locator.count())
        position += 600
    return counts


def test_every_cell_runs_without_an_error(seen):
    assert failures(seen["notebook"]) == [] and seen["counts"][ERROR] == 0
    counts = [cell.execution_count for cell in code_cells(seen["notebook"])]
    assert counts == list(range(1, len(counts) + 1))


def test_its_widgets_and_charts_are_drawn(seen):
    data = [o.data for cell in code_cells(seen["notebook"]) for o in cell.outputs if "data" in o]
    assert seen["counts"][WIDGET] >= 1
    assert seen["counts"][CHART] >= 1 or not any("application/vnd.plotly.v1+json" in d for d in data)


def test_the_console_and_the_network_are_quiet(seen):
    assert ours(seen["complaints"]) == []
    assert elsewhere(seen["requests"]) == []


@pytest.mark.parametrize("seen", LESSONS[:1], indirect=True)
def test_the_progress_bar_of_a_training_ends_full(seen):
    assert seen["counts"][BAR] == seen["counts"][FULL] == 1
