"""Verdicts (real, spurious, beyond the data, ...) where it is known which; the summary and the link to the error."""

import numpy as np
import pandas as pd
import pytest
from known_lifters import JOINTS, LEGS, TORSO, Linear, facing_everyone_alike, linear_run, untrained

from liftkit import (
    Discriminator,
    PoseSet,
    Run,
    TrainConfig,
    dependence_and_error,
    dependence_summary,
    load_poses,
    load_record,
    verdicts,
)
from liftkit.correlation import Dependence
from liftkit.correlation.verdicts import _verdict


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


@pytest.mark.slow
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
    four = Dependence(values[:4], JOINTS, JOINTS, "made up", "mm", (3, 4, 5, 6))
    unrelated = pd.DataFrame({"representation": "full", "seed": [3, 4, 5, 6], "e": [20.0, 40, 10, 30]})
    row = dependence_and_error({"full": four}, unrelated, "e").iloc[0]
    assert (row.rho, np.signbit(row.rho), row.p) == (0, False, 1)  # 1 - 6 * 10 / 60, and every order has as much
    with pytest.raises(ValueError, match=r"no error of the seeds \[3\]"):
        dependence_and_error({"full": dependence}, errors[errors.seed > 3], "e")
