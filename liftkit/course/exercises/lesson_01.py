"""Exercises of lesson 01: what a camera keeps of a pose, and what it loses."""

import numpy as np

from liftkit.course.checking import StudentFunction, WrongAnswer, expect_bones, expect_equal, expect_shape, random_poses
from liftkit.course.exercise import Coding
from liftkit.geometry import project


def orthographic(x3d):
    return x3d[..., :2].copy()


def check_orthographic(student: StudentFunction) -> None:
    x3d = random_poses(4, seed=1)
    divided = "The perspective projection divides by depth, which is 0 at the pelvis; far away depth does not matter."
    x2d = expect_shape(student(x3d), (4, 17, 2), "the image of poses of shape (4, 17, 3)", why=divided)
    nearer = student(x3d - [0, 0, 100])
    why = "It must not depend on depth: only the perspective projection divides by it."
    expect_equal(nearer, x2d, "the image of a pose 100 mm nearer", why)
    slips = {
        "x and y are in the other order.": x3d[..., 1::-1],
        "y has the wrong sign: in the pose as in the image, y points down.": x3d[..., :2] * [1, -1],
        "x has the wrong sign: in the pose as in the image, x points to the right.": x3d[..., :2] * [-1, 1],
        "Each pose was centred on its mean: it is centred on its pelvis already.": x3d[..., :2]
        - x3d.mean(1)[:, None, :2],
    }
    expect_equal(x2d, project(x3d), "the image", slips, "It is x and y, unchanged and in this order.")
    expect_equal(student(x3d[0]), x2d[0], "the image of a single pose")


def other_pose(x3d):
    return x3d * [1, 1, -1]


# What a student may have turned over, which a camera sees.
SIGNS = {"x": [-1, 1, 1], "y": [1, -1, 1], "x and y": [-1, -1, 1]}


def check_other_pose(student: StudentFunction) -> None:
    poses = random_poses(4, seed=2)
    for x3d, what in ((poses, "the other pose"), (poses[0], "the other pose of a single pose")):
        other = expect_shape(student(x3d), x3d.shape, what)
        expect_equal(other[..., 0, :], x3d[..., 0, :], f"{what}'s pelvis", "It must stay at the origin.")
        moved = np.linalg.norm(other - x3d, axis=-1).mean(axis=-1).min()
        if moved < 1:
            raise WrongAnswer(f"T{what[1:]} is the same one: its joints moved by {moved:.2g} mm on average.")
        signs = {f"You changed the sign of {axes}.": project(x3d * sign) for axes, sign in SIGNS.items()}
        expect_equal(project(other), project(x3d), f"the image of {what}", signs, "A camera would see the difference.")
        flat = {"It is flat: all bones that point towards the camera or away from it became shorter.": x3d * [1, 1, 0]}
        expect_bones(other, x3d, what, flat, "A bone's length is the root of dx² + dy² + dz².")


EXERCISES = {
    "01.1": Coding(
        title="The orthographic projection",
        task="""Write the projection of a camera that is very far away. It takes poses `x3d` (..., J, 3), a numpy array
        in mm with x to the right, y down and z away from the camera, and returns their image (..., J, 2) in mm. The
        `...` stands for any number of dimensions, also none: a single pose has the shape (J, 3).""",
        hint_1="Move a joint straight away from the camera. Which of its numbers change? Which does the image show?",
        hint_2="Keep the first two coordinates of the last axis: `x3d[..., :2]`.",
        reference=orthographic,
        checks=check_orthographic,
        conclusion="The image is x and y, for one pose as for many, and does not depend on depth.",
    ),
    "01.2": Coding(
        title="Another pose with the same image",
        task="""Write a function that takes poses `x3d` (..., J, 3), numpy, and returns *other* poses of the same shape:
        with the same orthographic image, with every bone as long as before, and with the pelvis still at the origin. So
        neither the picture nor a tape measure shows a difference.""",
        hint_1="The image fixes x and y. A bone's length is the root of dx² + dy² + dz²: what may dz become?",
        hint_2="Change the sign of every depth: near becomes far.",
        reference=other_pose,
        checks=check_other_pose,
        conclusion="Same image, same bones, other pose: one image cannot show which of the two it is. The simplest "
        "such pose changes the sign of every depth; that is the mirror ambiguity.",
    ),
}
