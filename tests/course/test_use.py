"""The result of an exercise: the cells that follow take the student's function when its check is true, else ours."""

import numpy as np
import pytest

from liftkit.course import exercise

POSE = np.arange(51.0).reshape(17, 3)


def mine(x3d):
    return np.delete(x3d, 2, axis=-1)


def ours(x3d):
    return x3d[..., :2]


@pytest.mark.parametrize(
    ("answer", "fallback", "chosen", "status"),
    [
        (mine, (), mine, "correct"),
        (mine, (ours,), mine, "correct"),
        (lambda x3d: x3d, (ours,), ours, "incorrect"),
        (lambda x3d: ..., (ours,), ours, "not attempted"),
        (..., (ours,), ours, "not attempted"),
        ("orthographic", (ours,), ours, "not understood"),
    ],
)
def test_the_next_cells_take_the_students_function_if_it_is_right(answer, fallback, chosen, status, capsys):
    assert exercise("01.1").use(answer, *fallback) is chosen
    (line,) = capsys.readouterr().out.splitlines()
    assert f"01.1: {status}" in line and ("your" in line) and ("ours" in line) == (chosen is ours)


def test_without_ours_it_is_the_solution(capsys):
    np.testing.assert_array_equal(exercise("01.1").use(None)(POSE), POSE[:, :2])
    assert "ours" in capsys.readouterr().out
