"""The course's manifest, ``course.toml`` beside the lessons: read, and compared with them."""

from __future__ import annotations

import json
import re
from collections.abc import Collection, Mapping
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any

from liftkit.course import OWN, add_exercises, lesson_exercises
from liftkit.system.extras import tomllib

NAME = "course.toml"
GITHUB = r"[A-Za-z0-9][\w.-]*/[\w.-]+"
GITLAB = r"https://(?!github\.com/)([\w-]+\.)*git[\w-]*(\.[\w-]+)+(/[\w.-]+){2,}"  # also git.university.edu
COURSE_FIELDS = dict.fromkeys(("title", "repository", "branch", "folder", "hub"), str)
COURSE_FIELDS |= {"words": dict, "glossary": dict, "lesson": list}
LESSON_FIELDS = {"file": str, "title": str, "minutes": int, "objectives": list, "exercises": list, "number": str}
# What is written into the lessons beside their own text; a translation gives its own in the table [words].
WORDS = {
    "minutes": "{minutes} minutes",  # a lesson must contain it
    "lesson": "lesson",  # before a number: that lesson must be there
    "between": "and|to|or",  # such numbers
    "time": "time",
    "short": "{minutes} min",
    "will": "you will",
    "open": "Open in {place}",
    "lessons": "The lessons",
    "next": "Next",
    "before": "Before",
    "all": "All lessons",
}


@dataclass(frozen=True)
class Lesson:
    """One notebook."""

    file: str
    title: str
    minutes: int  # that it takes
    objectives: list[str]
    exercises: list[str]  # their numbers
    number: str  # two digits: those that the file begins with, unless course.toml gives others


@dataclass(frozen=True)
class Course:
    """The lessons, in order, and where they are published."""

    title: str
    repository: str  # OWNER/NAME on GitHub, the address of a GitLab project, or "" if the course is not published
    branch: str
    folder: str  # the lessons' in the repository
    lessons: tuple[Lesson, ...]
    hub: str = ""  # the address of a JupyterHub with nbgitpuller
    words: Mapping[str, str] = field(default_factory=dict)
    glossary: Mapping[str, str] = field(default_factory=dict)  # term -> number of the lesson that explains it

    def word(self, name: str, **values: object) -> str:
        """One of WORDS, in the course's language."""
        return self.words.get(name, WORDS[name]).format(**values)

    def of(self, numbers: Collection[str]) -> Course:
        """The course of the lessons with these numbers only; of all of them if there are none."""
        known = [lesson.number for lesson in self.lessons]
        if unknown := sorted(set(numbers) - set(known)):
            raise ValueError(f"unknown lessons {', '.join(unknown)}; there are {', '.join(known)}")
        return replace(self, lessons=tuple(one for one in self.lessons if not numbers or one.number in numbers))


def lessons_folder() -> Path:
    """Where the lessons are: ``notebooks`` here or in the clone, else those that were installed with the package."""
    package = Path(__file__).parents[2]
    places = [Path("notebooks"), package.parent / "notebooks", package / "course" / "lessons"]
    return next((place for place in places if (place / NAME).is_file()), places[0])


def read_course(folder: Path) -> Course:
    """Read the manifest of the lessons in a folder, and check it. A ValueError names lesson and field."""
    path = folder / NAME
    if not path.is_file():
        advice = "name the folder of the lessons by --folder; `liftkit course copy DIR` makes one"
        raise ValueError(f"{folder}: expected lessons and their {NAME}, found no such file; {advice}")
    try:
        table = tomllib.loads(path.read_text(encoding="utf-8"))
    except (OSError, ValueError) as error:
        raise ValueError(f"{path}: not readable TOML: {error}") from error
    table = {"folder": "notebooks", "hub": "", "words": {}, "glossary": {}} | table
    _check_fields(table, COURSE_FIELDS, str(path))
    _check_words(table["words"], path)
    if wrong := [number for number in table["glossary"].values() if not re.fullmatch(r"\d\d", str(number))]:
        raise ValueError(f'{path}: glossary: expected the number of a lesson, such as "07", found {wrong[0]!r}')
    check_repository(table["repository"], table["branch"])
    check_hub(table["hub"])
    if (folder / OWN).is_file():
        add_exercises(folder / OWN)
    lessons = tuple(_lesson(entry, f"{path}, lesson {n}") for n, entry in enumerate(table["lesson"], start=1))
    files, numbers = [one.file for one in lessons], [one.number for one in lessons]
    if numbers != sorted(set(numbers)) or len(set(files)) < len(files):
        raise ValueError(f"{path}: expected every lesson once, in the order of their numbers, found {', '.join(files)}")
    return Course(**{name: table[name] for name in COURSE_FIELDS if name != "lesson"}, lessons=lessons)


