"""A folder of notebooks is graded in processes that hostile code cannot leave; a stop loses nothing."""

import ctypes
import json
import os
import socket
import subprocess
import sys
from pathlib import Path

import pytest
from course_files import NOTEBOOKS, run_course

import liftkit.course
from liftkit.course import all_exercises
from liftkit.course.exercise import Coding, Reasoning
from liftkit.course.grading import grade as grading
from liftkit.course.grading.answers import Attempt
from liftkit.course.grading.grade import (
    Grade,
    grade_folder,
    grade_notebook,
    read_grades,
    read_lessons,
    run_attempts,
    table,
)
from liftkit.course.grading.page import grades_page

RIGHT = "def discriminator_loss(d_real, d_view):\n    return ((d_real - 1) ** 2).mean() + (d_view**2).mean()"
WRONG = "def discriminator_loss(d_real, d_view):\n    return ((d_real - 1) ** 2).mean()"
CHECK = 'exercise("02.2").check(discriminator_loss)'
VIEW = 'import torch\n\ndef random_view(x3d, azimuth):\n    BODY\n\nexercise("02.1").check(random_view)'
ROTATED = (
    "c, s = torch.cos(azimuth)[:, None], torch.sin(azimuth)[:, None]\n    x, y, z = x3d.unbind(-1)\n"
    "    return torch.stack([c * x + s * z, y, c * z - s * x], dim=-1)"
)


def write(path, *sources, heading="# 02 The adversarial game"):
    path.parent.mkdir(parents=True, exist_ok=True)
    cells = [{"cell_type": "markdown", "metadata": {}, "source": [heading]}]
    cells += [{"cell_type": "code", "metadata": {}, "outputs": [], "source": [source]} for source in sources]
    path.write_text(json.dumps({"cells": cells, "metadata": {}, "nbformat": 4, "nbformat_minor": 5}))
    return path


def graded(path, seconds=20):
    grades = grade_notebook(path, path.name, "0", seconds, read_lessons(NOTEBOOKS))
    return {one.exercise: (one.status, one.message) for one in grades}


@pytest.mark.slow
def test_right_wrong_missing_and_broken_answers_are_told_apart(tmp_path):
    rotated = VIEW.replace("BODY", ROTATED)
    found = graded(write(tmp_path / "right.ipynb", rotated, RIGHT, CHECK))
    assert [status for status, _ in found.values()] == ["correct", "correct"]
    found = graded(
        write(tmp_path / "mixed.ipynb", "raise_here = 1 / 0", VIEW.replace("BODY", "return ..."), WRONG, CHECK)
    )
    assert found["02.1"][0] == "not attempted"
    assert found["02.2"][0] == "incorrect" and "must be 1, found 0" in found["02.2"][1]
    found = graded(write(tmp_path / "broken.ipynb", VIEW.replace("BODY", "return x3d +"), "loss = 1 / 0", RIGHT, CHECK,
                         'exercise("02.2").check(loss)'))  # fmt: skip
    assert found["02.1"][0] == "not understood" and "line" in found["02.1"][1]
    assert found["02.2"][0] == "correct"  # the best of two attempts
    found = graded(
        write(tmp_path / "empty.ipynb", "exercise('02.2')", "from liftkit.losses import discriminator_loss", CHECK)
    )
    assert found["02.1"] == ("not attempted", "No cell hands it in.")
    assert found["02.2"][0] == "not understood" and "liftkit.losses" in found["02.2"][1]


@pytest.mark.slow
def test_what_a_notebook_lacks_is_taken_from_the_lesson(tmp_path):
    arm = 'def arm(x3d):\n    other = x3d.copy()\n    joint = H36M_17.index("left_wrist")\n'  # imported by the lesson
    arm += "    other[..., joint, 2] = 2 * x3d[..., H36M_17.parents[joint], 2] - x3d[..., joint, 2]\n    return other"
    path = write(tmp_path / "x.ipynb", arm, 'exercise("01.2").check(arm)', heading="# 01 The lifting problem")
    found = graded(path)
    assert found["01.1"] == ("not attempted", "No cell hands it in.")
    assert found["01.2"][0] == "correct"


@pytest.mark.slow
def test_the_best_of_many_attempts_counts(tmp_path):
    assert graded(write(tmp_path / "x.ipynb", RIGHT, CHECK, *[WRONG, CHECK] * 9))["02.2"][0] == "correct"


