"""Copies of the lessons: for students without outputs and answers, for instructors with every solution."""

from __future__ import annotations

import json
import os
import shutil
import tempfile
from collections.abc import Callable, Collection, Iterator
from contextlib import contextmanager
from pathlib import Path

from liftkit.course import OWN, exercise, lesson_exercises
from liftkit.course.authoring.manifest import NAME, Course, read_course, read_lesson
from liftkit.course.authoring.publish import SETUP, code_cell, markdown_cell, with_written_cells
from liftkit.course.authoring.tidy import begin_slides
from liftkit.course.exam import NAME as EXAM
from liftkit.course.exam import exam_json
from liftkit.course.grading.answers import is_stub, stub_of, submitted
from liftkit.system.files import check_new

EXAM_CODE = "from liftkit.course import begin_exam\n\nbegin_exam()  # until the kernel restarts; run this cell first"


def copy_lessons(folder: Path, target: Path, lessons: Collection[str] = ()) -> list[str]:
    """Write student copies of the lessons into the new folder ``target``. Returns their files.

    All lessons, the default, come with their course.toml, so they can be made a course of one's own.
    """
    course = read_course(folder).of(lessons)
    with _new_folder(target) as new:
        _write(course, folder, new, student_copy)
        if not lessons:
            shutil.copy2(folder / NAME, new)
    return [lesson.file for lesson in course.lessons]


def hand_out(folder: Path, target: Path, lessons: Collection[str] = (), exam: bool = False) -> list[str]:
    """Write ``student/``, ``student.zip`` and ``instructor/`` into the new folder ``target``. Returns the files.

    ``exam``: the students' copies begin with a cell that closes hints and solutions; tasks and salted answers are then
    in ``student/exam.json``, the solutions in ``instructor/solutions.md``.
    """
    course = read_course(folder).of(lessons)
    with _new_folder(target) as new:
        student, instructor = new / "student", new / "instructor"
        _write(course, folder, student, exam_copy if exam else student_copy)
        _write(course, folder, instructor, instructor_copy)
        if exam:
            asked = {number: exercise(number) for lesson in course.lessons for number in lesson.exercises}
            (student / EXAM).write_text(exam_json(asked), encoding="utf-8")
            (student / OWN).unlink(missing_ok=True)
            texts = [f"# {one.number} {one.title}\n\n{one.solution()}\n" for one in asked.values()]
            (instructor / "solutions.md").write_text("\n".join(texts), encoding="utf-8")
        shutil.make_archive(str(new / "student"), "zip", root_dir=new, base_dir="student")
    return [lesson.file for lesson in course.lessons]


def student_copy(notebook: dict) -> dict:
    """The notebook without outputs; a cell that hands in a solved exercise is as it was before."""
    metadata = {key: value for key, value in notebook["metadata"].items() if key != "widgets"}
    return {**notebook, "metadata": metadata, "cells": [_cleared(cell) for cell in notebook["cells"]]}


def exam_copy(notebook: dict) -> dict:
    """A student copy that closes hints and solutions when its first code cells have run."""
    copied = student_copy(notebook)
    place = 1 + max((n for n, cell in enumerate(copied["cells"]) if cell.get("id") == SETUP), default=0)
    copied["cells"].insert(place, code_cell("liftkit-exam", EXAM_CODE))
    return copied


def instructor_copy(notebook: dict) -> dict:
    """The notebook with its outputs, and the solution behind each cell that hands in an exercise."""
    cells, seen = [], set()
    for cell in notebook["cells"]:
        cells.append(cell)
        for number in sorted(set(submitted(cell)) - seen):
            seen.add(number)
            solution = lesson_exercises(number[:2])[number].solution()
            cells.append(markdown_cell(f"liftkit-solution-{number.replace('.', '-')}", str(solution)))
    return {**notebook, "cells": cells}


def _cleared(cell: dict) -> dict:
    if cell["cell_type"] != "code":
        return cell
    cleared = {**cell, "outputs": [], "execution_count": None}
    if numbers := sorted(number for number in submitted(cell) if not is_stub(cell, number)):
        code = "\n\n\n".join(stub_of(number) for number in numbers)
        cleared["source"] = code.splitlines(keepends=True)
    return cleared


def _write(course: Course, folder: Path, target: Path, make: Callable[[dict], dict]) -> None:
    target.mkdir(exist_ok=True)
    for lesson in course.lessons:
        notebook = make(with_written_cells(course, lesson, read_lesson(folder / lesson.file)))
        for _ in begin_slides(notebook):
            pass
        text = json.dumps(notebook, indent=1, ensure_ascii=False) + "\n"
        (target / lesson.file).write_text(text, encoding="utf-8")
    if (folder / OWN).is_file():
        shutil.copy2(folder / OWN, target)


@contextmanager
def _new_folder(target: Path) -> Iterator[Path]:
    """A new folder to fill inside, which is moved into place when it is whole."""
    check_new(target)
    with tempfile.TemporaryDirectory(dir=target.resolve().parent, prefix=f".{target.name}.tmp-") as temporary:
        new = Path(temporary, target.name)
        new.mkdir()
        yield new
        os.replace(new, target)
