"""Bodies and how angles place their joints: cited proportions, anatomical directions, mirrored sides."""

import numpy as np
import pytest
from synthetic_people import CHANNELS, LEGS, TORSO, joint

from liftkit.data.body import LEG_CHANNELS, TORSO_CHANNELS, draw_bodies, place_joints
from liftkit.skeleton import H36M_17


def angles(frames=1, **changes):
    """Quiet standing: every channel at its neutral value, but for the changes."""
    shape = {name: (frames, 2) if c.kind == "sided" else (frames,) for name, c in CHANNELS.items()}
    neutral = {name: np.full(shape[name], float(c.neutral)) for name, c in CHANNELS.items()}
    return neutral | {name: np.broadcast_to(np.array(v, float), shape[name]) for name, v in changes.items()}


def test_bones_have_the_cited_shares_of_a_plausible_stature():
    bodies = draw_bodies(np.random.default_rng(0), 500)
    stature = bodies["thigh"] / 0.245
    assert 1350 < stature.min() and stature.max() < 2110  # 1.50 to 1.95 m, and 8 % for the thigh's own variation
    assert np.median(bodies["forearm"] / bodies["upper_arm"]) == pytest.approx(0.146 / 0.186, rel=0.01)
    assert 0.01 < np.std(bodies["thigh"] / bodies["shank"]) < 0.08


UPRIGHT = {"trunk_flexion": 0, "pelvis_tilt": 0, "hip_flexion": 0, "hip_abduction": 0, "hip_rotation": 0}
HANGING = {**UPRIGHT, "shoulder_elevation": 0, "shoulder_rotation": 0}


@pytest.mark.parametrize(
    "changes, name, expected",
    [
        ({"hip_flexion": 90}, "left_knee", (0, 0, 1)),
        ({"hip_abduction": 45}, "right_knee", (-1, -1, 0)),
        ({"knee_flexion": 90}, "left_ankle", (0, 0, -1)),
        ({"knee_flexion": 90, "hip_rotation": 90}, "left_ankle", (1, 0, 0)),
        ({"shoulder_elevation": 90, "shoulder_plane": 90}, "left_elbow", (0, 0, 1)),
        ({"shoulder_elevation": 90, "shoulder_plane": 0}, "right_elbow", (-1, 0, 0)),
        ({"shoulder_elevation": 180}, "left_elbow", (0, 1, 0)),
        ({"elbow_flexion": 90}, "left_wrist", (0, 0, 1)),
        ({"elbow_flexion": 90, "shoulder_rotation": 90}, "left_wrist", (-1, 0, 0)),
        ({"trunk_flexion": 90}, "neck", (0, 0, 1)),
        ({"trunk_lean": 90}, "neck", (1, 0, 0)),
    ],
)
def test_an_angle_turns_its_bone_the_anatomical_way(changes, name, expected):
    joints = place_joints(angles(**HANGING | changes), draw_bodies(np.random.default_rng(0), 1))
    bone = joint(joints, name)[0] - joints[0, H36M_17.parents[H36M_17.index(name)]]
    expected = np.array(expected) / np.linalg.norm(expected)
    assert bone / np.linalg.norm(bone) == pytest.approx(expected, abs=1e-5)


def test_swapping_the_sides_mirrors_the_person():
    rng = np.random.default_rng(1)
    body = draw_bodies(rng, 50)
    posture = {name: rng.uniform(c.low, c.high, (50, 2) if c.kind == "sided" else 50) for name, c in CHANNELS.items()}
    flip = {"sided": lambda a: a[:, ::-1], "middle": lambda a: a, "turning": lambda a: -a}
    mirrored = place_joints({name: flip[CHANNELS[name].kind](a) for name, a in posture.items()}, body)
    order = np.arange(17)
    for left, right in H36M_17.pairs:
        order[[left, right]] = right, left
    np.testing.assert_allclose(mirrored, (place_joints(posture, body) * [-1, 1, 1])[:, order], atol=1e-3)


@pytest.mark.parametrize("channels, moved, still", [(LEG_CHANNELS, LEGS, TORSO), (TORSO_CHANNELS, TORSO, LEGS)])
def test_legs_and_torso_share_no_angle(channels, moved, still):
    body = draw_bodies(np.random.default_rng(0), 1)
    before, after = (place_joints(angles(**change), body) for change in ({}, {n: c.high for n, c in channels.items()}))
    np.testing.assert_array_equal(before[:, still], after[:, still])
    assert (np.abs(before - after)[0, moved].max(-1) > 1).all()
