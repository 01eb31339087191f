"""A widget that fails: the error is shown in words, ends what was running, and fails the test that sent it."""

import pytest
from widget_cells import NASTY, send

import liftkit.widgets
from liftkit.view.controller import Controller, Press, Set, Tick
from liftkit.view.controls import Button, Slider
from liftkit.view.panels import Note
from liftkit.widgets import Widget


class Broken(Controller):
    """A widget whose callbacks fail."""

    title = "broken"

    def __init__(self):
        super().__init__()
        self.values = {"number": 1}
        self.running = True

    def controls(self):
        return [Slider("number", "Number", minimum=0, maximum=3), Button("fail", "Fail")]

    def respond(self, event):
        match event:
            case Set("number", 2):
                raise ValueError("expected another number, found 2")
            case Press("fail"):
                raise ZeroDivisionError("a fault")
            case Tick():
                raise RuntimeError("while running")

    def panels(self):
        return [Note("note", "Note", text=NASTY)]


@pytest.fixture
def broken(monkeypatch):
    monkeypatch.setattr(liftkit.widgets.widget, "WIDGETS", {})  # not one of ours
    return type("BrokenWidget", (Widget,), {"__doc__": "A test's.", "Controller": Broken})()


def test_an_error_is_shown_in_words_with_its_traceback(broken):
    broken.handle({"kind": "set", "name": "number", "value": 2, "number": 7})
    assert broken.status["error"]["text"] == "expected another number, found 2"
    assert "respond" in broken.status["error"]["trace"] and broken.status["number"] == 7
    assert broken.controller.values["number"] == 1  # as before
    broken.handle({"kind": "press", "name": "fail", "number": 8})
    text = broken.status["error"]["text"]
    assert "fault of the widget" in text and "ZeroDivisionError" in text
    broken.handle({"kind": "set", "name": "number", "value": 3, "number": 9})
    assert broken.status["error"] is None and broken.status["values"]["number"] == 3


def test_an_error_ends_what_was_running(broken):
    broken.handle({"kind": "tick", "number": 1})
    assert broken.status["running"] is False and broken.status["error"]["text"].endswith("while running")
    broken.handle({"kind": "tick", "number": 2})
    assert broken.status["error"] is None


def test_a_message_sent_by_a_test_fails_it_if_the_widget_shows_an_error(broken):
    with pytest.raises(AssertionError, match="ZeroDivisionError"):
        send(broken, "press", name="fail")


@pytest.mark.parametrize("message", [{}, {"kind": "explode"}, {"kind": "set", "name": "fail", "value": 1}])
def test_an_unknown_message_is_refused(broken, message):
    broken.handle(message | {"number": 4})
    assert broken.status["error"] and broken.status["number"] == 4
