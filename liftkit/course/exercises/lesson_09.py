"""Exercises of lesson 09: is it luck?"""

import numpy as np

from liftkit.course.checking import StudentFunction, WrongAnswer, expect_equal, expect_shape, explain
from liftkit.course.exercise import Coding, Measuring, Reasoning
from liftkit.recorded import record_results


def bootstrap(values, rng):
    drawn = rng.choice(values, size=(2000, len(values)))
    return np.percentile(drawn.mean(axis=1), [2.5, 97.5])


def check_bootstrap(student: StudentFunction) -> None:
    same = student(np.full(8, 60.0), np.random.default_rng(0))
    expect_equal(same, [60, 60], "the interval of eight seeds that all have 60 mm")
    values = np.random.default_rng(9).normal(60, 5, size=40)
    found = [expect_shape(student(values, np.random.default_rng(k)), (2,), "the interval") for k in range(1, 5)]
    low, high = found[0]
    again = student(values, np.random.default_rng(1))
    expect_equal(again, [low, high], "a second interval from the same rng", "Draw only from `rng`.", 1e-9)
    if high < low:
        raise WrongAnswer(f"The interval is {low:.2f} to {high:.2f}: the lower end comes first.")
    if not low < (mean := values.mean()) < high:
        raise WrongAnswer(f"The interval, {low:.2f} to {high:.2f}, must contain the mean of the values, {mean:.2f}.")
    # an interval from so many draws that chance hardly matters
    many = np.random.default_rng(0).choice(values, size=(50_000, len(values))).mean(axis=1)
    expected = np.percentile(many, [2.5, 97.5])
    width, right = np.ptp(found, axis=1).mean(), np.ptp(expected)
    why = "Draw as many values as there are, with replacement, and cut 2.5 % off at each end."
    if width > 1.25 * right:
        why = "It is an interval for the mean, not for the values: take the mean of each sample."
    # the width of one interval from 2000 means varies by 2 % of itself; an interval of 90 % is 16 % too narrow
    if abs(width - right) > 0.08 * right or np.abs(np.mean(found, axis=0) - expected).max() > 0.1 * right:
        raise WrongAnswer(f"The interval of 40 values is {width:.2f} mm wide, expected about {right:.2f}. {why}")
    if np.ptp(found, axis=0).max() == 0:
        raise WrongAnswer(f"Four rngs give the same interval, {low:.2f} to {high:.2f}: nothing is drawn from `rng`.")
    # of three values, each end has a chance of 1 in 27, which is more than 2.5 %
    few = student(np.array([60.0, 61.0, 75.0]), np.random.default_rng(0))
    expect_equal(few, [60, 75], "the interval of 60, 61 and 75 mm", "Draw each sample from the values.")


def share_near_the_best():
    results = record_results().set_index("representation").pa_mpjpe_reflection
    return (results["legs_torso"] <= 1.05 * results.min()).mean()


def explain_share(found: float) -> str:
    results = record_results().set_index("representation").pa_mpjpe_reflection
    own = results["legs_torso"]
    near_own = (own <= 1.05 * own.min()).mean()
    mistakes = {
        "That is the share near the best seed of `legs_torso`; take the best of all representations.": near_own,
        "That is in per cent: give a share from 0 to 1.": 100 * share_near_the_best(),
    }
    otherwise = f"The best seed has {results.min():.2f} mm; count the seeds of `legs_torso` up to 1.05 times that."
    return explain(found, mistakes, otherwise)


EXERCISES = {
    "09.1": Coding(
        title="A bootstrap interval",
        task="""`values` (N,) are the errors of N seeds. Return the 95 % bootstrap interval of their mean, as two
        numbers (low, high): draw N of the values with replacement, take the mean, do it 2000 times, and keep the middle
        95 % of the means. Draw from `rng`, a numpy Generator, so that the result can be reproduced.""",
        hint_1="`rng.choice(values, size=(2000, len(values)))` draws 2000 samples at once.",
        hint_2="Take the mean of each sample, then `np.percentile(means, [2.5, 97.5])`.",
        reference=bootstrap,
        checks=check_bootstrap,
        conclusion="It contains the mean, has no width for equal seeds, and is as wide as one from very many draws.",
    ),
    "09.2": Measuring(
        title="How many seeds reach the optimum?",
        task="""`liftkit.recorded.record_results()` has the error of every recorded seed. Which share of the seeds of
        `legs_torso`, from 0 to 1, comes within 5 % of the best seed of *all* representations, that is, has at most 1.05
        times its `pa_mpjpe_reflection`?""",
        hint_1="Find the smallest error in the whole table, of whichever representation. The limit is 5 % above it.",
        hint_2="`(errors_of_legs_torso <= 1.05 * best).mean()` is a share.",
        tolerance=0.01,
        measure=share_near_the_best,
        wrong=explain_share,
        conclusion="A mean hides this, and with so few seeds the share itself is uncertain.",
    ),
    "09.3": Reasoning(
        title="Ours is better by 11 mm",
        task=""""Ours 64.2 mm, the full-pose baseline 75.6 mm", says a report about the recorded runs. Its appendix:
        ours is `legs_torso_shared`, the best of eight seeds; the baseline is the mean of its eight seeds. For their
        next report the authors plan to take, of each run, the checkpoint with the smallest 3D error on the test set.
        What can be concluded?""",
        hint_1="What would the baseline's number be if treated like ours, and ours if treated like the baseline's?",
        hint_2="`record_results().groupby('representation').pa_mpjpe_reflection.agg(['mean', 'min'])` has both.",
        options={
            "Ours is better by 11 mm: all runs had the same data and budget.": """
            This compares a smallest value with a mean. The means are 71.7 and 75.6: a third of the 11 mm.""",
            "It would be fair if the baseline's number were that of its best seed, too.": """
            The best seed rewards spread: five_parts, worse than full in the mean (79.1 against 75.6), would beat it by
            6 mm (67.5 against 73.4), because its seeds differ more.""",
            "At least choosing checkpoints by test error is harmless: nothing is trained on it.": """
            To choose is to fit: it brings 3D labels into an unsupervised result. At the recorded evaluations it makes
            five_parts 7 mm better (78.1 to 71.2), and on the poses used to choose it is never worse.""",
            "Ours may be better; to know by how much, compare means over seeds, chosen without 3D, with an interval.": (
                "Seed by seed and at the last step the difference is 3.9 mm (reflection allowed), with a 95 % interval "
                "from 1.2 to 7.0: a third of what the report says, with a known uncertainty."
            ),
        },
        answer="d",
    ),
}
