"""In an exam an exercise shows its task and checks answers; everything that gives the answer is closed."""

import pytest

import liftkit.course
from liftkit.course import begin_exam, exercise


@pytest.fixture
def exam(monkeypatch):
    monkeypatch.setattr(liftkit.course, "_exam", False)
    begin_exam()


def test_an_exam_closes_hints_solutions_and_answers(exam):
    for number, closed in {"00.2": "answer reasons options", "02.2": "reference", "05.1": "measure"}.items():
        one = exercise(number)
        assert one.solution() == one.hint() == one.hint(2) and "exam" in one.solution()
        for name in [*closed.split(), "solve", "hint_2"]:
            with pytest.raises(AttributeError, match=f"{number}.*{name}.*exam"):
                getattr(one, name)


def test_an_exam_shows_tasks_and_checks_answers(exam):
    assert exercise("00.2").check("a").status == "correct" and exercise("00.2").check("b").status == "incorrect"
    assert repr(exercise("02.2")) == repr(liftkit.course.lesson_exercises("02")["02.2"])
    assert "**Exercise 02.2" in exercise("02.2")._repr_markdown_()


def test_without_an_exam_the_solution_is_open():
    assert "d_view" in exercise("02.2").solution() and exercise("00.2").answer == "a"
