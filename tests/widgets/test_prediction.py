"""A prediction: nothing of the result is seen before the guess, the first guess counts, and both are counted."""

import re
from base64 import b64decode

import numpy as np
import pandas as pd
import pytest
from IPython.display import SVG
from lab import browser, needs_chromium
from nbformat.v4 import new_code_cell, new_notebook, new_output

from liftkit.course import predict, predictions, tally
from liftkit.course.authoring.figures import add_pictures
from liftkit.plots.figure import Figure
from liftkit.view.still import grid_svg
from liftkit.widgets import Prediction

OPTIONS = ("legs", "arms", "head")


def seen(one: Prediction) -> str:
    """All that is drawn and said."""
    return f"{one.svg()} {one.status} {[getattr(one, name) for name in one.trait_names() if name.startswith('panel_')]}"


def test_a_result_is_hidden_until_there_is_a_guess_and_the_first_guess_counts():
    one = Prediction("How far?", between=(0, 100), unit="mm")
    one.set("guess_0", 20)
    folded = one.reveal(31.4159, pd.DataFrame({"error": [777]}))
    assert "31.4" not in seen(one) and folded._repr_html_().startswith("<details>")
    assert "777" in folded._repr_html_() and "777" in repr(folded)
    one.press("commit")
    assert "Right, off by 11.4 mm" not in seen(one) and "Not so, off by 11.4 mm" in seen(one)
    one.set("guess_0", 31)
    one.press("commit")
    assert one.controller.guess == 20 and one.controller.right is False
    assert not one.reveal(31.4159)._repr_html_().startswith("<details>")


def test_more_of_a_result_is_folded_until_there_is_a_guess():
    one = Prediction("Which?", OPTIONS)
    folded = one.reveal_more("four seeds")._repr_html_()
    assert re.fullmatch(r"<details><summary>.*</summary>.*<pre>four seeds</pre></details>", folded)
    one.set("guess", "arms")
    one.press("commit")
    assert "<details>" not in one.reveal_more("four seeds")._repr_html_()


@needs_chromium
def test_a_figure_is_folded_as_a_picture_until_there_is_a_guess_and_then_stands_below_the_result(monkeypatch):
    one = Prediction("Which?", OPTIONS)
    figure = Figure({"data": [{"type": "scatter", "y": [1, 2, 4], "name": "weight"}], "layout": {"title": "Growth"}})

    def displayed(revealed):
        found = []
        monkeypatch.setattr("IPython.display.display", lambda shown, raw=False: found.append(shown))
        revealed._ipython_display_()
        return found

    (bundle,) = displayed(one.reveal("arms", "four seeds", figure))
    folded = new_output("display_data", bundle)
    assert "four seeds" in folded.data["text/html"] and "(a figure)" in folded.data["text/plain"]
    notebook = new_notebook(cells=[new_code_cell("", outputs=[folded])])
    assert add_pictures(notebook) and set(folded.data) == {"text/html", "text/plain"}
    (html,) = re.findall("<details>.*</details>", folded.data["text/html"], re.DOTALL)
    ((data, alt),) = re.findall(r'<img [^>]*base64,([^"]+)" alt="([^"]+)">', html)
    assert "Growth" in alt and "Growth" in b64decode(data).decode() and "run this cell again" not in html
    one.set("guess", "arms")
    one.press("commit")
    result, drawn = displayed(one.reveal("arms", "four seeds", figure))
    assert "four seeds" in result["text/html"] and "<details>" not in result["text/html"] and drawn is figure


def test_a_picture_is_revealed_as_an_image_with_its_words():
    shown = Prediction("Which?", OPTIONS).reveal("arms", SVG('<svg aria-label="two arms"><title>a</title></svg>'))
    (data,) = re.findall(r'<img [^>]*src="data:image/svg\+xml;base64,([^"]+)" alt="two arms">', shown._repr_html_())
    assert b64decode(data).startswith(b"<svg") and shown._repr_html_().startswith("<details>")
    grid = Prediction("Which?", OPTIONS).reveal("arms", SVG(grid_svg([[np.eye(17, 2)]], ["side"], 'one "pose" & more')))
    assert 'alt="one &quot;pose&quot; &amp; more">' in grid._repr_html_()


@pytest.mark.parametrize(("result", "right"), [("arms", True), ({"legs", "arms"}, True), ("head", False)])
def test_a_choice_is_right_if_it_is_among_the_results(result, right):
    one = Prediction("Which?", OPTIONS)
    one.press("commit")
    assert one.controller.guess is None and "Choose an answer" in one.status["message"]
    one.set("guess", "arms")
    one.press("commit")
    assert one.controller.right is None and not one.status["message"]
    one.reveal(result)
    assert one.controller.right is right


