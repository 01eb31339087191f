"""The course's manifest, ``course.toml`` beside the lessons: read, and compared with them."""

from __future__ import annotations

import json
import re
import sys
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from liftkit.course import lesson_exercises

if sys.version_info >= (3, 11):
    import tomllib
else:
    import tomli as tomllib

NAME = "course.toml"
GITHUB = r"[A-Za-z0-9][\w.-]*/[\w.-]+"
GITLAB = r"https://(?!github\.com/)([\w-]+\.)*git[\w-]*(\.[\w-]+)+(/[\w.-]+){2,}"  # also git.university.edu
COURSE_FIELDS = {"title": str, "repository": str, "branch": str, "folder": str, "lesson": list}
LESSON_FIELDS = {"file": str, "title": str, "minutes": int, "objectives": list, "exercises": list}


@dataclass(frozen=True)
class Lesson:
    """One notebook."""

    file: str
    title: str
    minutes: int  # that it takes
    objectives: list[str]
    exercises: list[str]  # their numbers

    @property
    def number(self) -> str:
        """The two digits that the file and its exercises start with."""
        return self.file[:2]


@dataclass(frozen=True)
class Course:
    """The lessons, in order, and where they are published."""

    title: str
    repository: str  # OWNER/NAME on GitHub, the address of a GitLab project, or "" if the course is not published
    branch: str
    folder: str  # the lessons' in the repository
    lessons: tuple[Lesson, ...]


def lessons_folder() -> Path:
    """Where the lessons are: ``notebooks`` here or in the clone, else those that were installed with the package."""
    package = Path(__file__).parents[2]
    places = [Path("notebooks"), package.parent / "notebooks", package / "course" / "lessons"]
    return next((place for place in places if (place / NAME).is_file()), places[0])


def read_course(folder: Path) -> Course:
    """Read the manifest of the lessons in a folder, and check it. A ValueError names lesson and field."""
    path = folder / NAME
    try:
        table = tomllib.loads(path.read_text(encoding="utf-8"))
    except (OSError, ValueError) as error:
        raise ValueError(f"{path}: not readable TOML: {error}") from error
    table.setdefault("folder", "notebooks")
    _check_fields(table, COURSE_FIELDS, str(path))
    check_repository(table["repository"], table["branch"])
    lessons = tuple(_lesson(entry, f"{path}, lesson {n}") for n, entry in enumerate(table["lesson"], start=1))
    files = [lesson.file for lesson in lessons]
    if files != sorted(set(files)):
        raise ValueError(f"{path}: expected every lesson once, in the order of their files, found {', '.join(files)}")
    return Course(table["title"], table["repository"], table["branch"], table["folder"], lessons)


def check_repository(repository: str, branch: str) -> None:
    """Raise ValueError unless these are OWNER/NAME, the address of a GitLab project or "", and the name of a branch."""
    if repository and not re.fullmatch(f"{GITHUB}|{GITLAB}", repository):
        wanted = "OWNER/NAME (GitHub) or https://gitlab.com/GROUP/NAME"
        raise ValueError(f"expected a repository as {wanted}, found {repository!r}")
    if not re.fullmatch(r"\w[\w./-]*", branch):
        raise ValueError(f"expected the name of a branch, such as main, found {branch!r}")


def _lesson(entry: Any, where: str) -> Lesson:
    _check_fields(entry, LESSON_FIELDS, where)
    file, numbers = entry["file"], entry["exercises"]
    if not re.fullmatch(r"\d\d_\w+\.ipynb", file):
        raise ValueError(f"{where}: expected a file such as 01_lifting.ipynb, found {file!r}")
    if not 1 <= entry["minutes"] <= 240:
        raise ValueError(f"{file}: expected 1 to 240 minutes, found {entry['minutes']}")
    for name in ("objectives", "exercises"):
        if not all(isinstance(item, str) for item in entry[name]):
            raise ValueError(f"{file}: {name} must be strings, found {entry[name]}")
    if not entry["objectives"]:
        raise ValueError(f"{file}: it has no objectives")
    known = lesson_exercises(file[:2]) if numbers else ()
    if unknown := [number for number in numbers if number not in known]:
        raise ValueError(f"{file}: expected exercises out of {', '.join(known)}, found {', '.join(unknown)}")
    return Lesson(**entry)


def _check_fields(table: Any, fields: Mapping[str, type], where: str) -> None:
    if not isinstance(table, Mapping):
        raise ValueError(f"{where}: expected a table, found {type(table).__name__}")
    if set(table) != set(fields):
        raise ValueError(f"{where}: expected {', '.join(fields)}, found {', '.join(table) or 'nothing'}")
    for name, kind in fields.items():
        if type(table[name]) is not kind:  # True is an int for isinstance
            raise ValueError(f"{where}: {name} must be {kind.__name__}, found {table[name]!r}")


def read_lesson(path: Path) -> dict:
    """Read a notebook as it is stored. Raises ValueError unless it is one with cell ids (nbformat 4.5)."""
    try:
        notebook = json.loads(path.read_text(encoding="utf-8"))
        known = (notebook["nbformat"], notebook["nbformat_minor"]) >= (4, 5) and len(notebook["cells"]) > 0
    except (OSError, ValueError, KeyError, TypeError) as error:
        raise ValueError(f"{path}: not a readable notebook: {error!r}") from error
    if not known:
        raise ValueError(f"{path}: expected a notebook of format 4.5 or later, with cells")
    return notebook


def compare(course: Course, folder: Path) -> list[str]:
    """List where lessons and manifest disagree: files, titles, minutes, exercises."""
    listed = [lesson.file for lesson in course.lessons]
    present = sorted(path.name for path in folder.glob("[0-9][0-9]_*.ipynb"))  # your own notebooks may lie there
    problems = [f"{name} is not in {NAME}" for name in present if name not in listed]
    problems += [f"{name} is in {NAME} and not in {folder}" for name in listed if name not in present]
    for lesson in course.lessons:
        if lesson.file in present:
            problems += [f"{lesson.file}: {found}" for found in _compare_lesson(lesson, folder / lesson.file)]
    return problems


def _compare_lesson(lesson: Lesson, path: Path) -> list[str]:
    cells = ["".join(cell["source"]) for cell in read_lesson(path)["cells"]]
    problems, heading = [], f"# {lesson.number} {lesson.title}"
    if cells[0].splitlines()[:1] != [heading]:
        problems.append(f"its first line must be {heading!r}")
    if not any(f"{lesson.minutes} minutes" in cell for cell in cells):
        problems.append(f"it must mention that it takes {lesson.minutes} minutes")
    used = set(re.findall(r"""exercise\(["']([\d.]+)["']\)""", "\n".join(cells)))
    problems += [f"it lacks exercise {number}" for number in lesson.exercises if number not in used]
    return problems + [f"exercise {number} is not in {NAME}" for number in sorted(used - set(lesson.exercises))]
