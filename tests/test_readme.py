"""The README's Python runs, its links lead somewhere, and its commands exist."""

import re
from functools import partial
from pathlib import Path

import pytest
from typer.testing import CliRunner

import liftkit
from liftkit.cli import app

ROOT = Path(__file__).parents[1]
README = (ROOT / "README.md").read_text()


@pytest.fixture
def quick(monkeypatch):
    monkeypatch.setattr(liftkit, "train", partial(liftkit.train, steps=2, width=16, batch=8), raising=False)
    yield
    liftkit.REPRESENTATIONS.pop("upper_lower", None)


@pytest.mark.slow
def test_every_python_block_runs(quick):
    blocks = re.findall(r"```python\n(.*?)```", README, re.DOTALL)
    assert len(blocks) == 4
    for block in blocks:
        exec(block, {})
    run = liftkit.train("upper_lower", liftkit.load_poses("synthetic").select(camera=0))
    assert run.representation.name == "upper_lower"


@pytest.mark.parametrize("link", re.findall(r"\]\((?!http|#)([^)]+)\)", README))
def test_links_lead_to_files(link):
    assert (ROOT / link).exists()


def test_every_command_is_one_of_liftkits():
    for command in re.findall(r"^    liftkit (\w+)", README, re.MULTILINE):
        assert CliRunner().invoke(app, [command, "--help"]).exit_code == 0, command


def test_the_map_has_at_most_ten_rows_and_names_every_room_and_module():
    rows = re.findall(r"^\| `.*$", README.partition("## What is where")[2].partition("\n## ")[0], re.MULTILINE)
    assert 0 < len(rows) <= 10
    named = set(re.findall(r"[\w/]+(?=\.py|/?[`*])", " ".join(rows)))
    rooms = {f"liftkit/{path.parent.name}" for path in (ROOT / "liftkit").glob("*/__init__.py")}
    method = {path.stem for path in (ROOT / "liftkit").glob("*.py")} - {
        "__init__",
        "__main__",
        "callbacks",
        "divergence",
    }
    assert (rooms | method) - {name.rstrip("/") for name in named} == set()
