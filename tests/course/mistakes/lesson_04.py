"""Typical wrong answers to the exercises of lesson 04: number, answer, pattern of the facts in the message."""

import numpy as np

from liftkit.skeleton import H36M_17


def knees(order=1, sides=("left", "right"), across=("right_hip", "left_hip"), answer=lambda bends: sum(bends) > 0):
    def wrong(x3d):
        joint = lambda name: x3d[:, H36M_17.index(name)]  # noqa: E731
        axis, bends = joint(across[0]) - joint(across[1]), []
        for side in sides:
            hip, knee, ankle = (joint(f"{side}_{name}") for name in ("hip", "knee", "ankle"))
            bends.append((order * np.cross(hip - knee, ankle - knee) * axis).sum(-1))
        return answer(bends)

    return wrong


def behind(x3d):
    """Whether the ankles are farther away than the knees."""
    return (x3d[:, [3, 6], 2] - x3d[:, [2, 5], 2]).sum(-1) > 0


WRONG = [
    (
        "04.1",
        knees(order=-1),
        r"Of (\d+) .*face away.* in \1, .* in 0\. Wrong: \1\. All answers are reversed",
    ),
    ("04.1", knees(across=("left_hip", "right_hip")), r"face away.* in 0\. Wrong"),
    ("04.1", behind, r"face away.* in \d+, .* ankle farther from the camera"),
    ("04.1", knees(sides=("right",)), r"(true poses|only the \w+ leg).*Wrong: \d+.*Only the right leg"),
    ("04.1", knees(answer=lambda bends: (bends[0] > 0) & (bends[1] > 0)), r"Wrong: \d+.*(left leg|Both legs)"),
    ("04.1", knees(answer=lambda bends: (bends[0] > 0) | (bends[1] > 0)), r"Wrong: \d+.*(right leg|One leg)"),
    ("04.1", knees(answer=sum), r"True or False.*found -?\d"),
    ("04.1", lambda x3d: bool(knees()(x3d).mean() > 0.5), r"\(\d+,\), found \(\)"),
]
