"""Stability within a run and between runs."""

import numpy as np
import pandas as pd
import pytest
from scipy import stats

from benchmarks.stability import brown_forsythe, collapses, main, power, summary


def test_a_collapse_counts_once_however_long_it_lasts():
    errors = np.full(40, 60.0)
    errors[[10, 11, 12, 30]] = 72.0, 90.0, 73.0, 75.0
    assert collapses(errors) == 2
    errors[30] = 71.9  # below 1.2 times the lowest so far
    assert collapses(errors) == 1


def test_the_start_is_no_collapse():
    errors = np.full(40, 60.0)
    errors[:4] = 30.0, 50.0, 90.0, 80.0
    assert collapses(errors) == 0


def test_the_test_of_spreads_is_scipys():
    first, second = np.random.default_rng(1).normal(size=(2, 12)) * [[1.0], [2.5]]
    expected = stats.levene(first, second, center="median").pvalue
    np.testing.assert_allclose(brown_forsythe(first, second), expected, rtol=1e-9)


def test_power_is_the_level_without_a_difference_and_grows_with_the_runs():
    assert 0.02 < power(24, 1.0) < 0.06
    assert power(8, 2.0) < power(16, 2.0) < 0.8 < power(24, 2.0)


def test_a_summary_worked_out_by_hand():
    rows = [
        {"representation": name, "seed": seed, "step": step, "pa_mpjpe_reflection": base + seed * spread + step % 2}
        | {"flat": 92.0}
        for name, base, spread in (("full", 70.0, 4.0), ("legs_torso", 60.0, 1.0))
        for seed in range(4)
        for step in range(1, 21)
    ]
    full, parts = summary(pd.DataFrame(rows)).to_dict("records")
    assert (full["runs"], full["checkpoints"], full["collapses"], full["runs that collapse"]) == (4, 20, 0, 0)
    assert (full["sd between runs"], parts["sd between runs"]) == ("5.2", "1.3")  # of 0, 4, 8, 12 and 0, 1, 2, 3
    assert full["above the run's lowest"].startswith("0.0") and parts["last error (flat 92.0)"].startswith("61.5")


@pytest.mark.slow
def test_a_row_per_checkpoint_that_goes_on_where_it_was(positions, tmp_path, no_training):
    how = dict(seeds=2, width=16, batch=8, steps=6, checkpoints=3, processes=1)
    where = dict(folder=tmp_path / "runs", out=tmp_path / "stability.csv")
    main(positions, **how, **where)
    first = pd.read_csv(where["out"])
    assert list(first.columns) == ["representation", "seed", "step", "pa_mpjpe_reflection", "mirrored", "flat"]
    assert len(first) == 2 * 2 * 3 and set(first.step) == {2, 4, 6}
    no_training()
    main(positions, **how, **where)
    pd.testing.assert_frame_equal(pd.read_csv(where["out"]), first)
