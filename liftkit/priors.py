"""What replaces 3D labels: the views from which a lifted pose must look real, and what is known about bodies.

A prior draws V = 4 rotations for every pose: one random view, which the discriminator scores, and three quarter
turns (+90, -90 and 180 degrees), which the 90-degree consistency needs. They are computed from uniform random
numbers, so that a prior has no state.
"""

from __future__ import annotations

import math
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import numpy as np
import torch
from torch import Tensor

from liftkit.geometry import Array, _namespace, rotation_x, rotation_y
from liftkit.skeleton import H36M_17, Skeleton

QUARTERS = (math.pi / 2, -math.pi / 2, math.pi)
DRAWS = 2  # uniform numbers per pose that a prior may use


@dataclass(frozen=True)
class Prior:
    """How views are drawn, and what else a training run knows without 3D labels."""

    # (uniform numbers (M, B, 2), config[, tilts (M, B)]) -> (M, V, B, 3, 3), random view first
    turns: Callable[..., Tensor]
    knees: bool  # whether a member's depth is reversed during training while its shins fold forwards at the knee
    per_segment: bool  # whether the losses of independent segments are weighted by segment (see ``losses.Cycle``)
    description: str  # for tables and menus

    def __call__(self, u: Tensor, config: Any, tilts: Tensor | None = None) -> Tensor:
        return self.turns(u, config) if tilts is None else self.turns(u, config, tilts)


def _symmetric(u: Tensor, degrees: float) -> Tensor:
    """U(0, 1) -> U(-degrees, degrees), in radians."""
    return (2 * u - 1) * math.radians(degrees)


def paper_turns(u: Tensor, config: Any) -> Tensor:
    """Views about the axes of the image, as in arXiv 2209.00618: azimuth (vertical axis), then elevation."""
    azimuth, elevation = _symmetric(u[..., 0], config.azimuth), _symmetric(u[..., 1], config.elevation)
    view = rotation_x(elevation) @ rotation_y(azimuth)
    quarters = rotation_y(u.new_tensor(QUARTERS))[:, None].expand(len(u), 3, u.shape[1], 3, 3)
    return torch.cat([view[:, None], quarters], dim=1)


def gravity_turns(u: Tensor, config: Any, tilts: Tensor | None = None) -> Tensor:
    """Views about the vertical of the world: ``Rx(tilt) Ry(azimuth) Rx(-tilt)`` undoes and redoes the camera's tilt.

    The tilts (M, B) are those of the poses' cameras, in degrees. If they are not known, each is drawn from a normal
    distribution with mean ``config.tilt`` and standard deviation ``config.tilt_spread``; of 0, if all are the same.
    """
    azimuth = _symmetric(u[..., 0], config.azimuth)
    sigmas = torch.special.ndtri(u[..., 1].clamp(1e-4, 1 - 1e-4))
    tilt = torch.deg2rad(config.tilt + config.tilt_spread * sigmas if tilts is None else tilts)[:, None]
    quarters = u.new_tensor(QUARTERS)[:, None].expand(len(u), 3, u.shape[1])
    angles = torch.cat([azimuth[:, None], quarters], dim=1)
    return rotation_x(tilt) @ rotation_y(angles) @ rotation_x(-tilt)


# Weighted by segment, as in the paper, consistency is up to 28 times as strong against the adversarial term as in the
# full pose. Under gravity a joint has the same weight in every representation: better too, by results/real_motion.csv.
PRIORS: dict[str, Prior] = {
    "paper": Prior(paper_turns, False, True, "views about the image's axes, losses by segment: the paper's experiment"),
    "gravity": Prior(gravity_turns, True, False, "views about the world's vertical; shins fold backwards at the knee"),
}


def get_prior(name: str) -> Prior:
    """The prior of this name; ValueError, listing the names, if it is unknown."""
    if name not in PRIORS:
        raise ValueError(f"unknown prior {name!r}; there are {', '.join(PRIORS)}")
    return PRIORS[name]


def knees_bend_backwards(x3d: Array, skeleton: Skeleton = H36M_17) -> Array:
    """Whether shins fold backwards at the knee, as human ones do, not forwards: ``(..., J, 3) -> (...)`` booleans.

    It is the sign of ``cross(hip - knee, ankle - knee) . (right hip - left hip)``, summed over both legs, and needs no
    3D label.

    >>> pose = np.zeros((17, 3))
    >>> pose[[1, 4], 0], pose[[2, 5], 1], pose[[3, 6], 1], pose[[3, 6], 2] = (-100, 100), 400, 800, 50
    >>> bool(knees_bend_backwards(pose))  # it faces the camera, ankles behind the knees
    True
    """
    cross = torch.linalg.cross if _namespace(x3d) is torch else np.cross  # np.linalg.cross needs numpy 2
    joint = lambda name: x3d[..., skeleton.index(name), :]  # noqa: E731
    across = joint("right_hip") - joint("left_hip")
    bend = sum(
        cross(joint(f"{side}_hip") - joint(f"{side}_knee"), joint(f"{side}_ankle") - joint(f"{side}_knee"))
        for side in ("left", "right")
    )
    return (bend * across).sum(-1) > 0
