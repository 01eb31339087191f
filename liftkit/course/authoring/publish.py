"""What is written into the course from its manifest: links between lessons, the index, Binder and Colab."""

from __future__ import annotations

import json
import re
from dataclasses import replace
from pathlib import Path
from urllib.parse import quote, urlencode

from liftkit.course.authoring.manifest import (
    NAME,
    Course,
    Lesson,
    check_hub,
    check_repository,
    read_course,
    read_lesson,
)
from liftkit.system.files import write_atomically

# The ids of the cells that are written. The first two stand right after a lesson's first cell, the others at its end.
LINKS, SETUP, INDEX, NEXT = WRITTEN = ("liftkit-links", "liftkit-setup", "liftkit-index", "liftkit-next")
# The table of the lessons stands between these two lines of the README.md in the folder above.
BEGIN, END = "<!-- the lessons: written by `liftkit course update` -->", "<!-- end of the lessons -->"

# It does nothing if liftkit is installed. Else it asks for the versions that are present, so that pip keeps them.
SETUP_CODE = """\
import importlib.metadata as have, importlib.util as look, subprocess, sys  # sets liftkit up in Colab, Kaggle
if look.find_spec("liftkit") is None:
    kept = [f"{name}=={have.version(name)}" for name in ("torch", "numpy", "ipywidgets") if look.find_spec(name)]
    wanted = ["anywidget", "liftkit[plots,study] @ git+SOURCE"]
    if subprocess.run([sys.executable, "-m", "pip", "install", "-q", *kept, *wanted]).returncode:
        sys.exit("liftkit was not installed (see above). Is the repository private, or is there no internet?")"""


def addresses(course: Course, lesson: Lesson) -> dict[str, str]:
    """Where a lesson runs online: the address by the name of the place; nowhere unless the course is published.

    Colab and Kaggle open no notebook from GitLab. VS Code asks where to clone the repository.
    """
    if not (place := course.repository):
        return {}
    path, host, found = f"{course.folder}/{lesson.file}", f"gh/{place}", {}
    if place.startswith("https:"):
        project = place.removeprefix("https://gitlab.com/")
        host = f"git/{quote(place + '.git', safe='')}" if project == place else f"gl/{quote(project, safe='')}"
    else:
        file = f"{place}/blob/{course.branch}/{quote(path)}"
        found["Colab"] = f"https://colab.research.google.com/github/{file}"
        found["Kaggle"] = f"https://kaggle.com/kernels/welcome?src=https://github.com/{file}"
    found["Binder"] = f"https://mybinder.org/v2/{host}/{quote(course.branch, safe='')}?labpath={quote(path, safe='')}"
    clone = f"{web_address(course)}.git"
    if course.hub:  # nbgitpuller clones the repository there, or brings the clone up to date
        tree = f"lab/tree/{clone.rpartition('/')[2].removesuffix('.git')}/{path}"
        query = urlencode({"repo": clone, "branch": course.branch, "urlpath": tree})
        found["JupyterHub"] = f"{course.hub.rstrip('/')}/hub/user-redirect/git-pull?{query}"
    asked = urlencode({"url": clone, "ref": course.branch})
    found["VS Code"] = f"https://vscode.dev/redirect?{urlencode({'url': f'vscode://vscode.git/clone?{asked}'})}"
    return found


def links(course: Course, lesson: Lesson) -> str:
    """Markdown that opens a lesson in Colab or Binder: text, because badges would be loaded from the network."""
    found = addresses(course, lesson).items()
    return " · ".join(f"[{course.word('open', place=place)}]({url})" for place, url in found)


def web_address(course: Course, file: str = "") -> str:
    """The published repository's address, or that of a file in it."""
    gitlab = course.repository.startswith("https:")
    address = course.repository if gitlab else f"https://github.com/{course.repository}"
    return f"{address}{'/-' if gitlab else ''}/blob/{course.branch}/{file}" if file else address


def pip_source(course: Course) -> str:
    """What pip installs liftkit from. Its pyproject.toml stands in the folder above the lessons."""
    address = web_address(course) + (".git" if course.repository.startswith("https:") else "")
    above = course.folder.rpartition("/")[0]
    return f"{address}@{course.branch}" + (f"#subdirectory={above}" if above else "")


def neighbours(course: Course, lesson: Lesson) -> str:
    """Markdown that links to the lesson before and the one after."""
    place = course.lessons.index(lesson)
    found = [f"**{course.word('next')}:** {_link(one)}" for one in course.lessons[place + 1 : place + 2]]
    found += [f"{course.word('before')}: {_link(one)}" for one in course.lessons[max(place - 1, 0) : place]]
    if place > 1:
        found.append(f"[{course.word('all')}]({course.lessons[0].file})")
    return " · ".join(found)


def _link(lesson: Lesson, folder: str = "") -> str:
    return f"[{lesson.number} {lesson.title}]({folder}{lesson.file})"


