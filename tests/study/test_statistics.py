"""Statistics of a study, against known answers, scipy and simulations."""

import numpy as np
import pandas as pd
import pytest
from scipy import stats

from liftkit.study.statistics import (
    REACHED,
    clip_means,
    compare_pairs,
    holm,
    interval,
    paired_p,
    share_reached,
    summarise,
)

NAMES = {"good": [50.0, 51.0, 52.0, 60.0], "bad": [70.0, 72.0, 71.0, 77.0]}


def table(errors, metric="pa_mpjpe_reflection", **columns) -> pd.DataFrame:
    rows = [
        {"data": "d", "test": "t", "representation": name, "seed": seed, metric: error, "mirrored": seed / 4}
        for name, of_seeds in errors.items()
        for seed, error in enumerate(of_seeds)
    ]
    return pd.DataFrame(rows).assign(parameters=10, seconds=2.0, **columns)


@pytest.fixture
def results() -> pd.DataFrame:
    return table(NAMES)


def flat(error: float) -> pd.DataFrame:
    return pd.DataFrame([{"data": "d", "test": "t", "lifter": "flat", "pa_mpjpe_reflection": error}])


def test_a_summary_worked_out_by_hand(results):
    good, bad = summarise(results, references=flat(70)).to_dict("records")
    assert (good["representation"], good["seeds"], good["parameters"], good["seconds"]) == ("good", 4, 10, 2.0)
    assert good["mean"] == 53.25 and good["median"] == 51.5 and (good["best"], good["worst"]) == (50, 60)
    assert good["sd"] == pytest.approx(np.std(NAMES["good"], ddof=1))
    expected = stats.t.interval(0.95, 3, 53.25, stats.sem(NAMES["good"]))
    assert (good["low95"], good["high95"]) == pytest.approx(expected)
    assert good["reached"] == 0.75 and bad["reached"] == 0  # 52.5 is the limit
    assert good["mirrored"] == 0.375 and good["mirrored_most"] == 0.75
    assert good["mirrored_low95"] == 0 and 0.375 < good["mirrored_high95"] <= 1  # no share is negative
    assert summarise(results)["reached"].isna().all()  # the flat pose's error is not known


def test_both_alignments_and_the_mean_over_actions_stand_beside_each_other(results):
    row = summarise(results.assign(pa_mpjpe=results.pa_mpjpe_reflection + 2.0)).iloc[0]
    assert row.pa_mpjpe == row["mean"] + 2 and row.pa_mpjpe_low95 == pytest.approx(row.low95 + 2)
    assert np.isnan(row.pa_mpjpe_macro)  # results of an earlier version have no such column
    assert summarise(results.assign(pa_mpjpe_macro=9.0)).pa_mpjpe_macro.tolist() == [9, 9]


def test_a_seed_without_a_value_is_not_counted(results):
    results.loc[0, "pa_mpjpe_reflection"] = np.nan
    row = summarise(results).iloc[0]
    assert row.seeds == 3 and row["mean"] == pytest.approx(163 / 3) and np.isnan(row.low95)
    assert row.mirrored == 0.5


def test_a_comparison_worked_out_by_hand(results):
    row = compare_pairs(results, "good", "bad").to_dict("records")[0]
    differences = np.subtract(NAMES["good"], NAMES["bad"])
    assert row["pairs"] == 4 and row["difference"] == pytest.approx(differences.mean())
    assert row["relative"] == pytest.approx(differences.mean() / 72.5)
    assert row["effect"] == pytest.approx(differences.mean() / differences.std(ddof=1))
    test = stats.ttest_rel(NAMES["good"], NAMES["bad"])
    assert row["p"] == pytest.approx(test.pvalue) and row["p_holm"] == row["p"]  # one comparison
    assert (row["low95"], row["high95"]) == pytest.approx(tuple(test.confidence_interval()))
    assert (row["low_holm"], row["high_holm"]) == (row["low95"], row["high95"])
    assert row["verdict"] == "supported"
    back = compare_pairs(results, "bad", "good").to_dict("records")[0]
    assert back["difference"] == -row["difference"] and back["p"] == row["p"] and back["verdict"] == "contradicted"


