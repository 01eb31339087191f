"""A controller turns messages into events and keeps a value only if its answer succeeds."""

import json

import pytest

from liftkit.view.controller import Controller, Drag, Pick, Press, Set, Tick
from liftkit.view.controls import Button, Choice, Slider, Toggle
from liftkit.view.panels import Note


class Plain(Controller):
    """A controller that keeps its events."""

    def __init__(self):
        super().__init__()
        self.values = {"some": "a", "much": 1, "on": False}
        self.events = []

    def controls(self):
        some = Choice("some", "Some", options=("a", "b"))
        return [some, Slider("much", "Much", maximum=9), Toggle("on", "On"), Button("go", "Go")]

    def panels(self):
        return [Note("n", "N", text="x")]

    def respond(self, event):
        if event == Set("much", 7):
            raise RuntimeError("no seven")
        self.events.append(event)


def test_messages_become_events():
    plain = Plain()
    plain.handle({"kind": "set", "name": "much", "value": 3})
    plain.handle({"kind": "press", "name": "go"})
    plain.handle({"kind": "tick"})
    plain.running = True
    plain.handle({"kind": "tick"})
    plain.handle({"kind": "drag", "panel": "p", "joint": "head", "x": 1, "y": "-0.5"})
    plain.handle({"kind": "pick", "panel": "p", "key": "head"})
    drag = Drag("p", "head", 1.0, -0.5)
    assert plain.events == [Set("much", 3), Press("go"), Tick(), drag, Pick("p", "head")]
    assert plain.values["much"] == 3


def test_the_state_is_the_scene_the_status_and_the_panels():
    state = json.loads(json.dumps(Plain().state()))
    assert list(state) == ["scene", "status", "panel_n"]
    assert [control["kind"] for control in state["scene"]["controls"]] == ["choice", "slider", "toggle", "button"]
    assert state["scene"]["panels"] == [Note("n", "N").static_state()]
    assert state["status"]["values"] == Plain().values and state["panel_n"]["text"] == "x"


def test_a_value_whose_answer_failed_is_taken_back():
    plain = Plain()
    with pytest.raises(RuntimeError):
        plain.set("much", 7)
    assert plain.values["much"] == 1


@pytest.mark.parametrize(
    ("message", "trouble"),
    [({"kind": "set", "name": "go", "value": 1}, "is a button"),
     ({"kind": "press", "name": "on"}, "is not a button"),
     ({"kind": "set", "name": "more", "value": 1}, "unknown control 'more'; there are some, much, on, go"),
     ({"kind": "eat"}, "found .*'eat'"), ({}, "found {}"), ({"kind": "set", "name": "on"}, "with its fields")],
)  # fmt: skip
def test_a_message_that_makes_no_sense(message, trouble):
    with pytest.raises(ValueError, match=trouble):
        Plain().handle(message)
