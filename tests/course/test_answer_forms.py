"""The form of an answer: what is meant is understood; for anything else the expected form is named, not a mistake."""

import numpy as np
import pandas as pd
import pytest
import torch

from liftkit.course import exercise
from liftkit.course.answers import read_choice, read_names, read_number


@pytest.mark.parametrize(
    "answer",
    [
        "c",
        "C",
        " c ",
        "c)",
        "(c)",
        "c.",
        "C:",
        ["c"],
        ("c",),
        {"c"},
        np.array(["c"]),
        "1/16",
        "1 / 16",
        "in 1 of 16",
        ["1/16"],
        np.str_("c"),
        pd.Series(["c"]),
    ],
)
def test_a_choice_is_understood_as_letter_or_as_words_of_one_option(answer):
    assert exercise("09.1").check(answer).status == "correct"


@pytest.mark.parametrize(
    "answer",
    [
        1 / 4,
        "0.25",
        "25 %",
        "1/4",
        "1 of 4",
        [0.25],
        (0.25,),
        np.float32(0.25),
        "2/8",
        torch.tensor([[0.25]]),
        pd.Series([0.25]),
        np.ma.array([0.25]),
    ],
)
def test_a_number_is_understood_in_any_type_and_as_text(answer):
    assert read_number(answer) == 0.25


@pytest.mark.parametrize("answer", [1j, "a lot", "1/0", "", [0.1, 0.2], np.ma.array([1.0], mask=True), None, {}, "1+1"])
def test_what_is_no_number_is_not_taken_for_one(answer):
    found = exercise("06.2").check(answer)
    assert found.status == ("not attempted" if answer in ("", None) else "not understood")


@pytest.mark.parametrize(
    "answer",
    [
        "left_wrist, Head",
        {"head", "Left wrist"},
        ["LEFT-WRIST", "head."],
        "head and left wrist",
        np.array(["head", "left_wrist"]),
        pd.Index(["head", "left wrist"]),
        dict.fromkeys(["head", "left_wrist"]),
    ],
)
def test_names_are_understood_in_any_collection_and_in_a_text(answer):
    assert read_names(answer) == {"head", "left_wrist"}


def test_words_of_two_options_or_of_none_choose_nothing():
    options = {"a": "In 1 of 2.", "b": "In 1 of 32."}
    assert [read_choice(words, options) for words in ("1/32", "1/3", "in 1", "1/2")] == ["b", None, None, "a"]


@pytest.mark.parametrize(
    ("number", "answer", "facts"),
    [
        ("00.2", "f", ["a, b, c, d, e", "'f'"]),
        ("00.2", ["a", "b"], ["a, b, c, d", "list"]),
        ("08.1", "f", ["a, b, c, d, e", "'f'"]),
        ("08.1", {"b": 1}, ["a, b, c", "dict"]),
        ("08.1", [["b"]], ["a, b, c", "list"]),
        ("10.3", 2, ["a, b, c, d", "int"]),
        ("07.3", "x", ["a, b, c, d, e", "'x'"]),
        ("05.1", "the biggest", ["number", "'the biggest'"]),
        ("09.2", {"five_parts_shared", "full"}, ["found 2: five_parts_shared, full"]),
        ("10.2", 3, ["a set of the names", "int"]),
        ("07.2", "most", ["number", "'most'"]),
        ("12.2", {"full"}, ["full", "legs_torso, "]),
        ("13.2", "left_foot", ["left_foot", "five_parts, "]),
        ("13.2", 16, ["names", "int"]),
        ("01.1", np.zeros((4, 17, 2)), ["`orthographic`", "ndarray"]),
    ],
)
def test_what_is_not_understood_is_told_the_form(number, answer, facts):
    feedback = exercise(number).check(answer)
    assert feedback.status == "not understood" and not feedback
    assert all(fact in feedback.message for fact in facts), feedback.message


def test_a_right_but_incomplete_set_is_told_so():
    feedback = exercise("12.2").check({"five_parts", "five_parts_shared"})
    assert feedback.status == "incorrect"
    assert (
        "five_parts, five_parts_shared: right so far, one is missing" in feedback.message
        and "Not" not in feedback.message
    )


def test_a_right_answer_is_praised_in_a_sentence():
    for number, answer in (("01.1", lambda x3d: x3d[..., :2]), ("06.2", "3/64"), ("08.1", "b")):
        assert exercise(number).check(answer).message.startswith("Well done, that is right. ")
