"""Exercises of lesson 02: the game of lifter and discriminator."""

import numpy as np
import torch
from torch.nn.functional import softplus

from liftkit import losses
from liftkit.course.checking import (
    StudentFunction,
    expect_bones,
    expect_equal,
    expect_gradient,
    expect_shape,
    expect_value,
    explain,
    random_poses,
)
from liftkit.course.exercise import Coding
from liftkit.geometry import rotate


def random_view(x3d, azimuth):
    c, s = azimuth.cos()[:, None], azimuth.sin()[:, None]
    x, y, z = x3d.unbind(-1)
    return torch.stack([c * x + s * z, y, c * z - s * x], dim=-1)


def check_random_view(student: StudentFunction) -> None:
    x3d = random_poses(8, seed=4)
    azimuth = np.random.default_rng(4).uniform(-8 / 9, 8 / 9, size=8) * np.pi
    given, angles = torch.from_numpy(x3d), torch.from_numpy(azimuth)
    slips = _turns(x3d, azimuth)
    turned = expect_bones(student(given, angles), x3d, "the turned pose", slips)
    expect_equal(turned[..., 1], x3d[..., 1], "a joint's height", "A turn about the vertical keeps heights.")
    quarters, right = np.full(8, np.pi / 2), x3d[..., [2, 1, 0]] * [1, 1, -1]
    what, found = "the pose turned by pi / 2, to (z, y, -x),", student(given, torch.from_numpy(quarters))
    expect_equal(found, right, what, _turns(x3d, quarters), "Angles are in radians.")
    expect_equal(turned, rotate(x3d, azimuth), "the pose", slips, "Each pose has its own angle, in radians.")
    given.requires_grad_()
    sides = (rotate(given, angles)[..., 0] ** 2).mean()
    expect_gradient(lambda: (student(given, angles)[..., 0] ** 2).mean(), sides, [given], "it has to flow to `x3d`")


def _turns(x3d: np.ndarray, azimuth: np.ndarray) -> dict[str, np.ndarray]:
    """What is said of a typical slip -> the poses that it leads to."""
    (x, y, z), (c, s) = np.moveaxis(x3d, -1, 0), (np.cos(azimuth)[:, None], np.sin(azimuth)[:, None])
    new_x = c * x + s * z
    return {
        "That is the turn in the other direction.": rotate(x3d, -azimuth),
        "Angles are in radians, not in degrees.": rotate(x3d, np.radians(azimuth)),
        "All poses were turned by the first angle: each pose has its own angle.": rotate(x3d, azimuth[0]),
        "All poses were turned by the mean angle: each pose has its own angle.": rotate(x3d, azimuth.mean()),
        "z was computed from the new x: compute both from the old ones.": np.stack([new_x, y, c * z - s * new_x], -1),
        "One of the two sines must have a minus.": np.stack([new_x, y, c * z + s * x], -1),
        "Sine and cosine are exchanged.": np.stack([s * x + c * z, y, s * z - c * x], -1),
        "x was not turned: x and z both mix.": np.stack([x, y, c * z - s * x], -1),
        "z was not turned: x and z both mix.": np.stack([new_x, y, z], -1),
    }


def discriminator_loss(d_real, d_view):
    return ((d_real - 1) ** 2).mean() + (d_view**2).mean()


def check_discriminator_loss(student: StudentFunction) -> None:
    one, zero, half = torch.ones(6), torch.zeros(6), torch.full((6,), 0.5)
    generator = torch.Generator().manual_seed(3)
    some = torch.randn(2, 6, generator=generator).unbind()  # tell slips apart that agree on ones and zeros
    slip = explain(expect_shape(student(*some), (), "the loss"), _wrong_losses(*some), tolerance=1e-3)
    for d_real, d_view, expected, what in (
        (one, zero, 0, "the loss of a perfect discriminator, 1 for real poses and 0 for views,"),
        (zero, zero, 1, "the loss if real poses and views all score 0"),
        (one, one, 1, "the loss if real poses and views all score 1"),
        (half, half, 0.5, "the loss if all score 0.5"),
    ):
        expect_value(student(d_real, d_view), expected, what, slip or "It is a mean of squares plus a mean of squares.")
    scores = torch.randn(2, 64, generator=generator).unbind()
    found = student(*scores)
    scores = [kind.requires_grad_() for kind in scores]
    wanted = losses.discriminator_loss(scores[0][None], scores[1][None], torch.tensor([False])).sum()
    what, why = "the loss of 64 random scores of each kind", slip or "First square each error, then take the mean."
    expect_value(found, wanted.item(), what, why)
    expect_gradient(lambda: student(*scores), wanted, scores, "it has to flow to all scores")


def _wrong_losses(d_real: torch.Tensor, d_view: torch.Tensor) -> dict[str, torch.Tensor]:
    """What is said of a typical slip -> the loss that it leads to."""
    real, view, fooled = d_real - 1, d_view, d_view - 1
    return {
        "The targets are exchanged: 1 is for the real poses, 0 for the views.": (d_real**2 + fooled**2).mean(),
        "The views are missing: add the mean of their squared scores.": (real**2).mean(),
        "The real poses are missing: add the mean of their squared errors.": (view**2).mean(),
        "That is the lifter's loss, which wants its views to be taken for real.": (fooled**2).mean(),
        "Errors are squared; those are their sizes.": (real.abs() + view.abs()).mean(),
        "The two means are added, not subtracted.": (real**2).mean() - (view**2).mean(),
        "That is the cross-entropy: least squares takes squared errors.": (softplus(-d_real) + softplus(d_view)).mean(),
        "That is a sum over poses: take the mean.": (real**2 + view**2).sum(),
        "That is half of it: take the one mean plus the other.": (real**2 + view**2).mean() / 2,
        "First square each error, then take the mean.": real.mean() ** 2 + view.mean() ** 2,
        "Both kinds were compared with 1: the target of the views is 0.": (real**2 + fooled**2).mean(),
        "Both kinds were compared with 0: the target of the real poses is 1.": (d_real**2 + view**2).mean(),
    }


EXERCISES = {
    "02.1": Coding(
        title="A view from another side",
        task="""Turn poses `x3d` (N, J, 3) about the vertical axis: pose n by `azimuth[n]` radians. A turn by +pi / 2
        takes (x, y, z) to (z, y, -x). The pelvis, the origin, stays where it is. Both are torch tensors; return a
        tensor (N, J, 3) that carries gradients, because the lifter will be trained through your turn.""",
        hint_1="Height is y: it stays. x and z mix with the cosine and the sine of the angle.",
        hint_2="x becomes `c * x + s * z`; the turn by pi / 2 gives the signs of z. `c` and `s` have the shape (N, 1).",
        reference=random_view,
        checks=check_random_view,
        conclusion="Heights and bone lengths stay, each pose has its own angle, and the result is liftkit's `rotate`.",
    ),
    "02.2": Coding(
        title="The discriminator's loss",
        task="""Write the least-squares loss of the discriminator. It gets the scores `d_real` (B,) of real 2D poses and
        `d_view` (B,) of projected views, both torch tensors; its target is 1 for the real poses and 0 for the views.
        Return one number, a tensor that carries gradients: the mean squared error of the real ones plus that of the
        views.""",
        hint_1="Two terms, each a mean of squares. What is the target of each?",
        hint_2="`((d_real - 1) ** 2).mean()` is the first; in the second the target of `d_view` is 0.",
        reference=discriminator_loss,
        checks=check_discriminator_loss,
        conclusion="It is 0 for a perfect discriminator, 0.5 for one that cannot decide, liftkit's for random scores.",
    ),
}
