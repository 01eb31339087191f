"""Links to Binder and Colab, and the cell that sets liftkit up there, for a course that is published."""

from __future__ import annotations

import json
import re
from pathlib import Path

from liftkit.course.manifest import NAME, Course, Lesson, check_repository, read_course, read_lesson
from liftkit.files import write_atomically

LINKS, SETUP = "liftkit-links", "liftkit-setup"  # the ids of the two cells, right after a lesson's first one

# Where liftkit is installed it does nothing. Elsewhere what is present is asked for as it is, so that pip keeps it.
SETUP_CODE = """\
import importlib.metadata as have, importlib.util as look, subprocess, sys  # sets liftkit up in Colab
if look.find_spec("liftkit") is None:
    kept = [f"{name}=={have.version(name)}" for name in ("torch", "numpy", "ipywidgets") if look.find_spec(name)]
    wanted = ["anywidget", "liftkit @ git+https://github.com/REPOSITORY@BRANCH"]
    subprocess.run([sys.executable, "-m", "pip", "install", "-q", *kept, *wanted], check=True)"""


def links(course: Course, lesson: Lesson) -> str:
    """Markdown that opens a lesson in Colab or Binder: words, because a picture would come over the network."""
    place, branch = course.repository, course.branch
    colab = f"https://colab.research.google.com/github/{place}/blob/{branch}/notebooks/{lesson.file}"
    binder = f"https://mybinder.org/v2/gh/{place}/{branch.replace('/', '%2F')}?labpath=notebooks%2F{lesson.file}"
    return f"[Open in Colab]({colab}) · [Open in Binder]({binder})"


def published_cells(course: Course, lesson: Lesson) -> list[dict]:
    """The two cells that a lesson has where the course is published; none where it is not."""
    if not course.repository:
        return []
    code = SETUP_CODE.replace("REPOSITORY", course.repository).replace("BRANCH", course.branch)
    return [
        {"cell_type": "markdown", "id": LINKS, "metadata": {}, "source": _lines(links(course, lesson))},
        {"cell_type": "code", "execution_count": None, "id": SETUP, "metadata": {}, "outputs": [],
         "source": _lines(code)},
    ]  # fmt: skip


def stale_lessons(course: Course, folder: str | Path) -> list[str]:
    """The lessons whose links or set-up cell are not those of the manifest's repository."""
    return [
        lesson.file
        for lesson in course.lessons
        if read_lesson(Path(folder) / lesson.file) != _published(course, lesson, Path(folder))
    ]


def set_repository(folder: str | Path, repository: str, branch: str = "main") -> list[str]:
    """Publish the course in ``folder`` as OWNER/NAME: the manifest, and the two cells of every lesson.

    "" takes the cells out again. Gives the names of the files that were changed. Raises ValueError on another form of
    name, and on a manifest or lesson that cannot be read, before anything is written.
    """
    check_repository(repository, branch)
    folder = Path(folder)
    old = read_course(folder)
    course = Course(old.title, repository, branch, old.lessons)
    manifest = (folder / NAME).read_text(encoding="utf-8")
    for key, value in (("repository", repository), ("branch", branch)):
        manifest = re.sub(rf"^{key} *=.*$", f'{key} = "{value}"', manifest, count=1, flags=re.MULTILINE)
    texts = {folder / NAME: manifest}
    for lesson in course.lessons:
        notebook = _published(course, lesson, folder)
        texts[folder / lesson.file] = json.dumps(notebook, indent=1, ensure_ascii=False) + "\n"
    changed = {path: text for path, text in texts.items() if path.read_text(encoding="utf-8") != text}
    for path, text in changed.items():
        write_atomically(path, lambda file, text=text: file.write(text.encode()))
    return [path.name for path in changed]


def _published(course: Course, lesson: Lesson, folder: Path) -> dict:
    notebook = read_lesson(folder / lesson.file)
    first, *rest = [cell for cell in notebook["cells"] if cell.get("id") not in (LINKS, SETUP)]
    return {**notebook, "cells": [first, *published_cells(course, lesson), *rest]}


def _lines(text: str) -> list[str]:
    return text.splitlines(keepends=True)
