"""A discriminator that is told a label of each pose judges a view among real poses of that label."""

from dataclasses import replace

import numpy as np
import pytest
import torch

from liftkit import Discriminator, Run, TrainConfig, Trainer, load_poses, run_study, train
from liftkit.poses import concatenate, training_labels
from liftkit.widgets import CycleExplorer, LiftingConsole, ViewExplorer

SMALL = dict(width=16, batch=32, steps=3, condition="action")


def test_labels_follow_the_poses_that_are_drawn(tiny_poses):
    trainer = Trainer("full", tiny_poses, (0, 1), TrainConfig(**SMALL, flip=0))
    cycle, poses = trainer.begin_cycle(), tiny_poses.train
    assert trainer.discriminator.classes == 2
    for member, x2d in enumerate(cycle.x2d):
        for pose, label in zip(x2d, cycle.labels[member], strict=True):
            at = int((trainer.poses - pose).abs().amax((1, 2)).argmin())
            assert poses.action[at] == ["sit", "walk"][label]


def test_labels_are_numbered_in_alphabetical_order_among_the_training_poses(tiny_poses):
    assert training_labels(tiny_poses, "subject").tolist() == [0] * 8 + [1] * 8  # cem is for the test
    assert training_labels(tiny_poses, "camera").tolist() == [0, 1] * 8


def test_a_class_shifts_the_first_layer_by_weights_of_its_own():
    told, plain = Discriminator(16, 2, classes=3), Discriminator(16, 2)
    state = told.state_dict()
    x2d, labels = torch.rand(2, 5, 17, 2), torch.tensor([[0, 1, 2, 1, 0]]).expand(2, 5)
    for label in range(3):
        same = {k: t.clone() for k, t in state.items()}
        same["input.weight"] = state["input.weight"][..., :32]
        same["input.bias"] = state["input.bias"] + state["input.weight"][..., 32 + label].reshape(
            state["input.bias"].shape
        )
        plain.load_state_dict(same)
        chosen = labels[0] == label
        np.testing.assert_allclose(told(x2d, labels)[:, chosen].detach(), plain(x2d)[:, chosen].detach(), atol=1e-6)


@pytest.mark.slow
def test_what_one_class_never_does_is_not_real_in_it():
    """Of two sources the second shows one pose only: the poses of the first are real there and not in the second."""
    people = load_poses("synthetic").train.select(np.arange(400))
    still = people.select(np.repeat(7, 400))
    named = zip((people, still), ("moving", "still"), strict=True)
    mixed = concatenate([replace(poses, action=np.full(len(poses), name)) for poses, name in named], "both")
    trainer = Trainer("full", mixed, (0,), TrainConfig(width=32, batch=64, condition="action", label_swap=0))
    for _ in range(150):
        trainer.step_discriminator()
    moving = trainer.poses[None, :400]
    score = [trainer.discriminator(moving, torch.full((1, 400), label)).mean().item() for label in (0, 1)]
    assert score[0] > score[1] + 0.1  # without the labels both are the same


def test_it_is_saved_loaded_and_selected_with_its_run(tiny_poses, tmp_path):
    run = train("full", tiny_poses, (3, 5), **SMALL)
    again = Run.load(run.save(tmp_path / "run"))
    x2d, labels = torch.rand(2, 4, 17, 2), torch.tensor([[0, 1, 1, 0]]).expand(2, 4)
    torch.testing.assert_close(again.discriminator(x2d, labels), run.discriminator(x2d, labels), rtol=0, atol=0)
    second = run.select([5]).discriminator(x2d[1:], labels[1:])
    torch.testing.assert_close(second, run.discriminator(x2d, labels)[1:])
    assert Run.load(run.save(tmp_path / "small", compact=True)).lift(tiny_poses.x2d).shape == (2, 24, 17, 3)


@pytest.mark.slow
def test_a_member_alone_learns_what_it_learns_beside_others_and_a_study_takes_the_condition(tiny_poses, tmp_path):
    together, alone = train("legs_torso", tiny_poses, (0, 4), **SMALL), train("legs_torso", tiny_poses, (4,), **SMALL)
    np.testing.assert_allclose(together.lift(tiny_poses.x2d)[1], alone.lift(tiny_poses.x2d)[0], atol=0.05)
    study = run_study("legs_torso", tiny_poses, (0, 4), TrainConfig(**SMALL), tmp_path, policies=("last",), processes=1)
    np.testing.assert_allclose(study.run("legs_torso").lift(tiny_poses.x2d), together.lift(tiny_poses.x2d), atol=0.05)


def test_what_it_cannot_be_told_is_refused_with_the_reason(tiny_poses):
    with pytest.raises(ValueError, match="condition must be one of none, subject, action, camera, found 'shoe'"):
        TrainConfig(condition="shoe")
    with pytest.raises(ValueError, match="condition 'action' needs a PoseSet"):
        train("full", tiny_poses.x2d, **SMALL)
    with pytest.raises(ValueError, match="told the class of each pose, one of 3; found no labels"):
        Discriminator(16, classes=3)(torch.rand(1, 5, 17, 2))
    with pytest.raises(ValueError, match="told no classes; found labels"):
        Discriminator(16)(torch.rand(1, 5, 17, 2), torch.zeros(1, 5, dtype=torch.long))
    run = train("full", tiny_poses, (0,), **SMALL)
    for widget in (CycleExplorer, ViewExplorer):
        with pytest.raises(ValueError, match="told the class of each pose"):
            widget(run, tiny_poses)
    with pytest.raises(ValueError, match="told the class of each pose"):
        LiftingConsole(tiny_poses, config=TrainConfig(**SMALL))
