"""Tables agree with the metrics they average, members stand for themselves, and nothing leaks between units."""

import dataclasses
from types import SimpleNamespace

import numpy as np
import pandas as pd
import pytest

from liftkit import metrics
from liftkit.evaluation import GROUPINGS, baselines, evaluate, joint_table, pose_errors
from liftkit.geometry import mirror
from liftkit.skeleton import H36M_17

COLUMNS = ["mpjpe", "n_mpjpe", "pa_mpjpe", "pa_mpjpe_reflection", "pck", "auc", "mirrored"]


def noisy(poses, seed):
    noise = np.random.default_rng(seed).normal(scale=60, size=poses.x3d.shape).astype(np.float32)
    noise[:, 0] = 0
    return poses.x3d + noise


def run_of(**predictions):
    """A run whose members predict these poses, whatever they lift."""
    preds = np.stack(list(predictions.values()))
    return SimpleNamespace(seeds=tuple(int(name[1:]) for name in predictions), lift=lambda x2d: preds)


@pytest.fixture
def run(tiny_poses):
    return run_of(s7=noisy(tiny_poses, 1), s3=mirror(tiny_poses.x3d), s5=2 * tiny_poses.x3d)


def in_pixels(poses):
    return dataclasses.replace(poses, x2d=poses.x2d * 0.3 + 500, units="px")


def test_each_column_is_its_metric(tiny_poses):
    pred, truth = noisy(tiny_poses, 1), tiny_poses.x3d
    scaled = metrics.align_scale(pred, truth)
    expected = {
        "mpjpe": metrics.mpjpe(pred, truth),
        "n_mpjpe": metrics.n_mpjpe(pred, truth),
        "pa_mpjpe": metrics.pa_mpjpe(pred, truth),
        "pa_mpjpe_reflection": metrics.pa_mpjpe(pred, truth, reflection=True),
        "pck": metrics.pck(scaled, truth),
        "auc": metrics.auc(scaled, truth),
        "mirrored": metrics.mirrored(pred, truth),
    }
    table = pose_errors(pred, tiny_poses)
    assert list(table) == COLUMNS and len(table) == 24
    for name, values in expected.items():
        np.testing.assert_allclose(table[name], values, rtol=1e-6)


def test_a_row_is_one_member_and_the_mean_over_its_poses(run, tiny_poses):
    table = evaluate(run, tiny_poses)
    assert list(table) == ["seed", *COLUMNS]
    assert table["seed"].tolist() == [7, 3, 5]
    for row, pred in zip(table.itertuples(), run.lift(None), strict=True):
        np.testing.assert_allclose(row[2:], pose_errors(pred, tiny_poses).mean(), rtol=1e-6)


def test_known_predictions_get_the_scores_they_deserve(run, tiny_poses):
    table = evaluate(run, tiny_poses).set_index("seed")
    assert table["mirrored"].to_dict() == {7: 0, 3: 1, 5: 0}
    assert table.loc[3, "pa_mpjpe_reflection"] < 1e-2 and table.loc[3, "pa_mpjpe"] > 50
    assert table.loc[5, "n_mpjpe"] < 1e-2 and table.loc[5, "pck"] == 100
    assert table.loc[5, "mpjpe"] == pytest.approx(metrics.mpjpe(0 * tiny_poses.x3d, tiny_poses.x3d).mean(), rel=1e-5)


@pytest.mark.parametrize("by", [None, *GROUPINGS])
def test_members_do_not_see_each_other(run, tiny_poses, by):
    together = evaluate(run, tiny_poses, by=by)
    preds = dict(zip(run.seeds, run.lift(None), strict=True))
    alone = [evaluate(run_of(**{f"s{seed}": pred}), tiny_poses, by=by) for seed, pred in preds.items()]
    pd.testing.assert_frame_equal(together, pd.concat(alone, ignore_index=True))


