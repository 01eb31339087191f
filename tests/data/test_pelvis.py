"""The pelvis is the midpoint of the hips; tests of the readers say the same of every source of data."""

import numpy as np
import pytest

from liftkit.data.broad_movements import MOVEMENTS
from liftkit.data.cameras import RIGS, film
from liftkit.data.people import pick_joints
from liftkit.data.synthetic import random_poses, synthetic_motion
from liftkit.geometry import hip_midpoint
from liftkit.skeleton import H36M_17

MOTIONS = {name: synthetic_motion(movements=name, subjects=2, frames=2) for name in MOVEMENTS}
MOTIONS["random"] = random_poses(subjects=8, poses=50)
every_motion = pytest.mark.parametrize("motion", MOTIONS.values(), ids=MOTIONS.keys())


def joint(points, name):
    return points[:, H36M_17.index(name)].astype(float)


def test_the_midpoint_of_hand_made_hips():
    points = np.zeros((2, 17, 2))
    points[:, H36M_17.index("left_hip")] = [[1, 2], [10, 20]]
    points[:, H36M_17.index("right_hip")] = [[3, -2], [0, 10]]
    assert hip_midpoint(points).tolist() == [[2, 0], [5, 15]]


@every_motion
def test_synthetic_people(motion):
    assert not joint(motion.joints, "pelvis").any()
    np.testing.assert_allclose(joint(motion.joints, "left_hip"), -joint(motion.joints, "right_hip"), atol=1e-3)


@every_motion
def test_the_spine_is_about_half_way_from_pelvis_to_thorax(motion):
    pelvis, spine, thorax = (joint(motion.joints, name) for name in ("pelvis", "spine", "thorax"))
    lower, upper = (np.linalg.norm(bone, axis=-1) for bone in (spine - pelvis, thorax - spine))
    share = lower / (lower + upper)
    assert 0.4 < share.min() and share.max() < 0.6
    assert np.median(share) == pytest.approx(233 / 490, abs=0.02)  # Human3.6M's


@pytest.mark.parametrize("rig", RIGS)
def test_films_of_synthetic_people(rig):
    poses = film(MOTIONS["basic"], rig)
    left, right = (joint(poses.x3d, f"{side}_hip") for side in ("left", "right"))
    np.testing.assert_allclose((left + right) / 2, joint(poses.x3d, "pelvis"), atol=1e-3)
    # In perspective the midpoint of two images is not quite the image of the midpoint.
    left, right = (joint(poses.x2d, f"{side}_hip") for side in ("left", "right"))
    np.testing.assert_allclose(
        (left + right) / 2, joint(poses.x2d, "pelvis"), atol=0.5 if rig == "perspective" else 1e-3
    )


@pytest.mark.parametrize("mapped", [{}, {"pelvis": "root"}], ids=["root left out", "root named"])
def test_joints_picked_from_a_source_whose_root_is_elsewhere(mapped):
    names = ["root", *H36M_17.names[1:]]
    points = np.random.default_rng(0).normal(scale=300, size=(5, 17, 3))
    found = pick_joints(points, names, {name: name for name in names[1:]} | mapped)
    np.testing.assert_array_equal(found[:, 1:], points[:, 1:])
    expected = (points[:, names.index("left_hip")] + points[:, names.index("right_hip")]) / 2
    np.testing.assert_allclose(found[:, 0], expected)
