"""Controls take what they should and refuse the rest."""

import json

import numpy as np
import pytest
from widget_cells import samples

from liftkit.view.controls import Button, Choice, Slider, TextField, Toggle


def test_a_choice_takes_only_its_options():
    control = Choice("cut", "Cut", options=("full", "halves"))
    assert [control.check(value) for value in samples(control)] == ["full", "halves"]
    with pytest.raises(ValueError, match="Cut: expected one of full, halves, found 'none'"):
        control.check("none")


def test_a_slider_takes_its_ends():
    control = Slider("much", "Much", minimum=-3, maximum=4, step=2)
    assert [control.check(value) for value in samples(control)] == [-3, 1, 4]


def test_a_slider_gives_whole_numbers_if_its_steps_are_whole():
    whole, parts = Slider("a", "A", maximum=9), Slider("b", "B", maximum=9, step=0.5)
    assert (whole.check(3.0), type(whole.check(3.0))) == (3, int)
    assert (parts.check(3), type(parts.check(3))) == (3.0, float)


def test_numpys_numbers_are_numbers():
    """As ``argmax``, a table's column of seeds and a comparison give them; what a control keeps is plain for JSON."""
    whole, parts = Slider("a", "A", maximum=9), Slider("b", "B", maximum=9, step=0.5)
    found = [whole.check(np.int64(3)), parts.check(np.float32(0.5)), Toggle("on", "On").check(np.bool_(True))]
    found.append(Choice("seed", "Seed", options=("0", "2")).check(np.int64(2)))
    assert json.dumps(found) == '[3, 0.5, true, "2"]'


@pytest.mark.parametrize("value", [-1, 10, np.nan, np.inf, True, "3", None])
def test_a_slider_refuses(value):
    with pytest.raises(ValueError, match="^Much: expected .*, found"):
        Slider("much", "Much", maximum=9).check(value)


@pytest.mark.parametrize("value", [0, 1, "true", None])
def test_a_toggle_refuses(value):
    assert [Toggle("on", "On").check(value) for value in samples(Toggle("on", "On"))] == [False, True]
    with pytest.raises(ValueError, match="On: expected true or false, found"):
        Toggle("on", "On").check(value)


def test_a_text_takes_what_fits():
    control = TextField("called", "Called", longest=9)
    assert [len(control.check(value)) for value in samples(control)] == [1, 4, 9]
    assert control.check("  two words ".strip()) == control.check("  two words ") == "two words"
    assert control.check("<b>") == "<b>"  # shown as text


@pytest.mark.parametrize("value", ["", "   ", "a" * 10, "a\nb", "\x00", 3, None])
def test_a_text_refuses(value):
    with pytest.raises(ValueError, match="^Called: expected .*found"):
        TextField("called", "Called", longest=9).check(value)


def test_a_pattern_holds_for_the_whole_text():
    control = TextField("called", "Called", "small letters", pattern="[a-z]+")
    assert all(control.check(value) == value for value in samples(control))
    with pytest.raises(ValueError, match="expected small letters, found 'a1'"):
        control.check("a1")


def test_a_controls_state_is_plain():
    slider = json.loads(json.dumps(Slider("much", "Much", maximum=9, texts=("a", "b")).state()))
    assert (slider["kind"], slider["maximum"], slider["texts"]) == ("slider", 9, ["a", "b"])
    kinds = [cls("name", "Name").state()["kind"] for cls in (Choice, Toggle, TextField, Button)]
    assert kinds == ["choice", "toggle", "textfield", "button"]
