"""A person in a known pose, for the tests of readers: 1.7 m tall, upright, the right hand raised.

The trunk has Human3.6M's numbers: hips 132.9 mm to both sides of the root, at its height; the spine 233 of the 490 mm
from there to the thorax.
"""

import numpy as np

# Each joint's place in mm: to the person's left, up from the floor, forwards.
PLACES = {
    "pelvis": (0, 940, 0), "right_hip": (-132.9, 940, 0), "right_knee": (-140, 500, 30), "right_ankle": (-150, 80, 0),
    "left_hip": (132.9, 940, 0), "left_knee": (140, 500, 30), "left_ankle": (150, 80, 0),
    "spine": (0, 1173, 0), "thorax": (0, 1430, 0), "neck": (0, 1540, 60), "head": (0, 1650, 20),
    "left_shoulder": (160, 1420, 0), "left_elbow": (220, 1150, 0), "left_wrist": (230, 900, 40),
    "right_shoulder": (-160, 1420, 0), "right_elbow": (-230, 1680, 0), "right_wrist": (-210, 1920, 20),
}  # fmt: skip
HEIGHT = 1728  # mm along the bones from ankle to head


def person(names, mapping, frames=3, sway=20.0):
    """(frames, len(names), 3) in mm: left, up, forwards. The person sways; joints not in the mapping lie at 0."""
    joints = np.zeros((frames, len(names), 3))
    for joint, source in mapping.items():
        joints[:, names.index(source)] = PLACES[joint]
    return joints + sway * np.sin(np.arange(frames))[:, None, None] * [1.0, 0.0, 0.5]
