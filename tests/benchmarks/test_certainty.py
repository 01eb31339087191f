"""Whether a lifter knows when it does not know, on made-up joints and as a whole."""

import numpy as np
import pandas as pd
import pytest

from benchmarks import blocks, certainty
from liftkit import Run, film, load_poses, train
from liftkit.data.synthetic import synthetic_motion


def joints(error, spread, distance) -> pd.DataFrame:
    return pd.DataFrame({"error": error, "spread": spread, "spread_as_found": spread[::-1], "distance": distance})


def test_a_lifter_that_knows_has_the_rank_correlation_1_and_one_that_does_not_0():
    rng = np.random.default_rng(0)
    spread, far = rng.random(5000), rng.random(5000) * 2
    knows = certainty.scores(joints(spread**3, spread, far))
    assert knows["rho_spread"] == pytest.approx(1) and abs(knows["rho_distance"]) < 0.05
    assert abs(knows["rho_spread_as_found"]) < 0.05
    fifths = [knows[name] for name in certainty.FIFTHS]
    assert fifths == pytest.approx([((k + 1) ** 4 - k**4) / 4 / 5**3 for k in range(5)], rel=0.1)  # means of x^3
    blind = certainty.scores(joints(rng.random(5000), spread, far))
    assert abs(blind["rho_spread"]) < 0.05 and blind["beyond"] == pytest.approx(blind["within"], rel=0.05)


def test_joints_beyond_the_training_poses_are_counted_apart():
    found = certainty.scores(joints([10.0] * 30 + [40.0] * 10, np.arange(40.0), [0.5] * 30 + [1.5] * 10))
    assert (found["within"], found["beyond"], found["share_beyond"]) == (10, 40, 0.25)


@pytest.mark.slow
def test_the_table_has_every_test_set_and_all_together(positions, tmp_path, monkeypatch):
    monkeypatch.setattr(blocks, "TEST_POSES", 64)
    poses = film(synthetic_motion(subjects=2))
    train("legs_torso", poses.x2d, (0, 1), width=16, batch=8, steps=1).save(tmp_path / "run")
    certainty.main(positions, tmp_path / "run", tmp_path / "certainty.csv")
    table = pd.read_csv(tmp_path / "certainty.csv").set_index("test")
    assert {"cmu, 10 degrees", "synthetic-broad, -10 to 40 degrees", "all together"} <= set(table.index)
    assert not table.index.str.contains("perspective").any()
    run, test = Run.load(tmp_path / "run"), load_poses("synthetic").select(np.arange(50))
    off = certainty.of_joints(run, test)
    z = run.lift(test.x2d)[..., 2].astype(float)
    assert off.error[5] == pytest.approx(abs(z[:, 0, 6].mean() - test.x3d[0, 6, 2]), rel=1e-4)
    assert off.spread_as_found[5] == pytest.approx(abs(z[0, 0, 6] - z[1, 0, 6]) / 2**0.5, rel=1e-4)
    assert off.spread[5] != pytest.approx(off.spread_as_found[5], rel=0.01)
    assert len(certainty.summary(table.reset_index())) == len(table)
