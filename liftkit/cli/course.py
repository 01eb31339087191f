"""liftkit course: list, check, hand out and grade the course, and publish it under one's own name."""

from __future__ import annotations

import time
from pathlib import Path
from typing import Annotated

import typer
from typer import Argument, Option

from liftkit.cli.common import friendly, say, show_table, stoppable
from liftkit.cli.options import Source

course = typer.Typer(
    no_args_is_help=True, help="The course: list, check, hand out and grade it; publish it as your own."
)

FolderOption = Annotated[Path, Option(help="The folder of the lessons and course.toml.")]
Chosen = Annotated[str, Option("--lessons", help="Numbers such as 00,03; all by default.")]
NOTEBOOKS = Path("notebooks")


@course.command("site")
@friendly
def site(
    out: Annotated[Path, Option(help="The folder to write: new, empty, or an earlier site.")] = Path("site"),
    folder: Source = None,
) -> None:
    """Write the executed lessons as a web site that needs no server and no network.

    Example: `liftkit course site --out site`
    """
    from liftkit.course.authoring.manifest import lessons_folder
    from liftkit.course.site.build import build_site

    say("Making every widget of the lessons once more, so that its page answers without a kernel: some minutes.")
    files = build_site(folder or lessons_folder(), out)
    size = sum(path.stat().st_size for path in files)
    say(f"Wrote {len(files)} files, {size / 1e6:.1f} MB. Open {files[0]} in a browser, or copy the folder to a server.")


@course.command("list")
@friendly
def list_(folder: Source = None) -> None:
    """List the lessons: minutes and exercises.

    Example: `liftkit course list`
    """
    import pandas as pd

    from liftkit.course.authoring.manifest import lessons_folder, read_course

    read = read_course(folder or lessons_folder())
    rows = [(one.number, one.title, one.minutes, ", ".join(one.exercises)) for one in read.lessons]
    show_table(pd.DataFrame(rows, columns=["lesson", "title", "minutes", "exercises"]), read.title)


@course.command("check")
@friendly
def check(folder: FolderOption = NOTEBOOKS) -> None:
    """Compare course.toml with the lessons; check that these run anywhere, that their links are up to date, and that
    each figure in their text has a source in the lesson.

    Example: `liftkit course check`
    """
    from liftkit.course.authoring.lint import course_problems
    from liftkit.course.authoring.manifest import read_course

    read = read_course(folder)
    problems = course_problems(read, folder)
    if problems:
        say("\n".join(problems), err=True)
        raise typer.Exit(1)
    count = sum(len(one.exercises) for one in read.lessons)
    say(f"Lessons and manifest agree: lessons {len(read.lessons)}, exercises {count}.")


@course.command("copy")
@friendly
def copy(
    to: Annotated[Path, Argument(metavar="DIR", help="A new folder.")], lessons: Chosen = "", folder: Source = None
) -> None:
    """Copy the lessons, without outputs, to work on them.

    Example: `liftkit course copy my_course`
    """
    from liftkit.course.authoring.hand_out import copy_lessons
    from liftkit.course.authoring.manifest import lessons_folder

    files = copy_lessons(folder or lessons_folder(), to, _split(lessons))
    say(f"Lessons copied to {to}: {len(files)}. To begin: jupyter lab {to / files[0]}")


@course.command("hand-out")
@friendly
def hand_out_(
    to: Annotated[Path, Argument(metavar="DIR", help="A new folder.")],
    lessons: Chosen = "",
    exam: Annotated[bool, Option(help="Close hints and solutions in the students' copies.")] = False,
    folder: Source = None,
) -> None:
    """Write the students' copies, also as a zip archive, and the instructors' with all solutions.

    Example: `liftkit course hand-out week_1 --lessons 00,01`
    """
    from liftkit.course.authoring.hand_out import hand_out
    from liftkit.course.authoring.manifest import lessons_folder

    files = hand_out(folder or lessons_folder(), to, _split(lessons), exam)
    say(f"Lessons: {len(files)}. For students: {to / 'student.zip'} and {to / 'student'}; solved: {to / 'instructor'}.")


