"""A fork's links and set-up cell are right, and what is written from the manifest follows it."""

import importlib.util
import json
import subprocess
from importlib.metadata import version
from types import SimpleNamespace
from urllib.parse import parse_qs, urlsplit

import pytest
from course_files import copy_course, edit_manifest, run_course

from liftkit.course.authoring.manifest import read_course
from liftkit.course.authoring.publish import INDEX, LINKS, NEXT, SETUP, addresses, set_repository


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
    assert len(setup.splitlines()) <= 6 and max(map(len, setup.splitlines())) <= 120
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


@pytest.mark.parametrize(
    ("given", "repository", "binder", "source"),
    [
        ("a/b.git", "a/b", "gh/a/b/main", "https://github.com/a/b@main"),
        ("https://github.com/a/b/", "a/b", "gh/a/b/main", "https://github.com/a/b@main"),
        ("git@github.com:a/b.git", "a/b", "gh/a/b/main", "https://github.com/a/b@main"),
        ("https://github.com/a/b/tree/main/notebooks", "a/b", "gh/a/b/main", "https://github.com/a/b@main"),
        (
            "gitlab.com/g/sub/b/-/blob/main/README.md",
            "https://gitlab.com/g/sub/b",
            "gl/g%2Fsub%2Fb/main",
            "https://gitlab.com/g/sub/b.git@main",
        ),
        (
            "ssh://git@gitlab.uni.edu:2222/g/b.git",
            "https://gitlab.uni.edu/g/b",
            "git/https%3A%2F%2Fgitlab.uni.edu%2Fg%2Fb.git/main",
            "https://gitlab.uni.edu/g/b.git@main",
        ),
    ],
)
def test_an_address_of_github_or_gitlab_is_understood(folder, given, repository, binder, source):
    set_repository(folder, given)
    assert read_course(folder).repository == repository
    text = (folder / "01_lifting.ipynb").read_text(encoding="utf-8")
    assert f"https://mybinder.org/v2/{binder}?labpath=notebooks%2F01_lifting.ipynb" in text
    assert f"liftkit[plots,study] @ git+{source}\\" in text
    assert ("colab.research.google.com/github/a/b/" in text) == (repository == "a/b") == ("Open in Colab" in text)


@pytest.mark.slow
def test_the_place_of_the_lessons_in_the_repository_is_in_every_link(tmp_path):
    (tmp_path / ".git").mkdir()
    (tmp_path / "teaching" / "lift").mkdir(parents=True)
    folder = copy_course(tmp_path / "teaching" / "lift" / "lessons")
    text = (folder / "course.toml").read_text(encoding="utf-8")
    (folder / "course.toml").write_text(text.replace('folder = "notebooks"\n', ""), encoding="utf-8")  # an older one
    set_repository(folder, "a/b", "term/2")
    assert read_course(folder).folder == "teaching/lift/lessons"
    text = (folder / "01_lifting.ipynb").read_text(encoding="utf-8")
    assert "/github/a/b/blob/term/2/teaching/lift/lessons/01_lifting.ipynb)" in text
    assert "/gh/a/b/term%2F2?labpath=teaching%2Flift%2Flessons%2F01_lifting.ipynb)" in text
    assert "git+https://github.com/a/b@term/2#subdirectory=teaching/lift" in text
    assert run_course("check", "--folder", folder).exit_code == 0


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
    done = SimpleNamespace(returncode=0)
    monkeypatch.setattr(subprocess, "run", lambda command: asked.append(command) or done)
    return "".join(cells[2]["source"]), asked, done


def test_the_set_up_cell_does_nothing_if_liftkit_is_installed(set_up):
    code, asked, _ = set_up
    exec(code, {})
    assert asked == []


def test_the_set_up_cell_keeps_what_is_present(set_up, monkeypatch):
    code, asked, _ = set_up
    find = importlib.util.find_spec
    absent = {"liftkit", "ipywidgets"}
    monkeypatch.setattr(importlib.util, "find_spec", lambda name: None if name in absent else find(name))
    exec(code, {})
    (command,) = asked
    assert command[1:5] == ["-m", "pip", "install", "-q"]
    assert command[5:7] == [f"torch=={version('torch')}", f"numpy=={version('numpy')}"]
    assert command[7:] == ["anywidget", "liftkit[plots,study] @ git+https://github.com/ada/lifting@main"]


def test_the_set_up_cell_says_in_a_sentence_that_it_failed(set_up, monkeypatch):
    code, _, done = set_up
    done.returncode = 1
    monkeypatch.setattr(importlib.util, "find_spec", lambda name: None)
    with pytest.raises(SystemExit, match="private"):
        exec(code, {})


@pytest.mark.slow
@pytest.mark.parametrize(
    ("repository", "clone", "places"),
    [
        ("a/b.git", "https://github.com/a/b.git", ["Colab", "Kaggle", "Binder", "JupyterHub", "VS Code"]),
        ("https://gitlab.uni.edu/g/b", "https://gitlab.uni.edu/g/b.git", ["Binder", "JupyterHub", "VS Code"]),
    ],
)
def test_the_course_opens_on_a_hub_in_kaggle_and_in_vs_code(folder, repository, clone, places):
    set_repository(folder, repository, "term/2", hub="https://hub.uni.edu/jupyter/")
    found = addresses(course := read_course(folder), course.lessons[1])
    assert list(found) == places
    hub = urlsplit(found["JupyterHub"])
    assert hub.netloc + hub.path == "hub.uni.edu/jupyter/hub/user-redirect/git-pull"
    tree = "lab/tree/b/notebooks/01_lifting.ipynb"
    assert parse_qs(hub.query) == {"repo": [clone], "branch": ["term/2"], "urlpath": [tree]}
    (inner,) = parse_qs(urlsplit(found["VS Code"]).query)["url"]
    assert inner.startswith("vscode://vscode.git/clone?")
    assert parse_qs(urlsplit(inner).query) == {"url": [clone], "ref": ["term/2"]}
    if "Kaggle" in found:
        (source,) = parse_qs(urlsplit(found["Kaggle"]).query)["src"]
        assert source == "https://github.com/a/b/blob/term/2/notebooks/01_lifting.ipynb"
    set_repository(folder, repository)  # the hub stays until another one is given
    assert read_course(folder).hub == "https://hub.uni.edu/jupyter/"
    set_repository(folder, repository, hub="")
    assert "JupyterHub" not in addresses(course := read_course(folder), course.lessons[1])
