"""Typical wrong answers to the exercises of lesson 07: number, answer, pattern of the facts in the message."""

WRONG = [
    ("07.1", "a", r"only one leg"),
    ("07.1", "b", r"32 outcomes"),
    ("07.1", "D", r"all five are mirrored"),
    ("07.1", "1/32", r"all five are mirrored"),
    ("07.2", "full", r"full .* 0\.\d\d mm.* 0\.\d\d mm"),
    ("07.2", "legs_torso", r"legs_torso .* 0\.00 mm"),
    ("07.2", "five parts", r"five_parts .* 0\.00 mm"),
    ("07.2", ["legs_torso_shared"], r"legs_torso_shared .* 0\.\d\d mm.* 0\.\d\d mm"),
]