@pytest.mark.slow
def test_a_process_that_writes_for_ever_is_ended(tmp_path, monkeypatch):
    monkeypatch.setattr(grading, "START", 5.0)
    endless = "import time\nwhile True:\n    print(flush=True)\n    time.sleep(0.01)"
    with (tmp_path / "results").open("wb") as output:
        process = subprocess.Popen([sys.executable, "-c", endless], stdout=output)
    try:
        assert not grading._wait(process, tmp_path / "results", -4.9, 9)  # 0.1 s for each exercise
    finally:
        process.kill()
        process.wait()


def solved(one):
    """A notebook's cell with the right answer to an exercise."""
    if isinstance(one, Coding):
        source = one.solution().partition("```python\n")[2].partition("\n```")[0]
        return f'{source}\n\n\nexercise("{one.number}").check({one.reference.__name__})'
    right = one.answer if isinstance(one, Reasoning) else one.measure()
    return f'exercise("{one.number}").check({sorted(right) if isinstance(right, (set, frozenset)) else right!r})'


@pytest.mark.thorough
def test_every_right_answer_is_correct_behind_the_fence(tmp_path):
    lessons = {}
    for number, one in all_exercises().items():
        lessons.setdefault(number[:2], []).append(solved(one))
    for lesson, sources in lessons.items():
        write(tmp_path / f"ada_{lesson}.ipynb", *sources, heading=f"# {lesson} Solved")
    grades = grade_folder(tmp_path, tmp_path / "grades.csv", seconds=300)
    assert [grade.exercise for grade in grades] == list(all_exercises())
    assert [grade for grade in grades if grade.status != "correct"] == []


HOSTILE = {
    "endless loop": "while True:\n    pass",
    "endless loop in C": "x = 10**10**10",
    "exit": "import os\nos._exit(0)",
    "memory": "hoard = bytearray(40 * 2**30)",
    "more and more memory": "hoard = []\nwhile True:\n    hoard.append(bytearray(2**28))",
    "file deletion": "import shutil\nshutil.rmtree('SUBMISSIONS')",
    "one file's deletion": "import os\nos.remove('SUBMISSIONS/kept.txt')",
    "overwriting": "open('SUBMISSIONS/kept.txt', 'w')",
    "fork bomb": "import os\nwhile True:\n    os.fork()",
    "another program": "import subprocess\nsubprocess.run(['touch', 'SUBMISSIONS/made'])",
    "the network": "import socket\nsocket.create_connection(('127.0.0.1', PORT))",
}


@pytest.mark.long
@pytest.mark.skipif(os.name == "nt", reason="Windows has no limits on memory")
def test_hostile_code_is_not_understood_harms_nothing_and_the_rest_is_graded(tmp_path):
    kept = tmp_path / "submissions" / "kept.txt"
    kept.parent.mkdir()
    kept.write_text("kept")
    cells, attempts = [], {}
    numbers = [number for number in all_exercises() if number != "02.2"]
    with socket.create_server(("127.0.0.1", 0)) as server:
        for number, code in zip(numbers, HOSTILE.values(), strict=False):
            code = code.replace("SUBMISSIONS", str(kept.parent)).replace("PORT", str(server.getsockname()[1]))
            cells.append("def attack():\n    " + "\n    ".join(code.splitlines()) + "\n\nvalue = attack()")
            attempts[number] = [Attempt(number, [(len(cells) - 1, 0), (len(cells) - 1, 1)], "value")]
        cells.append(RIGHT)
        attempts["02.2"] = [Attempt("02.2", [(len(cells) - 1, 0)], "discriminator_loss")]
        found = run_attempts(cells, attempts, seconds=15)
        server.settimeout(0)
        with pytest.raises(BlockingIOError):
            server.accept()
    assert found.pop("02.2")[0] == "correct"
    what = dict(zip(HOSTILE, found.values(), strict=True))
    assert {kind for kind, (status, _) in what.items() if status != "not understood"} == set()
    refused = {kind for kind, (_, message) in what.items() if "not allowed while grading" in message}
    assert refused >= set(HOSTILE) - {"endless loop", "endless loop in C", "exit", "memory", "more and more memory"}
    assert "MemoryError" in what["memory"][1] and "15 seconds" in what["endless loop"][1]
    assert kept.read_text() == "kept" and list(kept.parent.iterdir()) == [kept]


@pytest.mark.slow
@pytest.mark.skipif(not sys.platform.startswith("linux"), reason="Landlock is Linux's")
def test_the_kernel_refuses_what_pythons_hook_does_not_see(tmp_path):
    code = (
        "import ctypes, sys\nfrom pathlib import Path\nfrom liftkit.system.fence import limit_process\n"
        "limit_process(Path(sys.argv[1]), 60)\nopen(sys.argv[1] + '/own', 'w')\n"
        "print(ctypes.CDLL(None).unlink(sys.argv[2].encode()))"
    )
    (tmp_path / "kept").touch()
    (tmp_path / "scratch").mkdir()
    command = [sys.executable, "-c", code, tmp_path / "scratch", tmp_path / "kept"]
    done = subprocess.run(command, capture_output=True, text=True)
    if done.stdout.strip() == "0" and not landlock():
        pytest.skip("this kernel has no Landlock")
    assert done.stdout.strip() == "-1", done.stderr
    assert (tmp_path / "kept").exists() and (tmp_path / "scratch" / "own").exists()


