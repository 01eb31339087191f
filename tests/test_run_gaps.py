"""Lifting poses of which not every joint was seen."""

import warnings

import numpy as np
import pytest
import torch

from liftkit.run import Run
from liftkit.skeleton import H36M_17
from liftkit.training import train

POSES = np.random.default_rng(0).normal(scale=300, size=(120, 17, 2)).astype(np.float32)

LEGS = [H36M_17.index(f"{side}_{joint}") for side in ("right", "left") for joint in ("hip", "knee", "ankle")]
TORSO = [joint for joint in range(1, 17) if joint not in LEGS]
KNEE, ANKLE, WRIST, HIP = (H36M_17.index(f"left_{name}") for name in ("knee", "ankle", "wrist", "hip"))


def short_run(representation: str = "legs_torso", **config) -> Run:
    return train(representation, POSES, (5, 0), device="cpu", **(dict(width=16, batch=8, steps=3) | config))


def without(*joints: int, poses=POSES, rows=slice(None)) -> np.ndarray:
    poses = poses.copy()
    poses[np.ix_(np.arange(len(poses))[rows], joints)] = np.nan
    return poses


@pytest.mark.parametrize("kind", [np.asarray, torch.from_numpy])
def test_a_hidden_leg_costs_the_torso_nothing(kind):
    run = short_run()
    complete, lifted = run.lift(POSES), np.asarray(run.lift(kind(without(KNEE, ANKLE))))
    np.testing.assert_allclose(lifted[:, :, TORSO], complete[:, :, TORSO], atol=1e-3)  # poses of some 900 mm
    assert np.isnan(lifted[:, :, LEGS, 2]).all() and (lifted[:, :, 0] == 0).all()


def test_x_and_y_of_a_joint_that_was_seen_are_kept_though_its_depth_is_unknown():
    lifted = short_run().lift(without(ANKLE))
    np.testing.assert_allclose(lifted[0, :, KNEE, :2], (POSES - POSES[:, :1])[:, KNEE], atol=1e-3)
    assert np.isnan(lifted[:, :, KNEE, 2]).all() and np.isnan(lifted[:, :, ANKLE]).all()


def test_only_the_poses_and_segments_concerned_lose_their_depth():
    poses = without(WRIST, poses=without(ANKLE, rows=slice(0, 30)), rows=slice(20, 50))
    known = np.isfinite(short_run().lift(poses)[0, ..., 2])
    assert (known[:, LEGS].all(1) == (np.arange(120) >= 30)).all()
    assert (known[:, TORSO].all(1) == ((np.arange(120) < 20) | (np.arange(120) >= 50))).all()
    assert (known[:, LEGS].any(1) == known[:, LEGS].all(1)).all()


def test_five_parts_lose_only_the_limb():
    known = np.isfinite(short_run("five_parts").lift(without(ANKLE))[0, 0, :, 2])
    assert [H36M_17.names[joint] for joint in np.flatnonzero(~known)] == ["left_hip", "left_knee", "left_ankle"]


def test_a_joint_that_two_segments_see_is_needed_by_both():
    spine = H36M_17.index("spine")
    with pytest.raises(ValueError, match="all joints of a segment of left_right"):
        short_run("left_right").lift(without(spine))


def test_without_the_pelvis_no_depth_is_known():
    poses = without(0, HIP, rows=slice(0, 5))
    lifted = short_run().lift(poses)
    assert np.isnan(lifted[:, :5]).all() and np.isfinite(lifted[:, 5:]).all()


NEEDS_ALL = {"full": ("full", {}), "shared": ("legs_torso_shared", {}), "scale": ("legs_torso", {"scale": "pose"})}


@pytest.mark.parametrize("name, config", NEEDS_ALL.values(), ids=NEEDS_ALL)
def test_a_lifter_of_the_whole_pose_names_the_joints_and_those_that_can(name, config):
    run = short_run(name, **config)
    with pytest.warns(UserWarning, match=r"30 of 120 poses lack joints \(left_ankle in 30\).* legs_torso, five_parts"):
        lifted = run.lift(without(ANKLE, rows=slice(0, 30)))
    assert np.isnan(lifted[:, :30, 1:, 2]).all()
    np.testing.assert_allclose(lifted[:, 30:], run.lift(POSES)[:, 30:], atol=1e-3)
    with pytest.raises(ValueError, match=f"120 of 120 poses lack joints .*, and {name} .*needs all of a pose"):
        run.lift(without(ANKLE))


def test_if_no_segment_was_seen_the_missing_joints_are_named():
    with pytest.raises(ValueError, match=r"left_ankle in 120, left_wrist in 120\): no pose has the pelvis and all"):
        short_run().lift(without(ANKLE, WRIST))


def test_complete_poses_are_lifted_without_a_warning():
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        short_run("full").lift(POSES)
        short_run().lift(without(ANKLE))
