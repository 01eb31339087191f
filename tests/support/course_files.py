"""A copy of the course with one lesson replaced, and what tests do with it."""

import json
import shutil
from pathlib import Path

from typer.testing import CliRunner

from liftkit.cli import app
from liftkit.course.authoring.manifest import read_course
from liftkit.course.authoring.publish import BEGIN, END, update

NOTEBOOKS = Path(__file__).parents[2] / "notebooks"
LESSON = """
[[lesson]]
file = "01_lifting.ipynb"
title = "The lifting problem"
minutes = 30
objectives = ["See what is lost."]
exercises = ["01.1", "01.2"]
"""
CELLS = ["# 01 The lifting problem\n\nIt takes 30 minutes.", 'exercise("01.1")', "exercise('01.2').hint()"]


def copy_course(folder: Path) -> Path:
    """The course as it is, with another lesson 01, and a README above it."""
    shutil.copytree(NOTEBOOKS, folder, ignore=shutil.ignore_patterns(".*"))
    kept = [lesson.file for lesson in read_course(folder).lessons if lesson.number != "01"]
    head, *entries = (folder / "course.toml").read_text(encoding="utf-8").split("\n[[lesson]]")
    entries = [entry for entry in entries if any(name in entry for name in kept)]
    parts = [head, "\n[[lesson]]" + entries[0], LESSON, *("\n[[lesson]]" + entry for entry in entries[1:])]
    (folder / "course.toml").write_text("".join(parts), encoding="utf-8")
    for path in folder.glob("01_*.ipynb"):
        path.unlink()
    write_lesson(folder / "01_lifting.ipynb", CELLS)
    (folder.parent / "README.md").write_text(f"Before.\n\n{BEGIN}\nold\n{END}\n\nAfter.\n", encoding="utf-8")
    update(folder)
    return folder


def write_lesson(path: Path, texts: list[str]) -> None:
    """A notebook of Markdown cells."""
    cells = [{"cell_type": "markdown", "id": f"c{n}", "metadata": {}, "source": [s]} for n, s in enumerate(texts)]
    notebook = {"cells": cells, "metadata": {}, "nbformat": 4, "nbformat_minor": 5}
    path.write_text(json.dumps(notebook, indent=1, ensure_ascii=False) + "\n", encoding="utf-8")


def edit_manifest(folder: Path, old: str, new: str) -> None:
    path = folder / "course.toml"
    text = path.read_text(encoding="utf-8")
    assert old in text
    path.write_text(text.replace(old, new), encoding="utf-8")


def run_course(*arguments):
    """``liftkit course ...``"""
    return CliRunner().invoke(app, ["course", *map(str, arguments)], env={"COLUMNS": "200", "TERM": "dumb"})
