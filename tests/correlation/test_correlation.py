"""Dependence against known answers: linear lifters, independent segments, data whose coupling is known."""

import dataclasses
import warnings

import numpy as np
import pandas as pd
import pytest
import torch
from hypothesis import given
from hypothesis import strategies as st
from scipy import stats
from torch import nn

from liftkit import (
    H36M_17,
    REPRESENTATIONS,
    Discriminator,
    Lifter,
    PoseSet,
    Run,
    Skeleton,
    TrainConfig,
    data_correlation,
    dependence_and_error,
    dependence_summary,
    intervention,
    learned_correlation,
    load_poses,
    load_record,
    sensitivity,
    supervised_reference,
    verdicts,
)
from liftkit.correlation import KINDS, Dependence, donors
from liftkit.correlation.coefficients import distance, pearson, spearman
from liftkit.correlation.verdicts import _verdict
from liftkit.data.synthetic import synthetic_motion
from liftkit.geometry import normalise

JOINTS = H36M_17.names[1:]
LEGS = [j for j, name in enumerate(JOINTS) if name.split("_")[-1] in ("hip", "knee", "ankle")]
TORSO = [j for j in range(16) if j not in LEGS]


def between(values):
    return np.concatenate([values[np.ix_(LEGS, TORSO)].ravel(), values[np.ix_(TORSO, LEGS)].ravel()])


def untrained(representation, members=2, width=32):
    networks = Lifter(representation, width, members), Discriminator(width, members)
    return Run(*networks, tuple(range(members)), TrainConfig(width=width), pd.DataFrame())


class Linear(nn.Module):
    """Depths that are weighted sums of the normalised coordinates: weights (M, J, 2, J) from place to depth."""

    def __init__(self, weights):
        super().__init__()
        self.weights = torch.as_tensor(weights, dtype=torch.float32)
        self.representation = REPRESENTATIONS["full"]
        self.device = torch.device("cpu")

    def forward(self, x2d):
        return torch.einsum("mbik,mikj->mbj", x2d, self.weights)


def linear_run(seed=0, members=2):
    weights = np.random.default_rng(seed).normal(0, 0.1, (members, 17, 2, 17))
    weights[..., 0] = 0  # the root's depth
    run = Run(Linear(weights), Discriminator(8, members), tuple(range(members)), TrainConfig(), pd.DataFrame())
    return run, weights[:, 1:, :, 1:]


def facing_everyone_alike(coupling):
    """Synthetic people who all face a level camera: at coupling 0 legs and torso of a person are independent."""
    motion = synthetic_motion(coupling=coupling)
    joints = motion.joints * np.float32([1, -1, -1])
    labels = {name: getattr(motion, name) for name in ("subject", "action", "clip", "frame", "split")}
    poses = PoseSet(joints[..., :2], joints, **labels, units="mm", name=f"coupling {coupling}")
    return poses.select(np.random.default_rng(0).permutation(len(poses))[:6000])


@pytest.fixture(scope="module")
def poses():
    return load_poses("synthetic").test.select(slice(None, None, 40))


# Coefficients.


def test_pearson_and_spearman_agree_with_scipy():
    x, z = np.random.default_rng(0).normal(size=(2, 40))
    z += x**3
    for ours, theirs in ((pearson, stats.pearsonr), (spearman, stats.spearmanr)):
        assert ours(x[:, None, None], z[:, None]).item() == pytest.approx(theirs(x, z).statistic)


def test_two_coordinates_together_are_the_multiple_correlation():
    rng = np.random.default_rng(1)
    x = rng.normal(size=(50, 1, 2)) @ np.array([[1, 0.9], [0, 0.3]])
    z = x[:, 0] @ [1.0, -2.0] + rng.normal(size=50)
    design = np.column_stack([np.ones(50), x[:, 0]])
    left = z - design @ np.linalg.lstsq(design, z, rcond=None)[0]
    assert pearson(x, z[:, None]).item() == pytest.approx(np.sqrt(1 - left.var() / z.var()))


