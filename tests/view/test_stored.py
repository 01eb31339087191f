"""Pages that answer by stored states: each answer is the controller's, and what is not held says so."""

import json

import pytest
from browser_answers import answered, same

from liftkit.view.controller import Controller, Pick, Press, Set
from liftkit.view.controls import Button, Choice, Slider, Toggle
from liftkit.view.panels import Note, Pose
from liftkit.view.stored import ABSENT, stored, walk
from tests.view.test_js import needs_node


class Two(Controller):
    """Two choices, a toggle, a fine slider, a film and a button that only a kernel answers."""

    title = "two"
    needs_kernel = ("train", "big")

    def __init__(self):
        super().__init__()
        self.values = {"size": "small", "colour": "é", "on": False, "much": 0, "frame": 0}
        self.message = "begin"

    def controls(self):
        return [
            Choice("size", "Size", options=("small", "wide", "big")), Choice("colour", "Colour", options=("é", "b")),
            Toggle("on", "On"), Slider("much", "Much", maximum=100), Slider("frame", "Frame", maximum=9, local=True),
            Button("train", "Train"),
        ]  # fmt: skip

    def respond(self, event):
        assert event != Press("train")
        match event:
            case Set("size"):
                self.values["on"] = True  # a side effect
            case Pick("pose", joint):
                self.message = f"picked {joint}"
                return
        self.message = f"{event.name} changed"

    def panels(self):
        joints = [[0.0, 0.0], *[[1.0, i] for i in range(16)]]
        pose = Pose("pose", "Pose", joints=joints, pickable=True)
        return [Note("note", "Note", text=str(self.values)), pose]


SETS = [("colour", "b"), ("size", "wide"), ("on", False), ("size", "small"), ("much", 50), ("frame", 7)]
MESSAGES = [*({"kind": "set", "name": name, "value": value} for name, value in SETS),
            {"kind": "pick", "panel": "pose", "key": "head"}]  # fmt: skip


def page(most: int = 1000, budget: int = 10**6):
    return stored(Two(), walk(Two()), most, budget)


@pytest.mark.long
@needs_node
def test_each_answer_is_the_controllers(tmp_path):
    content, note = page(3000)
    assert note.endswith("others need a notebook. Only in a notebook: Train.")
    found, control = answered(Two(), MESSAGES[:5], tmp_path, content), Two()
    for message, ours in zip(MESSAGES, found, strict=False):
        control.handle(message)
        expected = json.loads(json.dumps(control.state()))
        same(ours["status"]["values"], expected["status"]["values"], str(message))
        same(ours["panel_note"], expected["panel_note"], str(message))
        assert ours["status"]["message"] != ABSENT
    assert found[1]["status"]["message"] == "size changed" and found[1]["status"]["values"]["on"] is True


@needs_node
def test_what_is_not_held_says_so_and_changes_nothing(tmp_path):
    content, _ = page(2)
    messages = [{"kind": "set", "name": "size", "value": "big"}, {"kind": "press", "name": "train"}, MESSAGES[5]]
    found = answered(Two(), messages, tmp_path, content)
    assert [state["status"]["message"] for state in found] == [ABSENT, ABSENT, ABSENT]
    assert [state["status"]["values"]["size"] for state in found] == ["small"] * 3
    assert found[-1]["status"]["values"]["frame"] == 7  # a film needs no kernel


@pytest.mark.slow
def test_a_page_holds_as_much_as_its_budget_allows():
    large, note = page(300)
    small, less = page(300, budget=len(large["content"]) // 2)
    assert len(small["content"]) <= len(large["content"]) // 2 and "300 states" in note and "300 states" not in less
    assert page(300)[0] == large  # the same again


def test_a_walk_leaves_the_controller_alone():
    control = Two()
    before = json.dumps(control.state())
    assert len([step for step, _ in zip(walk(control), range(50), strict=False)]) == 50
    assert json.dumps(control.state()) == before


def test_a_fine_slider_goes_in_longer_steps():
    from liftkit.view.stored import _coarse, stored_values

    slider = Slider("much", "Much", maximum=100)
    values = list(stored_values(slider))
    assert len(values) <= 25 and values[0] == 0 and _coarse(slider.state())["step"] == values[1]
    assert _coarse(Slider("few", "Few", maximum=9).state())["step"] == 1
    with pytest.raises(ValueError):
        slider.check(101)
