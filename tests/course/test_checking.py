"""A student's function is called with care: its exceptions, its results and what it does to its input."""

import asyncio

import numpy as np
import pytest
import torch

from liftkit.course import exercise
from liftkit.course.checking import WrongAnswer, as_array


def test_an_exception_is_shown_with_the_students_line():
    def mine(x3d):
        return x3d[..., 0] @ np.zeros(3)  # a mistake

    feedback = exercise("01.1").check(mine)
    assert feedback.status == "incorrect" and "ValueError: matmul" in feedback.message
    line, source = mine.__code__.co_firstlineno + 1, "return x3d[..., 0] @ np.zeros(3)  # a mistake"
    assert feedback.message.endswith(f"line {line}: `{source}`")


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


def test_a_changed_array_of_names_is_noticed():
    def in_place(train, test):
        test[:] = "walk+wave"
        return test == train[0]

    assert "changed its input" in exercise("12.1").check(in_place).message


class Mute(Exception):
    def __str__(self):
        raise SystemExit("no text for you")


def raising(error):
    def method(*args, **kwargs):
        raise error

    return method


def hostile(**methods):
    """An object whose special methods raise."""
    return type("Hostile", (), {name: raising(error) for name, error in methods.items()})()


STOPS = [KeyboardInterrupt(), SystemExit(3), GeneratorExit(), asyncio.CancelledError(), Mute(), BaseException("own")]
OBJECTS = [
    hostile(__array__=SystemExit()),
    hostile(__array__=ValueError("none")),
    hostile(__eq__=KeyboardInterrupt(), __hash__=KeyboardInterrupt()),
    hostile(__float__=Mute(), __len__=Mute(), __iter__=Mute()),
    hostile(__getattr__=Mute()),
    hostile(__getattribute__=KeyboardInterrupt()),
    hostile(__bool__=Mute(), __repr__=Mute(), __str__=Mute()),
    type("Strange", (str,), {name: raising(Mute()) for name in ("lower", "strip", "__repr__", "__getitem__")})("a"),
    type("Odd", (torch.Tensor,), {name: raising(Mute()) for name in ("detach", "sum", "__float__")})([1.0]),
    type("Table", (dict,), {"__iter__": raising(SystemExit()), "__len__": raising(SystemExit())})(),
]


@pytest.mark.parametrize("error", STOPS, ids=lambda error: type(error).__name__)
def test_whatever_is_raised_becomes_feedback(error):
    for number in ("01.1", "06.1"):
        feedback = exercise(number).check(raising(error))
        assert feedback.status == "incorrect" and type(error).__name__ in feedback.message


@pytest.mark.slow
@pytest.mark.parametrize("at", range(len(OBJECTS)))  # not the objects: pytest would look at them
@pytest.mark.parametrize("number", ["01.1", "02.2", "03.1", "06.1", "06.2", "08.1", "10.2", "12.1"])
def test_strange_objects_become_feedback_handed_in_or_returned(number, at):
    answer = OBJECTS[at]
    for handed_in in (answer, lambda *args: answer, lambda *args: [answer]):
        feedback = exercise(number).check(handed_in)
        assert feedback.status in ("incorrect", "not understood") and feedback._repr_html_()


def test_a_callable_whose_attributes_raise_is_still_called():
    class Callable:
        def __call__(self, x3d):
            return x3d[..., :2]

        def __getattr__(self, name):
            raise Mute

    assert exercise("01.1").check(Callable()).status == "correct"


NUMBERS = [
    [1, 2.5],
    (True, False),
    np.float16([1]),
    torch.ones(2, dtype=torch.bfloat16),
    [torch.ones(2, requires_grad=True)],
    np.ma.array([1, 2]),
    np.array([1, None], dtype=object),
    [np.float32(1), torch.tensor(2)],
    10**30,
]


@pytest.mark.parametrize("value", NUMBERS, ids=range(len(NUMBERS)))
def test_numbers_of_every_type_are_numbers(value):
    assert as_array(value).dtype == np.float64


@pytest.mark.parametrize(
    ("value", "found"),
    [
        (1j, "complex"),
        (np.array([1 + 0j]), "complex"),
        (torch.tensor([1j]), "complex"),
        ([1, 2j], "complex"),
        (np.array([1, 2j], dtype=object), "complex"),
        ("3.5", "text"),
        (["1", "2"], "text"),
        (b"1", "text"),
        (np.array(["1", 2], dtype=object), "text"),
        (np.ma.array([1, 2], mask=[0, 1]), "masked"),
        ([1.0, np.ma.masked], "masked"),
        (np.array(["2020-01-01"], dtype="datetime64[D]"), "dates"),
        ([[1], [1, 2]], "different shapes"),
        ({"a": 1}, "dict"),
    ],
)
def test_what_numpy_would_turn_into_numbers_without_a_word_is_refused(value, found):
    with pytest.raises(WrongAnswer, match=found):
        as_array(value)
