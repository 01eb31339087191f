"""Typical mistakes in lesson 09's exercises beyond those in test_course.py, and what the student must be told."""

WRONG = [
    ("09.3", "a", r"Mean against mean, the same runs have 71\.7 and 75\.6"),
    ("09.3", "b", r"rewards spread: five_parts.*79\.1 against 75\.6.*67\.5 against 73\.4"),
    ("09.3", "C", r"To choose is to fit.*78\.1 to 71\.2.*never make anything worse"),
    ("09.3", "x", r"Expected one of a, b, c, d, found 'x'"),
]
