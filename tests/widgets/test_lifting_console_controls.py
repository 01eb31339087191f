"""LiftingConsole's controls: what restarts, what stops at once, what is out of turn, and what goes wrong."""

import time
from dataclasses import replace
from pathlib import Path
from textwrap import dedent

import pytest
from consoles import CONFIG, POSES, alone, console, equal, play, press
from jupyter_client.manager import start_new_kernel
from trainers import weights
from widget_cells import send

from liftkit.losses import LOSSES, LossTerm, reprojection
from liftkit.representations import REPRESENTATIONS, Representation, Segment, register
from liftkit.skeleton import H36M_17
from liftkit.widgets import LiftingConsole
from liftkit.widgets.lifting_console import controller

RESETS = {"representation": "full", "prior": "paper", "seed": 3, "weight_adversarial": 2.0, "weight_reprojection": 0.0}


@pytest.mark.parametrize("halves", [("step_d", "step_d", "step_g"), ("step_g",)])
def test_out_of_turn_is_done_and_said(halves):
    control, other = console(), alone()
    press(control, *halves)
    other.step()
    assert control.trainer.steps_done == 1
    assert not equal(control.trainer.state_dict(), other.state_dict())
    press(control, *(["reset"]))
    said = []
    for half in halves:
        press(control, half)
        said.append("out of turn" in control.message)
    assert said == ([False, True, False] if len(halves) == 3 else [True])


@pytest.mark.slow
@pytest.mark.parametrize("name, value", RESETS.items())
def test_what_the_config_freezes_restarts_and_says_so(name, value):
    control = console()
    press(control, "step_d", "step_g", "run")
    control.set(name, value)
    assert control.trainer.steps_done == 0 and not control.running
    assert "at step 0" in control.message and "1 trained step" in control.message
    trainer, values = control.trainer, control.values
    assert trainer.representation.name == values["representation"] and trainer.seeds == (values["seed"],)
    assert trainer.config.prior == values["prior"]
    assert trainer.config.weights == {term: values[f"weight_{term}"] for term in LOSSES}
    other = alone(config=trainer.config, representation=values["representation"], seed=values["seed"]).run(3)
    press(control, *["step_d", "step_g"] * 3)
    assert equal(control.trainer.state_dict(), other.state_dict())


def test_reset_goes_back_to_the_very_start():
    control = console()
    press(control, "step_d", "step_g", "step_d", "reset")
    assert equal(control.trainer.state_dict(), alone().state_dict())
    assert [step for step, _ in control.game.curve] == [0] and control.game.cycle is None


def test_pause_stops_and_a_late_tick_does_nothing(monkeypatch):
    control = console()
    control.handle({"kind": "press", "name": "run"})
    monkeypatch.setattr(controller, "SLICE", 0.0)
    control.set("speed", 50)
    control.handle({"kind": "tick"})
    assert control.trainer.steps_done == 1  # no further step after the slice's time
    control.handle({"kind": "press", "name": "pause"})
    control.handle({"kind": "tick"})
    assert control.trainer.steps_done == 1 and "step 1." in control.message


def test_the_stop_square_stops(monkeypatch):
    console = LiftingConsole(POSES, config=replace(CONFIG, steps=4))
    send(console, "press", name="run")

    def interrupted(*_):
        raise KeyboardInterrupt

    monkeypatch.setattr(console.controller.game, "run", interrupted)
    send(console, "tick")
    assert console.status["running"] is False and "Paused after step 0" in console.status["message"]


@pytest.mark.filterwarnings("ignore:interrupted at step")
def test_the_stop_square_in_the_middle_of_a_step_stops_and_run_goes_on(monkeypatch):
    console = LiftingConsole(POSES, config=replace(CONFIG, steps=4))
    send(console, "press", name="run")

    def interrupted():
        raise KeyboardInterrupt

    with monkeypatch.context() as patched:
        patched.setattr(console.controller.trainer, "step", interrupted)
        send(console, "tick")
    assert console.status["running"] is False and "Paused after step 0" in console.status["message"]
    send(console, "press", name="run")
    send(console, "tick")
    assert console.controller.trainer.steps_done > 0


