"""One training cycle with every tensor named, and the loss terms, each of them a small function of a cycle.

Shapes: M members, B batch, J joints, V views (of the prior: one random view, then three quarter turns). A term
is (M,), one value per member. 2D and depth are on the normalised scale. Source of the terms: arXiv 2209.00618.
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
    """One pass of a batch: lift, turn, project, lift again, turn back.

    Args:
        lifter: (M, B, J, 2) -> (M, B, J), also of V views.
        x2d: (M, B, J, 2) the batch of normalised poses.
        turns: (M, V, B, 3, 3) the rotations of the prior.
        per_segment: whether the losses of independent segments are weighted by segment, as in the paper. Otherwise a
            joint has its weight in the full pose, so that all representations are trained with the same objective.
        labels: (M, B) the classes of the poses, for a discriminator that is told them; else None.

    Attributes:
        z: (M, B, J) the lifted depths.
        x3d: (M, B, J, 3) the lifted poses.
        x3d_views: (M, V, B, J, 3) the lifted poses, turned.
        x2d_views: (M, V, B, J, 2) their projections.
        x2d_view: (M, B, J, 2) the random view, a pose that nobody photographed.
        z_views: (M, V, B, J) the depths of ``x2d_views``, lifted in one call when they are first needed.
        x2d_back: (M, B, J, 2) the random view, lifted, turned back and projected.

    >>> from liftkit.geometry import rotation_y
    >>> quarter = rotation_y(torch.tensor(torch.pi / 2)).expand(1, 1, 5, 3, 3)
    >>> Cycle(Lifter("full", width=16), torch.rand(1, 5, 17, 2), quarter).x2d_back.shape
    torch.Size([1, 5, 17, 2])
    """

    def __init__(
        self, lifter: Lifter, x2d: Tensor, turns: Tensor, per_segment: bool = True, labels: Tensor | None = None
    ):
        self.lifter, self.x2d, self.turns, self.labels = lifter, x2d, turns, labels
        self.weighted_as = lifter.representation if per_segment else get_representation("full")
        self.z = lifter(x2d)
        self.x3d = attach_depth(x2d, self.z)
        # turn(x3d[:, None], turns), as one matrix product for all views of a pose
        self.x3d_views = torch.einsum("mbjc,mvbdc->mvbjd", self.x3d, turns)
        self.x2d_views = project(self.x3d_views)

    @property
    def x2d_view(self) -> Tensor:
        return self.x2d_views[:, 0]

    @cached_property
    def z_views(self) -> Tensor:
        return self.lifter(self.x2d_views)

    @cached_property
    def x2d_back(self) -> Tensor:
        x3d_view = attach_depth(self.x2d_view, self.z_views[:, 0])
        return project(turn(x3d_view, self.turns[:, 0].transpose(-1, -2)))  # the inverse of a rotation

    def score(self, discriminator: Discriminator, x2d: Tensor) -> Tensor:
        """(M, B) the discriminator's scores of poses with the labels of this batch."""
        return discriminator(x2d) if self.labels is None else discriminator(x2d, self.labels)

    def per_joint(self, name: str) -> Tensor:
        """(J,) loss weights of the representation, by the name of its attribute."""
        return torch.from_numpy(getattr(self.weighted_as, name)).to(self.x2d)


def discriminator_loss(d_real: Tensor, d_view: Tensor, swapped: Tensor) -> Tensor:
    """``mean((D(x2d) - 1)^2) + mean(D(x2d_view)^2)``: real poses should score 1, views 0 (least-squares GAN).

    Scores (M, B) -> (M,); ``swapped`` (M,): members of which real poses should score 0 and views 1.
    """
    target = 1 - swapped.to(d_real.dtype)[:, None]
    return ((d_real - target) ** 2).mean(1) + ((d_view - (1 - target)) ** 2).mean(1)


def adversarial(cycle: Cycle, discriminator: Discriminator) -> Tensor:
    """``mean((D(x2d_view) - 1)^2)``: the discriminator should take the random view for real.

    Weighted by segment, the gradient of a joint is multiplied by the share of its segment (legs 6/16, torso 10/16).
    """
    share = cycle.per_joint("adversarial_share")[:, None]
    view = share * cycle.x2d_view + (1 - share) * cycle.x2d_view.detach()  # has the value of x2d_view
    return ((cycle.score(discriminator, view) - 1) ** 2).mean(1)


def reprojection(cycle: Cycle, discriminator: Discriminator | None = None) -> Tensor:
    """``mean((x2d_back - x2d)^2)``: the random view, lifted and turned back, must show the original pose."""
    error = ((cycle.x2d_back - cycle.x2d) ** 2).mean(-1)  # (M, B, J)
    return (error * cycle.per_joint("consistency_weight")).sum(-1).mean(1)


def quarter_turns(cycle: Cycle, discriminator: Discriminator | None = None) -> Tensor:
    """90-degree consistency: ``mean((G(x2d_q) - z_q)^2)``, summed over the quarter turns q = +90, -90, 180 degrees.

    About the vertical axis of the image, as in the paper, (z, y), (-z, y), (-x, y) have the depths -x, x and -z.
    """
    error = (cycle.z_views[:, 1:] - cycle.x3d_views[:, 1:, ..., 2]) ** 2  # (M, 3, B, J)
    return (error * cycle.per_joint("consistency_weight")).sum(-1).mean(2).sum(1)


@dataclass(frozen=True)
class LossTerm:
    """A loss of the lifter: ``function(cycle, discriminator) -> (M,)`` and its default weight."""

    function: Callable[[Cycle, Discriminator], Tensor]
    weight: float

    def __call__(self, cycle: Cycle, discriminator: Discriminator) -> Tensor:
        return self.function(cycle, discriminator)


LOSSES: dict[str, LossTerm] = {
    "adversarial": LossTerm(adversarial, 1.0),
    "reprojection": LossTerm(reprojection, 10.0),
    "quarter_turns": LossTerm(quarter_turns, 3.0),
}
