"""Exercises of one's own come from a file beside the notebooks; answers are counted."""

import pytest

import liftkit.course
from liftkit.course import add_exercises, all_exercises, exercise, lesson_exercises
from liftkit.course.exercise import ATTEMPTS

FILE = """
import math

from liftkit.course.exercise import Coding, Reasoning

task = dict(title="T", task="Which?", hint_1="1", hint_2="2")


def half(x):
    return x / 2


def check_half(student):
    assert math.isclose(student(4.0), 2.0)


EXERCISES = {
    "77.1": Reasoning(**task, options={"yes": "so it is", "no": "it is not"}, answer="b"),
    "77.2": Coding(**task, reference=half, checks=check_half, conclusion="Half."),
}
"""


@pytest.fixture
def folder(tmp_path, monkeypatch):
    monkeypatch.setattr(liftkit.course, "_own", {})
    monkeypatch.chdir(tmp_path)
    (tmp_path / "exercises.py").write_text(FILE)
    return tmp_path


def test_they_are_found_beside_the_notebook_and_are_like_any_other(folder):
    assert exercise("77.1").check("b").status == "correct" and exercise("77.1").number == "77.1"
    assert exercise("77.2").check(lambda x: x / 2).status == "correct"
    assert "return x / 2" in exercise("77.2").solution()
    assert list(all_exercises())[-2:] == ["77.1", "77.2"] and list(lesson_exercises("77")) == ["77.1", "77.2"]
    with pytest.raises(ValueError, match="77.3.*77.1, 77.2"):
        exercise("77.3")


def test_a_file_of_the_working_folder_is_only_executed_for_an_exercise_that_is_asked_for(folder):
    (folder / "exercises.py").write_text("raise SystemExit('executed')")
    all_exercises()
    exercise("02.1")
    with pytest.raises(SystemExit):
        exercise("77.1")


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("x = 1", "expected EXERCISES.*None"),
        ("EXERCISES = {'one': 1}", "expected EXERCISES"),
        (FILE.replace("77.", "02."), "02.1"),
    ],
)
def test_a_file_without_exercises_or_with_taken_numbers_is_refused(folder, text, words):
    (folder / "exercises.py").write_text(text)
    with pytest.raises(ValueError, match=f"exercises.py: .*{words}"):
        add_exercises(folder / "exercises.py")


def test_answers_are_counted_and_stubs_and_use_are_not():
    ATTEMPTS.clear()
    first, second = (exercise("00.2").check(letter) for letter in "bb")
    assert "attempt" not in repr(first) and repr(second).startswith("00.2: incorrect (attempt 2). ")
    assert "(attempt 2)" in second._repr_html_() and "(attempt 2)" in second._repr_markdown_()
    assert exercise("00.2").check(...).attempt == 2
    exercise("01.1").use(lambda x3d: x3d[..., :2])
    assert "01.1" not in ATTEMPTS