@pytest.mark.parametrize(
    ("result", "right"), [(0.3, True), (np.float32(-7), True), (0.6, False), ("large", False), (np.int64(1), False)]
)
def test_a_measured_number_is_the_nearest_of_the_answers_that_stand_for_numbers(result, right):
    one = Prediction("How large?", {"small": 0, "large": 1})
    one.set("guess", "small")
    one.press("commit")
    one.reveal(result)
    assert one.controller.right is right and one.controller.result in ("small", "large")


def test_everything_that_is_shown_with_a_result_is_folded_with_it():
    one, other = Prediction("Which?", OPTIONS), Prediction("How far?", between=(0, 9))
    html = one.reveal("legs", other.reveal(7), "5 < 6", pd.DataFrame({"error": [777]}))._repr_html_()
    inside = html.removeprefix("<details>").removesuffix("</details>")
    assert len(inside) == len(html) - len("<details></details>")
    assert all(text in inside for text in ("the result: 7", "<pre>5 &lt; 6</pre>", "<td>777</td>"))


def test_a_long_question_is_not_cut_in_the_still_picture():
    question = "What is the error of the mirrored poses, with reflection forbidden and allowed?"  # 559 px in Chromium
    assert float(re.search(r'viewBox="0 0 ([\d.]+)', Prediction(question, OPTIONS).svg())[1]) >= 579


@pytest.mark.parametrize(("curve", "right"), [((10, 20, 30), True), ((19, 20, 20), True), ((80, 20, 20), False)])
def test_a_curve_is_right_if_it_is_near_in_the_mean(curve, right):
    one = Prediction("How does it fall?", between=(0, 100), at=(1, 2, 8), x_label="seeds", unit="mm")
    for i in range(3):
        one.set(f"guess_{i}", 20)
    one.press("commit")
    assert "lk-line lk-s1" not in one.svg()
    one.reveal(curve)
    assert one.controller.right is right and "lk-line lk-s1" in one.svg()  # both curves are drawn


@pytest.mark.parametrize(
    ("how", "result"),
    [({"options": OPTIONS}, "hands"), ({"options": OPTIONS}, set()), ({"options": OPTIONS}, 1),
     ({"options": {"a": 0, "b": 1}}, float("nan")), ({"options": {"a": 0, "b": 1}}, "c"),
     ({"between": (0, 1)}, (1, 2)), ({"between": (0, 1)}, float("nan")), ({"between": (0, 1), "at": (1, 2)}, 1),
     ({"options": OPTIONS}, None), ({"between": (0, 1)}, None), ({"between": (0, 1)}, "far")],
)  # fmt: skip
def test_a_result_that_nobody_could_have_guessed_is_refused(how, result):
    with pytest.raises(ValueError, match=r"result of 'Which\?' must be of"):
        Prediction("Which?", **how).reveal(result)


@pytest.mark.parametrize("how", [{}, {"options": OPTIONS, "between": (0, 1)}, {"options": ["a"]}, {"between": (1, 0)}])
def test_a_question_has_several_options_or_a_scale(how):
    with pytest.raises(ValueError, match=r"options .*scale|scale from"):
        Prediction("Which?", **how)


def test_the_tally_counts_what_is_known(monkeypatch):
    monkeypatch.setattr(predictions, "ASKED", {})
    for question, guess, result in (("One?", "legs", "legs"), ("Two?", "legs", "arms"), ("Three?", "head", None)):
        one = predict(question, OPTIONS)
        one.set("guess", guess)
        one.press("commit")
        if result:
            one.reveal(result)
    predict("Four?", between=(0, 100)).reveal(77)
    assert "77" not in tally()  # nobody has guessed yet
    assert tally().startswith("**1 of 2 predictions right, 2 open.**") and tally().count("\n| ") == 5
    assert [row.split("|")[1].strip() for row in tally().splitlines()[4:]] == ["One?", "Two?", "Three?", "Four?"]


@needs_chromium
def test_few_answers_are_buttons_that_a_phone_holds_and_keys_reach(tmp_path):
    long = [f"forbidden: more than {i} mm, allowed: more than 100 mm" for i in range(4)]
    for options in (OPTIONS, long):
        file = Prediction("Which?", options).to_html(tmp_path / "page.html")
        with browser(viewport={"width": 360, "height": 700}) as page:
            page.goto(file.as_uri())
            group = page.get_by_role("radiogroup", name="Your guess")
            first, second = (group.get_by_role("radio", name=name, exact=True) for name in options[:2])
            first.click()
            page.keyboard.press("ArrowDown")
            assert second.is_checked() and group.get_by_role("radio").count() == len(options)
            assert page.evaluate("document.documentElement.scrollWidth") <= 360
            page.get_by_role("button", name="Commit").click()
            page.get_by_text(f"Your guess: {options[1]}.").wait_for()


def test_many_answers_are_a_list():
    kinds = [Prediction("Which?", [str(i) for i in range(n)]).controller.controls()[0].state()["kind"] for n in (6, 7)]
    assert kinds == ["radio", "choice"]
