"""Exercises of lesson 12: does it generalise?"""

import numpy as np

from liftkit.course.checking import StudentFunction, WrongAnswer, expect_shape
from liftkit.course.exercise import Coding, Measuring
from liftkit.recorded import matrix_results
from liftkit.representations import PAPER
from liftkit.study.statistics import compare_pairs

LEGS, ARMS = ("walk", "sit", "squat", "kick"), ("wave", "clap", "reach", "swing")


def never_met(train, test):
    halves = [np.array([action.split("+")[half] for action in train]) for half in (0, 1)]
    known = [np.isin([action.split("+")[half] for action in test], halves[half]) for half in (0, 1)]
    return known[0] & known[1] & ~np.isin(test, train)


def some_actions(seed: int) -> tuple[np.ndarray, np.ndarray]:
    """Actions of training poses, without two combinations and two tasks, and of test poses, with all of them."""
    rng = np.random.default_rng(seed)
    every = np.array([f"{leg}+{arm}" for leg in LEGS for arm in ARMS])
    met = [a for a in every if "kick" not in a and "swing" not in a and a not in ("walk+reach", "sit+clap")]
    return rng.choice(met, 60), rng.permutation(every.repeat(3))


def check_never_met(student: StudentFunction) -> None:
    train, test = some_actions(seed=10)
    mask = expect_shape(student(train, test), test.shape, "the mask") != 0
    if np.array_equal(mask, ~never_met(train, test)):
        raise WrongAnswer("True and False are exchanged: True is for the poses that are kept.")
    for action in np.unique(test):
        chosen, count = int(mask[test == action].sum()), int((test == action).sum())
        new = [task for task in action.split("+") if not any(task in known.split("+") for known in train)]
        if chosen and action in train:
            fault = f"chosen, but {(train == action).sum()} training poses have this combination."
        elif chosen and new:
            fault = f"chosen, but no training pose has {new[0]}: that is a new movement, not a new combination."
        elif chosen < count and action not in train and not new:
            fault, chosen = "left out, although training has both tasks, but never together.", count - chosen
        else:
            continue
        raise WrongAnswer(f"{chosen} of {count} poses of {action} are {fault}")


def against_full(trained_on):
    rows = matrix_results().query("data == @trained_on and test == 'cmu' and prior == 'gravity' and action == 'poses'")
    return {name: compare_pairs(rows, name, "full").iloc[0] for name in PAPER if name != "full"}


def carries_over():
    return {name for name, difference in against_full("broad").items() if difference.high95 < 0}


def explain_carried(name: str) -> str:
    pair, other = against_full("broad")[name], against_full("random")[name]
    message = f"{name} minus full is {pair.difference:+.1f} mm, {pair.low95:+.1f} to {pair.high95:+.1f}."
    return f"{message} (After training on random poses it is {other.difference:+.1f} mm: another question.)"


EXERCISES = {
    "12.1": Coding(
        title="Combinations never met",
        task="""A fair test of new combinations contains nothing else that is new. `train` (N,) and `test` (M,) are
        numpy arrays of actions such as `"walk+wave"`, a leg task and an arm task. Return a mask (M,) that is True for
        test poses whose combination no training pose has, although both of its tasks occur in training.""",
        hint_1="`~np.isin(test, train)` finds new combinations. What else is among them?",
        hint_2='Split each action at "+". Both halves must be known: `np.isin(legs_of_test, legs_of_train)`, and arms.',
        reference=never_met,
        checks=check_never_met,
        conclusion="New combinations of known halves, without those that were trained on and without movements that "
        "are entirely new: a lifter's errors here come from the combination.",
    ),
    "12.2": Measuring(
        title="What carries over?",
        task="""Take the matrix's lifters that were trained on "broad" synthetic people with the gravity prior and
        tested on CMU, with their means over poses. Which representations have a smaller error than `full`, seed by
        seed, with a 95 % interval (of this comparison only) that lies entirely below 0? Answer with a set.""",
        hint_1='`abroad` holds the tests on CMU under the gravity prior: keep the rows whose `data` is "broad".',
        hint_2='`compare_pairs(table, name, "full")` gives the difference with its interval: use `high95`.',
        measure=carries_over,
        several=True,
        choices=tuple(name for name in PAPER if name != "full"),
        wrong=explain_carried,
        conclusion="Each of these intervals holds for one comparison. You made four: the next table corrects for that.",
    ),
}
