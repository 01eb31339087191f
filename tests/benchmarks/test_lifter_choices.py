"""What was tried for the lifter, made small."""

import numpy as np
import pandas as pd
import pytest
import typer

from benchmarks import blocks, lifter, lifter_choices
from liftkit.evaluation import baselines


@pytest.fixture(autouse=True)
def few_poses(few_synthetic, monkeypatch):
    few_synthetic(lifter)
    monkeypatch.setattr(blocks, "TEST_POSES", 64)


@pytest.mark.thorough
def test_one_choice_at_a_time_is_trained_judged_and_kept_and_its_configs_differ_as_said(tmp_path, monkeypatch):
    seen = []
    run_study = lifter.run_study
    spy = lambda *a, **k: seen.append((a, run_study(*a, **k))) or seen[-1][1]  # noqa: E731
    monkeypatch.setattr(lifter, "run_study", spy)
    how = dict(seeds=2, width=16, batch=8, steps=2, processes=1, folder=tmp_path / "runs", out=tmp_path / "table.csv")
    lifter_choices.main(choice=["discriminator not told the source", "twice as long"], **how)
    first = pd.read_csv(how["out"], dtype={"seed": str})
    lifter_choices.main(choice=["five parts"], **how)
    table = pd.read_csv(how["out"], dtype={"seed": str})
    assert list(table.choice.unique()) == ["discriminator not told the source", "five parts", "twice as long"]
    same = table[table.choice != "five parts"].reset_index(drop=True)
    pd.testing.assert_frame_equal(same[first.columns], first)
    assert [a[3].condition for a, _ in seen] == ["none", "action", "action"]
    assert [a[3].steps for a, _ in seen] == [2, 4, 2] and [a[0] for a, _ in seen][2] == ["five_parts"]
    flat = table[(table.choice == "five parts") & (table.seed == "flat")].pa_mpjpe.item()
    poses = next(p for name, p in lifter.test_sets(None) if name == "synthetic-broad, 10 degrees")
    by_hand = [baselines(poses.select(action=a)).set_index("lifter").pa_mpjpe["flat"] for a in np.unique(poses.action)]
    assert flat == pytest.approx(np.mean(by_hand), abs=0.01)


def test_the_summary_has_the_share_of_the_flat_pose_and_the_interval_over_seeds():
    rows = [
        ("0", 60.0, 0.01),
        ("1", 62.0, 0.2),
        ("2", 64.0, 0.0),
        ("3", 66.0, 0.0),
        ("all", 54.0, 0.0),
        ("flat", 90.0, 0),
    ]
    table = pd.DataFrame(
        [{"choice": "CMU once", "test": "cmu, 10 degrees", "seed": s, "pa_mpjpe": e, "mirrored": m} for s, e, m in rows]
    )
    row = lifter_choices.summary(table).iloc[0]
    assert row["CMU: of flat"] == "0.60" and row["mirrored, worst seed"] == "20%"
    assert row["CMU: seeds, mm"] == "63.0 (58.9 to 67.1)"  # 63 +- 3.182 * 2.582 / 2


def test_an_unknown_choice_is_named(tmp_path):
    with pytest.raises(typer.BadParameter, match="'taller' is none of as it ships"):
        lifter_choices.main(choice=["taller"], out=tmp_path / "table.csv")
