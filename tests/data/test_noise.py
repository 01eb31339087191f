"""The errors of detectors: their size, joint by joint, and what they leave alone."""

import numpy as np
import pytest

from liftkit import load_poses
from liftkit.data.noise import add_keypoint_noise
from liftkit.skeleton import H36M_17

AT = {name: H36M_17.index(name) for name in H36M_17.names}


@pytest.fixture(scope="module")
def poses():
    return load_poses("synthetic").select(np.arange(20_000))


@pytest.fixture(scope="module")
def errors(poses):
    return (add_keypoint_noise(poses, 20.0).x2d - poses.x2d).astype(float)


def test_the_error_is_a_standard_deviation_over_all_joints_but_the_pelvis(errors):
    assert np.sqrt((errors[:, 1:] ** 2).mean()) == pytest.approx(20.0, rel=0.01)
    assert np.abs(errors.mean((0, 1))).max() < 0.2


def test_hips_are_found_worse_than_wrists_as_in_cocos_constants(errors):
    spread = errors.std((0, 2))
    assert spread[AT["left_hip"]] / spread[AT["left_wrist"]] == pytest.approx(0.107 / 0.062, rel=0.02)
    assert spread[AT["right_ankle"]] / spread[AT["right_elbow"]] == pytest.approx(0.089 / 0.072, rel=0.02)
    assert spread[AT["thorax"]] / spread[AT["left_shoulder"]] == pytest.approx(np.sqrt(0.5), rel=0.02)


def test_the_pelvis_stays_between_the_hips_and_the_truth_as_it_is(poses):
    noisy = add_keypoint_noise(poses, 20.0)
    between = (noisy.x2d[:, AT["left_hip"]] + noisy.x2d[:, AT["right_hip"]]) / 2
    np.testing.assert_allclose(noisy.x2d[:, 0], between, atol=1e-3)
    np.testing.assert_array_equal(noisy.x3d, poses.x3d)
    assert noisy.clip.tolist() == poses.clip.tolist()


def test_a_seed_gives_the_same_errors_and_another_one_others(poses, errors):
    np.testing.assert_array_equal(add_keypoint_noise(poses, 20.0).x2d - poses.x2d, errors.astype(np.float32))
    other = add_keypoint_noise(poses, 20.0, seed=1).x2d - poses.x2d
    assert abs(np.corrcoef(other.ravel(), errors.ravel())[0, 1]) < 0.01


@pytest.mark.parametrize("error", [0, -1, np.nan, np.inf])
def test_what_is_no_size_is_refused(poses, error):
    with pytest.raises(ValueError, match="error must be a positive number"):
        add_keypoint_noise(poses, error)
