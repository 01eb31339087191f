"""Typical wrong answers to the exercises of lesson 08: number, answer, pattern of the facts in the message."""

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


WRONG = [
    ("08.1", pasted, r"legs .* \d+ pixels off"),
    ("08.1", pasted_too_much, r"spine .* \d+ pixels"),
    ("08.1", one_leg, r"first person.*: left_hip, left_knee, left_ankle"),
    ("08.1", lambda x2d, other: x2d, r"first person.*: right_hip"),
    ("08.2", "full", r"full .* \d+ mm"),
    ("08.2", {"legs_torso"}, r"legs_torso: .*1 of 2"),
    ("08.2", {"legs_torso", "legs_torso_shared"}, r"of legs_torso_shared .* \d+ mm"),
    ("08.2", 3, r"names.*int"),
    ("08.3", "a", r"40 mm"),
    ("08.3", "c", r"0\.04 is a correlation.* 0 mm"),
    ("08.3", "D", r"For B.*no path"),
    ("08.3", "e", r"a, b, c, d.*'e'"),
]
