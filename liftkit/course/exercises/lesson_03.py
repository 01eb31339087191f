"""Exercises of lesson 03: what must come back when a lifted pose is turned."""

import torch

from liftkit import losses
from liftkit.course.checking import StudentFunction, WrongAnswer, expect_gradient, expect_shape, expect_value, explain
from liftkit.course.exercise import Coding
from liftkit.geometry import attach_depth, normalise, rotation_x, rotation_y
from liftkit.networks import Lifter
from liftkit.priors import QUARTERS

LIFTED = "it has to flow through every call of `lift`"


def a_game(seed: int) -> tuple[Lifter, torch.Tensor, torch.Tensor]:
    """An untrained lifter, 2D poses (B, J, 2), and turns (1, 4, B, 3, 3) as the paper's prior draws them."""
    generator = torch.Generator().manual_seed(seed)
    lifter = Lifter("full", width=32, generators=[generator]).eval()
    x2d = normalise(torch.randn(16, 17, 2, generator=generator))
    angles = torch.rand(2, 16, generator=generator) * 2 - 1
    view = rotation_x(angles[0] * 0.17) @ rotation_y(angles[1] * 2.8)
    quarters = rotation_y(torch.tensor(QUARTERS))[:, None].expand(3, 16, 3, 3)
    return lifter, x2d, torch.cat([view[None], quarters])[None]


def reprojection(lift, x2d, rotation):
    x3d = torch.cat([x2d, lift(x2d)[..., None]], dim=-1)
    x2d_view = (x3d @ rotation.transpose(-1, -2))[..., :2]
    x3d_view = torch.cat([x2d_view, lift(x2d_view)[..., None]], dim=-1)
    x2d_back = (x3d_view @ rotation)[..., :2]
    return ((x2d_back - x2d)[:, 1:] ** 2).mean()


def check_reprojection(student: StudentFunction) -> None:
    lifter, x2d, turns = a_game(seed=5)
    calls = []

    def lift(poses):
        calls.append(len(poses))
        return lifter(poses[None])[0]

    unturned = student(lift, x2d, torch.eye(3).expand(16, 3, 3))
    expect_value(unturned, 0, "the loss without a turn", "A pose that is not turned is back.")
    wanted = losses.reprojection(losses.Cycle(lifter, x2d[None], turns))
    expected = wanted.item()
    calls.clear()
    found = float(expect_shape(loss := student(lift, x2d, turns[0, 0]), (), "the loss"))
    if len(calls) < 2:
        values = f"The loss is {found:.4g}, expected {expected:.4g}."
        raise WrongAnswer(f"`lift` was called {len(calls)} times, expected 2: lift the view again. {values}")
    expect_value(found, expected, "the loss of 16 random poses", _mistakes(lift, x2d, turns[0, 0], expected))
    expect_gradient(lambda: loss, wanted, list(lifter.parameters()), LIFTED)


@torch.no_grad()
def _mistakes(lift, x2d, rotation, expected: float) -> dict[str, float]:
    """What is said of a typical mistake -> the loss that it leads to."""

    def view_and_back(there, back):
        view = (attach_depth(x2d, lift(x2d)) @ there)[..., :2]
        return view, attach_depth(view, lift(view)) @ back

    def mean_square(off):
        return (off[:, 1:] ** 2).mean().item()

    there, one = rotation.transpose(-1, -2), rotation[:1].expand_as(rotation)
    view, x3d_back = view_and_back(there, rotation)
    x3d = attach_depth(x2d, lift(x2d))
    off, of_view = x3d_back - x3d, mean_square(lift(view) - (x3d @ there)[..., 2])
    opposite, on, alike = (
        mean_square(view_and_back(*turns)[1][..., :2] - x2d)
        for turns in ((rotation, there), (there, there), (one.transpose(-1, -2), one))
    )
    return {
        "It is 16/17 of that: leave the pelvis out of the mean, because its error is always 0.": 16 / 17 * expected,
        "It is twice that: take the mean over x and y, too.": 2 * expected,
        "That is the distance of the view from the pose: turn the view back first.": mean_square(view - x2d),
        "The view was turned on, not back: the second time, turn by the opposite rotation, `@ R`.": on,
        "That is the loss of the opposite turn: joints that are rows are turned by R with `@ R.transpose(-1, -2)`, "
        "and turned back with `@ R`.": opposite,
        "All poses were turned by the first rotation: each pose has its own.": alike,
        "Depth was compared, too: project, then compare.": mean_square(off),
        "The view's depth was compared: turn the lifted view back, project it, and compare in 2D.": of_view,
        "Depth was compared, and only depth: project, then compare.": mean_square(off[..., 2]),
        "That is the mean of the absolute differences: square them.": off[:, 1:, :2].abs().mean().item(),
        "That is a sum: take the mean.": (off[:, 1:, :2] ** 2).sum().item(),
    }