@pytest.mark.slow
def test_the_stop_square_stops_between_two_slices_in_a_real_kernel():
    start = """
        import sys; sys.path.insert(0, 'tests/support')
        from dataclasses import replace
        from consoles import CONFIG, POSES
        from liftkit.widgets import LiftingConsole
        console = LiftingConsole(POSES, config=replace(CONFIG, steps=400))
        console.press('run')
        print(console.controller.running)
    """
    kernel, client = start_new_kernel(cwd=str(Path(__file__).parents[2]))
    said = []

    def answered(code):
        said.clear()
        listen = lambda message: said.append(message["content"].get("text", ""))  # noqa: E731
        client.execute_interactive(dedent(code), output_hook=listen, timeout=300)
        return "".join(said).strip()

    try:
        assert answered(start) == "True"
        time.sleep(0.5)  # now the kernel idles, as between a picture and the next message
        kernel.interrupt_kernel()
        time.sleep(0.5)
        assert answered("print(console.controller.running, console.message)").startswith("False Paused after step 0")
    finally:
        client.stop_channels()
        kernel.shutdown_kernel(now=True)


def test_after_the_end_nothing_is_said_to_continue():
    control = console(config=replace(CONFIG, steps=2))
    press(control, "step_d", "step_g", "step_d", "step_g")
    ended = control.message
    assert "All 2 steps are done" in ended
    press(control, "pause")
    assert control.message == ended
    control.set("speed", 7)
    assert control.message == ended


@pytest.mark.slow
def test_speed_is_the_steps_of_a_slice(monkeypatch):
    monkeypatch.setattr(controller, "SLICE", 100.0)
    control = console()
    press(control, "run")
    before, seen = control.trainer, []
    control.set("speed", 7)
    assert control.trainer is before and control.running
    while control.running:
        control.tick()
        seen.append(control.trainer.steps_done)
    assert seen == [7, 14, 21, 24]


@pytest.mark.parametrize("drawing, seconds", [(0.0, 0.15), (0.3, 0.3), (5.0, 0.4)])
def test_a_slice_is_as_long_as_drawing_takes_but_never_so_long_that_pause_waits(monkeypatch, drawing, seconds):
    control, clock, given = console(), iter([10.0, 10.0 + drawing, 20.0]), []
    press(control, "run")
    control.answered_at = 10.0
    monkeypatch.setattr(controller, "perf_counter", lambda: next(clock) + drawing)
    monkeypatch.setattr(control.game, "run", lambda steps, most: given.append(most))
    control.tick()
    assert given == [pytest.approx(seconds)]


@pytest.mark.parametrize("button", ["step_d", "step_g", "run"])
def test_after_the_last_step_nothing_moves_but_by_reset(button):
    control = console(config=replace(CONFIG, steps=1))
    press(control, "step_d", "step_g")
    state = control.trainer.state_dict()
    press(control, button)
    assert equal(control.trainer.state_dict(), state) and not control.running
    assert "1 step" in control.message and "Reset" in control.message
    press(control, "reset", "step_d")
    assert control.message.startswith("Step D")


def test_a_registered_representation_can_be_chosen_and_one_given_needs_not_be_registered():
    names = H36M_17.names[1:]
    mine = Representation("upper_lower_mine", (Segment("a", names[:6]), Segment("b", names[6:])), 1)
    assert "upper_lower_mine" in console(representation=mine).control("representation").options
    control = console()
    assert "upper_lower_mine" not in control.control("representation").options
    register(mine)
    try:
        control.set("representation", "upper_lower_mine")
        assert control.trainer.representation == mine
    finally:
        del REPRESENTATIONS["upper_lower_mine"]


# Trouble.


def poisoned(at: int) -> LossTerm:
    """A reprojection term that is not a number at its call number ``at``."""
    calls = []

    def term(cycle, discriminator):
        calls.append(None)
        return reprojection(cycle) * (float("nan") if len(calls) == at else 1.0)

    return LossTerm(term, 10.0)


