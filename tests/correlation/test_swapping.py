"""Swapping joints between poses: donors are of another clip, and lifts move as the weights say."""

import dataclasses

import numpy as np
import pytest
from known_lifters import JOINTS, linear_run, untrained

from liftkit import intervention, load_poses
from liftkit.correlation import donors


def test_donors_are_of_another_clip_and_agree_in_the_labels():
    poses = load_poses("synthetic").test.select(slice(None, None, 7))
    donor = donors(poses, ("subject", "camera"))
    donated, recipient = donor[donor >= 0], np.flatnonzero(donor >= 0)
    assert len(donated) > 0.99 * len(poses) and len(np.unique(donated)) == len(donated)
    assert (poses.clip[donated] != poses.clip[recipient]).all()
    assert (poses.subject[donated] == poses.subject[recipient]).all() and (
        poses.camera[donated] == poses.camera[recipient]
    ).all()
    assert (donors(poses, ("subject", "camera")) == donor).all() and (donors(poses, seed=1) != donors(poses)).any()


def test_where_nobody_else_is_there_is_no_donor(poses):
    with pytest.raises(ValueError, match="no pose has a donor, a pose of another clip of the same subject, camera"):
        intervention(untrained("full"), poses.select(clip=poses.clip[0]))


def test_an_intervention_moves_a_linear_lifter_as_its_weights_say(poses):
    run, weights = linear_run()
    found = intervention(run, poses, {"wrist": ["left_wrist"], "feet": ["left_ankle", "right_ankle"]})
    donor = donors(poses)
    recipient = np.flatnonzero(donor >= 0)
    own, donated = (poses.x2d[i][:, 1:] - poses.x2d[i][:, :1] for i in (recipient, donor[recipient]))
    for row, joints in enumerate((["left_wrist"], ["left_ankle", "right_ankle"])):
        at = [JOINTS.index(joint) for joint in joints]
        expected = np.abs(np.einsum("nik,mikj->mnj", (donated - own)[:, at], weights[:, at])).mean(1)
        np.testing.assert_allclose(found.values[:, row], expected, rtol=1e-3)
    assert found.unit == "mm" and found.rows == ("wrist", "feet")


def test_joints_can_be_swapped_one_by_one(poses):
    found = intervention(untrained("legs_torso"), poses, "joints")
    assert found.rows == found.columns == JOINTS and (found.between() == 0).all()


@pytest.mark.slow
def test_pixels_are_measured_in_millimetres_where_the_truth_is_known():
    poses = load_poses("synthetic", rig="perspective").test.select(slice(None, None, 40))
    assert intervention(untrained("full"), poses).unit == "mm"
    blind = dataclasses.replace(poses, x3d=None)
    assert intervention(untrained("full"), blind).unit == "px"