def landlock() -> bool:
    return ctypes.CDLL(None).syscall(444, None, 0, 1) > 0


@pytest.fixture
def instead(monkeypatch):
    """Answers are not run: each is correct. Returns the names of the notebooks that were graded."""
    ran = []
    original = grading.grade_notebook

    def watched(path, name, *rest):
        ran.append(name)
        return original(path, name, *rest)

    monkeypatch.setattr(grading, "grade_notebook", watched)
    monkeypatch.setattr(grading, "run_attempts", lambda cells, attempts, *_: {n: ("correct", "Yes.") for n in attempts})
    return ran


def test_a_second_call_grades_only_what_is_new_or_changed(tmp_path, instead):
    folder, out = tmp_path / "submissions", tmp_path / "grades.csv"
    for name in ("ada/02.ipynb", "bob/02.ipynb"):
        write(folder / name, RIGHT, CHECK)
    write(folder / "ada/.ipynb_checkpoints/02.ipynb", RIGHT, CHECK)
    first = grade_folder(folder, out)
    assert sorted(instead) == ["ada/02.ipynb", "bob/02.ipynb"]
    assert [(g.notebook, g.exercise, g.status) for g in first] == [
        (name, number, status)
        for name in ("ada/02.ipynb", "bob/02.ipynb")
        for number, status in (("02.1", "not attempted"), ("02.2", "correct"))
    ]
    assert read_grades(out) == first
    instead.clear()
    write(folder / "bob/02.ipynb", RIGHT)
    write(folder / "cy.ipynb", RIGHT)
    assert {g.notebook for g in grade_folder(folder, out)} == {"ada/02.ipynb", "bob/02.ipynb", "cy.ipynb"}
    assert sorted(instead) == ["bob/02.ipynb", "cy.ipynb"]


def test_what_is_graded_is_kept_if_grading_stops(tmp_path, instead, monkeypatch):
    folder, out = tmp_path / "submissions", tmp_path / "grades.csv"
    for name in ("a", "b", "c"):
        write(folder / f"{name}.ipynb", RIGHT, CHECK)
    monkeypatch.setattr(grading, "cores", lambda: 1)

    def stop(grades):
        reports.append(grades)
        if len(reports) == 2:
            raise KeyboardInterrupt

    reports = []
    with pytest.raises(KeyboardInterrupt):
        grade_folder(folder, out, report=stop)
    done = {grade.notebook for grade in read_grades(out)}
    assert len(done) == 2
    instead.clear()
    grade_folder(folder, out)
    assert set(instead) == {"a.ipynb", "b.ipynb", "c.ipynb"} - done


@pytest.mark.parametrize("text", ["", "{", "[]", '{"cells": 3}', '{"cells": [{"cell_type": "code"}]}', "\x00"])
def test_a_file_that_is_no_notebook_becomes_a_row(text, tmp_path):
    (tmp_path / "odd.ipynb").write_text(text)
    (grade,) = grade_notebook(tmp_path / "odd.ipynb", "odd.ipynb", "0", 1, read_lessons(NOTEBOOKS))
    assert grade.status == "not understood" and grade.exercise == "" and grade.message


@pytest.mark.parametrize(
    ("name", "heading", "code", "lesson"),
    [
        ("x.ipynb", "# 02 The adversarial game", "", "02"),
        ("ada_05_the_full_pose.ipynb", "My notes", "", "05"),
        ("x.ipynb", "My notes", 'exercise("06.1").check(f)', "06"),
        ("x.ipynb", "My notes", "", None),
    ],
)
def test_the_lesson_is_found_without_the_files_name(name, heading, code, lesson, tmp_path):
    notebook = json.loads(write(tmp_path / "x.ipynb", code, heading=heading).read_text())
    exercises = {"02": ["02.1"], "04": [], "05": ["05.1"], "06": ["06.1"]}
    assert grading.expected_lessons(notebook, name, exercises) == ([lesson] if lesson else [])


