"""Typical wrong answers to the exercises of lesson 10: number, answer, pattern of the facts in the message."""

LEG = [1, 2, 3, 4, 5, 6]


def pasted(x2d, other):
    mixed = x2d.copy()
    mixed[LEG] = other[LEG]
    return mixed


def pasted_too_much(x2d, other):
    mixed = other - other[0] + x2d[0]
    mixed[8:] = x2d[8:]
    return mixed


def one_leg(x2d, other):
    mixed = x2d.copy()
    mixed[:4] = other[:4] - other[0] + x2d[0]
    return mixed


def moved_legs(x2d, other, shift, legs=LEG):
    mixed = x2d.copy()
    mixed[legs] = other[legs] + shift
    return mixed


def the_other_way_round(x2d, other):
    return moved_legs(other, x2d, other[0] - x2d[0])


def shifted_the_other_way(x2d, other):
    return moved_legs(x2d, other, other[0] - x2d[0])


def without_the_ankles(x2d, other):
    return moved_legs(x2d, other, x2d[0] - other[0], [1, 2, 4, 5])


WRONG = [
    ("10.1", pasted, r"legs .* \d+ pixels off.*copied"),
    ("10.1", pasted_too_much, r"spine .* \d+ pixels"),
    ("10.1", one_leg, r"first person.*: left_hip, left_knee, left_ankle"),
    ("10.1", the_other_way_round, r"other way round"),
    ("10.1", shifted_the_other_way, r"pixels off.*other direction"),
    ("10.1", without_the_ankles, r"first person.*: right_ankle, left_ankle"),
    ("10.1", lambda x2d, other: x2d, r"first person.*: right_hip"),
    ("10.2", "full", r"right one of full .* \d+ mm"),
    ("10.2", {"legs_torso"}, r"right one of legs_torso .* \d+ mm"),
    ("10.2", {"legs_torso", "five_parts"}, r"Not legs_torso\. .* \d+ mm.*five_parts: right so far"),
    ("10.2", "five_parts_shared", r"five_parts_shared .* \d+ mm"),
    ("10.2", {"five_parts", "full"}, r"Not full.*five_parts: right so far"),
    ("10.3", "a", r"40 mm"),
    ("10.3", "c", r"0\.04 is a correlation.* 0 mm"),
    ("10.3", "D", r"For B.*no path"),
    ("10.3", "e", r"may move for others.*40 mm"),
]
