"""Typical mistakes in lesson 03's exercises beyond those in test_course.py, and what the student must be told."""

import numpy as np

from liftkit.skeleton import H36M_17


def knees(order=1, sides=("left", "right"), across=("right_hip", "left_hip"), tell=lambda bends: sum(bends) > 0):
    def wrong(x3d):
        joint = lambda name: x3d[:, H36M_17.index(name)]  # noqa: E731
        axis, bends = joint(across[0]) - joint(across[1]), []
        for side in sides:
            hip, knee, ankle = (joint(f"{side}_{name}") for name in ("hip", "knee", "ankle"))
            bends.append((order * np.cross(hip - knee, ankle - knee) * axis).sum(-1))
        return tell(bends)

    return wrong


def behind(x3d):
    """Whether the ankles are farther away than the knees."""
    return (x3d[:, [3, 6], 2] - x3d[:, [2, 5], 2]).sum(-1) > 0


WRONG = [
    (
        "03.3",
        knees(order=-1),
        r"Of (\d+) true poses that face away, knees bend backwards in \1, .* in 0\. Wrong: \1",
    ),
    ("03.3", knees(across=("left_hip", "right_hip")), r"by your answer in 0"),
    ("03.3", behind, r"that face away, knees bend backwards in \d+, .*knee is farther away than its ankle there"),
    ("03.3", knees(sides=("right",)), r"Of \d+ (true poses|poses whose \w+ leg alone).*Wrong: \d+"),
    ("03.3", knees(tell=lambda bends: (bends[0] > 0) & (bends[1] > 0)), r"Of \d+ .*Wrong: \d+"),
    ("03.3", knees(tell=lambda bends: (bends[0] > 0) | (bends[1] > 0)), r"Of \d+ .*Wrong: \d+"),
    ("03.3", knees(tell=sum), r"True or False for each pose, found -?\d"),
    ("03.3", lambda x3d: bool(knees()(x3d).mean() > 0.5), r"shape \(\d+,\), found \(\)"),
]
