"""Typical mistakes in lesson 08's exercises beyond those in test_course.py, and what the student must be told."""

WRONG = [
    ("08.3", "a", r"Legs that do not fit move its torso by 40 mm"),
    ("08.3", "c", r"0\.04 is a correlation.*B moves by 0 mm"),
    ("08.3", "D", r"Of A that is so.*no path from a leg to the torso"),
    ("08.3", "e", r"Expected one of a, b, c, d, found 'e'"),
]