@pytest.mark.slow
@pytest.mark.parametrize("running", [True, False])
def test_divergence_is_shown_and_training_is_back_at_a_good_state(monkeypatch, running):
    control = console()
    monkeypatch.setitem(LOSSES, "reprojection", poisoned(4))
    control.set("speed", 1)
    if running:
        press(control, "run")
        with pytest.warns(RuntimeWarning, match="diverged"):
            play(control)
    else:
        press(control, *["step_d", "step_g"] * 4)
    assert "seed 0 diverged at step 4 (reprojection" in control.message
    assert control.trainer.steps_done == 3 and not control.running
    assert all(tensor.isfinite().all() for tensor in weights(control.trainer).values())
    monkeypatch.undo()
    assert equal(control.trainer.state_dict()["lifter"], alone().run(3).state_dict()["lifter"])
    press(control, "run")
    assert not control.running
    press(control, "reset", "step_d", "step_g")
    assert control.message.startswith("Step G") and control.trainer.steps_done == 1


@pytest.mark.parametrize(
    "arguments, message",
    [
        (dict(poses=POSES.x2d), "poses must be a PoseSet, found ndarray"),
        (dict(representation="halves"), "unknown representation 'halves'; there are full,"),
    ],
)
def test_bad_input_is_named(arguments, message):
    with pytest.raises(ValueError, match=message):
        console(**arguments)


def test_a_width_that_a_representation_cannot_share_leaves_everything_as_it_was():
    control = console(config=replace(CONFIG, width=9))
    press(control, "step_d", "step_g")
    state = control.trainer.state_dict()
    with pytest.raises(ValueError, match="expected a multiple of 16, found 9"):
        control.set("representation", "legs_torso_shared")
    assert control.values["representation"] == "legs_torso" and equal(control.trainer.state_dict(), state)


@pytest.mark.parametrize("name, value", [("seed", 21), ("speed", 0), ("prior", "none"), ("weight_adversarial", -1)])
def test_what_a_control_cannot_have_is_refused(name, value):
    control = console()
    with pytest.raises(ValueError, match=f"expected .*found '?{value}"):
        control.set(name, value)


GAME = {  # what plays -> the losses that count, the prior, whether knees are tested
    "the game alone": ({"adversarial"}, "paper", False),
    "+ reprojection": ({"adversarial", "reprojection"}, "paper", False),
    "+ quarter turns": ({"adversarial", "reprojection", "quarter_turns"}, "paper", False),
    "+ gravity": ({"adversarial", "reprojection", "quarter_turns"}, "gravity", False),
    "+ knees": ({"adversarial", "reprojection", "quarter_turns"}, "gravity", True),
}


@pytest.mark.slow
def test_presets_add_one_thing_after_the_other():
    control = console()
    assert [control.controls()[0].name, *control.control("preset").options[:-1]] == ["preset", *GAME]
    assert control.values["preset"] == "+ knees"  # as the config has it
    for name, (losses, prior, knees) in GAME.items():
        control.set("preset", name)
        config = control.trainer.config
        assert ({term for term, weight in config.weights.items() if weight}, config.prior) == (losses, prior)
        assert (config.knee_every == CONFIG.knee_every) is knees and control.values["preset"] == name
    control.set("weight_adversarial", 0)
    assert control.values["preset"] == controller.OWN


@pytest.mark.slow
def test_the_last_run_stays_as_a_ghost():
    control = console()
    error = lambda: next(panel.svg for panel in control.panels() if panel.key == "error")  # noqa: E731
    press(control, *["step_d", "step_g"] * 3)
    assert "last run" not in error()
    press(control, "reset")
    assert "last run: from" in error() and control.last[0].tolist() == [0, 1, 2, 3]
    press(control, "reset")  # nothing was trained since: the ghost stays
    assert control.last[0].tolist() == [0, 1, 2, 3]