def test_all_comparisons_of_a_call_are_one_block():
    names = {"full": [80, 81, 82, 83.0], "a": [70, 74, 72, 70.0], "b": [79, 75, 81, 78.0], "c": [80, 82, 81, 83.0]}
    found = compare_pairs(table(names), ["a", "b", "c"], "full")
    p = [stats.ttest_rel(names[name], names["full"]).pvalue for name in "abc"]
    assert found.p.tolist() == pytest.approx(p)
    assert found.p_holm.tolist() == pytest.approx(stats_holm(p))
    difference = np.subtract(names["a"], names["full"])
    expected = stats.t.interval(1 - 0.05 / 3, 3, difference.mean(), stats.sem(difference))
    assert (found.low_holm[0], found.high_holm[0]) == pytest.approx(expected)
    blocks = pd.concat([table(names, prior=prior) for prior in ("paper", "gravity")])
    assert len(compare_pairs(blocks, "a", "full", by=["prior", "data", "test"])) == 2


def stats_holm(p):
    """The step-down procedure as Holm (1979) describes it."""
    rejected_at = {}
    for rank, i in enumerate(np.argsort(p)):
        rejected_at[i] = max([p[i] * (len(p) - rank), *rejected_at.values()])
    return [min(rejected_at[i], 1) for i in range(len(p))]


def test_a_corrected_interval_leaves_0_out_exactly_where_the_corrected_p_is_below_5_percent():
    rng = np.random.default_rng(0)
    for _ in range(300):
        samples = rng.normal(rng.choice([0, 1.5], size=(4, 1)), size=(4, 6))
        corrected, levels = holm([paired_p(sample) for sample in samples])
        ends = [interval(sample, level) for sample, level in zip(samples, levels, strict=True)]
        assert [low > 0 or high < 0 for low, high in ends] == (corrected < 0.05).tolist()
    assert holm([0.02, np.nan, 0.0])[0].tolist() == pytest.approx([0.02, np.nan, 0], nan_ok=True)


def test_alignments_that_disagree_are_named_first(results):
    worse = {name: np.subtract(200, errors) for name, errors in NAMES.items()}
    both = results.assign(pa_mpjpe=table(worse).pa_mpjpe_reflection)
    for metric in ("pa_mpjpe_reflection", "pa_mpjpe"):
        row = compare_pairs(both, "good", "bad", metric).iloc[0]
        expected = "supported with reflection allowed, contradicted with reflection forbidden"
        assert row.verdict == f"alignments disagree: {expected}"
    assert row.pa_mpjpe_reflection_verdict == "supported" and row.pa_mpjpe_reflection_difference < 0
    same = results.assign(pa_mpjpe=results.pa_mpjpe_reflection + 1)
    assert compare_pairs(same, "good", "bad").verdict.item() == "supported"


def test_where_higher_is_better_the_higher_is_supported():
    assert compare_pairs(table(NAMES, "pck"), "bad", "good", "pck").verdict.item() == "supported"


def test_only_seeds_that_both_have_are_paired(results):
    fewer = results[~((results.representation == "bad") & (results.seed == 3))]
    row = compare_pairs(fewer, "good", "bad").iloc[0]
    assert row.pairs == 3 and np.isnan([row.low95, row.p, row.p_holm]).all()
    assert row.verdict == "undecided (no interval below 4 seeds)"
    apart = pd.concat([results[:4], results[4:].assign(seed=[7, 8, 9, 10])])
    assert compare_pairs(apart, "good", "bad").pairs.item() == 0


