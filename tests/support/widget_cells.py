"""A small example of every widget, as the code of a notebook's cell; values for controls, messages, panels by key."""

from itertools import count
from typing import Any

from liftkit.view.controller import Controller
from liftkit.view.controls import Choice, Control, Slider, TextField, Toggle
from liftkit.view.panels import Panel
from liftkit.widgets import Widget

SETUP = """\
from liftkit import load_poses, load_record
from liftkit.recorded import record_results
from liftkit.widgets import *

few = load_poses("synthetic").select(slice(None, None, 97))  # some seen and some unseen people
"""
CELLS = {
    "PoseViewer": "PoseViewer(few.test, {'full': load_record('full'), 'flat': few.test.x3d * [1, 1, 0]})",
    "ViewExplorer": "ViewExplorer(poses=few.test)",
    "LiftingConsole": "LiftingConsole(few)",
    "DragExplorer": "DragExplorer(poses=few.test)",
    "CorrelationExplorer": "CorrelationExplorer(poses=few.test)",
    "Prediction": "Prediction('Commit to a guess', between=(0, 100), unit='mm')",
    "RepresentationExplorer": "RepresentationExplorer()",
    "ShadowExplorer": "ShadowExplorer(few.test)",
    "StudyExplorer": "StudyExplorer()",
    "BeTheLifter": "BeTheLifter(few)",
    "ClaimBoard": "ClaimBoard(record_results())",
    "CycleExplorer": "CycleExplorer(poses=few)",
    "SeedLottery": "SeedLottery()",
    "SwapExplorer": "SwapExplorer(poses=few.test)",
}

NASTY = "<script>alert('x')</script>&\"</svg>"  # as a name in data may be
NUMBERS = count(1)  # of messages


def samples(control: Control) -> tuple:
    """Values to try a control with: every option, or the ends and a middle. Empty for a button."""
    match control:
        case Choice():
            return control.options
        case Slider(minimum=low, maximum=high, step=step):
            return (low, low + step * round((high - low) / step / 2), high)
        case Toggle():
            return (False, True)
        case TextField():
            return ("a", "a" * (control.longest // 2), "a" * control.longest)
    return ()


def send(widget: Widget, kind: str, **fields: Any) -> None:
    """Send a message as the browser does. AssertionError with the traceback if the widget shows an error."""
    number = next(NUMBERS)
    widget.handle({"kind": kind, "number": number, **fields})
    assert widget.status["number"] == number
    assert widget.status["error"] is None, widget.status["error"]["trace"]


def panel(controller: Controller, key: str) -> Panel:
    """The panel of a widget that has this key."""
    return next(panel for panel in controller.panels() if panel.key == key)
