"""One training cycle with every tensor named, and the loss terms: each a small function of a cycle.

Shapes: M members, B batch, J joints, V views (the prior's: one random view, then three quarter turns). Every term
gives one number a member, (M,); 2D and depth are on the normalised scale.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from functools import cached_property

import torch
from torch import Tensor

from liftkit.geometry import attach_depth, project, turn
from liftkit.networks import Discriminator, Lifter
from liftkit.representations import get_representation


class Cycle:
    """Lift, turn, project, lift again, turn back: one pass of a batch, METHOD's steps 2 to 4 and what follows.

    ``x2d`` (M, B, J, 2) the batch; ``turns`` (M, V, B, 3, 3) the prior's rotations; ``z`` (M, B, J) and ``x3d``
    (M, B, J, 3) the lifted poses; ``x3d_views`` (M, V, B, J, 3) and ``x2d_views`` (M, V, B, J, 2) as seen from
    the views; ``z_views`` (M, V, B, J) these lifted again (in one call, when first asked for); ``x2d_back``
    (M, B, J, 2) the random view, lifted, turned back and projected.

    Losses of independent segments are weighed by segment (``per_segment``, the paper's way), or else every joint
    weighs what it weighs in the full pose, so that all representations are trained under one objective.
    """

    def __init__(self, lifter: Lifter, x2d: Tensor, turns: Tensor, per_segment: bool = True):
        self.lifter, self.x2d, self.turns = lifter, x2d, turns
        self.weighed_as = lifter.representation if per_segment else get_representation("full")
        self.z = lifter(x2d)
        self.x3d = attach_depth(x2d, self.z)
        # turn(x3d[:, None], turns), with one matrix product for all views of a pose
        self.x3d_views = torch.einsum("mbjc,mvbdc->mvbjd", self.x3d, turns)
        self.x2d_views = project(self.x3d_views)

    @property
    def x2d_view(self) -> Tensor:
        """(M, B, J, 2): the random view, a pose nobody photographed."""
        return self.x2d_views[:, 0]

    @cached_property
    def z_views(self) -> Tensor:
        return self.lifter(self.x2d_views)

    @cached_property
    def x2d_back(self) -> Tensor:
        x3d_view = attach_depth(self.x2d_view, self.z_views[:, 0])
        return project(turn(x3d_view, self.turns[:, 0].transpose(-1, -2)))  # a rotation's inverse

    def per_joint(self, name: str) -> Tensor:
        """A row of loss weights (J,) of the representation, by its attribute's name."""
        return torch.from_numpy(getattr(self.weighed_as, name)).to(self.x2d)


def discriminator_loss(d_real: Tensor, d_view: Tensor, swapped: Tensor) -> Tensor:
    """Least squares: real poses -> 1, views -> 0; the other way round where labels are ``swapped`` (M,).

    ``d_real``, ``d_view`` (M, B) -> (M,): ``mean((D(x2d) - 1)^2) + mean(D(x2d_view)^2)``. Source: LSGAN.
    """
    target = 1 - swapped.to(d_real.dtype)[:, None]
    return ((d_real - target) ** 2).mean(1) + ((d_view - (1 - target)) ** 2).mean(1)


def adversarial(cycle: Cycle, discriminator: Discriminator) -> Tensor:
    """``mean((D(x2d_view) - 1)^2)``: the discriminator should take the random view for real.

    Weighed by segment, its gradient reaches a joint times its segment's share (legs 6/16, torso 10/16).
    """
    share = cycle.per_joint("adversarial_share")[:, None]
    judged = share * cycle.x2d_view + (1 - share) * cycle.x2d_view.detach()  # the value is x2d_view's
    return ((discriminator(judged) - 1) ** 2).mean(1)


def reprojection(cycle: Cycle, discriminator: Discriminator | None = None) -> Tensor:
    """``mean((x2d_back - x2d)^2)``: the random view, lifted and turned back, shows the original pose."""
    error = ((cycle.x2d_back - cycle.x2d) ** 2).mean(-1)  # (M, B, J)
    return (error * cycle.per_joint("consistency_weight")).sum(-1).mean(1)


def quarter_turns(cycle: Cycle, discriminator: Discriminator | None = None) -> Tensor:
    """``mean((G(x2d_q) - z_q)^2)`` summed over q = +90, -90, 180 degrees: a turned pose has the turned depth.

    About the image's vertical these are the paper's: (z, y), (-z, y), (-x, y) have the depths -x, x and -z.
    """
    error = (cycle.z_views[:, 1:] - cycle.x3d_views[:, 1:, ..., 2]) ** 2  # (M, 3, B, J)
    return (error * cycle.per_joint("consistency_weight")).sum(-1).mean(2).sum(1)


@dataclass(frozen=True)
class LossTerm:
    """A lifter's loss: ``function(cycle, discriminator) -> (M,)`` and the weight it has by default."""

    function: Callable[[Cycle, Discriminator], Tensor]
    weight: float

    def __call__(self, cycle: Cycle, discriminator: Discriminator) -> Tensor:
        return self.function(cycle, discriminator)


LOSSES: dict[str, LossTerm] = {
    "adversarial": LossTerm(adversarial, 1.0),
    "reprojection": LossTerm(reprojection, 10.0),
    "quarter_turns": LossTerm(quarter_turns, 3.0),
}