@pytest.mark.parametrize("by", ["action", "subject"])
def test_groups_are_the_poses_with_that_label(run, tiny_poses, by):
    uneven = tiny_poses.select(np.arange(24) != 3)  # so that a mean of means would differ
    preds = run.lift(None)[:, np.arange(24) != 3]
    run.lift = lambda x2d: preds
    table = evaluate(run, uneven, by=by)
    assert list(table) == ["seed", by, *COLUMNS]
    assert len(table) == 3 * len(np.unique(getattr(uneven, by)))
    for _, row in table.iterrows():
        mine = getattr(uneven, by) == row[by]
        pred = preds[run.seeds.index(row["seed"]), mine]
        expected = pose_errors(pred, uneven.select(mine)).mean()
        np.testing.assert_allclose(row[COLUMNS].astype(float), expected, rtol=1e-6)
    counts = pd.Series(getattr(uneven, by)).value_counts()
    member = table[table["seed"] == 7].set_index(by)[COLUMNS]
    overall = member.mul(counts, axis=0).sum() / len(uneven)
    np.testing.assert_allclose(overall, evaluate(run, uneven).set_index("seed").loc[7], rtol=1e-6)


def test_joints_are_named_and_their_errors_average_to_the_pose_s(run, tiny_poses):
    table = evaluate(run, tiny_poses, by="joint")
    assert list(table) == ["seed", "joint", "mpjpe", "n_mpjpe", "pa_mpjpe", "pa_mpjpe_reflection", "pck"]
    member = table[table["seed"] == 7]
    assert tuple(member["joint"]) == H36M_17.names[1:]
    whole = evaluate(run, tiny_poses).set_index("seed").loc[7]
    assert member["mpjpe"].sum() / 17 == pytest.approx(whole["mpjpe"], rel=1e-5)  # the root's error is 0
    assert member["n_mpjpe"].sum() / 17 == pytest.approx(whole["n_mpjpe"], rel=1e-5)
    assert member["pck"].mean() == pytest.approx(whole["pck"], rel=1e-5)


def test_one_wrong_joint_is_found(tiny_poses):
    pred, wrist = tiny_poses.x3d.copy(), H36M_17.index("left_wrist")
    pred[:, wrist, 2] += 200
    table = joint_table(pred, tiny_poses).set_index("joint")
    assert table["mpjpe"].idxmax() == table["pa_mpjpe"].idxmax() == "left_wrist"
    assert table.loc["left_wrist", "mpjpe"] == pytest.approx(200, rel=1e-5)
    assert table["mpjpe"].drop("left_wrist").max() == 0
    assert table["pck"].idxmin() == "left_wrist"


@pytest.mark.parametrize("by", [None, *GROUPINGS])
def test_without_millimetres_only_mpjpe_is_unknown(run, tiny_poses, by):
    found, known = evaluate(run, in_pixels(tiny_poses), by=by), evaluate(run, tiny_poses, by=by)
    assert found["mpjpe"].isna().all() and known["mpjpe"].notna().all()
    pd.testing.assert_frame_equal(found.drop(columns="mpjpe"), known.drop(columns="mpjpe"))


def test_the_run_is_given_2d_poses_alone(tiny_poses):
    asked = []

    def lift(x2d):
        asked.append(x2d.copy())
        return tiny_poses.x3d[None]

    evaluate(SimpleNamespace(seeds=(0,), lift=lift), tiny_poses)
    assert len(asked) == 1
    np.testing.assert_array_equal(asked[0], tiny_poses.x2d)


def test_evaluating_edits_nothing(run, tiny_poses):
    before = tiny_poses.x2d.tobytes(), tiny_poses.x3d.tobytes(), run.lift(None).tobytes()
    for by in (None, *GROUPINGS):
        evaluate(run, tiny_poses, by=by)
    baselines(tiny_poses)
    assert before == (tiny_poses.x2d.tobytes(), tiny_poses.x3d.tobytes(), run.lift(None).tobytes())


# Which joints count.

OFFICIAL_14 = """right_hip right_knee right_ankle left_hip left_knee left_ankle thorax head
left_shoulder left_elbow left_wrist right_shoulder right_elbow right_wrist""".split()  # head top and neck in 3DHP


