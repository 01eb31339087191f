"""The manifest says what the lessons are; a fork's links and set-up cell are right, and none point anywhere without."""

import importlib.util
import json
import shutil
import subprocess
from importlib.metadata import version
from pathlib import Path

import pytest
from typer.testing import CliRunner

from liftkit.cli import app
from liftkit.course.authoring.manifest import compare, read_course
from liftkit.course.authoring.publish import BEGIN, END, INDEX, LINKS, NEXT, SETUP, set_repository, stale_files, update

NOTEBOOKS = Path(__file__).parents[3] / "notebooks"

LESSON = """
[[lesson]]
file = "01_lifting.ipynb"
title = "The lifting problem"
minutes = 30
objectives = ["See what is lost."]
exercises = ["01.1", "01.2"]
"""


@pytest.fixture
def folder(tmp_path):
    """The course as it is, with another lesson."""
    folder = tmp_path / "notebooks"
    shutil.copytree(NOTEBOOKS, folder, ignore=shutil.ignore_patterns(".*"))
    kept = [lesson.file for lesson in read_course(folder).lessons if lesson.number != "01"]
    head, *entries = (folder / "course.toml").read_text(encoding="utf-8").split("\n[[lesson]]")
    entries = [entry for entry in entries if any(name in entry for name in kept)]
    parts = [head, "\n[[lesson]]" + entries[0], LESSON, *("\n[[lesson]]" + entry for entry in entries[1:])]
    (folder / "course.toml").write_text("".join(parts), encoding="utf-8")
    for path in folder.glob("01_*.ipynb"):
        path.unlink()
    cells = ["# 01 The lifting problem\n\nIt takes 30 minutes.", 'exercise("01.1")', "exercise('01.2').hint()"]
    write_notebook(folder / "01_lifting.ipynb", cells)
    (tmp_path / "README.md").write_text(f"Before.\n\n{BEGIN}\nold\n{END}\n\nAfter.\n", encoding="utf-8")
    update(folder)
    return folder


def write_notebook(path, sources):
    cells = [{"cell_type": "markdown", "id": f"c{n}", "metadata": {}, "source": [s]} for n, s in enumerate(sources)]
    notebook = {"cells": cells, "metadata": {}, "nbformat": 4, "nbformat_minor": 5}
    path.write_text(json.dumps(notebook, indent=1, ensure_ascii=False) + "\n", encoding="utf-8")


def contents(folder):
    return {path.name: path.read_bytes() for path in [*folder.iterdir(), *folder.parent.iterdir()] if path.is_file()}


def edit(folder, old, new):
    path = folder / "course.toml"
    text = path.read_text(encoding="utf-8")
    assert old in text
    path.write_text(text.replace(old, new), encoding="utf-8")


def run(*arguments):
    return CliRunner().invoke(app, ["course", *map(str, arguments)], env={"COLUMNS": "200", "TERM": "dumb"})


def test_the_course_and_its_manifest_agree_and_nothing_is_published_by_default():
    course = read_course(NOTEBOOKS)
    assert compare(course, NOTEBOOKS) == []
    assert course.repository == "" and stale_files(course, NOTEBOOKS) == []
    assert course.lessons[0].file == "00_start_here.ipynb"
    for path in [*NOTEBOOKS.glob("*.ipynb"), NOTEBOOKS.parent / "README.md"]:
        text = path.read_text(encoding="utf-8")
        assert "colab.research" not in text and "mybinder.org" not in text


@pytest.mark.parametrize(
    ("old", "new", "told"),
    [
        ("minutes = 30", "minutes = 0", r"01_lifting.ipynb: expected 1 to 240 minutes, found 0"),
        ("minutes = 30", 'minutes = "30"', r"lesson 2: minutes must be int, found '30'"),
        ("minutes = 30", "minutes = true", r"minutes must be int, found True"),
        ("minutes = 30\n", "", r"lesson 2: expected file, title, minutes, .*found file, title, objectives"),
        ('"01.2"]', '"01.9"]', r"01_lifting.ipynb: unknown exercise '01.9'; there are 00.1, 00.2, 01.1"),
        ('"01.2"]', '"02.1"]', r"exercise 02.1 belongs to lesson 02"),
        ('["See what is lost."]', "[]", r"no objectives"),
        ('["See what is lost."]', "[1]", r"objectives must be strings, found \[1\]"),
        ("01_lifting.ipynb", "lifting.ipynb", r"expected a file such as 01_lifting.ipynb, found 'lifting.ipynb'"),
        ('repository = ""', 'repository = "https://x/y"', r"expected a repository as OWNER/NAME, found 'https://x/y'"),
        ('branch = "main"', 'branch = "a b"', r"expected the name of a branch"),
        ("minutes = 30", "minutes = ", r"course.toml: not readable TOML"),
    ],
)
def test_a_wrong_manifest_is_refused_with_the_place(folder, old, new, told):
    edit(folder, old, new)
    with pytest.raises(ValueError, match=told):
        read_course(folder)
    result = run("check", "--folder", folder)
    assert result.exit_code == 2 and result.stderr.startswith("Error: ")


