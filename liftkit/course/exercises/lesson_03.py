"""Exercises of lesson 03: what must come back when a lifted pose is turned, and what tells near from far."""

from __future__ import annotations

import numpy as np
import torch

from liftkit.course.checking import Pupil, Wrong, expect_shape, expect_value
from liftkit.course.exercise import Coding
from liftkit.data.datasets import load_poses
from liftkit.geometry import attach_depth, mirror, normalise, rotate, rotation_x, rotation_y
from liftkit.losses import Cycle
from liftkit.losses import quarter_turns as liftkits_quarter_turns
from liftkit.losses import reprojection as liftkits_reprojection
from liftkit.networks import Lifter
from liftkit.priors import QUARTERS, knees_bend_backwards
from liftkit.skeleton import H36M_17


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


def grade_reprojection(pupil: Pupil) -> None:
    lifter, x2d, turns = a_game(seed=5)
    calls = []

    def lift(poses):
        calls.append(len(poses))
        return lifter(poses[None])[0]

    unturned = torch.eye(3).expand(16, 3, 3)
    expect_value(pupil(lift, x2d, unturned), 0, "the loss without a turn", why="What was not turned is back already.")
    wanted = liftkits_reprojection(Cycle(lifter, x2d[None], turns))
    expected = wanted.item()
    calls.clear()
    loss = pupil(lift, x2d, turns[0, 0])
    found = float(expect_shape(loss, (), "the loss"))
    if len(calls) < 2:
        raise Wrong(f"The lifter was asked {len(calls)} times, expected 2: the view has to be lifted again. "
                    f"The loss is {found:.4g}, expected {expected:.4g}.")  # fmt: skip
    slips = _slips(lift, x2d, turns[0, 0], expected)
    expect_value(found, expected, "the loss of 16 random poses", slips=slips)
    _expect_gradient(loss, wanted, lifter)


@torch.no_grad()
def _slips(lift, x2d, rotation, expected: float) -> dict[str, float]:
    """What a usual slip is told -> the loss that it leads to."""
    x3d = attach_depth(x2d, lift(x2d))

    def again(there, back):
        view = (x3d @ there)[..., :2]
        return view, attach_depth(view, lift(view)) @ back

    view, back = again(rotation.transpose(-1, -2), rotation)
    return {
        "It is 16/17 of that: leave the pelvis out of the mean, its error is always 0.": 16 / 17 * expected,
        "It is twice that: the mean is over x and y too.": 2 * expected,
        "That is the view's own distance from the pose: turn it back first.": _mean_square(view - x2d),
        "That is the loss of the opposite turn: joints that are rows are turned by R with `@ R.transpose(-1, -2)`, "
        "and turned back with `@ R`.": _mean_square(again(rotation, rotation.transpose(-1, -2))[1][..., :2] - x2d),
        "Depth was compared too: project, then compare.": _mean_square(back - x3d),
        "That is the mean of the differences' sizes: square them.": (back - x3d)[:, 1:, :2].abs().mean().item(),
    }


def _mean_square(off: torch.Tensor) -> float:
    return (off[:, 1:] ** 2).mean().item()


def _expect_gradient(loss, wanted: torch.Tensor, lifter: Lifter) -> None:
    """A loss of the right value must also teach the lifter what it should."""
    weights = list(lifter.parameters())
    try:
        slopes = torch.autograd.grad(loss, weights)
    except (TypeError, RuntimeError):  # no tensor, not of these weights, or used up by the student's own backward()
        raise Wrong("The value is right, but no gradient of the lifter can be taken from it, so nothing would be "
                    "learned: leave out `.item()`, `.detach()`, `no_grad` and `backward()`.") from None  # fmt: skip
    found, right = (torch.cat([s.flatten() for s in one]) for one in (slopes, torch.autograd.grad(wanted, weights)))
    if (off := ((found - right).norm() / right.norm()).item()) > 1e-2:
        raise Wrong(f"The value is right, but the lifter's gradient is off by {off:.0%}: it has to flow through every "
                    "call of `lift`, so detach nothing.")  # fmt: skip


def quarter_turns(lift, x2d):
    x, y, z = x2d[..., 0], x2d[..., 1], lift(x2d)
    right = lift(torch.stack([z, y], dim=-1)) + x
    left = lift(torch.stack([-z, y], dim=-1)) - x
    behind = lift(torch.stack([-x, y], dim=-1)) + z
    return sum((error[:, 1:] ** 2).mean() for error in (right, left, behind))


def grade_quarter_turns(pupil: Pupil) -> None:
    lifter, x2d, turns = a_game(seed=6)
    lift = lambda poses: lifter(poses[None])[0]  # noqa: E731
    simple = lambda poses: poses[..., 1] / 2  # noqa: E731
    x, y = x2d[:, 1:].unbind(-1)
    expected = sum((off**2).mean().item() for off in (y / 2 + x, y / 2 - x, y))
    expect_value(pupil(simple, x2d), expected, "the loss of a lifter that says z = y / 2",
                 why="From +90 degrees it is off by y / 2 + x, from -90 by y / 2 - x, from behind by y; the three "
                     "means of squares add up.")  # fmt: skip
    wanted, loss = liftkits_quarter_turns(Cycle(lifter, x2d[None], turns)), pupil(lift, x2d)
    expect_value(loss, wanted.item(), "the loss of 16 random poses",
                 why="Depths must be -x in (z, y), x in (-z, y), -z in (-x, y); the means add up.")  # fmt: skip
    _expect_gradient(loss, wanted, lifter)


