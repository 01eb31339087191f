"""A lifter trained with the true depths: how much the data allow one part of the body to say about another."""

from __future__ import annotations

from collections.abc import Sequence

import pandas as pd
import torch

from liftkit.config import TrainConfig, check_seeds
from liftkit.geometry import normalise, pose_scale
from liftkit.layers import with_gradients
from liftkit.networks import Discriminator, Lifter
from liftkit.poses import PoseSet, require_truth
from liftkit.representations import Representation
from liftkit.run import Run
from liftkit.system.adam import Adam


@with_gradients
def supervised_reference(
    poses: PoseSet,
    seeds: Sequence[int] = (0,),
    config: TrainConfig | None = None,
    representation: str | Representation = "full",
) -> Run:
    """Train lifters *with* 3D labels, by least squares: a reference for dependences, not a method of this package.

    It may use every dependence in the data. What an unsupervised lifter of the whole pose has beyond it is made up.

    Args:
        poses: with 3D truth; the split "train", or all if there is no such split.
        seeds: one per member.
        config: width, batch, steps, learning rate and dropout.

    Returns:
        A :class:`Run`, whose discriminator is untrained.

    Raises:
        ValueError: if the poses have no 3D truth.
    """
    config, seeds = config or TrainConfig(), check_seeds(seeds)
    require_truth(poses, "a supervised reference")
    poses = poses.part("train")
    x2d = normalise(torch.from_numpy(poses.x2d))
    truth = torch.from_numpy(poses.x3d[..., 2] / pose_scale(poses.x3d[..., :2])[..., 0])
    generators = [torch.Generator().manual_seed(seed) for seed in seeds]
    how = dict(initialisation=config.initialisation, **config.network_options)
    lifter = Lifter(representation, config.width, len(seeds), config.dropout, generators, **how).train()
    optimiser = Adam(lifter.parameters(), lr=config.learning_rate, fused=True)
    decay = torch.optim.lr_scheduler.CosineAnnealingLR(optimiser, max(config.steps, 1))
    for _ in range(config.steps):
        chosen = torch.stack([torch.randint(len(x2d), (config.batch,), generator=g, device="cpu") for g in generators])
        loss = ((lifter(x2d[chosen]) - truth[chosen]) ** 2).mean((1, 2)).sum()  # members share nothing
        optimiser.zero_grad()
        loss.backward()
        optimiser.step()
        decay.step()
    return Run(lifter, Discriminator(config.width, len(seeds)), seeds, config, pd.DataFrame(columns=["step", "seed"]))
