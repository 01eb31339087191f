"""Exercises of lesson 01: what a camera keeps of a pose, and what it loses."""

import numpy as np

from liftkit.course.checking import StudentFunction, WrongAnswer, expect_bones, expect_equal, expect_shape, random_poses
from liftkit.course.exercise import Coding
from liftkit.geometry import project
from liftkit.skeleton import H36M_17


def orthographic(x3d):
    return x3d[..., :2].copy()


def check_orthographic(student: StudentFunction) -> None:
    x3d = random_poses(4, seed=1)
    divided = "The perspective projection divides by depth, which is 0 at the pelvis; far away depth does not matter."
    x2d = expect_shape(student(x3d), (4, 17, 2), "the image of poses of shape (4, 17, 3)", why=divided)
    why = "It must not depend on depth: only the perspective projection divides by it."
    expect_equal(student(x3d - [0, 0, 100]), x2d, "the image of a pose 100 mm nearer", why)
    right = project(x3d)
    slips = {
        "x and y are in the other order.": right[..., ::-1],
        "y has the wrong sign: in the pose as in the image, y points down.": right * [1, -1],
        "x has the wrong sign: in the pose as in the image, x points to the right.": right * [-1, 1],
        "Each pose was centred on its mean: it is centred on its pelvis already.": right - right.mean(1, keepdims=True),
    }
    expect_equal(x2d, right, "the image", slips, "It is x and y, unchanged and in this order.")
    expect_equal(student(x3d[0]), x2d[0], "the image of a single pose")


ARM = [H36M_17.index(f"left_{name}") for name in ("shoulder", "elbow", "wrist")]
BODY = [joint for joint in range(len(H36M_17.names)) if joint not in ARM]


def other_pose(x3d):
    other = x3d.copy()
    for name in ("left_shoulder", "left_elbow", "left_wrist"):
        joint = H36M_17.index(name)
        parent = H36M_17.parents[joint]
        other[..., joint, 2] = other[..., parent, 2] - (x3d[..., joint, 2] - x3d[..., parent, 2])
    return other


def check_other_pose(student: StudentFunction) -> None:
    poses = random_poses(4, seed=2)
    for x3d, what in ((poses, "the other pose"), (poses[0], "the other pose of a single pose")):
        other = expect_shape(student(x3d), x3d.shape, what)
        slips = {slip: wrong[..., BODY, :] for slip, wrong in _other_slips(x3d).items()}
        expect_equal(other[..., BODY, :], x3d[..., BODY, :], f"{what} without its left arm", slips, "It must stay.")
        moved = np.linalg.norm(other - x3d, axis=-1).mean(axis=-1).min()
        if moved < 1:
            raise WrongAnswer(f"T{what[1:]} is the same one: its joints moved by {moved:.2g} mm on average.")
        signs = {f"You changed the sign of {axes}.": _arm_times(x3d, sign)[..., :2] for axes, sign in SIGNS.items()}
        expect_equal(project(other), project(x3d), f"the image of {what}", signs, "A camera would see the difference.")
        expect_bones(other, x3d, what, _other_slips(x3d), "A bone's length is the root of dx² + dy² + dz².")


SIGNS = {"x": [-1, 1, 1], "y": [1, -1, 1]}  # what a student may have turned over, which a camera sees


def _arm_times(x3d: np.ndarray, sign: list[int]) -> np.ndarray:
    other = x3d.copy()
    other[..., ARM, :] *= sign
    return other


def _other_slips(x3d: np.ndarray) -> dict[str, np.ndarray]:
    """What is said of a typical slip -> the poses that it leads to."""
    from_pelvis = "The arm's depths were turned over as counted from the pelvis, but it hangs from the thorax."
    flat = "The arm is flat: bones that point towards the camera or away from it became shorter."
    alone = "moved in depth by itself: what hangs from it has to come along."
    slips = {"All depths have the other sign.": x3d * [1, 1, -1]}
    slips |= {from_pelvis: _arm_times(x3d, [1, 1, -1]), flat: _arm_times(x3d, [1, 1, 0])}
    for joint, parent in zip(ARM[:2], (H36M_17.index("thorax"), ARM[0]), strict=True):
        slips[f"The {H36M_17.names[joint]} {alone}"] = one = x3d.copy()
        one[..., joint, 2] = 2 * x3d[..., parent, 2] - x3d[..., joint, 2]
    return slips


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
        title="Another left arm",
        task="""Write a function that takes poses `x3d` (..., J, 3), numpy, and returns poses of the same shape with
        *another* left arm (`left_shoulder`, `left_elbow`, `left_wrist`): with the same orthographic image, every bone
        as long as before, and all other joints where they were. So neither the picture nor a tape measure shows a
        difference. There are several such arms; any of them will do.""",
        hint_1="The image fixes x and y. A bone's length is the root of dx² + dy² + dz²: what else may dz be?",
        hint_2="Start where the arm hangs from the body. If a joint's depth changes, what hangs from it comes along.",
        reference=other_pose,
        checks=check_other_pose,
        conclusion="Same image, same bones, other arm: one image cannot show which of the two it is. Each bone may "
        "point towards the camera or away from it.",
    ),
}
