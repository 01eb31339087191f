"""Exercises of lesson 07: is it luck?"""

from functools import cache

import numpy as np

from liftkit import baselines, load_poses
from liftkit.course.checking import StudentFunction, WrongAnswer, expect_equal, expect_shape, explain
from liftkit.course.exercise import Coding, Measuring, Reasoning
from liftkit.recorded import record_results


def t_interval(values, level):
    from scipy import stats

    n = len(values)
    half = stats.t.ppf((1 + level) / 2, n - 1) * np.std(values, ddof=1) / np.sqrt(n)
    return np.mean(values) - half, np.mean(values) + half


def check_t_interval(student: StudentFunction) -> None:
    values = np.array([61.0, 64.0, 70.0, 58.0, 75.0])
    low, high = expect_shape(student(values, 0.95), (2,), "the interval")
    if high < low:
        raise WrongAnswer(f"The interval is {low:.2f} to {high:.2f}: the lower end comes first.")
    middle, mean = (low + high) / 2, values.mean()
    if abs(middle - mean) > 1e-3 * mean:
        raise WrongAnswer(f"The middle of the interval is {middle:.2f}; it must be the mean of the values, {mean:.2f}.")
    half, right = (high - low) / 2, np.diff(t_interval(values, 0.95))[0] / 2
    if abs(half - right) > 1e-3 * right:
        found = f"For 61, 64, 70, 58 and 75 mm the interval is the mean plus and minus {half:.2f}"
        raise WrongAnswer(f"{found}, expected {right:.2f}. {explain_half(values, half)}")
    for n in (8, 24):
        more = np.random.default_rng(n).normal(70, 5, size=n)
        why = f"The factor belongs to this number of values: it is t for {n - 1} degrees of freedom."
        expect_equal(student(more, 0.95), t_interval(more, 0.95), f"the interval of {n} values", why)
    right = t_interval(values, 0.8)
    expect_equal(student(values, 0.8), right, "the interval of level 0.8", explain_level(values))


def explain_level(values: np.ndarray) -> dict[str, np.ndarray]:
    from scipy import stats

    of_mean = np.std(values, ddof=1) / np.sqrt(len(values))
    fixed = np.mean(values) + np.array([-1, 1]) * stats.t.ppf(0.8 + 0.025, len(values) - 1) * of_mean
    return {
        "It is that of level 0.95: `level` says how much lies in the middle.": np.array(t_interval(values, 0.95)),
        "2.5 % lie above an interval of 95 %; a level of 0.8 leaves 20 %, half of it at each end.": fixed,
    }


def explain_half(values: np.ndarray, half: float) -> str:
    from scipy import stats

    n, sd, sd_of_n = len(values), np.std(values, ddof=1), np.std(values)
    t, one_sided, normal, root = stats.t.ppf(0.975, n - 1), stats.t.ppf(0.95, n - 1), stats.norm.ppf(0.975), np.sqrt(n)
    factor = "1.96 is the factor for very many seeds; for few take Student's t with n - 1 degrees of freedom."
    divisor = "The standard deviation of a sample divides by n - 1, not by n: `ddof=1`."
    single = "So wide a range holds single values; for their mean divide by the square root of n."
    mistakes = {
        divisor: t * sd_of_n / root,
        factor: normal * sd / root,
        f"{factor} {divisor}": normal * sd_of_n / root,
        single: t * sd,
        f"{single} {factor}": normal * sd,
        f"{single} {divisor}": t * sd_of_n,
        f"{single} {divisor} {factor}": normal * sd_of_n,
        "That is the variance: take its root, the standard deviation.": t * sd**2 / root,
        "Divide by the square root of n, not by n.": t * sd / n,
        "95 % in the middle leave 2.5 % at each end: take the quantile at 0.975, not at 0.95.": one_sided * sd / root,
        "The degrees of freedom are n - 1: the mean has used one.": stats.t.ppf(0.975, n) * sd / root,
    }
    return explain(half, mistakes, "It is t times the standard deviation, divided by the square root of n.", 5e-3)


@cache  # seconds
def flat_error():
    return baselines(load_poses("synthetic").test).set_index("lifter").loc["flat", "pa_mpjpe_reflection"]


def share_that_reaches():
    errors = record_results().pa_mpjpe_reflection
    return (errors <= 2 / 3 * flat_error()).mean()


