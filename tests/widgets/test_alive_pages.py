"""The saved pages of all widgets: how many of their controls answer without a kernel."""

import pytest
from browser_answers import answered
from widget_cells import CELLS, SETUP, samples

from liftkit.losses import LOSSES
from liftkit.view.controls import Button
from liftkit.view.stored import ABSENT, stored_values
from liftkit.widgets import WIDGETS
from tests.view.test_js import needs_node

pytestmark = [needs_node, pytest.mark.thorough]
LEFT_OUT = {  # what no stored state answers: the page does not show it, and its note names it
    "LiftingConsole": {
        "speed",
        "representation",
        "prior",
        "knees",
        "seed",
        *(f"weight_{name}" for name in LOSSES),
    },
    "RepresentationExplorer": {"start"},
}
FIRST = {"step_g": "step_d"}  # a recorded game goes on in turn


def use(control, values) -> dict:
    """What a hand sends that presses a button or gives a control another value."""
    if isinstance(control, Button):
        return {"kind": "press", "name": control.name}
    others = (value for value in stored_values(control) or samples(control) if value != values[control.name])
    return {"kind": "set", "name": control.name, "value": next(others)}


@pytest.mark.parametrize("name", sorted(WIDGETS))
def test_every_control_of_a_page_answers_without_a_kernel(name, tmp_path):
    names = {}
    exec(SETUP, names)
    widget = eval({**CELLS, "LiftingConsole": "LiftingConsole()"}[name], names)  # with its recorded games
    page = widget.page_state(60)
    shown = {control["name"]: control for control in page["scene"]["controls"]}
    held, controls, dead = page["scene"]["browser"] == "stored", widget.controller.controls(), set()
    for control in controls:
        one = shown.get(control.name)
        if one is None or one.get("local") or len(one.get("options", "ab")) == 1:  # a film's frames need no kernel
            continue
        used = [use(each, widget.controller.values) for each in controls if each.name == FIRST.get(control.name)]
        used.append(use(control, widget.controller.values))
        *_, state = answered(widget.controller, used, tmp_path, page["answers"] if held else None)
        if state["status"]["message"] == ABSENT:
            dead.add(control.name)
    left_out = {control.name for control in controls} - set(shown)
    print(f"{name}: {len(controls)} controls, {len(shown)} on the page; dead: {dead}, left out: {left_out}")
    assert not dead and left_out == LEFT_OUT.get(name, set())
    assert all(control.label in page["note"] for control in controls if control.name in left_out)
