"""Every exercise: right answers pass, stubs are not attempted, typical mistakes are named with their numbers."""

import copy
import json
import re
from dataclasses import replace
from importlib import import_module
from pathlib import Path

import numpy as np
import pytest
import torch
from course_files import NOTEBOOKS

from liftkit.course import all_exercises, exercise
from liftkit.course.exercise import Coding, Measuring, Reasoning
from tests.course.right_answers import RIGHT

ALL = all_exercises()
SLOW = dict.fromkeys(("09.2", "10.2", "11.3", "13.2"), pytest.mark.slow)  # these measure the recorded runs for seconds
CODING = [number for number, one in ALL.items() if isinstance(one, Coding)]
# What students get wrong: rows of number, answer and a pattern of the facts that the message must contain.
WRONG = [
    row
    for path in sorted((Path(__file__).parent / "mistakes").glob("lesson_*.py"))
    for row in import_module(f"tests.course.mistakes.{path.stem}").WRONG
]


def right_answer(one):
    if isinstance(one, Coding):
        return one.reference
    return one.measure() if isinstance(one, Measuring) else one.answer


@pytest.mark.slow
@pytest.mark.parametrize("number", [pytest.param(number, marks=SLOW.get(number, ())) for number in ALL])
def test_each_solution_passes_its_own_check(number):
    assert exercise(number).check(right_answer(ALL[number])).status == "correct"


@pytest.mark.slow
@pytest.mark.parametrize(("number", "answer"), [(number, answer) for number in RIGHT for answer in RIGHT[number]])
def test_right_answers_by_hand_pass_in_every_style(number, answer):
    feedback = exercise(number).check(answer)
    assert feedback.status == "correct", feedback.message


@pytest.mark.slow
@pytest.mark.parametrize(("number", "answer", "facts"), WRONG)
def test_typical_mistakes_are_refused_with_their_reason(number, answer, facts):
    feedback = exercise(number).check(answer)
    assert feedback.status == "incorrect"
    assert re.search(facts, feedback.message, re.DOTALL), feedback.message


def test_every_exercise_has_four_typical_mistakes_three_right_answers_and_its_texts():
    mistakes = [number for number, _, _ in WRONG]
    others = {number: len(one.options) - 1 for number, one in ALL.items() if isinstance(one, Reasoning)}
    assert all(mistakes.count(number) >= max(4, others.get(number, 0)) for number in ALL)
    assert all(len(RIGHT[number]) >= 3 for number in ALL)
    assert all(one.hint_1 and one.hint_2 and one.title and one.task for one in ALL.values())
    assert {type(one) for one in ALL.values()} == {Coding, Measuring, Reasoning}
    assert list(ALL) == sorted(ALL)


@pytest.mark.slow
@pytest.mark.parametrize("number", CODING)
def test_each_stub_is_not_attempted(number):
    one = ALL[number]
    place = {}
    exec(one.stub, place)
    stub = place[one.reference.__name__]

    def unimplemented(*args):
        raise NotImplementedError

    for answer in (stub, unimplemented, lambda *args: ...):
        assert one.check(answer).status == "not attempted"


@pytest.mark.parametrize("number", ALL)
def test_nothing_handed_in_is_not_attempted(number):
    assert {exercise(number).check(answer).status for answer in (None, ...)} == {"not attempted"}
    assert exercise(number).check().status == "not attempted"


def test_the_dots_of_the_shown_cell_are_not_attempted():
    assert exercise("08.1").check("...").status == "not attempted"


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


@pytest.mark.slow
@pytest.mark.parametrize("number", ALL)
def test_whatever_is_handed_in_gets_feedback_that_can_be_shown(number):
    for answer in [*JUNK, *FUNCTIONS]:
        feedback = exercise(number).check(answer)
        assert feedback.status in ("incorrect", "not attempted", "not understood"), answer
        assert "object at" not in repr(feedback) and feedback._repr_html_() and feedback.message


@pytest.mark.slow
@pytest.mark.parametrize(("number", "answer", "facts"), WRONG[::3])
def test_the_same_answer_gets_the_same_feedback(number, answer, facts):
    first, second = (exercise(number).check(copy.copy(answer)) for _ in range(2))
    assert second.attempt == first.attempt + 1  # it is counted
    first, second = (replace(one, attempt=1) for one in (first, second))
    assert first == second and repr(first) == repr(second)
    assert "0x" not in repr(first)


@pytest.mark.slow
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


@pytest.mark.parametrize("path", sorted(NOTEBOOKS.glob("*.ipynb")), ids=lambda path: path.name[:2])
def test_lessons_store_the_exercises_as_they_are_shown_now(path):
    for cell in json.loads(path.read_text(encoding="utf-8"))["cells"]:
        if found := re.fullmatch(r'exercise\("([\d.]+)"\)', "".join(cell["source"])):
            shown = {kind: "".join(text) for kind, text in cell["outputs"][0]["data"].items()}
            one = exercise(found[1])
            assert shown == {"text/plain": repr(one), "text/markdown": one._repr_markdown_()}


def test_a_share_may_be_rounded_to_two_digits():
    exact = ALL["06.2"].measure()
    assert exercise("06.2").check(round(exact, 2)).status == "correct"
    assert exercise("06.2").check(exact + 1 / 64).status == "incorrect"


@pytest.mark.slow
def test_measurements_follow_the_recorded_data(monkeypatch):
    from liftkit.course.exercises import lesson_07

    results = lesson_07.record_results()
    results["pa_mpjpe_reflection"] = 80.0
    monkeypatch.setattr(lesson_07, "record_results", lambda: results)
    assert lesson_07.share_that_reaches() == 0.0
