"""Grade a folder of notebooks: each in a process of its own, a table that is whole at any time and goes on."""

from __future__ import annotations

import csv
import hashlib
import io
import json
import os
import re
import signal
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterable, Mapping
from concurrent.futures import ThreadPoolExecutor, as_completed
from contextlib import suppress
from dataclasses import asdict, astuple, dataclass, fields
from pathlib import Path

from liftkit.course import OWN
from liftkit.course.authoring.manifest import lessons_folder, read_course, read_lesson
from liftkit.course.feedback import MARKS, NOT_ATTEMPTED, NOT_UNDERSTOOD
from liftkit.course.grading import worker
from liftkit.course.grading.answers import NUMBER, Attempt, read_attempts
from liftkit.course.statements import code_cells
from liftkit.system.files import as_text, check_file, write_atomically
from liftkit.system.provenance import cores

LARGEST_NOTEBOOK = 50 * 2**20  # bytes
MOST_ATTEMPTS = 50  # of the calls of `check` for one exercise, the last ones; nobody writes more by hand
START = 90.0  # seconds that a process may take to import torch on a busy machine
HEADING = re.compile(r"^# (\d\d) ", re.MULTILINE)
FEEDBACK = re.compile(r"^(\d\d\.\d+): (?:correct|incorrect|not understood|recorded)(?: \(attempt (\d+)\))?\.", re.M)
IN_NAME = re.compile(r"(?<!\d)(\d\d)_")


@dataclass(frozen=True)
class Lessons:
    """What the lessons ask for, and hand out. The keys are lessons' numbers."""

    exercises: Mapping[str, list[str]]
    cells: Mapping[str, list[str]]  # their code
    own: Path | None = None  # the file with exercises of one's own


@dataclass(frozen=True)
class Grade:
    """One row: the grade of one exercise in one notebook."""

    notebook: str  # its path below the folder
    exercise: str  # its number, "" if the file is no notebook of the course
    status: str  # "correct", "incorrect", "not attempted" or "not understood"
    message: str  # what the student was told, or why it was not understood
    sha256: str  # of the notebook: what is graded already is not graded again
    attempts: str = ""  # answers that the student had checked, as far as the notebook's outputs show; "" if none


def grade_folder(
    folder: Path,
    out: Path,
    seconds: float = 60,
    report: Callable[[list[Grade]], object] = lambda grades: None,
    lessons: Path | None = None,
) -> list[Grade]:
    """Grade every notebook below a folder: all rows, in the order of names. Those of unchanged notebooks are kept.

    Args:
        out: the table (CSV), written after each notebook.
        seconds: that the code of one exercise may take.
        report: is called with the rows of each notebook that was graded now.
        lessons: the folder of the lessons; by default this clone's or package's. Its ``exercises.py`` is executed, so
            it must not be a student's.
    """
    files = {path.relative_to(folder).as_posix(): path for path in _notebooks(folder)}
    if not files:
        raise ValueError(f"{folder}: there is no notebook (.ipynb) in it or in the folders below")
    hashes = {name: hashlib.sha256(path.read_bytes()).hexdigest() for name, path in files.items()}
    grades: dict[str, list[Grade]] = {}
    for grade in read_grades(out) if out.exists() else ():
        if hashes.get(grade.notebook) == grade.sha256:
            grades.setdefault(grade.notebook, []).append(grade)

    def save() -> list[Grade]:
        rows = [grade for name in sorted(grades) for grade in grades[name]]
        write_atomically(out, lambda file: file.write(table(rows).encode("utf-8", "replace")))
        return rows

    rows = save()
    asked = read_lessons(lessons or lessons_folder())
    with ThreadPoolExecutor(cores()) as pool:
        left = [name for name in files if name not in grades]
        jobs = {pool.submit(grade_notebook, files[name], name, hashes[name], seconds, asked): name for name in left}
        try:
            for job in as_completed(jobs):
                grades[jobs[job]] = job.result()
                rows = save()
                report(grades[jobs[job]])
        finally:
            pool.shutdown(cancel_futures=True)
    return rows


