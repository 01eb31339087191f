"""The correlation of the data and of what was learned, and the sensitivity, where each is known."""

import dataclasses
import warnings

import numpy as np
import pytest
import torch
from known_lifters import LEGS, TORSO, facing_everyone_alike, linear_run, untrained

from liftkit import PoseSet, data_correlation, intervention, learned_correlation, load_record, sensitivity
from liftkit.correlation import KINDS, donors
from liftkit.geometry import normalise


def between(values):
    return np.concatenate([values[np.ix_(LEGS, TORSO)].ravel(), values[np.ix_(TORSO, LEGS)].ravel()])


# The data.


@pytest.mark.slow
def test_uncoupled_data_show_no_correlation_between_legs_and_torso_and_coupled_ones_do():
    chance = np.sqrt(2 / np.pi / 600)  # the mean |r| of 600 independent poses: as those of a clip are alike, a tenth
    free, tied = (facing_everyone_alike(coupling) for coupling in (0.0, 1.0))
    free, tied = (data_correlation(p, within=["subject"]).values[0] for p in (free, tied))
    assert between(free).mean() < 2 * chance < between(tied).mean()
    assert free[np.ix_(LEGS, LEGS)].mean() > 3 * between(free).mean()


@pytest.mark.slow
@pytest.mark.parametrize("kind", sorted(KINDS))
def test_legs_of_another_clip_take_the_correlation_away(kind):
    tied = facing_everyone_alike(1.0)
    donor = donors(tied, within=["subject"])
    x2d, x3d = tied.x2d.copy(), tied.x3d.copy()
    legs = [j + 1 for j in LEGS]
    x2d[:, legs], x3d[:, legs] = tied.x2d[donor][:, legs], tied.x3d[donor][:, legs]
    before, after = (
        np.abs(between(data_correlation(p, kind, within=["subject"]).values[0])).mean()
        for p in (tied, dataclasses.replace(tied, x2d=x2d, x3d=x3d))
    )
    assert after < 0.5 * before


def test_what_labels_explain_does_not_count():
    rng = np.random.default_rng(5)
    x3d = rng.normal(0, 100, (400, 17, 3)).astype(np.float32)
    group = rng.integers(0, 2, 400)
    x3d += 500 * group[:, None, None]  # all joints of group 1 lie to the right and deep
    x3d[:, 0] = 0
    poses = PoseSet(x3d[..., :2], x3d, camera=group, units="mm")
    assert data_correlation(poses).between().item() > 0.7
    for within in (["camera"], "camera"):
        assert data_correlation(poses, within=within).between().item() < 0.15


def test_what_facing_explains_does_not_count(poses):
    everything, beyond = data_correlation(poses), data_correlation(poses, within=("subject", "facing"))
    assert beyond.between().item() < 0.5 * everything.between().item()


def test_what_never_changes_has_no_correlation_and_says_so(poses):
    x2d, x3d = poses.x2d.copy(), poses.x3d.copy()
    x2d[:, 6] = x2d[:, 0] + 50
    x3d[:, 13, 2] = 100
    still = dataclasses.replace(poses, x2d=x2d, x3d=x3d)
    with pytest.warns(RuntimeWarning, match=r"no correlation where nothing changes: left_ankle, left_wrist"):
        values = data_correlation(still).values[0]
    nothing = np.isnan(values)
    assert nothing[5].all() and nothing[:, 12].all() and nothing.sum() == 31


def test_poses_that_change_do_not_warn(poses):
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        for kind in KINDS:
            assert np.isfinite(data_correlation(poses, kind).values).all()


# What was learned.


def test_learned_correlation_of_a_lifter_that_knows_the_truth_is_the_datas(poses):
    run = untrained("full")
    run.lift = lambda x2d: np.stack([poses.x3d, poses.x3d * [1, 1, -1]])  # the second member is mirrored
    learned = learned_correlation(run, poses, coordinates="x")
    np.testing.assert_allclose(learned.values[0], data_correlation(poses, coordinates="x").values[0], rtol=1e-5)
    np.testing.assert_allclose(learned.values[1], -learned.values[0], rtol=1e-5)
    np.testing.assert_allclose(learned.excess.values, 0, atol=1e-6)


@pytest.mark.parametrize("coordinates, column", [("x", 0), ("y", 1)])
def test_a_linear_lifters_weights_come_back(poses, coordinates, column):
    run, weights = linear_run()
    found = sensitivity(run, poses, coordinates, signed=True)
    np.testing.assert_allclose(found.values, weights[:, :, column], rtol=1e-5, atol=1e-7)
    np.testing.assert_allclose(sensitivity(run, poses).values, np.linalg.norm(weights, axis=2), rtol=1e-5)


@pytest.mark.parametrize("representation", ["legs_torso", "five_parts"])
def test_independent_segments_have_exactly_no_sensitivity_to_each_other(poses, representation):
    found = sensitivity(untrained(representation), poses)
    assert (found.between(representation) == 0).all() and (found.within(representation) > 0).all()
    assert (intervention(untrained(representation), poses, representation).between(representation) == 0).all()


def test_a_lifter_of_the_whole_pose_is_sensitive_everywhere(poses):
    assert (sensitivity(untrained("full"), poses).values > 0).all()


def test_sensitivity_agrees_with_finite_differences(poses):
    run, few = load_record("full"), poses.select(slice(0, 3))
    lifter, x2d, step = run.lifter.double(), normalise(torch.from_numpy(few.x2d).double()), 1e-7
    expected = np.zeros((8, 16, 16))
    for joint in range(1, 17):
        moved = [x2d + sign * step * torch.eye(17)[joint][:, None] * torch.tensor([1.0, 0.0]) for sign in (1, -1)]
        ahead, behind = (lifter(x.expand(8, -1, -1, -1)) for x in moved)
        expected[:, joint - 1] = ((ahead - behind) / (2 * step)).mean(1)[:, 1:].detach().numpy()
    run.lifter.float()
    found = sensitivity(run, few, "x", signed=True).values
    assert np.abs(found - expected).max() < 2e-3 * np.abs(expected).max()


@pytest.mark.slow
def test_chunks_do_not_change_sensitivity(poses, monkeypatch):
    run = untrained("legs_torso_shared")
    whole = sensitivity(run, poses).values
    monkeypatch.setattr("liftkit.correlation.measures.CHUNK", 7)
    np.testing.assert_allclose(sensitivity(run, poses).values, whole, rtol=1e-3)  # of differences in float32


def test_a_table_has_names(poses):
    table = sensitivity(untrained("full"), poses).table(member=1)
    assert table.loc["left_ankle", "right_wrist"] > 0 and table.shape == (16, 16)
