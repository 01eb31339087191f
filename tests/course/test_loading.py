"""Exercises are found by their lesson: one module is imported for one exercise, and the files say which there are."""

import json
import subprocess
import sys
from pathlib import Path

import pytest

from liftkit.course import all_exercises, exercise, exercises, lesson_exercises

LOADED = """
import json, sys
from liftkit.course import exercise
try:
    exercise(sys.argv[1])
except ValueError:
    pass
print(json.dumps([name.split(".")[-1] for name in sys.modules if ".exercises.lesson_" in name]))
"""


@pytest.mark.slow
@pytest.mark.parametrize(("number", "loaded"), [("02.1", ["lesson_02"]), ("02.9", ["lesson_02"]), ("97.1", [])])
def test_one_exercise_imports_its_own_lesson_only(number, loaded):
    result = subprocess.run([sys.executable, "-c", LOADED, number], capture_output=True, text=True, check=True)
    assert json.loads(result.stdout) == loaded


def test_an_unknown_number_lists_those_of_its_lesson_or_the_lessons():
    with pytest.raises(ValueError, match=r"'02\.9'.* 02\.1, 02\.2$"):
        exercise("02.9")
    with pytest.raises(ValueError, match=r"'97'.* 00, 01, .*, 14$"):
        exercise("97.1")
    with pytest.raises(ValueError, match=r"''.* 00, 01"):
        exercise("")


def test_the_files_say_which_lessons_there_are(tmp_path, monkeypatch):
    stems = sorted(path.stem for path in Path(exercises.__file__).parent.glob("lesson_*.py"))
    assert sorted({f"lesson_{number[:2]}" for number in all_exercises()}) == stems
    (tmp_path / "lesson_98.py").write_text("from liftkit.course.exercises.lesson_02 import EXERCISES as old\n"
                                           "EXERCISES = {'98.1': old['02.1']}\n")  # fmt: skip
    monkeypatch.setattr(exercises, "__path__", [*exercises.__path__, str(tmp_path)])
    try:
        assert list(lesson_exercises("98")) == ["98.1"] and exercise("98.1").number == "98.1"
        assert list(all_exercises())[-1] == "98.1"
    finally:
        sys.modules.pop("liftkit.course.exercises.lesson_98", None)
        lesson_exercises("02")  # gives the exercise its number back