def test_a_constant_coordinate_adds_nothing_to_the_other():
    x, z = np.random.default_rng(2).normal(size=(2, 30))
    both = np.stack([x, np.zeros(30)], -1)[:, None]
    assert pearson(both, z[:, None]).item() == pytest.approx(abs(stats.pearsonr(x, z).statistic))
    assert pearson(both[..., ::-1], z[:, None]).item() == pytest.approx(abs(stats.pearsonr(x, z).statistic))


def test_distance_correlation_is_szekely_and_rizzos():
    rng = np.random.default_rng(3)
    x, z = rng.normal(size=(30, 2)), rng.normal(size=30)
    z += (x**2).sum(1)

    def centred(points):
        d = np.linalg.norm(points[:, None] - points[None], axis=-1)
        n = len(d)
        u = np.zeros_like(d)
        for i in range(n):
            for j in range(n):
                if i != j:
                    u[i, j] = d[i, j] - d[i].sum() / (n - 2) - d[:, j].sum() / (n - 2) + d.sum() / ((n - 1) * (n - 2))
        return u

    a, b = centred(x), centred(z[:, None])
    squared = (a * b).sum() / np.sqrt((a * a).sum() * (b * b).sum())
    assert distance(x[:, None], z[:, None]).item() == pytest.approx(np.sqrt(squared), rel=1e-4)


def test_distance_correlation_sees_what_pearson_does_not():
    x = np.random.default_rng(4).uniform(-1, 1, 400)
    assert abs(pearson(x[:, None, None], (x**2)[:, None]).item()) < 0.15
    assert distance(x[:, None, None], (x**2)[:, None]).item() > 0.4


@pytest.mark.slow
@given(st.integers(0, 10**6), st.floats(0.1, 100), st.floats(-100, 100), st.sampled_from(sorted(KINDS)))
def test_no_coefficient_changes_with_unit_or_origin(seed, scale, shift, kind):
    rng = np.random.default_rng(seed)
    x, z = rng.normal(size=(20, 2, 2)), rng.normal(size=(20, 3))
    before, after = KINDS[kind](x, z), KINDS[kind](scale * x + shift, scale * z - shift)
    np.testing.assert_allclose(before, after, atol=2e-3)
    assert np.abs(before).max() <= 1 + 1e-6


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
    assert data_correlation(poses, within=["camera"]).between().item() < 0.15


def test_what_facing_explains_does_not_count(poses):
    everything, beyond = data_correlation(poses), data_correlation(poses, within=("subject", "facing"))
    assert beyond.between().item() < 0.5 * everything.between().item()


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
    np.testing.assert_allclose(sensitivity(run, poses).values, whole, rtol=1e-5)


# Swapping.


def test_donors_are_of_another_clip_and_agree_in_the_labels():
    poses = load_poses("synthetic").test.select(slice(None, None, 7))
    donor = donors(poses, ("subject", "camera"))
    donated, recipient = donor[donor >= 0], np.flatnonzero(donor >= 0)
    assert len(donated) > 0.99 * len(poses) and len(np.unique(donated)) == len(donated)
    assert (poses.clip[donated] != poses.clip[recipient]).all()
    assert (poses.subject[donated] == poses.subject[recipient]).all() and (
        poses.camera[donated] == poses.camera[recipient]
    ).all()
    assert (donors(poses, ("subject", "camera")) == donor).all() and (donors(poses, seed=1) != donors(poses)).any()


def test_where_nobody_else_is_there_is_no_donor(poses):
    with pytest.raises(ValueError, match="no pose has a donor, a pose of another clip of the same subject, camera"):
        intervention(untrained("full"), poses.select(clip=poses.clip[0]))


