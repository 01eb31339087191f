"""The poses to train on: what of a set reaches the trainer, and what it refuses."""

import numpy as np
import pytest
import torch
from trainers import POSES, same, trainer

from liftkit.geometry import normalise
from liftkit.poses import PoseSet


def pose_set(x3d="true", test_scale=1.0, split=("train", "test")) -> PoseSet:
    rng = np.random.default_rng(1)
    x2d = rng.normal(scale=300, size=(80, 17, 2)).astype(np.float32)
    x2d[40:] *= rng.uniform(1, 1 + test_scale, (40, 17, 1))
    depths = {"true": None, "garbage": rng.normal(scale=900, size=(80, 17, 3)).astype(np.float32)}
    if x3d in depths:
        truth = depths[x3d] if depths[x3d] is not None else np.concatenate([x2d, x2d[..., :1]], -1)
        x3d = truth - truth[:, :1]
    return PoseSet(x2d, x3d, clip=np.repeat([0, 1], 40), split=np.repeat(split, 40), units="mm")


@pytest.mark.slow
def test_only_2d_poses_of_the_train_split_matter():
    expected = trainer(poses=pose_set().x2d[:40], record_every=1).run(4)
    for poses in (pose_set(), pose_set("garbage"), pose_set(None), pose_set(test_scale=9.0)):
        assert same(trainer(poses=poses, record_every=1).run(4), expected)


def test_a_pose_set_without_a_train_split_is_used_whole():
    torch.testing.assert_close(
        trainer(poses=pose_set(split=("", ""))).poses, torch.from_numpy(normalise(pose_set().x2d))
    )


@pytest.mark.parametrize(
    "kind",
    [
        torch.from_numpy,
        lambda x: x.astype(np.float64),
        lambda x: x * 0.25 + np.float32(64.0),
        lambda x: np.asfortranarray(x),
        lambda x: x[::-1][::-1],
        lambda x: np.ascontiguousarray(x[..., ::-1])[..., ::-1],
    ],
)
def test_neither_unit_place_nor_memory_layout_of_the_poses_matters(kind):
    poses = POSES.round()  # so that scaling and shifting them is exact
    given = kind(poses)
    if isinstance(given, np.ndarray):
        given.flags.writeable = False
    assert torch.equal(trainer(poses=given).poses, trainer(poses=poses).poses)


def test_training_leaves_the_callers_poses_alone():
    poses = POSES.copy()
    trainer(poses=poses).run(2)
    trainer(poses=torch.from_numpy(poses)).run(2)
    assert (poses == POSES).all()


@pytest.mark.parametrize(
    "poses, message",
    [
        (POSES[0], r"poses must have shape \(N, 17, 2\) with N at least 1, found \(17, 2\)"),
        (POSES[:, :16], r"poses must have shape \(N, 17, 2\) with N at least 1, found \(200, 16, 2\)"),
        (POSES[:0], r"found \(0, 17, 2\)"),
        (np.zeros((5, 17, 3)), r"poses must have shape \(..., joints, 2\), found \(5, 17, 3\)"),
        (np.zeros((5, 17, 2), int), "poses must hold floating-point numbers, found int64"),
        (POSES * np.float32("nan"), "poses to train on must be complete, found NaN or infinity in 200 of 200"),
        (torch.full((5, 17, 2), float("inf")), "poses to train on must be complete, found NaN or infinity in 5 of 5"),
        ("poses.npz", "poses must be a numpy array or a torch tensor, found str"),
        (None, "poses must be a numpy array or a torch tensor, found NoneType"),
    ],
)
def test_other_poses_are_refused(poses, message):
    with pytest.raises(ValueError, match=message):
        trainer(poses=poses)
