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


@pytest.mark.long
def test_it_is_trained_stored_and_judged_as_stored_and_goes_on_where_it_was(
    positions, tmp_path, no_training, monkeypatch
):
    how = dict(seeds=2, width=16, batch=8, steps=2, processes=1, folder=tmp_path / "runs", out=tmp_path / "lifter.csv")
    lifter.main(positions, **how, package=tmp_path / "package")
    run, first = Run.load(tmp_path / "package"), pd.read_csv(tmp_path / "lifter.csv")
    assert run.seeds == (0, 1) and run.config.known_tilt
    assert run.statistics is not None and (tmp_path / "package" / "about.json").read_text().count("CMU") == 1
    assert set(first.lifter) == {"mean of all", "members", "flat", "shown the answers"}
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


@pytest.mark.slow
def test_half_of_the_training_poses_have_the_errors_of_detectors():
    clean, both = (lifter.training_poses(None, noise=noise) for noise in (False, True))
    assert len(both) == 2 * len(clean)
    np.testing.assert_array_equal(both.x2d[: len(clean)], clean.x2d)
    errors = both.x2d[len(clean) :] - clean.x2d
    assert np.sqrt((errors[:, 1:] ** 2).mean()) == pytest.approx(20, rel=0.1)
