"""Small trainers for tests, and a comparison of two of them."""

import numpy as np
import torch

from liftkit.training import TrainConfig, Trainer

POSES = np.random.default_rng(0).normal(scale=300, size=(200, 17, 2)).astype(np.float32)
QUICK = dict(width=16, batch=8, steps=40, knee_every=3)


def trainer(representation="legs_torso", poses=POSES, seeds=(0,), **config) -> Trainer:
    return Trainer(representation, poses, seeds, TrainConfig(**(QUICK | config)), device="cpu")


def weights(trained: Trainer) -> dict[str, torch.Tensor]:
    """Every parameter and running average of both networks, copied, as (M, values of a member)."""
    networks = {"lifter": trained.lifter, "discriminator": trained.discriminator}
    return {
        f"{part}.{key}": value.detach().clone().view(len(trained.seeds), -1)
        for part, network in networks.items()
        for key, value in network.state_dict().items()
    }


def same(a: Trainer, b: Trainer) -> bool:
    """Whether two trainers are equal bit for bit in weights, running averages and history."""
    ours, theirs = weights(a), weights(b)
    return all(torch.equal(ours[key], theirs[key]) for key in ours) and a.history.equals(b.history)