def test_lessons_out_of_order_are_refused(folder):
    edit(folder, "00_start_here", "02_start_here")
    edit(folder, '["00.1", "00.2"]', "[]")
    with pytest.raises(ValueError, match="in the order of their files, found 02_start_here.ipynb, 01_lifting.ipynb"):
        read_course(folder)


def test_a_folder_without_a_manifest_is_refused(tmp_path):
    with pytest.raises(ValueError, match=r"course.toml: there is no such file"):
        read_course(tmp_path)


@pytest.mark.parametrize(
    ("cells", "told"),
    [
        (["# 01 Lifting\n30 minutes", "exercise('01.1') exercise('01.2')"], "its first line must be '# 01 The lifting"),
        (["# 01 The lifting problem\n3 hours", "exercise('01.1') exercise('01.2')"], "it takes 30 minutes"),
        (["# 01 The lifting problem\n30 minutes", "exercise('01.1')"], "it lacks exercise 01.2"),
        (["# 01 The lifting problem\n30 minutes", "exercise('01.1') exercise('01.2') exercise('02.1')"],
         "exercise 02.1 is not in course.toml"),
    ],
)  # fmt: skip
def test_check_names_what_a_lesson_and_its_entry_disagree_in(folder, cells, told):
    assert run("check", "--folder", folder).exit_code == 0
    write_notebook(folder / "01_lifting.ipynb", cells)
    result = run("check", "--folder", folder)
    assert result.exit_code == 1
    (line,) = result.stderr.splitlines()
    assert line.startswith("01_lifting.ipynb: ") and told in line


def test_check_names_files_that_only_one_of_the_two_has(folder):
    (folder / "01_lifting.ipynb").rename(folder / "01_other.ipynb")
    problems = compare(read_course(folder), folder)
    assert problems[0] == "01_other.ipynb is not in course.toml"
    assert problems[1].startswith("01_lifting.ipynb is in course.toml and not in ")


def test_list_and_print_show_every_lesson(folder):
    listed, printed = run("list", "--folder", folder).output, run("print", "--folder", folder).output
    assert "The lifting problem" in listed and "30" in listed and "01.1, 01.2" in listed
    assert "| [01 The lifting problem](01_lifting.ipynb) | 30 min | See what is lost. |" in printed


def sources(path):
    return {cell["id"]: "".join(cell["source"]) for cell in json.loads(path.read_text(encoding="utf-8"))["cells"]}


def test_links_index_and_readme_follow_the_manifest(folder):
    first, second, *others = read_course(folder).lessons
    ends = sources(folder / second.file)
    assert list(ends)[-1] == NEXT and INDEX not in ends
    assert f"**Next:** [{others[0].number} {others[0].title}]({others[0].file})" in ends[NEXT]
    assert f"Before: [{first.number} {first.title}]({first.file})" in ends[NEXT]
    assert "**Next:**" not in sources(folder / others[-1].file)[NEXT]
    index = sources(folder / first.file)
    assert list(index)[-2:] == [INDEX, NEXT] and "Before:" not in index[NEXT]
    readme = (folder.parent / "README.md").read_text(encoding="utf-8")
    assert readme.startswith("Before.\n") and readme.endswith("\nAfter.\n") and "old" not in readme
    for lesson in read_course(folder).lessons:
        assert f"[{lesson.number} {lesson.title}]({lesson.file})" in index[INDEX]
        assert f"[{lesson.number} {lesson.title}](notebooks/{lesson.file})" in readme


