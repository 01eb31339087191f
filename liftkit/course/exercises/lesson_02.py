"""Exercises of lesson 02: the game of lifter and discriminator."""

from __future__ import annotations

import math

import numpy as np
import torch

from liftkit.course.checking import Pupil, expect_equal, expect_same_bones, expect_shape, expect_value
from liftkit.course.exercise import Coding
from liftkit.course.exercises.lesson_01 import some_poses
from liftkit.geometry import rotate
from liftkit.losses import discriminator_loss as liftkits


def random_view(x3d, azimuth):
    c, s = np.cos(azimuth)[:, None], np.sin(azimuth)[:, None]
    x, y, z = x3d[..., 0], x3d[..., 1], x3d[..., 2]
    return np.stack([c * x + s * z, y, c * z - s * x], axis=-1)


def grade_random_view(pupil: Pupil) -> None:
    rng = np.random.default_rng(4)
    x3d, azimuth = some_poses(8, seed=4), rng.uniform(-8 / 9, 8 / 9, size=8) * math.pi
    turned = expect_shape(pupil(x3d, azimuth), x3d.shape, "the turned pose")
    expect_same_bones(turned, x3d, "the turn")
    expect_equal(turned[..., 1], x3d[..., 1], "a joint's height", "mm", "About the vertical, no height changes.")
    quarter = expect_shape(pupil(x3d, np.full(8, math.pi / 2)), x3d.shape, "the turned pose")
    x, y, z = np.moveaxis(x3d, -1, 0)
    expect_equal(quarter, np.stack([z, y, -x], -1), "the pose turned by pi / 2", "mm",
                 "It must be (z, y, -x); angles are in radians.")  # fmt: skip
    expect_equal(turned, rotate(x3d, azimuth), "the pose", "mm", "Each pose has an angle of its own, in radians.")


def discriminator_loss(d_real, d_view):
    return ((d_real - 1) ** 2).mean() + (d_view**2).mean()


def grade_discriminator_loss(pupil: Pupil) -> None:
    one, nil, half = torch.ones(6), torch.zeros(6), torch.full((6,), 0.5)
    expect_value(pupil(one, nil), 0, "the loss of a perfect discriminator, 1 for real poses and 0 for views,")
    why = "It is the mean of one kind plus the mean of the other."
    expect_value(pupil(nil, nil), 1, "the loss where real poses score 0 and views too", why=why)
    expect_value(pupil(one, one), 1, "the loss where real poses score 1 and views too", why=why)
    expect_value(pupil(half, half), 0.5, "the loss where everything scores 0.5", why="An error counts squared.")
    d_real, d_view = torch.randn(2, 64, generator=torch.Generator().manual_seed(3))
    expected = liftkits(d_real[None], d_view[None], torch.tensor([False])).item()
    expect_value(pupil(d_real, d_view), expected, "the loss of 64 random scores of each kind",
                 why="First the square of each error, then the mean.")  # fmt: skip


EXERCISES = (
    Coding(
        "02.1",
        "A view from another side",
        """
        Turn poses `x3d` (N, J, 3), numpy, about the vertical axis: pose n by `azimuth[n]` radians. A turn by +pi / 2
        takes (x, y, z) to (z, y, -x). The pelvis, the origin, stays where it is. Give the turned poses (N, J, 3).
        """,
        (
            "Height is y: it stays. x and z mix with the cosine and the sine of the angle.",
            "x becomes `c * x + s * z`, z becomes `c * z - s * x`; give `c` and `s` the shape (N, 1).",
        ),
        random_view,
        grade_random_view,
        "Heights and bone lengths stay, each pose has its own angle, and the result is liftkit's `rotate`.",
    ),
    Coding(
        "02.2",
        "The discriminator's loss",
        """
        Write the least-squares loss of the discriminator. It gets the scores `d_real` (B,) of real 2D poses and
        `d_view` (B,) of projected views, both torch tensors, and wants 1 for the real and 0 for the views. Give one
        number: the mean squared error of the real ones plus that of the views.
        """,
        (
            "Two terms, each a mean of squares. What is the target of each?",
            "`((d_real - 1) ** 2).mean()` is the first; the second wants `d_view` to be 0.",
        ),
        discriminator_loss,
        grade_discriminator_loss,
        "Zero for a perfect discriminator, 0.5 for one that cannot tell, and equal to liftkit's on random scores.",
    ),
)