def quarter_turns(lift, x2d):
    x, y, z = x2d[..., 0], x2d[..., 1], lift(x2d)
    right = lift(torch.stack([z, y], dim=-1)) + x
    left = lift(torch.stack([-z, y], dim=-1)) - x
    behind = lift(torch.stack([-x, y], dim=-1)) + z
    return sum((error[:, 1:] ** 2).mean() for error in (right, left, behind))


def check_quarter_turns(student: StudentFunction) -> None:
    lifter, x2d, turns = a_game(seed=6)
    x, y = x2d[:, 1:].unbind(-1)
    expected = sum((off**2).mean().item() for off in (y / 2 + x, y / 2 - x, y))
    wanted = losses.quarter_turns(losses.Cycle(lifter, x2d[None], turns))

    def lift(poses):
        return lifter(poses[None])[0]

    loss = student(lift, x2d)
    slip = explain(expect_shape(loss, (), "the loss"), _wrong_quarters(lift, x2d), tolerance=1e-3)
    what = "the loss of a lifter that returns z = y / 2"
    why = "From +90 degrees it is off by y / 2 + x, from -90 by y / 2 - x, from behind by y; add the mean squares."
    expect_value(student(lambda poses: poses[..., 1] / 2, x2d), expected, what, f"{slip} {why}".strip())
    why = "Depths must be -x in (z, y), x in (-z, y), -z in (-x, y); add the three means."
    expect_value(loss, wanted.item(), "the loss of 16 random poses", f"{slip} {why}".strip())
    expect_gradient(lambda: loss, wanted, list(lifter.parameters()), LIFTED)


@torch.no_grad()
def _wrong_quarters(lift, x2d) -> dict[str, torch.Tensor]:
    """What is said of a typical slip -> the loss that it leads to."""
    x, y, z = x2d[..., 0], x2d[..., 1], lift(x2d)
    right, left, behind = (lift(torch.stack([across, y], dim=-1)) for across in (z, -z, -x))

    def total(*offs, joints=slice(1, None), size=torch.square):
        return sum(size(off[:, joints]).mean() for off in offs)

    offs = right + x, left - x, behind + z
    return {
        "The two sides have each other's sign, that of the other direction.": total(right - x, left + x, behind + z),
        "From +90 degrees the depth has the wrong sign.": total(right - x, left - x, behind + z),
        "From -90 degrees the depth has the wrong sign.": total(right + x, left + x, behind + z),
        "From behind the depth has the wrong sign.": total(right + x, left - x, behind - z),
        "The view from behind is missing.": total(*offs[:2]),
        "The view from +90 degrees is missing.": total(*offs[1:]),
        "The view from -90 degrees is missing.": total(offs[0], offs[2]),
        "Leave the pelvis out of the means, because its depth is always 0.": total(*offs, joints=slice(None)),
        "The three means are added, without a mean of the three.": total(*offs) / 3,
        "Those are sizes: square the differences.": total(*offs, size=torch.abs),
        "That is a sum over poses and joints: take the means.": total(*offs) * x[:, 1:].numel(),
    }


EXERCISES = {
    "03.1": Coding(
        title="Reprojection",
        task="""Write the reprojection loss: how far is the picture that comes back from the 2D poses you started from?
        `lift` takes (B, J, 2) and returns depths (B, J); `x2d` is (B, J, 2); `rotation` (B, 3, 3) turns a joint p to
        R p. All are torch. Return one number, a tensor that carries gradients: the mean squared difference over poses,
        both coordinates and the 16 joints after the pelvis.""",
        hint_1="Lift, turn, project; then the same three steps once more, from the view, with the opposite turn.",
        hint_2="`x3d @ rotation.transpose(-1, -2)` turns joints that are rows; `x3d_view @ rotation` turns them back.",
        reference=reprojection,
        checks=check_reprojection,
        conclusion="The view is lifted again and turned back. The loss is 0 without a turn, else liftkit's.",
    ),
    "03.2": Coding(
        title="The other two special views",
        task="""Seen from +90 degrees, a lifted pose (x, y, z) shows (z, y), and its depth there must be -x. Find out
        what it shows from -90 and from 180 degrees, and which depth it must have there. Write the loss that demands
        all three: for each view the mean squared error of the lifter's depth over poses and the 16 joints after the
        pelvis; the three are added. `lift` and `x2d` are as in 03.1. Return a tensor that carries gradients again,
        through every call of `lift`, including the first.""",
        hint_1="Put a = -90 and a = 180 degrees into the turn. Lift once for z, then three 2D poses of x, y and z.",
        hint_2="`lift(torch.stack([z, y], dim=-1))` should be `-x`; write the other two in the same way.",
        reference=quarter_turns,
        checks=check_quarter_turns,
        conclusion="All three turns count and each has the right sign: the loss is liftkit's, with no random rotation.",
    ),
}
