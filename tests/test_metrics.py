"""Each metric by its definition, written out or by scipy; invariances; degenerate poses give finite answers."""

import warnings

import numpy as np
import pytest
import torch
from hypothesis import given
from hypothesis import strategies as st
from scipy.linalg import orthogonal_procrustes
from scipy.spatial import procrustes
from scipy.spatial.transform import Rotation

from liftkit import metrics
from liftkit.metrics import align, align_both, align_scale, auc, joint_errors, mirrored, mpjpe, n_mpjpe, pa_mpjpe, pck


def pa_mpjpe_reflection(pred, truth):
    return pa_mpjpe(pred, truth, reflection=True)


METRICS = [mpjpe, n_mpjpe, pa_mpjpe, pa_mpjpe_reflection, pck, auc, mirrored]
every_metric = pytest.mark.parametrize("metric", METRICS)
ERRORS = [mpjpe, n_mpjpe, pa_mpjpe, pa_mpjpe_reflection]
both_kinds = pytest.mark.parametrize("kind", [np.asarray, torch.as_tensor])
MIRROR = np.array([1.0, 1.0, -1.0])
seeds = st.integers(0, 10_000)


def people(*leading, seed=0, joints=17, dtype=np.float64):
    poses = np.random.default_rng(seed).normal(scale=300, size=(*leading, joints, 3))
    return (poses - poses[..., :1, :]).astype(dtype)


def similarity(seed):
    """A random scale, rotation and shift of poses."""
    rng = np.random.default_rng(seed)
    matrix, scale, shift = Rotation.random(rng=rng).as_matrix(), rng.uniform(0.2, 5), rng.normal(scale=500, size=3)
    return lambda poses: scale * poses @ matrix.T + shift


def noisy(poses, seed=0, scale=80):
    return poses + np.random.default_rng([seed, 1]).normal(scale=scale, size=poses.shape)


def test_mpjpe_is_the_mean_distance_over_all_joints():
    truth, pred = people(5), noisy(people(5))
    for index in range(5):
        distances = [np.linalg.norm(pred[index, joint] - truth[index, joint]) for joint in range(17)]
        np.testing.assert_allclose(joint_errors(pred, truth)[index], distances)
        assert mpjpe(pred, truth)[index] == pytest.approx(sum(distances) / 17)


def test_n_mpjpe_scales_by_least_squares():
    truth, pred = people(17)[0], noisy(people(17)[0] / 3)
    factor = np.linalg.lstsq(pred.reshape(-1, 1), truth.ravel(), rcond=None)[0].item()
    np.testing.assert_allclose(align_scale(pred, truth), factor * pred)
    np.testing.assert_allclose(n_mpjpe(pred, truth), mpjpe(factor * pred, truth))


@pytest.mark.slow
@given(seeds)
def test_alignment_with_reflection_is_scipys_procrustes(seed):
    truth, pred = people(seed=seed), noisy(similarity(seed)(people(seed=seed)) * (MIRROR if seed % 2 else 1), seed)
    pred0, truth0 = pred - pred.mean(0), truth - truth.mean(0)
    matrix, strength = orthogonal_procrustes(pred0, truth0)
    aligned = pred0 @ matrix * strength / (pred0**2).sum() + truth.mean(0)
    np.testing.assert_allclose(align(pred, truth, reflection=True), aligned, rtol=1e-6, atol=1e-6)
    disparity = ((align(pred, truth, reflection=True) - truth) ** 2).sum() / (truth0**2).sum()
    assert disparity == pytest.approx(procrustes(truth, pred)[2])


@given(seeds)
def test_alignment_without_reflection_is_scipys_best_rotation(seed):
    truth, pred = people(seed=seed), noisy(similarity(seed)(people(seed=seed)) * (MIRROR if seed % 2 else 1), seed)
    pred0, truth0 = pred - pred.mean(0), truth - truth.mean(0)
    turned = Rotation.align_vectors(truth0, pred0)[0].apply(pred0)
    aligned = turned * (turned * truth0).sum() / (turned**2).sum() + truth.mean(0)
    np.testing.assert_allclose(align(pred, truth), aligned, rtol=1e-6, atol=1e-6)
    assert pa_mpjpe(pred, truth) == pytest.approx(mpjpe(aligned, truth))


