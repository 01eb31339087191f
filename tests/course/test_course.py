"""Exercises: right answers pass, stubs are told apart, and typical mistakes are named with their numbers."""

import copy
import re
from importlib import import_module
from pathlib import Path

import numpy as np
import pytest
import torch

from liftkit.course import Feedback, all_exercises, exercise
from liftkit.course.exercise import Coding, Measuring, Reasoning
from tests.course.mistakes.lesson_09 import unseeded

ALL = all_exercises()
CODING = [number for number, one in ALL.items() if isinstance(one, Coding)]


def right_answer(one):
    if isinstance(one, Coding):
        return one.solve
    return one.measure() if isinstance(one, Measuring) else one.answer


# What students get wrong, and what they must be told of it: the lists WRONG in tests/mistakes_NN.py.
WRONG = [
    row
    for path in sorted((Path(__file__).parent / "mistakes").glob("lesson_*.py"))
    for row in import_module(f"tests.course.mistakes.{path.stem}").WRONG
]


@pytest.mark.parametrize("number", ALL)
def test_each_solution_passes_its_own_check(number):
    assert exercise(number).check(right_answer(ALL[number])).status == "correct"


@pytest.mark.parametrize(("number", "answer", "told"), WRONG)
def test_typical_mistakes_are_refused_with_their_reason(number, answer, told):
    feedback = exercise(number).check(answer)
    assert feedback.status == "incorrect"
    assert re.search(told, feedback.message, re.DOTALL), feedback.message


def test_every_exercise_has_two_typical_mistakes_two_hints_and_lessons_two_exercises():
    mistakes = [number for number, _, _ in WRONG]
    assert all(mistakes.count(number) >= 2 for number in ALL)
    assert all(len(one.hints) == 2 and one.title and one.task for one in ALL.values())
    assert {type(one) for one in ALL.values()} == {Coding, Measuring, Reasoning}
    assert list(ALL) == sorted(ALL)


@pytest.mark.parametrize("number", CODING)
def test_each_stub_is_not_attempted(number):
    one = ALL[number]
    place = {}
    exec(one.stub, place)
    stub = place[one.solve.__name__]

    def unimplemented(*args):
        raise NotImplementedError

    for answer in (stub, unimplemented, lambda *args: ...):
        assert one.check(answer).status == "not attempted"


@pytest.mark.parametrize("number", ALL)
def test_nothing_handed_in_is_not_attempted(number):
    assert {exercise(number).check(answer).status for answer in (None, ...)} == {"not attempted"}
    assert exercise(number).check().status == "not attempted"


def test_the_dots_of_the_shown_cell_are_not_attempted():
    assert exercise("06.1").check("...").status == "not attempted"


def test_the_result_of_a_call_in_place_of_the_function_is_refused():
    feedback = exercise("01.1").check(np.zeros((4, 17, 2)))
    assert (
        feedback.status == "incorrect" and "found ndarray: hand in `orthographic`, without brackets" in feedback.message
    )


# Exceptions and loops.


def test_an_exception_is_told_with_the_students_line():
    def mine(x3d):
        return x3d[..., 0] @ np.zeros(3)  # a mistake

    feedback = exercise("01.1").check(mine)
    assert feedback.status == "incorrect"
    assert "It raised ValueError: matmul" in feedback.message
    assert feedback.message.endswith(
        f"line {mine.__code__.co_firstlineno + 1}: `return x3d[..., 0] @ np.zeros(3)  # a mistake`"
    )


def test_exceptions_of_every_kind_become_feedback_without_addresses():
    class Own(Exception):
        pass

    def deep(x3d):
        return deep(x3d)

    def leaves(x3d):
        raise SystemExit(1)

    def address(x3d):
        raise Own(object())

    found = {f: exercise("01.1").check(f).message for f in (deep, leaves, address)}
    assert "RecursionError" in found[deep] and "SystemExit: 1" in found[leaves]
    assert "Own: <object object>" in found[address]


JUNK = [
    "",
    "x",
    3,
    float("nan"),
    10**400,
    1j,
    [],
    {},
    {"a": 1},
    [["a"]],
    object(),
    np.zeros(3),
    torch.zeros(2, 2),
    b"x",
]
FUNCTIONS = [print, int, lambda: 1, lambda *args: args[0][0, 0, 0, 0, 0], *(lambda *args, j=j: j for j in JUNK)]


