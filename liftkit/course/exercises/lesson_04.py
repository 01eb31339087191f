"""Exercises of lesson 04: what distinguishes near from far."""

import numpy as np

from liftkit.course.checking import StudentFunction, WrongAnswer, expect_shape
from liftkit.course.exercise import Coding
from liftkit.data.datasets import load_poses
from liftkit.geometry import mirror, rotate
from liftkit.priors import knees_bend_backwards
from liftkit.skeleton import H36M_17


def shins_backwards(x3d):
    def joint(name):
        return x3d[:, H36M_17.index(name)]

    across = joint("right_hip") - joint("left_hip")
    bend = 0
    for side in ("left", "right"):
        hip, knee, ankle = (joint(f"{side}_{name}") for name in ("hip", "knee", "ankle"))
        bend = bend + np.cross(hip - knee, ankle - knee)
    return (bend * across).sum(-1) > 0


def check_shins_backwards(student: StudentFunction) -> None:
    x3d = load_poses("synthetic").test.select(slice(None, None, 90)).x3d.astype(float)
    x3d = x3d[knees_bend_backwards(x3d)]
    faces = x3d[:, H36M_17.index("right_hip"), 0] < x3d[:, H36M_17.index("left_hip"), 0]
    away = "There, a bent knee is farther away than its ankle."
    _expect_shins(student, x3d[~faces], "true poses that face away", away)
    _expect_shins(student, x3d[faces], "true poses that face the camera")
    _expect_shins(student, mirror(x3d), "mirrored poses")
    _expect_shins(student, rotate(x3d, np.pi / 2), "poses turned by 90 degrees", "A turn changes no knee.")
    for side in ("left", "right"):
        hip, *leg = (H36M_17.index(f"{side}_{name}") for name in ("hip", "knee", "ankle"))
        half = x3d.copy()
        half[:, leg, 2] = 2 * half[:, [hip], 2] - half[:, leg, 2]
        why = "Add both legs before you take the sign, so that the leg with the longer vector decides."
        _expect_shins(student, half, f"poses of which only the {side} leg is mirrored", why)


def _expect_shins(student: StudentFunction, x3d: np.ndarray, what: str, why: str = "") -> None:
    answers = expect_shape(student(x3d), (len(x3d),), f"the answer for {len(x3d)} poses")
    right = knees_bend_backwards(x3d)
    slip = next((text for text, wrong in _wrong_shins(x3d).items() if np.array_equal(answers, wrong)), why)
    if (odd := answers[~np.isin(answers, (0, 1))]).size:
        raise WrongAnswer(f"Return True or False for each pose, found {odd[0]:.4g}: is the number positive?")
    if off := int((answers != right).sum()):
        counts = f"shins fold backwards in {right.sum()}, by your answer in {answers.sum():.0f}. Wrong: {off}."
        raise WrongAnswer(f"Of {len(x3d)} {what}, {counts} {slip}".strip())


def _wrong_shins(x3d: np.ndarray) -> dict[str, np.ndarray]:
    """What is said of a typical slip -> the answers that it leads to."""
    hip, knee, ankle = (
        x3d[:, [H36M_17.index(f"{side}_{name}") for side in ("left", "right")]] for name in ("hip", "knee", "ankle")
    )
    bend = (np.cross(hip - knee, ankle - knee) * (hip[:, 1:] - hip[:, :1])).sum(-1)  # (N, 2): left, right
    away, sign = (ankle - knee)[..., 2].sum(1), "mind the order in the cross product, and in `right hip - left hip`."
    seen_from = "take what is behind from the hips, because a person may face anywhere."
    return {
        f"All answers are reversed: {sign}": bend.sum(1) <= 0,
        "Only the left leg counted: add both before you take the sign.": bend[:, 0] > 0,
        "Only the right leg counted: add both before you take the sign.": bend[:, 1] > 0,
        "Both legs had to fold backwards: add them before you take the sign.": (bend > 0).all(1),
        "One leg that folds backwards was enough: add both before you take the sign.": (bend > 0).any(1),
        f"The ankle farther from the camera counted as behind: {seen_from}": away > 0,
        f"The ankle nearer to the camera counted as behind: {seen_from}": away < 0,
    }


EXERCISES = {
    "04.1": Coding(
        title="Whose shins fold backwards?",
        task="""`x3d` (N, 17, 3) are 3D poses, numpy, in the camera's frame. Return for each pose whether its shins fold
        backwards at the knee, as people's do: an array (N,) of True and False. Add the vector products of both legs,
        and find out which way the sum points along the axis between the hips. Which sign means backwards? People of
        `poses.test.x3d` fold theirs backwards. No loop over poses is needed.""",
        hint_1="`x3d[:, H36M_17.index('right_knee')]` are all right knees, (N, 3); `np.cross` takes two such arrays.",
        hint_2="`(a * b).sum(-1)` is the scalar product of rows. Mind the order: `cross(a, b)` is `-cross(b, a)`.",
        reference=shins_backwards,
        checks=check_shins_backwards,
        conclusion="It is right for people who face the camera, face away or stand sideways, and it finds every "
        "mirrored one. It uses no true depth, so it can be applied to a lifted pose while a lifter is trained.",
    ),
}