@given(seeds, st.sampled_from([1.0, 1e-1, 1e-2]))
def test_no_other_similarity_comes_nearer(seed, step):
    truth, pred, rng = people(seed=seed), people(seed=seed + 1), np.random.default_rng(seed)
    turned = Rotation.from_rotvec(step * rng.normal(size=3)).as_matrix()
    scale, shift = np.exp(step * rng.normal()), 100 * step * rng.normal(size=3)
    for best in align_both(pred, truth):
        assert ((best - truth) ** 2).sum() <= ((scale * best @ turned.T + shift - truth) ** 2).sum()


@pytest.mark.parametrize(("dtype", "tolerance"), [(np.float64, 1e-9), (np.float32, 5e-3)])
@both_kinds
def test_a_similarity_leaves_pa_mpjpe_at_zero_and_a_mirror_does_not(dtype, tolerance, kind):
    truth = people(50)
    pred = np.stack([similarity(i)(pose) for i, pose in enumerate(truth)])
    pred, reflected, truth = (kind(x.astype(dtype)) for x in (pred, pred * MIRROR, truth))
    assert pa_mpjpe(pred, truth).max() < tolerance
    assert pa_mpjpe(reflected, truth).min() > 50
    assert pa_mpjpe_reflection(reflected, truth).max() < tolerance


@given(seeds)
def test_pa_mpjpe_ignores_any_similarity_of_the_prediction(seed):
    truth, pred = people(seed=seed), noisy(people(seed=seed))
    assert pa_mpjpe(similarity(seed)(pred), truth) == pytest.approx(pa_mpjpe(pred, truth))


@given(seeds)
def test_errors_turn_with_the_pair_and_grow_with_its_size(seed):
    truth, pred = people(seed=seed), noisy(people(seed=seed))
    move = similarity(seed)
    scale = np.linalg.norm(move(np.eye(3)) - move(np.zeros(3))) / 3**0.5
    for error in mpjpe, pa_mpjpe, pa_mpjpe_reflection:
        assert error(move(pred), move(truth)) == pytest.approx(scale * error(pred, truth))


@given(seeds, st.floats(1e-3, 1e3))
def test_n_mpjpe_ignores_size_and_nothing_else(seed, scale):
    truth, pred = people(seed=seed), noisy(people(seed=seed))
    assert n_mpjpe(scale * pred, truth) == pytest.approx(n_mpjpe(pred, truth))
    assert n_mpjpe(pred + 500, truth) > 1.1 * n_mpjpe(pred, truth)
    assert n_mpjpe(pred[:, [2, 1, 0]], truth) > 1.1 * n_mpjpe(pred, truth)


@pytest.mark.parametrize("scale", [1e-6, 1e6])
def test_no_size_of_a_prediction_is_too_small_or_large_to_be_aligned(scale):
    truth, pred = people(5), noisy(people(5))
    np.testing.assert_allclose(n_mpjpe(scale * pred, truth), n_mpjpe(pred, truth))
    np.testing.assert_allclose(pa_mpjpe(scale * pred, truth), pa_mpjpe(pred, truth))


def test_pck_counts_the_joints_nearer_than_150_mm_but_for_the_root():
    errors = np.array([500.0, 0, 149.9, 150, 150.1, 1000])  # the root's, then five
    truth = np.zeros((6, 3))
    pred = errors[:, None] * [0.6, 0.0, 0.8]
    assert pck(pred, truth) == pytest.approx(100 * 2 / 5)
    assert pck(pred, truth, threshold=150.05) == pytest.approx(100 * 3 / 5)
    assert pck(pred, truth, threshold=1e9) == 100


