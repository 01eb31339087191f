"""The lifter of `liftkit lift`, made small."""

import numpy as np
import pandas as pd
import pytest

from benchmarks import blocks, lifter
from liftkit import Run
from liftkit.evaluation import baselines


@pytest.fixture(autouse=True)
def few_poses(few_synthetic, monkeypatch):
    few_synthetic(lifter)
    monkeypatch.setattr(blocks, "TEST_POSES", 64)


@pytest.mark.thorough
def test_it_is_trained_stored_and_judged_as_stored_and_goes_on_where_it_was(
    positions, tmp_path, no_training, monkeypatch
):
    how = dict(seeds=2, width=16, batch=8, steps=2, processes=1, folder=tmp_path / "runs", out=tmp_path / "lifter.csv")
    lifter.main(positions, **how, package=tmp_path / "package")
    run, first = Run.load(tmp_path / "package"), pd.read_csv(tmp_path / "lifter.csv")
    assert run.seeds == (0, 1) and run.config.known_tilt
    assert run.statistics is not None and (tmp_path / "package" / "about.json").read_text().count("CMU") == 1
    assert set(first.lifter) == {"mean of all", "exact depths", "members", "flat", "shown the answers"}
    assert set(first[first.lifter == "exact depths"].test) == {t for t in first.test if "px off" in t}
    assert {"synthetic-broad, 10 degrees", "cmu, perspective, 5 px off"} <= set(first.test)
    name, poses = next(iter(lifter.test_sets(None)))
    flat = first[(first.test == name) & (first.lifter == "flat")].set_index("action").pa_mpjpe
    walk = baselines(poses.select(action="walk")).set_index("lifter").pa_mpjpe["flat"]
    assert flat["walk"] == pytest.approx(walk, abs=0.01)
    assert flat["macro"] == pytest.approx(flat.drop("macro").mean(), abs=0.01)
    assert len(lifter.summary(first)) == first.test.nunique()
    no_training()
    monkeypatch.setattr(lifter, "supervised_reference", no_training)
    lifter.main(positions, **how, package=tmp_path / "package")
    pd.testing.assert_frame_equal(pd.read_csv(tmp_path / "lifter.csv"), first)


def test_exact_depths_are_those_of_the_exact_keypoints_and_x_and_y_those_that_are_given():
    exact, given = np.random.default_rng(0).normal(size=(2, 3, 17, 2))

    class Sum:
        seeds = (0,)

        def lift(self, x2d):
            return np.concatenate([x2d, x2d.sum(-1, keepdims=True)], -1)[None]

    found = lifter.ExactDepths(Sum(), exact).lift(given)[0]
    np.testing.assert_allclose(found[..., :2], given - given[:, :1])
    np.testing.assert_allclose(found[1, 5, 2], exact[1, 5].sum())


@pytest.mark.slow
def test_half_of_the_training_poses_have_the_errors_of_detectors():
    clean, both = (lifter.training_poses(None, noise=noise) for noise in (False, True))
    assert len(both) == 2 * len(clean)
    np.testing.assert_array_equal(both.x2d[: len(clean)], clean.x2d)
    errors = both.x2d[len(clean) :] - clean.x2d
    assert np.sqrt((errors[:, 1:] ** 2).mean()) == pytest.approx(20, rel=0.1)
