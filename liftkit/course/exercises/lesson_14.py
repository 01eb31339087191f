"""Exercises of lesson 14: your own study."""

import numpy as np
import pandas as pd

from liftkit.course.checking import StudentFunction, WrongAnswer, expect_shape, explain
from liftkit.course.exercise import Coding, Measuring, Reasoning
from liftkit.recorded import real_study_results
from liftkit.study.statistics import compare_pairs

# What may be wrong with a report: where in this one to look, and what is said if it is named though it is in order.
WHERE = {
    "best_seed": "over which seeds is each of the two errors taken?",
    "oracle_checkpoint": "when does each training count as finished?",
    "one_alignment": "what is an error here, and does another definition of it stand beside?",
    "uncorrected_p": "how many comparisons could have been the headline?",
}
IN_ORDER = {
    "few_seeds": "Eight seeds in common are enough for an interval and a test.",
    "unequal_training": "Width, steps and clips are the same for all five.",
    "hidden_parameters": "Both counts are there, and differ by 8 %.",
    "no_figure": "There is one, and it shows every seed.",
    "no_limitation": "There is one, and it matters: other movements were not tested.",
}


def planted():
    """How the two errors and p of the report come about: by which seeds, checkpoints, alignment and test."""
    study = real_study_results().query("prior == 'paper' and policy == 'oracle'")
    errors = study.pivot(index="seed", columns="representation", values="pa_mpjpe_reflection")
    compared = compare_pairs(study, [name for name in errors if name != "full"], "full").set_index("first")
    ours = compared.loc["legs_torso_shared"]
    found = {
        "best_seed": round(errors.legs_torso_shared.min(), 1) == 54.1 and round(errors.full.mean(), 1) == 71.7,
        "oracle_checkpoint": set(study.policy) == {"oracle"},
        "one_alignment": ours.verdict.startswith("alignments disagree"),
        "uncorrected_p": round(ours.p, 3) == 0.004 != round(ours.p_holm, 3),
    }
    return {flaw for flaw, is_there in found.items() if is_there}


def fair(results, first, second):
    last = results[results.policy == "last"]
    names = ["pa_mpjpe_reflection", "pa_mpjpe"]
    errors = last.pivot(index="seed", columns="representation", values=names).swaplevel(axis=1)
    return (errors[first] - errors[second]).mean().to_numpy()  # a seed that only one of them has is NaN, and left out


def some_results(seed: int) -> pd.DataFrame:
    """Made-up errors: "a" has 6 seeds, "b" 10, "c" 6; each row is at one of three checkpoint policies."""
    rng = np.random.default_rng(seed)
    rows = [
        {"representation": name, "seed": at, "policy": policy, "pa_mpjpe_reflection": error - gain}
        | {"pa_mpjpe": error - gain + extra}
        for name, count in (("a", 6), ("b", 10), ("c", 6))
        for at in range(count)
        for error, extra in [rng.uniform((50 + 3 * at, 2), (60 + 3 * at, 30))]
        for policy, gain in (("last", 0), ("oracle", rng.uniform(1, 9)), ("unsupervised", rng.uniform(0.5, 4)))
    ]
    return pd.DataFrame(rows).sample(frac=1, random_state=seed, ignore_index=True)


def check_fair(student: StudentFunction) -> None:
    for first, second in (("a", "b"), ("c", "a")):
        results = some_results(seed=14)
        right = fair(results, first, second)
        found = expect_shape(student(results.copy(), first, second), (2,), "the result")
        if not np.allclose(found, right, atol=0.01):
            shown = ("({:+.2f}, {:+.2f})".format(*pair) for pair in (right, found))
            message = "For {} against {} expected {}, found {}.".format(first, second, *shown)
            raise WrongAnswer(f"{message} {explain(found, _slips(results, first, second), tolerance=0.002)}".strip())


