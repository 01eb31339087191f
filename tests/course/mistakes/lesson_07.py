"""Typical wrong answers to the exercises of lesson 07: number, answer, pattern of the facts in the message."""

import numpy as np
from scipy import stats


def interval(factor=lambda n: stats.t.ppf(0.975, n - 1), ddof=1, divisor=np.sqrt, middle=np.mean):
    def wrong(values, level):
        half = factor(len(values)) * values.std(ddof=ddof) / divisor(len(values))
        return middle(values) - half, middle(values) + half

    return wrong


def bootstrap(values, level):
    drawn = np.random.default_rng(0).choice(values, size=(2000, len(values)))
    return np.percentile(drawn.mean(axis=1), [2.5, 97.5])


def symmetric_bootstrap(values, level):
    half = np.ptp(bootstrap(values, level)) / 2
    return values.mean() - half, values.mean() + half


def variance(values, level):
    half = stats.t.ppf(0.975, len(values) - 1) * values.var(ddof=1) / np.sqrt(len(values))
    return values.mean() - half, values.mean() + half


def half_a_tail_of_95(values, level):
    half = stats.t.ppf(level + 0.025, len(values) - 1) * stats.sem(values)
    return values.mean() - half, values.mean() + half


def normal(n):
    return 1.96


def of_single_values(n):
    return 1


WRONG = [
    ("07.1", interval(ddof=0), r"minus 7\.64, expected 8\.54.*`ddof=1`"),
    ("07.1", interval(normal), r"minus 6\.03, expected 8\.54.*Student's t"),
    ("07.1", interval(normal, ddof=0), r"Student's t.*`ddof=1`"),
    ("07.1", interval(divisor=of_single_values), r"minus 19\.\d+, .*single values.*square root of n"),
    ("07.1", interval(normal, divisor=of_single_values), r"single values.*Student's t"),
    ("07.1", interval(normal, ddof=0, divisor=of_single_values), r"single values.*`ddof=1`.*Student's t"),
    ("07.1", interval(divisor=lambda n: n), r"square root of n, not by n"),
    ("07.1", interval(lambda n: stats.t.ppf(0.95, n - 1)), r"0\.975, not at 0\.95"),
    ("07.1", interval(lambda n: stats.t.ppf(0.975, n)), r"degrees of freedom are n - 1"),
    ("07.1", interval(lambda n: stats.t.ppf(0.995, n - 1)), r"expected 8\.54\. It is t times"),
    ("07.1", interval(lambda n: stats.t.ppf(0.975, 4)), r"interval of 8 values differs by .*7 degrees of freedom"),
    ("07.1", interval(middle=np.median), r"interval is 64\.00; .*the mean of the values, 65\.60"),
    ("07.1", bootstrap, r"mean of the values, 65\.60|expected 8\.54"),
    ("07.1", symmetric_bootstrap, r"expected 8\.54"),
    ("07.1", lambda values, level: interval()(values, level)[::-1], r"lower end comes first"),
    ("07.1", lambda values, level: np.ptp(interval()(values, level)) / 2, r"\(2,\), found \(\)"),
    ("07.1", lambda values, level: np.percentile(values, [2.5, 97.5]), r"mean of the values, 65\.60"),
    ("07.1", variance, r"variance.*root"),
    ("07.1", interval(), r"level 0\.8 differs.*that of level 0\.95"),
    ("07.1", half_a_tail_of_95, r"level 0\.8 differs.*20 %, half of it at each end"),
    ("07.2", 0.45, r"0\.45 is too small.*its eight,.* 73\.8 mm"),
    ("07.2", 0.075, r"0\.075 is too small.*best of all.* 73\.8 mm"),
    ("07.2", 0.475, r"0\.475 is too small.*miss the limit"),
    ("07.2", 0.875, r"0\.875 is too large.*take all five"),
    ("07.2", 1.0, r"1 is too large.*0\.75 times.* 73\.8 mm"),
    ("07.2", 52.5, r"per cent"),
    ("07.2", 21, r"divide by the 40 seeds"),
    ("07.2", 0.7, r"Count the seeds.* 73\.8 mm"),
    ("07.2", "19/40", r"0\.475 is too small.*miss the limit"),
    ("07.3", "a", r"72\.9 and 76\.5"),
    ("07.3", "b", r"63\.5 against 73\.2"),
    ("07.3", "C", r"73\.3 to 66\.8"),
    ("07.3", "e", r"exclude 13 mm.*9\.9"),
]
