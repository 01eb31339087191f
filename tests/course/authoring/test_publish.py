"""A fork's links and set-up cell are right, and what is written from the manifest follows it."""

import importlib.util
import json
import subprocess
from importlib.metadata import version

import pytest
from course_files import edit_manifest, run_course

from liftkit.course.authoring.manifest import read_course
from liftkit.course.authoring.publish import INDEX, LINKS, NEXT, SETUP, set_repository


def contents(folder):
    return {path.name: path.read_bytes() for path in [*folder.iterdir(), *folder.parent.iterdir()] if path.is_file()}


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


@pytest.mark.slow
def test_another_title_makes_its_neighbours_old_until_they_are_updated(folder):
    edit_manifest(folder, 'title = "The lifting problem"', 'title = "Lifting"')
    path = folder / "01_lifting.ipynb"
    path.write_text(path.read_text(encoding="utf-8").replace("# 01 The lifting problem", "# 01 Lifting"))
    result = run_course("check", "--folder", folder)
    assert result.exit_code == 1 and "README.md: its links or index" in result.stderr
    assert "00_start_here.ipynb, " in run_course("update", "--folder", folder).output
    assert run_course("check", "--folder", folder).exit_code == 0
    assert run_course("update", "--folder", folder).output == "Nothing to change.\n"


@pytest.mark.slow
def test_set_repository_gives_every_lesson_its_own_links_and_one_set_up_cell(folder):
    before = contents(folder)
    result = run_course("set-repository", "ada/lifting", "--folder", folder)
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
    assert run_course("check", "--folder", folder).exit_code == 0
    assert set_repository(folder, "ada/lifting") == []
    assert run_course("set-repository", "--folder", folder).exit_code == 0
    assert contents(folder) == before


@pytest.mark.slow
def test_a_fork_replaces_the_links_and_check_finds_old_ones(folder):
    set_repository(folder, "ada/lifting")
    edit_manifest(folder, "ada/lifting", "bob/lifting")
    result = run_course("check", "--folder", folder)
    assert result.exit_code == 1 and "01_lifting.ipynb: its links or index" in result.stderr
    set_repository(folder, "bob/lifting", "a/branch")
    text = (folder / "01_lifting.ipynb").read_text(encoding="utf-8")
    assert "ada/" not in text and "bob/lifting@a/branch" in text and "bob/lifting/a%2Fbranch?labpath" in text
    assert text.count(LINKS) == text.count(SETUP) == 1
    assert "mybinder.org/v2/gh/bob/lifting/" in (folder.parent / "README.md").read_text(encoding="utf-8")


@pytest.mark.parametrize("name", ["lifting", "ada/lifting/x", "ada/li fting", 'ada/"', "https://host/ada/lifting"])
def test_set_repository_refuses_another_form_of_name_and_writes_nothing(folder, name):
    before = contents(folder)
    result = run_course("set-repository", name, "--folder", folder)
    assert result.exit_code == 2 and "OWNER/NAME" in result.stderr
    assert contents(folder) == before


def test_a_damaged_lesson_stops_set_repository_before_anything_is_written(folder):
    (folder / "01_lifting.ipynb").write_text("{", encoding="utf-8")
    before = contents(folder)
    with pytest.raises(ValueError, match=r"01_lifting.ipynb: .*notebook"):
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


def test_the_set_up_cell_does_nothing_if_liftkit_is_installed(set_up):
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
