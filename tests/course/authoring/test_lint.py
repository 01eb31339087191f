"""The lint of lessons: each fault of a notebook is found, and what is allowed is not."""

import json
from pathlib import Path

import pytest

from liftkit.course.authoring.lint import lint_lesson
from liftkit.course.authoring.publish import SETUP, SETUP_CODE

LESSONS = sorted((Path(__file__).parents[3] / "notebooks").glob("*.ipynb"))
TEXT = [{"output_type": "stream", "name": "stdout", "text": ["1\n"]}]
IGNORE = {"tags": ["nbval-ignore-output"]}


def notebook(path, *cells, **metadata):
    """Code cells, each (source, outputs, metadata)."""
    held = [
        {
            "cell_type": "code",
            "execution_count": 1,
            "id": f"c{n}",
            "source": [source],
            "outputs": outputs,
            "metadata": m,
        }
        for n, (source, outputs, m) in enumerate(cells)
    ]
    path = path / "01_lesson.ipynb"
    path.write_text(json.dumps({"cells": held, "metadata": metadata, "nbformat": 4, "nbformat_minor": 5}))
    return path


@pytest.mark.parametrize("path", LESSONS, ids=lambda path: path.name)
def test_no_lesson_has_a_fault(path):
    assert lint_lesson(path) == []


@pytest.mark.parametrize(
    ("source", "fault"),
    [
        ("%load_ext thing", "unknown magic '%load_ext thing'"),
        ("!pip3 list", "unknown magic '!pip3 list'"),
        ("%%bash\nls", "unknown magic '%%bash'"),
        ("x = open('/home/ada/poses.npz')", "an absolute path: '/home/ada/poses.npz'"),
        ("x = open('C:\\\\poses.npz')", "an absolute path: "),
        ("x = '~/poses.npz'", "an absolute path: '~/poses.npz'"),
        ("x = 'https://host/poses'", "it names the network: 'http'"),
        ("import requests", "it names the network: 'requests'"),
        ("import numpy as np\nx = np.random.rand(3)", "randomness without a seed: np.random.rand"),
        ("import numpy as np\nx = np.random.default_rng()", "randomness without a seed: np.random.default_rng"),
        ("import torch\nx = torch.randn(3)", "randomness without a seed: torch.randn"),
        ("import torch\nx = torch.nn.Linear(3, 3)", "randomness without a seed: torch.nn.Linear"),
        ("import random\nx = random.random()", "randomness without a seed: random.random"),
        ("y = x.controller.drag(1)", "use the widget's own methods"),
        ("1 + 1", "output is empty"),
        ("print(1)", "output is empty"),
        ("x = ", "not Python: invalid syntax in line 1"),
        ("!liftkit doctor\n\nx = ", "not Python: invalid syntax in line 3"),
        ("?print", "unknown magic '?print'"),
    ],
)
def test_a_cell_that_must_not_be_is_named(tmp_path, source, fault):
    (found,) = lint_lesson(notebook(tmp_path, ("x = 1", [], {}), (source, [], {})))
    assert found.startswith("cell c1: ") and fault in found


@pytest.mark.parametrize(
    "source",
    [
        "!liftkit --help\nx = 1",
        "x = 'a/b.npz', 'and/or', '/', 'm/s'",
        "import numpy as np\nx = np.random.default_rng(0).normal(size=3)",
        "import torch\nx = torch.rand(3, generator=torch.Generator().manual_seed(0))",
        "import torch\ntorch.manual_seed(0)\nx = torch.nn.Linear(3, 3)",
        "x = 1",
        "def f():\n    return 1",
        "",
    ],
)
def test_what_is_allowed_is_left_alone(tmp_path, source):
    assert lint_lesson(notebook(tmp_path, (source, [], {}))) == []


def test_a_seed_counts_for_the_cells_after_it_and_not_before(tmp_path):
    draw, seed = ("x = torch.rand(3)", [], {}), ("_ = torch.manual_seed(0)", [], {})
    assert lint_lesson(notebook(tmp_path, seed, draw)) == []
    assert len(lint_lesson(notebook(tmp_path, draw, seed))) == 1


def test_a_mark_needs_its_reason(tmp_path):
    (fault,) = lint_lesson(notebook(tmp_path, ("1 + 1", [], IGNORE)))
    assert "nbval-ignore-output" in fault and "'differs'" in fault
    assert lint_lesson(notebook(tmp_path, ("1 + 1", [], IGNORE | {"differs": "the time it takes"}))) == []


def test_a_figure_without_a_picture_is_found(tmp_path):
    data = {"application/vnd.plotly.v1+json": {"data": []}}
    without = [{"output_type": "display_data", "data": data, "metadata": {}}]
    assert "no picture" in lint_lesson(notebook(tmp_path, ("figure", without, {})))[0]
    for picture, faults in (("<svg/>", 1), (["<svg ", 'aria-label="Figure. x: step"/>'], 0)):
        both = [{"output_type": "display_data", "data": data | {"image/svg+xml": picture}, "metadata": {}}]
        found = lint_lesson(notebook(tmp_path, ("figure", both, {})))
        assert len(found) == faults == sum("no text" in fault for fault in found)


def test_tracebacks_paths_state_and_size_are_found(tmp_path):
    error = [{"output_type": "error", "ename": "E", "evalue": "", "traceback": []}]
    assert lint_lesson(notebook(tmp_path, ("1 / 0", error, {}))) == ["cell c0: it contains a traceback"]
    shown = [{"output_type": "stream", "name": "stdout", "text": ["saved in /home/ada/x\n"]}]
    assert "shows a path of one machine: '/home/a'" in lint_lesson(notebook(tmp_path, ("print(1)", shown, {})))[0]
    assert "saved widget state" in lint_lesson(notebook(tmp_path, ("x = 1", [], {}), widgets={}))[0]
    large = [{"output_type": "stream", "name": "stdout", "text": ["x" * 400_001]}]
    assert "400 kB" in lint_lesson(notebook(tmp_path, ("print(1)", large, {})))[0]


def test_the_set_up_cell_may_name_the_network(tmp_path):
    path = notebook(tmp_path, (SETUP_CODE, [], {}))
    held = json.loads(path.read_text())
    held["cells"][0]["id"] = SETUP
    path.write_text(json.dumps(held))
    assert lint_lesson(path) == []
