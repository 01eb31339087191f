"""Lifters and poses of which it is known what depends on what."""

import numpy as np
import pandas as pd
import torch
from torch import nn

from liftkit import H36M_17, REPRESENTATIONS, Discriminator, Lifter, PoseSet, Run, TrainConfig
from liftkit.data.synthetic import synthetic_motion

JOINTS = H36M_17.names[1:]
LEGS = [j for j, name in enumerate(JOINTS) if name.split("_")[-1] in ("hip", "knee", "ankle")]
TORSO = [j for j in range(16) if j not in LEGS]


def untrained(representation, members=2, width=32):
    networks = Lifter(representation, width, members), Discriminator(width, members)
    return Run(*networks, tuple(range(members)), TrainConfig(width=width), pd.DataFrame())


class Linear(nn.Module):
    """Depths that are weighted sums of the normalised coordinates: weights (M, J, 2, J) from place to depth."""

    def __init__(self, weights):
        super().__init__()
        self.weights = torch.as_tensor(weights, dtype=torch.float32)
        self.representation = REPRESENTATIONS["full"]
        self.device = torch.device("cpu")

    def forward(self, x2d):
        return torch.einsum("mbik,mikj->mbj", x2d, self.weights)


def linear_run(seed=0, members=2):
    weights = np.random.default_rng(seed).normal(0, 0.1, (members, 17, 2, 17))
    weights[..., 0] = 0  # the root's depth
    run = Run(Linear(weights), Discriminator(8, members), tuple(range(members)), TrainConfig(), pd.DataFrame())
    return run, weights[:, 1:, :, 1:]


def facing_everyone_alike(coupling):
    """Synthetic people who all face a level camera: at coupling 0 legs and torso of a person are independent."""
    motion = synthetic_motion(coupling=coupling)
    joints = motion.joints * np.float32([1, -1, -1])
    labels = {name: getattr(motion, name) for name in ("subject", "action", "clip", "frame", "split")}
    poses = PoseSet(joints[..., :2], joints, **labels, units="mm", name=f"coupling {coupling}")
    return poses.select(np.random.default_rng(0).permutation(len(poses))[:6000])
