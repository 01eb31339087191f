"""The trainer's step against the same game in plain PyTorch, as lesson 02 builds it: number by number, in 64 bits."""

import math
from dataclasses import replace

import pytest
import torch
from torch import nn
from torch.nn.utils import parameters_to_vector, vector_to_parameters

from liftkit import TrainConfig, Trainer
from liftkit.data.datasets import load_poses

STEPS, BATCH = 5, 32


def layer(inputs, width, norm):
    if norm:
        return [nn.Linear(inputs, width, bias=False), nn.BatchNorm1d(width), nn.ReLU()]
    return [nn.Linear(inputs, width), nn.ReLU()]


class Block(nn.Module):
    def __init__(self, width, norm):
        super().__init__()
        self.layers = nn.Sequential(*layer(width, width, norm), *layer(width, width, norm))

    def forward(self, h):
        return h + self.layers(h)


def plain_networks():
    lifter = nn.Sequential(nn.Flatten(), *layer(32, 64, norm=True))
    lifter.extend(Block(64, norm=True) for _ in range(6)).extend([nn.Linear(64, 16), nn.Tanh()])
    discriminator = nn.Sequential(nn.Flatten(), *layer(32, 64, norm=False))
    discriminator.extend(Block(64, norm=False) for _ in range(3)).append(nn.Linear(64, 1))
    return lifter, discriminator


def view_of(lifter, x2d, azimuth, elevation):
    x, y = x2d.unbind(-1)
    z = torch.cat([x2d.new_zeros(len(x2d), 1), lifter(x2d[:, 1:])], dim=1)
    turned = azimuth.cos()[:, None] * z - azimuth.sin()[:, None] * x
    x = azimuth.cos()[:, None] * x + azimuth.sin()[:, None] * z
    return torch.stack([x, elevation.cos()[:, None] * y - elevation.sin()[:, None] * turned], dim=-1)


def descend(loss, optimiser):
    optimiser.zero_grad()
    loss.backward()
    optimiser.step()
    return loss.item()


@pytest.mark.slow
def test_the_trainer_plays_the_game_of_lesson_02():
    weights = {"adversarial": 1, "reprojection": 0, "quarter_turns": 0}
    config = TrainConfig(
        prior="paper", weights=weights, flip=0, label_swap=0, batch=BATCH, schedule="constant", width=64
    )
    trainer = Trainer("full", load_poses("synthetic"), seeds=(0,), config=config, device="cpu")
    plain_g, plain_d = plain_networks()
    nn.ModuleList([plain_g, plain_d, trainer.lifter, trainer.discriminator]).double()
    trainer.poses, turns = trainer.poses.double(), trainer.prior.turns
    trainer.prior = replace(trainer.prior, turns=lambda u, config: turns(u.double(), config))
    mine = [*plain_g.parameters(), *plain_d.parameters()]
    theirs = [*trainer.lifter.parameters(), *trainer.discriminator.parameters()]
    vector_to_parameters(parameters_to_vector(theirs), mine)
    before = parameters_to_vector(mine).detach().clone()
    adam_g, adam_d = (torch.optim.Adam(one.parameters(), lr=config.learning_rate) for one in (plain_g, plain_d))
    trainer.generators[0].manual_seed(0)
    numbers = torch.Generator().manual_seed(0)
    for _ in range(STEPS):
        trainer.step()
        x2d = trainer.poses[torch.randint(len(trainer.poses), (BATCH,), generator=numbers)]
        u = 2 * torch.rand(BATCH, 3, generator=numbers).double() - 1  # column 0 is for flips
        torch.rand((), generator=numbers)  # for swapped labels
        view = view_of(plain_g, x2d, math.radians(160) * u[:, 1], math.radians(10) * u[:, 2])
        scores = plain_d(x2d[:, 1:]), plain_d(view.detach()[:, 1:])
        loss_d = descend(((scores[0] - 1) ** 2).mean() + (scores[1] ** 2).mean(), adam_d)
        loss_g = descend(((plain_d(view[:, 1:]) - 1) ** 2).mean(), adam_g)
    assert trainer.losses["discriminator"].item() == pytest.approx(loss_d, abs=1e-6)
    assert trainer.losses["adversarial"].item() == pytest.approx(loss_g, abs=1e-6)
    own, library = parameters_to_vector(mine), parameters_to_vector(theirs)
    assert (own - library).abs().max() < 1e-7 and (own - before).abs().max() > 1e-4