def test_intervals_of_few_or_equal_values_are_plain():
    assert np.isnan(interval([1.0, 2.0, 3.0])).all() and np.isnan(interval([])).all()
    assert interval([2.0] * 4) == (2.0, 2.0) and np.isfinite(interval([1.0, 2.0, 3.0, 5.0, np.nan])).all()
    assert (paired_p([0.0] * 4), paired_p([1.0] * 4)) == (1, 0) and np.isnan(paired_p([1.0, 2.0, 3.0]))


SHAPES = {  # draws of a shape, its true mean, and the least coverage for n = 4, 6, 8, 16 that its docstring promises
    "normal": (lambda rng, shape: rng.normal(60, 5, shape), 60, (0.94, 0.94, 0.94, 0.94)),
    "skewed": (lambda rng, shape: rng.lognormal(0, 0.3, shape), np.exp(0.045), (0.93, 0.93, 0.93, 0.93)),
    "bimodal": (lambda rng, shape: rng.normal(5 * (rng.random(shape) < 0.5)), 2.5, (0.88, 0.93, 0.93, 0.94)),
    "one in five": (lambda rng, shape: rng.normal(5 * (rng.random(shape) < 0.2)), 1, (0.865, 0.85, 0.87, 0.92)),
}


@pytest.mark.long
@pytest.mark.parametrize("name", SHAPES)
def test_coverage_of_the_interval(name):
    draw, mean, least = SHAPES[name]
    rng = np.random.default_rng(0)
    for n, bar in zip((4, 6, 8, 16), least, strict=True):
        ends = np.array([interval(values) for values in draw(rng, (10_000, n))])
        covered = ((ends[:, 0] <= mean) & (mean <= ends[:, 1])).mean()
        assert bar <= covered <= 0.97
        if name == "normal":
            assert 0.94 <= covered <= 0.96


@pytest.mark.long
def test_the_share_that_reaches_a_part_of_the_flat_pose_does_not_depend_on_the_number_of_seeds():
    rng = np.random.default_rng(0)
    fixed, near_best = {}, {}
    for n in (4, 8, 16):
        errors = rng.normal(60, 0.08 * 60, (400, n))
        many = table({str(k): of_seeds for k, of_seeds in enumerate(errors)})
        fixed[n] = summarise(many, references=flat(80)).reached.mean()
        near_best[n] = np.mean([share_reached(of_seeds, [1.05 * min(of_seeds)]) for of_seeds in errors])
    assert REACHED * 80 == 60
    assert list(fixed.values()) == pytest.approx([0.5, 0.5, 0.5], abs=0.04)
    assert list(near_best.values()) == pytest.approx([0.45, 0.28, 0.17], abs=0.05)


def test_an_interval_over_clips_holds_the_mean_more_often_than_one_over_poses():
    rng = np.random.default_rng(0)
    clip, held = np.repeat(np.arange(10), 50), np.zeros(2)
    for _ in range(300):
        errors = rng.normal(0, 10, 10)[clip] + rng.normal(60, 3, 500)
        for i, witnesses in enumerate((errors, clip_means(errors, clip))):
            low, high = interval(witnesses)
            held[i] += low <= 60 <= high
    assert held[0] < 150 and held[1] > 270
    assert clip_means([1, 3, 10], [7, 7, 2]).tolist() == [10, 2]


def test_share_reached_is_the_share_up_to_a_limit():
    assert share_reached([100, 105, 110, np.nan], [100, 105, 300]).tolist() == [0.25, 0.5, 0.75]


def test_unknown_names_are_refused_with_the_choices(results):
    with pytest.raises(ValueError, match="unknown metric 'pcp'; there are pa_mpjpe_reflection, mirrored"):
        summarise(results, "pcp")
    with pytest.raises(ValueError, match="unknown representation 'full'; there are good, bad"):
        compare_pairs(results, "full", "bad")
    with pytest.raises(ValueError, match="bad is compared with itself: leave it out"):
        compare_pairs(results, ["good", "bad"], "bad")
    results["test"] = results["representation"]
    with pytest.raises(ValueError, match="good was trained and evaluated on the same sets as bad"):
        compare_pairs(results, "good", "bad")