def explain_share(found: float) -> str:
    results, flat = record_results().set_index("representation").pa_mpjpe_reflection, flat_error()
    share, least = share_that_reaches(), results.groupby(level=0).transform("min")
    limit = f"the limit is two thirds of the flat pose's error, {2 / 3 * flat:.1f} mm"
    best, looser = "whose error falls the more seeds there are", (results <= 0.75 * flat).mean()
    mistakes = {
        f"That is the share within 5 % of the best of its eight, {best}; {limit}.": (results <= 1.05 * least).mean(),
        f"That is the share within 5 % of the best of all, {best}; {limit}.": (results <= 1.05 * results.min()).mean(),
        "That is the share of `legs_torso`: take all five.": (results["legs_torso"] <= 2 / 3 * flat).mean(),
        "That is the share of those that miss the limit: an error reaches it if it is at most as large.": 1 - share,
        f"That is the share at the limit of `summarise`, 0.75 times the flat pose's error; here {limit}.": looser,
        "That is in per cent: give a share from 0 to 1.": 100 * share,
        f"That is how many reach it: divide by the {len(results)} seeds.": len(results) * share,
    }
    return explain(found, mistakes, f"Count the seeds with at most that; {limit}.")


EXERCISES = {
    "07.1": Coding(
        title="The interval of a mean",
        task="""`values` (N,) are the errors of N seeds, four or more, and `level` is a share, such as 0.95 or 0.8.
        Return the interval that holds the mean in this share of all studies, by Student's t, as two numbers
        (low, high). By hand or by `scipy.stats`, as you like.""",
        hint_1="The factor of 95 %, `stats.t.ppf(0.975, n - 1)`, has 2.5 % above it. How much has that of 80 %?",
        hint_2="`np.std(values, ddof=1)` divides by n - 1. Or all at once: `stats.t.interval(level, df, loc, scale)`.",
        reference=t_interval,
        checks=check_t_interval,
        conclusion="It is right for 5, 8 and 24 values, at 95 % and at 80 %: the fewer, the larger the factor.",
    ),
    "07.2": Measuring(
        title="How many seeds reach it?",
        task="""`liftkit.recorded.record_results()` has the error of every recorded seed, and `flat` is that of
        the flat pose, as above. Take all five representations together, forty seeds: which share, from 0 to 1,
        reaches two thirds of the flat pose's error, that is, has a `pa_mpjpe_reflection` of at most `2 / 3 * flat`?""",
        hint_1="`record_results().pa_mpjpe_reflection` has the forty errors.",
        hint_2="`(errors <= limit).mean()` is a share.",
        tolerance=0.01,
        measure=share_that_reaches,
        wrong=explain_share,
        conclusion="This limit stays where it is, however many seeds are trained.",
    ),
    "07.3": Reasoning(
        title="Ours is better by 13 mm",
        task=""""Ours 63.5 mm, the full-pose baseline 76.5 mm", says a report about the recorded runs. Its appendix:
        ours is `five_parts`, the best of eight seeds; the baseline is the mean of its eight seeds. For their
        next report the authors plan to take, of each run, the checkpoint with the smallest 3D error on the test set.
        What can be concluded?""",
        hint_1="What would the baseline's number be if treated like ours, and ours if treated like the baseline's?",
        hint_2="`record_results().groupby('representation').pa_mpjpe_reflection.agg(['mean', 'min'])` has both.",
        options={
            "Ours is better by 13 mm: all runs had the same data and budget.": """
            This compares a smallest value with a mean. The means are 72.9 and 76.5: little more than a quarter of the
            13 mm.""",
            "It would be fair if the baseline's number were that of its best seed, too.": """
            The best seed rewards spread: 63.5 against 73.2 would still be nearly three times the difference of the
            means, because the seeds of five_parts differ more.""",
            "At least choosing checkpoints by test error is harmless: nothing is trained on it.": """
            To choose is to fit: it brings 3D labels into an unsupervised result. At the recorded evaluations it makes
            five_parts 6 mm better (73.3 to 66.8), and on the poses used to choose it is never worse.""",
            "Ours may be better; to know by how much, compare means over seeds, chosen without 3D, with an interval.": (
                "Seed by seed and at the last step ours is better by 3.6 mm (reflection allowed), with a 95 % interval "
                "(t, n = 8) from -2.8 to 9.9: these seeds do not even show that it is better at all."
            ),
            "Nothing: eight seeds are too few to conclude anything.": """
            Eight pairs are enough to exclude 13 mm: the 95 % interval (t, n = 8) of the mean difference
            ends at 9.9.""",
        },
        answer="d",
    ),
}