@given(st.lists(st.floats(0, 200, width=32) | st.sampled_from(np.arange(0.0, 205, 5)), min_size=1, max_size=9))
def test_auc_is_the_mean_pck_over_31_thresholds(errors):
    pred = np.array([0.0, *errors])[:, None] * [0.0, 1.0, 0.0]
    curve = [pck(pred, 0 * pred, threshold) for threshold in range(0, 151, 5)]
    assert len(curve) == 31
    assert auc(pred, 0 * pred) == pytest.approx(np.mean(curve))


def test_a_perfect_prediction_scores_best():
    truth = people(3)
    for error in ERRORS:
        np.testing.assert_allclose(error(truth, truth), 0, atol=1e-9)
    assert pck(truth, truth).tolist() == [100] * 3
    np.testing.assert_allclose(auc(truth, truth), 100 * 30 / 31)  # no error lies below the threshold 0
    assert not mirrored(truth, truth).any()


@given(seeds)
def test_mirrored_is_nearer_with_its_depth_reversed(seed):
    truth, pred = people(40, seed=seed), people(40, seed=seed + 1)
    squares = lambda x: ((x - truth) ** 2).sum((-2, -1))  # noqa: E731
    assert mirrored(pred, truth).tolist() == (squares(pred * MIRROR) < squares(pred)).tolist()
    assert (mirrored(pred, truth) != mirrored(pred * MIRROR, truth)).all()


def test_depth_of_zero_is_not_mirrored():
    assert not mirrored(people(3) * [1, 1, 0], people(3)).any()


LINE = people(17, joints=1) + people(17)[:, :, :1] * [1.0, 2.0, -1.0]
DEGENERATE = {
    "all at the root": np.zeros((17, 17, 3)),
    "all at one place": np.full((17, 17, 3), 7.0),
    "collinear": LINE,
    "planar": people(17) * [1, 1, 0],
    "one joint away": np.eye(17)[:, 5, None] * [0.0, 300.0, 40.0] * np.ones((17, 1, 1)),
    "two equal singular values": np.array([*np.eye(3), *-np.eye(3), *np.zeros((11, 3))]) * np.full((17, 1, 1), 300.0),
    "ordinary": people(17),
}


@both_kinds
@pytest.mark.parametrize("dtype", [np.float32, np.float64])
@pytest.mark.parametrize("truth", DEGENERATE.values(), ids=DEGENERATE.keys())
@pytest.mark.parametrize("pred", DEGENERATE.values(), ids=DEGENERATE.keys())
def test_degenerate_poses_give_finite_answers(pred, truth, dtype, kind):
    pred, truth = kind(pred.astype(dtype)), kind(truth.astype(dtype))
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        found = {metric: np.asarray(metric(pred, truth)) for metric in METRICS}
    assert all(np.isfinite(values).all() for values in found.values())
    squares = ((np.asarray(align(pred, truth)) - np.asarray(truth)) ** 2).sum((-2, -1))
    spread = ((np.asarray(truth) - np.asarray(truth).mean(-2, keepdims=True)) ** 2).sum((-2, -1))
    assert (squares <= spread * 1.001 + 1e-2).all()  # never worse than a single point at the mean


@pytest.mark.parametrize("reflection", [False, True])
@pytest.mark.parametrize("name", DEGENERATE)
def test_a_degenerate_pose_still_matches_itself_turned(name, reflection):
    truth = DEGENERATE[name]
    pred = similarity(3)(truth)
    np.testing.assert_allclose(pa_mpjpe(pred, truth, reflection), 0, atol=1e-6)


@pytest.mark.parametrize("name", ["all at the root", "all at one place", "collinear", "planar", "one joint away"])
def test_a_flat_pose_is_its_own_mirror_image(name):
    truth = DEGENERATE[name]
    np.testing.assert_allclose(pa_mpjpe(similarity(3)(truth) * MIRROR, truth), 0, atol=1e-6)