def read_lessons(folder: Path) -> Lessons:
    """Read what grading needs of the lessons. A notebook that is gone, or is not readable, has no cells."""
    exercises, cells = {}, {}
    for lesson in read_course(folder).lessons:
        exercises[lesson.number] = lesson.exercises
        with suppress(ValueError):
            cells[lesson.number] = code_cells(read_lesson(folder / lesson.file))
    own = folder.resolve() / OWN
    return Lessons(exercises, cells, own if own.is_file() else None)


def grade_notebook(path: Path, name: str, sha256: str, seconds: float, lessons: Lessons) -> list[Grade]:
    """Grade one notebook. Whatever is in the file becomes a row."""
    try:
        notebook = json.loads(check_file(path, LARGEST_NOTEBOOK).read_text(encoding="utf-8"))
        cells = code_cells(notebook)
        asked = expected_lessons(notebook, name, lessons.exercises)
        numbers = [number for lesson in asked for number in lessons.exercises[lesson]]
        given = [cell for lesson in asked for cell in lessons.cells.get(lesson, ())]
        attempts, recorded = read_attempts(cells, numbers, given), recorded_attempts(notebook)
    except Exception as error:  # a damaged or foreign file fails in many ways
        return [Grade(name, "", NOT_UNDERSTOOD, f"not a readable notebook: {type(error).__name__}: {error}", sha256)]
    if not numbers:
        return [Grade(name, "", NOT_UNDERSTOOD, "it names no lesson and no exercise of the course", sha256)]
    results = {number: (NOT_ATTEMPTED, "No cell hands it in.") for number in numbers}
    last = {number: found[-MOST_ATTEMPTS:] for number, found in attempts.items() if found}
    results |= run_attempts([*cells, *given], last, seconds, lessons.own)
    return [Grade(name, number, *results[number], sha256, recorded.get(number, "")) for number in numbers]


def recorded_attempts(notebook: dict) -> dict[str, str]:
    """The most attempts at each exercise that one of its feedbacks in the outputs counts."""
    most: dict[str, int] = {}
    for output in (output for cell in notebook["cells"] for output in cell.get("outputs", ())):
        for number, count in FEEDBACK.findall("".join(output.get("data", output).get("text/plain", ()))):
            most[number] = max(most.get(number, 0), int(count or 1))
    return {number: str(count) for number, count in most.items()}


def expected_lessons(notebook: dict, name: str, expected: Mapping[str, list[str]]) -> list[str]:
    """The lessons that the headings name; else the name of the file, else the exercises in it.

    ``expected``: a lesson's number -> its exercises.
    """
    texts = {kind: "\n".join("".join(cell["source"]) for cell in notebook["cells"] if cell["cell_type"] == kind)
             for kind in ("markdown", "code")}  # fmt: skip
    lesson_of = {number: lesson for lesson, numbers in expected.items() for number in numbers}
    in_code = [lesson_of.get(number, "") for number in NUMBER.findall(texts["code"])]
    for found in (HEADING.findall(texts["markdown"]), IN_NAME.findall(name), in_code):
        if any(expected.get(lesson) for lesson in found):
            return [lesson for lesson in expected if lesson in found]
    return []


def run_attempts(
    cells: list[str], attempts: dict[str, list[Attempt]], seconds: float, own: Path | None = None
) -> dict[str, tuple[str, str]]:
    """Run attempts in another process: number -> (status, message). One that ends it does not stop the rest."""
    done: dict[str, tuple[str, str]] = {}
    while left := {number: found for number, found in attempts.items() if number not in done}:
        task = {"cells": cells, "seconds": seconds, "own": str(own or ""),
                "attempts": {number: [asdict(one) for one in found] for number, found in left.items()}}  # fmt: skip
        results, end = _run_process(json.dumps(task), seconds, len(left))
        done |= {number: result for number, result in results.items() if number in left}
        if end and (rest := [number for number in left if number not in done]):
            done[rest[0]] = (NOT_UNDERSTOOD, end)
    return done