def test_an_intervention_moves_a_linear_lifter_as_its_weights_say(poses):
    run, weights = linear_run()
    found = intervention(run, poses, {"wrist": ["left_wrist"], "feet": ["left_ankle", "right_ankle"]})
    donor = donors(poses)
    recipient = np.flatnonzero(donor >= 0)
    own, donated = (poses.x2d[i][:, 1:] - poses.x2d[i][:, :1] for i in (recipient, donor[recipient]))
    for row, joints in enumerate((["left_wrist"], ["left_ankle", "right_ankle"])):
        at = [JOINTS.index(joint) for joint in joints]
        expected = np.abs(np.einsum("nik,mikj->mnj", (donated - own)[:, at], weights[:, at])).mean(1)
        np.testing.assert_allclose(found.values[:, row], expected, rtol=1e-3)
    assert found.unit == "mm" and found.rows == ("wrist", "feet")


def test_joints_can_be_swapped_one_by_one(poses):
    found = intervention(untrained("legs_torso"), poses, "joints")
    assert found.rows == found.columns == JOINTS and (found.between() == 0).all()


@pytest.mark.slow
def test_pixels_are_measured_in_millimetres_where_the_truth_is_known():
    poses = load_poses("synthetic", rig="perspective").test.select(slice(None, None, 40))
    assert intervention(untrained("full"), poses).unit == "mm"
    blind = dataclasses.replace(poses, x3d=None)
    assert intervention(untrained("full"), blind).unit == "px"


# What it says.


@pytest.mark.slow
def test_recorded_runs_the_whole_pose_makes_up_dependence_and_independent_segments_do_not():
    poses = load_poses("synthetic").test
    for name, verdict in ("full", "spurious"), ("legs_torso", "none"):
        table = verdicts(load_record(name), poses, permutations=39)
        assert table.verdict.tolist() == [verdict] * 2, table.to_string()
        assert (table.p_data > 0.05).all()


@pytest.mark.slow
def test_a_dependence_of_the_data_is_called_real():
    tied, free = facing_everyone_alike(1.0), facing_everyone_alike(0.0)
    run, _ = linear_run()  # its weights between legs and torso are drawn at random
    assert verdicts(run, tied, within=["subject"], permutations=39).verdict.tolist() == ["beyond the data"] * 2
    assert verdicts(run, free, within=["subject"], permutations=39).verdict.tolist() == ["spurious", "spurious"]


def linear_world(own: float, other: float, noise: float = 0.0, count: int = 300, seed: int = 0):
    """Poses whose legs and torso are independent in 2D, and the run that knows their depths but for noise.

    Depths are 2D coordinates times weights: ``own`` of the same part, ``other`` of the other one. One pose per clip.
    """
    rng = np.random.default_rng(seed)
    weights = rng.normal(0, 0.1, (1, 17, 2, 17)).astype("f") * np.float32(own)
    legs, torso = (np.array(part) + 1 for part in (LEGS, TORSO))
    for source, target in ((legs, torso), (torso, legs)):
        weights[:, source[:, None], :, target] *= np.float32(other / own)
    weights[..., 0] = 0
    run = Run(Linear(weights), Discriminator(8, 1), (0,), TrainConfig(), pd.DataFrame())
    x2d = rng.uniform(-300, 300, (count, 17, 2)).astype("f")
    x2d[:, 0] = 0
    z = run.lift(x2d)[0, ..., 2]
    z[:, 1:] += noise * z[:, 1:].std() * rng.normal(size=(count, 16)).astype("f")
    return run, PoseSet(x2d, np.concatenate([x2d, z[..., None]], 2), clip=np.arange(count), units="mm")


def verdict_of(run, poses):
    return verdicts(run, poses, within=[], permutations=99)


def test_what_the_data_have_and_no_more_is_real_however_noisy_they_are():
    for noise in (0.0, 1.0):
        table = verdict_of(*linear_world(1, 1, noise))
        assert table.verdict.tolist() == ["real", "real"], table.to_string()
    assert (table.r2_learned > 1.5 * table.r2_data).all()  # by the noise alone, which a perfect regression lacks


