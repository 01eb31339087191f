"""Priors: how views are drawn, and what is known of knees."""

from types import SimpleNamespace

import numpy as np
import pytest
import torch
from scipy.spatial.transform import Rotation
from scipy.stats import kstest

from liftkit.config import TrainConfig
from liftkit.data.cameras import film
from liftkit.data.synthetic import synthetic_motion
from liftkit.geometry import flip, mirror, turn
from liftkit.priors import DRAWS, PRIORS, QUARTERS, get_prior, knees_bend_backwards

TILT = 12.0
CONFIGS = {
    "paper": TrainConfig(prior="paper"),
    "gravity": TrainConfig(tilt=TILT),
    "spread": TrainConfig(tilt=TILT, tilt_spread=5.0),
}


def draw(config: TrainConfig, members: int = 2, batch: int = 3000) -> np.ndarray:
    """(M, V, B, 3, 3) in double precision."""
    g = torch.Generator().manual_seed(0)
    u = torch.rand(members, batch, DRAWS, generator=g, dtype=torch.float64)
    return get_prior(config.prior)(u, config).numpy()


def matrices(axis: str, degrees) -> np.ndarray:
    """Rotations about "x" or "y", by scipy: (...) -> (..., 3, 3)."""
    vectors = np.multiply.outer(degrees, np.eye(3)["xyz".index(axis)])
    return Rotation.from_rotvec(vectors.reshape(-1, 3), degrees=True).as_matrix().reshape(*vectors.shape, 3)


@pytest.fixture(scope="module")
def people() -> np.ndarray:
    """(N, J, 3) true poses of moving people, from all sides."""
    return film(synthetic_motion(subjects=2, frames=4)).x3d


@pytest.mark.parametrize("name", CONFIGS)
def test_turns_are_rotations_one_random_view_and_three_quarters_a_pose(name):
    turns = draw(CONFIGS[name], members=3, batch=50)
    assert turns.shape == (3, 4, 50, 3, 3)
    np.testing.assert_allclose(turns @ turns.swapaxes(-1, -2), np.broadcast_to(np.eye(3), turns.shape), atol=1e-12)
    np.testing.assert_allclose(np.linalg.det(turns), 1)
    assert np.unique(turns[:, 0].reshape(-1, 9).round(9), axis=0).shape[0] == 150


def test_paper_views_turn_about_the_images_vertical_then_its_horizontal_axis():
    view = draw(CONFIGS["paper"])[:, 0].reshape(-1, 3, 3)
    azimuth = np.degrees(np.arctan2(view[:, 0, 2], view[:, 0, 0]))
    elevation = np.degrees(np.arctan2(view[:, 2, 1], view[:, 1, 1]))
    np.testing.assert_allclose(matrices("x", elevation) @ matrices("y", azimuth), view, atol=1e-12)
    assert kstest(azimuth, "uniform", (-160, 320)).pvalue > 1e-3
    assert kstest(elevation, "uniform", (-10, 20)).pvalue > 1e-3
    assert abs(np.corrcoef(azimuth, elevation)[0, 1]) < 0.06


def test_paper_quarter_turns_are_exact_algebra():
    x, y, z = pose = np.array([0.3, -0.5, 0.7])
    quarters = draw(CONFIGS["paper"], batch=2)[0, 1:, 0]
    np.testing.assert_allclose(quarters @ pose, [(z, y, -x), (-z, y, x), (-x, y, -z)], atol=1e-15)


def test_angles_of_the_config_bound_the_views():
    narrow = TrainConfig(prior="paper", azimuth=30, elevation=0)
    view = draw(narrow)[:, 0]
    azimuth = np.degrees(np.arctan2(view[..., 0, 2], view[..., 0, 0]))
    assert 29 < np.abs(azimuth).max() <= 30
    np.testing.assert_allclose(view[..., 1, :], np.broadcast_to([0, 1, 0], view.shape[:-1]), atol=1e-15)
    gravity = draw(TrainConfig(azimuth=30, tilt=0))[:, 0]
    np.testing.assert_allclose(gravity, view, atol=1e-12)


def test_gravity_turns_keep_the_worlds_vertical():
    turns = draw(CONFIGS["gravity"])
    vertical = np.array([0, np.cos(np.radians(TILT)), np.sin(np.radians(TILT))])
    np.testing.assert_allclose(turns @ vertical, np.broadcast_to(vertical, turns.shape[:-1]), atol=1e-12)


def test_gravity_turns_are_turns_of_a_level_camera_behind_the_tilt():
    turns = draw(CONFIGS["gravity"])
    level = matrices("x", -TILT) @ turns @ matrices("x", TILT)
    azimuth = np.degrees(np.arctan2(level[:, 0, :, 0, 2], level[:, 0, :, 0, 0])).ravel()
    assert kstest(azimuth, "uniform", (-160, 320)).pvalue > 1e-3
    expected = matrices("y", np.degrees(QUARTERS))[None, :, None]
    np.testing.assert_allclose(level[:, 1:], np.broadcast_to(expected, level[:, 1:].shape), atol=1e-12)