def knees_backwards(x3d):
    def joint(name):
        return x3d[:, H36M_17.index(name)]

    across = joint("right_hip") - joint("left_hip")
    bend = 0
    for side in ("left", "right"):
        hip, knee, ankle = (joint(f"{side}_{name}") for name in ("hip", "knee", "ankle"))
        bend = bend + np.cross(hip - knee, ankle - knee)
    return (bend * across).sum(-1) > 0


def grade_knees_backwards(pupil: Pupil) -> None:
    x3d = load_poses("synthetic").test.select(slice(None, None, 90)).x3d.astype(float)
    x3d = x3d[knees_bend_backwards(x3d)]
    faces = x3d[:, H36M_17.index("right_hip"), 0] < x3d[:, H36M_17.index("left_hip"), 0]
    _expect_knees(pupil, x3d[~faces], "true poses that face away", "A bent knee is farther away than its ankle there.")
    _expect_knees(pupil, x3d[faces], "true poses that face the camera")
    _expect_knees(pupil, mirror(x3d), "mirrored poses")
    _expect_knees(pupil, rotate(x3d, np.pi / 2), "poses turned by 90 degrees", "A turn does not change how knees bend.")
    for side in ("left", "right"):
        hip, knee = (H36M_17.index(f"{side}_{name}") for name in ("hip", "knee"))
        half = x3d.copy()
        half[:, [knee, knee + 1], 2] = 2 * half[:, [hip], 2] - half[:, [knee, knee + 1], 2]  # the ankle comes next
        why = "Add both legs up before you look at the sign, so that the leg whose vector is longer decides."
        _expect_knees(pupil, half, f"poses whose {side} leg alone is mirrored", why)


def _expect_knees(pupil: Pupil, x3d: np.ndarray, what: str, why: str = "") -> None:
    answers = expect_shape(pupil(x3d), (len(x3d),), f"the answer for {len(x3d)} poses")
    right = knees_bend_backwards(x3d)
    if (odd := answers[~np.isin(answers, (0, 1))]).size:
        raise Wrong(f"Answer True or False for each pose, found {odd[0]:.4g}: is the number positive?")
    if off := int((answers != right).sum()):
        raise Wrong(f"Of {len(x3d)} {what}, knees bend backwards in {right.sum()}, by your answer in "
                    f"{answers.sum():.0f}. Wrong: {off}. {why}".strip())  # fmt: skip


EXERCISES = (
    Coding(
        "03.1",
        "Reprojection",
        """
        Write the reprojection loss: lift the 2D poses, turn them, project them, lift that view *again*, turn back,
        project, and compare with what you started from. `lift` takes (B, J, 2) and gives depths (B, J); `x2d` is
        (B, J, 2); `rotation` (B, 3, 3) turns a joint p to R p. All are torch. Give one number, a tensor that
        carries gradients: the mean squared difference over poses, both coordinates and the 16 joints after the pelvis.
        """,
        (
            "Lift, turn, project; then the same three steps once more, from the view, with the opposite turn.",
            "`x3d @ rotation.transpose(-1, -2)` turns joints that are rows; `x3d_view @ rotation` turns them back.",
        ),
        reprojection,
        grade_reprojection,
        "The view is lifted again and turned back; the loss is 0 without a turn, and liftkit's on random poses.",
    ),
    Coding(
        "03.2",
        "Quarter turns",
        """
        Seen from +90, -90 and 180 degrees, a lifted pose (x, y, z) shows (z, y), (-z, y) and (-x, y). Its depths there
        must be -x, x and -z. Write the loss that demands it: for each of the three, the mean squared error of the
        lifter's depth over poses and the 16 joints after the pelvis; the three are added. `lift` and `x2d` as in 03.1.
        Give a tensor that carries gradients again, through every call of `lift`, the first one too.
        """,
        (
            "Lift once for z. Then lift three 2D poses that you put together from x, y and z.",
            "`lift(torch.stack([z, y], dim=-1))` should be `-x`; write the other two in the same way.",
        ),
        quarter_turns,
        grade_quarter_turns,
        "All three turns count and each has the right sign: the loss is liftkit's, with no random rotation.",
    ),
    Coding(
        "03.3",
        "Whose knees bend backwards?",
        """
        `x3d` (N, 17, 3) are 3D poses, numpy, in the camera's frame. Tell for each pose whether its knees bend
        backwards, as True or False (N,): take `cross(hip - knee, ankle - knee)` of each leg, add both legs up, and
        look at the sign of the scalar product with `right hip - left hip`. No loop over poses is needed.
        """,
        (
            "`x3d[:, H36M_17.index('right_knee')]` are the right knees of all poses, (N, 3); `np.cross` takes these.",
            "The scalar product of rows a and b is `(a * b).sum(-1)`. `cross(a, b)` is `-cross(b, a)`: mind the order.",
        ),
        knees_backwards,
        grade_knees_backwards,
        "It is right for people who face the camera, face away or stand sideways, and it finds every mirrored one. "
        "It uses no true depth: it can be asked of a lifted pose while a lifter is trained.",
    ),
)
