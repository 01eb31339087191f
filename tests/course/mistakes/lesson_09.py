"""Typical wrong answers to the exercises of lesson 09: number, answer, pattern of the facts in the message."""

import numpy as np


def spread(values, rng):
    return values.mean() - 2 * values.std(), values.mean() + 2 * values.std()


def unseeded(values, rng):
    drawn = np.random.default_rng().choice(values, size=(2000, len(values)))
    return np.percentile(drawn.mean(axis=1), [2.5, 97.5])


def without_replacement(values, rng):
    return np.percentile([rng.permutation(values).mean() for _ in range(2000)], [2.5, 97.5])


def central_half(values, rng):
    return np.percentile(rng.choice(values, size=(2000, len(values))).mean(axis=1), [25, 75])


def bootstrap(values, rng, ends):
    return np.percentile(rng.choice(values, size=(2000, len(values))).mean(axis=1), ends)


def by_formula(values, rng):
    half = 1.96 * values.std() / len(values) ** 0.5
    return values.mean() - half, values.mean() + half


def normal_theory(values, rng):
    return np.percentile(rng.normal(values.mean(), values.std() / np.sqrt(len(values)), 2000), [2.5, 97.5])


WRONG = [
    ("09.1", spread, r"\d+\.\d+ mm wide.* \d\.\d+\..*mean of each sample"),
    ("09.1", unseeded, r"same rng differs.*`rng`"),
    ("09.1", without_replacement, r"must contain the mean|with replacement"),
    ("09.1", central_half, r"expected about .*2\.5 % off"),
    ("09.2", 0.375, r"0\.375 is too large.*`legs_torso`"),
    ("09.2", 12.5, r"per cent"),
    ("09.2", 0.0, r"0 is too small.* 6\d\.\d+ mm"),
    ("09.2", "most", r"number.*str"),
    (
        "09.1",
        lambda values, rng: bootstrap(values, rng, (5, 95)),
        r"2\.\d+ mm wide, expected about 3.*2\.5 % off",
    ),
    ("09.1", normal_theory, r"60, 61 and 75 mm differs by .*from the values"),
    ("09.1", lambda values, rng: bootstrap(values, rng, (97.5, 2.5)), r"lower end"),
    ("09.1", by_formula, r"Four rngs.*`rng`"),
    ("09.3", "a", r"71\.7 and 75\.6"),
    ("09.3", "b", r"79\.1 against 75\.6.*67\.5 against 73\.4"),
    ("09.3", "C", r"78\.1 to 71\.2"),
    ("09.3", "x", r"a, b, c, d.*'x'"),
]
