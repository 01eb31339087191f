"""Typical mistakes in lesson 09's exercises beyond those in test_course.py, and what the student must be told."""

import numpy as np


def bootstrap(values, rng, ends):
    return np.percentile(rng.choice(values, size=(2000, len(values))).mean(axis=1), ends)


def by_formula(values, rng):
    half = 1.96 * values.std() / len(values) ** 0.5
    return values.mean() - half, values.mean() + half


WRONG = [
    (
        "09.1",
        lambda values, rng: bootstrap(values, rng, (5, 95)),
        r"2\.\d+ mm wide, expected about 3.*cut 2\.5 % off",
    ),
    ("09.1", lambda values, rng: bootstrap(values, rng, (97.5, 2.5)), r"the lower end comes first"),
    ("09.1", by_formula, r"Four different rngs give one interval.*nothing is drawn from `rng`"),
    ("09.3", "a", r"Mean against mean, the same runs have 71\.7 and 75\.6"),
    ("09.3", "b", r"rewards spread: five_parts.*79\.1 against 75\.6.*67\.5 against 73\.4"),
    ("09.3", "C", r"To choose is to fit.*78\.1 to 71\.2.*never make anything worse"),
    ("09.3", "x", r"Expected one of a, b, c, d, found 'x'"),
]
