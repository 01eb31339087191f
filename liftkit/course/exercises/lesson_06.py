"""Exercises of lesson 06: legs and torso with shared features."""

from __future__ import annotations

import torch

from liftkit.course.checking import Pupil, expect_value
from liftkit.course.exercise import Coding, Reasoning
from liftkit.skeleton import H36M_17

KNEE, WRIST = H36M_17.index("left_knee"), H36M_17.index("right_wrist")


def crossing(lift, x2d, joint, other):
    x2d = x2d.clone().requires_grad_()
    (gradient,) = torch.autograd.grad(lift(x2d)[:, other].sum(), x2d)
    return gradient[:, joint].norm(dim=-1).mean()


def grade_crossing(pupil: Pupil) -> None:
    """Lifters whose derivative is known: z = (w . x2d)^2 / 2 for random w, with and without a cut."""
    generator = torch.Generator().manual_seed(6)
    weights, x2d = (torch.randn(shape, generator=generator) for shape in ((17, 17, 2), (32, 17, 2)))
    apart = weights.clone()
    apart[WRIST, KNEE] = 0
    for w, what in ((weights, "the crossing of a lifter that is known"), (apart, "the crossing of a cut lifter")):
        found = pupil(_squares(w), x2d, KNEE, WRIST)
        gradient = torch.einsum("oic,bic->bo", w, x2d)[..., None, None] * w  # (B, depth, joint, 2)
        expected = float(gradient[:, WRIST, KNEE].norm(dim=-1).mean())
        slips = {told: value.item() for told, value in _slips(gradient).items()}
        expect_value(found, expected, what, 1e-2, slips=slips)


def _slips(gradient: torch.Tensor) -> dict[str, torch.Tensor]:
    """What a usual slip is told -> the value that it leads to."""
    one, swapped, of_all = gradient[:, WRIST, KNEE], gradient[:, KNEE, WRIST], gradient[:, :, KNEE].sum(1)
    return {
        "That is the other way round: the depth of `joint`, moved by `other`.": swapped.norm(dim=-1).mean(),
        "That is the sum over poses, not the mean.": one.norm(dim=-1).sum(),
        "That divides by the number of poses twice: differentiate the sum of that depth over poses, and take the mean "
        "of the lengths.": one.norm(dim=-1).mean() / len(one),
        "That is one length for all poses together: take each pose's (`dim=-1`), then the mean.": one.norm(),
        "That is a length along the poses: take each pose's, over x and y (`dim=-1`).": one.norm(dim=0).mean(),
        "That is the gradient of all depths together: take `[:, other]` alone.": of_all.norm(dim=-1).mean(),
        "That adds |dz/dx| and |dz/dy|: the length of the gradient is asked for.": one.abs().sum(-1).mean(),
        "Mean gradients cancel out: take each pose's length first, then the mean.": one.mean(0).norm(),
        "That is the mean of dz/dx and dz/dy: take the length of the gradient first.": one.mean(),
    }


def _squares(weights):
    return lambda x2d: torch.einsum("oic,bic->bo", weights.to(x2d), x2d) ** 2 / 2


EXERCISES = (
    Reasoning(
        "06.1",
        "Joined halfway",
        """
        In `legs_torso_shared`, legs and torso have two blocks each of their own; then their features are joined and
        go through two blocks together. Can a wrist's predicted depth depend on an ankle's 2D position?
        """,
        (
            "Follow the ankle's coordinates through the network. Which layers can they reach?",
            "What enters the shared blocks, and what leaves them?",
        ),
        {
            "a": (
                "No: each segment has its own blocks.",
                "Its first two blocks are its own; but what leaves the shared blocks has passed through both segments' "
                "features, and every depth is read from there.",
            ),
            "b": (
                "Yes: through the shared blocks.",
                "Every depth is read from features of both segments, so it can use every joint. The sensitivity "
                "between legs and torso of the recorded run is not 0: measure it. (Where exactly the two first meet is "
                "the lesson's next question.)",
            ),
            "c": (
                "Only while it is trained: afterwards the weights are fixed.",
                "Fixed weights are no cut. A trained lifter passes the ankle's coordinates through the same layers.",
            ),
        },
        "b",
    ),
    Coding(
        "06.2",
        "What crosses from one joint to one depth",
        """
        Measure what crosses. `lift` takes 2D poses (B, 17, 2), a torch tensor, and gives depths (B, 17). Give one
        number: how far the depth of joint number `other` moves for a small movement of the 2D place of joint number
        `joint`. That is the length of the gradient of that depth with respect to that place (x and y), as a mean over
        the B poses.
        """,
        (
            "Ask autograd: the input must require a gradient. Poses do not meet in a trained lifter, so the sum of one "
            "depth over all poses can be differentiated at once.",
            "`torch.autograd.grad(lift(x2d)[:, other].sum(), x2d)` gives (B, 17, 2). Choose `joint`; lengths, mean.",
        ),
        crossing,
        grade_crossing,
        "It finds the derivative of a lifter that is known, and 0 where the way is cut. `sensitivity(run, poses)` is "
        "this for all pairs of joints, in mm per mm.",
    ),
)
