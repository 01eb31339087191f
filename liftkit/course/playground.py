"""What lessons do with a name: a cycle of given poses, its losses, a training with a student's losses, a look-up."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import replace

import numpy as np
import torch
from torch import Tensor

from liftkit.config import TrainConfig
from liftkit.geometry import normalise, pose_scale
from liftkit.losses import LOSSES, Cycle
from liftkit.networks import Discriminator, Lifter
from liftkit.poses import PoseSet
from liftkit.priors import PRIORS


@torch.no_grad()
def cycle_of(lifter: Lifter, poses: PoseSet, prior: str = "paper", opposite: bool = False) -> Cycle:
    """One pass of all poses through a lifter, with the same random views for every lifter that is asked.

    Args:
        lifter: of M members.
        poses: N of them; their 2D is normalised first.
        prior: how views are drawn, a name in ``PRIORS``.
        opposite: whether every angle of a view has the other sign.

    >>> from liftkit import load_poses
    >>> cycle_of(Lifter("full", width=16), load_poses("synthetic").test.select([0, 5])).x2d_back.shape
    torch.Size([1, 2, 17, 2])
    """
    x2d = torch.from_numpy(normalise(poses.x2d).astype(np.float32))
    u = torch.rand(len(x2d), 2, generator=torch.Generator().manual_seed(0))  # two uniform numbers per pose
    turns = PRIORS[prior]((1 - u if opposite else u).expand(lifter.members, -1, -1), TrainConfig.lesson(prior=prior))
    cycle = Cycle(lifter, x2d.expand(lifter.members, -1, -1, -1), turns)
    _ = cycle.z_views, cycle.x2d_back  # each is computed when it is first asked for: now, without gradients
    return cycle


@torch.no_grad()
def losses_of(cycle: Cycle, discriminator: Discriminator | None = None) -> dict[str, float]:
    """Name of a loss -> its mean over members; without a discriminator the consistency losses only."""
    names = [name for name in LOSSES if name != "adversarial" or discriminator is not None]
    return {name: LOSSES[name](cycle, discriminator).mean().item() for name in names}


@contextmanager
def own_losses(**functions: Callable) -> Iterator[None]:
    """Train with other consistency losses while the context is open; their weights stay as they were.

    ``functions``: name of a loss -> a function ``(lift, x2d)`` or, for ``reprojection``, ``(lift, x2d, rotation)`` of
    one member's batch, as in exercises 03.1 and 03.2.
    """
    kept = {name: LOSSES[name] for name in functions}
    try:
        for name, function in functions.items():
            LOSSES[name] = replace(kept[name], function=_per_member(function, turned=name == "reprojection"))
        yield
    finally:
        LOSSES.update(kept)


def _per_member(function: Callable, turned: bool) -> Callable[[Cycle, Discriminator | None], Tensor]:
    def loss(cycle: Cycle, discriminator: Discriminator | None = None) -> Tensor:
        found = []
        for m, x2d in enumerate(cycle.x2d):
            lift = lambda poses, m=m: cycle.lifter(poses.expand(len(cycle.x2d), *poses.shape))[m]  # noqa: E731
            found.append(function(lift, x2d, *[cycle.turns[m, 0]] * turned))
        return torch.stack(found)

    return loss


def looked_up(poses: PoseSet, known: PoseSet, sees: Sequence[str], joints: Sequence[str]) -> np.ndarray:
    """The error of depths that are looked up: of the known pose that is most alike in the joints that are seen.

    Alike: nearest in normalised 2D. Depths are taken on the scale of the pose, as a lifter gives them.

    Args:
        poses, known: with true depths, in mm.
        sees, joints: names; whose 2D places are compared, and whose depths are taken. Each counts once.

    Returns:
        (N,) the mean error over ``joints`` of each of ``poses``, in mm.
    """
    at, j = ([poses.skeleton.index(name) for name in dict.fromkeys(names)] for names in (sees, joints))
    seen = [torch.from_numpy(normalise(p.x2d)[:, at]).flatten(1) for p in (poses, known)]
    nearest = torch.cdist(*seen).argmin(1).numpy()
    depths = known.x3d[..., 2] / pose_scale(known.x2d)[..., 0]
    return abs(depths[nearest][:, j] * pose_scale(poses.x2d)[:, 0] - poses.x3d[:, j, 2]).mean(1)
