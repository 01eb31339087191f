"""Typical wrong answers to the exercises of lesson 12: number, answer, pattern of the facts in the message."""

import numpy as np


def any_new(train, test):
    return ~np.isin(test, train)


def known_halves(train, test):
    legs, arms = (np.array([a.split("+")[h] for a in train]) for h in (0, 1))
    return np.isin([a.split("+")[0] for a in test], legs) & np.isin([a.split("+")[1] for a in test], arms)


def nothing_new(train, test):
    return np.zeros(len(test), bool)


WRONG = [
    ("12.1", lambda train, test: test[any_new(train, test)], r"numbers.*text"),
    ("12.1", any_new, r"3 of 3 poses of \w+\+\w+ .*no training pose has (kick|swing)"),
    ("12.1", known_halves, r"3 of 3 poses of \w+\+\w+ .* \d+ training poses"),
    ("12.1", nothing_new, r"3 of 3 poses of sit\+clap are left out"),
    ("12.1", lambda train, test: ~(any_new(train, test) & known_halves(train, test)), r"exchanged"),
    ("12.1", lambda train, test: np.flatnonzero(any_new(train, test)), r"\(48,\), found \(\d+,\)"),
    ("12.2", "legs_torso_shared", r"legs_torso_shared minus full is -4\.0 mm, -10\.9 to \+2\.9"),
    ("12.2", {"five_parts", "legs_torso_shared"}, r"^Not legs_torso_shared\. .*five_parts: right so far"),
    ("12.2", {"five_parts_shared"}, r"^five_parts_shared: right so far, 2 are missing"),
    ("12.2", {"five_parts_shared", "five_parts"}, r"right so far, one is missing"),
]