@both_kinds
def test_align_both_is_align_without_and_with_reflection(kind):
    pred, truth = kind(people(9, seed=1)), kind(people(9))
    for found, reflection in zip(align_both(pred, truth), (False, True), strict=True):
        np.testing.assert_array_equal(np.asarray(found), np.asarray(align(pred, truth, reflection)))


@every_metric
@both_kinds
@pytest.mark.parametrize("leading", [(), (6,), (2, 3), (0,)])
def test_there_is_one_value_per_pose(metric, kind, leading):
    count = int(np.prod(leading))
    pred, truth = noisy(people(count), scale=150), people(count)
    one_by_one = [np.asarray(metric(p, t)) for p, t in zip(pred, truth, strict=True)]
    batch = metric(kind(pred.reshape(*leading, 17, 3)), kind(truth.reshape(*leading, 17, 3)))
    assert tuple(batch.shape) == leading
    np.testing.assert_allclose(np.asarray(batch).ravel(), one_by_one)


@every_metric
@both_kinds
def test_members_of_an_ensemble_share_one_truth(metric, kind):
    pred, truth = people(3, 5, seed=1), people(5)
    expected = [np.asarray(metric(member, truth)) for member in pred]
    np.testing.assert_allclose(np.asarray(metric(kind(pred), kind(truth))), expected)


@every_metric
@pytest.mark.parametrize("dtype", [np.float32, np.float64])
def test_kind_and_precision_are_kept(metric, dtype):
    pred, truth = noisy(people(4)).astype(dtype), people(4, dtype=dtype)
    by_numpy, by_torch = metric(pred, truth), metric(torch.from_numpy(pred), torch.from_numpy(truth))
    assert by_numpy.dtype == (bool if metric is mirrored else dtype)
    assert by_torch.numpy().dtype == by_numpy.dtype
    np.testing.assert_allclose(by_torch.numpy(), by_numpy, rtol=1e-4)


@every_metric
@both_kinds
def test_the_inputs_are_not_edited(metric, kind):
    pred, truth = people(4, seed=1), people(4)
    before = pred.copy(), truth.copy()
    metric(kind(pred), kind(truth))
    np.testing.assert_array_equal((pred, truth), before)


def with_value(value):
    pred = people(2)
    pred[1, 3, 2] = value
    return pred


@every_metric
@pytest.mark.parametrize(
    ("pred", "truth", "message"),
    [
        (people(2)[..., :2], people(2), r"pred must have shape \(\.\.\., joints, 3\), found \(2, 17, 2\)"),
        (people(2), people(2)[0, 0], r"truth must have shape \(\.\.\., joints, 3\), found \(3,\)"),
        (people(2), people(2, joints=16), "the same joints, found 17 and 16"),
        (people(2), people(3), r"shapes that fit together, found \(2, 17, 3\) and \(3, 17, 3\)"),
        (torch.zeros(2, 17, 3), torch.zeros(3, 17, 3), r"fit together, found \(2, 17, 3\) and \(3, 17, 3\)"),
        (people(2), torch.zeros(2, 17, 3), "both be numpy arrays or both be torch tensors"),
        (people(2).astype(int), people(2), "pred must hold floating-point numbers, found int64"),
        (people(2).tolist(), people(2), "pred must be a numpy array or a torch tensor, found list"),
        (with_value(np.nan), people(2), "pred must be finite, found NaN or infinity"),
        (people(2), with_value(np.inf), "truth must be finite, found NaN or infinity"),
        (torch.as_tensor(with_value(np.nan)), torch.as_tensor(people(2)), "pred must be finite"),
    ],
)
def test_bad_input_says_what_was_found_and_expected(metric, pred, truth, message):
    with pytest.raises(ValueError, match=message):
        metric(pred, truth)


def test_the_threshold_is_that_of_mpi_inf_3dhp():
    assert metrics.PCK_THRESHOLD == 150
