"""Exercises of lesson 08: legs and torso with shared features."""

import torch

from liftkit.course.checking import StudentFunction, WrongAnswer, expect_value
from liftkit.course.exercise import Coding, Reasoning
from liftkit.skeleton import H36M_17

KNEE, WRIST = H36M_17.index("left_knee"), H36M_17.index("right_wrist")
REQUIRE = "Autograd does not follow the input: before `lift` is called, `x2d = x2d.clone().requires_grad_()` is needed."


def crossing(lift, x2d, joint, other):
    x2d = x2d.clone().requires_grad_()
    (gradient,) = torch.autograd.grad(lift(x2d)[:, other].sum(), x2d)
    return gradient[:, joint].norm(dim=-1).mean()


def check_crossing(student: StudentFunction) -> None:
    """Use lifters with a known derivative: z = (w . x2d)^2 / 2 for random w, with and without a cut."""
    generator = torch.Generator().manual_seed(6)
    weights, x2d = (torch.randn(shape, generator=generator) for shape in ((17, 17, 2), (32, 17, 2)))
    apart = weights.clone()
    apart[WRIST, KNEE] = 0
    for w, what in ((weights, "the crossing of a known lifter"), (apart, "the crossing of a cut lifter")):
        try:
            found = student(lambda x2d, w=w: torch.einsum("oic,bic->bo", w.to(x2d), x2d) ** 2 / 2, x2d, KNEE, WRIST)
        except WrongAnswer as error:
            raise WrongAnswer(f"{REQUIRE} {error}" if "does not require grad" in str(error) else str(error)) from None
        gradient = torch.einsum("oic,bic->bo", w, x2d)[..., None, None] * w  # (B, depth, joint, 2)
        expected = float(gradient[:, WRIST, KNEE].norm(dim=-1).mean())
        otherwise = "It is the length of the gradient over x and y, as a mean over poses."
        expect_value(found, expected, what, _mistakes(gradient), otherwise, tolerance=1e-2)


def _mistakes(gradient: torch.Tensor) -> dict[str, torch.Tensor]:
    """What is said of a typical mistake -> the value that it leads to."""
    one, swapped, of_all = gradient[:, WRIST, KNEE], gradient[:, KNEE, WRIST], gradient[:, :, KNEE].sum(1)
    return {
        "That is the squared length: take the root.": one.square().sum(-1).mean(),
        "That is the other way round: the depth of `joint`, moved by `other`.": swapped.norm(dim=-1).mean(),
        "That is the sum over poses, not the mean.": one.norm(dim=-1).sum(),
        "That divides by the number of poses twice: differentiate the sum of that depth over poses, and take the mean "
        "of the lengths.": one.norm(dim=-1).mean() / len(one),
        "That is one length for all poses together: take each pose's length (`dim=-1`), then the mean.": one.norm(),
        "That is a length along the poses: take each pose's length, over x and y (`dim=-1`).": one.norm(dim=0).mean(),
        "That is the gradient of all depths together: take only `[:, other]`.": of_all.norm(dim=-1).mean(),
        "That adds |dz/dx| and |dz/dy|: take the length of the gradient.": one.abs().sum(-1).mean(),
        "Mean gradients cancel out: first take the length of each pose, then the mean.": one.mean(0).norm(),
        "That is the mean of dz/dx and dz/dy: take the length of the gradient first.": one.mean(),
    }


EXERCISES = {
    "08.1": Reasoning(
        title="An ankle and a wrist",
        task="""Take the two shared blocks out of `legs_torso_shared`, so that the joined features h go straight into
        the output layer. Can a wrist's predicted depth then still depend on an ankle's 2D position?""",
        hint_1="Follow the ankle's coordinates through the network. Which part of h can they reach?",
        hint_2="There is one output layer for all 16 depths. From which numbers does it compute each of them?",
        options={
            "No: without shared blocks nothing is shared.": """
            The output layer is: it computes every depth from all of h, which holds the features of both segments.""",
            "Yes: through the output layer.": """
            Every depth is a weighted sum of all of h, in which there are features of both segments. But then the legs
            can only add something to a wrist's depth. In the shared blocks they can also change what the arm's own
            place says.""",
            "Only while it is trained: afterwards the weights are fixed.": """
            Fixed weights do not cut a path: the ankle's coordinates go through the same layers.""",
            "Only through the residual blocks of the two segments.": """
            Before the join the two segments are networks of their own: no block of the arms sees a leg.""",
            "Only if both segments give h equally many features.": """
            How many there are does not matter. The output layer reads all of h, so one feature of the legs
            is enough.""",
        },
        answer="b",
    ),
    "08.2": Coding(
        title="What crosses from one joint to one depth",
        task="""Measure what crosses. `lift` takes 2D poses (B, 17, 2), a torch tensor, and returns depths (B, 17).
        Return one number: how far the depth of joint number `other` moves for a small movement of the 2D position of
        joint number `joint`. That is the length of the gradient of that depth with respect to that position (x and y),
        as a mean over the B poses.""",
        hint_1="Use autograd: the input must require a gradient. In a trained lifter poses do not affect each other, "
        "so the sum of one depth over all poses can be differentiated at once.",
        hint_2="`torch.autograd.grad(lift(x2d)[:, other].sum(), x2d)` gives (B, 17, 2). Choose `joint`; lengths, mean.",
        reference=crossing,
        checks=check_crossing,
        conclusion="It finds the derivative of a known lifter, and 0 if the path is cut. `sensitivity(run, poses)` is "
        "this for all pairs of joints, in mm per mm.",
    ),
}