def test_false_alarms_of_excess_are_as_rare_as_the_level():
    p = [verdict_of(*linear_world(1, 1, 1.0, count=120, seed=seed)).p_excess for seed in range(1, 31)]
    assert np.mean(np.stack(p) < 0.05) < 0.15  # of 60


def test_a_trace_of_dependence_does_not_make_an_invented_one_real():
    run, _ = linear_world(1, 1)
    _, poses = linear_world(1, 0.3, noise=0.2)  # the data's dependence, of the same joints, is a third as strong
    table = verdict_of(run, poses)
    assert table.verdict.tolist() == ["beyond the data"] * 2, table.to_string()
    assert (table.p_data < 0.05).all() and (table.p_excess < 0.05).all()


def test_a_lifter_that_uses_less_than_the_data_have_is_not_beyond_them():
    run, _ = linear_world(1, 0.3)
    _, poses = linear_world(1, 1)
    assert verdict_of(run, poses).verdict.tolist() == ["real", "real"]


def test_a_mirrored_lifter_has_the_verdict_of_its_mirror_image():
    run, poses = linear_world(1, 1, 1.0)
    run.lifter.weights *= -1
    assert verdict_of(run, poses).verdict.tolist() == ["real", "real"]


@pytest.mark.parametrize(
    "moved, p_data, p_learned, p_excess, expected",
    [
        (0.999, 0.01, 0.01, 0.01, "none"),
        (1.0, 0.049, 0.01, 0.05, "real"),
        (1.0, 0.049, 0.01, 0.049, "beyond the data"),
        (1.0, 0.05, 0.049, 0.049, "spurious"),
        (1.0, 0.05, 0.049, 0.05, "undecided"),
        (1.0, 0.05, 0.05, 0.049, "undecided"),
        (1.0, 0.049, 0.05, 0.049, "undecided"),
    ],
)
def test_each_word_at_its_edge(moved, p_data, p_learned, p_excess, expected):
    assert _verdict(moved, p_data, p_learned, p_excess) == expected


@pytest.mark.slow
def test_a_lifter_that_looks_away_has_none_even_where_the_data_have_it():
    tied = facing_everyone_alike(1.0)
    table = verdicts(untrained("legs_torso"), tied, within=["subject"], permutations=39)
    assert table.verdict.tolist() == ["none", "none"] and (table.p_data < 0.05).all() and (table.moved == 0).all()


def test_too_few_clips_are_no_verdict(poses):
    with pytest.raises(ValueError, match="at least 4 clips, found 2"):
        verdicts(untrained("full"), poses.select(clip=np.unique(poses.clip)[:2]))


def test_the_summary_has_intervals_over_members():
    values = np.ones((4, 16, 16)) * np.array([1.0, 2, 3, 4])[:, None, None]
    values[:, LEGS[0], TORSO[0]] *= 61
    table = dependence_summary({"a": Dependence(values, JOINTS, JOINTS, "made up", "mm", (0, 1, 2, 3))}).iloc[0]
    assert table["within"] == pytest.approx(2.5) and table["between"] == pytest.approx(2.5 * (1 + 60 / 120))
    assert table.between_low95 < table["between"] < table.between_high95 and table.members == 4


@pytest.mark.slow
def test_the_link_to_error_is_the_rank_correlation_over_seeds():
    values = np.ones((6, 16, 16)) * np.array([1.0, 2, 3, 4, 5, 6])[:, None, None]
    dependence = Dependence(values, JOINTS, JOINTS, "made up", "mm", (3, 4, 5, 6, 7, 8))
    errors = pd.DataFrame({"representation": "full", "seed": [8, 7, 6, 5, 4, 3], "e": [60.0, 50, 40, 30, 20, 10]})
    row = dependence_and_error({"full": dependence}, errors, "e").iloc[0]
    assert row.rho == pytest.approx(1) and row.p == pytest.approx(2 / 720)
    with pytest.raises(ValueError, match=r"no error of the seeds \[3\]"):
        dependence_and_error({"full": dependence}, errors[errors.seed > 3], "e")


