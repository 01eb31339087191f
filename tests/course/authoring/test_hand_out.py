"""Students get lessons without outputs and answers, instructors with every solution; nothing is overwritten."""

import json
import zipfile

import pytest
from course_files import NOTEBOOKS, run_course
from nbconvert import SlidesExporter

from liftkit.course.authoring import manifest
from liftkit.course.authoring.hand_out import copy_lessons, exam_copy, hand_out, student_copy
from liftkit.course.authoring.publish import stale_texts


def cells_of(path):
    return json.loads(path.read_text(encoding="utf-8"))["cells"]


def code(source, **more):
    return {"cell_type": "code", "id": "a", "metadata": {}, "outputs": [{}], "execution_count": 3,
            "source": source.splitlines(keepends=True), **more}  # fmt: skip


def test_a_copy_has_every_cell_and_no_output_and_the_lesson_stays_executed(tmp_path):
    before = (NOTEBOOKS / "01_the_lifting_problem.ipynb").read_bytes()
    assert copy_lessons(NOTEBOOKS, tmp_path / "mine", ["01"]) == ["01_the_lifting_problem.ipynb"]
    copied, original = (cells_of(folder / "01_the_lifting_problem.ipynb") for folder in (tmp_path / "mine", NOTEBOOKS))
    code_cells = [cell for cell in copied if cell["cell_type"] == "code"]
    assert code_cells and all(cell["outputs"] == [] and cell["execution_count"] is None for cell in code_cells)
    kept, there = ([cell["source"] for cell in cells if cell["id"] != "liftkit-next"] for cells in (original, copied))
    assert there[: len(kept)] == kept
    assert (NOTEBOOKS / "01_the_lifting_problem.ipynb").read_bytes() == before
    assert any(cell.get("outputs") for cell in original)


def test_an_answer_that_was_left_in_a_lesson_is_not_handed_out():
    solved = "def mean_error(pred, truth):\n    return 5\n\n\nexercise('00.1').check(mean_error)"
    letter = "exercise('00.2').check('a')"
    cells = student_copy({"metadata": {"widgets": {}}, "cells": [code(solved), code(letter), code("x = 5")]})["cells"]
    first, second, third = ("".join(cell["source"]) for cell in cells)
    assert "return 5" not in first and first.startswith("def mean_error(pred, truth):") and "check(mean_error)" in first
    assert "'a'" not in second and '"a"' not in second and 'exercise("00.2").check(' in second
    assert third == "x = 5"
    assert student_copy({"metadata": {"widgets": {}}, "cells": []})["metadata"] == {}


def test_a_hand_out_has_an_archive_and_the_solutions_for_instructors_only(tmp_path):
    files = hand_out(NOTEBOOKS, tmp_path / "week", ["02"])
    assert files == ["02_the_adversarial_game.ipynb"]
    student, instructor = ((tmp_path / "week" / who / files[0]).read_text() for who in ("student", "instructor"))
    solution = "return ((d_real - 1) ** 2).mean() + (d_view**2).mean()"
    assert solution in instructor and solution not in student
    assert "Solution of 02.1" in instructor and "Solution of" not in student
    with zipfile.ZipFile(tmp_path / "week" / "student.zip") as archive:
        assert [name for name in archive.namelist() if not name.endswith("/")] == [f"student/{files[0]}"]
        assert archive.read(f"student/{files[0]}").decode() == student


def test_all_lessons_come_with_their_manifest_so_they_are_a_course(tmp_path, folder):
    mine = tmp_path / "of my own" / "mine"
    mine.parent.mkdir()
    files = copy_lessons(folder, mine)
    course = manifest.read_course(mine)
    assert [lesson.file for lesson in course.lessons] == files
    assert manifest.compare(course, mine) == [] and stale_texts(course, mine) == {}


@pytest.mark.slow
def test_a_lecturers_copy_can_be_shown_as_slides(tmp_path):
    hand_out(NOTEBOOKS, tmp_path / "week", ["02"])
    slides, _ = SlidesExporter().from_filename(str(tmp_path / "week/instructor/02_the_adversarial_game.ipynb"))
    headings = [line for cell in cells_of(NOTEBOOKS / "02_the_adversarial_game.ipynb") for line in cell["source"][:1]
                if cell["cell_type"] == "markdown" and line.startswith(("# ", "## "))]  # fmt: skip
    assert slides.count("<section><section>") == len(headings) > 3


