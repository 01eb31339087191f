"""What is written into the course from its manifest: links between lessons, the index, Binder and Colab."""

from __future__ import annotations

import json
import re
from pathlib import Path

from liftkit.course.authoring.manifest import NAME, Course, Lesson, check_repository, read_course, read_lesson
from liftkit.system.files import write_atomically

# The ids of the cells that are written. The first two stand right after a lesson's first cell, the others at its end.
LINKS, SETUP, INDEX, NEXT = WRITTEN = ("liftkit-links", "liftkit-setup", "liftkit-index", "liftkit-next")
README = "README.md"  # beside the lessons' folder; holds the lessons' table between these two lines
BEGIN, END = "<!-- the lessons: written by `liftkit course update` -->", "<!-- end of the lessons -->"

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


def neighbours(course: Course, lesson: Lesson) -> str:
    """Markdown that leads to the lesson before and the one after."""
    place = course.lessons.index(lesson)
    words = [f"**Next:** [{one.number} {one.title}]({one.file})" for one in course.lessons[place + 1 : place + 2]]
    words += [f"Before: [{one.number} {one.title}]({one.file})" for one in course.lessons[max(place - 1, 0) : place]]
    if place > 1:
        words.append(f"[All lessons]({course.lessons[0].file})")
    return " · ".join(words)


def lessons_table(course: Course, folder: str = "") -> str:
    """The lessons as a Markdown table; with links to Colab and Binder where the course is published."""
    rows = [["lesson", "time", "you will"], ["---"] * 3]
    rows += [
        [f"[{one.number} {one.title}]({folder}{one.file})", f"{one.minutes} min", " ".join(one.objectives)]
        for one in course.lessons
    ]
    if course.repository:
        last = ["open", "---", *(links(course, one) for one in course.lessons)]
        rows = [[*row, cell] for row, cell in zip(rows, last, strict=True)]
    return "\n".join(f"| {' | '.join(row)} |" for row in rows)


def written_texts(course: Course, folder: Path) -> dict[Path, str]:
    """Every file with a part that is written from the manifest, as it should be: the lessons, and a README above them.

    Raises ValueError on a lesson that cannot be read.
    """
    texts = {}
    for lesson in course.lessons:
        notebook = _written(course, lesson, read_lesson(folder / lesson.file))
        texts[folder / lesson.file] = json.dumps(notebook, indent=1, ensure_ascii=False) + "\n"
    readme = folder.resolve().parent / README
    if readme.is_file() and BEGIN in (text := readme.read_text(encoding="utf-8")) and END in text:
        before, after = text.split(BEGIN)[0], text.split(END)[1]
        texts[readme] = f"{before}{BEGIN}\n\n{lessons_table(course, folder.resolve().name + '/')}\n\n{END}{after}"
    return texts


def stale_files(course: Course, folder: str | Path) -> list[str]:
    """The names of the files whose written part is not what the manifest says."""
    return [path.name for path, text in written_texts(course, Path(folder)).items() if not _holds(path, text)]


def update(folder: str | Path) -> list[str]:
    """Write links, index and set-up cells as the manifest in ``folder`` says. Gives the names of the files changed."""
    return _write(written_texts(read_course(folder), Path(folder)))


def set_repository(folder: str | Path, repository: str, branch: str = "main") -> list[str]:
    """Publish the course in ``folder`` as OWNER/NAME: the manifest, and what is written from it.

    "" takes the links out again. Gives the names of the files that were changed. Raises ValueError on another form of
    name, and on a manifest or lesson that cannot be read, before anything is written.
    """
    check_repository(repository, branch)
    folder = Path(folder)
    old = read_course(folder)
    manifest = (folder / NAME).read_text(encoding="utf-8")
    for key, value in (("repository", repository), ("branch", branch)):
        manifest = re.sub(rf"^{key} *=.*$", f'{key} = "{value}"', manifest, count=1, flags=re.MULTILINE)
    course = Course(old.title, repository, branch, old.lessons)
    return _write({folder / NAME: manifest, **written_texts(course, folder)})


def _write(texts: dict[Path, str]) -> list[str]:
    changed = {path: text for path, text in texts.items() if not _holds(path, text)}
    for path, text in changed.items():
        write_atomically(path, lambda file, text=text: file.write(text.encode()))
    return [path.name for path in changed]


def _holds(path: Path, text: str) -> bool:
    return path.read_text(encoding="utf-8") == text


def _written(course: Course, lesson: Lesson, notebook: dict) -> dict:
    """The notebook with the cells that are written, in their places."""
    first, *rest = [cell for cell in notebook["cells"] if cell.get("id") not in WRITTEN]
    head = []
    if course.repository:
        code = SETUP_CODE.replace("REPOSITORY", course.repository).replace("BRANCH", course.branch)
        head = [_markdown(LINKS, links(course, lesson)), _code(SETUP, code)]
    tail = [_markdown(INDEX, f"## The lessons\n\n{lessons_table(course)}")] if lesson == course.lessons[0] else []
    tail += [_markdown(NEXT, neighbours(course, lesson))] if len(course.lessons) > 1 else []
    return {**notebook, "cells": [first, *head, *rest, *tail]}


def _markdown(name: str, text: str) -> dict:
    return {"cell_type": "markdown", "id": name, "metadata": {}, "source": text.splitlines(keepends=True)}


def _code(name: str, text: str) -> dict:
    lines = text.splitlines(keepends=True)
    return {"cell_type": "code", "execution_count": None, "id": name, "metadata": {}, "outputs": [], "source": lines}
