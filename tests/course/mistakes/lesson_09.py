"""Typical wrong answers to the exercises of lesson 09: number, answer, pattern of the facts in the message."""

WRONG = [
    ("09.1", "a", r"only one leg"),
    ("09.1", "b", r"32 outcomes"),
    ("09.1", "D", r"all five are mirrored"),
    ("09.1", "e", r"not one draw among five"),
    ("09.1", "1/32", r"all five are mirrored"),
    ("09.2", "full", r"full .* 0\.\d\d mm.* 0\.\d\d mm"),
    ("09.2", "legs_torso", r"legs_torso .* 0\.00 mm"),
    ("09.2", "five parts", r"five_parts .* 0\.00 mm"),
    ("09.2", ["legs_torso_shared"], r"legs_torso_shared .* 0\.\d\d mm.* 0\.\d\d mm"),
]
