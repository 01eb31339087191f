"""A student's function is called with care: its exceptions, its results and what it does to its input."""

import numpy as np

from liftkit.course import exercise


def test_the_result_of_a_call_in_place_of_the_function_is_refused():
    feedback = exercise("01.1").check(np.zeros((4, 17, 2)))
    assert feedback.status == "incorrect"
    assert "ndarray" in feedback.message and "`orthographic`" in feedback.message


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

    assert "changed its input" in exercise("10.1").check(in_place).message
