"""What lessons build on: the losses of given poses, a training with a student's losses, a look-up of depths."""

from dataclasses import replace

import numpy as np
import pytest
import torch

from liftkit import TrainConfig, Trainer, load_poses
from liftkit.course.exercises.lesson_03 import quarter_turns, reprojection
from liftkit.course.playground import cycle_of, looked_up, losses_of, own_losses
from liftkit.losses import LOSSES
from liftkit.networks import Lifter

POSES = load_poses("synthetic").test.select(slice(None, None, 900))


def mirrored(lifter):
    lifter.reverse_depth(torch.ones(lifter.members, dtype=torch.bool))
    return lifter


def test_under_the_papers_views_a_mirrored_lifter_has_the_same_losses_at_opposite_angles():
    lifter = Lifter("full", width=16, members=2, generators=[torch.Generator().manual_seed(s) for s in (0, 1)]).eval()
    as_made = {prior: losses_of(cycle_of(lifter, POSES, prior)) for prior in ("paper", "gravity")}
    mirrored(lifter)
    other = {prior: losses_of(cycle_of(lifter, POSES, prior, opposite=True)) for prior in ("paper", "gravity")}
    assert other["paper"] == pytest.approx(as_made["paper"], rel=1e-4)
    assert other["gravity"] != pytest.approx(as_made["gravity"], rel=0.01)
    assert losses_of(cycle_of(lifter, POSES)) != pytest.approx(as_made["paper"], rel=1e-4)  # the same angles


def trained(seeds):
    trainer = Trainer("full", POSES.x2d, seeds, TrainConfig.lesson(prior="paper", width=16, batch=8, steps=1))
    trainer.lifter.eval()  # else batch normalisation depends on which poses are lifted in one call
    trainer.step()
    return trainer.losses


def test_a_training_with_the_solutions_of_03_has_liftkits_losses_and_leaves_them_in_place():
    before = dict(LOSSES)
    with own_losses(reprojection=reprojection, quarter_turns=quarter_turns):
        own = trained((0, 1))
        assert LOSSES["reprojection"] != before["reprojection"]
        assert LOSSES["reprojection"].weight == before["reprojection"].weight
    assert before == LOSSES
    for name, values in trained((0, 1)).items():
        torch.testing.assert_close(own[name], values, rtol=1e-4, atol=1e-6)


def test_losses_come_back_after_an_error():
    before = dict(LOSSES)
    with pytest.raises(ZeroDivisionError), own_losses(reprojection=lambda *_: 1 / 0):
        Trainer("full", POSES.x2d, (0,), TrainConfig.lesson(prior="paper", width=16, batch=8, steps=1)).step()
    assert before == LOSSES


ARM, LEG = (tuple(f"left_{joint}" for joint in limb) for limb in (("elbow", "wrist"), ("knee", "ankle")))


def moved(poses, limb, x=0, z=0):
    """Poses whose depths are all z mm larger, and whose limb stands x mm further right in the picture."""
    x2d, x3d = poses.x2d.copy(), poses.x3d.copy()
    x3d[:, 1:, 2] += z
    x2d[:, [poses.skeleton.index(name) for name in limb], 0] += x
    return replace(poses, x2d=x2d, x3d=x3d)


def test_a_look_up_takes_the_depths_of_the_pose_that_is_most_alike_in_the_joints_that_are_seen():
    one = POSES.select([1])
    assert abs(one.x2d[0, one.skeleton.index("right_ankle"), 1]) == abs(one.x2d).max()  # so no limb moves the scale
    known = replace(POSES.select([1, 1]), **{
        name: np.concatenate([getattr(each, name) for each in (moved(one, LEG, 40, z=30), moved(one, ARM, 40, z=-70))])
        for name in ("x2d", "x3d")
    })  # fmt: skip
    assert looked_up(one, known, ARM, ("left_wrist",)) == pytest.approx([30], abs=0.01)
    assert looked_up(one, known, LEG, ("left_wrist",)) == pytest.approx([70], abs=0.01)


def test_a_look_up_finds_a_pose_at_any_size_and_counts_each_joint_once():
    large = replace(POSES, x2d=3 * POSES.x2d, x3d=3 * POSES.x3d)
    assert looked_up(POSES, large, ARM + LEG, ARM).max() < 0.01
    two, known = POSES.select([0, 5]), POSES.select(slice(6, None))
    np.testing.assert_array_equal(looked_up(two, known, ARM + ARM + LEG, ARM), looked_up(two, known, ARM + LEG, ARM))
