"""A lesson's widgets on the site: made again by what they need alone, and equal to the stored picture."""

import pytest
from nbformat.v4 import new_code_cell, new_notebook, new_output

from liftkit import load_poses
from liftkit.course.authoring.run_lesson import drop_live, run_cells
from liftkit.course.site import live
from liftkit.course.site.cells import STILL
from liftkit.course.site.live import add_pages, page_files, reduced
from liftkit.course.statements import code_of
from liftkit.view.still import still_html
from liftkit.widgets import PoseViewer
from liftkit.widgets.widget import PAGE

CELLS = [
    "import torch\nfrom liftkit.widgets import PoseViewer, Prediction\nfrom liftkit import load_poses, register",
    "torch.manual_seed(0)\nposes = load_poses('synthetic')\nposes.x2d",
    "raise RuntimeError('a training that no widget needs')",
    "%time few = poses.test\nfew = poses.test.select(clip=[914])\nfew",
    "asked = Prediction('Which?', ['legs', 'arms'])\nasked",
    "register(mine)",
    "viewer = PoseViewer(few)\nviewer.set('frame', 3)\nprint('seen')\nviewer",
    "few = None",
]
SETUP = "from liftkit.widgets import PoseViewer\nfrom liftkit import load_poses\nposes = load_poses('synthetic').test"


def test_only_what_a_widget_needs_is_left_of_the_cells():
    assert reduced([code_of({"source": code}) for code in CELLS], [6]) == [
        "from liftkit.widgets import PoseViewer, Prediction\nfrom liftkit import load_poses, register",
        "poses = load_poses('synthetic')",
        "",
        "few = poses.test.select(clip=[914])",
        "",
        "register(mine)",
        "viewer = PoseViewer(few)\nviewer.set('frame', 3)\nviewer",
        "",
    ]


def test_a_whole_cell_is_left_with_what_it_needs():
    codes = ["b = 1\nc = 2", "a = [b]\nfill(a)\nprint(c)", "show(a)"]
    assert reduced(codes, [2]) == ["b = 1", "a = [b]", "show(a)"]
    assert reduced(codes, [2], [1]) == ["b = 1\nc = 2", "a = [b]\nfill(a)\nprint(c)", "show(a)"]


def test_a_name_in_the_text_of_a_query_is_needed():
    codes = ["few = [1]\nseeds = few\nmany = 2", "rows = table.query('seed in @seeds')"]
    assert reduced(codes, [1]) == ["few = [1]\nseeds = few", codes[1]]
    assert reduced([codes[0], "table.query('x < @many')"], [1]) == ["many = 2", "table.query('x < @many')"]


def test_equal_long_texts_are_one_file():
    first, second = (page_files({"note": note, "answers": [{"content": 25_000 * "x"}]}) for note in "ab")
    assert len(first) == len(second) == 2 and len(first | second) == 3
    assert max(map(len, first.values())) < 25_100


@pytest.mark.long
def test_each_widget_gets_its_page_and_nothing_else_does(tmp_path):
    cells = [new_code_cell(code) for code in CELLS[:2] + [CELLS[2], CELLS[3].partition("\n")[2], CELLS[4], CELLS[6]]]
    for cell, text in [
        (cells[3], "PoseSet(17)"),
        (cells[4], "Prediction('Which?', no guess)"),
        (cells[5], "PoseViewer(1)"),
    ]:
        cell.outputs = [
            new_output("execute_result", {"text/plain": text, "image/svg+xml": "<svg/>"}, execution_count=1)
        ]
    add_pages(new_notebook(cells=cells), tmp_path)
    assert PAGE not in cells[3].outputs[0].data
    asked, viewer = (cell.outputs[0].data[PAGE] for cell in cells[4:])
    assert asked["scene"]["title"] == "Which?" and asked["note"] == ""
    assert viewer["status"]["values"]["frame"] == 3


@pytest.mark.long
def test_a_widget_that_cannot_be_made_again_is_named(tmp_path):
    output = new_output("display_data", {"text/plain": "Prediction('Which?')", "image/svg+xml": "<svg/>"})
    with pytest.raises(ValueError, match="NameError.*nothing"):
        add_pages(new_notebook(cells=[new_code_cell("nothing", outputs=[output])]), tmp_path)


@pytest.mark.long
@pytest.mark.parametrize("tags, runs", [((), 2), (["needed"], 1)])
def test_a_widget_of_what_a_function_has_changed_is_that_of_the_whole_notebook(tmp_path, monkeypatch, tags, runs):
    """What trains a network need not name it: the statements that the widget needs leave it as it was at first."""
    poses = load_poses("synthetic").test
    codes = [
        f"{SETUP}\nchosen = [0]",
        "def train():\n    chosen[0] = 5\n\ntrain()",
        "PoseViewer(poses.select([chosen[0], 9]))",
    ]
    made = new_notebook(cells=[new_code_cell(code) for code in codes])
    run_cells(made, tmp_path)
    drop_live(made)
    made.cells[1].metadata.tags = list(tags)
    ran = []
    monkeypatch.setattr(live, "run_cells", lambda *given: ran.append(run_cells(*given)))
    add_pages(made, tmp_path)
    assert alike(made.cells[2], PoseViewer(poses.select([5, 9]))) and len(ran) == runs


@pytest.mark.long
def test_where_a_widget_differs_the_page_shows_one_run(tmp_path):
    """As on a processor that rounds otherwise than the one that made the stored outputs."""
    codes = [f"{SETUP}\nframe = 5", "print(frame)", "PoseViewer(poses.select([frame, 9]))"]
    made = new_notebook(cells=[new_code_cell(code) for code in codes])
    run_cells(made, tmp_path)
    drop_live(made)
    made.cells[0].source = f"{SETUP}\nframe = 6"
    add_pages(made, tmp_path)
    assert alike(made.cells[2], PoseViewer(load_poses("synthetic").test.select([6, 9])))
    assert made.cells[1].outputs[0].text == "6\n"


def alike(cell, widget):
    """Whether a cell shows this widget alone, as a picture and as a page."""
    (output,) = cell.outputs
    picture, page = STILL.findall(output.data["text/html"]), output.data[PAGE]
    return (
        picture == STILL.findall(still_html(widget.svg(), "")) and page["panel_x2d"] == widget.page_state()["panel_x2d"]
    )
