"""The tilt of each pose's camera: filmed, kept with the pose, and used by the views of training."""

from dataclasses import replace

import numpy as np
import pytest
import torch
from scipy.spatial.transform import Rotation

from liftkit import Rig, TrainConfig, Trainer, film, load_poses, run_study, save_poses, train
from liftkit.data.synthetic import synthetic_motion
from liftkit.poses import concatenate
from liftkit.priors import DRAWS, get_prior

SMALL = dict(width=16, batch=8, steps=2)


def about_x(degrees) -> Rotation:
    return Rotation.from_rotvec(np.multiply.outer(degrees, [1, 0, 0]), degrees=True)


@pytest.fixture(scope="module")
def motion():
    return synthetic_motion(subjects=2, frames=3)


@pytest.fixture(scope="module")
def poses(motion):
    return film(motion, Rig(tilt=(-10.0, 40.0)))


def test_levelled_by_its_tilt_every_camera_sees_the_same_heights(motion, poses):
    heights = np.einsum("nij,nkj->nki", about_x(-poses.tilt).as_matrix(), poses.x3d)[..., 1].reshape(
        len(motion.joints), -1, 17
    )
    assert np.ptp(poses.tilt) > 30 and np.ptp(heights, axis=1).max() < 0.1
    np.testing.assert_allclose(film(motion).tilt, 10)


def test_it_is_kept_where_poses_are_selected_joined_and_stored(poses, tmp_path):
    np.testing.assert_array_equal(poses.select([5, 2]).tilt, poses.tilt[[5, 2]])
    np.testing.assert_array_equal(concatenate([poses, poses], "two").tilt, np.tile(poses.tilt, 2))
    unknown = replace(poses, tilt=None)
    assert concatenate([poses, unknown], "mixed").tilt is None
    np.testing.assert_array_equal(load_poses(save_poses(poses, tmp_path / "a.npz")).tilt, poses.tilt)
    assert load_poses(save_poses(unknown, tmp_path / "b.npz")).tilt is None
    assert "tilt" not in np.load(tmp_path / "b.npz")


@pytest.mark.parametrize("wrong", [np.zeros(3), "steep", [np.nan], [91.0]])
def test_what_is_no_tilt_is_refused(poses, wrong):
    wrong = wrong if np.ndim(wrong) != 1 or len(wrong) > 1 else np.repeat(wrong, len(poses))
    with pytest.raises(ValueError, match="tilt must have one number from -90 to 90"):
        replace(poses, tilt=wrong)


def test_a_view_turns_about_the_vertical_of_its_own_pose():
    tilts = torch.tensor([[-10.0, 0.0, 25.0]], dtype=torch.float64)
    u = torch.rand(1, 3, DRAWS, dtype=torch.float64, generator=torch.Generator().manual_seed(0))
    turns = get_prior("gravity")(u, TrainConfig(tilt=5), tilts).numpy()
    vertical = about_x(tilts[0].numpy()).apply([0, 1, 0])
    turned = np.einsum("mvbij,bj->mvbi", turns, vertical)
    np.testing.assert_allclose(turned, np.broadcast_to(vertical, turned.shape), atol=1e-12)


def test_tilts_follow_the_poses_that_are_drawn(poses, monkeypatch):
    trainer = Trainer("full", poses, (0, 1), TrainConfig(**SMALL, flip=0, known_tilt=True))
    seen, turns = [], get_prior("gravity").turns
    spy = lambda u, config, tilts: seen.append(tilts) or turns(u, config, tilts)  # noqa: E731
    monkeypatch.setattr(trainer, "prior", replace(get_prior("gravity"), turns=spy))
    cycle = trainer.begin_cycle()
    train_poses = poses.part("train")
    for member, x2d in enumerate(cycle.x2d):
        for pose, tilt in zip(x2d, seen[0][member], strict=True):
            at = int((trainer.poses - pose).abs().amax((1, 2)).argmin())
            assert tilt == pytest.approx(train_poses.tilt[at])


def test_one_known_tilt_for_all_is_the_tilt_of_the_config(poses):
    level = replace(poses, tilt=np.full(len(poses), 12.0))
    known = train("full", level, **SMALL, known_tilt=True)
    stated = train("full", level, **SMALL, tilt=12)
    np.testing.assert_array_equal(known.lift(poses.x2d[:9]), stated.lift(poses.x2d[:9]))


def test_without_tilts_or_with_another_prior_it_is_refused(poses, tmp_path):
    unknown = replace(poses, tilt=None)
    for bad in (unknown, poses.x2d):
        with pytest.raises(ValueError, match="needs a PoseSet with the tilt"):
            Trainer("full", bad, config=TrainConfig(known_tilt=True))
    with pytest.raises(ValueError, match="needs a PoseSet with the tilt"):
        run_study("full", {"set": unknown}, (0,), TrainConfig(**SMALL, known_tilt=True), tmp_path / "study")
    for wrong, message in ((dict(prior="paper"), "'paper'"), (dict(views="batch"), "'batch'")):
        with pytest.raises(ValueError, match=f"known_tilt.*{message}"):
            TrainConfig(known_tilt=True, **wrong)
    with pytest.raises(ValueError, match="known_tilt must be True or False"):
        TrainConfig(known_tilt=1)