def test_16_joints_are_all_but_the_pelvis(run, tiny_poses):
    of_17, of_16 = evaluate(run, tiny_poses), evaluate(run, tiny_poses, joints=16)
    for name in ("mpjpe", "n_mpjpe"):  # the pelvis, which is right, no longer counts
        np.testing.assert_allclose(of_16[name], of_17[name] * 17 / 16, rtol=1e-5)
    pd.testing.assert_frame_equal(of_16[["pck", "auc", "mirrored"]], of_17[["pck", "auc", "mirrored"]], rtol=1e-6)
    for row, pred in zip(of_16.itertuples(), run.lift(None), strict=True):
        for column, reflection in (("pa_mpjpe", False), ("pa_mpjpe_reflection", True)):
            expected = metrics.pa_mpjpe(pred[:, 1:], tiny_poses.x3d[:, 1:], reflection).mean()
            assert getattr(row, column) == pytest.approx(expected, rel=1e-5, abs=1e-3)


def test_an_error_of_the_pelvis_alone_is_none_of_16_joints(tiny_poses):
    moved = tiny_poses.x3d + np.float32([0, 0, 100])
    moved[:, 0] = 0
    assert pose_errors(moved, tiny_poses, joints=16)["pa_mpjpe"].max() < 1e-2
    assert pose_errors(moved, tiny_poses)["pa_mpjpe"].min() > 5


def test_14_joints_are_those_of_mpi_inf_3dhp(run, tiny_poses):
    assert evaluate(run, tiny_poses, "joint", joints=14).query("seed == 7")["joint"].tolist() == OFFICIAL_14
    uncounted, pred = ["pelvis", "spine", "neck"], tiny_poses.x3d.copy()
    pred[:, [H36M_17.index(joint) for joint in uncounted]] += 400
    table = pose_errors(pred, tiny_poses, joints=14).drop(columns="mirrored")
    assert table[["pck", "auc"]].min().tolist() == pytest.approx([100, 100 * 30 / 31])  # no error is below 0 mm
    assert table[["mpjpe", "n_mpjpe", "pa_mpjpe", "pa_mpjpe_reflection"]].max().max() < 1e-2


@pytest.mark.parametrize("joint", OFFICIAL_14)
def test_each_of_the_14_joints_counts_alike(tiny_poses, joint):
    pred = tiny_poses.x3d.copy()
    pred[:, H36M_17.index(joint), 2] += 140
    assert pose_errors(pred, tiny_poses, joints=14)["mpjpe"].to_numpy() == pytest.approx(140 / 14, rel=1e-3)


def test_pck_and_auc_of_14_joints_by_hand(tiny_poses):
    truth = np.zeros_like(tiny_poses.x3d)
    truth[:, 1:, 0] = np.random.default_rng(1).normal(scale=1e5, size=16)  # errors across it do not change the scale
    pred, official = truth.copy(), [H36M_17.index(joint) for joint in OFFICIAL_14]
    pred[:, official[0]] += [0, 149, 0]
    pred[:, official[1]] += [0, 152, 0]
    pred[:, official[2]] += [0, 0, 72]  # nearer than 75, 80, ..., 150: 16 of the 31 thresholds
    table = pose_errors(pred, dataclasses.replace(tiny_poses, x3d=truth), joints=14)
    assert table["pck"].to_numpy() == pytest.approx(100 * 13 / 14)
    assert table["auc"].to_numpy() == pytest.approx(100 * (11 * 30 + 1 + 16) / 31 / 14)


def test_other_numbers_of_joints_are_refused(run, tiny_poses):
    for call in (evaluate, lambda *a, **k: baselines(tiny_poses, **k)):
        with pytest.raises(ValueError, match="joints must be one of 17, 16, 14, found 15"):
            call(run, tiny_poses, joints=15)


