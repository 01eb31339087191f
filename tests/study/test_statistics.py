"""Statistics of a study, against known answers and scipy."""

import numpy as np
import pandas as pd
import pytest
from scipy import stats

from liftkit.study.statistics import bootstrap_interval, compare_pairs, share_reached, summarise

NAMES = {"good": [50.0, 51.0, 52.0, 60.0], "bad": [70.0, 72.0, 71.0, 77.0]}


@pytest.fixture
def results() -> pd.DataFrame:
    rows = [
        dict(data="d", test="t", representation=name, seed=seed, pa_mpjpe_reflection=error, mirrored=seed / 4)
        for name, errors in NAMES.items()
        for seed, error in enumerate(errors)
    ]
    return pd.DataFrame(rows).assign(parameters=10, seconds=2.0)


def test_a_summary_worked_out_by_hand(results):
    good, bad = summarise(results).to_dict("records")
    assert (good["representation"], good["seeds"], good["parameters"], good["seconds"]) == ("good", 4, 10, 2.0)
    assert good["mean"] == 53.25 and good["median"] == 51.5 and (good["best"], good["worst"]) == (50, 60)
    assert good["sd"] == pytest.approx(np.std(NAMES["good"], ddof=1))
    assert good["reached"] == 0.75  # 52.5 is the limit
    assert good["reached_overall"] == 0.75 and bad["reached_overall"] == 0 and bad["reached"] == 0.75
    assert good["mirrored"] == 0.25  # 0.75 alone is above a half
    assert good["low95"] < good["mean"] < good["high95"] < bad["low95"]


def test_a_comparison_worked_out_by_hand(results):
    row = compare_pairs(results, "good", "bad").to_dict("records")[0]
    differences = np.subtract(NAMES["good"], NAMES["bad"])
    assert row["pairs"] == 4 and row["difference"] == pytest.approx(differences.mean())
    assert row["relative"] == pytest.approx(differences.mean() / 72.5)
    assert row["effect"] == pytest.approx(differences.mean() / differences.std(ddof=1))
    assert row["p"] == pytest.approx(2 / 2**4)  # all four pairs point the same way
    assert row["low95"] <= row["difference"] <= row["high95"]
    back = compare_pairs(results, "bad", "good").to_dict("records")[0]
    assert back["difference"] == -row["difference"] and back["p"] == row["p"]


def test_only_seeds_that_both_have_are_paired(results):
    fewer = results[~((results.representation == "bad") & (results.seed == 3))]
    assert compare_pairs(fewer, "good", "bad").pairs.item() == 3


@pytest.mark.slow
def test_the_interval_covers_the_mean_about_as_often_as_it_says():
    rng = np.random.default_rng(0)
    intervals = [bootstrap_interval(rng.normal(5, 1, 30)) for _ in range(100)]
    assert 85 <= sum(low <= 5 <= high for low, high in intervals) <= 100
    values = rng.normal(5, 1, 200)
    low, high = bootstrap_interval(values)
    expected = stats.t.interval(0.95, 199, values.mean(), stats.sem(values))
    assert (low, high) == pytest.approx(expected, abs=0.03)


def test_intervals_of_few_or_equal_values_are_plain():
    assert np.isnan(bootstrap_interval([1.0])).all() and np.isnan(bootstrap_interval([])).all()
    assert bootstrap_interval([2.0, 2.0, 2.0]) == (2.0, 2.0)
    assert np.isfinite(bootstrap_interval([1.0, 2.0])).all()
    assert bootstrap_interval([1.0, 2.0, 3.0]) == bootstrap_interval([1.0, 2.0, 3.0])


def test_p_is_large_where_nothing_differs_and_nan_for_a_single_pair():
    rng = np.random.default_rng(1)
    rows = [
        dict(data="d", test="t", representation=name, seed=s, pa_mpjpe_reflection=rng.normal(60, 5))
        for name in ("a", "b")
        for s in range(12)
    ]
    table = pd.DataFrame(rows).assign(mirrored=0.0)
    assert compare_pairs(table, "a", "b").p.item() > 0.05
    assert np.isnan(compare_pairs(table[table.seed == 0], "a", "b").p.item())


def test_share_reached_is_the_share_within_a_margin_of_the_best():
    assert share_reached([100, 105, 110, 200], [0, 0.05, 0.1, 1]).tolist() == [0.25, 0.5, 0.75, 1.0]


def test_unknown_names_are_refused_with_the_choices(results):
    with pytest.raises(ValueError, match="unknown metric 'pcp'; there are pa_mpjpe_reflection, mirrored"):
        summarise(results, "pcp")
    with pytest.raises(ValueError, match="unknown representation 'full'; there are good, bad"):
        compare_pairs(results, "full", "bad")
