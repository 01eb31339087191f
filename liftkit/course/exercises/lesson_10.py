"""Exercises of lesson 10: does it generalise?"""

from __future__ import annotations

import numpy as np

from liftkit.course.checking import Pupil, Wrong, expect_shape
from liftkit.course.exercise import Coding, Measuring
from liftkit.recorded import real_study_results
from liftkit.representations import PAPER
from liftkit.study.statistics import compare_pairs

LEGS, ARMS = ("walk", "sit", "squat", "kick"), ("wave", "clap", "reach", "swing")


def never_met(train, test):
    halves = [np.array([action.split("+")[half] for action in train]) for half in (0, 1)]
    known = [np.isin([action.split("+")[half] for action in test], halves[half]) for half in (0, 1)]
    return known[0] & known[1] & ~np.isin(test, train)


def some_actions(seed: int) -> tuple[np.ndarray, np.ndarray]:
    """Actions of training poses, which lack a combination and two tasks, and of test poses, which lack nothing."""
    rng = np.random.default_rng(seed)
    every = np.array([f"{leg}+{arm}" for leg in LEGS for arm in ARMS])
    met = [a for a in every if "kick" not in a and "swing" not in a and a not in ("walk+reach", "sit+clap")]
    return rng.choice(met, 60), rng.permutation(every.repeat(3))


def grade_never_met(pupil: Pupil) -> None:
    train, test = some_actions(seed=10)
    mask = expect_shape(pupil(train, test), test.shape, "the mask") != 0
    for action in np.unique(test):
        chosen, count = int(mask[test == action].sum()), int((test == action).sum())
        legs, arms = action.split("+")
        new = [task for task in (legs, arms) if not any(task in known.split("+") for known in train)]
        if chosen and action in train:
            raise Wrong(f"{chosen} of {count} poses of {action} are chosen; {(train == action).sum()} training poses "
                        "do just that.")  # fmt: skip
        if chosen and new:
            raise Wrong(f"{chosen} of {count} poses of {action} are chosen, but no training pose does {new[0]}: that "
                        "is a new movement, not a new combination.")  # fmt: skip
        if chosen < count and action not in train and not new:
            raise Wrong(f"{count - chosen} of {count} poses of {action} are left out: training has {legs} and {arms}, "
                        "and never the two together.")  # fmt: skip


def carries_over():
    study = real_study_results().query("data == 'synthetic' and test == 'cmu' and prior == 'gravity'")
    last = study[study.policy == "last"]
    others = [name for name in last.representation.unique() if name != "full"]
    return {name for name in others if compare_pairs(last, name, "full").high95.item() < 0}


def judge_carried(found: set[str], expected: set[str]) -> str:
    study = real_study_results().query("test == 'cmu' and prior == 'gravity' and policy == 'last'")
    for name in sorted(found - expected):
        pair = compare_pairs(study[study.data == "synthetic"], name, "full").iloc[0]
        told = f"{name} minus full is {pair.difference:+.1f} mm, {pair.low95:+.1f} to {pair.high95:+.1f}."
        home = compare_pairs(study[study.data == "cmu"], name, "full").iloc[0]
        trained = f" That it is {-home.difference:.1f} mm better where it was trained on CMU is another question."
        return told + (trained if home.high95 < 0 else "")
    return f"There are {len(expected)} such representations; yours are {len(found)} of them."


EXERCISES = (
    Coding(
        "10.1",
        "Combinations never met",
        """
        A fair test of new combinations holds nothing else that is new. `train` (N,) and `test` (M,) are numpy arrays
        of actions such as `"walk+wave"`, a leg task and an arm task. Give a mask (M,) that is True for test poses whose
        combination no training pose has, while its leg task and its arm task each do occur in training.
        """,
        (
            "`~np.isin(test, train)` finds new combinations. What else is among them?",
            'Split each action at "+". Both halves must be known: `np.isin(legs_of_test, legs_of_train)`, arms too.',
        ),
        never_met,
        grade_never_met,
        "New combinations of known halves, and neither what was trained on nor movements that are new altogether: what "
        "a lifter gets wrong here, it gets wrong because of the combination.",
    ),
    Measuring(
        "10.2",
        "What carries over?",
        """
        Take the study's lifters that were trained on synthetic people under the gravity prior and judged on CMU, with
        the last step's weights. Which representations have a smaller error than `full`, seed by seed, with a 95 %
        interval that lies below 0 altogether? Answer with a set of names.
        """,
        (
            '`real_study_results()` has columns `data`, `test`, `prior` and `policy`: keep "synthetic", "cmu", '
            '"gravity" and "last".',
            '`compare_pairs(table, name, "full")` gives the difference with its interval: look at `high95`.',
        ),
        carries_over,
        tuple(name for name in PAPER if name != "full"),
        judge=judge_carried,
        because="Both cut the pose and then join features: independence by itself did not carry over.",
    ),
)