def _check_words(words: Mapping[str, Any], path: Path) -> None:
    if unknown := set(words) - set(WORDS):
        raise ValueError(f"{path}: unknown words {', '.join(sorted(unknown))}; there are {', '.join(WORDS)}")
    for name, text in words.items():
        try:
            text.format(minutes=1, place="")
        except (AttributeError, KeyError, IndexError, ValueError):
            raise ValueError(f"{path}: words: {name} must be a text such as {WORDS[name]!r}, found {text!r}") from None


def check_repository(repository: str, branch: str) -> None:
    """Raise ValueError unless these are OWNER/NAME, the address of a GitLab project or "", and the name of a branch."""
    if repository and not re.fullmatch(f"{GITHUB}|{GITLAB}", repository):
        wanted = "OWNER/NAME (GitHub) or https://gitlab.com/GROUP/NAME"
        raise ValueError(f"expected a repository as {wanted}, found {repository!r}")
    if not re.fullmatch(r"\w[\w./-]*", branch):
        raise ValueError(f"expected the name of a branch, such as main, found {branch!r}")


def check_hub(hub: str) -> None:
    """Raise ValueError unless this is the address of a JupyterHub or ""."""
    if hub and not re.fullmatch(r"https?://[\w.-]+(:\d+)?(/[\w./~-]*)?", hub):
        raise ValueError(f"expected the address of a JupyterHub, such as https://hub.university.edu, found {hub!r}")


def _lesson(entry: Any, where: str) -> Lesson:
    if isinstance(entry, Mapping):
        entry = {**entry, "number": entry.get("number", str(entry.get("file", ""))[:2])}
    _check_fields(entry, LESSON_FIELDS, where)
    file, numbers = entry["file"], entry["exercises"]
    if not re.fullmatch(r"[\w-]+\.ipynb", file) or not re.fullmatch(r"\d\d", entry["number"]):
        wanted = 'a file such as 01_lifting.ipynb, or any .ipynb and a number such as "01"'
        raise ValueError(f"{where}: expected {wanted}, found {file!r} and {entry['number']!r}")
    if not 1 <= entry["minutes"] <= 240:
        raise ValueError(f"{file}: expected 1 to 240 minutes, found {entry['minutes']}")
    for name in ("objectives", "exercises"):
        if not all(isinstance(item, str) for item in entry[name]):
            raise ValueError(f"{file}: {name} must be strings, found {entry[name]}")
    if not entry["objectives"]:
        raise ValueError(f"{file}: it has no objectives")
    for number in numbers:
        try:
            known = lesson_exercises(number[:2])
        except ValueError as error:
            raise ValueError(f"{file}: exercise {number}: {error}") from error
        if number not in known:
            raise ValueError(f"{file}: expected exercises out of {', '.join(known)}, found {number}")
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
    notebook = read_json(path)
    if notebook["nbformat_minor"] < 5:
        raise ValueError(f"{path}: expected a notebook of format 4.5 or later: `liftkit course tidy` gives it cell ids")
    return notebook