@pytest.mark.parametrize("tilt", [10.0, -10.0])
def test_gravity_turns_show_what_a_camera_tilted_downwards_sees(tilt):
    motion = synthetic_motion(subjects=2, frames=2)
    world = motion.joints[40].astype(float)
    facing = np.diag([1.0, -1.0, -1.0])  # y up, person facing +z -> camera frame
    a, b = (world @ (matrices("x", tilt) @ facing @ matrices("y", angle)).T for angle in (20, 75))
    quarter = draw(TrainConfig(tilt=tilt), batch=2)[0, 1, 0]
    c = world @ (matrices("x", tilt) @ facing @ matrices("y", 20 - 90)).T
    np.testing.assert_allclose(turn(a, quarter), c, atol=1e-9)
    one = SimpleNamespace(azimuth=180.0, tilt=tilt, tilt_spread=0.0)
    u = torch.tensor([[[0.5 - 55 / 360, 0.5]]], dtype=torch.float64)
    np.testing.assert_allclose(turn(a, get_prior("gravity")(u, one)[0, 0, 0].numpy()), b, atol=1e-9)


def test_an_unknown_tilt_is_normal_with_the_stated_mean_and_spread_and_one_for_all_views_of_a_pose():
    turns = draw(CONFIGS["spread"], batch=20_000)
    half = turns[:, 3]  # half a turn about the vertical v is 2 v v' - 1
    tilt = np.degrees(np.arctan2(half[..., 2, 1], half[..., 1, 1])) / 2
    assert tilt.mean() == pytest.approx(TILT, abs=0.1)
    assert tilt.std() == pytest.approx(5, rel=0.02)
    assert kstest((tilt.ravel() - TILT) / 5, "norm").pvalue > 1e-3
    vertical = np.stack([0 * tilt, np.cos(np.radians(tilt)), np.sin(np.radians(tilt))], -1)[:, None, ..., None]
    np.testing.assert_allclose(turns @ vertical, np.broadcast_to(vertical, (*turns.shape[:-1], 1)), atol=1e-9)


@pytest.mark.parametrize("end", [0.0, 1.0])
def test_the_ends_of_the_uniform_numbers_give_finite_turns(end):
    u = torch.full((1, 2, DRAWS), end)
    for config in CONFIGS.values():
        assert get_prior(config.prior)(u, config).isfinite().all()


def test_the_table_holds_two_priors_and_an_unknown_name_lists_them():
    assert {name: prior.knees for name, prior in PRIORS.items()} == {"paper": False, "gravity": True}
    assert all(prior.description for prior in PRIORS.values())
    with pytest.raises(ValueError, match="unknown prior 'gravitas'; there are paper, gravity"):
        get_prior("gravitas")


def figure(ankle_z: float) -> np.ndarray:
    """It faces the camera: its right is at the image's left; the ankles stand at ``ankle_z`` from the knees."""
    pose = np.zeros((17, 3))
    pose[[1, 2, 3], 0], pose[[4, 5, 6], 0] = -100, 100
    pose[[2, 5], 1], pose[[3, 6], 1], pose[[3, 6], 2] = 400, 800, ankle_z
    return pose


def test_ankles_behind_the_knees_bend_backwards_and_in_front_forwards():
    assert knees_bend_backwards(np.stack([figure(50), figure(-50)])).tolist() == [True, False]


def test_both_legs_count_by_how_far_they_bend():
    pose = figure(50)
    pose[3, 2] = -20  # the right knee bends forwards, less than the left one backwards
    assert knees_bend_backwards(pose)
    pose[3, 2] = -80
    assert not knees_bend_backwards(pose)


def test_straight_legs_bend_neither_way():
    assert not knees_bend_backwards(figure(0)) and not knees_bend_backwards(mirror(figure(0)))


def test_moving_people_bend_their_knees_backwards_from_every_side_and_their_mirror_images_do_not(people):
    assert knees_bend_backwards(people).mean() > 0.98
    np.testing.assert_array_equal(knees_bend_backwards(mirror(people)), ~knees_bend_backwards(people))


def test_the_knee_test_is_the_same_turned_scaled_or_in_torch(people):
    noisy = people[:300] + np.random.default_rng(0).normal(scale=150, size=people[:300].shape)
    expected = knees_bend_backwards(noisy)
    assert 0 < expected.mean() < 1
    rotation = Rotation.random(300, random_state=0).as_matrix()
    np.testing.assert_array_equal(knees_bend_backwards(turn(noisy, rotation) * 0.001), expected)
    np.testing.assert_array_equal(knees_bend_backwards(torch.from_numpy(noisy)).numpy(), expected)
    np.testing.assert_array_equal(knees_bend_backwards(noisy.reshape(3, 100, 17, 3)), expected.reshape(3, 100))


def test_a_flipped_image_lifted_as_seen_from_behind_keeps_the_sign_flipped_alone_it_does_not(people):
    expected = knees_bend_backwards(people)
    np.testing.assert_array_equal(knees_bend_backwards(mirror(flip(people))), expected)
    np.testing.assert_array_equal(knees_bend_backwards(flip(people)), ~expected)