# Bad input.


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


@pytest.mark.parametrize(
    "call, message",
    [
        (lambda p, r: data_correlation(p.select([0])), "at least 4 poses, found 1"),
        (lambda p, r: learned_correlation(r, p.select([0])), "at least 4 poses, found 1"),
        (lambda p, r: data_correlation(dataclasses.replace(p, x3d=None)), "needs the true 3D poses"),
        (lambda p, r: learned_correlation(r, dataclasses.replace(p, x3d=None)).excess, "needs poses with 3D truth"),
        (lambda p, r: verdicts(r, dataclasses.replace(p, x3d=None)), "needs the true 3D poses"),
        (lambda p, r: data_correlation(p, "kendall"), "unknown kind of correlation 'kendall'; there are pearson"),
        (lambda p, r: data_correlation(p, coordinates="z"), "coordinates must be one of x, y, xy, found 'z'"),
        (lambda p, r: sensitivity(r, p, "z"), "coordinates must be one of x, y, xy, found 'z'"),
        (lambda p, r: sensitivity(r, p, signed=True), "choose coordinates 'x' or 'y'"),
        (lambda p, r: data_correlation(p, within=["person"]), "unknown label 'person'; there are subject"),
        (lambda p, r: intervention(r, p, "arms"), "unknown representation 'arms'"),
        (lambda p, r: intervention(r, p, {"hand": ["left_hand"]}), "unknown joint 'left_hand'"),
        (lambda p, r: intervention(r, p, {"nothing": []}), "the part 'nothing' holds no joint"),
        (lambda p, r: sensitivity(r, p).between({"legs": ["left_hip"]}), "no part holds right_hip"),
        (lambda p, r: sensitivity(r, p).between({"tail": ["tail"]}), "parts hold joints that the matrix lacks: tail"),
        (lambda p, r: intervention(r, p, "legs_torso").between("five_parts"), "'legs' has joints of several"),
        (lambda p, r: sensitivity(r, other_skeleton(p)), "run and poses must have the same joints"),
        (lambda p, r: Dependence(np.zeros((1, 2, 3)), ("a",), ("b",), "", ""), r"shape \(members, 1, 1\), found"),
    ],
)
def test_bad_input_says_what_was_found_and_expected(poses, call, message):
    with pytest.raises(ValueError, match=message):
        call(poses, untrained("full"))


def other_skeleton(poses):
    names = tuple(name.replace("pelvis", "root") for name in H36M_17.names)
    return dataclasses.replace(poses, skeleton=Skeleton(names, H36M_17.parents, H36M_17.pairs))


def test_a_table_has_names(poses):
    table = sensitivity(untrained("full"), poses).table(member=1)
    assert table.loc["left_ankle", "right_wrist"] > 0 and table.shape == (16, 16)


@pytest.mark.slow
def test_a_reference_learns_the_depths_that_it_is_shown(poses):
    shown = supervised_reference(load_poses("synthetic"), (0, 1), TrainConfig(width=32, batch=128, steps=300))
    z, truth = shown.lift(poses.x2d)[..., 2], poses.x3d[..., 2]
    assert (np.abs(z - truth).mean((1, 2)) < 0.8 * np.abs(truth).mean()).all()
    assert (((z * truth).sum(-1) > 0).mean(1) > 0.9).all()  # and not the mirror image


def test_the_same_seed_gives_the_same_reference(poses):
    config = TrainConfig(width=8, batch=16, steps=3)
    together, alone = (supervised_reference(poses, seeds, config).lift(poses.x2d) for seeds in ((0, 1), (1,)))
    np.testing.assert_allclose(together[1], alone[0], atol=1e-3)
    with pytest.raises(ValueError, match="a supervised reference needs the true 3D poses"):
        supervised_reference(dataclasses.replace(poses, x3d=None))
