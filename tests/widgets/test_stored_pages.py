"""The saved pages of widgets whose answers are stored: equal to the controllers', small, and honest about the rest."""

from dataclasses import replace

import pytest
from browser_answers import answered, same
from consoles import CONFIG, POSES
from widget_cells import CELLS, SETUP

from liftkit.view.controls import Choice, Toggle
from liftkit.view.stored import ABSENT
from liftkit.widgets import LiftingConsole
from tests.view.test_js import needs_node

pytestmark = [needs_node, pytest.mark.slow]
STATES = 70


NAMES = ["PoseViewer", "RepresentationExplorer", "StudyExplorer", "CorrelationExplorer"]
NAMES += ["BeTheLifter", "ShadowExplorer", "SwapExplorer", "CycleExplorer", "ClaimBoard"]


@pytest.fixture(params=NAMES)
def widget(request):
    names = {}
    exec(SETUP, names)
    return eval(CELLS[request.param], names)


def test_each_choice_is_answered_as_by_the_controller(widget, tmp_path):
    (control, _), messages = widget.controller.for_page(1_300_000), []
    for one in control.controls():
        if isinstance(one, Choice | Toggle) and one.name not in control.needs_kernel:
            now = control.values[one.name]
            options = one.options if isinstance(one, Choice) else (not now,)
            other = [value for value in options if value != now and value not in control.needs_kernel][:2]
            messages += [{"kind": "set", "name": one.name, "value": value} for value in (*other, now)]
    page = widget.page_state(STATES)
    assert len(page["answers"]["content"]) < 1_300_000
    found, wrong = answered(control, messages, tmp_path, page["answers"]), []
    for message, ours in zip(messages, found, strict=True):
        control.handle(message)
        if ours["status"]["message"] == ABSENT:
            wrong.append(message["name"])
            control.handle(message | {"value": ours["status"]["values"][message["name"]]})
            continue
        for name, theirs in control.state().items():
            if name.startswith("panel_"):
                same(ours[name], theirs, f"{message} {name}")
        same(ours["status"]["values"], control.values, str(message))
        same(ours["status"]["message"], control.message, str(message))
    assert len(wrong) <= 0.1 * len(messages), wrong


def test_the_console_plays_a_recorded_game(tmp_path):
    console = LiftingConsole(POSES, config=replace(CONFIG, steps=6))
    page, press = console.page_state(), lambda name: {"kind": "press", "name": name}
    assert page["scene"]["title"].startswith("Recorded: ") and "Representation" in page["note"]
    messages = [press("step_d"), press("step_g"), press("reset"), press("run"), *3 * [{"kind": "tick"}], press("pause")]
    messages += [{"kind": "tick"}, press("run"), *9 * [{"kind": "tick"}], {"kind": "set", "name": "seed", "value": 3}]
    found = answered(console.controller, messages, tmp_path, page["answers"])
    for message, ours in zip(messages[:2], found, strict=False):
        console.controller.handle(message)
        for name, theirs in console.controller.state().items():
            if name.startswith("panel_"):
                same(ours[name], theirs, name)
        assert ours["status"]["message"] == console.controller.message
    texts = [state["status"]["message"] for state in found]
    assert "Paused after step 3" in texts[7] and texts[8] == texts[7] and found[8]["status"]["running"] is False
    assert "All 6 steps are done" in texts[-2] and texts[-1] == ABSENT and found[-2]["status"]["running"] is False
    assert [state["status"]["running"] for state in found[3:7]] == [True] * 4
