"""Exercises of lesson 02: the game of lifter and discriminator."""

import numpy as np
import torch

from liftkit import losses
from liftkit.course.checking import StudentFunction, expect_bones, expect_equal, expect_value, random_poses
from liftkit.course.exercise import Coding
from liftkit.geometry import rotate


def random_view(x3d, azimuth):
    c, s = np.cos(azimuth)[:, None], np.sin(azimuth)[:, None]
    x, y, z = x3d[..., 0], x3d[..., 1], x3d[..., 2]
    return np.stack([c * x + s * z, y, c * z - s * x], axis=-1)


def check_random_view(student: StudentFunction) -> None:
    x3d = random_poses(8, seed=4)
    azimuth = np.random.default_rng(4).uniform(-8 / 9, 8 / 9, size=8) * np.pi
    turned = expect_bones(student(x3d, azimuth), x3d, "the turned pose")
    expect_equal(turned[..., 1], x3d[..., 1], "a joint's height", "A turn about the vertical keeps heights.")
    quarter, right = student(x3d, np.full(8, np.pi / 2)), x3d[..., [2, 1, 0]] * [1, 1, -1]
    expect_equal(quarter, right, "the pose turned by pi / 2", "It must be (z, y, -x); angles are in radians.")
    expect_equal(turned, rotate(x3d, azimuth), "the pose", "Each pose has its own angle, in radians.")


def discriminator_loss(d_real, d_view):
    return ((d_real - 1) ** 2).mean() + (d_view**2).mean()


def check_discriminator_loss(student: StudentFunction) -> None:
    one, zero, half = torch.ones(6), torch.zeros(6), torch.full((6,), 0.5)
    expect_value(student(one, zero), 0, "the loss of a perfect discriminator, 1 for real poses and 0 for views,")
    why = "It is the mean of the real ones' squared errors plus the mean of the views'."
    expect_value(student(zero, zero), 1, "the loss if real poses and views all score 0", why)
    expect_value(student(one, one), 1, "the loss if real poses and views all score 1", why)
    expect_value(student(half, half), 0.5, "the loss if all score 0.5", "Errors are squared.")
    d_real, d_view = torch.randn(2, 64, generator=torch.Generator().manual_seed(3))
    expected = losses.discriminator_loss(d_real[None], d_view[None], torch.tensor([False])).item()
    what, why = "the loss of 64 random scores of each kind", "First square each error, then take the mean."
    expect_value(student(d_real, d_view), expected, what, why)


EXERCISES = {
    "02.1": Coding(
        title="A view from another side",
        task="""Turn poses `x3d` (N, J, 3), numpy, about the vertical axis: pose n by `azimuth[n]` radians. A turn by
        +pi / 2 takes (x, y, z) to (z, y, -x). The pelvis, the origin, stays where it is. Return the turned poses
        (N, J, 3).""",
        hint_1="Height is y: it stays. x and z mix with the cosine and the sine of the angle.",
        hint_2="x becomes `c * x + s * z`, z becomes `c * z - s * x`; give `c` and `s` the shape (N, 1).",
        reference=random_view,
        checks=check_random_view,
        conclusion="Heights and bone lengths stay, each pose has its own angle, and the result is liftkit's `rotate`.",
    ),
    "02.2": Coding(
        title="The discriminator's loss",
        task="""Write the least-squares loss of the discriminator. It gets the scores `d_real` (B,) of real 2D poses and
        `d_view` (B,) of projected views, both torch tensors; its target is 1 for the real poses and 0 for the views.
        Return one number: the mean squared error of the real ones plus that of the views.""",
        hint_1="Two terms, each a mean of squares. What is the target of each?",
        hint_2="`((d_real - 1) ** 2).mean()` is the first; in the second the target of `d_view` is 0.",
        reference=discriminator_loss,
        checks=check_discriminator_loss,
        conclusion="It is 0 for a perfect discriminator, 0.5 for one that cannot decide, liftkit's for random scores.",
    ),
}
