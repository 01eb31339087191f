"""Exercises of lesson 01: what a camera keeps of a pose, and what it loses."""

from __future__ import annotations

import numpy as np

from liftkit.course.checking import Pupil, Wrong, expect_equal, expect_same_bones, expect_shape
from liftkit.course.exercise import Coding
from liftkit.geometry import project


def some_poses(count: int, seed: int) -> np.ndarray:
    """(count, 17, 3) random poses in mm, pelvis at the origin: no symmetry that a mistake could hide in."""
    x3d = np.random.default_rng(seed).normal(scale=300, size=(count, 17, 3))
    return x3d - x3d[:, :1]


def orthographic(x3d):
    return x3d[..., :2].copy()


def grade_orthographic(pupil: Pupil) -> None:
    x3d = some_poses(4, seed=1)
    x2d = expect_shape(pupil(x3d), (4, 17, 2), "the image of poses of shape (4, 17, 3)")
    nearer = x3d - [0, 0, 100]
    expect_equal(pupil(nearer), x2d, "the image of a pose 100 mm nearer", "mm", "It must not depend on depth.")
    expect_equal(x2d, project(x3d), "the image", "mm", "x and y stay what they are, in this order.")
    expect_equal(pupil(x3d[0]), x2d[0], "the image of one pose alone", "mm")


def other_pose(x3d):
    return x3d * [1, 1, -1]


def grade_other_pose(pupil: Pupil) -> None:
    poses = some_poses(4, seed=2)
    for x3d, what in ((poses, "the other pose"), (poses[0], "the other pose of one pose alone")):
        other = expect_shape(pupil(x3d), x3d.shape, what)
        expect_equal(other[..., 0, :], x3d[..., 0, :], f"{what}'s pelvis", "mm", "It must stay at the origin.")
        moved = np.linalg.norm(other - x3d, axis=-1).mean(axis=-1).min()
        if moved < 1:
            raise Wrong(f"T{what[1:]} is the same one: its joints moved by {moved:.2g} mm on average.")
        image = f"the image of {what}"
        expect_equal(project(other), project(x3d), image, "mm", "A camera would tell the two apart.")
        expect_same_bones(other, x3d, what)


EXERCISES = (
    Coding(
        "01.1",
        "The orthographic projection",
        """
        Write the projection of a camera that is very far away. It takes poses `x3d` (..., J, 3), a numpy array in mm
        with x to the right, y down and z away from the camera, and gives their image (..., J, 2) in mm. The `...`
        stands for any number of dimensions, also none: one pose alone has the shape (J, 3).
        """,
        (
            "Move a joint straight away from the camera. Which of its three numbers change, which does the image show?",
            "Keep the first two coordinates of the last axis: `x3d[..., :2]`.",
        ),
        orthographic,
        grade_orthographic,
        "The image is x and y, for one pose as for many, and no depth shows in it.",
    ),
    Coding(
        "01.2",
        "Another pose with the same image",
        """
        Write a function that takes poses `x3d` (..., J, 3), numpy, and gives *other* poses of the same shape: with the
        same orthographic image, with every bone as long as before, and with the pelvis still at the origin. So neither
        the picture nor a tape measure can tell them apart.
        """,
        (
            "The image fixes x and y. A bone's length is the root of dx² + dy² + dz²: what may dz become?",
            "Turn the sign of every depth: near becomes far.",
        ),
        other_pose,
        grade_other_pose,
        "Same image, same bones, other pose: nothing in one image can tell the two apart. The simplest such pose turns "
        "the sign of every depth; that is the mirror ambiguity.",
    ),
)