@pytest.mark.parametrize("number", ALL)
def test_whatever_is_handed_in_gets_an_answer_that_can_be_shown(number):
    for answer in [*JUNK, *FUNCTIONS]:
        feedback = exercise(number).check(answer)
        assert feedback.status in ("incorrect", "not attempted"), answer
        assert "object at" not in repr(feedback) and feedback._repr_html_() and feedback.message


# What is shown.


def test_feedback_reads_the_same_in_text_markdown_and_html():
    feedback = Feedback("01.1", "incorrect", "Use `a < b`.\nNext")
    assert repr(feedback) == "01.1: incorrect. Use `a < b`.\nNext" and not feedback
    assert feedback._repr_markdown_() == "✗ **01.1: incorrect.** Use `a < b`.\nNext"
    assert "<code>a &lt; b</code>.<br>Next" in feedback._repr_html_()
    assert Feedback("01.1", "correct", "")


@pytest.mark.parametrize(("number", "answer", "told"), [row for row in WRONG if row[1] is not unseeded][::3])
def test_the_same_answer_gets_the_same_words(number, answer, told):
    first, second = (exercise(number).check(copy.copy(answer)) for _ in range(2))
    assert first == second and repr(first) == repr(second)
    assert "0x" not in repr(first)


def test_hints_are_graded_and_end():
    one = exercise("02.1")
    first, second, third, fourth = (repr(one.hint()) for _ in range(4))
    assert first.startswith("**Hint 1 of 2.**") and second.startswith("**Hint 2 of 2.**")
    assert "no further hint" in third and third == fourth
    assert repr(exercise("02.1").hint()) == first and first.endswith('(`exercise("02.1").hint(2)` says more.)')
    assert repr(exercise("02.1").hint(2)) == second and repr(exercise("02.1").hint(3)) == third


def test_an_exercise_shows_its_task_and_a_stub_that_runs():
    shown = repr(exercise("02.1"))
    assert shown.startswith("Exercise 02.1: A view from another side")
    assert "def random_view(x3d, azimuth):" in shown and 'exercise("02.1").check(random_view)' in shown
    assert "\n    Turn" not in shown
    assert exercise("06.1")._repr_markdown_().count("- **") == 3


@pytest.mark.parametrize("number", ALL)
def test_solutions_show_code_or_reasons_and_tasks_do_not(number):
    one, solution = exercise(number), repr(exercise(number).solution())
    if isinstance(one, Reasoning):
        assert solution.count("is right") == 1 and solution.count("is wrong") == len(one.options) - 1
    else:
        body = solution.split("```python\n")[1].split("```")[0]
        assert body.splitlines()[-1] not in repr(one)
        pasted = {}
        exec(body, pasted)  # on its own: with all imports that it needs
        found = list(pasted.values())[-1]
        assert one.check(found if isinstance(one, Coding) else found()).status == "correct"
    assert repr(one) == repr(exercise(number))


def test_an_unknown_number_lists_those_there_are():
    with pytest.raises(ValueError, match=r"unknown exercise '13.1'; there are 00.1, 00.2"):
        exercise("13.1")


def test_a_share_may_be_rounded_to_two_digits():
    exact = ALL["05.2"].measure()
    assert [exercise("05.2").check(share).status for share in (round(exact, 2), exact + 1 / 64)] == [
        "correct",
        "incorrect",
    ]


def test_a_name_may_be_written_as_words():
    words, name = (str(exercise("04.1").check(answer)) for answer in ("Five parts  shared", "five_parts_shared"))
    assert words == name and "Unknown" not in words


def test_measurements_follow_the_recorded_data(monkeypatch):
    from liftkit.course.exercises import lesson_09 as study

    results = study.record_results()
    results.loc[results.representation == "legs_torso", "pa_mpjpe_reflection"] = 60.0
    monkeypatch.setattr(study, "record_results", lambda: results)
    assert study.share_near_the_best() == 1.0


def test_a_changed_array_of_names_is_seen():
    def in_place(train, test):
        test[:] = "walk+wave"
        return test == train[0]

    assert "changed its input" in exercise("10.1").check(in_place).message
