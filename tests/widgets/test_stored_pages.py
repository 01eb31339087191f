"""The saved pages of widgets whose answers are stored: equal to the controllers', small, and honest about the rest."""

import json
import re
from dataclasses import replace
from html import unescape

import numpy as np
import pytest
from browser_answers import answered, same, visited
from consoles import CONFIG, POSES
from widget_cells import CELLS, SETUP

from liftkit import TrainConfig, load_poses
from liftkit.view.controls import Button
from liftkit.view.stored import ABSENT, MOST_MARKS, _copied, stored_values
from liftkit.widgets import LiftingConsole
from liftkit.widgets.lifting_console.controller import PRESETS
from tests.view.test_js import needs_node

pytestmark = [needs_node, pytest.mark.long]
STATES = 90


NAMES = ["PoseViewer", "RepresentationExplorer", "StudyExplorer", "CorrelationExplorer"]
NAMES += ["BeTheLifter", "ShadowExplorer", "SwapExplorer", "CycleExplorer", "ClaimBoard"]


@pytest.fixture(params=NAMES)
def widget(request):
    names = {}
    exec(SETUP, names)
    return eval(CELLS[request.param], names)


def ways(control):
    """Ways to use a page: its choices, switches and sliders one after the other, each led back; and every button and
    picture at which one can click, each on a fresh page."""
    along, single = [], []
    for one in control.controls():
        if one.name not in control.needs_kernel:
            now = control.values.get(one.name)
            other = [v for v in stored_values(one) if v != now and v not in control.needs_kernel]
            other = other[:: max(1, len(other) - 1)][:2]
            along += [{"kind": "set", "name": one.name, "value": value} for value in (*other, now) if other]
            single += [{"kind": "press", "name": one.name}] * isinstance(one, Button)
    for panel in control.panels():
        marks = re.findall(r'data-pick="([^"]*)"', getattr(panel, "svg", ""))
        marks += panel.skeleton.names if getattr(panel, "pickable", False) else ()
        ends = marks[:: max(1, len(marks) - 1)] if len(marks) <= MOST_MARKS else []  # the page says what it lacks
        single += [{"kind": "pick", "panel": panel.key, "key": unescape(mark)} for mark in ends]
    return [along, *([message] for message in single)]


def test_each_control_is_answered_as_by_the_controller(widget, tmp_path):
    (control, _), page = widget.controller.for_page(1_300_000), widget.page_state(STATES)
    assert len(page["answers"]["content"]) < 1_300_000
    wrong, visits = [], ways(control)
    for messages, states in zip(visits, visited(control, visits, tmp_path, page["answers"]), strict=True):
        theirs = _copied(control)
        for message, ours in zip(messages, states, strict=True):
            if ours["status"]["message"] == ABSENT:
                wrong.append(message)
                continue
            theirs.handle(message)
            for name, panel in theirs.state().items():
                if name.startswith("panel_"):
                    same(ours[name], panel, f"{message} {name}")
            same(ours["status"]["values"], theirs.values, str(message))
            same(ours["status"]["message"], theirs.message, str(message))
    assert len(wrong) <= 0.1 * sum(map(len, visits)), wrong


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


def test_the_default_console_plays_the_game_of_each_preset(tmp_path):
    """The recorded numbers are those that a game of today has, as far as its first steps go."""
    console, names = LiftingConsole(), list(PRESETS)
    page = console.page_state()
    assert len(json.dumps(page)) < 300_000 and "legs_torso, seed 0, 600 steps" in page["note"]
    assert "Seed" in page["note"] and "What plays" not in page["note"]
    choose = [{"kind": "set", "name": "preset", "value": name} for name in names]
    run, tick = {"kind": "press", "name": "run"}, {"kind": "tick"}
    visits = [[way, run, *30 * [tick], choose[0], run, tick] for way in choose]
    errors = {}
    for name, found in zip(names, visited(console.controller, visits, tmp_path, page["answers"]), strict=True):
        begin, end, other, last = found[0], *found[-4:-2], found[-1]
        assert [state["status"]["values"]["preset"] for state in (begin, end, other, last)] == [
            name,
            name,
            *2 * names[:1],
        ]
        assert [state["status"]["values"]["step"] for state in (begin, end, other, last)] == [0, 600, 0, 20]
        assert begin["panel_losses"]["title"] == "Losses, step 0 of 600" and not end["status"]["running"]
        errors[name] = [int(re.match(r"\d+", state["panel_error"]["caption"])[0]) for state in (begin, end)]
    assert len({begin for begin, _ in errors.values()}) == 1
    assert errors["the game alone"][1] > 100 > errors["+ reprojection"][1]  # what the lesson says of seed 0
    control = console.controller
    control.set("preset", names[0])
    control.game.run(20, float("inf"))
    for key in ("lifted_0", "lifted_1"):
        theirs = next(panel for panel in control.panels() if panel.key == key).dynamic_state()
        np.testing.assert_allclose(last[f"panel_{key}"]["joints"], theirs["joints"], atol=20)  # of 1,000: half a panel


def test_other_poses_or_settings_are_recorded_as_they_are():
    assert LiftingConsole().controller.for_page(0)[0].games.keys() == set(PRESETS)
    others = [
        LiftingConsole(load_poses("synthetic").select(slice(None, None, 7))),
        LiftingConsole(config=TrainConfig.lesson(steps=500)),
        LiftingConsole(representation="full"),
    ]
    others.append(seed := LiftingConsole())
    seed.set("seed", 1)
    assert [each.controller.for_page(0)[0].games for each in others] == [{}] * 4