def test_a_folder_without_notebooks_and_a_foreign_table_are_refused(tmp_path):
    with pytest.raises(ValueError, match="no notebook"):
        grade_folder(tmp_path, tmp_path / "grades.csv")
    with pytest.raises(ValueError, match="no such folder"):
        grade_folder(tmp_path / "absent", tmp_path / "grades.csv")
    write(tmp_path / "02.ipynb", RIGHT)
    other = tmp_path / "other.csv"
    other.write_text("name,points\nada,3\n")
    result = run_course("grade", tmp_path, "--out", other)
    assert result.exit_code == 2 and "no table of grades" in result.stderr
    assert other.read_text() == "name,points\nada,3\n"


def test_the_attempts_that_a_notebook_shows_are_in_the_table_and_on_the_page(tmp_path, instead):
    path = write(tmp_path / "02.ipynb", RIGHT, CHECK)
    notebook = json.loads(path.read_text())
    said = [("02.1", ""), ("02.2", ""), ("02.2", " (attempt 3)"), ("02.2", " (attempt 2)"), ("02.2x", " (attempt 9)")]
    outputs = [
        {"output_type": "execute_result", "data": {"text/plain": [f"{n}: incorrect{text}. No."]}} for n, text in said
    ]
    notebook["cells"][1]["outputs"] = outputs
    path.write_text(json.dumps(notebook))
    grades = grade_folder(tmp_path, tmp_path / "grades.csv")
    assert [(one.exercise, one.attempts) for one in grades] == [("02.1", "1"), ("02.2", "3")]
    assert read_grades(tmp_path / "grades.csv") == grades
    assert "<td>✓ 3</td>" in grades_page(grades)
    older = (tmp_path / "grades.csv").read_text().replace(",attempts", "").replace(",1\n", "\n").replace(",3\n", "\n")
    (tmp_path / "grades.csv").write_text(older)
    assert [one.attempts for one in read_grades(tmp_path / "grades.csv")] == ["", ""]


OWN = """
from liftkit.course.exercise import Reasoning
task = dict(title="T", task="Which?", hint_1="1", hint_2="2")
EXERCISES = {"77.1": Reasoning(**task, options={"yes": "so it is", "no": "it is not"}, answer="b")}
"""


@pytest.mark.slow
def test_exercises_of_ones_own_are_graded_by_the_lesson_that_course_toml_gives_them(tmp_path, monkeypatch):
    monkeypatch.setattr(liftkit.course, "_own", {})
    (tmp_path / "exercises.py").write_text(OWN)
    manifest = 'title = "T"\nrepository = ""\nbranch = "main"\n[[lesson]]\nfile = "mine.ipynb"\ntitle = "My lesson"\n'
    manifest += 'minutes = 5\nnumber = "05"\nobjectives = ["See."]\nexercises = ["77.1"]\n'
    (tmp_path / "course.toml").write_text(manifest)
    write(tmp_path / "in" / "ada.ipynb", 'exercise("77.1").check("b")', heading="# 05 My lesson")
    result = run_course("grade", tmp_path / "in", "--out", tmp_path / "g.csv", "--folder", tmp_path)
    assert result.exit_code == 0, result.output
    assert [(one.exercise, one.status) for one in read_grades(tmp_path / "g.csv")] == [("77.1", "correct")]


def test_a_formula_stays_text_in_a_spreadsheet(tmp_path):
    grades = [Grade("=cmd.ipynb", "02.1", "incorrect", "+1\nline", "0"), Grade("b", "02.2", "correct", "a,b", "1")]
    out = tmp_path / "grades.csv"
    out.write_text(table(grades))
    assert "\n'=cmd.ipynb," in out.read_text() and read_grades(out) == grades


def test_the_page_counts_and_names_the_most_common_slip_and_escapes_what_students_wrote():
    grades = [
        Grade("a", "02.1", "incorrect", "The loss must be 1, found 0.5.", "0"),
        Grade("b", "02.1", "incorrect", "The loss must be 1, found 0.7.", "0"),
        Grade("c", "02.1", "incorrect", "Expected a function.", "0"),
        Grade("d", "02.1", "correct", "Good.", "0"),
        Grade("<script>", "02.2", "not understood", "<img src=x>", "0"),
        Grade("e", "", "not understood", "no notebook", "0"),
    ]
    page = grades_page(grades)
    assert "<script>" not in page and "<img" not in page and "&lt;img" in page
    cells = ["<td>02.1</td>", "<td>A view from another side</td>", "<td>1</td>", "<td>3</td>", "<td>0</td>"]
    assert "".join(cells) in "".join(line.strip() for line in page.splitlines())
    assert "2 of 3" in page and "found 0.5" in page and "Grades of 6 notebooks" in page
    assert "http" not in page


def test_the_grades_do_not_see_the_lecturers_variables(monkeypatch):
    monkeypatch.setenv("SECRET_TOKEN", "x")
    assert "SECRET_TOKEN" not in grading._environment(Path("x"))
