"""What a notebook hands in is found wherever its cells are, and nothing of it is executed to find it."""

import pytest
from course_files import NOTEBOOKS

from liftkit.course.authoring.manifest import read_course, read_lesson
from liftkit.course.grading.answers import is_stub, read_attempts, stub_of, submitted
from liftkit.course.statements import code_cells

RIGHT = "def discriminator_loss(d_real, d_view):\n    return ((d_real - 1) ** 2).mean() + (d_view**2).mean()"
CHECK = 'exercise("02.2").check(discriminator_loss)'


def cell(source):
    return {"cell_type": "code", "source": source.splitlines(keepends=True)}


def found(*sources, number="02.2"):
    """The attempts at one exercise, each as the first lines of its statements and its answer."""
    cells = code_cells({"cells": [cell(source) for source in sources]})
    return [([cells[c].splitlines()[0] if s == 0 else (c, s) for c, s in one.steps], one.answer, one.problem)
            for one in read_attempts(cells, [number])[number]]  # fmt: skip


HEAD = RIGHT.splitlines()[0]


@pytest.mark.parametrize(
    "sources",
    [
        [RIGHT + "\n\n" + CHECK],
        [RIGHT, "print('between')", CHECK],
        [CHECK, RIGHT],  # moved
        [RIGHT, "task = exercise(number='02.2')", "if task:\n    print(task.check(discriminator_loss))"],
        [RIGHT, "import liftkit.course as c", "assert c.exercise('02.2').check(answer=discriminator_loss)"],
        [RIGHT],  # the cell that hands it in is deleted
        ["%matplotlib inline\n!ls", RIGHT, CHECK],
        ["x = (5\n% 3)", RIGHT, CHECK],
    ],
)
def test_the_function_and_the_call_are_found(sources):
    assert found(*sources) == [([HEAD], "discriminator_loss", "")]


def test_a_function_of_another_name_comes_with_what_it_uses_and_with_nothing_else():
    sources = [
        "import numpy as np",
        "scale = 2",
        "unused = train('full', poses)",
        "weights = []",
        "weights.append(scale)",
        "def helper(x):\n    return np.sum(x) * weights[0]",
        "def mine(unused, poses):\n    return helper(unused)",
        'exercise("02.2").check(mine)',
    ]
    steps = [sources[n].splitlines()[0] for n in (0, 1, 3, 4, 5, 6)]
    assert found(*sources) == [(steps, "mine", "")]


def test_every_copy_of_a_cell_is_an_attempt_with_what_stood_before_it():
    wrong = RIGHT.replace("(d_view**2).mean()", "0")
    assert found(wrong, CHECK, RIGHT, CHECK) == [([HEAD], *rest) for rest in [("discriminator_loss", "")]] + [
        ([HEAD, HEAD], "discriminator_loss", "")
    ]


STUB = "def discriminator_loss(d_real, d_view):\n    ..."


@pytest.mark.parametrize(
    ("sources", "last"),
    [
        ([STUB + "\n\n\n" + CHECK, RIGHT], [(0, 0), (1, 0)]),  # the answer stands below, and nothing hands it in
        (["def discriminator_loss(d_real)\n    1\n" + CHECK, "x = 1", RIGHT], [(2, 0)]),
        (["def mine(a):\n    ...", "exercise('02.2').check(mine)", "def mine(b):\n    return 1"], [(0, 0), (2, 0)]),
    ],
)
def test_a_function_that_is_written_again_below_its_check_is_a_further_attempt(sources, last):
    attempts = read_attempts(code_cells({"cells": [cell(source) for source in sources]}), ["02.2"])["02.2"]
    assert len(attempts) == 2 and attempts[-1].steps == last and not attempts[-1].problem


@pytest.mark.slow
def test_a_lesson_as_it_was_handed_out_has_one_attempt_for_each_exercise():
    for lesson in read_course(NOTEBOOKS).lessons:
        cells = code_cells(read_lesson(NOTEBOOKS / lesson.file))
        found = read_attempts(cells, lesson.exercises, cells)
        assert {number: len(attempts) for number, attempts in found.items()} == dict.fromkeys(lesson.exercises, 1)


def test_a_name_that_no_cell_makes_is_taken_from_the_lesson_with_what_it_needs():
    lesson = ["import numpy as np\nscale = np.ones(3)", "def size(x):\n    return scale", "%%bash\nls -l"]
    cells = ["def discriminator_loss(real, fake):\n    return size(real) * np.pi", CHECK, "import numpy as np"]
    (attempt,) = read_attempts(cells, ["02.2"], lesson)["02.2"]
    assert attempt.steps == [(3, 1), (4, 0), (0, 0), (2, 0)]  # its own np, the lesson's size and scale


def test_a_cell_that_is_not_python_is_named_by_its_line():
    ((steps, answer, problem),) = found("def discriminator_loss(d_real, d_view)\n    return 1\n" + CHECK)
    assert steps == [] and "line 1" in problem


@pytest.mark.parametrize(("text", "answer"), [('"b"', "'b'"), ("...", "..."), ("", "None"), ("3 * 4", "3 * 4")])
def test_a_value_is_taken_as_it_stands(text, answer):
    assert found(f'exercise("02.2").check({text})') == [([], answer, "")]


def test_nothing_is_executed(tmp_path):
    (tmp_path / "kept").touch()
    assert found(f"import os; os.remove({str(tmp_path / 'kept')!r})\n" + RIGHT, CHECK)
    assert (tmp_path / "kept").exists()


@pytest.mark.parametrize(
    ("source", "stub"),
    [
        ("def f(x):\n    # your code\n    ...\n\nexercise('02.2').check(f)", True),
        ("def f(x):\n    return ...  # your code\n\nexercise('02.2').check(f)", True),
        ("def f(x):\n    return x\n\nexercise('02.2').check(f)", False),
        ("exercise('02.2').check('...')  # a letter", True),
        ("exercise('02.2').check('b')", False),
        ("exercise('02.2').check(12.5)", False),
    ],
)
def test_a_stub_is_told_from_an_answer(source, stub):
    assert set(submitted(cell(source))) == {"02.2"}
    assert is_stub(cell(source), "02.2") is stub


def test_the_stub_of_an_exercise_is_its_signature_and_the_call():
    assert stub_of("02.2").startswith("def discriminator_loss(d_real, d_view):")
    assert is_stub(cell(stub_of("02.2")), "02.2") and is_stub(cell(stub_of("05.1")), "05.1")
