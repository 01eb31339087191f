"""Poses in words: known poses get their words."""

import numpy as np
import pytest

from liftkit.data.body import standing_person
from liftkit.geometry import rotate
from liftkit.view.alt_text import describe


def person(**angles) -> np.ndarray:
    """(17, 3) somebody who faces the camera, in mm, y down, z away; angles as in liftkit.data.body."""
    return standing_person(**angles).astype(float) * [1, -1, -1]


@pytest.mark.parametrize(
    ("angles", "expected"),
    [
        ({}, "upright, left hand low, right hand low, legs straight, faces the camera"),
        ({"shoulder_elevation": [10, 170]}, "right hand above the head"),
        ({"shoulder_elevation": [170, 10]}, "left hand above the head, right hand low"),
        ({"hip_flexion": [90, 90], "knee_flexion": [90, 90]}, "upright, sitting or squatting"),
        ({"hip_flexion": [110, 110], "knee_flexion": [130, 130]}, "upright, sitting or squatting"),
        ({"hip_flexion": [90, 90], "knee_flexion": [90, 90]}, "both knees bent"),
        ({"hip_flexion": [60, 10], "knee_flexion": [80, 10]}, "right hand low, left knee bent"),
        ({"shoulder_elevation": [90, 90], "shoulder_plane": [90, 90]}, "right hand at the chest"),
        ({"trunk_flexion": 80}, "bent over or lying"),
    ],
)  # fmt: skip
def test_known_poses(angles, expected):
    assert expected in describe(person(**angles))


def test_of_a_pose_with_unknown_joints_it_says_which():
    pose = person()
    pose[[3, 13], 2] = np.nan
    assert describe(pose) == "unknown: right ankle, left wrist"


def test_it_faces_where_it_was_turned():
    facing = [describe(rotate(person(), quarter * np.pi / 2)).split(", ")[-1] for quarter in range(5)]
    assert facing[:3] == ["faces the camera", "faces the picture's left", "has the back to the camera"]
    assert facing[3:] == ["faces the picture's right", "faces the camera"]


def test_upside_down_it_still_faces_the_camera():
    text = describe(person() * [-1, -1, 1])  # a half turn in the picture's plane
    assert text.startswith("upside down") and text.endswith("faces the camera")


@pytest.mark.parametrize(("quarter", "expected"), [(1, "faces down"), (-1, "faces up")])
def test_lying_it_faces_up_or_down(quarter, expected):
    text = describe(rotate(person(), 0.0, quarter * np.pi / 2))
    assert text.startswith("bent over or lying") and text.endswith(expected)


def test_flat_poses_face_nowhere_and_no_extent_is_said():
    assert "face" not in describe(person()[:, :2])
    assert describe(np.ones((17, 3))) == "all joints at one place"


def test_neither_size_nor_place_matters():
    assert describe(person()) == describe(person() * 0.001 + 7)