def read_json(path: Path) -> dict:
    """Read a notebook of nbformat 4 that has cells; ValueError if it is none. Fields that are missing become empty."""
    try:
        notebook = json.loads(path.read_text(encoding="utf-8"))
        for part in (notebook, *notebook["cells"]):
            part.setdefault("metadata", {})
        for cell in notebook["cells"]:
            cell.setdefault("source", [])
            if cell["cell_type"] == "code":
                cell |= {"outputs": cell.get("outputs", []), "execution_count": cell.get("execution_count")}
        known = notebook["nbformat"] == 4 and notebook["nbformat_minor"] >= 0 and len(notebook["cells"]) > 0
    except (OSError, ValueError, KeyError, TypeError, AttributeError) as error:
        raise ValueError(f"{path}: not a readable notebook: {error!r}") from error
    if not known:
        raise ValueError(f"{path}: expected a notebook of format 4 with cells")
    return notebook


def compare(course: Course, folder: Path) -> list[str]:
    """List where lessons and manifest disagree: files, titles, minutes, exercises, and terms that come too early."""
    listed = [lesson.file for lesson in course.lessons]
    numbered = (path.name for path in folder.glob("[0-9][0-9]_*.ipynb"))  # your own notebooks may lie there
    present = sorted({*numbered, *(name for name in listed if (folder / name).is_file())})
    problems = [f"{name} is not in {NAME}" for name in present if name not in listed]
    problems += [f"{name} is in {NAME} and not in {folder}" for name in listed if name not in present]
    for lesson in course.lessons:
        if lesson.file in present:
            problems += [f"{lesson.file}: {found}" for found in _compare_lesson(course, lesson, folder / lesson.file)]
    return problems


def _compare_lesson(course: Course, lesson: Lesson, path: Path) -> list[str]:
    notebook = read_lesson(path)
    cells = ["".join(cell["source"]) for cell in notebook["cells"]]
    problems, heading = [], f"# {lesson.number} {lesson.title}"
    if cells[0].splitlines()[:1] != [heading]:
        problems.append(f"its first line must be {heading!r}")
    minutes = course.word("minutes", minutes=lesson.minutes)
    if not any(minutes in cell for cell in cells):
        problems.append(f"it must say how long it takes: {minutes!r}")
    problems += _gone(course, "\n".join(cells)) + _unexplained(course, lesson, notebook)
    used = set(re.findall(r"""exercise\(["']([\d.]+)["']\)""", "\n".join(cells)))
    problems += [f"it lacks exercise {number}" for number in lesson.exercises if number not in used]
    return problems + [f"exercise {number} is not in {NAME}" for number in sorted(used - set(lesson.exercises))]


def _unexplained(course: Course, lesson: Lesson, notebook: dict) -> list[str]:
    """Terms of the glossary that a lesson's own text uses before the lesson that explains them."""
    own = (c for c in notebook["cells"] if c["cell_type"] == "markdown" and not c.get("id", "").startswith("liftkit-"))
    text = re.sub("`[^`]*`", "", "\n".join("".join(cell["source"]) for cell in own))  # without code
    later = {term: number for term, number in course.glossary.items() if number > lesson.number}
    used = [term for term in later if re.search(rf"(?<!\w){re.escape(term)}(?!\w)", text, re.IGNORECASE)]
    return [f"it uses the word {term!r}, which lesson {later[term]} explains" for term in used]


def _gone(course: Course, text: str) -> list[str]:
    """What a lesson refers to, by number or by a link, that the course does not have."""
    numbers = rf"\b{course.word('lesson')}\w* (\d\d(?:(?:, | (?:{course.word('between')}) |–)\d\d)*)\b"
    lessons = {number for found in re.findall(numbers, text, re.IGNORECASE) for number in re.findall(r"\d\d", found)}
    files = set(re.findall(r"\]\(([\w-]+\.ipynb)", text))
    gone = [f"lesson {number}" for number in sorted(lessons - {one.number for one in course.lessons})]
    gone += sorted(files - {one.file for one in course.lessons})
    return [f"it refers to {one}, which is not in {NAME}" for one in gone]