def _run_process(task: str, seconds: float, count: int) -> tuple[dict[str, tuple[str, str]], str]:
    """What the process wrote, and how it ended if that was not by itself."""
    with tempfile.TemporaryDirectory(prefix="liftkit-grade-", ignore_cleanup_errors=True) as place:
        scratch, results = Path(place, "work"), Path(place, "results")
        scratch.mkdir()
        with results.open("wb") as output:
            process = subprocess.Popen([sys.executable, worker.__file__], cwd=scratch, env=_environment(scratch),
                                       stdin=subprocess.PIPE, stdout=output, stderr=subprocess.DEVNULL,
                                       start_new_session=True)  # fmt: skip
        try:
            with suppress(BrokenPipeError):
                process.stdin.write(task.encode())
                process.stdin.close()
            in_time = _wait(process, results, seconds, count)
        finally:
            _end(process)
        lines = results.read_text(encoding="utf-8", errors="replace").splitlines()
    found = {}
    for line in lines:
        with suppress(ValueError, TypeError):
            number, status, message = json.loads(line)
            if status in MARKS:
                found[number] = (status, str(message))
    end = "" if found and in_time and not process.returncode else f"its process ended (code {process.returncode})"
    return found, end if in_time else f"it was still running after {seconds:g} seconds, and could not be interrupted"


def _wait(process: subprocess.Popen, results: Path, seconds: float, count: int) -> bool:
    """Wait while results come, for ``count`` exercises at most. Returns whether the process ended by itself."""
    seen, until = 0, time.monotonic() + START + seconds
    latest = until + count * (seconds + 5)
    while process.poll() is None and time.monotonic() < min(until, latest):
        if (size := results.stat().st_size) > seen:
            seen, until = size, time.monotonic() + seconds + 5
        time.sleep(0.05)
    return process.poll() is not None


def _end(process: subprocess.Popen) -> None:
    """End the process and those that it started."""
    if hasattr(os, "killpg"):
        with suppress(ProcessLookupError, PermissionError):
            os.killpg(process.pid, signal.SIGKILL)
    process.kill()
    process.wait()


def _environment(scratch: Path) -> dict[str, str]:
    """Variables of the process: none of the lecturer's own, which may hold passwords."""
    kept = {name: os.environ[name] for name in ("PATH", "LD_LIBRARY_PATH", "SYSTEMROOT") if name in os.environ}
    path = os.pathsep.join(str(Path(entry).resolve()) for entry in sys.path if entry)
    threads = {name: "1" for name in ("OMP_NUM_THREADS", "OPENBLAS_NUM_THREADS", "MKL_NUM_THREADS")}
    return {**kept, **threads, "PYTHONPATH": path, "HOME": str(scratch), "TMPDIR": str(scratch), "PYTHONHASHSEED": "0"}


def _notebooks(folder: Path) -> list[Path]:
    if not folder.is_dir():
        raise ValueError(f"{folder}: there is no such folder")
    found = sorted(path for path in folder.rglob("*.ipynb") if path.is_file() and not path.is_symlink())
    return [path for path in found if not any(part.startswith(".") for part in path.relative_to(folder).parts)]


def table(grades: Iterable[Grade]) -> str:
    """The grades as CSV. A text that a spreadsheet would take for a formula gets an apostrophe before it."""
    text = io.StringIO()
    lines = csv.writer(text, lineterminator="\n")
    lines.writerow(field.name for field in fields(Grade))
    lines.writerows(map(as_text, astuple(one)) for one in grades)
    return text.getvalue()


def read_grades(path: Path) -> list[Grade]:
    """Read a table of grades; ValueError if the file is another one."""
    wanted = [field.name for field in fields(Grade)]
    with path.open(encoding="utf-8", newline="") as file:
        rows = list(csv.reader(file))
    if not rows or rows[0] not in (wanted, wanted[:-1]) or any(len(row) != len(rows[0]) for row in rows):
        raise ValueError(f"{path} exists and is no table of grades: expected the columns {', '.join(wanted)}")
    return [Grade(*(cell.removeprefix("'") for cell in row)) for row in rows[1:]]
