"""What students get wrong in lesson 08, and what they must be told."""

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
    ("08.1", pasted, r"legs hang \d+ pixels off"),
    ("08.1", pasted_too_much, r"spine is no leg, but it moved by \d+ pixels"),
    ("08.1", one_leg, r"Still the first person's: left_hip, left_knee, left_ankle"),
    ("08.1", lambda x2d, other: x2d, r"Still the first person's: right_hip"),
    ("08.2", "full", r"the torso that full lifts moves by \d+ mm"),
    ("08.2", {"legs_torso"}, r"There are 2 such representations; yours are 1"),
    ("08.2", {"legs_torso", "legs_torso_shared"}, r"legs_torso_shared lifts moves by \d+ mm"),
    ("08.2", 3, r"Expected names, found int"),
    ("08.3", "a", r"Legs that do not fit move its torso by 40 mm"),
    ("08.3", "c", r"0\.04 is a correlation.*B moves by 0 mm"),
    ("08.3", "D", r"Of A that is so.*no path from a leg to the torso"),
    ("08.3", "e", r"Expected one of a, b, c, d, found 'e'"),
]
