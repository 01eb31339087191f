"""The rule by which claims are judged, each word at its edge, and the power that goes with it."""

import numpy as np
import pytest
from scipy import stats

from liftkit.study.verdict import both_alignments, describe_mirrored, power, verdict


@pytest.mark.parametrize(
    ("low", "high", "word"),
    [
        (0.01, 5, "supported"),  # on A's side of 0, although it excludes the claimed 10
        (12, 20, "supported"),
        (0, 20, "undecided"),  # 0 is not on A's side
        (-1, 10, "undecided"),  # the claimed 10 is in it
        (-1, 9.99, "contradicted"),  # excludes the claimed 10
        (-5, -0.01, "contradicted"),  # on B's side
        (-50, 50, "undecided"),
    ],
)
def test_each_word_at_its_edge(low, high, word):
    assert verdict(low, high, 10, n=8, sd=5).split()[0] == word


def test_undecided_comes_with_the_power_to_see_the_claim():
    expected = 1 - stats.nct.cdf(stats.t.ppf(0.975, 7), 7, 10 / 12 * np.sqrt(8))
    assert verdict(-1, 20, 10, n=8, sd=12) == f"undecided (power {expected:.2f})"
    stricter = 1 - stats.nct.cdf(stats.t.ppf(1 - 0.05 / 8, 7), 7, 10 / 12 * np.sqrt(8))
    assert verdict(-1, 20, 10, n=8, sd=12, level=0.05 / 4) == f"undecided (power {stricter:.2f})"
    assert verdict(-1, 20, 0, n=8, sd=12) == "undecided"  # better at all: a claim without a size has no power
    assert verdict(np.nan, np.nan, 10, n=3, sd=12) == "undecided (no interval below 4 seeds)"
    with pytest.raises(ValueError, match="must be 0 or more, found -1"):
        verdict(-1, 2, -1, 8, 5)


def test_power_is_that_of_published_tables():
    # Cohen (1988), paired t test, d = 0.5: 34 pairs for 0.8; d = 0.8: 15 pairs
    assert [round(power(d, 1, n), 2) for d, n in ((0.5, 33), (0.5, 34), (0.8, 14), (0.8, 15))] == [
        0.8,
        0.81,
        0.79,
        0.82,
    ]
    assert power(0, 1, 8) == pytest.approx(0.05) and power(1, 0, 4) == 1 and np.isnan(power(1, 1, 1))


def test_power_is_the_share_of_experiments_that_find_the_difference():
    samples = np.random.default_rng(0).normal(1, 1.2, (20_000, 8))
    assert power(1, 1.2, 8) == pytest.approx((stats.ttest_1samp(samples, 0, axis=1).pvalue < 0.05).mean(), abs=0.01)


def test_power_is_a_number_where_a_tail_vanishes():
    strict = 0.05 / 12  # four seeds, twelve questions, as in the matrix
    samples = np.random.default_rng(0).normal(4.2, 1, (100_000, 4))
    share = (stats.ttest_1samp(samples, 0, axis=1).pvalue < strict).mean()
    assert power(4.2, 1, 4, strict) == pytest.approx(share, abs=0.01)
    assert not np.isnan([power(shift / np.sqrt(n), 1, n, strict) for n in range(2, 32) for shift in range(60)]).any()


def test_a_disagreement_of_the_alignments_comes_first():
    assert both_alignments("supported", "supported") == "supported"
    assert both_alignments("supported", "undecided (power 0.30)").startswith("alignments disagree: supported with")
    same = both_alignments("undecided (power 0.40)", "undecided (power 0.30)")
    assert same.startswith("undecided (power 0.40) with reflection allowed")


def test_no_seed_is_mirrored_only_if_each_is_below_5_percent_of_poses():
    assert describe_mirrored(0.01, 0, 0.03, 0.0499, 8) == "no seed mirrored"
    text = describe_mirrored(0.01, 0, 0.03, 0.05, 8)
    assert text == "1 % of poses mirrored (0 to 3; 95 %, t, n = 8), 5 % in the worst seed"
    assert "(" not in describe_mirrored(0.6, np.nan, np.nan, 0.9, 3)


@pytest.mark.parametrize("effect", [1.0, 4.2, 20.0])
def test_power_is_a_number_however_strict_the_level(effect):
    """Known answer: the t statistic's two tails, integrated over the sample's standard deviation."""
    n, level = 4, 0.0045
    critical, shift = stats.t.ppf(1 - level / 2, n - 1), effect * np.sqrt(n)
    s = np.linspace(1e-6, 6, 40_001)  # of a sample of n from a normal distribution of standard deviation 1
    density = stats.chi.pdf(s * np.sqrt(n - 1), n - 1) * np.sqrt(n - 1)
    tails = stats.norm.sf(critical * s - shift) + stats.norm.cdf(-critical * s - shift)
    assert power(effect, 1, n, level) == pytest.approx((density * tails).sum() * (s[1] - s[0]), abs=1e-6)