def test_baselines_count_the_same_joints(tiny_poses):
    flat = [baselines(tiny_poses, joints=n).set_index("lifter").loc["flat"] for n in (17, 16, 14)]
    assert flat[1].n_mpjpe == pytest.approx(flat[0].n_mpjpe * 17 / 16)
    expected = pose_errors(tiny_poses.x3d * np.float32([1, 1, 0]), tiny_poses, 14).mean()
    np.testing.assert_allclose(flat[2], expected, rtol=1e-4)


@pytest.mark.parametrize("by", ["camera", "joints", ""])
def test_another_grouping_lists_the_groupings(run, tiny_poses, by):
    with pytest.raises(ValueError, match=f"by must be one of action, subject, joint or None, found '{by}'"):
        evaluate(run, tiny_poses, by=by)


@pytest.mark.parametrize("evaluation", [lambda p: evaluate(None, p), baselines, lambda p: pose_errors(np.zeros(3), p)])
def test_poses_without_3d_cannot_be_evaluated(tiny_poses, evaluation):
    with pytest.raises(ValueError, match="tiny: evaluation needs the true 3D poses; this PoseSet has none"):
        evaluation(dataclasses.replace(tiny_poses, x3d=None))


@pytest.mark.parametrize("evaluation", [pose_errors, joint_table])
def test_predictions_that_do_not_fit_are_refused(tiny_poses, evaluation):
    with pytest.raises(ValueError, match=r"truth's shape \(24, 17, 3\), found \(23, 17, 3\)"):
        evaluation(tiny_poses.x3d[:-1], tiny_poses)
    with pytest.raises(ValueError, match="pred must be finite"):
        evaluation(tiny_poses.x3d * np.nan, tiny_poses)


def test_a_member_too_few_is_refused(run, tiny_poses):
    run.seeds = (0, 1)
    with pytest.raises(ValueError, match="zip"):
        evaluate(run, tiny_poses)


@pytest.mark.parametrize("convert", [lambda poses: poses, in_pixels])
def test_flat_is_a_depth_of_zero(tiny_poses, convert):
    found = baselines(convert(tiny_poses)).set_index("lifter").loc["flat"]
    expected = pose_errors(tiny_poses.x3d * [1, 1, 0], convert(tiny_poses)).mean()
    np.testing.assert_allclose(found, expected, rtol=1e-4, atol=1e-3)


def test_flat_is_centred_on_the_root_first(tiny_poses):
    moved = dataclasses.replace(tiny_poses, x2d=tiny_poses.x2d + 1000)
    np.testing.assert_allclose(baselines(moved).iloc[:, 1:], baselines(tiny_poses).iloc[:, 1:], rtol=1e-4, atol=1e-3)


def test_chance_knows_people_but_not_this_one(tiny_poses):
    table = baselines(tiny_poses).set_index("lifter")
    assert list(table.index) == ["flat", "chance"] and list(table) == COLUMNS
    assert 0.2 < table.loc["chance", "mirrored"] < 0.8
    borrowed = np.abs(tiny_poses.x3d[:, None, :, 2] - tiny_poses.x3d[None, :, :, 2]).mean(-1)
    assert borrowed[borrowed > 0].min() < table.loc["chance", "mpjpe"] < borrowed.max()


def test_chance_does_not_depend_on_the_unit_of_the_2d_poses(tiny_poses):
    found, known = (baselines(poses).set_index("lifter").loc["chance"] for poses in (in_pixels(tiny_poses), tiny_poses))
    np.testing.assert_allclose(found.drop("mpjpe"), known.drop("mpjpe"), rtol=1e-3)


def test_chance_of_people_who_are_all_alike_is_right(tiny_poses):
    same = tiny_poses.select([0] * 24)
    assert baselines(same).set_index("lifter").loc["chance", "mpjpe"] == pytest.approx(0, abs=1e-3)


def test_chance_depends_on_its_seed_alone(tiny_poses):
    first, again, other = (baselines(tiny_poses, seed) for seed in (1, 1, 2))
    pd.testing.assert_frame_equal(first, again)
    assert first.loc[1, "n_mpjpe"] != other.loc[1, "n_mpjpe"]
    assert first.loc[0].equals(other.loc[0])
