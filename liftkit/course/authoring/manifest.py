"""The course's manifest, ``course.toml`` beside the lessons: read, checked against them, printed."""

from __future__ import annotations

import json
import re
import sys
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from liftkit.course import all_exercises

if sys.version_info >= (3, 11):
    import tomllib
else:
    import tomli as tomllib

NAME = "course.toml"
REPOSITORY = re.compile(r"[A-Za-z0-9][\w.-]*/[\w.-]+")
BRANCH = re.compile(r"[\w][\w./-]*")


@dataclass(frozen=True)
class Lesson:
    """A notebook: ``file``, ``title``, ``minutes`` that it takes, ``objectives``, the numbers of its ``exercises``."""

    file: str
    title: str
    minutes: int
    objectives: tuple[str, ...]
    exercises: tuple[str, ...]

    @property
    def number(self) -> str:
        """The two digits that the file starts with, as its exercises do."""
        return self.file[:2]


@dataclass(frozen=True)
class Course:
    """``title``, ``lessons`` in order, and the ``repository`` (OWNER/NAME, or "") and ``branch`` it is published in."""

    title: str
    repository: str
    branch: str
    lessons: tuple[Lesson, ...]


def read_course(folder: str | Path) -> Course:
    """The manifest of the lessons in a folder.

    Raises ValueError, naming lesson and field, on anything missing, unknown or of the wrong kind, on lessons out of
    order, and on exercises that do not exist or are another lesson's.
    """
    path = Path(folder) / NAME
    if not path.is_file():
        raise ValueError(f"{path}: there is no such file")
    try:
        table = tomllib.loads(path.read_text(encoding="utf-8"))
    except (tomllib.TOMLDecodeError, UnicodeDecodeError) as error:
        raise ValueError(f"{path}: not readable TOML: {error}") from error
    _check(table, {"title": str, "repository": str, "branch": str, "lesson": list}, str(path))
    check_repository(table["repository"], table["branch"])
    lessons = tuple(_lesson(entry, f"{path}, lesson {n}") for n, entry in enumerate(table["lesson"], start=1))
    files = [lesson.file for lesson in lessons]
    if files != sorted(set(files)):
        raise ValueError(f"{path}: expected every lesson once, in the order of their files, found {', '.join(files)}")
    return Course(table["title"], table["repository"], table["branch"], lessons)


def check_repository(repository: str, branch: str) -> None:
    """Raise ValueError unless these are OWNER/NAME, or nothing, and the name of a branch."""
    if repository and not REPOSITORY.fullmatch(repository):
        raise ValueError(f"expected a repository as OWNER/NAME, found {repository!r}")
    if not BRANCH.fullmatch(branch):
        raise ValueError(f"expected the name of a branch, such as main, found {branch!r}")


def _lesson(entry: Any, where: str) -> Lesson:
    kinds = {"file": str, "title": str, "minutes": int, "objectives": list, "exercises": list}
    _check(entry, kinds, where)
    if not re.fullmatch(r"\d\d_\w+\.ipynb", entry["file"]):
        raise ValueError(f"{where}: expected a file such as 01_lifting.ipynb, found {entry['file']!r}")
    where = entry["file"]
    if not 1 <= entry["minutes"] <= 240:
        raise ValueError(f"{where}: expected 1 to 240 minutes, found {entry['minutes']}")
    for name in ("objectives", "exercises"):
        if not all(isinstance(word, str) for word in entry[name]):
            raise ValueError(f"{where}: {name} must be strings, found {entry[name]}")
    if not entry["objectives"]:
        raise ValueError(f"{where}: it has no objectives")
    for number in entry["exercises"]:
        if number not in all_exercises():
            raise ValueError(f"{where}: unknown exercise {number!r}; there are {', '.join(all_exercises())}")
        if number[:2] != where[:2]:
            raise ValueError(f"{where}: exercise {number} belongs to lesson {number[:2]}")
    return Lesson(**{key: tuple(value) if isinstance(value, list) else value for key, value in entry.items()})


def _check(table: Any, kinds: Mapping[str, type], where: str) -> None:
    if not isinstance(table, Mapping):
        raise ValueError(f"{where}: expected a table, found {type(table).__name__}")
    if set(table) != set(kinds):
        raise ValueError(f"{where}: expected {', '.join(kinds)}, found {', '.join(table) or 'nothing'}")
    for name, kind in kinds.items():
        if type(table[name]) is not kind:
            raise ValueError(f"{where}: {name} must be {kind.__name__}, found {table[name]!r}")


def read_lesson(path: Path) -> dict:
    """A notebook as it is stored. Raises ValueError where it is missing or no notebook with cell ids (nbformat 4.5)."""
    try:
        notebook = json.loads(path.read_text(encoding="utf-8"))
        known = (notebook["nbformat"], notebook["nbformat_minor"]) >= (4, 5) and len(notebook["cells"]) > 0
    except (OSError, ValueError, KeyError, TypeError) as error:
        raise ValueError(f"{path}: not a readable notebook: {error!r}") from error
    if not known:
        raise ValueError(f"{path}: expected a notebook of format 4.5 or later, with cells")
    return notebook


def compare(course: Course, folder: str | Path) -> list[str]:
    """Where lessons and manifest disagree, a sentence each: files, titles, minutes, exercises."""
    folder, problems = Path(folder), []
    listed = [lesson.file for lesson in course.lessons]
    there = sorted(path.name for path in folder.glob("[0-9][0-9]_*.ipynb"))  # a notebook of your own is no lesson
    problems += [f"{name} is not in {NAME}" for name in there if name not in listed]
    problems += [f"{name} is in {NAME} and not in {folder}" for name in listed if name not in there]
    for lesson in course.lessons:
        if lesson.file in there:
            problems += [f"{lesson.file}: {found}" for found in _compare_lesson(lesson, folder / lesson.file)]
    return problems


def _compare_lesson(lesson: Lesson, path: Path) -> list[str]:
    cells = ["".join(cell["source"]) for cell in read_lesson(path)["cells"]]
    problems, heading = [], f"# {lesson.number} {lesson.title}"
    if not cells or cells[0].splitlines()[:1] != [heading]:
        problems.append(f"its first line must be {heading!r}")
    if not any(f"{lesson.minutes} minutes" in cell for cell in cells):
        problems.append(f"it must say that it takes {lesson.minutes} minutes")
    used = set(re.findall(r"""exercise\(["']([\d.]+)["']\)""", "\n".join(cells)))
    problems += [f"it lacks exercise {number}" for number in lesson.exercises if number not in used]
    problems += [f"exercise {number} is not in {NAME}" for number in sorted(used - set(lesson.exercises))]
    return problems
