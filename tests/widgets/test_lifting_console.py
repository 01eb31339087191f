"""LiftingConsole: the trainer's own steps, shown as they are, stopped at once; the truth is for evaluation only."""

import json
from dataclasses import replace

import numpy as np
import pytest
import torch
from trainers import same, weights
from widget_cells import send

from liftkit import load_poses
from liftkit.config import TrainConfig
from liftkit.geometry import attach_depth, project, turn
from liftkit.losses import LOSSES, LossTerm, reprojection
from liftkit.metrics import pa_mpjpe
from liftkit.priors import PRIORS, get_prior
from liftkit.representations import REPRESENTATIONS, Representation, Segment, register
from liftkit.skeleton import H36M_17
from liftkit.training import Trainer
from liftkit.widgets import LiftingConsole
from liftkit.widgets.lifting_console import controller, game
from liftkit.widgets.lifting_console.controller import LiftingConsoleController

EVERY = load_poses("synthetic")
POSES = EVERY.select(np.arange(0, len(EVERY), 300))
CONFIG = TrainConfig(width=16, batch=8, steps=24, knee_every=5, record_every=2, dropout=0.3, label_swap=0.5)
RESETS = {"representation": "full", "prior": "paper", "seed": 3, "weight_adversarial": 2.0, "weight_reprojection": 0.0}


def console(poses=POSES, config=CONFIG, **options) -> LiftingConsoleController:
    return LiftingConsoleController(poses, config=config, device="cpu", **options)


def alone(poses=POSES, config=CONFIG, representation="legs_torso", seed=0) -> Trainer:
    return Trainer(representation, poses, (seed,), config, "cpu")


def equal(a, b) -> bool:
    """Whether two nested states are the same bit for bit."""
    if isinstance(a, torch.Tensor):
        return torch.equal(a, b)
    if isinstance(a, dict):
        return a.keys() == b.keys() and all(equal(a[key], b[key]) for key in a)
    if isinstance(a, (list, tuple)):
        return len(a) == len(b) and all(map(equal, a, b))
    return a == b


def play(control: LiftingConsoleController) -> None:
    """Tick as a browser does, while it runs."""
    for _ in range(1000):
        if not control.running:
            return
        control.handle({"kind": "tick"})
    raise AssertionError("it runs on and on")


def press(control, *names: str) -> None:
    for name in names:
        control.press(name)


def in_slices(control):
    press(control, "run")
    for _ in range(2):
        control.handle({"kind": "tick"})
    press(control, "pause")
    control.set("speed", 5)
    press(control, "run")
    play(control)


def by_turns(control):
    press(control, *["step_d", "step_g"] * CONFIG.steps)


def mixed(control):
    press(control, "step_d", "step_g", "step_d", "run")
    control.handle({"kind": "tick"})
    press(control, "step_d", "step_g", "step_d", "pause", "step_g", "run")
    control.handle({"kind": "tick"})
    press(control, "step_d", "run")
    play(control)


# The same run.


@pytest.mark.slow
@pytest.mark.parametrize("way", [in_slices, by_turns, mixed])
@pytest.mark.parametrize("prior", PRIORS)
def test_a_seeded_run_is_the_same_bit_for_bit_in_the_widget_and_without_it(way, prior):
    config = replace(CONFIG, prior=prior)
    control, other = console(config=config), alone(config=config).run()
    control.values["speed"] = 3
    way(control)
    assert control.trainer.steps_done == other.steps_done == CONFIG.steps
    assert equal(control.trainer.state_dict(), other.state_dict())
    assert same(control.trainer, other) and len(control.trainer.history) == CONFIG.steps // 2
    assert not control.running and "24 steps" in control.message


@pytest.mark.slow
def test_showing_it_changes_nothing_and_an_open_step_does_not_count():
    control, other = console(), alone()
    for _ in range(3):
        press(control, "step_d")
        control.panels()
        assert control.trainer.steps_done == other.steps_done
        press(control, "step_g")
        other.step()
        control.panels()
        assert equal(control.trainer.state_dict(), other.state_dict())


@pytest.mark.slow
def test_the_truth_is_for_evaluation_only():
    noise = np.random.default_rng(0).normal(size=POSES.x3d.shape).astype(np.float32) * 100
    wrong = replace(POSES, x3d=noise - noise[:, :1])
    ours, theirs = console(), console(wrong)
    for control in (ours, theirs):
        in_slices(control)
    assert equal(ours.trainer.state_dict(), theirs.trainer.state_dict())
    assert ours.game.evaluation.error != theirs.game.evaluation.error


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


# What is said and shown.


def test_each_half_moves_its_own_network_and_says_so():
    control = console()
    for half, mine, other in (("step_d", "discriminator", "lifter"), ("step_g", "lifter", "discriminator")):
        before, seen = weights(control.trainer), control.game.evaluation
        press(control, half)
        after, now = weights(control.trainer), control.game.evaluation
        moved = {part: [not torch.equal(after[k], before[k]) for k in after if k.startswith(part) and "weight" in k]
                 for part in ("lifter", "discriminator")}  # fmt: skip
        assert all(moved[mine]) and not any(moved[other])
        loss = "discriminator" if half == "step_d" else "adversarial"
        assert f"{seen.losses[loss]:.3f} → {now.losses[loss]:.3f}" in control.message
        assert f"{'G' if half == 'step_d' else 'D'} is unchanged" in control.message
    np.testing.assert_array_equal(now.real, seen.real)  # the lifter's half leaves D alone


