"""How far members differ and how far a pose lies from the training poses, against numbers worked out elsewhere."""

import numpy as np
import pytest

from liftkit import load_poses, train
from liftkit.geometry import flip
from liftkit.representations import get_representation
from liftkit.run import Run
from liftkit.skeleton import H36M_17
from liftkit.uncertainty import ENOUGH, PoseStatistics, consensus

ANKLE, WRIST, PELVIS = (H36M_17.index(name) for name in ("left_ankle", "left_wrist", "pelvis"))
PAIR = get_representation("legs_torso")


@pytest.fixture(scope="module")
def poses():
    return load_poses("synthetic").train.x2d[::10]


@pytest.fixture(scope="module")
def statistics(poses):
    return PoseStatistics.of(poses, PAIR)


def test_the_consensus_is_the_mean_and_the_sample_standard_deviation_of_depth():
    x3d = np.random.default_rng(0).normal(size=(5, 7, 17, 3))
    mean, spread = consensus(x3d)
    np.testing.assert_allclose(mean[3, 4], sum(x3d[m, 3, 4] for m in range(5)) / 5)
    deviations = sum((x3d[m, 3, 4, 2] - mean[3, 4, 2]) ** 2 for m in range(5))
    assert spread[3, 4] == pytest.approx((deviations / 4) ** 0.5)
    assert np.isnan(consensus(x3d[:1])[1]).all()


@pytest.mark.slow
def test_the_distance_is_scipys_mahalanobis_on_what_the_segment_sees(poses, statistics):
    from scipy.spatial.distance import mahalanobis

    legs = [H36M_17.index(joint) for joint in PAIR.segments[0].sees]

    def seen(x2d):
        values = (x2d - x2d[:1])[legs].astype(float)
        return (values / np.abs(values).max()).ravel()

    data = np.array([seen(pose) for pose in [*poses, *flip(poses)]])
    inverse = np.linalg.inv(np.cov(data.T, bias=True) + 1e-4 * np.eye(12))
    plain = [mahalanobis(seen(pose), data.mean(0), inverse) for pose in poses[:50]]
    limit = np.quantile([mahalanobis(row, data.mean(0), inverse) for row in data], 0.99)
    np.testing.assert_allclose(statistics.distance(poses[:50])[:, 0], np.array(plain) / limit, rtol=1e-6)


def test_one_training_pose_in_a_hundred_lies_beyond_1(poses, statistics):
    assert len(poses) <= ENOUGH
    both = np.concatenate([statistics.distance(poses), statistics.distance(flip(poses))])
    np.testing.assert_allclose((both > 1).mean(0), 0.01, atol=1e-3)


def test_neither_size_nor_place_in_the_image_matters(poses, statistics):
    found = statistics.distance(poses[:20] * 0.3 + 500)
    np.testing.assert_allclose(found, statistics.distance(poses[:20]), rtol=1e-3)


def test_a_leg_that_is_pulled_away_is_named_and_the_torso_is_as_before(poses, statistics):
    pulled = poses[:20].copy()
    pulled[:, ANKLE] += [1500, -1500]
    before, after = statistics.distance(poses[:20]), statistics.distance(pulled)
    assert (after[:, 0] > before[:, 0]).all() and (after[:, 0] > 1).mean() > 0.9
    np.testing.assert_allclose(after[:, 1], before[:, 1])
    assert (statistics.oddest(pulled)[:, 0] == ANKLE).mean() > 0.9


def test_of_a_segment_that_was_not_seen_nothing_is_known(poses, statistics):
    hidden = poses[:4].copy()
    hidden[0, WRIST], hidden[1, PELVIS] = np.nan, np.nan
    known = np.isfinite(statistics.distance(hidden))
    assert known.tolist() == [[True, False], [False, False], [True, True], [True, True]]


def test_a_pose_whose_joints_coincide_has_a_finite_distance(statistics):
    assert np.isfinite(statistics.distance(np.full((2, 17, 2), 7.0))).all()


def test_a_run_knows_its_training_poses_and_keeps_them(poses, statistics, tmp_path):
    run = train("legs_torso", poses, (0, 1), width=16, batch=8, steps=1)
    expected = statistics.distance(poses[:20])
    np.testing.assert_allclose(run.statistics.distance(poses[:20]), expected, rtol=1e-4)
    loaded = Run.load(run.select([1]).save(tmp_path / "run"))
    np.testing.assert_allclose(loaded.statistics.distance(poses[:20]), expected, rtol=1e-4)


def test_the_spread_is_moderated_by_what_is_usual_of_the_joint_at_the_size_of_its_segment(poses, tmp_path):
    run = train("legs_torso", poses, (0, 1, 2), width=16, batch=8, steps=1)
    run = Run.load(run.save(tmp_path / "run"))

    def usual(joint, sees):  # the mean of spread by size over 2,000 poses, each number on its own
        found = []
        seen = [H36M_17.index(name) for name in sees]
        for pose, depth in zip(chosen, run.lift(chosen)[..., joint, 2].T, strict=True):
            deviations = (depth.astype(float) - depth.mean()) ** 2
            found.append((deviations.sum() / 2) ** 0.5 / np.abs(pose[seen] - pose[0]).max())
        return sum(found) / len(found)

    chosen = poses[:: -(-len(poses) // 2000)]
    _, spread = consensus(run.lift(poses[:20]))
    moderated = run.statistics.moderate(spread, poses[:20])
    for joint, segment in ((ANKLE, PAIR.segments[0]), (WRIST, PAIR.segments[1])):
        seen = [H36M_17.index(name) for name in segment.sees]
        size = np.abs(poses[:20, seen] - poses[:20, :1]).max((1, 2))
        expected = ((spread[:, joint] ** 2 + (usual(joint, segment.sees) * size) ** 2) / 2) ** 0.5
        np.testing.assert_allclose(moderated[:, joint], expected, rtol=2e-3)
    hidden = poses[:4].copy()
    hidden[:, ANKLE] = np.nan  # a leg that is not seen says nothing of the torso
    after = run.statistics.moderate(spread[:4], hidden)
    np.testing.assert_array_equal(after[:, WRIST], moderated[:4, WRIST])
    assert np.isnan(after[:, ANKLE]).all()
    np.testing.assert_array_equal(after[:, PELVIS], 0)  # it belongs to no segment


def test_without_members_that_differ_or_in_a_file_without_usual_spreads_nothing_is_moderated(poses, statistics):
    spread = np.full((20, 17), 5.0)
    np.testing.assert_array_equal(statistics.moderate(spread, poses[:20]), spread)
    alone = train("legs_torso", poses, (0,), width=16, batch=8, steps=1)
    assert alone.statistics.usual is None


def test_statistics_of_another_representation_are_refused(statistics):
    with pytest.raises(ValueError, match="statistics of full must have 'means.body', found"):
        PoseStatistics.from_arrays(statistics.arrays(), get_representation("full"))


def test_statistics_of_five_parts_whose_column_was_called_torso_are_read(poses):
    now = PoseStatistics.of(poses, get_representation("five_parts"))
    stored = {key.replace("column", "torso"): value for key, value in now.arrays().items()}
    assert {"means.torso", "precisions.torso", "limits.torso"} < set(stored)
    read = PoseStatistics.from_arrays(stored, get_representation("five_parts"))
    np.testing.assert_allclose(read.distance(poses[:20]), now.distance(poses[:20]), rtol=1e-4)