def test_links_lead_only_to_lessons_that_are_handed_out(tmp_path):
    hand_out(NOTEBOOKS, tmp_path / "week", ["00", "02"])
    for path in (tmp_path / "week" / "student").iterdir():
        text = path.read_text()
        assert "01_the_lifting_problem.ipynb" not in text and "13_your_own_poses.ipynb" not in text
    assert "02_the_adversarial_game.ipynb" in (tmp_path / "week/student/00_start_here.ipynb").read_text()


def test_an_exam_begins_with_the_cell_that_closes_solutions():
    notebook = {"metadata": {}, "cells": [{"cell_type": "markdown", "id": "t", "source": ["# 02"]}, code("x = 5")]}
    _, exam, rest = exam_copy(notebook)["cells"]
    assert "begin_exam()" in "".join(exam["source"]) and "".join(rest["source"]) == "x = 5"


def test_an_exams_tasks_and_solutions_are_files_of_their_own(tmp_path):
    hand_out(NOTEBOOKS, tmp_path / "exam", ["02"], exam=True)
    asked = json.loads((tmp_path / "exam" / "student" / "exam.json").read_text())
    solved = "return ((d_real - 1) ** 2).mean()"
    assert list(asked) == ["02.1", "02.2"] and solved not in json.dumps(asked)
    assert solved in (tmp_path / "exam" / "instructor" / "solutions.md").read_text()
    with zipfile.ZipFile(tmp_path / "exam" / "student.zip") as archive:
        assert "student/exam.json" in archive.namelist() and "student/solutions.md" not in archive.namelist()


def test_exercises_of_ones_own_go_with_the_lessons_but_not_into_an_exam(tmp_path, folder):
    (folder / "exercises.py").write_text("EXERCISES = {}")
    copy_lessons(folder, tmp_path / "mine", ["02"])
    hand_out(folder, tmp_path / "exam", ["02"], exam=True)
    found = [path.relative_to(tmp_path).as_posix() for path in tmp_path.rglob("exercises.py")]
    assert sorted(found) == ["exam/instructor/exercises.py", "mine/exercises.py", "notebooks/exercises.py"]


def test_what_is_there_is_not_overwritten_and_unknown_lessons_are_named(tmp_path):
    (tmp_path / "mine").mkdir()
    assert run_course("copy", tmp_path / "mine").exit_code == 2
    assert list((tmp_path / "mine").iterdir()) == []
    result = run_course("hand-out", tmp_path / "week", "--lessons", "02,77")
    assert result.exit_code == 2 and "77" in result.stderr
    assert [path.name for path in tmp_path.iterdir()] == ["mine"]


def test_the_lessons_are_found_here_or_in_the_clone_or_in_the_package(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    assert manifest.lessons_folder().resolve() == NOTEBOOKS.resolve()
    package = tmp_path / "site" / "liftkit"
    monkeypatch.setattr(manifest, "__file__", str(package / "course" / "authoring" / "manifest.py"))
    lessons = package / "course" / "lessons"
    lessons.mkdir(parents=True)
    (lessons / "course.toml").touch()
    assert manifest.lessons_folder() == lessons
    (tmp_path / "notebooks").mkdir()
    (tmp_path / "notebooks" / "course.toml").touch()
    assert manifest.lessons_folder().resolve() == tmp_path / "notebooks"


@pytest.mark.slow
def test_every_lesson_has_a_student_copy_whose_exercises_are_stubs(tmp_path):
    from liftkit.course import all_exercises
    from liftkit.course.grading.answers import is_stub, submitted

    found = set()
    for name in copy_lessons(NOTEBOOKS, tmp_path / "mine"):
        for cell in cells_of(tmp_path / "mine" / name):
            found |= {number for number in submitted(cell) if is_stub(cell, number)}
    assert found == set(all_exercises())