@pytest.mark.slow
def test_verdicts_and_their_losses_are_worked_out_by_hand_in_eval_mode():
    control = console()
    by_turns(control)
    run, game, seen = control.trainer.to_run(), control.game, control.game.evaluation
    with torch.no_grad():
        turns = get_prior(CONFIG.prior)(game.u, CONFIG)[:, 0].float()
        views = project(turn(attach_depth(game.x2d, run.lifter(game.x2d)), turns))
        d_real, d_view = run.discriminator(game.x2d)[0].numpy(), run.discriminator(views)[0].numpy()
    np.testing.assert_allclose(seen.real, d_real, atol=1e-5)
    np.testing.assert_allclose(seen.turned, d_view, atol=1e-5)
    losses = {
        "discriminator": ((d_real - 1) ** 2).mean() + (d_view**2).mean(),
        "adversarial": ((d_view - 1) ** 2).mean(),
    }
    assert seen.losses == pytest.approx(losses, abs=1e-5)


@pytest.mark.slow
def test_the_curves_are_the_history_and_the_error_that_of_the_run():
    config = replace(CONFIG, record_every=game.EVALUATE_EVERY, dropout=0.0)
    control = console(config=config)
    press(control, "run")
    play(control)
    for name in ("discriminator", *LOSSES):
        steps, values = control.game.series(name)
        assert steps.tolist() == [0, 10, 20, 24] and np.isnan(values[0])
        assert values[1:].tolist() == control.trainer.history[name].tolist()
    error = pa_mpjpe(control.trainer.to_run().lift(control.game.test.x2d)[0], control.game.truth).mean()
    assert control.game.series("error")[1][-1] == pytest.approx(error, rel=1e-5)
    panel = next(panel for panel in control.panels() if panel.key == "error")
    assert panel.caption.startswith(f"{error:.0f} mm, ")
    assert set(control.game.test.split) == {"test"}


@pytest.mark.slow
def test_curves_never_hold_more_than_they_may(monkeypatch):
    monkeypatch.setattr(game, "EVALUATE_EVERY", 1)
    monkeypatch.setattr(game, "MOST_POINTS", 6)
    control = console()
    press(control, "run")
    play(control)
    steps = [step for step, _ in control.game.curve]
    assert len(steps) <= 6 and steps[0] == 0 and steps[-1] >= 20 and steps == sorted(set(steps))


@pytest.mark.slow
def test_it_learns():
    config = TrainConfig(width=32, batch=64, steps=160, learning_rate=3e-3, knee_every=40)
    control = console(config=config)
    press(control, "run")
    control.values["speed"] = 50
    play(control)
    errors = control.game.series("error")[1]
    assert errors[-1] < 0.85 * errors[:5].max()
    assert f"PA-MPJPE: {errors[0]:.0f} → {errors[-1]:.0f} mm" in control.message


# Hands on the controls.


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


# The widget.


@pytest.mark.slow
def test_without_a_truth_the_2d_input_stands_in_its_place_and_no_error_is_shown():
    control = console(replace(POSES, x3d=None))
    press(control, "step_d", "step_g")
    keys = [panel.key for panel in control.panels()]
    assert keys == ["given_0", "lifted_0", "given_1", "lifted_1", "losses", "verdicts"]
    assert control.panels()[0].joints.shape[-1] == 2 and control.panels()[0].title == "Pose 1: 2D"
    by_turns(control)
    assert "24 steps" in control.message and "PA-MPJPE" not in control.message


@pytest.mark.slow
def test_a_loss_that_is_left_out_has_no_curve():
    control = console()
    control.set("weight_quarter_turns", 0)
    press(control, "run")
    play(control)
    assert np.isnan(control.game.series("quarter_turns")[1]).all()
    losses = next(panel for panel in control.panels() if panel.key == "losses")
    assert "quarter turns: no value" in losses.svg and losses.title == "Losses, step 24 of 24"


@pytest.mark.slow
def test_the_widget_runs_by_messages_and_is_the_same_each_time():
    pictures = []
    for _ in range(2):
        widget = LiftingConsole(POSES, config=CONFIG, device="cpu")
        send(widget, "press", name="run")
        assert widget.status["running"]
        for _ in range(28):
            send(widget, "tick")
        assert not widget.status["running"] and "24 steps" in widget.status["message"]
        pictures.append((widget.svg(), repr(widget)))
    assert pictures[0] == pictures[1]
    assert repr(widget) == "LiftingConsole(legs_torso, seed 0, 24 of 24 steps on 'synthetic')"
    assert len(json.dumps(widget.controller.state(), allow_nan=False)) < 60_000


@pytest.mark.parametrize("drawing, seconds", [(0.0, 0.15), (0.3, 0.3), (5.0, 0.4)])
def test_a_slice_is_as_long_as_drawing_takes_but_never_so_long_that_pause_waits(monkeypatch, drawing, seconds):
    control, clock, given = console(), iter([10.0, 10.0 + drawing, 20.0]), []
    press(control, "run")
    control.answered_at = 10.0
    monkeypatch.setattr(controller, "perf_counter", lambda: next(clock) + drawing)
    monkeypatch.setattr(control.game, "run", lambda steps, most: given.append(most))
    control.tick()
    assert given == [pytest.approx(seconds)]
