"""An exam's file has the tasks and no answer; hints, solutions and answers are closed while it is open."""

import json

import pytest

import liftkit.course
from liftkit.course import all_exercises, begin_exam, exercise
from liftkit.course.exam import exam_json
from liftkit.course.exercise import ATTEMPTS

ASKED = {"00.2": "answer reasons options", "02.2": "reference", "05.1": "measure"}


@pytest.fixture
def exam(monkeypatch, tmp_path):
    monkeypatch.setattr(liftkit.course, "_exam", None)
    path = tmp_path / "exam.json"
    path.write_text(exam_json({number: exercise(number) for number in ASKED}))
    begin_exam(path)
    ATTEMPTS.clear()
    return path


def test_an_exam_closes_hints_solutions_and_answers(exam):
    for number, closed in ASKED.items():
        one = exercise(number)
        assert one.solution() == one.hint() == one.hint(2) and "exam" in one.solution()
        for name in [*closed.split(), "solve", "hint_2"]:
            with pytest.raises(AttributeError, match=f"{number}.*{name}.*exam"):
                getattr(one, name)
    with pytest.raises(ValueError, match="02.1.*the exam has 00.2, 02.2, 05.1"):
        exercise("02.1")


def test_an_exam_shows_tasks_and_checks_choices_by_their_salted_digest(exam):
    assert exercise("00.2").check("a").status == "correct" and exercise("00.2").check("(B)").status == "incorrect"
    assert (
        exercise("00.2").check("z").status == "not understood" and exercise("00.2").check(...).status == "not attempted"
    )
    assert repr(exercise("02.2")) == repr(liftkit.course.lesson_exercises("02")["02.2"])
    assert "**Exercise 02.2" in exercise("02.2")._repr_markdown_()
    assert exercise("02.2").check(print).status == "recorded" and "graded" in exercise("02.2").check(print).message
    assert exercise("00.2").check("a").attempt == 4  # dots are none


def test_an_exams_file_tells_no_answer_and_two_exams_have_other_digests(exam):
    text = exam.read_text()
    one = liftkit.course.lesson_exercises("00")["00.2"]
    for secret in (*one.reasons.values(), one.hint_1, "return"):
        assert json.dumps(secret)[1:-1] not in text
    first, second = (json.loads(exam_json({"00.2": one}))["00.2"]["right"] for _ in "ab")
    assert first != second and len(first) == 64


@pytest.mark.slow
def test_names_are_compared_without_their_order(monkeypatch, tmp_path):
    several = next(one for one in all_exercises().values() if getattr(one, "several", False))
    (tmp_path / "exam.json").write_text(exam_json({several.number: several}))
    monkeypatch.setattr(liftkit.course, "_exam", None)
    begin_exam(tmp_path / "exam.json")
    right = sorted(several.measure(), reverse=True)
    assert exercise(several.number).check(right).status == "correct"
    assert exercise(several.number).check(right[1:]).status != "correct"


@pytest.mark.parametrize("text", [None, "{", "[]", '{"02.1": 3}'])
def test_a_missing_or_damaged_file_is_named(tmp_path, text):
    if text is not None:
        (tmp_path / "exam.json").write_text(text)
    with pytest.raises(ValueError, match="exam.json: .*handed out beside"):
        begin_exam(tmp_path / "exam.json")


def test_without_an_exam_the_solution_is_open(monkeypatch):
    monkeypatch.setattr(liftkit.course, "_exam", None)
    assert "d_view" in exercise("02.2").solution() and exercise("00.2").answer == "a"