def test_another_title_makes_its_neighbours_old_until_they_are_updated(folder):
    edit(folder, 'title = "The lifting problem"', 'title = "Lifting"')
    path = folder / "01_lifting.ipynb"
    path.write_text(path.read_text(encoding="utf-8").replace("# 01 The lifting problem", "# 01 Lifting"))
    result = run("check", "--folder", folder)
    assert result.exit_code == 1 and "README.md: its links or index are not what course.toml says" in result.stderr
    assert "00_start_here.ipynb, " in run("update", "--folder", folder).output
    assert run("check", "--folder", folder).exit_code == 0
    assert run("update", "--folder", folder).output == "Nothing to change.\n"


def test_set_repository_gives_every_lesson_its_own_links_and_one_set_up_cell(folder):
    before = contents(folder)
    result = run("set-repository", "ada/lifting", "--folder", folder)
    assert result.exit_code == 0 and "course.toml" in result.output
    assert read_course(folder).repository == "ada/lifting"
    setups = set()
    for lesson in read_course(folder).lessons:
        cells = json.loads((folder / lesson.file).read_text(encoding="utf-8"))["cells"]
        assert [cell["id"] for cell in cells[1:3]] == [LINKS, SETUP]
        shown, setup = ("".join(cell["source"]) for cell in cells[1:3])
        assert f"/github/ada/lifting/blob/main/notebooks/{lesson.file})" in shown
        assert f"/gh/ada/lifting/main?labpath=notebooks%2F{lesson.file})" in shown
        assert "![" not in shown
        setups.add(setup)
    (setup,) = setups
    assert len(setup.splitlines()) <= 5 and max(map(len, setup.splitlines())) <= 120
    assert run("check", "--folder", folder).exit_code == 0
    assert set_repository(folder, "ada/lifting") == []
    assert run("set-repository", "--folder", folder).exit_code == 0
    assert contents(folder) == before


def test_a_fork_replaces_the_links_and_check_finds_old_ones(folder):
    set_repository(folder, "ada/lifting")
    edit(folder, "ada/lifting", "bob/lifting")
    result = run("check", "--folder", folder)
    assert result.exit_code == 1 and "01_lifting.ipynb: its links or index are not what" in result.stderr
    set_repository(folder, "bob/lifting", "a/branch")
    text = (folder / "01_lifting.ipynb").read_text(encoding="utf-8")
    assert "ada/" not in text and "bob/lifting@a/branch" in text and "bob/lifting/a%2Fbranch?labpath" in text
    assert text.count(LINKS) == text.count(SETUP) == 1
    assert "mybinder.org/v2/gh/bob/lifting/" in (folder.parent / "README.md").read_text(encoding="utf-8")


@pytest.mark.parametrize("name", ["lifting", "ada/lifting/x", "ada/li fting", 'ada/"', "https://host/ada/lifting"])
def test_set_repository_refuses_what_is_no_repository_and_writes_nothing(folder, name):
    before = contents(folder)
    result = run("set-repository", name, "--folder", folder)
    assert result.exit_code == 2 and "expected a repository as OWNER/NAME" in result.stderr
    assert contents(folder) == before


def test_a_damaged_lesson_stops_set_repository_before_anything_is_written(folder):
    (folder / "01_lifting.ipynb").write_text("{", encoding="utf-8")
    before = contents(folder)
    with pytest.raises(ValueError, match=r"01_lifting.ipynb: not a readable notebook"):
        set_repository(folder, "ada/lifting")
    assert contents(folder) == before


@pytest.fixture
def set_up(folder, monkeypatch):
    """The code of the set-up cell, and what it asks of pip."""
    set_repository(folder, "ada/lifting")
    cells = json.loads((folder / "01_lifting.ipynb").read_text(encoding="utf-8"))["cells"]
    asked = []
    monkeypatch.setattr(subprocess, "run", lambda command, check: asked.append(command))
    return "".join(cells[2]["source"]), asked


def test_the_set_up_cell_does_nothing_where_liftkit_is_installed(set_up):
    code, asked = set_up
    exec(code, {})
    assert asked == []


def test_the_set_up_cell_keeps_what_is_present(set_up, monkeypatch):
    code, asked = set_up
    find = importlib.util.find_spec
    absent = {"liftkit", "ipywidgets"}
    monkeypatch.setattr(importlib.util, "find_spec", lambda name: None if name in absent else find(name))
    exec(code, {})
    (command,) = asked
    assert command[1:5] == ["-m", "pip", "install", "-q"]
    assert command[5:7] == [f"torch=={version('torch')}", f"numpy=={version('numpy')}"]
    assert command[7:] == ["anywidget", "liftkit @ git+https://github.com/ada/lifting@main"]
