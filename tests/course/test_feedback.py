"""What an exercise shows: feedback, hints and the task are the same in text, Markdown and HTML."""

from liftkit.course import Feedback, exercise


def test_feedback_reads_the_same_in_text_markdown_and_html():
    feedback = Feedback("01.1", "incorrect", "Use `a < b`.\nNext")
    assert repr(feedback) == "01.1: incorrect. Use `a < b`.\nNext" and not feedback
    assert feedback._repr_markdown_() == "✗ **01.1: incorrect.** Use `a < b`.\nNext"
    assert "<code>a &lt; b</code>.<br>Next" in feedback._repr_html_()
    assert Feedback("01.1", "correct", "")


def test_hints_follow_each_other_and_end():
    one = exercise("02.1")
    first, second, third, fourth = (repr(one.hint()) for _ in range(4))
    assert one.hint_1 in first and "1 of 2" in first and 'exercise("02.1").hint(2)' in first
    assert one.hint_2 in second and "2 of 2" in second
    assert 'exercise("02.1").solution()' in third and third == fourth
    assert [repr(exercise("02.1").hint(which)) for which in (None, 2, 3)] == [first, second, third]


def test_an_exercise_shows_its_task_and_a_stub_that_runs():
    shown = repr(exercise("02.1"))
    assert shown.startswith("Exercise 02.1: A view from another side\n\nTurn poses")
    assert "def random_view(x3d, azimuth):" in shown and 'exercise("02.1").check(random_view)' in shown
    assert "\n    Turn" not in shown and "\n    " not in shown.split("```")[0]
    assert exercise("08.1")._repr_markdown_().count("- **") == 5
    heading, body = shown.split("\n", 1)
    assert exercise("02.1")._repr_markdown_() == f"**{heading}**\n{body}"