@course.command("grade")
@friendly
def grade(
    submissions: Annotated[Path, Argument(metavar="FOLDER", help="Notebooks, in it and in folders below.")],
    out: Annotated[Path, Option(help="The table; a page of the same name (.html) is written beside it.")],
    seconds: Annotated[float, Option(min=1, help="That the code of one exercise may take.")] = 60,
    folder: Source = None,
) -> None:
    """Grade students' notebooks, each in a process of its own with limits; the same command goes on after a stop.

    Example: `liftkit course grade submissions --out grades.csv`
    """
    from liftkit.course.grading.grade import grade_folder
    from liftkit.course.grading.page import grades_page
    from liftkit.system.files import write_atomically

    def report(grades) -> None:
        say(f"{grades[0].notebook}: " + ", ".join(f"{one.exercise} {one.status}".strip() for one in grades))

    with stoppable(f"What is graded is kept in {out}: the same command goes on."):
        grades = grade_folder(submissions, out, seconds, report, folder)
    page = out.with_suffix(".html")
    write_atomically(page, lambda file: file.write(grades_page(grades).encode("utf-8", "replace")))
    say(f"Notebooks: {len({one.notebook for one in grades})}. Table: {out}. Page: {page}.")


@course.command("run")
@friendly
def run_(
    lessons: Annotated[list[str] | None, Argument(help="Numbers such as 03; all by default.")] = None,
    folder: FolderOption = NOTEBOOKS,
) -> None:
    """Run lessons from top to bottom and store their outputs.

    Example: `liftkit course run 03`
    """
    from liftkit.course.authoring.manifest import read_course
    from liftkit.course.authoring.run_lesson import run_lesson

    listed = {lesson.number: lesson.file for lesson in read_course(folder).of(lessons or ()).lessons}
    for number in lessons or listed:
        start = time.perf_counter()
        run_lesson(folder / listed[number])
        say(f"{listed[number]}: {time.perf_counter() - start:.0f} s")


@course.command("set-repository")
@friendly
def set_repository_(
    repository: Annotated[str, Argument(help="OWNER/NAME, or an address; without it, all links are removed.")] = "",
    branch: Annotated[str, Option(help="The branch that links open.")] = "main",
    hub: Annotated[str | None, Option(help="A JupyterHub with nbgitpuller, such as https://hub.uni.edu.")] = None,
    folder: FolderOption = NOTEBOOKS,
) -> None:
    """Write the links to Colab, Kaggle, Binder, VS Code and a JupyterHub, and the set-up cell, into every lesson.

    Example: `liftkit course set-repository OWNER/NAME`
    """
    from liftkit.course.authoring.publish import set_repository

    _show_changed(set_repository(folder, repository, branch, hub))


@course.command("tidy")
@friendly
def tidy_(notebooks: Annotated[list[Path], Argument(help="Notebooks, which are repaired in place.")]) -> None:
    """Repair notebooks: unique cell ids, slides, texts of pictures, and widget state as Colab saves it.

    Example: `liftkit course tidy my_lesson.ipynb`
    """
    from liftkit.course.authoring.tidy import tidy_notebook

    for path in notebooks:
        say("\n".join(f"{path}: {one}" for one in tidy_notebook(path) or ["nothing to repair"]))


@course.command("update")
@friendly
def update_(folder: FolderOption = NOTEBOOKS) -> None:
    """Write the links between lessons, the index and the README's table from course.toml.

    Example: `liftkit course update`
    """
    from liftkit.course.authoring.publish import update

    _show_changed(update(folder))


def _split(lessons: str) -> list[str]:
    return [number.strip() for number in lessons.split(",") if number.strip()]


def _show_changed(changed: list[str]) -> None:
    say(f"Changed: {', '.join(changed)}." if changed else "Nothing to change.")
