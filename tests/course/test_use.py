"""The result of an exercise: the cells that follow take the student's function when its check is true, else ours."""

import numpy as np
import pytest

from liftkit.course import exercise

POSE = np.arange(51.0).reshape(17, 3)


def mine(x3d):
    return np.delete(x3d, 2, axis=-1)


@pytest.mark.parametrize(
    ("answer", "status"),
    [
        (mine, "correct"),
        (lambda x3d: x3d, "incorrect"),
        (lambda x3d: ..., "not attempted"),
        (..., "not attempted"),
        ("orthographic", "not understood"),
    ],
)
def test_the_next_cells_take_the_students_function_if_it_is_right(answer, status, capsys):
    chosen = exercise("01.1").use(answer)
    assert (chosen is mine) == (status == "correct")
    np.testing.assert_array_equal(chosen(POSE), POSE[:, :2])
    (line,) = capsys.readouterr().out.splitlines()
    assert f"01.1: {status}" in line and ("your" in line) and ("ours" in line) == (chosen is not mine)