def _slips(results: pd.DataFrame, first: str, second: str) -> dict[str, np.ndarray]:
    """What typical slips give."""
    errors = ["pa_mpjpe_reflection", "pa_mpjpe"]

    def difference(rows: pd.DataFrame, how: str = "mean") -> np.ndarray:
        by_name = rows.groupby("representation")[errors].agg(how)
        return (by_name.loc[first] - by_name.loc[second]).to_numpy()

    right, last = fair(results, first, second), results[results.policy == "last"]
    oracle = fair(results[results.policy == "oracle"].assign(policy="last"), first, second)
    return {
        "That is second minus first.": -right,
        "The alignment that allows the reflection comes first.": right[::-1],
        "One representation has more seeds: take the difference seed by seed, where both have one.": difference(last),
        "That is the oracle's checkpoint, chosen by 3D error.": oracle,
        "That mixes the checkpoints of all policies.": difference(results),
        "That compares the best seeds.": difference(last, "min"),
    }


EXERCISES = {
    "14.1": Measuring(
        title="Review a report",
        task="""A report on CMU's motion, under the paper's prior, claims:

        > **Legs and torso with shared features beat the full pose by a quarter.** We trained all five representations
        > with eight seeds or more, each at width 128, for 1,563 steps on the same clips. A training ends at the
        > evaluation with the lowest error on the test clips. The error is PA-MPJPE, with the reflection allowed as in
        > the public code. Of the four rivals of the full pose, `legs_torso_shared` came out best: its best training has
        > 54.1 mm, the mean of the full pose's is 71.7 mm. A paired t test of the two over the eight seeds that
        > they have in common gives p = 0.004. Parameters: 222,864 and 206,096. Figure 1 shows the error of every seed.
        > Limitation: most clips walk, and other movements were not tested.

        Which faults does it have? Answer with a set of names.""",
        hint_1="Go through what lessons 07 and 11 warn of, one sentence of the report at a time.",
        hint_2="There are four. The other five names are things that the report does well.",
        measure=planted,
        several=True,
        choices=tuple(sorted(WHERE | IN_ORDER)),
        wrong=IN_ORDER.__getitem__,
        missed=lambda names: "Read it again: " + " And: ".join(WHERE[name] for name in sorted(names)),
        conclusion="The best seed stands against a mean, checkpoints were chosen by 3D error on the test clips, one "
        "alignment hides what the other says, and the best of four comparisons has a p-value as if it were the only "
        "one.",
    ),
    "14.2": Coding(
        title="The fair difference",
        task="""`results` is a table with the columns `representation`, `seed`, `policy` ("last", "unsupervised" or
        "oracle"), `pa_mpjpe_reflection` and `pa_mpjpe` (in mm; reflection allowed and forbidden). Return two numbers:
        by how many mm the representation `first` differs from `second` (first minus second), with the reflection
        allowed and with it forbidden. Use the last checkpoints, and the mean over those seeds that both have.""",
        hint_1='`rows.pivot(index="seed", columns="representation", values="pa_mpjpe")` puts seeds side by side.',
        hint_2="A difference of two columns is NaN where one lacks the seed, and pandas' `mean` leaves NaN out.",
        reference=fair,
        checks=check_fair,
        conclusion="Seed by seed, at the last step, in both alignments.",
    ),
    "14.3": Reasoning(
        title="It came out otherwise",
        task="""Your plan: six seeds, reflection forbidden, "better by a fifth". The result by this rule: undecided,
        with a power of 0.3. With the reflection allowed it would be supported. What do you write?""",
        hint_1="What was the plan for?",
        hint_2="Which of these could you also have written if the result had been the other way round?",
        options={
            "Supported, with the reflection allowed.": """
            That metric was chosen because of its result. Whoever may choose among two metrics afterwards finds a
            difference that is not there more often than in one case in twenty.""",
            "I add seeds until the interval leaves out 0, and report that.": """
            A test that is repeated until it succeeds succeeds by luck as well. More seeds are right: in a new plan,
            which says how many, judged once.""",
            "Undecided; the other alignment beside it; and how many seeds a new study would need.": """
            It follows the rule, hides nothing, and the power says what the study could have seen. The other alignment
            is a reason for a new plan with new seeds, and no result of this one.""",
            "Nothing: an undecided study is no result.": """
            If only decided studies are reported, readers see the lucky ones. An interval is a result: it says which
            differences are excluded.""",
            "Contradicted: an advantage of a fifth was not shown.": """
            Not shown is not excluded. By the rule the interval would have to exclude a fifth, and with a
            power of 0.3 a fifth is missed in seven studies of ten.""",
        },
        answer="c",
    ),
}
