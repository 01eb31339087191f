"""Running a lesson stores what its cells show, and leaves the file as it was if one fails."""

import asyncio
import re
from xml.etree import ElementTree

import nbformat
import pytest
from course_files import run_course
from jupyter_client.channels import AsyncZMQSocketChannel
from lab import needs_chromium, write_notebook
from time_limit import within

from liftkit.course.authoring.run_lesson import LIVE, run_lesson

pytestmark = pytest.mark.slow

WIDGET = "from liftkit.widgets import RepresentationExplorer\nRepresentationExplorer()"
BAR = "from tqdm.notebook import tqdm\nfor _ in tqdm(range(3)):\n    pass"


def test_what_cells_show_is_stored_without_what_needs_a_kernel(tmp_path):
    path = tmp_path / "lesson.ipynb"
    write_notebook(path, ["print('seen')", WIDGET, BAR, "x = 1"])
    assert run_lesson(path) == path
    notebook = nbformat.read(path, as_version=4)
    shown, widget, bar, nothing = (cell.outputs for cell in notebook.cells)
    assert [output.text for output in shown] == ["seen\n"]
    assert len(widget) == 1 and set(widget[0].data) == {"text/plain", "text/html"}
    assert bar == nothing == []
    assert LIVE not in path.read_text(encoding="utf-8") and "widgets" not in notebook.metadata
    assert notebook.metadata.language_info == {"name": "python"}


@needs_chromium
def test_a_control_of_ipywidgets_leaves_nothing_but_runs(tmp_path):
    path = tmp_path / "01_one.ipynb"
    write_notebook(path, ["from ipywidgets import interact\nshown = interact(lambda size: size, size=(0, 9))", "1 + 1"])
    notebook = nbformat.read(run_lesson(path), as_version=4)
    assert [len(cell.outputs) for cell in notebook.cells] == [0, 1] and "widgets" not in notebook.metadata


@pytest.mark.long
def test_a_reply_that_wakes_nobody_is_found(tmp_path, monkeypatch):
    """As a socket that has lost its wake-up: it is looked at when the time is over."""
    real = AsyncZMQSocketChannel.get_msg

    async def deaf(channel, timeout=None):
        await asyncio.sleep(timeout or 0)
        return await real(channel, timeout and 0)

    monkeypatch.setattr(AsyncZMQSocketChannel, "get_msg", deaf)
    path = tmp_path / "lesson.ipynb"
    write_notebook(path, ["1 + 1", "2 + 2"])
    with within(60, "two cells"):
        run_lesson(path)
    assert [cell.outputs[0].data["text/plain"] for cell in nbformat.read(path, as_version=4).cells] == ["2", "4"]


@needs_chromium
def test_a_figure_gets_a_picture_of_its_titles(tmp_path):
    path = tmp_path / "lesson.ipynb"
    figure = "go.Figure(go.Scatter(y=[1, 2], name='mine &lt;a&gt;')).update_xaxes(title='100 % <b>')"
    write_notebook(path, [f"import plotly.graph_objects as go\n{figure}"])
    [output] = nbformat.read(run_lesson(path), as_version=4).cells[0].outputs
    picture = ElementTree.fromstring(output.data["image/svg+xml"])
    assert picture.get("height") == "450" and any("100 %" in (e.text or "") for e in picture.iter())
    assert re.split(r"[.;]\s*", picture.get("aria-label")) == ["Figure", "x: 100 %  ", "mine <a>"]
    assert output.data["application/vnd.plotly.v1+json"]["data"][0]["y"] == [1, 2]


@pytest.mark.long
def test_two_runs_store_the_same(tmp_path):
    path = tmp_path / "lesson.ipynb"
    write_notebook(path, ["1 + 1", WIDGET])
    first = run_lesson(path).read_bytes()
    assert run_lesson(path).read_bytes() == first


def test_a_failing_cell_is_shown_and_the_file_stays(tmp_path):
    path = tmp_path / "lesson.ipynb"
    write_notebook(path, ["print(1)", "1 / 0"])
    before = path.read_bytes()
    with pytest.raises(ValueError, match="lesson.ipynb: (?s:.)*ZeroDivisionError"):
        run_lesson(path)
    assert path.read_bytes() == before


def test_an_unknown_lesson_is_refused_with_the_numbers():
    result = run_course("run", "99")
    assert result.exit_code == 2 and "99" in result.stderr and "00, 01, 02" in result.stderr
