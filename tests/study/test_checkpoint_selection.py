"""Which checkpoint each policy keeps, and that the unsupervised one sees training poses only."""

from dataclasses import replace

import numpy as np
import pytest
import torch
from small_studies import CONFIG

from liftkit import REPRESENTATIONS
from liftkit.data.synthetic import synthetic_motion
from liftkit.study.checkpoint_selection import CheckpointSelector, bone_spread
from liftkit.training import Trainer


class Stamped:
    """A stand-in for a trainer whose weights say at which step they were taken."""

    def __init__(self, poses):
        self.trainer = Trainer("full", poses, (3, 4), CONFIG, "cpu")

    def at(self, step: int) -> Trainer:
        self.trainer.steps_done = step
        with torch.no_grad():
            for network in (self.trainer.lifter, self.trainer.discriminator):
                for p in network.parameters():
                    p.fill_(step)
        return self.trainer


def test_each_policy_keeps_each_members_best_evaluation(poses, monkeypatch):
    from liftkit.study import checkpoint_selection

    errors = {1: [5.0, 1.0], 2: [4.0, 2.0], 3: [6.0, 3.0]}
    bones = {1: [0.3, 0.3], 2: [0.2, 0.4], 3: [0.1, 0.5]}
    stamped = Stamped(poses)
    now = lambda table: np.array(table[stamped.trainer.steps_done])  # noqa: E731
    monkeypatch.setattr(checkpoint_selection.metrics, "pa_mpjpe", lambda *_, reflection: now(errors)[:, None])
    monkeypatch.setattr(checkpoint_selection, "bone_spread", lambda x3d, skeleton: now(bones))
    selector = CheckpointSelector(("last", "unsupervised", "oracle"), poses, stamped.trainer)
    for step in errors:
        selector.evaluate(stamped.at(step))
    assert selector.steps("last") == [3, 3]
    assert selector.steps("oracle") == [2, 1] and selector.steps("unsupervised") == [3, 1]
    run = selector.run("oracle", stamped.trainer)
    for network in (run.lifter, run.discriminator):
        for p in network.parameters():
            assert [member.unique().tolist() for member in p.view(2, -1)] == [[2.0], [1.0]]
    assert torch.equal(
        stamped.trainer.lifter.inputs[0].weight.unique(), torch.tensor([3.0])
    )  # training goes on as it was


@pytest.mark.slow
def test_the_unsupervised_choice_depends_on_training_poses_only(poses):
    moved = poses.x2d.copy()
    moved[poses.split == "test"] *= np.random.default_rng(0).uniform(0.2, 5, (1, 17, 1)).astype(np.float32)
    others = [poses, replace(poses, x2d=moved), replace(poses, x2d=moved, x3d=-poses.x3d), replace(poses, x3d=None)]
    trainer = Trainer("full", poses, (3, 4), CONFIG, "cpu")
    selectors = [CheckpointSelector(("unsupervised",), other, trainer) for other in others]
    for _ in range(3):
        trainer.run(5)
        for selector in selectors:
            selector.evaluate(trainer)
    for selector in selectors[1:]:
        assert selector.steps("unsupervised") == selectors[0].steps("unsupervised")
        assert selector.table.bones.tolist() == selectors[0].table.bones.tolist()


def test_bones_of_a_rigid_body_keep_their_shares_and_those_of_a_stretched_one_do_not():
    person = np.stack([synthetic_motion(subjects=2, frames=4).joints[0]] * 5)[None]
    skeleton = REPRESENTATIONS["full"].skeleton
    assert bone_spread(person, skeleton) == pytest.approx(0, abs=1e-6)
    larger = person * np.array([1, 1.1, 1.2, 0.9, 0.8])[:, None, None]
    assert bone_spread(larger, skeleton) == pytest.approx(0, abs=1e-6)
    larger[..., 2] *= np.array([1, 0.5, 1.5, 1, 1])[:, None]
    assert bone_spread(larger, skeleton) > 0.01
