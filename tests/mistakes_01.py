"""What students get wrong in lesson 01 besides what test_course.py has, and what they must be told of it."""

WRONG = [
    ("01.1", lambda x3d: x3d * [1, 1, 0], r"shape \(4, 17, 2\), found \(4, 17, 3\)"),
    ("01.2", lambda x3d: x3d + [0, 0, 100], r"pelvis differs by up to 100 mm\. It must stay at the origin"),
    ("01.2", lambda x3d: x3d * [1, 1, 0], r"changed bone lengths by up to \d+ %"),
]