def lessons_table(course: Course, folder: str = "") -> str:
    """The lessons as a Markdown table; with links to Colab and Binder if the course is published."""
    rows = [[course.word(name) for name in ("lesson", "time", "will")], ["---"] * 3]
    for one in course.lessons:
        rows.append([_link(one, folder), course.word("short", minutes=one.minutes), " ".join(one.objectives)])
    if course.repository:
        last = ["open", "---", *(links(course, one) for one in course.lessons)]
        rows = [[*row, cell] for row, cell in zip(rows, last, strict=True)]
    return "\n".join(f"| {' | '.join(row)} |" for row in rows)


def stale_texts(course: Course, folder: Path) -> dict[Path, str]:
    """The lessons, and the README above them, whose written part differs from the manifest: path -> right text."""
    texts = {}
    for lesson in course.lessons:
        notebook = with_written_cells(course, lesson, read_lesson(folder / lesson.file))
        texts[folder / lesson.file] = json.dumps(notebook, indent=1, ensure_ascii=False) + "\n"
    readme = folder.resolve().parent / "README.md"
    if readme.is_file() and BEGIN in (text := readme.read_text(encoding="utf-8")) and END in text:
        before, after = text.split(BEGIN)[0], text.split(END)[1]
        texts[readme] = f"{before}{BEGIN}\n\n{lessons_table(course, folder.resolve().name + '/')}\n\n{END}{after}"
    return {path: text for path, text in texts.items() if path.read_text(encoding="utf-8") != text}


def update(folder: Path) -> list[str]:
    """Write links, index and set-up cells as the manifest in ``folder`` says. Returns the names of changed files."""
    return _write(stale_texts(read_course(folder), folder))


def set_repository(folder: Path, repository: str, branch: str = "main", hub: str | None = None) -> list[str]:
    """Publish the course from a repository on GitHub or GitLab, "" takes the links out: the names of changed files.

    Args:
        folder: that of the lessons; its place in the repository is taken from git.
        repository: OWNER/NAME on GitHub, or the address that the browser shows or that git clones.
        hub: the address of a JupyterHub that has nbgitpuller; None: as before.
    """
    repository = _canonical(repository)
    check_repository(repository, branch)
    before = read_course(folder)
    check_hub(hub := before.hub if hub is None else hub)
    values = {"repository": repository, "branch": branch, "folder": _place(folder.resolve()), "hub": hub}
    course = replace(before, **values)
    texts = stale_texts(course, folder)
    old = new = (folder / NAME).read_text(encoding="utf-8")
    for key, value in values.items():
        line = f'{key} = "{value}"'
        new, count = re.subn(rf"^{key} *=.*$", line, new, count=1, flags=re.MULTILINE)
        if not count:  # a manifest from before there was this field
            new = re.sub(r"^(branch *=.*)$", rf"\1\n{line}", new, count=1, flags=re.MULTILINE)
    return _write({folder / NAME: new, **texts} if new != old else texts)


def _canonical(repository: str) -> str:
    """OWNER/NAME for GitHub, https://HOST/GROUP/NAME for GitLab, from any address of a project."""
    text = re.sub(r"/(-/)?(tree|blob)/.*", "", repository.strip())  # a branch, folder or file that the browser shows
    text = text.rstrip("/").removesuffix(".git")
    text = re.sub(r"^(git@([\w.-]+):|ssh://git@([\w.-]+)(:\d+)?/)", r"https://\2\3/", text)
    text = re.sub(r"^(http://|(?=git(hub|lab)\.com/))", "https://", text)
    return text.removeprefix("https://github.com/")


def _place(folder: Path) -> str:
    """The folder's path in its repository; its name if it is in none."""
    root = next((above for above in folder.parents if (above / ".git").exists()), folder.parent)
    return folder.relative_to(root).as_posix()


def _write(texts: dict[Path, str]) -> list[str]:
    for path, text in texts.items():
        write_atomically(path, lambda file, text=text: file.write(text.encode()))
    return [path.name for path in texts]


def with_written_cells(course: Course, lesson: Lesson, notebook: dict) -> dict:
    first, *rest = [cell for cell in notebook["cells"] if cell.get("id") not in WRITTEN]
    head, tail = [], []
    if course.repository:
        setup = code_cell(SETUP, SETUP_CODE.replace("SOURCE", pip_source(course)))
        head = [markdown_cell(LINKS, links(course, lesson)), setup]
    if lesson == course.lessons[0]:
        tail.append(markdown_cell(INDEX, f"## {course.word('lessons')}\n\n{lessons_table(course)}"))
    if len(course.lessons) > 1:
        tail.append(markdown_cell(NEXT, neighbours(course, lesson)))
    return {**notebook, "cells": [first, *head, *rest, *tail]}


def markdown_cell(name: str, text: str) -> dict:
    return {"cell_type": "markdown", "id": name, "metadata": {}, "source": text.splitlines(keepends=True)}


def code_cell(name: str, text: str) -> dict:
    cell = {"cell_type": "code", "execution_count": None, "id": name, "metadata": {}, "outputs": []}
    return cell | {"source": text.splitlines(keepends=True)}
