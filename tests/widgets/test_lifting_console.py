"""LiftingConsole: the trainer's own steps, shown as they are; the truth is for evaluation only."""

import json
from dataclasses import replace

import numpy as np
import pytest
import torch
from consoles import CONFIG, POSES, alone, console, equal, play, press
from trainers import same, weights
from widget_cells import send

from liftkit.config import TrainConfig
from liftkit.geometry import attach_depth, project, turn
from liftkit.losses import LOSSES
from liftkit.metrics import pa_mpjpe
from liftkit.priors import PRIORS, get_prior
from liftkit.widgets import LiftingConsole
from liftkit.widgets.lifting_console import game


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


# What is said and shown.


def test_an_empty_chart_says_what_will_be_drawn():
    control = console()
    captions = [next(panel.caption for panel in control.panels() if panel.key == "losses")]
    press(control, "step_d", "step_g")
    captions.append(next(panel.caption for panel in control.panels() if panel.key == "losses"))
    assert "D's loss" in captions[0] and "adversarial" in captions[0] and "To come" not in captions[1]


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
